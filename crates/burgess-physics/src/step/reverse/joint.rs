//! Hinges: the reverse of `assemble_joints` and of the servos' measured power.

use super::integrate::power_sign;
use super::made::{EffortBar, Step};
use super::state::{ModelGradient, ReverseWork, StateAdjoint};
use crate::laws::joint::JointTorque;
use crate::model::JointKind;
use crate::step::assemble::limits_of;
use crate::step::state::Work;
use burgess_core::autodiff::Compare;

/// Every hinge by itself. Its share of `lambda . (b - H v')` is
/// `lambda (armature (rate - rate') + dt (torques at rate' - damping rate'))`.
pub fn reverse_joints<T: Compare>(
    step: &Step<'_, T>,
    effort: EffortBar<T>,
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
    work: &Work<T>,
    back: &ReverseWork<T>,
) {
    let dt = step.world.dt;
    for i in 1..step.model.links.len() {
        let (joint, own, next) = (step.model.joint(i), &work.links[i], &back.links[i]);
        let JointKind::Hinge(hinge) = &joint.kind;
        let (before, rate_after) = (&step.before.links[i], next.rate_after);
        // A torque push - drag rate' over the step.
        let impulse = dt * next.adjoint_rate;
        let power = effort.power * power_sign(own, rate_after) * rate_after;
        let diagonal = dt * next.joint_inertia_bar;
        let torque = |push: T| JointTorque { push, drag: diagonal - push * rate_after };
        let servo =
            joint.servo.torque_reverse(dt, step.drive.targets[i], before.angle, before.rate, torque(impulse + power));
        let limit = limits_of(hinge, step.world).torque_reverse(
            dt,
            before.angle,
            before.rate,
            torque(impulse),
            effort.limit_use,
        );
        let gradient = &mut total.candidate.model.joints[i - 1];
        gradient.servo.kp += servo.kp;
        gradient.servo.kd += servo.kd;
        gradient.servo.torque_limit += servo.torque_limit;
        if let Some(bar) = &mut gradient.servo.no_load_speed {
            *bar += servo.no_load_speed;
        }
        let JointKind::Hinge(of_hinge) = &mut gradient.kind;
        of_hinge.lower += limit.lower;
        of_hinge.upper += limit.upper;
        of_hinge.limit_stiffness += limit.stiffness;
        gradient.damping += diagonal - impulse * rate_after;
        gradient.armature += next.adjoint_rate * (before.rate - rate_after) + next.joint_inertia_bar;
        // The angle went on into the next one, the rate into the equations alone.
        bar.links[i].angle += servo.angle + limit.angle;
        bar.links[i].rate = servo.rate + limit.rate + next.adjoint_rate * joint.armature;
        bar.targets[i] += servo.target_angle;
    }
}
