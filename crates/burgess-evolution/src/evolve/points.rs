//! Points as what a run evolves: a benchmark's problem evaluates and differentiates them.

use super::clock::{Laps, Times};
use super::domain::{BatchContext, Domain, DomainState, Effort, Evaluation, Run, Search, Steppings};
use super::verify::Comparison;
use crate::benchmark::{BenchmarkFunction, Point};
use crate::diversity::BodyDiversity;
use crate::experiment::Experiment;
use anyhow::Result;
use burgess_physics::batch::on_cpu;
use burgess_qd::emitter::batch::{Batch, Offspring, OpenAnchor};
use burgess_qd::emitter::{self, Dimension};
use burgess_qd::{Elites, Evaluated, RealSpace};
use rayon::prelude::*;
use std::path::Path;

/// Points that one thread takes at a time: handing out single ones would cost as much as most problems do.
const GRAIN: usize = 8;

/// What evaluates and differentiates points: a problem on the CPU, in float64 from float32 coordinates.
#[derive(Clone, Copy, Debug)]
pub struct Points {
    problem: BenchmarkFunction,
    /// Whether an emitter follows gradients.
    differentiates: bool,
    threads: usize,
}

impl Points {
    /// The evaluation of a problem on all threads of the process; it `differentiates` where an emitter follows gradients.
    pub fn new(problem: BenchmarkFunction, differentiates: bool) -> Self {
        Self { problem, differentiates, threads: rayon::current_num_threads() }
    }

    /// The run of an experiment that is a benchmark of the problem. The space must be [`Points::space`].
    ///
    /// # Errors
    ///
    /// As [`Search::of`].
    pub fn run<'a>(self, experiment: &Experiment, space: &'a RealSpace) -> Result<Run<'a, Point>> {
        let axes = &experiment.descriptors;
        // A problem's measures all have gradients.
        let dimensions: Vec<Dimension> =
            axes.iter().map(|spec| Dimension { range: spec.range, has_gradient: true }).collect();
        let emitters = emitter::build(&experiment.emitters, &dimensions);
        Ok(Run { search: Search::of(experiment)?, space, domain: Box::new(self), emitters })
    }

    /// The space of the problem's points.
    pub fn space(&self) -> RealSpace {
        RealSpace::new(self.problem.dimension())
    }

    /// Evaluates elites of a run again, and compares the results with what was stored.
    pub fn verify(&self, elites: &[(usize, Evaluated<Point>)]) -> Comparison {
        let mut comparison = Comparison::default();
        for (_, elite) in elites {
            let (reward, descriptors) = self.values(&burgess_qd::vector::Vector::phenotype(&elite.solution));
            comparison.add((elite.reward, &elite.descriptors), reward, &descriptors);
        }
        comparison
    }

    /// Objective and measures of a point.
    fn values(&self, phenotype: &[f32]) -> (f32, Vec<f32>) {
        let values = self.problem.evaluate(&exact(phenotype));
        (values.objective as f32, values.measures.into_iter().map(|m| m as f32).collect())
    }
}

impl Domain<Point> for Points {
    fn backend(&self) -> String {
        on_cpu(self.threads)
    }

    fn differentiator(&self) -> Option<String> {
        self.differentiates.then(|| self.backend())
    }

    fn restore(&mut self, _: &Path, _: DomainState) -> Result<()> {
        Ok(())
    }

    fn has_gradients(&self) -> bool {
        self.differentiates
    }

    fn differentiate(&self, anchors: &[OpenAnchor<Point>], _: &mut Steppings) -> Result<Vec<Option<Vec<Vec<f64>>>>> {
        let measures = self.problem.measures();
        // Number 0 is the objective, number i + 1 is measure i.
        let gradient = |x: &[f64], number: usize| -> Vec<f64> {
            let mut weights = vec![0.0; measures + 1];
            weights[number] = 1.0;
            let gradient = self.problem.gradient(x, weights[0], &weights[1..]);
            // Gradients come in float32, as those of devices do.
            gradient.into_iter().map(|g| f64::from(g as f32)).collect()
        };
        let one = |anchor: &OpenAnchor<Point>| {
            let x = exact(&anchor.phenotype);
            let wanted = anchor.follows.map_or(0..measures + 1, |number| number..number + 1);
            Some(wanted.map(|number| gradient(&x, number)).collect())
        };
        Ok(anchors.par_iter().with_min_len(GRAIN).map(one).collect())
    }

    fn evaluate(
        &mut self,
        batch: Batch<Point>,
        context: BatchContext<'_, Point>,
        _: &mut (dyn FnMut() + Send),
    ) -> Result<Evaluation<Point>> {
        let mut laps = Laps::begin();
        let values: Vec<(f32, Vec<f32>)> =
            batch.phenotypes.par_iter().with_min_len(GRAIN).map(|phenotype| self.values(phenotype)).collect();
        let simulation = laps.next();
        type Born = (Offspring<Point>, (f32, Vec<f32>));
        let join = |(place, (born, (reward, descriptors))): (usize, Born)| Evaluated {
            id: context.first_id + place as u64,
            solution: born.solution,
            reward,
            descriptors,
            parents: born.parents,
            generation: context.generation,
            candidate: place as u32,
            emitter: born.emitter as u32,
            age: born.age,
            traits: (),
            life: (),
        };
        let candidates = batch.offspring.into_par_iter().zip(values).enumerate().map(join).collect();
        let times = Times { simulation, insertion: laps.next(), ..Times::default() };
        Ok(Evaluation { candidates, effort: Effort { simulation_time: simulation, ..Effort::default() }, times })
    }

    fn diversity(&self, archive: &dyn Elites<Point>) -> BodyDiversity {
        BodyDiversity::of_one_body(archive.len())
    }
}

/// The coordinates that are evaluated, in float64.
fn exact(phenotype: &[f32]) -> Vec<f64> {
    phenotype.iter().map(|&x| f64::from(x)).collect()
}
