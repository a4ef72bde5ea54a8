// Who can touch whom: a list of partners in ascending order, which holds until a body has gone too far. Twin of
// crates/burgess-physics/src/shared_world/neighbours.rs.

// Words of a set of places for bristles.
const PLACE_WORDS = (PARTNERS + 31u) / 32u;
// No place for bristles yet.
const NO_PLACE = 0xff000000u;

// Number of the body's partners.
fn partner_count(body: u32) -> u32 {
    return lists[place_of(COUNTS, body)] & ~CURRENT;
}

// Where the list in use begins.
fn list_in_use(body: u32) -> u32 {
    return PARTNER_LISTS + select(0u, PARTNERS, (lists[place_of(COUNTS, body)] & CURRENT) != 0u);
}

// How much of its share of the margin the body has used up, as it will stand.
fn has_gone_too_far(body: u32, position: vec3<f32>, stride: f32) -> bool {
    let seen = kept[place_of(SEEN, body)];
    let moved = length(position - seen.xyz) + max(stride - seen.w, 0.0);
    return !(moved <= world.slack);
}

// Makes the body's list again from the grid of the step.
fn list_partners(step: u32, body: u32) {
    let own = states[body];
    let of_world = body / world.bodies_of_a_world;
    let first = of_world * world.bodies_of_a_world;
    let before = lists[place_of(COUNTS, body)];
    let to = PARTNER_LISTS + select(PARTNERS, 0u, (before & CURRENT) != 0u);
    kept[place_of(SEEN, body)] = vec4<f32>(own.position, own.stride);
    let stride = min(own.stride, world.allowance);
    let centre = cell_of(own.position);
    var count = 0u;
    for (var i = 0; i < 27; i++) {
        let cell = centre + vec3<i32>(i % 3, (i / 3) % 3, i / 9) - 1;
        var link = atomicLoad(&board[head_at(step, cell_number(cell, of_world))]);
        while link != 0u {
            let other = link - 1u;
            link = atomicLoad(&board[next_at(other)]);
            // Others may share the number.
            if other == body || other < first || other >= first + world.bodies_of_a_world {
                continue;
            }
            let apart = states[other].position - own.position;
            let reach = own.reach + states[other].reach + world.margin + stride + min(states[other].stride, world.allowance);
            if dot(apart, apart) <= reach * reach && all(cell_of(states[other].position) == cell) {
                count = insert(to, body, count, other);
            }
        }
    }
    keep_bristles(list_in_use(body), before & ~CURRENT, to, count, body);
    lists[place_of(COUNTS, body)] = count | select(CURRENT, 0u, (before & CURRENT) != 0u);
}

// Adds a partner at its place of the list; of too many the first stay. Gives the new number of partners.
fn insert(to: u32, body: u32, count: u32, partner: u32) -> u32 {
    var at = count;
    if count == PARTNERS {
        atomicAdd(&board[LEFT_OUT], 1u);
        at = PARTNERS - 1u;
        if lists[place_of(to + at, body)] < partner {
            return count;
        }
    }
    for (; at > 0u; at--) {
        let earlier = lists[place_of(to + at - 1u, body)];
        if earlier < partner {
            break;
        }
        lists[place_of(to + at, body)] = earlier;
    }
    lists[place_of(to + at, body)] = partner;
    return min(count + 1u, PARTNERS);
}

// Gives the partners of a new list their places for bristles: those that were in the list before keep theirs.
fn keep_bristles(before: u32, count_before: u32, to: u32, count: u32, body: u32) {
    var taken = array<u32, PLACE_WORDS>();
    var k = 0u;
    for (var i = 0u; i < count; i++) {
        let partner = lists[place_of(to + i, body)];
        var entry = partner | NO_PLACE;
        while k < count_before {
            let known = lists[place_of(before + k, body)];
            if (known & PARTNER_MASK) > partner {
                break;
            }
            k++;
            if (known & PARTNER_MASK) == partner {
                entry = known;
                let place = known >> PARTNER_BITS;
                taken[place / 32u] |= 1u << (place & 31u);
                break;
            }
        }
        lists[place_of(to + i, body)] = entry;
    }
    var free = 0u;
    for (var i = 0u; i < count; i++) {
        let entry = lists[place_of(to + i, body)];
        if entry < NO_PLACE {
            continue;
        }
        while (taken[free / 32u] & (1u << (free & 31u))) != 0u {
            free++;
        }
        lists[place_of(to + i, body)] = (entry & PARTNER_MASK) | (free << PARTNER_BITS);
        for (var feature = 0u; feature < FEATURES; feature++) {
            kept[bristle_at(free, feature, body)] = vec4<f32>(0.0);
        }
        free++;
    }
}

fn bristle_at(place: u32, feature: u32, body: u32) -> u32 {
    return place_of(BRISTLES + place * FEATURES + feature, body);
}
