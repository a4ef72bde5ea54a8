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
    /// A power of two.
    pub cell_numbers: u32,
    pub unused_0: u32,
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
    /// Contact stiffness (N/m).
    pub stiffness: f32,
    /// [`SPHERE`], [`CAPSULE`] or [`BOX`].
    pub kind: u32,
    /// Not used.
    pub unused_0: u32,
    /// Not used.
    pub unused_1: u32,
}

/// Where a body is, and how it moves.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct FreeState {
    /// Centre (m).
    pub position: [f32; 3],
    /// Radius of the smallest ball around the centre that holds the body (m).
    pub reach: f32,
    /// Velocity (m/s).
    pub velocity: [f32; 3],
    /// How far a point of the body goes in a step at most (m).
    pub stride: f32,
    /// Body to world, (x, y, z, w).
    pub orientation: Vec4,
    /// Angular velocity (rad/s).
    pub spin: [f32; 3],
    /// How deep it was in another body or in the ground in the last step (m).
    pub depth: f32,
}

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

/// Fields of `lists` before those of what bodies may touch.
const LIST_FIELDS: usize = 3;
/// Fields of `kept` before those of points on the ground.
const KEPT_FIELDS: usize = 2;
/// Words of `board` before the grid; the last two count.
pub const BOARD_WORDS: usize = 4;
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
    pub fn list_words(&self, bodies: usize) -> u64 {
        ((LIST_FIELDS + self.mask_words() + 2 * self.partners) * bodies) as u64
    }

    /// Vectors of `kept`.
    pub fn kept_vectors(&self, bodies: usize) -> u64 {
        ((KEPT_FIELDS + self.points() + self.partners * self.features()) * bodies) as u64
    }
}

/// Numbers that cells have.
pub fn cell_numbers(bodies: usize) -> usize {
    (2 * bodies).next_power_of_two()
}

/// Words of `board`.
pub fn board_words(bodies: usize) -> u64 {
    (BOARD_WORDS + 6 * cell_numbers(bodies)) as u64
}
