//! Where the carried point is and how it moves, as a function of the numbers of a state: the way along the links from the base.

use crate::experiment::Carried;
use burgess_core::autodiff::{Real, real};
use burgess_core::math::{Quat, Vec3, vec3};
use burgess_physics::model::{BaseKind, JointKind, Model};
use burgess_physics::step::reverse::state::StateAdjoint;
use burgess_physics::step::state::State;

/// What is carried.
#[derive(Clone, Copy, Debug)]
pub struct View<T> {
    /// The point (m, relative to the spawn point).
    pub position: Vec3<T>,
    /// Its velocity (m/s, world axes).
    pub velocity: Vec3<T>,
    /// The direction that should be upright, unit vector, world axes.
    pub up: Vec3<T>,
}

/// The links from the base to the one that carries.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    floating: bool,
    /// Link, hinge in the parent's frame, axis.
    hinges: Vec<(usize, Vec3<f64>, Vec3<f64>)>,
    point: Vec3<f64>,
    up: Vec3<f64>,
}

/// Numbers of the base among the inputs: position, small rotation, velocity, angular velocity.
const BASE: usize = 12;

impl Chain {
    /// Of what is carried on a body.
    pub(super) fn new(model: &Model<f64>, carried: &Carried) -> Self {
        let vector = |(x, y, z): (f64, f64, f64)| vec3(x, y, z);
        let mut hinges = Vec::new();
        let mut link = carried.link;
        while link > 0 {
            let own = &model.links[link];
            let joint = model.joint(link);
            let JointKind::Hinge(hinge) = &joint.kind;
            hinges.push((link, joint.position, hinge.axis));
            link = own.parent;
        }
        hinges.reverse();
        let floating = model.base == BaseKind::Floating;
        Self { floating, hinges, point: vector(carried.point), up: vector(carried.up).normalised() }
    }

    /// What it depends on: position, rotation (a small one from where the base is: zero), velocity and angular velocity of the base, then
    /// angle and rate of each hinge on the way.
    pub(super) fn inputs(&self, state: &State<f64>) -> Vec<f64> {
        let base = [state.position, Vec3::zero(), state.velocity, state.angular_velocity];
        let mut inputs: Vec<f64> = base.into_iter().flat_map(Vec3::to_array).collect();
        inputs.extend(self.hinges.iter().flat_map(|&(link, ..)| [state.links[link].angle, state.links[link].rate]));
        inputs
    }

    /// What is carried, from the inputs; the state says from where the base is turned.
    pub(super) fn view<T: Real>(&self, inputs: &[T], state: &State<f64>) -> View<T> {
        let vector = |i: usize| vec3(inputs[i], inputs[i + 1], inputs[i + 2]);
        let mut orientation = Quat::exp(vector(3)) * state.orientation.map(real);
        let (mut origin, mut velocity, mut spin) = (vector(0), Vec3::zero(), Vec3::zero());
        if self.floating {
            (velocity, spin) = (vector(6), orientation.rotate(vector(9)));
        }
        for (&(_, hinge, axis), motion) in self.hinges.iter().zip(inputs[BASE..].chunks_exact(2)) {
            let arm = orientation.rotate(hinge.map(real));
            let axis = axis.map(real);
            origin += arm;
            velocity += spin.cross(arm);
            spin += orientation.rotate(axis) * motion[1];
            orientation = orientation * Quat::about_axis(axis, motion[0]);
        }
        let arm = orientation.rotate(self.point.map(real));
        View { position: origin + arm, velocity: velocity + spin.cross(arm), up: orientation.rotate(self.up.map(real)) }
    }

    /// Adds a gradient by the inputs to the bar of the state.
    pub(super) fn add_to(&self, gradient: &[f64], bar: &mut StateAdjoint<f64>) {
        let vector = |i: usize| vec3(gradient[i], gradient[i + 1], gradient[i + 2]);
        bar.position += vector(0);
        bar.rotation += vector(3);
        bar.velocity += vector(6);
        bar.angular_velocity += vector(9);
        for (&(link, ..), motion) in self.hinges.iter().zip(gradient[BASE..].chunks_exact(2)) {
            bar.links[link].angle += motion[0];
            bar.links[link].rate += motion[1];
        }
    }
}
