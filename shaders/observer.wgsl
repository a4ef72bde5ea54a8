// A world model on its way through an episode. Twin of crates/burgess-physics/src/step/observer.rs.
//
// Its numbers stand in front of the brains in `weights`. What it was after each frame, a moment, stands in `results`: features, h, z. What
// goes on in it stands behind the brain's activations. The units of its layers are shared out among the creature's lanes.

// A layer of the model: where its weights begin, one row of units an input; biases follow, then scales if it has them.
struct Layer {
    at: u32,
    inputs: u32,
    units: u32,
}

fn input_layer() -> Layer {
    return Layer(INPUT_AT, DETERMINISTIC + LATENT + FEATURES - OBSERVED, HIDDEN);
}

fn observe_layer() -> Layer {
    return Layer(OBSERVE_AT, OBSERVED, HIDDEN);
}

fn posterior_layer() -> Layer {
    return Layer(POSTERIOR_AT, DETERMINISTIC + HIDDEN, HIDDEN);
}

fn logits_layer() -> Layer {
    return Layer(LOGITS_AT, HIDDEN, LATENT);
}

fn bias(layer: Layer, unit: u32) -> f32 {
    return weights[layer.at + layer.inputs * layer.units + unit];
}

fn scale(layer: Layer, unit: u32) -> f32 {
    return weights[layer.at + (layer.inputs + 1u) * layer.units + unit];
}

// Where the gates of a block of h have their weights: columns of its resets, then of its candidates, then of its updates.
fn gates_at(index: u32) -> u32 {
    return GATES_AT + index * (BLOCK + HIDDEN) * 3u * BLOCK;
}

// Where what was after so many frames stands in `results`. The way back needs all moments, otherwise two are enough.
fn moment_place(frames: u32) -> u32 {
    return body * RESULT_WORDS + WATCHING + FEATURES + select(frames % 2u, frames, TAPED != 0u) * MOMENT_WORDS;
}

// Where what goes on in the model begins in `activations`.
fn thought_place() -> u32 {
    return bodies[body].activations + select(2u, world.hidden_layers + 3u, TAPED != 0u) * ACTIVATIONS;
}

// h and z of a moment, one behind the other.
fn remembered(moment: u32, i: u32) -> f32 {
    return bitcast<f32>(results[moment + FEATURES + i]);
}

// On base lanes: takes in the features of a step.
fn see(now: array<f32, FEATURES>) {
    for (var i = 0u; i < FEATURES; i++) {
        watched_sums[i] += now[i];
    }
}

// Before the first frame all is zero.
fn start_watching() {
    if body_links > 0u {
        for (var i = lane - base; i < MOMENT_WORDS; i += body_links) {
            results[moment_place(0u) + i] = 0u;
        }
    }
}

// The frame under way, as the last dispatch left it.
fn wake_watching() {
    for (var i = 0u; i < FEATURES; i++) {
        watched_sums[i] = bitcast<f32>(results[body * RESULT_WORDS + WATCHING + i]);
    }
}

fn rest_watching() {
    for (var i = 0u; i < FEATURES; i++) {
        results[body * RESULT_WORDS + WATCHING + i] = bitcast<u32>(watched_sums[i]);
    }
}

// Ends a frame, the last of so many.
fn end_frame(frames: u32) {
    let now = moment_place(frames);
    if is_base {
        let share = 1.0 / f32(WATCH_PERIOD);
        for (var i = 0u; i < FEATURES; i++) {
            results[now + i] = bitcast<u32>(watched_sums[i] * share);
        }
        watched_sums = array<f32, FEATURES>();
    }
    storageBarrier();
    think(moment_place(frames - 1u), now);
    if body_links > 0u {
        let at = thought_place();
        for (var i = lane - base; i < DETERMINISTIC + LATENT; i += body_links) {
            results[now + FEATURES + i] = bitcast<u32>(activations[at + NEW_STATE + i]);
        }
    }
    storageBarrier();
}

// All that goes on in the model in a frame, out of the moment before and the features of that after it.
fn think(before: u32, after: u32) {
    let at = thought_place();
    let first = lane - base;
    let step = max(body_links, 1u);
    // Idle lanes have no share.
    let works = body_links > 0u;
    for (var i = first; i < FEATURES && works; i += step) {
        let units = (bitcast<f32>(results[after + i]) - weights[i]) / weights[FEATURES + i];
        activations[at + UNITS + i] = clamp(units, -CLIP, CLIP);
    }
    storageBarrier();
    // Advance, and the first layer of what was observed.
    for (var unit = first; unit < HIDDEN && works; unit += step) {
        let own = input_layer();
        var sum = bias(own, unit);
        for (var i = 0u; i < own.inputs; i++) {
            sum += weights[own.at + i * HIDDEN + unit] * input_value(before, at, i);
        }
        activations[at + X + unit] = sum;
        let seen = observe_layer();
        sum = bias(seen, unit);
        for (var i = 0u; i < OBSERVED; i++) {
            sum += weights[seen.at + i * HIDDEN + unit] * activations[at + UNITS + i];
        }
        activations[at + SEEN + unit] = sum;
    }
    storageBarrier();
    let x_factor = even_factor(at + X);
    let seen_factor = even_factor(at + SEEN);
    for (var unit = first; unit < HIDDEN && works; unit += step) {
        activations[at + X_OUT + unit] = silu(activations[at + X + unit] * x_factor * scale(input_layer(), unit));
        activations[at + SEEN_OUT + unit] = silu(activations[at + SEEN + unit] * seen_factor * scale(observe_layer(), unit));
    }
    storageBarrier();
    for (var unit = first; unit < DETERMINISTIC && works; unit += step) {
        let sums = gate_sums(before, at, unit);
        let reset = sigmoid(sums.x);
        let update = sigmoid(sums.z - UPDATE_BIAS);
        activations[at + GATES + 3u * unit] = reset;
        activations[at + GATES + 3u * unit + 1u] = sums.y;
        activations[at + GATES + 3u * unit + 2u] = update;
        activations[at + NEW_STATE + unit] =
            update * bounded_tanh(reset * sums.y) + (1.0 - update) * remembered(before, unit);
    }
    storageBarrier();
    // Observe.
    for (var unit = first; unit < HIDDEN && works; unit += step) {
        let own = posterior_layer();
        var sum = bias(own, unit);
        for (var i = 0u; i < own.inputs; i++) {
            sum += weights[own.at + i * HIDDEN + unit] * both_value(at, i);
        }
        activations[at + POSTERIOR + unit] = sum;
    }
    storageBarrier();
    let factor = even_factor(at + POSTERIOR);
    for (var unit = first; unit < HIDDEN && works; unit += step) {
        activations[at + POSTERIOR_OUT + unit] =
            silu(activations[at + POSTERIOR + unit] * factor * scale(posterior_layer(), unit));
    }
    storageBarrier();
    for (var unit = first; unit < LATENT && works; unit += step) {
        let own = logits_layer();
        var sum = bias(own, unit);
        for (var i = 0u; i < HIDDEN; i++) {
            sum += weights[own.at + i * LATENT + unit] * activations[at + POSTERIOR_OUT + i];
        }
        activations[at + NEW_STATE + DETERMINISTIC + unit] = sum;
    }
    storageBarrier();
    for (var i = first; i < LATENT / CLASSES && works; i += step) {
        to_probabilities(at + NEW_STATE + DETERMINISTIC + i * CLASSES);
    }
    storageBarrier();
}

// What the layers of h see: h, z and commands; h and what was observed.
fn input_value(before: u32, at: u32, i: u32) -> f32 {
    if i < DETERMINISTIC + LATENT {
        return remembered(before, i);
    }
    return activations[at + UNITS + OBSERVED + i - DETERMINISTIC - LATENT];
}

fn both_value(at: u32, i: u32) -> f32 {
    if i < DETERMINISTIC {
        return activations[at + NEW_STATE + i];
    }
    return activations[at + SEEN_OUT + i - DETERMINISTIC];
}

// One over the root of the mean square of a hidden layer's sums.
fn even_factor(sums: u32) -> f32 {
    var squares = 0.0;
    for (var i = 0u; i < HIDDEN; i++) {
        squares += activations[sums + i] * activations[sums + i];
    }
    return 1.0 / sqrt(squares / f32(HIDDEN) + EPSILON);
}

// What a unit's reset, candidate and update are made of.
fn gate_sums(before: u32, at: u32, unit: u32) -> vec3<f32> {
    let index = unit / BLOCK;
    let column = unit % BLOCK;
    let own = gates_at(index);
    let biases = gates_at(BLOCKS) + index * 3u * BLOCK + column;
    var sums = vec3<f32>(weights[biases], weights[biases + BLOCK], weights[biases + 2u * BLOCK]);
    for (var i = 0u; i < BLOCK + HIDDEN; i++) {
        var value: f32;
        if i < BLOCK {
            value = remembered(before, index * BLOCK + i);
        } else {
            value = activations[at + X_OUT + i - BLOCK];
        }
        let row = own + i * 3u * BLOCK + column;
        sums += vec3<f32>(weights[row], weights[row + BLOCK], weights[row + 2u * BLOCK]) * value;
    }
    return sums;
}

// Logits to probabilities, mixed with a part of the uniform distribution.
fn to_probabilities(at: u32) {
    var most = activations[at];
    for (var i = 1u; i < CLASSES; i++) {
        most = max(most, activations[at + i]);
    }
    var sum = 0.0;
    for (var i = 0u; i < CLASSES; i++) {
        let share = exp(activations[at + i] - most);
        activations[at + i] = share;
        sum += share;
    }
    for (var i = 0u; i < CLASSES; i++) {
        activations[at + i] = activations[at + i] * ((1.0 - UNIMIX) / sum) + UNIMIX / f32(CLASSES);
    }
}

fn sigmoid(x: f32) -> f32 {
    let decay = exp(-abs(x));
    let share = 1.0 / (1.0 + decay);
    return select(decay * share, share, x > 0.0);
}

fn silu(x: f32) -> f32 {
    return x * sigmoid(x);
}
