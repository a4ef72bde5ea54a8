//! Down the tree: where the links are and how they move.

use super::spatial::Twist;
use super::state::{LinkWork, State, Work};
use crate::model::{BaseKind, Creature};
use burgess_core::autodiff::Real;
use burgess_core::math::{Quat, Vec3};

/// Orientation, position, spatial axis and twist of every link, about the base origin.
pub fn kinematics<T: Real>(creature: &Creature<T>, state: &State<T>, work: &mut Work<T>) {
    let rotation = state.orientation.to_matrix();
    let base = &mut work.links[0];
    base.orientation = state.orientation;
    base.rotation = rotation;
    base.origin = Vec3::zero();
    base.com = rotation * creature.links[0].com;
    base.twist = match creature.base {
        BaseKind::Floating => Twist { angular: rotation * state.angular_velocity, linear: state.velocity },
        BaseKind::Welded => Twist::zero(),
    };
    for i in 1..creature.links.len() {
        let link = &creature.links[i];
        let (above, below) = work.links.split_at_mut(i);
        let (parent, own): (&LinkWork<T>, &mut LinkWork<T>) = (&above[link.parent], &mut below[0]);
        let hinge = Quat::about_axis(link.axis, state.links[i].angle);
        own.orientation = parent.orientation * hinge;
        own.rotation = own.orientation.to_matrix();
        own.origin = parent.origin + parent.rotation * link.joint_position;
        own.com = own.origin + own.rotation * link.com;
        let axis = parent.rotation * link.axis;
        own.axis = Twist { angular: axis, linear: own.origin.cross(axis) };
        own.twist = parent.twist + own.axis.scaled(state.links[i].rate);
    }
}
