// Who can touch whom: a list of partners in ascending order of their numbers. Twin of crates/burgess-physics/src/shared_world/neighbours.rs, but for
// when lists are made, on which no state depends. Where a body has gone too far, the steps wait until the lists around all bodies that have gone far
// are made again. Lists go by where they see bodies, from where these are never further away than their slack: half of the margin, and more for a
// body that has nobody near it.

// Words of a set of places for bristles.
const PLACE_WORDS = (PARTNERS + 31u) / 32u;

// Room for those that the lanes of a team find: the body itself is one of them.
const FOUND = PARTNERS + 1u;
// Where the lanes of a team found them, then their entries, and their numbers, in no order; how many; how many of them were none before.
var<workgroup> found: array<u32, SEEKING * FOUND>;
var<workgroup> found_numbers: array<u32, SEEKING * FOUND>;
var<workgroup> found_count: array<atomic<u32>, SEEKING>;
var<workgroup> new_count: array<atomic<u32>, SEEKING>;
// Places for bristles that partners keep.
var<workgroup> taken: array<atomic<u32>, SEEKING * PLACE_WORDS>;
// Whether somebody who is no partner is not far away.
var<workgroup> is_crowded: array<atomic<u32>, SEEKING>;
// Of the cells around a team's body the numbers, and how many bodies that have room in them come before each one's.
var<workgroup> cells: array<u32, SEEKING * 27u>;
var<workgroup> cell_starts: array<u32, SEEKING * 28u>;
// How many of too many partners are kept so far.
var<private> first_count: u32;
// Whether a team's body needs a new list, and whether one of the workgroup does.
var<workgroup> is_wanted: array<atomic<u32>, SEEKING>;
var<workgroup> is_any: atomic<u32>;

// A body that has used up so much of its slack is seen anew where lists are made.
const WORTH_SEEING = 0.25;

// Whether lists have to be made for the step that begins.
fn lists_are_due() -> bool {
    let p = progress;
    return (p.step != p.last) & (p.step == p.due) & (p.step != p.settled);
}

// Whether the step can begin: where the host wants it, with lists that hold.
fn can_begin() -> bool {
    let p = progress;
    return (p.step != p.last) & ((p.step != p.due) | (p.step == p.made));
}

// Notes once that lists were made.
fn settle_lists() {
    if progress.made != progress.settled {
        progress.settled = progress.made;
        progress.times_made += 1u;
    }
}

// How far a body reaches from its centre in the step, as lists see it.
fn reach_in_step(reach: f32, stride: f32) -> f32 {
    return reach + min(stride, world.allowance);
}

// How far a body is from where lists see it. (What is no number is nowhere, and touches nobody.)
fn moved(body: u32, position: vec3<f32>, reach_now: f32) -> f32 {
    let seen = kept[place_of(SEEN, body)];
    return length(position - seen.xyz) + max(reach_now - seen.w, 0.0);
}

fn slack_of(body: u32) -> f32 {
    return bitcast<f32>(lists[place_of(SLACKS, body)]);
}

// Puts a body into the grid; before that, sees it anew if that is worth it, which asks for new lists of all bodies in the cells around it.
fn enter_grid(step: u32, body: u32) {
    let position = state_of(BALLS, body).xyz;
    let reach_now = reach_in_step(bodies[kind_entry(body)].reach, state_of(SPINS, body).w);
    var seen = kept[place_of(SEEN, body)];
    let is_anew = moved(body, position, reach_now) > WORTH_SEEING * slack_of(body) || progress.times_made == 0u;
    if is_anew {
        seen = vec4<f32>(position, reach_now);
        kept[place_of(SEEN, body)] = seen;
    }
    let cell = cell_number(cell_of(seen.xyz), body / world.bodies_of_a_world);
    if is_anew {
        atomicStore(&board[due_at(cell)], step);
    }
    enter_cell(cell, body, seen);
}

// Finds out which bodies need new lists, where some are made for a step. True if one of the workgroup does. All its lanes call this.
fn find_wanted(step: u32, body: u32, team: u32, member: u32) -> bool {
    if member == 0u {
        atomicStore(&is_wanted[team], 0u);
        atomicStore(&is_any, 0u);
    }
    workgroupBarrier();
    if body < world.body_count {
        let seen = kept[place_of(SEEN, body)];
        for (var i = member; i < 27u; i += SEEKERS) {
            let cell = cell_around(seen.xyz, body / world.bodies_of_a_world, i);
            if cell != NO_CELL && atomicLoad(&board[due_at(cell)]) == step {
                atomicStore(&is_wanted[team], 1u);
                atomicStore(&is_any, 1u);
            }
        }
    }
    workgroupBarrier();
    return atomicLoad(&is_any) != 0u;
}

// Makes the list of a team's body again, if it is wanted. All lanes of the workgroup call this.
fn list_partners(body: u32, team: u32, member: u32) {
    let wanted = atomicLoad(&is_wanted[team]) != 0u;
    if member == 0u {
        atomicStore(&found_count[team], 0u);
        atomicStore(&new_count[team], 0u);
        atomicStore(&is_crowded[team], 0u);
        for (var i = 0u; i < PLACE_WORDS; i++) {
            atomicStore(&taken[team * PLACE_WORDS + i], 0u);
        }
    }
    workgroupBarrier();
    let seen = kept[place_of(SEEN, body)];
    count_around(seen, body, team, member, wanted);
    seek(body, seen, team, member, SEEKERS, false);
    workgroupBarrier();
    let count = atomicLoad(&found_count[team]);
    let too_many = count > FOUND;
    if too_many && member == 0u {
        first_count = 0u;
        seek(body, seen, team, 0u, 1u, true);
        atomicAdd(&board[LEFT_OUT], count - FOUND);
    }
    if !too_many {
        for (var i = team * FOUND + member; i < team * FOUND + count; i += SEEKERS) {
            let other = body_at(found[i]);
            let is_self = other == body;
            found[i] = select(other | IS_NEW, NO_BODY, is_self);
            found_numbers[i] = select(lists[place_of(NUMBERS, other)], NO_BODY, is_self);
        }
    }
    workgroupBarrier();
    // Those that were partners before keep their entries.
    let end = team * FOUND + select(count, PARTNERS, too_many);
    let counts = lists[place_of(COUNTS, body)];
    let before = select(0u, counts & ~CURRENT, wanted);
    for (var k = member; k < before; k += SEEKERS) {
        keep_entry(lists[list_of(body, counts) + k], team, end);
    }
    workgroupBarrier();
    let own_number = lists[place_of(NUMBERS, body)];
    for (var i = team * FOUND + member; i < end; i += SEEKERS) {
        let number = found_numbers[i];
        if number == NO_BODY {
            continue;
        }
        var rank = 0u;
        for (var k = team * FOUND; k < end; k++) {
            rank += select(0u, 1u, found_numbers[k] < number);
        }
        var entry = found[i];
        if entry >= IS_NEW {
            let partner = partner_of(entry);
            entry = partner | (bodies[kind_entry(partner)].kind << KIND_BITS) | select(0u, IS_LATER, number > own_number)
                | (new_place(body, team) << PLACE_BITS);
        }
        lists[list_of(body, counts ^ CURRENT) + rank] = entry;
    }
    workgroupBarrier();
    if wanted && member == 0u {
        lists[place_of(COUNTS, body)] = min(max(count, 1u) - 1u, PARTNERS) | (~counts & CURRENT);
        let room = select(0.5 * free_room(seen), 0.0, atomicLoad(&is_crowded[team]) != 0u);
        lists[place_of(SLACKS, body)] = bitcast<u32>(world.slack + room);
    }
}

// How much further than partners may be the cells around a body show everybody: if nobody is there, the body may go half of that further, as others
// may in turn.
fn free_room(seen: vec4<f32>) -> f32 {
    return max(0.5 * (world.edge - world.margin) - seen.w, 0.0);
}

// Counts the bodies in the cells around a team's body. All lanes of the workgroup call this.
fn count_around(seen: vec4<f32>, body: u32, team: u32, member: u32, wanted: bool) {
    // In the places of the starts stand the counts first.
    for (var i = member; i < 27u; i += SEEKERS) {
        let cell = cell_around(seen.xyz, body / world.bodies_of_a_world, i);
        cells[team * 27u + i] = cell;
        var count = 0u;
        if wanted && cell != NO_CELL {
            count = atomicLoad(&board[count_at(cell, progress.times_made)]);
        }
        cell_starts[team * 28u + i] = count;
    }
    workgroupBarrier();
    var start = 0u;
    for (var i = 0u; i < member; i++) {
        start += min(cell_starts[team * 28u + i], CELL_ROOM);
    }
    workgroupBarrier();
    if member <= 27u {
        cell_starts[team * 28u + member] = start;
    }
    workgroupBarrier();
}

// Looks for the body's partners in the cells around it, with every `stride`th of the bodies there from the `first` one on; where there are too many
// partners, for the first ones.
fn seek(body: u32, seen: vec4<f32>, team: u32, first: u32, stride: u32, only_first: bool) {
    var i = 0u;
    for (var k = first; k < cell_starts[team * 28u + 27u]; k += stride) {
        while cell_starts[team * 28u + i + 1u] <= k {
            i++;
        }
        let place = cells[team * 27u + i] * CELL_ROOM + k - cell_starts[team * 28u + i];
        look_at(body, seen, place, kept[CELL_SEEN * world.body_count + place], team, only_first);
    }
    // What has no room in its cell.
    for (i = first; i < 27u; i += stride) {
        let cell = cells[team * 27u + i];
        if cell != NO_CELL && cell_starts[team * 28u + i + 1u] - cell_starts[team * 28u + i] == CELL_ROOM {
            var link = atomicLoad(&board[head_at(cell, progress.times_made)]);
            while link != 0u {
                look_at(body, seen, IN_CHAIN | (link - 1u), kept[place_of(SEEN, link - 1u)], team, only_first);
                link = lists[place_of(NEXT, link - 1u)];
            }
        }
    }
}

const NO_BODY = 0xffffffffu;
// What is found has a place in a cell, or else is in a chain.
const IN_CHAIN = 0x80000000u;

fn body_at(place: u32) -> u32 {
    if (place & IN_CHAIN) != 0u {
        return place & ~IN_CHAIN;
    }
    return lists[CELL_BODIES * world.body_count + place];
}

// Takes another body into account, or the body itself, given its place and where lists see it.
fn look_at(body: u32, seen: vec4<f32>, place: u32, other_seen: vec4<f32>, team: u32, only_first: bool) {
    let apart = other_seen.xyz - seen.xyz;
    let reach = seen.w + other_seen.w + world.margin;
    let far = reach + free_room(seen);
    let distance_squared = dot(apart, apart);
    // (It may be no number.)
    if !(distance_squared <= far * far) {
        return;
    }
    if distance_squared > reach * reach {
        atomicStore(&is_crowded[team], 1u);
    } else if !only_first {
        let at = atomicAdd(&found_count[team], 1u);
        if at < FOUND {
            found[team * FOUND + at] = place;
        }
    } else if body_at(place) != body {
        keep_first(team, body_at(place));
    }
}

// Adds a partner at its place of an ascending list; of too many the first stay.
fn keep_first(team: u32, partner: u32) {
    let begin = team * FOUND;
    let number = lists[place_of(NUMBERS, partner)];
    var at = first_count;
    if first_count == PARTNERS {
        at = PARTNERS - 1u;
        if found_numbers[begin + at] < number {
            return;
        }
    }
    for (; at > 0u && found_numbers[begin + at - 1u] > number; at--) {
        found[begin + at] = found[begin + at - 1u];
        found_numbers[begin + at] = found_numbers[begin + at - 1u];
    }
    found[begin + at] = partner | IS_NEW;
    found_numbers[begin + at] = number;
    first_count = min(first_count + 1u, PARTNERS);
}

// Keeps the entry of a partner if it was found again.
fn keep_entry(entry: u32, team: u32, end: u32) {
    for (var i = team * FOUND; i < end; i++) {
        if found[i] == (partner_of(entry) | IS_NEW) {
            found[i] = entry;
            let place = entry >> PLACE_BITS;
            atomicOr(&taken[team * PLACE_WORDS + place / 32u], 1u << (place & 31u));
        }
    }
}

// A place for the bristles of a new partner: of those that are not taken the next one.
fn new_place(body: u32, team: u32) -> u32 {
    var skip = atomicAdd(&new_count[team], 1u);
    var word = 0u;
    var free = ~atomicLoad(&taken[team * PLACE_WORDS]);
    while countOneBits(free) <= skip {
        skip -= countOneBits(free);
        word++;
        free = ~atomicLoad(&taken[team * PLACE_WORDS + word]);
    }
    for (; skip > 0u; skip--) {
        free &= free - 1u;
    }
    let place = word * 32u + firstTrailingBit(free);
    for (var feature = 0u; feature < FEATURES; feature++) {
        kept[bristle_at(place, feature, body)] = vec4<f32>(0.0);
    }
    return place;
}
