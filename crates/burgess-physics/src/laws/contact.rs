//! The force on one contact point: a compliant, dissipative normal force and regularised Coulomb friction, both linear in the
//! velocity after the step, so that one solve gives them implicitly.
//!
//! Coulomb friction is its limit over the slip speed *after* the step, times the slip. That speed is not known before the solve, and the speed
//! before the step misjudges feet that slow down or reverse. So it is predicted: each contact carries from step to step by how much its
//! slip would have changed without friction (the *free gain*), and the speed that this slip comes to under friction has a closed form.

use super::reverse::{ContactForceGradient, contact_force_reverse};
use super::soft::softplus_and_sigmoid;
use burgess_core::autodiff::{Real, real};
use burgess_core::math::Vec3;

/// Friction acts as no more than this many slip masses: that of a hard impact would else be so stiff that float32 loses the light links
/// beside it.
const HEAVIEST: f64 = 32.0;

/// What the contact law needs beside the state of the point.
#[derive(Clone, Copy, Debug)]
pub struct ContactLaw<T> {
    /// Time step (s).
    pub dt: T,
    /// Normal stiffness (N/m).
    pub stiffness: T,
    /// Depth over which contact sets in (m).
    pub width: T,
    /// Dissipation (s/m).
    pub damping: T,
    /// Coefficient of friction.
    pub friction: T,
    /// Slip speed that regularises friction (m/s).
    pub slip_speed: T,
    /// One over the mass that friction is taken to act on (1/kg). Friction is stable if that mass is above half of what the point's motion
    /// really has.
    pub inverse_slip_mass: T,
    /// Speed that smooths the onset of the rebound's damping (m/s).
    pub onset_speed: T,
}

/// The force on a contact point, linear in its velocity v' after the step:
/// `(push - normal_drag v_n') n - tangent_drag v_t'`.
#[derive(Clone, Copy, Debug)]
pub struct ContactForce<T> {
    /// Normal force at v_n' = 0 (N).
    pub push: T,
    /// Normal drag (N s/m), not negative.
    pub normal_drag: T,
    /// Tangential drag (N s/m), not negative.
    pub tangent_drag: T,
}

impl<T: Real> ContactLaw<T> {
    /// The force from the gap (m, negative inside the ground), the normal speed before the step (m/s, positive when
    /// leaving), the square of the slip that the step would end with if there were no friction (m2/s2), and the point's normal force in the
    /// step before (N).
    ///
    /// The spring is linearised at the depth predicted for the end of the step, which keeps it from pulling; friction is
    /// bounded by the normal force that the step before really had.
    #[inline(always)]
    pub fn force(&self, gap: T, v_n: T, free_slip_squared: T, normal_force_before: T) -> ContactForce<T> {
        let predicted = gap + self.dt * v_n;
        let (soft, closed) = softplus_and_sigmoid(-predicted / self.width);
        let spring = self.stiffness * self.width * soft;
        let spring_drag = self.dt * self.stiffness * closed;
        // Hunt-Crossley damping, divided down while the point leaves so that it cannot glue.
        let leaving = (v_n + (v_n * v_n + self.onset_speed * self.onset_speed).sqrt()) * real(0.5);
        let damper = self.damping * spring / (T::one() + self.damping * leaving);
        let limit = self.friction * normal_force_before.max(T::zero());
        ContactForce {
            push: spring + spring_drag * v_n,
            normal_drag: spring_drag + damper,
            tangent_drag: self.tangent_drag(free_slip_squared, limit),
        }
    }

    /// Friction at its limit (N) over `s`, the slip speed after the step plus `e`: the solution of `s - e + c (s - e) / s = z`. `e` is the slip
    /// speed that regularises friction, more where friction is strong. `z` is the free slip, a little less, so that it is smooth at zero. `c` is
    /// the speed that friction at its limit takes off in a step.
    #[inline(always)]
    fn tangent_drag(&self, free_slip_squared: T, limit: T) -> T {
        let easing = self.dt * self.inverse_slip_mass;
        let braking = easing * limit;
        let slip_speed = self.slip_speed + braking * real(1.0 / HEAVIEST);
        let free = (free_slip_squared + slip_speed * slip_speed).sqrt();
        let left = free - braking;
        let root = (left * left + braking * slip_speed * real(4.0)).sqrt();
        // s is sum / 2 and 2 c e / sum: one number, each without cancellation where it is taken, and neither divided by zero.
        let sum = left.abs() + root;
        left.select_gt(T::zero(), limit * real(2.0) / sum, sum / (easing * slip_speed * real(2.0)))
    }

    /// The free gain that a contact carries into the next step: its slip after the step with what friction took off added back, less
    /// the slip before (m/s). All slips are across the normal.
    #[inline(always)]
    pub fn free_gain(&self, tangent_drag: T, slip_before: Vec3<T>, slip_after: Vec3<T>) -> Vec3<T> {
        slip_after * self.gain_of_slip(tangent_drag) - slip_before
    }

    /// The derivative of the free gain with respect to the slip after the step.
    #[inline(always)]
    pub fn gain_of_slip(&self, tangent_drag: T) -> T {
        T::one() + self.dt * self.inverse_slip_mass * tangent_drag
    }

    /// The reverse of [`ContactLaw::force`]: what the gradient `bar` with respect to the force is with respect to its inputs. The
    /// step, the slip speed and the onset speed have none.
    #[inline(always)]
    pub fn force_reverse(
        &self,
        gap: T,
        v_n: T,
        free_slip_squared: T,
        normal_force_before: T,
        bar: ContactForce<T>,
    ) -> ContactForceGradient<T> {
        let Self { dt, stiffness, width, damping, friction, slip_speed, inverse_slip_mass, onset_speed } = *self;
        contact_force_reverse(
            dt,
            stiffness,
            width,
            damping,
            friction,
            slip_speed,
            inverse_slip_mass,
            onset_speed,
            gap,
            v_n,
            free_slip_squared,
            normal_force_before,
            bar.push,
            bar.normal_drag,
            bar.tangent_drag,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::math::vec3;

    /// A point of the slip mass that nothing but friction brakes: after the step, friction is its limit over the slip speed that it then has.
    #[test]
    fn friction_is_its_limit_at_the_slip_that_it_leads_to() {
        for (free, limit) in
            [(0.0, 3.0), (1e-4, 3.0), (0.01, 3.0), (0.3, 3.0), (3.0, 3.0), (0.02, 0.0), (0.02, 1e-3), (0.5, 1e4)]
        {
            let law = ContactLaw {
                dt: 1.0 / 240.0,
                stiffness: 1e4,
                width: 5e-4,
                damping: 2.0,
                friction: 0.5,
                slip_speed: 2e-3,
                inverse_slip_mass: 1.0 / 0.7,
                onset_speed: 0.05,
            };
            let drag = law.force(0.0, 0.0, free * free, limit / 0.5).tangent_drag;
            // As far as a root of the sum of squares is smooth: the free slip less what makes it so.
            let slip_speed = law.slip_speed + law.dt * limit * law.inverse_slip_mass / HEAVIEST;
            let z = (free * free + slip_speed * slip_speed).sqrt() - slip_speed;
            let after = z / law.gain_of_slip(drag);
            let expected = limit / (after + slip_speed);
            assert!((drag - expected).abs() <= 1e-9 * expected, "{free}, {limit}: {drag}, {expected}");
            // What is carried is what was taken off: without friction the slip would have come to it.
            let gain = law.free_gain(drag, vec3(0.1, 0.0, 0.0), vec3(after, 0.0, 0.0));
            assert!((gain.x - (z - 0.1)).abs() < 1e-12);
        }
    }
}
