// Through the slew of the servo target and the brain. Twin of crates/burgess-physics/src/step/reverse/policy.rs.

// The bar of the servo target becomes that before the step.
fn reverse_slew() {
    let wanted = command - target_before;
    // At the bound the change is a constant.
    if is_joint && abs(wanted) < world.slew_rate * world.dt {
        let change_bar = target_bar + change_weight * wanted;
        command_bar += change_bar;
        target_bar -= change_bar;
    }
}

// The `decision`-th decision, at `time` (s): from the commands, which it set, to the brain and to what it saw.
fn reverse_act(decision: u32, time: f32) {
    let clock = rhythm.w * time * TAU;
    let own = clock + rhythm.z;
    var share = 0.0;
    let share_bar = command_bar * half_range();
    switch BRAIN {
        case CPG: {
            share = rhythm.x + rhythm.y * sine(own);
            let own_bar = share_bar * rhythm.y * cosine(own);
            rhythm_bar += vec4<f32>(share_bar, share_bar * sine(own), own_bar, own_bar * time * TAU);
        }
        case MLP: {
            let output = network(clock);
            share = bounded_tanh(output + rhythm.x * sine(own) + rhythm.y * cosine(own));
            let sum_bar = share_bar * (1.0 - share * share);
            let own_bar = sum_bar * (rhythm.x * cosine(own) - rhythm.y * sine(own));
            rhythm_bar += vec4<f32>(sum_bar * sine(own), sum_bar * cosine(own), own_bar, own_bar * time * TAU);
            let clock_bar = reverse_network(clock, sum_bar);
            rhythm_bar.w += clock_bar * time * TAU;
        }
        default: {
            if is_joint {
                share = recorded_action(decision);
                reverse_action(decision, share_bar);
            }
        }
    }
    if is_joint {
        let half_bar = command_bar * 0.5;
        upper_bar += half_bar * (1.0 + share);
        lower_bar += half_bar * (1.0 - share);
    }
    command_bar = 0.0;
}

// Where the gradient with respect to the creature's brain begins in `activations`, behind the activations of all layers and two
// rows of bars, and what goes on in a world model; it is laid out as the brain is in `weights`.
fn brain_bars() -> u32 {
    let watching = WATCHED * (THOUGHT + THOUGHT_BARS);
    return bodies[facts()].activations + select(0u, (world.hidden_layers + 3u) * ACTIVATIONS + watching, BRAIN == MLP);
}

fn reverse_action(decision: u32, bar: f32) {
    let row = min(decision, u32(weights[bodies[facts()].weights]) - 1u);
    if alive {
        activations[brain_bars() + 1u + row * (body_links - 1u) + lane - base - 1u] += bar;
    }
}

// Through the layers, whose activations stand where network left them; the units of a layer are shared out among the creature's
// lanes. Gives the lane's part of the gradient with respect to the clock.
fn reverse_network(clock: f32, output_bar: f32) -> f32 {
    var filled = bodies[facts()].activations + (world.hidden_layers + 1u) * ACTIVATIONS;
    var empty = filled + ACTIVATIONS;
    if is_joint {
        activations[filled + lane - base - 1u] = output_bar;
    }
    storageBarrier();
    var layer_end = 0u;
    for (var layer = 0u; layer <= world.hidden_layers; layer++) {
        layer_end += layer_units(layer) * (layer_inputs(layer) + 1u);
    }
    for (var layer = world.hidden_layers + 1u; layer > 0u; layer--) {
        layer_end -= layer_units(layer - 1u) * (layer_inputs(layer - 1u) + 1u);
        if body_links > 0u {
            reverse_layer(layer - 1u, layer_end, filled, empty);
        }
        storageBarrier();
        let next = empty;
        empty = filled;
        filled = next;
    }
    return reverse_observation(filled, clock);
}

fn layer_units(layer: u32) -> u32 {
    if layer == world.hidden_layers {
        return body_links - 1u;
    }
    return world.hidden[layer];
}

fn layer_inputs(layer: u32) -> u32 {
    if layer == 0u {
        return OBSERVATIONS + 3u * (body_links - 1u);
    }
    return world.hidden[layer - 1u];
}

// Bars of a layer's weights, which begin `at` behind the brain's first, and of its inputs, from those of its `outputs` to `inputs`.
fn reverse_layer(layer: u32, at: u32, outputs: u32, inputs: u32) {
    let units = layer_units(layer);
    let input_count = layer_inputs(layer);
    let values = bodies[facts()].activations + layer * ACTIVATIONS;
    let own = bodies[facts()].weights + at;
    let own_bars = brain_bars() + at;
    for (var unit = lane - base; unit < units; unit += body_links) {
        if alive {
            activations[own_bars + unit] += activations[outputs + unit];
        }
    }
    for (var input = lane - base; input < input_count; input += body_links) {
        let row = units * (input + 1u);
        let value = activations[values + input];
        var bar = 0.0;
        for (var unit = 0u; unit < units; unit++) {
            let output_bar = activations[outputs + unit];
            bar += weights[own + row + unit] * output_bar;
            if alive {
                activations[own_bars + row + unit] += output_bar * value;
            }
        }
        // All but the observation are outputs of a tanh.
        activations[inputs + input] = select(bar * (1.0 - value * value), bar, layer == 0u);
    }
}

// From the bars of the observation, which stand at `at`, to the state; gives that of the clock, on base lanes.
fn reverse_observation(at: u32, clock: f32) -> f32 {
    var clock_bar = 0.0;
    if WATCHED != 0u && alive && body_links > 0u {
        for (var i = lane - base; i < LATENT; i += body_links) {
            activations[thought_bars() + Z_BAR + i] += activations[at + OBSERVATIONS - LATENT + i];
        }
    }
    if is_head() {
        let rotation = link_rotation;
        let up_bar = rotation * vector_at(at);
        rotation_bar += cross(up_bar, vec3<f32>(0.0, 0.0, 1.0));
        let turning = rotation * spin;
        let moving = reverse_heading(rotation[0], velocity, vector_at(at + 3u));
        let spinning = reverse_heading(rotation[0], turning, vector_at(at + 6u) * 0.1);
        velocity_bar += moving.vector;
        angular_velocity_bar += in_link(spinning.vector);
        rotation_bar += cross(turning, spinning.vector) + cross(rotation[0], moving.forward + spinning.forward);
        position_bar += terrain_height_reverse(position, activations[at + 9u]);
        clock_bar = activations[at + 10u] * cosine(clock) - activations[at + 11u] * sine(clock);
        if ASKED != 0u {
            let wanted_bar = vec3<f32>(activations[at + 12u], activations[at + 13u], 0.0);
            let wanted = reverse_heading(rotation[0], asked_velocity, wanted_bar);
            rotation_bar += cross(rotation[0], wanted.forward);
        }
    }
    if is_joint {
        let own = at + OBSERVATIONS + 3u * (lane - base - 1u);
        angle_bar += activations[own];
        rate_bar += activations[own + 1u] * 0.1;
        for (var i = 0u; i < CONTACTS; i++) {
            if i < contact_count {
                let share = load_share_reverse(normal_forces[i], reference_force, activations[own + 2u]);
                force_bars[i] += share.normal_force;
                reference_force_bar += share.reference;
            }
        }
    }
    return clock_bar;
}

fn vector_at(at: u32) -> vec3<f32> {
    return vec3<f32>(activations[at], activations[at + 1u], activations[at + 2u]);
}

// With respect to the base's x axis and the vector.
struct HeadingGradient {
    forward: vec3<f32>,
    vector: vec3<f32>,
}

// The reverse of in_heading_frame.
fn reverse_heading(forward: vec3<f32>, a: vec3<f32>, bar: vec3<f32>) -> HeadingGradient {
    let length = sqrt(forward.x * forward.x + forward.y * forward.y + 1e-9);
    let c = forward.x / length;
    let s = forward.y / length;
    let c_bar = bar.x * a.x + bar.y * a.y;
    let s_bar = bar.x * a.y - bar.y * a.x;
    let along = c_bar * c + s_bar * s;
    return HeadingGradient(
        vec3<f32>(c_bar - c * along, s_bar - s * along, 0.0) * (1.0 / length),
        vec3<f32>(c * bar.x - s * bar.y, s * bar.x + c * bar.y, bar.z),
    );
}
