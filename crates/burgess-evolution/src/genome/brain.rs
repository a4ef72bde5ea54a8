//! New brains, and brains made of the entries of old ones.

use super::{Brain, CpgGene, JointKey, MlpGene, SharedGene};
use crate::genome::{Policy, Sharing};
use burgess_core::rng::Stream;
use burgess_physics::model::JOINT_OBSERVATIONS;
use std::f64::consts::PI;

/// Standard deviation of a random pattern generator's amplitude genes: amplitudes about half of the joint's range.
const AMPLITUDE: f64 = 0.6;
/// Standard deviation of random offset genes.
const OFFSET: f64 = 0.2;
/// Standard deviation of a random network's weights from the clock to the servo targets: it moves from the start.
const CLOCK: f64 = 0.6;
/// Standard deviation of a random network's biases.
const BIAS: f64 = 0.1;

/// Standard deviation of a random style and of a body's own share of a shared brain's rhythm: it moves as the brain has it, nearly.
const OWN: f64 = 0.1;

/// Where the entry of a joint comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Inheritance {
    /// The key of the entry to be made.
    pub key: JointKey,
    /// Which brain, and the key there; without one the joint starts at zero output.
    pub from: Option<(usize, JointKey)>,
}

impl Brain {
    /// A random brain with one entry for each of `keys`, which must be sorted, of a creature that is `asked` for velocities or not.
    pub fn random(policy: &Policy, asked: bool, keys: &[JointKey], stream: &mut Stream) -> Self {
        let sharing = policy.sharing();
        match policy {
            Policy::Cpg { .. } => Brain::Cpg {
                frequency: stream.normal(),
                joints: keys.iter().map(|&key| random_cpg(key, sharing, stream)).collect(),
            },
            Policy::Mlp { hidden, .. } => {
                let first = hidden.first().copied().unwrap_or(0);
                let last = hidden.last().copied().unwrap_or(0);
                let observations = policy.observations(asked);
                let fan_in = observations + JOINT_OBSERVATIONS * keys.len();
                Brain::Mlp {
                    frequency: stream.normal(),
                    common: weights(observations * first, fan_in, stream),
                    bias: normals(first, BIAS, stream),
                    hidden: hidden.windows(2).map(|pair| random_layer(pair[0], pair[1], stream)).collect(),
                    joints: keys.iter().map(|&key| random_mlp(key, sharing, (first, last), fan_in, stream)).collect(),
                }
            }
            Policy::Shared { .. } => Brain::Shared {
                frequency: OWN * stream.normal(),
                style: normals(policy.trained_brain().brain.spec().style, OWN, stream),
                joints: keys.iter().map(|&key| random_shared(key, stream)).collect(),
            },
        }
    }
}

impl<T> Brain<T> {
    /// Whether it observes velocities that it is asked for, being one of a policy.
    pub fn is_asked(&self, policy: &Policy) -> bool {
        match self {
            Brain::Cpg { .. } => false,
            Brain::Shared { .. } => policy.shared_sizes().is_some_and(|sizes| sizes.commands),
            Brain::Mlp { common, bias, .. } => common.len() == policy.observations(true).saturating_mul(bias.len()),
        }
    }
}

/// A brain with the common part of the first donor and the entries that `wanted` lists, in its order.
pub(crate) fn inherit(donors: &[&Brain], wanted: &[Inheritance]) -> Brain {
    match donors[0] {
        Brain::Cpg { frequency, .. } => Brain::Cpg {
            frequency: *frequency,
            joints: wanted.iter().map(|want| CpgGene { key: want.key, ..cpg_entry(donors, want) }).collect(),
        },
        Brain::Mlp { frequency, common, bias, hidden, .. } => {
            let last = hidden.iter().fold(bias.len(), |inputs, layer| layer.len() / (inputs + 1));
            let widths = (bias.len(), last);
            Brain::Mlp {
                frequency: *frequency,
                common: common.clone(),
                bias: bias.clone(),
                hidden: hidden.clone(),
                joints: wanted
                    .iter()
                    .map(|want| MlpGene { key: want.key, ..mlp_entry(donors, want, widths) })
                    .collect(),
            }
        }
        Brain::Shared { frequency, style, .. } => Brain::Shared {
            frequency: *frequency,
            style: style.clone(),
            joints: wanted.iter().map(|want| SharedGene { key: want.key, ..shared_entry(donors, want) }).collect(),
        },
    }
}

/// The inherited entry, or one with zero output.
fn cpg_entry(donors: &[&Brain], want: &Inheritance) -> CpgGene {
    let old = want.from.and_then(|(donor, key)| match donors[donor] {
        Brain::Cpg { joints, .. } => joints.iter().find(|entry| entry.key == key).copied(),
        Brain::Mlp { .. } | Brain::Shared { .. } => None,
    });
    let zero = CpgGene { key: want.key, amplitude: 0.0, phase: 0.0, offset: 0.0, repeat_phase: 0.0, mirror_phase: 0.0 };
    old.unwrap_or(zero)
}

/// The inherited entry, or one that neither sees nor moves its joint.
fn mlp_entry(donors: &[&Brain], want: &Inheritance, (first, last): (usize, usize)) -> MlpGene {
    let old = want.from.and_then(|(donor, key)| match donors[donor] {
        Brain::Mlp { joints, .. } => joints.iter().find(|entry| entry.key == key).cloned(),
        Brain::Cpg { .. } | Brain::Shared { .. } => None,
    });
    old.unwrap_or_else(|| MlpGene {
        key: want.key,
        input: vec![0.0; JOINT_OBSERVATIONS * first],
        output: vec![0.0; last],
        bias: 0.0,
        clock: [0.0; 2],
        repeat_phase: 0.0,
        mirror_phase: 0.0,
    })
}

/// The inherited entry, or one that leaves the joint to the shared brain.
fn shared_entry(donors: &[&Brain], want: &Inheritance) -> SharedGene {
    let old = want.from.and_then(|(donor, key)| match donors[donor] {
        Brain::Shared { joints, .. } => joints.iter().find(|entry| entry.key == key).copied(),
        Brain::Cpg { .. } | Brain::Mlp { .. } => None,
    });
    old.unwrap_or(SharedGene { key: want.key, offset: 0.0, clock: [0.0; 2] })
}

fn random_shared(key: JointKey, stream: &mut Stream) -> SharedGene {
    SharedGene { key, offset: OWN * stream.normal(), clock: [OWN * stream.normal(), OWN * stream.normal()] }
}

fn random_cpg(key: JointKey, sharing: Sharing, stream: &mut Stream) -> CpgGene {
    let (amplitude, phase, offset) = (AMPLITUDE * stream.normal(), stream.range(-PI, PI), OFFSET * stream.normal());
    let [repeat_phase, mirror_phase] = random_phases(sharing, stream);
    CpgGene { key, amplitude, phase, offset, repeat_phase, mirror_phase }
}

fn random_mlp(
    key: JointKey,
    sharing: Sharing,
    (first, last): (usize, usize),
    fan_in: usize,
    stream: &mut Stream,
) -> MlpGene {
    let input = weights(JOINT_OBSERVATIONS * first, fan_in, stream);
    let output = weights(last, last, stream);
    let bias = BIAS * stream.normal();
    let clock = [CLOCK * stream.normal(), CLOCK * stream.normal()];
    let [repeat_phase, mirror_phase] = random_phases(sharing, stream);
    MlpGene { key, input, output, bias, clock, repeat_phase, mirror_phase }
}

/// Phases between copies, which only mean something where copies share an entry.
fn random_phases(sharing: Sharing, stream: &mut Stream) -> [f64; 2] {
    match sharing {
        Sharing::Instance => [0.0; 2],
        Sharing::Gene => [stream.range(-PI, PI), stream.range(-PI, PI)],
    }
}

/// Weights, then biases.
fn random_layer(inputs: usize, outputs: usize, stream: &mut Stream) -> Vec<f64> {
    let mut layer = weights(inputs * outputs, inputs, stream);
    layer.extend(normals(outputs, BIAS, stream));
    layer
}

/// Weights that give a unit with `fan_in` inputs of size one an activation of size one.
fn weights(count: usize, fan_in: usize, stream: &mut Stream) -> Vec<f64> {
    normals(count, 1.0 / (fan_in.max(1) as f64).sqrt(), stream)
}

fn normals(count: usize, deviation: f64, stream: &mut Stream) -> Vec<f64> {
    (0..count).map(|_| deviation * stream.normal()).collect()
}
