// One step of all bodies, in two passes. What a body does in them depends on the states before the step alone, so that lanes do not wait for each
// other. Twin of crates/burgess-physics/src/shared_world/step.rs and world.rs.

// Bodies before the first step: puts them into the grid, and asks for lists.
@compute @workgroup_size(LANES)
fn begin(@builtin(global_invocation_id) id: vec3<u32>) {
    let body = id.x;
    if body >= world.body_count {
        return;
    }
    let step = atomicLoad(&board[STEP]);
    enter_grid(step, body, states[body].position);
    atomicStore(&board[flag_at(step, body / world.bodies_of_a_world)], 1u);
}

// What the contacts of each body resist.
@compute @workgroup_size(LANES)
fn resist(@builtin(global_invocation_id) id: vec3<u32>) {
    let body = id.x;
    if body >= world.body_count {
        return;
    }
    let step = atomicLoad(&board[STEP]);
    if body == 0u {
        atomicStore(&board[STEP_UNDER_WAY], step);
    }
    // Who can touch whom.
    if atomicLoad(&board[flag_at(step, body / world.bodies_of_a_world)]) != 0u {
        list_partners(step, body);
    }
    let state = states[body];
    if !(state.stride <= world.allowance) {
        atomicAdd(&board[TOO_FAST], 1u);
    }
    own = moving(body, state, vec3<f32>(0.0));
    let list = list_in_use(body);
    let count = partner_count(body);
    var crowd = vec4<f32>(0.0);
    for (var i = 0u; i < count; i++) {
        let partner = lists[place_of(list + i, body)] & PARTNER_MASK;
        if meet(body, state, partner) {
            let features = feature_count();
            for (var feature = 0u; feature < features; feature++) {
                if find_contact(feature) {
                    crowd += resistance((body > partner) == contact.first_is_later);
                }
            }
        }
    }
    kept[place_of(CROWD, body)] = crowd;
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
fn advance(@builtin(global_invocation_id) id: vec3<u32>) {
    let body = id.x;
    if body >= world.body_count {
        return;
    }
    let step = atomicLoad(&board[STEP_UNDER_WAY]);
    if body == 0u {
        atomicStore(&board[STEP], step + 1u);
    }
    let state = states[body];
    own = moving(body, state, vec3<f32>(0.0));
    var load = carried();
    var depth = push(step, body, state, &load);
    land(step, body, state, load);
    depth = max(depth, ground_depth);
    integrate(step, body, state, depth);
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

// Adds the impulses of the body's contacts to its load, and keeps their bristles. Gives how deep it is in another body.
fn push(step: u32, body: u32, state: State, load: ptr<function, Wrench>) -> f32 {
    let list = list_in_use(body);
    let count = partner_count(body);
    let crowd = kept[place_of(CROWD, body)];
    // One more than the step; float32 has all whole numbers below 2^24.
    let mark = f32((step & 0x7fffffu) + 1u);
    let mark_before = f32(((step - 1u) & 0x7fffffu) + 1u);
    var depth = -1.0;
    for (var i = 0u; i < count; i++) {
        let entry = lists[place_of(list + i, body)];
        let partner = entry & PARTNER_MASK;
        if meet(body, state, partner) {
            let features = feature_count();
            for (var feature = 0u; feature < features; feature++) {
                if find_contact(feature) {
                    let is_first = (body > partner) == contact.first_is_later;
                    let at = bristle_at(entry >> PARTNER_BITS, feature, body);
                    let bristle = kept[at];
                    let carried = select(vec3<f32>(0.0), bristle.xyz, bristle.w == mark_before);
                    let force = force_on_first(carried, crowd + kept[place_of(CROWD, partner)]);
                    kept[at] = vec4<f32>(force.bristle, mark);
                    let on_first = contact.touch.normal * force.normal + force.friction;
                    let on_body = select(-on_first, on_first, is_first);
                    let arm = select(contact.second_arm, contact.first_arm, is_first);
                    *load = wrench_add(*load, force_at(arm, on_body * world.dt));
                    depth = max(depth, -contact.touch.gap);
                }
            }
        }
    }
    return depth;
}

// The force, given the bristle that was carried into the step and what all contacts of both bodies come to.
fn force_on_first(carried: vec3<f32>, crowd: vec4<f32>) -> PairForce {
    let bristle = across(carried, contact.touch.normal) + contact.slip * world.dt;
    let tangent_mobility = contact.first_mobility.y + contact.second_mobility.y;
    return pair_force(
        world.dt, contact.stiffness, world.width, world.friction, world.onset_speed, contact.touch.gap, contact.v_n,
        contact.slip, bristle, tangent_mobility, crowd.x, crowd.y, crowd.z, crowd.w,
    );
}

// The state after the step, q' = q (+) dt v', the orientation by the exact exponential map; and what the next step needs to know of it.
fn integrate(step: u32, body: u32, state: State, depth: f32) {
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
    let of_world = body / world.bodies_of_a_world;
    enter_grid(step + 1u, body, next.position);
    clear_grid(step, body);
    if has_gone_too_far(body, next.position, next.stride) {
        atomicStore(&board[flag_at(step + 1u, of_world)], 1u);
    }
    if body == of_world * world.bodies_of_a_world {
        atomicStore(&board[flag_at(step, of_world)], 0u);
    }
}
