// The mobilities of links: the reverse of find_mobilities and of the elimination that it follows. Twin of
// crates/burgess-physics/src/step/reverse/mobility.rs, which says what bars of matrices are.

// With respect to the hinge's diagonal, the hinge's axis, and the link's own inertia with its contacts, as far as mobilities have them.
var<private> joint_inertia_bar: f32;
var<private> hinge_bar: Wrench;
var<private> own_bar: Spatial;

fn as_twist(w: Wrench) -> Twist {
    return Twist(w.torque, w.force);
}

fn wrench_times(w: Wrench, k: f32) -> Wrench {
    return Wrench(w.torque * k, w.force * k);
}

// Takes the bars of the mobilities to the links; leaves those of joint diagonals and of drags for the reverses of joints and contacts.
fn reverse_mobilities() {
    let adjoint_rate = free_rate;
    answer_pairs();
    free_rate = adjoint_rate;
    for (var i = 0u; i < CONTACTS; i++) {
        contacts[i].acting = contacts[i].force >= -pull_tolerance;
    }
    reverse_answer();
    // A rigid body is the matrix of its mass at its centre, and its inertia.
    let none = vec3<f32>(0.0);
    mass_bar += at_point(own_bar, com, none).all;
    let centre_bar = at_point_reverse(own_bar, com, none, AtPoint(mass, 0.0)).point;
    let spun = full(rotated(link_inertia, link_rotation)) * full(own_bar.j);
    let own_axes = rotated(own_bar.j, transpose(link_rotation));
    inertia_bar.diagonal += own_axes.diagonal;
    inertia_bar.products += own_axes.products * 2.0;
    com_bar += in_link(centre_bar);
    origin_bar += centre_bar;
    turn_bar += cross(com - origin, centre_bar) - axial(spun) * 2.0;
}

// The bar of the link's own inertia, and those of its hinge's axis and diagonal.
fn reverse_answer() {
    // Leaf to base: from a child's mobility to its parent's, and to the hinge between them.
    var gain_bar = Twist(vec3<f32>(0.0), vec3<f32>(0.0));
    var reaction = Twist(vec3<f32>(0.0), vec3<f32>(0.0));
    for (var level = block_depth; level > 0u; level--) {
        if depth == level {
            for (var child = first_child; child != NONE; child = next_sibling[child]) {
                mobility_bar = spatial_add(mobility_bar, posted_spatial(child));
            }
            let y = as_twist(apply(parent_mobility, as_twist(gain)));
            let a = apply(mobility_bar, axis);
            let c = power(a, axis);
            let along = joint_inverse + power(gain, y);
            hinge_bar = wrench_add(wrench_times(a, 2.0 * along), wrench_times(apply(mobility_bar, y), -2.0));
            let pulled = apply(parent_mobility, as_twist(a));
            gain_bar = Twist(y.angular * (2.0 * c) - pulled.torque * 2.0, y.linear * (2.0 * c) - pulled.force * 2.0);
            joint_inertia_bar = -(c * joint_inverse * joint_inverse);
            post_spatial(turned_by_hinge(mobility_bar, as_twist(gain), as_twist(a), c));
            // What the parent adds up is in the fields that its other children post, too.
            post(6u, vec4<f32>(0.0));
        }
        workgroupBarrier();
    }
    gather_base();
    if is_root() {
        if first_child != NONE {
            mobility_bar = spatial_add(mobility_bar, posted_spatial(lane));
        }
        own_bar = Spatial();
        if floating {
            own_bar = sandwich(mobility, mobility_bar);
        }
        post_spatial(own_bar);
    }
    workgroupBarrier();
    // Base to leaf: from what a parent has of its child's inertia to the child's own.
    for (var level = 1u; level <= block_depth; level++) {
        if depth == level {
            let above = posted_spatial(parent);
            let u = apply(inertia, axis);
            let passed = apply(above, as_twist(gain));
            joint_inertia_bar += power(gain, as_twist(passed)) - power(gain, gain_bar) * joint_inverse;
            let u_bar = Twist(
                passed.torque * -2.0 + gain_bar.angular * joint_inverse + axis.angular * joint_inertia_bar,
                passed.force * -2.0 + gain_bar.linear * joint_inverse + axis.linear * joint_inertia_bar,
            );
            hinge_bar = wrench_add(hinge_bar, wrench_add(wrench_times(u, joint_inertia_bar), apply(inertia, u_bar)));
            own_bar = turned_by_hinge(above, axis, Twist(u_bar.angular * -0.5, u_bar.linear * -0.5), 0.0);
            post_spatial(own_bar);
        }
        workgroupBarrier();
    }
}

fn drag_bar(i: u32) -> DragBar {
    if !links_touch {
        return DragBar();
    }
    let c = contacts[i];
    let braking = world.dt * c.tangent_drag;
    let share = at_point(own_bar, c.point, c.normal);
    let says = at_point_reverse(own_bar, c.point, c.normal, AtPoint(braking, world.dt * c.drag - braking));
    return DragBar(world.dt * share.one, world.dt * (share.all - share.one), says.point, says.direction);
}

// Adds what mobilities say of the hinge's axis.
fn add_hinge_bar(to: Wrench) -> Wrench {
    return wrench_add(to, hinge_bar);
}
