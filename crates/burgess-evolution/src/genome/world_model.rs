//! The frozen world model of a policy: a path in the file, a model once the experiment is read.

use burgess_latent::FrozenWorldModel;
use burgess_physics::observer::Observer;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

/// A model's two files without their extensions, relative to the file that names them. It stays the same model when the files change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct WorldModelFile {
    name: String,
    model: Option<Arc<FrozenWorldModel>>,
}

impl WorldModelFile {
    /// Of a model that is there already.
    pub fn of(model: FrozenWorldModel, name: impl Into<String>) -> Self {
        Self { name: name.into(), model: Some(Arc::new(model)) }
    }

    /// Reads the model from where its files lie, a path without extension.
    ///
    /// # Errors
    ///
    /// When there is no such model; the message has what was expected and what came.
    pub(super) fn read(&mut self, path: &Path) -> Result<(), String> {
        let model = FrozenWorldModel::load(path).map_err(|error| error.to_string())?;
        self.model = Some(Arc::new(model));
        Ok(())
    }

    /// The same model under another path.
    pub(super) fn named(&self, name: &Path) -> Self {
        Self { name: name.display().to_string(), model: self.model.clone() }
    }

    /// The path as it is written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The model, if it was read.
    pub fn model(&self) -> Option<&FrozenWorldModel> {
        self.model.as_deref()
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
