// Reads the tape: the state before a step, and what the step left. Twin of crates/burgess-physics/src/step/reverse/tape.rs.

// Makes the state that before step `step`, with the servo target and the command that held in it.
fn read_tape(step: u32) {
    // What the step left.
    wake_state(step + 1u);
    angle_after = angle;
    rate_after = rate;
    force_after = total_force();
    let target_now = target_angle;
    let command_now = command;
    if is_base {
        velocity_after = recorded_velocity(step + 1u);
        orientation_after = recorded_orientation(step + 1u);
        position_after = recorded_position(step + 1u);
        spin_after = spin;
    }
    // Where it began.
    wake_state(step);
    target_before = target_angle;
    target_angle = target_now;
    command = command_now;
    if is_base {
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
