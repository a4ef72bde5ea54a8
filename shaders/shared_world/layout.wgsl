// Free bodies in a shared space: what the host and the device share. crates/burgess-physics/src/gpu/shared_world/layout.rs holds the same structs,
// and a test compares them.
//
// A workgroup has GROUP bodies. Its lanes look for partners in teams, one a body, then work on contacts, one a lane, whomever they belong to, and
// lane `i` of the first ones adds up what belongs to the body `i`. Arrays with several entries a body are in [entry][body] order.

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
    cell_numbers: u32,                // a power of two
    unused_0: u32,
    terrain: array<vec4<f32>, 16>,    // coefficients, as shaders/terrain.wgsl reads them
}

struct Body {
    shape: vec3<f32>,    // of a capsule half the length, of a box the half sizes of its core
    radius: f32,
    moments: vec3<f32>,
    mass: f32,
    stiffness: f32,
    kind: u32,
    unused_0: u32,
    unused_1: u32,
}

// What may be near is seen in the first half.
struct FreeState {
    position: vec3<f32>,
    reach: f32,
    velocity: vec3<f32>,
    stride: f32,         // how far a point of the body goes in a step at most
    orientation: vec4<f32>,
    spin: vec3<f32>,
    depth: f32,          // how deep it was in another body or in the ground in the last step
}

@group(0) @binding(0) var<uniform> world: World;
@group(0) @binding(1) var<storage, read> bodies: array<Body>;
@group(0) @binding(2) var<storage, read> states: array<FreeState>;
@group(0) @binding(3) var<storage, read_write> next_states: array<FreeState>;
// Words of bodies, then two lists of partners, of which one is in use and the other the one before it.
@group(0) @binding(4) var<storage, read_write> lists: array<u32>;
// Vectors of bodies.
@group(0) @binding(5) var<storage, read_write> kept: array<vec4<f32>>;
// What lanes write together: words of all bodies, and the grid.
@group(0) @binding(6) var<storage, read_write> board: array<atomic<u32>>;

const SPHERE = 0u;
const CAPSULE = 1u;
const BOX = 2u;

// Fields of `lists`: the number of partners, with CURRENT where the second list is in use; the step in which a body was last near the ground; the
// next body of the grid with the same number; which partners the body may touch in the step; the lists.
const COUNTS = 0u;
const GROUND_STEPS = 1u;
const NEXT = 2u;
const TOUCHING = 3u;
const PARTNER_LISTS = TOUCHING + MASK_WORDS;
const CURRENT = 0x80000000u;

// A partner, with its kind, and which of the own places for bristles belongs to it; or that it has none yet.
const PARTNER_MASK = 0xfffffu;
const KIND_BITS = 20u;
const PLACE_BITS = 24u;
const IS_NEW = 0x80000000u;

// Lanes of a team.
const TEAM = LANES / GROUP;
// Bits of a partner among those that a body may touch: one a lane that is to work on it.
const SHARES = select(select(1u, 2u, LONG), 8u, BOXES);
const MASK_WORDS = (PARTNERS * SHARES + 31u) / 32u;

// Fields of `kept`: what contacts resist; where lists see a body, and its reach with its stride there; free gain and normal force of each point on the ground; of each
// feature of each partner the bristle, and a mark of the last step that had it.
const RESISTED = 0u;
const SEEN = 1u;
const POINT_STATES = 2u;
const BRISTLES = POINT_STATES + POINTS;

// Words of `board`: the step that begins and the one under way, which are the same number but for when they are written; counts; then for odd and
// even steps of each cell's number how many bodies near it are seen anew, the first of them that was counted, and the cell's first body.
const STEP = 0u;
const STEP_UNDER_WAY = 1u;
const LEFT_OUT = 2u;
const TOO_FAST = 3u;
const GRID = 4u;

// Where a field of `lists` or `kept` is.
fn place_of(field: u32, body: u32) -> u32 {
    return field * world.body_count + body;
}

fn changes_at(step: u32, cell_number: u32) -> u32 {
    return GRID + (step & 1u) * world.cell_numbers + cell_number;
}

fn changed_at(step: u32, cell_number: u32) -> u32 {
    return GRID + (2u + (step & 1u)) * world.cell_numbers + cell_number;
}

fn head_at(step: u32, cell_number: u32) -> u32 {
    return GRID + (4u + (step & 1u)) * world.cell_numbers + cell_number;
}
