//! From the gradient of an episode to that of the genes, and of a candidate without genes, against central differences of a
//! weighted sum of all numbers of the candidate and its prelude.

use crate::zoo::shared;
use burgess_core::autodiff::{Real, Value};
use burgess_core::math::vec3;
use burgess_core::rng::{Purpose, Stream};
use burgess_evolution::genome::{BodyLimits, Field, Genome, Policy, Sharing, morphology};
use burgess_evolution::growth::{compile_controller, expand};
use burgess_evolution::refine::genes::{Recipe, candidate_gradient, gene_gradient};
use burgess_evolution::variation::Variation;
use burgess_learn::Number;
use burgess_physics::gradient::{Gradient, PreludeGradient, StateGradient, WorldGradient};
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{Candidate, Controller, Model};
use burgess_physics::step::prelude::Prelude;
use burgess_physics::task::Ending;
use burgess_physics::task::Returns;
use burgess_physics::world::{Physics, Stiffness, World};
use std::path::Path;

/// Central differences of step 1e-6: truncation 1e-12, rounding 1e-10, relative to the norm of the gradient.
const TOLERANCE: f64 = 1e-7;
const STEP: f64 = 1e-6;

fn stream(seed: u64) -> Stream {
    Stream::new(seed, 0, 0, Purpose::Test)
}

/// Automatic contact stiffness is held fixed by design, so differences know only a fixed one. The width is wide enough for the
/// static depth to count.
fn physics() -> Physics {
    Physics { contact_stiffness: Stiffness::Fixed(1e4), contact_width: 1e-2, ..Physics::default() }
}

fn policies() -> [Policy; 4] {
    let frequency = (0.5, 2.5);
    [
        Policy::Cpg { sharing: Sharing::Gene, frequency },
        Policy::Cpg { sharing: Sharing::Instance, frequency },
        Policy::Mlp { hidden: vec![6, 5], sharing: Sharing::Gene, frequency, control_rate: 60, world_model: None },
        shared(),
    ]
}

fn terrains() -> [TerrainSpec; 3] {
    let bumps = TerrainSpec::Bumps { height: 0.02, wavelength: 0.8 };
    [TerrainSpec::Plane { slope: 0.0 }, TerrainSpec::Plane { slope: 0.2 }, bumps]
}

/// Noise takes directions away from the edges of boxes and the axes of capsules, where differences straddle kinks; a few mutations
/// of structure make repeats within mirrors and chains.
fn genome(name: &str, policy: &Policy, structure: f64, seed: u64) -> Genome {
    genome_in(&physics(), name, policy, structure, seed)
}

fn genome_in(physics: &Physics, name: &str, policy: &Policy, structure: f64, seed: u64) -> Genome {
    let all = Variation {
        seeds: vec![morphology::load(name, Path::new(".")).expect("built in").fitted(physics)],
        policy: policy.clone(),
        limits: BodyLimits::default(),
        physics: physics.clone(),
        asked: false,
        evolve_body: true,
    };
    let start = all.random(0.0, &mut stream(seed));
    (0..4).fold(start, |parent, i| all.gaussian(&parent, 0.2, structure, &mut stream(1000 * seed + i)))
}

fn grown<T: Number>(genome: &Genome<T>, policy: &Policy) -> Candidate<T> {
    grown_in(&physics(), genome, policy)
}

fn grown_in<T: Number>(physics: &Physics, genome: &Genome<T>, policy: &Policy) -> Candidate<T> {
    let grown = expand(&genome.body, &BodyLimits::default(), physics).expect("well-formed");
    let controller = compile_controller(&genome.brain, &grown.keys, &grown.model, policy);
    Candidate { model: grown.model, controller }
}

/// Random weights on everything, as the gradient of an episode would give them.
fn weights<T: Value>(candidate: &Candidate<f64>, stream: &mut Stream) -> Gradient<T> {
    let mut number = || T::from_f64(stream.range(-1.0, 1.0));
    let candidate = candidate.map(|_| number());
    let mut vector = || vec3(number(), number(), number());
    let (start, gravity) = (vector(), vector());
    Gradient {
        returns: Returns {
            reward: number(),
            descriptors: Vec::new(),
            ending: Ending::Finished,
            steps: 1,
            contacts_left_out: 0,
        },
        candidate,
        prelude: PreludeGradient {
            start,
            contact_width: number(),
            reference_force: number(),
            mass: number(),
            leg_span: number(),
        },
        world: WorldGradient { gravity, friction: number(), contact_damping: number() },
        state: StateGradient::default(),
        other_starts: Vec::new(),
    }
}

fn numbers<T: Real>(candidate: &Candidate<T>) -> Vec<T> {
    let mut list = Vec::new();
    let _ = candidate.map(|x: T| {
        list.push(x);
        x
    });
    list
}

fn prelude_numbers(model: &Model<f64>, world: &World<f64>) -> Vec<f64> {
    let Prelude { start, contact_width, plan, .. } = Prelude::new(model, world);
    [&start.to_array()[..], &[contact_width, plan.reference_force, plan.facts.mass, plan.facts.leg_span]].concat()
}

fn prelude_weights(p: &PreludeGradient<f64>) -> Vec<f64> {
    [&p.start.to_array()[..], &[p.contact_width, p.reference_force, p.mass, p.leg_span]].concat()
}

/// How much the weighted sum changes from one candidate in its world to another. Weights meet differences of numbers, so that large
/// constants do not round them away.
fn change(from: (&Candidate<f64>, &World<f64>), to: (&Candidate<f64>, &World<f64>), weights: &Gradient<f64>) -> f64 {
    let terms = |(candidate, world): (&Candidate<f64>, &World<f64>)| {
        let mut list = numbers(candidate);
        list.extend(prelude_numbers(&candidate.model, world));
        list.extend(world.gravity.to_array());
        list.extend([world.friction, world.contact_damping]);
        list
    };
    let world = &weights.world;
    let mut bars = numbers(&weights.candidate);
    bars.extend(prelude_weights(&weights.prelude));
    bars.extend(world.gravity.to_array());
    bars.extend([world.friction, world.contact_damping]);
    let (from, to) = (terms(from), terms(to));
    assert_eq!(from.len(), bars.len());
    bars.iter().zip(from.iter().zip(&to)).map(|(bar, (a, b))| bar * (b - a)).sum()
}

fn assert_close(name: &str, found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len());
    let norm = |v: &mut dyn Iterator<Item = f64>| v.map(|x| x * x).sum::<f64>().sqrt();
    let size = norm(&mut wanted.iter().copied());
    let error = norm(&mut found.iter().zip(wanted).map(|(a, b)| a - b));
    assert!(size > 1.0, "{name}: nothing depends on anything");
    assert!(error < TOLERANCE * size, "{name}: off by {:e} of its norm", error / size);
}

fn check_genes(physics: &Physics, name: &str, genome: &Genome, policy: &Policy, terrain: &TerrainSpec) {
    let world = World::new(physics, terrain, 5);
    let recipe = Recipe { policy, limits: &BodyLimits::default(), physics, world: &world };
    let weights = weights::<f64>(&grown_in(physics, genome, policy), &mut stream(77));
    let found = gene_gradient(genome, &recipe, &weights).expect("well-formed");
    let values: Vec<f64> = genome.parameters().iter().map(|&(_, value)| value).collect();
    let moved = |i: usize, step: f64| {
        let mut values = values.clone();
        values[i] += step;
        grown_in(physics, &genome.with_values(&values), policy)
    };
    let difference = |i| change((&moved(i, -STEP), &world), (&moved(i, STEP), &world), &weights) / (2.0 * STEP);
    let wanted: Vec<f64> = (0..values.len()).map(difference).collect();
    assert_close(name, &found, &wanted);
}

#[test]
fn genes_have_the_gradient_that_differences_show() {
    for (seed, name) in morphology::names().into_iter().enumerate() {
        for policy in policies() {
            for terrain in terrains() {
                for structure in [0.0, 1.0] {
                    let genome = genome(name, &policy, structure, seed as u64);
                    let what = format!("{name}, {policy:?}, {terrain:?}, structure {structure}");
                    check_genes(&physics(), &what, &genome, &policy, &terrain);
                }
            }
        }
    }
}

#[test]
fn gears_have_the_gradient_that_differences_show() {
    let physics = Physics { no_load_speed: Some(12.0), actuator: Some(20.0), ..physics() };
    let policy = &policies()[0];
    for (seed, name) in morphology::names().into_iter().enumerate() {
        let genome = genome_in(&physics, name, policy, 1.0, seed as u64);
        assert!(genome.parameters().iter().any(|(id, _)| id.field == Field::LogGear));
        check_genes(&physics, name, &genome, policy, &terrains()[0]);
    }
}

#[test]
fn a_candidate_and_its_world_have_the_gradient_that_differences_show() {
    let policy = &policies()[0];
    for (seed, name) in morphology::names().into_iter().enumerate() {
        for terrain in terrains() {
            // Noise on every number by itself: twins touch the ground at the same height.
            let mut noise = stream(500 + seed as u64);
            let candidate =
                grown(&genome(name, policy, 1.0, seed as u64), policy).map(|x: f64| x * noise.range(0.9, 1.1));
            let world = World::new(&physics(), &terrain, 5);
            let weights = weights::<f64>(&candidate, &mut stream(78));
            let (found, found_world) = candidate_gradient(&candidate, &world, &weights);
            let count = numbers(&candidate).len();
            let moved = |i: usize, step: f64| {
                let mut place = 0..;
                let shift = |x: f64, here: usize| if here == i { x + step } else { x };
                let candidate = candidate.map(|x: f64| shift(x, place.next().expect("endless")));
                let [x, y, z] = world.gravity.to_array();
                let gravity = vec3(shift(x, count), shift(y, count + 1), shift(z, count + 2));
                let friction = shift(world.friction, count + 3);
                let contact_damping = shift(world.contact_damping, count + 4);
                (candidate, World { gravity, friction, contact_damping, ..world.clone() })
            };
            let difference = |i| {
                let ((a, from), (b, to)) = (moved(i, -STEP), moved(i, STEP));
                change((&a, &from), (&b, &to), &weights) / (2.0 * STEP)
            };
            let wanted: Vec<f64> = (0..count + 5).map(difference).collect();
            let mut all = numbers(&found);
            all.extend(found_world.gravity.to_array());
            all.extend([found_world.friction, found_world.contact_damping]);
            assert_close(&format!("{name}, {terrain:?}"), &all, &wanted);
        }
    }
}

#[test]
fn the_prelude_alone_counts_and_phases_without_a_meaning_do_not() {
    let [_, instance, ..] = policies();
    let genome = genome("hexapod", &instance, 0.0, 3);
    let world = World::new(&physics(), &TerrainSpec::default(), 5);
    let recipe = Recipe { policy: &instance, limits: &BodyLimits::default(), physics: &physics(), world: &world };
    let candidate = grown(&genome, &instance);
    let everything = weights::<f32>(&candidate, &mut stream(79));
    let gradient = gene_gradient(&genome, &recipe, &everything).expect("well-formed");
    for ((id, _), derivative) in genome.parameters().iter().zip(&gradient) {
        if matches!(id.field, Field::RepeatPhase | Field::MirrorPhase) {
            assert_eq!(*derivative, 0.0, "{id:?}");
        }
    }
    // The mass alone: only sizes, densities and scales know it.
    let mut mass_alone = everything.clone();
    mass_alone.candidate = candidate.map(|_| 0.0);
    mass_alone.prelude = PreludeGradient { mass: 1.0, ..PreludeGradient::default() };
    let gradient = gene_gradient(&genome, &recipe, &mass_alone).expect("well-formed");
    for ((id, _), derivative) in genome.parameters().iter().zip(&gradient) {
        let knows = matches!(
            id.field,
            Field::LogRadius | Field::LogLength | Field::LogHalf | Field::LogDensity | Field::LogScale
        );
        assert_eq!(*derivative > 0.0, knows, "{id:?}");
        assert!(knows || *derivative == 0.0, "{id:?}");
    }
    // Where servos weigh something, torques know it, too.
    let laden = Physics { actuator: Some(20.0), ..physics() };
    let gradient = gene_gradient(&genome, &Recipe { physics: &laden, ..recipe }, &mass_alone).expect("well-formed");
    let torques = genome.parameters().into_iter().zip(&gradient).filter(|((id, _), _)| id.field == Field::LogTorque);
    assert!(torques.clone().count() > 0 && torques.clone().all(|(_, derivative)| *derivative > 0.0));
}

/// Straight attachments, zero rotations, ties between contact points.
#[test]
fn gradients_are_finite_at_the_seeds_themselves() {
    for policy in policies() {
        for name in morphology::names() {
            for terrain in terrains() {
                let world = World::new(&Physics::default(), &terrain, 5);
                let recipe = Recipe {
                    policy: &policy,
                    limits: &BodyLimits::default(),
                    physics: &Physics::default(),
                    world: &world,
                };
                let body = morphology::load(name, Path::new(".")).expect("built in");
                let mut genome = genome(name, &policy, 0.0, 9);
                genome.body = body;
                let gradient = weights::<f32>(&grown(&genome, &policy), &mut stream(80));
                let genes = gene_gradient(&genome, &recipe, &gradient).expect("well-formed");
                assert!(genes.iter().all(|x| x.is_finite()), "{name}: {genes:?}");
            }
        }
    }
}

#[test]
fn a_broken_graph_is_an_error() {
    let [policy, ..] = policies();
    let mut genome = genome("biped", &policy, 0.0, 1);
    let gradient = weights::<f32>(&grown(&genome, &policy), &mut stream(81));
    genome.body.root.0 += 12345;
    let world = World::new(&physics(), &TerrainSpec::default(), 5);
    let recipe = Recipe { policy: &policy, limits: &BodyLimits::default(), physics: &physics(), world: &world };
    assert!(gene_gradient(&genome, &recipe, &gradient).is_err());
}

#[test]
fn open_loop_candidates_have_gradients_too() {
    let [policy, ..] = policies();
    let model = grown(&genome("hopper", &policy, 0.0, 2), &policy).model;
    let actions = vec![0.1; 3 * model.joint_count()];
    let candidate = Candidate { model, controller: Controller::Sequence { actions } };
    let world = World::new(&physics(), &TerrainSpec::default(), 5);
    let gradient = weights::<f32>(&candidate, &mut stream(82));
    let (found, _) = candidate_gradient(&candidate, &world, &gradient);
    let (Controller::Sequence { actions: found }, Controller::Sequence { actions: wanted }) =
        (found.controller, gradient.candidate.controller)
    else {
        panic!("another kind of controller");
    };
    assert!(found.iter().zip(&wanted).all(|(a, &b)| *a == f64::from(b)));
    assert_eq!(found.len(), 3 * candidate.model.joint_count());
}

/// `cargo test --release --test gene_gradients -- --ignored --nocapture` prints the time of one gradient.
#[test]
#[ignore = "a measurement"]
fn how_long_it_takes() {
    for (name, policy) in morphology::names().into_iter().flat_map(|name| policies().map(|policy| (name, policy))) {
        for terrain in terrains() {
            let genome = genome(name, &policy, 0.0, 4);
            let world = World::new(&physics(), &terrain, 5);
            let recipe = Recipe { policy: &policy, limits: &BodyLimits::default(), physics: &physics(), world: &world };
            let candidate = grown(&genome, &policy);
            let gradient = weights::<f32>(&candidate, &mut stream(83));
            let rounds = 300;
            let mut best = f64::INFINITY;
            for _ in 0..5 {
                let start = std::time::Instant::now();
                for _ in 0..rounds {
                    std::hint::black_box(
                        gene_gradient(std::hint::black_box(&genome), &recipe, &gradient).expect("sound"),
                    );
                }
                best = best.min(start.elapsed().as_secs_f64() / f64::from(rounds));
            }
            println!(
                "{name}, {} links, {} genes, {terrain:?}, {policy:?}: {:.0} us",
                candidate.model.links.len(),
                genome.parameters().len(),
                best * 1e6
            );
        }
    }
}
