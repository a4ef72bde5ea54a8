// A link by itself: the right-hand side of the adjoint system, and what its equation passes on to its numbers, its pose and its
// twists. Twin of src/sim/cpu/reverse/link.rs.

// The adjoint right-hand side: gradient with respect to the velocities after the step.
fn assemble_reverse_load() {
    carried_bar = spin_bar;
    if is_base && floating {
        carried_bar += angular_velocity_bar + reverse_turning();
    }
    load = force_at(com, momentum_bar * mass);
    load.torque += link_rotation * carried_bar;
    if is_base && floating {
        load.force += velocity_bar + position_bar * world.dt;
    }
    for (var i = 0u; i < CONTACTS; i++) {
        if i < contact_count {
            let c = contacts[i];
            let passed = force_at(c.point, c.normal * -(c.drag * gated_force_bar(i)));
            load.torque += passed.torque;
            load.force += passed.force;
        }
    }
    let work = servo.push - servo.drag * rate_after;
    let direction = sign(work * rate_after);
    joint_load = rate_bar + world.dt * angle_bar
        + power_bar * direction * (servo.push - 2.0 * servo.drag * rate_after);
}

// From the rotation that the base has after the step to its angular velocity, in its axes: the transposed right Jacobian.
fn reverse_turning() -> vec3<f32> {
    let turned = spin_after * world.dt;
    let y = in_link(rotation_bar);
    let t2 = dot(turned, turned);
    let small = t2 < 1e-4;
    let t = sqrt(select(t2, 1.0, small));
    let a = select((1.0 - cosine(t)) / (t * t), 0.5 - t2 * (1.0 / 24.0), small);
    let b = select((t - sine(t)) / (t * t * t), 1.0 / 6.0 - t2 * (1.0 / 120.0), small);
    let across = cross(turned, y);
    return (y - across * a + cross(turned, across) * b) * world.dt;
}

// Begins the bars of the sweep, with those of the link's own equation; the bars of what it carries become those before the step.
fn reverse_link() {
    let adjoint = twist_after;
    let l = velocity_at(adjoint, com);
    let u = velocity_at(moved, com);
    let a = in_link(adjoint.angular);
    let b = in_link(moved.angular);
    // Linear part.
    let fall = world.gravity * world.dt;
    let rest = momentum + (fall - u) * mass;
    let u_bar = (momentum_bar - l) * mass;
    mass_bar += dot(l, fall - u) + dot(momentum_bar, u);
    gravity_bar += l * (world.dt * mass);
    let centre_bar = cross(rest, adjoint.angular) + cross(u_bar, moved.angular);
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
    adjoint_bar = force_at(com, rest);
    adjoint_bar.torque += a_bar;
    moved_bar = force_at(com, u_bar);
    moved_bar.torque += b_bar;
    origin_bar = centre_bar;
    turn_bar = cross(a_bar, adjoint.angular) + cross(b_bar, moved.angular) + cross(com - origin, centre_bar);
    place_bar = vec3<f32>(0.0);
    momentum_bar = l;
    spin_bar = passed.spin;
}
