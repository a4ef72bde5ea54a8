// Inertia, gravity and what a link carries: the reverse of assemble_inertia, assemble_load and of the motion that is carried on.
// Twin of crates/burgess-physics/src/step/reverse/link.rs.

// Begins the bars of the sweep, with those of the link's own equation; the bars of what it carries become those before the step.
fn reverse_links() {
    let adjoint = twist_after;
    let l = velocity_at(adjoint, com);
    let u = velocity_at(moved, com);
    let a = in_link(adjoint.angular);
    let b = in_link(moved.angular);
    // Linear part.
    let fall = world.gravity * world.dt;
    let left = momentum + (fall - u) * mass;
    let u_bar = (momentum_bar - l) * mass;
    mass_bar += dot(l, fall - u) + dot(momentum_bar, u);
    gravity_bar += l * (world.dt * mass);
    let centre_bar = cross(left, adjoint.angular) + cross(u_bar, moved.angular);
    // Angular part.
    let carried = carried_angular_momentum(link_inertia.diagonal, link_inertia.products, spin, world.dt).momentum;
    let passed = carried_angular_momentum_reverse(
        link_inertia.diagonal, link_inertia.products, spin, world.dt, CarriedMomentum(a),
    );
    let a_bar = link_rotation * (carried - symmetric_mul(link_inertia, b));
    let b_bar = link_rotation * (carried_bar - symmetric_mul(link_inertia, a));
    inertia_bar.diagonal += passed.diagonal - a * b;
    inertia_bar.products += passed.products
        - vec3<f32>(a.x * b.y + a.y * b.x, a.x * b.z + a.z * b.x, a.y * b.z + a.z * b.y);
    com_bar += in_link(centre_bar);
    // What goes up the tree.
    twist_bar = Wrench(vec3<f32>(0.0), vec3<f32>(0.0));
    adjoint_bar = force_at(com, left);
    adjoint_bar.torque += a_bar;
    moved_bar = force_at(com, u_bar);
    moved_bar.torque += b_bar;
    origin_bar = centre_bar;
    turn_bar = cross(a_bar, adjoint.angular) + cross(b_bar, moved.angular) + cross(com - origin, centre_bar);
    place_bar = vec3<f32>(0.0);
    momentum_bar = l;
    spin_bar = passed.spin;
}
