//! Goals: solutions that climb towards places in descriptor space that were drawn at random, upward in reward on the way.
//!
//! Goal exploration (Baranes and Oudeyer 2013, "Active learning of inverse models with intrinsically motivated goal exploration in
//! robots") with the exact gradients of differentiable quality diversity (Fontaine and Nikolaidis 2021) in place of a model learned from
//! trials. An elite near the goal sets out, and every place on its way is a candidate. Most goals are beyond reach at first, so that elites
//! at the rim push it outward; later ones fall into gaps.
//!
//! A step needs one gradient only: that of the reward, or of one descriptor, drawn by how far it still has to go. The optimiser's
//! memory adds them up.

use super::branches::{length, unit};
use super::chart::Chart;
use super::interface::{Anchor, Anchored, Ask, Emitter, Prepare, Proposal, Told, restored, saved};
use crate::archive::Elites;
use crate::optimiser::{Memory, Optimiser};
use crate::solution::{Evaluated, Solution};
use crate::space::{GeneGroup, SearchSpace};
use burgess_core::rng::Stream;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A descriptor as goals see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dimension {
    /// Its range.
    pub(crate) range: (f64, f64),
    /// Its place among the gradients of anchors, if it has one.
    pub(crate) gradient: Option<usize>,
}

/// One solution a place of the batch.
pub(crate) struct Goals<S: Solution> {
    /// Steps before a solution is given up for another goal.
    pub(crate) steps: u32,
    /// Goals of which the one is taken that is farthest from all elites.
    pub(crate) draws: usize,
    /// Elites nearest to the goal of which the fittest sets out.
    pub(crate) neighbours: usize,
    /// Probability that a step climbs in reward.
    pub(crate) upward: f64,
    /// What makes a step of a direction.
    pub(crate) optimiser: Optimiser,
    /// Length of a step.
    pub(crate) rate: f64,
    /// Which genes move.
    pub(crate) genes: GeneGroup,
    /// The descriptors.
    pub(crate) dimensions: Vec<Dimension>,
    /// The solutions; none where the archive was empty.
    pub(crate) climbers: Vec<Option<Climber<S>>>,
    /// Gradients at the solutions by their coordinates, known from `learn` to `tell`; none where they are not finite.
    pub(crate) slopes: Vec<Option<Vec<f64>>>,
}

/// A solution on its way.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct Climber<S: Solution> {
    chart: Chart<S>,
    /// Where it is, in coordinates of the chart.
    place: Vec<f64>,
    memory: Memory,
    goal: Vec<f64>,
    /// Descriptors of the elite that set out, then of the last place that was simulated.
    descriptors: Vec<f32>,
    /// The gradient that its next step follows, and which way.
    follows: (usize, f64),
    left: u32,
}

impl<S: Solution> Goals<S> {
    /// From descriptors to a goal, in units of the ranges.
    fn way(&self, from: &[f32], to: &[f64]) -> Vec<f64> {
        let one = |((&from, &to), dimension): ((&f32, &f64), &Dimension)| {
            let (low, high) = dimension.range;
            (to - f64::from(from)) / (high - low)
        };
        from.iter().zip(to).zip(&self.dimensions).map(one).collect()
    }

    /// All elites with their distances from a goal, in the order of the cells.
    fn distances<'a>(&self, archive: &'a dyn Elites<S>, goal: &[f64]) -> Vec<(f64, &'a Evaluated<S>)> {
        archive.elites().map(|(_, elite)| (length(&self.way(&elite.descriptors, goal)), elite)).collect()
    }

    /// A goal, and who sets out; nobody from an empty archive.
    fn set_out(&self, archive: &dyn Elites<S>, space: &dyn SearchSpace<S>, stream: &mut Stream) -> Option<Climber<S>> {
        let mut draw = || -> Vec<f64> {
            let one = |&Dimension { range: (low, high), .. }: &Dimension| low + (high - low) * stream.uniform();
            self.dimensions.iter().map(one).collect()
        };
        let goals = (0..self.draws).map(|_| {
            let goal = draw();
            let elites = self.distances(archive, &goal);
            let nearest = elites.iter().map(|(distance, _)| *distance).fold(f64::INFINITY, f64::min);
            (nearest, goal, elites)
        });
        let (_, goal, mut elites) = goals.reduce(|a, b| if b.0 > a.0 { b } else { a })?;
        // Of equals the first cell's: the sort is stable, and the fittest is replaced by fitter ones only.
        elites.sort_by(|a, b| a.0.total_cmp(&b.0));
        let near = elites.into_iter().take(self.neighbours).map(|(_, elite)| elite);
        let elite = near.reduce(|a, b| if b.reward > a.reward { b } else { a })?;
        let chart = Chart::around(elite, self.genes);
        let place = chart.origin(space);
        Some(Climber {
            memory: Memory::new(self.optimiser, place.len()),
            chart,
            place,
            goal,
            descriptors: elite.descriptors.clone(),
            follows: (0, 1.0),
            left: self.steps,
        })
    }

    /// Which gradient a solution follows next, and which way: the reward's, or that of a descriptor, drawn by its part of the way.
    fn turn(&self, climber: &Climber<S>, stream: &mut Stream) -> (usize, f64) {
        let way = self.way(&climber.descriptors, &climber.goal);
        let parts: Vec<(usize, f64)> =
            self.dimensions.iter().zip(way).filter_map(|(dimension, way)| Some((dimension.gradient?, way))).collect();
        let total: f64 = parts.iter().map(|(_, way)| way.abs()).sum();
        let (up, mut chance) = (stream.uniform(), stream.uniform() * total);
        let drawn = parts.iter().find(|(_, way)| {
            chance -= way.abs();
            chance < 0.0
        });
        match drawn {
            Some(&(gradient, way)) if up >= self.upward => (gradient, way.signum()),
            _ => (0, 1.0),
        }
    }

    /// A solution one step on; nothing where it does not go on.
    fn next(
        &self,
        mut climber: Climber<S>,
        slope: &[f64],
        elite: &Evaluated<S>,
        space: &dyn SearchSpace<S>,
    ) -> Option<Climber<S>> {
        climber.left = climber.left.checked_sub(1).filter(|&left| left > 0)?;
        if !elite.reward.is_finite() {
            return None;
        }
        let (_, sign) = climber.follows;
        let direction: Vec<f64> = unit(slope.to_vec())?.into_iter().map(|slope| sign * slope).collect();
        let step = climber.memory.step(&direction);
        let to: Vec<f64> = climber.place.iter().zip(step).map(|(x, s)| x + self.rate * s).collect();
        // Where genes have bounds, the solution keeps them; and gradients may lead to a body that is none.
        let solution = climber.chart.solution(space, &to);
        space.compile(&solution).ok()?;
        climber.place = climber.chart.coordinates(space, &solution, &to);
        climber.descriptors.clone_from(&elite.descriptors);
        Some(climber)
    }
}

impl<S: Solution> Anchored<S> for Goals<S> {
    fn anchors(&self, ask: &Ask<'_, S>) -> usize {
        // Either all set out, or there is no elite to do so.
        if self.climbers.iter().all(Option::is_some) { ask.places } else { 0 }
    }

    fn follows(&self, place: usize) -> Option<usize> {
        self.climbers.get(place)?.as_ref().map(|climber| climber.follows.0)
    }

    fn learn(&mut self, anchors: Vec<Anchor<S>>, space: &dyn SearchSpace<S>, _: usize) {
        let slope = |(anchor, climber): (Anchor<S>, &Option<Climber<S>>)| {
            let by_genes = anchor.gradients?.into_iter().next()?;
            Some(climber.as_ref()?.chart.slope(space, &by_genes))
        };
        self.slopes = anchors.into_par_iter().zip(&self.climbers).map(slope).collect();
    }
}

impl<S: Solution> Emitter<S> for Goals<S> {
    fn anchored(&self) -> Option<&dyn Anchored<S>> {
        Some(self)
    }

    fn anchored_mut(&mut self) -> Option<&mut dyn Anchored<S>> {
        Some(self)
    }

    fn prepare(&mut self, prepare: Prepare<'_, S>, stream: &mut Stream) {
        let mut climbers = std::mem::take(&mut self.climbers);
        climbers.resize_with(prepare.places, || None);
        let mut ready = |climber: Option<Climber<S>>| {
            let mut climber = climber.or_else(|| self.set_out(prepare.archive, prepare.space, stream))?;
            climber.follows = self.turn(&climber, stream);
            Some(climber)
        };
        self.climbers = climbers.into_iter().map(&mut ready).collect();
        self.slopes.clear();
    }

    fn ask<'a>(&'a self, ask: Ask<'a, S>, stream: &mut Stream) -> Proposal<'a, S> {
        match self.climbers.get(ask.place) {
            Some(Some(Climber { chart, place, .. })) => {
                let solution = chart.solution(ask.space, place);
                Proposal { solution, parents: chart.ancestors(), coefficients: Vec::new() }
            }
            _ => Proposal::random(ask.space, self.rate, stream),
        }
    }

    fn tell(&mut self, told: Told<'_, S>) {
        let climbers = std::mem::take(&mut self.climbers);
        let next = |(place, climber): (usize, Option<Climber<S>>)| {
            let (slope, elite) = (self.slopes.get(place)?.as_ref()?, told.candidates.get(place)?);
            self.next(climber?, slope, elite, told.space)
        };
        self.climbers = climbers.into_par_iter().enumerate().map(next).collect();
    }

    fn learns(&self) -> bool {
        true
    }

    fn save(&self) -> Vec<u8> {
        saved(&self.climbers)
    }

    fn restore(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.climbers = restored(bytes, "a Goals emitter")?;
        Ok(())
    }
}
