//! Derivatives by central differences, with a judgement of how far they can be trusted.

/// A derivative from differences.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    /// The derivative.
    pub value: f64,
    /// How much it still changed over the last two halvings of the step, and what rounding leaves open. Infinite across a kink.
    pub error: f64,
    /// The part of it that rounding leaves open.
    pub noise: f64,
}

/// Steps, each half the one before.
const LEVELS: usize = 9;
/// Share of the first step that is too small for any change but rounding.
const TINY: f64 = 1e-7;
/// A gap between one-sided differences that shrinks by less than this when the step is halved is a kink's.
const KINK: f64 = 0.8;

/// Derivative of `f` at zero, with steps from `step` on. Of three steps in a row, the derivative is that of the three between which it
/// changes least, extrapolated to zero (Richardson 1911). Where the slopes on both sides do not approach each other there is a kink.
pub fn derivative(step: f64, mut f: impl FnMut(f64) -> f64) -> Estimate {
    let middle = f(0.0);
    let sides: Vec<(f64, f64, f64)> = (0..LEVELS)
        .map(|level| {
            let h = step * 0.5f64.powi(level as i32);
            (h, f(h), f(-h))
        })
        .collect();
    let central = |level: usize| (sides[level].1 - sides[level].2) / (2.0 * sides[level].0);
    let gap = |level: usize| (sides[level].1 + sides[level].2 - 2.0 * middle).abs() / sides[level].0;
    // Rounding is what is left of second differences over steps too small for anything else.
    let wobble = [1.0, 1.7, 2.9, 4.3, 7.1].map(|share| {
        let h = step * TINY * share;
        (f(h) + f(-h) - 2.0 * middle).abs()
    });
    let rounding = wobble.into_iter().fold(4.0 * f64::EPSILON * middle.abs(), f64::max);
    let noise = |level: usize| rounding / sides[level].0;
    let mut best = Estimate { value: central(0), error: f64::INFINITY, noise: 0.0 };
    let mut is_kink = false;
    for level in 0..LEVELS - 2 {
        let (coarse, fine, finest) = (central(level), central(level + 1), central(level + 2));
        let error = (coarse - fine).abs() * 0.25 + (fine - finest).abs() + noise(level + 2);
        if error < best.error {
            let stays = |level: usize| gap(level + 1) > KINK * gap(level);
            let kink = (stays(level) || stays(level + 1)) && gap(level + 2) > 2.0 * error;
            let value = finest + (finest - fine) / 3.0;
            best = Estimate { value, error, noise: noise(level + 2) };
            is_kink = kink;
        }
    }
    if is_kink { Estimate { error: f64::INFINITY, ..best } } else { best }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smooth_functions_settle_and_kinks_do_not() {
        let smooth = derivative(1e-2, |x| libm::sin(3.0 * x + 0.5));
        assert!((smooth.value - 3.0 * libm::cos(0.5)).abs() < 1e-9 && smooth.error < 1e-8, "{smooth:?}");
        // At the kink itself central differences agree with each other, and with neither side.
        for place in [0.0, 2e-5, 2e-3] {
            let kink = derivative(1e-2, |x| (x - place).max(0.0) + x * x);
            assert!(
                kink.error > 1e-2 || (kink.value - if place > 0.0 { 0.0 } else { 0.5 }).abs() < kink.error,
                "{kink:?}"
            );
        }
        assert!(derivative(1e-2, |x: f64| x.abs() + x).error.is_infinite());
        let faint = derivative(1e-2, |x| 1.0 + 1e-18 * x);
        assert!(faint.value.abs() <= faint.error && faint.error <= 10.0 * faint.noise, "{faint:?}");
    }
}
