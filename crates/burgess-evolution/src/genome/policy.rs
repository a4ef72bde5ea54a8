//! What an experiment says of brains: their kind, and who shares their parameters.

use super::world_model::WorldModelFile;
use burgess_physics::model::{OBSERVATIONS, wanted_observations};
use burgess_physics::observer::Observer;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
    /// The world model whose latent state it observes.
    pub fn world_model(&self) -> Option<&WorldModelFile> {
        match self {
            Policy::Mlp { world_model, .. } => world_model.as_ref(),
            Policy::Cpg { .. } => None,
        }
    }

    /// The same, once it was read.
    pub fn observer(&self) -> Option<&Arc<Observer>> {
        self.world_model()?.observer()
    }

    /// Length of the latent state among its observations.
    pub fn latent_size(&self) -> usize {
        self.observer().map_or(0, |observer| observer.latent_size())
    }

    /// What a network observes beside joints, of a creature that is `asked` for velocities or not.
    pub fn observations(&self, asked: bool) -> usize {
        OBSERVATIONS + wanted_observations(asked) + self.latent_size()
    }

    /// Reads its world model, if it has one; `at` says where what it names lies.
    ///
    /// # Errors
    ///
    /// When there is no such model; the message has what was expected and what came.
    pub fn read_world_model(&mut self, at: impl Fn(&Path) -> PathBuf) -> Result<(), String> {
        match self {
            Policy::Mlp { world_model: Some(file), .. } => file.read(at),
            Policy::Mlp { .. } | Policy::Cpg { .. } => Ok(()),
        }
    }

    /// As it is written elsewhere, with its world model there.
    pub fn with_world_model_at(&self, name: &Path) -> Self {
        let mut policy = self.clone();
        if let Policy::Mlp { world_model: Some(file), .. } = &mut policy {
            *file = file.named(name);
        }
        policy
    }
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
