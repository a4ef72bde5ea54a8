//! A frozen world model that watches episodes: what its latent state is made of (`docs/latent.md`), as one list of numbers that the
//! backends compute with. Its weights are constants: nothing that is searched for or differentiated by.

use super::cpu::features::FEATURES;
use super::cpu::record::layout;
use crate::latent::{Encoder, LatentError, Role, Size, Sizes};
use std::fmt::{self, Debug, Formatter};
use std::path::Path;

/// Features of a frame that are observed; the others, behind them, are commanded.
pub const OBSERVED: usize = 24;

/// A world model, ready to watch.
#[derive(Clone)]
pub struct Observer {
    encoder: Encoder,
    sizes: Sizes,
    numbers: Vec<f32>,
    places: Places,
}

/// Where each part begins in [`Observer::numbers`]. Layers are their weights, one row of columns an input, then their biases, then their
/// scales if they have any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Means of the features; their deviations follow.
    pub normaliser: usize,
    /// From h, z and the commanded features to the hidden layer x.
    pub input: usize,
    /// From a block of h, and x, to its reset, candidate and update: block after block, then the biases of all.
    pub gates: usize,
    /// From the observed features to a hidden layer.
    pub observe: usize,
    /// From h and that layer to another.
    pub posterior: usize,
    /// From that one to the logits of z.
    pub logits: usize,
    /// Numbers of all.
    pub count: usize,
}

/// What an experiment's world model must be and was not.
#[derive(Debug, thiserror::Error)]
pub enum ObserverError {
    /// It could not be read.
    #[error(transparent)]
    Latent(#[from] LatentError),
    /// It is another kind of encoder.
    #[error("expected a WorldModel, got an encoder of kind {0}")]
    Kind(&'static str),
}

impl Observer {
    /// Reads a model that `burgess train-encoder` wrote; `name` is without extension.
    ///
    /// # Errors
    ///
    /// Files that are missing or damaged, another kind of encoder, or one of other features; the message has what was expected and what
    /// came.
    pub fn load(name: &Path) -> Result<Self, ObserverError> {
        Self::new(Encoder::read_file(name)?)
    }

    /// Of a world model of recorded features.
    ///
    /// # Errors
    ///
    /// Another kind of encoder, or one of other features.
    pub fn new(encoder: Encoder) -> Result<Self, ObserverError> {
        let kind = encoder.spec().kind.name();
        let sizes = encoder.sizes().ok_or(ObserverError::Kind(kind))?;
        layout(encoder.layout().rate()).check_same(encoder.layout())?;
        debug_assert!(encoder.layout().columns(Role::Observed).iter().copied().eq(0..OBSERVED));
        let mut numbers = Vec::new();
        let normaliser = encoder.normaliser();
        numbers.extend((0..FEATURES).map(|column| normaliser.mean(column) as f32));
        numbers.extend((0..FEATURES).map(|column| normaliser.deviation(column) as f32));
        let mut layer = |name: &str, parts: &[&str]| {
            let begin = numbers.len();
            for part in parts {
                numbers.extend_from_slice(encoder.array(&format!("{name}.{part}")));
            }
            begin
        };
        let hidden = ["weight", "bias", "scale"];
        let places = Places {
            normaliser: 0,
            input: layer("input", &hidden),
            gates: layer("gates", &hidden[..2]),
            observe: layer("observe", &hidden),
            posterior: layer("posterior.hidden", &hidden),
            logits: layer("posterior.logits", &hidden[..2]),
            count: 0,
        };
        let places = Places { count: numbers.len(), ..places };
        Ok(Self { encoder, sizes, numbers, places })
    }

    /// One of a size with the first weights of a seed, for frames so many times a second: for checks that need no training.
    ///
    /// # Errors
    ///
    /// When there can be no model of this size.
    pub fn untrained(size: Size, rate: f64, seed: u64) -> Result<Self, ObserverError> {
        Self::new(Encoder::untrained_world_model(size, &layout(rate), seed)?)
    }

    /// Writes it to two files for [`load`](Self::load).
    ///
    /// # Errors
    ///
    /// When one can't be written.
    pub fn save(&self, name: &Path) -> Result<(), ObserverError> {
        self.encoder.save_file(name)?;
        Ok(())
    }

    /// The model as an encoder.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Sizes of its parts.
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// Length of z.
    pub fn latent_size(&self) -> usize {
        self.sizes.stochastic()
    }

    /// Frames a second.
    pub fn rate(&self) -> f64 {
        self.encoder.layout().rate()
    }

    /// Steps of a frame at `rate` steps a second, if frames are whole numbers of them.
    pub fn period(&self, rate: u32) -> Option<u32> {
        let period = f64::from(rate) / self.rate();
        (period >= 1.0 && period.fract() == 0.0).then_some(period as u32)
    }

    /// All numbers that it computes with.
    pub fn numbers(&self) -> &[f32] {
        &self.numbers
    }

    /// Where they stand.
    pub fn places(&self) -> Places {
        self.places
    }
}

impl Debug for Observer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Observer({} frames a second, {:?}, {})", self.rate(), self.sizes, self.encoder.hash())
    }
}

impl PartialEq for Observer {
    fn eq(&self, other: &Self) -> bool {
        self.encoder.hash() == other.encoder.hash()
    }
}
