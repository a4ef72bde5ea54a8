// The passes: two that make lists, and three that are one step of all bodies. What a body does in a step depends on the states before it alone, so
// that lanes do not wait for each other. Twin of crates/burgess-physics/src/shared_world/step.rs and world.rs.

// Dispatches of very many workgroups have rows.
fn group_number(group: vec3<u32>, groups: vec3<u32>) -> u32 {
    return group.y * groups.x + group.x;
}

// Who is where, if lists are due.
@compute @workgroup_size(LANES)
fn enter(@builtin(global_invocation_id) id: vec3<u32>) {
    let step = progress.step;
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
    let step = progress.step;
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

// What the contacts of each body resist.
@compute @workgroup_size(LANES)
fn resist(
    @builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) groups: vec3<u32>,
) {
    let first = group_number(group, groups) * GROUP;
    let team = lane / TEAM;
    let member = lane % TEAM;
    let begins = can_begin();
    let step = progress.step;
    if first + lane == 0u {
        progress.under_way = select(NO_STEP, step, begins);
        settle_lists();
    }
    if !begins {
        return;
    }
    set_step(step);
    if member == 0u && first + team < world.body_count && !(state_of(SPINS, first + team).w <= world.allowance) {
        atomicAdd(&board[TOO_FAST], 1u);
    }
    look_around(first + team, team, member);
    // What each contact resists, and the sums.
    let count = count_items(lane);
    var resisted = vec4<f32>(0.0);
    for (var start = 0u; start < count; start += LANES) {
        list_items(start, team, member);
        if start + lane < count {
            results[lane][0] = resistance_of(first, items[lane]);
        }
        workgroupBarrier();
        if lane < GROUP {
            let range = items_of(lane, start);
            for (var i = range.x; i < range.y; i++) {
                resisted += results[i][0];
            }
        }
        workgroupBarrier();
    }
    if lane < GROUP && first + lane < world.body_count {
        kept[place_of(RESISTED, first + lane)] = resisted;
    }
}

// What the contacts of an item resist.
fn resistance_of(first: u32, item: u32) -> vec4<f32> {
    let body = first + (item >> 16u);
    let bit = item & 0xffffu;
    let entry = lists[list_of(body, lists[place_of(COUNTS, body)]) + bit / SHARES];
    let pair = meet(body, entry);
    var sum = vec4<f32>(0.0);
    for (var feature = bit % SHARES; feature < FEATURES; feature += 8u) {
        if is_feature(pair, feature) {
            let contact = find_contact(pair, feature);
            if contact.is_one {
                sum += resistance(contact, ((entry & IS_LATER) == 0u) == contact.first_is_later);
            }
        }
    }
    return sum;
}

// By what the contact resists, as one of its bodies counts it.
fn resistance(contact: Contact, is_first: bool) -> vec4<f32> {
    let tangent_mobility = contact.first_mobility.y + contact.second_mobility.y;
    let r = pair_resistance(
        world.dt, contact.stiffness, world.width, world.onset_speed, contact.touch.gap, contact.v_n, tangent_mobility,
    );
    let mobility = select(contact.second_mobility, contact.first_mobility, is_first);
    return vec4<f32>(r.drag, r.stiffness, r.tangent_drag, r.tangent_stiffness) * mobility.xxyy;
}

// The impulses of contacts.
@compute @workgroup_size(LANES)
fn push(
    @builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32, @builtin(num_workgroups) groups: vec3<u32>,
) {
    let first = group_number(group, groups) * GROUP;
    let team = lane / TEAM;
    let member = lane % TEAM;
    let step = progress.under_way;
    if step == NO_STEP {
        return;
    }
    set_step(step);
    // The impulse of each contact, and the sums.
    look_up(first + team, team, member);
    let count = count_items(lane);
    var impulse = Wrench(vec3<f32>(0.0), vec3<f32>(0.0));
    var depth = -1.0;
    for (var start = 0u; start < count; start += LANES) {
        list_items(start, team, member);
        if start + lane < count {
            push_item(step, first, items[lane], lane);
        }
        workgroupBarrier();
        if lane < GROUP {
            let range = items_of(lane, start);
            for (var i = range.x; i < range.y; i++) {
                impulse = wrench_add(impulse, Wrench(results[i][0].xyz, results[i][1].xyz));
                depth = max(depth, results[i][0].w);
            }
        }
        workgroupBarrier();
    }
    if lane < GROUP && first + lane < world.body_count {
        kept[place_of(TORQUES, first + lane)] = vec4<f32>(impulse.torque, depth);
        kept[place_of(FORCES, first + lane)] = vec4<f32>(impulse.force, 0.0);
    }
}

// The equations of each body, and its next state.
@compute @workgroup_size(LANES)
fn advance(@builtin(global_invocation_id) id: vec3<u32>) {
    let body = id.x;
    let step = progress.under_way;
    if step == NO_STEP || body >= world.body_count {
        return;
    }
    set_step(step);
    if body == 0u {
        progress.step = step + 1u;
    }
    let torque = kept[place_of(TORQUES, body)];
    let ball = state_of(BALLS, body);
    own = moving(body, vec3<f32>(0.0));
    land(step, body, ball, wrench_add(carried(), Wrench(torque.xyz, kept[place_of(FORCES, body)].xyz)));
    integrate(step, body, ball.xyz, max(torque.w, ground_depth));
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

// Works out the impulse that the contacts of an item give its body, about the body's centre, and how deep it is there; keeps their bristles.
fn push_item(step: u32, first: u32, item: u32, lane: u32) {
    let body = first + (item >> 16u);
    let bit = item & 0xffffu;
    let entry = lists[list_of(body, lists[place_of(COUNTS, body)]) + bit / SHARES];
    let resisted = kept[place_of(RESISTED, body)] + kept[place_of(RESISTED, partner_of(entry))];
    let pair = meet(body, entry);
    // One more than the step; float32 has all whole numbers below 2^24.
    let mark = f32((step & 0x7fffffu) + 1u);
    let mark_before = f32(((step - 1u) & 0x7fffffu) + 1u);
    var impulse = Wrench(vec3<f32>(0.0), vec3<f32>(0.0));
    var depth = -1.0;
    for (var feature = bit % SHARES; feature < FEATURES; feature += 8u) {
        if !is_feature(pair, feature) {
            break;
        }
        let contact = find_contact(pair, feature);
        if contact.is_one {
            let is_first = ((entry & IS_LATER) == 0u) == contact.first_is_later;
            let at = bristle_at(entry >> PLACE_BITS, feature, body);
            let bristle = kept[at];
            let force = force_on_first(contact, select(vec3<f32>(0.0), bristle.xyz, bristle.w == mark_before), resisted);
            kept[at] = vec4<f32>(force.bristle, mark);
            let on_first = contact.touch.normal * force.normal + force.friction;
            let on_body = select(-on_first, on_first, is_first);
            let arm = select(contact.second_arm, contact.first_arm, is_first);
            impulse = wrench_add(impulse, force_at(arm, on_body * world.dt));
            depth = max(depth, -contact.touch.gap);
        }
    }
    results[lane][0] = vec4<f32>(impulse.torque, depth);
    results[lane][1] = vec4<f32>(impulse.force, 0.0);
}

// The force, given the bristle that was carried into the step and the sums over all contacts of both bodies.
fn force_on_first(contact: Contact, carried: vec3<f32>, resisted: vec4<f32>) -> PairForce {
    let bristle = across(carried, contact.touch.normal) + contact.slip * world.dt;
    let tangent_mobility = contact.first_mobility.y + contact.second_mobility.y;
    return pair_force(
        world.dt, contact.stiffness, world.width, world.friction, world.onset_speed, contact.touch.gap, contact.v_n,
        contact.slip, bristle, tangent_mobility, resisted.x, resisted.y, resisted.z, resisted.w,
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
    let stride = world.dt * (length(twist_after.linear) + length(twist_after.angular) * reach);
    set_next(BALLS, body, vec4<f32>(position, reach + stride));
    set_next(VELOCITIES, body, vec4<f32>(twist_after.linear, f32(kind)));
    set_next(SPINS, body, vec4<f32>(twist_after.angular, stride));
    set_next(ORIENTATIONS, body, turned * (1.0 / sqrt(max(dot(turned, turned), 1e-30))));
    lists[place_of(DEPTHS, body)] = bitcast<u32>(depth);
    if moved(body, position, reach_in_step(reach, stride)) > slack_of(body) {
        progress.due = step + 1u;
    }
}

fn set_next(field: u32, body: u32, value: vec4<f32>) {
    states[next_states_at + field * world.body_count + body] = value;
}
