//! A world model on its way through an episode: frames of what the creature feels, and after each the model's state.
//!
//! h takes in the commands of a frame, then z what was observed in it; both stay until the next frame ends. Before the first both are
//! zero. z is the vector of the posterior's probabilities, so that it is a function of the episode, and a smooth one.

use super::features::Frame;
use crate::frame::FEATURES;
use crate::laws::soft::sigmoid;
use crate::observer::{CLIP, EPSILON, OBSERVED, Observer, UNIMIX, UPDATE_BIAS};
use burgess_core::autodiff::{Real, real};
use std::sync::Arc;

/// An observer and all that it has seen of an episode.
#[derive(Clone, Debug)]
pub struct Watching<T> {
    /// Who watches.
    pub observer: Arc<Observer>,
    /// Steps of a frame.
    pub period: u32,
    frame: Frame<T>,
    /// How it began, then what it was after each frame.
    moments: Vec<ObserverStep<T>>,
}

/// After a frame.
#[derive(Clone, Debug)]
pub struct ObserverStep<T> {
    /// Features of the frame.
    pub features: [T; FEATURES],
    /// The deterministic state.
    pub h: Vec<T>,
    /// The probabilities.
    pub z: Vec<T>,
}

impl<T: Real> Watching<T> {
    /// Before the first frame of so many steps.
    pub fn new(observer: &Arc<Observer>, period: u32) -> Self {
        let zeros = |count| vec![T::zero(); count];
        let sizes = observer.sizes();
        let (h, z) = (zeros(sizes.deterministic), zeros(sizes.stochastic()));
        let start = ObserverStep { features: [T::zero(); FEATURES], h, z };
        Self { observer: Arc::clone(observer), period, frame: Frame::new(), moments: vec![start] }
    }

    /// z after so many steps, which it has seen.
    pub fn latent(&self, steps: u32) -> &[T] {
        &self.moments[(steps / self.period) as usize].z
    }

    /// Before and after the frame with this number, from 0.
    pub fn frame(&self, number: u32) -> (&ObserverStep<T>, &ObserverStep<T>) {
        let number = number as usize;
        (&self.moments[number], &self.moments[number + 1])
    }

    /// Takes in a step that left the features, the last of `steps`.
    pub fn see(&mut self, features: &[T; FEATURES], steps: u32) {
        self.frame.add(features);
        if steps.is_multiple_of(self.period) {
            let features = self.frame.finish();
            let before = &self.moments[self.moments.len() - 1];
            let Thought { h, z, .. } = Thought::new(&self.observer, before, &features);
            self.moments.push(ObserverStep { features, h, z });
        }
    }
}

/// All that goes on in a model in one frame.
#[derive(Clone, Debug)]
pub struct Thought<T> {
    /// Features in units of their deviations.
    pub units: [T; FEATURES],
    /// h, z and commands, then the hidden layer x of them.
    pub input: Vec<T>,
    /// See `input`.
    pub x: Hidden<T>,
    /// Of each unit of h: reset and update gates, the candidate before its reset, and after.
    pub gates: Vec<Gate<T>>,
    /// The new h.
    pub h: Vec<T>,
    /// The hidden layer of what was observed.
    pub seen: Hidden<T>,
    /// h and that layer, then the hidden layer of both.
    pub both: Vec<T>,
    /// See `both`.
    pub posterior: Hidden<T>,
    /// Probabilities, mixed.
    pub z: Vec<T>,
}

/// A hidden layer: RMS normalisation with a scale, and silu.
#[derive(Clone, Debug)]
pub struct Hidden<T> {
    /// Sums divided by the root of their mean square.
    pub even: Vec<T>,
    /// One over that root.
    pub factor: T,
    /// What comes out.
    pub out: Vec<T>,
}

/// What one unit of h is made of.
#[derive(Clone, Copy, Debug)]
pub struct Gate<T> {
    /// How much of the candidate counts.
    pub reset: T,
    /// The candidate before the reset.
    pub raw: T,
    /// And after, through a tanh.
    pub candidate: T,
    /// How much of it is taken over.
    pub update: T,
}

impl<T: Real> Thought<T> {
    /// Out of the moment before and the features of a frame.
    pub fn new(observer: &Observer, before: &ObserverStep<T>, features: &[T; FEATURES]) -> Self {
        let (sizes, places, numbers) = (observer.sizes(), observer.places(), observer.numbers());
        let units = normalise(&numbers[places.normaliser..], features);
        // Advance.
        let input = [&before.h, &before.z, &units[OBSERVED..]].concat();
        let x = Hidden::new(&numbers[places.input..], &input, sizes.hidden);
        let gates = gates(observer, &before.h, &x.out);
        let mix = |(gate, &h): (&Gate<T>, &T)| gate.update * gate.candidate + (T::one() - gate.update) * h;
        let h: Vec<T> = gates.iter().zip(&before.h).map(mix).collect();
        // Observe.
        let seen = Hidden::new(&numbers[places.observe..], &units[..OBSERVED], sizes.hidden);
        let both = [&h[..], &seen.out].concat();
        let posterior = Hidden::new(&numbers[places.posterior..], &both, sizes.hidden);
        let [weights, biases, _] = layer(&numbers[places.logits..], sizes.hidden, sizes.stochastic());
        let mut z = dense(weights, biases, &posterior.out);
        z.chunks_exact_mut(sizes.classes).for_each(softmax);
        Self { units, input, x, gates, h, seen, both, posterior, z }
    }
}

fn normalise<T: Real>(numbers: &[f32], features: &[T; FEATURES]) -> [T; FEATURES] {
    std::array::from_fn(|i| {
        let [mean, deviation] = [i, FEATURES + i].map(|place| real::<T>(f64::from(numbers[place])));
        ((features[i] - mean) / deviation).max(real(-CLIP)).min(real(CLIP))
    })
}

/// The sums of a layer.
fn dense<T: Real>(weights: &[f32], biases: &[f32], inputs: &[T]) -> Vec<T> {
    let constant = |&number: &f32| real::<T>(f64::from(number));
    let mut sums: Vec<T> = biases.iter().map(constant).collect();
    for (&input, row) in inputs.iter().zip(weights.chunks_exact(biases.len())) {
        sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += constant(weight) * input);
    }
    sums
}

/// Weights, biases and scales of a layer that begins with the first of `numbers`.
pub fn layer(numbers: &[f32], inputs: usize, units: usize) -> [&[f32]; 3] {
    let (weights, rest) = numbers.split_at(inputs * units);
    let (biases, rest) = rest.split_at(units);
    [weights, biases, &rest[..units.min(rest.len())]]
}

impl<T: Real> Hidden<T> {
    fn new(numbers: &[f32], inputs: &[T], units: usize) -> Self {
        let [weights, biases, scales] = layer(numbers, inputs.len(), units);
        let mut even = dense(weights, biases, inputs);
        let squares = even.iter().fold(T::zero(), |sum, x| sum + x.squared());
        let factor = (squares / real(units as f64) + real(EPSILON)).sqrt().recip();
        even.iter_mut().for_each(|x| *x *= factor);
        let out = even.iter().zip(scales).map(|(&x, &scale)| silu(x * real(f64::from(scale)))).collect();
        Self { even, factor, out }
    }
}

fn silu<T: Real>(x: T) -> T {
    x * sigmoid(x)
}

/// Each block of h sees itself and all of x.
fn gates<T: Real>(observer: &Observer, h: &[T], x: &[T]) -> Vec<Gate<T>> {
    let block = observer.sizes().deterministic / observer.sizes().blocks;
    let mut all = Vec::with_capacity(h.len());
    for (index, h) in h.chunks_exact(block).enumerate() {
        let [weights, biases] = gate_layer(observer, index);
        let sums = dense(weights, biases, &[h, x].concat());
        all.extend((0..block).map(|unit| {
            let (reset, raw) = (sigmoid(sums[unit]), sums[block + unit]);
            let update = sigmoid(sums[2 * block + unit] - real(UPDATE_BIAS));
            Gate { reset, raw, candidate: (reset * raw).tanh(), update }
        }));
    }
    all
}

/// Weights and biases of a block's gates: columns of its resets, then of its candidates, then of its updates.
pub fn gate_layer(observer: &Observer, index: usize) -> [&[f32]; 2] {
    let (sizes, numbers) = (observer.sizes(), &observer.numbers()[observer.places().gates..]);
    let (block, columns) = (sizes.deterministic / sizes.blocks, 3 * sizes.deterministic / sizes.blocks);
    let weights = (block + sizes.hidden) * columns;
    [&numbers[index * weights..][..weights], &numbers[sizes.blocks * weights + index * columns..][..columns]]
}

fn softmax<T: Real>(logits: &mut [T]) {
    let most = logits.iter().skip(1).fold(logits[0], |most, &x| most.max(x));
    logits.iter_mut().for_each(|x| *x = (*x - most).exp());
    let sum = logits.iter().fold(T::zero(), |sum, &x| sum + x);
    let (factor, least) = (real::<T>(1.0 - UNIMIX) / sum, real(UNIMIX / logits.len() as f64));
    logits.iter_mut().for_each(|x| *x = *x * factor + least);
}
