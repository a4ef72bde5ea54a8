// What the task sees after a step. Twin of src/sim/cpu/measure.rs.

// Posts what the base lane sums up.
fn post_measurements() {
    var force = 0.0;
    for (var i = 0u; i < CONTACTS; i++) {
        if i < contact_count {
            force += normal_forces[i];
        }
    }
    var work = 0.0;
    if is_joint {
        work = abs((servo.push - servo.drag * rate) * rate);
    }
    post(0u, vec4<f32>(work, limit_use, command_change, force));
    let calm = is_finite(angle) && is_finite(rate) && abs(rate) < RATE_BOUND;
    post(1u, vec4<f32>(select(1.0, 0.0, calm), 0.0, 0.0, 0.0));
}

// Summarises the state after a step at `time` (s), on base lanes.
fn measure(time: f32) -> Sensors {
    var s: Sensors;
    s.time = time;
    s.start = bodies[body].start;
    s.position = position;
    s.velocity = velocity;
    s.up = rotate(orientation, vec3<f32>(0.0, 0.0, 1.0));
    s.height = terrain_distance(position).distance;
    for (var i = 1u; i < body_links; i++) {
        let joint = posted(0u, base + i);
        s.power += joint.x;
        s.limit_use += joint.y;
        s.command_rate += joint.z;
    }
    let joints = f32(max(body_links - 1u, 1u));
    s.limit_use /= joints;
    s.command_rate /= world.dt * world.dt * joints;
    let ends = bodies[body].limb_ends;
    let end_count = bodies[body].limb_end_count;
    for (var i = 0u; i < LIMB_ENDS; i++) {
        if i < end_count {
            s.limb_load[i] = load_share(posted(0u, byte(ends, i)).w, reference_force);
        }
    }
    s.touchdowns = update_stance(s.limb_load, end_count);
    return s;
}

// Updates the stance and returns the touch-downs, mean over `count` limb ends.
fn update_stance(loads: vec4<f32>, count: u32) -> f32 {
    var landed = 0.0;
    for (var i = 0u; i < LIMB_ENDS; i++) {
        if i < count {
            let down = stance[i];
            let unloaded = select(0.0, down, down > 1.5);
            let now = select(select(unloaded, down, loads[i] > LIFT_OFF), 1.0, loads[i] > TOUCH_DOWN);
            landed += max(now - down, 0.0);
            stance[i] = now;
        }
    }
    return landed / f32(max(count, 1u));
}
