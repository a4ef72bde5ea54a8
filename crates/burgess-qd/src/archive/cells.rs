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

/// An archive that keeps the best elite of each cell of a partition, in each of its age layers and niches. All that is said of cells here
/// holds for each layer by itself.
///
/// A cell has *niches*, usually one. Elites of one cell are of different kinds ([`Solution::kind`]), so that a kind competes with itself
/// first: a newcomer has to beat the elite of its own kind, if the cell has one. Else it takes a free niche, or has to beat the worst elite
/// of the cell. The best of a cell never leaves but for a better one.
#[derive(Clone, Debug)]
pub struct CellArchive<S: Solution, P> {
    partition: P,
    slots: Slots<S>,
    layers: AgeLayers,
    /// Elites of different kinds that a cell keeps in a layer.
    niches: usize,
    rule: Threshold,
    /// Thresholds of the cells where they are not the elites' rewards: with a learning rate below 1.
    thresholds: Vec<f64>,
}

impl<S: Solution, P: Partition> CellArchive<S, P> {
    /// An empty archive where the elite of a cell is its threshold.
    pub fn over(partition: P) -> Self {
        Self::with_thresholds(partition, Threshold::default())
    }

    /// An empty archive with thresholds of its own.
    pub fn with_thresholds(partition: P, rule: Threshold) -> Self {
        Self::with_layers(partition, rule, AgeLayers::default(), None)
    }

    /// An empty archive with thresholds of its own, in layers, with so many niches a cell, at least one, and samples that go by kinds; or
    /// without regard to kinds.
    pub fn with_layers(partition: P, rule: Threshold, layers: AgeLayers, niches: Option<usize>) -> Self {
        let count = partition.cell_count() * layers.count() * niches.unwrap_or(1);
        let slots = if niches.is_some() { Slots::by_kind(count) } else { Slots::new(count) };
        let niches = niches.unwrap_or(1);
        let mut archive = Self { slots, partition, layers, niches, rule, thresholds: Vec::new() };
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

    /// The first niche, in its layer, of the cell that an elite belongs to, if it may go in at all.
    fn first_niche_of(&self, elite: &Evaluated<S>) -> Option<usize> {
        elite.is_finite().then(|| self.first_niche(&elite.descriptors, elite.age))
    }

    fn first_niche(&self, descriptors: &[f32], age: u32) -> usize {
        self.layers.of(age) * self.niches * self.partition.cell_count() + self.partition.cell_of(descriptors)
    }

    /// The slots of all niches of a cell in a layer.
    fn niches_from(&self, first: usize) -> impl Iterator<Item = usize> + Clone {
        let cells = self.partition.cell_count();
        (0..self.niches).map(move |niche| first + niche * cells)
    }

    /// The niche that a newcomer competes for: that of its kind, else the first free one, else that of the least reward, of equals the first.
    fn niche_for(&self, first: usize, kind: &[u8]) -> usize {
        let niches = self.niches_from(first);
        let is_own = |&slot: &usize| self.slots.get(slot).is_some_and(|elite| S::kind(&elite.traits) == kind);
        let own = niches.clone().find(is_own);
        let free = || niches.clone().find(|&slot| self.slots.get(slot).is_none());
        let worst = || niches.clone().min_by(|&a, &b| self.slots.reward(a).total_cmp(&self.slots.reward(b)));
        own.or_else(free).or_else(worst).unwrap_or(first)
    }

    fn offer(&mut self, elite: &Evaluated<S>, first_niche: Option<usize>) -> Placement {
        let Some(first) = first_niche else { return Placement::NotFinite };
        let cell = self.niche_for(first, S::kind(&elite.traits));
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
        let elites = self.niches_from(self.first_niche(descriptors, age)).filter_map(|slot| self.slots.get(slot));
        elites.reduce(|best, other| if other.reward > best.reward { other } else { best })
    }

    fn slots_per_cell(&self) -> usize {
        self.layers.count() * self.niches
    }
}

impl<S: Solution, P: Partition> Archive<S> for CellArchive<S, P> {
    fn insert(&mut self, batch: &[Evaluated<S>]) -> Vec<Placement> {
        let placements = if batch.len() < self.partition.parallel_from() {
            batch.iter().map(|elite| self.offer(elite, self.first_niche_of(elite))).collect()
        } else {
            // Cells are looked up all at once; only who takes them depends on the order.
            let cells: Vec<Option<usize>> = batch.par_iter().map(|elite| self.first_niche_of(elite)).collect();
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
            let own = self.first_niche_of(elite).map(|first| self.niche_for(first, S::kind(&elite.traits)));
            ensure!(own == Some(cell), "elite {} is not of cell {cell}", elite.id);
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
