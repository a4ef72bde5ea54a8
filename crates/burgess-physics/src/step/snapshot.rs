//! Where an episode stands: all that its future depends on.

use super::policy::{Occasion, observe};
use super::state::State;
use crate::laws::sensors::LIMB_ENDS;
use crate::model::{Candidate, Controller, Model};
use crate::task::Ending;
use crate::world::World;
use burgess_core::autodiff::{Real, real};
use burgess_core::math::Vec3;
use std::f64::consts::TAU;

/// Where the episode of one body stands. An episode that goes on from a snapshot has the bits of the one it was taken of. Episodes that a
/// world model watches have more to them, and no snapshots.
#[derive(Clone, Debug)]
pub struct Snapshot<T> {
    /// Steps so far.
    pub steps: u32,
    /// How the episode ended, if it has.
    pub ending: Option<Ending>,
    /// Positions, velocities, momenta, what contacts carry.
    pub state: State<T>,
    /// Servo targets (rad), one a link of the creature, then of each rival; those of bases are not used.
    pub targets: Vec<T>,
    /// Commands of the last decision (rad), in the same places.
    pub commands: Vec<T>,
    /// The point from which displacements count (m): where the base origin was when the episode began.
    pub start: Vec3<T>,
    /// What is remembered of each limb end: 0 in the air, 1 on the ground, 2 not yet landed.
    pub stance: [T; LIMB_ENDS],
    /// Sum of the reward's rates so far; of an episode that has ended, its reward, and NaN if it diverged.
    pub reward: T,
    /// Sums of the samples of each descriptor so far; of an episode that has ended, its descriptors, and NaN if it diverged.
    pub samples: Vec<T>,
    /// By how much these sums are too large, the reward's first (see [`Sum`](burgess_core::math::Sum)); 0 where nothing is known of it.
    pub excess: Vec<T>,
}

impl<T: Real> Snapshot<T> {
    /// What the brain of a body in this state sees: the inputs of an `Mlp` (see [`observe`]), whatever the kind of controller. A controller
    /// without a frequency has a clock that stands still. `reference_force` is the load at which a contact counts half (N).
    pub(crate) fn observation(&self, candidate: &Candidate<T>, world: &World<T>, reference_force: T) -> Vec<T> {
        let frequency = match &candidate.controller {
            Controller::Cpg { frequency, .. } | Controller::Mlp { frequency, .. } => *frequency,
            Controller::Sequence { .. } => T::zero(),
        };
        let time = world.dt * real(f64::from(self.steps));
        let occasion =
            Occasion { decision: 0, time, reference_force, wanted: world.wanted_in(self.steps), latent: &[] };
        let mut observation = Vec::new();
        observe(&candidate.model, world, &self.state, frequency * time * real(TAU), occasion, &mut observation);
        observation
    }

    /// What about its lengths does not fit a body and a number of descriptors, if anything: the name, the right length, the wrong one.
    pub(crate) fn misfit(&self, model: &Model<T>, descriptors: usize) -> Option<(&'static str, usize, usize)> {
        let (links, driven) = (model.links.len(), model.driven_count());
        let lengths = [
            ("links of a state", links, self.state.links.len()),
            ("contacts of a state", model.contacts.len(), self.state.contacts.len()),
            ("servo targets of a state", driven, self.targets.len()),
            ("commands of a state", driven, self.commands.len()),
            ("samples of a state", descriptors, self.samples.len()),
            ("excess of a state", 1 + descriptors, self.excess.len()),
        ];
        lengths.into_iter().find(|(_, expected, got)| expected != got)
    }
}
