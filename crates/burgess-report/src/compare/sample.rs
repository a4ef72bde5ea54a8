//! A few values in numbers: mean, spread and quartiles.

/// The values of one measure over the seeds of an experiment.
///
/// ```
/// use burgess_report::compare::Sample;
///
/// let sample = Sample::of([2.0, f64::NAN, 1.0, 6.0]);
/// assert_eq!((sample.len(), sample.mean(), sample.quantile(0.5)), (3, Some(3.0), Some(2.0)));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The finite values, ascending.
    pub values: Vec<f64>,
}

impl Sample {
    /// The sample of all finite numbers among `values`. Some values may be NaN: an archive without elites has no best reward.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        Self { values }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Arithmetic mean; `None` if there is no value.
    pub fn mean(&self) -> Option<f64> {
        (!self.is_empty()).then(|| self.values.iter().sum::<f64>() / self.len() as f64)
    }

    /// Standard deviation of the population that the values are a sample of (divided by n - 1); `None` if there are fewer than two values.
    pub fn standard_deviation(&self) -> Option<f64> {
        let mean = self.mean().filter(|_| self.len() > 1)?;
        let squares: f64 = self.values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Some((squares / (self.len() - 1) as f64).sqrt())
    }

    /// The quantile `q`, 0 to 1, with linear interpolation between neighbouring values (definition 7 of Hyndman and Fan 1996, the default of
    /// numpy and R); `None` if there is no value.
    ///
    /// # Panics
    /// If `q` is above 1.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let place = q * self.len().checked_sub(1)? as f64;
        let (low, high) = (place.floor() as usize, place.ceil() as usize);
        Some(self.values[low] + (self.values[high] - self.values[low]) * place.fract())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// numpy 2: `quantile(a, [0.25, 0.5, 0.75])` and `std(a, ddof=1)`.
    #[test]
    fn agrees_with_numpy() {
        let sample = Sample::of([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, f64::NAN]);
        let quartiles = [0.0, 0.25, 0.5, 0.75, 1.0].map(|q| sample.quantile(q).unwrap());
        assert_eq!(quartiles, [1.0, 1.75, 3.5, 5.25, 9.0]);
        assert_eq!((sample.len(), sample.mean()), (8, Some(3.875)));
        assert!((sample.standard_deviation().unwrap() - 2.748376143938713).abs() < 1e-14);
    }

    #[test]
    fn one_value_has_no_spread_and_none_has_nothing() {
        let one = Sample::of([2.5]);
        assert_eq!((one.mean(), one.standard_deviation(), one.quantile(0.75)), (Some(2.5), None, Some(2.5)));
        let none = Sample::of([f64::NAN, f64::INFINITY]);
        assert_eq!((none.mean(), none.standard_deviation(), none.quantile(0.5)), (None, None, None));
    }
}
