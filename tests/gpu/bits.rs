//! A creature's bits on the GPU depend on nothing but itself: not on the batch around it, on splits, on the steps of a dispatch, or
//! on the shape of the dispatches.

use crate::adapter::{self, gpu};
use crate::zoo::{BODIES, cpg, experiment, mlp, random_candidates, shipped, stream, terrains};
use burgess_evolution::genome::Policy;
use burgess_physics::batch::{Backend, Outcome};
use burgess_physics::gpu::pack::{Tree, pack};
use burgess_physics::gpu::{GpuBackend, Options};
use burgess_physics::model::{Candidate, Shape};
use burgess_physics::step::state::State;
use burgess_physics::task::{Ending, Termination};
use std::time::Duration;

/// Seconds of an episode.
const DURATION: f64 = 0.5;

fn backend(policy: &Policy, options: Options) -> Option<GpuBackend> {
    let [_, (_, stairs), ..] = terrains();
    let mut experiment = experiment(policy.clone(), stairs, DURATION);
    experiment.task.termination = Termination { max_tilt: Some(0.6), ..Termination::default() };
    Some(GpuBackend::new(&experiment.plan(), gpu()?, options).unwrap())
}

/// Shipped bodies and random genomes: some with boxes, some without.
fn candidates(policy: &Policy) -> Vec<Candidate<f32>> {
    let shipped = BODIES.into_iter().map(|name| shipped(name, policy.clone(), 5));
    let all: Vec<_> = shipped.chain(random_candidates(policy.clone(), 300..350)).collect();
    all.into_iter().map(|candidate| candidate.map(|x| x as f32)).collect()
}

fn policies() -> [Policy; 2] {
    [cpg(), mlp()]
}

fn has_box(candidate: &Candidate<f32>) -> bool {
    candidate.model.colliders.iter().any(|collider| matches!(collider.shape, Shape::Box { .. }))
}

fn bits(outcome: &Outcome) -> Vec<u32> {
    let ending = match outcome.ending {
        Ending::Finished => 0,
        Ending::Terminated => 1,
        Ending::Diverged => 2,
    };
    let values = [outcome.reward].into_iter().chain(outcome.descriptors.iter().copied()).map(f32::to_bits);
    [ending, outcome.steps].into_iter().chain(values).collect()
}

fn all_bits(backend: &GpuBackend, candidates: &[Candidate<f32>]) -> Vec<Vec<u32>> {
    backend.evaluate(candidates).unwrap().iter().map(bits).collect()
}

fn state_bits(state: &State<f32>) -> Vec<u32> {
    let q = state.orientation;
    let vectors = [state.position, state.velocity, state.angular_velocity, q.v].map(|v| v.to_array()).concat();
    let links = state.links.iter().flat_map(|l| {
        [l.angle, l.rate].into_iter().chain(l.momentum.to_array()).chain(l.spin.to_array()).collect::<Vec<f32>>()
    });
    let contacts = state.contacts.iter().flat_map(|c| [&[c.normal_force][..], &c.free_gain.to_array()].concat());
    let numbers = vectors.into_iter().chain([q.w]).chain(links).chain(contacts);
    numbers.map(f32::to_bits).collect()
}

fn all_state_bits(backend: &GpuBackend, candidates: &[Candidate<f32>], steps: u32) -> Vec<Vec<u32>> {
    backend.states_after(candidates, steps).unwrap().iter().map(state_bits).collect()
}

/// A random order of `count` things.
fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut stream = stream(seed);
    let mut order: Vec<usize> = (0..count).collect();
    (1..count).for_each(|i| order.swap(i, stream.below(i + 1)));
    order
}

#[test]
fn the_batch_around_a_creature_leaves_its_bits_alone() {
    let _turn = adapter::turn();
    for policy in policies() {
        let Some(backend) = backend(&policy, Options::default()) else { return };
        let all = candidates(&policy);
        let boxes = all.iter().filter(|c| has_box(c)).count();
        assert!(boxes > 5 && all.len() - boxes > 5, "{boxes} of {} have boxes", all.len());
        let (expected, states) = (all_bits(&backend, &all), all_state_bits(&backend, &all, 70));
        let distinct: std::collections::BTreeSet<_> = expected.iter().collect();
        assert_eq!(distinct.len(), all.len(), "some creatures do the same, so the test shows less");
        // Each alone, on buffers that others have used.
        for (i, one) in all.iter().enumerate().step_by(5) {
            let alone = std::slice::from_ref(one);
            assert_eq!(all_bits(&backend, alone)[0], expected[i], "{i} alone");
            assert_eq!(all_state_bits(&backend, alone, 70)[0], states[i], "{i} alone");
        }
        // In other places and orders, and in part; without those that have boxes, and only those.
        let count = all.len();
        let mut orders: Vec<Vec<usize>> = vec![(0..count).rev().collect(), (1..count).chain([0]).collect()];
        orders.extend((0..3).map(|seed| shuffled(count, seed)));
        orders.push(shuffled(count, 3)[..count / 2].into());
        orders.extend([true, false].map(|with| (0..count).filter(|&i| has_box(&all[i]) == with).collect()));
        for order in orders {
            let batch: Vec<_> = order.iter().map(|&i| all[i].clone()).collect();
            let (found, found_states) = (all_bits(&backend, &batch), all_state_bits(&backend, &batch, 70));
            for (place, &i) in order.iter().enumerate() {
                assert_eq!(found[place], expected[i], "{i} at {place} of {}", order.len());
                assert_eq!(found_states[place], states[i], "{i} at {place} of {}", order.len());
            }
        }
        // The same once more.
        assert_eq!(all_bits(&backend, &all), expected);
        assert_eq!(all_state_bits(&backend, &all, 70), states);
    }
}

#[test]
fn splits_and_dispatches_leave_the_bits_alone() {
    let _turn = adapter::turn();
    let plain = Options::default();
    let ways = [
        ("in 2 rounds", Options { rounds: Some(2), ..plain }),
        ("in 5 rounds", Options { rounds: Some(5), ..plain }),
        ("block by block", Options { rounds: Some(1000), ..plain }),
        ("step by step", Options { dispatch_time: Some(Duration::ZERO), ..plain }),
        ("all steps at once", Options { dispatch_time: Some(Duration::from_secs(1000)), ..plain }),
        (
            "in parts, step by step, narrow",
            Options { rounds: Some(3), dispatch_time: Some(Duration::ZERO), widest: Some(2), ..plain },
        ),
    ];
    for policy in policies() {
        let Some(first) = backend(&policy, plain) else { return };
        let all = candidates(&policy);
        let (expected, states) = (all_bits(&first, &all), all_state_bits(&first, &all, 100));
        for (name, options) in ways {
            let other = backend(&policy, options).unwrap();
            assert_eq!(all_bits(&other, &all), expected, "{name}");
            assert_eq!(all_state_bits(&other, &all, 100), states, "{name}");
        }
    }
}

/// Where one row of workgroups does not hold a batch (65,535 on most devices), there are several, and the last is not full.
#[test]
fn rows_of_workgroups_leave_the_bits_alone() {
    let _turn = adapter::turn();
    let policy = cpg();
    let Some(one_row) = backend(&policy, Options::default()) else { return };
    let all: Vec<_> = candidates(&policy).into_iter().filter(|candidate| !has_box(candidate)).collect();
    let depth = |candidate: &Candidate<f32>| {
        let mut depths = vec![0; candidate.model.links.len()];
        (1..depths.len()).for_each(|i| depths[i] = depths[candidate.model.links[i].parent] + 1);
        depths.into_iter().max().unwrap()
    };
    let trees: Vec<Tree> = all.iter().map(|c| Tree { links: c.model.links.len(), depth: depth(c) }).collect();
    let blocks = pack(&trees).len();
    assert!(blocks > 4, "{blocks} blocks");
    let expected = all_bits(&one_row, &all);
    for widest in [1, 2, 3, blocks - 1, blocks] {
        let rows = backend(&policy, Options { widest: Some(widest as u32), ..Options::default() }).unwrap();
        assert_eq!(all_bits(&rows, &all), expected, "{blocks} blocks in rows of {widest}");
    }
}

/// Checks are other code, which a driver may round differently; on the software adapter they are seen not to.
#[test]
fn checked_shaders_simulate_the_same() {
    let _turn = adapter::turn();
    for policy in policies() {
        let Some(trusted) = backend(&policy, Options::default()) else { return };
        let checked = backend(&policy, Options { checked: true, ..Options::default() }).unwrap();
        let all = candidates(&policy);
        if trusted.gpu().facts.is_software() {
            assert_eq!(all_bits(&trusted, &all), all_bits(&checked, &all));
        }
        // A tenth of a second, before anything grows.
        let (a, b) = (trusted.states_after(&all, 24).unwrap(), checked.states_after(&all, 24).unwrap());
        for (i, (a, b)) in a.iter().zip(&b).enumerate() {
            let gap = (a.position - b.position).norm_squared().sqrt();
            assert!(gap < 1e-5, "{i}: {gap} m apart after 24 steps");
        }
    }
}
