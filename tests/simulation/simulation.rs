//! Episodes as a whole: finite or marked, the same bits wherever a candidate stands, mirrored where it should be.

use burgess_core::math::{Vec3, vec3};
use burgess_core::rng::{Purpose, Stream};
use burgess_evolution::descriptors::DescriptorSpec;
use burgess_evolution::experiment::{BatchSize, BodySource, Budget, Experiment};
use burgess_evolution::genome::{BodyLimits, Policy, Sharing, morphology};
use burgess_evolution::growth::{Grown, expand};
use burgess_evolution::variation::Variation;
use burgess_physics::batch::{Backend, CpuBackend};
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::{TerrainSpec, Wall};
use burgess_physics::model::{BaseKind, Candidate, ContactPoint, Controller, CpgJoint, JointKind, Model, rest_origins};
use burgess_physics::step::episode::Episode;
use burgess_physics::step::spawn::spawn_position;
use burgess_physics::step::state::{Drive, State, Work};
use burgess_physics::step::step::step;
use burgess_physics::task::{Ending, TaskSpec, Termination, WeightedTerm};
use burgess_physics::world::{Physics, World};
use burgess_qd::archive::ArchiveSpec;
use burgess_qd::emitter::Scheduler;
use proptest::prelude::*;
use std::path::Path;

const SEEDS: [&str; 6] = ["hopper", "biped", "quadruped", "hexapod", "snake", "tripod"];

fn cpg() -> Policy {
    Policy::Cpg { sharing: Sharing::Instance, frequency: (0.5, 2.5) }
}

fn mlp() -> Policy {
    Policy::Mlp {
        hidden: vec![8],
        sharing: Sharing::Instance,
        frequency: (0.5, 2.5),
        control_rate: 60,
        world_model: None,
    }
}

fn terrains() -> Vec<TerrainSpec> {
    vec![
        TerrainSpec::Plane { slope: 0.2 },
        TerrainSpec::Stairs { start: 0.5, rise: 0.05, run: 0.4, count: 5 },
        TerrainSpec::Bumps { height: 0.03, wavelength: 1.5 },
        TerrainSpec::Walls(vec![Wall { centre: (0.8, 0.0), half: (0.1, 1.0), height: 0.5 }]),
    ]
}

/// Every reward term and every descriptor at once.
fn experiment(policy: Policy, terrain: TerrainSpec, duration: f64) -> Experiment {
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
    let kinds = [
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
    Experiment {
        name: "test".into(),
        seed: 1,
        body: BodySource::Evolve { seeds: SEEDS.map(String::from).into(), limits: BodyLimits::default() },
        policy,
        terrain,
        task: TaskSpec {
            duration,
            reward: terms.map(|term| WeightedTerm { term, weight: 0.5 }).into(),
            termination: Termination::default(),
            environments: None,
        },
        descriptors: kinds.map(|kind| DescriptorSpec { kind, range: (0.0, 1.0), bins: 10 }).into(),
        archive: ArchiveSpec::Grid { qd_offset: 0.0, learning_rate: 1.0, threshold_min: None },
        emitters: Vec::new(),
        latent: None,
        passive: Vec::new(),
        parents: Default::default(),
        scheduler: Scheduler::Shares,
        batch_size: BatchSize::Fixed(8),
        first_batch: None,
        gradient_horizon: None,
        gradient_memory: None,
        refine: None,
        protection: None,
        topologies: Default::default(),
        out_of_range: Default::default(),
        budget: Budget { generations: Some(1), ..Budget::default() },
        physics: Physics::default(),
    }
}

fn variation(policy: Policy) -> Variation {
    let seeds = SEEDS.map(|name| morphology::load(name, Path::new(".")).unwrap()).into();
    let (limits, physics) = (BodyLimits::default(), Physics::default());
    Variation { seeds, policy, limits, physics, asked: false, evolve_body: true }
}

/// A random genome some mutations away from a seed, compiled; `None` where the body is invalid.
fn random_candidate(variation: &Variation, seed: u64) -> Option<Candidate<f32>> {
    let mut stream = Stream::new(seed, 0, 0, Purpose::Test);
    let mut genome = variation.random(0.3, &mut stream);
    for _ in 0..stream.below(4) {
        genome = variation.gaussian(&genome, 0.3, 0.7, &mut stream);
    }
    variation.compile(&genome).ok().map(|candidate| candidate.map(|x| x as f32))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// No panic, and no number that is not finite unless the candidate is marked.
    #[test]
    fn any_genome_on_any_terrain_is_finite_or_marked(seed: u64, network: bool, ground in 0usize..4) {
        let policy = if network { mlp() } else { cpg() };
        let Some(candidate) = random_candidate(&variation(policy.clone()), seed) else { return Ok(()) };
        let experiment = experiment(policy, terrains()[ground].clone(), 2.0);
        let backend = CpuBackend::new(&experiment.plan(), Some(1)).unwrap();
        let outcome = &backend.evaluate(std::slice::from_ref(&candidate)).unwrap()[0];
        if outcome.ending == Ending::Diverged {
            prop_assert!(outcome.reward.is_nan());
        } else {
            prop_assert!(outcome.reward.is_finite(), "{outcome:?}");
            prop_assert!(outcome.descriptors.iter().all(|d| d.is_finite()), "{outcome:?}");
            let travelled = outcome.descriptors[0].hypot(outcome.descriptors[1]);
            prop_assert!(travelled < 20.0, "{travelled} m in 2 s");
        }
    }
}

#[test]
fn bits_do_not_depend_on_threads_or_on_the_place_in_the_batch() {
    let variation = variation(cpg());
    let candidates: Vec<_> = (0..40).filter_map(|seed| random_candidate(&variation, seed)).collect();
    let experiment = experiment(cpg(), TerrainSpec::default(), 1.0);
    let run = |threads: usize, batch: &[Candidate<f32>]| {
        CpuBackend::new(&experiment.plan(), Some(threads)).unwrap().evaluate(batch).unwrap()
    };
    let bits = |outcomes: &[burgess_physics::batch::Outcome]| -> Vec<Vec<u32>> {
        outcomes.iter().map(|o| o.descriptors.iter().chain([&o.reward]).map(|x| x.to_bits()).collect()).collect()
    };
    let one = bits(&run(1, &candidates));
    assert_eq!(one, bits(&run(2, &candidates)));
    let mut reversed = candidates.clone();
    reversed.reverse();
    let mut back = bits(&run(2, &reversed));
    back.reverse();
    assert_eq!(one, back);
    assert_eq!(one[7..8], bits(&run(1, &candidates[7..8])));
}

/// Commands of the two sides exchanged give the reflected motion: equal angles left and right are mirror images.
#[test]
fn a_mirrored_body_with_mirrored_commands_moves_in_the_mirror() {
    for name in ["biped", "hexapod"] {
        let body = morphology::load(name, Path::new(".")).unwrap();
        let Grown { model, keys } = expand(&body, &BodyLimits::default(), &Physics::default()).unwrap();
        let twin = |link: usize| {
            let key = keys[link].joint;
            let mirrored = (0..keys.len()).find(|&i| {
                let other = keys[i].joint;
                i != link && other.gene == key.gene && other.repeat == key.repeat && other.side != key.side
            });
            mirrored.unwrap_or(link)
        };
        assert!((1..model.links.len()).any(|i| twin(i) != i), "{name} has no mirrored limbs");
        let command = |link: usize, time: f64| 0.5 * (6.0 * time + 1.7 * link as f64).sin();
        let path = |mirror: bool| {
            let world = World::new(&Physics::default(), &TerrainSpec::default(), 0);
            let mut state = State::at_rest(&model, vec3(0.0, 0.0, 0.4));
            let mut drive = Drive::idle(&model);
            let mut work = Work::new(&model, world.gravity, world.contact_width);
            for k in 0..180 {
                for link in 1..model.links.len() {
                    // A spine joint on the mirror plane turns the other way round in the mirror.
                    let on_plane = twin(link) == link && axis_of(&model, link).y.abs() < 0.5;
                    let (by, sign) = match mirror {
                        false => (link, 1.0),
                        true => (twin(link), if on_plane { -1.0 } else { 1.0 }),
                    };
                    drive.targets[link] = sign * command(by, f64::from(k) * world.dt);
                }
                step(&model, &world, &drive, &mut state, &mut work);
            }
            state
        };
        let (plain, mirrored) = (path(false), path(true));
        assert!(plain.position.y.abs() > 1e-4, "{name}: the motion is symmetric, the test shows nothing");
        let gap =
            (plain.position - vec3(mirrored.position.x, -mirrored.position.y, mirrored.position.z)).norm_squared();
        assert!(gap.sqrt() < 1e-7, "{name}: {:?} against {:?}", plain.position, mirrored.position);
    }
}

/// The hinge axis of a link.
fn axis_of(model: &Model<f64>, link: usize) -> Vec3<f64> {
    let JointKind::Hinge(hinge) = &model.joint(link).kind;
    hinge.axis
}

/// Servos off, dropped from 0.3 m: nothing flies higher than it started.
#[test]
fn limp_bodies_never_rebound_above_their_height() {
    for name in SEEDS {
        let body = morphology::load(name, Path::new(".")).unwrap();
        let mut model = expand(&body, &BodyLimits::default(), &Physics::default()).unwrap().model;
        for joint in &mut model.joints {
            (joint.servo.kp, joint.servo.kd) = (0.0, 0.0);
        }
        let world = World::new(&Physics::default(), &TerrainSpec::default(), 0);
        let rest = spawn_position(&model, &rest_origins(&model), &world);
        let mut state = State::at_rest(&model, rest + vec3(0.0, 0.0, 0.3));
        let mut work = Work::new(&model, world.gravity, world.contact_width);
        let drive = Drive::idle(&model);
        let (start, mut apex_after) = (com_height(&model, &state, &mut work), 0.0_f64);
        for k in 0..1200 {
            step(&model, &world, &drive, &mut state, &mut work);
            if k > 120 {
                apex_after = apex_after.max(com_height(&model, &state, &mut work));
            }
        }
        assert!(apex_after < start - 0.2, "{name}: rose to {apex_after} m, dropped from {start} m");
        let speed = state.velocity.norm_squared().sqrt();
        assert!(speed < 0.5, "{name} still moves at {speed} m/s");
    }
}

fn com_height(model: &Model<f64>, state: &State<f64>, work: &mut Work<f64>) -> f64 {
    burgess_physics::step::kinematics::kinematics(model, state, work);
    let moment: f64 = model.links.iter().zip(&work.links).map(|(link, own)| link.mass * own.com.z).sum();
    state.position.z + moment / model.mass()
}

#[test]
fn a_welded_arm_keeps_its_base() {
    let body = morphology::load("arm", Path::new(".")).unwrap();
    let model = expand(&body, &BodyLimits::default(), &Physics::default()).unwrap().model;
    assert_eq!(model.base, BaseKind::Welded);
    let joints = vec![CpgJoint { amplitude: 0.5, phase: 0.0, offset: 0.0 }; model.joint_count()];
    let candidate = Candidate { model, controller: Controller::Cpg { frequency: 1.0, joints } };
    let experiment = experiment(cpg(), TerrainSpec::default(), 1.0);
    let world = World::new(&experiment.physics, &experiment.terrain, 0);
    let task = experiment.plan().task;
    let mut episode = Episode::new(&candidate, &world, &task);
    let start = episode.state.position;
    while episode.advance() {}
    assert_eq!(episode.state.position, start);
    assert!(episode.state.links[1].angle.abs() > 1e-3);
}

/// Whatever stands at the origin, nothing starts inside the ground, which would throw it out.
#[test]
fn every_body_starts_clear_of_every_terrain() {
    let wall = |face: f64| Wall { centre: (0.0, face + 0.5), half: (1.0, 0.5), height: 0.5 };
    let mut grounds = vec![
        TerrainSpec::Plane { slope: 2.0 },
        TerrainSpec::Bumps { height: 0.2, wavelength: 0.5 },
        TerrainSpec::Stairs { start: -1.0, rise: 0.3, run: 0.2, count: 9 },
    ];
    grounds.extend((0..40).map(|i| TerrainSpec::Walls(vec![wall(0.01 * f64::from(i))])));
    for name in SEEDS {
        let body = morphology::load(name, Path::new(".")).unwrap();
        let model = expand(&body, &BodyLimits::default(), &Physics::default()).unwrap().model;
        let origins = rest_origins(&model);
        for ground in &grounds {
            let world = World::new(&Physics::default(), ground, 1);
            let start = spawn_position(&model, &origins, &world);
            let gap = |c: &ContactPoint<f64>| world.terrain.distance(start + origins[c.link] + c.centre).0 - c.radius;
            let lowest = model.contacts.iter().map(gap).fold(f64::INFINITY, f64::min);
            assert!((0.0..0.01).contains(&lowest), "{name} on {ground:?}: starts with a gap of {lowest} m");
        }
    }
}
