//! The generation loop: ask, compile, simulate, describe, insert, tell, record.
//!
//! Between two generations all state of a run is in its store, so a run is *always* resumed: a new one from an empty
//! store. Random numbers come from streams keyed by seed, generation and candidate, and everything else follows the order
//! of candidates or cells, so the archive after a generation depends on the experiment, the backend and nothing else.

mod budget;
mod clock;
pub mod folder;
pub mod progress;
pub mod provenance;
pub mod session;
pub mod start;
pub mod table;
pub mod verify;

pub use budget::Spent;

use crate::archive::metrics::{Metrics, Scores};
use crate::archive::store::{Generation, Saved, Store};
use crate::archive::{self, Archive, BuiltArchive, Elite, Placement};
use crate::creature::Candidate;
use crate::emitter::batch::{self, Asked, Batch};
use crate::emitter::{Ask, Emitter, SearchSpace, Told};
use crate::experiment::Experiment;
use crate::sim::{Backend, Ending, Outcome};
use anyhow::{Context, Result, ensure};
use clock::Clock;
use std::ops::Range;
use std::path::Path;

/// What is searched, and with what.
pub struct Setup<'a> {
    /// The experiment; it must have been validated.
    pub experiment: &'a Experiment,
    /// How genomes vary and compile.
    pub space: &'a dyn SearchSpace,
    /// What simulates candidates.
    pub backend: &'a dyn Backend,
    /// The emitters, one for each of the experiment's; [`emitter::build`](crate::emitter::build) makes them.
    pub emitters: Vec<Box<dyn Emitter>>,
}

/// A run between two generations.
pub struct Evolution<'a> {
    setup: Setup<'a>,
    shares: Vec<f64>,
    archive: Box<dyn Archive>,
    store: Store,
    last: Option<Metrics>,
    clock: Clock,
}

impl<'a> Evolution<'a> {
    /// Takes up the run in a folder where its store left off; an empty store starts it.
    ///
    /// # Errors
    ///
    /// When the store cannot be opened, or holds what does not belong to the experiment.
    pub fn resume(dir: &Path, setup: Setup<'a>) -> Result<Self> {
        let mut store = Store::open(dir)?;
        let archive = open_archive(&mut store, setup.experiment)?;
        let saved = store.saved()?;
        let mut evolution = Self {
            shares: batch::shares(&setup.experiment.emitters),
            clock: Clock::starting_at(saved.metrics.as_ref().map_or(0.0, |metrics| metrics.wall_time)),
            setup,
            archive,
            store,
            last: None,
        };
        evolution.restore(saved).context("the run's stored state does not belong to its experiment")?;
        Ok(evolution)
    }

    fn restore(&mut self, saved: Saved) -> Result<()> {
        let (cells, elites): (Vec<usize>, Vec<Elite>) = saved.elites.into_iter().unzip();
        let placements = self.archive.insert(&elites);
        for ((elite, cell), placement) in elites.iter().zip(cells).zip(placements) {
            ensure!(placement == Placement::New { cell }, "elite {} is not of cell {cell}", elite.id);
        }
        for (emitter, state) in saved.emitters {
            let emitter =
                self.setup.emitters.get_mut(emitter).with_context(|| format!("there is no emitter {emitter}"))?;
            emitter.restore(&state)?;
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

    /// The store, for reading.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Ends this part of the run and leaves the store as one plain file.
    pub fn close(self) {
        self.store.close();
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
        self.spent().next_batch_size(&self.setup.experiment.budget, self.setup.experiment.batch_size)
    }

    /// One generation of `size` candidates, from asking for them to the committed record.
    ///
    /// # Errors
    ///
    /// When the backend or the store fails. The store then holds the generations before; this value must not be used further.
    pub fn generation(&mut self, size: usize) -> Result<()> {
        let places = batch::split(&self.shares, size);
        let batch = self.ask_and_compile(&places)?;
        let outcomes = self.simulate(&batch)?;
        let effort = Effort::of(&batch, &outcomes);
        let candidates = self.describe(batch.candidates, outcomes);
        let placements = self.archive.insert(&candidates);
        self.tell(&places, &candidates, &placements);
        self.record(effort, &placements, batch.rejected)
    }

    fn ask_and_compile(&self, places: &[Range<usize>]) -> Result<Batch> {
        let ask = Ask { archive: self.archive.as_ref(), space: self.setup.space };
        batch::ask(&self.setup.emitters, places, ask, self.setup.experiment.seed, self.spent().generations)
    }

    fn simulate(&self, batch: &Batch) -> Result<Vec<Outcome>> {
        let single = |asked: &Asked| asked.compiled.map(|x| x as f32);
        let candidates: Vec<Candidate<f32>> = batch.candidates.iter().map(single).collect();
        let outcomes = self.setup.backend.evaluate(&candidates).context("simulation failed")?;
        check_outcomes(&outcomes, candidates.len(), self.setup.experiment.descriptors.len())?;
        Ok(outcomes)
    }

    /// Joins candidates with what their episodes gave.
    fn describe(&self, candidates: Vec<Asked>, outcomes: Vec<Outcome>) -> Vec<Elite> {
        let Spent { generations: generation, evaluations: first_id, .. } = self.spent();
        let join = |(place, (asked, outcome)): (usize, (Asked, Outcome))| Elite {
            id: first_id + place as u64,
            genome: asked.genome,
            reward: if outcome.ending == Ending::Diverged { f32::NAN } else { outcome.reward },
            descriptors: outcome.descriptors,
            parents: asked.parents,
            generation,
            candidate: place as u32,
            emitter: asked.emitter as u32,
            links: asked.compiled.creature.links.len() as u32,
            mass: asked.compiled.creature.mass(),
        };
        candidates.into_iter().zip(outcomes).enumerate().map(join).collect()
    }

    fn tell(&mut self, places: &[Range<usize>], candidates: &[Elite], placements: &[Placement]) {
        for (emitter, place) in self.setup.emitters.iter_mut().zip(places) {
            emitter.tell(Told { candidates: &candidates[place.clone()], placements: &placements[place.clone()] });
        }
    }

    fn record(&mut self, effort: Effort, placements: &[Placement], rejected: batch::Rejected) -> Result<()> {
        let metrics = self.measure(effort, placements, rejected);
        let mut cells: Vec<usize> = placements.iter().filter_map(Placement::entered).collect();
        cells.sort_unstable();
        cells.dedup();
        let occupant = |cell| Some((cell, self.archive.get(cell)?));
        self.store.commit(&Generation {
            metrics: &metrics,
            entered: cells.into_iter().filter_map(occupant).collect(),
            emitters: self.setup.emitters.iter().map(|emitter| emitter.save()).collect(),
        })?;
        self.last = Some(metrics);
        Ok(())
    }

    fn measure(&self, effort: Effort, placements: &[Placement], invalid: batch::Rejected) -> Metrics {
        let count = |of: fn(&Placement) -> bool| placements.iter().filter(|placement| of(placement)).count() as u64;
        let (creature_steps, body_steps) =
            self.last.as_ref().map_or((0, 0), |last| (last.creature_steps, last.body_steps));
        let spent = self.spent();
        Metrics {
            generation: spent.generations,
            evaluations: spent.evaluations + placements.len() as u64,
            scores: Scores::of(self.archive.as_ref(), archive::qd_offset(&self.setup.experiment.archive)),
            elites: self.archive.len() as u64,
            new: count(|placement| matches!(placement, Placement::New { .. })),
            improved: count(|placement| matches!(placement, Placement::Improved { .. })),
            diverged: count(|placement| matches!(placement, Placement::NotFinite)),
            invalid,
            creature_steps: creature_steps + effort.creature_steps,
            body_steps: body_steps + effort.body_steps,
            wall_time: spent.wall_time,
        }
    }
}

/// What simulating one batch took.
#[derive(Clone, Copy, Debug)]
struct Effort {
    creature_steps: u64,
    body_steps: u64,
}

impl Effort {
    fn of(batch: &Batch, outcomes: &[Outcome]) -> Self {
        let links = batch.candidates.iter().map(|asked| asked.compiled.creature.links.len() as u64);
        let steps = || outcomes.iter().map(|outcome| u64::from(outcome.steps));
        Self { creature_steps: steps().sum(), body_steps: steps().zip(links).map(|(steps, links)| steps * links).sum() }
    }
}

/// The empty archive of an experiment. Centroids are fitted once and stored.
fn open_archive(store: &mut Store, experiment: &Experiment) -> Result<Box<dyn Archive>> {
    let stored = store.centroids()?;
    let fresh = stored.is_none();
    let BuiltArchive { archive, centroids } =
        archive::build(&experiment.archive, &experiment.descriptors, stored, experiment.seed);
    if let Some(centroids) = centroids.filter(|_| fresh) {
        store.put_centroids(&centroids)?;
    }
    Ok(archive)
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
