//! Search spaces: how solutions are made, varied and compiled.

use crate::solution::Solution;
use burgess_core::rng::Stream;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The space that is searched. Every method that takes a stream draws from that stream only, so equal streams give equal solutions.
///
/// Step sizes are standard deviations in *scaled* coordinates: one unit of a parameter is its [`Parameter::scale`]. `structure` is the
/// probability that the structure of a solution mutates too; a space without structure ignores it.
pub trait SearchSpace<S: Solution>: Send + Sync {
    /// A solution to start from, without noise. It must compile.
    fn seed(&self, stream: &mut Stream) -> S;

    /// A random solution; `sigma` is the standard deviation of the noise where the space starts from given solutions.
    fn random(&self, sigma: f64, stream: &mut Stream) -> S;

    /// The parent with normal noise of deviation `sigma`.
    fn gaussian(&self, parent: &S, sigma: f64, structure: f64, stream: &mut Stream) -> S;

    /// `a` with noise of deviation `iso`, and a step along the line to `b` over the parameters that both have. The step has the deviation
    /// `line`, in units of their distance.
    fn iso_line(&self, a: &S, b: &S, iso: f64, line: f64, structure: f64, stream: &mut Stream) -> S;

    /// `a` with a part of `b`, and noise of deviation `sigma`.
    fn crossover(&self, a: &S, b: &S, sigma: f64, stream: &mut Stream) -> S;

    /// The continuous parameters of a solution, in an order that all solutions with the same parameters share.
    fn parameters(&self, solution: &S) -> Vec<Parameter>;

    /// The solution with each parameter moved by its change (in the parameter's own unit, one for each of [`SearchSpace::parameters`]),
    /// as far as the parameter may move, and kept within bounds.
    fn shifted(&self, solution: &S, changes: &[f64]) -> S;

    /// The solution with some parameters moved to values in units of their scales; `to` has pairs of a place in the list of parameters
    /// and a value. Spaces whose parameters have no bounds can override it to place parameters exactly.
    fn moved(&self, solution: &S, to: &[(usize, f64)]) -> S {
        let parameters = self.parameters(solution);
        let mut changes = vec![0.0; parameters.len()];
        for &(place, value) in to {
            let Parameter { value: from, scale, .. } = parameters[place];
            changes[place] = (value - from / scale) * scale;
        }
        self.shifted(solution, &changes)
    }

    /// Compiles a solution to its phenotype.
    ///
    /// # Errors
    ///
    /// Why there is no such phenotype.
    fn compile(&self, solution: &S) -> Result<Compiled<S>, Rejection>;
}

/// A continuous parameter of a solution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Its value, in its own unit.
    pub value: f64,
    /// Standard deviation of its noise under a mutation of strength one, in its own unit.
    pub scale: f64,
    /// The period of its values where they repeat, as angles do, in its own unit.
    pub period: Option<f64>,
    /// What it describes.
    pub part: Part,
    /// Whether it may move.
    pub moves: bool,
}

impl Parameter {
    /// The value in units of the scale; of values that repeat, the one nearest to `near` (in units of the scale).
    pub fn scaled_near(&self, near: f64) -> f64 {
        match self.period {
            None => self.value / self.scale,
            Some(period) => {
                let way = self.value - near * self.scale;
                near + (way - period * (way / period).round()) / self.scale
            }
        }
    }
}

/// What a parameter describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A body.
    Body,
    /// All else: what a body does, or the coordinates of a point.
    Brain,
}

/// Which parameters move. (Experiment files and their error messages know the type by its earlier name.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "RefinedGenes")]
pub enum GeneGroup {
    /// Those of the brain.
    Brain,
    /// Those of the body.
    Body,
    /// All that evolve.
    #[default]
    Both,
}

impl GeneGroup {
    /// Whether a parameter of this part belongs to the group.
    pub fn has(self, part: Part) -> bool {
        match self {
            Self::Both => true,
            Self::Body => part == Part::Body,
            Self::Brain => part == Part::Brain,
        }
    }
}

/// A phenotype, and what is known of it before it is evaluated.
#[derive(Clone, Debug)]
pub struct Compiled<S: Solution> {
    /// What is evaluated.
    pub phenotype: S::Phenotype,
    /// What is known of it.
    pub traits: S::Traits,
}

/// Why a solution does not compile.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct Rejection {
    /// The kind of reason, short, out of a fixed set: rejections are counted by it.
    pub label: &'static str,
    /// The reason with its numbers.
    pub message: String,
}
