// From the bars of the next state to those of the velocities after the step. Twin of crates/burgess-physics/src/step/reverse/integrate.rs.

// Twists after the step, down the tree, and with them which contacts were in the equations and the forces that they had.
fn take_velocities() {
    if is_root() {
        moved = Twist(vec3<f32>(0.0), vec3<f32>(0.0));
        if floating {
            moved = Twist(link_rotation * spin_after, velocity_after);
        }
        post_twist(moved);
    }
    workgroupBarrier();
    for (var level = 1u; level <= block_depth; level++) {
        if depth == level {
            let above = posted_twist(parent);
            moved = Twist(above.angular + axis.angular * rate_after, above.linear + axis.linear * rate_after);
            post_twist(moved);
        }
        workgroupBarrier();
    }
    for (var i = 0u; i < CONTACTS; i++) {
        if i < contact_count {
            let c = contacts[i];
            let force = c.push - c.drag * dot(velocity_at(moved, c.point), c.normal);
            contacts[i].acting = force >= -pull_tolerance;
            contacts[i].force = force;
        }
    }
}

// Puts the bars of all velocities after the step where the solve expects loads.
fn gather_loads() {
    carried_bar = spin_bar;
    load = Wrench(vec3<f32>(0.0), vec3<f32>(0.0));
    if is_root() && floating {
        // q' = q exp(dt w'): a turn of q turns q', and one of dt w' does so through the exponential map's Jacobian.
        let turn = left_jacobian_transposed(spin_after * world.dt, in_link(rotation_bar));
        carried_bar += angular_velocity_bar + turn * world.dt;
        load.force = velocity_bar + position_bar * world.dt;
    }
    load = wrench_add(load, force_at(com, momentum_bar * mass));
    load.torque += link_rotation * carried_bar;
    for (var i = 0u; i < CONTACTS; i++) {
        if i < contact_count {
            let c = contacts[i];
            let pull = c.normal * -(c.drag * carried_force_bar(i));
            let gain = across(carried_gain_bar(i), c.normal) * gain_of_slip(c.tangent_drag);
            load = wrench_add(load, force_at(c.point, pull + gain));
        }
    }
    joint_load = rate_bar + world.dt * angle_bar
        + power_bar * power_sign() * (servo.push - 2.0 * servo.drag * rate_after);
}

// Whether a contact pushes, and so has something to carry on.
fn pushes(i: u32) -> bool {
    return contacts[i].acting && contacts[i].force > 0.0;
}

// The bar of a contact's force, given that of what is carried of it.
fn carried_force_bar(i: u32) -> f32 {
    return select(0.0, force_bars[i], pushes(i));
}

// The bar of a contact's free gain, given that of what is carried of it.
fn carried_gain_bar(i: u32) -> vec3<f32> {
    return select(vec3<f32>(0.0), free_gain_bars[i], pushes(i));
}

// Sign of the servo's power at the rate after the step: what the absolute value in its measurement passes on.
fn power_sign() -> f32 {
    return select(-1.0, 1.0, (servo.push - servo.drag * rate_after) * rate_after > 0.0);
}

// J^T x for the left Jacobian of the exponential map at a rotation vector (rad).
fn left_jacobian_transposed(rotation: vec3<f32>, x: vec3<f32>) -> vec3<f32> {
    let a2 = dot(rotation, rotation);
    // The closed forms lose what float32 has left of them long before the series ends to be exact.
    let large = a2 > 0.25;
    let a = sqrt(select(1.0, a2, large));
    let first = select(
        0.5 + a2 * (-1.0 / 24.0 + a2 * (1.0 / 720.0 - a2 * (1.0 / 40320.0))), (1.0 - cosine(a)) / (a * a), large,
    );
    let second = select(
        1.0 / 6.0 + a2 * (-1.0 / 120.0 + a2 * (1.0 / 5040.0 - a2 * (1.0 / 362880.0))), (a - sine(a)) / (a * a * a), large,
    );
    let turned = cross(rotation, x);
    return x - turned * first + cross(rotation, turned) * second;
}
