// Links of one creature that touch each other: which, where, and with what force. Twin of crates/burgess-physics/src/step/pairs.rs.
//
// A creature has PAIR_SLOTS slots for each of its links; slot `s` is worked on by the lane of link `s` modulo the links. Lists are in the order
// of links and features, and links add up what belongs to them in the order of the list.

// The lane's slots: what they carry from step to step.
var<private> pair_keys: array<u32, PAIR_SLOTS>;
var<private> bristles: array<vec3<f32>, PAIR_SLOTS>;

// The link's shape, in link axes: one end of its segment or its centre, and its radius; to the other end, or half sizes of its core; and the
// kind. Then the edges of a box.
var<private> shape_at: vec4<f32>;
var<private> shape_size: vec4<f32>;
var<private> shape_axes: mat3x3<f32>;
// One bit a link of the creature that the link can touch and that comes after it.
var<private> partners: u32;

const SPHERE = 0.0;
const CAPSULE = 1.0;
const BOX = 2.0;

// A contact of this step, in one of the lane's slots.
struct PairWork {
    key: u32,
    // Lanes of the links A and B.
    first: u32,
    second: u32,
    stiffness: f32,
    touch: Touch,
    v_n: f32,
    slip: vec3<f32>,
    bristle: vec3<f32>,
    // The mobilities of both links there, along the normal and across it (1/kg).
    first_mobility: vec2<f32>,
    second_mobility: vec2<f32>,
    resistance: PairResistance,
    force: PairForce,
}
var<private> pairs: array<PairWork, PAIR_SLOTS>;
// Whether links of any creature of the block touch, and contacts of the creature.
var<private> links_touch: bool;
var<private> pair_count: u32;
// What the link answers to a push, what its contacts with other links come to, and the impulse that it gets from them.
var<private> mobility: Spatial;
var<private> parent_mobility: Spatial;
var<private> crowd: vec4<f32>;
var<private> pair_impulse: Wrench;

// All contacts of the block's creatures, each creature's from its base's lane times PAIR_SLOTS on: keys, with SWAPPED where A is the link that
// comes second.
var<workgroup> pair_list: array<u32, LANES * PAIR_SLOTS>;
var<workgroup> pair_counts: array<u32, LANES>;
// What was carried into the step: bristles, and keys as bits.
var<workgroup> carried_pairs: array<vec4<f32>, LANES * PAIR_SLOTS>;
// What slots tell links.
const PAIR_FIELDS = select(2u, 5u, TAPED != 0u);
var<workgroup> pair_board: array<vec4<f32>, PAIR_FIELDS * LANES * PAIR_SLOTS>;
const NO_MOBILITY = 1e-9;
const SWAPPED = 0x80000000u;

fn wake_shape(at: u32) {
    shape_at = model[at];
    shape_size = model[at + LANES];
    shape_axes = mat3x3<f32>(model[at + 2u * LANES].xyz, model[at + 3u * LANES].xyz, model[at + 4u * LANES].xyz);
    partners = lanes[block * LANES + lane].partners;
}

fn wake_pairs(at: u32) {
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        let pair = states[at + k * LANES];
        bristles[k] = pair.xyz;
        pair_keys[k] = u32(pair.w);
    }
}

fn put_pairs(to: u32) {
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        states[to + k * LANES] = vec4<f32>(bristles[k], f32(pair_keys[k]));
    }
}

// Pushes links apart that touch: sets the impulse that contacts between links give the link in this step, and
// what is carried on.
fn push_pairs() {
    pair_impulse = Wrench(vec3<f32>(0.0), vec3<f32>(0.0));
    post_ball();
    post_solid();
    workgroupBarrier();
    let own = find_pairs(false, 0u);
    pair_counts[lane] = own;
    links_touch = any_lane(own > 0u);
    if !links_touch {
        pair_count = 0u;
        for (var k = 0u; k < PAIR_SLOTS; k++) {
            bristles[k] = vec3<f32>(0.0);
            pair_keys[k] = 0u;
        }
        // Nobody posts while a lane still reads shapes.
        workgroupBarrier();
        return;
    }
    list_pairs();
    answer_pairs();
    resist_pairs();
    push_links();
}

fn load_pairs() {
    load.torque += pair_impulse.torque;
    load.force += pair_impulse.force;
}

// A ball around the link's shape that holds it to the end of the step.
fn post_ball() {
    let at = origin + link_rotation * shape_at.xyz;
    let is_box = shape_size.w == BOX;
    let centre = select(at + link_rotation * (shape_size.xyz * 0.5), at, is_box);
    let radius = select(0.5 * length(shape_size.xyz) + shape_at.w, length(shape_size.xyz + shape_at.w), is_box);
    let base_velocity = posted(2u, base).xyz;
    let motion = length(velocity_at(twist, centre) - base_velocity) + length(twist.angular) * radius;
    // Nobody posts while a lane still reads poses.
    workgroupBarrier();
    post(0u, vec4<f32>(centre, radius + world.dt * motion + 0.5 * PAIR_TAIL * contact_width));
}

// The link's shape in world axes, and its motion.
fn post_solid() {
    let is_box = shape_size.w == BOX;
    let axes = link_rotation * shape_axes;
    post(1u, vec4<f32>(origin + link_rotation * shape_at.xyz, shape_at.w));
    post(2u, vec4<f32>(select(link_rotation * shape_size.xyz, shape_size.xyz, is_box), shape_size.w));
    post(3u, vec4<f32>(axes[0], axes[2].x));
    post(4u, vec4<f32>(axes[1], axes[2].y));
    post(5u, vec4<f32>(twist.angular, axes[2].z));
    post(6u, vec4<f32>(twist.linear, 0.0));
}

fn posted_motion(by: u32) -> Twist {
    return Twist(posted(5u, by).xyz, posted(6u, by).xyz);
}

// How many ways there are for two links to touch.
fn feature_count(a: u32, b: u32) -> u32 {
    let x = posted(2u, a).w;
    let y = posted(2u, b).w;
    if x == BOX && y == BOX {
        return 16u;
    }
    // What is flat on something has two points to rest on. A sphere has one with everything.
    return select(1u, 2u, x != SPHERE && y != SPHERE);
}

// One way in which two links touch.
struct PairFeature {
    swapped: bool,
    // Lanes of A and B.
    first: u32,
    second: u32,
    pull: f32,
    share: f32,
    // The corner of the box A, and whether A is one.
    signs: vec3<f32>,
    of_corner: bool,
}

fn pair_feature(a: u32, b: u32, feature: u32) -> PairFeature {
    let x = posted(2u, a).w;
    let y = posted(2u, b).w;
    let corners = x == BOX && y == BOX;
    let swapped = select(x == BOX, feature >= 8u, corners);
    let two = !corners && x != SPHERE && y != SPHERE;
    let bits = vec3<u32>(feature >> 2u, feature >> 1u, feature) & vec3<u32>(1u);
    return PairFeature(
        swapped, select(a, b, swapped), select(b, a, swapped), select(0.5, f32(feature), two),
        select(select(1.0, 0.5, two), 0.125, corners), vec3<f32>(bits) * 2.0 - 1.0, corners,
    );
}

struct Solid {
    from_: vec3<f32>,
    along: vec3<f32>,
    radius: f32,
    axes: mat3x3<f32>,
    is_box: bool,
}

// A link's shape as it was posted; of a box `from_` is the centre and `along` the half sizes of the core.
fn posted_solid(by: u32) -> Solid {
    let at = posted(1u, by);
    let size = posted(2u, by);
    let x = posted(3u, by);
    let y = posted(4u, by);
    let axes = mat3x3<f32>(x.xyz, y.xyz, vec3<f32>(x.w, y.w, posted(5u, by).w));
    return Solid(at.xyz, size.xyz, at.w, axes, size.w == BOX);
}

// The segment that a feature has for A: all of it, or a box's corner.
fn segment_of(a: Solid, f: PairFeature) -> Solid {
    if !f.of_corner {
        return a;
    }
    return Solid(a.from_ + a.axes * (a.along * f.signs), vec3<f32>(0.0), a.radius, a.axes, false);
}

// How far along A's segment is the point that is nearest to the box B.
fn share_of(a: Solid, b: Solid, pull: f32) -> f32 {
    return share_nearest_to_box(a.from_, a.along, b.from_, b.axes[0], b.axes[1], b.axes[2], b.along, pull);
}

fn touch_of(f: PairFeature) -> Touch {
    let a = segment_of(posted_solid(f.first), f);
    let b = posted_solid(f.second);
    if b.is_box {
        return between_segment_and_box(
            a.from_, a.along, a.radius, b.from_, b.axes[0], b.axes[1], b.axes[2], b.along, b.radius, f.pull,
            share_of(a, b, f.pull),
        );
    }
    return between_segments(a.from_, a.along, a.radius, b.from_, b.along, b.radius, f.pull);
}

// Counts the contacts of the link with those that come after it, and lists them from a place on.
fn find_pairs(lists: bool, from_: u32) -> u32 {
    var count = 0u;
    let own = posted(0u, lane);
    let tail = PAIR_TAIL * contact_width;
    for (var left = partners; left != 0u; left &= left - 1u) {
        let other = base + firstTrailingBit(left);
        let ball = posted(0u, other);
        let apart = ball.xyz - own.xyz;
        let reach = ball.w + own.w;
        if dot(apart, apart) > reach * reach {
            continue;
        }
        let features = feature_count(lane, other);
        for (var i = 0u; i < features; i++) {
            let f = pair_feature(lane, other, i);
            let touch = touch_of(f);
            let v = velocity_at(posted_motion(f.first), touch.point) - velocity_at(posted_motion(f.second), touch.point);
            if touch.gap > tail && touch.gap + world.dt * dot(v, touch.normal) > tail {
                continue;
            }
            let place = from_ + count;
            if lists && place < body_links * PAIR_SLOTS {
                let key = (((lane - base) * 1024u + (other - base)) * 16u + i) + 1u;
                pair_list[base * PAIR_SLOTS + place] = select(key, key | SWAPPED, f.swapped);
            }
            count++;
        }
    }
    return count;
}

// Lists the contacts of all creatures, and works out where those in the lane's slots are.
fn list_pairs() {
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        if body_links > 0u {
            carried_pairs[base * PAIR_SLOTS + k * body_links + lane - base] =
                vec4<f32>(bristles[k], f32(pair_keys[k]));
        }
    }
    workgroupBarrier();
    var before = 0u;
    var all = 0u;
    for (var other = base; other < base + body_links; other++) {
        before += select(0u, pair_counts[other], other < lane);
        all += pair_counts[other];
    }
    pair_count = min(all, body_links * PAIR_SLOTS);
    // Lanes that go back, or over what was simulated before, are not running or replay.
    if is_base && running && all > pair_count && span.replays == 0u {
        results[body * RESULT_WORDS + LEFT_OUT] += all - pair_count;
    }
    let own = find_pairs(true, before);
    workgroupBarrier();
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        pair_keys[k] = 0u;
        let slot = pair_slot(k);
        if slot < pair_count {
            place_pair(k, pair_list[base * PAIR_SLOTS + slot]);
        }
    }
    // Nobody posts while a lane still reads shapes.
    workgroupBarrier();
}

// Which of the creature's slots is the lane's `k`-th; none on idle lanes, which have no contacts.
fn pair_slot(k: u32) -> u32 {
    return k * body_links + lane - base;
}

fn place_pair(k: u32, entry: u32) {
    let key = entry & ~SWAPPED;
    let f = feature_of(key);
    let touch = touch_of(f);
    let u = velocity_at(posted_motion(f.first), touch.point) - velocity_at(posted_motion(f.second), touch.point);
    let slip = across(u, touch.normal);
    var carried = vec3<f32>(0.0);
    for (var i = 0u; i < body_links * PAIR_SLOTS; i++) {
        let old = carried_pairs[base * PAIR_SLOTS + i];
        if u32(old.w) == key {
            carried = old.xyz;
        }
    }
    pair_keys[k] = key;
    pairs[k].key = key;
    pairs[k].first = f.first;
    pairs[k].second = f.second;
    pairs[k].stiffness = contact_stiffness * (PAIR_STIFFNESS * f.share);
    pairs[k].touch = touch;
    pairs[k].v_n = dot(u, touch.normal);
    pairs[k].slip = slip;
    pairs[k].bristle = across(carried, touch.normal) + slip * world.dt;
}

// The feature that a key names.
fn feature_of(key: u32) -> PairFeature {
    let place = key - 1u;
    return pair_feature(base + (place >> 14u), base + ((place >> 4u) & 1023u), place & 15u);
}

// How every link answers a push, with all contacts with the ground in the equations.
fn answer_pairs() {
    for (var i = 0u; i < CONTACTS; i++) {
        contacts[i].acting = true;
    }
    assemble_inertia();
    assemble_contacts();
    eliminate_hinges();
    find_mobilities();
}

// Base to leaf: the diagonal blocks of the inverse inertia of all that hangs together.
fn find_mobilities() {
    gather_base();
    if is_base {
        if first_child != NONE {
            add_system(lane);
        }
        mobility = Spatial();
        if floating {
            mobility = inverse_spatial(inertia);
        }
        post_spatial(mobility);
    }
    workgroupBarrier();
    for (var level = 1u; level <= block_depth; level++) {
        if depth == level {
            let above = posted_spatial(parent);
            let y = apply(above, Twist(gain.torque, gain.force));
            let reaction = Twist(y.torque, y.force);
            parent_mobility = above;
            mobility = turned_by_hinge(above, axis, reaction, joint_inverse + power(gain, reaction));
            post_spatial(mobility);
        }
        workgroupBarrier();
    }
}

fn post_spatial(s: Spatial) {
    post(0u, vec4<f32>(s.j.diagonal, s.m.diagonal.x));
    post(1u, vec4<f32>(s.j.products, s.m.diagonal.y));
    post(2u, vec4<f32>(s.h[0], s.m.diagonal.z));
    post(3u, vec4<f32>(s.h[1], s.m.products.x));
    post(4u, vec4<f32>(s.h[2], s.m.products.y));
    post(5u, vec4<f32>(s.m.products.z, 0.0, 0.0, 0.0));
}

fn posted_spatial(by: u32) -> Spatial {
    let a = posted(0u, by);
    let b = posted(1u, by);
    let c = posted(2u, by);
    let d = posted(3u, by);
    let e = posted(4u, by);
    return Spatial(
        Sym3(a.xyz, b.xyz), mat3x3<f32>(c.xyz, d.xyz, e.xyz),
        Sym3(vec3<f32>(a.w, b.w, c.w), vec3<f32>(d.w, e.w, posted(5u, by).x)),
    );
}

// How the link of a lane answers a push at a contact, along the normal and across it.
fn mobility_of(by: u32, touch: Touch) -> vec2<f32> {
    let m = at_point(posted_spatial(by), touch.point, touch.normal);
    return vec2<f32>(m.one, (m.all - m.one) * 0.5) + NO_MOBILITY;
}

// What every contact resists, and what that comes to for the link.
fn resist_pairs() {
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        let slot = pair_slot(k);
        if slot < pair_count {
            let p = pairs[k];
            let first = mobility_of(p.first, p.touch);
            let second = mobility_of(p.second, p.touch);
            let r = pair_resistance(
                world.dt, p.stiffness, contact_width, world.onset_speed, p.touch.gap, p.v_n, first.y + second.y,
            );
            pairs[k].first_mobility = first;
            pairs[k].second_mobility = second;
            pairs[k].resistance = r;
            let all = vec4<f32>(r.drag, r.stiffness, r.tangent_drag, r.tangent_stiffness);
            let to = pair_post(slot);
            pair_board[to] = all * first.xxyy;
            pair_board[to + 1u] = all * second.xxyy;
        }
    }
    workgroupBarrier();
    crowd = gather_pairs();
    post(6u, crowd);
    workgroupBarrier();
}

// What a slot is for the link: 1 if the link is A, -1 if it is B, 0 if it is neither.
fn side_of(slot: u32) -> i32 {
    let entry = pair_list[base * PAIR_SLOTS + slot];
    let place = (entry & ~SWAPPED) - 1u;
    let is_lower = lane - base == place >> 14u;
    let is_upper = lane - base == ((place >> 4u) & 1023u);
    return select(select(0, -1, is_upper), 1, is_lower) * select(1, -1, (entry & SWAPPED) != 0u);
}

// Where a slot posts for its links.
fn pair_post(slot: u32) -> u32 {
    return PAIR_FIELDS * (base * PAIR_SLOTS + slot);
}

// The sum over the link's contacts of what their slots posted for it, the first vector for A and the second for B.
fn gather_pairs() -> vec4<f32> {
    var sum = vec4<f32>(0.0);
    for (var slot = 0u; slot < pair_count; slot++) {
        let side = side_of(slot);
        if side != 0 {
            sum += pair_board[pair_post(slot) + select(0u, 1u, side < 0)];
        }
    }
    return sum;
}

// The sum over the link's contacts of the wrenches that their slots posted, minus those where the link is B.
fn gather_wrenches() -> Wrench {
    var sum = Wrench(vec3<f32>(0.0), vec3<f32>(0.0));
    for (var slot = 0u; slot < pair_count; slot++) {
        let side = f32(side_of(slot));
        if side != 0.0 {
            sum.torque += pair_board[pair_post(slot)].xyz * side;
            sum.force += pair_board[pair_post(slot) + 1u].xyz * side;
        }
    }
    return sum;
}

fn post_wrench(slot: u32, wrench: Wrench) {
    pair_board[pair_post(slot)] = vec4<f32>(wrench.torque, 0.0);
    pair_board[pair_post(slot) + 1u] = vec4<f32>(wrench.force, 0.0);
}

fn force_of(p: PairWork, all: vec4<f32>) -> PairForce {
    return pair_force(
        world.dt, p.stiffness, contact_width, world.friction, world.onset_speed, p.touch.gap, p.v_n, p.slip, p.bristle,
        p.first_mobility.y + p.second_mobility.y, all.x, all.y, all.z, all.w,
    );
}

// The forces, and the impulse that they give the link.
fn push_links() {
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        bristles[k] = vec3<f32>(0.0);
        let slot = pair_slot(k);
        if slot < pair_count {
            let p = pairs[k];
            let force = force_of(p, posted(6u, p.first) + posted(6u, p.second));
            pairs[k].force = force;
            bristles[k] = force.bristle;
            post_wrench(slot, force_at(p.touch.point, (p.touch.normal * force.normal + force.friction) * world.dt));
        }
    }
    workgroupBarrier();
    pair_impulse = gather_wrenches();
    // Nobody posts while a lane still reads.
    workgroupBarrier();
}
