//! A hand with two fingers holds what it pinches as long as friction can: the cone decides, whatever the object is.

use crate::pairs::{stream, world};
use burgess_core::autodiff::{Value, real};
use burgess_core::math::{Mat3, Quat, Sym3, Vec3, vec3};
use burgess_core::rng::Stream;
use burgess_physics::laws::joint::Servo;
use burgess_physics::model::{BaseKind, Collider, Hinge, Joint, JointKind, Link, Model, Solid};
use burgess_physics::objects::compile_objects;
use burgess_physics::scene::{ObjectSpec, ShapeSpec};
use burgess_physics::step::pairs::pairs_that_touch;
use burgess_physics::step::state::{Drive, State, Work};
use burgess_physics::step::step::step;
use burgess_physics::world::{Physics, SelfCollision};

/// From a finger's hinge to its tip's centre (m).
const FINGER: f64 = 0.12;
/// How far above that the object's centre is (m).
const ABOVE_TIP: f64 = 0.02;
/// Radius of a finger (m).
const RADIUS: f64 = 0.012;
/// Gravity (m/s2).
const GRAVITY: f64 = 9.81;
/// Height of the hinges (m).
const PALM: f64 = 0.5;

/// A hand that is welded to the world, palm down. Its fingers hang side by side, each `apart` (m) from the middle, and swing inwards with a torque
/// (N m).
fn hand(apart: f64, torque: f64) -> Model<f64> {
    let palm = Solid::Box(vec3(0.05, apart + RADIUS, 0.02));
    let finger = Solid::Capsule(RADIUS, FINGER);
    // A capsule lies along x; fingers hang along z.
    let down = Quat::about_axis(vec3(0.0, 1.0, 0.0), 0.5 * std::f64::consts::PI).to_matrix();
    let link = |solid: &Solid<f64>, centre: Vec3<f64>, axes: Mat3<f64>| {
        let of = solid.mass_properties(50.0);
        Link { parent: 0, mass: of.mass, com: centre, inertia: Sym3::diagonal(of.moments).rotated(axes) }
    };
    let middle = vec3(0.0, 0.0, -0.5 * FINGER);
    let joint = |side: f64| Joint {
        position: vec3(0.0, side * apart, 0.0),
        kind: JointKind::Hinge(Hinge { axis: vec3(side, 0.0, 0.0), lower: -1.2, upper: 1.2, limit_stiffness: 300.0 }),
        servo: Servo { kp: 20.0 * torque, kd: 0.2 * torque, torque_limit: torque, no_load_speed: None },
        armature: 1e-4,
        damping: 1e-3,
    };
    let over = vec3(0.0, 0.0, 0.02);
    let mut model = Model {
        base: BaseKind::Welded,
        links: vec![link(&palm, over, Mat3::identity()), link(&finger, middle, down), link(&finger, middle, down)],
        joints: vec![joint(1.0), joint(-1.0)],
        colliders: vec![
            Collider { link: 0, shape: palm.placed(over, Mat3::identity()) },
            Collider { link: 1, shape: finger.placed(middle, down) },
            Collider { link: 2, shape: finger.placed(middle, down) },
        ],
        ..Model::default()
    };
    model.contact_stiffness = model.mass() * 9.81 / (4.0 * 1e-3);
    model
}

/// An object of 0.02 to 1 kg that fits between fingers, and half its width along y (m).
fn object(stream: &mut Stream) -> (ObjectSpec, f64) {
    let (shape, half) = match stream.below(3) {
        0 => {
            let radius = stream.range(0.02, 0.05);
            (ShapeSpec::Sphere { radius }, radius)
        }
        1 => {
            let radius = stream.range(0.02, 0.04);
            (ShapeSpec::Capsule { radius, length: stream.range(0.02, 0.1) }, radius)
        }
        _ => {
            let mut size = || stream.range(0.02, 0.05);
            let half = (size(), size(), size());
            (ShapeSpec::Box { half }, half.1)
        }
    };
    let mass = 0.02 * 50.0_f64.powf(stream.range(0.0, 1.0));
    let nothing = (0.0, 0.0, 0.0);
    (
        ObjectSpec {
            shape,
            mass,
            at: nothing,
            turn: nothing,
            friction: None,
            fixed: false,
            count: 1,
            spacing: nothing,
        },
        half,
    )
}

/// What became of a grasp.
#[derive(Clone, Copy, Debug)]
struct Grasp {
    /// How far the object came down in two seconds (m).
    fall: f64,
    /// The most that friction was of what the cone allows, over contacts and steps.
    cone: f64,
}

/// Pinches without weight for half a second, takes up the weight over half a second, then holds for two. `load` is the share of the friction cone
/// that the weight needs.
fn grasp<T: Value>(stream: &mut Stream, rate: u32, load: f64) -> Grasp {
    let (spec, half) = object(stream);
    let at = |gravity: f64| world(gravity, rate).cast::<T>();
    let heavy = world(GRAVITY, rate);
    // Each finger carries half of the weight at its surface, which opens it a little. A box may touch the tip alone, and nothing touches it above
    // the object's centre only: what must be held is so at the tip, what must fall at the centre.
    let carried = 0.5 * spec.mass * GRAVITY;
    let lever = if load < 1.0 { FINGER } else { FINGER - ABOVE_TIP };
    let torque = carried * (lever / (heavy.friction * load) + RADIUS);
    let physics = Physics { objects: vec![spec], rate, ..Physics::default() };
    let mut model = hand(half + RADIUS + 2e-3, torque);
    model.objects = compile_objects(&physics);
    model.pairs = pairs_that_touch(&model, &SelfCollision::On);
    let model = model.map(real::<T>);
    let mut state = State::at_rest(&model, vec3(0.0, 0.0, PALM).map(real));
    state.objects[0].position = vec3(0.0, 0.0, PALM - FINGER + ABOVE_TIP).map(real);
    let mut work = Work::new(&model, heavy.gravity.map(real), real(heavy.contact_width));
    let mut drive = Drive::idle(&model);
    drive.targets[1..].fill(real(-1.2));
    let mut simulate = |gravity: f64, cone: &mut f64| {
        step(&model, &at(gravity), &drive, &mut state, &mut work);
        for pair in &work.pairs {
            let (friction, normal) = (pair.force.friction.norm_squared().to_f64().sqrt(), pair.force.normal.to_f64());
            *cone = cone.max(friction / (heavy.friction * normal + 1e-6));
        }
        state.objects[0].position.z.to_f64()
    };
    let mut cone = 0.0;
    let mut height = 0.0;
    for i in 0..rate {
        let rising = f64::from(i) / f64::from(rate / 2) - 1.0;
        height = simulate(GRAVITY * rising.max(0.0), &mut cone);
    }
    let end = (0..2 * rate).map(|_| simulate(GRAVITY, &mut cone)).last();
    Grasp { fall: height - end.expect("at least one step"), cone }
}

fn check<T: Value>(rate: u32, dropped_at_most: usize) {
    let of = |first: u64, count: u64, loads: (f64, f64)| -> Vec<Grasp> {
        let one = |seed| {
            let mut stream = stream(first + seed);
            let load = stream.range(loads.0, loads.1);
            grasp::<T>(&mut stream, rate, load)
        };
        (0..count).map(one).collect()
    };
    let held = of(10_000, 1000, (0.1, 0.9));
    let dropped = held.iter().filter(|grasp| grasp.fall.abs() > 1e-3).count();
    let furthest = held.iter().map(|grasp| grasp.fall.abs()).filter(|fall| *fall <= 1e-3).fold(0.0, f64::max);
    let too_heavy = of(20_000, 100, (1.1, 3.0));
    let least = too_heavy.iter().map(|grasp| grasp.fall).fold(f64::INFINITY, f64::min);
    let cone = held.iter().chain(&too_heavy).map(|grasp| grasp.cone).fold(0.0, f64::max);
    println!(
        "{rate} Hz: {dropped} of 1,000 dropped, the others slip by at most {:.4} mm; beyond the cone objects fall by {:.0} mm and more; friction \
         at most {cone:.6} of the cone",
        1e3 * furthest,
        1e3 * least
    );
    assert!(dropped <= dropped_at_most && least > 0.1 && cone < 1.0 + 1e-5);
}

#[test]
fn a_grasp_holds_within_the_friction_cone() {
    check::<f64>(480, 0);
    check::<f32>(480, 0);
    // Fingers of five grams that press with up to a hundred times their weight are too stiff for half the rate.
    check::<f64>(240, 30);
}
