//! [Adam](burgess_core::adam) on all weights of a model, with the gradient shortened first.
//!
//! Written here rather than taken from burn: moments are plain arrays that are saved to the bit, and sums run in the order of the weights.

#[cfg(feature = "learn")]
use burgess_core::adam::Adam;
use serde::{Deserialize, Serialize};

/// What Adam remembers of the gradients so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Moments {
    /// Steps taken.
    steps: u64,
    /// Decaying means of the gradient, in the order of the weights.
    means: Vec<f32>,
    /// Decaying means of its square.
    squares: Vec<f32>,
}

impl Moments {
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

/// The paper's settings.
#[cfg(feature = "learn")]
const RULE: Adam = Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

#[cfg(feature = "learn")]
impl Moments {
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
        let after = |beta: f64| libm::pow(beta, self.steps as f64);
        let remaining = (after(RULE.beta1), after(RULE.beta2));
        let weights = parameters.arrays.iter_mut().flat_map(|array| &mut array.values);
        for (((weight, g), mean), square) in weights.zip(gradient).zip(&mut self.means).zip(&mut self.squares) {
            let moments = RULE.moments((f64::from(*mean), f64::from(*square)), f64::from(*g) * shorten);
            (*mean, *square) = (moments.0 as f32, moments.1 as f32);
            let step = RULE.step((f64::from(*mean), f64::from(*square)), remaining);
            *weight = (f64::from(*weight) - rate * step) as f32;
        }
    }
}

#[cfg(all(test, feature = "learn"))]
mod tests {
    use super::*;
    use crate::parameters::{Parameters, Slot, Start};

    #[test]
    fn steps_go_down_and_are_those_of_the_rule() {
        let mut parameters = Parameters::start(&[Slot::new("w", &[2], Start::Constant(1.0))], 0);
        let mut moments = Moments::new(2);
        moments.step(&mut parameters, &[2.0, 0.0], 0.1, 100.0);
        assert!((parameters.arrays[0].values[0] - 0.9).abs() < 1e-6);
        moments.step(&mut parameters, &[-1.0, 0.0], 0.1, 100.0);
        let expected = 0.9 - 0.1 * RULE.step(RULE.moments(RULE.moments((0.0, 0.0), 2.0), -1.0), (0.81, 0.999 * 0.999));
        assert!((f64::from(parameters.arrays[0].values[0]) - expected).abs() < 1e-6);
        assert_eq!(parameters.arrays[0].values[1], 1.0);
    }

    #[test]
    fn long_gradients_are_shortened() {
        let mut parameters = Parameters::start(&[Slot::new("w", &[2], Start::Constant(0.0))], 0);
        let mut moments = Moments::new(2);
        moments.step(&mut parameters, &[30.0, -40.0], 0.1, 1.0);
        assert!((moments.means[0] - 0.06).abs() < 1e-7 && (moments.means[1] + 0.08).abs() < 1e-7);
    }
}
