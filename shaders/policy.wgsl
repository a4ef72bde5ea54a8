// The brain: observation in, servo commands out. Twin of crates/burgess-physics/src/step/policy.rs.

const CPG = 0u;
const MLP = 1u;

// Makes the `decision`-th decision, at `time` (s).
fn act(decision: u32, time: f32) {
    let clock = rhythm.w * time * TAU;
    switch BRAIN {
        case CPG: {
            let share = rhythm.x + rhythm.y * sine(clock + rhythm.z);
            command = commanded_angle(share);
        }
        case MLP: {
            let own = clock + rhythm.z;
            let share = bounded_tanh(network(clock) + rhythm.x * sine(own) + rhythm.y * cosine(own));
            command = commanded_angle(share);
        }
        default: {
            if is_joint {
                command = commanded_angle(recorded_action(decision));
            }
        }
    }
}

// The lane's share of a sequence of actions, which stands in `weights` after the number of its rows; the last row is held.
fn recorded_action(decision: u32) -> f32 {
    let at = bodies[facts()].weights;
    let row = min(decision, u32(weights[at]) - 1u);
    return weights[at + 1u + row * (body_links - 1u) + lane - base - 1u];
}

// The angle (rad) that a share of the hinge's range commands: -1 is the lower limit, 0 the middle, 1 the upper limit.
fn commanded_angle(share: f32) -> f32 {
    return (upper + lower) * 0.5 + share * half_range();
}

// Half the hinge's range (rad).
fn half_range() -> f32 {
    return (upper - lower) * 0.5;
}

// Moves the servo target towards the command (rad), no faster than the slew rate.
fn slew_target() {
    let change = target_change(command - target_angle);
    command_change = 0.0;
    if is_joint {
        target_angle += change;
        command_change = change * change;
    }
}

// As much of a wanted change as the slew rate allows.
fn target_change(wanted: f32) -> f32 {
    let bound = world.slew_rate * world.dt;
    // In this order a command that is no number stays one, and the candidate is found to have diverged.
    return select(select(wanted, bound, wanted > bound), -bound, wanted < -bound);
}

// The network's output for the lane's joint. The units of a layer are shared out among the creature's lanes; a brain stands in
// `weights` layer by layer, biases first, then one row of units an input.
fn network(clock: f32) -> f32 {
    let own = bodies[facts()].activations;
    var inputs = own;
    var input_count = OBSERVATIONS + 3u * (body_links - 1u);
    var outputs = own + ACTIVATIONS;
    var at = bodies[facts()].weights;
    observe(inputs, clock);
    storageBarrier();
    for (var layer = 0u; layer < world.hidden_layers; layer++) {
        let units = world.hidden[layer];
        for (var unit = lane - base; unit < units && body_links > 0u; unit += body_links) {
            activations[outputs + unit] = bounded_tanh(weighted_sum(at, unit, units, inputs, input_count));
        }
        storageBarrier();
        at += units * (input_count + 1u);
        input_count = units;
        let filled = outputs;
        // The way back needs all layers, otherwise two are enough.
        outputs = select(inputs, outputs + ACTIVATIONS, TAPED != 0u);
        inputs = filled;
    }
    var result = 0.0;
    if is_joint {
        result = weighted_sum(at, lane - base - 1u, body_links - 1u, inputs, input_count);
    }
    // Nobody writes the next observation while someone still reads.
    storageBarrier();
    return result;
}

// Bias and weighted inputs of one unit of a layer of `units` that begins at `layer`.
fn weighted_sum(layer: u32, unit: u32, units: u32, inputs: u32, input_count: u32) -> f32 {
    var sum = weights[layer + unit];
    for (var i = 0u; i < input_count; i++) {
        sum += weights[layer + units * (i + 1u) + unit] * activations[inputs + i];
    }
    return sum;
}

// Writes the observation: up vector in base axes, velocity (m/s) and angular velocity (10 rad/s) in the heading frame, height (m),
// clock; then the velocity that the creature is asked for, in the heading frame (m/s), where it is asked for any; then the latent state, if a world model watches; then for each joint angle (rad), rate (10 rad/s) and contact of its link (sum of
// the load shares of its points).
fn observe(to: u32, clock: f32) {
    if WATCHED != 0u && body_links > 0u {
        for (var i = lane - base; i < LATENT; i += body_links) {
            activations[to + OBSERVATIONS - LATENT + i] = remembered(watched_moment, DETERMINISTIC + i);
        }
    }
    if is_head() {
        let rotation = rotation_matrix(orientation);
        let up = vec3<f32>(rotation[0].z, rotation[1].z, rotation[2].z);
        let moving = in_heading_frame(rotation[0].xy, velocity);
        let turning = in_heading_frame(rotation[0].xy, rotation * spin) * 0.1;
        activations[to] = up.x;
        activations[to + 1u] = up.y;
        activations[to + 2u] = up.z;
        activations[to + 3u] = moving.x;
        activations[to + 4u] = moving.y;
        activations[to + 5u] = moving.z;
        activations[to + 6u] = turning.x;
        activations[to + 7u] = turning.y;
        activations[to + 8u] = turning.z;
        activations[to + 9u] = terrain_height(position);
        activations[to + 10u] = sine(clock);
        activations[to + 11u] = cosine(clock);
        if ASKED != 0u {
            let wanted = in_heading_frame(rotation[0].xy, asked_velocity);
            activations[to + 12u] = wanted.x;
            activations[to + 13u] = wanted.y;
        }
    }
    if is_joint {
        let own = to + OBSERVATIONS + 3u * (lane - base - 1u);
        var contact = 0.0;
        for (var i = 0u; i < CONTACTS; i++) {
            if i < contact_count {
                contact += load_share(normal_forces[i], reference_force);
            }
        }
        activations[own] = angle;
        activations[own + 1u] = rate * 0.1;
        activations[own + 2u] = contact;
    }
}

// A world vector seen from a frame with z up whose x axis is the base's, projected to the ground.
fn in_heading_frame(forward: vec2<f32>, a: vec3<f32>) -> vec3<f32> {
    // A base that points straight up has no heading; the small constant keeps the division finite there.
    let length = sqrt(forward.x * forward.x + forward.y * forward.y + 1e-9);
    let c = forward.x / length;
    let s = forward.y / length;
    return vec3<f32>(c * a.x + s * a.y, c * a.y - s * a.x, a.z);
}
