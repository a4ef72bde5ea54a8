//! CMA-ES: a normal distribution that learns where good solutions are (Hansen 2016, "The CMA Evolution Strategy: A Tutorial",
//! arXiv:1604.00772), in plain vectors.
//!
//! It is the part that CMA-ME, CMA-MAE (over genes) and CMA-MEGA (over the coefficients of gradients) share, so it follows
//! what they need, as pyribs' `CMAEvolutionStrategy` does: the number of parents may differ from call to call, weights
//! and learning rates with it; there are no negative weights; and when no parents are left the caller restarts it with
//! [`Cma::new`]. Where pyribs departs from the tutorial one can choose ([`Conventions`]): published figures were made by it.
//!
//! Drawing takes `&self`, so candidates can be drawn in parallel from streams of their own; all that changes does so in
//! [`Cma::tell`]. All sums have a fixed order. Saved and restored (serde) it goes on to the bit.

mod covariance;
mod parameters;
#[cfg(test)]
mod tests;

pub(crate) use parameters::weights;

use burgess_core::math::eigen::add;
use burgess_core::rng::Stream;
use covariance::Covariance;
use parameters::Parameters;
use serde::{Deserialize, Serialize};

/// Above this ratio of the largest to the smallest eigenvalue the strategy stops.
const MOST_CONDITION: f64 = 1e14;
/// Below this standard deviation along the widest direction it stops.
const LEAST_DEVIATION: f64 = 1e-11;

/// By which equations a strategy learns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Conventions {
    /// Those of Hansen 2016.
    #[default]
    Tutorial,
    /// Those of pyribs (0.4 to 0.12): the path of the rank-one update is not divided by the step size, the update is multiplied by c_1
    /// twice, and the step size goes by the square of the length of its path. The step size of a strategy with large steps then counts
    /// in the shape of its distribution, too: it explores more and settles less.
    Pyribs,
}

/// A normal distribution, and what it remembers of how it got there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cma {
    mean: Vec<f64>,
    sigma: f64,
    covariance: Covariance,
    /// p_sigma and p_c of the tutorial.
    paths: (Vec<f64>, Vec<f64>),
    /// What is left of the zeros that p_sigma began with, squared.
    left: f64,
    /// Evaluations since the start, and at the last decomposition.
    evaluations: (u64, u64),
    /// Evaluations that may pass between decompositions.
    gap: f64,
    diverged: bool,
    conventions: Conventions,
}

/// Why a strategy should be restarted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The covariance is too nearly singular: its condition is above 1e14.
    Condition,
    /// The distribution is too small: its standard deviation is below 1e-11 in every direction.
    Small,
    /// Numbers got out of range; it doesn't learn any more.
    Diverged,
}

impl Cma {
    /// N(mean, sigma^2) in as many dimensions as the mean has, at least one. `batch` is how many candidates are usually told of at a
    /// time: half of it is the usual number of parents, which says how seldom the matrix is decomposed.
    ///
    /// # Panics
    ///
    /// When the mean is empty.
    pub fn new(mean: Vec<f64>, sigma: f64, batch: usize) -> Self {
        let n = mean.len();
        assert!(n > 0, "CMA-ES in no dimensions");
        Self {
            sigma,
            covariance: Covariance::identity(n),
            paths: (vec![0.0; n], vec![0.0; n]),
            left: 1.0,
            evaluations: (0, 0),
            gap: parameters::gap(n, batch.max(1)),
            diverged: false,
            conventions: Conventions::Tutorial,
            mean,
        }
    }

    /// The same by other equations.
    pub fn by(self, conventions: Conventions) -> Self {
        Self { conventions, ..self }
    }

    /// The mean of the distribution.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The step size, by which the covariance is multiplied (squared).
    pub fn sigma(&self) -> f64 {
        self.sigma
    }

    /// Draws a candidate.
    pub fn sample(&self, stream: &mut Stream) -> Vec<f64> {
        let z = self.mean.iter().map(|_| stream.normal()).collect();
        let mut x = self.covariance.spread(z);
        x.iter_mut().zip(&self.mean).for_each(|(x, mean)| *x = mean + self.sigma * *x);
        x
    }

    /// Learns from the parents, best first, which were chosen from so many `evaluations` of candidates. Without parents it only counts.
    pub fn tell(&mut self, parents: &[&[f64]], evaluations: usize) {
        self.evaluations.0 += evaluations as u64;
        if self.diverged {
            return;
        }
        if !parents.is_empty() {
            self.learn(parents);
        }
        let (now, last) = self.evaluations;
        if !self.diverged && (now - last) as f64 > self.gap {
            self.diverged = !self.covariance.settle();
            self.evaluations.1 = now;
        }
    }

    /// Hansen 2016, figure 6, equations (38) to (47).
    fn learn(&mut self, parents: &[&[f64]]) {
        let n = self.mean.len();
        let Parameters { weights, mu_eff, c_c, c_sigma, c_1, c_mu, d_sigma } = Parameters::new(n, parents.len());

        // Steps from the old mean, in units of sigma, and their weighted mean.
        let step = |parent: &&[f64]| {
            assert_eq!(parent.len(), n, "a parent's dimensions");
            parent.iter().zip(&self.mean).map(|(x, mean)| (x - mean) / self.sigma).collect()
        };
        let steps: Vec<Vec<f64>> = parents.iter().map(step).collect();
        let mut step = vec![0.0; n];
        weights.iter().zip(&steps).for_each(|(weight, y)| add(&mut step, *weight, y));

        // The path of the step size.
        let mut p_sigma = self.paths.0.clone();
        let whitened = self.covariance.whiten(&step);
        follow(&mut p_sigma, c_sigma, mu_eff, &whitened);
        let square = p_sigma.iter().map(|p| p * p).sum::<f64>();
        let pyribs = self.conventions == Conventions::Pyribs;
        // How long the path is, 1 being as long as by chance.
        let length = square.sqrt() / parameters::mean_length(n);
        let excess = if pyribs { 0.5 * (square / n as f64 - 1.0) } else { length - 1.0 };
        let left = self.left * (1.0 - c_sigma) * (1.0 - c_sigma);
        // A change of more than e at a time is cut off, as in pycma.
        let sigma = self.sigma * libm::exp((c_sigma / d_sigma * excess).min(1.0));

        let mut mean = self.mean.clone();
        add(&mut mean, self.sigma, &step);
        if !(sigma.is_finite() && sigma > 0.0 && mean.iter().all(|x| x.is_finite())) {
            self.diverged = true;
            return;
        }

        // The path of the rank-one update stalls while the other is long, lest the covariance grow before the step size has.
        let stalled = match self.conventions {
            Conventions::Tutorial => length / (1.0 - left).sqrt() >= 1.4 + 2.0 / (n as f64 + 1.0),
            Conventions::Pyribs => square / n as f64 / (1.0 - left) >= 2.0 + 4.0 / (n as f64 + 1.0),
        };
        let (p_c, lost) = (&mut self.paths.1, c_1 * c_c * (2.0 - c_c));
        if stalled {
            p_c.iter_mut().for_each(|p| *p *= 1.0 - c_c);
        } else {
            if pyribs {
                step.iter_mut().for_each(|y| *y *= self.sigma);
            }
            follow(p_c, c_c, mu_eff, &step);
        }
        let kept = 1.0 - c_1 - c_mu + if stalled { lost } else { 0.0 };
        let rank_mu =
            weights.iter().map(|weight| c_mu * weight).zip(steps).filter(|(coefficient, _)| *coefficient > 0.0);
        let rank_one = if pyribs { c_1 * c_1 } else { c_1 };
        self.covariance.learn(kept, rank_mu.chain([(rank_one, p_c.clone())]));

        (self.mean, self.sigma, self.paths.0, self.left) = (mean, sigma, p_sigma, left);
    }

    /// Whether and why it should be restarted. Flat rewards, which only the caller sees, are another reason
    /// ([`Ranking::is_flat`](crate::emitter::ranking::Ranking::is_flat)).
    pub fn stop(&self) -> Option<Stop> {
        let (most, least) = self.covariance.extremes();
        if self.diverged {
            Some(Stop::Diverged)
        } else if most / least > MOST_CONDITION.sqrt() {
            Some(Stop::Condition)
        } else if self.sigma * most < LEAST_DEVIATION {
            Some(Stop::Small)
        } else {
            None
        }
    }
}

/// One step of a path: (1 - c) path + sqrt(c (2 - c) mu_eff) step.
fn follow(path: &mut [f64], c: f64, mu_eff: f64, step: &[f64]) {
    let factor = (c * (2.0 - c) * mu_eff).sqrt();
    path.iter_mut().zip(step).for_each(|(path, step)| *path = (1.0 - c) * *path + factor * step);
}
