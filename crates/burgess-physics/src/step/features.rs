//! What a creature feels after a step, without a word of its body's plan, and its means over the steps of a frame.

use super::body_plan::BodyPlan;
use super::policy::in_heading_frame;
use super::state::State;
use crate::frame::FEATURES;
use crate::laws::sensors::{QUADRANTS, Sensors, load_share};
use crate::model::Model;
use burgess_core::autodiff::{Real, real};
use burgess_core::math::{Vec3, vec3};

/// Those of a step that left `state`, with the servo `targets` (rad, one a link) that held in it.
pub fn features<T: Real>(
    model: &Model<T>,
    plan: &BodyPlan<T>,
    sensors: &Sensors<T>,
    state: &State<T>,
    targets: &[T],
) -> [T; FEATURES] {
    let forward = state.orientation.rotate(vec3(T::one(), T::zero(), T::zero()));
    let spin = state.orientation.rotate(state.angular_velocity);
    let motion =
        [sensors.up, state.velocity, spin].map(|a: Vec3<T>| in_heading_frame(forward.x, forward.y, a).to_array());
    let loads = quadrant_forces(model, plan, state).map(|force| load_share(force, plan.weight()));
    let mut joints = [[T::zero(); QUADRANTS]; 3];
    for (i, (joint, &target)) in state.links.iter().zip(targets).enumerate().skip(1) {
        let seen = [joint.angle, joint.rate.abs(), target];
        joints.iter_mut().zip(seen).for_each(|(sums, x)| sums[plan.quadrants[i]] += x);
    }
    let mean = |sums: [T; QUADRANTS]| std::array::from_fn::<T, QUADRANTS, _>(|q| sums[q] * plan.joint_shares[q]);
    let [angles, speeds, targets] = joints.map(mean);
    let observed = motion.into_iter().flatten().chain([sensors.height]).chain(loads);
    let observed = observed.chain(angles).chain(speeds).chain([sensors.power / plan.facts.mass]);
    let mut all = observed.chain(targets).chain([sensors.command_rate]);
    std::array::from_fn(|_| all.next().unwrap_or(T::zero()))
}

/// Normal force (N) on the links of each quadrant, and on the base.
pub fn quadrant_forces<T: Real>(model: &Model<T>, plan: &BodyPlan<T>, state: &State<T>) -> [T; QUADRANTS + 1] {
    let mut forces = [T::zero(); QUADRANTS + 1];
    for (contact, carried) in model.contacts.iter().zip(&state.contacts) {
        forces[plan.quadrants[contact.link]] += carried.normal_force;
    }
    forces
}

/// A frame under way.
#[derive(Clone, Debug)]
pub struct Frame<T> {
    sums: [T; FEATURES],
    steps: u32,
}

impl<T: Real> Frame<T> {
    /// Before its first step.
    pub fn new() -> Self {
        Self { sums: [T::zero(); FEATURES], steps: 0 }
    }

    /// Takes in a step.
    pub fn add(&mut self, features: &[T; FEATURES]) {
        self.sums.iter_mut().zip(features).for_each(|(sum, &x)| *sum += x);
        self.steps += 1;
    }

    /// The means over the steps since it began, with which it ends and the next begins.
    pub fn finish(&mut self) -> [T; FEATURES] {
        let Self { sums, steps } = std::mem::take(self);
        let share = T::one() / real(f64::from(steps.max(1)));
        sums.map(|sum| sum * share)
    }
}

impl<T: Real> Default for Frame<T> {
    fn default() -> Self {
        Self::new()
    }
}
