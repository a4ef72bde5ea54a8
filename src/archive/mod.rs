//! Archives: what a run keeps of everything it has tried.
//!
//! MAP-Elites (Mouret and Clune 2015, "Illuminating search spaces by mapping elites") divides the space of descriptors into
//! cells and keeps the best candidate of each. [`Grid`] divides by bins, [`Cvt`] by the Voronoi regions of centroids; both
//! stand behind [`Archive`], which is all that emitters, metrics, the store and the plots know.
//!
//! Rules that every archive here keeps, so that a run is reproducible to the bit:
//!
//! - a batch goes in in candidate order, one after the other;
//! - a newcomer takes a cell when its reward is greater than the incumbent's; a tie keeps the incumbent;
//! - a candidate whose reward or a descriptor is not finite never goes in;
//! - descriptors outside their range count to the nearest cell;
//! - elites are visited in the order of their cells, and a sample depends on what is in the archive, never on its history.

mod cells;
mod cvt;
mod diversity;
mod encode;
mod grid;
pub mod hash;
mod kd_tree;
pub mod metrics;
pub mod store;

pub use cells::{CellArchive, Partition};
pub use cvt::{Centroids, Cvt, Voronoi};
pub use diversity::BodyDiversity;
pub use grid::{Bins, Grid};

use crate::creature::Physique;
use crate::experiment::{ArchiveSpec, DescriptorSpec};
use crate::genome::Genome;
use crate::laws::descriptor::Descriptor;
use crate::rng::Stream;

/// Who a candidate descends from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The parent's number.
    pub id: u64,
    /// Generation in which the parent was made.
    pub generation: u64,
    /// The parent's place in the batch of that generation.
    pub candidate: u32,
}

/// What gradient steps did for a candidate, and how far they can be trusted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Refinement {
    /// Whether it took gradient steps.
    pub refined: bool,
    /// Reward after the steps less the reward before, over the full episode, also where the steps were turned down; 0 for what took
    /// none or diverged.
    pub gain: f32,
    /// Agreement of the improvement that gradients predicted with the actual one, -1 to 1; inherited by what took no steps.
    pub trust: f32,
}

impl Default for Refinement {
    /// Of a candidate of an experiment that refines nothing.
    fn default() -> Self {
        Self { refined: false, gain: 0.0, trust: 1.0 }
    }
}

impl Refinement {
    /// All descriptors of an archive: those of the episode, in order, with those that come from refinement in their places.
    pub fn join(&self, specs: &[DescriptorSpec], of_episode: &[f32]) -> Vec<f32> {
        let mut of_episode = of_episode.iter();
        let value = |spec: &DescriptorSpec| match spec.kind {
            Descriptor::RefinementGain => self.gain,
            Descriptor::GradientTrust => self.trust,
            _ => of_episode.next().copied().unwrap_or(f32::NAN),
        };
        specs.iter().map(value).collect()
    }
}

/// A simulated candidate with all that is known of it; an elite once an archive holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Elite {
    /// Number of the evaluation that made it, counted over the run from 0.
    pub id: u64,
    /// Body and brain.
    pub genome: Genome,
    /// Sum of the weighted reward terms; NaN when the simulation diverged.
    pub reward: f32,
    /// One value a dimension of the archive, in the units of the descriptors.
    pub descriptors: Vec<f32>,
    /// None for a candidate made from a seed morphology, one after mutation, two after a line step or crossover.
    pub parents: Vec<Parent>,
    /// Generation in which it was made, from 0.
    pub generation: u64,
    /// Place in the batch of that generation, from 0.
    pub candidate: u32,
    /// Place of its emitter in the experiment's list, from 0.
    pub emitter: u32,
    /// Number of links of its body.
    pub links: u32,
    /// Total mass of its body (kg).
    pub mass: f64,
    /// What tells its body from others.
    pub physique: Physique,
    /// What gradient steps did for it.
    pub refinement: Refinement,
    /// The genes that earned its reward, where they are not its own: what a Baldwinian learned in its life.
    pub learned: Option<Genome>,
}

impl Elite {
    /// The genes that its reward and descriptors belong to.
    pub fn expressed(&self) -> &Genome {
        self.learned.as_ref().unwrap_or(&self.genome)
    }

    /// This elite as the parent of another.
    pub fn as_parent(&self) -> Parent {
        Parent { id: self.id, generation: self.generation, candidate: self.candidate }
    }

    /// Whether reward and descriptors are all finite; what is not never enters an archive.
    pub fn is_finite(&self) -> bool {
        self.reward.is_finite() && self.descriptors.iter().all(|d| d.is_finite())
    }
}

/// What became of a candidate that was offered to an archive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Placement {
    /// It is the first in its cell.
    New {
        /// The cell.
        cell: usize,
    },
    /// It replaced an elite.
    Improved {
        /// The cell.
        cell: usize,
        /// Reward of the elite that it replaced.
        previous: f32,
    },
    /// The incumbent is as good or better.
    Kept {
        /// The cell.
        cell: usize,
        /// Reward of the incumbent.
        incumbent: f32,
    },
    /// Reward or a descriptor is not finite.
    NotFinite,
}

impl Placement {
    /// The cell that the candidate now occupies, if it got in.
    pub fn entered(&self) -> Option<usize> {
        match *self {
            Placement::New { cell } | Placement::Improved { cell, .. } => Some(cell),
            Placement::Kept { .. } | Placement::NotFinite => None,
        }
    }
}

/// A collection of elites, at most one a cell.
pub trait Archive: Send + Sync {
    /// Offers a batch, in candidate order. One placement a candidate comes back, in the same order.
    fn insert(&mut self, batch: &[Elite]) -> Vec<Placement>;

    /// Number of cells, empty or not.
    fn cell_count(&self) -> usize;

    /// Number of elites.
    fn len(&self) -> usize;

    /// The elite of a cell.
    fn get(&self, cell: usize) -> Option<&Elite>;

    /// The elite of the cell that finite descriptors belong to.
    fn incumbent(&self, descriptors: &[f32]) -> Option<&Elite>;

    /// All elites with their cells, in the order of the cells.
    fn elites(&self) -> Box<dyn Iterator<Item = (usize, &Elite)> + '_>;

    /// The rewards of all elites, in the order of the cells.
    fn rewards(&self) -> Box<dyn Iterator<Item = f32> + '_>;

    /// An elite, each with the same probability; none from an empty archive, and then the stream is not advanced.
    fn sample(&self, stream: &mut Stream) -> Option<&Elite>;

    /// Whether there is no elite yet.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cell and elite of greatest reward; of equals, the one in the lowest cell.
    fn best(&self) -> Option<(usize, &Elite)> {
        self.elites().reduce(|best, other| if other.1.reward > best.1.reward { other } else { best })
    }
}

/// The empty archive that an experiment asks for. A CVT archive takes the centroids that the run has stored, or fits them
/// now (seconds for 10,000 cells).
pub fn build(
    spec: &ArchiveSpec,
    descriptors: &[DescriptorSpec],
    centroids: Option<Centroids>,
    seed: u64,
) -> BuiltArchive {
    match *spec {
        ArchiveSpec::Grid { .. } => {
            BuiltArchive { archive: Box::new(Grid::over(Bins::new(descriptors))), centroids: None }
        }
        ArchiveSpec::Cvt { cells, samples, .. } => {
            let centroids = centroids.unwrap_or_else(|| Centroids::fit(cells, samples, descriptors.len(), seed));
            BuiltArchive {
                archive: Box::new(Cvt::over(Voronoi::new(descriptors, &centroids))),
                centroids: Some(centroids),
            }
        }
    }
}

/// What [`build`] gives.
pub struct BuiltArchive {
    /// The archive, empty.
    pub archive: Box<dyn Archive>,
    /// The centroids of a CVT archive, for the store.
    pub centroids: Option<Centroids>,
}

/// Subtracted from each elite's reward in the QD-score.
pub fn qd_offset(spec: &ArchiveSpec) -> f64 {
    match *spec {
        ArchiveSpec::Grid { qd_offset } | ArchiveSpec::Cvt { qd_offset, .. } => qd_offset,
    }
}
