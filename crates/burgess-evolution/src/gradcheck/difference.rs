//! Derivatives by central differences, with a judgement of how far they can be trusted.

/// A derivative from differences.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    /// The derivative.
    pub value: f64,
    /// How much it still changed over the last halvings of the step, and what rounding leaves open. Infinite across a kink.
    pub error: f64,
    /// The part of it that rounding leaves open.
    pub noise: f64,
}

/// Steps, each half the one before.
const LEVELS: usize = 10;
/// Share of the first step that is too small for any change but rounding.
const TINY: f64 = 1e-7;
/// A gap between one-sided slopes is a kink's where that much of it, in errors of the differences, would be left at a step of zero.
const KINK: f64 = 4.0;

/// Derivative of `f` at zero, with steps from `step` on. Of four steps in a row, the derivative is that of the four between which it
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
    let gap = |level: usize| (sides[level].1 + sides[level].2 - 2.0 * middle) / sides[level].0;
    // Rounding is what is left of second differences over steps too small for anything else.
    let wobble = [1.0, 1.7, 2.9, 4.3, 7.1].map(|share| {
        let h = step * TINY * share;
        (f(h) + f(-h) - 2.0 * middle).abs()
    });
    let rounding = wobble.into_iter().fold(4.0 * f64::EPSILON * middle.abs(), f64::max);
    let noise = |level: usize| rounding / sides[level].0;
    let mut best = Estimate { value: central(0), error: f64::INFINITY, noise: 0.0 };
    let mut is_kink = false;
    for level in 0..LEVELS - 3 {
        let [c0, c1, c2, c3] = [0, 1, 2, 3].map(|further| central(level + further));
        // Each halving takes three quarters off what curvature does.
        let settling = (c0 - c1).abs() / 16.0 + (c1 - c2).abs() / 4.0 + (c2 - c3).abs() + noise(level + 3);
        // Curvature makes the slopes of both sides differ in proportion to the step. What is left at a step of zero is a kink's, and leaves half of
        // itself open.
        let left = [1, 2].map(|further| (2.0 * gap(level + further + 1) - gap(level + further)).abs());
        let error = settling + 0.5 * left[0].max(left[1]);
        if error < best.error {
            is_kink = left[0].min(left[1]) > KINK * settling;
            best = Estimate { value: c3 + (c3 - c2) / 3.0, error, noise: noise(level + 3) };
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
        assert!((smooth.value - 3.0 * libm::cos(0.5)).abs() < smooth.error && smooth.error < 1e-7, "{smooth:?}");
        // At the kink itself central differences agree with each other, and with neither side.
        assert!(derivative(1e-2, |x: f64| x.abs() + x).error.is_infinite());
        // A slight one beside much curvature.
        assert!(derivative(1e-2, |x: f64| 1e-3 * x.abs() + 2.0 * x + 50.0 * x * x).error.is_infinite());
        // Next to it there are steps that do not reach it.
        let beside = derivative(1e-2, |x| (x - 2e-3).max(0.0) + x * x);
        assert!(beside.value.abs() < 1e-9 && beside.error < 1e-7, "{beside:?}");
        let faint = derivative(1e-2, |x| 1.0 + 1e-18 * x);
        assert!(faint.value.abs() <= faint.error && faint.error <= 10.0 * faint.noise, "{faint:?}");
    }
}
