//! Principal components of summaries: the encoder that needs no training, and the yardstick for those that do.
//!
//! y = V' (x - mean), x^ = mean + V y, with V the first principal axes ([`super::whitening`]).

use super::error::{LatentError, Result};
use super::kernels::Dense;
use super::parameters::{Array, Parameters, Slot, Start};
use super::whitening::Axes;

/// The arrays of a model of summaries of a size.
pub(super) fn slots(size: usize, latent: usize) -> Vec<Slot> {
    vec![Slot::new("mean", &[size], Start::Constant(0.0)), Slot::new("axes", &[latent, size], Start::Constant(0.0))]
}

/// The mean and the first `latent` axes of summaries of a size.
pub(super) fn fit(summaries: &[Vec<f32>], size: usize, latent: usize) -> Result<Parameters> {
    let points: Vec<Vec<f64>> = summaries.iter().map(|row| row.iter().copied().map(f64::from).collect()).collect();
    let not_finite = || LatentError::Damaged("a summary is not finite".to_owned());
    let axes = Axes::of(&points, size, latent).ok_or_else(not_finite)?;
    let single = |list: &[f64]| list.iter().map(|x| *x as f32).collect::<Vec<f32>>();
    let array = |name: &str, shape: &[usize], values| Array { name: name.to_owned(), shape: shape.to_vec(), values };
    let vectors = axes.vectors.iter().flat_map(|vector| single(vector)).collect();
    Ok(Parameters { arrays: vec![array("mean", &[size], single(&axes.mean)), array("axes", &[latent, size], vectors)] })
}

/// Inference.
pub(super) struct Pca {
    encoder: Dense,
    decoder: Dense,
}

impl Pca {
    pub(crate) fn new(parameters: &Parameters) -> Self {
        let (mean, axes) = (parameters.get("mean"), parameters.get("axes"));
        let latent = axes.len() / mean.len();
        let axis = |i: usize| &axes[i * mean.len()..(i + 1) * mean.len()];
        let transposed: Vec<f32> =
            (0..mean.len()).flat_map(|k| (0..latent).map(move |i| (i, k))).map(|(i, k)| axis(i)[k]).collect();
        let along = |i| axis(i).iter().zip(mean).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        let bias: Vec<f32> = (0..latent).map(|i| -along(i) as f32).collect();
        Self { encoder: Dense::new(&transposed, &bias), decoder: Dense::new(axes, mean) }
    }

    /// Latents of summaries, row after row.
    pub(crate) fn encode(&self, summaries: &[f32]) -> Vec<f32> {
        self.encoder.apply(summaries)
    }
    /// Summaries of latents, row after row.
    pub(crate) fn decode(&self, latents: &[f32]) -> Vec<f32> {
        self.decoder.apply(latents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::rng::{Purpose, Stream};

    #[test]
    fn points_of_a_plane_come_back_from_two_components() {
        let mut stream = Stream::new(6, 0, 0, Purpose::Test);
        let mut point = || {
            let (a, b) = (stream.normal() as f32, stream.normal() as f32);
            vec![1.0 + a, b - a, 2.0 * b, 3.0 + a + b, 4.0]
        };
        let points: Vec<Vec<f32>> = (0..50).map(|_| point()).collect();
        let parameters = fit(&points, 5, 2).unwrap();
        assert!(parameters.check(&slots(5, 2)).is_ok());
        let pca = Pca::new(&parameters);
        for point in &points {
            let back = pca.decode(&pca.encode(point));
            assert!(point.iter().zip(&back).all(|(x, y)| (x - y).abs() < 1e-5), "{point:?} {back:?}");
        }
    }
}
