// The state of a lane's link and the scratch of a step: the twin of crates/burgess-physics/src/step/state.rs. All of it lives in registers.
// Base lanes hold the state of their creature beside that of their link.

// Where the lane is.
var<private> lane: u32;
var<private> block: u32;
var<private> parent: u32;
var<private> depth: u32;
var<private> base: u32;
var<private> first_child: u32;
var<private> block_depth: u32;
var<private> contact_count: u32;
var<private> body_links: u32;
var<private> quadrant: u32;
var<private> body: u32;
var<private> is_base: bool;
var<private> is_joint: bool;
// Of the creature with its objects, rivals among them: the first lane, and how many links there are. On lanes of objects and rivals `is_object`
// is true: each is a tree with a root of its own, but no root is the creature's base.
var<private> scene_lane: u32;
var<private> scene_links: u32;
var<private> is_object: bool;
var<private> first_object_lane: u32;
var<private> facts_row: u32;
var<private> floating: bool;

// The link.
var<private> joint_position: vec3<f32>;
var<private> mass: f32;
var<private> joint_axis: vec3<f32>;
var<private> armature: f32;
var<private> link_com: vec3<f32>;
var<private> damping: f32;
var<private> link_inertia: Sym3;
var<private> kp: f32;
var<private> kd: f32;
var<private> torque_limit: f32;
var<private> no_load_speed: f32;
var<private> lower: f32;
var<private> upper: f32;
var<private> limit_stiffness: f32;
var<private> rhythm: vec4<f32>;
var<private> contact_points: array<vec4<f32>, CONTACTS>;
var<private> contact_stiffness: f32;
var<private> contact_width: f32;
var<private> reference_force: f32;
var<private> inverse_slip_mass: f32;
var<private> pull_tolerance: f32;

// Its state.
var<private> angle: f32;
var<private> rate: f32;
var<private> momentum: vec3<f32>;
var<private> spin: vec3<f32>;
var<private> normal_forces: array<f32, CONTACTS>;
var<private> free_gains: array<vec3<f32>, CONTACTS>;
var<private> target_angle: f32;
var<private> command: f32;

// The state of its creature or object, on root lanes. Of the root's position every lane keeps a copy.
var<private> orientation: vec4<f32>;
var<private> position: vec3<f32>;
var<private> velocity: vec3<f32>;
var<private> stance: vec4<f32>;
var<private> running: bool;
// Whether the creature's episode begins with this dispatch.
var<private> begins: bool;
// In batches that step: the step with which the creature's episode began, and whether it has ended and stays as it is.
var<private> started: u32;
var<private> frozen: bool;
// The sums of an episode, and by how much rounding has made them too large.
var<private> reward: f32;
var<private> reward_excess: f32;
var<private> samples: array<f32, DESCRIPTORS>;
var<private> samples_excess: array<f32, DESCRIPTORS>;
// The features of the steps of a frame, added up, and the reward when it began.
var<private> frame_sums: array<f32, FEATURES>;
var<private> earned: f32;
// The same for a world model, and where all lanes find its present moment in `results`.
var<private> watched_sums: array<f32, FEATURES>;
var<private> watched_moment: u32;

// Scratch of the link. World axes, positions relative to the base origin.
var<private> link_orientation: vec4<f32>;
var<private> link_rotation: mat3x3<f32>;
var<private> origin: vec3<f32>;
var<private> com: vec3<f32>;
var<private> axis: Twist;
var<private> twist: Twist;
var<private> twist_after: Twist;
var<private> inertia: Spatial;
var<private> load: Wrench;
var<private> joint_inertia: f32;
var<private> joint_load: f32;
var<private> gain: Wrench;
var<private> free_rate: f32;
var<private> joint_inverse: f32;
var<private> servo: ServoTorque;
var<private> limit_use: f32;
var<private> command_change: f32;

// Scratch of one contact point.
struct ContactWork {
    point: vec3<f32>,
    normal: vec3<f32>,
    gap: f32,
    push: f32,
    drag: f32,
    tangent_drag: f32,
    slip: vec3<f32>,
    acting: bool,
    force: f32,
}
var<private> contacts: array<ContactWork, CONTACTS>;

// Whether the lane is the root of a tree: a creature's base, a rival's, or another object.
fn is_root() -> bool {
    return is_base || (OBJECTS != 0u && is_object && depth == 0u);
}

// Whether the lane is the base of a creature or of a rival: of what has a brain.
fn is_head() -> bool {
    return is_base || (RIVALS != 0u && is_object && depth == 0u && body_links > 0u);
}

// The base lane of the first rival. Objects before it have a lane each.
fn first_rival_lane() -> u32 {
    return first_object_lane + THINGS;
}

// Where `bodies` and `episodes` have the lane's creature, or its object or rival.
fn facts() -> u32 {
    if OBJECTS != 0u {
        return facts_row;
    }
    return body;
}

// What lanes tell each other: FIELDS vectors a lane. Rows are one vector longer than the lanes, which keeps the lanes of
// different fields in different banks.
const FIELDS = 7u;
const ROW = LANES + 1u;
var<workgroup> board: array<vec4<f32>, (FIELDS + select(0u, 1u, PAIR_SLOTS > 0u)) * ROW>;
var<workgroup> next_sibling: array<u32, LANES>;
var<workgroup> flag: atomic<u32>;

fn post(field: u32, value: vec4<f32>) {
    board[field * ROW + lane] = value;
}

fn posted(field: u32, by: u32) -> vec4<f32> {
    return board[field * ROW + by];
}

fn post_twist(t: Twist) {
    post(0u, vec4<f32>(t.angular, t.linear.x));
    post(1u, vec4<f32>(t.linear.yz, 0.0, 0.0));
}

fn posted_twist(by: u32) -> Twist {
    let a = posted(0u, by);
    return Twist(a.xyz, vec3<f32>(a.w, posted(1u, by).xy));
}

fn post_system(a: Spatial, b: Wrench) {
    post(0u, vec4<f32>(a.j.diagonal, b.torque.x));
    post(1u, vec4<f32>(a.j.products, b.torque.y));
    post(2u, vec4<f32>(a.h[0], b.torque.z));
    post(3u, vec4<f32>(a.h[1], b.force.x));
    post(4u, vec4<f32>(a.h[2], b.force.y));
    post(5u, vec4<f32>(a.m.diagonal, b.force.z));
    post(6u, vec4<f32>(a.m.products, 0.0));
}

// Adds what a lane posted with post_system to the own system.
fn add_system(by: u32) {
    let a = posted(0u, by);
    let b = posted(1u, by);
    let c = posted(2u, by);
    let d = posted(3u, by);
    let e = posted(4u, by);
    let f = posted(5u, by);
    let g = posted(6u, by);
    inertia.j.diagonal += a.xyz;
    inertia.j.products += b.xyz;
    inertia.h += mat3x3<f32>(c.xyz, d.xyz, e.xyz);
    inertia.m.diagonal += f.xyz;
    inertia.m.products += g.xyz;
    load.torque += vec3<f32>(a.w, b.w, c.w);
    load.force += vec3<f32>(d.w, e.w, f.w);
}

// Whether any lane of the workgroup says so. The answer is uniform, as barriers need it.
fn any_lane(says: bool) -> bool {
    if says {
        atomicStore(&flag, 1u);
    }
    let answer = workgroupUniformLoad(&flag) != 0u;
    // There are barriers between this and the next time that a lane says so.
    if lane == 0u {
        atomicStore(&flag, 0u);
    }
    return answer;
}
