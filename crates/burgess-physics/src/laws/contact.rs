//! The force on one contact point: a compliant, dissipative normal force and regularised Coulomb friction, both linear in the
//! velocity after the step, so that one solve gives them implicitly.

use super::reverse::{ContactForceGradient, contact_force_reverse};
use super::soft::softplus_and_sigmoid;
use burgess_core::autodiff::{Real, real};

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
    /// leaving), the squared slip speed before the step (m2/s2), and the point's normal force in the step before (N).
    ///
    /// The spring is linearised at the depth predicted for the end of the step, which keeps it from pulling; friction is
    /// bounded by the normal force that the step before really had.
    #[inline(always)]
    pub fn force(&self, gap: T, v_n: T, slip_squared: T, normal_force_before: T) -> ContactForce<T> {
        let predicted = gap + self.dt * v_n;
        let (soft, closed) = softplus_and_sigmoid(-predicted / self.width);
        let spring = self.stiffness * self.width * soft;
        let spring_drag = self.dt * self.stiffness * closed;
        // Hunt-Crossley damping, divided down while the point leaves so that it cannot glue.
        let leaving = (v_n + (v_n * v_n + self.onset_speed * self.onset_speed).sqrt()) * real(0.5);
        let damper = self.damping * spring / (T::one() + self.damping * leaving);
        let slip = (slip_squared + self.slip_speed * self.slip_speed).sqrt();
        ContactForce {
            push: spring + spring_drag * v_n,
            normal_drag: spring_drag + damper,
            tangent_drag: self.friction * normal_force_before.max(T::zero()) / slip,
        }
    }

    /// The reverse of [`ContactLaw::force`]: what the gradient `bar` with respect to the force is with respect to its inputs. The
    /// step, the slip speed and the onset speed have none.
    #[inline(always)]
    pub fn force_reverse(
        &self,
        gap: T,
        v_n: T,
        slip_squared: T,
        normal_force_before: T,
        bar: ContactForce<T>,
    ) -> ContactForceGradient<T> {
        let Self { dt, stiffness, width, damping, friction, slip_speed, onset_speed } = *self;
        contact_force_reverse(
            dt,
            stiffness,
            width,
            damping,
            friction,
            slip_speed,
            onset_speed,
            gap,
            v_n,
            slip_squared,
            normal_force_before,
            bar.push,
            bar.normal_drag,
            bar.tangent_drag,
        )
    }
}
