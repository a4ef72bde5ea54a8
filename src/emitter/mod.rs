//! Emitters: where candidates come from.
//!
//! An emitter is asked for one candidate at a time, each with a random stream of its own, and is told what became of its
//! candidates after the whole batch has been simulated. Between the two it must not change, so a batch is asked for in
//! parallel and still comes out the same. A run has a list of emitters that share each batch in stated proportions
//! ([`batch`]). Emitters know genomes only through [`SearchSpace`].
//!
//! An emitter that learns (its `tell` changes it) also saves and restores what it has learned; the run stores that with each
//! generation. `docs/how-to-emitter.md` adds an emitter in ten lines.

pub mod ahead;
pub mod batch;
mod crossover;
mod gaussian;
mod iso_line;
mod random;
mod space;

pub use space::{Rejection, SearchSpace};

use crate::archive::{Archive, Elite, Placement};
use crate::experiment::{EmitterKind, EmitterSpec};
use crate::genome::Genome;
use crate::rng::Stream;

/// What an emitter may look at when it makes a candidate.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The archive before the batch.
    pub archive: &'a dyn Archive,
    /// How genomes vary.
    pub space: &'a dyn SearchSpace,
}

/// A candidate, not yet compiled.
#[derive(Clone, Debug)]
pub struct Proposal<'a> {
    /// Body and brain.
    pub genome: Genome,
    /// The elites it was made from: none, one or two.
    pub parents: Vec<&'a Elite>,
}

impl Proposal<'_> {
    /// A candidate without parents: a seed morphology, varied, with a random brain.
    pub fn random(space: &dyn SearchSpace, sigma: f64, stream: &mut Stream) -> Self {
        Self { genome: space.random(sigma, stream), parents: Vec::new() }
    }
}

/// A source of candidates.
pub trait Emitter: Send + Sync {
    /// Makes a candidate. It may be asked for again on the same stream when the body turns out invalid. While the archive is empty
    /// every emitter acts as a random one, with its own step size.
    fn ask<'a>(&self, ask: Ask<'a>, stream: &mut Stream) -> Proposal<'a>;

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

/// What became of an emitter's candidates; both lists are in the order of asking.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The candidates with their rewards and descriptors, NaN where the simulation diverged.
    pub candidates: &'a [Elite],
    /// Where they went in the archive.
    pub placements: &'a [Placement],
}

/// The emitters of an experiment, in its order.
pub fn build(specs: &[EmitterSpec]) -> Vec<Box<dyn Emitter>> {
    specs.iter().map(|spec| build_one(&spec.kind)).collect()
}

fn build_one(kind: &EmitterKind) -> Box<dyn Emitter> {
    match *kind {
        EmitterKind::Random { sigma } => Box::new(random::Random { sigma }),
        EmitterKind::Gaussian { sigma, structure } => Box::new(gaussian::Gaussian { sigma, structure }),
        EmitterKind::IsoLine { iso, line, structure } => Box::new(iso_line::IsoLine { iso, line, structure }),
        EmitterKind::Crossover { sigma } => Box::new(crossover::Crossover { sigma }),
    }
}

/// The emitter's name, for tables.
pub fn name(kind: &EmitterKind) -> &'static str {
    match kind {
        EmitterKind::Random { .. } => "random",
        EmitterKind::Gaussian { .. } => "gaussian",
        EmitterKind::IsoLine { .. } => "iso+line",
        EmitterKind::Crossover { .. } => "crossover",
    }
}
