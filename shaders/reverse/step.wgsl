// One step of the way back: from the gradient with respect to the state after a step to that before it. Twin of
// src/sim/cpu/reverse/mod.rs.

fn reverse_step(step: u32) {
    alive = step < steps_taken;
    if step + 1u == steps_taken {
        // The creature's last step: what its lanes did before does not count.
        clear_bars();
    }
    // The step once more, from the velocities that it left.
    recall(step);
    kinematics();
    move_on();
    touch_contacts();
    settle_contacts();
    assemble_joints();
    // What was measured after it.
    reverse_measurement(step);
    // The adjoint velocities: the same matrix with other loads.
    assemble_inertia();
    assemble_contacts();
    assemble_reverse_load();
    eliminate_hinges();
    solve_base();
    substitute_back();
    // Every link, contact and hinge by itself.
    reverse_link();
    reverse_contacts();
    reverse_joint();
    // Up the tree.
    reverse_kinematics();
    // What was decided before it.
    reverse_slew();
    if step % world.control_period == 0u {
        reverse_act(step / world.control_period, world.dt * f32(step));
    }
}
