// From the objective to what is measured after a step, and on to the state that the step left. Twin of
// crates/burgess-physics/src/step/reverse/measure.rs.

// Adds what the sensors of a step pass on to the bars of the state after it, and sets those of power, limit use and change of
// command.
fn reverse_measure(step: u32) {
    let wanted = command - target_before;
    let change = target_change(wanted);
    command_change = select(0.0, change * change, is_joint);
    post_measurements(rate_after, force_after, position_after);
    if WATCHED != 0u {
        post_features(force_after, angle_after, rate_after, target_angle);
    }
    workgroupBarrier();
    if is_base {
        reverse_sensors(step);
    }
    workgroupBarrier();
    let joints = posted(2u, base);
    let limbs = posted(3u, base);
    power_bar = joints.x;
    limit_use_bar = joints.y;
    change_weight = joints.z;
    if limb_end < LIMB_ENDS {
        for (var i = 0u; i < CONTACTS; i++) {
            force_bars[i] += limbs[limb_end];
        }
    }
    if TOUCHES != 0u {
        touch_bars = posted(7u, scene_lane).xy;
    }
    if OBJECTS != 0u && is_object {
        // Measurements see the creature's effort alone.
        power_bar = 0.0;
        limit_use_bar = 0.0;
        change_weight = 0.0;
        if THINGS != 0u && lane == first_object_lane {
            position_bar += posted(4u, lane).xyz;
            start_bar += posted(5u, lane).xyz;
        }
        if RIVALS != 0u && lane == first_rival_lane() {
            position_bar += posted(4u, lane).xyz;
        }
    }
    if WATCHED != 0u {
        take_feature_bars(joints.w);
    }
    // Nobody posts anything else while someone still reads.
    workgroupBarrier();
}

// On base lanes: the base's own share, and the others posted.
fn reverse_sensors(step: u32) {
    let sensors = measure(
        world.dt * f32(step + 1u), sum_joints(), position_after, velocity_after, orientation_after,
    );
    var bar = reverse_judgement(step, sensors);
    let limbs = reverse_limb_loads(bar.limb_load);
    var base_force_bar = 0.0;
    if WATCHED != 0u {
        base_force_bar = reverse_features(sensors, &bar);
    }
    start_bar += bar.start;
    let height = terrain_height_reverse(position_after, bar.height);
    position_bar += bar.position + height;
    velocity_bar += bar.velocity;
    rotation_bar += cross(sensors.up, bar.up);
    let joints = f32(max(body_links - 1u, 1u));
    let roughness = 2.0 * bar.command_rate / (world.dt * world.dt * joints);
    post(2u, vec4<f32>(bar.power, bar.limit_use / joints, roughness, base_force_bar));
    post(3u, limbs);
    // To the places of the first object and of the first rival.
    if THINGS != 0u {
        board[4u * ROW + first_object_lane] = vec4<f32>(bar.object, 0.0);
        board[5u * ROW + first_object_lane] = vec4<f32>(bar.object_start, 0.0);
    }
    if RIVALS != 0u {
        board[4u * ROW + first_rival_lane()] = vec4<f32>(bar.rival, 0.0);
    }
    if TOUCHES != 0u {
        let forces = sum_touches();
        let object = load_share_reverse(forces.x, reference_force, bar.object_touch);
        let own = load_share_reverse(forces.y, reference_force, bar.self_touch);
        reference_force_bar += object.reference + own.reference;
        // The base alone has read its own place.
        post(7u, vec4<f32>(object.normal_force, own.normal_force, 0.0, 0.0));
    }
}

// The bars of the limb ends' forces.
fn reverse_limb_loads(loads_bar: vec4<f32>) -> vec4<f32> {
    let ends = bodies[body].limb_ends;
    let end_count = bodies[body].limb_end_count;
    var limbs: vec4<f32>;
    for (var i = 0u; i < LIMB_ENDS; i++) {
        if i < end_count {
            let share = load_share_reverse(posted(1u, byte(ends, i)).x, reference_force, loads_bar[i]);
            limbs[i] = share.normal_force;
            reference_force_bar += share.reference;
        }
    }
    return limbs;
}

// With respect to the sensors of a step: the rates and the samples, and after the last step the ends.
fn reverse_judgement(step: u32, sensors: Sensors) -> Sensors {
    var bar = reward_rates_reverse(sensors, objective_reward() * world.dt);
    if step + 1u == steps_taken {
        if STEPPED == 0u || results[body * RESULT_WORDS + ENDING] != RUNNING {
            bar = sensors_add(bar, reward_finishes_reverse(sensors, objective_reward()));
        }
        let b = bodies[body];
        let ends = descriptor_finishes_reverse(sensors, BodyFacts(b.mass, b.link_count, b.leg_span));
        bar = sensors_add(bar, ends.s);
        body_mass_bar = ends.body.mass;
        leg_span_bar = ends.body.leg_span;
        let mean = 1.0 / f32(steps_taken);
        for (var i = 0u; i < DESCRIPTORS; i++) {
            sample_bars[i] = ends.means[i] * mean;
        }
    }
    return sensors_add(bar, descriptor_samples_reverse(sensors, world.dt, sample_bars));
}

// With respect to all that descriptors are made of at the end.
struct EndsGradient {
    means: array<f32, DESCRIPTORS>,
    s: Sensors,
    body: BodyFacts,
}

fn objective_weight(descriptor: u32) -> f32 {
    return objectives[bodies[body].objective].descriptors[descriptor / 4u][descriptor % 4u];
}

fn objective_reward() -> f32 {
    return objectives[bodies[body].objective].reward;
}

fn sensors_add(a: Sensors, b: Sensors) -> Sensors {
    return Sensors(
        a.time + b.time, a.start + b.start, a.position + b.position, a.velocity + b.velocity, a.up + b.up,
        a.height + b.height, a.power + b.power, a.command_rate + b.command_rate, a.limit_use + b.limit_use,
        a.limb_load + b.limb_load, a.touchdowns + b.touchdowns, a.object_start + b.object_start, a.object + b.object,
        a.object_touch + b.object_touch, a.self_touch + b.self_touch, a.rival + b.rival,
        a.wanted + b.wanted,
    );
}

fn facts_add(a: BodyFacts, b: BodyFacts) -> BodyFacts {
    return BodyFacts(a.mass + b.mass, a.link_count + b.link_count, a.leg_span + b.leg_span);
}
