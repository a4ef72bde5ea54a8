//! Schedulers: how emitters share each batch.

use super::interface::{restored, saved};
use super::shares::split;
use super::spec::Scheduler;
use crate::archive::Placement;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A scheduler and what it has learned.
#[derive(Clone, Debug)]
pub struct Schedule {
    scheduler: Scheduler,
    shares: Vec<f64>,
    records: Vec<Record>,
}

/// How often an emitter's candidates were asked for, and how many of them went into the archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    candidates: u64,
    entered: u64,
}

impl Schedule {
    /// Of an experiment's emitters with these shares.
    pub fn new(scheduler: Scheduler, shares: Vec<f64>) -> Self {
        let records = vec![Record::default(); shares.len()];
        Self { scheduler, shares, records }
    }

    /// The places of each emitter in a batch of a size.
    pub fn places(&self, size: usize) -> Vec<Range<usize>> {
        match self.scheduler {
            Scheduler::Shares => split(&self.shares, size),
            Scheduler::Ucb1 { active, exploration } => split(&self.chosen(active, exploration), size),
        }
    }

    /// A share of one for those with the greatest upper confidence bounds (Auer et al. 2002); of equals the first come first. What was
    /// never chosen has no bound and comes before all others.
    fn chosen(&self, active: usize, exploration: f64) -> Vec<f64> {
        let total: u64 = self.records.iter().map(|record| record.candidates).sum();
        let bound = |record: &Record| {
            let n = record.candidates as f64;
            if n == 0.0 {
                f64::INFINITY
            } else {
                record.entered as f64 / n + exploration * ((total as f64).ln() / n).sqrt()
            }
        };
        let bounds: Vec<f64> = self.records.iter().map(bound).collect();
        let mut order: Vec<usize> = (0..bounds.len()).collect();
        order.sort_by(|&a, &b| bounds[b].total_cmp(&bounds[a]));
        let mut shares = vec![0.0; bounds.len()];
        order.into_iter().take(active).for_each(|emitter| shares[emitter] = 1.0);
        shares
    }

    /// Whether the next batch is shared in a way that is only known when this one is done.
    pub fn learns(&self) -> bool {
        self.scheduler != Scheduler::Shares
    }

    /// Learns from what became of a batch.
    pub fn tell(&mut self, places: &[Range<usize>], placements: &[Placement]) {
        for (record, places) in self.records.iter_mut().zip(places) {
            record.candidates += places.len() as u64;
            record.entered += placements[places.clone()].iter().filter(|p| p.entered().is_some()).count() as u64;
        }
    }

    /// What it has learned, exactly; nothing for one that does not learn.
    pub fn save(&self) -> Vec<u8> {
        if self.learns() { saved(&self.records) } else { Vec::new() }
    }

    /// Takes back what [`Schedule::save`] gave.
    ///
    /// # Errors
    ///
    /// When it is damaged, or of another number of emitters.
    pub fn restore(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let records: Vec<Record> = restored(bytes, "the scheduler")?;
        let (came, expected) = (records.len(), self.records.len());
        anyhow::ensure!(came == expected, "the scheduler knows of {came} emitters, the experiment has {expected}");
        self.records = records;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(schedule: &mut Schedule, entered: [usize; 3]) -> Vec<usize> {
        let places = schedule.places(12);
        let mut placements = vec![Placement::NotFinite; 12];
        for (place, entered) in places.iter().zip(entered) {
            for i in place.clone().take(entered) {
                placements[i] = Placement::New { cell: i, improvement: 1.0 };
            }
        }
        schedule.tell(&places, &placements);
        places.iter().map(ExactSizeIterator::len).collect()
    }

    #[test]
    fn each_is_tried_and_then_the_best_is_chosen_most() {
        let mut schedule = Schedule::new(Scheduler::Ucb1 { active: 1, exploration: 0.05 }, vec![1.0; 3]);
        let mut sums = [0; 3];
        for generation in 0..100 {
            let sizes = told(&mut schedule, [1, 6, 2]);
            assert!(generation >= 3 || sizes[generation] == 12, "{sizes:?}");
            sums.iter_mut().zip(sizes).for_each(|(sum, size)| *sum += size);
        }
        assert!(sums[1] > 900, "{sums:?}");
        let mut again = Schedule::new(Scheduler::Ucb1 { active: 1, exploration: 0.05 }, vec![1.0; 3]);
        again.restore(&schedule.save()).unwrap();
        assert_eq!(again.places(12), schedule.places(12));
        assert!(Schedule::new(Scheduler::Shares, vec![1.0]).restore(&schedule.save()).is_err());
    }

    #[test]
    fn two_of_three_share_a_batch_and_shares_do_not_count() {
        let mut schedule = Schedule::new(Scheduler::Ucb1 { active: 2, exploration: 0.0 }, vec![0.1, 5.0, 1.0]);
        assert_eq!(told(&mut schedule, [3, 0, 0]), [6, 6, 0]);
        assert_eq!(told(&mut schedule, [3, 0, 0]), [6, 0, 6]);
    }
}
