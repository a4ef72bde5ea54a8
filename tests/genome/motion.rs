//! Bodies in the simulation: seeds stand while nothing moves them, and mirrored commands give mirrored motion.

use super::{SEEDS, cpg, seed, stream, variation};
use burgess_evolution::genome::{Brain, CpgGene, Genome, JointKey, Policy, Sharing};
use burgess_evolution::variation::Variation;
use burgess_physics::laws::sensors::Sensors;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::step::episode::Episode;
use burgess_physics::task::TaskPlan;
use burgess_physics::world::{Physics, World};

/// Rounding of sums whose order differs between the sides, grown by half a second of contacts.
const MIRRORED: f64 = 1e-8;

/// What is sensed a step after the start, and after `seconds`, on flat ground.
fn simulate(genome: &Genome, policy: &Policy, seconds: f64) -> [Sensors<f64>; 2] {
    let physics = Physics::default();
    let all = Variation { physics: physics.clone(), ..variation(policy.clone()) };
    let candidate = all.compile(genome).expect("a valid body");
    let world = World::new(&physics, &TerrainSpec::default(), 0);
    let steps = (seconds * f64::from(physics.rate)) as u32;
    let task = TaskPlan {
        steps,
        control_period: 1,
        reward: vec![],
        descriptors: vec![],
        min_height: None,
        min_up: None,
        frame: None,
        observer: None,
    };
    let mut episode = Episode::new(&candidate, &world, &task);
    episode.advance();
    let start = *episode.sensors();
    while episode.advance() {}
    [start, *episode.sensors()]
}

#[test]
fn seeds_stand_while_nothing_moves_them() {
    for name in SEEDS {
        let still = Genome { body: seed(name), brain: Brain::Cpg { frequency: 0.0, joints: Vec::new() } };
        let [start, end] = simulate(&still, &cpg(Sharing::Instance), 4.0);
        assert!(end.up.z > 0.99, "{name} leans: {:?}", end.up);
        assert!(end.height > 0.85 * start.height, "{name} sinks from {} to {} m", start.height, end.height);
        assert!(end.displacement().norm_squared() < 0.05 * 0.05, "{name} wanders to {:?}", end.displacement());
        assert!(end.velocity.norm_squared() < 0.01 * 0.01, "{name} still moves: {:?}", end.velocity);
    }
}

/// A biped, and the same with the brains of its legs exchanged.
fn biped_and_its_image() -> [Genome; 2] {
    let mut all = variation(cpg(Sharing::Instance));
    all.seeds = vec![seed("biped")];
    all.evolve_body = false;
    let genome = all.random(0.0, &mut stream(21));
    let Brain::Cpg { frequency, joints } = &genome.brain else { panic!("a pattern generator") };
    let other = |key: JointKey| JointKey { side: 1 - key.side, ..key };
    let mut swapped: Vec<CpgGene> = joints.iter().map(|entry| CpgGene { key: other(entry.key), ..*entry }).collect();
    swapped.sort_by_key(|entry| entry.key);
    let image = Genome { body: genome.body.clone(), brain: Brain::Cpg { frequency: *frequency, joints: swapped } };
    [genome, image]
}

#[test]
fn exchanged_legs_give_mirrored_motion() {
    let [a, b] = biped_and_its_image().map(|genome| simulate(&genome, &cpg(Sharing::Instance), 0.5)[1]);
    assert!(a.position.y.abs() > 1e-3, "the motion is not in the mirror plane: {:?}", a.position);
    for (x, y) in [(a.position, b.position), (a.velocity, b.velocity), (a.up, b.up)] {
        let gap = [x.x - y.x, x.y + y.y, x.z - y.z];
        assert!(gap.iter().all(|g| g.abs() < MIRRORED), "{x:?} and {y:?}");
    }
}
