//! The frozen brain of all bodies that a policy names: a path in the file, a brain once the experiment is read.

use burgess_learn::train::Trained;
use burgess_learn::{Number, SharedBrain};
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

/// A file that `burgess pretrain` wrote, relative to the file that names it. It stays the same brain when the file changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct SharedBrainFile {
    name: String,
    brain: Option<Arc<Frozen>>,
}

#[derive(Debug)]
struct Frozen {
    trained: Trained,
    /// What genomes are grown with.
    exact: SharedBrain<f64>,
}

impl SharedBrainFile {
    /// Of a brain that is there already.
    pub fn of(trained: Trained, name: impl Into<String>) -> Self {
        let exact = trained.brain.cast();
        Self { name: name.into(), brain: Some(Arc::new(Frozen { trained, exact })) }
    }

    /// Reads the brain from where the file lies.
    ///
    /// # Errors
    ///
    /// When there is no such brain; the message has what was expected and what came.
    pub(super) fn read(&mut self, path: &Path) -> Result<(), String> {
        let trained = Trained::load(path).map_err(|error| error.to_string())?;
        *self = Self::of(trained, std::mem::take(&mut self.name));
        Ok(())
    }

    /// The same brain under another path.
    pub(super) fn named(&self, name: &Path) -> Self {
        Self { name: name.display().to_string(), brain: self.brain.clone() }
    }

    /// The path as it is written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The brain as it was trained, if it was read.
    pub fn trained(&self) -> Option<&Trained> {
        Some(&self.brain.as_ref()?.trained)
    }

    /// The brain as genomes are grown with it, over any number.
    ///
    /// # Panics
    ///
    /// When it was not read.
    pub(super) fn over<T: Number>(&self) -> Cow<'_, SharedBrain<T>> {
        let Frozen { exact, .. } = self.brain.as_deref().expect("a policy's brain is read with the policy");
        match (exact as &dyn Any).downcast_ref() {
            Some(same) => Cow::Borrowed(same),
            None => Cow::Owned(exact.cast()),
        }
    }
}

/// Two are the same when they have the same name, and the same brain if they were read.
impl PartialEq for SharedBrainFile {
    fn eq(&self, other: &Self) -> bool {
        let weights = |file: &Self| file.trained().map(|trained| trained.brain.hash());
        self.name == other.name && weights(self) == weights(other)
    }
}

impl From<String> for SharedBrainFile {
    fn from(name: String) -> Self {
        Self { name, brain: None }
    }
}

impl From<SharedBrainFile> for String {
    fn from(file: SharedBrainFile) -> Self {
        file.name
    }
}
