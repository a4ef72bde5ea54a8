//! Emitters that work with vectors and gradients, on bodies: charts, the gradients of anchors, what goes wrong on the way, and runs.

use crate::fakes::{self, Hill, Numbers, Slope, stream};
use burgess_core::rng::Stream;
use burgess_evolution::benchmark::{BenchmarkFunction, Point};
use burgess_evolution::descriptors::DescriptorSpec;
use burgess_evolution::evolve::folder::RunFolder;
use burgess_evolution::evolve::{Domain as _, Evolution, Points, Setup, Steppings, start};
use burgess_evolution::experiment::{BatchSize, Experiment, from_text};
use burgess_evolution::genome::{Field, Genome};
use burgess_evolution::refine::GeneSpace;
use burgess_evolution::store::RunReader;
use burgess_evolution::variation::Variation;
use burgess_physics::batch::{Backend, CpuBackend, Outcome};
use burgess_physics::gradient::Differentiate;
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::model::Candidate;
use burgess_physics::step::episode::Episode;
use burgess_physics::task::Ending;
use burgess_qd::Elites;
use burgess_qd::Evaluated;
use burgess_qd::GeneGroup;
use burgess_qd::RealSpace;
use burgess_qd::SearchSpace;
use burgess_qd::archive::{Archive, Bins, Grid, Placement};
use burgess_qd::archive::{Protection, Topologies};
use burgess_qd::emitter::batch::{Offspring, OpenAnchor};
use burgess_qd::emitter::chart::Chart;
use burgess_qd::emitter::{self, Anchor, Anchored, Ask, Emitter, Prepare, Proposal, Told};
use burgess_qd::emitter::{EmitterKind, EmitterSpec};
use std::f64::consts::{PI, TAU};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const FIXED: &str = "Fixed(\"quadruped\")";
const EVOLVING: &str = "Evolve(seeds: [\"quadruped\", \"hexapod\", \"tripod\"])";

/// Short episodes on real physics. Stiffness is fixed, since gradients take it as given.
fn experiment(body: &str, emitters: &str, generations: u64) -> Experiment {
    let text = format!(
        r#"(
            name: "test", seed: 2, body: {body}, policy: Cpg(sharing: Gene),
            task: (duration: 0.3, reward: [(term: ForwardVelocity), (term: Upright, weight: 0.1)]),
            descriptors: [
                (kind: MeanHeight, range: (0.0, 0.4), bins: 12),
                (kind: GaitFrequency, range: (0.0, 6.0), bins: 3),
                (kind: FinalY, range: (-0.2, 0.2), bins: 12),
            ],
            archive: Grid(learning_rate: 0.5, threshold_min: -2.0),
            emitters: [{emitters}],
            batch_size: 8, first_batch: 12, budget: (generations: {generations}),
            physics: (contact_stiffness: Fixed(1e4)),
        )"#
    );
    from_text(&text, "test", Path::new("."), &[]).unwrap_or_else(|e| panic!("{text}\n{e}")).experiment
}

fn space_of(experiment: &Experiment) -> Variation {
    start::search_space(experiment, start::seed_bodies(experiment, Path::new(".")).unwrap())
}

/// A random genome some mutations away from a seed.
fn genome(space: &Variation, seed: u64) -> Genome {
    let start = space.random(0.0, &mut stream(seed));
    (0..3).fold(start, |genome, i| space.gaussian(&genome, 0.3, 0.0, &mut stream(100 * seed + i)))
}

/// The greatest difference of genes, phases taken the short way round.
fn distance(a: &Genome, b: &Genome) -> f64 {
    let pairs = a.parameters().into_iter().zip(b.parameters());
    let one = |((id, a), (other, b)): ((_, f64), (burgess_evolution::genome::ParameterId, f64))| {
        assert_eq!(id, other);
        let way = b - a;
        if other.field.is_phase() { (way - TAU * (way / TAU).round()).abs() } else { way.abs() }
    };
    pairs.map(one).fold(0.0, f64::max)
}

#[test]
fn the_genome_at_the_place_of_a_genome_is_that_genome() {
    for body in [FIXED, EVOLVING] {
        let space = space_of(&experiment(body, "(kind: OmgMega())", 1));
        for seed in 0..20 {
            let origin = genome(&space, seed);
            let other = space.gaussian(&origin, 0.4, 0.0, &mut stream(seed + 50));
            let chart = Chart::at(origin.clone(), None, GeneGroup::Both);
            let at_origin = chart.origin(&space);
            assert!(distance(&chart.solution(&space, &at_origin), &origin) < 1e-14);
            let place = chart.coordinates(&space, &other, &at_origin);
            assert!(distance(&chart.solution(&space, &place), &other) < 1e-14);
            assert!(distance(&origin, &other) > 0.1);
            // The place of the origin is where it was.
            let again = chart.coordinates(&space, &origin, &at_origin);
            assert!(again.iter().zip(&at_origin).all(|(a, b)| (a - b).abs() < 1e-14));
        }
    }
}

#[test]
fn phases_go_the_short_way_round() {
    let space = space_of(&experiment(FIXED, "(kind: OmgMega())", 1));
    let at = |phase: f64| {
        let turned =
            |id: burgess_evolution::genome::ParameterId, value| if id.field == Field::Phase { phase } else { value };
        genome(&space, 1).map_parameters(turned)
    };
    let chart = Chart::at(at(3.1), None, GeneGroup::Both);
    let near = chart.origin(&space);
    let place = chart.coordinates(&space, &at(-3.1), &near);
    let way: Vec<f64> = place.iter().zip(&near).map(|(to, from)| to - from).filter(|way| way.abs() > 1e-9).collect();
    let phases = at(0.0).parameters().iter().filter(|(id, _)| id.field == Field::Phase).count();
    assert_eq!(way.len(), phases);
    // From 3.1 up to 2 pi - 3.1, in units of the phase's step.
    let step = Field::Phase.step();
    assert!(way.iter().all(|way| (way - (TAU - 6.2) / step).abs() < 1e-12), "{way:?}");
    // However many turns away the place is that it should be near to.
    let far: Vec<f64> = near.iter().map(|x| x + 3.0 * TAU / step).collect();
    let place = chart.coordinates(&space, &at(-3.1), &far);
    assert!(distance(&chart.solution(&space, &place), &at(-3.1)) < 1e-12);
}

#[test]
fn only_what_moves_is_a_coordinate() {
    let space = |body| space_of(&experiment(body, "(kind: OmgMega())", 1));
    let (fixed, evolving) = (space(FIXED), space("Evolve(seeds: [\"quadruped\"])"));
    let origin = genome(&evolving, 3);
    let coordinates = |space: &Variation, genes| Chart::at(origin.clone(), None, genes).origin(space).len();
    let mut count = 0;
    origin.brain.map_parameters(|_, _| count += 1);
    assert_eq!(coordinates(&fixed, GeneGroup::Both), count);
    assert_eq!(coordinates(&evolving, GeneGroup::Brain), count);
    assert_eq!(coordinates(&evolving, GeneGroup::Both), origin.parameters().len());
    assert_eq!(coordinates(&evolving, GeneGroup::Body), origin.parameters().len() - count);
    // What does not move stays to the bit.
    let moved = |space: &Variation, genes| {
        let chart = Chart::at(origin.clone(), None, genes);
        let place: Vec<f64> = chart.origin(space).iter().map(|x| x + 0.3).collect();
        chart.solution(space, &place)
    };
    assert_eq!(moved(&fixed, GeneGroup::Both).body, origin.body);
    assert_eq!(moved(&evolving, GeneGroup::Body).brain, origin.brain);
    assert_ne!(moved(&evolving, GeneGroup::Body).body, origin.body);
    // Directions are brought to length one where bodies evolve, which may turn a last bit.
    let Genome { body, brain } = moved(&evolving, GeneGroup::Brain);
    assert!(distance(&Genome { body, brain: origin.brain.clone() }, &origin) < 1e-15 && brain != origin.brain);
}

#[test]
fn genes_keep_their_bounds_wherever_a_place_is() {
    let space = space_of(&experiment("Evolve(seeds: [\"quadruped\"])", "(kind: OmgMega())", 1));
    let chart = Chart::at(genome(&space, 4), None, GeneGroup::Both);
    let mut stream = stream(9);
    for far in [3.0, 1e3, 1e12] {
        let place: Vec<f64> = chart.origin(&space).iter().map(|x| x + far * stream.normal()).collect();
        let there = chart.solution(&space, &place);
        for (id, value) in there.parameters() {
            let bound = match id.field {
                Field::Amplitude | Field::Offset => 3.5,
                Field::Frequency | Field::Lower | Field::Upper => 4.0,
                Field::Phase | Field::RepeatPhase | Field::MirrorPhase => PI + 1e-12,
                Field::Attach | Field::Axis => 1.0 + 1e-12,
                // Logarithms of sizes and densities.
                _ => 8.0,
            };
            assert!(value.abs() <= bound, "{id:?} is {value}");
        }
        // And it stands still there: the genome's own place leads to it again.
        let settled = chart.coordinates(&space, &there, &place);
        assert!(distance(&chart.solution(&space, &settled), &there) < 1e-9, "{far}");
    }
}

/// Asks for the gradients of elites, and keeps them for the test.
struct Probe {
    learned: Arc<Mutex<Vec<Anchor<Genome>>>>,
}

impl Anchored<Genome> for Probe {
    fn anchors(&self, ask: &Ask<'_, Genome>) -> usize {
        if ask.archive.is_empty() { 0 } else { ask.places }
    }
    fn learn(&mut self, anchors: Vec<Anchor<Genome>>, _: &dyn SearchSpace<Genome>, places: usize) {
        assert_eq!(anchors.len(), places);
        *self.learned.lock().unwrap() = anchors;
    }
}

impl Emitter<Genome> for Probe {
    fn anchored(&self) -> Option<&dyn Anchored<Genome>> {
        Some(self)
    }
    fn anchored_mut(&mut self) -> Option<&mut dyn Anchored<Genome>> {
        Some(self)
    }
    fn ask<'a>(&'a self, ask: Ask<'a, Genome>, stream: &mut Stream) -> Proposal<'a, Genome> {
        match ask.archive.sample(stream) {
            Some(elite) => Proposal::of(elite.solution.clone(), [elite]),
            None => Proposal::random(ask.space, 0.2, stream),
        }
    }
    fn learns(&self) -> bool {
        true
    }
}

/// The gradients of a batch of elites of a first generation.
fn anchors(experiment: &Experiment, space: &dyn GeneSpace, backend: &dyn Backend) -> Vec<Anchor<Genome>> {
    let (out, learned) = (tempfile::tempdir().unwrap(), Arc::new(Mutex::new(Vec::new())));
    let dir = RunFolder::create(out.path(), experiment, &["none"]).unwrap().dir().to_owned();
    let slopes = backend.differentiator(&experiment.plan()).unwrap();
    let emitters: Vec<Box<dyn Emitter<Genome>>> = vec![Box::new(Probe { learned: Arc::clone(&learned) })];
    let slopes = Some(slopes.as_ref());
    let mut evolution =
        Evolution::resume(&dir, Setup { experiment, space, backend, differentiator: None, slopes, emitters }).unwrap();
    (0..2).for_each(|_| evolution.generation(8).unwrap());
    let metrics = evolution.metrics().unwrap();
    assert!(metrics.backward.creature > 0);
    let found = std::mem::take(&mut *learned.lock().unwrap());
    assert_eq!(found.len(), 8);
    found
}

/// Norms of a gradient, and of what is wrong with it.
fn compare(gradient: &[f64], differences: &[f64]) -> (f64, f64) {
    assert_eq!(gradient.len(), differences.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
    let wrong = norm(&mut gradient.iter().zip(differences).map(|(a, b)| a - b));
    (norm(&mut differences.iter().copied()), wrong)
}

/// Central differences of reward and smooth descriptors in the coordinates of a chart.
fn differences(
    chart: &Chart<Genome>,
    space: &dyn SearchSpace<Genome>,
    value: &dyn Fn(&Genome) -> Vec<f64>,
    step: f64,
) -> Vec<Vec<f64>> {
    let origin = chart.origin(space);
    let at = |i: usize, by: f64| {
        let mut place = origin.clone();
        place[i] += by;
        value(&chart.solution(space, &place))
    };
    let columns: Vec<Vec<f64>> = (0..origin.len())
        .map(|i| at(i, step).iter().zip(at(i, -step)).map(|(up, down)| (up - down) / (2.0 * step)).collect())
        .collect();
    (0..columns[0].len()).map(|row| columns.iter().map(|column| column[row]).collect()).collect()
}

#[test]
fn gradients_of_anchors_are_those_of_differences_where_no_physics_is() {
    for problem in ["Sphere(dimension: 12, measures: 3)", "Rastrigin(dimension: 8)", "Arm(dimension: 9)"] {
        let function: BenchmarkFunction = ron::from_str(problem).unwrap();
        let (points, space) = (Points::new(function, true), RealSpace::new(function.dimension()));
        for key in 0..8 {
            let solution: Point = space.random(1.0, &mut stream(key));
            let phenotype = space.compile(&solution).unwrap().phenotype;
            let offspring = Offspring {
                solution: solution.clone(),
                parents: Vec::new(),
                emitter: 0,
                heritage: None,
                traits: (),
                age: 0,
                coefficients: Vec::new(),
                rejections: Vec::new(),
            };
            let anchor = OpenAnchor { emitter: 0, follows: None, offspring, phenotype };
            let found = points.differentiate(&[anchor], &mut Steppings::default()).unwrap().pop().unwrap().unwrap();
            assert_eq!(found.len(), 1 + function.measures());
            let at = |i: usize, by: f64| {
                let mut x = solution.0.clone();
                x[i] += by;
                let values = function.evaluate(&x);
                [vec![values.objective], values.measures].concat()
            };
            for (number, gradient) in found.iter().enumerate() {
                let difference = |i: usize| (at(i, 1e-5)[number] - at(i, -1e-5)[number]) / 2e-5;
                let wanted: Vec<f64> = (0..function.dimension()).map(difference).collect();
                // Points are rounded to float32 before they are differentiated.
                let (size, wrong) = compare(gradient, &wanted);
                assert!(wrong < 1e-5 * size, "{problem}: {wrong} of {size}");
            }
        }
    }
}

/// Float32 along 72 steps of contact against float64, and differences over contact laws as wide as half a millimetre.
const PHYSICAL: f64 = 5e-3;

#[test]
fn gradients_of_anchors_are_those_of_differences_on_bodies() {
    for (body, genes) in [(FIXED, GeneGroup::Both), (EVOLVING, GeneGroup::Body), (EVOLVING, GeneGroup::Both)] {
        let experiment = experiment(body, "(kind: OmgMega())", 2);
        let (space, plan) = (space_of(&experiment), experiment.plan());
        let smooth: Vec<bool> = plan.task.descriptors.iter().map(Descriptor::has_gradient).collect();
        assert_eq!(smooth, [true, false, true]);
        let value = |genome: &Genome| {
            let candidate = space.compile(genome).unwrap();
            let returns = Episode::new(&candidate, &plan.world, &plan.task).run();
            vec![returns.reward, returns.descriptors[0], returns.descriptors[2]]
        };
        for anchor in anchors(&experiment, &space, &CpuBackend::new(&plan, None).unwrap()).into_iter().take(3) {
            let chart = Chart::at(anchor.solution.clone(), anchor.lineage, genes);
            let wanted = differences(&chart, &space, &value, 1e-5);
            let found = anchor.gradients.unwrap();
            assert_eq!(found.len(), 3, "reward and two descriptors have gradients");
            for (gradient, differences) in found.iter().zip(&wanted) {
                let (size, wrong) = compare(&chart.slope(&space, gradient), differences);
                assert!(size > 1e-4 && wrong < PHYSICAL * size, "{body}, {genes:?}: {wrong:e} of {size:e}");
            }
        }
    }
}

const LEARNERS: [EmitterKind; 4] = [
    EmitterKind::CmaMe {
        sigma: 0.3,
        ranking: emitter::ranking::Ranker::Improvement,
        selection: emitter::ranking::Selection::Filter,
        restart: emitter::ranking::Restart::NoImprovement,
        conventions: burgess_qd::cma::Conventions::Tutorial,
        genes: GeneGroup::Brain,
    },
    EmitterKind::OmgMega { sigma: 0.5, genes: GeneGroup::Brain },
    EmitterKind::CmaMega {
        sigma: 0.3,
        optimiser: burgess_qd::optimiser::Optimiser::Plain,
        rate: 1.0,
        ranking: emitter::ranking::Ranker::Improvement,
        selection: emitter::ranking::Selection::Mu,
        restart: emitter::ranking::Restart::NoImprovement,
        conventions: burgess_qd::cma::Conventions::Tutorial,
        genes: GeneGroup::Brain,
    },
    EmitterKind::Goals {
        steps: 3,
        draws: 2,
        neighbours: 2,
        upward: 0.5,
        optimiser: burgess_qd::optimiser::Optimiser::Plain,
        rate: 0.1,
        genes: GeneGroup::Brain,
    },
];

/// An experiment on physics by formula with all emitters that learn.
fn formula(generations: u64) -> Experiment {
    let emitters = LEARNERS.map(|kind| EmitterSpec { kind, share: 1.0 }).to_vec();
    Experiment { emitters, batch_size: BatchSize::Fixed(24), ..fakes::experiment(generations) }
}

fn create(out: &Path, experiment: &Experiment) -> PathBuf {
    RunFolder::create(out, experiment, &["none"]).unwrap().dir().to_owned()
}

/// What a run searches, and on what.
struct Ground<'a> {
    space: &'a dyn GeneSpace,
    backend: &'a dyn Backend,
    slopes: &'a dyn Differentiate,
}

impl Ground<'_> {
    /// One session of so many generations.
    fn carry_on(&self, dir: &Path, experiment: &Experiment, generations: u64) {
        let Self { space, backend, slopes } = *self;
        let emitters = emitter::build(&experiment.emitters, &DescriptorSpec::dimensions(&experiment.descriptors));
        let setup = Setup { experiment, space, backend, differentiator: None, slopes: Some(slopes), emitters };
        let mut evolution = Evolution::resume(dir, setup).unwrap();
        for _ in 0..generations {
            let Some(size) = evolution.next_batch_size() else { break };
            evolution.generation(size).unwrap();
        }
        evolution.finish().unwrap();
    }

    /// The elites after sessions of so many generations each, and the hash.
    fn run(&self, experiment: &Experiment, sessions: &[u64]) -> (Vec<Evaluated<Genome>>, String) {
        let out = tempfile::tempdir().unwrap();
        let dir = create(out.path(), experiment);
        sessions.iter().for_each(|&generations| self.carry_on(&dir, experiment, generations));
        let reader = RunReader::open(&dir).unwrap();
        let elites = reader.elites().unwrap().into_iter().map(|(_, elite)| elite).collect();
        (elites, reader.hash().unwrap())
    }
}

#[test]
fn broken_gradients_and_invalid_bodies_are_survived() {
    let (space, backend) = (Numbers { limit: 0.3 }, Hill::default());
    let slopes = [
        Slope::default(),
        Slope::breaking(|x| x > 0.0),
        Slope::breaking(|_| true),
        Slope::diverging(|x| x > 0.0),
        Slope::diverging(|_| true),
    ];
    for slopes in &slopes {
        let ground = Ground { space: &space, backend: &backend, slopes };
        let (elites, hash) = ground.run(&formula(30), &[30]);
        // Without any gradient there is little but a strategy that steps at random.
        assert!(elites.len() > 10, "{} elites", elites.len());
        let hopeless = (slopes.broken)(0.0) || (slopes.diverging)(0.0);
        assert!(hopeless || (0..4).all(|emitter| elites.iter().any(|elite| elite.emitter == emitter)));
        assert_eq!(ground.run(&formula(30), &[1, 7, 2, 20]).1, hash);
    }
}

/// Where every episode diverges.
struct Nowhere;

impl Backend for Nowhere {
    fn describe(&self) -> String {
        "formula, 1 threads".into()
    }
    fn evaluate(&self, candidates: &[Candidate<f32>]) -> Result<Vec<Outcome>, burgess_physics::Error> {
        let outcome = Outcome {
            reward: f32::NAN,
            descriptors: vec![f32::NAN; 2],
            ending: Ending::Diverged,
            steps: 1,
            contacts_left_out: 0,
            experience: None,
        };
        Ok(vec![outcome; candidates.len()])
    }
    fn simulation_time(&self) -> Duration {
        Duration::ZERO
    }
}

#[test]
fn an_archive_that_stays_empty_is_survived() {
    let slopes = Slope::default();
    let ground = Ground { space: &Numbers { limit: 0.3 }, backend: &Nowhere, slopes: &slopes };
    assert!(ground.run(&formula(6), &[2, 4]).0.is_empty());
}

#[test]
fn tiny_batches_are_survived() {
    let (backend, slopes) = (Hill::default(), Slope::default());
    let ground = Ground { space: &Numbers { limit: 0.3 }, backend: &backend, slopes: &slopes };
    for batch_size in [1, 2, 3, 5] {
        let experiment = Experiment { batch_size: BatchSize::Fixed(batch_size), ..formula(12) };
        assert_eq!(ground.run(&experiment, &[12]).1, ground.run(&experiment, &[5, 7]).1);
    }
}

#[test]
fn a_strategy_turns_down_what_is_not_its_own() {
    let archive = Grid::<Genome>::over(Bins::new(&fakes::axes(4)));
    let spec = [EmitterSpec { kind: LEARNERS[0].clone(), share: 1.0 }];
    let space = &Numbers { limit: f64::INFINITY };
    let told = |foreign: Option<Genome>| {
        let mut emitter = emitter::build(&spec, &fakes::dimensions(4)).pop().unwrap();
        emitter.prepare(Prepare { archive: &archive, space, places: 6 }, &mut stream(1));
        let elite = |place: usize| {
            let ask = Ask { archive: &archive, space, place, places: 6 };
            let own = emitter.ask(ask, &mut stream(place as u64)).solution;
            let solution = foreign.clone().filter(|_| place == 5).unwrap_or(own);
            Evaluated { solution, ..fakes::elite(place as u64, place as f32, &[0.1 * place as f32, 0.0]) }
        };
        let candidates: Vec<Evaluated<Genome>> = (0..6).map(elite).collect();
        let placements: Vec<Placement> = (0..6).map(|cell| Placement::New { cell, improvement: cell as f64 }).collect();
        let coefficients = vec![Vec::new(); 6];
        emitter.tell(Told { space, candidates: &candidates, placements: &placements, coefficients: &coefficients });
        emitter.save()
    };
    // A body of other genes, which an invalid one fell back on, teaches nothing; the others still do.
    let foreign = told(Some(fakes::genome(&[0.0; 7])));
    assert_ne!(foreign, told(None));
    assert_ne!(foreign, emitter::build::<Genome>(&spec, &fakes::dimensions(4))[0].save());
}

/// One generation of an emitter by hand: what it is told of its candidates is up to the test.
fn generation(
    emitter: &mut dyn Emitter<Genome>,
    archive: &dyn Elites<Genome>,
    gradients: Option<Vec<Vec<f64>>>,
    enters: bool,
    seed: u64,
) -> Vec<Genome> {
    let (space, places) = (&Numbers { limit: f64::INFINITY }, 6);
    emitter.prepare(Prepare { archive, space, places }, &mut stream(seed));
    let ask = |place| Ask { archive, space, place, places };
    let count = emitter.anchored().map_or(0, |anchored| anchored.anchors(&ask(0)));
    let anchor = |place| {
        let Proposal { solution, parents, .. } = emitter.ask(ask(place), &mut stream(seed + place as u64));
        let lineage = parents.first().map(|ancestor| ancestor.lineage);
        Anchor { solution, lineage, gradients: gradients.clone() }
    };
    let anchors: Vec<Anchor<Genome>> = (0..count).map(anchor).collect();
    if let Some(anchored) = emitter.anchored_mut().filter(|_| !anchors.is_empty()) {
        anchored.learn(anchors, space, places);
    }
    let (mut genomes, mut coefficients) = (Vec::new(), Vec::new());
    for place in 0..places {
        let proposal = emitter.ask(ask(place), &mut stream(seed + place as u64));
        genomes.push(proposal.solution);
        coefficients.push(proposal.coefficients);
    }
    let elite = |(i, genome): (usize, &Genome)| Evaluated {
        solution: genome.clone(),
        ..fakes::elite(i as u64, i as f32, &[0.1 * i as f32, 0.0])
    };
    let candidates: Vec<Evaluated<Genome>> = genomes.iter().enumerate().map(elite).collect();
    let place = |cell: usize| match enters {
        true => Placement::New { cell, improvement: cell as f64 },
        false => Placement::NotFinite,
    };
    let placements: Vec<Placement> = (0..places).map(place).collect();
    emitter.tell(Told { space, candidates: &candidates, placements: &placements, coefficients: &coefficients });
    genomes
}

fn gradients() -> Vec<Vec<f64>> {
    let parameters = fakes::genome(&[0.0; 3]).parameters().len();
    let along = |i: usize| (0..parameters).map(|k| f64::from(u8::from(k == parameters - 3 + i))).collect();
    (0..3).map(along).collect()
}

#[test]
fn an_emitter_whose_solution_diverges_begins_anew() {
    let mut archive = Grid::over(Bins::new(&fakes::axes(4)));
    for kind in [LEARNERS[0].clone(), LEARNERS[2].clone()] {
        let spec = [EmitterSpec { kind: kind.clone(), share: 1.0 }];
        let mut emitter = emitter::build(&spec, &fakes::dimensions(4)).pop().unwrap();
        let fresh = emitter.save();
        // What enters the archive is followed ...
        generation(emitter.as_mut(), &archive, Some(gradients()), true, 1);
        let learned = emitter.save();
        assert_ne!(learned, fresh, "{kind:?}");
        // ... what does not, isn't.
        generation(emitter.as_mut(), &archive, Some(gradients()), false, 2);
        assert_eq!(emitter.save(), fresh, "{kind:?}");
        generation(emitter.as_mut(), &archive, Some(gradients()), true, 3);
        assert_ne!(emitter.save(), fresh, "{kind:?}");
        emitter.restore(&learned).unwrap();
        assert_eq!(emitter.save(), learned);
        assert!(emitter.restore(&learned[..learned.len() / 2]).is_err());
    }
    let mega = [EmitterSpec { kind: LEARNERS[2].clone(), share: 1.0 }];
    let mut emitter = emitter::build(&mega, &fakes::dimensions(4)).pop().unwrap();
    let fresh = emitter.save();
    for broken in [None, Some(vec![vec![f64::NAN; gradients()[0].len()]; 3])] {
        generation(emitter.as_mut(), &archive, Some(gradients()), true, 4);
        assert_ne!(emitter.save(), fresh);
        let same = generation(emitter.as_mut(), &archive, broken, true, 5);
        assert!(same.iter().all(|genome| *genome == same[0]), "there is nowhere to branch to");
        assert_eq!(emitter.save(), fresh);
    }
    // Half of OMG-MEGA's candidates are elites as they are, and stay so where gradients are broken.
    archive.insert(&[fakes::elite(1, 1.0, &[0.0, 0.0])]);
    let omg = [EmitterSpec { kind: LEARNERS[1].clone(), share: 1.0 }];
    let mut emitter = emitter::build(&omg, &fakes::dimensions(4)).pop().unwrap();
    let elite = fakes::elite(1, 1.0, &[0.0, 0.0]).solution;
    let equal = |genomes: &[Genome]| genomes.iter().filter(|genome| **genome == elite).count();
    assert_eq!(equal(&generation(emitter.as_mut(), &archive, Some(gradients()), true, 6)), 3);
    assert_eq!(equal(&generation(emitter.as_mut(), &archive, None, true, 7)), 6);
    // Branches never go down in reward, whose gradient is along the first number.
    let genomes = generation(emitter.as_mut(), &archive, Some(gradients()), true, 8);
    assert!(genomes[3..].iter().all(|genome| fakes::numbers(genome)[0] > fakes::numbers(&elite)[0]));
}

#[test]
fn runs_on_bodies_go_on_as_if_nothing_had_happened() {
    let emitters = [
        "(kind: CmaMe())",
        "(kind: CmaMe(genes: Brain, ranking: RandomDirection)), (kind: OmgMega())",
        "(kind: Goals()), (kind: CmaMega())",
        "(kind: CmaMega(optimiser: Adam(), rate: 0.1)), (kind: Gaussian())",
    ];
    let plain = [FIXED, EVOLVING].into_iter().flat_map(|body| emitters.map(|emitters| experiment(body, emitters, 3)));
    // Archives in layers show emitters other elites.
    let layered = Experiment {
        protection: Some(Protection::AgeLayers(vec![1, 2])),
        ..experiment(EVOLVING, &[emitters[1], emitters[3]].join(", "), 4)
    };
    let alike = Experiment { topologies: Topologies::Alike, ..experiment(EVOLVING, emitters[0], 3) };
    for experiment in plain.chain([layered, alike]) {
        let (space, plan) = (space_of(&experiment), experiment.plan());
        let hash = |threads, sessions: &[u64]| {
            let backend = CpuBackend::new(&plan, Some(threads)).unwrap();
            let slopes = backend.differentiator(&plan).unwrap();
            let ground = Ground { space: &space, backend: &backend, slopes: slopes.as_ref() };
            ground.run(&experiment, sessions).1
        };
        assert_eq!(hash(2, &[4]), hash(1, &[1, 1, 2]), "{:?}", experiment.emitters);
    }
}

#[test]
fn goals_ask_for_one_gradient_a_place_over_their_horizon() {
    let experiment = Experiment { batch_size: BatchSize::Fixed(10), ..experiment(EVOLVING, "(kind: Goals())", 4) };
    let (space, plan) = (space_of(&experiment), experiment.plan());
    let backend = CpuBackend::new(&plan, None).unwrap();
    let slopes = backend.differentiator(&experiment.plan_over(0.1)).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let run = create(dir.path(), &experiment);
    let ground = Ground { space: &space, backend: &backend, slopes: slopes.as_ref() };
    ground.carry_on(&run, &experiment, 4);
    let last = RunReader::open(&run).unwrap().metrics().unwrap().pop().unwrap();
    // Three generations of ten, each at most 24 steps back; and forth as many beside the episodes of 72.
    assert!(last.backward.creature > 0 && last.backward.creature <= 3 * 10 * 24, "{}", last.backward.creature);
    assert!(last.forward.creature <= 4 * 10 * 72 + 12 * 72 + last.backward.creature, "{}", last.forward.creature);
}

#[test]
fn strategies_begin_anew_on_other_bodies() {
    let emitters = "(kind: Random(), share: 0.5), (kind: CmaMe(restart: Every(1))), (kind: CmaMega(restart: Every(1)))";
    let experiment = Experiment { batch_size: BatchSize::Fixed(15), ..experiment(EVOLVING, emitters, 16) };
    let (space, plan) = (space_of(&experiment), experiment.plan());
    let backend = CpuBackend::new(&plan, None).unwrap();
    let slopes = backend.differentiator(&plan).unwrap();
    let ground = Ground { space: &space, backend: &backend, slopes: slopes.as_ref() };
    let (elites, _) = ground.run(&experiment, &[16]);
    for emitter in [1, 2] {
        let mut links: Vec<u32> =
            elites.iter().filter(|elite| elite.emitter == emitter).map(|e| e.traits.links).collect();
        links.sort_unstable();
        links.dedup();
        assert!(links.len() >= 2, "emitter {emitter} knows only bodies of {links:?} links");
    }
}
