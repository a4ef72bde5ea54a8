// Episodes: policy, physics, sensors, reward, descriptors, termination. Twin of crates/burgess-physics/src/step/episode.rs.

@compute @workgroup_size(32)
fn simulate(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) place: u32,
) {
    block = group.y * groups.x + group.x;
    if block >= span.block_count {
        return;
    }
    lane = place;
    wake();
    if !any_lane(is_base && running) {
        return;
    }
    for (var i = 0u; i < span.step_count; i++) {
        if TAPED != 0u {
            put_state(span.first_step + i);
        }
        advance(span.first_step + i);
    }
    rest();
}

// One step, the `steps`-th of the episode.
fn advance(steps: u32) {
    let own_steps = own_step(steps);
    ask(own_steps);
    // Decide.
    if WATCHED != 0u {
        watched_moment = moment_place(steps / WATCH_PERIOD);
    }
    // Episodes begin at decisions, so that all creatures decide at the same steps.
    if steps % world.control_period == 0u {
        act(decision_at(steps), world.dt * f32(own_steps));
    }
    slew_target();
    // Move.
    if PUSHED != 0u {
        push(own_steps);
    }
    step();
    if TAPED != 0u && span.replays != 0u {
        return;
    }
    // Judge.
    post_measurements(rate, total_force(), position);
    if RECORDED + WATCHED != 0u {
        post_features(total_force(), angle, rate, target_angle);
    }
    workgroupBarrier();
    if is_base && running {
        judge(own_steps + 1u);
    }
    if WATCHED != 0u && (steps + 1u) % WATCH_PERIOD == 0u {
        end_frame((steps + 1u) / WATCH_PERIOD);
    }
    // Nobody posts the next step's poses while a base lane still reads.
    workgroupBarrier();
    if STEPPED != 0u && TAPED == 0u {
        freeze(steps + 1u);
    }
}

// How many steps of the creature's own episode a step of the dispatch comes after.
fn own_step(step: u32) -> u32 {
    return select(step, step - started, STEPPED != 0u);
}

// The number of the decision that is made at a step.
fn decision_at(step: u32) -> u32 {
    return select(own_step(step), step - span.window_start, GIVEN != 0u) / world.control_period;
}

// In batches that step: writes the state of creatures whose episode has ended with the last step, in which they stay until they are reset.
fn freeze(step: u32) {
    if is_base {
        post(0u, vec4<f32>(select(0.0, 1.0, running)));
    }
    workgroupBarrier();
    let goes_on = posted(0u, scene_lane).x > 0.5;
    // Nobody posts the next step's poses while a lane still reads.
    workgroupBarrier();
    if !goes_on && !frozen {
        rest_lane(step);
        frozen = true;
    }
}

// On base lanes: rewards the step, and ends the episode after `steps` steps when it is over.
fn judge(steps: u32) {
    let joints = sum_joints();
    if joints.w > 0.0 || has_diverged() {
        end(DIVERGED, steps);
        return;
    }
    let sensors = measure(world.dt * f32(steps), joints, position, velocity, orientation);
    let gained = plus(Sum(reward, reward_excess), reward_rates(sensors) * world.dt);
    reward = gained.total;
    reward_excess = gained.excess;
    let now = descriptor_samples(sensors, world.dt);
    for (var i = 0u; i < DESCRIPTORS; i++) {
        let sum = plus(Sum(samples[i], samples_excess[i]), now[i]);
        samples[i] = sum.total;
        samples_excess[i] = sum.excess;
    }
    let stops = must_stop(sensors);
    let over = stops || steps == world.steps;
    if RECORDED + WATCHED != 0u {
        let now = features(sensors, velocity, spin, orientation);
        if RECORDED != 0u {
            put_features(now, steps, over, sensors);
        }
        if WATCHED != 0u {
            see(now);
        }
    }
    if over {
        reward += reward_finishes(sensors);
        let b = bodies[body];
        let mean = 1.0 / f32(steps);
        samples = descriptor_finishes(samples, mean, sensors, BodyFacts(b.mass, b.link_count, b.leg_span));
        end(select(FINISHED, TERMINATED, stops), steps);
    }
}

// Writes the results; what the lane simulates from here on does not count.
fn end(ending: u32, steps: u32) {
    running = false;
    let to = body * RESULT_WORDS;
    results[to + ENDING] = ending;
    results[to + STEPS] = steps;
    put_sums(to);
}

fn put_sums(to: u32) {
    results[to + REWARD] = bitcast<u32>(reward);
    results[to + EXCESS] = bitcast<u32>(reward_excess);
    for (var i = 0u; i < DESCRIPTORS; i++) {
        results[to + SAMPLES + i] = bitcast<u32>(samples[i]);
        results[to + EXCESS + 1u + i] = bitcast<u32>(samples_excess[i]);
    }
}

// A sum that keeps what rounding takes from it. Twin of Sum in crates/burgess-core/src/math/sum.rs.
struct Sum {
    total: f32,
    excess: f32,
}

fn plus(sum: Sum, x: f32) -> Sum {
    let owed = x - sum.excess;
    // Drivers simplify the next line to 0, as if numbers were exact, unless something keeps them from seeing where the total comes from.
    let total = bitcast<f32>(bitcast<u32>(sum.total + owed) + world.zero);
    let excess = (total - sum.total) - owed;
    return Sum(total, select(0.0, excess, is_finite(total)));
}

// Whether the root has left all bounds. What is not a number is not calm either.
fn has_diverged() -> bool {
    let calm = is_finite(position.x + position.y + position.z) && is_finite(dot(orientation, orientation))
        && is_slow(velocity, SPEED_BOUND) && is_slow(spin, RATE_BOUND);
    return !calm;
}

fn is_slow(v: vec3<f32>, bound: f32) -> bool {
    let squared = dot(v, v);
    return is_finite(squared) && squared < bound * bound;
}

// Reads what the lane knows and where its episode stands.
fn wake() {
    wake_lane();
    wake_link();
    wake_body();
    begins = span.first_step == 0u;
    if STEPPED != 0u {
        let ending = results[body * RESULT_WORDS + ENDING];
        begins = ending == FRESH;
        frozen = TAPED == 0u && ending != RUNNING && ending != FRESH;
        // Base lanes write only after all lanes have read.
        storageBarrier();
    }
    if !begins {
        wake_state(span.first_step);
    } else if WATCHED != 0u {
        start_watching();
    }
    if is_root() {
        wake_episode();
    }
}

fn wake_lane() {
    let l = lanes[block * LANES + lane];
    parent = byte(l.tree, 0u);
    depth = byte(l.tree, 1u);
    base = byte(l.tree, 2u);
    first_child = byte(l.tree, 3u);
    next_sibling[lane] = byte(l.counts, 0u);
    contact_count = byte(l.counts, 1u);
    body_links = byte(l.counts, 2u);
    quadrant = byte(l.counts, 3u);
    body = l.body;
    scene_lane = byte(l.scene, 0u);
    scene_links = byte(l.scene, 1u);
    is_object = byte(l.scene, 2u) != 0u;
    first_object_lane = scene_lane + byte(l.scene, 3u);
    facts_row = l.facts;
    if ENVIRONMENTS > 1u {
        environment = l.environment;
        terrain_at = environment * TERRAIN_VECTORS;
    }
    block_depth = lanes[block * LANES].block_depth;
    is_base = body_links > 0u && depth == 0u && !is_object;
    is_joint = depth > 0u;
    if lane == 0u {
        atomicStore(&flag, 0u);
    }
    workgroupBarrier();
}

fn wake_link() {
    let at = block * MODEL_FIELDS * LANES + lane;
    let a = model[at + JOINT_POSITION_MASS * LANES];
    joint_position = a.xyz;
    mass = a.w;
    let b = model[at + AXIS_ARMATURE * LANES];
    joint_axis = b.xyz;
    armature = b.w;
    let c = model[at + COM_DAMPING * LANES];
    link_com = c.xyz;
    damping = c.w;
    let d = model[at + INERTIA_KP * LANES];
    let e = model[at + PRODUCTS_KD * LANES];
    link_inertia = Sym3(d.xyz, e.xyz);
    kp = d.w;
    kd = e.w;
    let f = model[at + TORQUE_LOWER_UPPER_LIMIT * LANES];
    torque_limit = f.x;
    lower = f.y;
    upper = f.z;
    limit_stiffness = f.w;
    rhythm = model[at + RHYTHM * LANES];
    for (var i = 0u; i < CONTACTS; i++) {
        contact_points[i] = model[at + (CONTACT_POINTS + i) * LANES];
    }
    wake_shape(at + SHAPE * LANES);
    if NO_LOAD_SPEEDS != 0u {
        no_load_speed = model[at + NO_LOAD * LANES].x;
    }
}

// Where the record of the state before a step begins for the lane; without a tape there is only one record.
fn record(step: u32) -> u32 {
    let place = select(0u, step - span.tape_start, TAPED != 0u);
    return (place * span.block_count + block) * RECORD_FIELDS * LANES + lane;
}

fn wake_state(step: u32) {
    let at = record(step);
    let s = states[at];
    angle = s.x;
    rate = s.y;
    target_angle = s.z;
    command = s.w;
    momentum = states[at + LANES].xyz;
    spin = states[at + 2u * LANES].xyz;
    for (var i = 0u; i < CONTACTS; i++) {
        let contact = states[at + (STATE_CONTACTS + i) * LANES];
        free_gains[i] = contact.xyz;
        normal_forces[i] = contact.w;
    }
    wake_pairs(at + STATE_PAIRS * LANES);
}

fn wake_body() {
    let b = bodies[facts()];
    floating = b.floating != 0u;
    contact_stiffness = b.contact_stiffness;
    contact_width = b.contact_width;
    inverse_slip_mass = 1.0 / (0.25 * b.mass);
    reference_force = b.reference_force;
    pull_tolerance = b.pull_tolerance;
    started = bodies[body].started;
}

// At rest, upright, on the spawn point or where the scene has it; then as the last dispatch left it.
fn wake_episode() {
    if begins {
        orientation = vec4<f32>(0.0, 0.0, 0.0, 1.0);
        if RIVALS != 0u {
            orientation = vec4<f32>(0.0, 0.0, bodies[facts()].turn_z, bodies[facts()].turn_w);
        }
        position = bodies[facts()].start;
        // At the start nothing has landed: the drop to the ground is no step.
        stance = vec4<f32>(2.0);
        running = true;
        if is_base && (TAPED == 0u || span.replays == 0u) {
            results[body * RESULT_WORDS + ENDING] = RUNNING;
            results[body * RESULT_WORDS + LEFT_OUT] = 0u;
        }
        return;
    }
    let e = episodes[facts()];
    orientation = e.orientation;
    position = e.position;
    velocity = e.velocity;
    stance = e.stance;
    let at = body * RESULT_WORDS;
    if TAPED != 0u && span.replays != 0u {
        running = own_step(span.first_step) < results[at + STEPS];
        return;
    }
    running = results[at + ENDING] == RUNNING;
    if !is_base {
        return;
    }
    reward = bitcast<f32>(results[at + REWARD]);
    reward_excess = bitcast<f32>(results[at + EXCESS]);
    for (var i = 0u; i < DESCRIPTORS; i++) {
        samples[i] = bitcast<f32>(results[at + SAMPLES + i]);
        samples_excess[i] = bitcast<f32>(results[at + EXCESS + 1u + i]);
    }
    if RECORDED != 0u {
        wake_frame(span.first_step);
    }
    if WATCHED != 0u {
        wake_watching();
    }
}

// Writes where the lane's episode stands.
fn rest() {
    if STEPPED == 0u || !frozen {
        rest_lane(span.first_step + span.step_count);
    }
    if is_base {
        if running && (TAPED == 0u || span.replays == 0u) {
            put_sums(body * RESULT_WORDS);
            if STEPPED != 0u {
                results[body * RESULT_WORDS + STEPS] = own_step(span.first_step + span.step_count);
            }
            if RECORDED != 0u {
                rest_frame(span.first_step + span.step_count);
            }
            if WATCHED != 0u {
                rest_watching();
            }
        }
    }
}

// Writes the state after so many steps.
fn rest_lane(step: u32) {
    put_state(step);
    if is_root() {
        episodes[facts()] = Episode(orientation, position, 0.0, velocity, 0.0, stance);
    }
}

// Writes the state before a step.
fn put_state(step: u32) {
    let to = record(step);
    let hinge = vec4<f32>(angle, rate, target_angle, command);
    states[to] = select(hinge, vec4<f32>(velocity, 0.0), WHOLE_RECORDS != 0u && is_root());
    states[to + LANES] = vec4<f32>(momentum, 0.0);
    states[to + 2u * LANES] = vec4<f32>(spin, 0.0);
    for (var i = 0u; i < CONTACTS; i++) {
        states[to + (STATE_CONTACTS + i) * LANES] = vec4<f32>(free_gains[i], normal_forces[i]);
    }
    put_pairs(to + STATE_PAIRS * LANES);
    if WHOLE_RECORDS != 0u && is_root() {
        states[to + STATE_FIELDS * LANES] = orientation;
        states[to + (STATE_FIELDS + 1u) * LANES] = vec4<f32>(position, 0.0);
    }
}
