//! Are the values of one experiment larger than those of another? The rank test of Mann and Whitney, and an effect size.
//!
//! Seeds are few and scores are seldom normal, so the test assumes nothing about their distribution. For few values the p-value is exact. If the
//! experiments do not differ, all ways to divide the pooled midranks into two groups of these sizes are equally likely; the test counts
//! them. The count is also correct with ties, for which the usual tables of U are not.

/// Largest pooled size for which the ways are counted; their number then still fits into 64 bits.
const MOST_COUNTED: usize = 60;

/// The result of the test of two samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankTest {
    /// Number of pairs in which the first sample's value is greater; pairs of equal values count half (Mann and Whitney 1947).
    pub u: f64,
    /// Probability of a `u` that is at least as extreme if both samples come from one distribution: twice the smaller tail, at most 1.
    pub p: f64,
    /// Share of the pairs in which the first sample's value is greater; pairs of equal values count half. It is 0.5 for no difference, and 1 if
    /// all values are greater (Vargha and Delaney 2000, "A Critique and Improvement of the CL Common Language Effect Size Statistics").
    pub a12: f64,
    /// Whether `p` is exact. For many values it comes from the normal distribution that U tends to.
    pub exact: bool,
}

/// Tests two samples of finite numbers against each other, two-sided. `None` if either sample has fewer than two values.
///
/// ```
/// use burgess_report::compare::mann_whitney;
///
/// let test = mann_whitney(&[6.0, 7.0, 8.0], &[1.0, 2.0, 3.0]).unwrap();
/// assert_eq!((test.u, test.a12), (9.0, 1.0));
/// assert!((test.p - 0.1).abs() < 1e-12);
/// ```
pub fn mann_whitney(first: &[f64], second: &[f64]) -> Option<RankTest> {
    let (n, m) = (first.len(), second.len());
    if n < 2 || m < 2 {
        return None;
    }
    let ranks = Ranks::of(first, second);
    let least = (n * (n + 1)) as u64;
    let u = (ranks.sum_of_first - least) as f64 / 2.0;
    let exact = n + m <= MOST_COUNTED;
    let p = if exact { ranks.exact_p(n) } else { ranks.approximate_p(n, m, u) };
    Some(RankTest { u, p, a12: u / (n * m) as f64, exact })
}

/// The smallest p-value that samples of these sizes can give: two of all the ways to divide them.
pub fn smallest_p(n: usize, m: usize) -> f64 {
    let ways = (1..=n).fold(1.0, |ways, i| ways * (m + i) as f64 / i as f64);
    (2.0 / ways).min(1.0)
}

/// Pooled midranks: equal values share the mean of their ranks. They are doubled, so that they are whole numbers.
struct Ranks {
    /// Ascending.
    pooled: Vec<u64>,
    /// Sum of the first sample's doubled midranks.
    sum_of_first: u64,
    /// Sum of t^3 - t over all groups of t equal values.
    ties: f64,
}

impl Ranks {
    fn of(first: &[f64], second: &[f64]) -> Self {
        let own = first.iter().map(|&value| (value, true));
        let mut values: Vec<(f64, bool)> = own.chain(second.iter().map(|&value| (value, false))).collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut ranks = Self { pooled: Vec::with_capacity(values.len()), sum_of_first: 0, ties: 0.0 };
        // -0 and +0 are equal values, and neighbours in this order.
        for equal in values.chunk_by(|a, b| a.0 == b.0) {
            let (before, count) = (ranks.pooled.len() as u64, equal.len() as u64);
            // The mean of the ranks from `before + 1` to `before + count`, doubled.
            let doubled = 2 * before + count + 1;
            ranks.pooled.extend(equal.iter().map(|_| doubled));
            ranks.sum_of_first += doubled * equal.iter().filter(|(_, is_first)| *is_first).count() as u64;
            ranks.ties += (count.pow(3) - count) as f64;
        }
        ranks
    }

    /// Counts the subsets of `n` ranks whose sum is at most the observed sum, and those whose sum is at least that.
    fn exact_p(&self, n: usize) -> f64 {
        let total: u64 = self.pooled.iter().sum();
        // ways[k][s] is the number of subsets with k of the ranks seen so far and the sum s.
        let mut ways = vec![vec![0u64; total as usize + 1]; n + 1];
        ways[0][0] = 1;
        for &rank in &self.pooled {
            for k in (1..=n).rev() {
                let (fewer, these) = ways.split_at_mut(k);
                for (sum, &count) in fewer[k - 1].iter().enumerate().take((total - rank) as usize + 1) {
                    these[0][sum + rank as usize] += count;
                }
            }
        }
        let found = self.sum_of_first as usize;
        let below: u64 = ways[n][..=found].iter().sum();
        let above: u64 = ways[n][found..].iter().sum();
        let all: u64 = ways[n].iter().sum();
        (2.0 * below.min(above) as f64 / all as f64).min(1.0)
    }

    /// The p-value from the normal distribution that U tends to. The variance is corrected for ties, the distance by one half for continuity.
    fn approximate_p(&self, n: usize, m: usize, u: f64) -> f64 {
        let (pairs, pooled) = ((n * m) as f64, (n + m) as f64);
        let variance = pairs / 12.0 * (pooled + 1.0 - self.ties / (pooled * (pooled - 1.0)));
        let off = ((u - pairs / 2.0).abs() - 0.5).max(0.0);
        // If all values are equal, the variance is zero, and so is the distance.
        if off == 0.0 { 1.0 } else { libm::erfc(off / (2.0 * variance).sqrt()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two samples, then U and p as scipy computes them.
    type Case<'a> = (&'a [f64], &'a [f64], f64, f64);

    /// Computed once with scipy 1.17.1: `mannwhitneyu(a, b, method="exact")`, and with ties
    /// `method=PermutationMethod(n_resamples=10**7)`, which goes through all permutations of samples this small.
    const CASES: [Case<'static>; 8] = [
        (&[1.0, 2.0, 3.0, 4.0, 5.0], &[6.0, 7.0, 8.0, 9.0, 10.0], 0.0, 0.007936507936507936),
        (&[1.0, 2.0, 3.0, 4.0, 5.0], &[4.5, 7.0, 8.0, 9.0, 10.0], 1.0, 0.015873015873015872),
        (&[19.0, 22.0, 16.0, 29.0, 24.0], &[20.0, 11.0, 17.0, 12.0], 17.0, 0.1111111111111111),
        (&[1.1, 2.3, 5.5, 0.2], &[3.3, 4.1, 0.9, 6.6, 7.7, 8.8], 5.0, 0.17142857142857143),
        (&[1.0, 2.0, 2.0, 3.0, 5.0], &[2.0, 4.0, 5.0, 5.0, 6.0], 5.0, 0.15079365079365079),
        (&[0.0, 0.0, 0.0, 1.0], &[0.0, 1.0, 1.0, 1.0, 2.0, 2.0], 4.0, 0.1619047619047619),
        (&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 3.0], &[1.0, 2.0, 2.0], 14.0, 0.6666666666666666),
        (&[1.0, 2.0], &[3.0, 4.0], 0.0, 0.3333333333333333),
    ];

    #[test]
    fn few_values_agree_with_scipy_also_with_ties() {
        for (first, second, u, p) in CASES {
            let test = mann_whitney(first, second).unwrap();
            assert!(test.u == u && test.exact, "{first:?} {second:?}: {test:?}");
            assert!((test.p - p).abs() < 1e-14, "{first:?} {second:?}: {} is not {p}", test.p);
            assert_eq!(test.a12, u / (first.len() * second.len()) as f64);
        }
    }

    /// Critical values of U at 0.05, two-sided: the largest U that is still significant, from the tables of Mann and Whitney (1947) as textbooks
    /// print them.
    #[test]
    fn critical_values_are_those_of_the_published_tables() {
        for (n, m, critical) in [(4, 4, 0), (5, 5, 2), (5, 8, 6), (6, 6, 5), (8, 8, 13), (10, 10, 23), (20, 20, 127)] {
            let p = |u: usize| {
                // The first sample lies below the second one in all but `u` pairs.
                let second: Vec<f64> = (0..m).map(|i| 10.0 * (i + 1) as f64).collect();
                let above = |i: usize| (u + i) / n;
                let first: Vec<f64> = (0..n).map(|i| 10.0 * above(i) as f64 + 5.0 + 0.01 * i as f64).collect();
                let test = mann_whitney(&first, &second).unwrap();
                assert_eq!(test.u, u as f64);
                test.p
            };
            assert!(p(critical) <= 0.05 && p(critical + 1) > 0.05, "{n}, {m}: {} {}", p(critical), p(critical + 1));
        }
    }

    fn spread(count: i64, factor: i64, modulus: i64, offset: f64) -> Vec<f64> {
        (0..count).map(|i| (i * factor % modulus) as f64 / 10.0 + offset).collect()
    }

    /// scipy 1.17.1: `method="exact"` for 31 and 29 values without ties, `method="asymptotic"` for 40 and 35 with some.
    #[test]
    fn many_values_agree_with_scipy() {
        let test = mann_whitney(&spread(31, 37, 101, 0.0), &spread(29, 53, 89, 1.05)).unwrap();
        assert!(test.u == 398.0 && (test.p - 0.4533921770279603).abs() < 1e-12, "{test:?}");
        let test = mann_whitney(&spread(40, 37, 101, 0.0), &spread(35, 53, 89, 1.0)).unwrap();
        assert!(test.u == 641.0 && !test.exact && (test.p - 0.5343857184530919).abs() < 1e-12, "{test:?}");
        let same = vec![2.0; 50];
        assert_eq!(mann_whitney(&same, &same).unwrap().p, 1.0);
    }

    #[test]
    fn both_ways_round_are_the_same_test() {
        for (first, second, ..) in CASES {
            let (one, other) = (mann_whitney(first, second).unwrap(), mann_whitney(second, first).unwrap());
            assert!((one.p - other.p).abs() < 1e-15 && (one.a12 + other.a12 - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn one_value_is_no_sample_and_equal_ones_no_difference() {
        assert_eq!(mann_whitney(&[1.0], &[2.0, 3.0]), None);
        assert_eq!(mann_whitney(&[1.0, 2.0], &[]), None);
        let test = mann_whitney(&[1.0, 0.0, 1.0], &[-0.0, 1.0, 1.0]).unwrap();
        assert_eq!((test.p, test.a12), (1.0, 0.5));
    }

    #[test]
    fn no_difference_is_smaller_than_all_one_way() {
        assert!((smallest_p(5, 5) - 2.0 / 252.0).abs() < 1e-15);
        assert!((smallest_p(3, 3) - 0.1).abs() < 1e-15);
        assert_eq!(smallest_p(2, 2), mann_whitney(&[1.0, 2.0], &[3.0, 4.0]).unwrap().p);
        assert!((smallest_p(4, 6) - 2.0 / 210.0).abs() < 1e-15);
    }
}
