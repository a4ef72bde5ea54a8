// Back through a push. Twin of crates/burgess-physics/src/step/reverse/push.rs.

// What the change of velocity says of the masses; the bars of velocity and momentum pass through.
fn reverse_push(steps: u32) {
    let change = velocity_change(steps);
    mass_bar += dot(momentum_bar, change);
    let change_bar = momentum_bar * mass + select(vec3<f32>(0.0), velocity_bar, is_base);
    // The change grows with the sixth root of the mass.
    body_mass_bar += dot(change_bar, change) / (6.0 * bodies[body].mass);
}
