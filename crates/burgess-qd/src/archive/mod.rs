//! Archives: what a run keeps of everything it has tried.
//!
//! MAP-Elites (Mouret and Clune 2015, "Illuminating search spaces by mapping elites") divides the space of descriptors into
//! cells and keeps the best candidate of each. [`Grid`] divides by bins, [`Cvt`] by the Voronoi regions of centroids.
//! [`Unstructured`] and [`DominatedNovelty`] have no regions: their cells are numbered places for elites, which can leave. All of them
//! implement [`Elites`], the read-only view that emitters and metrics use, and [`Archive`], which takes candidates in. `docs/archives.md` has the rules.
//!
//! Rules that every archive here keeps, so that a run is reproducible to the bit:
//!
//! - candidates count in their order; a tie of rewards keeps the incumbent;
//! - the best reward ever seen never leaves;
//! - a candidate whose reward or a descriptor is not finite never goes in;
//! - an elite stays in its cell as long as it stays, and of free cells the lowest is taken first;
//! - elites are visited in the order of their cells, and a sample depends on what is in the archive, never on its history.

mod bounded;
mod cells;
mod cloud;
mod cvt;
mod dominated;
mod grid;
mod kd_tree;
mod lanes;
mod layers;
mod passive;
mod preference;
mod scale;
mod scores;
mod slots;
mod spec;
mod thinning;
mod unstructured;
mod view;

pub use bounded::Bounded;
pub use cells::{CellArchive, Partition, Threshold};
pub use cvt::{Centroids, Cvt, Voronoi};
pub use dominated::DominatedNovelty;
pub use grid::{Bins, Grid};
pub use layers::{AgeLayers, best_of_cells};
pub use passive::{PassiveGrid, PassiveScores};
pub use preference::Preferring;
pub use scores::Scores;
pub use slots::Slots;
pub use spec::{ArchiveSpec, Axis, OutOfRange, Parents, Protection, Topologies};
pub use unstructured::Unstructured;
pub use view::{Archive, Elites, Placement};

use crate::solution::Solution;

/// The empty archive that a specification asks for; only grids and CVT archives have age layers and `niches`, so many a cell, while samples of
/// all go by kinds where there are any. A CVT archive takes the given centroids, or fits them now, from the seed (seconds for 10,000 cells).
pub fn build<S: Solution>(
    spec: &ArchiveSpec,
    protection: Option<&Protection>,
    niches: Option<usize>,
    axes: &[Axis],
    centroids: Option<Centroids>,
    seed: u64,
) -> BuiltArchive<S> {
    let layers = AgeLayers::new(protection);
    match *spec {
        ArchiveSpec::Grid { learning_rate, threshold_min, .. } => {
            let rule = Threshold { learning_rate, min: threshold_min };
            let archive = Grid::with_layers(Bins::new(axes), rule, layers, niches);
            BuiltArchive { archive: Box::new(archive), centroids: None }
        }
        ArchiveSpec::Cvt { cells, samples, learning_rate, threshold_min, .. } => {
            let rule = Threshold { learning_rate, min: threshold_min };
            let centroids = centroids.unwrap_or_else(|| Centroids::fit(cells, samples, axes.len(), seed));
            let archive = Cvt::with_layers(Voronoi::new(axes, &centroids), rule, layers, niches);
            BuiltArchive { archive: Box::new(archive), centroids: Some(centroids) }
        }
        ArchiveSpec::Unstructured { size, neighbours, .. } => {
            let archive = Unstructured::new(axes, size, neighbours);
            let archive = if niches.is_some() { archive.by_kind() } else { archive };
            BuiltArchive { archive: Box::new(archive), centroids: None }
        }
        ArchiveSpec::DominatedNovelty { size, neighbours, .. } => {
            let archive = DominatedNovelty::new(axes, size, neighbours);
            let archive = if niches.is_some() { archive.by_kind() } else { archive };
            BuiltArchive { archive: Box::new(archive), centroids: None }
        }
    }
}

/// What [`build`] returns.
pub struct BuiltArchive<S: Solution> {
    /// The archive, empty.
    pub archive: Box<dyn Archive<S>>,
    /// The centroids of a CVT archive, to be stored with it.
    pub centroids: Option<Centroids>,
}

impl<S: Solution> std::fmt::Debug for BuiltArchive<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BuiltArchive").field("cells", &self.archive.cell_count()).finish_non_exhaustive()
    }
}
