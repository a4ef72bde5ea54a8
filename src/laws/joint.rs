//! Torques on one hinge: the servo and the soft limits, linear in the rate after the step.

use super::soft::softplus_and_sigmoid;
use crate::autodiff::Real;

/// A torque linear in the hinge rate after the step: `push - drag * rate'` (N m).
#[derive(Clone, Copy, Debug, Default)]
pub struct JointTorque<T> {
    /// Torque at rate' = 0 (N m).
    pub push: T,
    /// Drag (N m s/rad), not negative.
    pub drag: T,
}

/// A position servo with a smooth torque limit.
#[derive(Clone, Copy, Debug)]
pub struct Servo<T> {
    /// Stiffness (N m/rad).
    pub kp: T,
    /// Damping (N m s/rad).
    pub kd: T,
    /// Torque limit (N m), above zero.
    pub torque_limit: T,
}

impl<T: Real> Servo<T> {
    /// Torque towards `target` (rad), in secant form: the gain of the limit is taken at the torque that the old rate predicts,
    /// and the linear law is scaled by it. (The tangent form has limit cycles.)
    #[inline(always)]
    pub fn torque(&self, dt: T, target: T, angle: T, rate: T) -> JointTorque<T> {
        let wanted = (self.kp * (target - angle - dt * rate) - self.kd * rate) / self.torque_limit;
        let gain = (T::one() + wanted * wanted).sqrt().recip();
        JointTorque { push: gain * self.kp * (target - angle), drag: gain * (dt * self.kp + self.kd) }
    }
}

/// Soft limits of a hinge.
#[derive(Clone, Copy, Debug)]
pub struct Limits<T> {
    /// Lower limit (rad).
    pub lower: T,
    /// Upper limit (rad).
    pub upper: T,
    /// Stiffness beyond a limit (N m/rad).
    pub stiffness: T,
    /// Dissipation (s/rad).
    pub damping: T,
    /// Angle over which a limit sets in (rad).
    pub width: T,
}

impl<T: Real> Limits<T> {
    /// Torque back into the range, linearised at the angle predicted for the end of the step, and how far the joint is into its
    /// limits, 0 (free) to 1 (hard against one).
    #[inline(always)]
    pub fn torque(&self, dt: T, angle: T, rate: T) -> (JointTorque<T>, T) {
        let predicted = angle + dt * rate;
        let (over, at_upper) = softplus_and_sigmoid((predicted - self.upper) / self.width);
        let (under, at_lower) = softplus_and_sigmoid((self.lower - predicted) / self.width);
        let spring_drag = dt * self.stiffness * (at_upper + at_lower);
        let depth = self.stiffness * self.width;
        let torque = JointTorque {
            push: depth * (under - over) + spring_drag * rate,
            drag: spring_drag + self.damping * depth * (over + under),
        };
        (torque, at_upper + at_lower)
    }
}
