//! Archives that divide the space of descriptors into cells, and the rule by which a newcomer takes one.

use super::{Archive, Elite, Placement};
use crate::rng::Stream;
use rayon::prelude::*;

/// A division of the space of descriptors into numbered cells.
pub trait Partition: Send + Sync {
    /// Number of cells.
    fn cell_count(&self) -> usize;

    /// The cell of finite descriptors; what lies outside the ranges counts to the nearest cell.
    fn cell_of(&self, descriptors: &[f32]) -> usize;
}

/// An archive that keeps the best elite of each cell of a partition.
#[derive(Clone, Debug)]
pub struct CellArchive<P> {
    partition: P,
    occupants: Vec<Option<Box<Elite>>>,
    /// The occupants' rewards, side by side: most candidates are turned down by their reward alone, and scores need no more.
    rewards: Vec<f32>,
    /// The cells that hold an elite, ascending: a sample by place in this list depends on what is in the archive only.
    occupied: Vec<usize>,
}

impl<P: Partition> CellArchive<P> {
    /// An empty archive.
    pub fn over(partition: P) -> Self {
        let cells = partition.cell_count();
        Self { occupants: vec![None; cells], rewards: vec![f32::NAN; cells], occupied: Vec::new(), partition }
    }

    /// The cell that an elite belongs to, if it may go in at all.
    fn cell_of(&self, elite: &Elite) -> Option<usize> {
        elite.is_finite().then(|| self.partition.cell_of(&elite.descriptors))
    }

    fn offer(&mut self, elite: &Elite, cell: Option<usize>) -> Placement {
        let Some(cell) = cell else { return Placement::NotFinite };
        match &mut self.occupants[cell] {
            empty @ None => {
                *empty = Some(Box::new(elite.clone()));
                self.rewards[cell] = elite.reward;
                self.occupied.push(cell);
                Placement::New { cell }
            }
            Some(incumbent) if elite.reward > self.rewards[cell] => {
                **incumbent = elite.clone();
                let previous = std::mem::replace(&mut self.rewards[cell], elite.reward);
                Placement::Improved { cell, previous }
            }
            Some(_) => Placement::Kept { cell, incumbent: self.rewards[cell] },
        }
    }
}

impl<P: Partition> Archive for CellArchive<P> {
    fn insert(&mut self, batch: &[Elite]) -> Vec<Placement> {
        // Cells are looked up all at once; only who takes them depends on the order.
        let cells: Vec<Option<usize>> = batch.par_iter().map(|elite| self.cell_of(elite)).collect();
        let placements = batch.iter().zip(cells).map(|(elite, cell)| self.offer(elite, cell)).collect();
        // Newly taken cells stand behind an ascending run, which the standard sort takes whole.
        self.occupied.sort();
        placements
    }

    fn cell_count(&self) -> usize {
        self.occupants.len()
    }

    fn len(&self) -> usize {
        self.occupied.len()
    }

    fn get(&self, cell: usize) -> Option<&Elite> {
        self.occupants.get(cell)?.as_deref()
    }

    fn incumbent(&self, descriptors: &[f32]) -> Option<&Elite> {
        self.get(self.partition.cell_of(descriptors))
    }

    fn elites(&self) -> Box<dyn Iterator<Item = (usize, &Elite)> + '_> {
        Box::new(self.occupied.iter().filter_map(|&cell| Some((cell, self.get(cell)?))))
    }

    fn rewards(&self) -> Box<dyn Iterator<Item = f32> + '_> {
        Box::new(self.occupied.iter().map(|&cell| self.rewards[cell]))
    }

    fn sample(&self, stream: &mut Stream) -> Option<&Elite> {
        if self.occupied.is_empty() {
            return None;
        }
        self.get(self.occupied[stream.below(self.occupied.len())])
    }
}
