// What an environment does to a creature and asks of it: pushes and wanted velocities, and the place of its ground. Twin of
// crates/burgess-physics/src/step/push.rs and of Schedule in crates/burgess-physics/src/environment.rs.

// The creature's environment.
var<private> environment: u32;
// The velocity that it is asked for in the step under way (m/s, world axes).
var<private> asked_velocity: vec3<f32>;

// The stretch that holds a step after so many of the creature's own; the last holds beyond the end.
fn event(steps: u32, period: u32) -> vec4<f32> {
    return world.events[environment * STRETCHES + min(steps / max(period, 1u), STRETCHES - 1u)];
}

// Learns what the creature is asked for in the step after so many of its own.
fn ask(steps: u32) {
    if ASKED != 0u {
        asked_velocity = vec3<f32>(event(steps, world.asked_period).zw, 0.0);
    }
}

// The change of velocity (m/s) with which a stretch begins, if one begins with the step after so many of the creature's own. What is welded to
// the world does not move, and objects and rivals are left alone.
fn velocity_change(steps: u32) -> vec3<f32> {
    let period = max(world.push_period, 1u);
    let begins = steps > 0u && steps % period == 0u && steps / period < STRETCHES;
    if !begins || !floating || is_object {
        return vec3<f32>(0.0);
    }
    return vec3<f32>(event(steps, period).xy * push_scale(), 0.0);
}

// By how much a push that is stated for 4 kg changes the creature's velocity: the sixth root of the ratio of masses, and a step of Newton's method, as
// built-in powers are coarse.
fn push_scale() -> f32 {
    let ratio = bodies[body].mass * 0.25;
    let root = pow(ratio, 0.16666667);
    let cubed = root * root * root;
    return root * (1.0 - (cubed * cubed / ratio - 1.0) * 0.16666667);
}

// Gives the creature its push: one velocity more for its base, and for each link's momentum.
fn push(steps: u32) {
    let change = velocity_change(steps);
    momentum += change * mass;
    if is_base {
        velocity += change;
    }
}
