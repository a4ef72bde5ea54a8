//! Colliders as solids in the world: signed distances, normals, bounding spheres.

use super::moment::Pose;
use burgess_core::math::{Mat3, Vec3, vec3};
use burgess_physics::model::Shape;

/// A vector in single precision, which is enough for pictures.
pub(crate) type V = Vec3<f32>;

/// A collider, moved into the world by the pose of its link.
#[derive(Clone, Debug)]
pub(crate) struct Solid {
    form: Form,
    /// Centre of the bounding sphere (m).
    pub centre: V,
    /// Radius of the bounding sphere (m).
    pub reach: f32,
    /// Colour in linear light.
    pub colour: [f32; 3],
}

#[derive(Clone, Debug)]
enum Form {
    Sphere {
        radius: f32,
    },
    Capsule {
        from: V,
        along: V,
        radius: f32,
    },
    /// `axes` are the directions of the box's edges in the world.
    Box {
        axes: [V; 3],
        half: V,
        round: f32,
    },
}

/// Edges of boxes are rounded, so that they catch the light. The radius is this share of the smallest half size.
pub(crate) const ROUND: f64 = 0.12;

impl Solid {
    /// A shape in link coordinates, moved into the world by the link's pose.
    pub(crate) fn new(shape: &Shape<f64>, (position, orientation): Pose, colour: [f32; 3]) -> Self {
        let place = |x: Vec3<f64>| (position + orientation.rotate(x)).map(|c| c as f32);
        let solid = |form, centre, reach: f64| Self { form, centre, reach: reach as f32, colour };
        match *shape {
            Shape::Sphere { centre, radius } => solid(Form::Sphere { radius: radius as f32 }, place(centre), radius),
            Shape::Capsule { from, to, radius } => {
                let along = place(to) - place(from);
                let reach = 0.5 * (to - from).norm_squared().sqrt() + radius;
                let form = Form::Capsule { from: place(from), along, radius: radius as f32 };
                solid(form, place((from + to) * 0.5), reach)
            }
            Shape::Box { centre, axes, half } => {
                let Mat3(columns) = axes.transposed();
                let round = ROUND * half.x.min(half.y).min(half.z);
                let form = Form::Box {
                    axes: columns.map(|axis| orientation.rotate(axis).map(|c| c as f32)),
                    half: half.map(|h| (h - round) as f32),
                    round: round as f32,
                };
                solid(form, place(centre), half.norm_squared().sqrt())
            }
        }
    }

    /// Distance from the surface (m), negative inside, and the outward unit normal.
    pub(crate) fn distance(&self, p: V) -> (f32, V) {
        let x = p - self.centre;
        match &self.form {
            Form::Sphere { radius } => ball(x, *radius),
            Form::Capsule { from, along, radius } => {
                let x = p - *from;
                let share = x.dot(*along) / along.norm_squared().max(1e-12);
                ball(x - *along * share.clamp(0.0, 1.0), *radius)
            }
            Form::Box { axes, half, round } => {
                let local = axes.map(|axis| axis.dot(x));
                let (distance, normal) = cuboid(vec3(local[0], local[1], local[2]), *half);
                let [a, b, c] = axes;
                (distance - round, *a * normal.x + *b * normal.y + *c * normal.z)
            }
        }
    }

    /// Distances (m) along a ray at which it enters and leaves the bounding sphere; `None` if it misses the sphere. The radius of the sphere grows by
    /// `margin` for each unit of length along the ray.
    pub(crate) fn bounds(&self, origin: V, direction: V, margin: f32) -> Option<(f32, f32)> {
        sphere_bounds(self.centre - origin, self.reach, direction, margin)
    }
}

/// The same as [`Solid::bounds`] for a sphere of radius `reach` whose centre is at `to_centre` from the ray's origin.
pub(crate) fn sphere_bounds(to_centre: V, reach: f32, direction: V, margin: f32) -> Option<(f32, f32)> {
    let nearest = to_centre.dot(direction);
    let reach = reach + margin * nearest.max(0.0);
    let half2 = reach * reach - (to_centre.norm_squared() - nearest * nearest);
    if half2 <= 0.0 {
        return None;
    }
    let half = half2.sqrt();
    (nearest + half > 0.0).then(|| ((nearest - half).max(0.0), nearest + half))
}

fn ball(x: V, radius: f32) -> (f32, V) {
    let length = x.norm_squared().sqrt();
    (length - radius, x * length.max(1e-9).recip())
}

/// Distance (m) from a box with sharp edges, and its gradient.
fn cuboid(x: V, half: V) -> (f32, V) {
    let sign = x.map(|c| if c < 0.0 { -1.0 } else { 1.0 });
    let q = x.map(f32::abs) - half;
    let outside = q.map(|c| c.max(0.0));
    let length = outside.norm_squared().sqrt();
    let normal = if length > 1e-7 {
        outside * length.recip()
    } else if q.x > q.y && q.x > q.z {
        vec3(1.0, 0.0, 0.0)
    } else if q.y > q.z {
        vec3(0.0, 1.0, 0.0)
    } else {
        vec3(0.0, 0.0, 1.0)
    };
    let inside = q.x.max(q.y).max(q.z).min(0.0);
    (length + inside, vec3(normal.x * sign.x, normal.y * sign.y, normal.z * sign.z))
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::math::Quat;

    fn pose() -> Pose {
        (vec3(0.3, -0.2, 0.7), Quat::exp(vec3(0.4, -0.9, 0.3)))
    }

    fn shapes() -> [Shape<f64>; 3] {
        [
            Shape::Sphere { centre: vec3(0.1, 0.0, 0.0), radius: 0.2 },
            Shape::Capsule { from: vec3(0.0, 0.0, 0.0), to: vec3(0.3, 0.1, 0.0), radius: 0.05 },
            Shape::Box {
                centre: vec3(0.1, 0.0, 0.05),
                axes: Quat::exp(vec3(0.0, 0.5, 0.2)).to_matrix(),
                half: vec3(0.2, 0.1, 0.05),
            },
        ]
    }

    #[test]
    fn the_normal_is_the_gradient_and_the_bounding_sphere_holds_the_surface() {
        let mut stream = burgess_core::rng::Stream::new(2, 0, 0, burgess_core::rng::Purpose::Test);
        for shape in shapes() {
            let solid = Solid::new(&shape, pose(), [1.0; 3]);
            for _ in 0..300 {
                let mut x = || stream.range(-0.6, 0.6) as f32;
                let p = solid.centre + vec3(x(), x(), x());
                let (d, n) = solid.distance(p);
                assert!((n.norm_squared() - 1.0).abs() < 1e-4);
                // Away from the medial axis, a step along the normal changes the distance by its length.
                if d > 0.01 {
                    let (ahead, _) = solid.distance(p + n * 0.01);
                    assert!((ahead - d - 0.01).abs() < 1e-4, "{shape:?}: {d} to {ahead}");
                    let surface = p - n * d;
                    assert!((surface - solid.centre).norm_squared().sqrt() <= solid.reach + 1e-4);
                }
            }
        }
    }

    #[test]
    fn boxes_follow_the_link_and_their_own_axes() {
        let (position, orientation) = pose();
        let Shape::Box { centre, axes, half } = shapes()[2] else { unreachable!() };
        let solid = Solid::new(&shapes()[2], pose(), [1.0; 3]);
        // 3 cm above the middle of the +x face, whose direction is the first column of `axes`.
        let column = axes.transposed().0[0];
        let p = position + orientation.rotate(centre + column * (half.x + 0.03));
        let (d, n) = solid.distance(p.map(|c| c as f32));
        let expected = orientation.rotate(column).map(|c| c as f32);
        assert!((d - 0.03).abs() < 1e-6 && (n - expected).norm_squared() < 1e-9, "{d}, {n:?}");
    }
}
