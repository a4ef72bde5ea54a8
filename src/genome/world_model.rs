//! The frozen world model of a policy: a path in the file, a model once the experiment is read.

use super::Policy;
use burgess_latent::FrozenWorldModel;
use burgess_physics::observer::Observer;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A model's two files without their extensions, relative to the file that names them. It stays the same model when the files change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct WorldModelFile {
    name: String,
    model: Option<FrozenWorldModel>,
}

impl WorldModelFile {
    /// Of a model that is there already.
    pub fn of(model: FrozenWorldModel, name: impl Into<String>) -> Self {
        Self { name: name.into(), model: Some(model) }
    }

    /// The path as it is written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The model, if it was read.
    pub fn model(&self) -> Option<&FrozenWorldModel> {
        self.model.as_ref()
    }

    /// The model as backends compute with it, if it was read.
    pub fn observer(&self) -> Option<&Arc<Observer>> {
        self.model().map(FrozenWorldModel::observer)
    }
}

impl From<String> for WorldModelFile {
    fn from(name: String) -> Self {
        Self { name, model: None }
    }
}

impl From<WorldModelFile> for String {
    fn from(file: WorldModelFile) -> Self {
        file.name
    }
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

    /// Reads its world model, if it has one; `at` says where what it names lies.
    ///
    /// # Errors
    ///
    /// When there is no such model; the message has what was expected and what came.
    pub fn read_world_model(&mut self, at: impl Fn(&Path) -> PathBuf) -> Result<(), String> {
        if let Policy::Mlp { world_model: Some(file), .. } = self {
            let model = FrozenWorldModel::load(&at(Path::new(&file.name))).map_err(|error| error.to_string())?;
            file.model = Some(model);
        }
        Ok(())
    }

    /// As it is written elsewhere, with its world model there.
    pub fn with_world_model_at(&self, name: &Path) -> Self {
        let mut policy = self.clone();
        if let Policy::Mlp { world_model: Some(file), .. } = &mut policy {
            file.name = name.display().to_string();
        }
        policy
    }
}
