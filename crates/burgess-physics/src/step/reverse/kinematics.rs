//! Down the tree: the reverse of `step::kinematics` for three motions at once, before the step, after it, and the adjoint one.

use super::made::Step;
use super::state::{ModelGradient, ReverseWork, StateAdjoint};
use crate::model::{BaseKind, Hinge, JointKind};
use crate::step::places::at;
use crate::step::spatial::Wrench;
use crate::step::state::Work;
use burgess_core::autodiff::{Choose, Compare, Place};

/// Takes the bars of every link's twists and pose to its hinge and its parent, leaf to base.
pub fn reverse_kinematics<T: Compare>(
    step: &Step<'_, T>,
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
    work: &Work<T>,
    back: &mut ReverseWork<T>,
) {
    for i in (1..step.model.links.len()).rev() {
        let JointKind::Hinge(Hinge { axis, .. }) = step.model.joint(i).kind;
        let (above, below) = back.links.split_at_mut(i);
        let (next, own, parent) = (&below[0], &work.links[i], &work.places.parents[i]);
        let (origin, rotation) = at(parent, |parent| (work.links[parent].origin, work.links[parent].rotation));
        let (before, hinge, gradient) =
            (&step.before.links[i], own.axis.angular, &mut total.candidate.model.joints[i - 1]);
        // The hinge's own motion along its spatial axis (a, origin x a).
        bar.links[i].rate += next.twist_bar.dot(&own.axis);
        let mut axis_bar = next.twist_bar.scaled(before.rate);
        axis_bar.accumulate(&next.after_bar.scaled(next.rate_after));
        axis_bar.accumulate(&next.adjoint_bar.scaled(next.adjoint_rate));
        axis_bar.accumulate(&next.axis_bar);
        let hinge_bar = axis_bar.torque + axis_bar.force.cross(own.origin);
        let origin_bar = next.origin_bar + hinge.cross(axis_bar.force);
        // Its pose: turned about the axis by the angle, on the parent.
        let turn = next.rotation_bar;
        bar.links[i].angle += hinge.dot(turn);
        let (sine, cosine) = (before.angle.sin(), before.angle.cos());
        let tilt = rotation.transposed_mul(turn);
        let direction = rotation.transposed_mul(hinge_bar) + tilt * sine + tilt.cross(axis) * (T::one() - cosine);
        // Only directions on the unit sphere.
        let JointKind::Hinge(of_hinge) = &mut gradient.kind;
        of_hinge.axis += direction - axis * axis.dot(direction);
        gradient.position += rotation.transposed_mul(origin_bar);
        // What moves the parent moves it all.
        let arm = own.origin - origin;
        let rotation_bar = turn + arm.cross(origin_bar) + hinge.cross(hinge_bar);
        for (here, parent) in parent.all() {
            let parent = &mut above[parent];
            parent.twist_bar.accumulate_where(here, &next.twist_bar);
            parent.after_bar.accumulate_where(here, &next.after_bar);
            parent.adjoint_bar.accumulate_where(here, &next.adjoint_bar);
            parent.origin_bar.add_where(here, origin_bar);
            parent.rotation_bar.add_where(here, rotation_bar);
        }
    }
}

/// The base's pose and twist before the step.
pub fn reverse_base<T: Compare>(step: &Step<'_, T>, bar: &mut StateAdjoint<T>, work: &Work<T>, back: &ReverseWork<T>) {
    let (base, own) = (&back.links[0], &work.links[0]);
    // What turned the base before turned it after.
    bar.rotation += base.rotation_bar;
    if step.model.base == BaseKind::Floating {
        let Wrench { torque, force } = base.twist_bar;
        bar.velocity = force;
        bar.angular_velocity = own.rotation.transposed_mul(torque);
        bar.rotation += own.twist.angular.cross(torque);
    }
}
