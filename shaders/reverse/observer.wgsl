// Through the world model. Twin of crates/burgess-physics/src/step/reverse/observer.rs.
//
// Bars stand behind what goes on in it: of h and z after the frame that comes next on the way back, of the features of each step of the
// frame that is gone back through, then those of its layers. Of a creature whose last step is still to come nothing is written.

fn thought_bars() -> u32 {
    return thought_place() + THOUGHT;
}

// Through the end of a frame, the last of so many: the bars of h and z become those before it.
fn reverse_frame(frames: u32) {
    let before = moment_place(frames - 1u);
    think(before, moment_place(frames));
    let at = thought_place();
    let bars = thought_bars();
    let first = lane - base;
    let step = max(body_links, 1u);
    let works = alive && body_links > 0u;
    // Observe.
    for (var i = first; i < LATENT / CLASSES && works; i += step) {
        reverse_probabilities(at + NEW_STATE + DETERMINISTIC + i * CLASSES, bars + Z_BAR + i * CLASSES, bars + LOGITS_BAR + i * CLASSES);
    }
    storageBarrier();
    let posterior_factor = even_factor(at + POSTERIOR);
    for (var unit = first; unit < HIDDEN && works; unit += step) {
        var bar = 0.0;
        for (var i = 0u; i < LATENT; i++) {
            bar += weights[LOGITS_AT + unit * LATENT + i] * activations[bars + LOGITS_BAR + i];
        }
        let even = activations[at + POSTERIOR + unit] * posterior_factor;
        activations[bars + POSTERIOR_BAR + unit] = reverse_silu(even, scale(posterior_layer(), unit), bar);
    }
    storageBarrier();
    let seen_factor = even_factor(at + SEEN);
    let posterior_along = along_even(at + POSTERIOR, posterior_factor, bars + POSTERIOR_BAR);
    for (var i = first; i < DETERMINISTIC + HIDDEN && works; i += step) {
        let bar = input_bar(posterior_layer(), i, at + POSTERIOR, posterior_factor, bars + POSTERIOR_BAR, posterior_along);
        if i < DETERMINISTIC {
            activations[bars + H_BAR + i] += bar;
        } else {
            let unit = i - DETERMINISTIC;
            let even = activations[at + SEEN + unit] * seen_factor;
            activations[bars + SEEN_BAR + unit] = reverse_silu(even, scale(observe_layer(), unit), bar);
        }
    }
    storageBarrier();
    let seen_along = along_even(at + SEEN, seen_factor, bars + SEEN_BAR);
    for (var i = first; i < OBSERVED && works; i += step) {
        let bar = input_bar(observe_layer(), i, at + SEEN, seen_factor, bars + SEEN_BAR, seen_along);
        put_feature_bar(i, bar);
    }
    // Advance.
    for (var unit = first; unit < DETERMINISTIC && works; unit += step) {
        reverse_gate(before, unit);
    }
    storageBarrier();
    let x_factor = even_factor(at + X);
    for (var i = first; i < DETERMINISTIC + HIDDEN && works; i += step) {
        if i < DETERMINISTIC {
            let kept = 1.0 - activations[at + GATES + 3u * i + 2u];
            let own = gate_bar(i / BLOCK, i % BLOCK);
            activations[bars + H_BAR + i] = activations[bars + H_BAR + i] * kept + own;
        } else {
            let unit = i - DETERMINISTIC;
            var bar = 0.0;
            for (var index = 0u; index < BLOCKS; index++) {
                bar += gate_bar(index, BLOCK + unit);
            }
            let even = activations[at + X + unit] * x_factor;
            activations[bars + X_BAR + unit] = reverse_silu(even, scale(input_layer(), unit), bar);
        }
    }
    storageBarrier();
    let x_along = along_even(at + X, x_factor, bars + X_BAR);
    for (var i = first; i < input_layer().inputs && works; i += step) {
        let bar = input_bar(input_layer(), i, at + X, x_factor, bars + X_BAR, x_along);
        if i < DETERMINISTIC {
            activations[bars + H_BAR + i] += bar;
        } else if i < DETERMINISTIC + LATENT {
            activations[bars + Z_BAR + i - DETERMINISTIC] = bar;
        } else {
            put_feature_bar(i - DETERMINISTIC - LATENT + OBSERVED, bar);
        }
    }
    storageBarrier();
}

// The bar of a feature in units of its deviation, for each step of the frame. What was clipped does not move.
fn put_feature_bar(feature: u32, bar: f32) {
    let free = abs(activations[thought_place() + UNITS + feature]) < CLIP;
    let share = bar / weights[FEATURES + feature] / f32(WATCH_PERIOD);
    activations[thought_bars() + FEATURE_BARS + feature] = select(0.0, share, free);
}

// Bars of logits: the mixture takes the probabilities p to a p + b.
fn reverse_probabilities(z: u32, z_bar: u32, to: u32) {
    let least = UNIMIX / f32(CLASSES);
    var mean = 0.0;
    for (var i = 0u; i < CLASSES; i++) {
        mean += (activations[z + i] - least) / (1.0 - UNIMIX) * activations[z_bar + i];
    }
    for (var i = 0u; i < CLASSES; i++) {
        activations[to + i] = (activations[z + i] - least) * (activations[z_bar + i] - mean);
    }
}

// The bar of a sum in units of the root of their mean square, from that of what comes out of the layer.
fn reverse_silu(even: f32, scale: f32, bar: f32) -> f32 {
    let x = even * scale;
    let open = sigmoid(x);
    return open * (1.0 + x * (1.0 - open)) * scale * bar;
}

// Mean of the sums, in such units, times their bars.
fn along_even(sums: u32, factor: f32, bars: u32) -> f32 {
    var along = 0.0;
    for (var i = 0u; i < HIDDEN; i++) {
        along += activations[sums + i] * factor * activations[bars + i];
    }
    return along / f32(HIDDEN);
}

// The bar of an input of a hidden layer.
fn input_bar(layer: Layer, input: u32, sums: u32, factor: f32, bars: u32, along: f32) -> f32 {
    var bar = 0.0;
    for (var unit = 0u; unit < HIDDEN; unit++) {
        let sum_bar = (activations[bars + unit] - activations[sums + unit] * factor * along) * factor;
        bar += weights[layer.at + input * HIDDEN + unit] * sum_bar;
    }
    return bar;
}

// The bars of what a unit's gates are made of, columns of its block.
fn reverse_gate(before: u32, unit: u32) {
    let own = thought_place() + GATES + 3u * unit;
    let reset = activations[own];
    let raw = activations[own + 1u];
    let update = activations[own + 2u];
    let candidate = bounded_tanh(reset * raw);
    let bar = activations[thought_bars() + H_BAR + unit];
    let arc_bar = bar * update * (1.0 - candidate * candidate);
    let to = thought_bars() + GATE_BARS + unit / BLOCK * 3u * BLOCK + unit % BLOCK;
    activations[to] = arc_bar * raw * reset * (1.0 - reset);
    activations[to + BLOCK] = arc_bar * reset;
    activations[to + 2u * BLOCK] = bar * (candidate - remembered(before, unit)) * update * (1.0 - update);
}

// The bar of an input of a block's gates.
fn gate_bar(index: u32, input: u32) -> f32 {
    let row = gates_at(index) + input * 3u * BLOCK;
    let bars = thought_bars() + GATE_BARS + index * 3u * BLOCK;
    var bar = 0.0;
    for (var i = 0u; i < 3u * BLOCK; i++) {
        bar += weights[row + i] * activations[bars + i];
    }
    return bar;
}
