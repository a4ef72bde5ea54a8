//! Episodes of the reference ant: how they end, and what is measured in them.

use crate::bodies;
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{Candidate, Controller, CpgJoint};
use burgess_physics::step::episode::Episode;
use burgess_physics::task::{Ending, TaskPlan};
use burgess_physics::world::{Physics, World};

fn world() -> World<f64> {
    World::new(&Physics::default(), &TerrainSpec::default(), 0)
}

/// Every reward term and most descriptors at once, over a duration (s).
fn task(duration: f64) -> TaskPlan {
    let terms = [
        RewardTerm::ForwardVelocity,
        RewardTerm::Distance,
        RewardTerm::TargetReached { target: (1.0, 0.0), radius: 0.5 },
        RewardTerm::HeightGained,
        RewardTerm::Upright,
        RewardTerm::Energy,
        RewardTerm::Smoothness,
        RewardTerm::Survival,
        RewardTerm::JointLimitUse,
    ];
    let descriptors = vec![
        Descriptor::FinalX,
        Descriptor::FinalY,
        Descriptor::DutyFactor(0),
        Descriptor::DutyFactor(3),
        Descriptor::MeanHeight,
        Descriptor::MeanTilt,
        Descriptor::GaitFrequency,
        Descriptor::BodyMass,
        Descriptor::LinkCount,
        Descriptor::LegSpan,
    ];
    TaskPlan {
        steps: (duration * f64::from(Physics::default().rate)) as u32,
        control_period: 1,
        reward: terms.map(|term| (term, 0.5)).into(),
        descriptors,
        min_height: None,
        min_up: None,
        frame: None,
        observer: None,
    }
}

#[test]
fn an_episode_ends_early_when_the_task_says_so() {
    let model = bodies::ant().build(1e4, true);
    let joints = vec![CpgJoint::default(); model.joint_count()];
    let candidate = Candidate { model, controller: Controller::Cpg { frequency: 1.0, joints } };
    let (world, mut task) = (world(), task(3.0));
    let full = Episode::new(&candidate, &world, &task).run();
    assert_eq!((full.ending, full.steps), (Ending::Finished, 720));
    // An ant that stands is upright and survives: 3 s each at weight 0.5, and duty factors near 1.
    assert!(full.descriptors[2] > 0.8 && full.descriptors[4] > 0.15, "{full:?}");
    task.min_height = Some(0.5);
    let short = Episode::new(&candidate, &world, &task).run();
    assert_eq!((short.ending, short.steps), (Ending::Terminated, 1));
}

#[test]
fn float32_follows_float64() {
    let model = bodies::ant().build(1e4, true);
    let joints = vec![CpgJoint { amplitude: 0.4, phase: 1.0, offset: 0.1 }; model.joint_count()];
    let candidate = Candidate { model, controller: Controller::Cpg { frequency: 1.3, joints } };
    let (world, task) = (world(), task(1.0));
    let fine = Episode::new(&candidate, &world, &task).run();
    let (candidate, world) = (candidate.map(|x| x as f32), world.cast::<f32>());
    let coarse = Episode::new(&candidate, &world, &task).run();
    for (a, b) in fine.descriptors.iter().zip(&coarse.descriptors) {
        assert!((a - f64::from(*b)).abs() < 1e-3 * a.abs().max(1.0), "{fine:?} against {coarse:?}");
    }
}

/// The drop to the ground at the start is no step: who stands has no gait.
#[test]
fn who_stands_still_touches_down_never() {
    let model = bodies::ant().build(1e4, true);
    let joints = vec![CpgJoint::default(); model.joint_count()];
    let candidate = Candidate { model, controller: Controller::Cpg { frequency: 1.0, joints } };
    let returns = Episode::new(&candidate, &world(), &task(3.0)).run();
    assert_eq!(returns.descriptors[6], 0.0, "touch-downs a second and limb end");
}

/// A brain that gives no number is not quietly clamped into one that does.
#[test]
fn a_command_that_is_no_number_marks_the_candidate() {
    let model = bodies::ant().build(1e4, true);
    let mut joints = vec![CpgJoint::default(); model.joint_count()];
    joints[3].offset = f64::NAN;
    let candidate = Candidate { model, controller: Controller::Cpg { frequency: 1.0, joints } };
    let returns = Episode::new(&candidate, &world(), &task(1.0)).run();
    assert_eq!(returns.ending, Ending::Diverged);
}

/// An ant that stands for ten minutes: a plain sum of so many steps in single precision is off in its fourth figure.
#[test]
fn sums_of_a_long_episode_do_not_drift_in_float32() {
    let model = bodies::ant().build(1e4, true);
    let joints = vec![CpgJoint::default(); model.joint_count()];
    let candidate = Candidate { model, controller: Controller::Cpg { frequency: 1.0, joints } }.map(|x| x as f32);
    let task = TaskPlan {
        reward: vec![(RewardTerm::Survival, 1.0)],
        descriptors: vec![Descriptor::MeanHeight, Descriptor::DutyFactor(0)],
        ..task(600.0)
    };
    let world = world().cast::<f32>();
    let mut episode = Episode::new(&candidate, &world, &task);
    let (mut heights, mut loads) = (0.0, 0.0);
    while episode.advance() {
        heights += f64::from(episode.sensors().height);
        loads += f64::from(episode.sensors().limb_load[0]);
    }
    let (long, steps) = (episode.returns(), f64::from(task.steps));
    assert_eq!((long.ending, f64::from(long.steps)), (Ending::Finished, steps));
    assert!((long.reward - 600.0).abs() < 1e-4, "{}", long.reward);
    for (mean, exact) in long.descriptors.iter().zip([heights / steps, loads / steps]) {
        assert!((f64::from(*mean) - exact).abs() < 3e-7 * exact, "{mean} against {exact}");
    }
}
