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
    if is_base && first_child != NONE {
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

// Solves a twist for its wrench by LDL^T, the linear block first because it is the well-conditioned one.
fn solve_spatial(a: Spatial, b: Wrench) -> Twist {
    // Rows and columns 0 to 2 are linear, 3 to 5 angular; lower triangle.
    let d0 = 1.0 / a.m.diagonal.x;
    let l10 = a.m.products.x * d0;
    let l20 = a.m.products.y * d0;
    let l30 = a.h[0].x * d0;
    let l40 = a.h[0].y * d0;
    let l50 = a.h[0].z * d0;
    let a11 = a.m.diagonal.y - l10 * a.m.products.x;
    let a21 = a.m.products.z - l20 * a.m.products.x;
    let a31 = a.h[1].x - l30 * a.m.products.x;
    let a41 = a.h[1].y - l40 * a.m.products.x;
    let a51 = a.h[1].z - l50 * a.m.products.x;
    let d1 = 1.0 / a11;
    let l21 = a21 * d1;
    let l31 = a31 * d1;
    let l41 = a41 * d1;
    let l51 = a51 * d1;
    let a22 = a.m.diagonal.z - l20 * a.m.products.y - l21 * a21;
    let a32 = a.h[2].x - l30 * a.m.products.y - l31 * a21;
    let a42 = a.h[2].y - l40 * a.m.products.y - l41 * a21;
    let a52 = a.h[2].z - l50 * a.m.products.y - l51 * a21;
    let d2 = 1.0 / a22;
    let l32 = a32 * d2;
    let l42 = a42 * d2;
    let l52 = a52 * d2;
    let a33 = a.j.diagonal.x - l30 * a.h[0].x - l31 * a31 - l32 * a32;
    let a43 = a.j.products.x - l40 * a.h[0].x - l41 * a31 - l42 * a32;
    let a53 = a.j.products.y - l50 * a.h[0].x - l51 * a31 - l52 * a32;
    let d3 = 1.0 / a33;
    let l43 = a43 * d3;
    let l53 = a53 * d3;
    let a44 = a.j.diagonal.y - l40 * a.h[0].y - l41 * a41 - l42 * a42 - l43 * a43;
    let a54 = a.j.products.z - l50 * a.h[0].y - l51 * a41 - l52 * a42 - l53 * a43;
    let d4 = 1.0 / a44;
    let l54 = a54 * d4;
    let a55 = a.j.diagonal.z - l50 * a.h[0].z - l51 * a51 - l52 * a52 - l53 * a53 - l54 * a54;
    let d5 = 1.0 / a55;
    // Forward.
    let y0 = b.force.x;
    let y1 = b.force.y - l10 * y0;
    let y2 = b.force.z - l20 * y0 - l21 * y1;
    let y3 = b.torque.x - l30 * y0 - l31 * y1 - l32 * y2;
    let y4 = b.torque.y - l40 * y0 - l41 * y1 - l42 * y2 - l43 * y3;
    let y5 = b.torque.z - l50 * y0 - l51 * y1 - l52 * y2 - l53 * y3 - l54 * y4;
    // Back.
    let x5 = y5 * d5;
    let x4 = y4 * d4 - l54 * x5;
    let x3 = y3 * d3 - l53 * x5 - l43 * x4;
    let x2 = y2 * d2 - l52 * x5 - l42 * x4 - l32 * x3;
    let x1 = y1 * d1 - l51 * x5 - l41 * x4 - l31 * x3 - l21 * x2;
    let x0 = y0 * d0 - l50 * x5 - l40 * x4 - l30 * x3 - l20 * x2 - l10 * x1;
    return Twist(vec3<f32>(x3, x4, x5), vec3<f32>(x0, x1, x2));
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
