//! The generation loop: ask, compile, simulate, refine, describe, learn, insert, tell, record.
//!
//! Generations hand all that they changed to the store, one by one or several together, and it is written while the next one is made.
//! What the store holds is all state of a run between two generations, so a run is *always* resumed: a new one from an empty store. Random numbers
//! come from streams keyed by seed, generation and candidate, and everything else follows the order of candidates or cells,
//! so the archive after a generation depends on the experiment, the backend and nothing else.

mod anchors;
mod budget;
mod clock;
pub mod folder;
mod latent_space;
mod pending;
pub mod progress;
pub mod provenance;
pub mod session;
pub mod start;
pub mod table;
pub mod verify;

pub use budget::Spent;
pub use clock::Times;
pub use latent_space::{ENCODER, LatentSpace};

use crate::archive::metrics::{Metrics, Scores, Steps};
use crate::archive::store::{Changes, Row, Saved, Store, Writer};
use crate::archive::{
    self, Archive, BodyDiversity, BuiltArchive, Centroids, Elite, PassiveGrid, PassiveScores, Placement, Preferring,
    Seen,
};
use crate::emitter::ahead::Ahead;
use crate::emitter::batch::{self, Asked, Batch, Source};
use crate::emitter::schedule::Schedule;
use crate::emitter::{Emitter, Prepare, SearchSpace, Told};
use crate::experiment::{Experiment, Inheritance};
use crate::refine::{Accepted, Born, Learned, Learner, Refinements};
use anchors::{Anchors, Differentiated};
use anyhow::{Context, Result, ensure};
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::batch::{Backend, Outcome};
use burgess_physics::experience::Experience;
use burgess_physics::gradient::Differentiate;
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::model::Candidate;
use burgess_physics::task::Ending;
use clock::{Clock, Laps};
use pending::Pending;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// What is searched, and with what.
pub struct Setup<'a> {
    /// The experiment; it must have been validated.
    pub experiment: &'a Experiment,
    /// How genomes vary and compile.
    pub space: &'a dyn SearchSpace,
    /// What simulates candidates.
    pub backend: &'a dyn Backend,
    /// What differentiates episodes; only experiments that refine need it.
    pub differentiator: Option<&'a dyn Differentiate>,
    /// What differentiates for emitters, over `gradient_horizon`; only experiments with one that follows gradients need it.
    pub slopes: Option<&'a dyn Differentiate>,
    /// The emitters, one for each of the experiment's; [`emitter::build`](crate::emitter::build) makes them.
    pub emitters: Vec<Box<dyn Emitter>>,
}

/// A run between two generations.
pub struct Evolution<'a> {
    setup: Setup<'a>,
    learner: Option<Learner<'a>>,
    anchors: Option<Anchors<'a>>,
    schedule: Schedule,
    archive: Box<dyn Archive>,
    passive: Option<PassiveGrid>,
    /// What gives candidates their descriptors, where those are learned.
    latent: Option<LatentSpace>,
    /// Cells of archives that were built anew since the last commit.
    moved: BTreeSet<usize>,
    store: Writer,
    pending: Pending,
    last: Option<Metrics>,
    clock: Clock,
    times: Times,
    /// The next batch, if it was asked for already.
    ahead: Option<Ahead>,
}

impl<'a> Evolution<'a> {
    /// Takes up the run in a folder where its store left off; an empty store starts it.
    ///
    /// # Errors
    ///
    /// When the store cannot be opened, or holds what does not belong to the experiment; or when that refines and nothing differentiates.
    pub fn resume(dir: &Path, setup: Setup<'a>) -> Result<Self> {
        let learner = Learner::new(setup.experiment, setup.space, setup.differentiator)?;
        let anchors = Anchors::new(setup.experiment, setup.space, setup.slopes)?;
        let mut store = Store::open(dir)?;
        let archive = open_archive(&mut store, setup.experiment)?;
        let mut saved = store.saved()?;
        let latent = LatentSpace::open(setup.experiment, dir, saved.encoder.take())?;
        let mut evolution = Self {
            schedule: Schedule::new(setup.experiment.scheduler, batch::shares(&setup.experiment.emitters)),
            clock: Clock::starting_at(saved.metrics.as_ref().map_or(0.0, |metrics| metrics.wall_time)),
            passive: PassiveGrid::new(&setup.experiment.passive),
            setup,
            learner,
            anchors,
            archive,
            latent,
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

    fn restore(&mut self, saved: Saved) -> Result<()> {
        self.archive.restore(saved.elites, &saved.archive)?;
        if let Some(passive) = &mut self.passive {
            passive.restore(&saved.passive)?;
        }
        for (emitter, state) in saved.emitters {
            match self.setup.emitters.get_mut(emitter) {
                Some(emitter) => emitter.restore(&state)?,
                // What the scheduler has learned is stored behind the last emitter.
                None => {
                    ensure!(emitter == self.setup.emitters.len(), "there is no emitter {emitter}");
                    self.schedule.restore(&state)?;
                }
            }
        }
        self.last = saved.metrics;
        Ok(())
    }

    /// The archive as it stands.
    pub fn archive(&self) -> &dyn Archive {
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

    /// Candidates in the generation after what is spent.
    fn batch_size_after(&self, spent: Spent) -> Option<usize> {
        let experiment = self.setup.experiment;
        let first = experiment.first_batch.filter(|_| spent.generations == 0);
        spent.next_batch_size(&experiment.budget, first.unwrap_or(experiment.batch_size))
    }

    /// One generation of `size` candidates, from asking for them to the record, which is stored while next ones are made, at the
    /// latest half a second after the generation or with the next one.
    ///
    /// # Errors
    ///
    /// When the backend fails, or storing an earlier generation has. The store then holds the generations before that; this
    /// value must not be used further.
    pub fn generation(&mut self, size: usize) -> Result<()> {
        let mut laps = Laps::begin();
        let places = self.schedule.places(size);
        let gradients = self.prepare(&places)?;
        self.times.refinement += gradients.time;
        let mut batch = self.ask_and_compile(&places)?;
        self.times.ask += laps.next() - gradients.time;
        let simulated_before = self.setup.backend.simulation_time();
        let outcomes = self.simulate_and_ask_ahead(&batch.compiled)?;
        let simulation_time = (self.setup.backend.simulation_time() - simulated_before).as_secs_f64();
        self.times.simulation += simulation_time;
        self.times.transfer += laps.next() - simulation_time;
        let refinements = self.refine(&batch, &outcomes)?;
        let refinement_time = if self.learner.is_some() { laps.next() } else { 0.0 };
        self.times.refinement += refinement_time;
        let mut effort = Effort::of(&batch.asked, &outcomes, &refinements, simulation_time, refinement_time);
        effort.add(gradients);
        let coefficients: Vec<Vec<f64>> =
            batch.asked.iter_mut().map(|asked| std::mem::take(&mut asked.coefficients)).collect();
        free(batch.compiled);
        self.pending.tear();
        self.watch(&outcomes, &refinements.learned);
        let mut candidates = self.describe(batch.asked, outcomes, refinements.learned);
        self.times.insertion += laps.next();
        self.learn(&candidates)?;
        effort.training_time = laps.next();
        self.times.training += effort.training_time;
        if let Some(latent) = &self.latent {
            latent.see(&mut candidates)?;
        }
        let placements = self.archive.insert(&candidates);
        self.times.insertion += laps.next();
        self.tell(&places, &candidates, &placements, &coefficients);
        self.times.tell += laps.next();
        free(candidates);
        self.record(effort, &placements, batch.rejected)?;
        self.times.record += laps.next();
        Ok(())
    }

    /// Where this session's time went.
    pub fn times(&self) -> Times {
        self.times
    }

    /// Lets emitters begin anew where they have to, and learn the gradients that they ask for. Gives what those took.
    fn prepare(&mut self, places: &[Range<usize>]) -> Result<Differentiated> {
        let (seed, generation) = (self.setup.experiment.seed, self.spent().generations);
        let (archive, space) = (self.archive.as_ref(), self.setup.space);
        for (i, (emitter, own)) in
            self.setup.emitters.iter_mut().zip(places).enumerate().filter(|(_, (_, p))| !p.is_empty())
        {
            let prepare = Prepare { archive, space, places: own.len() };
            emitter.prepare(prepare, &mut Stream::new(seed, generation, i as u64, Purpose::Prepare));
        }
        let Some(anchors) = &self.anchors else { return Ok(Differentiated::default()) };
        let (anchors, took) = anchors.learn(self.source(places, generation))?;
        for (emitter, anchors) in anchors {
            self.setup.emitters[emitter].learn(anchors, space, places[emitter].len());
        }
        Ok(took)
    }

    fn ask_and_compile(&mut self, places: &[Range<usize>]) -> Result<Batch> {
        let ahead = self.ahead.take();
        let source = self.source(places, self.spent().generations);
        match ahead.filter(|ahead| ahead.is_of(source)) {
            Some(ahead) => ahead.mend(source),
            None => batch::ask(source),
        }
    }

    fn source<'s>(&'s self, places: &'s [Range<usize>], generation: u64) -> Source<'s> {
        let Setup { emitters, space, experiment, .. } = &self.setup;
        Source { emitters, places, archive: self.archive.as_ref(), space: *space, seed: experiment.seed, generation }
    }

    /// Simulates, and while a device does that, asks for the next generation as far as that can be known.
    fn simulate_and_ask_ahead(&mut self, candidates: &[Candidate<f32>]) -> Result<Vec<Outcome>> {
        let (spent, experiment) = (self.spent(), self.setup.experiment);
        let generation = spent.generations + 1;
        let then = Spent { generations: generation, evaluations: spent.evaluations + candidates.len() as u64, ..spent };
        let next = self.batch_size_after(then).filter(|_| !self.schedule.learns());
        let places = next.map(|size| self.schedule.places(size));
        let mut ahead = None;
        let source = places.as_deref().map(|places| self.source(places, generation));
        let outcomes = self
            .setup
            .backend
            .evaluate_while(candidates, &mut || ahead = source.map(Ahead::ask))
            .context("simulation failed")?;
        let kinds = experiment.descriptors.iter().map(|spec| spec.kind);
        let of_episode = kinds.filter(Descriptor::is_of_episode).count();
        check_outcomes(&outcomes, candidates.len(), of_episode + experiment.passive.len())?;
        self.ahead = ahead;
        Ok(outcomes)
    }

    /// Lets those candidates take gradient steps that the experiment chooses.
    fn refine(&self, batch: &Batch, outcomes: &[Outcome]) -> Result<Refinements> {
        let Batch { asked, compiled, .. } = batch;
        let (archive, generation) = (self.archive.as_ref(), self.spent().generations);
        match &self.learner {
            None => Ok(Refinements { learned: vec![Learned::default(); asked.len()], ..Refinements::default() }),
            Some(learner) => {
                learner.refine(Born { asked, compiled, outcomes, archive, generation }, self.setup.backend)
            }
        }
    }

    /// Shows the passive grid what came.
    fn watch(&mut self, outcomes: &[Outcome], learned: &[Learned]) {
        let Some(passive) = &mut self.passive else { return };
        for (born, learned) in outcomes.iter().zip(learned) {
            let outcome = learned.accepted.as_ref().map_or(born, |accepted| &accepted.outcome);
            let (_, watched) = outcome.descriptors.split_at(outcome.descriptors.len() - passive.dims());
            passive.see(watched, outcome.reward);
        }
    }

    /// Where dimensions are learned and it is time for it: trains the encoder on the experience of all elites and of the candidates, in this order, and
    /// builds the archive anew of elites as it sees them now.
    fn learn(&mut self, candidates: &[Elite]) -> Result<()> {
        let generation = self.spent().generations;
        let Some(latent) = self.latent.as_mut().filter(|latent| latent.is_due(generation)) else { return Ok(()) };
        let mut elites: Vec<Elite> = self.archive.elites().map(|(_, elite)| elite.clone()).collect();
        let all = elites.iter().chain(candidates).filter_map(|elite| elite.seen.as_deref());
        let replay: Vec<&Experience> = all.map(|seen| &seen.experience).collect();
        if replay.is_empty() {
            return Ok(());
        }
        latent.learn(&replay)?;
        latent.see(&mut elites)?;
        self.moved.extend(self.archive.take_changed());
        self.moved.extend(self.archive.slots().taken());
        self.archive = archive_of(self.setup.experiment, None).archive;
        self.archive.insert(&elites);
        // What was asked for ahead was asked for of another archive.
        self.ahead = None;
        Ok(())
    }

    /// Joins candidates with what their episodes gave and with what they learned.
    fn describe(&self, asked: Vec<Asked>, outcomes: Vec<Outcome>, learned: Vec<Learned>) -> Vec<Elite> {
        let Spent { generations: generation, evaluations: first_id, .. } = self.spent();
        let experiment = self.setup.experiment;
        let latent = self.latent.is_some();
        let inheritance = experiment.refine.as_ref().map(|spec| spec.inheritance).unwrap_or_default();
        let join = |(place, ((asked, born), learned)): (usize, ((Asked, Outcome), Learned))| {
            let Learned { accepted, refinement } = learned;
            let (genome, learned, mass, physique, outcome) = match accepted {
                None => (asked.genome, None, asked.mass, asked.physique, born),
                Some(Accepted { genome, mass, physique, outcome }) => match inheritance {
                    Inheritance::Lamarckian => (genome, None, mass, physique, outcome),
                    Inheritance::Baldwinian => (asked.genome, Some(genome), mass, physique, outcome),
                },
            };
            let seen = outcome.experience.map(|experience| Arc::new(Seen { experience, earned: outcome.reward }));
            Elite {
                id: first_id + place as u64,
                genome,
                reward: if outcome.ending == Ending::Diverged { f32::NAN } else { outcome.reward },
                descriptors: refinement.join(&experiment.descriptors, &outcome.descriptors),
                parents: asked.parents,
                generation,
                candidate: place as u32,
                emitter: asked.emitter as u32,
                links: asked.links as u32,
                mass,
                physique,
                body_age: asked.body_age,
                refinement,
                learned,
                seen: seen.filter(|_| latent),
            }
        };
        asked.into_par_iter().zip(outcomes).zip(learned).enumerate().map(join).collect()
    }

    fn tell(
        &mut self,
        places: &[Range<usize>],
        candidates: &[Elite],
        placements: &[Placement],
        coefficients: &[Vec<f64>],
    ) {
        let space = self.setup.space;
        for (emitter, own) in self.setup.emitters.iter_mut().zip(places).filter(|(_, own)| !own.is_empty()) {
            let (candidates, placements) = (&candidates[own.clone()], &placements[own.clone()]);
            emitter.tell(Told { space, candidates, placements, coefficients: &coefficients[own.clone()] });
        }
        self.schedule.tell(places, placements);
    }

    fn record(&mut self, effort: Effort, placements: &[Placement], rejected: batch::Rejected) -> Result<()> {
        let metrics = self.measure(effort, placements, rejected);
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
        let (encoder, training) = self.latent.as_mut().map(LatentSpace::take_unsaved).unwrap_or_default();
        let row = |&cell: &usize| Some(Row::new(cell, self.archive.get(cell)?));
        let changes = Changes {
            metrics,
            entered: changed.par_iter().filter_map(row).collect(),
            left: changed.iter().copied().filter(|&cell| self.archive.get(cell).is_none()).collect(),
            archive: self.archive.save(),
            emitters: self.setup.emitters.iter().map(|emitter| emitter.save()).chain([self.schedule.save()]).collect(),
            passive: self.passive.as_ref().map(PassiveGrid::save).unwrap_or_default(),
            encoder,
            training,
        };
        self.store.send(move |store| Ok(store.commit(&changes)?))
    }

    fn measure(&self, effort: Effort, placements: &[Placement], invalid: batch::Rejected) -> Metrics {
        let count = |of: fn(&Placement) -> bool| placements.iter().filter(|placement| of(placement)).count() as u64;
        let before = self.last.as_ref();
        let (mut forward, mut backward) = (effort.forward, effort.backward);
        forward += before.map_or(Steps::default(), |last| last.forward);
        backward += before.map_or(Steps::default(), |last| last.backward);
        let spent = self.spent();
        let qd_offset = archive::qd_offset(&self.setup.experiment.archive);
        Metrics {
            generation: spent.generations,
            evaluations: spent.evaluations + placements.len() as u64,
            scores: Scores::of(self.archive.as_ref(), qd_offset),
            elites: self.archive.len() as u64,
            bodies: self.bodies(),
            new: count(|placement| matches!(placement, Placement::New { .. })),
            improved: count(|placement| matches!(placement, Placement::Improved { .. })),
            diverged: count(|placement| matches!(placement, Placement::NotFinite)),
            refined: effort.refined,
            accepted: effort.accepted,
            dropped: effort.dropped,
            invalid,
            forward,
            backward,
            wall_time: spent.wall_time,
            simulation_time: before.map_or(0.0, |last| last.simulation_time) + effort.simulation_time,
            refinement_time: before.map_or(0.0, |last| last.refinement_time) + effort.refinement_time,
            passive: self.passive.as_ref().map_or(PassiveScores::NONE, |passive| passive.scores(qd_offset)),
            encoder: self.latent.as_ref().map_or(0, LatentSpace::version),
            training_time: before.map_or(0.0, |last| last.training_time) + effort.training_time,
        }
    }

    /// How different the archive's bodies are.
    fn bodies(&self) -> BodyDiversity {
        match self.setup.experiment.body.evolves() {
            true => BodyDiversity::of(self.archive.as_ref()),
            false => BodyDiversity::of_one_body(self.archive.len()),
        }
    }
}

impl Drop for Evolution<'_> {
    fn drop(&mut self) {
        // Whole generations are kept whatever ended this, a lost device for one. Who wants to know of failures has called `finish`.
        let _ = self.commit();
    }
}

/// What simulating and refining a batch took.
#[derive(Clone, Copy, Debug)]
struct Effort {
    forward: Steps,
    backward: Steps,
    refined: u64,
    accepted: u64,
    dropped: u64,
    /// Wall time (s).
    simulation_time: f64,
    /// Wall time (s).
    refinement_time: f64,
    /// Wall time (s).
    training_time: f64,
}

impl Effort {
    fn of(
        asked: &[Asked],
        outcomes: &[Outcome],
        refinements: &Refinements,
        simulation_time: f64,
        refinement_time: f64,
    ) -> Self {
        let Refinements { mut forward, backward, refined, dropped, .. } = *refinements;
        for (asked, outcome) in asked.iter().zip(outcomes) {
            forward += Steps::of(outcome.steps, asked.links);
        }
        let accepted = refinements.learned.iter().filter(|learned| learned.accepted.is_some()).count() as u64;
        Self { forward, backward, refined, accepted, dropped, simulation_time, refinement_time, training_time: 0.0 }
    }

    /// Adds what the gradients of anchors took.
    fn add(&mut self, gradients: Differentiated) {
        self.forward += gradients.forward;
        self.backward += gradients.backward;
        self.refinement_time += gradients.time;
    }
}

/// Drops the parts of a batch on all threads: one by one it would take longer than most steps of the loop.
fn free<T: Send>(parts: Vec<T>) {
    parts.into_par_iter().for_each(drop);
}

/// The empty archive of an experiment. Centroids are fitted once and stored.
fn open_archive(store: &mut Store, experiment: &Experiment) -> Result<Box<dyn Archive>> {
    let stored = store.centroids()?;
    let fresh = stored.is_none();
    let BuiltArchive { archive, centroids } = archive_of(experiment, stored);
    if let Some(centroids) = centroids.filter(|_| fresh) {
        store.put_centroids(&centroids)?;
    }
    Ok(archive)
}

/// The empty archive of an experiment, sampled as that says.
fn archive_of(experiment: &Experiment, centroids: Option<Centroids>) -> BuiltArchive {
    let axes = experiment.axes();
    let protection = experiment.protection.as_ref();
    let BuiltArchive { archive, centroids } =
        archive::build(&experiment.archive, protection, &axes, centroids, experiment.seed);
    BuiltArchive { archive: Preferring::over(archive, &axes, experiment.parents), centroids }
}

fn check_outcomes(outcomes: &[Outcome], candidates: usize, descriptors: usize) -> Result<()> {
    ensure!(outcomes.len() == candidates, "the backend gave {} outcomes for {candidates} candidates", outcomes.len());
    let odd = outcomes.iter().find(|outcome| outcome.descriptors.len() != descriptors);
    match odd {
        Some(odd) => {
            anyhow::bail!("the backend gave {} descriptors where there are {descriptors}", odd.descriptors.len())
        }
        None => Ok(()),
    }
}
