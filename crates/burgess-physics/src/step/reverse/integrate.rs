//! From the bars of the next state to the bars of the velocities after the step: the reverse of `step::integrate`.

use super::made::{EffortBar, Step};
use super::state::{ContactBar, ReverseWork, StateAdjoint};
use crate::model::BaseKind;
use crate::step::assemble::{across, contact_law};
use crate::step::integrate::pushes;
use crate::step::places::at;
use crate::step::spatial::{Twist, Wrench};
use crate::step::state::{ContactWork, LinkWork, Work};
use burgess_core::autodiff::{Choose, Compare, Place, Real, real};
use burgess_core::math::Vec3;

/// The velocities after the step, and with them which contacts were in the equations and the forces that they had.
pub fn take_velocities<T: Compare>(step: &Step<'_, T>, work: &mut Work<T>, back: &mut ReverseWork<T>) {
    let Step { model, after, .. } = *step;
    back.links[0].after = match model.base {
        BaseKind::Floating => {
            Twist { angular: work.links[0].rotation * after.angular_velocity, linear: after.velocity }
        }
        BaseKind::Welded => Twist::zero(),
    };
    for i in 1..model.links.len() {
        let rate = after.links[i].rate;
        back.links[i].rate_after = rate;
        let parent = at(&work.places.parents[i], |parent| back.links[parent].after);
        back.links[i].after = parent + work.links[i].axis.scaled(rate);
    }
    for (link, scratch) in work.places.touching.iter().zip(&mut work.contacts) {
        let v_n = at(link, |link| back.links[link].after).at(scratch.point).dot(scratch.normal);
        scratch.force = scratch.push - scratch.drag * v_n;
        scratch.active = scratch.force.is_at_least(-work.pull_tolerance);
    }
}

/// Puts the bars of all velocities after the step where the solve expects loads, and takes the bars of what `integrate` passes on
/// as it is back to the state before.
pub fn gather_loads<T: Compare>(
    step: &Step<'_, T>,
    effort: EffortBar<T>,
    bar: &mut StateAdjoint<T>,
    work: &mut Work<T>,
    back: &mut ReverseWork<T>,
) {
    let Step { model, after, .. } = *step;
    let dt = step.world.dt;
    back.base_spin = bar.links[0].spin;
    if model.base == BaseKind::Floating {
        // q' = q exp(dt w'): a turn of q turns q', and one of dt w' does so through the exponential map's Jacobian.
        let turn = work.links[0].rotation.transposed_mul(bar.rotation);
        back.base_spin += bar.angular_velocity + left_jacobian_transposed(after.angular_velocity * dt, turn) * dt;
    }
    for (i, (link, own)) in model.links.iter().zip(&mut work.links).enumerate() {
        let spin = if i == 0 { back.base_spin } else { bar.links[i].spin };
        own.load = Wrench::force_at(own.com, bar.links[i].momentum * link.mass);
        own.load.torque += own.rotation * spin;
        own.joint_load = bar.links[i].rate
            + dt * bar.links[i].angle
            + effort.power
                * power_sign(own, after.links[i].rate)
                * (own.servo.push - own.servo.drag * after.links[i].rate * real(2.0));
    }
    work.links[0].load.force += bar.velocity + bar.position * dt;
    let law = contact_law(model, step.world, work);
    for (link, (scratch, &next)) in work.places.touching.iter().zip(work.contacts.iter().zip(&bar.contacts)) {
        let ContactBar { normal_force, free_gain } = carried(scratch, next);
        let pull = scratch.normal * -(scratch.drag * normal_force);
        let gain = across(free_gain, scratch.normal) * law.gain_of_slip(scratch.tangent_drag);
        let load = Wrench::force_at(scratch.point, pull + gain);
        link.all().for_each(|(here, link)| work.links[link].load.accumulate_where(here, &load));
    }
}

/// Keeps the solution of the adjoint system.
pub fn take_adjoint<T: Compare>(work: &Work<T>, back: &mut ReverseWork<T>) {
    for (own, link) in work.links.iter().zip(&mut back.links) {
        link.adjoint = own.twist_after;
        link.adjoint_rate = own.free_rate;
    }
}

/// The bar of what a contact carries on, given that of the next state.
#[inline(always)]
pub fn carried<T: Compare>(scratch: &ContactWork<T>, next: ContactBar<T>) -> ContactBar<T> {
    ContactBar::choose(pushes(scratch), next, ContactBar::default())
}

/// Sign of the servo's power at the rate after the step: what the absolute value in its measurement passes on.
#[inline(always)]
pub fn power_sign<T: Real>(own: &LinkWork<T>, rate: T) -> T {
    let power = (own.servo.push - own.servo.drag * rate) * rate;
    power.select_gt(T::zero(), T::one(), -T::one())
}

/// `J^T x` for the left Jacobian of the rotation group's exponential map at the rotation vector `phi` (rad):
/// `J = I + (1 - cos a) / a^2 [phi] + (a - sin a) / a^3 [phi]^2` with `a = |phi|` (Chirikjian 2012, "Stochastic Models, Information
/// Theory, and Lie Groups", vol. 2, section 10.6).
#[inline(always)]
fn left_jacobian_transposed<T: Real>(phi: Vec3<T>, x: Vec3<T>) -> Vec3<T> {
    let a2 = phi.norm_squared();
    let large = a2.select_gt(real(1e-4), a2, T::one());
    let a = large.sqrt();
    let threshold = real(1e-4);
    let first = a2.select_gt(threshold, (T::one() - a.cos()) / large, real::<T>(0.5) - a2 * real(1.0 / 24.0));
    let second = a2.select_gt(
        threshold,
        (a - a.sin()) / (large * a),
        real::<T>(1.0 / 6.0) - a2 * real(1.0 / 120.0) + a2 * a2 * real(1.0 / 5040.0),
    );
    let turned = phi.cross(x);
    x - turned * first + phi.cross(turned) * second
}
