//! Comparison of runs: reads run folders, and says what speaks against comparing them. The statistics and the tables are
//! [`burgess_report::compare`].

mod differences;
mod run;

pub use run::Run;

use anyhow::{Result, bail};
use burgess_report::compare::{ComparedRun, Comparison, ComparisonPoint};

/// What to compare.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Name of the experiment that the others are tested against; `None` for the first one.
    pub against: Option<String>,
    /// Places to compare at. A kind of progress without a place is compared at the last place that all runs have reached.
    pub at: Vec<ComparisonPoint>,
    /// Whether to compare runs that should not be compared.
    pub force: bool,
}

/// Compares runs, grouped by the name of their experiment in order of appearance.
///
/// # Errors
///
/// If there is no run, if the runs should not be compared and `force` is not set, if no experiment has the requested name, or if a run has
/// not reached a requested place.
pub fn compare_runs(runs: &[Run], request: &Request) -> Result<Comparison> {
    let mut notes = differences::differences(runs);
    if !notes.is_empty() && !request.force {
        let list: String = notes.iter().map(|difference| format!("\n  {difference}")).collect();
        bail!("these runs should not be compared; --force does it nevertheless:{list}");
    }
    if runs.iter().any(|run| !run.experiment.passive.is_empty()) {
        notes.push("QD-score and coverage are those of the passive grid".to_owned());
    }
    notes.extend(differences::machines(runs));
    let compared: Vec<ComparedRun<'_>> =
        runs.iter().map(|run| ComparedRun { dir: &run.dir, course: run.course() }).collect();
    Comparison::of(&compared, request.against.as_deref(), &request.at, notes)
}
