//! What a run evolves, as the loop sees it: creatures in a simulation, points of a benchmark.

use super::clock::Times;
use crate::diversity::BodyDiversity;
use crate::experiment::{Budget, Experiment};
use crate::metrics::Steps;
use crate::store::EncoderRow;
use anyhow::{Context, Result};
use burgess_latent::Loss;
use burgess_qd::archive::{ArchiveSpec, Axis, Elites, OutOfRange, Parents, PassiveGrid, Protection};
use burgess_qd::emitter::batch::{Batch, OpenAnchor};
use burgess_qd::emitter::{Emitter, Scheduler};
use burgess_qd::{Evaluated, SearchSpace, Solution};
use std::path::Path;

/// All that a run is started with.
pub struct Run<'a, S: Solution> {
    /// What the loop goes by.
    pub search: Search,
    /// How solutions vary and compile.
    pub space: &'a dyn SearchSpace<S>,
    /// What evaluates them.
    pub domain: Box<dyn Domain<S> + 'a>,
    /// The emitters, one for each share of the search.
    pub emitters: Vec<Box<dyn Emitter<S>>>,
}

impl<S: Solution> std::fmt::Debug for Run<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run").field("search", &self.search).finish_non_exhaustive()
    }
}

/// What an experiment says of the search, whatever is evolved.
#[derive(Clone, Debug)]
pub struct Search {
    /// Seed of every random stream.
    pub seed: u64,
    /// The archive's dimensions.
    pub axes: Vec<Axis>,
    /// What becomes of candidates outside them.
    pub out_of_range: OutOfRange,
    /// The kind of archive.
    pub archive: ArchiveSpec,
    /// How young lineages are protected from old ones.
    pub protection: Option<Protection>,
    /// Niches of each cell, where kinds are kept apart.
    pub niches: Option<usize>,
    /// Which elites become parents.
    pub parents: Parents,
    /// How emitters share a batch.
    pub scheduler: Scheduler,
    /// The emitters' shares.
    pub shares: Vec<f64>,
    /// Candidates of a generation.
    pub batch_size: usize,
    /// Candidates of the first generation, if their number differs.
    pub first_batch: Option<usize>,
    /// When the run ends.
    pub budget: Budget,
}

/// What evaluates solutions of a kind, and what it remembers from generation to generation.
pub trait Domain<S: Solution> {
    /// What evaluates, as it describes itself, e.g. `cpu, 2 threads`.
    fn backend(&self) -> String;

    /// What differentiates, in the same words; `None` where nothing does.
    fn differentiator(&self) -> Option<String>;

    /// Takes back what the domain stored, in the run folder `dir`.
    ///
    /// # Errors
    ///
    /// When the stored state is not what the experiment asks for.
    fn restore(&mut self, dir: &Path, state: DomainState) -> Result<()>;

    /// Whether emitters are given gradients.
    fn has_gradients(&self) -> bool;

    /// Differentiates at anchors: for each of them the gradients that it wants ([`OpenAnchor::follows`]) with respect to the parameters of
    /// its solution; `None` where the evaluation failed.
    ///
    /// # Errors
    ///
    /// When the device fails.
    fn differentiate(&self, anchors: &[OpenAnchor<S>], cost: &mut Steppings) -> Result<Vec<Option<Vec<Vec<f64>>>>>;

    /// Evaluates a batch, and calls `meanwhile` at most once, while the processor would only wait for a device.
    ///
    /// # Errors
    ///
    /// When the device fails.
    fn evaluate(
        &mut self,
        batch: Batch<S>,
        context: BatchContext<'_, S>,
        meanwhile: &mut (dyn FnMut() + Send),
    ) -> Result<Evaluation<S>>;

    /// Learns new descriptors from the elites and a batch of candidates, if it is time for that. Returns the elites as they are described
    /// from then on; `None` where nothing has changed.
    ///
    /// # Errors
    ///
    /// When the training fails.
    fn learn(
        &mut self,
        _generation: u64,
        _archive: &dyn Elites<S>,
        _candidates: &[Evaluated<S>],
    ) -> Result<Option<Vec<Evaluated<S>>>> {
        Ok(None)
    }

    /// Gives candidates the descriptors that are learned.
    ///
    /// # Errors
    ///
    /// When a candidate cannot be described.
    fn see(&self, _candidates: &mut [Evaluated<S>]) -> Result<()> {
        Ok(())
    }

    /// How different the bodies in an archive are.
    fn diversity(&self, archive: &dyn Elites<S>) -> BodyDiversity;

    /// The passive grid, if there is one.
    fn passive(&self) -> Option<&PassiveGrid> {
        None
    }

    /// Rounds of training behind the descriptors; 0 where nothing is learned.
    fn version(&self) -> u64 {
        0
    }

    /// The encoder, if it has learned since the last call, and the losses of that.
    fn take_unsaved(&mut self) -> (Option<EncoderRow>, Vec<(u64, Loss)>) {
        Default::default()
    }
}

/// What a domain has stored.
#[derive(Clone, Debug, Default)]
pub struct DomainState {
    /// The passive grid; empty where nothing was stored.
    pub passive: Vec<u8>,
    /// The bytes of what learns dimensions; `None` before the first training.
    pub encoder: Option<Vec<u8>>,
}

/// When a batch is evaluated.
pub struct BatchContext<'a, S: Solution> {
    /// The archive that the batch was asked with.
    pub archive: &'a dyn Elites<S>,
    /// Number of the generation.
    pub generation: u64,
    /// Number of the batch's first evaluation, counted over the run from 0.
    pub first_id: u64,
}

impl<S: Solution> std::fmt::Debug for BatchContext<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BatchContext")
            .field("generation", &self.generation)
            .field("first_id", &self.first_id)
            .finish_non_exhaustive()
    }
}

impl<S: Solution> Clone for BatchContext<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Solution> Copy for BatchContext<'_, S> {}

/// What the evaluation of a batch gives.
#[derive(Debug)]
pub struct Evaluation<S: Solution> {
    /// The evaluated candidates, in the order of the batch.
    pub candidates: Vec<Evaluated<S>>,
    /// What it took.
    pub effort: Effort,
    /// Where its wall time went.
    pub times: Times,
}

/// Steps that were simulated.
#[derive(Clone, Copy, Debug, Default)]
pub struct Steppings {
    /// Steps simulated forward.
    pub forward: Steps,
    /// Steps that gradients went back through.
    pub backward: Steps,
}

/// What a generation took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Effort {
    /// Simulated steps.
    pub steps: Steppings,
    /// Candidates that took gradient steps.
    pub refined: u64,
    /// Of those, the ones that were accepted as refined.
    pub accepted: u64,
    /// Of those, the ones whose refinement was dropped since a gradient was not finite.
    pub dropped: u64,
    /// Wall time of the simulation (s).
    pub simulation_time: f64,
    /// Wall time of refinement and of anchors' gradients (s).
    pub refinement_time: f64,
    /// Wall time of training (s).
    pub training_time: f64,
}

impl Search {
    /// The search of an experiment.
    ///
    /// # Errors
    ///
    /// When the size of its batches is still to be found: see [`Experiment::settle_batch_size`].
    pub fn of(experiment: &Experiment) -> Result<Self> {
        let batch_size = experiment.batch_size.number().context("batch_size: must be a number, is Auto")?;
        Ok(Self {
            seed: experiment.seed,
            axes: experiment.axes().iter().map(|spec| spec.axis()).collect(),
            out_of_range: experiment.out_of_range,
            archive: experiment.archive.clone(),
            protection: experiment.protection.clone(),
            niches: experiment.niches(),
            parents: experiment.parents,
            scheduler: experiment.scheduler,
            shares: experiment.emitters.iter().map(|spec| spec.share).collect(),
            batch_size,
            first_batch: experiment.first_batch,
            budget: experiment.budget.clone(),
        })
    }
}
