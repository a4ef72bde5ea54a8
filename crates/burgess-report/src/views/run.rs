//! Runs, and their course over the generations.

use super::archive::ArchiveView;

/// The state of a run after one generation. Values that are not finite are left out of the curves.
#[derive(Clone, Debug)]
pub struct MetricsRow {
    /// Generation, from 0.
    pub generation: u64,
    /// Candidates evaluated so far.
    pub evaluations: u64,
    /// Physics steps simulated so far, in forward and backward passes.
    pub steps: u64,
    /// Wall time so far (s).
    pub wall_time: f64,
    /// Sum over the elites of the reward minus the archive's offset.
    pub qd_score: f64,
    /// Share of the cells that hold an elite, 0 to 1.
    pub coverage: f64,
    /// Best reward; NaN while the archive is empty.
    pub max: f64,
    /// Mean reward; NaN while the archive is empty.
    pub mean: f64,
    /// Number of different topologies among the elites' bodies.
    pub topologies: f64,
    /// Mean distance between the bodies of two elites.
    pub body_distance: f64,
}

/// One run.
#[derive(Clone, Debug)]
pub struct RunView {
    /// Name of the experiment. Runs of the same name count as repetitions that differ only in their seed.
    pub name: String,
    /// Seed.
    pub seed: u64,
    /// Whether bodies evolve. If they do not, the diversity of bodies is not drawn.
    pub bodies_evolve: bool,
    /// The archive at the end.
    pub archive: ArchiveView,
    /// One row per generation, in order.
    pub metrics: Vec<MetricsRow>,
}

/// The course of one run. Runs are compared by their courses alone.
#[derive(Clone, Copy, Debug)]
pub struct CourseView<'a> {
    /// Name of the experiment. Runs of the same name count as repetitions that differ only in their seed.
    pub name: &'a str,
    /// Seed.
    pub seed: u64,
    /// Whether bodies evolve.
    pub bodies_evolve: bool,
    /// Whether QD-score and coverage are those of a passive grid instead of the archive's own.
    pub passive: bool,
    /// One row per generation, in order.
    pub metrics: &'a [MetricsRow],
}

/// What progress is measured by, along the x axis of curves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Evaluated candidates.
    Evaluations,
    /// Simulated steps of the physics, in forward and backward passes.
    Steps,
    /// Wall time (s).
    WallTime,
}

impl RunView {
    /// Its course, measured by its own archive.
    pub fn course(&self) -> CourseView<'_> {
        let Self { name, seed, bodies_evolve, metrics, .. } = self;
        CourseView { name, seed: *seed, bodies_evolve: *bodies_evolve, passive: false, metrics }
    }
}

impl Progress {
    /// All measures of progress.
    pub const ALL: [Self; 3] = [Progress::Evaluations, Progress::Steps, Progress::WallTime];

    /// How far a run is after a generation: a number of evaluations, a number of steps, or seconds.
    pub fn of(self, row: &MetricsRow) -> f64 {
        match self {
            Progress::Evaluations => row.evaluations as f64,
            Progress::Steps => row.steps as f64,
            Progress::WallTime => row.wall_time,
        }
    }

    /// Name with unit, as it is written along an axis.
    pub fn name(self) -> &'static str {
        match self {
            Progress::Evaluations => "evaluations",
            Progress::Steps => "simulated steps, forward and backward",
            Progress::WallTime => "wall time (s)",
        }
    }

    /// File name, without extension, of a figure over this measure.
    pub(crate) fn stem(self, figure: &str) -> String {
        match self {
            Progress::Evaluations => figure.to_owned(),
            Progress::Steps => format!("{figure}-steps"),
            Progress::WallTime => format!("{figure}-wall-time"),
        }
    }
}
