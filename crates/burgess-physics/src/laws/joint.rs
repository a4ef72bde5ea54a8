//! Torques on one hinge: the servo and the soft limits, linear in the rate after the step.

use super::reverse::{
    LimitTorqueGradient, ServoLineTorqueGradient, ServoTorqueGradient, limit_torque_reverse, servo_line_torque_reverse,
    servo_torque_reverse,
};
use super::soft::softplus_and_sigmoid;
use burgess_core::autodiff::Real;

/// A torque linear in the hinge rate after the step: `push - drag * rate'` (N m).
#[derive(Clone, Copy, Debug, Default)]
pub struct JointTorque<T> {
    /// Torque at rate' = 0 (N m).
    pub push: T,
    /// Drag (N m s/rad), not negative.
    pub drag: T,
}

/// A position servo with a torque limit that is all but hard, smooth all the same.
#[derive(Clone, Copy, Debug)]
pub struct Servo<T> {
    /// Stiffness (N m/rad).
    pub kp: T,
    /// Damping (N m s/rad).
    pub kd: T,
    /// Torque limit (N m), above zero.
    pub torque_limit: T,
    /// Rate at which it has no torque left (rad/s), above zero; without one it has its torque at any rate.
    pub no_load_speed: Option<T>,
}

impl<T: Real> Servo<T> {
    /// Torque towards `target` (rad), in secant form: the gain of the limit is taken at the torque that the old rate predicts,
    /// and the linear law is scaled by it. (The tangent form has limit cycles.)
    ///
    /// With a no-load speed there is a second limit, that of the voltage: torque and back-EMF ask for it together, in shares of the torque
    /// limit and of the no-load speed. What is above it is cut like the torque, and what the back-EMF has too much becomes drag. At a
    /// steady rate that leaves the line of a DC motor, torque / limit = 1 - rate / no-load speed, where the servo drives, and the torque limit
    /// alone where it brakes.
    #[inline(always)]
    pub fn torque(&self, dt: T, target: T, angle: T, rate: T) -> JointTorque<T> {
        let wanted = (self.kp * (target - angle - dt * rate) - self.kd * rate) / self.torque_limit;
        let gain = saturation(wanted);
        let secant =
            |gain: T| JointTorque { push: gain * self.kp * (target - angle), drag: gain * (dt * self.kp + self.kd) };
        let Some(no_load_speed) = self.no_load_speed else { return secant(gain) };
        let had = saturation(gain * wanted + rate / no_load_speed);
        let JointTorque { push, drag } = secant(gain * had);
        JointTorque { push, drag: drag + (T::one() - had) * self.torque_limit / no_load_speed }
    }

    /// The reverse of [`Servo::torque`]: what the gradient `bar` with respect to the torque is with respect to all but the step. Zero for a no-load
    /// speed that the servo does not have.
    #[inline(always)]
    pub fn torque_reverse(
        &self,
        dt: T,
        target: T,
        angle: T,
        rate: T,
        bar: JointTorque<T>,
    ) -> ServoLineTorqueGradient<T> {
        let Self { kp, kd, torque_limit, no_load_speed } = *self;
        let JointTorque { push, drag } = bar;
        if let Some(speed) = no_load_speed {
            return servo_line_torque_reverse(dt, kp, kd, torque_limit, speed, target, angle, rate, push, drag);
        }
        let ServoTorqueGradient { kp, kd, torque_limit, target_angle, angle, rate } =
            servo_torque_reverse(dt, kp, kd, torque_limit, target, angle, rate, push, drag);
        ServoLineTorqueGradient { kp, kd, torque_limit, no_load_speed: T::zero(), target_angle, angle, rate }
    }
}

/// The share of a wanted torque that is had, given how many times the limit it is: 1 well below the limit, `1 / |x|` well above, and
/// (1 + |x|^16)^(-1/16) in between, which stays within 4.3 % of the two.
#[inline(always)]
fn saturation<T: Real>(x: T) -> T {
    let (size, one) = (x.abs(), T::one());
    let above = size.select_gt(one, size, one).recip();
    // Powers of what is at most 1 do not overflow.
    let ratio = size.select_gt(one, above, size);
    let squared = ratio * ratio;
    let fourth = squared * squared;
    let eighth = fourth * fourth;
    above / (one + eighth * eighth).sqrt().sqrt().sqrt().sqrt()
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

    /// The reverse of [`Limits::torque`]: what the gradients with respect to the torque (`bar`) and to how far the joint is into its
    /// limits (`bar_use`) are with respect to the limits, their stiffness and the joint's state. The rest has none.
    #[inline(always)]
    pub fn torque_reverse(&self, dt: T, angle: T, rate: T, bar: JointTorque<T>, bar_use: T) -> LimitTorqueGradient<T> {
        let Self { lower, upper, stiffness, damping, width } = *self;
        limit_torque_reverse(dt, lower, upper, stiffness, damping, width, angle, rate, bar.push, bar.drag, bar_use)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_torque_limit_is_all_but_hard() {
        for x in [-1e30f32, -20.0, -1.0, -0.5, -0.0, 1e-30, 0.7, 0.99, 1.0, 1.01, 3.0, 1e30] {
            let (soft, hard) = (saturation(x), 1.0 / x.abs().max(1.0));
            assert!(soft <= hard * (1.0 + 1e-6) && soft >= 0.957 * hard, "at {x}: {soft}, {hard}");
            if !(0.8..1.25).contains(&x.abs()) {
                assert!((soft / hard - 1.0).abs() < 2e-3, "at {x}: {soft}, {hard}");
            }
        }
    }
}
