//! Charts: the solutions with the same parameters as points of R^n, for emitters that work with vectors.
//!
//! Coordinates are scaled: one unit of a parameter is its standard deviation under a mutation of strength one. Parameters that do not
//! move, or belong to another group, are no coordinates.

use super::interface::{Ancestor, Lineage, Prepare};
use crate::solution::{Evaluated, Solution};
use crate::space::{GeneGroup, Parameter, SearchSpace};
use burgess_core::rng::Stream;
use serde::{Deserialize, Serialize};

/// The solutions that have the parameters of one of them, the origin.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Chart<S: Solution> {
    solution: S,
    lineage: Option<Lineage<S>>,
    genes: GeneGroup,
}

impl<S: Solution> Chart<S> {
    /// The chart around an elite.
    pub fn around(elite: &Evaluated<S>, genes: GeneGroup) -> Self {
        Self::at(elite.solution.clone(), Some(elite.into()), genes)
    }

    /// The chart around a solution; `lineage` is that of the elite which the solution is or stands for.
    pub fn at(solution: S, lineage: Option<Lineage<S>>, genes: GeneGroup) -> Self {
        Self { solution, lineage, genes }
    }

    /// The elite at the origin, if there is one, as an ancestor of solutions of this chart.
    pub fn ancestors(&self) -> Vec<Ancestor<'_, S>> {
        let of = |lineage| Ancestor { lineage, solution: &self.solution, traits: None };
        self.lineage.map(of).into_iter().collect()
    }

    /// Whether a solution has the parameters of the origin.
    pub fn has(&self, solution: &S) -> bool {
        self.solution.has_parameters_of(solution)
    }

    /// The parameters of a solution that are coordinates, with their places in the list of parameters.
    fn axes(&self, space: &dyn SearchSpace<S>, solution: &S) -> impl Iterator<Item = (usize, Parameter)> {
        let genes = self.genes;
        let parameters = space.parameters(solution).into_iter().enumerate();
        parameters.filter(move |(_, parameter)| parameter.moves && genes.has(parameter.part))
    }

    /// The coordinates of the origin.
    pub fn origin(&self, space: &dyn SearchSpace<S>) -> Vec<f64> {
        self.axes(space, &self.solution).map(|(_, parameter)| parameter.value / parameter.scale).collect()
    }

    /// The solution at given coordinates, within the bounds of parameters.
    pub fn solution(&self, space: &dyn SearchSpace<S>, coordinates: &[f64]) -> S {
        let axes = self.axes(space, &self.solution).zip(coordinates);
        let to: Vec<(usize, f64)> = axes.map(|((place, _), &value)| (place, value)).collect();
        space.moved(&self.solution, &to)
    }

    /// The coordinates of a solution. Values that repeat, such as angles, are taken a whole number of periods away where that is nearer to
    /// `near`.
    pub fn coordinates(&self, space: &dyn SearchSpace<S>, solution: &S, near: &[f64]) -> Vec<f64> {
        self.axes(space, solution).zip(near).map(|((_, parameter), &near)| parameter.scaled_near(near)).collect()
    }

    /// A gradient with respect to all parameters, in their order, as one with respect to the coordinates.
    pub fn slope(&self, space: &dyn SearchSpace<S>, gradient: &[f64]) -> Vec<f64> {
        self.axes(space, &self.solution).map(|(place, parameter)| gradient[place] * parameter.scale).collect()
    }
}

impl<S: Solution> Prepare<'_, S> {
    /// A chart around a random elite; around a seed while the archive is empty.
    pub fn chart(&self, genes: GeneGroup, stream: &mut Stream) -> Chart<S> {
        match self.archive.sample(stream) {
            Some(elite) => Chart::around(elite, genes),
            None => Chart::at(self.space.seed(stream), None, genes),
        }
    }
}
