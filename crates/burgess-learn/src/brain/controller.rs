//! From what the network gives to controllers, and from gradients with respect to controllers back to it.

use super::forward::{Input, Pass};
use super::{GROUP, RHYTHM, SharedBrain, SharedSpec, body_outputs, joint_outputs};
use crate::describe::{Description, Measures};
use crate::number::Number;
use burgess_core::autodiff::{Real, real};
use burgess_physics::model::{Controller, JOINT_OBSERVATIONS, Layer, OBSERVATIONS, WANTED_OBSERVATIONS};
use rayon::prelude::*;
use std::ops::Range;

/// Frequency of a body of 4 kg where the network says nothing (Hz).
const FREQUENCY: f64 = 1.5;
/// The network shifts the logarithm of the frequency by at most so much.
const FREQUENCY_RANGE: f64 = 0.6;

/// What the observations that belong to no joint are multiplied by: such multiples of the body's measures of (length, time). They are then
/// about one for bodies of any size.
/// Those of a velocity that the creature is asked for stand behind the others.
fn observation_scales<T: Real>(Measures { length, time }: Measures<T>) -> [T; OBSERVATIONS + WANTED_OBSERVATIONS] {
    let (one, speed) = (T::one(), time / length);
    // A trot of a body of 4 kg stands for one.
    let height = length.recip() * real(4.0);
    [one, one, one, speed, speed, speed, time, time, time, height, one, one, speed, speed]
}

/// The same for what a joint feels: angle, rate, contact. Where there are many joints, each counts less.
fn joint_scales<T: Real>(Measures { time, .. }: Measures<T>, joints: usize) -> [T; JOINT_OBSERVATIONS] {
    let share = real(1.0 / (joints.max(1) as f64).sqrt());
    [share, share * time, share]
}

fn frequency<T: Number>(output: T, Measures { time, .. }: Measures<T>) -> T {
    (output.squash() * real(FREQUENCY_RANGE)).exp() * real(FREQUENCY) / time
}

impl<T: Number> SharedBrain<T> {
    /// The controller of each body, an `Mlp` with this brain's hidden layers.
    pub fn controllers(&self, inputs: &[Input<'_, T>]) -> Vec<Controller<T>> {
        let groups: Vec<Vec<Controller<T>>> = inputs
            .par_chunks(GROUP)
            .map(|group| {
                let pass = self.pass(group);
                let controller = |(i, input): (usize, &Input<'_, T>)| {
                    let Outputs { joints, body } = self.outputs(&pass, i);
                    self.made(input.body, joints, body)
                };
                group.iter().enumerate().map(controller).collect()
            })
            .collect();
        groups.into_iter().flatten().collect()
    }

    /// The controller of one body.
    pub fn controller(&self, input: Input<'_, T>) -> Controller<T> {
        let pass = self.pass(&[input]);
        let Outputs { joints, body } = self.outputs(&pass, 0);
        self.made(input.body, joints, body)
    }

    /// Several controllers of each body, one member after the other: each is made of what the network gives and noise. `noise` writes that of a
    /// member of a body, given their numbers, over zeros: numbers of joints, then those of the body.
    pub fn noisy_controllers(
        &self,
        inputs: &[Input<'_, T>],
        members: usize,
        noise: impl Fn(usize, usize, Outputs<&mut [T]>) + Sync,
    ) -> Vec<Controller<T>> {
        let groups: Vec<Vec<Controller<T>>> = inputs
            .par_chunks(GROUP)
            .enumerate()
            .map(|(group, inputs)| {
                let pass = self.pass(inputs);
                let mut controllers = Vec::with_capacity(inputs.len() * members);
                for (i, input) in inputs.iter().enumerate() {
                    let given = self.outputs(&pass, i);
                    for member in 0..members {
                        let (mut joints, mut body) =
                            (vec![T::zero(); given.joints.len()], vec![T::zero(); given.body.len()]);
                        noise(group * GROUP + i, member, Outputs { joints: &mut joints, body: &mut body });
                        joints.iter_mut().zip(given.joints).for_each(|(x, &given)| *x += given);
                        body.iter_mut().zip(given.body).for_each(|(x, &given)| *x += given);
                        controllers.push(self.made(input.body, &joints, &body));
                    }
                }
                controllers
            })
            .collect();
        groups.into_iter().flatten().collect()
    }

    /// What the network gives for the body of a number in a group.
    fn outputs<'a>(&self, pass: &'a Pass<T>, number: usize) -> Outputs<&'a [T]> {
        let Outputs { joints, body } = self.places(pass, number);
        Outputs { joints: &pass.joints[joints], body: &pass.bodies[body] }
    }

    /// Where that stands among what it gives for the group.
    fn places(&self, pass: &Pass<T>, number: usize) -> Outputs<Range<usize>> {
        let (of_joint, of_body) = (joint_outputs(&self.spec), body_outputs(&self.spec));
        let links = pass.bases[number] + 1..pass.bases[number + 1];
        Outputs { joints: links.start * of_joint..links.end * of_joint, body: number * of_body..(number + 1) * of_body }
    }

    /// The controller of a body, of what the network gives for its joints and for itself.
    fn made(&self, body: &Description<T>, of_joints: &[T], of_body: &[T]) -> Controller<T> {
        let spec = &self.spec;
        let joints = body.joints();
        let of_joint = |joint: usize| &of_joints[joint * joint_outputs(spec)..][..joint_outputs(spec)];
        let (first, last) = (spec.hidden[0], spec.hidden[spec.hidden.len() - 1]);
        let (common, scales) = (self.layout.common.of(&self.weights), observation_scales(body.measures));
        let own_scales = joint_scales(body.measures, joints);
        let mut biases = of_body[1..].iter().copied();

        let observations = spec.observations();
        let inputs = observations + JOINT_OBSERVATIONS * joints;
        let mut weights = vec![T::zero(); first * inputs];
        for (unit, row) in weights.chunks_exact_mut(inputs).enumerate() {
            for (input, scale) in scales.into_iter().take(observations).enumerate() {
                row[input] = common[input * first + unit] * scale;
            }
        }
        for joint in 0..joints {
            let own = of_joint(joint);
            for (i, scale) in own_scales.into_iter().enumerate() {
                let input = observations + JOINT_OBSERVATIONS * joint + i;
                for unit in 0..first {
                    weights[unit * inputs + input] = own[RHYTHM + i * first + unit] * scale;
                }
            }
        }
        let mut layers = vec![Layer { inputs, weights, biases: biases.by_ref().take(first).collect() }];
        for (block, &units) in self.layout.between.iter().zip(&spec.hidden[1..]) {
            let weights = block.of(&self.transposed).to_vec();
            layers.push(Layer { inputs: block.inputs, weights, biases: biases.by_ref().take(units).collect() });
        }
        let mut output =
            Layer { inputs: last, weights: Vec::with_capacity(joints * last), biases: Vec::with_capacity(joints) };
        for joint in 0..joints {
            let own = of_joint(joint);
            output.weights.extend_from_slice(&own[own.len() - last..]);
            output.biases.push(own[0] + body.at_rest[joint]);
        }
        layers.push(output);
        let clock = |joint| {
            let own = of_joint(joint);
            [own[1], own[2], T::zero()]
        };
        let clocks = (0..joints).map(clock).collect();
        Controller::Mlp { frequency: frequency(of_body[0], body.measures), layers, clocks }
    }
}

/// What the network gives for a body.
#[derive(Clone, Copy, Debug)]
pub struct Outputs<L> {
    /// Of each joint offset, sine and cosine, then weights of what it feels, then those of its servo.
    pub joints: L,
    /// The frequency, and the biases of the hidden units.
    pub body: L,
}

/// Gradients with respect to what the network gives for a group of bodies.
pub(super) struct OutputGradients<T> {
    /// As [`Pass::joints`].
    pub(super) joints: Vec<T>,
    /// As [`Pass::bodies`].
    pub(super) bodies: Vec<T>,
}

impl<T: Number> OutputGradients<T> {
    pub(super) fn zero(pass: &Pass<T>) -> Self {
        Self { joints: vec![T::zero(); pass.joints.len()], bodies: vec![T::zero(); pass.bodies.len()] }
    }

    /// Those of the body of a number in the group.
    pub(super) fn of(&mut self, brain: &SharedBrain<T>, pass: &Pass<T>, number: usize) -> Outputs<&mut [T]> {
        let Outputs { joints, body } = brain.places(pass, number);
        Outputs { joints: &mut self.joints[joints], body: &mut self.bodies[body] }
    }

    /// Takes up the gradient with respect to the controller of the body of a number in a group, adds to that with respect to the shared weights, and
    /// gives those with respect to the measures and to where joints are at rest.
    ///
    /// # Panics
    ///
    /// When it is the gradient of another kind of controller.
    pub(super) fn take(
        &mut self,
        brain: &SharedBrain<T>,
        body: &Description<T>,
        pass: &Pass<T>,
        number: usize,
        bar: &Controller<T>,
        weights_bar: &mut [T],
    ) -> (Measures<T>, Vec<T>) {
        let Controller::Mlp { frequency: frequency_bar, layers, clocks } = bar else {
            panic!("a gradient of another kind of controller")
        };
        let SharedSpec { hidden, .. } = &brain.spec;
        let (of_body, of_joint) = (body_outputs(&brain.spec), joint_outputs(&brain.spec));
        let (first, last) = (hidden[0], hidden[hidden.len() - 1]);
        let (joints, measures) = (body.joints(), body.measures);
        let (scales, own_scales) = (observation_scales(measures), joint_scales(measures, joints));
        let bodies = &mut self.bodies[number * of_body..][..of_body];
        let given = &pass.bodies[number * of_body..][..of_body];
        let row = |joint: usize| (pass.bases[number] + 1 + joint) * of_joint;
        // What scales are multiplied by.
        let observations = brain.spec.observations();
        let (mut observation_bars, mut joint_bars) =
            ([T::zero(); OBSERVATIONS + WANTED_OBSERVATIONS], [T::zero(); JOINT_OBSERVATIONS]);

        let squashed = given[0].squash();
        let hertz = frequency(given[0], measures);
        bodies[0] += *frequency_bar * hertz * real(FREQUENCY_RANGE) * (T::one() - squashed * squashed);
        let biases = layers[..layers.len() - 1].iter().flat_map(|layer| &layer.biases);
        bodies[1..].iter_mut().zip(biases).for_each(|(to, &bar)| *to += bar);

        let (common, inputs) = (brain.layout.common, layers[0].inputs);
        let common_weights = common.of(&brain.weights);
        let common_bars = common.of_mut(weights_bar);
        for (unit, bars) in layers[0].weights.chunks_exact(inputs).enumerate() {
            for (input, scale) in scales.into_iter().take(observations).enumerate() {
                common_bars[input * first + unit] += bars[input] * scale;
                observation_bars[input] += bars[input] * common_weights[input * first + unit];
            }
            for joint in 0..joints {
                let own = row(joint);
                for (i, scale) in own_scales.into_iter().enumerate() {
                    let bar = bars[observations + JOINT_OBSERVATIONS * joint + i];
                    let place = own + RHYTHM + i * first + unit;
                    self.joints[place] += bar * scale;
                    joint_bars[i] += bar * pass.joints[place];
                }
            }
        }
        for (block, layer) in brain.layout.between.iter().zip(&layers[1..]) {
            let bars = block.of_mut(weights_bar);
            for (unit, row) in layer.weights.chunks_exact(block.inputs).enumerate() {
                row.iter().enumerate().for_each(|(input, &bar)| bars[input * block.outputs + unit] += bar);
            }
        }
        let output = &layers[layers.len() - 1];
        for (joint, clock) in clocks.iter().enumerate() {
            let own = &mut self.joints[row(joint)..][..of_joint];
            own[0] += output.biases[joint];
            own[1] += clock[0];
            own[2] += clock[1];
            let weights = own[of_joint - last..].iter_mut().zip(&output.weights[joint * last..][..last]);
            weights.for_each(|(to, &bar)| *to += bar);
        }

        let Measures { length, time } = measures;
        let [speed_bar, spin_bar] = [3, 6].map(|i| observation_bars[i..i + 3].iter().copied().sum::<T>());
        let speed_bar = speed_bar + observation_bars[OBSERVATIONS..].iter().copied().sum::<T>();
        let share = own_scales[0];
        let of_length = -(speed_bar * time + observation_bars[9] * real(4.0)) / (length * length);
        let of_time = speed_bar / length + spin_bar + joint_bars[1] * share - *frequency_bar * hertz / time;
        (Measures { length: of_length, time: of_time }, output.biases.clone())
    }
}
