//! Asking ahead: a batch made while the one before it is still being simulated, and mended when the archive is what it should have
//! been asked with. The processor would only wait in the meantime.
//!
//! A candidate depends on its stream and on the elites that it sampled. What it saw is remembered; where the changed archive would
//! show the same, the candidate stands, otherwise its place is filled anew. So the batch is, to the bit, the one that would have
//! been asked for in the first place.

use super::batch::{Batch, Offspring, Source, fill_place};
use crate::archive::{Elites, Slots};
use crate::solution::{Evaluated, Solution};
use anyhow::Result;
use burgess_core::rng::Stream;
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// A batch that may have to be mended.
#[derive(Debug)]
pub struct Ahead<S: Solution> {
    generation: u64,
    /// What is in each place; nothing for emitters that have not learned yet what they will know.
    filled: Vec<Option<Filled<S>>>,
}

/// A place that is filled, and what its candidate was made from.
#[derive(Debug)]
struct Filled<S: Solution> {
    offspring: Offspring<S>,
    phenotype: Result<S::Phenotype>,
    seen: Dependencies,
}

/// What a candidate was made from.
#[derive(Debug, Default)]
struct Dependencies {
    /// Each sample: the stream before it, and the elite that came.
    samples: Vec<(Stream, Option<u64>)>,
    /// Whether more than samples was looked at, which is not followed up.
    more: bool,
}

impl<S: Solution> Ahead<S> {
    /// Makes a batch with the archive as it is now.
    pub fn ask(source: Source<'_, S>) -> Self {
        let fill = |(place, emitter): (usize, usize)| {
            if source.emitters[emitter].learns() {
                return None;
            }
            let watched = Watched::new(source.archive);
            let (offspring, phenotype) = fill_place(Source { archive: &watched, ..source }, place, emitter);
            Some(Filled { offspring, phenotype, seen: watched.seen() })
        };
        let mut filled = Vec::new();
        source.emitter_of().into_par_iter().enumerate().map(fill).collect_into_vec(&mut filled);
        Self { generation: source.generation, filled }
    }

    /// Whether this is the batch of a generation, in size and number.
    pub fn is_of(&self, source: Source<'_, S>) -> bool {
        self.generation == source.generation && self.filled.len() == source.size()
    }

    /// The batch as the source's archive would have it.
    ///
    /// # Errors
    ///
    /// As [`batch::ask`](super::batch::ask).
    pub fn mend(self, source: Source<'_, S>) -> Result<Batch<S>> {
        let mend = |(place, (filled, emitter)): (usize, (Option<Filled<S>>, usize))| match filled {
            Some(Filled { offspring, phenotype, seen }) if seen.would_be_seen_in(source.archive) => {
                (offspring, phenotype)
            }
            _ => fill_place(source, place, emitter),
        };
        let (mut offspring, mut phenotypes) = (Vec::new(), Vec::new());
        let old = self.filled.into_par_iter().zip(source.emitter_of());
        old.enumerate().map(mend).unzip_into_vecs(&mut offspring, &mut phenotypes);
        Batch::of(offspring, phenotypes)
    }
}

impl Dependencies {
    fn would_be_seen_in<S: Solution>(&self, archive: &dyn Elites<S>) -> bool {
        let same =
            |(stream, id): &(Stream, Option<u64>)| archive.sample(&mut stream.clone()).map(|elite| elite.id) == *id;
        !self.more && self.samples.iter().all(same)
    }
}

/// An archive that remembers what was seen of it.
struct Watched<'a, S: Solution> {
    archive: &'a dyn Elites<S>,
    samples: Mutex<Vec<(Stream, Option<u64>)>>,
    more: AtomicBool,
}

impl<'a, S: Solution> Watched<'a, S> {
    fn new(archive: &'a dyn Elites<S>) -> Self {
        Self { archive, samples: Mutex::default(), more: AtomicBool::new(false) }
    }

    fn seen(self) -> Dependencies {
        let samples = self.samples.into_inner().unwrap_or_else(PoisonError::into_inner);
        Dependencies { samples, more: self.more.into_inner() }
    }

    fn look(&self) -> &'a dyn Elites<S> {
        self.more.store(true, Ordering::Relaxed);
        self.archive
    }
}

impl<S: Solution> Elites<S> for Watched<'_, S> {
    fn slots(&self) -> &Slots<S> {
        self.look().slots()
    }

    fn incumbent(&self, descriptors: &[f32], age: u32) -> Option<&Evaluated<S>> {
        self.look().incumbent(descriptors, age)
    }

    fn admits(&self, descriptors: &[f32]) -> bool {
        self.look().admits(descriptors)
    }

    fn slots_per_cell(&self) -> usize {
        self.look().slots_per_cell()
    }

    fn sample(&self, stream: &mut Stream) -> Option<&Evaluated<S>> {
        let before = stream.clone();
        let elite = self.archive.sample(stream);
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        samples.push((before, elite.map(|elite| elite.id)));
        elite
    }
}
