//! The problems: objective, measures and their gradients, as in Fontaine and Nikolaidis 2021, "Differentiable Quality Diversity"
//! (linear projection and arm repertoire), and 2023, "Covariance Matrix Adaptation MAP-Annealing" (plateau).

use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// Coordinates of linear projections count in full up to this size.
const BOX: f64 = 5.12;
/// Where the optimum of the sphere and of Rastrigin's function lies in every coordinate.
const OPTIMUM: f64 = 0.4 * BOX;

/// A benchmark: an objective to be raised, at most 100, and measures to spread over.
///
/// The first three are *linear projections*: each measure is the sum over a block of coordinates of clip(x) = x within 5.12 of
/// zero and 5.12 / x beyond, so that most points project to the middle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
// The name that messages about a wrong field show.
#[serde(deny_unknown_fields, rename = "Problem")]
pub enum BenchmarkFunction {
    /// The sum of squares about (2.048, ...), scaled to 0 to 100 between its worst corner of the box of 5.12 and its optimum.
    Sphere {
        /// Number of coordinates, n.
        dimension: usize,
        /// Number of measures, a divisor of n.
        #[serde(default = "two")]
        measures: usize,
    },
    /// Rastrigin's function about (2.048, ...), scaled in the same way.
    Rastrigin {
        /// Number of coordinates, n.
        dimension: usize,
        /// Number of measures, a divisor of n.
        #[serde(default = "two")]
        measures: usize,
    },
    /// 100 times the mean of 1 for each coordinate within 5.12 of zero and 1 / |x| for others: flat where it matters.
    Plateau {
        /// Number of coordinates, n.
        dimension: usize,
        /// Number of measures, a divisor of n.
        #[serde(default = "two")]
        measures: usize,
    },
    /// Inverse kinematics: n hinges (rad) of a planar arm with links of length one. The measures are where it ends; the objective is
    /// 100 (1 - variance of the angles).
    Arm {
        /// Number of hinges, n.
        dimension: usize,
    },
}

/// An objective or a measure: its value and, where asked for, its gradient.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    /// The objective, at most 100.
    pub objective: f64,
    /// The measures.
    pub measures: Vec<f64>,
}

impl BenchmarkFunction {
    /// Number of coordinates.
    pub fn dimension(&self) -> usize {
        match *self {
            Self::Sphere { dimension, .. }
            | Self::Rastrigin { dimension, .. }
            | Self::Plateau { dimension, .. }
            | Self::Arm { dimension } => dimension,
        }
    }

    /// Number of measures.
    pub fn measures(&self) -> usize {
        match *self {
            Self::Sphere { measures, .. } | Self::Rastrigin { measures, .. } | Self::Plateau { measures, .. } => {
                measures
            }
            Self::Arm { .. } => 2,
        }
    }

    /// Range of every measure, about zero.
    pub fn bound(&self) -> f64 {
        match self {
            Self::Arm { dimension } => *dimension as f64,
            _ => BOX * (self.dimension() / self.measures().max(1)) as f64,
        }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sphere { .. } => "sphere",
            Self::Rastrigin { .. } => "Rastrigin",
            Self::Plateau { .. } => "plateau",
            Self::Arm { .. } => "arm repertoire",
        }
    }

    /// Objective and measures of a point.
    pub fn evaluate(&self, x: &[f64]) -> Values {
        let n = x.len() as f64;
        let objective = match self {
            Self::Sphere { .. } => 100.0 * (1.0 - sum(x, sphere) / (n * sphere(-BOX))),
            Self::Rastrigin { .. } => 100.0 * (1.0 - sum(x, rastrigin) / (n * rastrigin(-BOX))),
            Self::Plateau { .. } => 100.0 * sum(x, plateau) / n,
            Self::Arm { .. } => {
                let mean = sum(x, |x| x) / n;
                100.0 * (1.0 - sum(x, |x| (x - mean) * (x - mean)) / n)
            }
        };
        let measures = match self {
            Self::Arm { .. } => {
                let (mut angle, mut end) = (0.0, [0.0; 2]);
                for turn in x {
                    angle += turn;
                    end[0] += libm::cos(angle);
                    end[1] += libm::sin(angle);
                }
                end.to_vec()
            }
            _ => x.chunks(self.block()).map(|block| sum(block, clip)).collect(),
        };
        Values { objective, measures }
    }

    /// The gradient of a weighted sum of objective and measures at a point.
    pub fn gradient(&self, x: &[f64], objective: f64, measures: &[f64]) -> Vec<f64> {
        let n = x.len() as f64;
        let mut gradient: Vec<f64> = match self {
            Self::Sphere { .. } => {
                let scale = -100.0 * objective / (n * sphere(-BOX));
                x.iter().map(|x| scale * 2.0 * (x - OPTIMUM)).collect()
            }
            Self::Rastrigin { .. } => {
                let scale = -100.0 * objective / (n * rastrigin(-BOX));
                let slope = |x: f64| 2.0 * x + 10.0 * TAU * libm::sin(TAU * x);
                x.iter().map(|x| scale * slope(x - OPTIMUM)).collect()
            }
            Self::Plateau { .. } => {
                let slope = |x: f64| if x.abs() <= BOX { 0.0 } else { -x.signum() / (x * x) };
                x.iter().map(|&x| 100.0 * objective * slope(x) / n).collect()
            }
            Self::Arm { .. } => {
                let mean = sum(x, |x| x) / n;
                x.iter().map(|x| -200.0 * objective * (x - mean) / n).collect()
            }
        };
        match self {
            Self::Arm { .. } => add_arm_gradient(x, measures, &mut gradient),
            _ => {
                let slope = |x: f64| if x.abs() <= BOX { 1.0 } else { -BOX / (x * x) };
                let blocks = gradient.chunks_mut(self.block()).zip(x.chunks(self.block()));
                for ((gradient, x), weight) in blocks.zip(measures).filter(|(_, weight)| **weight != 0.0) {
                    gradient.iter_mut().zip(x).for_each(|(g, &x)| *g += weight * slope(x));
                }
            }
        }
        gradient
    }

    /// Coordinates that one measure sums up.
    fn block(&self) -> usize {
        (self.dimension() / self.measures().max(1)).max(1)
    }
}

/// A hinge moves all links behind it.
fn add_arm_gradient(x: &[f64], weights: &[f64], gradient: &mut [f64]) {
    if weights.iter().all(|&weight| weight == 0.0) {
        return;
    }
    let mut angle = 0.0;
    let ends: Vec<[f64; 2]> = x
        .iter()
        .map(|turn| {
            angle += turn;
            [-libm::sin(angle), libm::cos(angle)]
        })
        .collect();
    let mut behind = [0.0; 2];
    for (g, end) in gradient.iter_mut().zip(ends).rev() {
        behind = [behind[0] + end[0], behind[1] + end[1]];
        *g += weights[0] * behind[0] + weights[1] * behind[1];
    }
}

fn sum(x: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    x.iter().map(|&x| f(x)).sum()
}

fn clip(x: f64) -> f64 {
    if x.abs() <= BOX { x } else { BOX / x }
}

fn sphere(x: f64) -> f64 {
    (x - OPTIMUM) * (x - OPTIMUM)
}

fn rastrigin(x: f64) -> f64 {
    let x = x - OPTIMUM;
    10.0 + x * x - 10.0 * libm::cos(TAU * x)
}

fn plateau(x: f64) -> f64 {
    if x.abs() <= BOX { 1.0 } else { 1.0 / x.abs() }
}

fn two() -> usize {
    2
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::rng::{Purpose, Stream};

    fn problems() -> [BenchmarkFunction; 5] {
        [
            BenchmarkFunction::Sphere { dimension: 12, measures: 2 },
            BenchmarkFunction::Rastrigin { dimension: 12, measures: 3 },
            BenchmarkFunction::Plateau { dimension: 12, measures: 4 },
            BenchmarkFunction::Arm { dimension: 12 },
            BenchmarkFunction::Sphere { dimension: 12, measures: 12 },
        ]
    }

    #[test]
    fn optima_and_corners_are_the_published_ones() {
        let at = |problem: BenchmarkFunction, x: f64| problem.evaluate(&[x; 12]).objective;
        let [sphere, rastrigin, plateau, arm, _] = problems();
        for problem in [sphere, rastrigin] {
            assert!((at(problem, 2.048) - 100.0).abs() < 1e-12 && at(problem, -5.12).abs() < 1e-12);
        }
        assert_eq!((at(plateau, 5.12), at(plateau, -8.0)), (100.0, 12.5));
        assert_eq!(at(arm, 0.25), 100.0);
        // Beyond the box a coordinate comes back to the middle.
        for (x, measure) in [(5.12, 30.72), (10.24, 3.0), (-10.24, -3.0)] {
            let measures = sphere.evaluate(&[x; 12]).measures;
            assert!(measures.len() == 2 && measures.iter().all(|m| (m - measure).abs() < 1e-12), "{measures:?}");
        }
        assert!((sphere.bound() - 30.72).abs() < 1e-12);
        let straight = arm.evaluate(&[0.0; 12]);
        assert_eq!((straight.measures, arm.bound()), (vec![12.0, 0.0], 12.0));
    }

    #[test]
    fn gradients_are_those_of_differences() {
        for (problem, seed) in problems().into_iter().zip(0..) {
            let mut stream = Stream::new(1, seed, 0, Purpose::Test);
            let x: Vec<f64> = (0..12).map(|_| 4.0 * stream.normal()).collect();
            let weights: Vec<f64> = (0..problem.measures()).map(|_| stream.normal()).collect();
            let value = |x: &[f64]| {
                let values = problem.evaluate(x);
                0.7 * values.objective + values.measures.iter().zip(&weights).map(|(m, w)| m * w).sum::<f64>()
            };
            for (i, slope) in problem.gradient(&x, 0.7, &weights).into_iter().enumerate() {
                let step = |by: f64| {
                    value(&x.iter().enumerate().map(|(k, x)| if k == i { x + by } else { *x }).collect::<Vec<_>>())
                };
                let difference = (step(1e-5) - step(-1e-5)) / 2e-5;
                assert!((slope - difference).abs() < 1e-5 * (1.0 + slope.abs()), "{problem:?}: {slope} {difference}");
            }
        }
    }
}
