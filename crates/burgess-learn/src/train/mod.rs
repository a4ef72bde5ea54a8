//! Training: gradient steps through windows of physics, over ever new bodies.
//!
//! Many bodies are in flight, each somewhere in an episode of its own. An update lets each of them go on for a window of about half a second,
//! takes the gradient of what it gained in the window with respect to its controller, back through the physics, and from there with respect to
//! the weights that all share. The gradient of each body is shortened before they are summed, since a few bodies in contact would outweigh all
//! others. States are carried on from window to window; gradients are not (short-horizon: Xu et al. 2022, "Accelerated Policy Learning with
//! Parallel Differentiable Simulation"). A body whose episode has ended gives way to a new one.

mod flight;

use crate::brain::{Input, Outputs};
use crate::describe::Description;
use crate::brain::{SharedBrain, SharedSpec};
use crate::error::{LearnError, Result};
use burgess_core::adam::Adam;
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::batch::{Backend, Drive, Outcome, WindowGradient};
use burgess_physics::gradient::Objective;
use burgess_physics::model::{Candidate, Controller, Model};
use burgess_physics::task::Ending;
use burgess_physics::plan::Plan;
use flight::Flight;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::time::Instant;

/// Ever new bodies: that of a number, always the same one.
pub type Bodies<'a> = &'a (dyn Fn(u64) -> Model<f32> + Sync);

/// How a brain is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingSpec {
    /// Bodies in flight.
    pub bodies: usize,
    /// Length of a window (s), rounded to whole decisions.
    pub window: f64,
    /// Length of an Adam step at the beginning.
    pub rate: f64,
    /// Length at the end, as a share of that at the beginning.
    pub last_rate: f64,
    /// The gradient of a body with respect to its controller is shortened to this length before bodies are summed.
    pub clip: f64,
    /// All bodies in flight begin anew after so many updates, so that a training that goes on from a checkpoint has the bits of one that was not
    /// stopped.
    pub renewal: u64,
    /// Noisy members of each body, an even number; 0 for gradients through the physics.
    pub members: usize,
    /// Standard deviation of the noise on offsets, oscillations and the frequency, and on all else.
    pub noise: (f64, f64),
}

impl Default for TrainingSpec {
    fn default() -> Self {
        Self { bodies: 1024, window: 0.5, rate: 3e-3, last_rate: 0.2, clip: 1.0, renewal: 100, members: 0, noise: (0.3, 0.0) }
    }
}

/// Adam's settings.
const RULE: Adam = Adam { beta1: 0.9, beta2: 0.99, epsilon: 1e-12 };

/// What an update did.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    /// Mean reward that a body gained a second.
    pub reward: f64,
    /// Share of bodies whose episode was terminated in the window.
    pub terminated: f64,
    /// Share of bodies without a finite gradient.
    pub without_gradient: f64,
    /// Median length of the gradients of bodies with respect to their controllers.
    pub gradient: f64,
    /// Seconds simulated, of all bodies.
    pub seconds: f64,
    /// Wall time of its parts (s).
    pub times: Times,
}

/// Wall time of the parts of an update (s).
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    /// Making new bodies.
    pub bodies: f64,
    /// From bodies to controllers.
    pub controllers: f64,
    /// Loading bodies and states.
    pub load: f64,
    /// The window, forward.
    pub window: f64,
    /// Its gradients.
    pub gradients: f64,
    /// Reading states.
    pub states: f64,
    /// From gradients of controllers to those of the weights.
    pub weights: f64,
}

/// A stopwatch that gives the time since it was last asked.
struct Stopwatch(Instant);

impl Stopwatch {
    fn lap(&mut self) -> f64 {
        let now = Instant::now();
        (now - std::mem::replace(&mut self.0, now)).as_secs_f64()
    }
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
    /// What the optimiser remembers; nothing in a brain that is only used.
    pub moments: Option<Moments>,
    /// Updates so far.
    pub updates: u64,
    /// Bodies so far.
    pub bodies: u64,
}

/// A brain in training.
#[derive(Debug)]
pub struct Trainer {
    spec: TrainingSpec,
    state: Trained,
    flights: Vec<Flight>,
}

impl Trainer {
    /// A new brain.
    pub fn new(brain: &SharedSpec, spec: TrainingSpec, seed: u64) -> Self {
        let brain = SharedBrain::random(brain, seed);
        Self::resume(Trained { brain, moments: None, updates: 0, bodies: 0 }, spec)
    }

    /// Goes on from a checkpoint. It has the bits of a training that was not stopped if the checkpoint was taken after a multiple of
    /// [`TrainingSpec::renewal`] updates.
    pub fn resume(mut from: Trained, spec: TrainingSpec) -> Self {
        let zeros = vec![0.0; from.brain.weights().len()];
        from.moments.get_or_insert_with(|| Moments { means: zeros.clone(), squares: zeros });
        Self { spec, state: from, flights: Vec::new() }
    }

    /// How far it is.
    pub fn state(&self) -> &Trained {
        &self.state
    }

    /// One update, of which there will be so many in all.
    ///
    /// # Errors
    ///
    /// When physics fails, or no body has a gradient.
    pub fn update(&mut self, plan: &Plan, backend: &dyn Backend, bodies: Bodies<'_>, of: u64) -> Result<Update> {
        let dt = plan.world.dt * f64::from(plan.task.control_period);
        let decisions = ((self.spec.window / dt).round() as u32).max(1);
        let windows = u64::from(plan.task.steps.div_ceil(decisions * plan.task.control_period));
        if self.state.updates.is_multiple_of(self.spec.renewal.max(1)) {
            self.flights.clear();
        }
        let mut watch = Stopwatch(Instant::now());
        self.fill(bodies, windows);
        let mut times = Times { bodies: watch.lap(), ..Times::default() };

        let inputs: Vec<Input<'_, f32>> = self.flights.iter().map(Flight::input).collect();
        let controllers = self.state.brain.controllers(&inputs);
        times.controllers = watch.lap();
        let candidate = |(flight, controller): (&Flight, Controller<f32>)| flight.candidate(controller);
        let candidates = self.flights.par_iter().zip(controllers).map(candidate).collect();
        let mut simulator = backend.load(candidates)?;
        if self.flights.iter().any(|flight| flight.state.is_some()) {
            let mut states = simulator.states()?;
            for (state, flight) in states.iter_mut().zip(&self.flights) {
                if let Some(own) = &flight.state {
                    state.clone_from(own);
                }
            }
            simulator.set_states(&states)?;
        }
        times.load = watch.lap();
        let progress = simulator.step(Drive::Controllers, decisions)?;
        times.window = watch.lap();
        let gradients = simulator.gradients(&Objective::reward(plan.task.descriptors.len()), None)?;
        times.gradients = watch.lap();
        let states = simulator.states()?;
        drop(simulator);
        times.states = watch.lap();

        let (controllers, lengths): (Vec<Controller<f32>>, Vec<f32>) =
            gradients.into_par_iter().map(|gradient| shortened(gradient, self.spec.clip)).unzip();
        let gradient = self.state.brain.weight_gradient(&inputs, &controllers.iter().collect::<Vec<_>>());
        times.weights = watch.lap();
        let mut finite: Vec<f32> = lengths.iter().copied().filter(|length| length.is_finite()).collect();
        if finite.is_empty() {
            return Err(LearnError::Training(format!("update {}: no body has a gradient", self.state.updates)));
        }
        finite.sort_unstable_by(f32::total_cmp);
        self.step(&gradient, 1.0 / lengths.len() as f64, of);

        let count = lengths.len() as f64;
        let seconds = dt * f64::from(decisions);
        let sound = || progress.iter().filter(|progress| progress.reward.is_finite());
        let report = Update {
            reward: sound().map(|progress| f64::from(progress.reward)).sum::<f64>() / (count * seconds),
            terminated: progress.iter().filter(|progress| Flight::fell(progress)).count() as f64 / count,
            without_gradient: 1.0 - finite.len() as f64 / count,
            gradient: f64::from(finite[finite.len() / 2]),
            seconds: count * seconds,
            times,
        };
        self.flights.iter_mut().zip(states).zip(&progress).for_each(|((flight, state), progress)| flight.land(state, progress));
        Ok(report)
    }

    /// One update by parameter-exploring policy gradients (Sehnke et al. 2010): each body lives its whole episode several times, with noise on
    /// what the network gives for it, and what did better than its brothers says where to go.
    ///
    /// # Errors
    ///
    /// When physics fails.
    pub fn explore(&mut self, plan: &Plan, backend: &dyn Backend, bodies: Bodies<'_>, seed: u64, of: u64) -> Result<Update> {
        let (count, members, update) = (self.spec.bodies, self.spec.members, self.state.updates);
        let mut watch = Stopwatch(Instant::now());
        let first = self.state.bodies;
        let bodies: Vec<(Model<f32>, Description<f32>)> = (0..count as u64)
            .into_par_iter()
            .map(|i| {
                let model = bodies(first + i);
                let description = Description::of(&model);
                (model, description)
            })
            .collect();
        self.state.bodies += count as u64;
        let mut times = Times { bodies: watch.lap(), ..Times::default() };
        let inputs: Vec<Input<'_, f32>> = bodies.iter().map(|(_, body)| Input { body, style: &[] }).collect();
        let brain = &self.state.brain;
        let each = brain.joint_numbers();
        let (rhythm, rest) = (self.spec.noise.0 as f32, self.spec.noise.1 as f32);
        // Two brothers each have opposite noise. It is written over what is there, times a factor.
        let noise = |body: usize, pair: usize, factor: f32, to: Outputs<&mut [f32]>, by_size: bool| {
            let mut stream = Stream::new(seed, update, (body * members + pair) as u64, Purpose::Offspring);
            let mut add = |to: &mut f32, size: f32| {
                if size > 0.0 {
                    let scale = if by_size { size } else { 1.0 / size };
                    *to += factor * scale * stream.normal() as f32;
                }
            };
            for joint in to.joints.chunks_exact_mut(each) {
                joint.iter_mut().enumerate().for_each(|(i, to)| add(to, if i < 3 { rhythm } else { rest }));
            }
            to.body.iter_mut().enumerate().for_each(|(i, to)| add(to, if i < 1 { rhythm } else { rest }));
        };
        let sign = |member: usize| if member % 2 == 0 { 1.0 } else { -1.0 };
        let controllers =
            brain.noisy_controllers(&inputs, members, |body, member, to| noise(body, member / 2, sign(member), to, true));
        times.controllers = watch.lap();
        let candidate = |(i, controller): (usize, Controller<f32>)| Candidate { model: bodies[i / members].0.clone(), controller };
        let candidates: Vec<Candidate<f32>> = controllers.into_par_iter().enumerate().map(candidate).collect();
        times.load = watch.lap();
        let outcomes = backend.evaluate(&candidates)?;
        candidates.into_par_iter().for_each(drop);
        times.window = watch.lap();
        let ranks: Vec<Vec<f32>> = outcomes.par_chunks(members).map(centred_ranks).collect();
        let gradient = brain.weight_gradient_of_outputs(&inputs, |body, to| {
            for pair in 0..members / 2 {
                let factor = ranks[body][2 * pair] - ranks[body][2 * pair + 1];
                if factor != 0.0 {
                    let to = Outputs { joints: &mut *to.joints, body: &mut *to.body };
                    noise(body, pair, factor / members as f32, to, false);
                }
            }
        });
        times.weights = watch.lap();
        self.step(&gradient, 1.0 / count as f64, of);
        let sound = || outcomes.iter().filter(|outcome| outcome.reward.is_finite());
        let seconds: f64 = outcomes.iter().map(|outcome| f64::from(outcome.steps) * plan.world.dt).sum();
        let all = outcomes.len() as f64;
        Ok(Update {
            reward: sound().map(|outcome| f64::from(outcome.reward)).sum::<f64>() / seconds,
            terminated: outcomes.iter().filter(|outcome| outcome.ending != Ending::Finished).count() as f64 / all,
            without_gradient: 1.0 - sound().count() as f64 / all,
            gradient: gradient.iter().map(|g| f64::from(g * g)).sum::<f64>().sqrt() / count as f64,
            seconds,
            times,
        })
    }

    /// Takes new bodies where there are none; at the beginning they are spread over the windows of an episode.
    fn fill(&mut self, bodies: Bodies<'_>, windows: u64) {
        let spread = self.flights.is_empty();
        if spread {
            self.flights = (0..self.spec.bodies).map(|_| Flight::over()).collect();
        }
        let mut number = self.state.bodies;
        let mut empty: Vec<(u64, u64, &mut Flight)> = Vec::new();
        for (place, flight) in self.flights.iter_mut().enumerate().filter(|(_, flight)| flight.is_over()) {
            let windows = if spread { 1 + place as u64 % windows } else { windows };
            empty.push((number, windows, flight));
            number += 1;
        }
        empty.into_par_iter().for_each(|(number, windows, flight)| *flight = Flight::new(bodies(number), windows));
        self.state.bodies = number;
    }

    /// An Adam step up the gradient, times a factor.
    fn step(&mut self, gradient: &[f32], factor: f64, of: u64) {
        self.state.updates += 1;
        let progress = (self.state.updates as f64 / of.max(1) as f64).min(1.0);
        let rate = self.spec.rate * (1.0 + (self.spec.last_rate - 1.0) * progress);
        let after = |beta: f64| libm::pow(beta, self.state.updates as f64);
        let remaining = (after(RULE.beta1), after(RULE.beta2));
        let Trained { brain, moments, .. } = &mut self.state;
        let Some(Moments { means, squares }) = moments else { return };
        brain.change(|weights| {
            for (((weight, &g), mean), square) in weights.iter_mut().zip(gradient).zip(means).zip(squares) {
                let now = RULE.moments((f64::from(*mean), f64::from(*square)), f64::from(g) * factor);
                (*mean, *square) = (now.0 as f32, now.1 as f32);
                *weight = (f64::from(*weight) + rate * RULE.step(now, remaining)) as f32;
            }
        });
    }
}

/// The ranks of brothers by reward, from -1/2 to 1/2; equal rewards share theirs. Rewards that are no numbers are the least.
fn centred_ranks(outcomes: &[Outcome]) -> Vec<f32> {
    let worth = |outcome: &Outcome| if outcome.reward.is_finite() { outcome.reward } else { f32::NEG_INFINITY };
    let most = (outcomes.len().max(2) - 1) as f32;
    let rank = |own: &Outcome| {
        let below = outcomes.iter().filter(|other| worth(other) < worth(own)).count();
        let equal = outcomes.iter().filter(|other| worth(other) == worth(own)).count();
        (below as f32 + 0.5 * (equal as f32 - 1.0)) / most - 0.5
    };
    outcomes.iter().map(rank).collect()
}

/// The gradient with respect to the controller, shortened to a length, and its length before; zeros and infinity where it is not finite.
fn shortened(gradient: WindowGradient<f32>, clip: f64) -> (Controller<f32>, f32) {
    let mut square = 0.0;
    let controller = gradient.candidate.controller;
    controller.map(|x: f32| {
        square += f64::from(x) * f64::from(x);
        x
    });
    let length = square.sqrt();
    let factor = if length.is_finite() { (clip / length.max(1e-30)).min(1.0) as f32 } else { 0.0 };
    let scaled = |x: f32| if factor > 0.0 { x * factor } else { 0.0 };
    (controller.map(scaled), length as f32)
}
