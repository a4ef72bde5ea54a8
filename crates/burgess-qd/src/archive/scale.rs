//! Descriptors in units of their ranges, for archives that measure distances.

use super::spec::Axis;

/// Largest magnitude of a scaled descriptor: squares of differences, and sums of a hundred of them, stay finite in f32.
const FARTHEST: f64 = 1e17;

/// The ranges of all descriptors.
#[derive(Clone, Debug)]
pub(crate) struct Scale(Vec<(f64, f64)>);

impl Scale {
    /// Lower end and width of each range.
    pub(crate) fn new(axes: &[Axis]) -> Self {
        Self(axes.iter().map(|d| (d.range.0, d.range.1 - d.range.0)).collect())
    }

    /// Number of descriptors.
    pub(crate) fn dims(&self) -> usize {
        self.0.len()
    }

    /// Finite descriptors as a point: 0 at the lower end of each range, 1 at its upper end, and beyond them what lies outside.
    pub(crate) fn point(&self, descriptors: &[f32]) -> Vec<f32> {
        let scale =
            |(&d, &(low, width)): (&f32, &(f64, f64))| ((f64::from(d) - low) / width).clamp(-FARTHEST, FARTHEST) as f32;
        descriptors.iter().zip(&self.0).map(scale).collect()
    }
}
