//! What an experiment says of brains: their kind, and who shares their parameters.

use super::shared_brain::SharedBrainFile;
use super::world_model::WorldModelFile;
use burgess_learn::train::{Trained, TrainingSpec};
use burgess_learn::{Number, SharedBrain, SharedSpec};
use burgess_physics::model::{OBSERVATIONS, wanted_observations};
use burgess_physics::observer::Observer;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
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
    /// One brain for all bodies, frozen (docs/learning.md). What evolves beside the body is a style, and a rhythm of each joint that is added to what
    /// the brain gives: each joint of the grown body has its own.
    Shared {
        /// The brain: a file of `burgess pretrain`, relative to the experiment's folder.
        #[serde(default)]
        brain: Option<SharedBrainFile>,
        /// Instead of it: how one is trained before the run begins, on random bodies of the experiment. A run keeps it as its brain.
        #[serde(default)]
        train: Option<TrainingSpec>,
        /// Sizes of the brain that is trained.
        #[serde(default)]
        sizes: SharedSpec,
        /// The first digits of the brain's hash, which a run writes down: another brain is refused.
        #[serde(default)]
        hash: Option<String>,
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
            Policy::Cpg { .. } | Policy::Shared { .. } => None,
        }
    }

    /// The brain that all bodies share.
    pub fn shared_brain(&self) -> Option<&SharedBrainFile> {
        match self {
            Policy::Shared { brain, .. } => brain.as_ref(),
            Policy::Cpg { .. } | Policy::Mlp { .. } => None,
        }
    }

    /// The same, once it was read or trained.
    ///
    /// # Panics
    ///
    /// When the policy is of another kind, or its brain is neither read nor trained.
    pub(crate) fn trained_brain(&self) -> &Trained {
        self.shared_brain().and_then(SharedBrainFile::trained).expect("a shared brain that was read or trained")
    }

    /// The brain that all bodies share, over any number.
    ///
    /// # Panics
    ///
    /// As [`trained_brain`](Self::trained_brain).
    pub(crate) fn brain_over<T: Number>(&self) -> Cow<'_, SharedBrain<T>> {
        self.shared_brain().expect("a policy with a shared brain").over()
    }

    /// Sizes of the brain that all bodies share, also before it is trained.
    pub(crate) fn shared_sizes(&self) -> Option<&SharedSpec> {
        let Policy::Shared { brain, sizes, .. } = self else { return None };
        let read = brain.as_ref().and_then(SharedBrainFile::trained);
        Some(read.map_or(sizes, |trained| trained.brain.spec()))
    }

    /// How its brain is to be trained before anything can be grown with it.
    pub fn training(&self) -> Option<&TrainingSpec> {
        match self {
            Policy::Shared { train, .. } => train.as_ref(),
            Policy::Cpg { .. } | Policy::Mlp { .. } => None,
        }
    }

    /// With a brain that was trained, as a run keeps it.
    pub fn with_brain(trained: Trained) -> Self {
        let hash = Some(trained.brain.hash()[..HASH_DIGITS].to_owned());
        let brain = Some(SharedBrainFile::of(trained, FROZEN_BRAIN));
        Policy::Shared { brain, train: None, sizes: SharedSpec::default(), hash }
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

    /// Reads the file that it names, if it names one.
    ///
    /// # Errors
    ///
    /// When there is no such file: the field that names it, and what was expected and what came.
    pub fn read_files(&mut self, files: Files<'_>) -> Result<(), (&'static str, String)> {
        match self {
            Policy::Mlp { world_model: Some(file), .. } => {
                let path = files.path(file.name(), FROZEN_WORLD_MODEL);
                file.read(&path).map_err(|problem| ("policy.world_model", problem))
            }
            Policy::Shared { brain: Some(brain), hash, .. } => {
                let path = files.path(brain.name(), FROZEN_BRAIN);
                brain.read(&path).map_err(|problem| ("policy.brain", problem))?;
                let (Some(hash), Some(trained)) = (hash, brain.trained()) else { return Ok(()) };
                let came = trained.brain.hash();
                if came.starts_with(hash.as_str()) {
                    return Ok(());
                }
                let problem = format!("{}: must be the brain {hash}, is {}", path.display(), &came[..HASH_DIGITS]);
                Err(("policy.brain", problem))
            }
            Policy::Mlp { .. } | Policy::Cpg { .. } | Policy::Shared { .. } => Ok(()),
        }
    }

    /// Writes the file that it names, which was read, into a run's folder.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) fn freeze_files(&self, folder: &Path) -> anyhow::Result<()> {
        if let Some(model) = self.world_model().and_then(WorldModelFile::model) {
            model.save(&folder.join(FROZEN_WORLD_MODEL))?;
        }
        if let Some(trained) = self.shared_brain().and_then(SharedBrainFile::trained) {
            trained.save(&folder.join(FROZEN_BRAIN))?;
        }
        Ok(())
    }

    /// As a run writes it down: what it names lies in the run's folder, under its name there.
    pub(crate) fn frozen(&self) -> Self {
        match self.shared_brain().and_then(SharedBrainFile::trained) {
            Some(trained) => Self::with_brain(trained.clone()),
            None => self.with_frozen_files(Path::new("")),
        }
    }

    /// As it is written elsewhere, with what it names in a run's folder.
    pub fn with_frozen_files(&self, folder: &Path) -> Self {
        let mut policy = self.clone();
        match &mut policy {
            Policy::Mlp { world_model: Some(file), .. } => *file = file.named(&folder.join(FROZEN_WORLD_MODEL)),
            Policy::Shared { brain: Some(brain), .. } => *brain = brain.named(&folder.join(FROZEN_BRAIN)),
            Policy::Mlp { .. } | Policy::Cpg { .. } | Policy::Shared { .. } => {}
        }
        policy
    }
}

impl Policy {
    /// Who shares brain parameters.
    pub fn sharing(&self) -> Sharing {
        match *self {
            Policy::Cpg { sharing, .. } | Policy::Mlp { sharing, .. } => sharing,
            Policy::Shared { .. } => Sharing::Instance,
        }
    }
}

/// Name of the world model in a run's folder, without extensions.
const FROZEN_WORLD_MODEL: &str = "observer";
/// Digits of a brain's hash that a run writes down.
const HASH_DIGITS: usize = 16;
/// Name of the shared brain in a run's folder.
const FROZEN_BRAIN: &str = "brain.safetensors";

/// Where the files lie that a policy names.
#[derive(Clone, Copy, Debug)]
pub enum Files<'a> {
    /// Where it says, from this folder on.
    Named(&'a Path),
    /// In a run's folder, frozen.
    Frozen(&'a Path),
}

impl Files<'_> {
    fn path(self, name: &str, frozen: &str) -> PathBuf {
        match self {
            Files::Named(folder) => folder.join(name),
            Files::Frozen(folder) => folder.join(frozen),
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
