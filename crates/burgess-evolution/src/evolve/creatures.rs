//! Creatures as what a run evolves: they are simulated, refined by gradient steps, and described by their episodes or by an encoder.

use super::LatentSpace;
use super::anchors::Anchors;
use super::clock::{Laps, Times};
use super::domain::{BatchContext, Domain, DomainState, Effort, Evaluation, Run, Search, Steppings};
use crate::descriptors::DescriptorSpec;
use crate::diversity::BodyDiversity;
use crate::experiment::{Experiment, Inheritance};
use crate::genome::Genome;
use crate::life::{EncoderInput, Life};
use crate::metrics::Steps;
use crate::refine::{Accepted, Born, GeneSpace, Learned, Learner, Refinements};
use crate::store::EncoderRow;
use anyhow::{Context, Result, ensure};
use burgess_latent::Loss;
use burgess_physics::batch::{Backend, Outcome};
use burgess_physics::experience::Experience;
use burgess_physics::gradient::Differentiate;
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::model::PAIR_SLOTS;
use burgess_physics::task::Ending;
use burgess_qd::archive::{Elites, PassiveGrid};
use burgess_qd::emitter::Emitter;
use burgess_qd::emitter::batch::{Batch, Offspring, OpenAnchor};
use burgess_qd::{Evaluated, SearchSpace};
use rayon::prelude::*;
use std::path::Path;
use std::sync::{Arc, Once};

/// What creatures are evolved with.
pub struct Setup<'a> {
    /// The experiment; it must have been validated.
    pub experiment: &'a Experiment,
    /// How genomes vary and compile.
    pub space: &'a dyn GeneSpace,
    /// What simulates candidates.
    pub backend: &'a dyn Backend,
    /// What differentiates episodes; only experiments that refine need it.
    pub differentiator: Option<&'a dyn Differentiate>,
    /// What differentiates for emitters, over `gradient_horizon`; only experiments with an emitter that follows gradients need it.
    pub slopes: Option<&'a dyn Differentiate>,
    /// The emitters, one for each of the experiment's; [`emitter::build`](burgess_qd::emitter::build) makes them.
    pub emitters: Vec<Box<dyn Emitter<Genome>>>,
}

impl std::fmt::Debug for Setup<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup").field("experiment", &self.experiment.name).finish_non_exhaustive()
    }
}

impl<'a> Setup<'a> {
    /// The run of this set-up.
    ///
    /// # Errors
    ///
    /// When the experiment asks for refinement, or for an emitter that follows gradients, but no differentiator was given, or when the size of
    /// its batches is still to be found.
    pub fn prepare(self) -> Result<Run<'a, Genome>> {
        let Self { experiment, space, backend, differentiator, slopes, emitters } = self;
        let creatures = Creatures {
            learner: Learner::new(experiment, space, differentiator)?,
            anchors: Anchors::new(experiment, space, slopes)?,
            passive: PassiveGrid::new(&DescriptorSpec::axes(&experiment.passive), experiment.out_of_range),
            latent: None,
            said: Once::new(),
            differentiator: differentiator.or(slopes).map(|differentiator| differentiator.name()),
            experiment,
            backend,
        };
        let space: &'a dyn SearchSpace<Genome> = space;
        Ok(Run { search: Search::of(experiment)?, space, domain: Box::new(creatures), emitters })
    }
}

/// What evaluates creatures.
struct Creatures<'a> {
    experiment: &'a Experiment,
    backend: &'a dyn Backend,
    differentiator: Option<String>,
    learner: Option<Learner<'a>>,
    anchors: Option<Anchors<'a>>,
    passive: Option<PassiveGrid>,
    /// What gives candidates their descriptors, where those are learned.
    latent: Option<LatentSpace>,
    /// Whether contacts without room were spoken of.
    said: Once,
}

impl Domain<Genome> for Creatures<'_> {
    fn backend(&self) -> String {
        self.backend.describe()
    }

    fn differentiator(&self) -> Option<String> {
        self.differentiator.clone()
    }

    fn restore(&mut self, dir: &Path, state: DomainState) -> Result<()> {
        self.latent = LatentSpace::open(self.experiment, dir, state.encoder)?;
        match &mut self.passive {
            Some(passive) => {
                passive.restore(&state.passive).context("the run's stored state does not belong to its experiment")
            }
            None => Ok(()),
        }
    }

    fn has_gradients(&self) -> bool {
        self.anchors.is_some()
    }

    fn differentiate(
        &self,
        anchors: &[OpenAnchor<Genome>],
        cost: &mut Steppings,
    ) -> Result<Vec<Option<Vec<Vec<f64>>>>> {
        self.anchors.as_ref().map_or_else(|| Ok(vec![None; anchors.len()]), |own| own.differentiate(anchors, cost))
    }

    fn evaluate(
        &mut self,
        batch: Batch<Genome>,
        context: BatchContext<'_, Genome>,
        meanwhile: &mut (dyn FnMut() + Send),
    ) -> Result<Evaluation<Genome>> {
        let mut laps = Laps::begin();
        let mut times = Times::default();
        let simulated_before = self.backend.simulation_time();
        let outcomes = self.backend.evaluate_while(&batch.phenotypes, meanwhile).context("simulation failed")?;
        self.check(&outcomes, batch.phenotypes.len())?;
        warn_of_contacts(&outcomes, context.generation, &self.said);
        times.simulation = (self.backend.simulation_time() - simulated_before).as_secs_f64();
        times.transfer = laps.next() - times.simulation;
        let refinements = self.refine(&batch, &outcomes, context)?;
        times.refinement = if self.learner.is_some() { laps.next() } else { 0.0 };
        let effort = Effort {
            simulation_time: times.simulation,
            refinement_time: times.refinement,
            ..effort(&batch.offspring, &outcomes, &refinements)
        };
        super::free(batch.phenotypes);
        self.watch(&outcomes, &refinements.learned);
        let candidates = self.describe(batch.offspring, outcomes, refinements.learned, context);
        times.insertion = laps.next();
        Ok(Evaluation { candidates, effort, times })
    }

    /// Trains the encoder on the experience of all elites and of the candidates, in this order.
    fn learn(
        &mut self,
        generation: u64,
        archive: &dyn Elites<Genome>,
        candidates: &[Evaluated<Genome>],
    ) -> Result<Option<Vec<Evaluated<Genome>>>> {
        let Some(latent) = self.latent.as_mut().filter(|latent| latent.is_due(generation)) else { return Ok(None) };
        let mut elites: Vec<Evaluated<Genome>> = archive.elites().map(|(_, elite)| elite.clone()).collect();
        let all = elites.iter().chain(candidates).filter_map(|candidate| candidate.life.seen.as_deref());
        let replay: Vec<&Experience> = all.map(|seen| &seen.experience).collect();
        if replay.is_empty() {
            return Ok(None);
        }
        latent.learn(&replay)?;
        latent.see(&mut elites)?;
        Ok(Some(elites))
    }

    fn see(&self, candidates: &mut [Evaluated<Genome>]) -> Result<()> {
        self.latent.as_ref().map_or(Ok(()), |latent| latent.see(candidates))
    }

    fn diversity(&self, archive: &dyn Elites<Genome>) -> BodyDiversity {
        match self.experiment.body.evolves() {
            true => BodyDiversity::of(archive),
            false => BodyDiversity::of_one_body(archive.len()),
        }
    }

    fn passive(&self) -> Option<&PassiveGrid> {
        self.passive.as_ref()
    }

    fn version(&self) -> u64 {
        self.latent.as_ref().map_or(0, LatentSpace::version)
    }

    fn take_unsaved(&mut self) -> (Option<EncoderRow>, Vec<(u64, Loss)>) {
        self.latent.as_mut().map(LatentSpace::take_unsaved).unwrap_or_default()
    }
}

impl Creatures<'_> {
    /// Checks that a backend gave what it was asked for.
    fn check(&self, outcomes: &[Outcome], candidates: usize) -> Result<()> {
        let kinds = self.experiment.descriptors.iter().map(|spec| spec.kind);
        let descriptors = kinds.filter(Descriptor::is_of_episode).count() + self.experiment.passive.len();
        let came = outcomes.len();
        ensure!(came == candidates, "the backend gave {came} outcomes for {candidates} candidates");
        let odd = outcomes.iter().map(|outcome| outcome.descriptors.len()).find(|&count| count != descriptors);
        if let Some(odd) = odd {
            anyhow::bail!("the backend gave {odd} descriptors where there are {descriptors}");
        }
        Ok(())
    }

    /// Lets those candidates take gradient steps that the experiment chooses.
    fn refine(
        &self,
        batch: &Batch<Genome>,
        outcomes: &[Outcome],
        context: BatchContext<'_, Genome>,
    ) -> Result<Refinements> {
        let Batch { offspring, phenotypes, .. } = batch;
        let BatchContext { archive, generation, .. } = context;
        match &self.learner {
            None => Ok(Refinements { learned: vec![Learned::default(); offspring.len()], ..Refinements::default() }),
            Some(learner) => {
                learner.refine(Born { offspring, phenotypes, outcomes, archive, generation }, self.backend)
            }
        }
    }

    /// Shows the passive grid the results of a batch.
    fn watch(&mut self, outcomes: &[Outcome], learned: &[Learned]) {
        let Some(passive) = &mut self.passive else { return };
        for (born, learned) in outcomes.iter().zip(learned) {
            let outcome = learned.accepted.as_ref().map_or(born, |accepted| &accepted.outcome);
            let (_, watched) = outcome.descriptors.split_at(outcome.descriptors.len() - passive.dims());
            passive.see(watched, outcome.reward);
        }
    }

    /// Joins offspring with what their episodes gave and with what they learned.
    fn describe(
        &self,
        offspring: Vec<Offspring<Genome>>,
        outcomes: Vec<Outcome>,
        learned: Vec<Learned>,
        context: BatchContext<'_, Genome>,
    ) -> Vec<Evaluated<Genome>> {
        let BatchContext { generation, first_id, .. } = context;
        let experiment = self.experiment;
        let is_encoded = self.latent.is_some();
        let inheritance = experiment.refine.as_ref().map(|spec| spec.inheritance).unwrap_or_default();
        let join = |(place, ((born, outcome), learned)): (usize, ((Offspring<Genome>, Outcome), Learned))| {
            let Learned { accepted, refinement } = learned;
            let (solution, learned, traits, outcome) = match accepted {
                None => (born.solution, None, born.traits, outcome),
                Some(Accepted { genome, traits, outcome }) => match inheritance {
                    Inheritance::Lamarckian => (genome, None, traits, outcome),
                    Inheritance::Baldwinian => (born.solution, Some(genome), traits, outcome),
                },
            };
            let seen =
                outcome.experience.map(|experience| Arc::new(EncoderInput { experience, earned: outcome.reward }));
            Evaluated {
                id: first_id + place as u64,
                solution,
                reward: if outcome.ending == Ending::Diverged { f32::NAN } else { outcome.reward },
                descriptors: DescriptorSpec::join(&experiment.descriptors, refinement, &outcome.descriptors),
                parents: born.parents,
                generation,
                candidate: place as u32,
                emitter: born.emitter as u32,
                age: born.age,
                traits,
                life: Life { refinement, learned, seen: seen.filter(|_| is_encoded) },
            }
        };
        offspring.into_par_iter().zip(outcomes).zip(learned).enumerate().map(join).collect()
    }
}

/// Says, once in a run, that contacts had no room.
fn warn_of_contacts(outcomes: &[Outcome], generation: u64, said: &Once) {
    let all: u64 = outcomes.iter().map(|outcome| u64::from(outcome.contacts_left_out)).sum();
    if all > 0 {
        said.call_once(|| {
            log::warn!(
                "generation {generation}: {all} contacts between links were left out; a creature has room for {PAIR_SLOTS} a \
                 link at a time. This is said once"
            );
        });
    }
}

/// What simulating and refining a batch took, but for the wall time.
fn effort(offspring: &[Offspring<Genome>], outcomes: &[Outcome], refinements: &Refinements) -> Effort {
    let Refinements { mut forward, backward, refined, dropped, .. } = *refinements;
    for (offspring, outcome) in offspring.iter().zip(outcomes) {
        forward += Steps::of(outcome.steps, offspring.traits.links as usize);
    }
    let accepted = refinements.learned.iter().filter(|learned| learned.accepted.is_some()).count() as u64;
    Effort { steps: Steppings { forward, backward }, refined, accepted, dropped, ..Effort::default() }
}
