//! The reverses that a backward sweep calls, against dual numbers: every input of every law, at random and at awkward places.

use burgess_core::autodiff::{Dual, Real, real};
use burgess_core::math::{Sym3, Vec3, vec3};
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::laws::contact::{ContactForce, ContactLaw};
use burgess_physics::laws::gyroscope::{carried_angular_momentum, carried_angular_momentum_reverse};
use burgess_physics::laws::joint::{JointTorque, Limits, Servo};

/// Both ways are exact but for rounding.
const TOLERANCE: f64 = 1e-10;

/// A law of `N` inputs with a gradient and `M` outputs, and its reverse.
trait Reversible<const N: usize, const M: usize> {
    const NAME: &'static str;
    fn forward<T: Real>(inputs: [T; N]) -> [T; M];
    fn reverse<T: Real>(inputs: [T; N], bars: [T; M]) -> [T; N];
}

/// The gradient of the outputs' weighted sum, by dual numbers.
fn by_duals<L: Reversible<N, M>, const N: usize, const M: usize>(inputs: [f64; N], bars: [f64; M]) -> [f64; N] {
    let sum: Dual<f64, N> =
        L::forward(Dual::variables(inputs)).into_iter().zip(bars).map(|(y, bar)| y * real(bar)).sum();
    sum.derivative
}

fn check<L: Reversible<N, M>, const N: usize, const M: usize>(inputs: [f64; N], bars: [f64; M]) {
    let (wanted, found) = (by_duals::<L, N, M>(inputs, bars), L::reverse(inputs, bars));
    let scale = wanted.iter().fold(0.0_f64, |scale, x| scale.max(x.abs()));
    for i in 0..N {
        // Each against its own size, but for sums of larger numbers that cancel.
        let error = (wanted[i] - found[i]).abs();
        assert!(
            error <= TOLERANCE * wanted[i].abs().max(1e-3 * scale),
            "{}, input {i} at {inputs:?}: {} is not {}",
            L::NAME,
            found[i],
            wanted[i]
        );
    }
    assert_finite::<L, N, M>(inputs, bars);
}

fn assert_finite<L: Reversible<N, M>, const N: usize, const M: usize>(inputs: [f64; N], bars: [f64; M]) {
    let single = L::reverse(inputs.map(|x| x as f32), bars.map(|x| x as f32));
    assert!(single.iter().all(|x| x.is_finite()), "{} at {inputs:?}: {single:?} in float32", L::NAME);
}

/// Inputs that are `range(low, high)`, or one of the awkward values of their place about a third of the time.
fn check_all<L: Reversible<N, M>, const N: usize, const M: usize>(ranges: [(f64, f64); N], awkward: [&[f64]; N]) {
    let mut stream = Stream::new(21, N as u64, M as u64, Purpose::Test);
    for _ in 0..3000 {
        let inputs = std::array::from_fn(|i| {
            let (low, high) = ranges[i];
            let x = stream.range(low, high);
            match stream.range(0.0, 3.0 * awkward[i].len() as f64) as usize {
                place if place < awkward[i].len() => awkward[i][place],
                _ => x,
            }
        });
        let bars = std::array::from_fn(|_| stream.range(-1.0, 1.0));
        check::<L, N, M>(inputs, bars);
    }
}

fn dt<T: Real>() -> T {
    real(1.0 / 240.0)
}

struct Contact;
impl Contact {
    fn law<T: Real>([stiffness, width, damping, friction, inverse_slip_mass, ..]: [T; 9]) -> ContactLaw<T> {
        let (slip_speed, onset_speed) = (real(0.02), real(0.05));
        ContactLaw { dt: dt(), stiffness, width, damping, friction, slip_speed, inverse_slip_mass, onset_speed }
    }
}
impl Reversible<9, 3> for Contact {
    const NAME: &'static str = "contact";
    fn forward<T: Real>(x: [T; 9]) -> [T; 3] {
        let force = Self::law(x).force(x[5], x[6], x[7], x[8]);
        [force.push, force.normal_drag, force.tangent_drag]
    }
    fn reverse<T: Real>(x: [T; 9], [push, normal_drag, tangent_drag]: [T; 3]) -> [T; 9] {
        let bar = ContactForce { push, normal_drag, tangent_drag };
        let g = Self::law(x).force_reverse(x[5], x[6], x[7], x[8], bar);
        [
            g.stiffness,
            g.width,
            g.damping,
            g.friction,
            g.inverse_slip_mass,
            g.gap,
            g.v_n,
            g.free_slip_squared,
            g.force_before,
        ]
    }
}

#[test]
fn contact() {
    check_all::<Contact, 9, 3>(
        [
            (1e3, 2e4),
            (1e-4, 1e-2),
            (0.0, 2.0),
            (0.0, 1.2),
            (0.2, 5.0),
            (-0.01, 0.02),
            (-3.0, 3.0),
            (0.0, 4.0),
            (0.0, 100.0),
        ],
        [&[1e4], &[5e-4], &[0.0], &[0.0], &[1.0], &[0.0, 1.0], &[0.0], &[0.0, 1e-8], &[0.0, -1.0]],
    );
    // Far inside and far outside the ground, where the spring's parts cancel to more than the tolerance.
    for gap in [-0.3, 30.0] {
        assert_finite::<Contact, 9, 3>([1e4, 1e-6, 1.0, 0.8, 1.0, gap, -20.0, 0.0, 0.0], [1.0, 0.5, -0.5]);
    }
}

struct ServoLaw;
impl ServoLaw {
    fn law<T: Real>([kp, kd, torque_limit, ..]: [T; 6]) -> Servo<T> {
        Servo { kp, kd, torque_limit, no_load_speed: None }
    }
}
impl Reversible<6, 2> for ServoLaw {
    const NAME: &'static str = "servo";
    fn forward<T: Real>(x: [T; 6]) -> [T; 2] {
        let torque = Self::law(x).torque(dt(), x[3], x[4], x[5]);
        [torque.push, torque.drag]
    }
    fn reverse<T: Real>(x: [T; 6], [push, drag]: [T; 2]) -> [T; 6] {
        let g = Self::law(x).torque_reverse(dt(), x[3], x[4], x[5], JointTorque { push, drag });
        [g.kp, g.kd, g.torque_limit, g.target_angle, g.angle, g.rate]
    }
}

#[test]
fn servo() {
    check_all::<ServoLaw, 6, 2>(
        [(1.0, 30.0), (0.01, 1.0), (0.5, 10.0), (-2.0, 2.0), (-2.0, 2.0), (-20.0, 20.0)],
        [&[0.0], &[0.0], &[1e-2], &[0.0], &[0.0], &[0.0]],
    );
}

struct ServoLineLaw;
impl ServoLineLaw {
    fn law<T: Real>([kp, kd, torque_limit, no_load_speed, ..]: [T; 7]) -> Servo<T> {
        Servo { kp, kd, torque_limit, no_load_speed: Some(no_load_speed) }
    }
}
impl Reversible<7, 2> for ServoLineLaw {
    const NAME: &'static str = "servo with a no-load speed";
    fn forward<T: Real>(x: [T; 7]) -> [T; 2] {
        let torque = Self::law(x).torque(dt(), x[4], x[5], x[6]);
        [torque.push, torque.drag]
    }
    fn reverse<T: Real>(x: [T; 7], [push, drag]: [T; 2]) -> [T; 7] {
        let g = Self::law(x).torque_reverse(dt(), x[4], x[5], x[6], JointTorque { push, drag });
        [g.kp, g.kd, g.torque_limit, g.no_load_speed, g.target_angle, g.angle, g.rate]
    }
}

#[test]
fn servo_with_a_no_load_speed() {
    check_all::<ServoLineLaw, 7, 2>(
        [(1.0, 30.0), (0.01, 1.0), (0.5, 10.0), (2.0, 30.0), (-2.0, 2.0), (-2.0, 2.0), (-40.0, 40.0)],
        [&[0.0], &[0.0], &[1e-2], &[0.5], &[0.0], &[0.0], &[0.0]],
    );
}

struct LimitLaw;
impl LimitLaw {
    fn law<T: Real>([lower, upper, stiffness, ..]: [T; 5]) -> Limits<T> {
        Limits { lower, upper, stiffness, damping: real(0.2), width: real(0.01) }
    }
}
impl Reversible<5, 3> for LimitLaw {
    const NAME: &'static str = "limits";
    fn forward<T: Real>(x: [T; 5]) -> [T; 3] {
        let (torque, used) = Self::law(x).torque(dt(), x[3], x[4]);
        [torque.push, torque.drag, used]
    }
    fn reverse<T: Real>(x: [T; 5], [push, drag, bar_use]: [T; 3]) -> [T; 5] {
        let g = Self::law(x).torque_reverse(dt(), x[3], x[4], JointTorque { push, drag }, bar_use);
        [g.lower, g.upper, g.stiffness, g.angle, g.rate]
    }
}

#[test]
fn limits() {
    check_all::<LimitLaw, 5, 3>(
        [(-1.5, -0.2), (0.2, 1.5), (10.0, 500.0), (-1.6, 1.6), (-20.0, 20.0)],
        [&[-0.5], &[0.5], &[0.0], &[-0.5, 0.5, 0.0, 40.0, -40.0], &[0.0]],
    );
}

struct Gyroscope;
impl Gyroscope {
    /// The six numbers as factors of a regular tensor.
    fn inertia<T: Real>([xx, yy, zz, xy, xz, yz, ..]: [T; 9]) -> Sym3<T> {
        Sym3 { xx, yy, zz, xy, xz, yz }
    }
}
impl Reversible<9, 3> for Gyroscope {
    const NAME: &'static str = "gyroscope";
    fn forward<T: Real>(x: [T; 9]) -> [T; 3] {
        carried_angular_momentum(Self::inertia(x), vec3(x[6], x[7], x[8]), dt()).to_array()
    }
    fn reverse<T: Real>(x: [T; 9], bars: [T; 3]) -> [T; 9] {
        let bar = vec3(bars[0], bars[1], bars[2]);
        let (i, spin): (Sym3<T>, Vec3<T>) =
            carried_angular_momentum_reverse(Self::inertia(x), vec3(x[6], x[7], x[8]), dt(), bar);
        [i.xx, i.yy, i.zz, i.xy, i.xz, i.yz, spin.x, spin.y, spin.z]
    }
}

#[test]
fn gyroscope() {
    let (moment, product, spin) = ((0.02, 0.05), (-5e-3, 5e-3), (-30.0, 30.0));
    check_all::<Gyroscope, 9, 3>(
        [moment, moment, moment, product, product, product, spin, spin, spin],
        [&[0.03], &[0.03], &[0.03], &[0.0], &[0.0], &[0.0], &[0.0], &[0.0], &[0.0]],
    );
    // A link of half a gram: the determinant is at 1e-24.
    let small = [1e-8, 1.1e-8, 0.9e-8, 1e-10, -1e-10, 0.0, 50.0, 0.0, -20.0];
    check::<Gyroscope, 9, 3>(small, [1.0, -0.4, 0.7]);
}
