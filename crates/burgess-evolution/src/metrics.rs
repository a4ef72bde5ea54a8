//! What is measured of a run every generation, as in the quality-diversity literature (Pugh, Soros and Stanley 2016,
//! "Quality Diversity: A New Frontier for Evolutionary Computation").

use crate::diversity::BodyDiversity;
use burgess_qd::archive::{PassiveScores, Scores};
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// Simulated time steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// Of creatures.
    pub creature: u64,
    /// Of links: a step of a creature times the number of its links.
    pub body: u64,
}

impl Steps {
    /// So many steps of a creature of so many links.
    pub fn of(steps: u32, links: usize) -> Self {
        Self { creature: steps.into(), body: u64::from(steps) * links as u64 }
    }
}

impl AddAssign for Steps {
    fn add_assign(&mut self, other: Self) {
        self.creature += other.creature;
        self.body += other.body;
    }
}

/// One generation's row. Totals count from the start of the run, over all its resumed parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics {
    /// The generation, from 0.
    pub generation: u64,
    /// Total of evaluated candidates.
    pub evaluations: u64,
    /// State of the archive after the generation.
    pub scores: Scores,
    /// Number of elites after the generation.
    pub elites: u64,
    /// How different the bodies are after the generation.
    pub bodies: BodyDiversity,
    /// Candidates of this generation that were the first in their cell.
    pub new: u64,
    /// Candidates of this generation that replaced an elite.
    pub improved: u64,
    /// Candidates of this generation that diverged or gave a reward or descriptor that is not finite.
    pub diverged: u64,
    /// Candidates of this generation with finite descriptors that are not all within their ranges; 0 in generations of a version that did not
    /// count them.
    pub out_of_range: u64,
    /// Candidates of this generation that took gradient steps.
    pub refined: u64,
    /// Of those, the ones that were accepted as refined.
    pub accepted: u64,
    /// Of those, the ones whose refinement was dropped since a gradient was not finite.
    pub dropped: u64,
    /// Bodies of this generation that were rejected and drawn again, by the reason.
    pub invalid: BTreeMap<String, u64>,
    /// Total of steps simulated forward, those of refinement included.
    pub forward: Steps,
    /// Total of steps that gradients went back through; what that recomputes of the way forward is part of them.
    pub backward: Steps,
    /// Total wall time (s). It, the next two and the training time are the only numbers here that differ between two runs of one experiment.
    pub wall_time: f64,
    /// Part of the wall time that was spent waiting for the backend, before refinement (s).
    pub simulation_time: f64,
    /// Part of the wall time that refinement took, the judging of what was refined included (s).
    pub refinement_time: f64,
    /// The passive grid after the generation.
    pub passive: PassiveScores,
    /// Rounds of training behind the encoder that descriptors are of; 0 where nothing is learned.
    pub encoder: u64,
    /// Part of the wall time that training took, encoding all elites again included (s).
    pub training_time: f64,
}

impl Metrics {
    /// Bodies rejected in this generation, for any reason.
    pub fn invalid_count(&self) -> u64 {
        self.invalid.values().sum()
    }
}
