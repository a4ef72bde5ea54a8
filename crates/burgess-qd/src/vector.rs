//! Vectors of real numbers as solutions: the space of functions over R^n.

use crate::solution::Solution;
use crate::space::{Compiled, Parameter, Part, Rejection, SearchSpace};
use burgess_core::rng::Stream;

impl Solution for Vec<f64> {
    type Phenotype = Vec<f64>;
    type Traits = ();
    type Life = ();
    type Heritage = ();

    fn heritage((): &()) {}

    fn has_parameters_of(&self, other: &Self) -> bool {
        self.len() == other.len()
    }
}

/// A solution that is a vector, without anything else to remember.
pub trait Vector: Solution<Traits = ()> + From<Vec<f64>> + AsRef<[f64]> {
    /// What is evaluated of the vector.
    fn phenotype(&self) -> Self::Phenotype;
}

impl Vector for Vec<f64> {
    fn phenotype(&self) -> Self {
        self.clone()
    }
}

/// R^n without bounds. Every coordinate has the scale one.
///
/// The seed is the origin; random vectors come from the standard normal distribution.
///
/// ```
/// use burgess_core::rng::{Purpose, Stream};
/// use burgess_qd::{RealSpace, SearchSpace};
///
/// let space = RealSpace::new(3);
/// let mut stream = Stream::new(1, 0, 0, Purpose::Test);
/// let origin: Vec<f64> = space.seed(&mut stream);
/// let child = space.gaussian(&origin, 0.1, 0.0, &mut stream);
/// assert_eq!(child.len(), 3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RealSpace {
    dimension: usize,
}

impl RealSpace {
    /// The space of vectors of so many coordinates.
    pub fn new(dimension: usize) -> Self {
        Self { dimension }
    }
}

impl<S: Vector> SearchSpace<S> for RealSpace {
    fn seed(&self, _: &mut Stream) -> S {
        vec![0.0; self.dimension].into()
    }

    fn random(&self, _: f64, stream: &mut Stream) -> S {
        // The choice of a seed, of which there is only one: other spaces draw it here, and streams stay alike.
        stream.below(1);
        (0..self.dimension).map(|_| stream.normal()).collect::<Vec<f64>>().into()
    }

    fn gaussian(&self, parent: &S, sigma: f64, _: f64, stream: &mut Stream) -> S {
        parent.as_ref().iter().map(|x| x + sigma * stream.normal()).collect::<Vec<f64>>().into()
    }

    fn iso_line(&self, a: &S, b: &S, iso: f64, line: f64, _: f64, stream: &mut Stream) -> S {
        let stretch = line * stream.normal();
        let step = |(x, to): (&f64, &f64)| {
            let noise = iso * stream.normal();
            x + (noise + stretch * (to - x))
        };
        a.as_ref().iter().zip(b.as_ref()).map(step).collect::<Vec<f64>>().into()
    }

    /// A vector has no parts to exchange, so this is the noise alone.
    fn crossover(&self, a: &S, _: &S, sigma: f64, stream: &mut Stream) -> S {
        self.gaussian(a, sigma, 0.0, stream)
    }

    fn parameters(&self, solution: &S) -> Vec<Parameter> {
        let parameter = |&value: &f64| Parameter { value, scale: 1.0, period: None, part: Part::Brain, moves: true };
        solution.as_ref().iter().map(parameter).collect()
    }

    fn shifted(&self, solution: &S, changes: &[f64]) -> S {
        solution.as_ref().iter().zip(changes).map(|(x, change)| x + change).collect::<Vec<f64>>().into()
    }

    fn moved(&self, solution: &S, to: &[(usize, f64)]) -> S {
        let mut coordinates = solution.as_ref().to_vec();
        to.iter().for_each(|&(place, value)| coordinates[place] = value);
        coordinates.into()
    }

    fn compile(&self, solution: &S) -> Result<Compiled<S>, Rejection> {
        Ok(Compiled { phenotype: solution.phenotype(), traits: () })
    }
}
