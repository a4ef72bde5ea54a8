// Where two bodies touch, and what the law of pairs needs to know there. Twin of crates/burgess-physics/src/shared_world/contacts.rs.

const NO_MOBILITY = 1e-9;

// A body in motion, its place relative to the earlier body of the pair.
struct Moving {
    centre: vec3<f32>,
    kind: u32,
    shape: vec3<f32>,
    radius: f32,
    rotation: mat3x3<f32>,
    velocity: vec3<f32>,
    mass: f32,
    spin: vec3<f32>,
    stiffness: f32,
    moments: vec3<f32>,
    inverse_mass: f32,
    inverse_moments: vec3<f32>,
}

// The two bodies of a contact, by their numbers.
struct Pair {
    earlier: Moving,
    later: Moving,
}

// A contact between A, from which the normal points away, and B; or none.
struct Contact {
    is_one: bool,
    touch: Touch,
    first_is_later: bool,
    // From the centres of A and B to the contact.
    first_arm: vec3<f32>,
    second_arm: vec3<f32>,
    v_n: f32,
    slip: vec3<f32>,
    // Along the normal and across it.
    first_mobility: vec2<f32>,
    second_mobility: vec2<f32>,
    stiffness: f32,
}

fn moving(body: u32, centre: vec3<f32>) -> Moving {
    let velocity = state_of(VELOCITIES, body);
    let b = bodies[u32(velocity.w)];
    var rotation: mat3x3<f32>;
    if LONG || BOXES {
        rotation = rotation_matrix(state_of(ORIENTATIONS, body));
    }
    return Moving(
        centre, b.kind, b.shape, b.radius, rotation, velocity.xyz, b.mass, state_of(SPINS, body).xyz, b.stiffness, b.moments,
        b.inverse_mass, b.inverse_moments,
    );
}

// The body and the partner of an entry of its list.
fn meet(body: u32, entry: u32) -> Pair {
    let partner = partner_of(entry);
    let is_earlier = (entry & IS_LATER) != 0u;
    let first = select(partner, body, is_earlier);
    let second = select(body, partner, is_earlier);
    let apart = state_of(BALLS, second).xyz - state_of(BALLS, first).xyz;
    return Pair(moving(first, vec3<f32>(0.0)), moving(second, apart));
}

fn are_boxes(pair: Pair) -> bool {
    return BOXES && pair.earlier.kind == BOX && pair.later.kind == BOX;
}

// Whether the two can touch by a feature.
fn is_feature(pair: Pair, feature: u32) -> bool {
    return feature < 8u || are_boxes(pair);
}

// The contact by one of the features; none where the two stay apart there.
fn find_contact(pair: Pair, feature: u32) -> Contact {
    if are_boxes(pair) {
        if feature >= 8u {
            return corner_contact(pair, pair.later, pair.earlier, feature, true);
        }
        return corner_contact(pair, pair.earlier, pair.later, feature, false);
    }
    let two = LONG && pair.earlier.kind != SPHERE && pair.later.kind != SPHERE;
    let pull = select(0.5, f32(feature), two);
    let share = select(1.0, 0.5, two);
    if BOXES && pair.earlier.kind == BOX {
        return contact_of(pair, pair.later, pair.earlier, segment_and_box(pair.later, pair.earlier, pull), true, share);
    }
    if BOXES && pair.later.kind == BOX {
        return contact_of(pair, pair.earlier, pair.later, segment_and_box(pair.earlier, pair.later, pull), false, share);
    }
    if LONG && (pair.earlier.kind == CAPSULE || pair.later.kind == CAPSULE) {
        let touch = between_segments(
            start(pair.earlier), along(pair.earlier), pair.earlier.radius, start(pair.later), along(pair.later), pair.later.radius, pull,
        );
        return contact_of(pair, pair.earlier, pair.later, touch, false, share);
    }
    return contact_of(pair, pair.earlier, pair.later, between_spheres(pair.earlier, pair.later), false, share);
}

// How A moves against B where they touch, and how both answer pushes there; no contact where they stay apart.
fn contact_of(pair: Pair, a: Moving, b: Moving, touch: Touch, first_is_later: bool, share: f32) -> Contact {
    let normal = touch.normal;
    let first_arm = touch.point - a.centre;
    let second_arm = touch.point - b.centre;
    let motion = (a.velocity + cross(a.spin, first_arm)) - (b.velocity + cross(b.spin, second_arm));
    let v_n = dot(motion, normal);
    var contact: Contact;
    if touch.gap > world.tail && touch.gap + world.dt * v_n > world.tail {
        return contact;
    }
    let stiffnesses = vec2<f32>(pair.earlier.stiffness, pair.later.stiffness);
    contact.is_one = true;
    contact.touch = touch;
    contact.first_is_later = first_is_later;
    contact.first_arm = first_arm;
    contact.second_arm = second_arm;
    contact.v_n = v_n;
    contact.slip = across(motion, normal);
    contact.first_mobility = mobility(a, first_arm, normal);
    contact.second_mobility = mobility(b, second_arm, normal);
    contact.stiffness = share * (stiffnesses.x * stiffnesses.y * 2.0 / (stiffnesses.x + stiffnesses.y));
    return contact;
}

// The mobility of a free body at a point that is `arm` from its centre: along the normal, and across it.
fn mobility(a: Moving, arm: vec3<f32>, normal: vec3<f32>) -> vec2<f32> {
    let inverse = a.inverse_moments;
    let turn = cross(arm, normal);
    let arm_squared = dot(arm, arm);
    let turn_squared = dot(turn, turn);
    var one: f32;
    var all: f32;
    if BOXES && a.kind == BOX {
        let own_arm = arm * a.rotation;
        let own_turn = turn * a.rotation;
        one = dot(own_turn * own_turn, inverse);
        all = dot(arm_squared - own_arm * own_arm, inverse);
    } else if LONG && a.kind == CAPSULE {
        // The two moments across its axis are the same.
        let own_arm = dot(arm, a.rotation[0]);
        let own_turn = dot(turn, a.rotation[0]);
        one = own_turn * own_turn * inverse.x + (turn_squared - own_turn * own_turn) * inverse.y;
        all = (arm_squared - own_arm * own_arm) * inverse.x + (arm_squared + own_arm * own_arm) * inverse.y;
    } else {
        one = turn_squared * inverse.x;
        all = 2.0 * arm_squared * inverse.x;
    }
    return vec2<f32>(one + a.inverse_mass + NO_MOBILITY, (all - one) * 0.5 + a.inverse_mass + NO_MOBILITY);
}

// One end of a capsule's segment, and the way to the other; the middle of a sphere, and nothing.
fn start(a: Moving) -> vec3<f32> {
    return a.centre - along(a) * 0.5;
}

fn along(a: Moving) -> vec3<f32> {
    return a.rotation[0] * (2.0 * select(0.0, a.shape.x, a.kind == CAPSULE));
}

// What between_segments gives where neither has a length.
fn between_spheres(a: Moving, b: Moving) -> Touch {
    let apart = a.centre - b.centre;
    let distance = sqrt(dot(apart, apart) + 1e-18);
    let normal = apart * (1.0 / distance);
    let gap = distance - a.radius - b.radius;
    return Touch(gap, normal, a.centre - normal * (a.radius + gap * 0.5));
}

fn segment_and_box(a: Moving, b: Moving, pull: f32) -> Touch {
    let r = b.rotation;
    let share = share_nearest_to_box(start(a), along(a), b.centre, r[0], r[1], r[2], b.shape, pull);
    return between_segment_and_box(
        start(a), along(a), a.radius, b.centre, r[0], r[1], r[2], b.shape, b.radius, pull, share,
    );
}

// The contact of a corner of the box A with the box B; none where it is too far from one of the planes of B's faces to touch in this step.
fn corner_contact(pair: Pair, a: Moving, b: Moving, feature: u32, first_is_later: bool) -> Contact {
    let bits = vec3<u32>(feature >> 2u, feature >> 1u, feature) & vec3<u32>(1u);
    let corner = a.centre + a.rotation * (a.shape * (vec3<f32>(bits) * 2.0 - 1.0));
    let beyond = abs((corner - b.centre) * b.rotation) - b.shape;
    let stride = world.dt * (length(a.velocity - b.velocity) + length(a.spin) * length(a.shape + a.radius)
        + length(b.spin) * length(corner - b.centre));
    if max(beyond.x, max(beyond.y, beyond.z)) > a.radius + b.radius + world.tail + stride {
        var none: Contact;
        return none;
    }
    let r = b.rotation;
    let touch = between_segment_and_box(
        corner, vec3<f32>(0.0), a.radius, b.centre, r[0], r[1], r[2], b.shape, b.radius, 0.5, 0.5,
    );
    return contact_of(pair, a, b, touch, first_is_later, 0.125);
}
