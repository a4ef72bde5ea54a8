//! Inference: the parts of the model on a block of rows, and the latents of sequences.

use super::Shape;
use crate::kernels::{Dense, Hidden, sigmoid, softmax, tanh};
use crate::parameters::Parameters;
use crate::sequence::Sequence;
use crate::spec::LatentOf;
use burgess_physics::observer::{UNIMIX, UPDATE_BIAS};

/// The model, ready to compute.
pub(crate) struct WorldModel {
    pub(super) shape: Shape,
    input: Hidden,
    /// One a block.
    gates: Vec<Dense>,
    prior: (Hidden, Dense),
    observe: Hidden,
    posterior: (Hidden, Dense),
    decoder: (Hidden, Hidden, Dense),
}

/// Where a block of sequences stands.
pub(super) struct SequenceStates {
    pub rows: usize,
    /// h, row after row.
    pub h: Vec<f32>,
    /// Probabilities, row after row.
    pub z: Vec<f32>,
}

impl WorldModel {
    pub(crate) fn new(shape: Shape, parameters: &Parameters) -> Self {
        let get = |name: &str, part: &str| parameters.get(&format!("{name}.{part}"));
        let dense = |name| Dense::new(get(name, "weight"), get(name, "bias"));
        let hidden = |name| Hidden::new(get(name, "weight"), get(name, "bias"), get(name, "scale"));
        let columns = 3 * shape.block();
        let weights = get("gates", "weight").chunks_exact((shape.block() + shape.sizes.hidden) * columns);
        let gates = weights.zip(get("gates", "bias").chunks_exact(columns)).map(|(w, b)| Dense::new(w, b)).collect();
        Self {
            shape,
            input: hidden("input"),
            gates,
            prior: (hidden("prior.hidden"), dense("prior.logits")),
            observe: hidden("observe"),
            posterior: (hidden("posterior.hidden"), dense("posterior.logits")),
            decoder: (hidden("decoder.0"), hidden("decoder.1"), dense("decoder.2")),
        }
    }

    /// Before the first frame.
    pub(super) fn start(&self, rows: usize) -> SequenceStates {
        let sizes = self.shape.sizes;
        SequenceStates { rows, h: vec![0.0; rows * sizes.deterministic], z: vec![0.0; rows * sizes.stochastic()] }
    }

    /// h of the next frame, out of h, z and that frame's commands.
    pub(super) fn advance(&self, state: &mut SequenceStates, commanded: &[f32]) {
        let (rows, deterministic, block) = (state.rows, self.shape.sizes.deterministic, self.shape.block());
        let x = self.input.apply(&beside(rows, &[&state.h, &state.z, commanded]));
        for (index, gates) in self.gates.iter().enumerate() {
            let first = index * block;
            let part: Vec<f32> =
                state.h.chunks_exact(deterministic).flat_map(|h| &h[first..first + block]).copied().collect();
            let gates = gates.apply(&beside(rows, &[&part, &x]));
            for (h, gates) in state.h.chunks_exact_mut(deterministic).zip(gates.chunks_exact(3 * block)) {
                let (reset, rest) = gates.split_at(block);
                let (candidate, update) = rest.split_at(block);
                for (((h, reset), candidate), update) in
                    h[first..first + block].iter_mut().zip(reset).zip(candidate).zip(update)
                {
                    let (candidate, update) = (tanh(sigmoid(*reset) * candidate), sigmoid(update - UPDATE_BIAS as f32));
                    *h = update * candidate + (1.0 - update) * *h;
                }
            }
        }
    }

    /// What z would be, before anything is observed.
    pub(super) fn prior(&self, state: &SequenceStates) -> Vec<f32> {
        let mut z = self.prior.1.apply(&self.prior.0.apply(&state.h));
        softmax(&mut z, self.shape.sizes.classes, UNIMIX as f32);
        z
    }

    /// What z is after what was observed.
    pub(super) fn posterior(&self, state: &SequenceStates, observed: &[f32]) -> Vec<f32> {
        let seen = self.observe.apply(observed);
        let mut z = self.posterior.1.apply(&self.posterior.0.apply(&beside(state.rows, &[&state.h, &seen])));
        softmax(&mut z, self.shape.sizes.classes, UNIMIX as f32);
        z
    }

    /// One frame of a block of sequences: its commands, then what was observed.
    pub(super) fn follow(&self, state: &mut SequenceStates, sequences: &[Sequence], frame: usize) {
        self.advance(state, &at(sequences, frame, |sequence| &sequence.commanded));
        state.z = self.posterior(state, &at(sequences, frame, |sequence| &sequence.observed));
    }

    /// Observed features and the reward of a frame, side by side.
    pub(super) fn decode(&self, state: &SequenceStates, z: &[f32]) -> Vec<f32> {
        let (first, second, last) = &self.decoder;
        last.apply(&second.apply(&first.apply(&beside(state.rows, &[&state.h, z]))))
    }

    /// The latents of a block of sequences: time means, each over its own sequence's frames.
    pub(crate) fn encode(&self, sequences: &[Sequence], of: LatentOf) -> Vec<Vec<f64>> {
        let rows = sequences.len();
        let (deterministic, stochastic) = (self.shape.sizes.deterministic, self.shape.sizes.stochastic());
        let mut state = self.start(rows);
        let mut sums = vec![vec![0.0_f64; deterministic + stochastic]; rows];
        let frames = sequences.iter().map(|sequence| sequence.frames).max().unwrap_or(0);
        for frame in 0..frames {
            self.follow(&mut state, sequences, frame);
            for (row, sum) in sums.iter_mut().enumerate().filter(|(row, _)| frame < sequences[*row].frames) {
                let h = &state.h[row * deterministic..(row + 1) * deterministic];
                let z = &state.z[row * stochastic..(row + 1) * stochastic];
                sum.iter_mut().zip(h.iter().chain(z)).for_each(|(sum, x)| *sum += f64::from(*x));
            }
        }
        for (sum, sequence) in sums.iter_mut().zip(sequences) {
            if of == LatentOf::Probabilities {
                sum.drain(..deterministic);
            }
            sum.iter_mut().for_each(|x| *x /= sequence.frames as f64);
        }
        sums
    }
}

/// Lists of equally many rows, each row of one beside the same row of the others.
pub(super) fn beside(rows: usize, parts: &[&[f32]]) -> Vec<f32> {
    let mut all = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    for row in 0..rows {
        for part in parts {
            let width = part.len() / rows;
            all.extend_from_slice(&part[row * width..(row + 1) * width]);
        }
    }
    all
}

/// Some features of all sequences' frames at one time. A sequence that has ended stays at its last.
pub(super) fn at(sequences: &[Sequence], frame: usize, of: impl Fn(&Sequence) -> &[f32]) -> Vec<f32> {
    let mut rows = Vec::new();
    for sequence in sequences {
        let (all, last) = (of(sequence), sequence.frames - 1);
        let width = all.len() / sequence.frames;
        rows.extend_from_slice(&all[frame.min(last) * width..][..width]);
    }
    rows
}
