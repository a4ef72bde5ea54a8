//! No energy out of nothing: evolution would find and use it. Over an episode the mechanical energy may fall (contact, damping) but not
//! rise by more than what the servos put in.

use burgess_core::rng::{Purpose, Stream};
use burgess_evolution::genome::{BodyLimits, Policy, Sharing, morphology};
use burgess_evolution::variation::Variation;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::Candidate;
use burgess_physics::step::episode::Episode;
use burgess_physics::step::kinematics::kinematics;
use burgess_physics::task::TaskPlan;
use burgess_physics::world::{Physics, World};
use std::path::Path;

/// Largest share that may reappear in any one episode, of the energy at the start and the servos' positive work together. It is not
/// zero because contacts and limits are springs, whose energy is not in the sum, and give some of it back. Measured: 3 %.
const WORST: f64 = 0.05;
/// The same at the median. Measured: 0.15 %.
const MEDIAN: f64 = 0.003;

/// Kinetic and potential energy (J).
fn energy(candidate: &Candidate<f64>, episode: &mut Episode<f64>, gravity: f64) -> f64 {
    kinematics(&candidate.model, &episode.state, &mut episode.work);
    let (state, work) = (&episode.state, &episode.work);
    let mut energy = 0.0;
    for (link, own) in candidate.model.links.iter().zip(&work.links) {
        let spin = own.rotation.transposed_mul(own.twist.angular);
        energy += 0.5 * link.mass * own.twist.at(own.com).norm_squared() + 0.5 * spin.dot(link.inertia * spin);
        energy += link.mass * gravity * (state.position.z + own.com.z);
    }
    for (joint, moving) in candidate.model.joints.iter().zip(&state.links[1..]) {
        energy += 0.5 * joint.armature * moving.rate * moving.rate;
    }
    energy
}

/// Largest rise of (energy - servo work) over the episode, as a share of what there was to spend.
fn created_share(candidate: &Candidate<f64>, world: &World<f64>, task: &TaskPlan) -> f64 {
    let gravity = -world.gravity.z;
    let mut episode = Episode::new(candidate, world, task);
    let start = energy(candidate, &mut episode, gravity);
    let (mut work, mut effort, mut lowest, mut created) = (0.0, 0.0, 0.0_f64, 0.0_f64);
    while episode.advance() {
        let joints = episode.state.links.iter().zip(&episode.work.links).skip(1);
        let power: f64 = joints.map(|(j, own)| (own.servo.push - own.servo.drag * j.rate) * j.rate).sum();
        work += power * world.dt;
        effort += power.max(0.0) * world.dt;
        let balance = energy(candidate, &mut episode, gravity) - start - work;
        lowest = lowest.min(balance);
        created = created.max(balance - lowest);
    }
    assert!(created.is_finite());
    created / (start + effort)
}

#[test]
fn random_and_mutated_creatures_create_no_energy() {
    let seeds = ["hopper", "biped", "quadruped", "hexapod", "snake", "tripod"];
    let variation = Variation {
        seeds: seeds.map(|name| morphology::load(name, Path::new(".")).unwrap()).into(),
        policy: Policy::Cpg { sharing: Sharing::Instance, frequency: (0.5, 2.5) },
        limits: BodyLimits::default(),
        physics: Physics::default(),
        asked: false,
        evolve_body: true,
    };
    let world = World::new(&variation.physics, &TerrainSpec::default(), 0);
    let task = TaskPlan {
        steps: 960,
        control_period: 1,
        reward: Vec::new(),
        descriptors: Vec::new(),
        min_height: None,
        min_up: None,
        frame: None,
        observer: None,
    };
    let mut shares: Vec<f64> = (0..200)
        .filter_map(|seed| {
            let mut stream = Stream::new(seed, 0, 0, Purpose::Test);
            let genome = variation.random(0.2, &mut stream);
            let genome = variation.gaussian(&genome, 0.3, 0.5, &mut stream);
            variation.compile(&genome).ok()
        })
        .map(|candidate| created_share(&candidate, &world, &task))
        .collect();
    shares.sort_by(f64::total_cmp);
    let (median, worst) = (shares[shares.len() / 2], shares[shares.len() - 1]);
    println!("{} creatures: created at most {worst:.4} of their energy, median {median:.5}", shares.len());
    assert!(worst < WORST && median < MEDIAN, "worst {worst}, median {median}");
}
