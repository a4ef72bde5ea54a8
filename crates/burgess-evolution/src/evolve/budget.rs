//! Budgets: when a run ends, and how far it has come.

use crate::experiment::Budget;

/// How much a run has used up, over all its resumed parts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// Generations.
    pub generations: u64,
    /// Evaluated candidates.
    pub evaluations: u64,
    /// Wall time (s).
    pub wall_time: f64,
}

impl Spent {
    /// Candidates in the next generation: the last one of a budget of evaluations may be smaller than the others. None when a
    /// limit is reached.
    pub fn next_batch_size(&self, budget: &Budget, batch_size: usize) -> Option<usize> {
        let over = budget.generations.is_some_and(|limit| self.generations >= limit)
            || budget.wall_time.is_some_and(|limit| self.wall_time >= limit);
        let left = budget.evaluations.map_or(u64::MAX, |limit| limit.saturating_sub(self.evaluations));
        let size = batch_size.min(usize::try_from(left).unwrap_or(usize::MAX));
        (!over && size > 0).then_some(size)
    }

    /// Used share of the limit that is nearest to its end, 0 to 1.
    pub fn share(&self, budget: &Budget) -> f64 {
        let of = |used: f64, limit: Option<f64>| limit.map_or(0.0, |limit| used / limit);
        of(self.generations as f64, budget.generations.map(|limit| limit as f64))
            .max(of(self.evaluations as f64, budget.evaluations.map(|limit| limit as f64)))
            .max(of(self.wall_time, budget.wall_time))
            .clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_limit_ends_the_run() {
        let spent = Spent { generations: 3, evaluations: 30, wall_time: 5.0 };
        let size = |generations, evaluations, wall_time| {
            spent.next_batch_size(&Budget { generations, evaluations, wall_time }, 10)
        };
        assert_eq!(size(Some(4), None, None), Some(10));
        assert_eq!(size(Some(3), None, None), None);
        assert_eq!(size(Some(4), Some(30), None), None);
        assert_eq!(size(None, Some(37), Some(5.1)), Some(7));
        assert_eq!(size(None, Some(37), Some(5.0)), None);
    }

    #[test]
    fn the_share_follows_the_limit_nearest_to_its_end() {
        let spent = Spent { generations: 3, evaluations: 30, wall_time: 5.0 };
        let budget = Budget { generations: Some(6), evaluations: Some(40), wall_time: Some(50.0) };
        assert_eq!(spent.share(&budget), 0.75);
        assert_eq!(Spent::default().share(&budget), 0.0);
        assert_eq!(Spent { wall_time: 99.0, ..spent }.share(&budget), 1.0);
    }
}
