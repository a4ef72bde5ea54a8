// Who can touch whom: a list of partners in ascending order. Twin of crates/burgess-physics/src/shared_world/neighbours.rs, but for when lists are
// made, on which no state depends: there all at once, here those around bodies that have gone too far. Lists go by where they have seen bodies, which
// is never further from where these are than their share of the margin.

// Words of a set of places for bristles.
const PLACE_WORDS = (PARTNERS + 31u) / 32u;

// Partners that the lanes of a team found, in no order; and how many.
var<workgroup> found: array<u32, GROUP * PARTNERS>;
var<workgroup> found_count: array<atomic<u32>, GROUP>;
// Places for bristles that partners keep.
var<workgroup> taken: array<atomic<u32>, GROUP * PLACE_WORDS>;

// Whether it is true on any lane of the workgroup.
var<workgroup> is_any: atomic<u32>;

fn any_lane(here: bool, lane: u32) -> bool {
    if lane == 0u {
        atomicStore(&is_any, 0u);
    }
    workgroupBarrier();
    if here {
        atomicOr(&is_any, 1u);
    }
    workgroupBarrier();
    return atomicLoad(&is_any) != 0u;
}

// Where the list in use begins, given the word that counts the partners.
fn list_of(counts: u32) -> u32 {
    return PARTNER_LISTS + select(0u, PARTNERS, (counts & CURRENT) != 0u);
}

fn partner_of(entry: u32) -> u32 {
    return entry & PARTNER_MASK;
}

fn kind_of(entry: u32) -> u32 {
    return (entry >> KIND_BITS) & 3u;
}

// Where lists see a body: where it was when it had gone too far from where they saw it before.
fn seen_from(body: u32) -> vec4<f32> {
    return kept[place_of(SEEN, body)];
}

// Sees a body anew if it has used up its share of the margin, and asks for new lists around it. Gives where lists see it in the step.
fn follow(step: u32, body: u32, state: FreeState) -> vec3<f32> {
    let before = seen_from(body);
    let reach = state.reach + min(state.stride, world.allowance);
    let moved = length(state.position - before.xyz) + max(reach - before.w, 0.0);
    if moved <= world.slack {
        return before.xyz;
    }
    see(step, body, state);
    return state.position;
}

fn see(step: u32, body: u32, state: FreeState) {
    kept[place_of(SEEN, body)] = vec4<f32>(state.position, state.reach + min(state.stride, world.allowance));
    change_around(step, body, state.position);
}

// Whether a body needs a new list: where bodies near it are seen anew. Most often it is one, which may be too far away.
fn needs_list(step: u32, body: u32) -> bool {
    let number = number_of(body, seen_from(body).xyz);
    let changes = atomicLoad(&board[changes_at(step, number)]);
    if changes == 1u {
        let other = atomicLoad(&board[changed_at(step, number)]);
        return other == body || are_near(body, other);
    }
    return changes > 0u;
}

// Makes the list of a team's body again from the grid of the step, if it is `wanted`. All lanes of the workgroup call this.
fn list_partners(step: u32, body: u32, team: u32, member: u32, wanted: bool) {
    if member == 0u {
        atomicStore(&found_count[team], 0u);
        for (var i = 0u; i < PLACE_WORDS; i++) {
            atomicStore(&taken[team * PLACE_WORDS + i], 0u);
        }
    }
    workgroupBarrier();
    if wanted {
        for (var i = member; i < 27u; i += TEAM) {
            find_in_cell(step, body, team, i);
        }
    }
    workgroupBarrier();
    let counts = select(0u, lists[place_of(COUNTS, body)], wanted);
    let to = list_of(counts ^ CURRENT);
    let count = select(0u, atomicLoad(&found_count[team]), wanted);
    if count > PARTNERS {
        if member == 0u {
            list_first(step, body, team, to);
            atomicAdd(&board[LEFT_OUT], count - PARTNERS);
        }
    }
    workgroupBarrier();
    let fitting = min(count, PARTNERS);
    for (var i = member; i < fitting; i += TEAM) {
        let partner = found[team * PARTNERS + i];
        var rank = 0u;
        for (var k = 0u; k < fitting; k++) {
            rank += select(0u, 1u, found[team * PARTNERS + k] < partner);
        }
        let known = known_entry(list_of(counts), counts & ~CURRENT, body, partner);
        if known < IS_NEW {
            let place = known >> PLACE_BITS;
            atomicOr(&taken[team * PLACE_WORDS + place / 32u], 1u << (place & 31u));
        }
        lists[place_of(to + rank, body)] = known;
    }
    storageBarrier();
    workgroupBarrier();
    if wanted && member == 0u {
        give_places(to, fitting, body, team);
        lists[place_of(COUNTS, body)] = fitting | (~counts & CURRENT);
    }
    storageBarrier();
    workgroupBarrier();
}

// Whether another body of a cell's chain belongs to the list of the body.
fn is_partner(body: u32, other: u32, cell: vec3<i32>) -> bool {
    let first = body - body % world.bodies_of_a_world;
    // Other cells may share the number.
    if other == body || other < first || other >= first + world.bodies_of_a_world {
        return false;
    }
    return are_near(body, other) && all(cell_of(seen_from(other).xyz) == cell);
}

// Whether two bodies are to be partners.
fn are_near(a: u32, b: u32) -> bool {
    let from_a = seen_from(a);
    let from_b = seen_from(b);
    let apart = from_b.xyz - from_a.xyz;
    let reach = from_a.w + from_b.w + world.margin;
    return dot(apart, apart) <= reach * reach;
}

// Finds the body's partners in one of the cells around it.
fn find_in_cell(step: u32, body: u32, team: u32, i: u32) {
    let cell = neighbouring_cell(seen_from(body).xyz, i);
    var link = atomicLoad(&board[head_at(step, cell_number(cell, body / world.bodies_of_a_world))]);
    while link != 0u {
        let other = link - 1u;
        link = lists[place_of(NEXT, other)];
        if is_partner(body, other, cell) {
            let place = atomicAdd(&found_count[team], 1u);
            if place < PARTNERS {
                found[team * PARTNERS + place] = other;
            }
        }
    }
}

// Where there are too many partners, finds the first ones.
fn list_first(step: u32, body: u32, team: u32, to: u32) {
    var count = 0u;
    for (var i = 0u; i < 27u; i++) {
        let cell = neighbouring_cell(seen_from(body).xyz, i);
        var link = atomicLoad(&board[head_at(step, cell_number(cell, body / world.bodies_of_a_world))]);
        while link != 0u {
            let other = link - 1u;
            link = lists[place_of(NEXT, other)];
            if is_partner(body, other, cell) {
                count = insert(team, count, other);
            }
        }
    }
}

// Adds a partner at its place of an ascending list; of too many the first stay. Gives the new number of partners.
fn insert(team: u32, count: u32, partner: u32) -> u32 {
    let begin = team * PARTNERS;
    var at = count;
    if count == PARTNERS {
        at = PARTNERS - 1u;
        if found[begin + at] < partner {
            return count;
        }
    }
    for (; at > 0u && found[begin + at - 1u] > partner; at--) {
        found[begin + at] = found[begin + at - 1u];
    }
    found[begin + at] = partner;
    return min(count + 1u, PARTNERS);
}

// The entry that a partner has in the list before, or a new one.
fn known_entry(list: u32, count: u32, body: u32, partner: u32) -> u32 {
    var low = 0u;
    var high = count;
    while low < high {
        let middle = (low + high) / 2u;
        let entry = lists[place_of(list + middle, body)];
        if partner_of(entry) == partner {
            return entry;
        }
        if partner_of(entry) < partner {
            low = middle + 1u;
        } else {
            high = middle;
        }
    }
    return partner | (bodies[partner].kind << KIND_BITS) | IS_NEW;
}

// Gives new partners places for bristles.
fn give_places(list: u32, count: u32, body: u32, team: u32) {
    var free = 0u;
    for (var i = 0u; i < count; i++) {
        let entry = lists[place_of(list + i, body)];
        if entry < IS_NEW {
            continue;
        }
        while (atomicLoad(&taken[team * PLACE_WORDS + free / 32u]) & (1u << (free & 31u))) != 0u {
            free++;
        }
        lists[place_of(list + i, body)] = (entry & ~IS_NEW) | (free << PLACE_BITS);
        for (var feature = 0u; feature < FEATURES; feature++) {
            kept[bristle_at(free, feature, body)] = vec4<f32>(0.0);
        }
        free++;
    }
}

fn bristle_at(place: u32, feature: u32, body: u32) -> u32 {
    return place_of(BRISTLES + place * FEATURES + feature, body);
}
