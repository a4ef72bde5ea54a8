//! Down the tree: where the links are and how they move.

use super::places::at;
use super::spatial::Twist;
use super::state::{State, Work};
use crate::model::{BaseKind, JointKind, Model};
use burgess_core::autodiff::Compare;
use burgess_core::math::{Quat, Vec3};

/// Orientation, position, spatial axis and twist of every link, about the base origin.
pub fn kinematics<T: Compare>(model: &Model<T>, state: &State<T>, work: &mut Work<T>) {
    work.position = state.position;
    let rotation = state.orientation.to_matrix();
    let base = &mut work.links[0];
    base.orientation = state.orientation;
    base.rotation = rotation;
    base.origin = Vec3::zero();
    base.com = rotation * model.links[0].com;
    base.twist = match model.base {
        BaseKind::Floating => Twist { angular: rotation * state.angular_velocity, linear: state.velocity },
        BaseKind::Welded => Twist::zero(),
    };
    for i in 1..model.links.len() {
        let (link, joint) = (&model.links[i], model.joint(i));
        let JointKind::Hinge(hinge) = &joint.kind;
        let (above, below) = work.links.split_at_mut(i);
        let (parent, own) = (&work.places.parents[i], &mut below[0]);
        let (orientation, rotation) = at(parent, |parent| (above[parent].orientation, above[parent].rotation));
        let (origin, twist) = at(parent, |parent| (above[parent].origin, above[parent].twist));
        own.orientation = orientation * Quat::about_axis(hinge.axis, state.links[i].angle);
        own.rotation = own.orientation.to_matrix();
        own.origin = origin + rotation * joint.position;
        own.com = own.origin + own.rotation * link.com;
        let axis = rotation * hinge.axis;
        own.axis = Twist { angular: axis, linear: own.origin.cross(axis) };
        own.twist = twist + own.axis.scaled(state.links[i].rate);
    }
}
