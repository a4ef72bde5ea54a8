//! What an experiment says about an encoder: its kind and sizes, and how it is trained.

use burgess_physics::experience::{Layout, Role};
use burgess_physics::observer::Sizes;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Most units of a layer.
const MAX_UNITS: usize = 8192;
/// Most frames of a summary or a window.
const MAX_FRAMES: usize = 10_000;
/// Most elements of a summary: their covariance is decomposed, or multiplied with a layer.
const MAX_SUMMARY: usize = 8192;

/// An encoder and its training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderSpec {
    /// What is learned.
    pub kind: EncoderKind,
    /// Descriptors: the latents' principal axes, each scaled to unit variance. At most the size of the latent.
    #[serde(default = "default_dimensions")]
    pub dimensions: usize,
    /// How it is learned.
    #[serde(default)]
    pub training: Training,
}

/// What is learned. Features are normalised first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum EncoderKind {
    /// Principal components of a sequence's summary. Takes no gradient steps.
    Pca {
        /// Frames of the summary, to which sequences are resampled.
        #[serde(default = "default_frames")]
        frames: usize,
        /// Whether commanded features are part of the summary, or observed ones only.
        #[serde(default)]
        commanded: bool,
        /// Components.
        #[serde(default = "default_latent")]
        latent: usize,
    },
    /// A perceptron that squeezes a sequence's summary through few units (Cully 2019, "Autonomous Skill Discovery with
    /// Quality-Diversity and Unsupervised Descriptors").
    Autoencoder {
        /// As in `Pca`.
        #[serde(default = "default_frames")]
        frames: usize,
        /// As in `Pca`.
        #[serde(default)]
        commanded: bool,
        /// Units of the encoder's hidden layers; the decoder has them the other way round.
        #[serde(default = "default_hidden")]
        hidden: Vec<usize>,
        /// Units of the bottleneck.
        #[serde(default = "default_latent")]
        latent: usize,
    },
    /// A recurrent state-space model (Hafner et al. 2023, "Mastering Diverse Domains through World Models").
    WorldModel {
        /// Sizes of its parts.
        #[serde(default)]
        size: Size,
        /// What of its states makes the latent, averaged over the frames.
        #[serde(default)]
        latent: LatentOf,
        /// Frames of a window that is cut from a sequence for training.
        #[serde(default = "default_window")]
        window: usize,
        /// Frames at the beginning of a window inside of a sequence that build up the state and aren't scored.
        #[serde(default = "default_warm_up")]
        warm_up: usize,
        /// Weight of the divergence that teaches the prior.
        #[serde(default = "default_dynamics")]
        dynamics: f64,
        /// Weight of the divergence that makes the posterior foreseeable.
        #[serde(default = "default_representation")]
        representation: f64,
        /// Divergence below which neither counts (nats).
        #[serde(default = "default_free_nats")]
        free_nats: f64,
    },
}

/// Sizes of a world model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Size {
    /// Deterministic 32, hidden 32, 4 categoricals of 4 classes.
    Tiny,
    /// Deterministic 128 in 4 blocks, hidden 64, 8 categoricals of 8 classes.
    #[default]
    Small,
    /// Deterministic 256 in 8 blocks, hidden 128, 16 categoricals of 8 classes.
    Medium,
    /// The published size of one million parameters: deterministic 512 in 8 blocks, hidden 64, 32 categoricals of 4 classes.
    OneMillion,
    /// Sizes of one's own.
    Explicit {
        /// Units of the recurrent state.
        deterministic: usize,
        /// Units of each hidden layer.
        hidden: usize,
        /// Categorical variables of the stochastic state.
        categoricals: usize,
        /// Classes of each.
        classes: usize,
        /// Blocks of the recurrent layer, which divide `deterministic`; 1 connects all with all.
        #[serde(default = "one")]
        blocks: usize,
    },
}

/// What of a world model's states makes the latent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LatentOf {
    /// The posterior's probabilities.
    Probabilities,
    /// The recurrent state and the posterior's probabilities.
    #[default]
    StateAndProbabilities,
}

/// How an encoder is trained. Its schedule counts gradient steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Training {
    /// Step size of Adam (Kingma and Ba 2015).
    pub learning_rate: f64,
    /// Gradient steps, over all rounds, after each of which the step size has halved; never if left out.
    pub half_life: Option<usize>,
    /// Sequences, or windows of them, in a gradient step.
    pub batch_size: usize,
    /// Gradients are shortened to this norm.
    pub clip: f64,
    /// Gradient steps of the first training.
    pub first_steps: usize,
    /// Gradient steps of each later one.
    pub later_steps: usize,
}

impl Training {
    /// Step size after so many gradient steps, over all rounds.
    pub fn rate(&self, step: u64) -> f64 {
        match self.half_life {
            None => self.learning_rate,
            Some(half_life) => self.learning_rate * libm::exp2(-(step as f64) / half_life as f64),
        }
    }

    /// Gradient steps of a training: the first has the number 0.
    pub fn steps(&self, round: u64) -> usize {
        if round == 0 { self.first_steps } else { self.later_steps }
    }
}

impl Size {
    /// The numbers behind a name.
    pub fn sizes(&self) -> Sizes {
        let sizes = |deterministic, hidden, categoricals, classes, blocks| Sizes {
            deterministic,
            hidden,
            categoricals,
            classes,
            blocks,
        };
        match *self {
            Size::Tiny => sizes(32, 32, 4, 4, 1),
            Size::Small => sizes(128, 64, 8, 8, 4),
            Size::Medium => sizes(256, 128, 16, 8, 8),
            Size::OneMillion => sizes(512, 64, 32, 4, 8),
            Size::Explicit { deterministic, hidden, categoricals, classes, blocks } => {
                sizes(deterministic, hidden, categoricals, classes, blocks)
            }
        }
    }
}

impl EncoderKind {
    /// Whether this build can train it: principal components are fitted at once, the others need the feature `learn`.
    pub fn can_learn(&self) -> bool {
        cfg!(feature = "learn") || matches!(self, EncoderKind::Pca { .. })
    }

    /// Its name in the experiment file.
    pub fn name(&self) -> &'static str {
        match self {
            EncoderKind::Pca { .. } => "Pca",
            EncoderKind::Autoencoder { .. } => "Autoencoder",
            EncoderKind::WorldModel { .. } => "WorldModel",
        }
    }

    /// Coordinates of a latent, before it is whitened.
    pub fn latent_size(&self) -> usize {
        match self {
            EncoderKind::Pca { latent, .. } | EncoderKind::Autoencoder { latent, .. } => *latent,
            EncoderKind::WorldModel { size, latent, .. } => match latent {
                LatentOf::Probabilities => size.sizes().stochastic(),
                LatentOf::StateAndProbabilities => size.sizes().deterministic + size.sizes().stochastic(),
            },
        }
    }
}

impl EncoderSpec {
    /// A kind with the defaults for everything else.
    pub fn new(kind: EncoderKind) -> Self {
        Self { kind, dimensions: default_dimensions(), training: Training::default() }
    }

    /// All that is wrong with it, each as the field's path and what is allowed and came.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut check = Check::default();
        match &self.kind {
            EncoderKind::Pca { frames, latent, .. } => {
                check.count("kind.frames", *frames, 1..=MAX_FRAMES);
                check.count("kind.latent", *latent, 1..=MAX_UNITS);
            }
            EncoderKind::Autoencoder { frames, hidden, latent, .. } => {
                check.count("kind.frames", *frames, 1..=MAX_FRAMES);
                hidden.iter().for_each(|units| check.count("kind.hidden", *units, 1..=MAX_UNITS));
                check.count("kind.latent", *latent, 1..=MAX_UNITS);
            }
            EncoderKind::WorldModel { size, window, warm_up, dynamics, representation, free_nats, .. } => {
                let Sizes { deterministic, hidden, categoricals, classes, blocks } = size.sizes();
                check.count("kind.size.deterministic", deterministic, 1..=MAX_UNITS);
                check.count("kind.size.hidden", hidden, 1..=MAX_UNITS);
                check.count("kind.size.categoricals", categoricals, 1..=MAX_UNITS);
                check.count("kind.size.classes", classes, 2..=MAX_UNITS);
                check.count("kind.size.blocks", blocks, 1..=deterministic.max(1));
                if blocks > 0 && deterministic % blocks != 0 {
                    check.wrong(
                        "kind.size.blocks",
                        format!("must divide deterministic, {deterministic}; {blocks} doesn't"),
                    );
                }
                check.count("kind.window", *window, 1..=MAX_FRAMES);
                check.count("kind.warm_up", *warm_up, 0..=window.saturating_sub(1));
                check.number("kind.dynamics", *dynamics, 0.0..=1e3);
                check.number("kind.representation", *representation, 0.0..=1e3);
                check.number("kind.free_nats", *free_nats, 0.0..=1e3);
            }
        }
        check.count("dimensions", self.dimensions, 1..=self.kind.latent_size());
        check.number("training.learning_rate", self.training.learning_rate, 1e-9..=1.0);
        check.count("training.half_life", self.training.half_life.unwrap_or(1), 1..=1_000_000_000);
        check.number("training.clip", self.training.clip, 1e-9..=1e9);
        check.count("training.batch_size", self.training.batch_size, 1..=65_536);
        check.0
    }

    /// All that is wrong with it for sequences of a layout.
    pub fn problems_with(&self, layout: &Layout) -> Vec<(&'static str, String)> {
        let mut check = Check(self.problems());
        if let EncoderKind::Pca { frames, commanded, .. } | EncoderKind::Autoencoder { frames, commanded, .. } =
            self.kind
        {
            let width = if commanded { layout.width() } else { layout.columns(Role::Observed).len() };
            let size = frames.saturating_mul(width);
            if size > MAX_SUMMARY {
                let allowed = MAX_SUMMARY / width;
                check.wrong("kind.frames", format!("at most {allowed} for {width} features, not {frames}"));
            }
            if let EncoderKind::Pca { latent, .. } = self.kind
                && latent > size
            {
                check.wrong("kind.latent", format!("at most {size}, the size of a summary, not {latent}"));
            }
        }
        check.0
    }
}

/// Gathers what is wrong.
#[derive(Default)]
struct Check(Vec<(&'static str, String)>);

impl Check {
    fn wrong(&mut self, path: &'static str, message: String) {
        self.0.push((path, message));
    }
    fn count(&mut self, path: &'static str, came: usize, allowed: RangeInclusive<usize>) {
        if !allowed.contains(&came) {
            self.wrong(path, format!("must be {} to {}, not {came}", allowed.start(), allowed.end()));
        }
    }
    fn number(&mut self, path: &'static str, came: f64, allowed: RangeInclusive<f64>) {
        if !allowed.contains(&came) {
            self.wrong(path, format!("must be {:?} to {:?}, not {came:?}", allowed.start(), allowed.end()));
        }
    }
}

impl Default for Training {
    fn default() -> Self {
        Self { learning_rate: 1e-3, half_life: None, batch_size: 32, clip: 10.0, first_steps: 1000, later_steps: 300 }
    }
}

impl EncoderKind {
    /// An autoencoder with the defaults.
    pub fn autoencoder() -> Self {
        EncoderKind::Autoencoder {
            frames: default_frames(),
            commanded: false,
            hidden: default_hidden(),
            latent: default_latent(),
        }
    }
    /// Principal components with the defaults.
    pub fn pca() -> Self {
        EncoderKind::Pca { frames: default_frames(), commanded: false, latent: default_latent() }
    }
    /// A world model of a size, with the defaults for everything else.
    pub fn world_model(size: Size) -> Self {
        EncoderKind::WorldModel {
            size,
            latent: LatentOf::default(),
            window: default_window(),
            warm_up: default_warm_up(),
            dynamics: default_dynamics(),
            representation: default_representation(),
            free_nats: default_free_nats(),
        }
    }
}

fn one() -> usize {
    1
}
fn default_dimensions() -> usize {
    4
}
fn default_dynamics() -> f64 {
    1.0
}
fn default_frames() -> usize {
    10
}
fn default_free_nats() -> f64 {
    1.0
}
fn default_hidden() -> Vec<usize> {
    vec![128, 64]
}
fn default_latent() -> usize {
    10
}
fn default_representation() -> f64 {
    0.1
}
fn default_warm_up() -> usize {
    5
}
fn default_window() -> usize {
    25
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_physics::experience::Group;

    #[test]
    fn what_is_not_said_is_the_default() {
        let spec: EncoderSpec = ron::from_str("(kind: WorldModel())").unwrap();
        assert_eq!(spec, EncoderSpec::new(EncoderKind::world_model(Size::Small)));
        let spec: EncoderSpec = ron::from_str("(kind: Autoencoder(latent: 3), training: (batch_size: 8))").unwrap();
        assert_eq!((spec.kind.latent_size(), spec.training.batch_size), (3, 8));
        assert_eq!(ron::from_str::<EncoderSpec>("(kind: Pca())").unwrap(), EncoderSpec::new(EncoderKind::pca()));
        assert!(ron::from_str::<EncoderSpec>("(kind: Pca(hidden: 3))").is_err());
        assert_eq!(EncoderKind::world_model(Size::OneMillion).latent_size(), 640);
    }

    #[test]
    fn all_that_is_wrong_is_named() {
        let text = "(kind: WorldModel(size: Explicit(deterministic: 10, hidden: 0, categoricals: 2, classes: 1, blocks: 3), \
                    window: 5, warm_up: 5, free_nats: -1.0), dimensions: 99, training: (learning_rate: inf, half_life: Some(0)))";
        let problems = ron::from_str::<EncoderSpec>(text).unwrap().problems();
        let paths: Vec<&str> = problems.iter().map(|(path, _)| *path).collect();
        let expected = [
            "kind.size.hidden",
            "kind.size.classes",
            "kind.size.blocks",
            "kind.warm_up",
            "kind.free_nats",
            "dimensions",
            "training.learning_rate",
            "training.half_life",
        ];
        assert_eq!(paths, expected);
        assert_eq!(problems[3].1, "must be 0 to 4, not 5");
        let presets = [Size::Tiny, Size::Small, Size::Medium, Size::OneMillion];
        assert!(presets.into_iter().all(|size| EncoderSpec::new(EncoderKind::world_model(size)).problems().is_empty()));
    }

    #[test]
    fn a_summary_has_room_for_the_components() {
        let groups = vec![Group { name: "height".into(), width: 1, role: Role::Observed }];
        let layout = Layout::new(5.0, groups).unwrap();
        let mut spec = EncoderSpec::new(EncoderKind::Pca { frames: 3, commanded: false, latent: 4 });
        assert_eq!(spec.problems_with(&layout).len(), 1);
        spec.kind = EncoderKind::Pca { frames: 9999, commanded: false, latent: 4 };
        assert_eq!(spec.problems_with(&layout).len(), 1);
    }

    #[test]
    fn the_first_training_may_be_longer() {
        let training = Training { first_steps: 7, later_steps: 2, ..Training::default() };
        assert_eq!([training.steps(0), training.steps(1), training.steps(9)], [7, 2, 2]);
        assert_eq!([0, 9].map(|step| training.rate(step)), [1e-3; 2]);
        let halving = Training { half_life: Some(5), ..training };
        assert_eq!([0, 5, 15].map(|step| halving.rate(step)), [1e-3, 0.5e-3, 0.125e-3]);
    }
}
