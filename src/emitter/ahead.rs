//! Asking ahead: a batch made while the one before it is still being simulated, and mended when the archive is what it should have
//! been asked with. The processor would only wait in the meantime.
//!
//! A candidate depends on its stream and on the elites that it sampled. What it saw is remembered; where the changed archive would
//! show the same, the candidate stands, otherwise its place is filled anew. So the batch is, to the bit, the one that would have
//! been asked for in the first place.

use super::batch::{Asked, Batch, Source, fill_place};
use crate::archive::{Archive, Elite, Placement, Slots};
use anyhow::Result;
use burgess_core::rng::Stream;
use burgess_physics::model::Candidate;
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// A batch that may have to be mended.
pub struct Ahead {
    generation: u64,
    /// What is in each place; nothing for emitters that have not learned yet what they will know.
    filled: Vec<Option<Filled>>,
}

/// A place that is filled, and what its candidate was made from.
struct Filled {
    asked: Asked,
    compiled: Result<Candidate<f32>>,
    seen: Seen,
}

/// What a candidate was made from.
#[derive(Default)]
struct Seen {
    /// Each sample: the stream before it, and the elite that came.
    samples: Vec<(Stream, Option<u64>)>,
    /// Whether more than samples was looked at, which is not followed up.
    more: bool,
}

impl Ahead {
    /// Makes a batch with the archive as it is now.
    pub fn ask(source: Source<'_>) -> Self {
        let fill = |(place, emitter): (usize, usize)| {
            if source.emitters[emitter].learns() {
                return None;
            }
            let watched = Watched::new(source.archive);
            let (asked, compiled) = fill_place(Source { archive: &watched, ..source }, place, emitter);
            Some(Filled { asked, compiled, seen: watched.seen() })
        };
        let mut filled = Vec::new();
        source.emitter_of().into_par_iter().enumerate().map(fill).collect_into_vec(&mut filled);
        Self { generation: source.generation, filled }
    }

    /// Whether this is the batch of a generation, in size and number.
    pub fn is_of(&self, source: Source<'_>) -> bool {
        self.generation == source.generation && self.filled.len() == source.size()
    }

    /// The batch as the source's archive would have it.
    ///
    /// # Errors
    ///
    /// As [`batch::ask`](super::batch::ask).
    pub fn mend(self, source: Source<'_>) -> Result<Batch> {
        let mend = |(place, (filled, emitter)): (usize, (Option<Filled>, usize))| match filled {
            Some(Filled { asked, compiled, seen }) if seen.would_be_seen_in(source.archive) => (asked, compiled),
            _ => fill_place(source, place, emitter),
        };
        let (mut asked, mut compiled) = (Vec::new(), Vec::new());
        let old = self.filled.into_par_iter().zip(source.emitter_of());
        old.enumerate().map(mend).unzip_into_vecs(&mut asked, &mut compiled);
        Batch::of(asked, compiled)
    }
}

impl Seen {
    fn would_be_seen_in(&self, archive: &dyn Archive) -> bool {
        let same =
            |(stream, id): &(Stream, Option<u64>)| archive.sample(&mut stream.clone()).map(|elite| elite.id) == *id;
        !self.more && self.samples.iter().all(same)
    }
}

/// An archive that remembers what was seen of it.
struct Watched<'a> {
    archive: &'a dyn Archive,
    samples: Mutex<Vec<(Stream, Option<u64>)>>,
    more: AtomicBool,
}

impl<'a> Watched<'a> {
    fn new(archive: &'a dyn Archive) -> Self {
        Self { archive, samples: Mutex::default(), more: AtomicBool::new(false) }
    }

    fn seen(self) -> Seen {
        let samples = self.samples.into_inner().unwrap_or_else(PoisonError::into_inner);
        Seen { samples, more: self.more.into_inner() }
    }

    fn look(&self) -> &'a dyn Archive {
        self.more.store(true, Ordering::Relaxed);
        self.archive
    }
}

impl Archive for Watched<'_> {
    fn insert(&mut self, _: &[Elite]) -> Vec<Placement> {
        unreachable!("emitters see the archive, they don't change it")
    }

    fn slots(&self) -> &Slots {
        self.look().slots()
    }

    fn take_changed(&mut self) -> Vec<usize> {
        unreachable!("emitters see the archive, they don't change it")
    }

    fn incumbent(&self, descriptors: &[f32], body_age: u32) -> Option<&Elite> {
        self.look().incumbent(descriptors, body_age)
    }

    fn layers(&self) -> usize {
        self.look().layers()
    }

    fn save(&self) -> Vec<u8> {
        self.look().save()
    }

    fn restore(&mut self, _: Vec<(usize, Elite)>, _: &[u8]) -> Result<()> {
        unreachable!("emitters see the archive, they don't change it")
    }

    fn sample(&self, stream: &mut Stream) -> Option<&Elite> {
        let before = stream.clone();
        let elite = self.archive.sample(stream);
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        samples.push((before, elite.map(|elite| elite.id)));
        elite
    }
}
