//! A step that was made, as its reverse sees it.

use crate::model::Model;
use crate::step::state::{Drive, State};
use crate::world::World;

/// Bars of what measurements see of a step's inner workings, beside the state after it.
#[derive(Clone, Copy, Debug, Default)]
pub struct EffortBar<T> {
    /// Of the servos' power (W).
    pub power: T,
    /// Of the sum over joints of how far each is into its limits.
    pub limit_use: T,
}

/// A step that was made.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a, T> {
    /// The body.
    pub model: &'a Model<T>,
    /// The surroundings.
    pub world: &'a World<T>,
    /// What drove it.
    pub drive: &'a Drive<T>,
    /// The state before it.
    pub before: &'a State<T>,
    /// The state after it.
    pub after: &'a State<T>,
}
