// Contacts of a workgroup's bodies as items, each worked on by one lane, in the order of bodies, partners and features. Part of the twin of
// crates/burgess-physics/src/shared_world/step.rs.

// What the bodies may touch: of each partner a bit for each lane that is to work on it.
var<workgroup> touching: array<atomic<u32>, GROUP * MASK_WORDS>;
// The first item of each body, and the number of all.
var<workgroup> first_items: array<u32, GROUP + 1u>;
// The items of a round: the body, and which of its bits. What they come to.
var<workgroup> items: array<u32, LANES>;
var<workgroup> results: array<array<vec4<f32>, 2>, LANES>;

// Looks which partners of a team's body may touch it in the step: those where each comes near enough to the ball around the other.
fn look_around(body: u32, team: u32, member: u32) {
    for (var i = member; i < MASK_WORDS; i += TEAM) {
        atomicStore(&touching[team * MASK_WORDS + i], 0u);
    }
    workgroupBarrier();
    if body < world.body_count {
        let counts = lists[place_of(COUNTS, body)];
        let list = list_of(body, counts);
        let count = counts & ~CURRENT;
        let ball = state_of(BALLS, body);
        let own_kind = kind_entry(body);
        // Four at a time, so that the lane waits for memory less often; the last one may be looked at again.
        for (var k = member; k < count; k += 4u * TEAM) {
            let places = min(vec4<u32>(k, k + TEAM, k + 2u * TEAM, k + 3u * TEAM), vec4<u32>(count - 1u)) + list;
            let entries = vec4<u32>(lists[places.x], lists[places.y], lists[places.z], lists[places.w]);
            let x = state_of(BALLS, partner_of(entries.x));
            let y = state_of(BALLS, partner_of(entries.y));
            let z = state_of(BALLS, partner_of(entries.z));
            let w = state_of(BALLS, partner_of(entries.w));
            look_at_partner(body, own_kind, ball, entries.x, x, team, places.x - list);
            look_at_partner(body, own_kind, ball, entries.y, y, team, places.y - list);
            look_at_partner(body, own_kind, ball, entries.z, z, team, places.z - list);
            look_at_partner(body, own_kind, ball, entries.w, w, team, places.w - list);
        }
    }
    workgroupBarrier();
    for (var i = member; i < MASK_WORDS && body < world.body_count; i += TEAM) {
        lists[place_of(TOUCHING + i, body)] = atomicLoad(&touching[team * MASK_WORDS + i]);
    }
}

// Marks a partner of a team's body if it may touch it, given its entry, its ball and its place in the list.
fn look_at_partner(body: u32, own_kind: u32, ball: vec4<f32>, entry: u32, other: vec4<f32>, team: u32, place: u32) {
    let apart = other.xyz - ball.xyz;
    let both = ball.w + other.w + world.tail;
    if dot(apart, apart) <= both * both && is_close(body, own_kind, partner_of(entry), apart, both) {
        let bits = (1u << share_count(bodies[own_kind].kind, kind_of(entry))) - 1u;
        let at = place * SHARES;
        atomicOr(&touching[team * MASK_WORDS + at / 32u], bits << (at & 31u));
    }
}

// Whether each of two bodies reaches the ball around the other, which are `both` apart when they touch in the step.
fn is_close(body: u32, own_kind: u32, partner: u32, apart: vec3<f32>, both: f32) -> bool {
    if !(LONG || BOXES) {
        return true;
    }
    let other_kind = kind_entry(partner);
    return reaches(body, own_kind, apart, both - bodies[own_kind].reach)
        && reaches(partner, other_kind, apart, both - bodies[other_kind].reach);
}

// Whether a body, which is of a kind, is nearer than `distance` to a point that is `apart` from its centre. (Its shape is the same on both sides.)
fn reaches(body: u32, kind: u32, apart: vec3<f32>, distance: f32) -> bool {
    let orientation = state_of(ORIENTATIONS, body);
    let most = bodies[kind].radius + distance;
    if !BOXES {
        let axis = rotation_matrix(orientation)[0];
        let beyond = apart - axis * clamp(dot(apart, axis), -bodies[kind].shape.x, bodies[kind].shape.x);
        return dot(beyond, beyond) <= most * most;
    }
    let beyond = max(abs(apart * rotation_matrix(orientation)) - bodies[kind].shape, vec3<f32>(0.0));
    return dot(beyond, beyond) <= most * most;
}

// Takes over which partners of a team's body may touch it.
fn look_up(body: u32, team: u32, member: u32) {
    for (var i = member; i < MASK_WORDS; i += TEAM) {
        var bits = 0u;
        if body < world.body_count {
            bits = lists[place_of(TOUCHING + i, body)];
        }
        atomicStore(&touching[team * MASK_WORDS + i], bits);
    }
    workgroupBarrier();
}

// How many lanes work on a pair of kinds.
fn share_count(a: u32, b: u32) -> u32 {
    if BOXES && a == BOX && b == BOX {
        return 8u;
    }
    return select(1u, 2u, LONG && a != SPHERE && b != SPHERE);
}

// Counts the items of all bodies.
fn count_items(lane: u32) -> u32 {
    if lane < GROUP {
        var count = 0u;
        for (var i = 0u; i < MASK_WORDS; i++) {
            count += countOneBits(atomicLoad(&touching[lane * MASK_WORDS + i]));
        }
        items[lane] = count;
    }
    workgroupBarrier();
    if lane <= GROUP {
        var first = 0u;
        for (var i = 0u; i < lane; i++) {
            first += items[i];
        }
        first_items[lane] = first;
    }
    workgroupBarrier();
    return first_items[GROUP];
}

// Lists the items of a round, which begins with the item `start`.
fn list_items(start: u32, team: u32, member: u32) {
    for (var word = member; word < MASK_WORDS; word += TEAM) {
        var item = first_items[team];
        for (var i = 0u; i < word; i++) {
            item += countOneBits(atomicLoad(&touching[team * MASK_WORDS + i]));
        }
        for (var left = atomicLoad(&touching[team * MASK_WORDS + word]); left != 0u; left &= left - 1u) {
            if item >= start && item < start + LANES {
                items[item - start] = (team << 16u) | (word * 32u + firstTrailingBit(left));
            }
            item++;
        }
    }
    workgroupBarrier();
}

// The items of a body in a round: the first, and that after the last.
fn items_of(lane: u32, start: u32) -> vec2<u32> {
    return clamp(vec2<u32>(first_items[lane], first_items[lane + 1u]), vec2<u32>(start), vec2<u32>(start + LANES)) - start;
}
