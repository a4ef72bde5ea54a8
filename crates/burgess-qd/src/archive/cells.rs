//! Archives that divide the space of descriptors into cells, and the rule by which a newcomer takes one.
//!
//! Without a soft threshold (MAP-Elites, Mouret and Clune 2015) a newcomer has to beat the elite of its cell. With one (CMA-MAE,
//! Fontaine and Nikolaidis 2023, "Covariance Matrix Adaptation MAP-Annealing") it has to exceed the cell's acceptance threshold,
//! which then moves part of the way to its reward: emitters are told of an improvement as long as the threshold lags behind, and
//! so stay longer where rewards are flat. The elite is the best ever seen in its cell all the same. Candidates count one after the
//! other, as in the paper; its library moves thresholds once a batch.

use super::layers::AgeLayers;
use super::slots::Slots;
use super::view::{Archive, Elites, Placement};
use crate::bytes::{f64_bytes, f64s};
use crate::solution::{Evaluated, Solution};
use anyhow::{Context, Result, ensure};
use rayon::prelude::*;

/// A division of the space of descriptors into numbered cells.
pub trait Partition: Send + Sync {
    /// Number of cells.
    fn cell_count(&self) -> usize;

    /// Number of descriptors.
    fn dims(&self) -> usize;

    /// The cell of finite descriptors; what lies outside the ranges counts to the nearest cell.
    fn cell_of(&self, descriptors: &[f32]) -> usize;

    /// Smallest batch whose cells are worth looking up on several threads.
    fn parallel_from(&self) -> usize;
}

/// What a newcomer's reward must exceed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Part of the way to an accepted reward that the threshold of its cell goes, 0 to 1.
    pub learning_rate: f64,
    /// Threshold of a cell that has accepted no one yet; none accepts any reward, which needs a learning rate of 1.
    pub min: Option<f64>,
}

impl Default for Threshold {
    /// The reward of the cell's elite.
    fn default() -> Self {
        Self { learning_rate: 1.0, min: None }
    }
}

/// An archive that keeps the best elite of each cell of a partition, in each of its age layers. All that is said of cells here holds for
/// each layer by itself.
#[derive(Clone, Debug)]
pub struct CellArchive<S: Solution, P> {
    partition: P,
    slots: Slots<S>,
    layers: AgeLayers,
    rule: Threshold,
    /// Thresholds of the cells where they are not the elites' rewards: with a learning rate below 1.
    thresholds: Vec<f64>,
}

impl<S: Solution, P: Partition> CellArchive<S, P> {
    /// An empty archive where the elite of a cell is its threshold.
    pub fn over(partition: P) -> Self {
        Self::with_layers(partition, Threshold::default(), AgeLayers::default())
    }

    /// An empty archive with thresholds of its own.
    pub fn with_thresholds(partition: P, rule: Threshold) -> Self {
        Self::with_layers(partition, rule, AgeLayers::default())
    }

    /// An empty archive with thresholds of its own, in layers.
    pub fn with_layers(partition: P, rule: Threshold, layers: AgeLayers) -> Self {
        let slots = Slots::new(partition.cell_count() * layers.count());
        let mut archive = Self { slots, partition, layers, rule, thresholds: Vec::new() };
        if rule.learning_rate < 1.0 {
            archive.thresholds = vec![archive.lowest(); archive.slots.count()];
        }
        archive
    }

    /// What a reward must exceed to be accepted in a cell; negative infinity where anything is.
    pub fn threshold(&self, cell: usize) -> f64 {
        let reward = self.slots.reward(cell);
        match self.thresholds.get(cell) {
            Some(&threshold) => threshold,
            None if reward.is_nan() => self.lowest(),
            None => reward.into(),
        }
    }

    fn lowest(&self) -> f64 {
        self.rule.min.unwrap_or(f64::NEG_INFINITY)
    }

    /// The cell, in its layer, that an elite belongs to, if it may go in at all.
    fn cell_of(&self, elite: &Evaluated<S>) -> Option<usize> {
        elite.is_finite().then(|| self.slot_of(&elite.descriptors, elite.age))
    }

    fn slot_of(&self, descriptors: &[f32], age: u32) -> usize {
        self.layers.of(age) * self.partition.cell_count() + self.partition.cell_of(descriptors)
    }

    fn offer(&mut self, elite: &Evaluated<S>, cell: Option<usize>) -> Placement {
        let Some(cell) = cell else { return Placement::NotFinite };
        let (reward, threshold) = (f64::from(elite.reward), self.threshold(cell));
        let improvement = if threshold.is_finite() { reward - threshold } else { reward };
        if reward <= threshold {
            return Placement::Kept { improvement };
        }
        if let Some(threshold) = self.thresholds.get_mut(cell) {
            let rate = self.rule.learning_rate;
            // Rounding must not take it past either end.
            *threshold = ((1.0 - rate) * *threshold + rate * reward).clamp(*threshold, reward);
        }
        let incumbent = self.slots.reward(cell);
        if elite.reward <= incumbent {
            return Placement::Accepted { improvement };
        }
        self.slots.put(cell, elite);
        if incumbent.is_nan() {
            Placement::New { cell, improvement }
        } else {
            Placement::Improved { cell, improvement }
        }
    }
}

impl<S: Solution, P: Partition> Elites<S> for CellArchive<S, P> {
    fn slots(&self) -> &Slots<S> {
        &self.slots
    }

    fn incumbent(&self, descriptors: &[f32], age: u32) -> Option<&Evaluated<S>> {
        self.slots.get(self.slot_of(descriptors, age))
    }

    fn layers(&self) -> usize {
        self.layers.count()
    }
}

impl<S: Solution, P: Partition> Archive<S> for CellArchive<S, P> {
    fn insert(&mut self, batch: &[Evaluated<S>]) -> Vec<Placement> {
        let placements = if batch.len() < self.partition.parallel_from() {
            batch.iter().map(|elite| self.offer(elite, self.cell_of(elite))).collect()
        } else {
            // Cells are looked up all at once; only who takes them depends on the order.
            let cells: Vec<Option<usize>> = batch.par_iter().map(|elite| self.cell_of(elite)).collect();
            batch.iter().zip(cells).map(|(elite, cell)| self.offer(elite, cell)).collect()
        };
        self.slots.settle();
        placements
    }

    fn take_changed(&mut self) -> Vec<usize> {
        self.slots.take_changed()
    }

    /// The thresholds of the taken cells, in their order, where they are not the elites' rewards.
    fn save(&self) -> Vec<u8> {
        match self.thresholds.is_empty() {
            true => Vec::new(),
            false => f64_bytes(&self.slots.taken().iter().map(|&cell| self.thresholds[cell]).collect::<Vec<_>>()),
        }
    }

    fn restore(&mut self, elites: Vec<(usize, Evaluated<S>)>, state: &[u8]) -> Result<()> {
        self.slots.refill(elites, self.partition.dims())?;
        for (cell, elite) in self.elites() {
            ensure!(self.cell_of(elite) == Some(cell), "elite {} is not of cell {cell}", elite.id);
        }
        let thresholds = f64s(state).context("the archive's thresholds are damaged")?;
        let expected = if self.thresholds.is_empty() { 0 } else { self.slots.len() };
        let found = thresholds.len();
        ensure!(found == expected, "the archive has {found} thresholds where there should be {expected}");
        let lowest = self.lowest();
        self.thresholds.fill(lowest);
        for (&cell, threshold) in self.slots.taken().iter().zip(thresholds) {
            let reward = f64::from(self.slots.reward(cell));
            let fits = (lowest..=reward).contains(&threshold);
            ensure!(fits, "the threshold of cell {cell} must be from {lowest} to its elite's {reward}, is {threshold}");
            self.thresholds[cell] = threshold;
        }
        Ok(())
    }
}
