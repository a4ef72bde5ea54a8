//! What evaluates points in place of a simulation.

use super::Problem;
use burgess_physics::Error;
use burgess_physics::batch::{Backend, Outcome, on_cpu};
use burgess_physics::gradient::{Differentiate, Gradient, Objective};
use burgess_physics::model::{Candidate, Controller};
use burgess_physics::plan::Plan;
use burgess_physics::step::episode::Returns;
use burgess_physics::task::Ending;
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Points that one thread takes at a time: handing out single ones would cost as much as most problems do.
const GRAIN: usize = 8;

/// Evaluates and differentiates points of a benchmark on the CPU, in float64 from float32 coordinates.
pub struct PointBackend {
    problem: Problem,
    threads: usize,
    busy: Mutex<Duration>,
}

impl PointBackend {
    /// For a problem; all threads of the process take part.
    pub fn new(problem: Problem) -> Self {
        Self { problem, threads: rayon::current_num_threads(), busy: Mutex::default() }
    }

    fn on_the_clock<R: Send>(
        &self,
        candidates: &[Candidate<f32>],
        job: impl Fn(&[f64]) -> R + Sync,
    ) -> Result<Vec<R>, Error> {
        let began = Instant::now();
        let dimension = self.problem.dimension();
        let one = |candidate: &Candidate<f32>| {
            let Controller::Sequence { actions } = &candidate.controller else {
                return Err(Error::other("no point of a benchmark"));
            };
            if actions.len() != dimension {
                let got = actions.len();
                return Err(Error::other(format!("a point of {got} coordinates where there are {dimension}")));
            }
            Ok(job(&actions.iter().map(|&x| f64::from(x)).collect::<Vec<f64>>()))
        };
        let results = candidates.par_iter().with_min_len(GRAIN).map(one).collect();
        *self.busy.lock().unwrap_or_else(PoisonError::into_inner) += began.elapsed();
        results
    }

    fn returns(&self, x: &[f64]) -> Returns<f32> {
        let values = self.problem.evaluate(x);
        Returns {
            reward: values.objective as f32,
            descriptors: values.measures.into_iter().map(|m| m as f32).collect(),
            ending: Ending::Finished,
            steps: 0,
        }
    }
}

impl Backend for PointBackend {
    fn describe(&self) -> String {
        on_cpu(self.threads)
    }

    fn evaluate(&self, candidates: &[Candidate<f32>]) -> Result<Vec<Outcome>, Error> {
        self.on_the_clock(candidates, |x| {
            let Returns { reward, descriptors, ending, steps } = self.returns(x);
            Outcome { reward, descriptors, ending, steps, experience: None }
        })
    }

    fn differentiator(&self, _: &Plan) -> Result<Box<dyn Differentiate>, Error> {
        Ok(Box::new(Self::new(self.problem)))
    }

    fn simulation_time(&self) -> Duration {
        *self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Differentiate for PointBackend {
    fn name(&self) -> String {
        self.describe()
    }

    fn differentiate_each(
        &self,
        candidates: &[Candidate<f32>],
        objectives: &[Objective],
    ) -> Result<Vec<Vec<Gradient<f32>>>, Error> {
        self.on_the_clock(candidates, |x| {
            let returns = self.returns(x);
            let gradient = |objective: &Objective| {
                let slope = self.problem.gradient(x, objective.reward, &objective.descriptors);
                Gradient::of_actions(returns.clone(), slope.into_iter().map(|g| g as f32).collect())
            };
            objectives.iter().map(gradient).collect()
        })
    }

    fn time(&self) -> Duration {
        self.simulation_time()
    }
}
