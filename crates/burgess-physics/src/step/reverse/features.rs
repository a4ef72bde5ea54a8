//! What a creature feels after a step: the reverse of `step::features`.

use super::made::Step;
use super::measure::{SeenBar, load_share_slopes};
use super::policy::reverse_heading;
use super::state::{ModelGradient, StateAdjoint};
use crate::frame::{ANGLES, CONTACT, FEATURES, HEIGHT, POWER, SPEEDS, SPIN, TARGET_SPEED, TARGETS, VELOCITY};
use crate::laws::sensors::{QUADRANTS, Sensors};
use crate::step::body_plan::{BodyPlan, REFERENCE_LOAD};
use crate::step::features::quadrant_forces;
use burgess_core::autodiff::{Compare, real};
use burgess_core::math::vec3;

/// Bars of the features of a step, in their order.
pub type FeatureBars<T> = [T; FEATURES];

/// Takes the bars of features to the state after the step and to the model, those of what the sensors saw to `seen`.
pub fn reverse_features<T: Compare>(
    step: &Step<'_, T>,
    plan: &BodyPlan<T>,
    sensors: &Sensors<T>,
    bars: &FeatureBars<T>,
    seen: &mut SeenBar<T>,
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
) {
    let Step { model, after, .. } = *step;
    let vector = |first: usize| vec3(bars[first], bars[first + 1], bars[first + 2]);
    // Vectors in the heading frame.
    let forward = after.orientation.rotate(vec3(T::one(), T::zero(), T::zero()));
    let spin = after.orientation.rotate(after.angular_velocity);
    let (of_up, up_bar) = reverse_heading(forward, sensors.up, vector(0));
    let (of_velocity, velocity_bar) = reverse_heading(forward, after.velocity, vector(VELOCITY));
    let (of_spin, spin_bar) = reverse_heading(forward, spin, vector(SPIN));
    bar.velocity += velocity_bar;
    bar.angular_velocity += after.orientation.to_matrix().transposed_mul(spin_bar);
    bar.rotation += forward.cross(of_up + of_velocity + of_spin) + spin.cross(spin_bar);
    // What the sensors saw.
    let mass = plan.facts.mass;
    let power_bar = bars[POWER] / mass;
    seen.add_felt(up_bar, bars[HEIGHT], power_bar, bars[TARGET_SPEED]);
    total.prelude.mass += -(power_bar * sensors.power / mass);
    // Contact.
    let weight = plan.weight();
    let mut of_force = [T::zero(); QUADRANTS + 1];
    for (quadrant, force) in quadrant_forces(model, plan, after).into_iter().enumerate() {
        let (by_force, by_weight) = load_share_slopes(force, weight);
        of_force[quadrant] = by_force * bars[CONTACT + quadrant];
        total.prelude.reference_force += by_weight * bars[CONTACT + quadrant] * real(1.0 / REFERENCE_LOAD);
    }
    for (contact, carried) in model.contacts.iter().zip(&mut bar.contacts) {
        carried.normal_force += of_force[plan.quadrants[contact.link]];
    }
    // Joints.
    for (i, joint) in after.links.iter().enumerate().skip(1) {
        let quadrant = plan.quadrants[i];
        let own = |first: usize| bars[first + quadrant] * plan.joint_shares[quadrant];
        let speed_bar = own(SPEEDS);
        bar.links[i].angle += own(ANGLES);
        bar.links[i].rate += joint.rate.select_gt(T::zero(), speed_bar, -speed_bar);
        bar.targets[i] += own(TARGETS);
    }
}
