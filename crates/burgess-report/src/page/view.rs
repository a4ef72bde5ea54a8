//! What a page is made from: plain values that know neither stores nor experiments.

use super::recording::Recording;
use crate::views::{EliteView, RunView};
use burgess_physics::laws::terrain::Terrain;

/// A page about one run, or about several of which the first one's archive is shown.
#[derive(Clone, Debug)]
pub struct PageView {
    /// The runs; at least one. The archive of the first one is shown, except for its elites, which stand in `elites`.
    pub runs: Vec<PageRun>,
    /// All elites of the first run.
    pub elites: Vec<PageElite>,
    /// Names of the emitters, by their number.
    pub emitters: Vec<String>,
    /// Names of the body plans, by their number; empty if there are no bodies.
    pub families: Vec<String>,
    /// The reward's terms with their unit and weight.
    pub terms: Vec<TermView>,
    /// The ground; `None` if there are no bodies.
    pub terrain: Option<Terrain<f64>>,
    /// In how many environments elites were judged; recordings are of the first.
    pub environments: usize,
    /// The text of the first run's experiment file.
    pub experiment: String,
    /// Who made the first run: for each part of it, names and values.
    pub provenance: Vec<Vec<(String, String)>>,
    /// What a reader should know about the recordings, one sentence or several each.
    pub notes: Vec<String>,
}

/// One run.
#[derive(Clone, Debug)]
pub struct PageRun {
    /// Name of its folder.
    pub folder: String,
    /// Its course, and its archive.
    pub view: RunView,
    /// For each generation, the share of refined candidates that were accepted as refined; NaN if none was refined.
    pub accepted: Vec<f64>,
}

/// One elite.
#[derive(Clone, Debug)]
pub struct PageElite {
    /// Its number.
    pub id: u64,
    /// Cell, reward and descriptors.
    pub view: EliteView,
    /// Whether it is the best elite of its cell, which the map shows.
    pub is_best: bool,
    /// Generation in which it was made, from 0.
    pub generation: u64,
    /// Place in the batch of that generation, from 0.
    pub candidate: u32,
    /// Number of its emitter.
    pub emitter: u32,
    /// Its parents, also those that are no longer in the archive.
    pub parents: Vec<ParentView>,
    /// Generations of ancestors of the same body plan.
    pub age: u32,
    /// Its body; `None` if it has none.
    pub body: Option<BodyView>,
    /// The best run of its motion; `None` if it was not recorded.
    pub recording: Option<Recording>,
    /// Genes of its body and its brain, as a line of text for each.
    pub genes: Vec<String>,
}

/// Facts of a body.
#[derive(Clone, Copy, Debug)]
pub struct BodyView {
    /// Number of its body plan.
    pub family: usize,
    /// Number of links.
    pub links: u32,
    /// Mass (kg).
    pub mass: f64,
    /// Twice the horizontal distance of the furthest contact point from the base (m).
    pub span: f64,
}

/// A parent of an elite.
#[derive(Clone, Debug)]
pub struct ParentView {
    /// Its number.
    pub id: u64,
    /// Generation in which it was made.
    pub generation: u64,
    /// Place in the batch of that generation.
    pub candidate: u32,
    /// What differs in the child, one phrase each; `None` if the parent is no longer there to be compared.
    pub changes: Option<Vec<String>>,
}

/// A term of the reward.
#[derive(Clone, Debug)]
pub struct TermView {
    /// Name.
    pub name: String,
    /// Unit of what it gives without its weight.
    pub unit: String,
    /// Its weight.
    pub weight: f64,
}
