//! A whole batch: who is refined, the steps, and the judgement.

use super::choice::{Prospect, choose};
use super::climb::{ClimbStatus, Climber, Rules};
use super::space::GeneSpace;
use crate::descriptors::DescriptorSpec;
use crate::experiment::{Acceptance, Experiment, Refine, Refined};
use crate::genome::Genome;
use crate::life::{BodyTraits, Refinement};
use crate::metrics::Steps;
use anyhow::{Context, Result, ensure};
use burgess_physics::batch::{Backend, Outcome};
use burgess_physics::gradient::{Differentiate, Objective};
use burgess_physics::model::Candidate;
use burgess_physics::task::Ending;
use burgess_physics::world::World;
use burgess_qd::emitter::batch::Offspring;
use burgess_qd::{Elites, GeneGroup};
use rayon::prelude::*;
use std::panic::resume_unwind;
use std::thread::ScopedJoinHandle;

/// Fewest candidates of a group that climbs by itself: fewer leave a large device idle.
const LEAST_GROUP: usize = 1024;

/// What refines the candidates of an experiment.
pub struct Learner<'a> {
    experiment: &'a Experiment,
    spec: Refine,
    space: &'a dyn GeneSpace,
    differentiator: &'a dyn Differentiate,
    world: World<f64>,
    objective: Objective,
}

impl std::fmt::Debug for Learner<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Learner").field("spec", &self.spec).finish_non_exhaustive()
    }
}

/// A batch that was simulated as it was born; the lists have one item a candidate.
#[derive(Clone, Copy)]
pub struct Born<'a> {
    /// What was asked for.
    pub offspring: &'a [Offspring<Genome>],
    /// What was simulated.
    pub phenotypes: &'a [Candidate<f32>],
    /// What that gave.
    pub outcomes: &'a [Outcome],
    /// The archive that it was asked with.
    pub archive: &'a dyn Elites<Genome>,
    /// Number of the generation.
    pub generation: u64,
}

impl std::fmt::Debug for Born<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Born").field("generation", &self.generation).finish_non_exhaustive()
    }
}

/// What became of a batch.
#[derive(Clone, Debug, Default)]
pub struct Refinements {
    /// One a candidate; nothing where the experiment refines nothing.
    pub learned: Vec<Learned>,
    /// Steps simulated forward.
    pub forward: Steps,
    /// Steps that gradients went back through.
    pub backward: Steps,
    /// Candidates that took gradient steps.
    pub refined: u64,
    /// Of those, the ones that were dropped.
    pub dropped: u64,
}

/// What became of one candidate.
#[derive(Clone, Debug, Default)]
pub struct Learned {
    /// What it is now, if it was accepted.
    pub accepted: Option<Accepted>,
    /// Gain and trust.
    pub refinement: Refinement,
}

/// A candidate after its steps.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Its genes.
    pub genome: Genome,
    /// What is known of its body.
    pub traits: BodyTraits,
    /// What its full episode gave.
    pub outcome: Outcome,
}

impl<'a> Learner<'a> {
    /// For an experiment; none when it refines nothing.
    ///
    /// # Errors
    ///
    /// When it refines and there is nothing that differentiates.
    pub fn new(
        experiment: &'a Experiment,
        space: &'a dyn GeneSpace,
        differentiator: Option<&'a dyn Differentiate>,
    ) -> Result<Option<Self>> {
        let Some(mut spec) = experiment.refine.clone() else { return Ok(None) };
        let differentiator = differentiator.context("the experiment refines, but nothing here differentiates")?;
        let plan = experiment.plan_over(spec.horizon);
        if !experiment.body.evolves() {
            spec.genes = GeneGroup::Brain;
        }
        let objective = Objective::reward(plan.task.descriptors.len());
        Ok(Some(Self { experiment, spec, space, differentiator, world: plan.world, objective }))
    }

    /// Refines a batch.
    ///
    /// # Errors
    ///
    /// When a device fails.
    pub fn refine(&self, born: Born<'_>, backend: &dyn Backend) -> Result<Refinements> {
        let inherited: Vec<f32> =
            born.offspring.iter().map(|offspring| self.spec.trust.inherited(offspring.heritage)).collect();
        let places = self.choose(born, &inherited);
        let mut refinements = Refinements { refined: places.len() as u64, ..Refinements::default() };
        let begin = |&place: &usize| Climber::new(&born.offspring[place], born.phenotypes[place].clone(), &self.spec);
        let mut climbers: Vec<Climber> = places.par_iter().map(begin).collect();
        let steps = self.climb(&mut climbers)?;
        (refinements.forward, refinements.backward) = (steps, steps);
        let after = self.simulate(&mut climbers, &born, &places, backend, &mut refinements)?;
        refinements.dropped = climbers.iter().filter(|climber| climber.state == ClimbStatus::Dropped).count() as u64;
        let untouched =
            |&trust: &f32| Learned { accepted: None, refinement: Refinement { trust, ..Refinement::default() } };
        refinements.learned = inherited.iter().map(untouched).collect();
        let judged = places.par_iter().zip(climbers).zip(after);
        let judged: Vec<Learned> = judged
            .map(|((&place, climber), after)| self.judge(climber, born, place, after, inherited[place]))
            .collect();
        for (place, learned) in places.into_iter().zip(judged) {
            refinements.learned[place] = learned;
        }
        Ok(refinements)
    }

    /// The places of those that are refined, ascending.
    fn choose(&self, born: Born<'_>, inherited: &[f32]) -> Vec<usize> {
        let prospect = |((outcome, &trust), offspring): ((&Outcome, &f32), &Offspring<Genome>)| {
            let refinement = Refinement { trust, ..Refinement::default() };
            Prospect {
                eligible: is_sound(outcome) && self.spec.trust.follows(trust),
                // Others don't ask, and where dimensions are learned nobody could tell yet.
                promise: match self.spec.which {
                    Refined::Promising(_) => self.promise(outcome, refinement, offspring.age, born.archive),
                    Refined::All | Refined::Share(_) => 0.0,
                },
            }
        };
        let prospects: Vec<Prospect> =
            born.outcomes.par_iter().zip(inherited).zip(born.offspring).map(prospect).collect();
        choose(self.spec.which, &prospects, self.experiment.seed, born.generation)
    }

    /// By how much the QD-score, of its layer if there are several, would rise; below zero where the incumbent is better, or where it could not go in.
    fn promise(&self, outcome: &Outcome, refinement: Refinement, age: u32, archive: &dyn Elites<Genome>) -> f64 {
        if !is_sound(outcome) {
            return f64::NEG_INFINITY;
        }
        let descriptors = self.descriptors(outcome, refinement);
        if !archive.admits(&descriptors) {
            return f64::NEG_INFINITY;
        }
        let empty = self.experiment.archive.qd_offset();
        let worth = archive.incumbent(&descriptors, age).map_or(empty, |incumbent| f64::from(incumbent.reward));
        f64::from(outcome.reward) - worth
    }

    /// Those of the archive, as far as they are known before encoders look.
    fn descriptors(&self, outcome: &Outcome, refinement: Refinement) -> Vec<f32> {
        DescriptorSpec::join(&self.experiment.descriptors, refinement, &outcome.descriptors)
    }

    /// All steps of all climbers, and how much was simulated for that. They climb in as many groups as the differentiator works on at the same
    /// time, each at its own pace, so that a device differentiates one group while the genes of another move.
    fn climb(&self, climbers: &mut [Climber]) -> Result<Steps> {
        let groups = self.differentiator.calls_at_once().min(climbers.len() / LEAST_GROUP).max(1);
        if groups == 1 {
            // On the threads of whoever calls.
            return self.climb_together(climbers);
        }
        let groups = climbers.chunks_mut(climbers.len().div_ceil(groups));
        let each: Vec<Result<Steps>> = std::thread::scope(|scope| {
            let climb = |group| scope.spawn(move || self.climb_together(group));
            let threads: Vec<_> = groups.map(climb).collect();
            let join = |thread: ScopedJoinHandle<'_, _>| thread.join().unwrap_or_else(|panic| resume_unwind(panic));
            threads.into_iter().map(join).collect()
        });
        each.into_iter().try_fold(Steps::default(), |mut sum, steps| {
            sum += steps?;
            Ok(sum)
        })
    }

    /// All steps of a group.
    fn climb_together(&self, climbers: &mut [Climber]) -> Result<Steps> {
        let rules = Rules { spec: &self.spec, space: self.space, world: &self.world };
        let mut steps = Steps::default();
        for _ in 0..self.spec.steps {
            let mut active: Vec<&mut Climber> =
                climbers.iter_mut().filter(|climber| climber.state == ClimbStatus::Climbing).collect();
            if active.is_empty() {
                break;
            }
            let candidates: Vec<Candidate<f32>> =
                active.iter_mut().map(|climber| climber.candidate.take().expect("it has one between steps")).collect();
            let gradients =
                self.differentiator.differentiate(&candidates, &self.objective).context("differentiation failed")?;
            let (came, asked) = (gradients.len(), candidates.len());
            ensure!(came == asked, "the differentiator gave {came} gradients for {asked} candidates");
            for (candidate, gradient) in candidates.iter().zip(&gradients) {
                steps += Steps::of(gradient.returns.steps, candidate.model.links.len());
            }
            active.par_iter_mut().zip(candidates).zip(gradients).for_each(|((climber, candidate), gradient)| {
                climber.candidate = Some(candidate);
                climber.step(&gradient, &rules);
            });
        }
        Ok(steps)
    }

    /// A full episode of each climber that moved.
    fn simulate(
        &self,
        climbers: &mut [Climber],
        born: &Born<'_>,
        places: &[usize],
        backend: &dyn Backend,
        refinements: &mut Refinements,
    ) -> Result<Vec<Option<Outcome>>> {
        let take = |(climber, &place): (&mut Climber, &usize)| {
            let moved = climber.state != ClimbStatus::Dropped && climber.genome != born.offspring[place].solution;
            climber.candidate.take().filter(|_| moved)
        };
        let taken: Vec<Option<Candidate<f32>>> = climbers.par_iter_mut().zip(places).map(take).collect();
        let moved: Vec<bool> = taken.iter().map(Option::is_some).collect();
        let candidates: Vec<Candidate<f32>> = taken.into_iter().flatten().collect();
        // Devices need not know what to do with nothing.
        let outcomes = match candidates[..] {
            [] => Vec::new(),
            _ => backend.evaluate(&candidates).context("simulation failed")?,
        };
        let (came, asked) = (outcomes.len(), candidates.len());
        ensure!(came == asked, "the backend gave {came} outcomes for {asked} candidates");
        for (candidate, outcome) in candidates.iter().zip(&outcomes) {
            refinements.forward += Steps::of(outcome.steps, candidate.model.links.len());
        }
        candidates.into_par_iter().for_each(drop);
        let mut outcomes = outcomes.into_iter();
        Ok(moved.into_iter().map(|moved| moved.then(|| outcomes.next()).flatten()).collect())
    }

    /// Better of before and after, or after in any case, as the experiment has it.
    fn judge(&self, climber: Climber, born: Born<'_>, place: usize, after: Option<Outcome>, inherited: f32) -> Learned {
        let (before, age) = (&born.outcomes[place], born.offspring[place].age);
        let trust = match climber.state {
            // A gradient that is none can't be trusted at all.
            ClimbStatus::Dropped => -1.0,
            ClimbStatus::Climbing | ClimbStatus::Stuck => {
                climber.agreement.figure().map_or(inherited, |figure| figure as f32)
            }
        };
        let after = after.filter(is_sound);
        let gain = after.as_ref().map_or(0.0, |after| after.reward - before.reward);
        let refinement = Refinement { refined: true, gain, trust };
        let worth = |outcome: &Outcome| self.promise(outcome, refinement, age, born.archive);
        let admits = |outcome: &Outcome| born.archive.admits(&self.descriptors(outcome, refinement));
        let accept = |after: &Outcome| match self.spec.acceptance {
            // A greater reward is of no use outside the archive.
            Acceptance::Best => after.reward > before.reward && (admits(after) || !admits(before)),
            Acceptance::Archive => worth(after) > worth(before),
            Acceptance::Always => true,
        };
        let Climber { genome, traits, .. } = climber;
        let accepted = after.filter(accept).map(|outcome| Accepted { genome, traits, outcome });
        Learned { accepted, refinement }
    }
}

/// Whether an episode gave numbers.
fn is_sound(outcome: &Outcome) -> bool {
    let finite = outcome.reward.is_finite() && outcome.descriptors.iter().all(|d| d.is_finite());
    outcome.ending != Ending::Diverged && finite
}
