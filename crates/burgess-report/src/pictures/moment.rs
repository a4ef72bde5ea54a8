//! A moment of a body: which links it has, how they are coloured, and where they are.

use burgess_core::math::{Quat, Vec3};
use burgess_physics::model::Model;

/// Position (m) and orientation of a link frame in the world.
pub type Pose = (Vec3<f64>, Quat<f64>);

/// One moment of a body's motion.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Time (s).
    pub time: f64,
    /// The pose of every link frame, in the order of the body's links, then of every object beside it.
    pub poses: Vec<Pose>,
}

/// A body, and what decides the colours of its links.
#[derive(Clone, Copy, Debug)]
pub struct ColouredBody<'a> {
    /// Its links and their colliders, and the objects beside it. Pictures show the colliders.
    pub model: &'a Model<f64>,
    /// A number for each link, such as the identifier of its gene. Links with equal numbers have the same colour.
    pub kinds: &'a [u64],
}
