//! From the velocities after the step to the next state.

use super::spatial::Twist;
use super::state::{LinkWork, State, Work};
use crate::model::{BaseKind, Model};
use burgess_core::autodiff::Real;
use burgess_core::math::Quat;

/// What links and contacts carry into the next step, taken at the old positions with the new velocities.
pub fn carry<T: Real>(model: &Model<T>, state: &mut State<T>, work: &Work<T>) {
    carry_motion(model, state, work, |own| own.twist_after);
    for (scratch, force) in work.contacts.iter().zip(&mut state.normal_forces) {
        *force = scratch.force.max(T::zero());
    }
}

/// Sets the momentum and spin that links carry from one of their twists.
pub fn carry_motion<T: Real>(
    model: &Model<T>,
    state: &mut State<T>,
    work: &Work<T>,
    twist: impl Fn(&LinkWork<T>) -> Twist<T>,
) {
    for ((link, own), next) in model.links.iter().zip(&work.links).zip(&mut state.links) {
        let twist = twist(own);
        next.momentum = twist.at(own.com) * link.mass;
        next.spin = own.rotation.transposed_mul(twist.angular);
    }
}

/// New rates and positions: q' = q (+) dt v', the orientation by the exact exponential map.
pub fn integrate<T: Real>(model: &Model<T>, dt: T, state: &mut State<T>, work: &Work<T>) {
    for (joint, own) in state.links.iter_mut().zip(&work.links).skip(1) {
        joint.rate = own.free_rate;
        joint.angle += dt * own.free_rate;
    }
    if model.base == BaseKind::Floating {
        let twist = work.links[0].twist_after;
        state.velocity = twist.linear;
        state.angular_velocity = state.links[0].spin;
        state.position += twist.linear * dt;
        state.orientation = (state.orientation * Quat::exp(state.angular_velocity * dt)).normalised();
    }
}
