//! Training over ever new bodies.
//!
//! An update takes the gradient of what bodies earn with respect to what the network gives for them, by one of two ways ([`Way`]), takes it back
//! to the weights that all share, and makes a step of Adam. Both ways weigh all bodies alike, as far as they can: what large or fast bodies earn
//! would else outweigh all others.

mod exploration;
mod flight;
mod windows;

use crate::brain::{SharedBrain, SharedSpec};
use crate::error::{LearnError, Result};
use burgess_core::adam::Adam;
use burgess_physics::batch::Backend;
use burgess_physics::model::Model;
use burgess_physics::plan::{BrainKind, Plan};
use flight::Flight;
use serde::{Deserialize, Serialize};

/// Ever new bodies: that of a number, always the same one.
pub type Bodies<'a> = &'a (dyn Fn(u64) -> Model<f32> + Sync);

/// A training that goes on from a checkpoint has the bits of one that was not stopped, if the checkpoint was taken after a multiple of so many
/// updates: bodies that are in the middle of their episodes then give way to new ones.
pub const RENEWAL: u64 = 50;

/// How a brain is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingSpec {
    /// Updates in all.
    pub updates: u64,
    /// Bodies of an update.
    pub bodies: usize,
    /// Length of an Adam step at the beginning.
    pub rate: f64,
    /// Length at the end, as a share of that at the beginning; it falls evenly.
    pub last_rate: f64,
    /// Where gradients come from.
    pub way: Way,
}

/// Where gradients come from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Way {
    /// Parameter-exploring policy gradients (Sehnke et al. 2010, "Parameter-exploring policy gradients"): each body lives its whole episode
    /// several times, with noise on what the network gives for it; the ranks of these brothers say where to go.
    Exploration {
        /// Brothers of each body, in pairs of opposite noise.
        #[serde(default = "default_members")]
        members: usize,
        /// Standard deviation of the noise on offsets and oscillations of joints and on the frequency.
        #[serde(default = "default_rhythm")]
        rhythm: f64,
        /// The same on weights of what joints feel and of their servos. Without it they stay at zero, and joints follow their rhythm only. The weights that
        /// all bodies share (of what belongs to no joint, and between hidden layers) stay as they began in any case.
        #[serde(default)]
        feedback: f64,
    },
    /// Gradients through the physics, over short windows of episodes that go on from window to window (short horizon: Xu et al. 2022,
    /// "Accelerated Policy Learning with Parallel Differentiable Simulation", without its value function). What the task pays at the end of an episode
    /// only counts in an episode's last window.
    Windows {
        /// Length of a window (s), rounded to whole decisions.
        #[serde(default = "default_window")]
        window: f64,
        /// The gradient of a body with respect to its controller is shortened to this length before bodies are summed: a few bodies in contact would
        /// else outweigh all others.
        #[serde(default = "default_clip")]
        clip: f64,
    },
}

fn default_members() -> usize {
    8
}

fn default_rhythm() -> f64 {
    0.3
}

fn default_window() -> f64 {
    0.5
}

fn default_clip() -> f64 {
    1.0
}

impl Default for TrainingSpec {
    fn default() -> Self {
        let way = Way::Exploration { members: default_members(), rhythm: default_rhythm(), feedback: 0.0 };
        Self { updates: 200, bodies: 128, rate: 3e-3, last_rate: 0.2, way }
    }
}

impl TrainingSpec {
    /// What is wrong with it: (field, what is allowed and what came).
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let mut need = |holds: bool, field, allowed: &str, came: String| {
            if !holds {
                problems.push((field, format!("must be {allowed}, is {came}")));
            }
        };
        let within = |number: f64, most: f64| number > 0.0 && number <= most;
        need(self.updates > 0, "updates", "at least 1", self.updates.to_string());
        need((1..=1 << 20).contains(&self.bodies), "bodies", "from 1 to 1048576", self.bodies.to_string());
        need(within(self.rate, 1.0), "rate", "above 0 and at most 1", self.rate.to_string());
        need((0.0..=1.0).contains(&self.last_rate), "last_rate", "from 0 to 1", self.last_rate.to_string());
        match self.way {
            Way::Exploration { members, rhythm, feedback } => {
                let even = (2..=1024).contains(&members) && members.is_multiple_of(2);
                need(even, "way.members", "an even number from 2 to 1024", members.to_string());
                let most = (1 << 20) / self.bodies.max(1);
                need(members <= most.max(2), "way.members", "at most 1048576 over `bodies`", members.to_string());
                // Less drowns in rounding.
                let noise = |deviation: f64| (1e-6..=10.0).contains(&deviation);
                need(noise(rhythm), "way.rhythm", "from 1e-6 to 10", rhythm.to_string());
                let allowed = "0 or from 1e-6 to 10";
                need(feedback == 0.0 || noise(feedback), "way.feedback", allowed, feedback.to_string());
            }
            Way::Windows { window, clip } => {
                need(within(window, 60.0), "way.window", "above 0 and at most 60 s", window.to_string());
                need(clip > 0.0 && clip.is_finite(), "way.clip", "a finite number above 0", clip.to_string());
            }
        }
        problems
    }
}

/// Adam's settings. Gradients differ by orders of magnitude from body to body, so that the mean of squares forgets sooner than usual.
const RULE: Adam = Adam { beta1: 0.9, beta2: 0.99, epsilon: 1e-12 };

/// What bodies live in.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// World, task, and the kind of controllers that the brain makes: see [`Trained::fit`].
    pub plan: &'a Plan,
    /// What simulates it.
    pub backend: &'a dyn Backend,
    /// Where bodies come from.
    pub bodies: Bodies<'a>,
    /// Of the noise.
    pub seed: u64,
}

impl std::fmt::Debug for Setting<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setting").field("plan", &self.plan).field("seed", &self.seed).finish_non_exhaustive()
    }
}

/// What an update did.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    /// Mean reward that a body earned a second.
    pub reward: f64,
    /// Share of episodes that were terminated or diverged in it.
    pub fell: f64,
    /// Seconds simulated, of all bodies.
    pub seconds: f64,
}

/// What Adam remembers, one entry a weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// Decaying means of the gradient.
    pub means: Vec<f32>,
    /// Decaying means of its square.
    pub squares: Vec<f32>,
}

/// A brain, and what is behind it.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The brain.
    pub brain: SharedBrain<f32>,
    /// How it is trained.
    pub training: TrainingSpec,
    /// What the optimiser remembers; nothing in a brain that is only used.
    pub moments: Option<Moments>,
    /// Updates so far.
    pub updates: u64,
    /// Bodies so far.
    pub bodies: u64,
    /// A name for what it is trained on, the same for the same seed, bodies and surroundings.
    pub origin: String,
}

impl Trained {
    /// A plan for bodies with controllers of a brain: who decides, and how often.
    ///
    /// # Errors
    ///
    /// When the steps a second are no multiple of the decisions a second, or the task asks for velocities.
    pub fn fit(spec: &SharedSpec, mut plan: Plan) -> Result<Plan> {
        if plan.world.asks() {
            let what = "task.environments: must have no `commands` for a brain for all bodies, which observes none";
            return Err(LearnError::Training(what.to_owned()));
        }
        plan.task.control_period = spec.control_period((1.0 / plan.world.dt).round() as u32)?;
        plan.task.frame = None;
        plan.task.observer = None;
        plan.brain = BrainKind::Mlp(spec.hidden.clone());
        Ok(plan)
    }
}

/// A brain in training.
#[derive(Debug)]
pub struct Trainer {
    state: Trained,
    flights: Vec<Flight>,
}

impl Trainer {
    /// A new brain; `origin` names what it will be trained on.
    ///
    /// # Panics
    ///
    /// When a specification has problems.
    pub fn new(brain: &SharedSpec, training: TrainingSpec, seed: u64, origin: String) -> Self {
        let brain = SharedBrain::random(brain, seed);
        Self::resume(Trained { brain, training, moments: None, updates: 0, bodies: 0, origin })
    }

    /// Goes on from a checkpoint; see [`RENEWAL`].
    pub fn resume(mut from: Trained) -> Self {
        let zeros = vec![0.0; from.brain.weights().len()];
        from.moments.get_or_insert_with(|| Moments { means: zeros.clone(), squares: zeros });
        Self { state: from, flights: Vec::new() }
    }

    /// How far it is.
    pub fn state(&self) -> &Trained {
        &self.state
    }

    /// Whether all updates are done.
    pub fn is_done(&self) -> bool {
        self.state.updates >= self.state.training.updates
    }

    /// Whether a checkpoint that is taken now goes on as if nothing had happened: see [`RENEWAL`].
    pub fn is_checkpoint(&self) -> bool {
        let has_flights = matches!(self.state.training.way, Way::Windows { .. });
        !has_flights || self.is_done() || self.state.updates.is_multiple_of(RENEWAL)
    }

    /// One update.
    ///
    /// # Errors
    ///
    /// When physics fails, or no body has a gradient.
    pub fn update(&mut self, setting: &Setting<'_>) -> Result<Update> {
        let (gradient, update) = match self.state.training.way {
            Way::Exploration { members, rhythm, feedback } => {
                let noise = exploration::Noise { members, rhythm: rhythm as f32, feedback: feedback as f32 };
                exploration::gradient(&mut self.state, &noise, setting)?
            }
            Way::Windows { window, clip } => {
                windows::gradient(&mut self.state, &mut self.flights, (window, clip), setting)?
            }
        };
        self.step(&gradient);
        Ok(update)
    }

    /// A step of Adam up a gradient.
    fn step(&mut self, gradient: &[f32]) {
        let Trained { brain, training, moments, updates, .. } = &mut self.state;
        let Some(Moments { means, squares }) = moments else { return };
        *updates += 1;
        let progress = (*updates as f64 / training.updates as f64).min(1.0);
        let rate = training.rate * (1.0 + (training.last_rate - 1.0) * progress);
        let after = |beta: f64| libm::pow(beta, *updates as f64);
        let remaining = (after(RULE.beta1), after(RULE.beta2));
        brain.change(|weights| {
            for (((weight, &g), mean), square) in weights.iter_mut().zip(gradient).zip(means).zip(squares) {
                let now = RULE.moments((f64::from(*mean), f64::from(*square)), f64::from(g));
                (*mean, *square) = (now.0 as f32, now.1 as f32);
                *weight = (f64::from(*weight) + rate * RULE.step(now, remaining)) as f32;
            }
        });
    }
}
