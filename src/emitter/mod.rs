//! Emitters: where candidates come from.
//!
//! An emitter is asked for one candidate at a time, each with a random stream of its own, and is told what became of its
//! candidates after the whole batch has been simulated. Between the two it must not change, so a batch is asked for in
//! parallel and still comes out the same. A run has a list of emitters that share each batch as a [`schedule`] says.
//! Emitters know genomes only through [`SearchSpace`]; those that work with vectors see them through a [`chart`].
//!
//! A generation has these parts for an emitter: `prepare`; `anchors` and `learn`, if it follows gradients; `ask`, once a candidate;
//! `tell`. An emitter that learns (its `tell` changes it) also saves and restores what it has learned; the run stores that with
//! its generations. `docs/how-to-emitter.md` adds an emitter in ten lines.

pub mod ahead;
pub mod batch;
mod branch;
pub mod chart;
pub mod cma;
mod cma_me;
mod cma_mega;
mod crossover;
mod gaussian;
mod goals;
mod iso_line;
mod omg_mega;
mod random;
pub mod ranking;
pub mod schedule;
mod space;

pub use space::{Rejection, SearchSpace};

use crate::archive::{Archive, Elite, Parent, Placement};
use crate::experiment::{DescriptorSpec, EmitterKind, EmitterSpec, RefinedGenes};
use crate::genome::Genome;
use crate::growth::Topology;
use anyhow::Context as _;
use burgess_core::rng::Stream;
use chart::Chart;
use ranking::{Entry, Ranked};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What an emitter may look at when it makes a candidate.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The archive before the batch.
    pub archive: &'a dyn Archive,
    /// How genomes vary.
    pub space: &'a dyn SearchSpace,
    /// The candidate's place among the emitter's own, from 0.
    pub place: usize,
    /// How many places the emitter has in the batch.
    pub places: usize,
}

/// What an emitter may look at before a generation.
#[derive(Clone, Copy)]
pub struct Prepare<'a> {
    /// The archive before the batch.
    pub archive: &'a dyn Archive,
    /// How genomes vary.
    pub space: &'a dyn SearchSpace,
    /// How many places the emitter has in the batch.
    pub places: usize,
}

impl Prepare<'_> {
    /// A chart around a random elite, or around a seed while there is none.
    pub fn chart(&self, genes: RefinedGenes, stream: &mut Stream) -> Chart {
        match self.archive.sample(stream) {
            Some(elite) => Chart::around(elite, genes),
            None => Chart::at(self.space.seed(stream), None, genes),
        }
    }
}

/// What children take over from an elite beside genes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Lineage {
    /// Who it is.
    pub parent: Parent,
    /// How far gradients can be trusted for it.
    pub trust: f32,
    /// Generations of ancestors since its body's topology last changed.
    pub body_age: u32,
}

impl From<&Elite> for Lineage {
    fn from(elite: &Elite) -> Self {
        Self { parent: elite.as_parent(), trust: elite.refinement.trust, body_age: elite.body_age }
    }
}

/// An elite that a candidate was made from. The elite may have left the archive since.
#[derive(Clone, Copy, Debug)]
pub struct Ancestor<'a> {
    /// What the candidate takes over.
    pub lineage: Lineage,
    /// Its genes.
    pub genome: &'a Genome,
    /// Its body's tree; none where the candidate is known to have the same.
    pub topology: Option<&'a Topology>,
}

impl Ancestor<'_> {
    /// The body age of a child with a tree: a change of the tree begins anew.
    pub fn age_of_child(&self, topology: &Topology) -> u32 {
        let same = self.topology.is_none_or(|own| own == topology);
        if same { self.lineage.body_age.saturating_add(1) } else { 0 }
    }
}

impl<'a> From<&'a Elite> for Ancestor<'a> {
    fn from(elite: &'a Elite) -> Self {
        Self { lineage: elite.into(), genome: &elite.genome, topology: Some(&elite.physique.topology) }
    }
}

/// A candidate, not yet compiled.
#[derive(Clone, Debug)]
pub struct Proposal<'a> {
    /// Body and brain.
    pub genome: Genome,
    /// The elites it was made from: none, one or two.
    pub parents: Vec<Ancestor<'a>>,
    /// What an emitter wants to be told again with the candidate; nothing for most.
    pub coefficients: Vec<f64>,
}

impl<'a> Proposal<'a> {
    /// A candidate made of elites.
    pub fn of(genome: Genome, parents: impl IntoIterator<Item = &'a Elite>) -> Self {
        Self { genome, parents: parents.into_iter().map(Ancestor::from).collect(), coefficients: Vec::new() }
    }

    /// A candidate without parents: a seed morphology, varied, with a random brain.
    pub fn random(space: &dyn SearchSpace, sigma: f64, stream: &mut Stream) -> Self {
        Self::of(space.random(sigma, stream), [])
    }
}

/// An elite or a solution of which the gradients were asked for.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// Its genes.
    pub genome: Genome,
    /// Where it comes from.
    pub lineage: Option<Lineage>,
    /// By each gene, in the order of parameters: of the reward, then of each descriptor that has a gradient, or of the one that the emitter
    /// follows there; none where the simulation diverged.
    pub gradients: Option<Vec<Vec<f64>>>,
}

/// A source of candidates.
pub trait Emitter: Send + Sync {
    /// Before each generation in which it has places.
    fn prepare(&mut self, _prepare: Prepare<'_>, _stream: &mut Stream) {}

    /// How many of its first places are *anchors*, whose gradients it wants to know before it is asked for the others. Anchors must not
    /// depend on what `learn` is given.
    fn anchors(&self, _ask: &Ask<'_>) -> usize {
        0
    }

    /// The only gradient that the anchor of this place is wanted for: 0 is the reward's, the others are those of the descriptors that
    /// have one. None stands for all of them.
    fn follows(&self, _place: usize) -> Option<usize> {
        None
    }

    /// Learns the gradients of its anchors, in their order; it has so many places.
    fn learn(&mut self, _anchors: Vec<Anchor>, _space: &dyn SearchSpace, _places: usize) {}

    /// Makes a candidate. It may be asked for again on the same stream when the body turns out invalid. While the archive is empty
    /// every emitter without a state of its own acts as a random one, with its own step size.
    fn ask<'a>(&'a self, ask: Ask<'a>, stream: &mut Stream) -> Proposal<'a>;

    /// Learns from what became of its candidates, given in the order in which they were asked for.
    fn tell(&mut self, _told: Told<'_>) {}

    /// Whether `tell` changes it. Emitters whose `save` is slow say so themselves.
    fn learns(&self) -> bool {
        !self.save().is_empty()
    }

    /// What it has learned, exactly; nothing for an emitter that does not learn.
    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Takes back what [`Emitter::save`] gave.
    fn restore(&mut self, _saved: &[u8]) -> anyhow::Result<()> {
        Ok(())
    }
}

/// What became of an emitter's candidates; all lists are in the order of asking.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// How genomes vary.
    pub space: &'a dyn SearchSpace,
    /// The candidates with their rewards and descriptors, NaN where the simulation diverged.
    pub candidates: &'a [Elite],
    /// Where they went in the archive.
    pub placements: &'a [Placement],
    /// What came with their proposals.
    pub coefficients: &'a [Vec<f64>],
}

/// What something has learned, exactly; plain data in the postcard format.
fn saved<T: Serialize>(state: &T) -> Vec<u8> {
    postcard::to_stdvec(state).expect("what is learned is plain data")
}

/// Takes back what [`saved`] gave; `whose` names it in the error when that is damaged.
fn restored<T: DeserializeOwned>(bytes: &[u8], whose: &str) -> anyhow::Result<T> {
    postcard::from_bytes(bytes).with_context(|| format!("the state of {whose} is damaged"))
}

/// Candidates as evolution strategies rank them.
fn ranked<'a>(candidates: &'a [Elite], placements: &[Placement]) -> Vec<Ranked<'a>> {
    let one = |(elite, placement): (&'a Elite, &Placement)| Ranked {
        entry: match placement.stage() {
            0 => Entry::Rejected,
            1 => Entry::Improved,
            _ => Entry::New,
        },
        improvement: placement.improvement(),
        reward: f64::from(elite.reward),
        descriptors: &elite.descriptors,
    };
    candidates.iter().zip(placements).map(one).collect()
}

/// The emitters of an experiment, in its order; `descriptors` are the archive's.
pub fn build(specs: &[EmitterSpec], descriptors: &[DescriptorSpec]) -> Vec<Box<dyn Emitter>> {
    specs.iter().map(|spec| build_one(&spec.kind, descriptors)).collect()
}

fn build_one(kind: &EmitterKind, descriptors: &[DescriptorSpec]) -> Box<dyn Emitter> {
    let ranges: Vec<(f64, f64)> = descriptors.iter().map(|spec| spec.range).collect();
    match *kind {
        EmitterKind::Random { sigma } => Box::new(random::Random { sigma }),
        EmitterKind::Gaussian { sigma, structure } => Box::new(gaussian::Gaussian { sigma, structure }),
        EmitterKind::IsoLine { iso, line, structure } => Box::new(iso_line::IsoLine { iso, line, structure }),
        EmitterKind::Crossover { sigma } => Box::new(crossover::Crossover { sigma }),
        EmitterKind::CmaMe { sigma, ranking: ranker, selection, restart, conventions, genes } => {
            Box::new(cma_me::CmaMe { sigma, ranker, selection, restart, conventions, genes, ranges, state: None })
        }
        EmitterKind::OmgMega { sigma, genes } => Box::new(omg_mega::OmgMega { sigma, genes, stems: Vec::new() }),
        EmitterKind::CmaMega { sigma, optimiser, rate, ranking: ranker, selection, restart, conventions, genes } => {
            let (state, branches) = (None, None);
            Box::new(cma_mega::CmaMega {
                sigma,
                optimiser,
                rate,
                ranker,
                selection,
                restart,
                conventions,
                genes,
                ranges,
                state,
                branches,
            })
        }
        EmitterKind::Goals { steps, draws, neighbours, upward, optimiser, rate, genes } => {
            // Gradients are the reward's, then those of the descriptors that have one.
            let mut gradients = 1..;
            let mut dimension = |spec: &DescriptorSpec| {
                let gradient = spec.kind.has_gradient().then(|| gradients.next()).flatten();
                goals::Dimension { range: spec.range, gradient }
            };
            let dimensions = descriptors.iter().map(&mut dimension).collect();
            let (climbers, slopes) = (Vec::new(), Vec::new());
            Box::new(goals::Goals {
                steps,
                draws,
                neighbours,
                upward,
                optimiser,
                rate,
                genes,
                dimensions,
                climbers,
                slopes,
            })
        }
    }
}

/// The emitter's name, for tables.
pub fn name(kind: &EmitterKind) -> &'static str {
    match kind {
        EmitterKind::Random { .. } => "random",
        EmitterKind::Gaussian { .. } => "gaussian",
        EmitterKind::IsoLine { .. } => "iso+line",
        EmitterKind::Crossover { .. } => "crossover",
        EmitterKind::CmaMe { .. } => "CMA-ME",
        EmitterKind::OmgMega { .. } => "OMG-MEGA",
        EmitterKind::CmaMega { .. } => "CMA-MEGA",
        EmitterKind::Goals { .. } => "goals",
    }
}
