//! The loss of a world model, as in DreamerV3: what the decoder misses, and the divergence between posterior and prior, balanced.
//!
//! ```text
//! reconstruction = |o - o^|^2 + (r - r^)^2
//! dynamics       = max(free, KL(stop(posterior) || prior))
//! representation = max(free, KL(posterior || stop(prior)))
//! ```
//!
//! each a mean over the frames that count, on normalised features. The reward is a feature among others here: DreamerV3 squeezes it
//! by symlog into bins, since its scale is unknown; ours is normalised.

use super::Shape;
use super::learn::{Batch, Unrolled, decode, prior, sample, unroll};
use crate::learn::{Leaves, Parts, number};
use crate::parameters::Parameters;
use burn_tensor::Tensor;

/// Weights of the loss.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weights {
    pub dynamics: f64,
    pub representation: f64,
    pub free_nats: f64,
}

/// A batch's part of a loss that is a mean over `counted` frames, and its gradient by all weights.
pub(crate) fn gradient(
    parameters: &Parameters,
    shape: &Shape,
    weights: Weights,
    batch: &Batch,
    counted: f32,
) -> (Parts, Vec<f32>) {
    let leaves = Leaves::new(parameters);
    let mut noise = batch.noise.chunks_exact(batch.rows * shape.sizes.categoricals);
    let draw = |leaves: &Leaves, p| sample(leaves, p, shape.sizes.classes, noise.next().unwrap_or(&[]));
    let unrolled = unroll(&leaves, shape, batch, draw);
    let (parts, loss) = loss(&leaves, shape, weights, batch, counted, unrolled);
    (parts, leaves.gradient(&loss))
}

fn loss(
    leaves: &Leaves,
    shape: &Shape,
    weights: Weights,
    batch: &Batch,
    counted: f32,
    Unrolled { h, posterior, z }: Unrolled,
) -> (Parts, Tensor<1>) {
    let count = batch.frames * batch.rows;
    let mask: Tensor<2> = leaves.constant(batch.mask.iter().map(|mask| mask / counted).collect(), [count, 1]);
    let mean = |each: Tensor<2>| (each * mask.clone()).sum();

    let width = batch.observed.len() / count;
    let target: Vec<f32> = batch.observed.chunks_exact(width).zip(&batch.rewards).flat_map(with_reward).collect();
    let prior = prior(leaves, shape, h.clone());
    let miss = decode(leaves, h, z) - leaves.constant(target, [count, width + 1]);
    let reconstruction = mean((miss.clone() * miss).sum_dim(1));

    let free = |divergence: Tensor<2>| divergence.clamp_min(weights.free_nats);
    let dynamics = mean(free(divergence(posterior.clone().detach(), prior.clone())));
    let representation = mean(free(divergence(posterior, prior.detach())));

    let total =
        reconstruction.clone() + dynamics.clone() * weights.dynamics + representation.clone() * weights.representation;
    let parts = Parts {
        total: number(&total),
        reconstruction: number(&reconstruction),
        dynamics: number(&dynamics),
        representation: number(&representation),
    };
    (parts, total)
}

fn with_reward<'a>((observed, reward): (&'a [f32], &'a f32)) -> impl Iterator<Item = f32> + 'a {
    observed.iter().chain(std::iter::once(reward)).copied()
}

/// KL(p || q) in nats, row by row, summed over all categoricals.
fn divergence(p: Tensor<2>, q: Tensor<2>) -> Tensor<2> {
    (p.clone() * (p.log() - q.log())).sum_dim(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::numbers;
    use burgess_core::rng::{Purpose, Stream};
    use burgess_physics::observer::Sizes;

    const NO_DIVERGENCE: Weights = Weights { dynamics: 0.0, representation: 0.0, free_nats: 0.0 };

    fn shape() -> Shape {
        let sizes = Sizes { deterministic: 6, hidden: 5, categoricals: 2, classes: 3, blocks: 2 };
        Shape { sizes, observed: 2, commanded: 1 }
    }

    fn batch() -> Batch {
        let mut stream = Stream::new(3, 0, 0, Purpose::Test);
        let mut numbers = |n| (0..n).map(|_| stream.normal() as f32).collect::<Vec<f32>>();
        let (observed, commanded, rewards) = (numbers(24), numbers(12), numbers(12));
        let mask = (0..12).map(|i| if i % 5 == 0 { 0.0 } else { 1.0 }).collect();
        let noise = (0..24).map(|_| stream.uniform() as f32).collect();
        Batch { frames: 4, rows: 3, observed, commanded, rewards, mask, noise }
    }

    /// Central differences in single precision leave some 1e-3 of a gradient of size one. Without samples and stopped
    /// gradients the loss is smooth, so that they apply.
    #[test]
    fn gradients_are_those_of_finite_differences() {
        let (shape, batch) = (shape(), batch());
        let parameters = Parameters::start(&shape.slots(), 4);
        let of = |parameters: &Parameters| {
            let leaves = Leaves::new(parameters);
            let unrolled = unroll(&leaves, &shape, &batch, |_, p| p);
            let (parts, loss) = loss(&leaves, &shape, NO_DIVERGENCE, &batch, 9.0, unrolled);
            (parts.total, leaves.gradient(&loss))
        };
        let gradient = of(&parameters).1;
        let mut first = 0;
        for (array, values) in parameters.arrays.iter().map(|array| array.values.len()).enumerate() {
            for at in (0..values).step_by(7) {
                let moved = |by: f32| {
                    let mut moved = parameters.clone();
                    moved.arrays[array].values[at] += by;
                    of(&moved).0
                };
                let difference = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                let miss = (f64::from(gradient[first + at]) - difference).abs();
                assert!(miss < 2e-3 * (1.0 + difference.abs()), "{array} {at}: {} {difference}", gradient[first + at]);
            }
            first += values;
        }
    }

    #[test]
    fn divergences_are_those_of_the_definition() {
        let parameters = Parameters { arrays: Vec::new() };
        let leaves = Leaves::new(&parameters);
        let tensor = |values: [f32; 4]| leaves.constant::<2>(values.to_vec(), [1, 4]);
        let (p, q) = ([0.5, 0.5, 0.9, 0.1], [0.25, 0.75, 0.9, 0.1]);
        let expected = 0.5 * (2.0_f32.ln()) + 0.5 * (2.0_f32 / 3.0).ln();
        assert!((numbers(divergence(tensor(p), tensor(q)))[0] - expected).abs() < 1e-6);
        assert_eq!(numbers(divergence(tensor(p), tensor(p)))[0], 0.0);
    }

    #[test]
    fn below_the_free_nats_divergences_cost_nothing_more_and_teach_nothing() {
        let (shape, batch) = (shape(), batch());
        let parameters = Parameters::start(&shape.slots(), 4);
        let at = |weights| gradient(&parameters, &shape, weights, &batch, 9.0);
        let (without, free) = (at(NO_DIVERGENCE), at(Weights { dynamics: 1.0, representation: 0.1, free_nats: 50.0 }));
        assert!((free.0.dynamics - 50.0).abs() < 1e-3 && (free.0.representation - 50.0).abs() < 1e-3);
        assert!(without.1.iter().zip(&free.1).all(|(a, b)| (a - b).abs() < 1e-6));
        let (parts, gradient) = at(Weights { dynamics: 1.0, representation: 0.1, free_nats: 0.0 });
        assert!(parts.dynamics > 0.0 && (parts.dynamics - parts.representation).abs() < 1e-6);
        assert!((parts.total - parts.reconstruction - 1.1 * parts.dynamics).abs() < 1e-4);
        assert!(gradient.iter().zip(&without.1).any(|(a, b)| (a - b).abs() > 1e-4));
    }

    #[test]
    fn frames_that_do_not_count_do_not_matter_to_the_decoder() {
        let (shape, batch) = (shape(), batch());
        let parameters = Parameters::start(&shape.slots(), 4);
        let mut other = batch.clone();
        other.rewards[0] = 100.0;
        other.rewards[5] = -100.0;
        let at = |batch: &Batch| gradient(&parameters, &shape, NO_DIVERGENCE, batch, 9.0);
        assert_eq!(at(&batch), at(&other));
    }
}
