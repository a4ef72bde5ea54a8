//! What a backend is told of an experiment: the world, the task and the kind of brain, in the units of the simulation.

use super::Experiment;
use crate::genome::Policy;
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::observer::Observer;
use burgess_physics::plan::{BrainKind, Plan};
use burgess_physics::task::TaskPlan;
use burgess_physics::world::{Backward, World};
use std::sync::Arc;

impl Experiment {
    /// What a backend simulates for it; it must have been validated.
    pub fn plan(&self) -> Plan {
        let (world, task) = (World::new(&self.physics, &self.terrain, self.seed), self.task_plan());
        let world = match &self.task.environments {
            None => world,
            Some(environments) => world.in_environments(environments, self.seed, task.steps),
        };
        Plan { world, task, brain: self.policy.brain_kind() }
    }

    /// What refinement differentiates: the plan over a horizon (s).
    pub fn plan_over(&self, horizon: f64) -> Plan {
        let mut plan = self.plan();
        plan.task.steps = (self.horizon_steps(horizon) as u32).clamp(1, plan.task.steps);
        // What is only looked at has no part in gradients.
        plan.task.descriptors.truncate(plan.task.descriptors.len() - self.passive.len());
        plan.task.frame = None;
        plan
    }

    /// What emitters differentiate: with gradients that count all environments alike, since emitters follow directions only.
    pub fn plan_of_emitters(&self) -> Plan {
        let mut plan = self.plan_over(self.gradient_horizon.unwrap_or(self.task.duration));
        let exact = Backward { alike: true, ..Backward::default() };
        let backward = self.gradient_memory.map_or(exact, |memory| exact.remembering(memory, plan.world.dt));
        plan.world = plan.world.with_backward(backward);
        plan
    }

    fn task_plan(&self) -> TaskPlan {
        let rate = self.physics.rate;
        TaskPlan {
            steps: ((self.task.duration * f64::from(rate)).round() as u32).max(1),
            control_period: self.policy.control_period(rate),
            reward: self.task.reward.iter().map(|t| (t.term, t.weight)).collect(),
            descriptors: self
                .descriptors
                .iter()
                .map(|d| d.kind)
                .filter(Descriptor::is_of_episode)
                .chain(self.passive.iter().map(|d| d.kind))
                .collect(),
            min_height: self.task.termination.min_height,
            min_up: self.task.termination.max_tilt.map(libm::cos),
            frame: self.latent.as_ref().map(|latent| rate / latent.rate.max(1)),
            observer: self.policy.watched_by(rate),
        }
    }
}

impl Policy {
    /// The kind of brain that a backend simulates.
    pub fn brain_kind(&self) -> BrainKind {
        match self {
            Policy::Cpg { .. } => BrainKind::Cpg,
            Policy::Mlp { hidden, .. } => BrainKind::Mlp(hidden.clone()),
            Policy::Shared { .. } => {
                BrainKind::Mlp(self.shared_sizes().map_or_else(Vec::new, |sizes| sizes.hidden.clone()))
            }
        }
    }

    /// Decisions a second; none where each step has one.
    pub fn control_rate(&self) -> Option<u32> {
        match self {
            Policy::Cpg { .. } => None,
            Policy::Mlp { control_rate, .. } => Some(*control_rate),
            Policy::Shared { .. } => self.shared_sizes().map(|sizes| sizes.control_rate),
        }
    }

    /// Physics steps between two decisions; the control rate divides `rate` (steps a second).
    pub fn control_period(&self, rate: u32) -> u32 {
        self.control_rate().map_or(1, |control_rate| rate / control_rate)
    }

    /// The world model that a valid policy observes, and the steps of its frames at `rate` steps a second.
    pub fn watched_by(&self, rate: u32) -> Option<(Arc<Observer>, u32)> {
        let observer = self.observer()?;
        Some((observer.clone(), observer.period(rate)?))
    }
}
