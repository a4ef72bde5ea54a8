//! A world adjoint that watches: the reverse of `step::observer`.

use super::features::FeatureBars;
use crate::frame::FEATURES;
use crate::laws::soft::sigmoid;
use crate::observer::{CLIP, OBSERVED, Observer, UNIMIX};
use crate::step::observer::{Gate, Hidden, ObserverStep, Thought, Watching, gate_layer, layer};
use burgess_core::autodiff::{Compare, real};

/// Bars of a adjoint's state, on the way back through an episode.
#[derive(Clone, Debug, Default)]
pub struct WatchingBar<T> {
    /// Of h after the frame that comes next on the way back.
    h: Vec<T>,
    /// Of z after it: what decisions of later steps and later frames made of it.
    pub z: Vec<T>,
    /// Of the features of each step of the frame that is gone back through; none behind the last frame that ended.
    pub features: Option<FeatureBars<T>>,
}

impl<T: Compare> WatchingBar<T> {
    /// All zero.
    pub fn zero(observer: &Observer) -> Self {
        let sizes = observer.sizes();
        Self { h: vec![T::zero(); sizes.deterministic], z: vec![T::zero(); sizes.stochastic()], features: None }
    }

    /// Goes back through the end of a frame, if one ended with the last of `steps` steps.
    pub fn retreat(&mut self, watching: &Watching<T>, steps: u32) {
        if !steps.is_multiple_of(watching.period) {
            return;
        }
        let (before, after) = watching.frame(steps / watching.period - 1);
        let thought = Thought::new(&watching.observer, before, &after.features);
        let mut bars = reverse_thought(&watching.observer, before, &thought, self);
        let share = real::<T>(1.0 / f64::from(watching.period));
        bars.iter_mut().for_each(|bar| *bar *= share);
        self.features = Some(bars);
    }
}

/// The bars of h and z become those before the frame; gives those of the frame's features.
fn reverse_thought<T: Compare>(
    observer: &Observer,
    before: &ObserverStep<T>,
    thought: &Thought<T>,
    bar: &mut WatchingBar<T>,
) -> FeatureBars<T> {
    let (sizes, places, numbers) = (observer.sizes(), observer.places(), observer.numbers());
    // Observe.
    let mut logits_bar = Vec::with_capacity(sizes.stochastic());
    for (z, z_bar) in thought.z.chunks_exact(sizes.classes).zip(bar.z.chunks_exact(sizes.classes)) {
        logits_bar.extend(reverse_softmax(z, z_bar));
    }
    let [weights, ..] = layer(&numbers[places.logits..], sizes.hidden, sizes.stochastic());
    let posterior_bar = reverse_dense(weights, &logits_bar);
    let both_bar = thought.posterior.reverse(&numbers[places.posterior..], thought.both.len(), &posterior_bar);
    let (h_bar, seen_bar) = both_bar.split_at(sizes.deterministic);
    let observed_bar = thought.seen.reverse(&numbers[places.observe..], OBSERVED, seen_bar);
    // Advance.
    bar.h.iter_mut().zip(h_bar).for_each(|(bar, &own)| *bar += own);
    let x_bar = reverse_gates(observer, before, thought, &mut bar.h);
    let input_bar = thought.x.reverse(&numbers[places.input..], thought.input.len(), &x_bar);
    let (h_bar, rest) = input_bar.split_at(sizes.deterministic);
    let (z_bar, commanded_bar) = rest.split_at(sizes.stochastic());
    bar.h.iter_mut().zip(h_bar).for_each(|(bar, &own)| *bar += own);
    bar.z.copy_from_slice(z_bar);
    let units_bar = [&observed_bar, commanded_bar].concat();
    let deviations = &numbers[places.normaliser + FEATURES..];
    std::array::from_fn(|i| {
        // What was clipped does not move.
        let free = thought.units[i].abs().is_below(CLIP);
        T::choose(free, units_bar[i] / real(f64::from(deviations[i])), T::zero())
    })
}

/// Bars of the logits: the mixture takes the probabilities p to a p + b.
fn reverse_softmax<T: Compare>(z: &[T], z_bar: &[T]) -> Vec<T> {
    let share = real::<T>(1.0 - UNIMIX);
    let least = real::<T>(UNIMIX / z.len() as f64);
    let mean = z.iter().zip(z_bar).fold(T::zero(), |sum, (&z, &bar)| sum + (z - least) / share * bar);
    z.iter().zip(z_bar).map(|(&z, &bar)| (z - least) * (bar - mean)).collect()
}

/// Bars of a layer's inputs.
fn reverse_dense<T: Compare>(weights: &[f32], bars: &[T]) -> Vec<T> {
    let along = |row: &[f32]| {
        row.iter().zip(bars).fold(T::zero(), |sum, (&weight, &bar)| sum + real::<T>(f64::from(weight)) * bar)
    };
    weights.chunks_exact(bars.len()).map(along).collect()
}

impl<T: Compare> Hidden<T> {
    /// Bars of the layer's inputs.
    fn reverse(&self, numbers: &[f32], inputs: usize, bars: &[T]) -> Vec<T> {
        let [weights, _, scales] = layer(numbers, inputs, bars.len());
        let scaled = self.even.iter().zip(scales).zip(bars).map(|((&x, &scale), &bar)| {
            let scale = real::<T>(f64::from(scale));
            silu_slope(x * scale) * scale * bar
        });
        let even_bars: Vec<T> = scaled.collect();
        let along = self.even.iter().zip(&even_bars).fold(T::zero(), |sum, (&x, &bar)| sum + x * bar);
        let mean = along / real(bars.len() as f64);
        let of_sum = |(&x, &bar): (&T, &T)| (bar - x * mean) * self.factor;
        let sums_bar: Vec<T> = self.even.iter().zip(&even_bars).map(of_sum).collect();
        reverse_dense(weights, &sums_bar)
    }
}

fn silu_slope<T: Compare>(x: T) -> T {
    let open = sigmoid(x);
    open * (T::one() + x * (T::one() - open))
}

/// The bar of the new h becomes the part of that of the old which goes through the gates; gives the bar of x.
fn reverse_gates<T: Compare>(
    observer: &Observer,
    before: &ObserverStep<T>,
    thought: &Thought<T>,
    h_bar: &mut [T],
) -> Vec<T> {
    let sizes = observer.sizes();
    let block = sizes.deterministic / sizes.blocks;
    let mut x_bar = vec![T::zero(); sizes.hidden];
    for index in 0..sizes.blocks {
        let own = index * block..(index + 1) * block;
        let (gates, h, h_bar) = (&thought.gates[own.clone()], &before.h[own.clone()], &mut h_bar[own]);
        let mut bars = vec![T::zero(); 3 * block];
        for (unit, ((gate, &h), &bar)) in gates.iter().zip(h).zip(&*h_bar).enumerate() {
            let Gate { reset, raw, candidate, update } = *gate;
            let arc_bar = bar * update * (T::one() - candidate * candidate);
            bars[unit] = arc_bar * raw * reset * (T::one() - reset);
            bars[block + unit] = arc_bar * reset;
            bars[2 * block + unit] = bar * (candidate - h) * update * (T::one() - update);
        }
        let inputs_bar = reverse_dense(gate_layer(observer, index)[0], &bars);
        for ((bar, gate), &own) in h_bar.iter_mut().zip(gates).zip(&inputs_bar) {
            *bar = *bar * (T::one() - gate.update) + own;
        }
        x_bar.iter_mut().zip(&inputs_bar[block..]).for_each(|(bar, &own)| *bar += own);
    }
    x_bar
}
