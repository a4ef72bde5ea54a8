//! Bodies for the tests of the pictures.

use super::moment::{ColouredBody, Pose};
use burgess_core::math::{Mat3, Quat, Sym3, Vec3, vec3};
use burgess_physics::model::{BaseKind, Creature, Link, Shape};

fn link(shape: Shape<f64>) -> Link<f64> {
    Link {
        parent: 0,
        shape,
        mass: 1.0,
        com: Vec3::zero(),
        inertia: Sym3::scalar(0.01),
        joint_position: Vec3::zero(),
        axis: vec3(0.0, 1.0, 0.0),
        lower: -1.0,
        upper: 1.0,
        kp: 1.0,
        kd: 0.1,
        torque_limit: 1.0,
        armature: 0.0,
        damping: 0.0,
        limit_stiffness: 1.0,
    }
}

fn creature(links: Vec<Link<f64>>) -> Creature<f64> {
    Creature { base: BaseKind::Floating, links, contacts: Vec::new(), contact_stiffness: 1e4, limb_ends: Vec::new() }
}

/// The body with each link in a colour of its own.
pub(super) fn coloured(creature: &Creature<f64>) -> ColouredBody<'_> {
    ColouredBody { creature, kinds: &[0, 1, 2, 3, 4][..creature.links.len()] }
}

/// One ball.
pub(super) fn ball(radius: f64) -> Creature<f64> {
    creature(vec![link(Shape::Sphere { centre: Vec3::zero(), radius })])
}

/// A plate on four legs. It stands on the plane z = 0 with its middle above the origin.
pub(super) fn table() -> (Creature<f64>, Vec<Pose>) {
    let plate = Shape::Box { centre: Vec3::zero(), axes: Mat3::identity(), half: vec3(0.3, 0.2, 0.03) };
    let leg = Shape::Capsule { from: Vec3::zero(), to: vec3(0.0, 0.0, -0.36), radius: 0.04 };
    let corners = [(0.25, 0.15), (0.25, -0.15), (-0.25, 0.15), (-0.25, -0.15)];
    let mut links = vec![link(plate)];
    links.extend((1..=4).map(|_| link(leg)));
    let mut poses = vec![(vec3(0.0, 0.0, 0.4), Quat::identity())];
    poses.extend(corners.map(|(x, y)| (vec3(x, y, 0.4), Quat::identity())));
    (creature(links), poses)
}
