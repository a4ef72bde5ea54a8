//! The generation loop: ask, compile, simulate, refine, describe, learn, insert, tell, record.
//!
//! Generations hand all that they changed to the store, one by one or several together, and it is written while the next one is made.
//! What the store holds is all state of a run between two generations, so a run is *always* resumed: a new one from an empty store. Random numbers
//! come from streams keyed by seed, generation and candidate, and everything else follows the order of candidates or cells,
//! so the archive after a generation depends on the experiment, the backend and nothing else.

mod anchors;
mod budget;
mod clock;
mod creatures;
mod domain;
pub mod folder;
mod genes;
mod latent_space;
mod pending;
mod points;
pub mod progress;
pub mod provenance;
pub mod residents;
pub mod rivals;
pub mod session;
pub mod start;
pub mod table;
pub mod verify;

pub use budget::Spent;
pub use clock::Times;
pub use creatures::Setup;
pub use domain::{BatchContext, Domain, DomainState, Effort, Evaluation, Run, Search, Steppings};
pub use latent_space::{ENCODER, LatentSpace};
pub use points::Points;

use crate::experiment::Budget;
use crate::genome::Genome;
use crate::metrics::{Metrics, Steps};
use crate::store::{Changes, Row, Saved, Store, Stored, Writer};
use anyhow::{Context, Result, ensure};
use burgess_core::rng::{Purpose, Stream};
use burgess_qd::archive::{
    self, Bounded, BuiltArchive, Centroids, PassiveGrid, PassiveScores, Placement, Preferring, Scores,
};
use burgess_qd::emitter::ahead::Ahead;
use burgess_qd::emitter::batch::{self, Batch, OpenAnchor, Rejected, Source};
use burgess_qd::emitter::schedule::Schedule;
use burgess_qd::emitter::{Anchor, Emitter, Lineage, Prepare, Told};
use burgess_qd::{Archive, Axis, Elites, Evaluated, SearchSpace};
use clock::{Clock, Laps};
use pending::Pending;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::time::Instant;

/// A run between two generations.
pub struct Evolution<'a, S: Stored = Genome> {
    search: Search,
    space: &'a dyn SearchSpace<S>,
    domain: Box<dyn Domain<S> + 'a>,
    emitters: Vec<Box<dyn Emitter<S>>>,
    schedule: Schedule,
    archive: Box<dyn Archive<S>>,
    /// Cells of archives that were built anew since the last commit.
    moved: BTreeSet<usize>,
    store: Writer,
    pending: Pending,
    last: Option<Metrics>,
    clock: Clock,
    times: Times,
    /// The next batch, if it was asked for already.
    ahead: Option<Ahead<S>>,
}

impl<S: Stored> std::fmt::Debug for Evolution<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evolution").field("search", &self.search).field("last", &self.last).finish_non_exhaustive()
    }
}

impl<'a> Evolution<'a, Genome> {
    /// Takes up the run of creatures in a folder where its store left off; an empty store starts it.
    ///
    /// # Errors
    ///
    /// As [`Setup::prepare`] and [`Evolution::resume_run`].
    pub fn resume(dir: &Path, setup: Setup<'a>) -> Result<Self> {
        Self::resume_run(dir, setup.prepare()?)
    }
}

impl<'a, S: Stored> Evolution<'a, S> {
    /// Takes up any run in a folder where its store left off; an empty store starts it.
    ///
    /// # Errors
    ///
    /// When the store cannot be opened, or holds what does not belong to the experiment.
    pub fn resume_run(dir: &Path, run: Run<'a, S>) -> Result<Self> {
        let Run { search, space, mut domain, emitters } = run;
        let mut store = Store::open(dir)?;
        let archive = open_archive(&mut store, &search)?;
        let mut saved = store.saved()?;
        let state = DomainState { passive: std::mem::take(&mut saved.passive), encoder: saved.encoder.take() };
        domain.restore(dir, state)?;
        let mut evolution = Self {
            schedule: Schedule::new(search.scheduler, search.shares.clone()),
            clock: Clock::starting_at(saved.metrics.as_ref().map_or(0.0, |metrics| metrics.wall_time)),
            search,
            space,
            domain,
            emitters,
            archive,
            moved: BTreeSet::new(),
            store: Writer::start(store)?,
            pending: Pending::new(),
            last: None,
            times: Times::default(),
            ahead: None,
        };
        evolution.restore(saved).context("the run's stored state does not belong to its experiment")?;
        Ok(evolution)
    }

    fn restore(&mut self, saved: Saved<S>) -> Result<()> {
        self.archive.restore(saved.elites, &saved.archive)?;
        for (emitter, state) in saved.emitters {
            match self.emitters.get_mut(emitter) {
                Some(emitter) => emitter.restore(&state)?,
                // What the scheduler has learned is stored behind the last emitter.
                None => {
                    ensure!(emitter == self.emitters.len(), "there is no emitter {emitter}");
                    self.schedule.restore(&state)?;
                }
            }
        }
        self.last = saved.metrics;
        Ok(())
    }

    /// The archive as it stands.
    pub fn archive(&self) -> &dyn Archive<S> {
        self.archive.as_ref()
    }

    /// The last generation's metrics; none before the first.
    pub fn metrics(&self) -> Option<&Metrics> {
        self.last.as_ref()
    }

    /// Does something with the store once all generations so far are in it, without waiting for that.
    ///
    /// # Errors
    ///
    /// When storing has failed before; this value must not be used further.
    pub fn after_storing(&mut self, job: impl FnOnce(&mut Store) -> Result<()> + Send + 'static) -> Result<()> {
        self.commit()?;
        self.store.send(job)
    }

    /// Waits until all generations so far are stored.
    ///
    /// # Errors
    ///
    /// When storing fails or has failed before; this value must not be used further.
    pub fn wait(&mut self) -> Result<()> {
        self.commit()?;
        self.store.wait()
    }

    /// Ends this part of the run; the store then holds all of it.
    ///
    /// # Errors
    ///
    /// When storing fails or has failed before.
    pub fn finish(mut self) -> Result<Store> {
        self.commit()?;
        self.store.finish()
    }

    /// How much of the budget is used up.
    pub fn spent(&self) -> Spent {
        Spent {
            generations: self.last.as_ref().map_or(0, |last| last.generation + 1),
            evaluations: self.last.as_ref().map_or(0, |last| last.evaluations),
            wall_time: self.clock.seconds(),
        }
    }

    /// Candidates in the next generation; none when the budget is used up.
    pub fn next_batch_size(&self) -> Option<usize> {
        self.batch_size_after(self.spent())
    }

    /// When the run ends.
    pub fn budget(&self) -> &Budget {
        &self.search.budget
    }

    /// What evaluates, and what differentiates if anything does, as they describe themselves.
    pub fn devices(&self) -> (String, Option<String>) {
        (self.domain.backend(), self.domain.differentiator())
    }

    /// Candidates in the generation after what is spent.
    fn batch_size_after(&self, spent: Spent) -> Option<usize> {
        let first = self.search.first_batch.filter(|_| spent.generations == 0);
        spent.next_batch_size(&self.search.budget, first.unwrap_or(self.search.batch_size))
    }

    /// One generation of `size` candidates, from asking for them to the record. The record is stored while the next generations are made,
    /// at the latest half a second after the generation or with the next one.
    ///
    /// # Errors
    ///
    /// When the backend fails, or storing an earlier generation has. The store then holds the generations before that; this
    /// value must not be used further.
    pub fn generation(&mut self, size: usize) -> Result<()> {
        let mut laps = Laps::begin();
        let places = self.schedule.places(size);
        let (gradients, gradient_time) = self.prepare(&places)?;
        self.times.refinement += gradient_time;
        let mut batch = self.ask_and_compile(&places)?;
        self.times.ask += laps.next() - gradient_time;
        let coefficients: Vec<Vec<f64>> =
            batch.offspring.iter_mut().map(|offspring| std::mem::take(&mut offspring.coefficients)).collect();
        let rejected = std::mem::take(&mut batch.rejected);
        let Evaluation { mut candidates, mut effort, times } = self.evaluate_and_ask_ahead(batch)?;
        self.pending.tear();
        self.times += times;
        effort.steps.forward += gradients.forward;
        effort.steps.backward += gradients.backward;
        effort.refinement_time += gradient_time;
        laps.next();
        self.learn(&candidates)?;
        effort.training_time = laps.next();
        self.times.training += effort.training_time;
        self.domain.see(&mut candidates)?;
        let placements = self.archive.insert(&candidates);
        let out_of_range = self.count_out_of_range(&candidates);
        self.times.insertion += laps.next();
        self.tell(&places, &candidates, &placements, &coefficients);
        self.times.tell += laps.next();
        free(candidates);
        self.record(effort, &placements, rejected, out_of_range)?;
        self.times.record += laps.next();
        Ok(())
    }

    /// Where this session's time went.
    pub fn times(&self) -> Times {
        self.times
    }

    /// Lets emitters start again where they have to, and learn the gradients that they ask for. Returns what those took, and the wall
    /// time (s).
    fn prepare(&mut self, places: &[Range<usize>]) -> Result<(Steppings, f64)> {
        let (seed, generation) = (self.search.seed, self.spent().generations);
        let (archive, space): (&dyn Elites<S>, _) = (self.archive.as_ref(), self.space);
        for (i, (emitter, own)) in
            self.emitters.iter_mut().zip(places).enumerate().filter(|(_, (_, own))| !own.is_empty())
        {
            let prepare = Prepare { archive, space, places: own.len() };
            emitter.prepare(prepare, &mut Stream::new(seed, generation, i as u64, Purpose::Prepare));
        }
        let mut cost = Steppings::default();
        if !self.domain.has_gradients() {
            return Ok((cost, 0.0));
        }
        let began = Instant::now();
        let open = batch::ask_anchors(self.source(places, generation))?;
        let gradients = self.domain.differentiate(&open, &mut cost)?;
        let mut by_emitter: Vec<Vec<Anchor<S>>> = self.emitters.iter().map(|_| Vec::new()).collect();
        for (open, gradients) in open.into_iter().zip(gradients) {
            by_emitter[open.emitter].push(anchor(open, gradients));
        }
        let seconds = began.elapsed().as_secs_f64();
        for ((emitter, anchors), own) in self.emitters.iter_mut().zip(by_emitter).zip(places) {
            if let Some(anchored) = emitter.anchored_mut().filter(|_| !anchors.is_empty()) {
                anchored.learn(anchors, space, own.len());
            }
        }
        Ok((cost, seconds))
    }

    fn ask_and_compile(&mut self, places: &[Range<usize>]) -> Result<Batch<S>> {
        let ahead = self.ahead.take();
        let source = self.source(places, self.spent().generations);
        match ahead.filter(|ahead| ahead.is_of(source)) {
            Some(ahead) => ahead.mend(source),
            None => batch::ask(source),
        }
    }

    fn source<'s>(&'s self, places: &'s [Range<usize>], generation: u64) -> Source<'s, S> {
        let Self { emitters, space, search, .. } = self;
        Source { emitters, places, archive: self.archive.as_ref(), space: *space, seed: search.seed, generation }
    }

    /// Evaluates a batch, and while a device does that, asks for the next generation as far as that can be known.
    fn evaluate_and_ask_ahead(&mut self, batch: Batch<S>) -> Result<Evaluation<S>> {
        let spent = self.spent();
        let (generation, first_id) = (spent.generations, spent.evaluations);
        let then =
            Spent { generations: generation + 1, evaluations: first_id + batch.phenotypes.len() as u64, ..spent };
        let next = self.batch_size_after(then).filter(|_| !self.schedule.learns());
        let places = next.map(|size| self.schedule.places(size));
        let Self { archive, emitters, space, search, domain, ahead, .. } = self;
        let archive: &dyn Elites<S> = archive.as_ref();
        let source = places.as_deref().map(|places| Source {
            emitters,
            places,
            archive,
            space: *space,
            seed: search.seed,
            generation: generation + 1,
        });
        let context = BatchContext { archive, generation, first_id };
        let mut next_batch = None;
        let evaluation = domain.evaluate(batch, context, &mut || next_batch = source.map(Ahead::ask))?;
        *ahead = next_batch;
        Ok(evaluation)
    }

    /// Where dimensions are learned and it is time for it: builds the archive anew of elites as they are described now.
    fn learn(&mut self, candidates: &[Evaluated<S>]) -> Result<()> {
        let generation = self.spent().generations;
        let Some(elites) = self.domain.learn(generation, self.archive.as_ref(), candidates)? else { return Ok(()) };
        self.moved.extend(self.archive.take_changed());
        self.moved.extend(self.archive.slots().taken());
        self.archive = archive_of(&self.search, None).archive;
        self.archive.insert(&elites);
        // What was asked for ahead was asked for of another archive.
        self.ahead = None;
        Ok(())
    }

    /// Candidates whose descriptors are finite, but not all within their ranges.
    fn count_out_of_range(&self, candidates: &[Evaluated<S>]) -> u64 {
        let outside = |candidate: &&Evaluated<S>| {
            candidate.is_finite() && !Axis::all_hold(&self.search.axes, &candidate.descriptors)
        };
        candidates.iter().filter(outside).count() as u64
    }

    fn tell(
        &mut self,
        places: &[Range<usize>],
        candidates: &[Evaluated<S>],
        placements: &[Placement],
        coefficients: &[Vec<f64>],
    ) {
        let space = self.space;
        for (emitter, own) in self.emitters.iter_mut().zip(places).filter(|(_, own)| !own.is_empty()) {
            let (candidates, placements) = (&candidates[own.clone()], &placements[own.clone()]);
            emitter.tell(Told { space, candidates, placements, coefficients: &coefficients[own.clone()] });
        }
        self.schedule.tell(places, placements);
    }

    fn record(
        &mut self,
        effort: Effort,
        placements: &[Placement],
        rejected: Rejected,
        out_of_range: u64,
    ) -> Result<()> {
        let metrics = self.measure(effort, placements, rejected, out_of_range);
        self.last = Some(metrics.clone());
        self.pending.record(metrics);
        if self.pending.is_due() { self.commit() } else { Ok(()) }
    }

    /// Hands what was recorded to the store.
    fn commit(&mut self) -> Result<()> {
        let Some(metrics) = self.pending.take() else { return Ok(()) };
        let mut changed = std::mem::take(&mut self.moved);
        changed.extend(self.archive.take_changed());
        let changed: Vec<usize> = changed.into_iter().collect();
        let (encoder, training) = self.domain.take_unsaved();
        let row = |&cell: &usize| Some(Row::new(cell, self.archive.get(cell)?));
        let changes = Changes {
            metrics,
            entered: changed.par_iter().filter_map(row).collect(),
            left: changed.iter().copied().filter(|&cell| self.archive.get(cell).is_none()).collect(),
            archive: self.archive.save(),
            emitters: self.emitters.iter().map(|emitter| emitter.save()).chain([self.schedule.save()]).collect(),
            passive: self.domain.passive().map(PassiveGrid::save).unwrap_or_default(),
            encoder,
            training,
        };
        self.store.send(move |store| Ok(store.commit(&changes)?))
    }

    fn measure(&self, effort: Effort, placements: &[Placement], invalid: Rejected, out_of_range: u64) -> Metrics {
        let count = |of: fn(&Placement) -> bool| placements.iter().filter(|placement| of(placement)).count() as u64;
        let before = self.last.as_ref();
        let (mut forward, mut backward) = (effort.steps.forward, effort.steps.backward);
        forward += before.map_or(Steps::default(), |last| last.forward);
        backward += before.map_or(Steps::default(), |last| last.backward);
        let spent = self.spent();
        let qd_offset = self.search.archive.qd_offset();
        Metrics {
            generation: spent.generations,
            evaluations: spent.evaluations + placements.len() as u64,
            scores: Scores::of(self.archive.as_ref() as &dyn Elites<S>, qd_offset),
            elites: self.archive.len() as u64,
            bodies: self.domain.diversity(self.archive.as_ref()),
            new: count(|placement| matches!(placement, Placement::New { .. })),
            improved: count(|placement| matches!(placement, Placement::Improved { .. })),
            diverged: count(|placement| matches!(placement, Placement::NotFinite)),
            out_of_range,
            refined: effort.refined,
            accepted: effort.accepted,
            dropped: effort.dropped,
            invalid,
            forward,
            backward,
            wall_time: spent.wall_time,
            simulation_time: before.map_or(0.0, |last| last.simulation_time) + effort.simulation_time,
            refinement_time: before.map_or(0.0, |last| last.refinement_time) + effort.refinement_time,
            passive: self.domain.passive().map_or(PassiveScores::NONE, |passive| passive.scores(qd_offset)),
            encoder: self.domain.version(),
            training_time: before.map_or(0.0, |last| last.training_time) + effort.training_time,
        }
    }
}

impl<S: Stored> Drop for Evolution<'_, S> {
    fn drop(&mut self) {
        // Whole generations are kept whatever ended this, a lost device for one. Who wants to know of failures has called `finish`.
        let _ = self.commit();
    }
}

/// An anchor with its gradients.
fn anchor<S: Stored>(open: OpenAnchor<S>, gradients: Option<Vec<Vec<f64>>>) -> Anchor<S> {
    let offspring = open.offspring;
    // The anchor is an elite itself, or stands for one.
    let parent = offspring.parents.first().zip(offspring.heritage);
    let lineage = parent.map(|(&parent, heritage)| Lineage { parent, heritage, age: offspring.age });
    Anchor { solution: offspring.solution, lineage, gradients }
}

/// Drops the parts of a batch on all threads: one by one it would take longer than most steps of the loop.
fn free<T: Send>(parts: Vec<T>) {
    parts.into_par_iter().for_each(drop);
}

/// The empty archive of a search. Centroids are fitted once and stored.
fn open_archive<S: Stored>(store: &mut Store, search: &Search) -> Result<Box<dyn Archive<S>>> {
    let stored = store.centroids()?;
    let fresh = stored.is_none();
    let BuiltArchive { archive, centroids } = archive_of(search, stored);
    if let Some(centroids) = centroids.filter(|_| fresh) {
        store.put_centroids(&centroids)?;
    }
    Ok(archive)
}

/// The empty archive of a search, with its choice of parents.
fn archive_of<S: Stored>(search: &Search, centroids: Option<Centroids>) -> BuiltArchive<S> {
    let Search { archive: spec, protection, niches, axes, out_of_range, seed, parents, .. } = search;
    let BuiltArchive { archive, centroids } =
        archive::build(spec, protection.as_ref(), *niches, axes, centroids, *seed);
    let archive = Preferring::over(Bounded::over(archive, axes, *out_of_range), axes, *parents);
    BuiltArchive { archive, centroids }
}
