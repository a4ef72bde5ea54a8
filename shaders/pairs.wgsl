// Links of one creature that touch each other or objects of its scene, and objects that touch each other: which, where, and with what force. Twin of
// crates/burgess-physics/src/step/pairs.rs.
//
// Places are relative to the creature's base origin here, while the rest of an object's lanes has them relative to the object's own. What is said of a
// creature's links goes for its objects, too, which come behind them.
//
// A creature has PAIR_SLOTS slots for each of its links; slot `s` is worked on by the lane of link `s` modulo the links. Lists are in the order
// of links and features, and links add up what belongs to them in the order of the list.

// The lane's slots: what they carry from step to step.
var<private> pair_keys: array<u32, PAIR_SLOTS>;
var<private> bristles: array<vec3<f32>, PAIR_SLOTS>;

// Where the link's shape stands in `model`: one end of its segment or its centre, and its radius; to the other end, or half sizes of its core;
// and the kind. Then the edges of a box. All in link axes.
var<private> shape_row: u32;
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
    // Only where there are objects.
    width: f32,
    touch: Touch,
    v_n: f32,
    slip: vec3<f32>,
    bristle: vec3<f32>,
    // The slot that carried it into the step, if any, and the bristle that it carried.
    carried_from: u32,
    carried: vec3<f32>,
    // The mobilities of both links there, along the normal and across it (1/kg).
    first_mobility: vec2<f32>,
    second_mobility: vec2<f32>,
    resistance: PairResistance,
    force: PairForce,
}
var<private> pairs: array<PairWork, PAIR_SLOTS>;
// Whether links of any creature of the block touch, whether one has more contacts than links, and contacts of the own creature.
var<private> links_touch: bool;
var<private> needs_all_rows: bool;
var<private> pair_count: u32;
// Slots in which the link is A, and those in which it is B: one bit each slot of a row of slots, as many as the creature has links.
var<private> slots_as_first: array<u32, PAIR_SLOTS>;
var<private> slots_as_second: array<u32, PAIR_SLOTS>;
// The mobility of the link, the sums over its contacts with other links, and the impulse that it gets from them.
var<private> mobility: Spatial;
var<private> parent_mobility: Spatial;
var<private> contact_sums: vec4<f32>;
var<private> pair_impulse: Wrench;
// Where the root of the lane's tree is, relative to the creature's base origin (m).
var<private> offset: vec3<f32>;

// Workgroups have little memory, and what they have less of runs more of them at a time: what slots tell links goes over the board, too.

// Near pairs that are looked at together: lanes of both links and of the base, five bits each, and a bit for each feature that touches.
var<workgroup> near_pairs: array<u32, LANES>;
// Of the creature whose base is on the lane: its links, and its contacts so far.
var<workgroup> links_at: array<u32, LANES>;
var<workgroup> found_at: array<u32, LANES>;
// All contacts of the block's creatures, each creature's from its base's lane times PAIR_SLOTS on: keys, with SWAPPED where A is the link that
// comes second.
var<workgroup> pair_list: array<u32, LANES * PAIR_SLOTS>;
const SWAPPED = 0x80000000u;
const NO_SLOT = 0xffffffffu;
const NO_MOBILITY = 1e-9;

fn wake_shape(at: u32) {
    shape_row = at;
    partners = lanes[block * LANES + lane].partners;
    if is_base {
        links_at[lane] = scene_links;
    }
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

// Finds the contacts between links, and where they are. True if links of any creature of the block touch.
fn find_pairs() -> bool {
    pair_impulse = Wrench(vec3<f32>(0.0), vec3<f32>(0.0));
    post_ball();
    post_solid();
    workgroupBarrier();
    let near = near_partners();
    links_touch = any_lane(near != 0u);
    pair_count = 0u;
    if links_touch {
        list_pairs(near);
    }
    if !links_touch {
        bristles = array<vec3<f32>, PAIR_SLOTS>();
        pair_keys = array<u32, PAIR_SLOTS>();
    }
    // Nobody posts while a lane still reads shapes.
    workgroupBarrier();
    return links_touch;
}

// On all lanes, once poses are posted.
fn take_offset() {
    if OBJECTS != 0u {
        offset = position - posted(3u, scene_lane).yzw;
    }
}

// A twist of the lane's link as seen from the creature's base origin.
fn in_scene(t: Twist) -> Twist {
    if OBJECTS != 0u {
        return Twist(t.angular, t.linear - cross(t.angular, offset));
    }
    return t;
}

// A point in the coordinates of the lane's own tree.
fn in_tree(point: vec3<f32>) -> vec3<f32> {
    if OBJECTS != 0u {
        return point - offset;
    }
    return point;
}

// A wrench about the creature's base origin, about that of the lane's own tree.
fn wrench_in_tree(w: Wrench) -> Wrench {
    if OBJECTS != 0u {
        return Wrench(w.torque - cross(offset, w.force), w.force);
    }
    return w;
}

// The later links whose balls meet that of the link: a bit each.
fn near_partners() -> u32 {
    let own = posted(0u, lane);
    var near = 0u;
    for (var left = partners; left != 0u; left &= left - 1u) {
        let i = firstTrailingBit(left);
        let other = posted(0u, scene_lane + i);
        let apart = own.xyz - other.xyz;
        let reach = own.w + other.w;
        near |= select(0u, 1u << i, dot(apart, apart) <= reach * reach);
    }
    return near;
}

// Lists the contacts of all creatures, and works out where those in the lane's slots are. Near pairs are looked at in the order of links, one a
// lane at a time, wherever they belong.
fn list_pairs(near: u32) {
    near_pairs[lane] = countOneBits(near);
    found_at[lane] = 0u;
    workgroupBarrier();
    var rank = 0u;
    var total = 0u;
    for (var other = 0u; other < LANES; other++) {
        rank += select(0u, near_pairs[other], other < lane);
        total += near_pairs[other];
    }
    workgroupBarrier();
    var left = near;
    for (var start = 0u; start < total; start += LANES) {
        for (; left != 0u && rank < start + LANES; rank++) {
            near_pairs[rank - start] = lane | ((scene_lane + firstTrailingBit(left)) << 5u) | (scene_lane << 10u);
            left &= left - 1u;
        }
        workgroupBarrier();
        let is_one = start + lane < total;
        if is_one {
            near_pairs[lane] |= touching_features(near_pairs[lane]) << 15u;
        }
        workgroupBarrier();
        if is_one {
            list_features();
        }
        workgroupBarrier();
        if is_base {
            for (var k = 0u; k < min(LANES, total - start); k++) {
                found_at[lane] += select(0u, countOneBits(near_pairs[k] >> 15u), base_of(near_pairs[k]) == lane);
            }
        }
        workgroupBarrier();
    }
    let all = select(0u, found_at[scene_lane], scene_links > 0u);
    links_touch = any_lane(all > 0u);
    if !links_touch {
        return;
    }
    pair_count = min(all, scene_links * PAIR_SLOTS);
    // Lanes that go back, or over what was simulated before, are not running or replay.
    if is_base && running && all > pair_count && span.replays == 0u {
        results[body * RESULT_WORDS + LEFT_OUT] += all - pair_count;
    }
    // Balls are not needed any more.
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        post(carried_field(k), vec4<f32>(bristles[k], f32(pair_keys[k])));
        slots_as_first[k] = 0u;
        slots_as_second[k] = 0u;
    }
    workgroupBarrier();
    needs_all_rows = any_lane(pair_count > scene_links);
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        for (var i = 0u; i < scene_links && k * scene_links + i < pair_count; i++) {
            let side = side_of(pair_list[scene_lane * PAIR_SLOTS + k * scene_links + i]);
            slots_as_first[k] |= select(0u, 1u << i, side > 0);
            slots_as_second[k] |= select(0u, 1u << i, side < 0);
        }
    }
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        place_pair(k);
    }
}

// Where the board has what slots carried into the step.
fn carried_field(k: u32) -> u32 {
    return select(0u, 7u, k == 0u);
}

// The features of a near pair that touch: a bit each.
fn touching_features(pair: u32) -> u32 {
    let a = earlier_of(pair);
    let b = later_of(pair);
    let tail = PAIR_TAIL * min(posted(6u, a).w, posted(6u, b).w);
    var touching = 0u;
    for (var i = 0u; i < feature_count(a, b); i++) {
        let f = pair_feature(a, b, i);
        let touch = touch_of(f);
        let v = velocity_at(posted_motion(f.first), touch.point) - velocity_at(posted_motion(f.second), touch.point);
        if !(touch.gap > tail && touch.gap + world.dt * dot(v, touch.normal) > tail) {
            touching |= 1u << i;
        }
    }
    return touching;
}

// Lists the features of the lane's near pair that touch, after those of the same creature's pairs before.
fn list_features() {
    let pair = near_pairs[lane];
    let first = base_of(pair);
    let a = earlier_of(pair) - first;
    let b = later_of(pair) - first;
    var place = found_at[first];
    for (var other = 0u; other < lane; other++) {
        place += select(0u, countOneBits(near_pairs[other] >> 15u), base_of(near_pairs[other]) == first);
    }
    for (var left = pair >> 15u; left != 0u; left &= left - 1u) {
        let i = firstTrailingBit(left);
        if place < links_at[first] * PAIR_SLOTS {
            let key = ((a * 1024u + b) * 16u + i) + 1u;
            let swapped = pair_feature(first + a, first + b, i).swapped;
            pair_list[first * PAIR_SLOTS + place] = select(key, key | SWAPPED, swapped);
        }
        place++;
    }
}

fn earlier_of(pair: u32) -> u32 {
    return pair & 31u;
}

fn later_of(pair: u32) -> u32 {
    return (pair >> 5u) & 31u;
}

fn base_of(pair: u32) -> u32 {
    return (pair >> 10u) & 31u;
}

// Pushes links apart that touch, after the hinges were eliminated: sets the impulse that contacts between links give the link in this step, and
// what is carried on.
fn push_pairs() {
    find_mobilities();
    resist_pairs();
    push_links();
}

// Takes the impulses of contacts between links to the base, as eliminate_hinges does with loads. They are not among those, so that a further round
// gives the same bits where nothing has changed.
fn eliminate_impulses() {
    var impulse = pair_impulse;
    for (var level = block_depth; level > 0u; level--) {
        if depth == level {
            for (var child = first_child; child != NONE; child = next_sibling[child]) {
                impulse = wrench_add(impulse, posted_wrench(child));
            }
            let more = power(impulse, axis);
            free_rate += more * joint_inverse;
            // u / d is the gain.
            post_twist(Twist(impulse.torque - gain.torque * more, impulse.force - gain.force * more));
        }
        workgroupBarrier();
    }
    if is_root() {
        for (var child = first_child; child != NONE; child = next_sibling[child]) {
            impulse = wrench_add(impulse, posted_wrench(child));
        }
        load = wrench_add(load, impulse);
    }
    workgroupBarrier();
}

fn posted_wrench(by: u32) -> Wrench {
    let t = posted_twist(by);
    return Wrench(t.angular, t.linear);
}

// A ball around the link's shape that holds it to the end of the step.
fn post_ball() {
    let shape_at = model[shape_row];
    let shape_size = model[shape_row + LANES];
    let at = origin + link_rotation * shape_at.xyz;
    let is_box = shape_size.w == BOX;
    let centre = select(at + link_rotation * (shape_size.xyz * 0.5), at, is_box);
    let radius = select(0.5 * length(shape_size.xyz) + shape_at.w, length(shape_size.xyz + shape_at.w), is_box);
    let base_velocity = posted(2u, scene_lane).xyz;
    var seen = centre;
    if OBJECTS != 0u {
        seen += offset;
    }
    let motion = length(velocity_at(twist, centre) - base_velocity) + length(twist.angular) * radius;
    // Nobody posts while a lane still reads poses.
    workgroupBarrier();
    post(0u, vec4<f32>(seen, radius + world.dt * motion + 0.5 * PAIR_TAIL * contact_width));
}

// The edges of a box.
fn shape_edges() -> mat3x3<f32> {
    return mat3x3<f32>(
        model[shape_row + 2u * LANES].xyz, model[shape_row + 3u * LANES].xyz, model[shape_row + 4u * LANES].xyz,
    );
}

// The link's shape in world axes, and its motion.
fn post_solid() {
    let shape_at = model[shape_row];
    let shape_size = model[shape_row + LANES];
    let is_box = shape_size.w == BOX;
    let axes = link_rotation * shape_edges();
    let moving = in_scene(twist);
    var at = origin + link_rotation * shape_at.xyz;
    if OBJECTS != 0u {
        at += offset;
    }
    post(1u, vec4<f32>(at, shape_at.w));
    post(2u, vec4<f32>(select(link_rotation * shape_size.xyz, shape_size.xyz, is_box), shape_size.w));
    post(3u, vec4<f32>(axes[0], axes[2].x));
    post(4u, vec4<f32>(axes[1], axes[2].y));
    post(5u, vec4<f32>(moving.angular, axes[2].z));
    post(6u, vec4<f32>(moving.linear, contact_width));
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

// Which of the creature's slots is the lane's `k`-th; none on idle lanes, which have no contacts.
fn pair_slot(k: u32) -> u32 {
    return k * scene_links + lane - scene_lane;
}

// Works out where the contact in the lane's `k`-th slot is, if there is one.
fn place_pair(k: u32) {
    pair_keys[k] = 0u;
    if pair_slot(k) >= pair_count {
        return;
    }
    let key = pair_list[scene_lane * PAIR_SLOTS + pair_slot(k)] & ~SWAPPED;
    let f = feature_of(key);
    let touch = touch_of(f);
    let u = velocity_at(posted_motion(f.first), touch.point) - velocity_at(posted_motion(f.second), touch.point);
    let slip = across(u, touch.normal);
    pair_keys[k] = key;
    pairs[k].key = key;
    pairs[k].first = f.first;
    pairs[k].second = f.second;
    pairs[k].stiffness = contact_stiffness * (PAIR_STIFFNESS * f.share);
    if OBJECTS != 0u {
        pairs[k].stiffness = max(stiffness_of(f.first), stiffness_of(f.second)) * (PAIR_STIFFNESS * f.share);
        pairs[k].width = min(posted(6u, f.first).w, posted(6u, f.second).w);
    }
    pairs[k].touch = touch;
    pairs[k].v_n = dot(u, touch.normal);
    pairs[k].slip = slip;
    pairs[k].carried_from = carried_slot(key);
    pairs[k].carried = vec3<f32>(0.0);
    if pairs[k].carried_from != NO_SLOT {
        let row = pairs[k].carried_from / scene_links;
        pairs[k].carried = posted(carried_field(row), scene_lane + pairs[k].carried_from % scene_links).xyz;
    }
    pairs[k].bristle = across(pairs[k].carried, touch.normal) + slip * world.dt;
}

// The stiffness of a contact point of the body that a lane belongs to.
fn stiffness_of(by: u32) -> f32 {
    return bodies[lanes[block * LANES + by].facts].contact_stiffness;
}

// The contact width of the body that a lane belongs to.
fn width_of(by: u32) -> f32 {
    return bodies[lanes[block * LANES + by].facts].contact_width;
}

// The coefficient of friction of the body that a lane belongs to.
fn friction_of(by: u32) -> f32 {
    return bodies[lanes[block * LANES + by].facts].friction;
}

// That of the contact in the lane's `k`-th slot.
fn friction_between(k: u32) -> f32 {
    if FRICTIONS != 0u {
        return pair_friction(friction_of(pairs[k].first), friction_of(pairs[k].second)).coefficient;
    }
    return world.friction;
}

// Over what depth the contact in the lane's `k`-th slot sets in.
fn pair_width(k: u32) -> f32 {
    if OBJECTS != 0u {
        return pairs[k].width;
    }
    return contact_width;
}

// The creature's slot that carried a contact into the step. Slots are filled from the first on.
fn carried_slot(key: u32) -> u32 {
    for (var slot = 0u; slot < scene_links * PAIR_SLOTS; slot++) {
        let row = slot / scene_links;
        let old = u32(posted(carried_field(row), scene_lane + slot - row * scene_links).w);
        if old == key {
            return slot;
        }
        if old == 0u {
            break;
        }
    }
    return NO_SLOT;
}

// The feature that a key names.
fn feature_of(key: u32) -> PairFeature {
    let place = key - 1u;
    return pair_feature(scene_lane + (place >> 14u), scene_lane + ((place >> 4u) & 1023u), place & 15u);
}

// The mobility of every link, with all contacts with the ground in the equations.
fn answer_pairs() {
    for (var i = 0u; i < CONTACTS; i++) {
        contacts[i].acting = true;
    }
    assemble_inertia();
    assemble_contacts();
    eliminate_hinges();
    gather_system();
    find_mobilities();
}

// Base to leaf: the diagonal blocks of the inverse inertia of all that hangs together.
fn find_mobilities() {
    if is_root() {
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
    post(5u, vec4<f32>(s.m.products.z, offset));
}

// Where the root of a lane's tree is, posted with its spatial matrix.
fn posted_offset(by: u32) -> vec3<f32> {
    return posted(5u, by).yzw;
}

// A point in the coordinates of a lane's own tree.
fn in_tree_of(by: u32, point: vec3<f32>) -> vec3<f32> {
    if OBJECTS != 0u {
        return point - posted_offset(by);
    }
    return point;
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

// The mobility of the link of a lane at a contact, along the normal and across it.
fn mobility_of(by: u32, touch: Touch) -> vec2<f32> {
    let m = at_point(posted_spatial(by), in_tree_of(by, touch.point), touch.normal);
    return vec2<f32>(m.one, (m.all - m.one) * 0.5) + NO_MOBILITY;
}

// How much every contact resists, and the sums of that over the contacts of the link.
fn resist_pairs() {
    contact_sums = vec4<f32>(0.0);
    for (var k = 0u; k < rows_of_slots(); k++) {
        resist_pair(k);
        // Nobody posts while a lane still reads.
        workgroupBarrier();
    }
    post(6u, contact_sums);
    workgroupBarrier();
}

// Rows of slots in which a creature of the block has contacts: the first has one slot a link.
fn rows_of_slots() -> u32 {
    return select(1u, PAIR_SLOTS, needs_all_rows);
}

fn resist_pair(k: u32) {
    if pair_slot(k) < pair_count {
        let first = mobility_of(pairs[k].first, pairs[k].touch);
        let second = mobility_of(pairs[k].second, pairs[k].touch);
        let r = pair_resistance(
            world.dt, pairs[k].stiffness, pair_width(k), world.onset_speed, pairs[k].touch.gap, pairs[k].v_n,
            first.y + second.y,
        );
        pairs[k].first_mobility = first;
        pairs[k].second_mobility = second;
        pairs[k].resistance = r;
        let all = vec4<f32>(r.drag, r.stiffness, r.tangent_drag, r.tangent_stiffness);
        post(6u, all * first.xxyy);
        post(7u, all * second.xxyy);
    }
    workgroupBarrier();
    for (var left = slots_as_first[k]; left != 0u; left &= left - 1u) {
        contact_sums += posted(6u, scene_lane + firstTrailingBit(left));
    }
    for (var left = slots_as_second[k]; left != 0u; left &= left - 1u) {
        contact_sums += posted(7u, scene_lane + firstTrailingBit(left));
    }
}

// What an entry of the list is for the link: 1 if the link is A, -1 if it is B, 0 if it is neither.
fn side_of(entry: u32) -> i32 {
    let place = (entry & ~SWAPPED) - 1u;
    let is_lower = lane - scene_lane == place >> 14u;
    let is_upper = lane - scene_lane == ((place >> 4u) & 1023u);
    return select(select(0, -1, is_upper), 1, is_lower) * select(1, -1, (entry & SWAPPED) != 0u);
}

// The forces, and the impulse that they give the link.
fn push_links() {
    bristles = array<vec3<f32>, PAIR_SLOTS>();
    for (var k = 0u; k < rows_of_slots(); k++) {
        push_link(k);
    }
    // Nobody posts while a lane still reads sums.
    workgroupBarrier();
    for (var k = 0u; k < rows_of_slots(); k++) {
        post_wrench(k);
    }
    workgroupBarrier();
    for (var k = 0u; k < rows_of_slots(); k++) {
        gather_wrenches(k);
    }
    pair_impulse = wrench_in_tree(pair_impulse);
    // Nobody posts while a lane still reads.
    workgroupBarrier();
}

fn push_link(k: u32) {
    if pair_slot(k) < pair_count {
        let all = posted(6u, pairs[k].first) + posted(6u, pairs[k].second);
        let force = pair_force(
            world.dt, pairs[k].stiffness, pair_width(k), friction_between(k), world.onset_speed, pairs[k].touch.gap,
            pairs[k].v_n, pairs[k].slip, pairs[k].bristle, pairs[k].first_mobility.y + pairs[k].second_mobility.y, all.x,
            all.y, all.z, all.w,
        );
        pairs[k].force = force;
        bristles[k] = force.bristle;
    }
}

// The normal forces of the lane's contacts: those between the creature and its first object, and those between links of the creature.
fn touch_forces() -> vec2<f32> {
    var sum = vec2<f32>(0.0);
    if links_touch {
        for (var k = 0u; k < PAIR_SLOTS; k++) {
            if pair_slot(k) < pair_count {
                sum += pairs[k].force.normal * meeting_of(k);
            }
        }
    }
    return sum;
}

// Who meets in the lane's `k`-th slot: one in the place of the creature and its first object, or of links of the creature.
fn meeting_of(k: u32) -> vec2<f32> {
    let earlier = min(pairs[k].first, pairs[k].second);
    let later = max(pairs[k].first, pairs[k].second);
    let is_own = later < first_object_lane;
    return vec2<f32>(
        select(0.0, 1.0, THINGS != 0u && later == first_object_lane && earlier < later), select(0.0, 1.0, is_own),
    );
}

// The impulse of a contact, on A.
fn impulse_of(k: u32) -> Wrench {
    let force = pairs[k].touch.normal * pairs[k].force.normal + pairs[k].force.friction;
    return force_at(pairs[k].touch.point, force * world.dt);
}

fn post_wrench(k: u32) {
    if pair_slot(k) < pair_count {
        let impulse = impulse_of(k);
        post(2u * k, vec4<f32>(impulse.torque, 0.0));
        post(2u * k + 1u, vec4<f32>(impulse.force, 0.0));
    }
}

// Adds the impulses of the link's contacts, and takes off those where it is B.
fn gather_wrenches(k: u32) {
    for (var left = slots_as_first[k]; left != 0u; left &= left - 1u) {
        let slot = scene_lane + firstTrailingBit(left);
        pair_impulse.torque += posted(2u * k, slot).xyz;
        pair_impulse.force += posted(2u * k + 1u, slot).xyz;
    }
    for (var left = slots_as_second[k]; left != 0u; left &= left - 1u) {
        let slot = scene_lane + firstTrailingBit(left);
        pair_impulse.torque -= posted(2u * k, slot).xyz;
        pair_impulse.force -= posted(2u * k + 1u, slot).xyz;
    }
}
