// The articulated-body solve: up the tree eliminating hinges, the base's six unknowns, and down again, one level of all
// trees at a time. Then the check that contacts push. Twin of crates/burgess-physics/src/step/solve.rs.

// Eliminates every hinge into its parent, leaf to base.
fn eliminate_hinges() {
    for (var level = block_depth; level > 0u; level--) {
        if depth == level {
            for (var child = first_child; child != NONE; child = next_sibling[child]) {
                add_system(child);
            }
            let u = apply(inertia, axis);
            let inverse = 1.0 / (joint_inertia + power(u, axis));
            gain = Wrench(u.torque * inverse, u.force * inverse);
            free_rate = (joint_load + power(load, axis)) * inverse;
            joint_inverse = inverse;
            post_system(
                reduced(inertia, u, gain),
                Wrench(load.torque - u.torque * free_rate, load.force - u.force * free_rate),
            );
        }
        workgroupBarrier();
    }
}

// Adds what is left of the base's children to the base.
fn gather_system() {
    gather_base();
    if is_root() && first_child != NONE {
        add_system(lane);
    }
}

// Solves for the base's twist.
fn solve_base() {
    if is_root() {
        twist_after = Twist(vec3<f32>(0.0), vec3<f32>(0.0));
        if floating {
            twist_after = solve_spatial(inertia, load);
        }
        post_twist(twist_after);
    }
    workgroupBarrier();
}

// A creature's lanes sum what the base's children posted, each some of the fields, onto the base's own place.
fn gather_base() {
    if body_links > 1u {
        for (var field = lane - base; field < FIELDS; field += body_links) {
            var sum = vec4<f32>(0.0);
            for (var child = base + 1u; child != NONE; child = next_sibling[child]) {
                sum += posted(field, child);
            }
            board[field * ROW + base] = sum;
        }
    }
    workgroupBarrier();
}

// Twists after the step, base to leaf; the new hinge rates go to `free_rate`.
fn substitute_back() {
    for (var level = 1u; level <= block_depth; level++) {
        if depth == level {
            let above = posted_twist(parent);
            free_rate -= power(gain, above);
            twist_after = Twist(above.angular + axis.angular * free_rate, above.linear + axis.linear * free_rate);
            post_twist(twist_after);
        }
        workgroupBarrier();
    }
}

// Evaluates the normal forces, takes contacts that pull out of the equations and puts back those that would push.
// False when nothing changed in the whole block: then every force is max(push - drag * v_n', 0), but for pulls
// within the tolerance.
fn release_contacts() -> bool {
    var changed = false;
    for (var i = 0u; i < CONTACTS; i++) {
        if i < contact_count {
            let c = contacts[i];
            let force = c.push - c.drag * dot(velocity_at(twist_after, c.point), c.normal);
            let pushes = force >= -pull_tolerance;
            changed = changed || (pushes != c.acting);
            contacts[i].force = select(0.0, force, c.acting);
            contacts[i].acting = pushes;
        }
    }
    return any_lane(changed);
}
