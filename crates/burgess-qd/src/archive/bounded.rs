//! An archive that leaves out candidates with a descriptor outside its range, and is the archive within it in all else.

use super::slots::Slots;
use super::spec::{Axis, OutOfRange};
use super::view::{Archive, Elites, Placement};
use crate::solution::{Evaluated, Solution};
use anyhow::Result;
use burgess_core::rng::Stream;
use std::borrow::Cow;

/// An archive with bounds.
pub struct Bounded<S: Solution> {
    archive: Box<dyn Archive<S>>,
    axes: Vec<Axis>,
}

impl<S: Solution> std::fmt::Debug for Bounded<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bounded").field("axes", &self.axes).finish_non_exhaustive()
    }
}

impl<S: Solution> Bounded<S> {
    /// An archive with the bounds that an experiment asks for: the archive itself where it takes all.
    pub fn over(archive: Box<dyn Archive<S>>, axes: &[Axis], rule: OutOfRange) -> Box<dyn Archive<S>> {
        match rule {
            OutOfRange::Clip => archive,
            OutOfRange::LeaveOut => Box::new(Self { archive, axes: axes.to_vec() }),
        }
    }
}

impl<S: Solution> Elites<S> for Bounded<S> {
    fn slots(&self) -> &Slots<S> {
        self.archive.slots()
    }

    fn incumbent(&self, descriptors: &[f32], age: u32) -> Option<&Evaluated<S>> {
        self.archive.incumbent(descriptors, age)
    }

    fn admits(&self, descriptors: &[f32]) -> bool {
        Axis::all_hold(&self.axes, descriptors)
    }

    fn slots_per_cell(&self) -> usize {
        self.archive.slots_per_cell()
    }

    fn cell_count(&self) -> usize {
        self.archive.cell_count()
    }

    fn best_of_cells(&self) -> Cow<'_, [usize]> {
        self.archive.best_of_cells()
    }

    fn sample(&self, stream: &mut Stream) -> Option<&Evaluated<S>> {
        self.archive.sample(stream)
    }
}

impl<S: Solution> Archive<S> for Bounded<S> {
    fn insert(&mut self, batch: &[Evaluated<S>]) -> Vec<Placement> {
        // What is not finite is for the archive to refuse.
        let admitted: Vec<bool> =
            batch.iter().map(|candidate| !candidate.is_finite() || self.admits(&candidate.descriptors)).collect();
        if admitted.iter().all(|&admitted| admitted) {
            return self.archive.insert(batch);
        }
        // Archives without cells look at a batch as a whole, so what is admitted is offered together.
        let within: Vec<Evaluated<S>> = batch
            .iter()
            .zip(&admitted)
            .filter(|(_, admitted)| **admitted)
            .map(|(candidate, _)| candidate.clone())
            .collect();
        let mut placements = self.archive.insert(&within).into_iter();
        let place = |admitted| if admitted { placements.next() } else { None };
        admitted.into_iter().map(place).map(|placement| placement.unwrap_or(Placement::OutOfRange)).collect()
    }

    fn take_changed(&mut self) -> Vec<usize> {
        self.archive.take_changed()
    }

    fn save(&self) -> Vec<u8> {
        self.archive.save()
    }

    fn restore(&mut self, elites: Vec<(usize, Evaluated<S>)>, state: &[u8]) -> Result<()> {
        self.archive.restore(elites, state)
    }
}
