//! Everything that a backend needs to know before it sees candidates: the world, the task, the kind of brain.

use super::OBSERVATIONS;
use super::task::TaskPlan;
use super::world::World;
use crate::benchmark::Problem;
use crate::creature::{JOINT_OBSERVATIONS, MAX_LINKS};
use crate::experiment::{Experiment, Policy};

/// The kind of brain that all candidates have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrainKind {
    /// [`crate::creature::Controller::Cpg`].
    Cpg,
    /// [`crate::creature::Controller::Mlp`], with the units of its hidden layers.
    Mlp(Vec<usize>),
    /// [`crate::creature::Controller::Sequence`].
    Sequence,
}

/// What a backend is made for.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The surroundings.
    pub world: World<f64>,
    /// Length, reward, descriptors, termination.
    pub task: TaskPlan,
    /// The kind of brain.
    pub brain: BrainKind,
    /// The benchmark that takes the place of a simulation.
    pub problem: Option<Problem>,
}

impl Plan {
    /// What refinement and emitters differentiate: the plan of the experiment over a horizon (s).
    pub fn over(experiment: &Experiment, horizon: f64) -> Self {
        let mut plan = Self::new(experiment);
        plan.task.steps = (experiment.horizon_steps(horizon) as u32).clamp(1, plan.task.steps);
        // What is only looked at has no part in gradients.
        plan.task.descriptors.truncate(plan.task.descriptors.len() - experiment.passive.len());
        plan.task.frame = None;
        plan
    }

    /// The plan of a validated experiment.
    pub fn new(experiment: &Experiment) -> Self {
        Self {
            world: World::new(&experiment.physics, &experiment.terrain, experiment.seed),
            task: TaskPlan::new(experiment),
            brain: BrainKind::of(&experiment.policy),
            problem: experiment.problem(),
        }
    }
}

impl BrainKind {
    /// That of a policy.
    pub fn of(policy: &Policy) -> Self {
        match policy {
            Policy::Cpg { .. } => Self::Cpg,
            Policy::Mlp { hidden, .. } => Self::Mlp(hidden.clone()),
            Policy::Point { .. } => Self::Sequence,
        }
    }

    /// Units of the hidden layers.
    pub fn hidden(&self) -> &[usize] {
        match self {
            Self::Mlp(hidden) => hidden,
            Self::Cpg | Self::Sequence => &[],
        }
    }

    /// Numbers of the widest layer, the observation of the largest body with a latent state of so many numbers included; none where there
    /// are no layers.
    pub fn widest_layer(&self, latent: usize) -> usize {
        let observation = OBSERVATIONS + latent + JOINT_OBSERVATIONS * (MAX_LINKS - 1);
        match self {
            Self::Mlp(hidden) => hidden.iter().copied().fold(observation, std::cmp::Ord::max),
            Self::Cpg | Self::Sequence => 0,
        }
    }
}
