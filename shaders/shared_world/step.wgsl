// The passes: two that make lists, and one that is a step of all bodies, or two that are its halves. What a body does in a step depends on the states before it alone, so
// that lanes do not wait for each other. Twin of crates/burgess-physics/src/shared_world/step.rs and world.rs.

// Dispatches of very many workgroups have rows.
fn group_number(group: vec3<u32>, groups: vec3<u32>) -> u32 {
    return group.y * groups.x + group.x;
}

// Who is where, if lists are due.
@compute @workgroup_size(LANES)
fn enter(@builtin(global_invocation_id) id: vec3<u32>) {
    let step = current_step();
    set_step(step);
    if id.x < world.body_count && lists_are_due() {
        enter_grid(step, id.x);
    }
}

// Who can touch whom.
@compute @workgroup_size(SEEKING * SEEKERS)
fn list(
    @builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) groups: vec3<u32>,
) {
    if !lists_are_due() {
        return;
    }
    let step = current_step();
    set_step(step);
    let number = group_number(group, groups);
    if number + lane == 0u {
        progress.made = step;
    }
    clear_cells(number * SEEKING * SEEKERS + lane, groups.x * groups.y * SEEKING * SEEKERS);
    let body = number * SEEKING + lane / SEEKERS;
    if find_wanted(step, body, lane / SEEKERS, lane % SEEKERS) {
        list_partners(min(body, world.body_count - 1u), lane / SEEKERS, lane % SEEKERS);
    }
}

// A step of all bodies at once.
@compute @workgroup_size(LANES)
fn advance(
    @builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) groups: vec3<u32>,
) {
    let first = group_number(group, groups) * GROUP;
    let step = current_step();
    if !begin(step, first + lane) {
        return;
    }
    let pushed = push_bodies(step, first, lane);
    let body = first + lane;
    move_bodies(step, body, lane, lane < GROUP && body < world.body_count, pushed);
}

// The first half of a step, what contacts do: with very many bodies, two lean passes are faster than one.
@compute @workgroup_size(LANES)
fn push(
    @builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) groups: vec3<u32>,
) {
    let first = group_number(group, groups) * GROUP;
    let step = current_step();
    if !begin(step, first + lane) {
        return;
    }
    let pushed = push_bodies(step, first, lane);
    let body = first + lane;
    if lane < GROUP && body < world.body_count {
        kept[place_of(TORQUES, body)] = vec4<f32>(pushed.impulse.torque, pushed.depth);
        kept[place_of(FORCES, body)] = vec4<f32>(pushed.impulse.force, 0.0);
        set_next(EXPECTED, body, pushed.expected);
    }
}

// The second half, the motion of each body.
@compute @workgroup_size(LANES)
fn follow(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let step = current_step();
    if !has_begun(step) {
        return;
    }
    set_step(step);
    let body = min(id.x, world.body_count - 1u);
    let torque = kept[place_of(TORQUES, body)];
    let impulse = Wrench(torque.xyz, kept[place_of(FORCES, body)].xyz);
    move_bodies(step, body, lane, id.x < world.body_count, Pushed(impulse, torque.w, states[next_states_at + EXPECTED * world.body_count + body]));
}

// Begins a step where it can; `lane` counts all lanes. False if it has to wait.
fn begin(step: u32, lane: u32) -> bool {
    let begins = can_begin();
    if lane == 0u {
        progress.steps[1u - turn] = step + select(0u, 1u, begins);
        settle_lists();
        if begins {
            atomicStore(&board[FASTEST + (step & 1u)], 0u);
        }
    }
    set_step(step);
    return begins;
}

// Whether the first half of the step did not wait.
fn has_begun(step: u32) -> bool {
    return progress.steps[1u - turn] == step + 1u;
}

// What contacts do to the body of each of the first GROUP lanes.
fn push_bodies(step: u32, first: u32, lane: u32) -> Pushed {
    let team = lane / TEAM;
    let member = lane % TEAM;
    if member == 0u && first + team < world.body_count && !(stride_of(state_of(VELOCITIES, first + team).xyz) <= world.allowance) {
        atomicAdd(&board[TOO_FAST], 1u);
    }
    look_around(first + team, team, member);
    let count = count_items(lane);
    var sum = Pushed(Wrench(vec3<f32>(0.0), vec3<f32>(0.0)), -1.0, vec4<f32>(0.0));
    for (var start = 0u; start < count; start += LANES) {
        list_items(start, team, member);
        if start + lane < count {
            results[lane] = push_item(step, first, items[lane]);
        }
        workgroupBarrier();
        if lane < GROUP {
            let range = items_of(lane, start);
            for (var i = range.x; i < range.y; i++) {
                sum = add_pushed(sum, results[i]);
            }
        }
        workgroupBarrier();
    }
    return sum;
}

// How far the fastest body of the workgroup goes in the next step, as bits.
var<workgroup> fastest: atomic<u32>;

// Solves the equations of the lane's body, if it has one, for its next state.
fn move_bodies(step: u32, body: u32, lane: u32, has_one: bool, pushed: Pushed) {
    if lane == 0u {
        atomicStore(&fastest, 0u);
    }
    workgroupBarrier();
    if has_one {
        let ball = state_of(BALLS, body);
        own = moving(body, vec3<f32>(0.0));
        land(step, body, ball, wrench_add(carried(), pushed.impulse));
        integrate(step, body, ball.xyz, max(pushed.depth, ground_depth));
        set_next(EXPECTED, body, pushed.expected);
    }
    workgroupBarrier();
    if lane == 0u {
        atomicMax(&board[FASTEST + ((step + 1u) & 1u)], atomicLoad(&fastest));
    }
}

// The momentum that the body carries, and the impulse of gravity.
fn carried() -> Wrench {
    var momentum = own.spin * own.moments;
    if LONG || BOXES {
        let spin = own.spin * own.rotation;
        momentum = own.rotation * carried_angular_momentum(own.moments, vec3<f32>(0.0), spin, world.dt).momentum;
    }
    return Wrench(momentum, (own.velocity + world.gravity * world.dt) * own.mass);
}

// Works out what the contacts of an item do to its body; keeps their bristles.
fn push_item(step: u32, first: u32, item: u32) -> Pushed {
    let body = first + (item >> 16u);
    let bit = item & 0xffffu;
    let entry = lists[list_of(body, lists[place_of(COUNTS, body)]) + bit / SHARES];
    let expected = state_of(EXPECTED, body) + state_of(EXPECTED, partner_of(entry));
    let pair = meet(body, entry);
    // One more than the step; float32 has all whole numbers below 2^24.
    let mark = f32((step & 0x7fffffu) + 1u);
    let mark_before = f32(((step - 1u) & 0x7fffffu) + 1u);
    var pushed = Pushed(Wrench(vec3<f32>(0.0), vec3<f32>(0.0)), -1.0, vec4<f32>(0.0));
    for (var feature = bit % SHARES; feature < FEATURES; feature += 8u) {
        if !is_feature(pair, feature) {
            break;
        }
        let contact = find_contact(pair, feature);
        if contact.is_one {
            let is_first = ((entry & IS_LATER) == 0u) == contact.first_is_later;
            let at = bristle_at(entry >> PLACE_BITS, feature, body);
            let bristle = kept[at];
            let is_carried = abs(bristle.w) == mark_before;
            let carried = select(vec3<f32>(0.0), bristle.xyz, is_carried);
            let points = select(contact.carriers, 1.0, is_carried && bristle.w < 0.0);
            let force = force_on_first(contact, carried, points, expected);
            let gap = contact.touch.gap;
            kept[at] = vec4<f32>(force.bristle, select(mark, -mark, gap + world.dt * contact.v_n < 0.0));
            let on_first = contact.touch.normal * force.normal + force.friction;
            let on_body = select(-on_first, on_first, is_first);
            let arm = select(contact.second_arm, contact.first_arm, is_first);
            let mobility = select(contact.second_mobility, contact.first_mobility, is_first);
            let impulse = force_at(arm, on_body * world.dt);
            // Bodies that do not touch yet keep their velocities until the next step; those that do are taken to be as deep as now.
            let next_gap = min(gap, max(gap + world.dt * contact.v_n, 0.0));
            pushed = add_pushed(pushed, Pushed(impulse, -gap, resistance(contact, next_gap, mobility)));
        }
    }
    return pushed;
}

fn add_pushed(a: Pushed, b: Pushed) -> Pushed {
    return Pushed(wrench_add(a.impulse, b.impulse), max(a.depth, b.depth), a.expected + b.expected);
}

// By what the contact resists at a gap, by how much of the motion of a body of this mobility it takes.
fn resistance(contact: Contact, gap: f32, mobility: vec2<f32>) -> vec4<f32> {
    let tangent_mobility = contact.first_mobility.y + contact.second_mobility.y;
    let r = pair_resistance(world.dt, contact.stiffness, world.width, world.onset_speed, gap, contact.v_n, tangent_mobility);
    return vec4<f32>(r.drag, r.stiffness, r.tangent_drag, r.tangent_stiffness) * mobility.xxyy;
}

// The force, given the bristle that was carried into the step and what all contacts of both bodies were expected to resist. They resist at least what so
// many points do that are like this one: itself, or where nobody expected it, all that carry two such bodies.
fn force_on_first(contact: Contact, carried: vec3<f32>, points: f32, expected: vec4<f32>) -> PairForce {
    let bristle = across(carried, contact.touch.normal) + contact.slip * world.dt;
    let mobility = contact.first_mobility + contact.second_mobility;
    let sums = max(expected, resistance(contact, contact.touch.gap, mobility * points));
    return pair_force(
        world.dt, contact.stiffness, world.width, world.friction, world.onset_speed, contact.touch.gap, contact.v_n,
        contact.slip, bristle, mobility.y, sums.x, sums.y, sums.z, sums.w,
    );
}

// The state after the step, q' = q (+) dt v', the orientation by the exact exponential map; and what the next step needs to know of it.
fn integrate(step: u32, body: u32, before: vec3<f32>, depth: f32) {
    let orientation = state_of(ORIENTATIONS, body);
    let kind = kind_entry(body);
    let reach = bodies[kind].reach;
    let position = before + twist_after.linear * world.dt;
    let turn = (twist_after.angular * rotation_matrix(orientation)) * world.dt;
    let turned = product(orientation, exponential(turn));
    let stride = stride_of(twist_after.linear);
    // (It may be no number.)
    atomicMax(&fastest, bitcast<u32>(select(world.allowance, stride, stride <= world.allowance)));
    set_next(BALLS, body, vec4<f32>(position, reach + stride));
    set_next(VELOCITIES, body, vec4<f32>(twist_after.linear, f32(kind)));
    set_next(SPINS, body, vec4<f32>(twist_after.angular, world.dt * length(twist_after.angular) * reach));
    set_next(ORIENTATIONS, body, turned * (1.0 / sqrt(max(dot(turned, turned), 1e-30))));
    lists[place_of(DEPTHS, body)] = bitcast<u32>(depth);
    if moved(body, position, reach_in_step(reach, stride)) > slack_of(body) {
        progress.due = step + 1u;
    }
}

fn set_next(field: u32, body: u32, value: vec4<f32>) {
    states[next_states_at + field * world.body_count + body] = value;
}
