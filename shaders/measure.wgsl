// What the task sees after a step. Twin of crates/burgess-physics/src/step/measure.rs.

// Posts what the base lane sums up: `rate`, the `force` of the link's contacts and the `position` of its root are those after the step.
fn post_measurements(rate: f32, force: f32, position: vec3<f32>) {
    var work = 0.0;
    if is_joint {
        work = abs((servo.push - servo.drag * rate) * rate);
    }
    let calm = is_finite(angle) && is_finite(rate) && abs(rate) < RATE_BOUND;
    post(0u, vec4<f32>(work, limit_use, command_change, select(1.0, 0.0, calm)));
    post(1u, vec4<f32>(force, 0.0, 0.0, 0.0));
    if TOUCHES != 0u {
        post(7u, vec4<f32>(touch_forces(), 0.0, 0.0));
    }
    if OBJECTS != 0u && is_object {
        // Of objects and rivals it counts whether they are out of bounds.
        let bounded = select(calm, !has_diverged(), is_root());
        post(0u, vec4<f32>(0.0, 0.0, 0.0, select(1.0, 0.0, bounded)));
        post(3u, vec4<f32>(position, 0.0));
    }
}

// Normal force of all contacts of the link (N).
fn total_force() -> f32 {
    var force = 0.0;
    for (var i = 0u; i < CONTACTS; i++) {
        if i < contact_count {
            force += normal_forces[i];
        }
    }
    return force;
}

// What the joints of a creature posted, summed in the order of links: power, limit use, squared command changes, and how many
// are out of bounds. Of objects and rivals only the last is not zero.
fn sum_joints() -> vec4<f32> {
    // Four at a time, so that reads do not wait for sums.
    var sum = vec4<f32>(0.0);
    let all = select(body_links, scene_links, OBJECTS != 0u);
    for (var i = 1u; i < all; i += 4u) {
        let a = posted(0u, base + i);
        let b = posted(0u, base + i + 1u);
        let c = posted(0u, base + i + 2u);
        let d = posted(0u, base + i + 3u);
        sum += a;
        sum += select(vec4<f32>(0.0), b, i + 1u < all);
        sum += select(vec4<f32>(0.0), c, i + 2u < all);
        sum += select(vec4<f32>(0.0), d, i + 3u < all);
    }
    return sum;
}

// On base lanes: the normal forces between the creature and its first object, and between links of the creature, as they were posted.
fn sum_touches() -> vec2<f32> {
    var sum = vec2<f32>(0.0);
    for (var i = 0u; i < scene_links; i++) {
        sum += posted(7u, base + i).xy;
    }
    return sum;
}

// Summarises the state after a step at `time` (s), on base lanes; `joints` is what sum_joints gave, the rest is the base's state.
fn measure(
    time: f32, joints: vec4<f32>, position: vec3<f32>, velocity: vec3<f32>, orientation: vec4<f32>,
) -> Sensors {
    var s: Sensors;
    s.time = time;
    s.start = bodies[body].start;
    s.position = position;
    s.velocity = velocity;
    s.up = rotate(orientation, vec3<f32>(0.0, 0.0, 1.0));
    s.height = terrain_height(position);
    let joint_count = f32(max(body_links - 1u, 1u));
    s.power = joints.x;
    s.limit_use = joints.y / joint_count;
    s.command_rate = joints.z / (world.dt * world.dt * joint_count);
    let ends = bodies[body].limb_ends;
    let end_count = bodies[body].limb_end_count;
    let forces = vec4<f32>(
        posted(1u, min(byte(ends, 0u), LANES)).x, posted(1u, min(byte(ends, 1u), LANES)).x,
        posted(1u, min(byte(ends, 2u), LANES)).x, posted(1u, min(byte(ends, 3u), LANES)).x,
    );
    for (var i = 0u; i < LIMB_ENDS; i++) {
        s.limb_load[i] = select(0.0, load_share(forces[i], reference_force), i < end_count);
    }
    s.touchdowns = update_stance(s.limb_load, end_count);
    if TOUCHES != 0u {
        let forces = sum_touches();
        s.object_touch = load_share(forces.x, reference_force);
        s.self_touch = load_share(forces.y, reference_force);
    }
    if THINGS != 0u {
        s.object_start = bodies[bodies[body].first_object].start;
        s.object = posted(3u, first_object_lane).xyz;
    }
    if RIVALS != 0u {
        s.rival = posted(3u, first_rival_lane()).xyz;
    }
    if ASKED != 0u {
        s.wanted = asked_velocity;
    }
    return s;
}

// Updates the stance and returns the touch-downs, mean over `count` limb ends.
fn update_stance(loads: vec4<f32>, count: u32) -> f32 {
    // The loads of absent limb ends are 0, so they never land.
    let unloaded = select(vec4<f32>(0.0), stance, stance > vec4<f32>(1.5));
    let held = select(unloaded, stance, loads > vec4<f32>(LIFT_OFF));
    let now = select(held, vec4<f32>(1.0), loads > vec4<f32>(TOUCH_DOWN));
    let landed = max(now - stance, vec4<f32>(0.0));
    stance = now;
    return (landed.x + landed.y + landed.z + landed.w) / f32(max(count, 1u));
}
