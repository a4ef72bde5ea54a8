//! A trained world model as brains observe it: the encoder that it was trained as, and the numbers that backends compute with.

use crate::encoder::Encoder;
use crate::error::LatentError;
use crate::spec::Size;
use burgess_physics::frame::recorded_layout;
use burgess_physics::observer::{Observer, Parts};
use std::path::Path;
use std::sync::Arc;
use thiserror::Error;

/// A world model that learns no more.
#[derive(Clone, Debug)]
pub struct FrozenWorldModel {
    encoder: Encoder,
    observer: Arc<Observer>,
}

/// Why an encoder cannot serve as a world model.
#[derive(Debug, Error)]
pub enum WorldModelError {
    /// It could not be read, or has other features.
    #[error(transparent)]
    Latent(#[from] LatentError),
    /// It is another kind of encoder.
    #[error("expected a WorldModel, got an encoder of kind {0}")]
    Kind(&'static str),
}

impl FrozenWorldModel {
    /// Reads a model that `burgess train-encoder` wrote; `name` is without extension.
    ///
    /// # Errors
    ///
    /// Files that are missing or damaged, another kind of encoder, or one of other features; the message has what was expected and what
    /// came.
    pub fn load(name: &Path) -> Result<Self, WorldModelError> {
        Self::new(Encoder::read_file(name)?)
    }

    /// A world model of recorded features.
    ///
    /// # Errors
    ///
    /// Another kind of encoder, or one of other features.
    pub fn new(encoder: Encoder) -> Result<Self, WorldModelError> {
        let sizes = encoder.sizes().ok_or(WorldModelError::Kind(encoder.spec().kind.name()))?;
        let (layout, normaliser) = (encoder.layout(), encoder.normaliser());
        let of_columns = |number: fn(&crate::normaliser::Normaliser, usize) -> f64| -> Vec<f32> {
            (0..layout.width()).map(|column| number(normaliser, column) as f32).collect()
        };
        let means = of_columns(crate::normaliser::Normaliser::mean);
        let deviations = of_columns(crate::normaliser::Normaliser::deviation);
        let identity = encoder.hash();
        let parts = Parts { layout, sizes, means: &means, deviations: &deviations, identity: &identity };
        let observer = Observer::new(parts, |name| encoder.array(name)).map_err(LatentError::from)?;
        Ok(Self { observer: Arc::new(observer), encoder })
    }

    /// One of a size with the first weights of a seed, for frames so many times a second: for checks that need no training.
    ///
    /// # Errors
    ///
    /// When there can be no model of this size.
    pub fn untrained(size: Size, rate: f64, seed: u64) -> Result<Self, WorldModelError> {
        Self::new(Encoder::untrained_world_model(size, &recorded_layout(rate), seed)?)
    }

    /// Writes it to two files for [`load`](Self::load).
    ///
    /// # Errors
    ///
    /// When one can't be written.
    pub fn save(&self, name: &Path) -> Result<(), WorldModelError> {
        self.encoder.save_file(name)?;
        Ok(())
    }

    /// The model as an encoder.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// The model as backends compute with it.
    pub fn observer(&self) -> &Arc<Observer> {
        &self.observer
    }
}

impl PartialEq for FrozenWorldModel {
    fn eq(&self, other: &Self) -> bool {
        self.observer == other.observer
    }
}
