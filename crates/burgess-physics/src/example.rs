//! A body and a plan for examples and tests: what a caller would grow or load, in a few lines.

use crate::laws::descriptor::Descriptor;
use crate::laws::inertia::{MassProperties, capsule, cuboid};
use crate::laws::joint::Servo;
use crate::laws::reward::RewardTerm;
use crate::laws::terrain::TerrainSpec;
use crate::model::{
    BaseKind, Candidate, Collider, ContactPoint, Controller, CpgJoint, Hinge, Joint, JointKind, Layer, Link, Model,
    OBSERVATIONS, Shape,
};
use crate::plan::{BrainKind, Plan};
use crate::task::TaskPlan;
use crate::world::{Physics, World};
use burgess_core::math::{Mat3, Sym3, Vec3, vec3};

/// Density of all links (kg/m3).
const DENSITY: f64 = 500.0;
/// Half sizes of the base (m).
const BASE: Vec3<f64> = Vec3 { x: 0.15, y: 0.1, z: 0.05 };
/// Radius and length of a leg (m).
const LEG: (f64, f64) = (0.025, 0.18);

/// A crawler on flat ground, rewarded for moving forward, with an oscillator in each joint: see [`plan`] and [`crawler`].
pub fn walk() -> (Plan, Candidate<f64>) {
    (plan(BrainKind::Cpg, 480), Candidate { model: crawler(4), controller: oscillators(4) })
}

/// Flat ground at 240 steps a second, eight steps a decision, episodes of at most `steps` steps which end early if the body tips over. The
/// reward is for forward motion, less a little for the servos' work.
pub fn plan(brain: BrainKind, steps: u32) -> Plan {
    Plan {
        world: World::new(&Physics::default(), &TerrainSpec::Plane { slope: 0.0 }, 0),
        task: TaskPlan {
            steps,
            control_period: 8,
            reward: vec![(RewardTerm::ForwardVelocity, 1.0), (RewardTerm::Energy, -0.01), (RewardTerm::Distance, 0.5)],
            descriptors: vec![Descriptor::DutyFactor(0), Descriptor::MeanHeight, Descriptor::FinalX],
            min_height: None,
            min_up: Some(0.2),
            frame: None,
            observer: None,
        },
        brain,
    }
}

/// A box with `legs` capsules around it, each on a hinge that swings it along the body.
pub fn crawler(legs: usize) -> Model<f64> {
    let base = cuboid(BASE, DENSITY);
    let (radius, length) = LEG;
    let leg = capsule(radius, length, DENSITY);
    let mut model = Model {
        base: BaseKind::Floating,
        links: vec![link(&base, Vec3::zero(), base.moments)],
        joints: Vec::new(),
        colliders: vec![Collider {
            link: 0,
            shape: Shape::Box { centre: Vec3::zero(), axes: Mat3::identity(), half: BASE },
        }],
        contacts: vec![ContactPoint::fixed(0, Vec3::zero(), BASE.z)],
        objects: Vec::new(),
        pairs: Vec::new(),
        contact_stiffness: 0.0,
        friction: None,
        limb_ends: (1..=legs).collect(),
    };
    for i in 0..legs {
        // Pairs from front to rear.
        let x = BASE.x * (1.0 - 2.0 * (i / 2) as f64 / (legs.div_ceil(2).max(2) - 1) as f64);
        let y = BASE.y * if i % 2 == 0 { 1.0 } else { -1.0 };
        let (hip, foot) = (vec3(x, y, 0.0), vec3(0.0, 0.3 * y, -length));
        // The capsule hangs down, but for a little spread: its axis is z.
        let Vec3 { x: along, y: across, .. } = leg.moments;
        model.links.push(link(&leg, foot * 0.5, vec3(across, across, along)));
        model.joints.push(Joint {
            position: hip,
            kind: JointKind::Hinge(Hinge {
                axis: vec3(0.0, 1.0, 0.0),
                lower: -0.9,
                upper: 0.9,
                limit_stiffness: 300.0,
            }),
            servo: Servo { kp: 15.0, kd: 0.4, torque_limit: 6.0, no_load_speed: None },
            armature: 0.005,
            damping: 0.05,
        });
        let shape = Shape::Capsule { from: Vec3::zero(), to: foot, radius };
        model.colliders.push(Collider { link: i + 1, shape });
        model.contacts.push(ContactPoint::fixed(i + 1, foot, radius));
    }
    // Four points carry the weight at a depth of one millimetre.
    model.contact_stiffness = model.mass() * 9.81 / (4.0 * 1e-3);
    model
}

/// An oscillator for each of so many joints, neighbours in antiphase.
pub fn oscillators(joints: usize) -> Controller<f64> {
    let joint = |i: usize| CpgJoint { amplitude: 0.5, phase: 3.1 * i as f64, offset: 0.05 };
    Controller::Cpg { frequency: 1.5, joints: (0..joints).map(joint).collect() }
}

/// A network with one hidden layer for so many joints; `seed` tells different ones apart.
pub fn network(joints: usize, hidden: usize, seed: u64) -> Controller<f64> {
    // A Weyl sequence: numbers between -1 and 1 without a generator.
    let mut at = seed as f64 * 0.377;
    let mut next = || {
        at += 0.618_033_988_749_895;
        2.0 * at.fract() - 1.0
    };
    let mut layer = |inputs: usize, outputs: usize| {
        let scale = 1.0 / (inputs as f64).sqrt();
        Layer {
            inputs,
            weights: (0..inputs * outputs).map(|_| scale * next()).collect(),
            biases: (0..outputs).map(|_| 0.1 * next()).collect(),
        }
    };
    let layers = vec![layer(OBSERVATIONS + 3 * joints, hidden), layer(hidden, joints)];
    let clocks = (0..joints).map(|i| [0.4, 0.1, 3.1 * i as f64]).collect();
    Controller::Mlp { frequency: 1.5, layers, clocks }
}

/// A child of the base, or the base itself, with these moments about its axes.
fn link(properties: &MassProperties<f64>, com: Vec3<f64>, moments: Vec3<f64>) -> Link<f64> {
    let Vec3 { x: xx, y: yy, z: zz } = moments;
    Link { parent: 0, mass: properties.mass, com, inertia: Sym3 { xx, yy, zz, xy: 0.0, xz: 0.0, yz: 0.0 } }
}
