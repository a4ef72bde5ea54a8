//! A batch: how emitters share it, and how each place in it is filled with a body that compiles.

use super::{Ask, Emitter, Proposal, SearchSpace};
use crate::archive::{Archive, Parent};
use crate::experiment::EmitterSpec;
use crate::genome::Genome;
use crate::growth::Physique;
use anyhow::Context;
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::model::Candidate;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

/// How often an emitter is asked for a candidate whose body compiles. After that the place goes to the last proposal's first
/// parent unvaried, or to a seed morphology with a random brain.
pub const ATTEMPTS: usize = 20;

/// A candidate that compiles, and what is known of it before it is simulated.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Body and brain.
    pub genome: Genome,
    /// The elites it was made from.
    pub parents: Vec<Parent>,
    /// The emitter that made it.
    pub emitter: usize,
    /// How far gradients could be trusted for its first parent, -1 to 1; none without a parent.
    pub parent_trust: Option<f32>,
    /// Number of links of its body.
    pub links: usize,
    /// Total mass of its body (kg).
    pub mass: f64,
    /// What its emitter wants to be told again.
    pub coefficients: Vec<f64>,
    /// What tells its body from others.
    pub physique: Physique,
    /// Generations of ancestors since its body's topology last changed.
    pub body_age: u32,
    /// Labels of the bodies that were rejected in its place.
    pub rejections: Vec<&'static str>,
}

/// Rejected bodies by the label of the reason.
pub type Rejected = BTreeMap<String, u64>;

/// A batch of candidates and what was rejected on the way.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The candidates, emitter by emitter.
    pub asked: Vec<Asked>,
    /// What is simulated of each.
    pub compiled: Vec<Candidate<f32>>,
    /// What was rejected on the way.
    pub rejected: Rejected,
}

/// Splits a batch among emitters in proportion to their shares, by largest remainders (of equal ones the first emitter
/// comes first). Emitter `i` gets the places in the `i`-th range. A share of less than half a place may get none.
pub fn split(shares: &[f64], batch_size: usize) -> Vec<Range<usize>> {
    let total: f64 = shares.iter().sum();
    let quotas: Vec<f64> = shares.iter().map(|share| share / total * batch_size as f64).collect();
    let mut counts: Vec<usize> = quotas.iter().map(|quota| *quota as usize).collect();
    let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
    by_remainder.sort_by(|&a, &b| quotas[b].fract().total_cmp(&quotas[a].fract()));
    let left = batch_size - counts.iter().sum::<usize>();
    by_remainder.iter().take(left).for_each(|&emitter| counts[emitter] += 1);
    let mut first = 0;
    let range = |count| {
        let range = first..first + count;
        first = range.end;
        range
    };
    counts.into_iter().map(range).collect()
}

/// The shares of an experiment's emitters.
pub fn shares(specs: &[EmitterSpec]) -> Vec<f64> {
    specs.iter().map(|spec| spec.share).collect()
}

/// A candidate whose gradients are wanted.
#[derive(Clone, Debug)]
pub struct AskedAnchor {
    /// Who wants them.
    pub emitter: usize,
    /// Which: see [`Emitter::follows`].
    pub follows: Option<usize>,
    /// What was asked for.
    pub asked: Asked,
    /// What it compiles to.
    pub candidate: Candidate<f32>,
}

/// What a batch is made with.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The emitters.
    pub emitters: &'a [Box<dyn Emitter>],
    /// The places of each in the batch.
    pub places: &'a [Range<usize>],
    /// The archive that they may look at.
    pub archive: &'a dyn Archive,
    /// How genomes vary.
    pub space: &'a dyn SearchSpace,
    /// Seed of the run.
    pub seed: u64,
    /// Number of the generation.
    pub generation: u64,
}

impl Source<'_> {
    /// Places in the batch.
    pub fn size(&self) -> usize {
        self.places.iter().map(ExactSizeIterator::len).sum()
    }

    /// What an emitter may look at for a place of the batch.
    fn ask(&self, emitter: usize, place: usize) -> Ask<'_> {
        let own = &self.places[emitter];
        Ask { archive: self.archive, space: self.space, place: place - own.start, places: own.len() }
    }

    /// The emitter of each place.
    pub(super) fn emitter_of(&self) -> Vec<usize> {
        (0..self.places.len()).flat_map(|emitter| self.places[emitter].clone().map(move |_| emitter)).collect()
    }
}

/// Asks the emitters for a batch, in parallel: each place draws from the stream of (seed, generation, place).
///
/// # Errors
///
/// When even an elite or a seed morphology as it is does not compile.
pub fn ask(source: Source<'_>) -> anyhow::Result<Batch> {
    let fill = |(place, emitter)| fill_place(source, place, emitter);
    // Written in place: to sort thousands of results into lists one by one would take longer than all the rest.
    let (mut asked, mut compiled) = (Vec::new(), Vec::new());
    source.emitter_of().into_par_iter().enumerate().map(fill).unzip_into_vecs(&mut asked, &mut compiled);
    Batch::of(asked, compiled)
}

impl Batch {
    /// Of filled places.
    pub(super) fn of(asked: Vec<Asked>, compiled: Vec<anyhow::Result<Candidate<f32>>>) -> anyhow::Result<Self> {
        let compiled = compiled.into_iter().collect::<anyhow::Result<_>>()?;
        let mut rejected = Rejected::new();
        for label in asked.iter().flat_map(|asked| &asked.rejections) {
            *rejected.entry((*label).to_owned()).or_default() += 1;
        }
        Ok(Self { asked, compiled, rejected })
    }
}

/// The anchors of a batch, emitter by emitter.
///
/// # Errors
///
/// As [`ask`].
pub fn ask_anchors(source: Source<'_>) -> anyhow::Result<Vec<AskedAnchor>> {
    let of_emitter = |(emitter, places): (usize, &Range<usize>)| {
        let ask = source.ask(emitter, places.start);
        let count = if places.is_empty() { 0 } else { source.emitters[emitter].anchors(&ask).min(places.len()) };
        (places.start..places.start + count).map(move |place| (emitter, place)).collect::<Vec<_>>()
    };
    let places: Vec<(usize, usize)> = source.places.iter().enumerate().flat_map(of_emitter).collect();
    let fill = |(emitter, place): (usize, usize)| {
        let (asked, compiled) = fill_place(source, place, emitter);
        let follows = source.emitters[emitter].follows(place - source.places[emitter].start);
        Ok(AskedAnchor { emitter, follows, asked, candidate: compiled? })
    };
    places.into_par_iter().map(fill).collect()
}

/// Asks one emitter until a body compiles, or falls back.
pub(super) fn fill_place(source: Source<'_>, place: usize, emitter: usize) -> (Asked, anyhow::Result<Candidate<f32>>) {
    let Source { emitters, space, seed, generation, .. } = source;
    let ask = source.ask(emitter, place);
    let mut stream = Stream::new(seed, generation, place as u64, Purpose::Emit);
    let mut rejections = Vec::new();
    let mut proposal = emitters[emitter].ask(ask, &mut stream);
    let compiled = loop {
        match space.compile(&proposal.genome) {
            Ok(compiled) => break Ok(compiled),
            Err(rejection) => rejections.push(rejection.label),
        }
        if rejections.len() == ATTEMPTS {
            proposal = fall_back(proposal, space, &mut stream);
            let compiled = space.compile(&proposal.genome);
            break compiled.context("not even an unvaried parent or seed morphology is a valid body");
        }
        proposal = emitters[emitter].ask(ask, &mut stream);
    };
    // What does not compile fails the whole batch. Points weigh nothing, of which the sum is -0.
    let (links, mass) = compiled.as_ref().map_or((0, f64::NAN), |c| (c.model.links.len(), c.model.mass() + 0.0));
    let physique = compiled.as_ref().map_or_else(|_| Physique::default(), |c| Physique::of(&c.model));
    let Proposal { genome, parents, coefficients } = proposal;
    let body_age = parents.first().map_or(0, |first| first.age_of_child(&physique.topology));
    let parent_trust = parents.first().map(|first| first.lineage.trust);
    let parents = parents.iter().map(|ancestor| ancestor.lineage.parent).collect();
    let asked =
        Asked { genome, parents, emitter, parent_trust, links, mass, physique, body_age, coefficients, rejections };
    (asked, compiled.map(|candidate| candidate.map(|x| x as f32)))
}

/// A candidate that is valid because nothing was varied.
fn fall_back<'a>(failed: Proposal<'a>, space: &dyn SearchSpace, stream: &mut Stream) -> Proposal<'a> {
    match failed.parents.first() {
        Some(&parent) => Proposal { genome: parent.genome.clone(), parents: vec![parent], coefficients: Vec::new() },
        None => Proposal::of(space.seed(stream), []),
    }
}
