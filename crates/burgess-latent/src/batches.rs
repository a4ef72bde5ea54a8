//! What a gradient step sees: rows of summaries, or windows cut from sequences; drawn with replacement from a stream of the step's own.
//!
//! A batch of windows is cut into shards of fixed size. Each shard's gradient is made by one thread, and they are added in
//! their order, so that the number of threads makes no difference.

use super::autoencoder;
use super::encoder::shape;
use super::learn::Parts;
use super::parameters::Parameters;
use super::sequence::{Columns, Sequence, Summary};
use super::spec::{EncoderKind, EncoderSpec};
use super::world_model::Shape;
use super::world_model::learn::Batch;
use super::world_model::loss::{self, Weights};
use burgess_core::rng::{Purpose, Stream};
use rayon::prelude::*;

/// Windows in a shard: fewer leave the time to the graph's bookkeeping, more leave threads idle.
const SHARD: usize = 16;

/// A replay in the form of a kind of model.
pub(super) struct Batches<'a> {
    source: Source<'a>,
    size: usize,
    seed: u64,
    round: u64,
}

enum Source<'a> {
    Summaries { rows: Vec<Vec<f32>>, size: usize },
    Windows { sequences: &'a [Sequence], shape: Shape, weights: Weights, window: usize, warm_up: usize },
}

impl<'a> Batches<'a> {
    /// Of a replay that isn't empty, for a seed and a round.
    pub(crate) fn new(
        spec: &EncoderSpec,
        sequences: &'a [Sequence],
        columns: &Columns,
        (seed, round): (u64, u64),
    ) -> Self {
        let source = match spec.kind {
            EncoderKind::Pca { frames, commanded, .. } | EncoderKind::Autoencoder { frames, commanded, .. } => {
                let summary = Summary { frames, commanded };
                let rows = sequences.iter().map(|sequence| summary.of(sequence)).collect();
                Source::Summaries { rows, size: summary.size(columns) }
            }
            EncoderKind::WorldModel { ref size, window, warm_up, dynamics, representation, free_nats, .. } => {
                let weights = Weights { dynamics, representation, free_nats };
                Source::Windows { sequences, shape: shape(size, columns), weights, window, warm_up }
            }
        };
        Self { source, size: spec.training.batch_size, seed, round }
    }

    /// The loss of a step's batch and its gradient.
    pub(crate) fn gradient(&self, parameters: &Parameters, step: u64) -> (Parts, Vec<f32>) {
        let mut draw = Stream::new(self.seed, self.round, step, Purpose::Minibatch);
        match &self.source {
            Source::Summaries { rows, size } => {
                let batch = (0..self.size).flat_map(|_| &rows[draw.below(rows.len())]).copied().collect();
                autoencoder::learn::gradient(parameters, batch, *size)
            }
            Source::Windows { sequences, shape, weights, window, warm_up } => {
                let places: Vec<(&Sequence, usize)> = (0..self.size)
                    .map(|_| {
                        let sequence = &sequences[draw.below(sequences.len())];
                        (sequence, draw.below(sequence.frames.saturating_sub(*window) + 1))
                    })
                    .collect();
                let mut samples = Stream::new(self.seed, self.round, step, Purpose::Latents);
                let mut shards: Vec<Batch> =
                    places.chunks(SHARD).map(|places| cut(places, *window, *warm_up)).collect();
                for shard in &mut shards {
                    let count = shard.frames * shard.rows * shape.sizes.categoricals;
                    shard.noise = (0..count).map(|_| samples.uniform() as f32).collect();
                }
                let counted = shards.iter().flat_map(|shard| &shard.mask).sum::<f32>().max(1.0);
                let gradients: Vec<(Parts, Vec<f32>)> = shards
                    .par_iter()
                    .map(|shard| loss::gradient(parameters, shape, *weights, shard, counted))
                    .collect();
                sum(gradients)
            }
        }
    }
}

/// Parts and gradients of all shards, added in their order.
fn sum(gradients: Vec<(Parts, Vec<f32>)>) -> (Parts, Vec<f32>) {
    let mut all = gradients.into_iter();
    let (mut parts, mut gradient) = all.next().unwrap_or_default();
    for (other, more) in all {
        parts.add(&other);
        gradient.iter_mut().zip(&more).for_each(|(sum, x)| *sum += x);
    }
    (parts, gradient)
}

/// Windows that begin at given frames. Those that begin inside of a sequence warm up first; a sequence shorter than the window counts
/// until its end. The batch is as long as its longest window.
fn cut(places: &[(&Sequence, usize)], window: usize, warm_up: usize) -> Batch {
    let length = |sequence: &Sequence| sequence.frames.min(window);
    let frames = places.iter().map(|(sequence, _)| length(sequence)).max().unwrap_or(0);
    let mut batch = Batch { frames, rows: places.len(), ..Batch::default() };
    for frame in 0..frames {
        for &(sequence, start) in places {
            let ended = frame >= length(sequence);
            let at = if ended { sequence.frames - 1 } else { start + frame };
            let row = |list: &[f32], to: &mut Vec<f32>| {
                let width = list.len() / sequence.frames;
                to.extend_from_slice(&list[at * width..(at + 1) * width]);
            };
            row(&sequence.observed, &mut batch.observed);
            row(&sequence.commanded, &mut batch.commanded);
            batch.rewards.push(sequence.rewards[at]);
            let warming = start > 0 && frame < warm_up;
            batch.mask.push(if ended || warming { 0.0 } else { 1.0 });
        }
    }
    batch
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequence(frames: usize) -> Sequence {
        let count = |times: usize| (0..frames * times).map(|i| i as f32).collect();
        Sequence { frames, observed: count(2), commanded: count(1), rewards: count(1) }
    }

    #[test]
    fn windows_warm_up_inside_and_count_until_the_end() {
        let (long, short) = (sequence(9), sequence(2));
        let batch = cut(&[(&long, 0), (&long, 3), (&short, 0)], 4, 1);
        assert_eq!((batch.frames, batch.rows), (4, 3));
        assert_eq!(batch.rewards, [0.0, 3.0, 0.0, 1.0, 4.0, 1.0, 2.0, 5.0, 1.0, 3.0, 6.0, 1.0]);
        assert_eq!(batch.commanded, batch.rewards);
        assert_eq!(batch.observed[..6], [0.0, 1.0, 6.0, 7.0, 0.0, 1.0]);
        assert_eq!(batch.mask, [1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0]);
        assert_eq!(cut(&[(&short, 0)], 4, 1).frames, 2);
    }
}
