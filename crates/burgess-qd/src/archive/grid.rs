//! The grid archive of MAP-Elites (Mouret and Clune 2015): one cell for each combination of bins.

use super::cells::{CellArchive, Partition};
use super::spec::Axis;

/// An archive whose cells are boxes of equal size.
pub type Grid<S> = CellArchive<S, Bins>;

/// A box of descriptor space cut into equal bins along each dimension. The cells are numbered row by row: the last
/// descriptor runs fastest.
#[derive(Clone, Debug)]
pub struct Bins(Vec<Axis>);

impl Bins {
    /// The boxes of these axes.
    pub fn new(axes: &[Axis]) -> Self {
        Self(axes.to_vec())
    }
}

impl Partition for Bins {
    fn cell_count(&self) -> usize {
        self.0.iter().map(|axis| axis.bins).product()
    }

    fn dims(&self) -> usize {
        self.0.len()
    }

    fn parallel_from(&self) -> usize {
        // A cell is found in less time than it takes to wake a thread for a hundred of them.
        usize::MAX
    }

    fn cell_of(&self, descriptors: &[f32]) -> usize {
        self.0.iter().zip(descriptors).fold(0, |cell, (axis, &d)| cell * axis.bins + axis.bin(f64::from(d)))
    }
}

impl Axis {
    /// The bin of a finite value: a lower edge belongs to its bin, and what lies outside goes to the first or the last.
    fn bin(&self, value: f64) -> usize {
        let place = (value - self.range.0) / (self.range.1 - self.range.0) * self.bins as f64;
        // The cast rounds toward zero and saturates: whatever lies below the range gives 0.
        (place as usize).min(self.bins - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins() -> Bins {
        let spec = |range, bins| Axis { range, bins };
        Bins::new(&[spec((-1.0, 1.0), 4), spec((0.0, 10.0), 5)])
    }

    #[test]
    fn last_descriptor_runs_fastest() {
        assert_eq!(bins().cell_count(), 20);
        assert_eq!(bins().cell_of(&[-0.9, 0.5]), 0);
        assert_eq!(bins().cell_of(&[-0.9, 2.5]), 1);
        assert_eq!(bins().cell_of(&[-0.4, 0.5]), 5);
        assert_eq!(bins().cell_of(&[0.9, 9.9]), 19);
    }

    #[test]
    fn edges_belong_upwards_and_outside_is_clamped() {
        assert_eq!(bins().cell_of(&[0.0, 2.0]), 11);
        assert_eq!(bins().cell_of(&[1.0, 10.0]), 19);
        assert_eq!(bins().cell_of(&[-5.0, -1e30]), 0);
        assert_eq!(bins().cell_of(&[f32::MAX, f32::MAX]), 19);
        assert_eq!(bins().cell_of(&[-0.0, -0.0]), 10);
    }
}
