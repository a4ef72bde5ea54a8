//! What an archive offers: to those who only look at it ([`Elites`]), and to the loop that fills it ([`Archive`]).

use super::slots::Slots;
use crate::solution::{Evaluated, Solution};
use burgess_core::rng::Stream;
use std::borrow::Cow;

/// What became of a candidate that was offered to an archive, and by how much it exceeds what it had to.
///
/// The *improvement* is what CMA-ME (Fontaine et al. 2020) and CMA-MAE rank by: reward less the acceptance threshold of the
/// candidate's cell; reward itself where nothing had to be exceeded. In archives without fixed cells the threshold is the reward
/// of the elite that it had to beat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Placement {
    /// It is the first in its cell.
    New {
        /// The cell.
        cell: usize,
        /// Reward less threshold.
        improvement: f64,
    },
    /// It had to beat an elite, and did.
    Improved {
        /// The cell.
        cell: usize,
        /// Reward less threshold.
        improvement: f64,
    },
    /// It exceeds a soft threshold, and has raised it, but the elite of the cell is as good or better and stays.
    Accepted {
        /// Reward less threshold; above zero.
        improvement: f64,
    },
    /// It was turned down.
    Kept {
        /// Reward less threshold; below zero or zero.
        improvement: f64,
    },
    /// Reward or a descriptor is not finite.
    NotFinite,
    /// A descriptor lies outside its range, and the archive leaves such candidates out.
    OutOfRange,
}

impl Placement {
    /// The cell that the candidate took, if it got in.
    pub fn entered(&self) -> Option<usize> {
        match *self {
            Placement::New { cell, .. } | Placement::Improved { cell, .. } => Some(cell),
            Placement::Accepted { .. } | Placement::Kept { .. } | Placement::NotFinite | Placement::OutOfRange => None,
        }
    }

    /// Reward less threshold; negative infinity for what can never go in, so that it ranks last.
    pub fn improvement(&self) -> f64 {
        match *self {
            Placement::New { improvement, .. }
            | Placement::Improved { improvement, .. }
            | Placement::Accepted { improvement }
            | Placement::Kept { improvement } => improvement,
            Placement::NotFinite | Placement::OutOfRange => f64::NEG_INFINITY,
        }
    }

    /// The first key of two-stage ranking: 2 for the first in its cell, 1 for what exceeds a threshold otherwise, 0 for the rest.
    pub fn stage(&self) -> u8 {
        match self {
            Placement::New { .. } => 2,
            Placement::Improved { .. } | Placement::Accepted { .. } => 1,
            Placement::Kept { .. } | Placement::NotFinite | Placement::OutOfRange => 0,
        }
    }
}

/// A read-only view of elites in numbered cells, at most one elite a cell: all that emitters see of an archive.
pub trait Elites<S: Solution>: Send + Sync {
    /// The cells and their contents.
    fn slots(&self) -> &Slots<S>;

    /// The elite that a newcomer with these finite descriptors and this age would have to beat to be the best of its cell (in its layer), if
    /// there is one.
    fn incumbent(&self, descriptors: &[f32], age: u32) -> Option<&Evaluated<S>>;

    /// Whether a newcomer with these finite descriptors may go in at all.
    fn admits(&self, _descriptors: &[f32]) -> bool {
        true
    }

    /// Most elites that a cell can hold: one for each of its niches in each age layer. Slot `s` is of cell `s % cell_count()`.
    fn slots_per_cell(&self) -> usize {
        1
    }

    /// Number of cells, empty or not. A cell counts once, however many elites it can hold.
    fn cell_count(&self) -> usize {
        self.slots().count() / self.slots_per_cell()
    }

    /// Slots of the elites that an archive is judged by, in the order of the cells: the best of each cell; of equals the one in the lowest
    /// slot.
    fn best_of_cells(&self) -> Cow<'_, [usize]> {
        let slots = self.slots();
        if self.slots_per_cell() == 1 {
            return Cow::Borrowed(slots.taken());
        }
        let cells = self.cell_count();
        let mut best: Vec<Option<usize>> = vec![None; cells];
        for &slot in slots.taken() {
            let cell = &mut best[slot % cells];
            if cell.is_none_or(|other| slots.reward(slot) > slots.reward(other)) {
                *cell = Some(slot);
            }
        }
        best.into_iter().flatten().collect()
    }

    /// Number of elites.
    fn len(&self) -> usize {
        self.slots().len()
    }

    /// Whether there is no elite yet.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elite of a cell.
    fn get(&self, cell: usize) -> Option<&Evaluated<S>> {
        self.slots().get(cell)
    }

    /// All elites with their cells, in the order of the cells.
    fn elites(&self) -> Box<dyn Iterator<Item = (usize, &Evaluated<S>)> + '_> {
        let slots = self.slots();
        Box::new(slots.taken().iter().filter_map(|&cell| Some((cell, slots.get(cell)?))))
    }

    /// A random elite: each with the same probability, or each kind where the archive keeps kinds apart. An empty archive gives `None` and
    /// does not advance the stream.
    fn sample(&self, stream: &mut Stream) -> Option<&Evaluated<S>> {
        self.slots().sample(stream)
    }

    /// The cell and elite of greatest reward; of equals, the one in the lowest cell.
    fn best(&self) -> Option<(usize, &Evaluated<S>)> {
        self.elites().reduce(|best, other| if other.1.reward > best.1.reward { other } else { best })
    }
}

/// A collection of elites that takes in evaluated candidates.
pub trait Archive<S: Solution>: Elites<S> {
    /// Offers a batch, in candidate order. Returns one placement for each candidate, in the same order.
    fn insert(&mut self, batch: &[Evaluated<S>]) -> Vec<Placement>;

    /// The cells whose elite came, changed or left since the last call, ascending. Restored elites do not count as changed.
    fn take_changed(&mut self) -> Vec<usize>;

    /// The exact state beside the elites and their cells; empty for most archives.
    fn save(&self) -> Vec<u8>;

    /// Takes back elites with their cells, and what [`Archive::save`] returned at the same moment. The archive then goes on as the one
    /// that they come from would have.
    ///
    /// # Errors
    ///
    /// When they do not belong together or to this archive; the archive must not be used any more then.
    fn restore(&mut self, elites: Vec<(usize, Evaluated<S>)>, state: &[u8]) -> anyhow::Result<()>;
}
