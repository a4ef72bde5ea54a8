//! How different the bodies of an archive are.

use crate::genome::Genome;
use crate::growth::FEATURES;
use burgess_qd::{Elites, Evaluated};
use rayon::prelude::*;
use std::collections::HashSet;

/// How different the bodies of an archive are. It depends on the elites only, not on their cells or on how they came there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BodyDiversity {
    /// Number of different topologies ([`Topology`](crate::growth::Topology)).
    pub topologies: u64,
    /// Mean distance of two elites' bodies: the sum over their features of the absolute differences
    /// ([`Physique::features`](crate::growth::Physique::features)), over all pairs; 0 below two elites.
    pub distance: f64,
}

impl BodyDiversity {
    /// Of an archive where bodies evolve, of the best of each cell.
    pub fn of(archive: &dyn Elites<Genome>) -> Self {
        let elites: Vec<&Evaluated<Genome>> =
            archive.best_of_cells().iter().filter_map(|&slot| archive.get(slot)).collect();
        let topologies: HashSet<&[u8]> = elites.iter().map(|elite| elite.traits.physique.topology.bytes()).collect();
        let features: Vec<[f64; FEATURES]> =
            elites.par_iter().map(|elite| elite.traits.physique.features(elite.traits.mass)).collect();
        let of_one = |feature: usize| mean_distance(features.iter().map(|all| all[feature]).collect());
        // Summed in their order, whoever is done first.
        let distances: Vec<f64> = (0..FEATURES).into_par_iter().map(of_one).collect();
        Self { topologies: topologies.len() as u64, distance: distances.iter().sum() }
    }

    /// Of so many elites that all have one body.
    pub fn of_one_body(elites: usize) -> Self {
        Self { topologies: elites.min(1) as u64, distance: 0.0 }
    }
}

/// Mean absolute difference over all pairs, exact but for rounding: in ascending order the i-th of n values (from 0) is the greater in i
/// pairs and the smaller in n - 1 - i.
fn mean_distance(mut values: Vec<f64>) -> f64 {
    let n = values.len();
    if n < 2 {
        return 0.0;
    }
    values.sort_unstable_by(f64::total_cmp);
    // Differences to the lowest, so that equal values give exactly zero.
    let lowest = values[0];
    let weigh = |(i, value): (usize, &f64)| (2.0 * i as f64 - (n - 1) as f64) * (value - lowest);
    let sum: f64 = values.iter().enumerate().map(weigh).sum();
    sum / (0.5 * n as f64 * (n - 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::rng::{Purpose, Stream};

    #[test]
    fn the_sum_over_sorted_values_is_that_over_all_pairs() {
        let mut stream = Stream::new(4, 0, 0, Purpose::Test);
        for n in [2, 3, 10, 97] {
            let values: Vec<f64> = (0..n).map(|_| stream.range(-3.0, 5.0)).collect();
            let pairs = (0..n).flat_map(|i| (0..i).map(move |j| (i, j)));
            let plain = pairs.map(|(i, j)| (values[i] - values[j]).abs()).sum::<f64>() / (0.5 * (n * (n - 1)) as f64);
            let reversed: Vec<f64> = values.iter().rev().copied().collect();
            assert!((mean_distance(values.clone()) - plain).abs() < 1e-12);
            assert_eq!(mean_distance(values), mean_distance(reversed));
        }
        assert_eq!(mean_distance(vec![0.1; 1000]), 0.0);
        assert_eq!((mean_distance(vec![]), mean_distance(vec![3.0])), (0.0, 0.0));
        assert_eq!(mean_distance(vec![1.0, 2.0, 4.0]), 2.0);
    }
}
