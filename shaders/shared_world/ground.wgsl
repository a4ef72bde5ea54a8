// A free body and the ground: what a creature of one link does, one solve for the velocity after the step, with implicit contact. Twin of
// crates/burgess-physics/src/shared_world/ground.rs.

// Most rounds of the solve, as for creatures.
const ROUNDS = 4u;
// A pull that counts as none, as a share of the weight.
const NO_PULL = 1e-6;

// A point of the body that touches the ground in this step.
struct Point {
    arm: vec3<f32>,
    gap: f32,
    normal: vec3<f32>,
    push: f32,
    slip: vec3<f32>,
    drag: f32,
    tangent_drag: f32,
    force: f32,
    acting: bool,
}
// The body that the lane solves for.
var<private> own: Moving;
var<private> points: array<Point, POINTS>;
var<private> twist_after: Twist;
// How deep the body is in the ground; -1 where that is far away.
var<private> ground_depth: f32;

// Solves for the body's motion after the step from its load. Its ball is that before the step, its own place the origin.
fn land(step: u32, body: u32, ball: vec4<f32>, load: Wrench) {
    twist_after = free_twist(load);
    let height = terrain_distance(ball.xyz).distance * world.ground_safety;
    ground_depth = -1.0;
    if height - world.tail - ball.w > 0.0 {
        return;
    }
    let count = point_count();
    touch_ground(step, body, ball.xyz, count);
    let tolerance = own.mass * sqrt(dot(world.gravity, world.gravity) + 1e-12) * NO_PULL;
    for (var round = 0u; round < ROUNDS; round++) {
        var inertia = rigid_body(own.mass, vec3<f32>(0.0), own_inertia());
        var sum = load;
        for (var i = 0u; i < POINTS; i++) {
            if i < count {
                let p = points[i];
                let braking = world.dt * p.tangent_drag;
                let along = world.dt * select(0.0, p.drag, p.acting) - braking;
                inertia = spatial_add(inertia, point_drag(p.arm, p.normal, braking, along));
                sum = wrench_add(sum, force_at(p.arm, p.normal * (world.dt * select(0.0, p.push, p.acting))));
            }
        }
        twist_after = solve_spatial(inertia, sum);
        if !release(count, tolerance) {
            break;
        }
    }
    carry_points(step, body, count);
}

fn own_inertia() -> Sym3 {
    let diagonal = Sym3(own.moments, vec3<f32>(0.0));
    if !(LONG || BOXES) {
        return diagonal;
    }
    return rotated(diagonal, own.rotation);
}

// The motion of a body that nothing but its load moves.
fn free_twist(load: Wrench) -> Twist {
    var angular = load.torque * own.inverse_moments;
    if LONG || BOXES {
        angular = own.rotation * ((load.torque * own.rotation) * own.inverse_moments);
    }
    return Twist(angular, load.force * own.inverse_mass);
}

fn point_count() -> u32 {
    if BOXES && own.kind == BOX {
        return 8u;
    }
    return select(1u, 2u, LONG && own.kind == CAPSULE);
}

// The share of the stiffness of each point; a box rests on four.
fn point_share(count: u32) -> f32 {
    return 1.0 / f32(min(count, 4u));
}

// From the body's centre to the middle of a point.
fn point_centre(i: u32) -> vec3<f32> {
    if BOXES && own.kind == BOX {
        let bits = vec3<u32>(i >> 2u, i >> 1u, i) & vec3<u32>(1u);
        return own.rotation * (own.shape * (vec3<f32>(bits) * 2.0 - 1.0));
    }
    if LONG && own.kind == CAPSULE {
        return own.rotation[0] * (own.shape.x * (f32(i) * 2.0 - 1.0));
    }
    return vec3<f32>(0.0);
}

// Where every point is and what law its force follows in this step.
fn touch_ground(step: u32, body: u32, position: vec3<f32>, count: u32) {
    // Marks are one more than the step.
    let is_carried = lists[place_of(GROUND_STEPS, body)] == step;
    for (var i = 0u; i < POINTS; i++) {
        if i < count {
            let centre = point_centre(i);
            let ground = terrain_distance(position + centre);
            let arm = centre - ground.normal * own.radius;
            let velocity = own.velocity + cross(own.spin, arm);
            let v_n = dot(velocity, ground.normal);
            let carried = select(vec4<f32>(0.0), kept[place_of(POINT_STATES + i, body)], is_carried);
            let free_slip = across(velocity + carried.xyz, ground.normal);
            let gap = ground.distance - own.radius;
            let force = contact_force(
                world.dt, own.stiffness * point_share(count), world.width, world.ground_damping, world.friction,
                world.slip_speed, inverse_slip_mass(), world.onset_speed, gap, v_n, dot(free_slip, free_slip), carried.w,
            );
            let slip = across(velocity, ground.normal);
            points[i] = Point(
                arm, gap, ground.normal, force.push, slip, force.normal_drag, force.tangent_drag, 0.0, true,
            );
            ground_depth = max(ground_depth, -gap);
        }
    }
}

fn inverse_slip_mass() -> f32 {
    return 4.0 / own.mass;
}

// Evaluates the normal forces, takes points that pull out of the equations and puts back those that would push. False when nothing changed.
fn release(count: u32, tolerance: f32) -> bool {
    var changed = false;
    for (var i = 0u; i < POINTS; i++) {
        if i < count {
            let p = points[i];
            let force = p.push - p.drag * dot(velocity_at(twist_after, p.arm), p.normal);
            let pushes = force >= -tolerance;
            changed = changed || pushes != p.acting;
            points[i].force = select(0.0, force, p.acting);
            points[i].acting = pushes;
        }
    }
    return changed;
}

// What the points carry into the next step.
fn carry_points(step: u32, body: u32, count: u32) {
    lists[place_of(GROUND_STEPS, body)] = step + 1u;
    for (var i = 0u; i < POINTS; i++) {
        if i < count {
            let p = points[i];
            let slip = across(velocity_at(twist_after, p.arm), p.normal);
            let gain = slip * (1.0 + world.dt * inverse_slip_mass() * p.tangent_drag) - p.slip;
            let carried = vec4<f32>(gain, p.force);
            kept[place_of(POINT_STATES + i, body)] = select(vec4<f32>(0.0), carried, p.acting && p.force > 0.0);
        }
    }
}
