// On every link by itself: its inertia, what it carries, its contacts and its hinge, as one symmetric system with a
// right-hand side. Twin of crates/burgess-physics/src/step/assemble.rs.

// Inertia of the link by itself.
fn assemble_inertia() {
    inertia = rigid_body(mass, com, rotated(link_inertia, link_rotation));
}

// Momentum that the link carries, plus the impulse of gravity.
fn assemble_load() {
    let carried = carried_angular_momentum(link_inertia.diagonal, link_inertia.products, spin, world.dt).momentum;
    load = force_at(com, momentum + world.gravity * (world.dt * mass));
    load.torque += link_rotation * carried;
}

// The coefficient of friction of the body that the lane belongs to.
fn own_friction() -> f32 {
    if FRICTIONS != 0u {
        return bodies[facts()].friction;
    }
    return world.friction;
}

// Where every contact point is and what law its force follows in this step.
fn touch_contacts() {
    for (var i = 0u; i < CONTACTS; i++) {
        if i < contact_count && !is_rover(i) {
            let sphere = contact_points[i];
            let centre = origin + link_rotation * sphere.xyz;
            touch_point(i, contact_stiffness, centre, sphere.w, terrain_distance(position + centre));
        }
    }
    touch_rovers();
}

// What law the force on a point follows, a sphere with its centre at a place from the base origin, given the ground's distance from there and its normal.
fn touch_point(i: u32, stiffness: f32, centre: vec3<f32>, radius: f32, ground: Distance) {
    let point = centre - ground.normal * radius;
    let moving = velocity_at(twist, point);
    let v_n = dot(moving, ground.normal);
    let slip = moving - ground.normal * v_n;
    let free_slip = across(moving + free_gains[i], ground.normal);
    let gap = ground.distance - radius;
    let force = contact_force(
        world.dt, stiffness, contact_width, world.contact_damping, own_friction(), world.slip_speed,
        inverse_slip_mass, world.onset_speed, gap, v_n, dot(free_slip, free_slip), normal_forces[i],
    );
    contacts[i].point = point;
    contacts[i].normal = ground.normal;
    contacts[i].gap = gap;
    contacts[i].push = force.push;
    contacts[i].drag = force.normal_drag;
    contacts[i].tangent_drag = force.tangent_drag;
    contacts[i].slip = slip;
    contacts[i].acting = true;
}

// Adds the implicit force of every contact point to the link: friction of all, the normal force of the active ones.
fn assemble_contacts() {
    for (var i = 0u; i < CONTACTS; i++) {
        if i < contact_count {
            let c = contacts[i];
            let drag = select(0.0, c.drag, c.acting);
            let push = select(0.0, c.push, c.acting);
            let braking = world.dt * c.tangent_drag;
            let along = world.dt * drag - braking;
            inertia = spatial_add(inertia, point_drag(c.point, c.normal, braking, along));
            let impulse = force_at(c.point, c.normal * (world.dt * push));
            load.torque += impulse.torque;
            load.force += impulse.force;
        }
    }
}

fn has_no_load_speed() -> bool {
    return NO_LOAD_SPEEDS != 0u && no_load_speed > 0.0;
}

// Diagonal and right-hand side of the hinge: armature, damping, servo, limits.
fn assemble_joints() {
    if has_no_load_speed() {
        servo = servo_line_torque(world.dt, kp, kd, torque_limit, no_load_speed, target_angle, angle, rate);
    } else {
        servo = servo_torque(world.dt, kp, kd, torque_limit, target_angle, angle, rate);
    }
    let limit = limit_torque(
        world.dt, lower, upper, limit_stiffness, world.limit_damping, world.limit_width, angle, rate,
    );
    limit_use = limit.limit_use;
    joint_inertia = armature + world.dt * (damping + servo.drag + limit.drag);
    joint_load = armature * rate + world.dt * (servo.push + limit.push);
}
