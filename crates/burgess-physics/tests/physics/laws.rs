//! Derivatives of the laws and of a whole step: dual numbers against central differences, finite at every awkward place.

use crate::bodies;
use burgess_core::autodiff::{Compare, Dual, Real, Value, real};
use burgess_core::math::{Quat, Sym3, Vec3, vec3};
use burgess_physics::laws::contact::ContactLaw;
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::gyroscope::carried_angular_momentum;
use burgess_physics::laws::joint::{Limits, Servo};
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::{Terrain, TerrainSpec, Wall};
use burgess_physics::step::state::{Drive, State, Work};
use burgess_physics::step::step::{start_carrying, step};
use burgess_physics::world::{Physics, World};

/// Central differences in float64 with h = 1e-6 are good to about 1e-9 of the value's scale.
const TOLERANCE: f64 = 1e-6;

/// A generic function of one number, so that one body serves `f64` and `Dual`.
trait Curve {
    fn at<T: Real>(&self, x: T) -> T;
}

fn check(name: &str, curve: &impl Curve, points: &[f64]) {
    for &x in points {
        let dual = curve.at(Dual::variable(x));
        let h = 1e-6;
        let difference = (curve.at(x + h) - curve.at(x - h)) / (2.0 * h);
        let scale = difference.abs().max(1.0);
        assert!(dual.is_finite(), "{name} at {x}: {dual:?}");
        assert!((dual.derivative[0] - difference).abs() < TOLERANCE * scale, "{name} at {x}: {dual:?}, {difference}");
        assert!((dual.value - curve.at(x)).abs() <= 1e-12 * dual.value.abs().max(1.0));
    }
}

struct Contact {
    /// Which input varies: gap, normal speed, slip, force before.
    input: usize,
}

impl Curve for Contact {
    fn at<T: Real>(&self, x: T) -> T {
        let law = ContactLaw {
            dt: real::<T>(1.0 / 240.0),
            stiffness: real(10.0),
            width: real(5e-2),
            damping: real(2.0),
            friction: real(0.8),
            slip_speed: real(0.02),
            inverse_slip_mass: real(1.0),
            onset_speed: real(0.05),
        };
        let mut inputs: [T; 4] = [real(-0.01), real(0.1), real(0.3), real(5.0)];
        inputs[self.input] = x;
        let force = law.force(inputs[0], inputs[1], inputs[2].squared(), inputs[3]);
        force.push + force.normal_drag * real(0.7) + force.tangent_drag * real(0.1)
    }
}

struct ServoCurve {
    no_load_speed: Option<f64>,
}
impl Curve for ServoCurve {
    fn at<T: Real>(&self, x: T) -> T {
        let servo = Servo {
            kp: real::<T>(15.0),
            kd: real(0.4),
            torque_limit: real(6.0),
            no_load_speed: self.no_load_speed.map(real),
        };
        let torque = servo.torque(real(1.0 / 240.0), x, real(0.2), x * real(3.0));
        torque.push - torque.drag * real(0.3)
    }
}

struct LimitCurve;
impl Curve for LimitCurve {
    fn at<T: Real>(&self, x: T) -> T {
        let (lower, upper) = (real::<T>(-0.8), real::<T>(0.8));
        let limits = Limits { lower, upper, stiffness: real(300.0), damping: real(0.2), width: real(0.01) };
        let (torque, used) = limits.torque(real(1.0 / 240.0), x, real(0.5));
        (torque.push - torque.drag * real(0.4)) * real(1e-2) + used
    }
}

struct Gyroscope;
impl Curve for Gyroscope {
    fn at<T: Real>(&self, x: T) -> T {
        let inertia =
            Sym3 { xx: real(0.02), yy: real(0.03), zz: real(0.01), xy: real(2e-3), xz: real(0.0), yz: real(1e-3) };
        carried_angular_momentum(inertia, vec3(x, real::<T>(2.0), x * x), real(1.0 / 60.0))
            .dot(Vec3::from_f64([1.0, 2.0, 3.0]))
    }
}

struct Exponential;
impl Curve for Exponential {
    fn at<T: Real>(&self, x: T) -> T {
        let q = Quat::exp(vec3(x, x * real(0.5), real(0.0)));
        q.w + q.v.x * real(2.0) + q.v.y
    }
}

#[test]
fn laws_have_the_derivatives_that_differences_show() {
    check("contact, gap", &Contact { input: 0 }, &[-0.5, -0.05, 0.0, 0.02, 0.3]);
    check("contact, normal speed", &Contact { input: 1 }, &[-3.0, -0.1, 0.0, 0.2, 4.0]);
    check("contact, slip", &Contact { input: 2 }, &[0.0, 1e-3, 0.02, 2.0]);
    check("contact, force before", &Contact { input: 3 }, &[0.5, 20.0]);
    for no_load_speed in [None, Some(5.0)] {
        check("servo", &ServoCurve { no_load_speed }, &[-5.0, -0.2, 0.0, 0.2, 0.7, 10.0]);
    }
    check("limit", &LimitCurve, &[-1.2, -0.8, -0.79, 0.0, 0.795, 0.8, 1.0]);
    check("gyroscope", &Gyroscope, &[-20.0, 0.0, 3.0]);
    check("exponential map", &Exponential, &[-1.0, -1e-2, 0.0, 1e-5, 0.3]);
}

/// On edges, corners, treads and axes the distance and its derivative stay finite.
#[test]
fn terrains_are_finite_at_their_kinks() {
    let walls = vec![Wall { centre: (0.0, 0.0), half: (0.2, 0.2), height: 0.3 }];
    let terrains = [
        TerrainSpec::Stairs { start: 0.0, rise: 0.1, run: 0.3, count: 3 },
        TerrainSpec::Bumps { height: 0.05, wavelength: 1.0 },
        TerrainSpec::Walls(walls),
    ];
    for spec in terrains {
        let terrain: Terrain<Dual> = spec.compile(1).map(Dual::from_f64);
        for x in [-0.2, 0.0, 0.2, 0.3, 0.9] {
            for y in [-0.2, 0.0, 0.2] {
                for z in [0.0, 0.1, 0.2, 0.3] {
                    let (d, n) = terrain.distance(vec3(Dual::variable(x), Dual::variable(y), Dual::variable(z)));
                    let numbers = [d, n.x, n.y, n.z];
                    assert!(numbers.iter().all(|a| a.is_finite()), "{spec:?} at {x}, {y}, {z}: {numbers:?}");
                }
            }
        }
    }
}

/// Base position and a joint's rate after ten steps, as functions of a velocity at the start.
fn after_ten_steps<T: Value>(slip: T, terrain: &TerrainSpec, height: f64) -> [T; 4] {
    let model = bodies::ant().build(1e4, true).map(real::<T>);
    let world = World::new(&Physics::default(), terrain, 3).cast::<T>();
    let mut state = State::at_rest(&model, vec3(T::zero(), T::zero(), real(height)));
    state.velocity = vec3(slip, T::zero(), real(-0.1));
    state.links[2].rate = slip * real(0.5);
    let mut drive = Drive::idle(&model);
    drive.targets[2] = real(0.3);
    let mut work = Work::new(&model, world.gravity, world.contact_width);
    start_carrying(&model, &mut state, &mut work);
    for _ in 0..10 {
        step(&model, &world, &drive, &mut state, &mut work);
    }
    [state.position.x, state.position.z, state.orientation.v.y, state.links[2].rate]
}

/// A step differentiates as one piece: contact, friction carried over, servo, solve. Standing, falling, and with zero slip.
#[test]
fn a_step_has_the_derivative_that_differences_show() {
    let standing = 0.25 * 0.9_f64.sin() + 0.025 - 1e-3;
    for terrain in [TerrainSpec::default(), TerrainSpec::Bumps { height: 0.01, wavelength: 2.0 }] {
        for (slip, height) in [(0.0, standing), (0.3, standing), (0.2, standing + 0.05)] {
            let dual = after_ten_steps(Dual::variable(slip), &terrain, height);
            let h = 1e-5;
            let (above, below) =
                (after_ten_steps(slip + h, &terrain, height), after_ten_steps(slip - h, &terrain, height));
            for i in 0..4 {
                let difference = (above[i] - below[i]) / (2.0 * h);
                let error = (dual[i].derivative[0] - difference).abs();
                assert!(error < 1e-4 * difference.abs().max(0.1), "{slip}, output {i}: {dual:?} against {difference}");
            }
        }
    }
}

/// Shaders number terms and descriptors by these lists. The compiler names the two functions here when a variant is added.
#[test]
fn every_reward_term_and_descriptor_stands_in_its_list() {
    let term = |term: &RewardTerm| match term {
        RewardTerm::ForwardVelocity => 0,
        RewardTerm::Distance => 1,
        RewardTerm::TargetReached { .. } => 2,
        RewardTerm::HeightGained => 3,
        RewardTerm::Upright => 4,
        RewardTerm::Energy => 5,
        RewardTerm::Smoothness => 6,
        RewardTerm::Survival => 7,
        RewardTerm::JointLimitUse => 8,
        RewardTerm::ObjectProgress => 9,
        RewardTerm::ObjectReached { .. } => 10,
        RewardTerm::ObjectLifted => 11,
        RewardTerm::ObjectTouch => 12,
        RewardTerm::SelfTouch => 13,
        RewardTerm::NearerToObject => 14,
        RewardTerm::FollowCommand { .. } => 15,
    };
    assert!(RewardTerm::ALL.iter().map(term).eq(0..16));
    let descriptor = |descriptor: &Descriptor| match *descriptor {
        Descriptor::FinalX => Some(0),
        Descriptor::FinalY => Some(1),
        Descriptor::DutyFactor(limb) => Some(2 + limb),
        Descriptor::MeanHeight => Some(6),
        Descriptor::MeanTilt => Some(7),
        Descriptor::GaitFrequency => Some(8),
        Descriptor::BodyMass => Some(9),
        Descriptor::LinkCount => Some(10),
        Descriptor::LegSpan => Some(11),
        Descriptor::ObjectX => Some(12),
        Descriptor::ObjectY => Some(13),
        Descriptor::ObjectTouch => Some(14),
        Descriptor::SelfTouch => Some(15),
        // No shader works them out.
        Descriptor::RefinementGain
        | Descriptor::GradientTrust
        | Descriptor::Measure(_)
        | Descriptor::Latent(_)
        | Descriptor::Surprise => None,
    };
    assert!(Descriptor::ALL.iter().map(descriptor).eq((0..16).map(Some)));
}
