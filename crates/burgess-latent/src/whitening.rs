//! Principal axes of a set of points, and descriptors that have mean zero and variance one along them.
//!
//! With X the centred points, X'X / n = V diag(variances) V' (Pearson 1901; Hotelling 1933). The whitened descriptor of a latent y
//! is its components along the first k axes, each divided by its deviation: diag(variances)^(-1/2) V_k' (y - mean). An
//! axis points to where its largest component is positive, so that its sign isn't up to the eigensolver.

use super::error::{LatentError, Result};
use burgess_core::math::eigen::{Eigen, dot};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// An axis with a smaller share of the first axis' variance than this is rounding, and gives zero.
const LEAST_SHARE: f64 = 1e-12;

/// The first principal axes of a set of points.
pub(super) struct Axes {
    /// The points' mean.
    pub mean: Vec<f64>,
    /// Unit vectors, those of the largest variance first.
    pub vectors: Vec<Vec<f64>>,
    /// The variance along each.
    pub variances: Vec<f64>,
    /// The variance along all axes there are.
    pub total: f64,
}

impl Axes {
    /// The `k` axes of largest variance of points of `n` coordinates. None if one isn't finite.
    pub(crate) fn of(points: &[Vec<f64>], n: usize, k: usize) -> Option<Self> {
        let count = points.len() as f64;
        let columns: Vec<Vec<f64>> = (0..n)
            .into_par_iter()
            .map(|column| {
                let mut values: Vec<f64> = points.iter().map(|point| point[column]).collect();
                // Two passes, so that a constant column becomes zeros and not rounding.
                let mean = values
                    .first()
                    .map_or(0.0, |first| first + values.iter().map(|value| value - first).sum::<f64>() / count);
                values.iter_mut().for_each(|value| *value -= mean);
                values.push(mean);
                values
            })
            .collect();
        let mean = columns.iter().map(|column| column[points.len()]).collect();
        let mut covariance = vec![0.0; n * n];
        covariance.par_chunks_exact_mut(n).enumerate().for_each(|(i, row)| {
            for (j, element) in row.iter_mut().enumerate().skip(i) {
                *element = dot(&columns[i][..points.len()], &columns[j][..points.len()]) / count;
            }
        });
        let total = (0..n).map(|i| covariance[i * n + i]).sum();
        let eigen = Eigen::new(covariance, n)?;
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| eigen.values[b].total_cmp(&eigen.values[a]).then(a.cmp(&b)));
        order.truncate(k);
        let vectors = order.iter().map(|&axis| pointed(eigen.compose(&unit(n, axis)))).collect();
        let variances = order.iter().map(|&axis| eigen.values[axis].max(0.0)).collect();
        Some(Self { mean, vectors, variances, total })
    }
}

fn unit(n: usize, axis: usize) -> Vec<f64> {
    let mut unit = vec![0.0; n];
    unit[axis] = 1.0;
    unit
}

/// The vector or its opposite, whichever has a positive largest component.
fn pointed(mut vector: Vec<f64>) -> Vec<f64> {
    let largest = vector.iter().fold(0.0, |most: f64, x| if x.abs() > most.abs() { *x } else { most });
    if largest < 0.0 {
        vector.iter_mut().for_each(|x| *x = -*x);
    }
    vector
}

/// From latents to descriptors of unit variance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whitening {
    mean: Vec<f64>,
    /// One a descriptor, divided by the deviation along it; zeros where nothing varies.
    axes: Vec<Vec<f64>>,
    /// The part of all variance that lies along each axis.
    shares: Vec<f64>,
}

impl Whitening {
    /// From latents of equal length to `k` descriptors.
    ///
    /// # Errors
    ///
    /// No latents, fewer coordinates than `k`, or one that isn't finite.
    pub fn fit(latents: &[Vec<f64>], k: usize) -> Result<Self> {
        let n = latents.first().ok_or(LatentError::EmptyReplay)?.len();
        if k > n {
            let problem = format!("dimensions: at most {n}, the size of the latent, not {k}");
            return Err(LatentError::Spec(vec![problem]));
        }
        let not_finite = || LatentError::Damaged("a latent is not finite".to_owned());
        let Axes { mean, mut vectors, variances, total } = Axes::of(latents, n, k).ok_or_else(not_finite)?;
        let least = LEAST_SHARE * variances.first().copied().unwrap_or(0.0);
        for (vector, variance) in vectors.iter_mut().zip(&variances) {
            let scale = if *variance > least { 1.0 / variance.sqrt() } else { 0.0 };
            vector.iter_mut().for_each(|x| *x *= scale);
        }
        let share = |variance: &f64| if total > 0.0 { variance / total } else { 0.0 };
        Ok(Self { mean, axes: vectors, shares: variances.iter().map(share).collect() })
    }

    /// The descriptor of a latent.
    pub fn apply(&self, latent: &[f64]) -> Vec<f64> {
        let centred: Vec<f64> = latent.iter().zip(&self.mean).map(|(x, mean)| x - mean).collect();
        self.axes.iter().map(|axis| dot(axis, &centred)).collect()
    }
    /// The part of the latents' variance that lies along each axis, largest first.
    pub fn shares(&self) -> &[f64] {
        &self.shares
    }
    /// Whether it takes latents of `n` coordinates to `k` descriptors and all its parts are numbers.
    pub(super) fn is_sound(&self, n: usize, k: usize) -> bool {
        let finite = |list: &[f64], length| list.len() == length && list.iter().all(|x| x.is_finite());
        finite(&self.mean, n)
            && finite(&self.shares, k)
            && self.axes.len() == k
            && self.axes.iter().all(|axis| finite(axis, n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::rng::{Purpose, Stream};

    /// Points in three coordinates that lie in a plane, stretched along one direction of it.
    fn points() -> Vec<Vec<f64>> {
        let mut stream = Stream::new(2, 0, 0, Purpose::Test);
        let point = |_| {
            let (a, b) = (3.0 * stream.normal(), stream.normal());
            vec![5.0 - 0.8 * a + 0.6 * b, 0.6 * a + 0.8 * b, 7.0]
        };
        (0..2000).map(point).collect()
    }

    #[test]
    fn descriptors_have_mean_zero_and_unit_covariance() {
        let whitening = Whitening::fit(&points(), 2).unwrap();
        let white: Vec<Vec<f64>> = points().iter().map(|point| whitening.apply(point)).collect();
        let mean = |f: &dyn Fn(&[f64]) -> f64| white.iter().map(|x| f(x)).sum::<f64>() / 2000.0;
        assert!(mean(&|x| x[0]).abs() < 1e-12 && mean(&|x| x[1]).abs() < 1e-12);
        assert!((mean(&|x| x[0] * x[0]) - 1.0).abs() < 1e-9 && (mean(&|x| x[1] * x[1]) - 1.0).abs() < 1e-9);
        assert!(mean(&|x| x[0] * x[1]).abs() < 1e-9);
        assert!((whitening.shares()[0] - 0.9).abs() < 0.01, "{:?}", whitening.shares());
    }

    #[test]
    fn axes_come_by_variance_and_point_to_their_largest_component() {
        let axes = Axes::of(&points(), 3, 3).unwrap();
        assert!((axes.vectors[0][0] - 0.8).abs() < 0.02 && (axes.vectors[0][1] + 0.6).abs() < 0.02);
        assert!((axes.vectors[1][1] - 0.8).abs() < 0.02 && (axes.vectors[1][0] - 0.6).abs() < 0.02);
        assert!((axes.variances[0] - 9.0).abs() < 0.6 && axes.variances[2].abs() < 1e-12);
    }

    #[test]
    fn where_nothing_varies_descriptors_are_zero() {
        let whitening = Whitening::fit(&points(), 3).unwrap();
        assert_eq!(whitening.apply(&[1.0, 2.0, 9.0])[2], 0.0);
        let same = vec![vec![0.1, 0.3]; 5];
        assert_eq!(Whitening::fit(&same, 2).unwrap().apply(&[4.0, 4.0]), [0.0, 0.0]);
    }

    #[test]
    fn faults_are_named() {
        assert!(matches!(Whitening::fit(&[], 1), Err(LatentError::EmptyReplay)));
        assert!(Whitening::fit(&[vec![1.0]], 2).unwrap_err().to_string().contains("at most 1"));
        assert!(Whitening::fit(&[vec![f64::NAN], vec![1.0]], 1).is_err());
    }
}
