//! A frozen world model that watches episodes: what its latent state is made of (`docs/latent.md`), as one list of numbers that the
//! backends compute with. Its weights are constants: nothing that is searched for or differentiated by.

use crate::experience::{ExperienceError, Layout, Role};
use crate::frame::{FEATURES, recorded_layout};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Debug, Formatter};

/// Features of a frame that are observed; the others, behind them, are commanded.
pub const OBSERVED: usize = 24;

/// The part of the uniform distribution in every categorical.
pub const UNIMIX: f64 = 0.01;
/// Subtracted from what opens the update gate, so that states last at first.
pub const UPDATE_BIAS: f64 = 1.0;
/// Added to a mean square under a root.
pub const EPSILON: f64 = 1e-6;
/// Normalised features are kept within this, on both sides.
pub const CLIP: f64 = 10.0;

/// Sizes of a world model's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sizes {
    /// Units of the recurrent state.
    pub deterministic: usize,
    /// Units of each hidden layer.
    pub hidden: usize,
    /// Categorical variables of the stochastic state.
    pub categoricals: usize,
    /// Classes of each.
    pub classes: usize,
    /// Blocks of the recurrent layer.
    pub blocks: usize,
}

impl Sizes {
    /// Length of the vector of all classes' probabilities.
    pub fn stochastic(&self) -> usize {
        self.categoricals * self.classes
    }
}

/// A world model, ready to watch.
#[derive(Clone)]
pub struct Observer {
    rate: f64,
    sizes: Sizes,
    numbers: Vec<f32>,
    places: Places,
    identity: String,
}

/// What an [`Observer`] is made of.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// The features that the model was trained on.
    pub layout: &'a Layout,
    /// Sizes of its parts.
    pub sizes: Sizes,
    /// Mean of each feature.
    pub means: &'a [f32],
    /// Standard deviation of each feature.
    pub deviations: &'a [f32],
    /// What is the same for equal models only; observers are equal if this is.
    pub identity: &'a str,
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

impl Observer {
    /// A world model of recorded features; `array` gives its arrays by name, such as `gates.weight`.
    ///
    /// # Errors
    ///
    /// Other features than those that are recorded.
    pub fn new<'a>(parts: Parts<'a>, array: impl Fn(&str) -> &'a [f32]) -> Result<Self, ExperienceError> {
        let rate = parts.layout.rate();
        recorded_layout(rate).check_same(parts.layout)?;
        debug_assert!(parts.layout.columns(Role::Observed).iter().copied().eq(0..OBSERVED));
        debug_assert_eq!([parts.means.len(), parts.deviations.len()], [FEATURES; 2]);
        let mut numbers = [parts.means, parts.deviations].concat();
        let mut layer = |name: &str, parts: &[&str]| {
            let begin = numbers.len();
            for part in parts {
                numbers.extend_from_slice(array(&format!("{name}.{part}")));
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
        Ok(Self { rate, sizes: parts.sizes, numbers, places, identity: parts.identity.to_owned() })
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
        self.rate
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
        write!(f, "Observer({} frames a second, {:?}, {})", self.rate(), self.sizes, self.identity)
    }
}

impl PartialEq for Observer {
    fn eq(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}
