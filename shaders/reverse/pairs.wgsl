// Contacts between links: the reverse of push_pairs but for the mobilities, whose bars it leaves. Twin of
// crates/burgess-physics/src/step/reverse/pairs.rs.

// With respect to the link's shape, and to what its slots carry.
var<private> shape_at_bar: vec4<f32>;
var<private> shape_size_bar: vec3<f32>;
var<private> shape_axes_bar: mat3x3<f32>;
var<private> bristle_bars: array<vec3<f32>, PAIR_SLOTS>;

// With respect to the link's mobility, and to the sums over its contacts with other links.
var<private> mobility_bar: Spatial;
var<private> contact_sum_bar: vec4<f32>;
// With respect to where the root of the lane's tree is, relative to the creature's base origin.
var<private> offset_bar: vec3<f32>;

// What slots tell links.
const PAIR_FIELDS = 5u;
var<workgroup> pair_board: array<vec4<f32>, PAIR_FIELDS * LANES * PAIR_SLOTS>;

// Where a slot posts for its links.
fn pair_post(slot: u32) -> u32 {
    return PAIR_FIELDS * (scene_lane * PAIR_SLOTS + slot);
}

// What a slot is for the link: 1 if the link is A, -1 if it is B, 0 if it is neither.
fn side_of_slot(slot: u32) -> i32 {
    return side_of(pair_list[scene_lane * PAIR_SLOTS + slot]);
}

// What is known of the lane's slots on their way back.
struct PairBack {
    // With respect to the gap, the point and the normal of the contact.
    touch: Touch,
    // What the force says of its inputs.
    says: PairForceGradient,
    // Angular velocity of A less that of B.
    turning: vec3<f32>,
}
var<private> pairs_back: array<PairBack, PAIR_SLOTS>;

fn clear_pair_bars() {
    shape_at_bar = vec4<f32>(0.0);
    shape_size_bar = vec3<f32>(0.0);
    shape_axes_bar = mat3x3<f32>();
    bristle_bars = array<vec3<f32>, PAIR_SLOTS>();
}

fn fade_pairs(share: f32) {
    for (var i = 0u; i < PAIR_SLOTS; i++) {
        bristle_bars[i] *= share;
    }
}

fn wake_pair_bars(shape: u32, state: u32) {
    shape_at_bar = gradients[shape];
    shape_size_bar = gradients[shape + LANES].xyz;
    shape_axes_bar = mat3x3<f32>(
        gradients[shape + 2u * LANES].xyz, gradients[shape + 3u * LANES].xyz, gradients[shape + 4u * LANES].xyz,
    );
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        bristle_bars[k] = gradients[state + k * LANES].xyz;
    }
}

fn rest_pair_bars(shape: u32, state: u32) {
    gradients[shape] = shape_at_bar;
    gradients[shape + LANES] = vec4<f32>(shape_size_bar, 0.0);
    for (var i = 0u; i < 3u; i++) {
        gradients[shape + (2u + i) * LANES] = vec4<f32>(shape_axes_bar[i], 0.0);
    }
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        gradients[state + k * LANES] = vec4<f32>(bristle_bars[k], 0.0);
    }
}

// Which links touched, and with what force.
fn recall_pairs() {
    if find_pairs() {
        answer_pairs();
        resist_pairs();
        push_links();
    }
}

// Every contact between links by itself; with the bars of the mobilities on to the links. Adds to the bars of the sweep.
fn reverse_pairs() {
    joint_inertia_bar = 0.0;
    hinge_bar = Wrench(vec3<f32>(0.0), vec3<f32>(0.0));
    own_bar = Spatial();
    if !links_touch {
        bristle_bars = array<vec3<f32>, PAIR_SLOTS>();
        return;
    }
    // The links' own part of the loads.
    adjoint_bar = wrench_add(adjoint_bar, pair_impulse);
    reverse_forces();
    reverse_resistances();
    reverse_frictions();
    reverse_carried();
    reverse_touches();
    reverse_offsets();
    reverse_mobilities();
}

// From where objects are, relative to the creature, to the positions of both.
fn reverse_offsets() {
    if OBJECTS == 0u {
        return;
    }
    post(0u, vec4<f32>(offset_bar, 0.0));
    workgroupBarrier();
    if is_object {
        // What moves a rival's links goes on to its base with the rest.
        place_bar += offset_bar;
    }
    if is_base {
        for (var i = body_links; i < scene_links; i++) {
            place_bar -= posted(0u, base + i).xyz;
        }
    }
    // Nobody posts while a base lane still reads.
    workgroupBarrier();
}

// With respect to the normal force in the lane's `k`-th slot, as tasks see it.
fn touch_bar_of(k: u32) -> f32 {
    if TOUCHES != 0u {
        return dot(touch_bars, meeting_of(k));
    }
    return 0.0;
}

// What each force says of its inputs, and with that of the sums over the contacts of both links.
fn reverse_forces() {
    post_twist(in_scene(twist_after));
    post(2u, vec4<f32>(twist.angular, 0.0));
    post(6u, contact_sums);
    workgroupBarrier();
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        let slot = pair_slot(k);
        if slot < pair_count {
            let p = pairs[k];
            let first = posted_twist(p.first);
            let second = posted_twist(p.second);
            let x = p.touch.point;
            let force_bar = (velocity_at(first, x) - velocity_at(second, x)) * world.dt;
            let all = posted(6u, p.first) + posted(6u, p.second);
            let says = pair_force_reverse(
                world.dt, p.stiffness, pair_width(k), friction_between(k), world.onset_speed, p.touch.gap, p.v_n, p.slip,
                p.bristle, p.first_mobility.y + p.second_mobility.y, all.x, all.y, all.z, all.w,
                PairForce(dot(force_bar, p.touch.normal) + touch_bar_of(k), force_bar, bristle_bars[k]),
            );
            let force = (p.touch.normal * p.force.normal + p.force.friction) * world.dt;
            pairs_back[k].says = says;
            pairs_back[k].turning = posted(2u, p.first).xyz - posted(2u, p.second).xyz;
            pairs_back[k].touch =
                Touch(says.gap, force_bar * p.force.normal, cross(force, first.angular - second.angular));
            let sums = vec4<f32>(
                says.sum_drag, says.sum_stiffness, says.sum_tangent_drag, says.sum_tangent_stiffness,
            );
            pair_board[pair_post(slot)] = sums;
        }
    }
    workgroupBarrier();
    contact_sum_bar = vec4<f32>(0.0);
    offset_bar = -cross(pair_impulse.force, twist_after.angular);
    for (var slot = 0u; slot < pair_count; slot++) {
        if side_of_slot(slot) != 0 {
            contact_sum_bar += pair_board[pair_post(slot)];
        }
    }
    workgroupBarrier();
}

// Through the sums to the resistances and the mobilities.
fn reverse_resistances() {
    post_spatial(mobility);
    post(6u, contact_sum_bar);
    workgroupBarrier();
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        let slot = pair_slot(k);
        if slot < pair_count {
            let p = pairs[k];
            let says = pairs_back[k].says;
            let first = posted(6u, p.first);
            let second = posted(6u, p.second);
            let sums = first * p.first_mobility.xxyy + second * p.second_mobility.xxyy;
            let resists = pair_resistance_reverse(
                world.dt, p.stiffness, pair_width(k), world.onset_speed, p.touch.gap, p.v_n,
                p.first_mobility.y + p.second_mobility.y, PairResistance(sums.x, sums.y, sums.z, sums.w),
            );
            var law_bars = vec2<f32>(says.stiffness + resists.stiffness, says.width + resists.width);
            if OBJECTS == 0u {
                contact_stiffness_bar += law_bars.x * (p.stiffness / contact_stiffness);
                contact_width_bar += law_bars.y;
            } else {
                law_bars.x *= p.stiffness / max(stiffness_of(p.first), stiffness_of(p.second));
            }
            if FRICTIONS == 0u {
                friction_bar += says.friction;
            }
            pairs_back[k].says.v_n += resists.v_n;
            pairs_back[k].touch.gap += resists.gap;
            let across_bar = says.tangent_mobility + resists.tangent_mobility;
            let a = mobility_bar_of(first, p.resistance, across_bar);
            let b = mobility_bar_of(second, p.resistance, across_bar);
            let x = p.touch.point;
            let n = p.touch.normal;
            let of_first = at_point_reverse(posted_spatial(p.first), in_tree_of(p.first, x), n, a);
            let of_second = at_point_reverse(posted_spatial(p.second), in_tree_of(p.second, x), n, b);
            pairs_back[k].touch.point += of_first.point + of_second.point;
            pairs_back[k].touch.normal += of_first.direction + of_second.direction;
            let to = pair_post(slot);
            pair_board[to] = vec4<f32>(x, a.all);
            pair_board[to + 1u] = vec4<f32>(n, a.one);
            pair_board[to + 2u] = vec4<f32>(b.all, b.one, law_bars);
            if OBJECTS != 0u {
                // Who gives the law, and what the place of each side says.
                let stiffer = select(0.0, 1.0, stiffness_of(p.second) <= stiffness_of(p.first));
                let narrower = select(0.0, 1.0, width_of(p.second) >= width_of(p.first));
                pair_board[to + 3u] = vec4<f32>(of_first.point, stiffer);
                pair_board[to + 4u] = vec4<f32>(of_second.point, narrower);
            }
        }
    }
    workgroupBarrier();
    mobility_bar = Spatial();
    for (var slot = 0u; slot < pair_count; slot++) {
        let side = side_of_slot(slot);
        if side != 0 {
            let x = pair_board[pair_post(slot)];
            let n = pair_board[pair_post(slot) + 1u];
            let b = pair_board[pair_post(slot) + 2u];
            mobility_bar = spatial_add(
                mobility_bar, point_drag(in_tree(x.xyz), n.xyz, select(b.x, x.w, side > 0), select(b.y, n.w, side > 0)),
            );
            if OBJECTS != 0u {
                let first = pair_board[pair_post(slot) + 3u];
                let second = pair_board[pair_post(slot) + 4u];
                offset_bar -= select(second.xyz, first.xyz, side > 0);
                contact_stiffness_bar += select(0.0, b.z, (first.w > 0.5) == (side > 0));
                contact_width_bar += select(0.0, b.w, (second.w > 0.5) == (side > 0));
            }
        }
    }
    workgroupBarrier();
}

// Through the coefficient of each contact to those of both bodies, where bodies have their own.
fn reverse_frictions() {
    if FRICTIONS == 0u {
        return;
    }
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        let slot = pair_slot(k);
        if slot < pair_count {
            let says = pair_friction_reverse(
                friction_of(pairs[k].first), friction_of(pairs[k].second), PairFriction(pairs_back[k].says.friction),
            );
            pair_board[pair_post(slot)] = vec4<f32>(says.first, says.second, 0.0, 0.0);
        }
    }
    workgroupBarrier();
    for (var slot = 0u; slot < pair_count; slot++) {
        let side = side_of_slot(slot);
        if side != 0 {
            let says = pair_board[pair_post(slot)];
            friction_bar += select(says.y, says.x, side > 0);
        }
    }
    workgroupBarrier();
}

// With respect to the mobility of a link at a contact, in all directions and along the normal.
fn mobility_bar_of(of_sums: vec4<f32>, r: PairResistance, across_bar: f32) -> AtPoint {
    let normal = of_sums.x * r.drag + of_sums.y * r.stiffness;
    let half = 0.5 * (of_sums.z * r.tangent_drag + of_sums.w * r.tangent_stiffness + across_bar);
    return AtPoint(half, normal - half);
}

// Through how the links move against each other, to their twists and to the bristle that was carried.
fn reverse_carried() {
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        let slot = pair_slot(k);
        if slot < pair_count {
            let p = pairs[k];
            let says = pairs_back[k].says;
            let n = p.touch.normal;
            if p.carried_from != NO_SLOT {
                pairs_back[k].touch.normal -= p.carried * dot(says.bristle, n) + says.bristle * dot(p.carried, n);
            }
            let u = p.slip + n * p.v_n;
            let slip_bar = says.slip + says.bristle * world.dt;
            let u_bar = across(slip_bar, n) + n * says.v_n;
            pairs_back[k].touch.normal += u * says.v_n - u * dot(slip_bar, n) - slip_bar * dot(u, n);
            pairs_back[k].touch.point += cross(u_bar, pairs_back[k].turning);
            let pull = force_at(p.touch.point, u_bar);
            pair_board[pair_post(slot)] = vec4<f32>(pull.torque, 0.0);
            pair_board[pair_post(slot) + 1u] = vec4<f32>(pull.force, 0.0);
        }
        if scene_links > 0u {
            pair_board[pair_post(slot) + 2u] = vec4<f32>(0.0);
        }
    }
    workgroupBarrier();
    var pull = Wrench(vec3<f32>(0.0), vec3<f32>(0.0));
    for (var slot = 0u; slot < pair_count; slot++) {
        let side = f32(side_of_slot(slot));
        if side != 0.0 {
            pull.torque += pair_board[pair_post(slot)].xyz * side;
            pull.force += pair_board[pair_post(slot) + 1u].xyz * side;
        }
    }
    twist_bar = wrench_add(twist_bar, wrench_in_tree(pull));
    offset_bar -= cross(pull.force, twist.angular);
    // To the slots that carried the bristles.
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        if pair_slot(k) < pair_count && pairs[k].carried_from != NO_SLOT {
            pair_board[pair_post(pairs[k].carried_from) + 2u] =
                vec4<f32>(across(pairs_back[k].says.bristle, pairs[k].touch.normal), 0.0);
        }
    }
    workgroupBarrier();
    for (var k = 0u; k < PAIR_SLOTS; k++) {
        bristle_bars[k] = vec3<f32>(0.0);
        if scene_links > 0u {
            bristle_bars[k] = pair_board[pair_post(pair_slot(k)) + 2u].xyz;
        }
    }
    // Nobody posts while a lane still reads.
    workgroupBarrier();
}

// Bars of a link's shape where the link has it: its place and radius, its size, its edges.
struct SolidBar {
    at: vec3<f32>,
    radius: f32,
    size: vec3<f32>,
    axes: mat3x3<f32>,
}

// Through where the links touch, to their poses and shapes.
fn reverse_touches() {
    post_solid();
    workgroupBarrier();
    for (var side = 0; side < 2; side++) {
        for (var k = 0u; k < PAIR_SLOTS; k++) {
            let slot = pair_slot(k);
            if slot < pair_count {
                let bar = touch_bar(k, side == 0);
                let to = pair_post(slot);
                pair_board[to] = vec4<f32>(bar.at, bar.radius);
                pair_board[to + 1u] = vec4<f32>(bar.size, 0.0);
                pair_board[to + 2u] = vec4<f32>(bar.axes[0], 0.0);
                pair_board[to + 3u] = vec4<f32>(bar.axes[1], 0.0);
                pair_board[to + 4u] = vec4<f32>(bar.axes[2], 0.0);
            }
        }
        workgroupBarrier();
        for (var slot = 0u; slot < pair_count; slot++) {
            if side_of_slot(slot) == 1 - 2 * side {
                reverse_solid(pair_post(slot));
            }
        }
        workgroupBarrier();
    }
}

// What the bars of a contact's place say of the shape of A, or of B.
fn touch_bar(k: u32, of_first: bool) -> SolidBar {
    let bar = pairs_back[k].touch;
    let f = feature_of(pairs[k].key);
    let whole = posted_solid(f.first);
    let a = segment_of(whole, f);
    let b = posted_solid(f.second);
    if b.is_box {
        let s = between_segment_and_box_reverse(
            a.from_, a.along, a.radius, b.from_, b.axes[0], b.axes[1], b.axes[2], b.along, b.radius, f.pull,
            share_of(a, b, f.pull), bar,
        );
        if !of_first {
            return SolidBar(s.b_centre, s.b_radius, s.b_half, mat3x3<f32>(s.b_x, s.b_y, s.b_z));
        }
        if !f.of_corner {
            return SolidBar(s.a_from, s.a_radius, s.a_along, mat3x3<f32>());
        }
        // Of the corner of a box.
        let reach = whole.along * f.signs;
        return SolidBar(
            s.a_from, s.a_radius, (s.a_from * whole.axes) * f.signs,
            mat3x3<f32>(s.a_from * reach.x, s.a_from * reach.y, s.a_from * reach.z),
        );
    }
    let s = between_segments_reverse(a.from_, a.along, a.radius, b.from_, b.along, b.radius, f.pull, bar);
    if of_first {
        return SolidBar(s.a_from, s.a_radius, s.a_along, mat3x3<f32>());
    }
    return SolidBar(s.b_from, s.b_radius, s.b_along, mat3x3<f32>());
}

// Takes what a slot posted to the link's pose and shape.
fn reverse_solid(from_: u32) {
    let shape_at = model[shape_row];
    let shape_size = model[shape_row + LANES];
    let at = pair_board[from_];
    let size = pair_board[from_ + 1u].xyz;
    origin_bar += at.xyz;
    offset_bar += at.xyz;
    turn_bar += cross(link_rotation * shape_at.xyz, at.xyz);
    shape_at_bar += vec4<f32>(in_link(at.xyz), at.w);
    if shape_size.w == BOX {
        shape_size_bar += size;
        let shape_axes = shape_edges();
        for (var i = 0u; i < 3u; i++) {
            let axis_bar = pair_board[from_ + 2u + i].xyz;
            turn_bar += cross(link_rotation * shape_axes[i], axis_bar);
            shape_axes_bar[i] += in_link(axis_bar);
        }
    } else {
        turn_bar += cross(link_rotation * shape_size.xyz, size);
        shape_size_bar += in_link(size);
    }
}
