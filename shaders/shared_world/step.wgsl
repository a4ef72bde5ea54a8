// One step of all bodies, in three passes. What a body does in them depends on the states before the step alone, so that lanes do not wait for each
// other. Twin of crates/burgess-physics/src/shared_world/step.rs and world.rs.

// Bodies before the first step: puts them into the grid, and asks for lists.
@compute @workgroup_size(LANES)
fn begin(@builtin(global_invocation_id) id: vec3<u32>) {
    let body = id.x;
    if body >= world.body_count {
        return;
    }
    let step = atomicLoad(&board[STEP]);
    see(step, body, states[body]);
    enter_grid(step, body, states[body].position);
}

// Who can touch whom.
@compute @workgroup_size(LANES)
fn list(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let body = group.x * GROUP + lane / TEAM;
    let step = atomicLoad(&board[STEP]);
    let wanted = body < world.body_count && needs_list(step, min(body, world.body_count - 1u));
    if any_lane(wanted, lane) {
        list_partners(step, body, lane / TEAM, lane % TEAM, wanted);
    }
}

// What the contacts of each body resist.
@compute @workgroup_size(LANES)
fn resist(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group.x * GROUP;
    let team = lane / TEAM;
    let member = lane % TEAM;
    let step = atomicLoad(&board[STEP]);
    if first + lane == 0u {
        atomicStore(&board[STEP_UNDER_WAY], step);
    }
    if member == 0u && first + team < world.body_count && !(states[first + team].stride <= world.allowance) {
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
    let entry = lists[place_of(list_of(lists[place_of(COUNTS, body)]) + bit / SHARES, body)];
    meet(body, partner_of(entry));
    var sum = vec4<f32>(0.0);
    for (var feature = bit % SHARES; feature < FEATURES; feature += 8u) {
        if is_feature(feature) && find_contact(feature) {
            sum += resistance((body > partner_of(entry)) == contact.first_is_later);
        }
    }
    return sum;
}

// By what the contact resists, as one of its bodies counts it.
fn resistance(is_first: bool) -> vec4<f32> {
    let tangent_mobility = contact.first_mobility.y + contact.second_mobility.y;
    let r = pair_resistance(
        world.dt, contact.stiffness, world.width, world.onset_speed, contact.touch.gap, contact.v_n, tangent_mobility,
    );
    let mobility = select(contact.second_mobility, contact.first_mobility, is_first);
    return vec4<f32>(r.drag, r.stiffness, r.tangent_drag, r.tangent_stiffness) * mobility.xxyy;
}

// Forces, and the next states.
@compute @workgroup_size(LANES)
fn advance(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group.x * GROUP;
    let team = lane / TEAM;
    let member = lane % TEAM;
    let step = atomicLoad(&board[STEP_UNDER_WAY]);
    if first + lane == 0u {
        atomicStore(&board[STEP], step + 1u);
    }
    // The force of each contact, and the sums.
    look_up(first + team, team, member);
    let count = count_items(lane);
    var impulse = Wrench(vec3<f32>(0.0), vec3<f32>(0.0));
    var depth = -1.0;
    for (var start = 0u; start < count; start += LANES) {
        list_items(start, team, member);
        if start + lane < count {
            push(step, first, items[lane], lane);
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
    // The equations of each body.
    let body = first + lane;
    if lane < GROUP && body < world.body_count {
        let state = states[body];
        own = moving(body, state, vec3<f32>(0.0));
        land(step, body, state, wrench_add(carried(), impulse));
        integrate(step, body, state, max(depth, ground_depth));
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

// Works out the impulse that the contacts of an item give its body, about the body's centre, and how deep it is there; keeps their bristles.
fn push(step: u32, first: u32, item: u32, lane: u32) {
    let body = first + (item >> 16u);
    let bit = item & 0xffffu;
    let entry = lists[place_of(list_of(lists[place_of(COUNTS, body)]) + bit / SHARES, body)];
    let partner = partner_of(entry);
    let resisted = kept[place_of(RESISTED, body)] + kept[place_of(RESISTED, partner)];
    meet(body, partner);
    // One more than the step; float32 has all whole numbers below 2^24.
    let mark = f32((step & 0x7fffffu) + 1u);
    let mark_before = f32(((step - 1u) & 0x7fffffu) + 1u);
    var impulse = Wrench(vec3<f32>(0.0), vec3<f32>(0.0));
    var depth = -1.0;
    for (var feature = bit % SHARES; feature < FEATURES; feature += 8u) {
        if is_feature(feature) && find_contact(feature) {
            let is_first = (body > partner) == contact.first_is_later;
            let at = bristle_at(entry >> PLACE_BITS, feature, body);
            let bristle = kept[at];
            let force = force_on_first(select(vec3<f32>(0.0), bristle.xyz, bristle.w == mark_before), resisted);
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
fn force_on_first(carried: vec3<f32>, resisted: vec4<f32>) -> PairForce {
    let bristle = across(carried, contact.touch.normal) + contact.slip * world.dt;
    let tangent_mobility = contact.first_mobility.y + contact.second_mobility.y;
    return pair_force(
        world.dt, contact.stiffness, world.width, world.friction, world.onset_speed, contact.touch.gap, contact.v_n,
        contact.slip, bristle, tangent_mobility, resisted.x, resisted.y, resisted.z, resisted.w,
    );
}

// The state after the step, q' = q (+) dt v', the orientation by the exact exponential map; and what the next step needs to know of it.
fn integrate(step: u32, body: u32, state: FreeState, depth: f32) {
    var next = state;
    next.position += twist_after.linear * world.dt;
    next.velocity = twist_after.linear;
    next.spin = twist_after.angular;
    let turn = (twist_after.angular * rotation_matrix(state.orientation)) * world.dt;
    let turned = product(state.orientation, exponential(turn));
    next.orientation = turned * (1.0 / sqrt(max(dot(turned, turned), 1e-30)));
    next.stride = world.dt * (length(next.velocity) + length(next.spin) * state.reach);
    next.depth = depth;
    next_states[body] = next;
    enter_grid(step + 1u, body, follow(step + 1u, body, next));
    clear_grid(step, body);
}
