//! Archives: what a run keeps of everything it has tried.
//!
//! MAP-Elites (Mouret and Clune 2015, "Illuminating search spaces by mapping elites") divides the space of descriptors into
//! cells and keeps the best candidate of each. [`Grid`] divides by bins, [`Cvt`] by the Voronoi regions of centroids.
//! [`Unstructured`] and [`DominatedNovelty`] have no regions: their cells are numbered places for elites, which can leave. All
//! stand behind [`Archive`], which is all that emitters, metrics, the store and the plots know. `docs/archives.md` has the rules.
//!
//! Rules that every archive here keeps, so that a run is reproducible to the bit:
//!
//! - candidates count in their order; a tie of rewards keeps the incumbent;
//! - the best reward ever seen never leaves;
//! - a candidate whose reward or a descriptor is not finite never goes in;
//! - an elite stays in its cell as long as it stays, and of free cells the lowest is taken first;
//! - elites are visited in the order of their cells, and a sample depends on what is in the archive, never on its history.

mod cells;
mod cloud;
mod cvt;
mod diversity;
mod dominated;
mod encode;
mod grid;
pub mod hash;
mod kd_tree;
mod lanes;
mod layers;
pub mod metrics;
mod passive;
mod preference;
mod scale;
mod slots;
pub mod store;
mod thinning;
mod unstructured;

pub use cells::{CellArchive, Partition, Threshold};
pub use cvt::{Centroids, Cvt, Voronoi};
pub use diversity::BodyDiversity;
pub use dominated::DominatedNovelty;
pub use grid::{Bins, Grid};
pub use layers::{AgeLayers, best_of_cells};
pub use passive::{PassiveGrid, PassiveScores};
pub use preference::Preferring;
pub use slots::Slots;
pub use unstructured::Unstructured;

use crate::experiment::{ArchiveSpec, DescriptorSpec, Protection};
use crate::genome::Genome;
use crate::growth::Physique;
use burgess_core::rng::Stream;
use burgess_physics::experience::Experience;
use burgess_physics::laws::descriptor::Descriptor;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// Who a candidate descends from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Generations of ancestors since its body's topology last changed: see [`AgeLayers`].
    pub body_age: u32,
    /// What gradient steps did for it.
    pub refinement: Refinement,
    /// The genes that earned its reward, where they are not its own: what a Baldwinian learned in its life.
    pub learned: Option<Genome>,
    /// What encoders see of it, where dimensions are learned.
    pub seen: Option<Arc<Seen>>,
}

/// What an encoder makes descriptors of, again and again: whenever it has learned, all elites are encoded anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// What it felt like.
    pub experience: Experience,
    /// Reward of the task alone: an archive may see surprise in it.
    pub earned: f32,
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
}

impl Placement {
    /// The cell that the candidate took, if it got in.
    pub fn entered(&self) -> Option<usize> {
        match *self {
            Placement::New { cell, .. } | Placement::Improved { cell, .. } => Some(cell),
            Placement::Accepted { .. } | Placement::Kept { .. } | Placement::NotFinite => None,
        }
    }

    /// Reward less threshold; negative infinity for what is not finite, so that it ranks last.
    pub fn improvement(&self) -> f64 {
        match *self {
            Placement::New { improvement, .. }
            | Placement::Improved { improvement, .. }
            | Placement::Accepted { improvement }
            | Placement::Kept { improvement } => improvement,
            Placement::NotFinite => f64::NEG_INFINITY,
        }
    }

    /// The first key of two-stage ranking: 2 for the first in its cell, 1 for what exceeds a threshold otherwise, 0 for the rest.
    pub fn stage(&self) -> u8 {
        match self {
            Placement::New { .. } => 2,
            Placement::Improved { .. } | Placement::Accepted { .. } => 1,
            Placement::Kept { .. } | Placement::NotFinite => 0,
        }
    }
}

/// A collection of elites in numbered cells, at most one a cell.
pub trait Archive: Send + Sync {
    /// Offers a batch, in candidate order. One placement a candidate comes back, in the same order.
    fn insert(&mut self, batch: &[Elite]) -> Vec<Placement>;

    /// The cells and what is in them.
    fn slots(&self) -> &Slots;

    /// The cells whose elite came, changed or left since the last call, ascending. What has been restored has not changed.
    fn take_changed(&mut self) -> Vec<usize>;

    /// The elite that a newcomer with these finite descriptors and this body age would have to beat, if there is one.
    fn incumbent(&self, descriptors: &[f32], body_age: u32) -> Option<&Elite>;

    /// All that it knows beside the elites and their cells, exactly; nothing for most.
    fn save(&self) -> Vec<u8>;

    /// Takes back elites with their cells, and what [`Archive::save`] gave at the same moment. It then goes on as the archive that
    /// they come from would have.
    ///
    /// # Errors
    ///
    /// When they do not belong together or to this archive; it must not be used further then.
    fn restore(&mut self, elites: Vec<(usize, Elite)>, state: &[u8]) -> anyhow::Result<()>;

    /// Layers in which each cell is there; cell `c` of layer `l` is number `l * cell_count() + c` of the slots.
    fn layers(&self) -> usize {
        1
    }

    /// Number of cells, empty or not; each counts once, in however many layers it is there.
    fn cell_count(&self) -> usize {
        self.slots().count() / self.layers()
    }

    /// Slots of the elites that an archive is judged by: the best of each cell over all layers (of equals the youngest layer's), in the
    /// order of the cells.
    fn best_of_cells(&self) -> Cow<'_, [usize]> {
        let slots = self.slots();
        if self.layers() == 1 {
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
    fn get(&self, cell: usize) -> Option<&Elite> {
        self.slots().get(cell)
    }

    /// All elites with their cells, in the order of the cells.
    fn elites(&self) -> Box<dyn Iterator<Item = (usize, &Elite)> + '_> {
        let slots = self.slots();
        Box::new(slots.taken().iter().filter_map(|&cell| Some((cell, slots.get(cell)?))))
    }

    /// An elite, each with the same probability; none from an empty archive, and then the stream is not advanced.
    fn sample(&self, stream: &mut Stream) -> Option<&Elite> {
        let slots = self.slots();
        match slots.taken() {
            [] => None,
            taken => slots.get(taken[stream.below(taken.len())]),
        }
    }

    /// The cell and elite of greatest reward; of equals, the one in the lowest cell.
    fn best(&self) -> Option<(usize, &Elite)> {
        self.elites().reduce(|best, other| if other.1.reward > best.1.reward { other } else { best })
    }
}

/// The empty archive that an experiment asks for; only those of given cells have layers. A CVT archive takes the centroids that the run has stored, or fits them
/// now (seconds for 10,000 cells).
pub fn build(
    spec: &ArchiveSpec,
    protection: Option<&Protection>,
    descriptors: &[DescriptorSpec],
    centroids: Option<Centroids>,
    seed: u64,
) -> BuiltArchive {
    let layers = AgeLayers::new(protection);
    match *spec {
        ArchiveSpec::Grid { learning_rate, threshold_min, .. } => {
            let rule = Threshold { learning_rate, min: threshold_min };
            let archive = Grid::with_layers(Bins::new(descriptors), rule, layers);
            BuiltArchive { archive: Box::new(archive), centroids: None }
        }
        ArchiveSpec::Cvt { cells, samples, learning_rate, threshold_min, .. } => {
            let rule = Threshold { learning_rate, min: threshold_min };
            let centroids = centroids.unwrap_or_else(|| Centroids::fit(cells, samples, descriptors.len(), seed));
            let archive = Cvt::with_layers(Voronoi::new(descriptors, &centroids), rule, layers);
            BuiltArchive { archive: Box::new(archive), centroids: Some(centroids) }
        }
        ArchiveSpec::Unstructured { size, neighbours, .. } => {
            BuiltArchive { archive: Box::new(Unstructured::new(descriptors, size, neighbours)), centroids: None }
        }
        ArchiveSpec::DominatedNovelty { size, neighbours, .. } => {
            BuiltArchive { archive: Box::new(DominatedNovelty::new(descriptors, size, neighbours)), centroids: None }
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
        ArchiveSpec::Grid { qd_offset, .. }
        | ArchiveSpec::Cvt { qd_offset, .. }
        | ArchiveSpec::Unstructured { qd_offset, .. }
        | ArchiveSpec::DominatedNovelty { qd_offset, .. } => qd_offset,
    }
}
