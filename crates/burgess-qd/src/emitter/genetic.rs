//! The emitter of genetic variation: one operator, applied to elites drawn from the archive.

use super::interface::{Ask, Emitter, Proposal};
use crate::solution::Solution;
use crate::space::SearchSpace;
use burgess_core::rng::Stream;

/// Elites varied by an operator. While the archive has none, its proposals are random.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Genetic {
    /// How elites are varied.
    pub operator: Operator,
}

/// A way to make a solution of none, one or two others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operator {
    /// A random solution.
    Random {
        /// Standard deviation of the noise on what the space starts from.
        sigma: f64,
    },
    /// Normal noise, the variation of the first MAP-Elites (Mouret and Clune 2015).
    Gaussian {
        /// Standard deviation of the noise.
        sigma: f64,
        /// Probability that the structure mutates too.
        structure: f64,
    },
    /// Iso+line (Vassiliades and Mouret 2018, "Discovering the Elite Hypervolume by Leveraging Interspecies Correlation"): elites tend to
    /// lie on a thin manifold, and the line between two of them often runs along it.
    IsoLine {
        /// Standard deviation of the isotropic noise.
        iso: f64,
        /// Standard deviation of the step along the line, in units of the distance.
        line: f64,
        /// Probability that the structure mutates too.
        structure: f64,
    },
    /// A part of the second parent in place of one of the first (for bodies: Sims 1994, "Evolving Virtual Creatures"), then noise.
    Crossover {
        /// Standard deviation of the noise.
        sigma: f64,
    },
}

impl Operator {
    /// Standard deviation of the noise of random proposals, made while the archive is empty.
    fn sigma(&self) -> f64 {
        match *self {
            Self::Random { sigma } | Self::Gaussian { sigma, .. } | Self::Crossover { sigma } => sigma,
            Self::IsoLine { iso, .. } => iso,
        }
    }
}

impl<S: Solution> Emitter<S> for Genetic {
    fn ask<'a>(&'a self, ask: Ask<'a, S>, stream: &mut Stream) -> Proposal<'a, S> {
        self.vary(ask, stream).unwrap_or_else(|| Proposal::random(ask.space, self.operator.sigma(), stream))
    }
}

impl Genetic {
    /// Elites varied; `None` where there are no elites, or none are wanted.
    fn vary<'a, S: Solution>(&self, ask: Ask<'a, S>, stream: &mut Stream) -> Option<Proposal<'a, S>> {
        let space: &dyn SearchSpace<S> = ask.space;
        let parent = |stream: &mut Stream| ask.archive.sample(stream);
        match self.operator {
            Operator::Random { .. } => None,
            Operator::Gaussian { sigma, structure } => {
                let a = parent(stream)?;
                Some(Proposal::of(space.gaussian(&a.solution, sigma, structure, stream), [a]))
            }
            Operator::IsoLine { iso, line, structure } => {
                let (a, b) = (parent(stream)?, parent(stream)?);
                Some(Proposal::of(space.iso_line(&a.solution, &b.solution, iso, line, structure, stream), [a, b]))
            }
            Operator::Crossover { sigma } => {
                let (a, b) = (parent(stream)?, parent(stream)?);
                Some(Proposal::of(space.crossover(&a.solution, &b.solution, sigma, stream), [a, b]))
            }
        }
    }
}
