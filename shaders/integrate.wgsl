// From the velocities after the step to the next state. Twin of crates/burgess-physics/src/step/integrate.rs.

// What the link and its contacts carry into the next step, taken at the old positions with the new velocities.
fn carry() {
    momentum = velocity_at(twist_after, com) * mass;
    spin = twist_after.angular * link_rotation;
    for (var i = 0u; i < CONTACTS; i++) {
        if i < contact_count {
            let c = contacts[i];
            normal_forces[i] = max(c.force, 0.0);
            let slip_after = across(velocity_at(twist_after, c.point), c.normal);
            let gain = slip_after * gain_of_slip(c.tangent_drag) - c.slip;
            free_gains[i] = select(vec3<f32>(0.0), gain, c.force > 0.0);
        }
    }
}

// The derivative of a contact's free gain with respect to its slip after the step.
fn gain_of_slip(tangent_drag: f32) -> f32 {
    return 1.0 + world.dt * inverse_slip_mass * tangent_drag;
}

// New rates and positions: q' = q (+) dt v', the orientation by the exact exponential map.
fn integrate() {
    if is_joint {
        rate = free_rate;
        angle += world.dt * free_rate;
    }
    if is_root() && floating {
        velocity = twist_after.linear;
        position += twist_after.linear * world.dt;
        let turned = product(orientation, exponential(spin * world.dt));
        orientation = turned * (1.0 / sqrt(max(dot(turned, turned), 1e-30)));
    }
}
