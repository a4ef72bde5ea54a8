// Up the tree: the reverse of kinematics for three motions at once, before the step, after it, and the adjoint one. Twin of
// crates/burgess-physics/src/step/reverse/kinematics.rs.

// Leaf to base: every link passes its bars on to its hinge and to its parent; then the base to its state.
fn reverse_kinematics() {
    for (var level = block_depth; level > 0u; level--) {
        if depth == level {
            for (var child = first_child; child != NONE; child = next_sibling[child]) {
                add_bars(child);
            }
            reverse_hinge();
            post_bars();
        }
        workgroupBarrier();
    }
    gather_base();
    if is_root() {
        if first_child != NONE {
            add_bars(lane);
        }
        reverse_base();
    }
    // Nobody posts the poses of the step before while a base lane still reads.
    workgroupBarrier();
}

// Turns the bars of a link into what they are for its parent.
fn reverse_hinge() {
    rate_bar += power(twist_bar, axis);
    // Through the spatial axis, which all three twists have a rate on.
    let of_axis = add_hinge_bar(Wrench(
        twist_bar.torque * rate + moved_bar.torque * rate_after + adjoint_bar.torque * free_rate,
        twist_bar.force * rate + moved_bar.force * rate_after + adjoint_bar.force * free_rate,
    ));
    let direction_bar = of_axis.torque + cross(of_axis.force, origin);
    origin_bar += cross(axis.angular, of_axis.force);
    angle_bar += dot(axis.angular, turn_bar);
    // In the parent's axes.
    let hinge = about_axis(joint_axis, angle);
    let back = vec4<f32>(-hinge.xyz, hinge.w);
    let half = dot(hinge.xyz, joint_axis);
    let turn = rotate(hinge, in_link(turn_bar));
    joint_position_bar += rotate(hinge, in_link(origin_bar));
    let tilt = rotate(hinge, in_link(direction_bar)) + turn * (2.0 * half * hinge.w)
        + cross(turn, joint_axis) * (2.0 * half * half);
    // Only directions on the unit sphere.
    axis_bar += tilt - joint_axis * dot(joint_axis, tilt);
    let arm = link_rotation * rotate(back, joint_position);
    turn_bar += cross(arm, origin_bar) + cross(axis.angular, direction_bar);
}

// On root lanes: the bars of the root's state become those before the step.
fn reverse_base() {
    position_bar += place_bar;
    rotation_bar += turn_bar;
    if floating {
        velocity_bar = twist_bar.force;
        angular_velocity_bar = in_link(twist_bar.torque);
        rotation_bar += cross(twist.angular, twist_bar.torque);
    }
}
