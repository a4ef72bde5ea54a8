//! Bodies and objects from a gram to a tonne keep their depth and their stability.

use burgess_evolution::genome::{BodyLimits, ShapeGene, morphology};
use burgess_evolution::growth::expand;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{Candidate, Controller, CpgJoint, Model};
use burgess_physics::scene::{ObjectSpec, ShapeSpec};
use burgess_physics::step::episode::Episode;
use burgess_physics::task::{Ending, TaskPlan};
use burgess_physics::world::{Physics, SelfCollision, World};
use std::path::Path;

/// Length (m) of which the shipped quadruped is one at its own mass.
const LENGTH: f64 = 0.3;

/// The shipped quadruped at another mass (kg), of the same density, and by what its lengths are multiplied.
fn quadruped(mass: f64, physics: &Physics) -> (Model<f64>, f64) {
    let mut body = morphology::load("quadruped", Path::new(".")).unwrap();
    let own = expand(&body, &BodyLimits::given(), &Physics::default()).unwrap().model.mass();
    let scale = libm::cbrt(mass / own);
    for link in &mut body.links {
        let grow = |x: &mut f64| *x += libm::log(scale);
        match &mut link.shape {
            ShapeGene::Sphere { log_radius } => grow(log_radius),
            ShapeGene::Capsule { log_radius, log_length } => [log_radius, log_length].into_iter().for_each(grow),
            ShapeGene::Box { log_half } => {
                [&mut log_half.x, &mut log_half.y, &mut log_half.z].into_iter().for_each(grow)
            }
        }
    }
    (expand(&body, &BodyLimits::given(), physics).unwrap().model, scale)
}

/// A ball and two boxes on each other, of a tenth of the body's mass each, in front of it.
fn objects(mass: f64, scale: f64) -> Vec<ObjectSpec> {
    let object = |shape, x: f64, z: f64| ObjectSpec {
        shape,
        mass: 0.1 * mass,
        at: (x * scale, 0.0, z * scale),
        turn: (0.0, 0.0, 0.0),
        friction: None,
        fixed: false,
        count: 1,
        spacing: (0.0, 0.0, 0.0),
    };
    let half = 0.05 * scale;
    let cube = ShapeSpec::Box { half: (half, half, half) };
    vec![object(ShapeSpec::Sphere { radius: 0.08 * scale }, 0.45, 0.0), object(cube, 0.8, 0.0), object(cube, 0.8, 0.1)]
}

/// What an episode of three seconds showed, in lengths of the body.
#[derive(Debug)]
struct Shown {
    /// Deepest point of the body in the ground at the end, at rest.
    rest: f64,
    /// Depth of the upper box in the lower one at the end.
    stack: f64,
    /// Deepest overlap of links and objects while it walks.
    overlap: f64,
    /// Fastest it moves while it walks, in roots of gravity times length.
    speed: f64,
}

fn show(mass: f64, rate: u32) -> Shown {
    let mut physics = Physics { rate, self_collision: SelfCollision::On, ..Physics::default() };
    let (_, scale) = quadruped(mass, &physics);
    physics.objects = objects(mass, scale);
    let (model, _) = quadruped(mass, &physics);
    let world = World::new(&physics, &TerrainSpec::default(), 0);
    let task = TaskPlan {
        steps: 3 * physics.rate,
        control_period: 1,
        reward: Vec::new(),
        descriptors: Vec::new(),
        min_height: None,
        min_up: None,
        frame: None,
        observer: None,
    };
    let length = LENGTH * scale;
    let run = |amplitude: f64| {
        let joint = |i: usize| CpgJoint { amplitude, phase: 1.7 * i as f64, offset: 0.0 };
        // As pendulums of the same shape swing.
        let frequency = 1.5 / scale.sqrt();
        let controller = Controller::Cpg { frequency, joints: (0..model.joint_count()).map(joint).collect() };
        let candidate = Candidate { model: model.clone(), controller };
        let mut episode = Episode::new(&candidate, &world, &task);
        let (mut overlap, mut speed) = (0.0_f64, 0.0_f64);
        while episode.advance() {
            overlap = episode.work.pairs.iter().fold(overlap, |deep, pair| deep.max(-pair.touch.gap));
            let objects = episode.state.objects.iter().map(|object| object.velocity);
            let fast = objects.chain([episode.state.velocity]).map(|v| v.norm_squared().sqrt());
            speed = fast.fold(speed, f64::max);
        }
        assert_ne!(episode.ending(), Some(Ending::Diverged), "{mass} kg");
        let rest = episode.work.contacts.iter().fold(0.0_f64, |deep, contact| deep.max(-contact.gap));
        let stack = |i: usize| episode.state.objects[i].position.z;
        let stack = stack(1) + 0.1 * scale - stack(2);
        (rest / length, stack / length, overlap / length, speed / (9.81 * length).sqrt())
    };
    let (still, moving) = (run(0.0), run(0.5));
    Shown { rest: still.0, stack: still.1, overlap: moving.2, speed: moving.3 }
}

#[test]
fn bodies_and_objects_of_all_sizes_keep_their_depth() {
    // The boxes of the smallest are of 6 mm, for which 240 steps a second are too few: `burgess check` says so.
    for (mass, rate) in [(1e-3, 480), (1e-2, 240), (0.1, 240), (1.0, 240), (10.0, 240), (100.0, 240), (1000.0, 240)] {
        let Shown { rest, stack, overlap, speed } = show(mass, rate);
        println!(
            "{mass:>8} kg, {rate} steps a second: rest {rest:.4}, stack {stack:.4}, overlap {overlap:.3}, speed {speed:.2}"
        );
        assert!(rest < 0.012 && stack < 0.025 && overlap < 0.04 && speed < 1.2, "{mass} kg");
    }
}
