//! Adam (Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization", algorithm 1), the rule for one number. Who follows it keeps the
//! moments in the precision that suits, and decides on the rate.

/// The settings of the rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// Decay of the mean of gradients, beta 1 in the paper.
    pub beta1: f64,
    /// Decay of the mean of squared gradients, beta 2.
    pub beta2: f64,
    /// Keeps the division away from zero.
    pub epsilon: f64,
}

impl Adam {
    /// The decaying means of the gradient and of its square, after one more gradient.
    pub fn moments(&self, (mean, square): (f64, f64), gradient: f64) -> (f64, f64) {
        let (beta1, beta2) = (self.beta1, self.beta2);
        (beta1 * mean + (1.0 - beta1) * gradient, beta2 * square + (1.0 - beta2) * gradient * gradient)
    }

    /// The step at a rate of one, in the direction of the gradient. `remaining` is beta 1 and beta 2, each to the power of the number of
    /// gradients so far: the share of the zeros that both means began with, which the step corrects.
    pub fn step(&self, (mean, square): (f64, f64), remaining: (f64, f64)) -> f64 {
        (mean / (1.0 - remaining.0)) / ((square / (1.0 - remaining.1)).sqrt() + self.epsilon)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand from the paper's algorithm, gradients 2 then -1.
    #[test]
    fn steps_are_the_papers() {
        let adam = Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        let moments = adam.moments((0.0, 0.0), 2.0);
        assert!((adam.step(moments, (0.9, 0.999)) - 2.0 / (2.0 + 1e-8)).abs() < 1e-12);
        let moments = adam.moments(moments, -1.0);
        let (mean, square) = (0.9 * 0.2 - 0.1, 0.999 * 0.004 + 0.001);
        let expected = (mean / 0.19) / ((square / (1.0_f64 - 0.999 * 0.999)).sqrt() + 1e-8);
        assert!((adam.step(moments, (0.81, 0.999 * 0.999)) - expected).abs() < 1e-12);
    }
}
