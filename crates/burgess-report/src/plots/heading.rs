//! The text above a figure.

use crate::numbers::{counted, four_digits};
use crate::views::RunView;

/// Title of a run's figure.
pub(crate) fn title(run: &RunView) -> String {
    title_of(&run.name, run.seed)
}

/// Title of a figure of whatever has this name and this seed.
pub(crate) fn title_of(name: &str, seed: u64) -> String {
    format!("{name}, seed {seed}")
}

/// What the run reached, in one line.
pub(crate) fn summary(run: &RunView) -> String {
    let elites = run.archive.elites.len();
    let cells = run.archive.cell_count();
    let coverage = 100.0 * elites as f64 / cells.max(1) as f64;
    let mut text = format!("{}, coverage {coverage:.1} %", counted(elites, "elite"));
    if let Some(row) = run.metrics.last().filter(|row| row.qd_score.is_finite()) {
        text += &format!(", QD-score {}", four_digits(row.qd_score));
    }
    if let Some(best) = run.archive.drawn().last() {
        text += &format!(", best reward {}", four_digits(best.reward));
    }
    text
}
