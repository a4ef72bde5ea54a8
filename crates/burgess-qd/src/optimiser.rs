//! From a gradient to a step: clipping, and the two optimisers. All of it in scaled coordinates, uphill.

use burgess_core::adam::Adam;
use serde::{Deserialize, Serialize};

/// What makes a step of a gradient.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Optimiser {
    /// Adam (Kingma and Ba 2015), with its correction of the bias toward zero.
    Adam {
        /// Decay of the mean of gradients.
        #[serde(default = "default_beta1")]
        beta1: f64,
        /// Decay of the mean of squared gradients.
        #[serde(default = "default_beta2")]
        beta2: f64,
        /// Keeps the division away from zero.
        #[serde(default = "default_epsilon")]
        epsilon: f64,
    },
    /// The gradient times the rate.
    Plain,
}

impl Default for Optimiser {
    fn default() -> Self {
        Self::Adam { beta1: default_beta1(), beta2: default_beta2(), epsilon: default_epsilon() }
    }
}

fn default_beta1() -> f64 {
    0.9
}
fn default_beta2() -> f64 {
    0.999
}
fn default_epsilon() -> f64 {
    1e-8
}

/// Shortens a gradient to a norm of at most `most`. The sum runs in the order of the genes.
pub fn clip(gradient: &mut [f64], most: f64) {
    let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
    if norm > most {
        gradient.iter_mut().for_each(|g| *g *= most / norm);
    }
}

/// What an optimiser remembers of one candidate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Memory {
    optimiser: Optimiser,
    /// Decaying means of the gradient and of its square, one a gene.
    means: Vec<(f64, f64)>,
    /// What is left of the zeros that both means began with.
    left: (f64, f64),
}

impl Memory {
    /// Before the first gradient of so many genes.
    pub fn new(optimiser: Optimiser, genes: usize) -> Self {
        Self { optimiser, means: vec![(0.0, 0.0); genes], left: (1.0, 1.0) }
    }

    /// The step that follows from a gradient, at a rate of one.
    pub fn step(&mut self, gradient: &[f64]) -> Vec<f64> {
        match self.optimiser {
            Optimiser::Plain => gradient.to_vec(),
            Optimiser::Adam { beta1, beta2, epsilon } => self.adam(Adam { beta1, beta2, epsilon }, gradient),
        }
    }

    fn adam(&mut self, rule: Adam, gradient: &[f64]) -> Vec<f64> {
        self.left = (self.left.0 * rule.beta1, self.left.1 * rule.beta2);
        let step = |(moments, g): (&mut (f64, f64), &f64)| {
            *moments = rule.moments(*moments, *g);
            rule.step(*moments, self.left)
        };
        self.means.iter_mut().zip(gradient).map(step).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_gradients_are_shortened_and_short_ones_are_not() {
        let mut long = [3.0, -4.0];
        clip(&mut long, 1.0);
        assert_eq!(long, [0.6000000000000001, -0.8]);
        let mut short = [0.3, -0.4];
        clip(&mut short, 1.0);
        assert_eq!(short, [0.3, -0.4]);
    }

    #[test]
    fn adam_follows_its_rule() {
        let rule = Adam { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 };
        let mut memory = Memory::new(Optimiser::Adam { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 }, 2);
        memory.step(&[2.0, 0.0]);
        let moments = rule.moments(rule.moments((0.0, 0.0), 2.0), -1.0);
        assert_eq!(memory.step(&[-1.0, 0.0]), [rule.step(moments, (0.9 * 0.9, 0.99 * 0.99)), 0.0]);
    }

    #[test]
    fn plain_steps_are_the_gradient() {
        assert_eq!(Memory::new(Optimiser::Plain, 2).step(&[0.5, -2.0]), [0.5, -2.0]);
    }
}
