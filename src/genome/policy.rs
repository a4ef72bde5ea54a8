//! What an experiment says of brains: their kind, and who shares their parameters.

use super::world_model::WorldModelFile;
use serde::{Deserialize, Serialize};

/// The kind of brain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Policy {
    /// Central pattern generator: an amplitude, a phase and an offset a joint, and one frequency.
    Cpg {
        /// Who shares parameters.
        #[serde(default)]
        sharing: Sharing,
        /// Bounds of the common frequency (Hz).
        #[serde(default = "default_frequency")]
        frequency: (f64, f64),
    },
    /// Multi-layer perceptron with tanh units.
    Mlp {
        /// Units of each hidden layer, at least one layer.
        hidden: Vec<usize>,
        /// Who shares parameters.
        #[serde(default)]
        sharing: Sharing,
        /// Bounds of the clock's frequency (Hz).
        #[serde(default = "default_frequency")]
        frequency: (f64, f64),
        /// Decisions a second; must divide `physics.rate`.
        #[serde(default = "default_control_rate")]
        control_rate: u32,
        /// A frozen world model whose latent state is observed, too: a path without extension, relative to the experiment's folder.
        #[serde(default)]
        world_model: Option<WorldModelFile>,
    },
}

/// Who shares brain parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sharing {
    /// Each joint of the grown body has its own.
    #[default]
    Instance,
    /// All copies of a joint gene share them, with a phase step a repeat and a phase for the mirrored side.
    Gene,
}

impl Policy {
    /// Who shares brain parameters.
    pub fn sharing(&self) -> Sharing {
        match *self {
            Policy::Cpg { sharing, .. } | Policy::Mlp { sharing, .. } => sharing,
        }
    }

    /// Bounds of the common frequency (Hz).
    pub fn frequency(&self) -> (f64, f64) {
        match *self {
            Policy::Cpg { frequency, .. } | Policy::Mlp { frequency, .. } => frequency,
        }
    }
}

impl Default for Policy {
    /// A pattern generator with parameters by joint.
    fn default() -> Self {
        Self::Cpg { sharing: Sharing::default(), frequency: default_frequency() }
    }
}

fn default_frequency() -> (f64, f64) {
    (0.5, 2.5)
}
fn default_control_rate() -> u32 {
    60
}
