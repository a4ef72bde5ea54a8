//! Adam (Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization", algorithm 1) on all weights of a model, with the gradient
//! shortened first.
//!
//! Written here rather than taken from burn: moments are plain arrays that are saved to the bit, and sums run in the order of the weights.

use serde::{Deserialize, Serialize};

/// What Adam remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Adam {
    /// Steps taken.
    steps: u64,
    /// Decaying means of the gradient, in the order of the weights.
    means: Vec<f32>,
    /// Decaying means of its square.
    squares: Vec<f32>,
}

impl Adam {
    /// Before the first gradient of so many weights.
    pub(crate) fn new(weights: usize) -> Self {
        Self { steps: 0, means: vec![0.0; weights], squares: vec![0.0; weights] }
    }

    pub(crate) fn steps(&self) -> u64 {
        self.steps
    }
    /// Whether it remembers as many weights as there are.
    pub(crate) fn fits(&self, weights: usize) -> bool {
        self.means.len() == weights && self.squares.len() == weights
    }
}

#[cfg(feature = "learn")]
impl Adam {
    /// Decay of the mean of gradients.
    const BETA_1: f64 = 0.9;
    /// Decay of the mean of their squares.
    const BETA_2: f64 = 0.999;
    /// Keeps the division away from zero.
    const EPSILON: f64 = 1e-8;

    /// Moves the weights down a gradient that is first shortened to the norm `clip`.
    pub(crate) fn step(
        &mut self,
        parameters: &mut super::parameters::Parameters,
        gradient: &[f32],
        rate: f64,
        clip: f64,
    ) {
        self.steps += 1;
        let norm = gradient.iter().map(|g| f64::from(*g) * f64::from(*g)).sum::<f64>().sqrt();
        let shorten = if norm > clip { clip / norm } else { 1.0 };
        let left = |beta: f64| 1.0 - libm::pow(beta, self.steps as f64);
        let (first, second) = (left(Self::BETA_1), left(Self::BETA_2));
        let weights = parameters.arrays.iter_mut().flat_map(|array| &mut array.values);
        for (((weight, g), mean), square) in weights.zip(gradient).zip(&mut self.means).zip(&mut self.squares) {
            let g = f64::from(*g) * shorten;
            *mean = (Self::BETA_1 * f64::from(*mean) + (1.0 - Self::BETA_1) * g) as f32;
            *square = (Self::BETA_2 * f64::from(*square) + (1.0 - Self::BETA_2) * g * g) as f32;
            let step = (f64::from(*mean) / first) / ((f64::from(*square) / second).sqrt() + Self::EPSILON);
            *weight = (f64::from(*weight) - rate * step) as f32;
        }
    }
}

#[cfg(all(test, feature = "learn"))]
mod tests {
    use super::*;
    use crate::parameters::{Parameters, Slot, Start};

    /// By hand from the paper's algorithm, gradients 2 then -1.
    #[test]
    fn steps_are_the_papers() {
        let mut parameters = Parameters::start(&[Slot::new("w", &[2], Start::Constant(1.0))], 0);
        let mut adam = Adam::new(2);
        adam.step(&mut parameters, &[2.0, 0.0], 0.1, 100.0);
        assert!((parameters.arrays[0].values[0] - 0.9).abs() < 1e-6);
        adam.step(&mut parameters, &[-1.0, 0.0], 0.1, 100.0);
        let (mean, square) = (0.9 * 0.2 - 0.1, 0.999 * 0.004 + 0.001);
        let step = (mean / 0.19) / (square / (1.0_f64 - 0.999 * 0.999)).sqrt();
        let expected = 0.9 - 0.1 * step;
        assert!((f64::from(parameters.arrays[0].values[0]) - expected).abs() < 1e-6);
        assert_eq!(parameters.arrays[0].values[1], 1.0);
    }

    #[test]
    fn long_gradients_are_shortened() {
        let mut parameters = Parameters::start(&[Slot::new("w", &[2], Start::Constant(0.0))], 0);
        let mut adam = Adam::new(2);
        adam.step(&mut parameters, &[30.0, -40.0], 0.1, 1.0);
        assert!((adam.means[0] - 0.06).abs() < 1e-7 && (adam.means[1] + 0.08).abs() < 1e-7);
    }
}
