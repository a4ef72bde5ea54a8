//! What an experiment says of archives.

use serde::{Deserialize, Serialize};

/// One dimension of an archive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// The descriptors' values that span the archive, lower end first.
    pub range: (f64, f64),
    /// Cells along this dimension in a grid.
    pub bins: usize,
}

impl Axis {
    /// Whether a value lies within the range; its ends do.
    pub fn holds(&self, value: f32) -> bool {
        (self.range.0..=self.range.1).contains(&f64::from(value))
    }

    /// Whether each descriptor lies within the range of its axis.
    pub fn all_hold(axes: &[Self], descriptors: &[f32]) -> bool {
        axes.iter().zip(descriptors).all(|(axis, &value)| axis.holds(value))
    }
}

/// What becomes of a candidate with a descriptor outside its range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutOfRange {
    /// It counts to the nearest cell, so that the last cells also hold what is far outside. In an archive without given cells, where
    /// distances are measured in units of the ranges, it is just farther away.
    #[default]
    Clip,
    /// It does not go into the archive.
    LeaveOut,
}

/// The kind of archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum ArchiveSpec {
    /// One cell for each combination of bins (Mouret and Clune 2015).
    Grid {
        /// Subtracted from each elite's reward in the QD-score; set it to the lowest reward that counts: elites below it lower the score.
        #[serde(default)]
        qd_offset: f64,
        /// Part of the way to an accepted reward that the acceptance threshold of its cell goes, 0 to 1 (Fontaine and Nikolaidis 2023);
        /// at 1 it is the reward of the cell's elite.
        #[serde(default = "one")]
        learning_rate: f64,
        /// Threshold of an empty cell; none accepts any reward, which needs a learning rate of 1.
        #[serde(default)]
        threshold_min: Option<f64>,
    },
    /// Cells are the Voronoi regions of centroids spread over the ranges (Vassiliades et al. 2018).
    Cvt {
        /// Number of cells.
        cells: usize,
        /// Random points that the centroids are fitted to.
        #[serde(default = "default_samples")]
        samples: usize,
        /// As in `Grid`.
        #[serde(default)]
        qd_offset: f64,
        /// As in `Grid`.
        #[serde(default = "one")]
        learning_rate: f64,
        /// As in `Grid`.
        #[serde(default)]
        threshold_min: Option<f64>,
    },
    /// No cells are given: elites keep a distance from each other, which is steered to their number (Grillotti and Cully 2022).
    Unstructured {
        /// Most elites.
        size: usize,
        /// Elites that novelty is measured by, below `size`.
        #[serde(default = "default_neighbours")]
        neighbours: usize,
        /// As in `Grid`.
        #[serde(default)]
        qd_offset: f64,
    },
    /// Those that are far from what is fitter (Bahlous-Boldi et al. 2025).
    DominatedNovelty {
        /// Number of elites.
        size: usize,
        /// Fitter elites that the distance is measured to.
        #[serde(default = "default_fitter_neighbours")]
        neighbours: usize,
        /// As in `Grid`.
        #[serde(default)]
        qd_offset: f64,
    },
}

/// How bodies that have just changed are kept from competing with old ones (`docs/bodies.md`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Protection {
    /// Each cell of the archive keeps one elite for each layer of body ages: below the first of these, below the second, and so on, and
    /// from the last. A body's age is the number of generations of ancestors since its topology last changed.
    AgeLayers(Vec<u32>),
}

/// How topologies of bodies are kept from crowding each other out (`docs/bodies.md`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Topologies {
    /// `Niches(4)` where bodies evolve, and `Alike` where they do not. An archive without given cells has no niches: there parents alone go by
    /// topology.
    #[default]
    Auto,
    /// Not at all: the best of each cell stays whatever its topology, and elites become parents as `parents` says.
    Alike,
    /// Each cell of the archive keeps the best elites of so many different topologies, and where `parents` is `Uniform`, each topology has
    /// about the same probability to become a parent, however many elites it has.
    Niches(usize),
}

/// Which elites become parents, for emitters that sample the archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Parents {
    /// Each with the same probability, or each topology (see `topologies`).
    #[default]
    Uniform,
    /// The best of some elites drawn at random, by a blend of their ranks among all elites in reward and in novelty, the mean distance to
    /// the nearest others (Lehman and Stanley 2011).
    Tournament {
        /// Elites that are drawn.
        #[serde(default = "default_tournament")]
        size: usize,
        /// Weight of novelty, 0 (reward only) to 1 (novelty only).
        #[serde(default = "default_novelty")]
        novelty: f64,
        /// Elites that novelty is measured by.
        #[serde(default = "default_neighbours")]
        neighbours: usize,
    },
}

impl ArchiveSpec {
    /// What is subtracted from each elite's reward in the QD-score.
    pub fn qd_offset(&self) -> f64 {
        match *self {
            Self::Grid { qd_offset, .. }
            | Self::Cvt { qd_offset, .. }
            | Self::Unstructured { qd_offset, .. }
            | Self::DominatedNovelty { qd_offset, .. } => qd_offset,
        }
    }
}

fn default_samples() -> usize {
    50_000
}
fn default_tournament() -> usize {
    2
}
fn default_novelty() -> f64 {
    0.5
}
fn default_neighbours() -> usize {
    15
}
fn default_fitter_neighbours() -> usize {
    3
}
fn one() -> f64 {
    1.0
}
