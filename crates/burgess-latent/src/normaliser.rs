//! Mean and variance of each feature, gathered as experiences come, and what normalising by them gives.
//!
//! Each experience's own sums are merged into the running ones (Chan, Golub and LeVeque 1983, "Algorithms for Computing the Sample
//! Variance"), in double precision and in the order in which they are given, so that the bits are the same each time.

use burgess_physics::observer::CLIP;
use serde::{Deserialize, Serialize};

/// Variances below this count as it: what has never moved isn't blown up when it first does.
const LEAST_VARIANCE: f64 = 1e-8;

/// Running mean and variance of some columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normaliser {
    /// Rows seen.
    count: u64,
    mean: Vec<f64>,
    /// Sums of squared distances from the mean.
    squares: Vec<f64>,
}

impl Normaliser {
    /// Before the first row of so many columns.
    pub fn new(columns: usize) -> Self {
        Self { count: 0, mean: vec![0.0; columns], squares: vec![0.0; columns] }
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.mean.len()
    }
    /// Rows seen.
    pub fn count(&self) -> u64 {
        self.count
    }
    /// Whether its parts fit each other and are numbers: not so in a file that somebody has changed.
    pub(super) fn is_sound(&self, columns: usize) -> bool {
        let finite = |list: &[f64]| list.len() == columns && list.iter().all(|x| x.is_finite());
        finite(&self.mean) && finite(&self.squares) && self.squares.iter().all(|square| *square >= 0.0)
    }
    /// Mean of a column.
    pub fn mean(&self, column: usize) -> f64 {
        self.mean[column]
    }
    /// Standard deviation of a column, never below the smallest that counts; one before the first row.
    pub fn deviation(&self, column: usize) -> f64 {
        if self.count == 0 {
            return 1.0;
        }
        (self.squares[column] / self.count as f64).max(LEAST_VARIANCE).sqrt()
    }

    /// Takes in a block of `rows` rows; `at` gives the element in a row and column.
    pub fn observe(&mut self, rows: usize, at: impl Fn(usize, usize) -> f32) {
        if rows == 0 {
            return;
        }
        let (before, block) = (self.count as f64, rows as f64);
        let total = before + block;
        for (column, (mean, squares)) in self.mean.iter_mut().zip(&mut self.squares).enumerate() {
            let value = |row| f64::from(at(row, column));
            let middle = (0..rows).map(value).sum::<f64>() / block;
            let around = (0..rows).map(|row| (value(row) - middle) * (value(row) - middle)).sum::<f64>();
            let apart = middle - *mean;
            *mean += apart * (block / total);
            *squares += around + apart * apart * (before * block / total);
        }
        self.count += rows as u64;
    }

    /// A value in units of its column's deviation from its mean, at most ten of them away.
    pub fn normalise(&self, column: usize, value: f32) -> f32 {
        let units = (f64::from(value) - self.mean[column]) / self.deviation(column);
        units.clamp(-CLIP, CLIP) as f32
    }
    /// The value that normalises to `units`, if it was not clipped.
    pub fn restore(&self, column: usize, units: f32) -> f32 {
        (self.mean[column] + f64::from(units) * self.deviation(column)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::rng::{Purpose, Stream};

    #[test]
    fn blocks_of_any_size_give_the_mean_and_variance_of_all_rows() {
        let mut stream = Stream::new(1, 0, 0, Purpose::Test);
        let rows: Vec<[f32; 2]> =
            (0..1000).map(|_| [stream.normal() as f32, (1e3 + 5.0 * stream.normal()) as f32]).collect();
        let mut normaliser = Normaliser::new(2);
        let mut rest = rows.as_slice();
        for size in [0, 1, 7, 500, 492] {
            let (block, after) = rest.split_at(size);
            normaliser.observe(block.len(), |row, column| block[row][column]);
            rest = after;
        }
        assert_eq!((rest.len(), normaliser.count()), (0, 1000));
        for column in 0..2 {
            let mean = rows.iter().map(|row| f64::from(row[column])).sum::<f64>() / 1000.0;
            let variance = rows.iter().map(|row| (f64::from(row[column]) - mean).powi(2)).sum::<f64>() / 1000.0;
            assert!((normaliser.mean(column) - mean).abs() < 1e-10 * (1.0 + mean.abs()));
            assert!((normaliser.deviation(column) / variance.sqrt() - 1.0).abs() < 1e-12);
            let x = rows[3][column];
            let back = normaliser.restore(column, normaliser.normalise(column, x));
            assert!((back - x).abs() < 1e-4, "{back} {x}");
        }
    }

    #[test]
    fn what_never_moved_is_zero_and_what_is_far_is_clipped() {
        let mut normaliser = Normaliser::new(1);
        normaliser.observe(3, |_, _| 0.1);
        assert_eq!(normaliser.normalise(0, 0.1), 0.0);
        assert_eq!(normaliser.normalise(0, 1e6), 10.0);
        assert_eq!(normaliser.normalise(0, -1e6), -10.0);
    }

    #[test]
    fn files_that_were_changed_are_not_sound() {
        let mut normaliser = Normaliser::new(2);
        assert!(normaliser.is_sound(2) && !normaliser.is_sound(3));
        normaliser.squares[1] = -1.0;
        assert!(!normaliser.is_sound(2));
    }
}
