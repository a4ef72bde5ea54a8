// Contact points: the reverse of touch_contacts, assemble_contacts and of the normal forces that are carried on. Twin of
// crates/burgess-physics/src/step/reverse/contact.rs.

// What the equations by themselves say of a contact point, beside what its force does.
struct DragBar {
    normal: f32,
    tangent: f32,
    point: vec3<f32>,
    ground: vec3<f32>,
}

// Adds to the bars of the sweep; the bars of normal forces become those before the step.
fn reverse_contacts() {
    for (var i = 0u; i < CONTACTS; i++) {
        if i < contact_count && !is_rover(i) {
            reverse_fixed_point(i);
        }
    }
    reverse_rovers();
}

fn reverse_fixed_point(i: u32) {
    let says = reverse_contact(i, contact_stiffness);
    contact_stiffness_bar += says.stiffness;
    let arm = link_rotation * contact_points[i].xyz;
    let ground_bar = terrain_distance_reverse(position + origin + arm, Distance(says.gap, says.normal));
    add_corner_bar(i, says.point + ground_bar, -(dot(contacts[i].normal, says.point) + says.gap));
    place_bar += ground_bar;
}

// Adds what is said of the place of a fixed point's centre and of its radius.
fn add_corner_bar(i: u32, centre_bar: vec3<f32>, radius_bar: f32) {
    contact_bars[i] += vec4<f32>(in_link(centre_bar), radius_bar);
    origin_bar += centre_bar;
    turn_bar += cross(link_rotation * contact_points[i].xyz, centre_bar);
}

// What a contact says of where it is, and how stiff: of its point at fixed normal, of the normal with what it says of the point, of its gap and stiffness.
struct PointBar {
    point: vec3<f32>,
    normal: vec3<f32>,
    gap: f32,
    stiffness: f32,
}

fn reverse_contact(i: u32, stiffness: f32) -> PointBar {
    let c = contacts[i];
    let n = c.normal;
    let adjoint = twist_after;
    // Velocities of the point before the step, after it, and the adjoint one.
    let v = velocity_at(twist, c.point);
    let u = velocity_at(moved, c.point);
    let l = velocity_at(adjoint, c.point);
    let v_n = dot(v, n);
    let free = v + free_gains[i];
    let free_slip = across(free, n);
    // What is carried on.
    let carried = carried_gain_bar(i);
    let gain_bar = across(carried, n);
    let slip_share = gain_of_slip(c.tangent_drag);
    let u_n = dot(u, n);
    let l_n = dot(l, n);
    // Through the force.
    let braking = world.dt * c.tangent_drag;
    let pushed = select(0.0, world.dt * l_n, c.acting) + carried_force_bar(i);
    let u_n_bar = braking * l_n - c.drag * pushed;
    let l_n_bar = select(0.0, world.dt * c.force, c.acting) + braking * u_n;
    let u_bar = n * u_n_bar - l * braking + gain_bar * slip_share;
    let l_bar = n * l_n_bar - u * braking;
    // Through its law. What the mobilities of links that touch each other say of the drags comes on top.
    let of_drags = drag_bar(i);
    let law = contact_force_reverse(
        world.dt, stiffness, contact_width, world.contact_damping, own_friction(), world.slip_speed,
        inverse_slip_mass, world.onset_speed, c.gap, v_n, dot(free_slip, free_slip), normal_forces[i],
        ContactForce(
            pushed, of_drags.normal - u_n * pushed,
            of_drags.tangent + world.dt * (l_n * u_n - dot(l, u)) + world.dt * inverse_slip_mass * dot(gain_bar, u),
        ),
    );
    contact_width_bar += law.width;
    contact_damping_bar += law.damping;
    friction_bar += law.friction;
    // The share of the slip in the free gain has the slip mass in it, too. That is a share of the body's mass.
    let inverse_bar = law.inverse_slip_mass + braking * dot(gain_bar, u);
    body_mass_bar -= 0.25 * (inverse_bar * inverse_slip_mass * inverse_slip_mass);
    force_bars[i] = law.force_before;
    let free_bar = free_slip * (2.0 * law.free_slip_squared);
    free_gain_bars[i] = free_bar;
    let v_bar = n * law.v_n + free_bar - gain_bar;
    twist_bar = wrench_add(twist_bar, force_at(c.point, v_bar));
    moved_bar = wrench_add(moved_bar, force_at(c.point, u_bar));
    adjoint_bar = wrench_add(adjoint_bar, force_at(c.point, l_bar));
    // Through where the point is.
    let point_bar = of_drags.point + cross(l_bar, adjoint.angular) + cross(u_bar, moved.angular) + cross(v_bar, twist.angular);
    // Of the slips before and after the step, whose part along the normal is taken off, only those parts turn with it.
    let along = u * slip_share - v;
    let normal_bar = l * l_n_bar + u * u_n_bar + v * law.v_n - free_bar * dot(free, n)
        - carried * dot(along, n) - along * dot(carried, n) + of_drags.ground - point_bar * contact_points[i].w;
    return PointBar(point_bar, normal_bar, law.gap, law.stiffness);
}
