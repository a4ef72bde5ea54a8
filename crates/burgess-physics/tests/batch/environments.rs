//! Environments: what they hold, how what they give is folded, and that nothing but the candidate decides over its outcome.

use super::support::bodies;
use burgess_core::math::{Vec3, vec3};
use burgess_physics::batch::{Backend, CpuBackend, Outcome};
use burgess_physics::environment::{CommandSpec, EnvironmentsSpec, Fold, PushSpec, Schedule, push_scale};
use burgess_physics::example::{crawler, network, oscillators, plan};
use burgess_physics::gradient::{Differentiate, Gradient, Objective};
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::{TerrainSpec, Wall};
use burgess_physics::model::{Candidate, Controller, OBSERVATIONS, WANTED_OBSERVATIONS};
use burgess_physics::plan::{BrainKind, Plan};
use burgess_physics::step::episode::Episode;
use burgess_physics::task::Ending;
use burgess_physics::world::{Backward, GroundContact, Physics, World};

/// Steps of an episode: half a second.
const STEPS: u32 = 120;

/// So many environments with nothing in them.
fn plain(count: usize) -> EnvironmentsSpec {
    EnvironmentsSpec { count, reward: Fold::Mean, places: 0.0, pushes: None, commands: None }
}

/// Environments that differ in everything.
fn eventful(count: usize) -> EnvironmentsSpec {
    EnvironmentsSpec {
        places: 20.0,
        pushes: Some(PushSpec { every: 0.1, speed: 0.5 }),
        commands: Some(CommandSpec { every: 0.2, speed: (0.2, 0.8), turn: 1.0 }),
        ..plain(count)
    }
}

/// A plan on rough ground that rewards to follow commands, in these environments.
fn plan_in(brain: BrainKind, spec: &EnvironmentsSpec) -> Plan {
    let mut plan = plan(brain, STEPS);
    let physics = Physics { ground_contact: GroundContact::Points, ..Physics::default() };
    let ground = World::new(&physics, &TerrainSpec::Bumps { height: 0.02, wavelength: 0.6 }, 3);
    plan.world = ground.in_environments(spec, 3, STEPS);
    plan.task.reward.push((RewardTerm::FollowCommand { spread: 0.3 }, 1.0));
    plan.task.min_up = Some(0.0);
    plan
}

/// A network that sees what it is asked for.
fn asked(joints: usize, hidden: usize, seed: u64) -> Controller<f64> {
    let mut controller = network(joints, hidden, seed);
    let Controller::Mlp { layers, .. } = &mut controller else { panic!("a network") };
    let rows = layers[0].weights.chunks_exact(layers[0].inputs);
    let wider = rows.flat_map(|row| [&row[..OBSERVATIONS], &[0.4, -0.7], &row[OBSERVATIONS..]].concat());
    (layers[0].weights, layers[0].inputs) = (wider.collect(), layers[0].inputs + WANTED_OBSERVATIONS);
    controller
}

fn candidates(plan: &Plan) -> Vec<Candidate<f32>> {
    let mut all: Vec<Candidate<f32>> = bodies(plan);
    if plan.world.asks()
        && let BrainKind::Mlp(hidden) = &plan.brain
    {
        for (i, candidate) in all.iter_mut().enumerate() {
            candidate.controller = asked(candidate.model.joint_count(), hidden[0], i as u64).map(|x| x as f32);
        }
    }
    all
}

fn bits(outcome: &Outcome) -> Vec<u32> {
    let numbers = std::iter::once(&outcome.reward).chain(&outcome.descriptors).map(|x| x.to_bits());
    numbers.chain([outcome.steps, outcome.ending as u32]).collect()
}

fn gradient_bits(gradient: &Gradient<f32>) -> Vec<u32> {
    let mut numbers = Vec::new();
    let _ = gradient.candidate.map(|x: f32| {
        numbers.push(x.to_bits());
        x
    });
    let starts = std::iter::once(&gradient.prelude.start).chain(&gradient.other_starts);
    numbers.extend(starts.flat_map(|start| start.to_array()).map(f32::to_bits));
    let few = [gradient.prelude.mass, gradient.prelude.reference_force, gradient.returns.reward];
    numbers.extend(few.map(f32::to_bits));
    numbers
}

fn brains() -> [BrainKind; 2] {
    [BrainKind::Cpg, BrainKind::Mlp(vec![5])]
}

#[test]
fn one_plain_environment_is_none() {
    for brain in brains() {
        let inside = plan_in(brain, &plain(1));
        let mut outside = inside.clone();
        outside.world = World::new(
            &Physics { ground_contact: GroundContact::Points, ..Physics::default() },
            &TerrainSpec::Bumps { height: 0.02, wavelength: 0.6 },
            3,
        );
        let all = candidates(&inside);
        let give = |plan: &Plan| {
            let backend = CpuBackend::new(plan, Some(2)).unwrap();
            let outcomes = backend.evaluate(&all).unwrap();
            let gradients = backend.differentiate(&all, &Objective::reward(3)).unwrap();
            let outcomes = outcomes.iter().map(bits).collect::<Vec<_>>();
            (outcomes, gradients.iter().map(gradient_bits).collect::<Vec<_>>())
        };
        assert_eq!(give(&inside), give(&outside));
    }
}

#[test]
fn neither_order_nor_threads_matter() {
    for brain in brains() {
        let plan = plan_in(brain, &eventful(3));
        let all = candidates(&plan);
        let one = CpuBackend::new(&plan, Some(1)).unwrap();
        let objectives = [Objective::reward(3), Objective { reward: 0.3, descriptors: vec![0.1, 0.2, 0.3] }];
        let alone = |candidate: &Candidate<f32>| {
            let candidate = std::slice::from_ref(candidate);
            let gradients = one.differentiate_each(candidate, &objectives).unwrap().swap_remove(0);
            (bits(&one.evaluate(candidate).unwrap()[0]), gradients.iter().map(gradient_bits).collect::<Vec<_>>())
        };
        let alone: Vec<_> = all.iter().map(alone).collect();
        for threads in [1, 2, 5] {
            let backend = CpuBackend::new(&plan, Some(threads)).unwrap();
            let reversed: Vec<_> = all.iter().rev().cloned().collect();
            let outcomes = backend.evaluate(&reversed).unwrap();
            let gradients = backend.differentiate_each(&reversed, &objectives).unwrap();
            for ((alone, outcome), gradients) in alone.iter().rev().zip(&outcomes).zip(&gradients) {
                assert_eq!(alone.0, bits(outcome));
                assert_eq!(alone.1, gradients.iter().map(gradient_bits).collect::<Vec<_>>());
            }
        }
    }
}

/// The plan of each environment by itself.
fn each(plan: &Plan) -> Vec<Plan> {
    plan.world.each().map(|world| Plan { world, ..plan.clone() }).collect()
}

#[test]
fn outcomes_are_folded_from_those_of_each_environment() {
    let plan = plan_in(BrainKind::Mlp(vec![5]), &eventful(4));
    let all = candidates(&plan);
    let evaluate = |plan: &Plan| CpuBackend::new(plan, Some(2)).unwrap().evaluate(&all).unwrap();
    let apart: Vec<Vec<Outcome>> = each(&plan).iter().map(evaluate).collect();
    let rewards = |i: usize| apart.iter().map(move |outcomes| outcomes[i].reward);
    let mut worst = plan.clone();
    worst.world.fold = Fold::Worst;
    for (i, (mean, worst)) in evaluate(&plan).iter().zip(evaluate(&worst)).enumerate() {
        let spread = rewards(i).fold(f32::MIN, f32::max) - rewards(i).fold(f32::MAX, f32::min);
        assert!(spread > 0.01, "all environments give {:?}", rewards(i).collect::<Vec<_>>());
        assert_eq!(mean.reward.to_bits(), (rewards(i).sum::<f32>() / 4.0).to_bits());
        assert_eq!(worst.reward, rewards(i).fold(f32::MAX, f32::min));
        for d in 0..3 {
            let sum: f32 = apart.iter().map(|outcomes| outcomes[i].descriptors[d]).sum();
            assert_eq!((mean.descriptors[d], worst.descriptors[d]), (sum / 4.0, sum / 4.0));
        }
        assert_eq!(mean.steps, apart.iter().map(|outcomes| outcomes[i].steps).sum::<u32>());
        let all_finish = apart.iter().all(|outcomes| outcomes[i].ending == Ending::Finished);
        assert_eq!(mean.ending, if all_finish { Ending::Finished } else { Ending::Terminated });
    }
}

#[test]
fn gradients_are_folded_as_rewards_are() {
    let plan = plan_in(BrainKind::Cpg, &eventful(3));
    let all = candidates(&plan);
    let objective = Objective { reward: 0.7, descriptors: vec![0.0, 0.4, 0.2] };
    let differentiate = |plan: &Plan, objective: &Objective| {
        CpuBackend::new(plan, Some(2)).unwrap().differentiate(&all, objective).unwrap()
    };
    let masses =
        |gradient: &Gradient<f32>| gradient.candidate.model.links.iter().map(|link| link.mass).collect::<Vec<_>>();
    let apart: Vec<Vec<Gradient<f32>>> = each(&plan).iter().map(|plan| differentiate(plan, &objective)).collect();
    let close = |found: &[f32], wanted: &[f32]| {
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found - wanted).abs() <= 1e-5 * wanted.abs().max(1e-3), "{found} for {wanted}");
        }
    };
    for (i, gradient) in differentiate(&plan, &objective).iter().enumerate() {
        let all: Vec<Vec<f32>> = apart.iter().map(|gradients| masses(&gradients[i])).collect();
        let mean: Vec<f32> = (0..all[0].len()).map(|k| all.iter().map(|own| own[k]).sum::<f32>() / 3.0).collect();
        close(&masses(gradient), &mean);
        let starts: Vec<f32> = apart.iter().map(|gradients| gradients[i].prelude.start.z / 3.0).collect();
        assert_eq!(gradient.other_starts.len(), 2);
        close(&[gradient.prelude.start.z, gradient.other_starts[0].z, gradient.other_starts[1].z], &starts);
    }
    let none = CpuBackend::new(&plan, Some(2)).unwrap().differentiate_each(&all, &[]).unwrap();
    assert!(none.len() == all.len() && none.iter().all(Vec::is_empty));
    let mut worst = plan.clone();
    worst.world.fold = Fold::Worst;
    let rewards = Objective { reward: 0.7, descriptors: vec![0.0; 3] };
    let by_reward: Vec<Vec<Gradient<f32>>> = each(&plan).iter().map(|plan| differentiate(plan, &rewards)).collect();
    for (i, gradient) in differentiate(&worst, &rewards).iter().enumerate() {
        let least = by_reward.iter().min_by(|a, b| a[i].returns.reward.total_cmp(&b[i].returns.reward)).expect("three");
        close(&masses(gradient), &masses(&least[i]));
    }
    // The reward of the worst and the descriptors of all.
    let (both, alone) = (differentiate(&worst, &objective), differentiate(&worst, &rewards));
    let descriptors = differentiate(&plan, &Objective { reward: 0.0, ..objective.clone() });
    for ((both, alone), descriptors) in both.iter().zip(&alone).zip(&descriptors) {
        let sum: Vec<f32> = masses(alone).iter().zip(masses(descriptors)).map(|(a, b)| a + b).collect();
        close(&masses(both), &sum);
    }
}

#[test]
fn gradients_of_environments_count_alike_where_that_is_asked() {
    let mut plan = plan_in(BrainKind::Cpg, &eventful(3));
    let all = candidates(&plan);
    let differentiate =
        |plan: &Plan| CpuBackend::new(plan, Some(2)).unwrap().differentiate(&all, &Objective::reward(3)).unwrap();
    let numbers = |gradient: &Gradient<f32>| {
        let mut numbers = Vec::new();
        let _ = gradient.candidate.controller.map(&mut |x: f32| {
            numbers.push(x);
            x
        });
        numbers
    };
    let length = |numbers: &[f32]| numbers.iter().map(|x| x * x).sum::<f32>().sqrt();
    let apart: Vec<Vec<Gradient<f32>>> = each(&plan).iter().map(differentiate).collect();
    plan.world = plan.world.with_backward(Backward { alike: true, ..Backward::default() });
    for (i, gradient) in differentiate(&plan).iter().enumerate() {
        let own: Vec<Vec<f32>> = apart.iter().map(|gradients| numbers(&gradients[i])).collect();
        let lengths: Vec<f32> = own.iter().map(|numbers| length(numbers)).collect();
        assert!(
            lengths.iter().any(|&other| (other / lengths[0] - 1.0).abs() > 0.05),
            "all have one length: {lengths:?}"
        );
        for (k, found) in numbers(gradient).into_iter().enumerate() {
            let wanted: f32 = own.iter().zip(&lengths).map(|(own, length)| own[k] / length / 3.0).sum();
            assert!((found - wanted).abs() <= 1e-5, "{found} for {wanted}");
        }
        // The body goes by the length of the controller's gradient, too.
        let mass = |gradients: &Vec<Gradient<f32>>| gradients[i].candidate.model.links[1].mass;
        let wanted: f32 = apart.iter().zip(&lengths).map(|(gradients, length)| mass(gradients) / length / 3.0).sum();
        let found = gradient.candidate.model.links[1].mass;
        assert!((found - wanted).abs() <= 1e-5 * wanted.abs().max(1.0), "{found} for {wanted}");
    }
}

/// The reward and each descriptor of an episode, as emitters follow them.
fn one_by_one() -> Vec<Objective> {
    let of_descriptor =
        |i: usize| Objective { reward: 0.0, descriptors: (0..3).map(|k| f64::from(u8::from(k == i))).collect() };
    std::iter::once(Objective::reward(3)).chain((0..3).map(of_descriptor)).collect()
}

#[test]
fn each_candidate_has_the_gradient_of_its_own_objective() {
    for fold in [Fold::Mean, Fold::Worst] {
        for count in [1, 3] {
            let mut plan = plan_in(BrainKind::Cpg, &eventful(count));
            plan.world.fold = fold;
            let (all, objectives) = (candidates(&plan), one_by_one());
            let backend = CpuBackend::new(&plan, Some(2)).unwrap();
            let follows: Vec<usize> = (0..all.len()).map(|i| [2, 0, 1, 3, 0][i % 5]).collect();
            let own = backend.differentiate_own(&all, &objectives, &follows).unwrap();
            for ((candidate, own), &objective) in all.iter().zip(&own).zip(&follows) {
                let alone = backend.differentiate(std::slice::from_ref(candidate), &objectives[objective]).unwrap();
                assert_eq!(gradient_bits(own), gradient_bits(&alone[0]));
            }
        }
    }
}

#[test]
fn one_environment_that_diverges_makes_the_whole_diverge() {
    let mut plan = plan_in(BrainKind::Cpg, &eventful(3));
    let all = candidates(&plan);
    plan.world.others[1].pushes.vectors[2] = [500.0, 0.0];
    for fold in [Fold::Mean, Fold::Worst] {
        plan.world.fold = fold;
        for outcome in CpuBackend::new(&plan, Some(2)).unwrap().evaluate(&all).unwrap() {
            assert_eq!(outcome.ending, Ending::Diverged);
            assert!(outcome.reward.is_nan() && outcome.descriptors.iter().all(|x| x.is_nan()), "{outcome:?}");
        }
    }
}

/// Far from any ground and without weight, a push moves the whole creature and turns or bends nothing.
#[test]
fn a_push_moves_all_links_alike() {
    let mut plan = plan(BrainKind::Cpg, 60);
    plan.world = World::new(&Physics { gravity: 0.0, ..Physics::default() }, &TerrainSpec::default(), 0);
    plan.world.pushes = Schedule { period: 20, vectors: vec![[0.0; 2], [0.3, -0.4], [-0.1, 0.2]] };
    let model = crawler(4);
    let mut controller = oscillators(4);
    if let Controller::Cpg { joints, .. } = &mut controller {
        joints.iter_mut().for_each(|joint| (joint.amplitude, joint.offset) = (0.0, 0.0));
    }
    let candidate = Candidate { model, controller };
    let mut episode = Episode::new(&candidate, &plan.world, &plan.task);
    episode.state.position.z += 10.0;
    let scale = push_scale(candidate.model.mass());
    let mut expected = Vec3::<f64>::zero();
    while episode.advance() {
        match episode.steps() {
            21 => expected = vec3(0.3, -0.4, 0.0) * scale,
            41 => expected += vec3(-0.1, 0.2, 0.0) * scale,
            _ => {}
        }
        let state = &episode.state;
        let momentum = state.links.iter().map(|link| link.momentum).fold(Vec3::zero(), |sum, own| sum + own);
        let error = (momentum - expected * candidate.model.mass()).norm_squared().sqrt();
        assert!(error < 1e-12, "step {}: {momentum:?}", episode.steps());
        assert!((state.velocity - expected).norm_squared().sqrt() < 1e-12);
        let still = state.links.iter().all(|link| link.rate.abs() < 1e-12 && link.spin.norm_squared() < 1e-24);
        assert!(still, "step {}: {:?}", episode.steps(), state.links);
    }
    assert!(expected.norm_squared() > 0.01);
}

#[test]
fn a_push_of_a_reference_body_has_its_speed() {
    assert!((push_scale(4.0_f64) - 1.0).abs() < 1e-15);
    assert!((push_scale(256.0_f64) - 2.0).abs() < 1e-14);
}

#[test]
fn ground_from_another_place_is_the_same_ground() {
    let wall = Wall { centre: (0.5, 0.2), half: (0.1, 1.0), height: 0.3 };
    for spec in [
        TerrainSpec::Stairs { start: 0.5, rise: 0.03, run: 0.4, count: 20 },
        TerrainSpec::Bumps { height: 0.02, wavelength: 0.6 },
        TerrainSpec::Walls(vec![wall]),
    ] {
        let ground = spec.compile(5);
        let there = ground.seen_from([13.7, -6.1]);
        for i in 0..50 {
            let x = vec3(0.37 * f64::from(i) - 15.0, (0.7 * f64::from(i)).sin() + 6.0, 0.2 * (f64::from(i)).cos());
            let moved = x + vec3(13.7, -6.1, 0.0);
            assert!((there.height(x) - ground.height(moved)).abs() < 1e-12, "{spec:?}");
            let ((a, n), (b, m)) = (there.distance(x), ground.distance(moved));
            assert!((a - b).abs() < 1e-12 && (n - m).norm_squared() < 1e-20, "{spec:?} at {x:?}");
        }
    }
}

#[test]
fn environments_are_drawn_by_their_number_alone() {
    let world = World::new(&Physics::default(), &TerrainSpec::Bumps { height: 0.02, wavelength: 0.6 }, 3);
    let (few, many) = (world.in_environments(&eventful(2), 3, STEPS), world.in_environments(&eventful(5), 3, STEPS));
    let events = |world: &World<f64>| (world.pushes.clone(), world.wanted.clone(), world.terrain.height(Vec3::zero()));
    assert_eq!(few.each().map(|world| events(&world)).collect::<Vec<_>>()[..], {
        let all: Vec<_> = many.each().map(|world| events(&world)).collect();
        assert!(all.iter().enumerate().all(|(i, own)| all[..i].iter().all(|other| other != own)));
        all[..2].to_vec()
    });
    assert_ne!(events(&few), events(&world.in_environments(&eventful(2), 4, STEPS)));
    for Schedule { period, vectors } in many.each().map(|world| world.wanted) {
        assert_eq!((period, vectors.len()), (48, 3));
        for [x, y] in vectors {
            let (speed, direction) = (x.hypot(y), y.atan2(x));
            assert!((0.2..0.8).contains(&speed) && direction.abs() <= 1.0, "{x}, {y}");
        }
    }
    for Schedule { period, vectors } in many.each().map(|world| world.pushes) {
        assert_eq!((period, vectors.len(), vectors[0]), (24, 5, [0.0; 2]));
        assert!(vectors[1..].iter().all(|[x, y]| (x.hypot(*y) - 0.5).abs() < 1e-12));
    }
}

/// Only a network sees what it is asked for, and each stretch of it.
#[test]
fn networks_act_on_what_they_are_asked_for() {
    for brain in brains() {
        let mut plan = plan_in(brain.clone(), &EnvironmentsSpec { pushes: None, ..eventful(1) });
        plan.task.reward = vec![(RewardTerm::ForwardVelocity, 1.0)];
        let all = candidates(&plan);
        let reward = |plan: &Plan| CpuBackend::new(plan, Some(1)).unwrap().evaluate(&all).unwrap()[0].reward;
        let before = reward(&plan);
        for stretch in 0..3 {
            let mut other = plan.clone();
            other.world.wanted.vectors[stretch][1] += 0.5;
            assert_eq!(reward(&other) != before, brain != BrainKind::Cpg, "{brain:?}, stretch {stretch}");
        }
    }
}

/// On the GPU, against the twin; without an adapter the tests pass by.
#[cfg(feature = "gpu")]
mod gpu {
    use super::*;
    use crate::support::{candidate_numbers, distance, numbers};
    use burgess_physics::batch::{Batch, Drive, Simulator};
    use burgess_physics::gpu::device::{Choice, Gpu, GpuError};
    use burgess_physics::gpu::{GpuBackend, Options};

    /// GPU and CPU differ by the rounding of float32, which contacts make larger from step to step: so few steps, with four pushes.
    const FEW: u32 = 60;
    /// How far outcomes may differ, and gradients as a share.
    const CLOSE: f64 = 2e-3;

    fn backend(plan: &Plan) -> Option<GpuBackend> {
        match Gpu::open(&Choice::Best) {
            Ok(gpu) => Some(GpuBackend::new(plan, gpu, Options::default()).unwrap()),
            Err(GpuError::NoAdapter) => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// Both kinds of brain on every ground, in three environments each.
    fn plans() -> Vec<Plan> {
        let wall = |x: f64| Wall { centre: (x, 0.3), half: (0.1, 2.0), height: 0.05 };
        let grounds = [
            TerrainSpec::Plane { slope: 0.1 },
            TerrainSpec::Bumps { height: 0.02, wavelength: 0.6 },
            TerrainSpec::Stairs { start: -0.5, rise: 0.03, run: 0.4, count: 20 },
            TerrainSpec::Walls((0..5).map(|i| wall(0.6 * f64::from(i) - 1.0)).collect()),
        ];
        let spec = EnvironmentsSpec {
            places: 1.5,
            pushes: Some(PushSpec { every: 0.05, speed: 0.4 }),
            commands: Some(CommandSpec { every: 0.07, speed: (0.2, 0.8), turn: 2.0 }),
            ..plain(3)
        };
        let one = |(brain, ground): (BrainKind, &TerrainSpec)| {
            let mut plan = plan_in(brain, &plain(1));
            plan.task.steps = FEW;
            let physics = Physics { ground_contact: GroundContact::Points, ..Physics::default() };
            plan.world = World::new(&physics, ground, 3).in_environments(&spec, 3, FEW);
            plan
        };
        grounds.iter().flat_map(|ground| brains().map(|brain| (brain, ground))).map(one).collect()
    }

    #[test]
    fn outcomes_are_the_cpus() {
        for mut plan in plans() {
            let Some(gpu) = backend(&plan) else { return };
            let all = candidates(&plan);
            let cpu = CpuBackend::new(&plan, Some(2)).unwrap().evaluate(&all).unwrap();
            for (i, (gpu, cpu)) in gpu.evaluate(&all).unwrap().iter().zip(&cpu).enumerate() {
                assert_eq!((gpu.ending, gpu.steps), (cpu.ending, cpu.steps), "{i}");
                let gap = |a: f32, b: f32| f64::from((a - b).abs()) / f64::from(b.abs().max(1.0));
                let pairs = gpu.descriptors.iter().zip(&cpu.descriptors).map(|(&a, &b)| gap(a, b));
                let worst = pairs.fold(gap(gpu.reward, cpu.reward), f64::max);
                assert!(worst < CLOSE, "{:?}, {:?}, {i}: {gpu:?} for {cpu:?}", plan.brain, plan.world.terrain);
            }
            // Those of other environments are others, so that the comparison says something of all of them.
            plan.world = plan.world.others.swap_remove(1);
            let other = CpuBackend::new(&plan, Some(2)).unwrap().evaluate(&all).unwrap();
            let gap = |(other, cpu): (&Outcome, &Outcome)| (other.reward - cpu.reward).abs();
            let most = other.iter().zip(&cpu).map(gap).fold(0.0, f32::max);
            assert!(most > 2.0 * CLOSE as f32, "{:?}, {:?}: {most:.1e}", plan.brain, plan.world.terrain);
        }
    }

    #[test]
    fn gradients_are_the_cpus() {
        for mut plan in plans() {
            let Some(gpu) = backend(&plan) else { return };
            let all = candidates(&plan);
            for fold in [Fold::Mean, Fold::Worst] {
                plan.world.fold = fold;
                let gpu = gpu.differentiator(&plan).unwrap();
                let cpu = CpuBackend::new(&plan, Some(2)).unwrap();
                let objective = Objective { reward: 0.7, descriptors: vec![0.3, 0.4, 0.2] };
                let pairs = gpu.differentiate(&all, &objective).unwrap().into_iter();
                for (i, (gpu, cpu)) in pairs.zip(cpu.differentiate(&all, &objective).unwrap()).enumerate() {
                    let name = format!("{fold:?}, {:?}, {:?}, {i}", plan.brain, plan.world.terrain);
                    let list = |gradient: &Gradient<f32>| {
                        let mut list = candidate_numbers(&gradient.candidate);
                        let starts = std::iter::once(&gradient.prelude.start).chain(&gradient.other_starts);
                        list.extend(starts.flat_map(|start| start.to_array()).map(f64::from));
                        list.push(f64::from(gradient.prelude.mass));
                        list
                    };
                    let apart = distance(&list(&gpu), &list(&cpu));
                    assert!(apart < 5.0 * CLOSE, "{name}: {apart:.1e}");
                    let masses = (gpu.prelude.mass, cpu.prelude.mass);
                    assert!((masses.0 - masses.1).abs() < 0.02 * masses.1.abs().max(1e-2), "{name}: {masses:?}");
                }
            }
        }
    }

    #[test]
    fn gradients_of_own_objectives_share_a_pass() {
        let mut plan = plans().swap_remove(0);
        let Some(gpu) = backend(&plan) else { return };
        let (all, objectives) = (candidates(&plan), one_by_one());
        let follows: Vec<usize> = (0..all.len()).map(|i| [2, 0, 1, 3, 0][i % 5]).collect();
        for (fold, alike) in [(Fold::Mean, false), (Fold::Mean, true), (Fold::Worst, false)] {
            plan.world.fold = fold;
            plan.world = plan.world.clone().with_backward(Backward { alike, ..Backward::default() });
            let gpu = gpu.differentiator(&plan).unwrap();
            let own = gpu.differentiate_own(&all, &objectives, &follows).unwrap();
            for (number, objective) in objectives.iter().enumerate() {
                let alone = gpu.differentiate(&all, objective).unwrap();
                for i in (0..all.len()).filter(|&i| follows[i] == number) {
                    let [own, alone] = [&own[i], &alone[i]].map(|gradient| candidate_numbers(&gradient.candidate));
                    assert_eq!(own, alone, "{fold:?}, {alike}, candidate {i}");
                }
            }
        }
    }

    /// Bodies that step live in the first environment, and see what it asks.
    #[test]
    fn windows_are_the_cpus() {
        for plan in plans() {
            let Some(gpu) = backend(&plan) else { return };
            let all = candidates(&plan);
            let mut gpu = gpu.load(all.clone()).unwrap();
            let mut cpu = Batch::<f32>::load(&plan, all).unwrap();
            let objective = Objective { reward: 1.0, descriptors: vec![0.0; 3] };
            for decisions in [1, 2, 4] {
                for (gpu, cpu) in gpu.observations().unwrap().iter().zip(cpu.observations().unwrap()) {
                    assert_eq!(gpu.len(), cpu.len());
                    assert!(gpu.iter().zip(&cpu).all(|(a, b)| (a - b).abs() < CLOSE as f32), "{gpu:?} for {cpu:?}");
                }
                let (found, wanted) = (
                    gpu.step(Drive::Controllers, decisions).unwrap(),
                    cpu.step(Drive::Controllers, decisions).unwrap(),
                );
                for (found, wanted) in found.iter().zip(&wanted) {
                    assert!((found.reward - wanted.reward).abs() < CLOSE as f32, "{found:?} for {wanted:?}");
                }
                let (found, wanted) =
                    (gpu.gradients(&objective, None).unwrap(), cpu.gradients(&objective, None).unwrap());
                for (found, wanted) in found.iter().zip(&wanted) {
                    let apart = distance(&numbers(found), &numbers(wanted));
                    assert!(apart < 10.0 * CLOSE, "{:?}, {:?}: {apart:.1e}", plan.brain, plan.world.terrain);
                }
            }
        }
    }
}
