// What the host and the device share: crates/burgess-physics/src/gpu/layout.rs holds the same structs, and a test compares them.
//
// A block is what one workgroup simulates: up to LANES links, one a lane, of several creatures. Arrays of a block are in
// [block][field][lane] order, so that lanes read side by side.

// The surroundings of all creatures and the shape of their episodes.
struct World {
    gravity: vec3<f32>,
    dt: f32,
    friction: f32,
    slip_speed: f32,
    contact_damping: f32,
    onset_speed: f32,
    limit_damping: f32,
    limit_width: f32,
    slew_rate: f32,
    wall_count: u32,
    steps: u32,
    control_period: u32,
    hidden_layers: u32,
    zero: u32,                        // 0, which no compiler knows
    push_period: u32,                 // steps of a stretch that begins with a push; 0: no pushes
    asked_period: u32,                // steps for which a wanted velocity holds
    kept: f32,                        // the share of a state's gradient that goes on to the state before
    unused_0: u32,
    hidden: vec4<u32>,                // units of each hidden layer
    terrain: array<vec4<f32>, 256>,   // coefficients of each environment in 16 vectors, as shaders/terrain.wgsl reads them
    events: array<vec4<f32>, 256>,    // of each environment and stretch: change of velocity of 4 kg, wanted velocity (m/s)
}

// The part of the episodes that one dispatch simulates.
struct Span {
    first_step: u32,
    step_count: u32,
    block_count: u32,
    tape_start: u32,    // the step whose state is the first record of the tape
    replays: u32,       // 1: the steps were simulated before, and only what they leave on the tape counts
    window_start: u32,  // with given actions: the step at which their first row counts
}

// A lane's link in its creature's tree. Lanes are numbered within the block; NONE is no lane.
struct Lane {
    tree: u32,           // bytes: parent, depth, base, first child
    counts: u32,         // bytes: next sibling, contact points, links of the creature or rival (0 for an idle lane or another object), quadrant
    body: u32,           // index of the creature; of an object or a rival, that of the creature beside it
    block_depth: u32,    // depth of the deepest tree in the block
    partners: u32,       // one bit a later link, counted with the creature's objects, that the link can touch
    scene: u32,          // bytes: first lane of the creature, its links with its objects', whether the lane is an object's or a rival's, its links
    facts: u32,          // where `bodies` and `episodes` have the creature, or the object or rival
    environment: u32,    // the creature's
}

// What is known of a whole creature, or of an object or rival.
struct Body {
    start: vec3<f32>,
    contact_stiffness: f32,
    mass: f32,
    link_count: f32,
    leg_span: f32,
    reference_force: f32,
    contact_width: f32,
    limb_ends: u32,         // bytes: lanes of up to four limb ends
    limb_end_count: u32,
    floating: u32,          // 0: the base is welded to the world
    weights: u32,           // where its brain begins in `weights`
    activations: u32,       // where its scratch begins in `activations`
    pull_tolerance: f32,
    started: u32,           // in batches that step: the batch's step with which the episode began
    first_object: u32,      // where its objects begin in `bodies`
    turn_z: f32,            // how it is turned about z at the start: z and w of a quaternion
    turn_w: f32,
    friction: f32,          // where FRICTIONS is set
    objective: u32,         // the creature's among those of a backward pass
    unused_0: u32,
    unused_1: u32,
    unused_2: u32,
}

// What the base lane of a creature or of an object keeps between dispatches.
struct Episode {
    orientation: vec4<f32>,
    position: vec3<f32>,
    unused_0: f32,
    velocity: vec3<f32>,
    unused_1: f32,
    stance: vec4<f32>,
}

// The scalar that is differentiated: weights of the reward and of each descriptor.
struct Objective {
    descriptors: array<vec4<f32>, 4>,
    reward: f32,
    unused_0: f32,
    unused_1: f32,
    unused_2: f32,
}

@group(0) @binding(0) var<uniform> world: World;
@group(0) @binding(1) var<uniform> span: Span;
@group(0) @binding(2) var<storage, read> lanes: array<Lane>;
@group(0) @binding(3) var<storage, read> model: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> bodies: array<Body>;
// The numbers of a world model that watches, then the brains.
@group(0) @binding(5) var<storage, read> weights: array<f32>;
// With a tape: one such array for each of its records.
@group(0) @binding(6) var<storage, read_write> states: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> episodes: array<Episode>;
// A creature's ending, steps, reward, contacts between links that had no room, and one word a descriptor, which are sums while the episode lasts; by how much these sums are too large;
// the recorded frames, sums while a frame lasts. Then what a world model makes of it.
@group(0) @binding(8) var<storage, read_write> results: array<u32>;
@group(0) @binding(9) var<storage, read_write> activations: array<f32>;

const LANES = 32u;
const NONE = 255u;

// Fields of `model`.
const JOINT_POSITION_MASS = 0u;
const AXIS_ARMATURE = 1u;
const COM_DAMPING = 2u;
const INERTIA_KP = 3u;
const PRODUCTS_KD = 4u;
const TORQUE_LOWER_UPPER_LIMIT = 5u;
const RHYTHM = 6u;
const CONTACT_POINTS = 7u;
const SHAPE = CONTACT_POINTS + CONTACTS;
// Where links can touch each other: place and radius, size and kind, edges of the link's shape.
const NO_LOAD = SHAPE + select(0u, 5u, PAIR_SLOTS > 0u);
// Where servos have one: their no-load speed, 0 for none.
const MODEL_FIELDS = NO_LOAD + NO_LOAD_SPEEDS;

// Fields of `states`: angle, rate, target, command; momentum; spin; of each contact point its free gain and its
// normal force; of each slot for contacts between links its bristle and its key.
const STATE_CONTACTS = 3u;
const STATE_PAIRS = STATE_CONTACTS + CONTACTS;
const STATE_FIELDS = STATE_PAIRS + PAIR_SLOTS;

// Fields of a record. On a tape and in batches that step, base lanes have two more, orientation and position, and their velocity in the
// first field, as a base has no hinge.
const RECORD_FIELDS = STATE_FIELDS + 2u * WHOLE_RECORDS;

// Fields of `gradients`: those of `model`, those of `states`, then what belongs to the whole creature, where numbers without a
// lane of their own are sums over the lane's part.
const STATE_BARS = MODEL_FIELDS;
const POSITION_STIFFNESS_BARS = STATE_BARS + STATE_FIELDS;
const ROTATION_WIDTH_BARS = POSITION_STIFFNESS_BARS + 1u;
const VELOCITY_FRICTION_BARS = POSITION_STIFFNESS_BARS + 2u;
const SPIN_DAMPING_BARS = POSITION_STIFFNESS_BARS + 3u;
const GRAVITY_REFERENCE_BARS = POSITION_STIFFNESS_BARS + 4u;
const START_MASS_BARS = POSITION_STIFFNESS_BARS + 5u;
const LEG_SPAN_BAR = POSITION_STIFFNESS_BARS + 6u;
const SAMPLE_BARS = POSITION_STIFFNESS_BARS + 7u;
const GRADIENT_FIELDS = SAMPLE_BARS + (DESCRIPTORS + 3u) / 4u;

// Words of `results`.
const ENDING = 0u;
const STEPS = 1u;
const REWARD = 2u;
const LEFT_OUT = 3u;
const SAMPLES = 4u;
const EXCESS = SAMPLES + DESCRIPTORS;
const FRAMES = EXCESS + 1u + DESCRIPTORS;
const WATCHING = FRAMES + FRAME_ROOM * FRAME_WORDS;
const RESULT_WORDS = WATCHING + WATCHED * (FEATURES + MOMENT_ROOM * MOMENT_WORDS);

// Words of a frame: its features and its reward.
const FRAME_WORDS = FEATURES + 1u;

// Words of a moment of a world model: features of the frame, h, z. Before the first stand the sums of the frame under way.
const MOMENT_WORDS = FEATURES + DETERMINISTIC + LATENT;

// What goes on in a world model, in `activations`: normalised features; sums and outputs of the hidden layers; gates, three a unit; the new
// h and z.
const BLOCK = DETERMINISTIC / BLOCKS;
const UNITS = 0u;
const X = FEATURES;
const X_OUT = X + HIDDEN;
const SEEN = X_OUT + HIDDEN;
const SEEN_OUT = SEEN + HIDDEN;
const POSTERIOR = SEEN_OUT + HIDDEN;
const POSTERIOR_OUT = POSTERIOR + HIDDEN;
const GATES = POSTERIOR_OUT + HIDDEN;
const NEW_STATE = GATES + 3u * DETERMINISTIC;
const THOUGHT = NEW_STATE + DETERMINISTIC + LATENT;

// Its bars, behind it on the way back.
const H_BAR = 0u;
const Z_BAR = DETERMINISTIC;
const FEATURE_BARS = Z_BAR + LATENT;
const LOGITS_BAR = FEATURE_BARS + FEATURES;
const POSTERIOR_BAR = LOGITS_BAR + LATENT;
const SEEN_BAR = POSTERIOR_BAR + HIDDEN;
const X_BAR = SEEN_BAR + HIDDEN;
const GATE_BARS = X_BAR + HIDDEN;
const THOUGHT_BARS = GATE_BARS + 3u * DETERMINISTIC;

// Endings.
const RUNNING = 0u;
const FINISHED = 1u;
const TERMINATED = 2u;
const DIVERGED = 3u;
// Not an ending: the episode is to begin. Only in batches that step.
const FRESH = 4u;

fn byte(word: u32, place: u32) -> u32 {
    return extractBits(word, place * 8u, 8u);
}
