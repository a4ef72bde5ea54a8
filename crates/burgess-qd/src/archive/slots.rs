//! The numbered cells of an archive and their contents: what archives of every kind share.
//!
//! Beside the elites it keeps their rewards side by side (most candidates are turned down by their reward alone, and scores need no
//! more), the cells that are taken in ascending order (so that a sample depends on what is in the archive only), and which cells
//! have changed since someone last asked (which is all that a store has to write).

use crate::solution::{Evaluated, Solution};
use anyhow::{Result, ensure};
use burgess_core::rng::Stream;
use std::collections::HashMap;

/// Elites that are drawn for one sample where each kind is to have the same probability, before one is taken as it comes. With so many,
/// kinds that hold less than a thirtieth of the elites each are preferred in full.
const DRAWS: usize = 32;

/// Cells, each empty or with an elite.
#[derive(Clone, Debug)]
pub struct Slots<S: Solution> {
    elites: Vec<Option<Box<Evaluated<S>>>>,
    /// NaN where there is no elite.
    rewards: Vec<f32>,
    /// The cells that hold an elite; ascending once [`Slots::settle`] was called.
    taken: Vec<usize>,
    /// How many of these are in order, from the first on.
    ordered: usize,
    /// Whether cells were emptied since then.
    thinned: bool,
    /// The cells that changed, in any order, each once.
    changed: Vec<usize>,
    is_changed: Vec<bool>,
    /// Number of elites of each kind, where samples go by kinds.
    kinds: Option<HashMap<Box<[u8]>, usize>>,
}

impl<S: Solution> Slots<S> {
    /// So many empty cells.
    pub fn new(count: usize) -> Self {
        Self {
            elites: vec![None; count],
            rewards: vec![f32::NAN; count],
            taken: Vec::new(),
            ordered: 0,
            thinned: false,
            changed: Vec::new(),
            is_changed: vec![false; count],
            kinds: None,
        }
    }

    /// So many empty cells, of which each kind of elites is sampled with about the same probability.
    pub fn by_kind(count: usize) -> Self {
        Self { kinds: Some(HashMap::new()), ..Self::new(count) }
    }

    /// Number of cells, empty or not.
    pub fn count(&self) -> usize {
        self.elites.len()
    }

    /// Number of elites.
    pub fn len(&self) -> usize {
        self.taken.len()
    }

    /// Whether there is no elite.
    pub fn is_empty(&self) -> bool {
        self.taken.is_empty()
    }

    /// The cells that hold an elite, ascending.
    pub fn taken(&self) -> &[usize] {
        &self.taken
    }

    /// The elite of a cell.
    pub fn get(&self, cell: usize) -> Option<&Evaluated<S>> {
        self.elites.get(cell)?.as_deref()
    }

    /// The reward of a cell's elite; NaN where there is none.
    pub fn reward(&self, cell: usize) -> f32 {
        self.rewards[cell]
    }

    /// A random elite: each with the same probability, or by kinds each kind, and of one kind each elite. An empty archive gives `None` and
    /// does not advance the stream.
    ///
    /// By kinds, elites are drawn alike until one is taken, with a probability of one over the number of its kind. So a sample changes
    /// with its own kind only, and candidates that were asked for ahead mostly stand although other kinds came or went.
    pub(super) fn sample(&self, stream: &mut Stream) -> Option<&Evaluated<S>> {
        if self.taken.is_empty() {
            return None;
        }
        let draw = |stream: &mut Stream| self.get(self.taken[stream.below(self.taken.len())]);
        if let Some(kinds) = &self.kinds {
            for _ in 0..DRAWS {
                let elite = draw(stream)?;
                if stream.chance(1.0 / kinds[S::kind(&elite.traits)] as f64) {
                    return Some(elite);
                }
            }
        }
        draw(stream)
    }

    /// Gives a cell to an elite; the elite that held it leaves.
    pub(super) fn put(&mut self, cell: usize, elite: &Evaluated<S>) {
        self.count_out(cell);
        self.count_in(elite);
        match &mut self.elites[cell] {
            Some(incumbent) => **incumbent = elite.clone(),
            empty => {
                *empty = Some(Box::new(elite.clone()));
                self.taken.push(cell);
            }
        }
        self.rewards[cell] = elite.reward;
        self.mark(cell);
    }

    /// Empties a cell.
    pub(super) fn remove(&mut self, cell: usize) {
        self.count_out(cell);
        if self.elites[cell].take().is_some() {
            self.rewards[cell] = f32::NAN;
            self.thinned = true;
            self.mark(cell);
        }
    }

    /// Brings the list of taken cells in order after a batch.
    pub(super) fn settle(&mut self) {
        if std::mem::take(&mut self.thinned) {
            self.taken.retain(|&cell| self.elites[cell].is_some());
            // A cell that was emptied and taken again stands there twice.
            self.taken.sort_unstable();
            self.taken.dedup();
        } else if self.ordered < self.taken.len() {
            self.merge_new();
        }
        self.ordered = self.taken.len();
    }

    /// Merges the newly taken cells, which stand behind the others, from the end.
    fn merge_new(&mut self) {
        let mut new = self.taken.split_off(self.ordered);
        new.sort_unstable();
        let (mut old, mut place) = (self.ordered, self.ordered + new.len());
        self.taken.resize(place, 0);
        while let Some(&last) = new.last() {
            place -= 1;
            if old > 0 && self.taken[old - 1] > last {
                old -= 1;
                self.taken[place] = self.taken[old];
            } else {
                self.taken[place] = last;
                new.pop();
            }
        }
    }

    /// The cells that got another elite, or lost theirs, since the last call; ascending.
    pub(super) fn take_changed(&mut self) -> Vec<usize> {
        let mut changed = std::mem::take(&mut self.changed);
        changed.iter().for_each(|&cell| self.is_changed[cell] = false);
        changed.sort_unstable();
        changed
    }

    /// Puts back elites that were stored with their cells; none of them counts as changed.
    ///
    /// # Errors
    ///
    /// When a cell is not there or taken twice, or an elite's numbers are not finite, or not one for each of `dims` descriptors.
    pub(super) fn refill(&mut self, elites: Vec<(usize, Evaluated<S>)>, dims: usize) -> Result<()> {
        let kinds = self.kinds.as_ref().map(|_| HashMap::new());
        *self = Self { kinds, ..Self::new(self.count()) };
        for (cell, elite) in elites {
            let (id, count, values) = (elite.id, self.count(), elite.descriptors.len());
            ensure!(cell < count, "elite {id} is of cell {cell}, and there are {count}");
            ensure!(values == dims, "elite {id} has {values} descriptors where there are {dims}");
            ensure!(elite.is_finite(), "elite {id} has a reward or descriptor that is not finite");
            ensure!(self.elites[cell].is_none(), "cell {cell} is taken twice, the second time by elite {id}");
            self.count_in(&elite);
            self.rewards[cell] = elite.reward;
            self.elites[cell] = Some(Box::new(elite));
            self.taken.push(cell);
        }
        self.settle();
        Ok(())
    }

    fn count_in(&mut self, elite: &Evaluated<S>) {
        if let Some(kinds) = &mut self.kinds {
            *kinds.entry(S::kind(&elite.traits).into()).or_default() += 1;
        }
    }

    fn count_out(&mut self, cell: usize) {
        if let (Some(kinds), Some(elite)) = (&mut self.kinds, &self.elites[cell]) {
            let kind = S::kind(&elite.traits);
            match kinds.get_mut(kind) {
                Some(count) if *count > 1 => *count -= 1,
                _ => drop(kinds.remove(kind)),
            }
        }
    }

    fn mark(&mut self, cell: usize) {
        if !std::mem::replace(&mut self.is_changed[cell], true) {
            self.changed.push(cell);
        }
    }
}
