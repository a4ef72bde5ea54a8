//! What goes in and comes out when a batch is simulated window by window.

use crate::gradient::{PreludeGradient, WorldGradient};
use crate::model::Candidate;
use crate::step::reverse::episode::Bars;
use crate::step::reverse::state::StateAdjoint;
use crate::task::Ending;
use burgess_core::autodiff::Value;

/// What drives the joints in a window.
#[derive(Clone, Copy, Debug)]
pub enum Drive<'a, T> {
    /// The controllers that were loaded with the bodies.
    Controllers,
    /// Given actions: of each body, row after row, one row a decision and one number a joint, as shares of the joint's half range. A
    /// body with fewer rows than the window has decisions holds its last row.
    Actions(&'a [Vec<T>]),
}

/// What a window gave to one body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress<T> {
    /// Reward gained in the window; NaN if the episode diverged in it, zero if it had ended before.
    pub reward: T,
    /// How the episode ended, if it has.
    pub ending: Option<Ending>,
    /// Steps of the episode so far.
    pub steps: u32,
}

/// Gradient of what a window gave to one body, with respect to everything that the window is made from. The step at which an episode was
/// terminated is taken as given. NaN if the episode diverged in the window.
#[derive(Clone, Debug)]
pub struct WindowGradient<T> {
    /// With respect to the state at the beginning of the window. All numbers of a state count by themselves: momenta and spins do not
    /// follow from velocities here, so that the gradients of consecutive windows chain. That of the normal force of a contact in the air
    /// is zero, as such a contact is left out of a step.
    pub state: StateAdjoint<T>,
    /// With respect to each number of the candidate, in its place. If actions were given, the controller in it is a sequence of gradients
    /// with respect to those.
    pub candidate: Candidate<T>,
    /// With respect to what is worked out of the body before the episode; its `start` is the point from which displacements count.
    pub prelude: PreludeGradient<T>,
    /// With respect to the surroundings.
    pub world: WorldGradient<T>,
}

impl<T: Value> WindowGradient<T> {
    /// From what the backward pass gathered.
    pub(crate) fn new(Bars { state, mut total }: Bars<T>) -> Self {
        total.gather_objects();
        Self { state, candidate: total.candidate, prelude: total.prelude, world: total.world }
    }

    /// All NaN, for a candidate.
    #[cfg(feature = "gpu")]
    pub(crate) fn not_a_number(candidate: &Candidate<T>) -> Self {
        Self::new(Bars::not_a_number(candidate))
    }
}
