//! A grid that is only looked at: it keeps the best reward ever seen in each of its cells and takes no part in the search, so that runs
//! whose archives have other dimensions compare.

use super::cells::Partition;
use super::grid::Bins;
use super::spec::{Axis, OutOfRange};
use crate::bytes::{f32_bytes, f32s};
use anyhow::{Context, Result, ensure};

/// Best rewards over fixed descriptors.
#[derive(Clone, Debug)]
pub struct PassiveGrid {
    axes: Vec<Axis>,
    bins: Bins,
    rule: OutOfRange,
    /// One a cell; NaN where nothing came.
    best: Vec<f32>,
}

/// How good and how full a passive grid is; NaN where there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PassiveScores {
    /// Sum over its filled cells of reward minus offset.
    pub qd_score: f64,
    /// Share of its cells that are filled, 0 to 1.
    pub coverage: f64,
}

impl PassiveScores {
    /// Of no grid.
    pub const NONE: Self = Self { qd_score: f64::NAN, coverage: f64::NAN };
}

impl PassiveGrid {
    /// An empty grid; none over no axes.
    pub fn new(axes: &[Axis], rule: OutOfRange) -> Option<Self> {
        let bins = Bins::new(axes);
        let best = vec![f32::NAN; bins.cell_count()];
        (!axes.is_empty()).then_some(Self { axes: axes.to_vec(), bins, rule, best })
    }

    /// Looks at a candidate. What is not finite leaves no trace, nor does what is to be left out.
    pub fn see(&mut self, descriptors: &[f32], reward: f32) {
        let admitted = self.rule == OutOfRange::Clip || Axis::all_hold(&self.axes, descriptors);
        if admitted && reward.is_finite() && descriptors.iter().all(|d| d.is_finite()) {
            let best = &mut self.best[self.bins.cell_of(descriptors)];
            *best = best.max(reward);
        }
    }

    /// The best reward of each cell, NaN where nothing came. Cells are numbered row by row: the last descriptor runs fastest.
    pub fn best(&self) -> &[f32] {
        &self.best
    }

    /// Number of descriptors.
    pub fn dims(&self) -> usize {
        self.axes.len()
    }

    /// Its scores; sums run in the order of the cells.
    pub fn scores(&self, qd_offset: f64) -> PassiveScores {
        let filled = || self.best.iter().filter(|reward| !reward.is_nan());
        PassiveScores {
            qd_score: filled().map(|&reward| f64::from(reward) - qd_offset).sum(),
            coverage: filled().count() as f64 / self.best.len() as f64,
        }
    }

    /// All that it knows, exactly.
    pub fn save(&self) -> Vec<u8> {
        f32_bytes(&self.best)
    }

    /// Takes back what was saved; nothing was where nothing had been seen.
    ///
    /// # Errors
    ///
    /// When it is not of this grid.
    pub fn restore(&mut self, state: &[u8]) -> Result<()> {
        let best = f32s(state).context("the passive grid's state is damaged")?;
        let (found, cells) = (best.len(), self.best.len());
        ensure!(found == cells || best.is_empty(), "the passive grid has {found} cells where there should be {cells}");
        if !best.is_empty() {
            self.best = best;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_of_each_cell_is_kept_and_comes_back() {
        let axes = [Axis { range: (0.0, 1.0), bins: 2 }; 2];
        let mut grid = PassiveGrid::new(&axes, OutOfRange::Clip).unwrap();
        for (x, y, reward) in [(0.1, 0.9, 2.0), (0.2, 0.8, 1.0), (9.0, 9.0, -1.0), (0.1, f32::NAN, 9.0)] {
            grid.see(&[x, y], reward);
        }
        assert_eq!(grid.scores(-2.0), PassiveScores { qd_score: 5.0, coverage: 0.5 });
        let mut other = PassiveGrid::new(&axes, OutOfRange::Clip).unwrap();
        other.restore(&[]).unwrap();
        assert_eq!(other.scores(0.0).coverage, 0.0);
        other.restore(&grid.save()).unwrap();
        assert_eq!(other.save(), grid.save());
        assert!(other.restore(&[0; 4]).is_err());
        assert!(PassiveGrid::new(&[], OutOfRange::Clip).is_none());
    }

    #[test]
    fn what_lies_outside_is_clipped_or_left_out() {
        let axes = [Axis { range: (0.0, 1.0), bins: 2 }; 2];
        for (rule, cells) in [(OutOfRange::Clip, 0.25), (OutOfRange::LeaveOut, 0.0)] {
            let mut grid = PassiveGrid::new(&axes, rule).unwrap();
            grid.see(&[0.5, 1.5], 1.0);
            assert_eq!(grid.scores(0.0).coverage, cells);
            grid.see(&[0.0, 1.0], 1.0);
            assert_eq!(grid.scores(0.0).coverage, cells + 0.25, "the ends of a range belong to it");
        }
    }
}
