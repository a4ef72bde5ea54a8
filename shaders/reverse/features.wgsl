// Through what a creature feels after a step. Twin of crates/burgess-physics/src/step/reverse/features.rs.

// On base lanes: adds to the bars of the sensors and of the base's state, and posts what its links add to theirs in rows 0 and 4 to 6;
// gives the bar of the force on the base itself.
fn reverse_features(sensors: Sensors, bar: ptr<function, Sensors>) -> f32 {
    let at = thought_bars() + FEATURE_BARS;
    let sum = sum_quadrants();
    // Vectors in the heading frame.
    let rotation = rotation_matrix(orientation_after);
    let turning = rotation * spin_after;
    let standing = reverse_heading(rotation[0], sensors.up, vector_at(at));
    let moving = reverse_heading(rotation[0], velocity_after, vector_at(at + AT_VELOCITY));
    let spinning = reverse_heading(rotation[0], turning, vector_at(at + AT_SPIN));
    velocity_bar += moving.vector;
    angular_velocity_bar += spinning.vector * rotation;
    rotation_bar += cross(rotation[0], standing.forward + moving.forward + spinning.forward)
        + cross(turning, spinning.vector);
    // What the sensors saw.
    let mass = bodies[body].mass;
    let power_bar = activations[at + AT_POWER] / mass;
    (*bar).up += standing.vector;
    (*bar).height += activations[at + AT_HEIGHT];
    (*bar).power += power_bar;
    (*bar).command_rate += activations[at + AT_TARGET_SPEED];
    body_mass_bar -= power_bar * sensors.power / mass;
    // Contact.
    let weight = body_weight();
    var forces: vec4<f32>;
    var weight_bar = 0.0;
    for (var i = 0u; i < 4u; i++) {
        let share = load_share_reverse(sum.forces[i], weight, activations[at + AT_CONTACT + i]);
        forces[i] = share.normal_force;
        weight_bar += share.reference;
    }
    let own = load_share_reverse(posted(1u, base).x, weight, activations[at + AT_CONTACT + 4u]);
    reference_force_bar += (weight_bar + own.reference) * WEIGHT_OF_REFERENCE;
    // Joints.
    post(0u, forces);
    post(4u, quadrant_bars(at + AT_ANGLES) * sum.joint_shares);
    post(5u, quadrant_bars(at + AT_SPEEDS) * sum.joint_shares);
    post(6u, quadrant_bars(at + AT_TARGETS) * sum.joint_shares);
    return own.normal_force;
}

fn quadrant_bars(at: u32) -> vec4<f32> {
    return vec4<f32>(activations[at], activations[at + 1u], activations[at + 2u], activations[at + 3u]);
}

// On all lanes: takes what the base posted to the link's own bars.
fn take_feature_bars(base_force_bar: f32) {
    let own = quadrant_mask();
    let force_bar = select(dot(own, posted(0u, base)), base_force_bar, is_base);
    for (var i = 0u; i < CONTACTS; i++) {
        force_bars[i] += force_bar;
    }
    if is_joint {
        let speed_bar = dot(own, posted(5u, base));
        angle_bar += dot(own, posted(4u, base));
        rate_bar += select(-speed_bar, speed_bar, rate_after > 0.0);
        target_bar += dot(own, posted(6u, base));
    }
}
