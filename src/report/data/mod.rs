//! What figures are drawn from: plain values, so that neither the store nor the archive is known here.

mod latent;

pub use latent::{Imagination, Imagined, LatentMap, LatentPoint, LatentView, TraceView, TrainingCurves};

use anyhow::{Result, ensure};

/// One dimension of an archive.
#[derive(Clone, Debug)]
pub struct AxisView {
    /// Name of the descriptor.
    pub name: String,
    /// Unit, empty for a number without one.
    pub unit: String,
    /// Values that span the archive, lower then upper.
    pub range: (f64, f64),
    /// Cells along this dimension of a grid archive; not used for others.
    pub bins: usize,
    /// Whether values are whole numbers, so that ticks must be.
    pub counts: bool,
}

/// How an archive is cut into cells.
#[derive(Clone, Debug)]
pub enum LayoutView {
    /// One cell for each combination of bins. Cells are numbered row-major: the last descriptor varies fastest.
    Grid,
    /// Cells are the Voronoi regions of these points, nearest in units of the ranges. One point a cell, in the descriptors' units.
    Cvt {
        /// One value a descriptor.
        centroids: Vec<Vec<f64>>,
    },
    /// Cells are numbered places for elites that may be anywhere.
    Scattered {
        /// Number of cells.
        size: usize,
    },
}

/// One elite.
#[derive(Clone, Debug)]
pub struct EliteView {
    /// Index of its cell.
    pub cell: usize,
    /// One value a descriptor.
    pub descriptors: Vec<f64>,
    /// Reward; elites whose reward is not finite are not drawn.
    pub reward: f64,
    /// What gradient steps did for it; none for those that took none.
    pub refinement: Option<RefinementView>,
}

/// What gradient steps did for an elite.
#[derive(Clone, Copy, Debug)]
pub struct RefinementView {
    /// Reward after them less the reward before.
    pub gain: f64,
    /// Agreement of the improvement that gradients predicted with the actual one, -1 to 1.
    pub trust: f64,
}

/// A number of each elite that figures show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Reward,
    Gain,
    Trust,
}

impl Shown {
    /// Name, as it stands along an axis.
    pub(super) fn name(self) -> &'static str {
        match self {
            Shown::Reward => "reward",
            Shown::Gain => "refinement gain",
            Shown::Trust => "gradient trust",
        }
    }

    /// The number; none where gradient steps were not taken.
    pub(super) fn of(self, elite: &EliteView) -> Option<f64> {
        match self {
            Shown::Reward => Some(elite.reward),
            Shown::Gain => elite.refinement.map(|refinement| refinement.gain),
            Shown::Trust => elite.refinement.map(|refinement| refinement.trust),
        }
    }
}

/// An archive.
#[derive(Clone, Debug)]
pub struct ArchiveView {
    /// At least one.
    pub axes: Vec<AxisView>,
    /// The cells.
    pub layout: LayoutView,
    /// At most one a cell, in any order.
    pub elites: Vec<EliteView>,
}

/// The state of a run after one generation. Values that are not finite are left out of the curves.
#[derive(Clone, Debug)]
pub struct MetricsRow {
    /// Generation, from 0.
    pub generation: u64,
    /// Candidates evaluated so far.
    pub evaluations: u64,
    /// Steps simulated so far, forward and backward.
    pub steps: u64,
    /// Wall time so far (s).
    pub wall_time: f64,
    /// Sum of the elites' rewards less the offset of the archive.
    pub qd_score: f64,
    /// Share of cells that hold an elite, 0 to 1.
    pub coverage: f64,
    /// Best reward; NaN while the archive is empty.
    pub max: f64,
    /// Mean reward; NaN while the archive is empty.
    pub mean: f64,
    /// Different topologies among the elites' bodies.
    pub topologies: f64,
    /// Mean distance of two elites' bodies.
    pub body_distance: f64,
}

/// One run.
#[derive(Clone, Debug)]
pub struct RunView {
    /// Name of the experiment; runs of the same name are taken for repetitions that differ by their seed.
    pub name: String,
    /// Seed.
    pub seed: u64,
    /// Whether bodies evolve: if not, their diversity is not shown.
    pub bodies_evolve: bool,
    /// The archive at the end.
    pub archive: ArchiveView,
    /// One row a generation, in order.
    pub metrics: Vec<MetricsRow>,
}

/// The course of one run, which is all that runs are compared by.
#[derive(Clone, Copy, Debug)]
pub struct CourseView<'a> {
    /// Name of the experiment; runs of the same name are taken for repetitions that differ by their seed.
    pub name: &'a str,
    /// Seed.
    pub seed: u64,
    /// Whether bodies evolve.
    pub bodies_evolve: bool,
    /// Whether QD-score and coverage are those of a passive grid instead of the archive's.
    pub passive: bool,
    /// One row a generation, in order.
    pub metrics: &'a [MetricsRow],
}

/// What progress is measured by, along the x axis of curves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Evaluated candidates.
    Evaluations,
    /// Simulated steps of the physics, forward and backward.
    Steps,
    /// Wall time (s).
    WallTime,
}

/// A line of a [`LinesView`].
#[derive(Clone, Debug)]
pub struct LineView {
    /// What the legend says.
    pub name: String,
    /// Points in order of x; those that are not finite break the line.
    pub points: Vec<(f64, f64)>,
    /// Place in the palette: lines of one number have one colour.
    pub colour: usize,
    /// Whether the line is dashed.
    pub dashed: bool,
}

/// One frame of a [`LinesView`].
#[derive(Clone, Debug)]
pub struct PanelView {
    /// Name of the y axis, with unit.
    pub name: &'static str,
    /// Whether zero has to be seen.
    pub from_zero: bool,
    /// What is drawn, first to last.
    pub lines: Vec<LineView>,
}

/// Lines in frames side by side, over something that begins at zero.
#[derive(Clone, Debug)]
pub struct LinesView {
    /// First line.
    pub title: String,
    /// Second line.
    pub second: String,
    /// Name of the x axis, with unit.
    pub x_name: &'static str,
    /// At least one; all have the lines of the first, of which there is one legend.
    pub panels: Vec<PanelView>,
}

impl RunView {
    /// Its course, by its own archive.
    pub fn course(&self) -> CourseView<'_> {
        let Self { name, seed, bodies_evolve, metrics, .. } = self;
        CourseView { name, seed: *seed, bodies_evolve: *bodies_evolve, passive: false, metrics }
    }
}

impl Progress {
    /// All of them.
    pub const ALL: [Self; 3] = [Progress::Evaluations, Progress::Steps, Progress::WallTime];

    /// How far a run is after a generation.
    pub fn of(self, row: &MetricsRow) -> f64 {
        match self {
            Progress::Evaluations => row.evaluations as f64,
            Progress::Steps => row.steps as f64,
            Progress::WallTime => row.wall_time,
        }
    }

    /// Name with unit.
    pub fn name(self) -> &'static str {
        match self {
            Progress::Evaluations => "evaluations",
            Progress::Steps => "simulated steps, forward and backward",
            Progress::WallTime => "wall time (s)",
        }
    }

    /// What files of a figure are called by.
    pub(super) fn stem(self, figure: &str) -> String {
        match self {
            Progress::Evaluations => figure.to_owned(),
            Progress::Steps => format!("{figure}-steps"),
            Progress::WallTime => format!("{figure}-wall-time"),
        }
    }
}

impl AxisView {
    /// Name with unit, as it stands along an axis.
    pub fn label(&self) -> String {
        if self.unit.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, self.unit) }
    }

    /// Where a value lies in the range: 0 at its lower end, 1 at its upper.
    pub(super) fn share(&self, value: f64) -> f64 {
        (value - self.range.0) / (self.range.1 - self.range.0)
    }
}

impl ArchiveView {
    /// Number of cells.
    pub fn cell_count(&self) -> usize {
        match &self.layout {
            LayoutView::Grid => self.axes.iter().map(|axis| axis.bins).product(),
            LayoutView::Cvt { centroids } => centroids.len(),
            LayoutView::Scattered { size } => *size,
        }
    }

    /// The bin along each dimension of a grid's cell.
    pub(super) fn bins_of(&self, cell: usize) -> Vec<usize> {
        let mut rest = cell;
        let mut bins: Vec<usize> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let bin = rest % axis.bins;
                rest /= axis.bins;
                bin
            })
            .collect();
        bins.reverse();
        bins
    }

    /// Elites with a finite reward, worst first, so that the best are drawn on top.
    pub(super) fn drawn(&self) -> Vec<&EliteView> {
        let mut elites: Vec<_> = self.elites.iter().filter(|e| e.reward.is_finite()).collect();
        elites.sort_by(|a, b| a.reward.total_cmp(&b.reward).then(a.cell.cmp(&b.cell)));
        elites
    }

    /// Whether an elite has taken gradient steps.
    pub(super) fn is_refined(&self) -> bool {
        self.elites.iter().any(|elite| elite.refinement.is_some())
    }

    /// # Errors
    /// When the parts don't fit together; the message says which.
    pub(super) fn check(&self) -> Result<()> {
        ensure!(!self.axes.is_empty(), "an archive needs at least one descriptor");
        for axis in &self.axes {
            let (low, high) = axis.range;
            ensure!(low.is_finite() && high.is_finite() && low < high, "{}: empty range {low} to {high}", axis.name);
            let grid = matches!(self.layout, LayoutView::Grid);
            ensure!(!grid || axis.bins > 0, "{}: a grid needs at least one bin", axis.name);
        }
        let dimensions = self.axes.len();
        if let LayoutView::Cvt { centroids } = &self.layout {
            for (cell, point) in centroids.iter().enumerate() {
                ensure!(point.len() == dimensions, "centroid {cell} has {} of {dimensions} values", point.len());
            }
        }
        for elite in &self.elites {
            let (cell, values) = (elite.cell, elite.descriptors.len());
            ensure!(cell < self.cell_count(), "cell {cell} of an elite is not below {}", self.cell_count());
            ensure!(values == dimensions, "the elite of cell {cell} has {values} of {dimensions} descriptors");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(bins: &[usize]) -> ArchiveView {
        let axis = |&bins| AxisView { name: "a".into(), unit: String::new(), range: (0.0, 1.0), bins, counts: false };
        ArchiveView { axes: bins.iter().map(axis).collect(), layout: LayoutView::Grid, elites: Vec::new() }
    }

    #[test]
    fn the_last_descriptor_varies_fastest() {
        let archive = archive(&[2, 3, 4]);
        assert_eq!(archive.cell_count(), 24);
        assert_eq!(archive.bins_of(1), [0, 0, 1]);
        assert_eq!(archive.bins_of(4), [0, 1, 0]);
        assert_eq!(archive.bins_of(23), [1, 2, 3]);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let mut view = archive(&[2, 2]);
        view.elites.push(EliteView { cell: 4, descriptors: vec![0.0, 0.0], reward: 1.0, refinement: None });
        assert!(view.check().unwrap_err().to_string().contains("cell 4"));
        view.elites[0] = EliteView { cell: 3, descriptors: vec![0.0], reward: 1.0, refinement: None };
        assert!(view.check().unwrap_err().to_string().contains("1 of 2 descriptors"));
        view.elites[0].descriptors.push(0.5);
        view.check().unwrap();
        view.axes[1].range = (1.0, 1.0);
        assert!(view.check().unwrap_err().to_string().contains("empty range"));
    }
}
