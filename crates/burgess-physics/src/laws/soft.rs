//! Smooth versions of max(x, 0) and the unit step, written so that no intermediate overflows.

use burgess_core::autodiff::Real;

/// `(softplus, sigmoid)` of `x`: ln(1 + e^x) and its derivative 1 / (1 + e^-x).
///
/// Both share e^-|x|, which lies in (0, 1].
#[inline(always)]
pub fn softplus_and_sigmoid<T: Real>(x: T) -> (T, T) {
    let decay = (-x.abs()).exp();
    let share = (T::one() + decay).recip();
    (x.max(T::zero()) + decay.ln_1p(), x.select_gt(T::zero(), share, decay * share))
}

/// The sigmoid alone, to the bit: no compiler leaves out the other's logarithm, which costs more than all the rest.
#[inline(always)]
pub fn sigmoid<T: Real>(x: T) -> T {
    let decay = (-x.abs()).exp();
    let share = (T::one() + decay).recip();
    x.select_gt(T::zero(), share, decay * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_at_any_argument_and_sigmoid_is_the_derivative() {
        for x in [-1e4_f64, -50.0, -3.0, -1e-9, 0.0, 0.4, 7.0, 80.0, 1e4] {
            let (s, g) = softplus_and_sigmoid(x);
            assert!(s.is_finite() && (0.0..=1.0).contains(&g), "at {x}: {s}, {g}");
            assert_eq!(sigmoid(x).to_bits(), g.to_bits());
            if x.abs() < 30.0 {
                assert!((s - (1.0 + x.exp()).ln()).abs() < 1e-12);
                let h = 1e-5;
                let slope = (softplus_and_sigmoid(x + h).0 - softplus_and_sigmoid(x - h).0) / (2.0 * h);
                assert!((slope - g).abs() < 1e-9, "at {x}: slope {slope}, sigmoid {g}");
            }
        }
    }
}
