//! What is climbed: the objective of a genome, and its slope.

use crate::experiment::{Aim, Ascent};
use crate::genome::Genome;
use crate::growth::{check, compile};
use crate::inverse::gait::Mover;
use crate::refine::genes::{Recipe, gene_gradient};
use anyhow::{Context, Result};
use burgess_physics::gradient::Objective;
use burgess_physics::step::episode::Episode;
use burgess_physics::step::reverse::episode::{TAPE_MEMORY, differentiate};
use burgess_physics::task::{Ending, TaskPlan};

/// The objective over genomes, in float64.
pub(super) struct Landscape<'a> {
    mover: &'a Mover,
    aim: Aim,
    /// Over the horizon.
    task: TaskPlan,
    /// Length of the horizon (s).
    horizon: f64,
    /// Over the episode that judges.
    judged: TaskPlan,
}

impl<'a> Landscape<'a> {
    /// Of an experiment.
    ///
    /// # Errors
    ///
    /// When the body is no valid one.
    pub(super) fn new(spec: &Ascent, mover: &'a Mover) -> Result<Self> {
        let plan = |seconds: f64| TaskPlan {
            reward: spec.task.reward.iter().map(|t| (t.term, t.weight)).collect(),
            min_height: spec.task.termination.min_height,
            min_up: spec.task.termination.max_tilt.map(libm::cos),
            ..mover.task(seconds)
        };
        let task = plan(spec.task.duration);
        let judged = plan(spec.judged.unwrap_or(spec.task.duration));
        check(&mover.grown.model, &mover.limits).with_context(|| format!("body: {}", spec.body))?;
        Ok(Self { mover, aim: spec.aim, horizon: spec.task.duration, task, judged })
    }

    /// The objective over the horizon; none for a body that is not valid or an episode that diverges.
    pub(super) fn height(&self, genome: &Genome) -> Option<f64> {
        let reward = self.reward(genome, &self.task);
        reward.is_finite().then(|| self.objective(reward).0)
    }

    /// The objective over the horizon, and its gradient with respect to all continuous genes; none where they are not finite.
    pub(super) fn slope(&self, genome: &Genome) -> Option<(f64, Vec<f64>)> {
        let Mover { policy, limits, physics, world, .. } = self.mover;
        let candidate = compile(genome, policy, limits, physics).ok()?;
        let gradient = differentiate(&candidate, world, &self.task, &Objective::reward(0), TAPE_MEMORY);
        let (height, by_reward) = self.objective(gradient.returns.reward);
        let mut slope = gene_gradient(genome, &Recipe { policy, limits, physics, world }, &gradient).ok()?;
        slope.iter_mut().for_each(|g| *g *= by_reward);
        (height.is_finite() && slope.iter().all(|g| g.is_finite())).then_some((height, slope))
    }

    /// The reward of the judged episode; NaN where it diverges.
    pub(super) fn judge(&self, genome: &Genome) -> f64 {
        self.reward(genome, &self.judged)
    }

    fn reward(&self, genome: &Genome, task: &TaskPlan) -> f64 {
        let Mover { policy, limits, physics, world, .. } = self.mover;
        let Ok(candidate) = compile(genome, policy, limits, physics) else { return f64::NAN };
        let returns = Episode::new(&candidate, world, task).run();
        if returns.ending == Ending::Diverged { f64::NAN } else { returns.reward }
    }

    /// What is to be as large as possible, and its derivative by the reward.
    fn objective(&self, reward: f64) -> (f64, f64) {
        match self.aim {
            Aim::Most => (reward, 1.0),
            Aim::Rate(rate) => {
                let miss = reward / self.horizon - rate;
                (-miss * miss, -2.0 * miss / self.horizon)
            }
        }
    }
}
