//! The CPU backend: groups of candidates in parallel, those of a group side by side in vector registers: see [`crate::lanes`].

use super::lives::{fold_gradients, fold_outcomes, lives, objectives_of_lives};
use super::simulator::{Batch, Simulator, check_gradients};
use super::{Backend, Capacity, Outcome, on_cpu};
use crate::environment::Fold;
use crate::error::Error;
use crate::gradient::{Differentiate, Gradient, Objective};
use crate::model::Candidate;
use crate::plan::Plan;
use crate::step::abreast::{self, Life, groups, suits};
use crate::step::episode::Episode;
use crate::step::reverse::episode::{TAPE_MEMORY, differentiate_abreast, differentiate_each};
use crate::task::{Ending, Returns, TaskPlan};
use crate::world::World;
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Simulates in float32, groups of candidates in parallel. A candidate's bits depend on nothing but itself.
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
    /// One an environment.
    worlds: Vec<World<f32>>,
    fold: Fold,
    task: TaskPlan,
    /// Whether candidates can go side by side.
    suits: bool,
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
        let worlds = plan.world.each().map(|world| world.cast()).collect();
        let (fold, task) = (plan.world.fold, plan.task.clone());
        Ok(Self { worlds, fold, task, suits: suits(plan), pool, busy: Mutex::default() })
    }

    /// Does a job for every life of every candidate, in parallel, on the clock: one for those that go alone, another for those that go side by
    /// side, which gives a result for each. Results come in the order of the candidates, and for each in that of the environments.
    fn on_the_clock<R: Send>(
        &self,
        candidates: &[Candidate<f32>],
        alone: impl Fn(&Life<'_>) -> R + Sync,
        abreast: impl Fn(&[Life<'_>]) -> Vec<R> + Sync,
    ) -> Vec<R> {
        let began = Instant::now();
        let lives = lives(candidates, &self.worlds);
        let groups = if self.suits {
            groups(&lives, self.pool.current_num_threads())
        } else {
            (0..lives.len()).map(|place| vec![place]).collect()
        };
        let job = |places: &Vec<usize>| match places[..] {
            [place] => vec![alone(&lives[place])],
            _ => abreast(&places.iter().map(|&place| lives[place]).collect::<Vec<_>>()),
        };
        let results: Vec<Vec<R>> = self.pool.install(|| groups.par_iter().map(job).collect());
        let mut placed: Vec<(usize, R)> = groups.into_iter().flatten().zip(results.into_iter().flatten()).collect();
        placed.sort_unstable_by_key(|(place, _)| *place);
        *self.busy.lock().unwrap_or_else(PoisonError::into_inner) += began.elapsed();
        placed.into_iter().map(|(_, result)| result).collect()
    }

    fn episode(&self, &Life { candidate, world, .. }: &Life<'_>) -> Outcome {
        let (experience, returns) = match self.task.frame {
            None => (None, Episode::new(candidate, world, &self.task).run()),
            Some(frame) => crate::step::record::record(candidate, world, &self.task, frame),
        };
        Outcome { experience, ..outcome(returns) }
    }

    fn episodes(&self, lives: &[Life<'_>]) -> Vec<Outcome> {
        let (together, world, prelude) = abreast::join(lives);
        let mut episode = Episode::with(&together, &world, &self.task, prelude, None);
        while episode.advance() {}
        episode.returns_of_each().into_iter().take(lives.len()).map(outcome).collect()
    }
}

/// What an episode gave. The numbers of one that diverged are hidden.
fn outcome(returns: Returns<f32>) -> Outcome {
    let diverged = returns.ending == Ending::Diverged;
    let hide = |x: f32| if diverged { f32::NAN } else { x };
    Outcome {
        reward: hide(returns.reward),
        descriptors: returns.descriptors.into_iter().map(hide).collect(),
        ending: returns.ending,
        steps: returns.steps,
        contacts_left_out: returns.contacts_left_out,
        experience: None,
    }
}

impl Backend for CpuBackend {
    fn describe(&self) -> String {
        on_cpu(self.pool.current_num_threads())
    }

    fn capacity(&self) -> Capacity {
        Capacity::of_threads(self.pool.current_num_threads())
    }

    fn evaluate(&self, candidates: &[Candidate<f32>]) -> Result<Vec<Outcome>, Error> {
        let outcomes = self.on_the_clock(candidates, |life| self.episode(life), |lives| self.episodes(lives));
        Ok(fold_outcomes(outcomes, self.worlds.len(), self.fold))
    }

    fn differentiator(&self, plan: &Plan) -> Result<Box<dyn Differentiate>, Error> {
        Ok(Box::new(Self::new(plan, Some(self.pool.current_num_threads()))?))
    }

    fn load(&self, candidates: Vec<Candidate<f32>>) -> Result<Box<dyn Simulator<f32>>, Error> {
        Ok(Box::new(Batch::in_world(self.worlds[0].clone(), self.task.clone(), candidates)?))
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
        let (environments, task) = (self.worlds.len(), &self.task);
        check_gradients(&self.worlds[0])?;
        let objectives = &objectives_of_lives(objectives, environments, self.fold);
        let alone = |life: &Life<'_>| differentiate_each(life.candidate, life.world, task, objectives, TAPE_MEMORY);
        let abreast = |lives: &[Life<'_>]| differentiate_abreast(lives, task, objectives, TAPE_MEMORY);
        let gradients = self.on_the_clock(candidates, alone, abreast);
        let alike = self.worlds[0].backward.alike;
        Ok(self.pool.install(|| fold_gradients(gradients, environments, self.fold, alike)))
    }

    fn time(&self) -> Duration {
        self.simulation_time()
    }
}
