//! Experience recorded on the GPU against its twin on the CPU, both in float32; and what it must not depend on.

use crate::adapter::{self, gpu};
use crate::zoo::{BODIES, cpg, experiment, mlp, random_candidates, shipped, terrains, watched};
use burgess_physics::batch::{Backend, CpuBackend, Outcome};
use burgess_physics::experience::Experience;
use burgess_physics::frame::recorded_layout;
use burgess_physics::gpu::{GpuBackend, Options};
use burgess_physics::model::Candidate;
use burgess_physics::plan::Plan;
use burgess_physics::task::{Ending, Termination};
use std::time::Duration;

/// Steps a frame, which do not divide those of an episode.
const FRAME: u32 = 7;
/// Frames that are compared: a twentieth of a second, before what rounding leaves has grown.
const FIRST: usize = 12;
/// How far a feature may lie from its twin's, as a share of the largest of its group in any frame, at least one unit: single steps agree to
/// five digits, and what floats does not grow much within the first frames.
const APART: f32 = 1e-3;
/// Share of candidates that may be farther apart: a contact that sets in a step later shows in a frame, and heals or grows.
const STRAYED: f64 = 0.05;

fn plan(policy: burgess_evolution::genome::Policy, duration: f64) -> Plan {
    let [_, (_, stairs), ..] = terrains();
    let mut experiment = experiment(policy, stairs, duration);
    experiment.task.termination = Termination { max_tilt: Some(0.6), ..Termination::default() };
    let mut plan = experiment.plan();
    plan.task.frame = Some(FRAME);
    plan
}

fn candidates(policy: &burgess_evolution::genome::Policy) -> Vec<Candidate<f32>> {
    let shipped = BODIES.into_iter().map(|name| shipped(name, policy.clone(), 5));
    let all: Vec<_> = shipped.chain(random_candidates(policy.clone(), 300..350)).collect();
    all.into_iter().map(|candidate| candidate.map(|x| x as f32)).collect()
}

/// The largest difference within the first frames, as a share of the largest number of the same group.
fn apart(a: &Experience, b: &Experience) -> f32 {
    let (layout, frames) = (recorded_layout(20.0), a.frames().min(FIRST));
    let mut first = 0;
    let mut worst: f32 = 0.0;
    for group in layout.groups() {
        let columns: Vec<usize> = (first..first + group.width).collect();
        first += group.width;
        let [a, b] = [a, b].map(|e| e.rows(layout.width(), &columns)[..frames * group.width].to_vec());
        let size = b.iter().fold(1.0_f32, |most, x| most.max(x.abs()));
        worst = a.iter().zip(&b).fold(worst, |worst, (a, b)| worst.max((a - b).abs() / size));
    }
    let rewards = a.rewards.iter().zip(&b.rewards).take(frames);
    rewards.fold(worst, |worst, (a, b)| worst.max((a - b).abs()))
}

#[test]
fn frames_are_those_of_the_cpu() {
    let _turn = adapter::turn();
    for policy in [cpg(), mlp(), watched()] {
        let Some(gpu) = gpu() else { return };
        let plan = plan(policy.clone(), 0.5);
        let all = candidates(&policy);
        let cpu = CpuBackend::new(&plan, None).unwrap().evaluate(&all).unwrap();
        let gpu = GpuBackend::new(&plan, gpu, Options::default()).unwrap().evaluate(&all).unwrap();
        let (mut strayed, mut early, mut distances) = (0, 0, Vec::new());
        for (i, (gpu, cpu)) in gpu.iter().zip(&cpu).enumerate() {
            if gpu.steps != cpu.steps || gpu.ending != cpu.ending {
                strayed += 1;
                continue;
            }
            let (Some(a), Some(b)) = (&gpu.experience, &cpu.experience) else { panic!("{i} has no experience") };
            a.check(&recorded_layout(20.0)).unwrap();
            assert_eq!((a.frames(), a.features.len()), (b.frames(), b.features.len()), "{i}");
            assert_eq!(a.frames(), (gpu.steps / FRAME).max(1) as usize, "{i}");
            early += usize::from(gpu.ending == Ending::Terminated);
            let distance = apart(a, b);
            distances.push(distance);
            strayed += usize::from(distance > APART);
        }
        distances.sort_by(f32::total_cmp);
        let count = distances.len();
        println!("{count}: median {:.1e}, nine of ten {:.1e}", distances[count / 2], distances[count * 9 / 10]);
        println!("worst {:?}; {early} ended early, {strayed} strayed", &distances[count - 4..]);
        assert!((strayed as f64) <= STRAYED * all.len() as f64, "{strayed} of {} strayed", all.len());
    }
}

fn bits(outcome: &Outcome) -> Vec<u32> {
    let experience = outcome.experience.as_ref().unwrap();
    let numbers = experience.features.iter().chain(&experience.rewards).chain([&outcome.reward]);
    [outcome.steps].into_iter().chain(numbers.map(|x| x.to_bits())).collect()
}

#[test]
fn recorded_bits_depend_on_nothing_else() {
    let _turn = adapter::turn();
    [cpg(), watched()].into_iter().for_each(bits_depend_on_nothing_else);
}

/// Of the frames, and of what a world model makes of its own.
fn bits_depend_on_nothing_else(policy: burgess_evolution::genome::Policy) {
    let all = candidates(&policy);
    let of = |plan: &Plan, options: Options, all: &[Candidate<f32>]| -> Option<Vec<Outcome>> {
        Some(GpuBackend::new(plan, gpu()?, options).unwrap().evaluate(all).unwrap())
    };
    let plan = plan(policy, 0.5);
    let Some(first) = of(&plan, Options::default(), &all) else { return };
    let expected: Vec<Vec<u32>> = first.iter().map(bits).collect();
    // Step by step, in parts, and in another order.
    let ways = [
        Options { dispatch_time: Some(Duration::ZERO), ..Options::default() },
        Options { rounds: Some(4), dispatch_time: Some(Duration::ZERO), ..Options::default() },
    ];
    for options in ways {
        let backward: Vec<_> = all.iter().rev().cloned().collect();
        let found = of(&plan, options, &backward).unwrap();
        assert!(found.iter().rev().map(bits).eq(expected.iter().cloned()), "{options:?}");
    }
    // With all indices checked, which is other code and may round otherwise.
    for (checked, found) in of(&plan, Options { checked: true, ..Options::default() }, &all).unwrap().iter().zip(&first)
    {
        let [checked, found] = [checked, found].map(|outcome| outcome.experience.as_ref().unwrap());
        assert_eq!(checked.frames(), found.frames());
        assert!(apart(checked, found) < APART);
    }
    // Recording changes nothing but what a compiler makes of other code.
    let mut silent = plan.clone();
    silent.task.frame = None;
    for (alone, recorded) in of(&silent, Options::default(), &all).unwrap().iter().zip(&first) {
        assert_eq!(alone.experience, None);
        assert_eq!((alone.ending, alone.steps), (recorded.ending, recorded.steps));
        assert!((alone.reward - recorded.reward).abs() < APART, "{} {}", alone.reward, recorded.reward);
    }
    // The rewards of frames that fill an episode are the episode's.
    let mut even = plan;
    even.task.frame = Some(even.task.steps / 8);
    for outcome in of(&even, Options::default(), &all).unwrap() {
        let experience = outcome.experience.unwrap();
        if outcome.ending == Ending::Finished {
            assert_eq!(experience.frames(), 8);
            let sum: f32 = experience.rewards.iter().sum();
            assert!((sum - outcome.reward).abs() < 1e-4 * outcome.reward.abs().max(1.0), "{sum} {}", outcome.reward);
        }
    }
}

/// An episode that ends before its first frame is one frame; a diverged one has none, on either backend.
#[test]
fn short_and_diverged_episodes() {
    let _turn = adapter::turn();
    let Some(gpu) = gpu() else { return };
    let mut plan = plan(cpg(), 0.5);
    plan.task.steps = 3;
    let mut wild = shipped("quadruped", cpg(), 5).map(|x| x as f32);
    let calm = wild.clone();
    if let burgess_physics::model::Controller::Cpg { joints, .. } = &mut wild.controller {
        joints[0].amplitude = f32::NAN;
    }
    let backends: [Box<dyn Backend>; 2] = [
        Box::new(GpuBackend::new(&plan, gpu, Options::default()).unwrap()),
        Box::new(CpuBackend::new(&plan, None).unwrap()),
    ];
    for backend in backends {
        let [short, diverged] =
            <[Outcome; 2]>::try_from(backend.evaluate(&[calm.clone(), wild.clone()]).unwrap()).unwrap();
        assert_eq!((short.steps, short.experience.unwrap().frames()), (3, 1), "{}", backend.describe());
        assert_eq!((diverged.ending, diverged.experience), (Ending::Diverged, None), "{}", backend.describe());
    }
}
