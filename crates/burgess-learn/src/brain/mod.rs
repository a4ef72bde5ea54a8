//! The network that makes controllers.
//!
//! For a body of links i with features x_i, in widths D (`width`) and hidden units H of the controllers:
//!
//! ```text
//! e_i = tanh(E [x_i, style] + b)                          each link by itself
//! m_i = tanh(A e_i + B sum of children's m + b)           up the tree
//! d_i = tanh(V [e_i, m_i] + U d_parent + b)               down the tree; the base has no parent
//! z_i = tanh(M [e_i, d_i] + b)
//! of each joint:  J z_i + b    its offset, sine and cosine, weights of what it feels, weights of its servo
//! of the body:    K z_base + b frequency, biases of the hidden units
//! ```
//!
//! The controller is an [`Mlp`](burgess_physics::model::Controller::Mlp). Weights of what belongs to no joint (attitude, velocity, height, clock), and
//! between hidden layers, are the same for all bodies, but for the measures of the body.

mod backward;
mod controller;
mod forward;

pub use backward::InputGradient;
pub use controller::Outputs;
pub use forward::Input;

use crate::describe::FEATURES;
use crate::error::{LearnError, Result};
use crate::number::Number;
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::model::{JOINT_OBSERVATIONS, OBSERVATIONS, wanted_observations};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Bodies that go through the network together.
pub(crate) const GROUP: usize = 16;

/// Size of the first weights of offsets and oscillations, as a share of those of others.
const FIRST_RHYTHM: f64 = 0.3;

/// The sizes of a shared brain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedSpec {
    /// Units of each layer of the network that looks at bodies.
    #[serde(default = "default_width")]
    pub width: usize,
    /// Units of each hidden layer of the controllers that it makes; at least one layer, at most four.
    #[serde(default = "default_hidden")]
    pub hidden: Vec<usize>,
    /// Numbers that a body may have as its own style, zero in training.
    #[serde(default = "default_style")]
    pub style: usize,
    /// Decisions a second; must divide `physics.rate`.
    #[serde(default = "default_control_rate")]
    pub control_rate: u32,
    /// Whether creatures observe velocities that they are asked for; what trains a brain turns it on where the task has commands.
    #[serde(default)]
    pub commands: bool,
}

fn default_control_rate() -> u32 {
    60
}

fn default_width() -> usize {
    32
}

fn default_hidden() -> Vec<usize> {
    vec![16]
}

fn default_style() -> usize {
    8
}

impl Default for SharedSpec {
    fn default() -> Self {
        Self {
            width: default_width(),
            hidden: default_hidden(),
            style: default_style(),
            control_rate: default_control_rate(),
            commands: false,
        }
    }
}

impl SharedSpec {
    /// What is wrong with it: (field, what is allowed and what came).
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let mut within = |field, number: usize, range: std::ops::RangeInclusive<usize>| {
            if !range.contains(&number) {
                problems.push((field, format!("must be from {} to {}, is {number}", range.start(), range.end())));
            }
        };
        within("width", self.width, 1..=1024);
        within("style", self.style, 0..=64);
        within("control_rate", self.control_rate as usize, 1..=10_000);
        within("hidden", self.hidden.len(), 1..=4);
        self.hidden.iter().for_each(|&units| within("hidden", units, 1..=256));
        problems
    }
}

impl SharedSpec {
    /// Observations that belong to no joint.
    pub(crate) fn observations(&self) -> usize {
        OBSERVATIONS + wanted_observations(self.commands)
    }

    /// Weights of the servo of a joint: those of the last hidden layer.
    pub(crate) fn servo_weights(&self) -> usize {
        self.hidden[self.hidden.len() - 1]
    }

    /// That it observes commands where there are any, and only there.
    ///
    /// # Errors
    ///
    /// When it is a brain for other tasks.
    pub fn ensure_asked(&self, asked: bool) -> Result<()> {
        match (asked, self.commands) {
            (true, false) => {
                Err(LearnError::Training("a brain in a task with commands must observe them, this one does not".into()))
            }
            (false, true) => Err(LearnError::Training(
                "a brain that observes commands needs a task with them, this one has none".into(),
            )),
            _ => Ok(()),
        }
    }

    /// Steps between two decisions, of so many steps a second.
    ///
    /// # Errors
    ///
    /// When these are no multiple of the decisions a second.
    pub fn control_period(&self, rate: u32) -> Result<u32> {
        let decisions = self.control_rate.max(1);
        if !rate.is_multiple_of(decisions) {
            let problem = format!(
                "a brain that decides {decisions} times a second needs a multiple of that as physics.rate, which is {rate}"
            );
            return Err(LearnError::Training(problem));
        }
        Ok(rate / decisions)
    }
}

/// A matrix or a row of weights among all others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) name: &'static str,
    at: usize,
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
}

impl Block {
    pub(crate) fn range(self) -> Range<usize> {
        self.at..self.at + self.inputs * self.outputs
    }

    fn of<T>(self, weights: &[T]) -> &[T] {
        &weights[self.range()]
    }

    fn of_mut<T>(self, weights: &mut [T]) -> &mut [T] {
        &mut weights[self.range()]
    }
}

/// A layer: a matrix and its biases.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dense {
    weights: Block,
    biases: Block,
}

/// Where weights stand. Matrices stand row after row, one row an input.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    embed: Dense,
    up: Dense,
    children: Block,
    down: Dense,
    parent: Block,
    mix: Dense,
    joint: Dense,
    body: Dense,
    /// Of what belongs to no joint, to the first hidden layer.
    common: Block,
    /// Between hidden layers.
    between: Vec<Block>,
    count: usize,
}

/// Names of the matrices between hidden layers.
const BETWEEN: [&str; 3] = ["between.0", "between.1", "between.2"];

impl Layout {
    fn new(spec: &SharedSpec) -> Self {
        let mut count = 0;
        let mut block = |name, inputs, outputs| {
            let block = Block { name, at: count, inputs, outputs };
            count += inputs * outputs;
            block
        };
        let width = spec.width;
        let embed = Dense {
            weights: block("embed.weights", FEATURES + spec.style, width),
            biases: block("embed.biases", 1, width),
        };
        let up = Dense { weights: block("up.weights", width, width), biases: block("up.biases", 1, width) };
        let children = block("up.children", width, width);
        let down = Dense { weights: block("down.weights", 2 * width, width), biases: block("down.biases", 1, width) };
        let parent = block("down.parent", width, width);
        let mix = Dense { weights: block("mix.weights", 2 * width, width), biases: block("mix.biases", 1, width) };
        let (of_joint, of_body) = (joint_outputs(spec), body_outputs(spec));
        let joint =
            Dense { weights: block("joint.weights", width, of_joint), biases: block("joint.biases", 1, of_joint) };
        let body = Dense { weights: block("body.weights", width, of_body), biases: block("body.biases", 1, of_body) };
        let common = block("common", spec.observations(), spec.hidden[0]);
        let between = spec.hidden.windows(2).zip(BETWEEN).map(|(pair, name)| block(name, pair[0], pair[1])).collect();
        Self { embed, up, children, down, parent, mix, joint, body, common, between, count }
    }

    /// All blocks in their order.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = Block> {
        let dense = [self.embed, self.up, self.down, self.mix, self.joint, self.body];
        let [embed, up, down, mix, joint, body] = dense.map(|layer| [layer.weights, layer.biases]);
        let first = [embed, up].concat().into_iter().chain([self.children]).chain(down).chain([self.parent]);
        first.chain(mix).chain(joint).chain(body).chain([self.common]).chain(self.between.clone())
    }
}

/// Numbers of a joint's rhythm: offset, sine, cosine.
pub const RHYTHM: usize = 3;

/// Numbers that the network gives for a joint: its rhythm, weights of its observations, weights of its servo.
fn joint_outputs(spec: &SharedSpec) -> usize {
    RHYTHM + JOINT_OBSERVATIONS * spec.hidden[0] + spec.servo_weights()
}

/// Numbers that it gives for a body: the frequency, biases of the hidden layers.
fn body_outputs(spec: &SharedSpec) -> usize {
    1 + spec.hidden.iter().sum::<usize>()
}

/// One brain for all bodies.
#[derive(Clone)]
pub struct SharedBrain<T> {
    spec: SharedSpec,
    layout: Layout,
    weights: Vec<T>,
    /// The weights of each layer with rows for columns, for the backward pass, at the same places.
    transposed: Vec<T>,
}

impl<T> std::fmt::Debug for SharedBrain<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedBrain").field("spec", &self.spec).finish_non_exhaustive()
    }
}

impl<T: Number> SharedBrain<T> {
    /// With random weights.
    ///
    /// # Panics
    ///
    /// When the specification has [`problems`](SharedSpec::problems).
    pub fn random(spec: &SharedSpec, seed: u64) -> Self {
        let mut stream = Stream::new(seed, 0, 0, Purpose::Weights);
        let layout = Layout::new(spec);
        let mut weights = vec![T::zero(); layout.count];
        for block in layout.blocks() {
            if block.inputs == 1 {
                // Biases begin at zero.
                continue;
            }
            let deviation = 1.0 / (block.inputs as f64).sqrt();
            block.of_mut(&mut weights).iter_mut().for_each(|weight| *weight = T::from_f64(deviation * stream.normal()));
        }
        // It begins with small oscillations, and feels nothing.
        let last = spec.servo_weights();
        for row in layout.joint.weights.of_mut(&mut weights).chunks_exact_mut(joint_outputs(spec)) {
            row[..RHYTHM].iter_mut().for_each(|weight| *weight *= T::from_f64(FIRST_RHYTHM));
            let servo = row.len() - last;
            row[servo..].fill(T::zero());
        }
        Self::new(spec, weights)
    }

    /// With given weights.
    ///
    /// # Panics
    ///
    /// When there are more or fewer than the specification has.
    pub fn new(spec: &SharedSpec, weights: Vec<T>) -> Self {
        let layout = Layout::new(spec);
        assert_eq!(weights.len(), layout.count, "weights of a shared brain");
        let mut brain = Self { spec: spec.clone(), layout, transposed: weights.clone(), weights };
        brain.transpose();
        brain
    }

    /// Its sizes.
    pub fn spec(&self) -> &SharedSpec {
        &self.spec
    }

    /// All weights.
    pub fn weights(&self) -> &[T] {
        &self.weights
    }

    /// Changes all weights.
    pub fn change(&mut self, change: impl FnOnce(&mut [T])) {
        change(&mut self.weights);
        self.transpose();
    }

    /// Numbers that the network gives for a joint: three of its rhythm, then weights.
    pub(crate) fn joint_numbers(&self) -> usize {
        joint_outputs(&self.spec)
    }

    /// Number of weights of a brain of some sizes.
    pub fn count(spec: &SharedSpec) -> usize {
        Layout::new(spec).count
    }

    /// Its named arrays, each with where it stands among the weights and its shape (inputs, outputs).
    pub(crate) fn blocks(&self) -> impl Iterator<Item = (&'static str, Range<usize>, [usize; 2])> {
        Self::blocks_of(&self.spec)
    }

    /// As [`blocks`](Self::blocks), for some sizes.
    pub(crate) fn blocks_of(spec: &SharedSpec) -> impl Iterator<Item = (&'static str, Range<usize>, [usize; 2])> {
        let blocks: Vec<Block> = Layout::new(spec).blocks().collect();
        blocks.into_iter().map(|block| (block.name, block.range(), [block.inputs, block.outputs]))
    }

    /// The same with other numbers.
    pub fn cast<U: Number>(&self) -> SharedBrain<U> {
        SharedBrain::new(&self.spec, self.weights.iter().map(|weight| U::from_f64(weight.to_f64())).collect())
    }

    fn transpose(&mut self) {
        for block in self.layout.blocks() {
            let (from, to) = (block.of(&self.weights), block.of_mut(&mut self.transposed));
            for (input, row) in from.chunks_exact(block.outputs).enumerate() {
                row.iter().enumerate().for_each(|(output, &weight)| to[output * block.inputs + input] = weight);
            }
        }
    }
}
