//! Candidates, grounds and tasks for the tests that compare simulations.
#![allow(dead_code)] // each test binary uses its own part

use burgess_core::rng::{Purpose, Stream};
use burgess_evolution::descriptors::DescriptorSpec;
use burgess_evolution::experiment::{BatchSize, BodySource, Budget, Experiment};
use burgess_evolution::genome::{BodyLimits, Policy, Sharing, WorldModelFile, morphology};
use burgess_evolution::growth::compile;
use burgess_evolution::variation::Variation;
use burgess_latent::{FrozenWorldModel, Size};
use burgess_learn::SharedSpec;
use burgess_learn::train::Trained;
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::{TerrainSpec, Wall};
use burgess_physics::model::{Candidate, Controller};
use burgess_physics::task::{TaskSpec, Termination, WeightedTerm};
use burgess_physics::world::{GroundContact, Physics};
use burgess_qd::archive::{ArchiveSpec, OutOfRange};
use burgess_qd::emitter::Scheduler;
use std::path::Path;

/// The shipped bodies: spheres, capsules and boxes; the arm is welded to the world.
pub(crate) const BODIES: [&str; 7] = ["arm", "biped", "hexapod", "hopper", "quadruped", "snake", "tripod"];

pub(crate) fn stream(seed: u64) -> Stream {
    Stream::new(seed, 0, 0, Purpose::Test)
}

pub(crate) fn cpg() -> Policy {
    Policy::Cpg { sharing: Sharing::Instance, frequency: (0.5, 2.5) }
}

pub(crate) fn mlp() -> Policy {
    Policy::Mlp {
        hidden: vec![12, 8],
        sharing: Sharing::Instance,
        frequency: (0.5, 2.5),
        control_rate: 60,
        world_model: None,
    }
}

/// A network that sees the latent state of an untrained world model, whose frames are of six steps: decisions fall into and between them.
pub(crate) fn watched() -> Policy {
    let mut policy = mlp();
    if let Policy::Mlp { world_model, .. } = &mut policy {
        let model = FrozenWorldModel::untrained(Size::Tiny, 40.0, 1).unwrap();
        *world_model = Some(WorldModelFile::of(model, "watched"));
    }
    policy
}

/// An untrained brain for all bodies.
pub(crate) fn shared() -> Policy {
    Policy::with_brain(Trained::untrained(&SharedSpec { width: 8, hidden: vec![6, 5], ..SharedSpec::default() }, 1))
}

/// One of each kind, with what stands in a creature's way within its first second.
pub(crate) fn terrains() -> [(&'static str, TerrainSpec); 4] {
    let wall = |x: f64, y: f64, half: (f64, f64), height: f64| Wall { centre: (x, y), half, height };
    let walls =
        vec![wall(0.5, 0.0, (0.1, 1.0), 0.5), wall(-0.4, 0.3, (0.05, 0.1), 0.03), wall(0.0, -0.6, (1.0, 0.1), 0.2)];
    [
        ("plane", TerrainSpec::Plane { slope: 0.2 }),
        ("stairs", TerrainSpec::Stairs { start: 0.15, rise: 0.03, run: 0.25, count: 5 }),
        ("bumps", TerrainSpec::Bumps { height: 0.03, wavelength: 1.5 }),
        ("walls", TerrainSpec::Walls(walls)),
    ]
}

/// Every reward term and every descriptor at once.
pub(crate) fn experiment(policy: Policy, terrain: TerrainSpec, duration: f64) -> Experiment {
    let term = |term, weight| WeightedTerm { term, weight };
    let reward = vec![
        term(RewardTerm::ForwardVelocity, 1.0),
        term(RewardTerm::Distance, 0.5),
        term(RewardTerm::TargetReached { target: (1.0, 0.0), radius: 0.5 }, 0.5),
        term(RewardTerm::HeightGained, 1.0),
        term(RewardTerm::Upright, 0.25),
        term(RewardTerm::Energy, -0.002),
        term(RewardTerm::Smoothness, -0.001),
        term(RewardTerm::Survival, 0.25),
        term(RewardTerm::JointLimitUse, -0.1),
    ];
    Experiment {
        name: "test".into(),
        seed: 1,
        body: BodySource::Evolve { seeds: BODIES.map(String::from).into(), limits: BodyLimits::default() },
        policy,
        terrain,
        task: TaskSpec { duration, reward, termination: Termination::default(), environments: None },
        descriptors: Descriptor::ALL.map(|kind| DescriptorSpec { kind, range: (0.0, 1.0), bins: 10 }).into(),
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
        out_of_range: OutOfRange::Clip,
        budget: Budget { generations: Some(1), ..Budget::default() },
        // As the bodies here are grown.
        physics: Physics { ground_contact: GroundContact::Points, ..Physics::default() },
    }
}

/// Variation of some bodies and their brains.
pub(crate) fn variation(bodies: &[&str], policy: Policy, evolve_body: bool) -> Variation {
    let seeds = bodies.iter().map(|name| morphology::load(name, Path::new(".")).unwrap()).collect();
    Variation { seeds, policy, limits: BodyLimits::default(), physics: Physics::default(), asked: false, evolve_body }
}

/// A shipped body with a random brain.
pub(crate) fn shipped(name: &str, policy: Policy, seed: u64) -> Candidate<f64> {
    let genome = variation(&[name], policy.clone(), false).random(0.0, &mut stream(seed));
    compile(&genome, &policy, &BodyLimits::default(), &Physics::default()).unwrap()
}

/// Random genomes some mutations away from a shipped body, those that are valid of `seeds`.
pub(crate) fn random_candidates(policy: Policy, seeds: std::ops::Range<u64>) -> Vec<Candidate<f64>> {
    let variation = variation(&BODIES, policy, true);
    let one = |seed| {
        let mut stream = stream(seed);
        let mut genome = variation.random(0.3, &mut stream);
        for _ in 0..stream.below(4) {
            genome = variation.gaussian(&genome, 0.3, 0.7, &mut stream);
        }
        variation.compile(&genome).ok()
    };
    seeds.filter_map(one).collect()
}

/// The body with a recorded sequence of random actions in place of its brain: `rows` decisions, held in pairs.
pub(crate) fn recorded(candidate: Candidate<f64>, rows: usize, seed: u64) -> Candidate<f64> {
    let mut stream = stream(seed);
    let joints = candidate.model.joint_count();
    let row = |_| -> Vec<f64> { (0..joints).map(|_| stream.range(-1.0, 1.0)).collect() };
    let decisions: Vec<Vec<f64>> = (0..rows.div_ceil(2)).map(row).collect();
    let actions = decisions.iter().flat_map(|row| [row, row]).take(rows).flatten().copied().collect();
    Candidate { model: candidate.model, controller: Controller::Sequence { actions } }
}
