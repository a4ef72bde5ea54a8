//! The force between two moving bodies that touch: equal and opposite, explicit in the velocities before the step, and limited so that it
//! stays stable however stiff the contact and however light the bodies.
//!
//! A force that were implicit in each side's own velocity would not be opposite to the bit, and bodies would propel themselves with it. So a
//! spring follows the gap, and two factors hold it back: one that divides the damping by what all contacts of both links add to their motion
//! (as an implicit step of the diagonal would), and one that bounds the spring's share of the motion in a step. Friction is a bristle that
//! is carried from step to step, and slides at Coulomb's limit. `docs/physics.md` has the equations.

use super::reverse::{PairForceGradient, PairResistanceGradient, pair_force_reverse, pair_resistance_reverse};
use super::soft::softplus_and_sigmoid;
use burgess_core::autodiff::{Real, real};
use burgess_core::math::Vec3;

/// Dissipation (s/m).
const DAMPING: f64 = 2.0;
/// Stiffness of the bristle, as a share of the normal stiffness.
const BRISTLE: f64 = 0.7;
/// Damping of the bristle, as a share of the critical one.
const BRISTLE_DAMPING: f64 = 0.3;
/// Most that springs may do in a step: the square of how far the fastest oscillation goes in it (rad2). With the damping at its own limit,
/// a contact comes to rest in one step at 1, and oscillates for ever at 2.
const MOST: f64 = 1.0;
/// What counts as no force (N).
const NO_FORCE: f64 = 1e-9;
/// What counts as no mobility (1/kg).
const NO_MOBILITY: f64 = 1e-9;
/// What counts as no friction: its square keeps the slope of the root finite.
const NO_FRICTION: f64 = 1e-6;

/// What the law of pairs needs beside the state of the contact.
#[derive(Clone, Copy, Debug)]
pub struct PairLaw<T> {
    /// Time step (s).
    pub dt: T,
    /// Normal stiffness (N/m).
    pub stiffness: T,
    /// Depth over which contact sets in (m).
    pub width: T,
    /// Coefficient of friction.
    pub friction: T,
    /// Speed that smooths the onset of the rebound's damping (m/s).
    pub onset_speed: T,
}

/// How fast the bodies are to each other, and how far apart.
#[derive(Clone, Copy, Debug)]
pub struct PairMotion<T> {
    /// The gap (m), negative inside each other.
    pub gap: T,
    /// Speed at which A leaves B (m/s).
    pub v_n: T,
    /// Velocity of A against B, across the normal (m/s).
    pub slip: Vec3<T>,
    /// The bristle: how far A has moved against B, across the normal, since it touched or last slid (m).
    pub bristle: Vec3<T>,
    /// Mobility of both across the normal at the contact point (1/kg): see [`PointMobility`].
    pub tangent_mobility: T,
}

/// By what a contact resists motion, times the step; per unit of mobility it is how much of the motion goes in a step (kg).
#[derive(Clone, Copy, Debug, Default)]
pub struct PairResistance<T> {
    /// Normal drag, times dt.
    pub drag: T,
    /// Normal stiffness, times dt squared.
    pub stiffness: T,
    /// Tangential drag, times dt.
    pub tangent_drag: T,
    /// Tangential stiffness, times dt squared.
    pub tangent_stiffness: T,
}

/// Sums over the contacts of a link, or of both links of a contact: of how much each contact resists, times the mobility of the link there.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContactSums<T> {
    /// Of the normal drags.
    pub drag: T,
    /// Of the normal stiffnesses.
    pub stiffness: T,
    /// Of the tangential drags.
    pub tangent_drag: T,
    /// Of the tangential stiffnesses.
    pub tangent_stiffness: T,
}

/// The force on A, and minus that on B.
#[derive(Clone, Copy, Debug)]
pub struct PairForce<T> {
    /// Along the normal (N), not negative.
    pub normal: T,
    /// Across it (N).
    pub friction: Vec3<T>,
    /// The bristle that is carried on (m).
    pub bristle: Vec3<T>,
}

/// What the spring and the damper of a contact are.
struct Spring<T> {
    /// Force of the spring at the gap predicted for the end of the step (N).
    predicted: T,
    /// Its share of the stiffness there, 0 to 1.
    closed: T,
    /// Damping (N s/m).
    damper: T,
}

/// The coefficient of friction between two surfaces: the geometric mean, which is that of both where they are alike, and none where either has none.
#[inline(always)]
pub fn pair_friction<T: Real>(first: T, second: T) -> T {
    (first * second + real(NO_FRICTION * NO_FRICTION)).sqrt()
}

impl<T: Real> PairLaw<T> {
    #[inline(always)]
    fn spring(&self, gap: T, v_n: T) -> Spring<T> {
        let (soft, closed) = softplus_and_sigmoid(-(gap + self.dt * v_n) / self.width);
        let predicted = self.stiffness * self.width * soft;
        let leaving = (v_n + (v_n * v_n + self.onset_speed * self.onset_speed).sqrt()) * real(0.5);
        let damping = real::<T>(DAMPING);
        Spring { predicted, closed, damper: damping * predicted / (T::one() + damping * leaving) }
    }

    /// Tangential stiffness (N/m) and drag (N s/m).
    #[inline(always)]
    fn bristle(&self, closed: T, tangent_mobility: T) -> (T, T) {
        let stiffness = self.stiffness * real(BRISTLE);
        let critical = (stiffness / tangent_mobility).sqrt();
        let own = closed * stiffness;
        (own, self.dt * own + closed * critical * real(2.0 * BRISTLE_DAMPING))
    }

    /// By what the contact resists.
    #[inline(always)]
    pub fn resistance(&self, gap: T, v_n: T, tangent_mobility: T) -> PairResistance<T> {
        let Spring { closed, damper, .. } = self.spring(gap, v_n);
        let stiffness = self.dt * self.stiffness * closed;
        let (bristle, bristle_drag) = self.bristle(closed, tangent_mobility);
        PairResistance {
            drag: self.dt * (stiffness + damper),
            stiffness: self.dt * stiffness,
            tangent_drag: self.dt * bristle_drag,
            tangent_stiffness: self.dt * self.dt * bristle,
        }
    }

    /// The force, given the sums over all contacts of both links.
    #[inline(always)]
    pub fn force(&self, motion: &PairMotion<T>, sums: &ContactSums<T>) -> PairForce<T> {
        let Spring { predicted, closed, damper } = self.spring(motion.gap, motion.v_n);
        let start = self.stiffness * self.width * softplus_and_sigmoid(-motion.gap / self.width).0;
        let held = (T::one() + sums.drag).recip();
        let normal = (limit(sums.stiffness) * start + held * (predicted - damper * motion.v_n - start)).max(T::zero());
        // The bristle, as far as Coulomb's limit lets it.
        let (stiffness, drag) = self.bristle(closed, motion.tangent_mobility);
        let stiffness = stiffness * limit(sums.tangent_stiffness);
        let drag = drag * (T::one() + sums.tangent_drag).recip();
        let most = self.friction * normal;
        let free = -(motion.bristle * stiffness + motion.slip * drag);
        let share = |wanted: Vec3<T>| {
            let size = (wanted.norm_squared() + real(NO_FORCE * NO_FORCE)).sqrt();
            most / (size.max(most) + real(NO_FORCE))
        };
        let kept = share(motion.bristle * stiffness);
        PairForce { normal, friction: free * share(free), bristle: motion.bristle * kept }
    }

    /// The reverse of [`PairLaw::resistance`].
    #[inline(always)]
    pub fn resistance_reverse(
        &self,
        gap: T,
        v_n: T,
        tangent_mobility: T,
        bar: PairResistance<T>,
    ) -> PairResistanceGradient<T> {
        let Self { dt, stiffness, width, friction: _, onset_speed } = *self;
        pair_resistance_reverse(
            dt,
            stiffness,
            width,
            onset_speed,
            gap,
            v_n,
            tangent_mobility,
            bar.drag,
            bar.stiffness,
            bar.tangent_drag,
            bar.tangent_stiffness,
        )
    }

    /// The reverse of [`PairLaw::force`].
    #[inline(always)]
    pub fn force_reverse(
        &self,
        motion: &PairMotion<T>,
        sums: &ContactSums<T>,
        bar: &PairForce<T>,
    ) -> PairForceGradient<T> {
        let Self { dt, stiffness, width, friction, onset_speed } = *self;
        let PairMotion { gap, v_n, slip, bristle, tangent_mobility } = *motion;
        pair_force_reverse(
            dt,
            stiffness,
            width,
            friction,
            onset_speed,
            gap,
            v_n,
            slip,
            bristle,
            tangent_mobility,
            sums.drag,
            sums.stiffness,
            sums.tangent_drag,
            sums.tangent_stiffness,
            bar.normal,
            bar.friction,
            bar.bristle,
        )
    }
}

/// The factor that keeps `x` below [`MOST`]: all but 1 below it, all but `MOST / x` above.
#[inline(always)]
fn limit<T: Real>(x: T) -> T {
    let x = x * real(1.0 / MOST);
    let fourth = x * x * (x * x);
    (T::one() + fourth).sqrt().sqrt().recip()
}

/// How a point of a link answers forces: velocity per impulse (1/kg).
#[derive(Clone, Copy, Debug, Default)]
pub struct PointMobility<T> {
    /// Along the normal.
    pub normal: T,
    /// Across it, the mean of two directions.
    pub tangent: T,
}

impl<T: Real> PointMobility<T> {
    /// From the velocity per impulse along the normal, and in all three directions together.
    #[inline(always)]
    pub fn new(one: T, all: T) -> Self {
        Self { normal: one + real(NO_MOBILITY), tangent: (all - one) * real(0.5) + real(NO_MOBILITY) }
    }
}
