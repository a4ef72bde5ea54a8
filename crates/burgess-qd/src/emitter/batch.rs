//! A batch: how each place in it is filled with an offspring that compiles.

use super::interface::{Ask, Emitter, Proposal, copies, names};
pub use super::shares::{shares, split};
use crate::archive::Elites;
use crate::solution::{Birth, Evaluated, Parent, Solution};
use crate::space::{Compiled, SearchSpace};
use anyhow::Context;
use burgess_core::rng::{Purpose, Stream};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

/// How often an emitter is asked for a proposal that compiles. After that the place goes to the last proposal's first parent, unvaried, or
/// to a seed.
pub const ATTEMPTS: usize = 20;

/// A proposal that compiles, and what is known of it before it is evaluated.
#[derive(Clone, Debug)]
pub struct Offspring<S: Solution> {
    /// The solution.
    pub solution: S,
    /// The elites that it was made from.
    pub parents: Vec<Parent>,
    /// Place of the emitter that made it in the list of emitters.
    pub emitter: usize,
    /// What it inherits from its first parent; `None` without a parent.
    pub heritage: Option<S::Heritage>,
    /// What is known of its phenotype.
    pub traits: S::Traits,
    /// Generations of ancestors of the same kind.
    pub age: u32,
    /// What its emitter wants to be told again.
    pub coefficients: Vec<f64>,
    /// Labels of the proposals that were rejected in its place.
    pub rejections: Vec<&'static str>,
}

impl<S: Solution> Offspring<S> {
    /// The candidate that the offspring becomes by its evaluation; the reward is NaN when that failed.
    pub fn evaluated(self, birth: Birth, reward: f32, descriptors: Vec<f32>, life: S::Life) -> Evaluated<S> {
        let Birth { id, generation, candidate } = birth;
        let Self { solution, parents, emitter, traits, age, .. } = self;
        let emitter = emitter as u32;
        Evaluated { id, solution, reward, descriptors, parents, generation, candidate, emitter, age, traits, life }
    }
}

/// Number of rejected proposals by the label of the reason.
pub type Rejected = BTreeMap<String, u64>;

/// A batch of offspring.
#[derive(Clone, Debug)]
pub struct Batch<S: Solution> {
    /// The offspring, emitter by emitter.
    pub offspring: Vec<Offspring<S>>,
    /// The phenotype of each, which is evaluated.
    pub phenotypes: Vec<S::Phenotype>,
    /// What was rejected on the way.
    pub rejected: Rejected,
}

/// An anchor before its gradients are known: an offspring whose gradients an emitter asks for.
#[derive(Clone, Debug)]
pub struct OpenAnchor<S: Solution> {
    /// Place of the emitter that asks, in the list of emitters.
    pub emitter: usize,
    /// Which gradients it wants: see [`Anchored::follows`](super::Anchored::follows).
    pub follows: Option<usize>,
    /// The offspring.
    pub offspring: Offspring<S>,
    /// Its phenotype.
    pub phenotype: S::Phenotype,
}

/// What a batch is made with.
pub struct Source<'a, S: Solution> {
    /// The emitters.
    pub emitters: &'a [Box<dyn Emitter<S>>],
    /// The places of each in the batch.
    pub places: &'a [Range<usize>],
    /// The archive that they may look at.
    pub archive: &'a dyn Elites<S>,
    /// How solutions vary.
    pub space: &'a dyn SearchSpace<S>,
    /// Seed of the run.
    pub seed: u64,
    /// Number of the generation.
    pub generation: u64,
}

copies!(Source<'a>);
names!(Source);

impl<S: Solution> Source<'_, S> {
    /// Places in the batch.
    pub fn size(&self) -> usize {
        self.places.iter().map(ExactSizeIterator::len).sum()
    }

    /// What an emitter may look at for a place of the batch.
    fn ask(&self, emitter: usize, place: usize) -> Ask<'_, S> {
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
/// When even an unvaried elite or seed does not compile.
pub fn ask<S: Solution>(source: Source<'_, S>) -> anyhow::Result<Batch<S>> {
    let fill = |(place, emitter)| fill_place(source, place, emitter);
    // Written in place: to sort thousands of results into lists one by one would take longer than all the rest.
    let (mut offspring, mut phenotypes) = (Vec::new(), Vec::new());
    source.emitter_of().into_par_iter().enumerate().map(fill).unzip_into_vecs(&mut offspring, &mut phenotypes);
    Batch::of(offspring, phenotypes)
}

impl<S: Solution> Batch<S> {
    /// The batch of filled places.
    pub(super) fn of(
        offspring: Vec<Offspring<S>>,
        phenotypes: Vec<anyhow::Result<S::Phenotype>>,
    ) -> anyhow::Result<Self> {
        let phenotypes = phenotypes.into_iter().collect::<anyhow::Result<_>>()?;
        let mut rejected = Rejected::new();
        for label in offspring.iter().flat_map(|offspring| &offspring.rejections) {
            *rejected.entry((*label).to_owned()).or_default() += 1;
        }
        Ok(Self { offspring, phenotypes, rejected })
    }
}

/// The anchors of a batch, emitter by emitter.
///
/// # Errors
///
/// As [`ask`].
pub fn ask_anchors<S: Solution>(source: Source<'_, S>) -> anyhow::Result<Vec<OpenAnchor<S>>> {
    let of_emitter = |(emitter, places): (usize, &Range<usize>)| {
        let ask = source.ask(emitter, places.start);
        let anchored = source.emitters[emitter].anchored().filter(|_| !places.is_empty());
        let count = anchored.map_or(0, |anchored| anchored.anchors(&ask).min(places.len()));
        (places.start..places.start + count).map(move |place| (emitter, place)).collect::<Vec<_>>()
    };
    let places: Vec<(usize, usize)> = source.places.iter().enumerate().flat_map(of_emitter).collect();
    let fill = |(emitter, place): (usize, usize)| {
        let (offspring, phenotype) = fill_place(source, place, emitter);
        let own = place - source.places[emitter].start;
        let follows = source.emitters[emitter].anchored().and_then(|anchored| anchored.follows(own));
        Ok(OpenAnchor { emitter, follows, offspring, phenotype: phenotype? })
    };
    places.into_par_iter().map(fill).collect()
}

/// Asks one emitter until a proposal compiles, or falls back.
pub(super) fn fill_place<S: Solution>(
    source: Source<'_, S>,
    place: usize,
    emitter: usize,
) -> (Offspring<S>, anyhow::Result<S::Phenotype>) {
    let Source { emitters, space, seed, generation, .. } = source;
    let ask = source.ask(emitter, place);
    let mut stream = Stream::new(seed, generation, place as u64, Purpose::Emit);
    let mut rejections = Vec::new();
    let mut proposal = emitters[emitter].ask(ask, &mut stream);
    let compiled = loop {
        match space.compile(&proposal.solution) {
            Ok(compiled) => break Ok(compiled),
            Err(rejection) => rejections.push(rejection.label),
        }
        if rejections.len() == ATTEMPTS {
            proposal = fall_back(proposal, space, &mut stream);
            let compiled = space.compile(&proposal.solution);
            break compiled.context("not even an unvaried parent or seed morphology is a valid body");
        }
        proposal = emitters[emitter].ask(ask, &mut stream);
    };
    // A place that does not compile fails the whole batch, so its traits do not matter.
    let (phenotype, traits) = match compiled {
        Ok(Compiled { phenotype, traits }) => (Ok(phenotype), traits),
        Err(error) => (Err(error), S::Traits::default()),
    };
    let Proposal { solution, parents, coefficients } = proposal;
    let age = parents.first().map_or(0, |first| first.age_of_child(&traits));
    let heritage = parents.first().map(|first| first.lineage.heritage);
    let parents = parents.iter().map(|ancestor| ancestor.lineage.parent).collect();
    (Offspring { solution, parents, emitter, heritage, traits, age, coefficients, rejections }, phenotype)
}

/// A proposal that compiles because nothing was varied.
fn fall_back<'a, S: Solution>(
    failed: Proposal<'a, S>,
    space: &dyn SearchSpace<S>,
    stream: &mut Stream,
) -> Proposal<'a, S> {
    match failed.parents.first() {
        Some(&parent) => {
            Proposal { solution: parent.solution.clone(), parents: vec![parent], coefficients: Vec::new() }
        }
        None => Proposal::of(space.seed(stream), []),
    }
}
