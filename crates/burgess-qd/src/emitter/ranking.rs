//! In which order evolution strategies learn from candidates, how many of them become parents, and when a strategy starts
//! again: the choices of CMA-ME (Fontaine et al. 2020, "Covariance Matrix Adaptation for the Rapid Illumination of
//! Behavior Space"), CMA-MEGA (Fontaine and Nikolaidis 2021) and CMA-MAE (Fontaine and Nikolaidis 2023), with the rules
//! that pyribs gives them.

use burgess_core::rng::Stream;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Values whose difference is below this are the same for [`Ranking::is_flat`].
const FLAT: f64 = 1e-12;

/// What an archive did with a candidate; later ones rank higher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    /// Nothing.
    Rejected,
    /// It took an occupied cell.
    Improved,
    /// It took an empty cell.
    New,
}

/// What is known of a candidate that is ranked.
#[derive(Clone, Copy, Debug)]
pub struct Ranked<'a> {
    /// What the archive did with it.
    pub entry: Entry,
    /// By how much it was better than what its cell held before: the elite (in an empty cell its own reward counts, as in CMA-ME),
    /// or the threshold of acceptance (CMA-MAE).
    pub improvement: f64,
    /// Its reward; NaN where the simulation diverged.
    pub reward: f64,
    /// Its descriptors, each in its own unit.
    pub descriptors: &'a [f32],
}

/// What candidates are ranked by. Equal ones keep their order; one with a NaN comes after all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ranker {
    /// New before improved before rejected ones, then by improvement: the improvement emitter of CMA-ME, and CMA-MEGA.
    #[default]
    Improvement,
    /// Candidates that entered the archive before those that did not, then by how far they lie along a [`Direction`]: the random direction
    /// emitter of CMA-ME. (pyribs also puts new before improved ones.)
    RandomDirection,
    /// New before improved before rejected ones, then by reward: the optimising emitter of CMA-ME in two stages, as in pyribs.
    Objective,
    /// By improvement alone. It suits CMA-MAE, where each improvement is over a threshold, so that those of new and of improved cells are on
    /// one scale.
    Threshold,
}

/// A direction in the space of descriptors, each of which is scaled to its range.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Direction(Vec<f64>);

impl Direction {
    /// A random one, to be drawn at each start of a strategy; `ranges` has one (low, high) a descriptor.
    pub fn draw(ranges: &[(f64, f64)], stream: &mut Stream) -> Self {
        Self(ranges.iter().map(|(low, high)| stream.normal() / (high - low)).collect())
    }

    /// How far along, from an arbitrary origin.
    fn along(&self, descriptors: &[f32]) -> f64 {
        self.0.iter().zip(descriptors).map(|(direction, &x)| direction * f64::from(x)).sum()
    }
}

/// Candidates in order.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// Numbers of the candidates, best first.
    pub order: Vec<usize>,
    /// Stage and value of each, in the same order; NaN from `known` on.
    values: Vec<(f64, f64)>,
    /// How many have neither a NaN reward nor a NaN value.
    known: usize,
    /// Numbers of those that entered the archive, best first.
    entered: Vec<usize>,
}

impl Ranking {
    /// Ranks a batch. Only [`Ranker::RandomDirection`] looks at the direction.
    pub fn new(ranker: Ranker, candidates: &[Ranked], direction: &Direction) -> Self {
        let key = |candidate: &Ranked| {
            let stage = match ranker {
                Ranker::Improvement | Ranker::Objective => f64::from(candidate.entry as u8),
                Ranker::RandomDirection => f64::from(u8::from(candidate.entry > Entry::Rejected)),
                Ranker::Threshold => 0.0,
            };
            let value = match ranker {
                Ranker::Improvement | Ranker::Threshold => candidate.improvement,
                Ranker::RandomDirection => direction.along(candidate.descriptors),
                Ranker::Objective => candidate.reward,
            };
            if candidate.reward.is_nan() || value.is_nan() { (f64::NAN, f64::NAN) } else { (stage, value) }
        };
        let keys: Vec<(f64, f64)> = candidates.iter().map(key).collect();
        let mut order: Vec<usize> = (0..keys.len()).collect();
        // The sort is stable.
        order.sort_by(|&a, &b| descending(keys[a], keys[b]));
        let values: Vec<(f64, f64)> = order.iter().map(|&candidate| keys[candidate]).collect();
        let known = values.iter().take_while(|(stage, _)| !stage.is_nan()).count();
        let entered = order[..known].iter().copied().filter(|&at| candidates[at].entry > Entry::Rejected).collect();
        Self { order, values, known, entered }
    }

    /// The parents of the next distribution, best first.
    pub fn parents(&self, selection: Selection) -> &[usize] {
        match selection {
            Selection::Mu => &self.order[..(self.order.len() / 2).max(1).min(self.known)],
            Selection::Filter => &self.entered,
        }
    }

    /// How many entered the archive.
    pub fn entered(&self) -> usize {
        self.entered.len()
    }

    /// Whether the best and the worst of at least two candidates are as good as each other, so that there is nothing to learn from their
    /// order (as pyribs' `check_stop`).
    pub fn is_flat(&self) -> bool {
        match &self.values[..self.known] {
            [best, .., worst] => (best.0 - worst.0).hypot(best.1 - worst.1) < FLAT,
            _ => false,
        }
    }
}

/// Higher stages first, then higher values, then what is NaN.
fn descending(a: (f64, f64), b: (f64, f64)) -> Ordering {
    b.partial_cmp(&a).unwrap_or_else(|| a.0.is_nan().cmp(&b.0.is_nan()))
}

/// Which candidates become parents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Selection {
    /// The better half of the batch.
    #[default]
    Mu,
    /// Those that entered the archive.
    Filter,
}

/// When a strategy starts again from an elite, apart from its own reasons ([`crate::cma::Cma::stop`], [`Ranking::is_flat`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Restart {
    /// Never.
    Basic,
    /// When no candidate of a batch entered the archive.
    #[default]
    NoImprovement,
    /// After each so many batches.
    Every(u64),
}

impl Restart {
    /// Whether to start again after `batches` batches in all, the last of which brought so many candidates into the archive.
    pub fn is_due(self, entered: usize, batches: u64) -> bool {
        match self {
            Self::Basic => false,
            Self::NoImprovement => entered == 0,
            Self::Every(period) => period > 0 && batches.is_multiple_of(period),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Entry::{Improved, New, Rejected};
    use burgess_core::rng::Purpose;

    fn candidate(entry: Entry, improvement: f64, reward: f64) -> Ranked<'static> {
        Ranked { entry, improvement, reward, descriptors: &[] }
    }

    fn order(ranker: Ranker, candidates: &[Ranked]) -> Vec<usize> {
        Ranking::new(ranker, candidates, &Direction::default()).order
    }

    #[test]
    fn each_ranker_has_its_order() {
        let batch = [
            candidate(Rejected, -1.0, 9.0),
            candidate(Improved, 5.0, 6.0),
            candidate(New, 2.0, 2.0),
            candidate(New, 3.0, 3.0),
            candidate(Improved, 7.0, 1.0),
            candidate(Rejected, -0.5, 8.0),
        ];
        assert_eq!(order(Ranker::Improvement, &batch), [3, 2, 4, 1, 5, 0]);
        assert_eq!(order(Ranker::Objective, &batch), [3, 2, 1, 4, 0, 5]);
        assert_eq!(order(Ranker::Threshold, &batch), [4, 1, 3, 2, 5, 0]);
    }

    #[test]
    fn a_direction_ranks_by_descriptors_in_units_of_their_ranges() {
        let entries = [(Rejected, [0.9, 0.0]), (New, [0.1, 0.0]), (Improved, [0.5, 0.0]), (New, [0.1, 40.0])];
        let batch = entries.each_ref().map(|(entry, descriptors)| Ranked {
            entry: *entry,
            improvement: 0.0,
            reward: 0.0,
            descriptors,
        });
        let drawn =
            |number: u64| Direction::draw(&[(0.0, 1.0), (-50.0, 50.0)], &mut Stream::new(1, 0, number, Purpose::Test));
        let along = |x: f64, y: f64| Direction(vec![x, y / 100.0]);
        let order = |direction: &Direction| Ranking::new(Ranker::RandomDirection, &batch, direction).order;
        assert_eq!(order(&along(1.0, 0.0)), [2, 1, 3, 0]);
        assert_eq!(order(&along(-1.0, 0.0)), [1, 3, 2, 0]);
        // 40 of 100 along the second is as far as 0.4 of 1 along the first.
        assert_eq!(order(&along(1.0, 1.1)), [3, 2, 1, 0]);
        assert_eq!(order(&along(1.0, 0.9)), [2, 3, 1, 0]);

        assert_ne!(drawn(0), drawn(1));
        let mean_square = |i: usize| (0..2000).map(|number| drawn(number).0[i].powi(2)).sum::<f64>() / 2000.0;
        assert!((mean_square(0) - 1.0).abs() < 0.1 && (mean_square(1) * 1e4 - 1.0).abs() < 0.1);
    }

    #[test]
    fn ties_keep_their_order_and_nan_comes_last() {
        let tied = [candidate(New, 1.0, 1.0); 5];
        assert_eq!(order(Ranker::Improvement, &tied), [0, 1, 2, 3, 4]);
        let batch = [
            candidate(Rejected, f64::NAN, f64::NAN),
            candidate(New, 1.0, 1.0),
            candidate(New, f64::NAN, 2.0),
            candidate(Rejected, f64::NEG_INFINITY, -3.0),
            candidate(New, 1.0, f64::NAN),
        ];
        assert_eq!(order(Ranker::Improvement, &batch), [1, 3, 0, 2, 4]);
        assert_eq!(order(Ranker::Objective, &batch), [2, 1, 3, 0, 4]);
        let ranking = Ranking::new(Ranker::Improvement, &batch, &Direction::default());
        assert_eq!((ranking.parents(Selection::Mu), ranking.parents(Selection::Filter)), (&[1, 3][..], &[1][..]));
        assert_eq!(order(Ranker::Improvement, &[]), [0; 0]);
    }

    #[test]
    fn parents_are_half_of_the_batch_or_those_that_entered() {
        let batch = [Rejected, New, Rejected, Improved, Rejected, Improved, New]
            .map(|entry| candidate(entry, f64::from(entry as u8), 0.0));
        let ranking = Ranking::new(Ranker::Improvement, &batch, &Direction::default());
        assert_eq!(ranking.parents(Selection::Mu), [1, 6, 3]);
        assert_eq!(ranking.parents(Selection::Filter), [1, 6, 3, 5]);
        assert_eq!(ranking.entered(), 4);
        let rejected = Ranking::new(Ranker::Improvement, &[candidate(Rejected, -1.0, 0.0)], &Direction::default());
        assert_eq!((rejected.parents(Selection::Mu), rejected.parents(Selection::Filter)), (&[0][..], &[][..]));
    }

    #[test]
    fn flat_is_when_best_and_worst_are_equal() {
        let flat = |batch: &[Ranked]| Ranking::new(Ranker::Improvement, batch, &Direction::default()).is_flat();
        let (zero, nan) = (candidate(Rejected, 0.0, 0.0), candidate(Rejected, f64::NAN, f64::NAN));
        assert!(flat(&[zero, zero, nan]) && flat(&[zero, candidate(Rejected, 1e-13, 0.0)]));
        assert!(!flat(&[]) && !flat(&[zero]) && !flat(&[zero, nan]) && !flat(&[nan, nan]));
        assert!(!flat(&[zero, candidate(Improved, 0.0, 0.0)]) && !flat(&[zero, candidate(Rejected, 1e-11, 0.0)]));
    }

    #[test]
    fn restarts_are_due_by_their_rule() {
        assert!(!Restart::Basic.is_due(0, 5));
        assert!(Restart::NoImprovement.is_due(0, 5) && !Restart::NoImprovement.is_due(1, 5));
        let every =
            |period: u64| (1..=6).filter(|&batches| Restart::Every(period).is_due(0, batches)).collect::<Vec<_>>();
        assert_eq!(every(3), [3, 6]);
        assert_eq!(every(0), [0; 0]);
    }
}
