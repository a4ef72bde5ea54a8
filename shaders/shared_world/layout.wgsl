// Free bodies in a shared space: what the host and the device share. crates/burgess-physics/src/gpu/shared_world/layout.rs holds the same structs,
// and a test compares them.
//
// A workgroup has GROUP bodies. Its lanes look at partners in teams, one a body, then work on contacts, one a lane, whomever they belong to, and
// lane `i` of the first ones adds up what belongs to the body `i`. Where lists are made, a workgroup has SEEKING bodies and SEEKERS lanes for each.
//
// The host stores bodies in the order of where they start, so that those near each other are near in memory; each has the number that the scene gives
// it, by which partners are ordered.

// What all bodies share.
struct World {
    gravity: vec3<f32>,
    dt: f32,
    friction: f32,
    slip_speed: f32,
    ground_damping: f32,
    onset_speed: f32,
    width: f32,
    tail: f32,
    margin: f32,
    allowance: f32,
    edge: f32,
    slack: f32,                       // of the margin, what one body may use up before lists are made again
    ground_safety: f32,
    wall_count: u32,
    body_count: u32,
    bodies_of_a_world: u32,
    cell_count: u32,                  // of the grids of all worlds
    unused_0: u32,
    cells: vec3<u32>,                 // of a world's grid along each axis, powers of two
    unused_1: u32,
    terrain: array<vec4<f32>, 16>,    // coefficients, as shaders/terrain.wgsl reads them
}

struct Body {
    shape: vec3<f32>,    // of a capsule half the length, of a box the half sizes of its core
    radius: f32,
    moments: vec3<f32>,
    mass: f32,
    inverse_moments: vec3<f32>,
    inverse_mass: f32,
    stiffness: f32,
    kind: u32,
    reach: f32,          // radius of the smallest ball around its centre that holds it
    unused_0: u32,
}

// Written by one lane, or with the same by any.
struct Progress {
    step: u32,           // the one that begins
    under_way: u32,      // the one under way, or NO_STEP
    last: u32,           // before which the host wants to see states
    due: u32,            // for which lists are due
    made: u32,           // for which they were made last
    settled: u32,        // the same, once that is over
    times_made: u32,
    unused_0: u32,
}

@group(0) @binding(0) var<uniform> world: World;
@group(0) @binding(1) var<storage, read> bodies: array<Body>;
// In [field][body] order before even steps, then the same before odd ones: bodies near each other share cache lines.
@group(0) @binding(2) var<storage, read_write> states: array<vec4<f32>>;
// Words of bodies, in [field][body] order; two lists of partners of each body, of which one is in use and the other the one before it; the bodies of
// each cell.
@group(0) @binding(3) var<storage, read_write> lists: array<u32>;
// Vectors of bodies, in [field][body] order; bristles, in [body][place][feature] order; where lists see the bodies of each cell.
@group(0) @binding(4) var<storage, read_write> kept: array<vec4<f32>>;
// Of each cell words that lanes write together; counts of all bodies.
@group(0) @binding(5) var<storage, read_write> board: array<atomic<u32>>;
// What steps there are, and for which lists are made.
@group(0) @binding(6) var<storage, read_write> progress: Progress;

const SPHERE = 0u;
const CAPSULE = 1u;
const BOX = 2u;

// Fields of `states`: position, and how far the body reaches from there in the step; velocity, and what it is: bodies that are alike share an entry
// of `bodies`; angular velocity, and how far a point of the body goes in a step at most; orientation.
const BALLS = 0u;
const VELOCITIES = 1u;
const SPINS = 2u;
const ORIENTATIONS = 3u;
const STATE_FIELDS = 4u;

// Fields of `lists`: the body's number; the number of partners, with CURRENT where the second list is in use; the step in which the body was last
// near the ground; how deep it was in another body or in the ground in the last step; how far it may go from where lists see it; the next body of its
// cell beyond those for which there is room; which partners the body may touch in the step.
const NUMBERS = 0u;
const COUNTS = 1u;
const GROUND_STEPS = 2u;
const DEPTHS = 3u;
const SLACKS = 4u;
const NEXT = 5u;
const TOUCHING = 6u;
const PARTNER_LISTS = TOUCHING + MASK_WORDS;
const CELL_BODIES = PARTNER_LISTS + 2u * PARTNERS;
const CURRENT = 0x80000000u;

// A partner, with its kind, whether its number is the larger one, and which of the own places for bristles belongs to it; or that it has none yet.
const PARTNER_MASK = 0xfffffu;
const KIND_BITS = 20u;
const IS_LATER = 0x400000u;
const PLACE_BITS = 24u;
const IS_NEW = 0x80000000u;

// Lanes of a team.
const TEAM = LANES / GROUP;
// Bits of a partner among those that a body may touch: one a lane that is to work on it.
const SHARES = select(select(1u, 2u, LONG), 8u, BOXES);
const MASK_WORDS = (PARTNERS * SHARES + 31u) / 32u;

// Fields of `kept`: what contacts resist; where lists see a body, and its reach in a step there; the sum of its contacts' impulses, about its centre,
// and how deep it is in another body; free gain and normal force of each point on the ground; of each feature of each partner the bristle, and a mark
// of the last step that had it.
const RESISTED = 0u;
const SEEN = 1u;
const TORQUES = 2u;
const FORCES = 3u;
const POINT_STATES = 4u;
const BRISTLES = POINT_STATES + POINTS;
const CELL_SEEN = BRISTLES + PARTNERS * FEATURES;

// Bodies of a cell that have room there.
const CELL_ROOM = 24u;

// Words of `board`: counts of all bodies; then of each cell the step for which lists of the bodies in it were due last; for odd and even times that
// lists are made how many bodies it has, and the first of those beyond its room.
const LEFT_OUT = 0u;
const TOO_FAST = 1u;
const GRID = 2u;
const NO_STEP = 0xffffffffu;

// Where the states of bodies before the step begin, and those after it.
var<private> states_at: u32;
var<private> next_states_at: u32;

fn set_step(step: u32) {
    let size = STATE_FIELDS * world.body_count;
    states_at = (step & 1u) * size;
    next_states_at = size - states_at;
}

// A field of a body's state before the step.
fn state_of(field: u32, body: u32) -> vec4<f32> {
    return states[states_at + field * world.body_count + body];
}

fn kind_entry(body: u32) -> u32 {
    return u32(state_of(VELOCITIES, body).w);
}

// Where a field of `lists` or `kept` is.
fn place_of(field: u32, body: u32) -> u32 {
    return field * world.body_count + body;
}

// Where the list in use begins, given the word that counts the partners.
fn list_of(body: u32, counts: u32) -> u32 {
    return PARTNER_LISTS * world.body_count + (2u * body + select(0u, 1u, (counts & CURRENT) != 0u)) * PARTNERS;
}

fn partner_of(entry: u32) -> u32 {
    return entry & PARTNER_MASK;
}

fn kind_of(entry: u32) -> u32 {
    return (entry >> KIND_BITS) & 3u;
}

fn bristle_at(place: u32, feature: u32, body: u32) -> u32 {
    return BRISTLES * world.body_count + (body * PARTNERS + place) * FEATURES + feature;
}
