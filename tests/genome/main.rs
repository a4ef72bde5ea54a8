//! Bodies and brains: growing, checking, varying, reading and writing them.

mod controller;
mod crossover;
mod expansion;
mod gears;
mod gradient;
mod mirror;
mod morphology;
mod motion;
mod mutation;

use burgess_core::math::Vec3;
use burgess_core::rng::{Purpose, Stream};
use burgess_evolution::genome::{Body, BodyLimits, Brain, Genome, JointKey, Policy, Sharing, morphology as files};
use burgess_evolution::growth::{LinkKey, compile_controller, expand, link_keys, tree};
use burgess_evolution::variation::Variation;
use burgess_physics::model::{Controller, Hinge, Joint, JointKind, Model};
use burgess_physics::world::Physics;
use std::path::Path;

/// Every built-in body that may move freely.
const SEEDS: [&str; 6] = ["hopper", "biped", "quadruped", "hexapod", "snake", "tripod"];

fn stream(seed: u64) -> Stream {
    Stream::new(seed, 0, 0, Purpose::Test)
}

fn seed(name: &str) -> Body {
    files::load(name, Path::new(".")).expect("built in")
}

fn grown(body: &Body) -> Model<f64> {
    expand(body, &BodyLimits::default(), &Physics::default()).expect("well-formed").model
}

/// Which genes made each link.
fn keys(body: &Body) -> Vec<LinkKey> {
    link_keys(body, BodyLimits::default().max_links).expect("well-formed")
}

/// The brain on the body.
fn on_body(brain: &Brain, body: &Body, policy: &Policy) -> Controller<f64> {
    compile_controller(brain, &keys(body), &grown(body), policy)
}

fn cpg(sharing: Sharing) -> Policy {
    Policy::Cpg { sharing, frequency: (0.5, 2.5) }
}

fn mlp(sharing: Sharing) -> Policy {
    Policy::Mlp { hidden: vec![6, 5], sharing, frequency: (0.5, 2.5), control_rate: 60, world_model: None }
}

fn policies() -> [Policy; 4] {
    [cpg(Sharing::Instance), cpg(Sharing::Gene), mlp(Sharing::Instance), mlp(Sharing::Gene)]
}

/// All seeds, evolving.
fn variation(policy: Policy) -> Variation {
    Variation {
        seeds: SEEDS.iter().map(|name| seed(name)).collect(),
        policy,
        limits: BodyLimits::default(),
        physics: Physics::default(),
        asked: false,
        evolve_body: true,
    }
}

/// Joint keys of a body, in link order.
fn joint_keys(body: &Body) -> Vec<JointKey> {
    let nodes = tree::grow(body, BodyLimits::default().max_links).expect("well-formed");
    nodes[1..].iter().map(|node| node.key).collect()
}

fn brain_keys(brain: &Brain) -> Vec<JointKey> {
    match brain {
        Brain::Cpg { joints, .. } => joints.iter().map(|entry| entry.key).collect(),
        Brain::Mlp { joints, .. } => joints.iter().map(|entry| entry.key).collect(),
        Brain::Shared { joints, .. } => joints.iter().map(|entry| entry.key).collect(),
    }
}

/// What every genome that variation makes must hold: a sound graph, a key of its own for each joint, and just the brain entries
/// that the body asks for.
fn assert_sound(genome: &Genome, policy: &Policy) {
    genome.body.check_graph().expect("a sound graph");
    let keys = joint_keys(&genome.body);
    assert!(!keys.is_empty() && keys.len() < BodyLimits::default().max_links);
    let mut unique = keys.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), keys.len(), "two joints share a key: {keys:?}");
    let mut wanted: Vec<JointKey> = keys.iter().map(|key| key.shared(policy.sharing())).collect();
    wanted.sort();
    wanted.dedup();
    assert_eq!(brain_keys(&genome.brain), wanted);
    let parameters = genome.parameters();
    assert!(parameters.iter().all(|(_, value)| value.is_finite()));
    assert!(parameters.is_sorted_by(|a, b| a.0 < b.0), "not in the order of the names");
}

/// Positions of the link frames relative to the base at zero angles (m).
fn origins(model: &Model<f64>) -> Vec<Vec3<f64>> {
    let mut origins: Vec<Vec3<f64>> = vec![Vec3::zero()];
    for (link, joint) in model.links[1..].iter().zip(&model.joints) {
        origins.push(origins[link.parent] + joint.position);
    }
    origins
}

fn hinge(joint: &Joint<f64>) -> Hinge<f64> {
    let JointKind::Hinge(hinge) = joint.kind;
    hinge
}

fn distance(a: Vec3<f64>, b: Vec3<f64>) -> f64 {
    (a - b).norm_squared().sqrt()
}
