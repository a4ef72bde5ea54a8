//! A run as far as comparisons read it.

use crate::evolve::provenance::{self, Part};
use crate::experiment::Experiment;
use crate::metrics::Metrics;
use crate::report::metrics_row;
use crate::store::RunReader;
use anyhow::{Result, ensure};
use burgess_report::views::{CourseView, MetricsRow};
use std::path::{Path, PathBuf};

/// A run as far as comparisons read it.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its folder.
    pub dir: PathBuf,
    /// The experiment as it was run.
    pub experiment: Experiment,
    /// One row per generation, at least one.
    pub metrics: Vec<MetricsRow>,
    /// The uninterrupted parts in which it was computed, each with its program, machine and backend.
    pub parts: Vec<Part>,
}

impl Run {
    /// Reads a run folder.
    ///
    /// # Errors
    ///
    /// If the folder is no run folder or cannot be read, or if no generation has been finished yet.
    pub fn open(dir: &Path) -> Result<Self> {
        let reader = RunReader::open(dir)?;
        let metrics: Vec<MetricsRow> = reader.metrics()?.iter().map(|m| scored_row(reader.experiment(), m)).collect();
        let shown = dir.display();
        ensure!(!metrics.is_empty(), "{shown} has no finished generation; `burgess resume {shown}` goes on");
        let (experiment, parts) = (reader.experiment().clone(), provenance::read(dir)?);
        Ok(Self { dir: dir.to_owned(), experiment, metrics, parts })
    }

    /// What plots and statistics show of it.
    pub fn course(&self) -> CourseView<'_> {
        let Experiment { name, seed, body, passive, .. } = &self.experiment;
        let passive = !passive.is_empty();
        CourseView { name, seed: *seed, bodies_evolve: body.evolves(), passive, metrics: &self.metrics }
    }
}

/// What is compared of a generation. QD-score and coverage are those of the passive grid if there is one, because that grid is the same for
/// every archive.
fn scored_row(experiment: &Experiment, metrics: &Metrics) -> MetricsRow {
    let row = metrics_row(metrics);
    match experiment.passive.is_empty() {
        true => row,
        false => MetricsRow { qd_score: metrics.passive.qd_score, coverage: metrics.passive.coverage, ..row },
    }
}
