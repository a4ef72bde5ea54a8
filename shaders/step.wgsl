// One time step of all creatures of the block: linearly implicit, a symmetric positive definite solve, repeated only in the
// few steps in which a contact would pull. Twin of crates/burgess-physics/src/step/step.rs.

// Advances the state by `world.dt`.
fn step() {
    // Where everything is and how it moves.
    kinematics();
    touch_contacts();
    assemble_joints();
    let touching = find_pairs();
    for (var round = 0u; round < ROUNDS; round++) {
        // Every link and contact by itself.
        assemble_inertia();
        assemble_load();
        assemble_contacts();
        // All velocities after the step, in one sweep up and one down. Links that touch push each other by how these equations answer.
        eliminate_hinges();
        gather_system();
        if touching {
            if round == 0u {
                push_pairs();
            }
            eliminate_impulses();
        }
        solve_base();
        substitute_back();
        if !release_contacts() {
            break;
        }
    }
    // The next state.
    carry();
    integrate();
}
