//! Hinges: the reverse of `assemble_joints` and of the servos' measured power.

use super::integrate::power_sign;
use super::state::{ModelBar, ReverseWork, StateBar};
use super::{EffortBar, Step};
use crate::laws::joint::JointTorque;
use crate::step::assemble::{limits_of, servo_of};
use crate::step::state::Work;
use burgess_core::autodiff::Value;

/// Every hinge by itself. Its share of `lambda . (b - H v')` is
/// `lambda (armature (rate - rate') + dt (torques at rate' - damping rate'))`.
pub fn reverse_joints<T: Value>(
    step: &Step<'_, T>,
    effort: EffortBar<T>,
    bar: &mut StateBar<T>,
    model: &mut ModelBar<T>,
    work: &Work<T>,
    back: &ReverseWork<T>,
) {
    let dt = step.world.dt;
    for i in 1..step.creature.links.len() {
        let (link, own, next) = (&step.creature.links[i], &work.links[i], &back.links[i]);
        let (before, rate_after) = (&step.before.links[i], next.rate_after);
        // A torque push - drag rate' over the step.
        let impulse = dt * next.adjoint_rate;
        let power = effort.power * power_sign(own, rate_after) * rate_after;
        let torque = |push: T| JointTorque { push, drag: -(push * rate_after) };
        let servo = servo_of(link).torque_reverse(
            dt,
            step.drive.targets[i],
            before.angle,
            before.rate,
            torque(impulse + power),
        );
        let limit = limits_of(link, step.world).torque_reverse(
            dt,
            before.angle,
            before.rate,
            torque(impulse),
            effort.limit_use,
        );
        let gradient = &mut model.candidate.creature.links[i];
        gradient.kp += servo.kp;
        gradient.kd += servo.kd;
        gradient.torque_limit += servo.torque_limit;
        gradient.lower += limit.lower;
        gradient.upper += limit.upper;
        gradient.limit_stiffness += limit.stiffness;
        gradient.damping += -(impulse * rate_after);
        gradient.armature += next.adjoint_rate * (before.rate - rate_after);
        // The angle went on into the next one, the rate into the equations alone.
        bar.links[i].angle += servo.angle + limit.angle;
        bar.links[i].rate = servo.rate + limit.rate + next.adjoint_rate * link.armature;
        bar.targets[i] += servo.target_angle;
    }
}
