//! Fitting a brain to a grown body: each joint looks its parameters up by its key.
//!
//! What a brain says counts from the pose at rest: with genes of zero a joint holds its zero angle, and so does one without an entry,
//! wherever that angle lies in its range. With [`Sharing::Gene`] all copies of a joint gene
//! read one entry, and differ by a phase: a step for each repeat and one for the mirrored side.

use super::LinkKey;
use crate::genome::{Brain, CpgGene, JointKey, MlpGene, Policy, SharedGene, Sharing};
use burgess_core::autodiff::{Real, real};
use burgess_learn::Number;
use burgess_learn::brain::{Input, RHYTHM};
use burgess_learn::describe::{Description, place_at_rest};
use burgess_physics::laws::soft::sigmoid;
use burgess_physics::model::{Controller, CpgJoint, JOINT_OBSERVATIONS, Layer, Model};

impl JointKey {
    /// The key of the entry that a joint reads: its own, or its gene's.
    pub fn shared(self, sharing: Sharing) -> Self {
        match sharing {
            Sharing::Instance => self,
            Sharing::Gene => Self { gene: self.gene, repeat: 0, side: 0 },
        }
    }

    /// Sum of the repeat digits: how many phase steps this copy is away from the first.
    fn repeat_steps(self) -> u32 {
        std::iter::successors(Some(self.repeat), |&rest| (rest >= 8).then_some(rest / 8)).map(|rest| rest % 8).sum()
    }

    /// Whether this copy is a mirror image of the first: an odd number of reflections.
    fn is_mirrored(self) -> bool {
        self.side.count_ones() % 2 == 1
    }

    /// Phase of this copy relative to the gene's own (rad).
    fn phase_shift<T: Real>(self, sharing: Sharing, repeat_phase: T, mirror_phase: T) -> T {
        match sharing {
            Sharing::Instance => T::zero(),
            Sharing::Gene => {
                let side = if self.is_mirrored() { mirror_phase } else { T::zero() };
                repeat_phase * real(f64::from(self.repeat_steps())) + side
            }
        }
    }
}

/// Fits the brain to the body of these links. Frequency bounds, sharing and the brain of all bodies come from the policy, all else from the brain.
///
/// # Panics
///
/// When policy and brain are of different kinds.
pub fn compile_controller<T: Number>(
    brain: &Brain<T>,
    links: &[LinkKey],
    model: &Model<T>,
    policy: &Policy,
) -> Controller<T> {
    let keys = links.iter().skip(1).map(|link| link.joint);
    let at_rest = || model.joints.iter().map(place_at_rest).collect::<Vec<T>>();
    match (brain, policy) {
        (Brain::Cpg { frequency, joints }, &Policy::Cpg { sharing, frequency: bounds }) => Controller::Cpg {
            frequency: hertz(*frequency, bounds),
            joints: cpg_joints(joints, keys, &at_rest(), sharing),
        },
        (Brain::Mlp { frequency, common, bias, hidden, joints }, &Policy::Mlp { sharing, frequency: bounds, .. }) => {
            let entry = |key: JointKey| Some(&joints[find(joints, key.shared(sharing), |entry| entry.key)?]);
            let entries: Vec<_> = keys.clone().map(entry).collect();
            let mut layers = vec![first_layer(common, bias, &entries)];
            layers.extend(hidden.iter().scan(bias.len(), |inputs, numbers| {
                let layer = dense(*inputs, numbers);
                *inputs = layer.biases.len();
                Some(layer)
            }));
            let width = layers.last().map_or(0, |layer| layer.biases.len());
            layers.push(output_layer(width, &entries, &at_rest()));
            let clocks = keys.zip(&entries).map(|(key, &entry)| clock(entry, key, sharing)).collect();
            Controller::Mlp { frequency: hertz(*frequency, bounds), layers, clocks }
        }
        (Brain::Shared { frequency, style, joints }, Policy::Shared { .. }) => {
            let body = Description::of(model);
            let rhythm = own_rhythms(joints, links);
            policy.brain_over().controller(Input { body: &body, style, rhythm: &rhythm, frequency: *frequency })
        }
        _ => panic!("a brain of another kind than its policy"),
    }
}

/// What each joint of a body adds to the rhythm that a shared brain gives it.
pub(crate) fn own_rhythms<T: Real>(entries: &[SharedGene<T>], links: &[LinkKey]) -> Vec<[T; RHYTHM]> {
    let own = |link: &LinkKey| match find(entries, link.joint, |entry| entry.key) {
        Some(place) => {
            let SharedGene { offset, clock: [sine, cosine], .. } = entries[place];
            [offset, sine, cosine]
        }
        None => [T::zero(); RHYTHM],
    };
    links.iter().skip(1).map(own).collect()
}

fn hertz<T: Real>(logit: T, (low, high): (f64, f64)) -> T {
    sigmoid(logit) * real(high - low) + real(low)
}

fn find<E>(entries: &[E], key: JointKey, key_of: impl Fn(&E) -> JointKey) -> Option<usize> {
    entries.binary_search_by_key(&key, key_of).ok()
}

fn cpg_joints<T: Real>(
    entries: &[CpgGene<T>],
    keys: impl Iterator<Item = JointKey>,
    at_rest: &[T],
    sharing: Sharing,
) -> Vec<CpgJoint<T>> {
    let joint = |(key, &at_rest): (JointKey, &T)| {
        let Some(place) = find(entries, key.shared(sharing), |entry| entry.key) else {
            return CpgJoint { offset: at_rest.tanh(), ..CpgJoint::default() };
        };
        let entry = &entries[place];
        let phase = entry.phase + key.phase_shift(sharing, entry.repeat_phase, entry.mirror_phase);
        CpgJoint { amplitude: entry.amplitude.tanh(), phase, offset: (entry.offset + at_rest).tanh() }
    };
    keys.zip(at_rest).map(joint).collect()
}

/// Inputs: the common observations, then angle, rate and contact of each joint in link order.
fn first_layer<T: Real>(common: &[T], bias: &[T], entries: &[Option<&MlpGene<T>>]) -> Layer<T> {
    let width = bias.len();
    let observations = common.len() / width.max(1);
    let inputs = observations + JOINT_OBSERVATIONS * entries.len();
    let mut weights = Vec::with_capacity(width * inputs);
    for unit in 0..width {
        weights.extend((0..observations).map(|input| common[input * width + unit]));
        for entry in entries {
            let weight = |input: usize| entry.map_or(T::zero(), |entry| entry.input[input * width + unit]);
            weights.extend((0..JOINT_OBSERVATIONS).map(weight));
        }
    }
    Layer { inputs, weights, biases: bias.to_vec() }
}

/// A layer stored as weights (outputs x inputs) followed by biases.
fn dense<T: Real>(inputs: usize, numbers: &[T]) -> Layer<T> {
    let outputs = numbers.len() / (inputs + 1);
    let (weights, biases) = numbers.split_at(outputs * inputs);
    Layer { inputs, weights: weights.to_vec(), biases: biases.to_vec() }
}

/// One row a joint.
fn output_layer<T: Real>(width: usize, entries: &[Option<&MlpGene<T>>], at_rest: &[T]) -> Layer<T> {
    let row = |entry: &Option<&MlpGene<T>>| entry.map_or_else(|| vec![T::zero(); width], |entry| entry.output.clone());
    Layer {
        inputs: width,
        weights: entries.iter().flat_map(row).collect(),
        biases: entries
            .iter()
            .zip(at_rest)
            .map(|(entry, &at_rest)| entry.map_or(at_rest, |e| e.bias + at_rest))
            .collect(),
    }
}

fn clock<T: Real>(entry: Option<&MlpGene<T>>, key: JointKey, sharing: Sharing) -> [T; 3] {
    entry.map_or([T::zero(); 3], |entry| {
        let [sine, cosine] = entry.clock;
        [sine, cosine, key.phase_shift(sharing, entry.repeat_phase, entry.mirror_phase)]
    })
}
