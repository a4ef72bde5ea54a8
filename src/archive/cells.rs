//! Archives that divide the space of descriptors into cells, and the rule by which a newcomer takes one.

use super::{Archive, Elite, Placement};
use crate::rng::Stream;

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
    /// The cells that hold an elite, ascending: a sample by place in this list depends on what is in the archive only.
    occupied: Vec<usize>,
}

impl<P: Partition> CellArchive<P> {
    /// An empty archive.
    pub fn over(partition: P) -> Self {
        Self { occupants: vec![None; partition.cell_count()], occupied: Vec::new(), partition }
    }

    fn offer(&mut self, elite: &Elite) -> Placement {
        if !elite.is_finite() {
            return Placement::NotFinite;
        }
        let cell = self.partition.cell_of(&elite.descriptors);
        match &mut self.occupants[cell] {
            empty @ None => {
                *empty = Some(Box::new(elite.clone()));
                self.occupied.push(cell);
                Placement::New { cell }
            }
            Some(incumbent) if elite.reward > incumbent.reward => {
                let previous = incumbent.reward;
                **incumbent = elite.clone();
                Placement::Improved { cell, previous }
            }
            Some(incumbent) => Placement::Kept { cell, incumbent: incumbent.reward },
        }
    }
}

impl<P: Partition> Archive for CellArchive<P> {
    fn insert(&mut self, batch: &[Elite]) -> Vec<Placement> {
        let placements = batch.iter().map(|elite| self.offer(elite)).collect();
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

    fn elites(&self) -> Box<dyn Iterator<Item = (usize, &Elite)> + '_> {
        Box::new(self.occupied.iter().filter_map(|&cell| Some((cell, self.get(cell)?))))
    }

    fn sample(&self, stream: &mut Stream) -> Option<&Elite> {
        if self.occupied.is_empty() {
            return None;
        }
        self.get(self.occupied[stream.below(self.occupied.len())])
    }
}
