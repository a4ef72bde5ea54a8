//! What an episode is for: its length, what it rewards, what it measures, when it stops early.

use crate::environment::EnvironmentsSpec;
use crate::laws::descriptor::Descriptor;
use crate::laws::reward::RewardTerm;
use crate::laws::sensors::Sensors;
use crate::observer::Observer;
use burgess_core::autodiff::{Real, real};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is rewarded, and when an episode ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
// The name that messages about a wrong field show, and that files may write.
#[serde(deny_unknown_fields, rename = "Task")]
pub struct TaskSpec {
    /// Length of an episode (s).
    #[serde(default = "default_duration")]
    pub duration: f64,
    /// Weighted terms, summed.
    pub reward: Vec<WeightedTerm>,
    /// What ends an episode early.
    #[serde(default)]
    pub termination: Termination,
    /// Environments in which each candidate lives an episode; one plain one unless given.
    #[serde(default)]
    pub environments: Option<EnvironmentsSpec>,
}

/// A reward term and its weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightedTerm {
    /// The term.
    pub term: RewardTerm,
    /// Its factor in the sum.
    #[serde(default = "one")]
    pub weight: f64,
}

/// What ends an episode early; reward and descriptors count up to there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Termination {
    /// Base origin less than this above the ground straight below it (m).
    pub min_height: Option<f64>,
    /// Base tilted further than this from upright (rad).
    pub max_tilt: Option<f64>,
}

/// How an episode ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It ran its full time.
    Finished,
    /// The task's termination stopped it.
    Terminated,
    /// The state was no longer finite or left all bounds: the candidate does not count.
    Diverged,
}

/// What an episode gave, over the scalar it was simulated with.
#[derive(Clone, Debug)]
pub struct Returns<T> {
    /// Sum of the weighted reward terms.
    pub reward: T,
    /// One value a descriptor.
    pub descriptors: Vec<T>,
    /// How it ended.
    pub ending: Ending,
    /// Steps simulated.
    pub steps: u32,
    /// Contacts between links, over all steps, that there was no room for: see [`PAIR_SLOTS`](crate::model::PAIR_SLOTS).
    pub contacts_left_out: u32,
}

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

    /// Whether it asks how much the creature touches itself or an object.
    pub fn sees_touches(&self) -> bool {
        let reward =
            self.reward.iter().any(|(term, _)| matches!(term, RewardTerm::ObjectTouch | RewardTerm::SelfTouch));
        let sample = |kind: &Descriptor| matches!(kind, Descriptor::ObjectTouch | Descriptor::SelfTouch);
        reward || self.descriptors.iter().any(sample)
    }

    /// What the reward gains each second.
    pub fn reward_rate<T: Real>(&self, sensors: &Sensors<T>) -> T {
        self.weigh(|term| term.rate(&term.numbers().map(real), sensors))
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

fn default_duration() -> f64 {
    5.0
}

fn one() -> f64 {
    1.0
}
