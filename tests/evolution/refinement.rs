//! Refinement in the loop, on physics by formula: candidates climb, get no worse, and runs stay what they promise.

use crate::fakes::{self, HORIZON, Hill, Numbers, Slope, experiment, numbers};
use crate::program;
use burgess_evolution::descriptors::DescriptorSpec;
use burgess_evolution::evolve::folder::RunFolder;
use burgess_evolution::evolve::{Evolution, Setup, session, verify};
use burgess_evolution::experiment::{
    Acceptance, BodySource, Experiment, Inheritance, Rates, Refine, Refined, TrustRule,
};
use burgess_evolution::genome::{BodyLimits, Genome};
use burgess_evolution::life::{Life, Refinement};
use burgess_evolution::refine::{Born, Learned, Learner, Refinements};
use burgess_evolution::store::RunReader;
use burgess_physics::batch::{Backend, Outcome};
use burgess_physics::gradient::{Differentiate, Gradient, Objective};
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::model::Candidate;
use burgess_physics::task::Ending;
use burgess_qd::emitter::batch::{self, Batch, Source};
use burgess_qd::optimiser::Optimiser;
use burgess_qd::{Archive, Elites, Evaluated, GeneGroup, emitter};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const SPACE: Numbers = Numbers { limit: 0.3 };
/// Where no step is too far.
const WIDE: Numbers = Numbers { limit: f64::INFINITY };

/// Small steps, so that the bumps of the hill are followed.
fn spec() -> Refine {
    Refine { steps: 6, rates: Rates { brain: 0.05, body: 0.0 }, ..Refine::default() }
}

fn refining(generations: u64, spec: Refine) -> Experiment {
    Experiment { refine: Some(spec), ..experiment(generations) }
}

fn setup<'a>(experiment: &'a Experiment, backend: &'a Hill, slope: &'a Slope) -> Setup<'a> {
    setup_in(&SPACE, experiment, backend, slope)
}

fn setup_in<'a>(space: &'a Numbers, experiment: &'a Experiment, backend: &'a Hill, slope: &'a Slope) -> Setup<'a> {
    let emitters = emitter::build(&experiment.emitters, &DescriptorSpec::dimensions(&experiment.descriptors));
    Setup { experiment, space, backend, differentiator: Some(slope), slopes: None, emitters }
}

fn start(out: &Path, experiment: &Experiment) -> PathBuf {
    RunFolder::create(out, experiment, &["none"]).unwrap().dir().to_owned()
}

/// A run to its end, in a folder that lasts as long as the guard.
fn run(experiment: &Experiment, backend: &Hill, slope: &Slope) -> (RunReader, tempfile::TempDir) {
    run_in(&SPACE, experiment, backend, slope)
}

fn run_in(space: &Numbers, experiment: &Experiment, backend: &Hill, slope: &Slope) -> (RunReader, tempfile::TempDir) {
    let out = tempfile::tempdir().unwrap();
    let dir = start(out.path(), experiment);
    let folder = RunFolder::open(&dir).unwrap();
    session::run(&folder, setup_in(space, experiment, backend, slope), &program(), &AtomicBool::new(false)).unwrap();
    (RunReader::open(&dir).unwrap(), out)
}

fn elites(run: &RunReader) -> Vec<Evaluated<Genome>> {
    run.elites().unwrap().into_iter().map(|(_, elite)| elite).collect()
}

/// The first batch of an experiment, simulated.
struct First {
    batch: Batch<Genome>,
    outcomes: Vec<Outcome>,
}

impl First {
    fn of(experiment: &Experiment) -> Self {
        Self::of_size(experiment, 64)
    }

    fn of_size(experiment: &Experiment, size: usize) -> Self {
        let archive = archive(experiment);
        let emitters = emitter::build(&experiment.emitters, &DescriptorSpec::dimensions(&experiment.descriptors));
        let places = batch::split(&batch::shares(&experiment.emitters), size);
        let (archive, space): (&dyn Elites<Genome>, _) = (archive.as_ref(), &SPACE);
        let source = Source { emitters: &emitters, places: &places, archive, space, seed: 5, generation: 0 };
        let batch = batch::ask(source).unwrap();
        let outcomes = Hill::default().evaluate(&batch.phenotypes).unwrap();
        Self { batch, outcomes }
    }

    fn refined_by(&self, experiment: &Experiment, slope: &dyn Differentiate) -> Refinements {
        self.refined_with(experiment, &SPACE, slope)
    }

    fn refined_in(&self, experiment: &Experiment, space: &Numbers) -> Refinements {
        self.refined_with(experiment, space, &Slope::default())
    }

    fn refined_with(&self, experiment: &Experiment, space: &Numbers, slope: &dyn Differentiate) -> Refinements {
        self.refine(experiment, space, slope).unwrap()
    }

    fn refine(
        &self,
        experiment: &Experiment,
        space: &Numbers,
        slope: &dyn Differentiate,
    ) -> anyhow::Result<Refinements> {
        let learner = Learner::new(experiment, space, Some(slope)).unwrap().unwrap();
        let archive = archive(experiment);
        let Batch { offspring, phenotypes, .. } = &self.batch;
        let born = Born { offspring, phenotypes, outcomes: &self.outcomes, archive: archive.as_ref(), generation: 0 };
        learner.refine(born, &Hill::default())
    }

    /// Each candidate with its reward before.
    fn with<'a>(&'a self, refinements: &'a Refinements) -> impl Iterator<Item = (&'a Outcome, &'a Learned)> {
        assert_eq!(refinements.learned.len(), self.outcomes.len());
        self.outcomes.iter().zip(&refinements.learned)
    }
}

fn archive(experiment: &Experiment) -> Box<dyn Archive<Genome>> {
    burgess_qd::archive::build(
        &experiment.archive,
        experiment.protection.as_ref(),
        experiment.niches(),
        &DescriptorSpec::axes(&experiment.descriptors),
        None,
        0,
    )
    .archive
}

#[test]
fn candidates_climb_and_steps_are_counted() {
    let plain = run_in(&WIDE, &experiment(12), &Hill::default(), &Slope::default());
    let (reader, _guard) = run_in(&WIDE, &refining(12, spec()), &Hill::default(), &Slope::default());
    let last = |run: &RunReader| run.metrics().unwrap().pop().unwrap();
    let (before, after) = (last(&plain.0), last(&reader));
    assert!(after.scores.mean > before.scores.mean + 0.3, "{} and {}", after.scores.mean, before.scores.mean);
    assert!(after.scores.max > before.scores.max, "{} and {}", after.scores.max, before.scores.max);
    assert_eq!((before.refined, before.backward.creature, before.refinement_time), (0, 0, 0.0));

    let metrics = reader.metrics().unwrap();
    let total = |of: fn(&burgess_evolution::metrics::Metrics) -> u64| metrics.iter().map(of).sum::<u64>();
    let refined = total(|m| m.refined);
    assert!(refined > 150 && total(|m| m.accepted) > refined / 2);
    // Nobody was dropped or stuck, so each took all steps, back through as many as forward.
    assert_eq!(total(|m| m.dropped), 0);
    assert_eq!(after.backward.creature, refined * 6 * u64::from(HORIZON));
    assert_eq!(after.backward.body, after.backward.creature);
    // Forward there are the episodes before and after besides.
    let episodes = after.forward.creature - after.backward.creature;
    assert!((100 * refined..=200 * after.evaluations).contains(&episodes), "{episodes}");
    assert!(0.0 < after.refinement_time && after.refinement_time < after.wall_time);
    assert!(metrics.is_sorted_by(|a, b| a.refinement_time < b.refinement_time));
    let part = burgess_evolution::evolve::provenance::read(reader.dir()).unwrap().pop().unwrap();
    assert_eq!(part.differentiator.as_deref(), Some("formula, 1 threads"));
}

#[test]
fn an_experiment_without_refinement_knows_nothing_of_it() {
    let (reader, _guard) = run(&experiment(10), &Hill::default(), &Slope::failing_after(0));
    assert!(
        elites(&reader)
            .iter()
            .all(|elite| elite.life.refinement == Refinement::default() && elite.life.learned.is_none())
    );
}

#[test]
fn the_better_of_before_and_after_is_taken() {
    // From bump to bump.
    let experiment = refining(1, Refine { rates: Rates { brain: 1.2, body: 0.0 }, ..spec() });
    let first = First::of(&experiment);
    let refinements = first.refined_with(&experiment, &WIDE, &Slope::default());
    let (mut better, mut worse) = (0, 0);
    for (before, Learned { accepted, refinement }) in first.with(&refinements) {
        match accepted {
            Some(accepted) => {
                assert!(accepted.outcome.reward > before.reward);
                assert_eq!(refinement.gain, accepted.outcome.reward - before.reward);
                better += 1;
            }
            None => {
                assert!(refinement.gain <= 0.0);
                worse += u32::from(refinement.gain < 0.0);
            }
        }
    }
    assert!(better > 10 && worse > 0, "{better} better, {worse} worse: this shows nothing");
}

#[test]
fn what_is_better_for_the_archive_may_earn_less() {
    // Up the hill goes to the middle of the descriptors, where a good incumbent waits.
    let experiment = refining(1, Refine { acceptance: Acceptance::Archive, steps: 40, ..spec() });
    let best = refining(1, Refine { acceptance: Acceptance::Best, steps: 40, ..spec() });
    let first = First::of(&experiment);
    let mut taken = archive(&experiment);
    let incumbents: Vec<Evaluated<Genome>> = (0..2500)
        .map(|i| fakes::elite(i, 0.9, &[(i % 50) as f32 * 0.02 - 0.49, (i / 50) as f32 * 0.02 - 0.49]))
        .collect();
    taken.insert(&incumbents);
    let refine = |experiment: &Experiment| {
        let slope = Slope::default();
        let learner = Learner::new(experiment, &SPACE, Some(&slope)).unwrap().unwrap();
        let Batch { offspring, phenotypes, .. } = &first.batch;
        let born = Born { offspring, phenotypes, outcomes: &first.outcomes, archive: taken.as_ref(), generation: 0 };
        learner.refine(born, &Hill::default()).unwrap()
    };
    let (by_archive, by_reward) = (refine(&experiment), refine(&best));
    let accepted = |refinements: &Refinements| {
        refinements.learned.iter().map(|learned| learned.accepted.is_some()).collect::<Vec<bool>>()
    };
    let (by_archive, by_reward) = (accepted(&by_archive), accepted(&by_reward));
    assert!(by_archive.iter().any(|accepted| *accepted), "nothing was accepted");
    let turned_down = by_archive.iter().zip(&by_reward).filter(|(archive, reward)| !**archive && **reward).count();
    assert!(turned_down > 3, "{turned_down} turned down");
}

#[test]
fn always_means_worse_too_but_nothing_that_diverged() {
    let experiment = refining(1, Refine { acceptance: Acceptance::Always, ..spec() });
    let first = First::of(&experiment);
    let downhill = Slope::times(-1.0);
    let refinements = first.refined_by(&experiment, &downhill);
    let worse: Vec<&Learned> = refinements.learned.iter().filter(|learned| learned.refinement.gain < 0.0).collect();
    assert!(worse.len() > 20 && worse.iter().all(|learned| learned.accepted.is_some()));
    for (before, learned) in first.with(&refinements) {
        let accepted = learned.accepted.as_ref();
        assert!(accepted.is_none_or(|accepted| accepted.outcome.ending != Ending::Diverged));
        assert_eq!(learned.refinement.refined, before.ending != Ending::Diverged);
    }
}

#[test]
fn gradients_that_tell_the_truth_are_trusted_and_others_are_not() {
    let trust = |factor: f32| {
        let small = Refine { rates: Rates { brain: 0.005, body: 0.0 }, ..spec() };
        let experiment = refining(1, small);
        let first = First::of(&experiment);
        let refinements = first.refined_with(&experiment, &WIDE, &Slope::times(factor));
        let trusts: Vec<f32> = refinements
            .learned
            .iter()
            .filter(|learned| learned.refinement.refined)
            .map(|learned| learned.refinement.trust)
            .collect();
        assert!(trusts.len() > 30);
        trusts.iter().sum::<f32>() / trusts.len() as f32
    };
    assert!(trust(1.0) > 0.95, "{}", trust(1.0));
    assert!((trust(2.0) - 0.5).abs() < 0.05, "{}", trust(2.0));
    assert!(trust(-1.0) < -0.95, "{}", trust(-1.0));
}

#[test]
fn a_gradient_that_is_not_finite_drops_its_candidate_alone() {
    let experiment = refining(1, spec());
    let first = First::of(&experiment);
    let whole = first.refined_by(&experiment, &Slope::default());
    let broken = first.refined_by(&experiment, &Slope::breaking(|x| x > 1.0));
    assert!(broken.dropped > 3 && broken.dropped < broken.refined / 2, "{} dropped", broken.dropped);
    let dropped = |learned: &&Learned| learned.refinement.trust == -1.0 && learned.accepted.is_none();
    assert_eq!(broken.learned.iter().filter(dropped).count() as u64, broken.dropped);
    let genome = |learned: &Learned| learned.accepted.as_ref().map(|accepted| accepted.genome.clone());
    for (before, after) in whole.learned.iter().zip(&broken.learned) {
        assert!(dropped(&after) || (genome(before) == genome(after) && before.refinement == after.refinement));
    }
}

#[test]
fn a_body_that_would_be_invalid_stays_where_it_is() {
    let experiment = refining(1, Refine { steps: 40, ..spec() });
    let first = First::of(&experiment);
    // The top of the hill, at 0.17 of the first number, is no valid body here.
    let narrow = Numbers { limit: 0.1 };
    let (free, bound) = (first.refined_by(&experiment, &Slope::default()), first.refined_in(&experiment, &narrow));
    assert!(bound.backward.creature < free.backward.creature, "nobody was stuck");
    assert_eq!((bound.refined, bound.dropped), (free.refined, 0));
    let ends = |refinements: &Refinements| -> Vec<f64> {
        refinements.learned.iter().filter_map(|l| Some(numbers(&l.accepted.as_ref()?.genome)[0])).collect()
    };
    let (free, bound) = (ends(&free), ends(&bound));
    assert!(free.iter().filter(|x| **x > 0.1).count() > 10);
    assert!(bound.len() > 5 && bound.iter().all(|x| x.abs() < 0.1), "{bound:?}");
}

#[test]
fn genes_stay_within_their_bound_and_their_group() {
    let far = |refinements: &Refinements, first: &First| {
        let ways = first.batch.offspring.iter().zip(&refinements.learned).filter_map(|(asked, learned)| {
            let accepted = learned.accepted.as_ref()?;
            let pairs = numbers(&asked.solution).iter().zip(numbers(&accepted.genome));
            Some(pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max))
        });
        ways.fold(0.0, f64::max)
    };
    let with = |bound| {
        let experiment = refining(1, Refine { steps: 40, bound, ..spec() });
        let first = First::of(&experiment);
        far(&first.refined_by(&experiment, &Slope::default()), &first)
    };
    // A unit of a bias is 0.5.
    assert!(with(None) > 0.2);
    assert!((0.04..=0.05 + 1e-12).contains(&with(Some(0.1))));
    // The numbers belong to the brain.
    let bodies = BodySource::Evolve { seeds: vec!["none".into()], limits: BodyLimits::default() };
    let experiment = refining(1, Refine { genes: GeneGroup::Body, ..spec() });
    let experiment = Experiment { body: bodies, ..experiment };
    let first = First::of(&experiment);
    let refinements = first.refined_by(&experiment, &Slope::default());
    assert_eq!(far(&refinements, &first), 0.0);
    assert!(refinements.refined > 30 && refinements.learned.iter().all(|learned| learned.accepted.is_none()));
}

#[test]
fn baldwinians_keep_their_genes_and_what_they_learned_is_stored() {
    let experiment = refining(10, Refine { inheritance: Inheritance::Baldwinian, ..spec() });
    let (reader, _guard) = run(&experiment, &Hill::default(), &Slope::default());
    let stored = reader.elites().unwrap();
    let learned: Vec<&Evaluated<Genome>> =
        stored.iter().map(|(_, elite)| elite).filter(|elite| elite.life.learned.is_some()).collect();
    assert!(learned.len() > stored.len() / 2);
    for elite in &learned {
        assert_ne!(elite.solution, *elite.expressed());
        assert!(elite.life.refinement.gain > 0.0);
    }
    // Reward and descriptors belong to the learned genes, not to the inherited ones.
    let again = |elites| verify::verify(elites, &experiment.descriptors, None, &SPACE, &Hill::default()).unwrap();
    assert_eq!(again(&stored).differing, 0);
    let born: Vec<_> = stored
        .iter()
        .map(|(cell, elite)| (*cell, Evaluated { life: Life { learned: None, ..elite.life.clone() }, ..elite.clone() }))
        .collect();
    assert_eq!(again(&born).differing, learned.len());
    let lamarckian = refining(10, spec());
    let (reader, _guard) = run(&lamarckian, &Hill::default(), &Slope::default());
    assert!(elites(&reader).iter().all(|elite| elite.life.learned.is_none()));
    assert_eq!(again(&reader.elites().unwrap()).differing, 0);
}

/// Part of the gradients lie, so that trust differs between lineages.
fn half_broken() -> Slope {
    Slope::breaking(|x| x > 0.5)
}

#[test]
fn dropped_at_any_generation_a_refining_run_comes_to_the_same_end() {
    for spec in [
        Refine { which: Refined::Share(0.6), ..spec() },
        Refine { which: Refined::Promising(0.5), inheritance: Inheritance::Baldwinian, ..spec() },
    ] {
        let experiment = refining(7, spec);
        let expected = run(&experiment, &Hill::that_never_waits(), &half_broken()).0.hash().unwrap();
        for stop in 1..7 {
            let out = tempfile::tempdir().unwrap();
            let dir = start(out.path(), &experiment);
            let (backend, slope) = (Hill::default(), half_broken());
            for generations in [stop, 7 - stop] {
                let mut evolution = Evolution::resume(&dir, setup(&experiment, &backend, &slope)).unwrap();
                (0..generations).for_each(|_| evolution.generation(16).unwrap());
            }
            assert_eq!(RunReader::open(&dir).unwrap().hash().unwrap(), expected);
        }
    }
}

#[test]
fn the_number_of_threads_does_not_count() {
    let experiment = refining(6, spec());
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(&experiment, &Hill::default(), &half_broken()).0.hash().unwrap())
    };
    assert_eq!(with(1), with(3));
    let plain = Experiment { refine: Some(Refine { optimiser: Optimiser::Plain, ..spec() }), ..experiment.clone() };
    assert_ne!(with(1), run(&plain, &Hill::default(), &half_broken()).0.hash().unwrap());
}

#[test]
fn what_refinement_measures_can_span_the_archive() {
    let axis = |kind, range| DescriptorSpec { kind, range, bins: 6 };
    let descriptors = vec![
        axis(Descriptor::RefinementGain, (-1.0, 3.0)),
        axis(Descriptor::FinalX, (-3.0, 3.0)),
        axis(Descriptor::GradientTrust, (-1.0, 1.0)),
    ];
    let experiment = Experiment { descriptors, ..refining(12, spec()) };
    // Only the two of an episode, as the backend has been planned for.
    struct OneDescriptor(Hill);
    impl Backend for OneDescriptor {
        fn describe(&self) -> String {
            self.0.describe()
        }
        fn evaluate(
            &self,
            candidates: &[burgess_physics::model::Candidate<f32>],
        ) -> Result<Vec<Outcome>, burgess_physics::Error> {
            let mut outcomes = self.0.evaluate(candidates)?;
            outcomes.iter_mut().for_each(|outcome| outcome.descriptors.truncate(1));
            Ok(outcomes)
        }
        fn simulation_time(&self) -> std::time::Duration {
            self.0.simulation_time()
        }
    }
    let (out, backend, slope) = (tempfile::tempdir().unwrap(), OneDescriptor(Hill::default()), half_broken());
    let dir = start(out.path(), &experiment);
    let emitters = emitter::build(&experiment.emitters, &DescriptorSpec::dimensions(&experiment.descriptors));
    let differentiator = Some(&slope as &dyn Differentiate);
    let backend = &backend;
    let setup = Setup { experiment: &experiment, space: &SPACE, backend, differentiator, slopes: None, emitters };
    session::run(&RunFolder::open(&dir).unwrap(), setup, &program(), &AtomicBool::new(false)).unwrap();
    let stored = RunReader::open(&dir).unwrap().elites().unwrap();
    for (_, elite) in &stored {
        let Refinement { gain, trust, .. } = elite.life.refinement;
        assert_eq!((elite.descriptors[0], elite.descriptors[2]), (gain, trust));
    }
    let distinct = |of: fn(usize) -> usize| {
        let mut bins: Vec<usize> = stored.iter().map(|(cell, _)| of(*cell)).collect();
        bins.sort_unstable();
        bins.dedup();
        bins.len()
    };
    assert!(distinct(|cell| cell / 36) > 2 && distinct(|cell| cell % 6) > 2);
    assert_eq!(verify::verify(&stored, &experiment.descriptors, None, &SPACE, backend).unwrap().differing, 0);
}

#[test]
fn lineages_that_are_led_astray_are_only_mutated_until_trust_is_back() {
    let with = |recovery| {
        let trust = TrustRule { threshold: 0.0, recovery };
        let experiment = refining(40, Refine { trust, ..spec() });
        run_in(&WIDE, &experiment, &Hill::default(), &Slope::times(-1.0))
    };
    let refined = |run: &RunReader| run.metrics().unwrap().iter().map(|m| m.refined).collect::<Vec<u64>>();
    // Without parents there is nothing that could speak against gradients.
    let (never, _guard) = with(0.0);
    let counts = refined(&never);
    assert!(counts[0] > 10 && counts[2..].iter().all(|&count| count <= 4), "{counts:?}");
    for elite in elites(&never).iter().filter(|elite| !elite.life.refinement.refined && !elite.parents.is_empty()) {
        assert!(elite.life.refinement.trust < 0.0 && elite.life.refinement.gain == 0.0, "{:?}", elite.life.refinement);
    }
    // Five births lead back from -1 to above 0.
    let (slowly, _guard) = with(0.15);
    let counts = refined(&slowly);
    assert!(counts[1..5].iter().all(|&count| count <= 2) && counts[10..].iter().sum::<u64>() > 60, "{counts:?}");
    let recovered = elites(&slowly);
    let between = |elite: &&Evaluated<Genome>| {
        !elite.life.refinement.refined && (-0.7..0.0).contains(&elite.life.refinement.trust)
    };
    assert!(recovered.iter().filter(between).count() > 0);
}

#[test]
fn the_promising_are_those_that_would_raise_the_qd_score() {
    let experiment = refining(1, Refine { which: Refined::Promising(0.25), ..spec() });
    let first = First::of(&experiment);
    let refinements = first.refined_by(&experiment, &Slope::default());
    assert_eq!(refinements.refined, 16);
    // The archive is empty, so reward alone decides.
    let of = |refined: bool| {
        first.with(&refinements).filter(move |(_, l)| l.refinement.refined == refined).map(|(before, _)| before.reward)
    };
    let worst = of(true).fold(f32::INFINITY, f32::min);
    let best_left = of(false).filter(|reward| reward.is_finite()).fold(f32::NEG_INFINITY, f32::max);
    assert!(worst >= best_left, "{worst} and {best_left}");
}

#[test]
fn a_differentiator_that_is_missing_or_fails_is_named() {
    let experiment = refining(5, spec());
    let out = tempfile::tempdir().unwrap();
    let dir = start(out.path(), &experiment);
    let (backend, slope) = (Hill::default(), Slope::failing_after(14));
    let without = Setup { differentiator: None, ..setup(&experiment, &backend, &slope) };
    let message = format!("{:#}", Evolution::resume(&dir, without).err().unwrap());
    assert!(message.contains("nothing here differentiates"), "{message}");
    let failed = session::run(
        &RunFolder::open(&dir).unwrap(),
        setup(&experiment, &backend, &slope),
        &program(),
        &AtomicBool::new(false),
    );
    let message = format!("{:#}", failed.unwrap_err());
    assert!(message.contains("differentiation failed") && message.contains("the device was lost"), "{message}");
    // Two generations of six steps each were stored.
    assert_eq!(RunReader::open(&dir).unwrap().metrics().unwrap().len(), 2);
    let whole = Slope::default();
    session::run(
        &RunFolder::open(&dir).unwrap(),
        setup(&experiment, &backend, &whole),
        &program(),
        &AtomicBool::new(false),
    )
    .unwrap();
    let expected = run(&experiment, &Hill::default(), &whole).0.hash().unwrap();
    assert_eq!(RunReader::open(&dir).unwrap().hash().unwrap(), expected);
}

/// As a device that works on several calls at a time.
struct AtOnce {
    slope: Slope,
    calls: usize,
    /// Most candidates of a call so far.
    largest: AtomicUsize,
}

impl AtOnce {
    fn new(slope: Slope, calls: usize) -> Self {
        Self { slope, calls, largest: AtomicUsize::new(0) }
    }
}

impl Differentiate for AtOnce {
    fn name(&self) -> String {
        self.slope.name()
    }
    fn differentiate_each(
        &self,
        candidates: &[Candidate<f32>],
        objectives: &[Objective],
    ) -> Result<Vec<Vec<Gradient<f32>>>, burgess_physics::Error> {
        self.largest.fetch_max(candidates.len(), Ordering::Relaxed);
        self.slope.differentiate_each(candidates, objectives)
    }
    fn calls_at_once(&self) -> usize {
        self.calls
    }
    fn time(&self) -> Duration {
        self.slope.time()
    }
}

#[test]
fn groups_that_climb_at_once_come_to_what_all_come_to_together() {
    let experiment = refining(1, Refine { which: Refined::All, ..spec() });
    let first = First::of_size(&experiment, 3000);
    let together = AtOnce::new(half_broken(), 1);
    let expected = format!("{:?}", first.refined_by(&experiment, &together));
    // All but those that diverged.
    let all = together.largest.into_inner();
    assert!((2048..3000).contains(&all), "{all}");
    for calls in [2, 50] {
        let apart = AtOnce::new(half_broken(), calls);
        assert!(format!("{:?}", first.refined_by(&experiment, &apart)) == expected, "{calls} calls at once");
        // Groups of less than a thousand are not made.
        assert_eq!(apart.largest.into_inner(), all.div_ceil(2));
    }
    let lost = AtOnce::new(Slope::failing_after(3), 2);
    let error = first.refine(&experiment, &SPACE, &lost).unwrap_err();
    assert!(format!("{error:#}").contains("the device was lost"), "{error:#}");
}
