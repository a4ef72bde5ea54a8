//! How good and how full an archive is, as the quality-diversity literature measures it (Pugh, Soros and Stanley 2016, "Quality
//! Diversity: A New Frontier for Evolutionary Computation").

use super::view::Elites;
use crate::solution::Solution;

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
    /// Scores an archive, of each cell the best; sums run in the order of the cells. `qd_offset` is subtracted from each reward in the QD-score, so
    /// that an elite of low but negative reward can still count for more than an empty cell.
    pub fn of<S: Solution>(archive: &dyn Elites<S>, qd_offset: f64) -> Self {
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
