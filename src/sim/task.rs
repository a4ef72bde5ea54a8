//! What an episode is for: its length, what it rewards, what it measures, when it stops early.

use crate::autodiff::{Real, real};
use crate::experiment::{Experiment, Policy};
use crate::laws::descriptor::Descriptor;
use crate::laws::reward::RewardTerm;
use crate::laws::sensors::Sensors;
use crate::sim::observer::Observer;
use std::sync::Arc;

/// An experiment's task in the units of the simulation.
#[derive(Clone, Debug)]
pub struct TaskPlan {
    /// Steps of a full episode.
    pub steps: u32,
    /// Steps between two decisions of the policy.
    pub control_period: u32,
    /// Reward terms and their weights.
    pub reward: Vec<(RewardTerm, f64)>,
    /// What is measured: the experiment's descriptors without those that come from refinement, then those of its passive grid.
    pub descriptors: Vec<Descriptor>,
    /// Ends the episode when the base origin is closer to the terrain than this (m).
    pub min_height: Option<f64>,
    /// Ends the episode when the base's z axis has a smaller vertical part than this.
    pub min_up: Option<f64>,
    /// Steps a frame of recorded experience; nothing is recorded where there is none.
    pub frame: Option<u32>,
    /// The world model whose latent state an `Mlp` sees, and the steps of its frames.
    pub observer: Option<(Arc<Observer>, u32)>,
}

impl TaskPlan {
    /// The plan of a validated experiment.
    pub fn new(experiment: &Experiment) -> Self {
        let rate = experiment.physics.rate;
        let task = &experiment.task;
        Self {
            steps: ((task.duration * f64::from(rate)).round() as u32).max(1),
            control_period: control_period(&experiment.policy, rate),
            reward: task.reward.iter().map(|t| (t.term, t.weight)).collect(),
            descriptors: experiment
                .descriptors
                .iter()
                .map(|d| d.kind)
                .filter(Descriptor::is_of_episode)
                .chain(experiment.passive.iter().map(|d| d.kind))
                .collect(),
            min_height: task.termination.min_height,
            min_up: task.termination.max_tilt.map(libm::cos),
            frame: experiment.latent.as_ref().map(|latent| rate / latent.rate.max(1)),
            observer: observer(&experiment.policy, rate),
        }
    }

    /// Length of the latent state among observations.
    pub fn latent_size(&self) -> usize {
        self.observer.as_ref().map_or(0, |(observer, _)| observer.latent_size())
    }

    /// All numbers of the world model that watches.
    pub fn observer_numbers(&self) -> &[f32] {
        self.observer.as_ref().map_or(&[], |(observer, _)| observer.numbers())
    }

    /// Room for the frames of a recorded episode, the one under way included.
    pub fn frame_room(&self) -> usize {
        self.frame.map_or(0, |frame| self.steps.div_ceil(frame.max(1)) as usize)
    }

    /// What the reward gains each second.
    pub fn reward_rate<T: Real>(&self, sensors: &Sensors<T>) -> T {
        self.weigh(|term| term.rate(sensors))
    }

    /// What the reward gains once, from the state in which the episode ended.
    pub fn reward_finish<T: Real>(&self, sensors: &Sensors<T>) -> T {
        self.weigh(|term| term.finish(&term.numbers().map(real), sensors))
    }

    fn weigh<T: Real>(&self, value: impl Fn(&RewardTerm) -> T) -> T {
        let weighted = |sum, (term, weight): &(RewardTerm, f64)| sum + value(term) * real(*weight);
        self.reward.iter().fold(T::zero(), weighted)
    }
}

/// The world model that a valid policy observes, and the steps of its frames at `rate` steps a second.
pub fn observer(policy: &Policy, rate: u32) -> Option<(Arc<Observer>, u32)> {
    let observer = policy.observer()?;
    Some((observer.clone(), observer.period(rate)?))
}

/// Physics steps between two decisions of a policy; its control rate divides `rate` (steps a second).
pub fn control_period(policy: &Policy, rate: u32) -> u32 {
    match policy {
        Policy::Cpg { .. } | Policy::Point { .. } => 1,
        Policy::Mlp { control_rate, .. } => rate / control_rate,
    }
}
