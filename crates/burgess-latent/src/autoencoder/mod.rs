//! A perceptron that learns to give back summaries through a bottleneck (Kramer 1991; as a descriptor in AURORA: Cully 2019, Grillotti and
//! Cully 2022). Its latent is the bottleneck.
//!
//! Layers x W + b with silu between them; none at the bottleneck and at the end. The loss is the mean square of what
//! the reconstruction misses.

#[cfg(feature = "learn")]
pub(super) mod learn;

use super::kernels::{Dense, silu};
use super::parameters::{Parameters, Slot, Start};

/// Sizes of the layers' ends: the summary, hidden layers, bottleneck, hidden layers, the summary.
pub(super) fn ends(size: usize, hidden: &[usize], latent: usize) -> Vec<usize> {
    let down = std::iter::once(size).chain(hidden.iter().copied());
    let up = hidden.iter().rev().copied().chain(std::iter::once(size));
    down.chain(std::iter::once(latent)).chain(up).collect()
}

/// The arrays of a model.
pub(super) fn slots(size: usize, hidden: &[usize], latent: usize) -> Vec<Slot> {
    let ends = ends(size, hidden, latent);
    let layer = |(i, ends): (usize, &[usize])| {
        let weight = Slot::new(format!("layer.{i}.weight"), ends, Start::Inputs);
        [weight, Slot::new(format!("layer.{i}.bias"), &ends[1..], Start::Constant(0.0))]
    };
    ends.windows(2).enumerate().flat_map(layer).collect()
}

/// Inference.
pub(super) struct Autoencoder {
    layers: Vec<Dense>,
}

impl Autoencoder {
    pub(crate) fn new(parameters: &Parameters) -> Self {
        let layers = parameters.arrays.chunks_exact(2).map(|pair| Dense::new(&pair[0].values, &pair[1].values));
        Self { layers: layers.collect() }
    }

    /// Latents of summaries, row after row.
    pub(crate) fn encode(&self, summaries: &[f32]) -> Vec<f32> {
        apply(&self.layers[..self.layers.len() / 2], summaries)
    }
    /// Summaries of latents, row after row.
    pub(crate) fn decode(&self, latents: &[f32]) -> Vec<f32> {
        apply(&self.layers[self.layers.len() / 2..], latents)
    }
}

/// Layers with silu between them.
fn apply(layers: &[Dense], x: &[f32]) -> Vec<f32> {
    let mut x = x.to_vec();
    for (i, layer) in layers.iter().enumerate() {
        if i > 0 {
            x.iter_mut().for_each(|x| *x = silu(*x));
        }
        x = layer.apply(&x);
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decoder_mirrors_the_encoder() {
        assert_eq!(ends(30, &[16, 8], 2), [30, 16, 8, 2, 8, 16, 30]);
        assert_eq!(ends(30, &[], 2), [30, 2, 30]);
        let parameters = Parameters::start(&slots(30, &[16, 8], 2), 1);
        let model = Autoencoder::new(&parameters);
        let latents = model.encode(&[0.5; 60]);
        assert_eq!((latents.len(), model.decode(&latents).len()), (4, 60));
    }
}
