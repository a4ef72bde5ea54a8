//! The whole way, from continuous genes to the objective of an episode and back, against dual numbers that go forth through all of it:
//! growing, prelude, simulation, judgement.

use crate::zoo::{BODIES, experiment, shared, stream, terrains, variation};
use burgess_core::autodiff::{Dual, real};
use burgess_evolution::genome::{BodyLimits, Field, Genome, ParameterId, Policy, Sharing};
use burgess_evolution::growth::{compile_controller, expand};
use burgess_evolution::refine::genes::{Recipe, candidate_gradient, gene_gradient};
use burgess_learn::Number;
use burgess_physics::batch::CpuBackend;
use burgess_physics::environment::{EnvironmentsSpec, Fold};
use burgess_physics::gradient::{Differentiate, Gradient, Objective};
use burgess_physics::model::Candidate;
use burgess_physics::plan::Plan;
use burgess_physics::step::episode::Episode;
use burgess_physics::step::reverse::episode::{TAPE_MEMORY, differentiate};
use burgess_physics::task::{Ending, Termination};
use burgess_physics::world::{Physics, World};

/// Kinds of genes, each with a direction of its own; a phase is not told from the rest of a brain.
const KINDS: usize = 8;

fn kind(field: Field) -> usize {
    match field {
        Field::LogRadius | Field::LogLength | Field::LogHalf => 0,
        Field::LogDensity => 1,
        Field::Attach => 2,
        Field::Orientation => 3,
        Field::LogScale => 4,
        Field::Axis => 5,
        Field::Lower | Field::Upper | Field::LogKp | Field::LogKd | Field::LogTorque => 6,
        _ => 7,
    }
}

type D = Dual<f64, KINDS>;

fn policies() -> [Policy; 3] {
    let (sharing, frequency) = (Sharing::Gene, (0.5, 2.5));
    [
        Policy::Cpg { sharing, frequency },
        Policy::Mlp { hidden: vec![6, 5], sharing, frequency, control_rate: 60, world_model: None },
        shared(),
    ]
}

fn plan(terrain: usize, policy: &Policy, steps: u32) -> Plan {
    let mut experiment = experiment(policy.clone(), terrains()[terrain].1.clone(), 10.0);
    experiment.task.termination = Termination::default();
    let mut plan = experiment.plan();
    plan.task.steps = steps;
    plan
}

fn objective(plan: &Plan) -> Objective {
    let descriptors = plan.task.descriptors.iter().map(|d| if d.has_gradient() { 0.4 } else { 0.0 }).collect();
    Objective { reward: 0.7, descriptors }
}

fn grown<T: Number>(genome: &Genome<T>, policy: &Policy) -> Candidate<T> {
    let grown = expand(&genome.body, &BodyLimits::default(), &Physics::default()).expect("well-formed");
    let controller = compile_controller(&genome.brain, &grown.keys, &grown.model, policy);
    Candidate { model: grown.model, controller }
}

/// The objective of an episode, over dual numbers.
fn forth<const N: usize>(candidate: &Candidate<Dual<f64, N>>, world: &World<Dual<f64, N>>, plan: &Plan) -> [f64; N] {
    let objective = objective(plan);
    let returns = Episode::new(candidate, world, &plan.task).run();
    let weighted = returns.descriptors.iter().zip(&objective.descriptors).filter(|(_, weight)| **weight != 0.0);
    let sum = returns.reward * real(objective.reward) + weighted.map(|(&x, &w)| x * real(w)).sum();
    sum.derivative
}

fn back(candidate: &Candidate<f64>, plan: &Plan) -> Gradient<f64> {
    let gradient = differentiate(candidate, &plan.world, &plan.task, &objective(plan), TAPE_MEMORY);
    assert_ne!(gradient.returns.ending, Ending::Diverged);
    gradient
}

/// The largest error of a directional derivative, relative to its size.
fn gene_error(genome: &Genome, policy: &Policy, plan: &Plan, seed: u64) -> f64 {
    let recipe = Recipe { policy, limits: &BodyLimits::default(), physics: &Physics::default(), world: &plan.world };
    let genes = gene_gradient(genome, &recipe, &back(&grown(genome, policy), plan)).expect("well-formed");
    let mut stream = stream(seed);
    let mut found = [0.0; KINDS];
    let mut next = genes.iter();
    let moving: Genome<D> = genome.map_parameters(|id: ParameterId, value| {
        let (kind, step) = (kind(id.field), stream.normal());
        found[kind] += step * next.next().expect("one derivative a gene");
        let mut moving = D::constant(value);
        moving.derivative[kind] = step;
        moving
    });
    let wanted = forth(&grown(&moving, policy), &plan.world.cast(), plan);
    found.iter().zip(wanted).map(|(a, b)| (a - b).abs() / b.abs().max(1e-9)).fold(0.0, f64::max)
}

#[test]
fn genes_of_shipped_bodies() {
    for policy in policies() {
        for terrain in 0..4 {
            for (seed, name) in BODIES.into_iter().enumerate() {
                let seed = seed as u64;
                let genome = variation(&[name], policy.clone(), false).random(0.0, &mut stream(seed));
                let error = gene_error(&genome, &policy, &plan(terrain, &policy, 90), seed);
                assert!(error < 1e-8, "{name} on {}, {policy:?}: {error:.1e}", terrains()[terrain].0);
            }
        }
    }
}

#[test]
fn genes_of_random_bodies() {
    for (number, policy) in policies().iter().enumerate() {
        let variation = variation(&BODIES, policy.clone(), true);
        let mut checked = 0;
        for seed in 0..40 {
            let mut stream = stream(1000 * number as u64 + seed);
            let start = variation.random(0.3, &mut stream);
            let genome = (0..3).fold(start, |genome, _| variation.gaussian(&genome, 0.3, 0.7, &mut stream));
            if variation.compile(&genome).is_ok() {
                let terrain = seed as usize % 4;
                let error = gene_error(&genome, policy, &plan(terrain, policy, 90), seed);
                assert!(error < 1e-7, "{seed} on {}, {policy:?}: {error:.1e}", terrains()[terrain].0);
                checked += 1;
            }
        }
        assert!(checked > 8, "only {checked} random bodies were valid");
    }
}

/// On ground that is another in each environment, so that the height of the start depends in each on the genes in another way.
#[test]
fn genes_in_several_environments() {
    let environments = EnvironmentsSpec { count: 3, reward: Fold::Mean, places: 10.0, pushes: None, commands: None };
    for policy in policies() {
        for (seed, name) in BODIES.into_iter().enumerate() {
            let mut plan = plan(2, &policy, 20);
            plan.world = plan.world.in_environments(&environments, 5, 20);
            let genome = variation(&[name], policy.clone(), false).random(0.0, &mut stream(seed as u64));
            let candidate = grown(&genome, &policy).map(|x: f64| x as f32);
            let backend = CpuBackend::new(&plan, Some(1)).unwrap();
            let gradient = backend.differentiate(&[candidate], &objective(&plan)).unwrap().swap_remove(0);
            let (limits, physics) = (&BodyLimits::default(), &Physics::default());
            let recipe = Recipe { policy: &policy, limits, physics, world: &plan.world };
            let found = gene_gradient(&genome, &recipe, &gradient).expect("well-formed");
            // The same one by one.
            let mut sums = vec![0.0; found.len()];
            for world in plan.world.each() {
                let alone = Plan { world, ..plan.clone() };
                let recipe = Recipe { world: &alone.world, ..recipe };
                let genes = gene_gradient(&genome, &recipe, &back(&grown(&genome, &policy), &alone));
                sums.iter_mut().zip(genes.expect("well-formed")).for_each(|(sum, own)| *sum += own / 3.0);
            }
            let norm = |list: &[f64]| list.iter().map(|x| x * x).sum::<f64>().sqrt();
            let apart: Vec<f64> = found.iter().zip(&sums).map(|(a, b)| a - b).collect();
            assert!(norm(&apart) < 1e-3 * norm(&sums), "{name}, {policy:?}: {:.1e}", norm(&apart) / norm(&sums));
        }
    }
}

/// Masses, places and contacts of a candidate, its brain, and the world, as the prelude and the episode see them together.
#[test]
fn candidates_and_worlds() {
    const PARTS: usize = 5;
    let [policy, ..] = policies();
    for terrain in 0..4 {
        for (seed, name) in BODIES.into_iter().enumerate() {
            let plan = plan(terrain, &policy, 90);
            let genome = variation(&[name], policy.clone(), false).random(0.0, &mut stream(seed as u64));
            let candidate = grown(&genome, &policy);
            let (gradient, by_world) = candidate_gradient(&candidate, &plan.world, &back(&candidate, &plan));
            let mut stream = stream(50 + seed as u64);
            let mut found = [0.0; PARTS];
            let mut vary = |part: usize, x: &mut Dual<f64, PARTS>, derivative: f64| {
                let step = stream.normal();
                x.derivative[part] = step;
                found[part] += step * derivative;
            };
            let mut moving = candidate.map(Dual::constant);
            for (link, by) in moving.model.links.iter_mut().zip(&gradient.model.links) {
                vary(0, &mut link.mass, by.mass);
            }
            for (joint, by) in moving.model.joints.iter_mut().zip(&gradient.model.joints) {
                vary(1, &mut joint.position.x, by.position.x);
                vary(1, &mut joint.position.z, by.position.z);
            }
            for (contact, by) in moving.model.contacts.iter_mut().zip(&gradient.model.contacts) {
                vary(2, &mut contact.centre.y, by.centre.y);
                vary(2, &mut contact.centre.z, by.centre.z);
                vary(2, &mut contact.radius, by.radius);
            }
            vary(3, &mut moving.model.contact_stiffness, gradient.model.contact_stiffness);
            let mut world = plan.world.cast();
            vary(4, &mut world.gravity.x, by_world.gravity.x);
            vary(4, &mut world.gravity.z, by_world.gravity.z);
            vary(4, &mut world.friction, by_world.friction);
            vary(4, &mut world.contact_damping, by_world.contact_damping);
            let wanted = forth(&moving, &world, &plan);
            for (part, (a, b)) in found.iter().zip(wanted).enumerate() {
                let error = (a - b).abs() / b.abs().max(1e-9);
                assert!(error < 1e-8, "{name} on {}, part {part}: {a} is not {b}", terrains()[terrain].0);
            }
        }
    }
}
