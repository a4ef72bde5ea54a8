//! What the host and the device share, in one place: `shaders/layout.wgsl` holds the same structs and numbers, and
//! `tests/gpu/layout.rs` compares the two through naga.

use crate::environment::{MAX_ENVIRONMENTS, MAX_STRETCHES};
use crate::frame::FEATURES;
use crate::model::{ContactPoint, Model, PAIR_SLOTS};
use crate::observer::{Observer, Sizes};
use crate::task::TaskPlan;
use burgess_core::autodiff::Real;
use burgess_core::math::Vec3;
use bytemuck::{Pod, Zeroable};
use std::sync::Arc;

/// Lanes of a block: the invocations of a workgroup, one a link.
pub const LANES: usize = 32;
/// Stands for no lane.
pub const NONE: u8 = 255;
/// Vectors of a link's model before its contact points.
pub const CONTACT_POINTS: usize = 7;
/// Place of the ending in the words of a creature's results.
pub const ENDING: usize = 0;
/// Place of the steps in the words of a creature's results.
pub const STEPS: usize = 1;
/// Place of the reward in the words of a creature's results.
pub const REWARD: usize = 2;
/// Place in the words of a creature's results of how many contacts between links had no room.
pub const LEFT_OUT: usize = 3;
/// Words of a creature's results before its descriptors: ending, steps, reward, contacts left out.
pub const SAMPLES: usize = 4;
/// Vectors of terrain coefficients.
pub const TERRAIN_VECTORS: usize = 16;

/// Vectors of a record on the tape beyond those of a state.
const RECORD_EXTRA: usize = 2;
/// Vectors of a link's gradient beyond those of its model, its state and the samples of descriptors.
const SHARED_BARS: usize = 7;
/// Most descriptors that an objective weighs.
pub const OBJECTIVE_DESCRIPTORS: usize = 16;
/// Most objectives of a backward pass: the reward and each descriptor.
pub const OBJECTIVES: usize = OBJECTIVE_DESCRIPTORS + 1;

/// Endings, as the device writes them.
pub const FINISHED: u32 = 1;
/// See [`FINISHED`].
pub const TERMINATED: u32 = 2;
/// See [`FINISHED`].
pub const DIVERGED: u32 = 3;
/// Stands for an ending while an episode goes on.
pub const RUNNING: u32 = 0;
/// Stands for an ending before an episode begins, in batches that step.
pub const FRESH: u32 = 4;

/// A vector of a storage array.
pub type Vec4 = [f32; 4];

/// Three numbers and a fourth as one vector.
pub fn with(a: Vec3<f32>, w: f32) -> Vec4 {
    [a.x, a.y, a.z, w]
}

/// The surroundings of all creatures and the shape of their episodes.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[allow(missing_docs)] // as in `world::World` and `task::TaskPlan`
pub struct World {
    pub gravity: [f32; 3],
    pub dt: f32,
    pub friction: f32,
    pub slip_speed: f32,
    pub contact_damping: f32,
    pub onset_speed: f32,
    pub limit_damping: f32,
    pub limit_width: f32,
    pub slew_rate: f32,
    pub wall_count: u32,
    pub steps: u32,
    pub control_period: u32,
    pub hidden_layers: u32,
    /// 0, which no compiler of shaders knows.
    pub zero: u32,
    /// Steps of a stretch that begins with a push; 0: no pushes.
    pub push_period: u32,
    /// Steps for which a wanted velocity holds.
    pub asked_period: u32,
    /// The share of a state's gradient that goes on to the state before.
    pub kept: f32,
    pub unused_0: u32,
    /// Units of each hidden layer.
    pub hidden: [u32; 4],
    /// Coefficients of each environment in the order that `shaders/terrain.wgsl` reads.
    pub terrain: [Vec4; TERRAIN_VECTORS * MAX_ENVIRONMENTS],
    /// Of each environment and stretch, the change of velocity of 4 kg and the wanted velocity (m/s).
    pub events: [Vec4; MAX_STRETCHES * MAX_ENVIRONMENTS],
}

/// The part of the episodes that one dispatch simulates.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[allow(missing_docs)]
pub struct Span {
    pub first_step: u32,
    pub step_count: u32,
    pub block_count: u32,
    /// The step whose state is the first record of the tape.
    pub tape_start: u32,
    /// 1: the steps were simulated before, and only what they leave on the tape counts.
    pub replays: u32,
    /// With given actions: the step at which their first row counts.
    pub window_start: u32,
}

/// The scalar that is differentiated: weights of each descriptor and of the reward.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[allow(missing_docs)]
pub struct Objective {
    pub descriptors: [Vec4; OBJECTIVE_DESCRIPTORS / 4],
    pub reward: f32,
    pub unused_0: f32,
    pub unused_1: f32,
    pub unused_2: f32,
}

/// A lane's link in its creature's tree; lanes are numbered within the block.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct Lane {
    /// Parent, depth, base, first child or [`NONE`].
    pub tree: [u8; 4],
    /// Next sibling or [`NONE`], contact points, links of the creature or rival (0: an idle lane or another object), the link's quadrant.
    pub counts: [u8; 4],
    /// Index of the creature; of an object or a rival, that of the creature beside it.
    pub body: u32,
    /// Depth of the deepest tree in the block.
    pub block_depth: u32,
    /// One bit a later link, counted with the creature's objects, that the link can touch.
    pub partners: u32,
    /// First lane of the creature, its links with those of its objects, 1 on lanes of objects and rivals, its links without them.
    pub scene: [u8; 4],
    /// Where the facts of the creature, or of the object, stand.
    pub facts: u32,
    /// The creature's environment.
    pub environment: u32,
}

/// What is known of a whole creature, or of an object or rival.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[allow(missing_docs)]
pub struct Body {
    /// Where the base origin starts (m).
    pub start: [f32; 3],
    /// Normal stiffness of a contact point (N/m).
    pub contact_stiffness: f32,
    /// As in [`crate::laws::sensors::BodyFacts`].
    pub mass: f32,
    /// See `mass`.
    pub link_count: f32,
    /// See `mass`.
    pub leg_span: f32,
    /// The load at which a contact counts half (N).
    pub reference_force: f32,
    /// Depth over which contact sets in (m).
    pub contact_width: f32,
    /// Lanes of the limb ends.
    pub limb_ends: [u8; 4],
    /// How many there are.
    pub limb_end_count: u32,
    /// 0: the base is welded to the world.
    pub floating: u32,
    /// Where the brain begins in the array of weights.
    pub weights: u32,
    /// Where the brain's scratch begins in the array of activations.
    pub activations: u32,
    /// The pull of a contact that counts as none (N).
    pub pull_tolerance: f32,
    /// In batches that step: the batch's step with which the episode began.
    pub started: u32,
    /// Where the facts of its objects begin.
    pub first_object: u32,
    /// How it is turned about z at the start: z of a quaternion.
    pub turn_z: f32,
    /// See `turn_z`: w.
    pub turn_w: f32,
    /// Coefficient of friction, read where bodies have their own.
    pub friction: f32,
    /// The creature's objective among those of a backward pass.
    pub objective: u32,
    pub unused_0: u32,
    pub unused_1: u32,
    pub unused_2: u32,
}

/// What the base lane of a creature or of an object keeps between dispatches.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[allow(missing_docs)]
pub struct Episode {
    pub orientation: Vec4,
    pub position: [f32; 3],
    pub unused_0: f32,
    pub velocity: [f32; 3],
    pub unused_1: f32,
    pub stance: Vec4,
}

/// What a link's vectors have room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkRoom {
    /// Contact points.
    pub contacts: usize,
    /// Whether links of a creature can touch each other.
    pub pairs: bool,
    /// Whether servos have a no-load speed.
    pub no_load_speeds: bool,
}

/// Vectors of a link's shape, where links can touch each other.
pub const SHAPE_FIELDS: usize = 5;

/// Where the vectors of a link's shape begin in its model.
pub const fn shape_place(room: LinkRoom) -> usize {
    CONTACT_POINTS + room.contacts
}

/// Where the vector with the no-load speed of a link's servo stands in its model, where servos have one.
pub const fn no_load_place(room: LinkRoom) -> usize {
    shape_place(room) + if room.pairs { SHAPE_FIELDS } else { 0 }
}

/// Vectors of a link's model.
pub const fn model_fields(room: LinkRoom) -> usize {
    no_load_place(room) + if room.no_load_speeds { 1 } else { 0 }
}

/// Vectors of a link's state before those of its contact points.
pub const STATE_CONTACTS: usize = 3;

/// Vectors of a link's state.
pub const fn state_fields(room: LinkRoom) -> usize {
    STATE_CONTACTS + room.contacts + if room.pairs { PAIR_SLOTS } else { 0 }
}

/// Where the vectors of each slot for contacts between links stand, in the order of the slots: a link, counted with objects, and a field of its
/// state.
pub fn pair_places<T: Real>(model: &Model<T>, room: LinkRoom) -> impl Iterator<Item = (usize, usize)> + use<T> {
    let links = model.link_count();
    (0..model.pair_slots()).map(move |slot| (slot % links, STATE_CONTACTS + room.contacts + slot / links))
}

/// Where the vectors of each contact point stand, in the order of the points: its link, and its place among those of the link.
pub fn contact_places<T>(contacts: &[ContactPoint<T>]) -> impl Iterator<Item = (usize, usize)> {
    contacts.iter().scan((usize::MAX, 0), |(link, place), contact| {
        *place = if *link == contact.link { *place + 1 } else { 0 };
        *link = contact.link;
        Some((*link, *place))
    })
}

/// Vectors of a link's record on the tape, or in a batch that steps.
pub const fn record_fields(room: LinkRoom) -> usize {
    state_fields(room) + RECORD_EXTRA
}

/// Where in a link's gradient the vectors of its state begin, and where those of what its creature shares.
pub const fn bar_places(room: LinkRoom) -> (usize, usize) {
    (model_fields(room), model_fields(room) + state_fields(room))
}

/// Vectors of a link's gradient.
pub const fn gradient_fields(room: LinkRoom, descriptors: usize) -> usize {
    bar_places(room).1 + SHARED_BARS + descriptors.div_ceil(4)
}

/// Words of a frame in a creature's results: its features and its reward.
pub const FRAME_WORDS: usize = FEATURES + 1;

/// Moments of a world model that a creature's results have room for: all of them where there is a way back, otherwise two.
pub fn moment_room(task: &TaskPlan, taped: bool) -> usize {
    let all = |&(_, period): &(Arc<Observer>, u32)| if taped { 1 + (task.steps / period) as usize } else { 2 };
    task.observer.as_ref().map_or(0, all)
}

/// Words of a creature's results: those before its descriptors, descriptors, what their sums and the reward's are too large by, recorded frames, and what a world model makes of it.
pub fn result_words(task: &TaskPlan, taped: bool) -> usize {
    let watching = task.observer.as_ref().map_or(0, |(observer, _)| {
        let moment = FEATURES + observer.sizes().deterministic + observer.latent_size();
        FEATURES + moment_room(task, taped) * moment
    });
    SAMPLES + 2 * task.descriptors.len() + 1 + task.frame_room() * FRAME_WORDS + watching
}

/// Floats of a creature's scratch for what goes on in a world model, and for its bars where there is a way back.
pub fn thought_floats(task: &TaskPlan, taped: bool) -> usize {
    task.observer.as_ref().map_or(0, |(observer, _)| {
        let Sizes { deterministic, hidden, .. } = observer.sizes();
        let state = deterministic + observer.latent_size();
        let (thought, bars) = (6 * hidden + 3 * deterministic, observer.latent_size() + 3 * hidden + 3 * deterministic);
        FEATURES + thought + state + if taped { FEATURES + bars + state } else { 0 }
    })
}
