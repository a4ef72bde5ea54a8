// From the velocities after the step to the next state. Twin of crates/burgess-physics/src/step/integrate.rs.

// What the link and its contacts carry into the next step, taken at the old positions with the new velocities.
fn carry() {
    momentum = velocity_at(twist_after, com) * mass;
    spin = twist_after.angular * link_rotation;
    for (var i = 0u; i < CONTACTS; i++) {
        if i < contact_count {
            normal_forces[i] = max(contacts[i].force, 0.0);
        }
    }
}

// New rates and positions: q' = q (+) dt v', the orientation by the exact exponential map.
fn integrate() {
    if is_joint {
        rate = free_rate;
        angle += world.dt * free_rate;
    }
    if is_base && floating {
        velocity = twist_after.linear;
        position += twist_after.linear * world.dt;
        let turned = product(orientation, exponential(spin * world.dt));
        orientation = turned * (1.0 / sqrt(max(dot(turned, turned), 1e-30)));
    }
}
