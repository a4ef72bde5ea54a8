//! The structs that the host shares with shaders/shared_world/layout.wgsl, field by field, and where words stand in its arrays.

use crate::gpu::layout::{TERRAIN_VECTORS, Vec4};
use bytemuck::{Pod, Zeroable};

/// What all bodies share.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[allow(missing_docs)] // they are those of `Rules` and `Vicinity`, and counts
pub struct World {
    pub gravity: [f32; 3],
    pub dt: f32,
    pub friction: f32,
    pub slip_speed: f32,
    pub ground_damping: f32,
    pub onset_speed: f32,
    pub width: f32,
    pub tail: f32,
    pub margin: f32,
    pub allowance: f32,
    pub edge: f32,
    /// Of the margin, what one body may use up before lists are made again (m).
    pub slack: f32,
    pub ground_safety: f32,
    pub wall_count: u32,
    pub body_count: u32,
    pub bodies_of_a_world: u32,
    /// Of the grids of all worlds.
    pub cell_count: u32,
    pub unused_0: u32,
    /// Of a world's grid along each axis, powers of two.
    pub cells: [u32; 3],
    pub unused_1: u32,
    pub terrain: [Vec4; TERRAIN_VECTORS],
}

/// What a body is.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct Body {
    /// Of a capsule half the length, of a box the half sizes of its core (m).
    pub shape: [f32; 3],
    /// Radius; of a box that of its edges (m).
    pub radius: f32,
    /// Moments of inertia (kg m2).
    pub moments: [f32; 3],
    /// Mass (kg).
    pub mass: f32,
    /// One over each of the moments.
    pub inverse_moments: [f32; 3],
    /// One over the mass.
    pub inverse_mass: f32,
    /// Contact stiffness (N/m).
    pub stiffness: f32,
    /// [`SPHERE`], [`CAPSULE`] or [`BOX`].
    pub kind: u32,
    /// Radius of the smallest ball around its centre that holds it (m).
    pub reach: f32,
    /// Not used.
    pub unused_0: u32,
}

/// What steps there are, and for which lists are made.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct Progress {
    /// The one that begins.
    pub step: u32,
    /// The one under way.
    pub under_way: u32,
    /// Before which the device stops.
    pub last: u32,
    /// For which lists are due.
    pub due: u32,
    /// For which they were made last.
    pub made: u32,
    /// The same, once that is over.
    pub settled: u32,
    /// How often they were made.
    pub times_made: u32,
    /// Not used.
    pub unused_0: u32,
}

/// The state of a body: position, and how far it reaches from there in the step; velocity, and the number of what it is; angular velocity, and how far
/// a point of it goes in a step at most; orientation (x, y, z, w). (m, m/s, rad/s)
pub type State = [Vec4; STATE_FIELDS];

/// A kind of shape.
pub const SPHERE: u32 = 0;
/// See [`SPHERE`].
pub const CAPSULE: u32 = 1;
/// See [`SPHERE`].
pub const BOX: u32 = 2;

/// What the shader has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Partners of a body.
    pub partners: usize,
    /// Whether there are capsules.
    pub long: bool,
    /// Whether there are boxes.
    pub boxes: bool,
}

/// Vectors of a body's state.
pub const STATE_FIELDS: usize = 4;
/// Fields of `lists` before those of what bodies may touch.
const LIST_FIELDS: usize = 6;
/// The field of `lists` with the numbers of bodies.
pub const NUMBERS: usize = 0;
/// The field of `lists` with how deep bodies were in others or in the ground in the last step (m).
pub const DEPTHS: usize = 3;
/// Fields of `kept` before those of points on the ground.
const KEPT_FIELDS: usize = 4;
/// Bodies of a cell that have room there.
const CELL_ROOM: usize = 24;
/// Words of `board` that count.
pub const COUNTS: usize = 2;
/// That with the partners for which there was no room.
pub const LEFT_OUT: usize = 0;
/// That with how often a body was faster than lists allow.
pub const TOO_FAST: usize = 1;
/// The step with which a simulation begins: marks of zero are of none.
pub const FIRST_STEP: u32 = 1;

impl Room {
    /// Ways in which two bodies can touch.
    pub fn features(&self) -> usize {
        match (self.boxes, self.long) {
            (true, _) => 16,
            (false, true) => 2,
            (false, false) => 1,
        }
    }

    /// Points of a body on the ground.
    pub fn points(&self) -> usize {
        match (self.boxes, self.long) {
            (true, _) => 8,
            (false, true) => 2,
            (false, false) => 1,
        }
    }

    /// Words of a body that say which partners it may touch, a bit for each lane that works on one.
    fn mask_words(&self) -> usize {
        let shares = match (self.boxes, self.long) {
            (true, _) => 8,
            (false, true) => 2,
            (false, false) => 1,
        };
        (self.partners * shares).div_ceil(32)
    }

    /// Words of `lists`.
    pub fn list_words(&self, bodies: usize, cells: usize) -> u64 {
        ((LIST_FIELDS + self.mask_words() + 2 * self.partners) * bodies + CELL_ROOM * cells) as u64
    }

    /// Vectors of `kept`.
    pub fn kept_vectors(&self, bodies: usize, cells: usize) -> u64 {
        ((KEPT_FIELDS + self.points() + self.partners * self.features()) * bodies + CELL_ROOM * cells) as u64
    }
}

/// Words of `board`.
pub fn board_words(cells: usize) -> u64 {
    (COUNTS + 5 * cells) as u64
}
