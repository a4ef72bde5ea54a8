//! Archives: their axes, cells and elites.

use anyhow::{Result, ensure};

/// One dimension of an archive.
#[derive(Clone, Debug)]
pub struct AxisView {
    /// Name of the descriptor.
    pub name: String,
    /// Unit; empty for a number without one.
    pub unit: String,
    /// Lowest and highest value that the archive covers.
    pub range: (f64, f64),
    /// Number of cells along this dimension of a grid archive; other archives do not use it.
    pub bins: usize,
    /// Whether values are whole numbers, so that ticks must be whole numbers too.
    pub counts: bool,
}

/// How an archive is divided into cells.
#[derive(Clone, Debug)]
pub enum LayoutView {
    /// One cell for each combination of bins. Cells are numbered row-major: the last descriptor varies fastest.
    Grid,
    /// One cell for each of these points: the region that is nearer to this point than to all others, in units of the ranges.
    Cvt {
        /// One point per cell, with one value per descriptor in the descriptor's unit.
        centroids: Vec<Vec<f64>>,
    },
    /// Cells are numbered slots without a region; their elites may lie anywhere.
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
    /// One value per descriptor.
    pub descriptors: Vec<f64>,
    /// Reward. Elites whose reward is not finite are not drawn.
    pub reward: f64,
    /// What gradient steps did for it; `None` for an elite that took none.
    pub refinement: Option<RefinementView>,
}

/// What gradient steps did for an elite.
#[derive(Clone, Copy, Debug)]
pub struct RefinementView {
    /// Reward after the steps minus the reward before them.
    pub gain: f64,
    /// How well the improvement that the gradients predicted agrees with the actual one, -1 to 1.
    pub trust: f64,
}

/// A number of each elite that figures show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Reward,
    Gain,
    Trust,
}

/// An archive.
#[derive(Clone, Debug)]
pub struct ArchiveView {
    /// At least one axis.
    pub axes: Vec<AxisView>,
    /// The cells.
    pub layout: LayoutView,
    /// At most one elite per cell, in any order.
    pub elites: Vec<EliteView>,
}

impl Shown {
    /// Name, as it is written along an axis.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Shown::Reward => "reward",
            Shown::Gain => "refinement gain",
            Shown::Trust => "gradient trust",
        }
    }

    /// The number; `None` if it describes gradient steps and the elite took none.
    pub(crate) fn of(self, elite: &EliteView) -> Option<f64> {
        match self {
            Shown::Reward => Some(elite.reward),
            Shown::Gain => elite.refinement.map(|refinement| refinement.gain),
            Shown::Trust => elite.refinement.map(|refinement| refinement.trust),
        }
    }
}

impl AxisView {
    /// Name with unit, as it is written along an axis.
    pub fn label(&self) -> String {
        if self.unit.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, self.unit) }
    }

    /// Where a value lies in the range: 0 at the lower end, 1 at the upper end.
    pub(crate) fn share(&self, value: f64) -> f64 {
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

    /// The bins of a grid's cell, one per dimension.
    pub(crate) fn bins_of(&self, cell: usize) -> Vec<usize> {
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

    /// Elites with a finite reward, sorted from worst to best, so that the best are drawn on top.
    pub(crate) fn drawn(&self) -> Vec<&EliteView> {
        let mut elites: Vec<_> = self.elites.iter().filter(|e| e.reward.is_finite()).collect();
        elites.sort_by(|a, b| a.reward.total_cmp(&b.reward).then(a.cell.cmp(&b.cell)));
        elites
    }

    /// Whether any elite has taken gradient steps.
    pub(crate) fn is_refined(&self) -> bool {
        self.elites.iter().any(|elite| elite.refinement.is_some())
    }

    /// Checks that the parts fit together.
    ///
    /// # Errors
    /// If the parts do not fit together; the message says which.
    pub(crate) fn check(&self) -> Result<()> {
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
