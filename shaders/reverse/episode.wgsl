// The way back through a part of the episodes. Twin of crates/burgess-physics/src/step/reverse/episode.rs.

@compute @workgroup_size(32)
fn differentiate(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) place: u32,
) {
    block = group.y * groups.x + group.x;
    if block >= span.block_count {
        return;
    }
    lane = place;
    wake_lane();
    wake_link();
    wake_body();
    wake_limb();
    steps_taken = results[body * RESULT_WORDS + STEPS];
    // From the last step that any of the block's creatures has taken.
    let end = min(span.first_step + span.step_count, most_steps());
    if end <= span.first_step {
        return;
    }
    wake_bars();
    read_record(end);
    for (var step = end; step > span.first_step; step--) {
        retreat(step - 1u);
    }
    rest_bars();
}

// The step of the dispatch with which the last of the block's episodes has ended. The answer is uniform, as barriers need it.
fn most_steps() -> u32 {
    if is_base {
        atomicMax(&flag, select(steps_taken, steps_taken + started, STEPPED != 0u));
    }
    return workgroupUniformLoad(&flag);
}

// Back through one step, the `step`-th of the episode.
fn retreat(step: u32) {
    let own = own_step(step);
    alive = own < steps_taken;
    if own + 1u == steps_taken {
        // The creature's last step: what its lanes did before does not count.
        if STEPPED != 0u {
            // The host wrote what the state after the window comes with.
            wake_bars();
        } else {
            clear_bars();
        }
    }
    ask(own);
    read_tape(step);
    if PUSHED != 0u {
        push(own);
    }
    recall();
    // Judge, move, decide: backward.
    if WATCHED != 0u {
        watched_moment = moment_place(step / WATCH_PERIOD);
        if (step + 1u) % WATCH_PERIOD == 0u {
            reverse_frame((step + 1u) / WATCH_PERIOD);
        }
    }
    reverse_measure(own);
    reverse_step();
    if PUSHED != 0u {
        reverse_push(own);
        // The policy saw the velocity without the push, and so was it after the step before.
        if is_root() {
            velocity = recorded_velocity(step);
        }
    }
    reverse_slew();
    if step % world.control_period == 0u {
        reverse_act(decision_at(step), world.dt * f32(own));
    }
    fade();
}

// Leaves a share of the bars of the state, but of where bases are on the ground.
fn fade() {
    let share = world.kept;
    angle_bar *= share;
    rate_bar *= share;
    target_bar *= share;
    command_bar *= share;
    momentum_bar *= share;
    spin_bar *= share;
    for (var i = 0u; i < CONTACTS; i++) {
        force_bars[i] *= share;
        free_gain_bars[i] *= share;
    }
    position_bar.z *= share;
    rotation_bar *= share;
    velocity_bar *= share;
    angular_velocity_bar *= share;
    fade_pairs(share);
}

// Which limb end the lane's link is.
fn wake_limb() {
    limb_end = LIMB_ENDS;
    let ends = bodies[body].limb_ends;
    for (var i = 0u; i < min(bodies[body].limb_end_count, LIMB_ENDS); i++) {
        if body_links > 0u && byte(ends, i) == lane {
            limb_end = i;
        }
    }
}

// All zero.
fn clear_bars() {
    angle_bar = 0.0;
    rate_bar = 0.0;
    target_bar = 0.0;
    command_bar = 0.0;
    momentum_bar = vec3<f32>(0.0);
    spin_bar = vec3<f32>(0.0);
    force_bars = array<f32, CONTACTS>();
    free_gain_bars = array<vec3<f32>, CONTACTS>();
    position_bar = vec3<f32>(0.0);
    rotation_bar = vec3<f32>(0.0);
    velocity_bar = vec3<f32>(0.0);
    angular_velocity_bar = vec3<f32>(0.0);
    joint_position_bar = vec3<f32>(0.0);
    mass_bar = 0.0;
    axis_bar = vec3<f32>(0.0);
    armature_bar = 0.0;
    com_bar = vec3<f32>(0.0);
    damping_bar = 0.0;
    inertia_bar = Sym3();
    kp_bar = 0.0;
    kd_bar = 0.0;
    torque_limit_bar = 0.0;
    no_load_speed_bar = 0.0;
    lower_bar = 0.0;
    upper_bar = 0.0;
    limit_stiffness_bar = 0.0;
    rhythm_bar = vec4<f32>(0.0);
    contact_bars = array<vec4<f32>, CONTACTS>();
    contact_stiffness_bar = 0.0;
    contact_width_bar = 0.0;
    friction_bar = 0.0;
    contact_damping_bar = 0.0;
    gravity_bar = vec3<f32>(0.0);
    reference_force_bar = 0.0;
    start_bar = vec3<f32>(0.0);
    body_mass_bar = 0.0;
    leg_span_bar = 0.0;
    sample_bars = array<f32, DESCRIPTORS>();
    clear_pair_bars();
}

// Reads the bars as the last dispatch left them.
fn wake_bars() {
    let at = block * GRADIENT_FIELDS * LANES + lane;
    let a = gradients[at + JOINT_POSITION_MASS * LANES];
    joint_position_bar = a.xyz;
    mass_bar = a.w;
    let b = gradients[at + AXIS_ARMATURE * LANES];
    axis_bar = b.xyz;
    armature_bar = b.w;
    let c = gradients[at + COM_DAMPING * LANES];
    com_bar = c.xyz;
    damping_bar = c.w;
    let d = gradients[at + INERTIA_KP * LANES];
    let e = gradients[at + PRODUCTS_KD * LANES];
    inertia_bar = Sym3(d.xyz, e.xyz);
    kp_bar = d.w;
    kd_bar = e.w;
    let f = gradients[at + TORQUE_LOWER_UPPER_LIMIT * LANES];
    torque_limit_bar = f.x;
    lower_bar = f.y;
    upper_bar = f.z;
    limit_stiffness_bar = f.w;
    rhythm_bar = gradients[at + RHYTHM * LANES];
    for (var i = 0u; i < CONTACTS; i++) {
        contact_bars[i] = gradients[at + (CONTACT_POINTS + i) * LANES];
    }
    if NO_LOAD_SPEEDS != 0u {
        no_load_speed_bar = gradients[at + NO_LOAD * LANES].x;
    }
    wake_state_bars(at + STATE_BARS * LANES);
    wake_pair_bars(at + SHAPE * LANES, at + (STATE_BARS + STATE_PAIRS) * LANES);
    let g = gradients[at + POSITION_STIFFNESS_BARS * LANES];
    position_bar = g.xyz;
    contact_stiffness_bar = g.w;
    let h = gradients[at + ROTATION_WIDTH_BARS * LANES];
    rotation_bar = h.xyz;
    contact_width_bar = h.w;
    let j = gradients[at + VELOCITY_FRICTION_BARS * LANES];
    velocity_bar = j.xyz;
    friction_bar = j.w;
    let k = gradients[at + SPIN_DAMPING_BARS * LANES];
    angular_velocity_bar = k.xyz;
    contact_damping_bar = k.w;
    let l = gradients[at + GRAVITY_REFERENCE_BARS * LANES];
    gravity_bar = l.xyz;
    reference_force_bar = l.w;
    let m = gradients[at + START_MASS_BARS * LANES];
    start_bar = m.xyz;
    body_mass_bar = m.w;
    leg_span_bar = gradients[at + LEG_SPAN_BAR * LANES].x;
    for (var i = 0u; i < DESCRIPTORS; i++) {
        sample_bars[i] = gradients[at + (SAMPLE_BARS + i / 4u) * LANES][i % 4u];
    }
}

fn wake_state_bars(at: u32) {
    let s = gradients[at];
    angle_bar = s.x;
    rate_bar = s.y;
    target_bar = s.z;
    command_bar = s.w;
    momentum_bar = gradients[at + LANES].xyz;
    spin_bar = gradients[at + 2u * LANES].xyz;
    for (var i = 0u; i < CONTACTS; i++) {
        let contact = gradients[at + (STATE_CONTACTS + i) * LANES];
        free_gain_bars[i] = contact.xyz;
        force_bars[i] = contact.w;
    }
}

// Writes the bars.
fn rest_bars() {
    if STEPPED != 0u && own_step(span.first_step) >= steps_taken {
        // The creature's backward pass has not begun: what the host wrote stays.
        return;
    }
    let to = block * GRADIENT_FIELDS * LANES + lane;
    gradients[to + JOINT_POSITION_MASS * LANES] = vec4<f32>(joint_position_bar, mass_bar);
    gradients[to + AXIS_ARMATURE * LANES] = vec4<f32>(axis_bar, armature_bar);
    gradients[to + COM_DAMPING * LANES] = vec4<f32>(com_bar, damping_bar);
    gradients[to + INERTIA_KP * LANES] = vec4<f32>(inertia_bar.diagonal, kp_bar);
    gradients[to + PRODUCTS_KD * LANES] = vec4<f32>(inertia_bar.products, kd_bar);
    gradients[to + TORQUE_LOWER_UPPER_LIMIT * LANES] =
        vec4<f32>(torque_limit_bar, lower_bar, upper_bar, limit_stiffness_bar);
    gradients[to + RHYTHM * LANES] = rhythm_bar;
    for (var i = 0u; i < CONTACTS; i++) {
        gradients[to + (CONTACT_POINTS + i) * LANES] = contact_bars[i];
    }
    if NO_LOAD_SPEEDS != 0u {
        gradients[to + NO_LOAD * LANES] = vec4<f32>(no_load_speed_bar, 0.0, 0.0, 0.0);
    }
    rest_state_bars(to + STATE_BARS * LANES);
    rest_pair_bars(to + SHAPE * LANES, to + (STATE_BARS + STATE_PAIRS) * LANES);
    gradients[to + POSITION_STIFFNESS_BARS * LANES] = vec4<f32>(position_bar, contact_stiffness_bar);
    gradients[to + ROTATION_WIDTH_BARS * LANES] = vec4<f32>(rotation_bar, contact_width_bar);
    gradients[to + VELOCITY_FRICTION_BARS * LANES] = vec4<f32>(velocity_bar, friction_bar);
    gradients[to + SPIN_DAMPING_BARS * LANES] = vec4<f32>(angular_velocity_bar, contact_damping_bar);
    gradients[to + GRAVITY_REFERENCE_BARS * LANES] = vec4<f32>(gravity_bar, reference_force_bar);
    gradients[to + START_MASS_BARS * LANES] = vec4<f32>(start_bar, body_mass_bar);
    gradients[to + LEG_SPAN_BAR * LANES] = vec4<f32>(leg_span_bar, 0.0, 0.0, 0.0);
    for (var i = 0u; i < DESCRIPTORS; i += 4u) {
        var bars: vec4<f32>;
        for (var k = 0u; k < min(4u, DESCRIPTORS - i); k++) {
            bars[k] = sample_bars[i + k];
        }
        gradients[to + (SAMPLE_BARS + i / 4u) * LANES] = bars;
    }
}

fn rest_state_bars(to: u32) {
    gradients[to] = vec4<f32>(angle_bar, rate_bar, target_bar, command_bar);
    gradients[to + LANES] = vec4<f32>(momentum_bar, 0.0);
    gradients[to + 2u * LANES] = vec4<f32>(spin_bar, 0.0);
    for (var i = 0u; i < CONTACTS; i++) {
        gradients[to + (STATE_CONTACTS + i) * LANES] = vec4<f32>(free_gain_bars[i], force_bars[i]);
    }
}
