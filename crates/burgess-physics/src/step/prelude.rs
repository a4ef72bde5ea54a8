//! What is worked out of a creature before its episode begins: where it starts, what its contacts are scaled by, what tasks know
//! of it. A gradient with respect to the body flows through all of it.

use super::body_plan::BodyPlan;
use super::places::Places;
use super::spawn::{object_position, spawn_position};
use super::state::{State, pull_tolerance, width_of_contact};
use crate::model::{Model, rest_origins};
use crate::world::World;
use burgess_core::autodiff::{Real, Value};
use burgess_core::math::Vec3;

/// Constants of one creature in one world.
#[derive(Clone, Debug)]
pub struct Prelude<T: Real> {
    /// Where the base origin starts (m, relative to the spawn point).
    pub start: Vec3<T>,
    /// Depth over which its contacts set in (m).
    pub contact_width: T,
    /// The pull of a contact that counts as none (N); no gradient.
    pub pull_tolerance: T,
    /// Which link hangs on which, and which contact point is on which.
    pub places: Places<T>,
    /// What is measured of it.
    pub plan: BodyPlan<T>,
    /// Where the origin of each object starts (m, relative to the creature's spawn point).
    pub objects: Vec<Vec3<T>>,
}

impl<T: Value> Prelude<T> {
    /// Of a creature in a world.
    pub fn new(model: &Model<T>, world: &World<T>) -> Self {
        let origins = rest_origins(model);
        Self {
            start: spawn_position(model, &origins, world),
            contact_width: width_of_contact(model, world.gravity, world.contact_width),
            pull_tolerance: pull_tolerance(model, world.gravity),
            places: Places::new(model),
            plan: BodyPlan::new(model, &origins, world.gravity),
            objects: model.objects.iter().map(|object| object_position(object, world)).collect(),
        }
    }
}

impl<T: Real> Prelude<T> {
    /// The creature and its objects at rest where they start.
    pub fn state(&self, model: &Model<T>) -> State<T> {
        let mut state = State::at_rest(model, self.start);
        for (object, &start) in state.objects.iter_mut().zip(&self.objects) {
            object.position = start;
        }
        state
    }
}
