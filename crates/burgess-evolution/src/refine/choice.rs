//! Which candidates of a batch are refined.

use crate::experiment::Refined;
use burgess_core::rng::{Purpose, Stream};

/// What is known of a candidate before its refinement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prospect {
    /// Whether it may be refined at all: its episode came to an end, and its lineage is trusted.
    pub eligible: bool,
    /// By how much the QD-score would rise if it went into the archive as it is; below zero where the incumbent is better.
    pub promise: f64,
}

/// The places of those that are refined, ascending.
pub fn choose(which: Refined, prospects: &[Prospect], seed: u64, generation: u64) -> Vec<usize> {
    let eligible = (0..prospects.len()).filter(|&place| prospects[place].eligible);
    match which {
        Refined::All => eligible.collect(),
        Refined::Share(share) => {
            let drawn = |&place: &usize| Stream::new(seed, generation, place as u64, Purpose::Refine).chance(share);
            eligible.filter(drawn).collect()
        }
        Refined::Promising(share) => {
            let mut best: Vec<usize> = eligible.collect();
            // Of equals the first comes first.
            best.sort_by(|&a, &b| prospects[b].promise.total_cmp(&prospects[a].promise));
            best.truncate((share * prospects.len() as f64).ceil() as usize);
            best.sort_unstable();
            best
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prospects(promises: &[f64]) -> Vec<Prospect> {
        // Those without a number are not eligible.
        promises.iter().map(|&promise| Prospect { eligible: !promise.is_nan(), promise }).collect()
    }

    #[test]
    fn all_that_are_eligible() {
        assert_eq!(choose(Refined::All, &prospects(&[1.0, f64::NAN, -2.0]), 1, 2), [0, 2]);
    }

    #[test]
    fn the_most_promising_share_of_the_batch() {
        let some = prospects(&[1.0, f64::NAN, -2.0, 3.0, 1.0]);
        assert_eq!(choose(Refined::Promising(0.4), &some, 1, 2), [0, 3]);
        assert_eq!(choose(Refined::Promising(0.2), &some, 1, 2), [3]);
        assert_eq!(choose(Refined::Promising(1.0), &some, 1, 2), [0, 2, 3, 4]);
    }

    #[test]
    fn a_share_is_drawn_by_place_and_generation() {
        let many = prospects(&[0.0; 4000]);
        let drawn = choose(Refined::Share(0.3), &many, 1, 2);
        assert!((1100..1300).contains(&drawn.len()), "{}", drawn.len());
        assert_eq!(choose(Refined::Share(0.3), &many[..100], 1, 2), drawn[..drawn.partition_point(|&p| p < 100)]);
        assert_ne!(choose(Refined::Share(0.3), &many, 1, 3), drawn);
        assert!(choose(Refined::Share(1.0), &many, 1, 2).len() == 4000);
    }
}
