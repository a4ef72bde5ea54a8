//! The model in burn's tensors, unrolled over a batch of windows.

use super::Shape;
use crate::learn::{HiddenLayer, Layer, Leaves, numbers};
use burgess_physics::observer::{UNIMIX, UPDATE_BIAS};
use burn_tensor::Tensor;
use burn_tensor::activation::{sigmoid, softmax, tanh};

/// Windows side by side, frame after frame: element (t, b) of each list is row `t * rows + b`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Batch {
    pub frames: usize,
    pub rows: usize,
    pub observed: Vec<f32>,
    pub commanded: Vec<f32>,
    pub rewards: Vec<f32>,
    /// One where a frame counts, zero where it warms the state up or where the sequence has ended.
    pub mask: Vec<f32>,
    /// Uniform numbers in [0, 1) that samples are made of, one a categorical of each frame.
    pub noise: Vec<f32>,
}

/// All frames' states, rows as in [`Batch`].
pub(crate) struct Unrolled {
    pub h: Tensor<2>,
    /// The posterior's probabilities.
    pub posterior: Tensor<2>,
    /// What was chosen out of them.
    pub z: Tensor<2>,
}

/// A hidden layer, logits, and the categoricals that they make.
struct Head<'a> {
    shape: &'a Shape,
    hidden: HiddenLayer,
    logits: Layer,
}

impl<'a> Head<'a> {
    fn new(leaves: &Leaves, shape: &'a Shape, name: &str) -> Self {
        let (hidden, logits) = (leaves.hidden(&format!("{name}.hidden")), leaves.dense(&format!("{name}.logits")));
        Self { shape, hidden, logits }
    }

    fn apply(&self, x: Tensor<2>) -> Tensor<2> {
        let (categoricals, classes) = (self.shape.sizes.categoricals, self.shape.sizes.classes);
        let logits = self.logits.apply(self.hidden.apply(x));
        let rows = logits.dims()[0];
        let p = softmax(logits.reshape([rows, categoricals, classes]), 2);
        let p = p * (1.0 - UNIMIX as f32) + UNIMIX as f32 / classes as f32;
        p.reshape([rows, categoricals * classes])
    }
}

/// Runs a batch through the model. `choose` makes z out of the posterior's probabilities of a frame.
pub(crate) fn unroll(
    leaves: &Leaves,
    shape: &Shape,
    batch: &Batch,
    mut choose: impl FnMut(&Leaves, Tensor<2>) -> Tensor<2>,
) -> Unrolled {
    let (rows, deterministic) = (batch.rows, shape.sizes.deterministic);
    let (input, observe, posterior) =
        (leaves.hidden("input"), leaves.hidden("observe"), Head::new(leaves, shape, "posterior"));
    let gates = Gates { shape, weight: leaves.get("gates.weight"), bias: leaves.get::<1>("gates.bias") };
    let mut h: Tensor<2> = leaves.constant(vec![0.0; rows * deterministic], [rows, deterministic]);
    let mut z: Tensor<2> =
        leaves.constant(vec![0.0; rows * shape.sizes.stochastic()], [rows, shape.sizes.stochastic()]);
    let (mut hs, mut posteriors, mut zs) = (Vec::new(), Vec::new(), Vec::new());
    for frame in 0..batch.frames {
        let part = |list: &[f32], width: usize| list[frame * rows * width..(frame + 1) * rows * width].to_vec();
        let mut seen = vec![h.clone(), z];
        if shape.commanded > 0 {
            seen.push(leaves.constant(part(&batch.commanded, shape.commanded), [rows, shape.commanded]));
        }
        h = gates.apply(h, input.apply(Tensor::cat(seen, 1)));
        let observed = leaves.constant(part(&batch.observed, shape.observed), [rows, shape.observed]);
        let p = posterior.apply(Tensor::cat(vec![h.clone(), observe.apply(observed)], 1));
        z = choose(leaves, p.clone());
        hs.push(h.clone());
        posteriors.push(p);
        zs.push(z.clone());
    }
    Unrolled { h: Tensor::cat(hs, 0), posterior: Tensor::cat(posteriors, 0), z: Tensor::cat(zs, 0) }
}

/// The prior's probabilities in states.
pub(crate) fn prior(leaves: &Leaves, shape: &Shape, h: Tensor<2>) -> Tensor<2> {
    Head::new(leaves, shape, "prior").apply(h)
}

/// Observed features and reward, side by side, in states.
pub(crate) fn decode(leaves: &Leaves, h: Tensor<2>, z: Tensor<2>) -> Tensor<2> {
    let (first, second, last) = (leaves.hidden("decoder.0"), leaves.hidden("decoder.1"), leaves.dense("decoder.2"));
    last.apply(second.apply(first.apply(Tensor::cat(vec![h, z], 1))))
}

/// The recurrent layer.
struct Gates<'a> {
    shape: &'a Shape,
    weight: Tensor<3>,
    bias: Tensor<1>,
}

impl Gates<'_> {
    fn apply(&self, h: Tensor<2>, x: Tensor<2>) -> Tensor<2> {
        let (blocks, block) = (self.shape.sizes.blocks, self.shape.block());
        let [rows, hidden] = x.dims();
        // Blocks come to the front, each with its part of h and all of x.
        let h: Tensor<3> = h.reshape([rows, blocks, block]).swap_dims(0, 1);
        let x: Tensor<3> = x.reshape([1, rows, hidden]).expand([blocks, rows, hidden]);
        let bias: Tensor<3> = self.bias.clone().reshape([blocks, 1, 3 * block]);
        let gates = Tensor::cat(vec![h.clone(), x], 2).matmul(self.weight.clone()) + bias;
        let gate = |index: usize| gates.clone().narrow(2, index * block, block);
        let candidate = tanh(sigmoid(gate(0)) * gate(1));
        let update = sigmoid(gate(2) - UPDATE_BIAS as f32);
        let h = h.clone() + update * (candidate - h);
        h.swap_dims(0, 1).reshape([rows, blocks * block])
    }
}

/// One class of each categorical, drawn from its probabilities by a uniform number, as a vector of zeros and ones; the gradient goes to the probabilities
/// as if they had been passed on (Bengio, Leonard and Courville 2013).
pub(crate) fn sample(leaves: &Leaves, p: Tensor<2>, classes: usize, noise: &[f32]) -> Tensor<2> {
    let shape = p.dims();
    let mut drawn = numbers(p.clone().detach());
    for (group, noise) in drawn.chunks_exact_mut(classes).zip(noise) {
        let (mut left, mut chosen) = (*noise, classes - 1);
        for (class, p) in group.iter().enumerate() {
            left -= p;
            if left < 0.0 {
                chosen = class;
                break;
            }
        }
        group.fill(0.0);
        group[chosen] = 1.0;
    }
    leaves.constant(drawn, shape) + (p.clone() - p.detach())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::Parameters;
    use crate::sequence::Sequence;
    use crate::spec::LatentOf;
    use crate::world_model::WorldModel;
    use burgess_core::rng::{Purpose, Stream};
    use burgess_physics::observer::Sizes;

    fn shape(blocks: usize, commanded: usize) -> Shape {
        let sizes = Sizes { deterministic: 12, hidden: 7, categoricals: 3, classes: 5, blocks };
        Shape { sizes, observed: 4, commanded }
    }

    fn sequence(shape: &Shape, frames: usize) -> Sequence {
        let mut stream = Stream::new(9, 0, 0, Purpose::Test);
        let mut numbers = |n| (0..n).map(|_| stream.normal() as f32).collect::<Vec<f32>>();
        Sequence {
            frames,
            observed: numbers(frames * shape.observed),
            commanded: numbers(frames * shape.commanded),
            rewards: numbers(frames),
        }
    }

    /// Both compute in single precision, in different orders; errors pass through nine steps.
    #[test]
    fn inference_is_burns_forward_pass() {
        for (blocks, commanded) in [(1, 2), (4, 2), (3, 0)] {
            let shape = shape(blocks, commanded);
            let parameters = Parameters::start(&shape.slots(), 5);
            let sequence = sequence(&shape, 9);
            let batch = Batch {
                frames: 9,
                rows: 1,
                observed: sequence.observed.clone(),
                commanded: sequence.commanded.clone(),
                ..Batch::default()
            };
            let leaves = Leaves::new(&parameters);
            let unrolled = unroll(&leaves, &shape, &batch, |_, p| p);
            let mean = |tensor: Tensor<2>| numbers(tensor.mean_dim(0));
            let expected = [mean(unrolled.h.clone()), mean(unrolled.posterior)].concat();
            let twin = WorldModel::new(shape, &parameters);
            let latent = &twin.encode(std::slice::from_ref(&sequence), LatentOf::StateAndProbabilities)[0];
            assert_eq!(latent.len(), expected.len());
            for (ours, burns) in latent.iter().zip(&expected) {
                assert!((ours - f64::from(*burns)).abs() < 1e-5, "{ours} {burns}");
            }
            // The prior and the decoder as well: the first frame is foreseen from nothing.
            let foreseen = twin.predict(&sequence);
            let h = unrolled.h.narrow(0, 0, 1);
            let decoded = numbers(decode(&leaves, h.clone(), prior(&leaves, &shape, h)));
            for (ours, burns) in foreseen.observed[..4].iter().chain(&foreseen.rewards[..1]).zip(&decoded) {
                assert!((ours - burns).abs() < 1e-5, "{ours} {burns}");
            }
        }
    }

    #[test]
    fn samples_are_single_classes_as_often_as_they_are_probable() {
        let parameters = Parameters { arrays: Vec::new() };
        let leaves = Leaves::new(&parameters);
        let mut stream = Stream::new(9, 1, 0, Purpose::Test);
        let p: Tensor<2> = leaves.constant([0.5, 0.2, 0.3].repeat(4000), [4000, 3]);
        let noise: Vec<f32> = (0..4000).map(|_| stream.uniform() as f32).collect();
        let drawn = numbers(sample(&leaves, p, 3, &noise));
        let mut counts = [0.0; 3];
        for one in drawn.chunks_exact(3) {
            assert!(one.iter().sum::<f32>() == 1.0 && one.contains(&1.0));
            counts.iter_mut().zip(one).for_each(|(count, x)| *count += x / 4000.0);
        }
        assert!((counts[0] - 0.5).abs() < 0.03 && (counts[1] - 0.2).abs() < 0.03, "{counts:?}");
    }
}
