// What a creature feels after a step, without a word of its body's plan. Twin of crates/burgess-physics/src/step/features.rs.

// Posts what the base lane adds up by quadrant: the `force` of the link's contacts, its joint's angle, rate and servo target.
fn post_features(force: f32, angle: f32, rate: f32, target_angle: f32) {
    post(1u, vec4<f32>(force, angle, rate, target_angle));
    post(2u, quadrant_mask());
}

// One in the place of the link's quadrant; the base has none.
fn quadrant_mask() -> vec4<f32> {
    return vec4<f32>(vec4<u32>(quadrant) == vec4<u32>(0u, 1u, 2u, 3u));
}

// What the links of each quadrant (front left, front right, rear left, rear right) add up to.
struct Quadrants {
    forces: vec4<f32>,
    angles: vec4<f32>,
    speeds: vec4<f32>,
    targets: vec4<f32>,
    joint_shares: vec4<f32>,    // one over the number of joints, 1 where there are none
}

fn sum_quadrants() -> Quadrants {
    var sum: Quadrants;
    var count = vec4<f32>(0.0);
    for (var i = 1u; i < body_links; i++) {
        let link = posted(1u, base + i);
        let own = posted(2u, base + i);
        sum.forces += own * link.x;
        sum.angles += own * link.y;
        sum.speeds += own * abs(link.z);
        sum.targets += own * link.w;
        count += own;
    }
    sum.joint_shares = 1.0 / max(count, vec4<f32>(1.0));
    return sum;
}

// Those of a step, on base lanes, in the order of crates/burgess-physics/src/step/record.rs; beside what was posted, of the base's state.
fn features(sensors: Sensors, velocity: vec3<f32>, spin: vec3<f32>, orientation: vec4<f32>) -> array<f32, FEATURES> {
    let rotation = rotation_matrix(orientation);
    let up = in_heading_frame(rotation[0].xy, sensors.up);
    let moving = in_heading_frame(rotation[0].xy, velocity);
    let turning = in_heading_frame(rotation[0].xy, rotation * spin);
    let sum = sum_quadrants();
    let weight = body_weight();
    let angles = sum.angles * sum.joint_shares;
    let speeds = sum.speeds * sum.joint_shares;
    let targets = sum.targets * sum.joint_shares;
    return array<f32, FEATURES>(
        up.x, up.y, up.z,
        moving.x, moving.y, moving.z,
        turning.x, turning.y, turning.z,
        sensors.height,
        load_share(sum.forces.x, weight), load_share(sum.forces.y, weight), load_share(sum.forces.z, weight),
        load_share(sum.forces.w, weight), load_share(posted(1u, base).x, weight),
        angles.x, angles.y, angles.z, angles.w,
        speeds.x, speeds.y, speeds.z, speeds.w,
        sensors.power / bodies[body].mass,
        targets.x, targets.y, targets.z, targets.w,
        sensors.command_rate,
    );
}

fn body_weight() -> f32 {
    return reference_force * WEIGHT_OF_REFERENCE;
}
