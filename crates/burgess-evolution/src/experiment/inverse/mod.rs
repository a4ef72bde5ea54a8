//! Inverse problems as experiments of their own kinds: one starts from what should come out and asks for what goes in.
//!
//! A file begins with the name of its kind. [`Ascent`] looks for gaits and bodies, [`Reach`] for a sequence of actions, [`Identify`] for
//! the physics behind a recording. `docs/inverse.md` says how each is solved.

mod validate;

use super::ExperimentError;
use super::check::Known;
use super::source::Source;
use burgess_physics::task::TaskSpec;
use burgess_physics::world::Physics;
use burgess_qd::optimiser::Optimiser;
use serde::{Deserialize, Serialize};

/// An inverse problem.
#[derive(Clone, Debug, PartialEq)]
pub enum Inverse {
    /// Gaits and bodies.
    Ascent(Ascent),
    /// A sequence of actions.
    Reach(Reach),
    /// Physics.
    Identify(Identify),
}

/// Gradient ascent of a gait and of the body that walks it, from several starts, against hill climbing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ascent {
    /// Name of the run folder: letters, digits, `-` and `_`.
    pub name: String,
    /// Seed of every random number.
    #[serde(default)]
    pub seed: u64,
    /// A morphology: a name, or a path relative to the file.
    pub body: String,
    /// The gait at the start.
    pub gait: Gait,
    /// Number of starts.
    #[serde(default = "default_starts")]
    pub starts: u64,
    /// Standard deviation of the genes that move around their start, in scaled units: starts with one gait differ by it.
    #[serde(default)]
    pub spread: f64,
    /// Which genes move.
    pub genes: Vec<GeneGroup>,
    /// What is rewarded; its duration is the horizon of the gradients.
    pub task: TaskSpec,
    /// What to make of the reward.
    #[serde(default)]
    pub aim: Aim,
    /// Gradient steps, and how long they are.
    #[serde(default)]
    pub descent: Descent,
    /// Largest distance of a gene from its start, in scaled units.
    #[serde(default = "default_bound")]
    pub bound: f64,
    /// One scaled unit, in units of the mutation step of each gene.
    #[serde(default = "default_unit")]
    pub unit: f64,
    /// Length of the episode that solutions are judged by (s); the horizon unless given.
    #[serde(default)]
    pub judged: Option<f64>,
    /// Evaluations of hill climbing from the same starts, over the same horizon; none unless given.
    #[serde(default)]
    pub hill_climbing: Option<u32>,
    /// When the exit code is 0; always unless given.
    #[serde(default)]
    pub goal: Option<AscentGoal>,
    /// The physics. The contact stiffness must be a number: what is fixed has no gradient.
    pub physics: Physics,
}

/// Where a gait comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Gait {
    /// A pattern generator at random for each start, uniformly, with phases all around. Amplitudes and offsets are at most half the
    /// range of their joint.
    Random {
        /// Largest offset on either side (rad).
        offset: f64,
        /// Smallest and largest amplitude (rad).
        amplitude: (f64, f64),
        /// Smallest and largest frequency (Hz).
        frequency: (f64, f64),
        /// Bounds that the frequency keeps when it moves (Hz).
        bounds: (f64, f64),
    },
    /// A policy file, relative to the experiment.
    File(String),
}

/// Genes that move together or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GeneGroup {
    /// Radii, lengths and half sizes of shapes.
    Sizes,
    /// Densities.
    Densities,
    /// Where and how links are attached, and the scale of what grows there.
    Attachment,
    /// Hinge axes.
    Axes,
    /// Joint limits.
    Limits,
    /// Servo stiffness and damping.
    Gains,
    /// Servo torque limits, and gears where servos have a no-load speed.
    Torques,
    /// All of the brain.
    Brain,
}

/// What to make of the reward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Aim {
    /// As much of it as possible.
    #[default]
    Most,
    /// So much a second, no more and no less: with `ForwardVelocity`, a speed (m/s).
    Rate(f64),
}

/// Gradient steps, and how long they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Descent {
    /// Gradient steps.
    pub steps: u32,
    /// What makes a step of a gradient.
    pub optimiser: Optimiser,
    /// Step sizes at the first and at the last step, in scaled units; between them they change by equal factors.
    pub rate: (f64, f64),
    /// Largest norm of a gradient in scaled units; longer ones are shortened to it.
    pub clip: f64,
}

/// What an ascent must reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum AscentGoal {
    /// A mean reward over the starts.
    Mean {
        /// At least so much.
        least: f64,
        /// And more than hill climbing.
        #[serde(default)]
        above_hill_climbing: bool,
    },
    /// Every start within so much of the rate that is aimed at.
    Within(f64),
}

/// A sequence of actions that brings a point of a body to a target, upright all the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// Name of the run folder: letters, digits, `-` and `_`.
    pub name: String,
    /// Seed of every random number.
    #[serde(default)]
    pub seed: u64,
    /// A morphology: a name, or a path relative to the file.
    pub body: String,
    /// What is carried.
    pub carried: Carried,
    /// Where it goes, relative to the spawn point (m).
    pub target: (f64, f64, f64),
    /// Length of the episode (s).
    pub duration: f64,
    /// Rows of actions a second; must divide `physics.rate`. Actions are unknown, in shares of each joint's half range, and 0 at the start.
    #[serde(default = "default_control_rate")]
    pub control_rate: u32,
    /// Gradient steps, and how long they are: in the changes of actions from row to row, as shares of the joints' half ranges.
    pub descent: Descent,
    /// What the loss is made of.
    #[serde(default)]
    pub loss: ReachLoss,
    /// When the exit code is 0.
    pub goal: ReachGoal,
    /// The physics. The contact stiffness must be a number.
    pub physics: Physics,
}

/// What is carried.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carried {
    /// Index of the link that carries it, the base being 0.
    pub link: usize,
    /// The point that is brought to the target, link coordinates (m). At zero angles all links have the base's axes.
    pub point: (f64, f64, f64),
    /// The direction that stays upright, link coordinates.
    #[serde(default = "up")]
    pub up: (f64, f64, f64),
}

/// Weights of a sum.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReachLoss {
    /// Last part of the episode over which distance and speed count (s).
    pub settle: f64,
    /// Of the squared distance from the target, in units of `goal.distance`.
    pub distance: f64,
    /// Of the squared speed of the point, in units of `goal.speed`.
    pub speed: f64,
    /// Of the squared tilt beyond `margin`, in units of `goal.tilt`, averaged over the episode.
    pub tilt: f64,
    /// Share of `goal.tilt` that costs nothing.
    pub margin: f64,
    /// Of the squared change of actions from row to row, summed.
    pub roughness: f64,
}

/// What must be reached.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReachGoal {
    /// Largest distance from the target at the end (m).
    pub distance: f64,
    /// Largest speed of the point at the end (m/s).
    pub speed: f64,
    /// Largest angle between up and the vertical, at any time (rad).
    pub tilt: f64,
}

/// The physics behind a recorded trajectory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identify {
    /// Name of the run folder: letters, digits, `-` and `_`.
    pub name: String,
    /// Seed of every random number.
    #[serde(default)]
    pub seed: u64,
    /// A morphology: a name, or a path relative to the file.
    pub body: String,
    /// The gait that moved the body.
    pub gait: Gait,
    /// What was recorded.
    pub recording: Recording,
    /// What is looked for, each as a factor on what the body and `physics` say.
    pub unknowns: Vec<Unknown>,
    /// Whether the state at the start is looked for too, or taken from the first row.
    #[serde(default)]
    pub start: StartState,
    /// Number of guesses to start from.
    #[serde(default = "default_guesses")]
    pub guesses: u64,
    /// Largest factor, and its inverse the smallest, by which a guess is off the truth (or off 1 where that is not known).
    #[serde(default = "default_off")]
    pub off: f64,
    /// Horizons of the fit (s), ascending, each from the result of the one before; the recording's length follows by itself.
    #[serde(default = "default_horizons")]
    pub horizons: Vec<f64>,
    /// Most steps of a horizon's fit.
    #[serde(default = "default_fit_steps")]
    pub steps: u32,
    /// The factors as they are, where they are known: what results are compared with.
    #[serde(default)]
    pub truth: Option<Factors>,
    /// Largest error of a factor, as a share of the truth, for exit code 0.
    #[serde(default)]
    pub goal: Option<f64>,
    /// The physics. The contact stiffness must be a number.
    pub physics: Physics,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Recording {
    /// A table (CSV), relative to the experiment; columns as `burgess simulate --csv` writes them.
    File(String),
    /// The body simulated with the true factors, from a height just above the ground.
    Simulated {
        /// Length (s).
        duration: f64,
        /// Velocity of the base at the start (m/s).
        #[serde(default)]
        velocity: (f64, f64, f64),
        /// Standard deviation of the noise on every channel, as a share of the channel's range.
        #[serde(default)]
        noise: f64,
    },
}

/// A number of the physics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unknown {
    /// Masses and inertias of all links. Servos stay as strong as they are.
    Mass,
    /// The coefficient of friction.
    Friction,
    /// Passive damping of all joints.
    JointDamping,
    /// Gravity.
    Gravity,
}

/// Factors on the numbers of the physics.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Factors {
    /// On masses and inertias.
    pub mass: f64,
    /// On friction.
    pub friction: f64,
    /// On joint damping.
    pub joint_damping: f64,
    /// On gravity.
    pub gravity: f64,
}

/// Where the state at the start comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StartState {
    /// The first row of the recording, exactly.
    #[default]
    Recorded,
    /// It is fitted; the first row is one measurement among many.
    Fitted,
}

impl Inverse {
    /// Names of the kinds, as files begin.
    pub const KINDS: [&str; 3] = ["Ascent", "Reach", "Identify"];

    /// Name of the run folder.
    pub fn name(&self) -> &str {
        match self {
            Inverse::Ascent(a) => &a.name,
            Inverse::Reach(r) => &r.name,
            Inverse::Identify(i) => &i.name,
        }
    }

    /// Seed of every random number.
    pub fn seed(&self) -> u64 {
        match self {
            Inverse::Ascent(a) => a.seed,
            Inverse::Reach(r) => r.seed,
            Inverse::Identify(i) => i.seed,
        }
    }

    /// Name of its kind, as files begin.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Inverse::Ascent(_) => "Ascent",
            Inverse::Reach(_) => "Reach",
            Inverse::Identify(_) => "Identify",
        }
    }

    /// Which kind the text is about, if any.
    pub(super) fn kind(text: &str) -> Option<&'static str> {
        let name = super::syntax::first_name(text)?;
        Self::KINDS.into_iter().find(|kind| *kind == name)
    }

    /// Reads a text of a kind; `known` says whether a morphology exists.
    pub(super) fn parse(kind: &str, source: &Source, known: Known) -> Result<Self, ExperimentError> {
        let inverse = match kind {
            "Ascent" => Inverse::Ascent(super::parse(source)?),
            "Reach" => Inverse::Reach(super::parse(source)?),
            _ => Inverse::Identify(super::parse(source)?),
        };
        super::without(validate::problems(&inverse, known), source)?;
        Ok(inverse)
    }
}

impl Factors {
    /// The factor on one number.
    pub fn of(&self, unknown: Unknown) -> f64 {
        match unknown {
            Unknown::Mass => self.mass,
            Unknown::Friction => self.friction,
            Unknown::JointDamping => self.joint_damping,
            Unknown::Gravity => self.gravity,
        }
    }
}

impl Default for Factors {
    fn default() -> Self {
        Self { mass: 1.0, friction: 1.0, joint_damping: 1.0, gravity: 1.0 }
    }
}

impl Default for Descent {
    fn default() -> Self {
        Self { steps: 30, optimiser: Optimiser::default(), rate: (0.2, 0.2), clip: 1.0 }
    }
}

impl Default for ReachLoss {
    fn default() -> Self {
        Self { settle: 0.2, distance: 1.0, speed: 1.0, tilt: 100.0, margin: 0.5, roughness: 1.0 }
    }
}

fn default_bound() -> f64 {
    2.5
}
fn default_control_rate() -> u32 {
    30
}
fn default_fit_steps() -> u32 {
    40
}
fn default_guesses() -> u64 {
    8
}
fn default_horizons() -> Vec<f64> {
    vec![0.25, 0.5, 1.0]
}
fn default_off() -> f64 {
    2.0
}
fn default_starts() -> u64 {
    10
}
fn default_unit() -> f64 {
    0.2
}
fn up() -> (f64, f64, f64) {
    (0.0, 0.0, 1.0)
}
