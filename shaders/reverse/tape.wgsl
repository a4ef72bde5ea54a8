// Reads the tape: the state before a step, and what the step left. Twin of crates/burgess-physics/src/step/reverse/tape.rs.

// Makes the state that before step `step`, with the servo target and the command that held in it.
fn read_tape(step: u32) {
    // What the step left: where the one after it began.
    angle_after = angle;
    rate_after = rate;
    force_after = total_force();
    velocity_after = velocity;
    orientation_after = orientation;
    position_after = position;
    spin_after = spin;
    let target_now = target_before;
    let command_now = command_before;
    // Where it began.
    read_record(step);
    target_angle = target_now;
    command = command_now;
}

// Reads a state, with the servo target and the command that held before it.
fn read_record(step: u32) {
    wake_state(step);
    target_before = target_angle;
    command_before = command;
    if is_root() {
        velocity = recorded_velocity(step);
        orientation = recorded_orientation(step);
        position = recorded_position(step);
    }
}

fn recorded_velocity(step: u32) -> vec3<f32> {
    return states[record(step)].xyz;
}

fn recorded_orientation(step: u32) -> vec4<f32> {
    return states[record(step) + STATE_FIELDS * LANES];
}

fn recorded_position(step: u32) -> vec3<f32> {
    return states[record(step) + (STATE_FIELDS + 1u) * LANES].xyz;
}
