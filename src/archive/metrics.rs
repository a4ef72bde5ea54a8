//! What is measured of a run every generation, as in the quality-diversity literature (Pugh, Soros and Stanley 2016,
//! "Quality Diversity: A New Frontier for Evolutionary Computation").

use super::{Archive, BodyDiversity, PassiveScores};
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// How good and how full an archive is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores {
    /// Sum over the elites of reward minus offset.
    pub qd_score: f64,
    /// QD-score over the number of cells, empty ones included: comparable between archives of different size.
    pub normalised_qd_score: f64,
    /// Share of the cells that hold an elite, 0 to 1.
    pub coverage: f64,
    /// Greatest reward; NaN while the archive is empty.
    pub max: f64,
    /// Mean reward of the elites; NaN while the archive is empty.
    pub mean: f64,
}

impl Scores {
    /// Scores an archive, in layers the best of each cell; sums run in the order of the cells. `qd_offset` is subtracted from each reward in the QD-score, so
    /// that an elite of low but negative reward can still count for more than an empty cell.
    pub fn of(archive: &dyn Archive, qd_offset: f64) -> Self {
        let judged = archive.best_of_cells();
        let (elites, cells) = (judged.len() as f64, archive.cell_count() as f64);
        let (mut qd_score, mut sum, mut max) = (0.0, 0.0, f64::NAN);
        for reward in judged.iter().map(|&slot| f64::from(archive.slots().reward(slot))) {
            qd_score += reward - qd_offset;
            sum += reward;
            max = max.max(reward);
        }
        Self {
            qd_score,
            normalised_qd_score: qd_score / cells,
            coverage: elites / cells,
            max,
            // An empty archive gives 0 / 0, NaN.
            mean: sum / elites,
        }
    }
}

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
