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
}

// A contact between A, from which the normal points away, and B.
struct Contact {
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

var<private> earlier: Moving;
var<private> later: Moving;
var<private> contact: Contact;

fn moving(body: u32, state: FreeState, centre: vec3<f32>) -> Moving {
    let b = bodies[body];
    var rotation: mat3x3<f32>;
    if LONG || BOXES {
        rotation = rotation_matrix(state.orientation);
    }
    return Moving(
        centre, b.kind, b.shape, b.radius, rotation, state.velocity, b.mass, state.spin, b.stiffness, b.moments,
    );
}

// Sets `earlier` and `later` to the body and a partner.
fn meet(body: u32, partner: u32) {
    let own_state = states[body];
    let other_state = states[partner];
    let apart = other_state.position - own_state.position;
    let is_earlier = body < partner;
    let centre = select(-apart, apart, is_earlier);
    let own_centre = select(centre, vec3<f32>(0.0), is_earlier);
    let other_centre = select(vec3<f32>(0.0), centre, is_earlier);
    let own_moving = moving(body, own_state, own_centre);
    let other_moving = moving(partner, other_state, other_centre);
    if is_earlier {
        earlier = own_moving;
        later = other_moving;
    } else {
        earlier = other_moving;
        later = own_moving;
    }
}

// Whether the two can touch by a feature.
fn is_feature(feature: u32) -> bool {
    return feature < 8u || (BOXES && earlier.kind == BOX && later.kind == BOX);
}

// Finds the contact by one of the features; false where the two stay apart there.
fn find_contact(feature: u32) -> bool {
    var share = 1.0;
    contact.first_is_later = false;
    if BOXES && earlier.kind == BOX && later.kind == BOX {
        share = 0.125;
        contact.first_is_later = feature >= 8u;
        if contact.first_is_later {
            if !corner_in(later, earlier, feature) {
                return false;
            }
        } else if !corner_in(earlier, later, feature) {
            return false;
        }
    } else {
        let two = LONG && earlier.kind != SPHERE && later.kind != SPHERE;
        let pull = select(0.5, f32(feature), two);
        share = select(1.0, 0.5, two);
        if BOXES && earlier.kind == BOX {
            contact.first_is_later = true;
            contact.touch = segment_and_box(later, earlier, pull);
        } else if BOXES && later.kind == BOX {
            contact.touch = segment_and_box(earlier, later, pull);
        } else if LONG && (earlier.kind == CAPSULE || later.kind == CAPSULE) {
            contact.touch = between_segments(
                start(earlier), along(earlier), earlier.radius, start(later), along(later), later.radius, pull,
            );
        } else {
            contact.touch = between_spheres(earlier, later);
        }
    }
    if contact.first_is_later {
        return set_motion(later, earlier, share);
    }
    return set_motion(earlier, later, share);
}

// How A moves against B, and how both answer pushes there; false where they stay apart.
fn set_motion(a: Moving, b: Moving, share: f32) -> bool {
    let normal = contact.touch.normal;
    let first_arm = contact.touch.point - a.centre;
    let second_arm = contact.touch.point - b.centre;
    let motion = (a.velocity + cross(a.spin, first_arm)) - (b.velocity + cross(b.spin, second_arm));
    let v_n = dot(motion, normal);
    let gap = contact.touch.gap;
    if gap > world.tail && gap + world.dt * v_n > world.tail {
        return false;
    }
    contact.first_arm = first_arm;
    contact.second_arm = second_arm;
    contact.v_n = v_n;
    contact.slip = across(motion, normal);
    contact.first_mobility = mobility(a, first_arm, normal);
    contact.second_mobility = mobility(b, second_arm, normal);
    contact.stiffness = share * (earlier.stiffness * later.stiffness * 2.0 / (earlier.stiffness + later.stiffness));
    return true;
}

// The mobility of a free body at a point that is `arm` from its centre: along the normal, and across it.
fn mobility(a: Moving, arm: vec3<f32>, normal: vec3<f32>) -> vec2<f32> {
    let inverse = 1.0 / a.moments;
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
    let by_mass = 1.0 / a.mass;
    return vec2<f32>(one + by_mass + NO_MOBILITY, (all - one) * 0.5 + by_mass + NO_MOBILITY);
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

// Where a corner of the box A is nearest to the box B; false where it is too far from one of the planes of B's faces to touch in this step.
fn corner_in(a: Moving, b: Moving, feature: u32) -> bool {
    let bits = vec3<u32>(feature >> 2u, feature >> 1u, feature) & vec3<u32>(1u);
    let corner = a.centre + a.rotation * (a.shape * (vec3<f32>(bits) * 2.0 - 1.0));
    let beyond = abs((corner - b.centre) * b.rotation) - b.shape;
    let stride = world.dt * (length(a.velocity - b.velocity) + length(a.spin) * length(a.shape + a.radius)
        + length(b.spin) * length(corner - b.centre));
    if max(beyond.x, max(beyond.y, beyond.z)) > a.radius + b.radius + world.tail + stride {
        return false;
    }
    let r = b.rotation;
    contact.touch = between_segment_and_box(
        corner, vec3<f32>(0.0), a.radius, b.centre, r[0], r[1], r[2], b.shape, b.radius, 0.5, 0.5,
    );
    return true;
}
