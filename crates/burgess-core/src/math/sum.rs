//! Sums of many small numbers.

use crate::autodiff::Compare;

/// A sum that keeps what rounding takes from it, and gives it back with the next number (Kahan, "Further remarks on reducing truncation
/// errors", 1965). The error of a plain sum of n numbers grows with n; that of this one is a few units in the last place, whatever n is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum<T> {
    /// The sum so far.
    pub total: T,
    /// By how much the total is too large.
    pub excess: T,
}

impl<T: Compare> Sum<T> {
    /// Of nothing.
    pub fn zero() -> Self {
        Self { total: T::zero(), excess: T::zero() }
    }

    /// Adds a number.
    #[inline(always)]
    pub fn add(&mut self, x: T) {
        let owed = x - self.excess;
        let total = self.total + owed;
        let excess = (total - self.total) - owed;
        // A sum that has overflown stays infinite.
        self.excess = T::choose(total.is_finite(), excess, T::zero());
        self.total = total;
    }

    /// Adds a number where an answer is true.
    #[inline(always)]
    pub fn add_where(&mut self, answer: T::Truth, x: T) {
        let Self { total, excess } = *self;
        self.add(x);
        self.total = T::choose(answer, self.total, total);
        self.excess = T::choose(answer, self.excess, excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_small_numbers_add_up_in_single_precision() {
        let (mut sum, mut plain) = (Sum::zero(), 0.0_f32);
        for _ in 0..1_000_000 {
            sum.add(1e-4_f32);
            plain += 1e-4;
        }
        assert!((sum.total - 100.0).abs() < 1e-5, "{}", sum.total);
        assert!((plain - 100.0).abs() > 0.5, "a plain sum is as good: {plain}");
    }
}
