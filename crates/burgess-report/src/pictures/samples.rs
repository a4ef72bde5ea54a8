//! Bodies for the tests of the pictures.

use super::moment::{ColouredBody, Pose};
use burgess_core::math::{Mat3, Quat, Sym3, Vec3, vec3};
use burgess_physics::model::{Collider, Link, Model, Shape};

/// A base with other links on it, one link for each shape.
fn body(shapes: &[Shape<f64>]) -> Model<f64> {
    let link = Link { parent: 0, mass: 1.0, com: Vec3::zero(), inertia: Sym3::scalar(0.01) };
    let colliders = shapes.iter().enumerate().map(|(link, &shape)| Collider { link, shape });
    Model { links: vec![link; shapes.len()], colliders: colliders.collect(), ..Model::default() }
}

/// The body with each link in a colour of its own.
pub(super) fn coloured(model: &Model<f64>) -> ColouredBody<'_> {
    ColouredBody { model, kinds: &[0, 1, 2, 3, 4][..model.links.len()] }
}

/// One ball.
pub(super) fn ball(radius: f64) -> Model<f64> {
    body(&[Shape::Sphere { centre: Vec3::zero(), radius }])
}

/// A plate on four legs. It stands on the plane z = 0 with its middle above the origin.
pub(super) fn table() -> (Model<f64>, Vec<Pose>) {
    let plate = Shape::Box { centre: Vec3::zero(), axes: Mat3::identity(), half: vec3(0.3, 0.2, 0.03) };
    let leg = Shape::Capsule { from: Vec3::zero(), to: vec3(0.0, 0.0, -0.36), radius: 0.04 };
    let corners = [(0.25, 0.15), (0.25, -0.15), (-0.25, 0.15), (-0.25, -0.15)];
    let mut poses = vec![(vec3(0.0, 0.0, 0.4), Quat::identity())];
    poses.extend(corners.map(|(x, y)| (vec3(x, y, 0.4), Quat::identity())));
    (body(&[plate, leg, leg, leg, leg]), poses)
}
