//! A step that was made, as its reverse sees it.

use crate::model::Model;
use crate::step::pair_work::Meeting;
use crate::step::state::{DriveOf, State};
use crate::world::World;
use burgess_core::autodiff::Real;
use burgess_core::math::Vec3;

/// Bars of what measurements see of a step's inner workings, beside the state after it.
#[derive(Clone, Copy, Debug, Default)]
pub struct EffortBar<T> {
    /// Of the servos' power (W).
    pub power: T,
    /// Of the sum over joints of how far each is into its limits.
    pub limit_use: T,
    /// Of the normal force (N) between the creature and the scene's first object.
    pub object_force: T,
    /// Of the normal force (N) between links of the creature.
    pub self_force: T,
}

impl<T: Real> EffortBar<T> {
    /// What a body has of it: measurements see the creature's effort alone.
    #[inline(always)]
    pub fn of_body(self, body: usize) -> Self {
        if body == 0 { self } else { Self::default() }
    }

    /// The bar of the normal force of a contact of a kind.
    pub fn of_meeting(&self, kind: Meeting) -> T {
        match kind {
            Meeting::Own => self.self_force,
            Meeting::FirstObject => self.object_force,
            Meeting::Other => T::zero(),
        }
    }
}

/// A step that was made.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a, T> {
    /// The body.
    pub model: &'a Model<T>,
    /// The surroundings.
    pub world: &'a World<T>,
    /// What drove it.
    pub drive: DriveOf<'a, T>,
    /// The state before it.
    pub before: &'a State<T>,
    /// The state after it.
    pub after: &'a State<T>,
}

/// What the force on a rover says.
#[derive(Clone, Copy, Debug)]
pub struct RoverBar<T> {
    /// Of its point at fixed normal.
    pub point: Vec3<T>,
    /// Of the ground's normal.
    pub normal: Vec3<T>,
    /// Of its gap.
    pub gap: T,
    /// Of its strength.
    pub strength: T,
    /// Whether there is a force.
    pub acts: bool,
}

impl<T: Real> RoverBar<T> {
    /// Of a rover without a force.
    pub fn none() -> Self {
        Self { point: Vec3::zero(), normal: Vec3::zero(), gap: T::zero(), strength: T::zero(), acts: false }
    }
}
