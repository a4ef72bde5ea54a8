//! The CPU backend: candidates in parallel, each by itself.

use super::simulator::check_gradients;
use super::{Backend, Outcome, on_cpu};
use crate::error::Error;
use crate::gradient::{Differentiate, Gradient, Objective};
use crate::model::Candidate;
use crate::plan::Plan;
use crate::step::episode::Episode;
use crate::step::reverse::episode::{TAPE_MEMORY, differentiate_each};
use crate::task::{Ending, TaskPlan};
use crate::world::World;
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Simulates in float32, candidates in parallel. A candidate's bits depend on nothing but itself.
///
/// ```
/// # use burgess_physics::batch::{Backend, CpuBackend};
/// # fn main() -> Result<(), burgess_physics::Error> {
/// let (plan, candidate) = burgess_physics::example::walk();
/// let outcomes = CpuBackend::new(&plan, None)?.evaluate(&[candidate.map(|x| x as f32)])?;
/// assert_eq!(outcomes[0].descriptors.len(), plan.task.descriptors.len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct CpuBackend {
    world: World<f32>,
    task: TaskPlan,
    pool: rayon::ThreadPool,
    busy: Mutex<Duration>,
}

impl CpuBackend {
    /// For a plan; `threads` of `None` takes every core.
    ///
    /// # Errors
    /// When the threads cannot be started.
    pub fn new(plan: &Plan, threads: Option<usize>) -> Result<Self, Error> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build()?;
        Ok(Self { world: plan.world.cast(), task: plan.task.clone(), pool, busy: Mutex::default() })
    }

    /// Does a job for every candidate, in parallel and in their order, on the clock.
    fn on_the_clock<R: Send>(
        &self,
        candidates: &[Candidate<f32>],
        job: impl Fn(&Candidate<f32>) -> R + Sync,
    ) -> Vec<R> {
        let began = Instant::now();
        let results = self.pool.install(|| candidates.par_iter().map(&job).collect());
        *self.busy.lock().unwrap_or_else(PoisonError::into_inner) += began.elapsed();
        results
    }

    fn episode(&self, candidate: &Candidate<f32>) -> Outcome {
        let (experience, returns) = match self.task.frame {
            None => (None, Episode::new(candidate, &self.world, &self.task).run()),
            Some(frame) => crate::step::record::record(candidate, &self.world, &self.task, frame),
        };
        let diverged = returns.ending == Ending::Diverged;
        let hide = |x: f32| if diverged { f32::NAN } else { x };
        Outcome {
            reward: hide(returns.reward),
            descriptors: returns.descriptors.into_iter().map(hide).collect(),
            ending: returns.ending,
            steps: returns.steps,
            contacts_left_out: returns.contacts_left_out,
            experience,
        }
    }
}

impl Backend for CpuBackend {
    fn describe(&self) -> String {
        on_cpu(self.pool.current_num_threads())
    }

    fn evaluate(&self, candidates: &[Candidate<f32>]) -> Result<Vec<Outcome>, Error> {
        Ok(self.on_the_clock(candidates, |candidate| self.episode(candidate)))
    }

    fn differentiator(&self, plan: &Plan) -> Result<Box<dyn Differentiate>, Error> {
        Ok(Box::new(Self::new(plan, Some(self.pool.current_num_threads()))?))
    }

    fn simulation_time(&self) -> Duration {
        *self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Differentiate for CpuBackend {
    fn name(&self) -> String {
        self.describe()
    }

    fn differentiate_each(
        &self,
        candidates: &[Candidate<f32>],
        objectives: &[Objective],
    ) -> Result<Vec<Vec<Gradient<f32>>>, Error> {
        let (world, task) = (&self.world, &self.task);
        check_gradients(world)?;
        Ok(self
            .on_the_clock(candidates, |candidate| differentiate_each(candidate, world, task, objectives, TAPE_MEMORY)))
    }

    fn time(&self) -> Duration {
        self.simulation_time()
    }
}
