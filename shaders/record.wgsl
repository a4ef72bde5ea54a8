// Recorded frames: means of features over the steps of each, and the reward gained. Twin of crates/burgess-physics/src/step/record.rs.

// On base lanes, after `steps` steps: adds the step's features, and ends the frame when it is time, or the episode is over without one.
fn put_features(now: array<f32, FEATURES>, steps: u32, over: bool, sensors: Sensors) {
    for (var i = 0u; i < FEATURES; i++) {
        frame_sums[i] += now[i];
    }
    if steps % FRAME == 0u || (over && steps < FRAME) {
        let share = 1.0 / f32(min(steps, FRAME));
        let to = frame_place(steps - 1u);
        for (var i = 0u; i < FEATURES; i++) {
            results[to + i] = bitcast<u32>(frame_sums[i] * share);
        }
        let so_far = reward + reward_finishes(sensors);
        results[to + FEATURES] = bitcast<u32>(so_far - earned);
        frame_sums = array<f32, FEATURES>();
        earned = so_far;
    }
}

// Where the frame of a step stands in `results`.
fn frame_place(step: u32) -> u32 {
    return body * RESULT_WORDS + FRAMES + step / FRAME * FRAME_WORDS;
}

// The frame under way before a step, as the last dispatch left it in the room for it.
fn wake_frame(step: u32) {
    let at = frame_place(step);
    for (var i = 0u; i < FEATURES; i++) {
        frame_sums[i] = bitcast<f32>(results[at + i]);
    }
    earned = bitcast<f32>(results[at + FEATURES]);
}

fn rest_frame(step: u32) {
    let to = frame_place(step);
    for (var i = 0u; i < FEATURES; i++) {
        results[to + i] = bitcast<u32>(frame_sums[i]);
    }
    results[to + FEATURES] = bitcast<u32>(earned);
}
