//! From the velocities after the step to the next state.

use super::assemble::{across, contact_law};
use super::places::at;
use super::scalar::Scalar;
use super::spatial::Twist;
use super::state::{ContactState, ContactWork, LinkWork, State, Work};
use crate::model::{BaseKind, Model};
use crate::world::World;
use burgess_core::autodiff::{Choose, Compare, Real, Truth};
use burgess_core::math::{Quat, Vec3};

/// What links and contacts carry into the next step, taken at the old positions with the new velocities.
pub fn carry<T: Scalar>(model: &Model<T>, world: &World<T>, state: &mut State<T>, work: &Work<T>) {
    carry_motion(model, state, work, |own| own.twist_after);
    let law = contact_law(model, world, work);
    for ((link, scratch), next) in work.places.touching.iter().zip(&work.contacts).zip(&mut state.contacts) {
        // Most are in the air.
        let (pushes, apart) = (pushes(scratch), ContactState::apart());
        if !pushes.any() {
            *next = apart;
            continue;
        }
        let (before, after) = at(link, |link| (work.links[link].twist, work.links[link].twist_after));
        let slip = |twist: Twist<T>| across(twist.at(scratch.point), scratch.normal);
        let gain = law.free_gain(scratch.tangent_drag, slip(before), slip(after));
        *next = ContactState {
            normal_force: T::choose(pushes, scratch.force, apart.normal_force),
            free_gain: Vec3::choose(pushes, gain, apart.free_gain),
        };
    }
    T::carry_pairs(state, work);
}

/// Whether a contact pushes, and so has something to carry on.
#[inline(always)]
pub fn pushes<T: Compare>(scratch: &ContactWork<T>) -> T::Truth {
    scratch.active & scratch.force.is_above(T::zero())
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
