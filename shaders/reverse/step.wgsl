// The way back through a step: the adjoint of the implicit solve, then one reverse sweep. Twin of crates/burgess-physics/src/step/reverse/mod.rs.

// Where everything was before the step, and what law every force followed.
fn recall() {
    kinematics();
    touch_contacts();
    assemble_joints();
    recall_pairs();
}

// Takes the bars of the state after a step that was recalled, leaves those of the state before it, and adds to those of the model.
fn reverse_step() {
    // The equations of the step, with the bars of the velocities on the right.
    take_velocities();
    assemble_inertia();
    assemble_contacts();
    gather_loads();
    eliminate_hinges();
    gather_system();
    solve_base();
    substitute_back();
    // Every link, contact and hinge by itself.
    reverse_links();
    reverse_pairs();
    reverse_contacts();
    reverse_joints();
    // Poses and twists, leaf to base.
    reverse_kinematics();
}
