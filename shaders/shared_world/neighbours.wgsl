// Who can touch whom: a list of partners in ascending order, which holds until a body has gone too far. Twin of
// crates/burgess-physics/src/shared_world/neighbours.rs.

// Words of a set of places for bristles.
const PLACE_WORDS = (PARTNERS + 31u) / 32u;

// Partners that the lanes of a team found, in no order; and how many.
var<workgroup> found: array<u32, GROUP * PARTNERS>;
var<workgroup> found_count: array<atomic<u32>, GROUP>;
// Places for bristles that partners keep.
var<workgroup> taken: array<atomic<u32>, GROUP * PLACE_WORDS>;

// Number of the body's partners.
fn partner_count(body: u32) -> u32 {
    return lists[place_of(COUNTS, body)] & ~CURRENT;
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

// How much of its share of the margin the body has used up, as it will stand.
fn has_gone_too_far(body: u32, position: vec3<f32>, stride: f32) -> bool {
    let seen = kept[place_of(SEEN, body)];
    let moved = length(position - seen.xyz) + max(stride - seen.w, 0.0);
    return !(moved <= world.slack);
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
        kept[place_of(SEEN, body)] = vec4<f32>(states[body].position, states[body].stride);
        lists[place_of(COUNTS, body)] = fitting | (~counts & CURRENT);
    }
    storageBarrier();
    workgroupBarrier();
}

fn neighbouring_cell(position: vec3<f32>, i: u32) -> vec3<i32> {
    return cell_of(position) + vec3<i32>(vec3<u32>(i % 3u, (i / 3u) % 3u, i / 9u)) - vec3<i32>(1);
}

// Whether another body of a cell's chain belongs to the list of the body.
fn is_partner(body: u32, other: u32, cell: vec3<i32>) -> bool {
    let first = body - body % world.bodies_of_a_world;
    // Other cells may share the number.
    if other == body || other < first || other >= first + world.bodies_of_a_world {
        return false;
    }
    let a = states[body];
    let b = states[other];
    let apart = b.position - a.position;
    let reach = a.reach + b.reach + world.margin + min(a.stride, world.allowance) + min(b.stride, world.allowance);
    return dot(apart, apart) <= reach * reach && all(cell_of(b.position) == cell);
}

// Finds the body's partners in one of the cells around it.
fn find_in_cell(step: u32, body: u32, team: u32, i: u32) {
    let cell = neighbouring_cell(states[body].position, i);
    var link = atomicLoad(&board[head_at(step, cell_number(cell, body / world.bodies_of_a_world))]);
    while link != 0u {
        let other = link - 1u;
        link = atomicLoad(&board[next_at(other)]);
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
        let cell = neighbouring_cell(states[body].position, i);
        var link = atomicLoad(&board[head_at(step, cell_number(cell, body / world.bodies_of_a_world))]);
        while link != 0u {
            let other = link - 1u;
            link = atomicLoad(&board[next_at(other)]);
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
