//! Positions and labels of ticks: round numbers, with as few digits as distinguish them.

/// Values along one axis.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    /// Value at the left or lower end.
    pub low: f64,
    /// Value at the right or upper end, above `low`.
    pub high: f64,
    /// Round values between `low` and `high`, ascending.
    pub ticks: Vec<f64>,
    /// Tick labels show values divided by ten to this power.
    pub exponent: i32,
    /// Number of digits after the decimal point.
    decimals: usize,
    /// Whether equal distances are equal ratios instead of equal differences.
    logarithmic: bool,
}

impl Scale {
    /// A scale from exactly `low` to exactly `high`, with at most about `most` ticks. An empty range is widened.
    pub(crate) fn exact(low: f64, high: f64, most: usize) -> Self {
        let (low, high) = widened(low, high);
        Self::stepped(low, high, round_step((high - low) / most.max(1) as f64))
    }

    /// The same with ticks only at whole numbers. If there is no whole number in the range, it is the same as [`Scale::exact`].
    pub(crate) fn counts(low: f64, high: f64, most: usize) -> Self {
        let is_whole = |scale: &Self| !scale.ticks.is_empty() && scale.ticks.iter().all(|t| t.fract() == 0.0);
        let scales = (1..=most).rev().map(|most| Self::exact(low, high, most));
        scales.into_iter().find(is_whole).unwrap_or_else(|| Self::exact(low, high, most))
    }

    /// A scale that is widened so that both ends are ticks.
    pub(crate) fn rounded(low: f64, high: f64, most: usize) -> Self {
        let (low, high) = widened(low, high);
        let step = round_step((high - low) / most.max(1) as f64);
        Self::stepped((low / step + 1e-6).floor() * step, (high / step - 1e-6).ceil() * step, step)
    }

    fn stepped(low: f64, high: f64, step: f64) -> Self {
        // The tolerance keeps ticks at the ends despite rounding errors.
        let (first, last) = ((low / step - 1e-6).ceil(), (high / step + 1e-6).floor());
        let ticks = (0..=(last - first) as usize).map(|i| (first + i as f64) * step).collect();
        let exponent = shared_exponent(low.abs().max(high.abs()));
        Self { low, high, ticks, exponent, decimals: decimals(step / 10f64.powi(exponent)), logarithmic: false }
    }

    /// A scale over all finite values, widened so that both ends are ticks. It is 0 to 1 if there is no finite value.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>, most: usize) -> Self {
        let (low, high) = extent(values).unwrap_or((0.0, 1.0));
        Self::rounded(low, high, most)
    }

    /// A logarithmic scale over all positive finite values, widened so that both ends are ticks. It is 0.1 to 1 if there is no such value.
    ///
    /// Ticks are 1, 2 and 5 times powers of ten if there are at most about `most` of them. Otherwise they are powers of ten, or every second
    /// one, every third one and so on.
    pub(crate) fn logarithmic(values: impl IntoIterator<Item = f64>, most: usize) -> Self {
        let positive = values
            .into_iter()
            .filter(|&value| value > 0.0 && value.is_finite())
            .map(|value| value.clamp(1.0 / LARGEST, LARGEST));
        let (low, high) = extent(positive).unwrap_or((0.1, 1.0));
        let (low, high) = if high > low * (1.0 + 1e-9) { (low, high) } else { (0.8 * low, 1.25 * high) };
        let ticks = |period: i32| {
            let powers = |value: f64| libm::log10(value) / f64::from(period.max(1));
            let powers =
                (powers(low).floor() as i32..=powers(high).ceil() as i32).map(|i| 10f64.powi(i * period.max(1)));
            let digits: &[f64] = if period == 0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
            let all: Vec<f64> = powers.flat_map(|power| digits.iter().map(move |digit| digit * power)).collect();
            let first = all.partition_point(|&tick| tick <= low * (1.0 + 1e-9)).saturating_sub(1);
            let last = all.partition_point(|&tick| tick < high * (1.0 - 1e-9));
            all[first..=last.min(all.len() - 1)].to_vec()
        };
        let ticks = (0..).map(ticks).find(|ticks| ticks.len() <= most.max(1) + 1).unwrap_or_default();
        Self { low: ticks[0], high: ticks[ticks.len() - 1], ticks, exponent: 0, decimals: 0, logarithmic: true }
    }

    /// Position of a value: 0 at the lower end, 1 at the upper end.
    pub(crate) fn share(&self, value: f64) -> f64 {
        // Differences of logarithms stay finite where ratios of very large and very small values do not.
        let place = |value: f64| if self.logarithmic { libm::log10(value) } else { value.clamp(-LARGEST, LARGEST) };
        (place(value) - place(self.low)) / (place(self.high) - place(self.low))
    }

    /// The label of a tick.
    pub(crate) fn label(&self, tick: f64) -> String {
        if self.logarithmic {
            return alone(tick);
        }
        let shown = tick / 10f64.powi(self.exponent);
        let text = format!("{shown:.*}", self.decimals);
        // A number that is rounded to zero loses its sign. Other numbers get a true minus sign.
        let zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
        if zero { text.replace('-', "") } else { text.replace('-', "−") }
    }

    /// The name of an axis, with the power of ten by which labels are divided.
    pub(crate) fn name(&self, quantity: &str) -> String {
        match self.exponent {
            0 => quantity.to_owned(),
            power => format!("{quantity} / 10{}", superscript(power)),
        }
    }
}

/// The label of a positive number whose scale has no common power of ten.
fn alone(tick: f64) -> String {
    if (1e-3..1e5).contains(&tick) {
        return format!("{tick:.*}", decimals(tick));
    }
    let power = (libm::log10(tick) + 1e-9).floor() as i32;
    match (tick / 10f64.powi(power)).round() {
        1.0 => format!("10{}", superscript(power)),
        digit => format!("{digit}·10{}", superscript(power)),
    }
}

/// Smallest and largest of the finite values.
pub(crate) fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|v| v.is_finite()).fold(None, |range, v| match range {
        None => Some((v, v)),
        Some((low, high)) => Some((low.min(v), high.max(v))),
    })
}

/// Largest number that is told from larger ones: differences and powers of ten of such numbers are finite.
const LARGEST: f64 = 1e300;

/// Turns any two numbers into a range that can be drawn. A single value gets a margin.
fn widened(low: f64, high: f64) -> (f64, f64) {
    let (low, high) = if low.is_finite() && high.is_finite() { (low.min(high), low.max(high)) } else { (0.0, 1.0) };
    // The smallest numbers are no different from zero: shares of them are not exact any more.
    let [low, high] = [low, high].map(|x| if x.abs() < 1.0 / LARGEST { 0.0 } else { x.clamp(-LARGEST, LARGEST) });
    let margin = 0.05 * low.abs().max(high.abs());
    if high - low > 1e-9 * low.abs().max(high.abs()) {
        (low, high)
    } else if margin > 0.0 {
        (low - margin, high + margin)
    } else {
        (low - 0.5, high + 0.5)
    }
}

/// The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below `step`.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powi(libm::log10(step).floor() as i32);
    let digits = [1.0, 2.0, 2.5, 5.0].into_iter().find(|d| d * power >= step * (1.0 - 1e-9));
    digits.unwrap_or(10.0) * power
}

/// Number of digits after the decimal point that multiples of `step` need.
fn decimals(step: f64) -> usize {
    let whole = |digits: &usize| {
        let scaled = step * 10f64.powi(*digits as i32);
        (scaled - scaled.round()).abs() < 1e-6 * scaled
    };
    (0..15).find(whole).unwrap_or(15)
}

/// The common power of ten of a scale's labels. It is 0 if the largest number lies between 0.01 and 9999, else a multiple of 3.
fn shared_exponent(largest: f64) -> i32 {
    if (1e-2..1e4).contains(&largest) { 0 } else { 3 * (libm::log10(largest) / 3.0 + 1e-9).floor() as i32 }
}

/// A whole number in superscript digits, such as `⁻³`.
fn superscript(number: i32) -> String {
    number
        .to_string()
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '4' => '⁴',
            '5' => '⁵',
            '6' => '⁶',
            '7' => '⁷',
            '8' => '⁸',
            '9' => '⁹',
            _ => '⁰',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale) -> Vec<String> {
        scale.ticks.iter().map(|&t| scale.label(t)).collect()
    }

    #[test]
    fn ticks_are_round_and_within_the_range() {
        let scale = Scale::exact(-0.37, 1.21, 5);
        assert_eq!(labels(&scale), ["0.0", "0.5", "1.0"]);
        let scale = Scale::exact(0.0, 1.0, 5);
        assert_eq!(labels(&scale), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        let scale = Scale::exact(-2.0, 2.0, 4);
        assert_eq!(labels(&scale), ["−2", "−1", "0", "1", "2"]);
        let scale = Scale::exact(0.0, 10.0, 4);
        assert_eq!(labels(&scale), ["0.0", "2.5", "5.0", "7.5", "10.0"]);
    }

    #[test]
    fn counts_have_whole_ticks() {
        assert_eq!(labels(&Scale::exact(2.0, 17.0, 6)), ["2.5", "5.0", "7.5", "10.0", "12.5", "15.0"]);
        assert_eq!(labels(&Scale::counts(2.0, 17.0, 6)), ["5", "10", "15"]);
        assert_eq!(labels(&Scale::counts(2.0, 5.0, 6)), ["2", "3", "4", "5"]);
        assert!(!Scale::counts(0.2, 0.7, 6).ticks.is_empty());
    }

    #[test]
    fn large_and_small_numbers_share_a_power_of_ten() {
        let scale = Scale::exact(0.0, 2_500_000.0, 5);
        assert_eq!(labels(&scale), ["0.0", "0.5", "1.0", "1.5", "2.0", "2.5"]);
        assert_eq!(scale.name("steps"), "steps / 10⁶");
        let scale = Scale::exact(0.0, 0.004, 4);
        assert_eq!(labels(&scale), ["0", "1", "2", "3", "4"]);
        assert_eq!(scale.name("length (m)"), "length (m) / 10⁻³");
        assert_eq!(Scale::exact(0.0, 4000.0, 4).name("n"), "n");
    }

    #[test]
    fn logarithmic_ticks_are_round_and_hold_all_values() {
        let of = |low, high| labels(&Scale::logarithmic([low, high], 6));
        assert_eq!(of(1.3, 17.9), ["1", "2", "5", "10", "20"]);
        assert_eq!(of(0.004, 30.0), ["0.001", "0.01", "0.1", "1", "10", "100"]);
        assert_eq!(of(3e-6, 4e-6), ["2·10⁻⁶", "5·10⁻⁶"]);
        assert_eq!(of(1.0, 1.0), ["0.5", "1", "2"]);
        assert_eq!(labels(&Scale::logarithmic([-1.0, 0.0, f64::NAN, f64::INFINITY], 6)), ["0.1", "0.2", "0.5", "1"]);
        for (low, high) in [(5e-324, f64::MAX), (1e-300, 1e-300), (1e300, 1e300), (1e-9, 3e4), (0.9999999, 1.0000001)] {
            let scale = Scale::logarithmic([low, high], 6);
            assert!((2..=7).contains(&scale.ticks.len()), "{low} to {high}: {scale:?}");
            let inside = |x: f64| (-1e-6..=1.0 + 1e-6).contains(&scale.share(x.clamp(1e-300, 1e300)));
            assert!(inside(low) && inside(high), "{low} to {high}: {scale:?}");
            assert!(scale.share(scale.low) == 0.0 && scale.share(scale.high) == 1.0);
        }
    }

    #[test]
    fn every_range_gives_a_few_distinct_labels() {
        let ranges = [(0.0, 0.0), (5.0, 5.0), (-3.0, -3.0), (f64::NAN, 1.0), (1e300, -1e300), (1e-12, 2e-12)];
        for (low, high) in ranges.into_iter().chain((1..200).map(|i| (-0.01 * f64::from(i), 0.3 * f64::from(i * i)))) {
            for scale in [Scale::exact(low, high, 5), Scale::rounded(low, high, 5)] {
                let mut labels = labels(&scale);
                assert!((1..=8).contains(&labels.len()), "{low} to {high}: {labels:?}");
                assert!(scale.ticks.iter().all(|&t| (-1e-6..=1.0 + 1e-6).contains(&scale.share(t))));
                labels.dedup();
                assert_eq!(labels.len(), scale.ticks.len(), "{low} to {high}: {labels:?}");
            }
            let rounded = Scale::rounded(low, high, 5);
            assert!(rounded.share(rounded.ticks[0]).abs() < 1e-6, "{low} to {high}: {rounded:?}");
            assert!((rounded.share(rounded.ticks[rounded.ticks.len() - 1]) - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn absurd_ranges_do_no_harm() {
        let (most, least) = (f64::MAX, f64::from_bits(1));
        for (low, high) in [
            (-most, most),
            (0.0, most),
            (most, most),
            (-most, 1.0),
            (0.0, least),
            (-least, least),
            (f64::NAN, f64::NAN),
            (0.0, f64::MIN_POSITIVE),
            (1e15, 1e15 + 0.5),
        ] {
            for scale in [Scale::exact(low, high, 5), Scale::rounded(low, high, 5), Scale::counts(low, high, 5)] {
                assert!(scale.ticks.len() < 20 && scale.high > scale.low, "{low} to {high}: {scale:?}");
                assert!(scale.ticks.iter().all(|tick| tick.is_finite()), "{low} to {high}: {scale:?}");
                assert!(labels(&scale).iter().all(|label| label.len() < 30), "{low} to {high}: {scale:?}");
                assert!([low, high, most, -most].iter().all(|&x| x.is_nan() || scale.share(x).is_finite()));
            }
        }
    }

    #[test]
    fn values_that_are_not_finite_do_not_count() {
        assert_eq!(extent([f64::NAN, 2.0, f64::INFINITY, -1.0]), Some((-1.0, 2.0)));
        assert_eq!(extent([f64::NAN]), None);
    }
}
