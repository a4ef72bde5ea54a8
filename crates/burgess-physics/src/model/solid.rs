//! Shapes on axes of their own: where a direction leaves them, what they weigh, and the spheres that touch the ground for them.

use super::Shape;
use crate::laws::inertia::{MassProperties, capsule, cuboid, sphere};
use burgess_core::autodiff::{Real, real};
use burgess_core::math::{Mat3, Vec3, vec3};

/// Rounding radius of a box's corners as a share of its smallest half size.
const CORNER_ROUNDING: f64 = 0.1;

/// A shape with its sizes in m, on axes of its own: a capsule lies along x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Solid<T> {
    /// A ball of this radius.
    Sphere(T),
    /// Radius and distance between the end centres.
    Capsule(T, T),
    /// Half sizes.
    Box(Vec3<T>),
}

impl<T: Real> Solid<T> {
    /// The same shape with all lengths times `scale`.
    pub fn scaled(self, scale: T) -> Self {
        match self {
            Solid::Sphere(radius) => Solid::Sphere(radius * scale),
            Solid::Capsule(radius, length) => Solid::Capsule(radius * scale, length * scale),
            Solid::Box(half) => Solid::Box(half * scale),
        }
    }

    /// Distance along x from the hinge to the centre of a shape that starts at the hinge (m).
    pub fn hinge_to_centre(&self) -> T {
        match *self {
            Solid::Sphere(radius) => radius,
            Solid::Capsule(_, length) => length * real(0.5),
            Solid::Box(half) => half.x,
        }
    }

    /// Mass and principal moments at `density` (kg/m3).
    pub fn mass_properties(&self, density: T) -> MassProperties<T> {
        match *self {
            Solid::Sphere(radius) => sphere(radius, density),
            Solid::Capsule(radius, length) => capsule(radius, length, density),
            Solid::Box(half) => cuboid(half, density),
        }
    }

    /// Radius of the smallest ball around its centre that holds it (m).
    pub fn reach(&self) -> T {
        match *self {
            Solid::Sphere(radius) => radius,
            Solid::Capsule(radius, length) => length * real(0.5) + radius,
            Solid::Box(half) => half.norm_squared().sqrt(),
        }
    }

    /// The shape with its centre at a place (m) and its axes along the columns of a proper rotation.
    pub fn placed(&self, centre: Vec3<T>, axes: Mat3<T>) -> Shape<T> {
        match *self {
            Solid::Sphere(radius) => Shape::Sphere { centre, radius },
            Solid::Capsule(radius, length) => {
                let half = axes * vec3(length * real(0.5), T::zero(), T::zero());
                Shape::Capsule { from: centre - half, to: centre + half, radius }
            }
            Solid::Box(half) => Shape::Box { centre, axes, half },
        }
    }

    /// The point of the surface in a direction from the centre (m, relative to the centre). The direction need not be
    /// normalised; without one the point is the centre itself.
    pub fn surface_point(&self, direction: Vec3<T>) -> Vec3<T> {
        let d = direction.normalised();
        let distance = match *self {
            Solid::Sphere(radius) => radius,
            Solid::Capsule(radius, length) => capsule_exit(d, radius, length * real(0.5)),
            Solid::Box(half) => {
                let share = (d.x.abs() / half.x).max(d.y.abs() / half.y).max(d.z.abs() / half.z);
                // Zero only without a direction; any positive number then does.
                share.max(real(1e-12)).recip()
            }
        };
        d * distance
    }

    /// Number of spheres that touch the ground.
    pub fn contact_count(&self) -> usize {
        match self {
            Solid::Sphere(_) => 1,
            Solid::Capsule(..) => 2,
            Solid::Box(_) => 8,
        }
    }

    /// Centres, relative to the shape's centre, and common radius of the spheres that touch the ground (m).
    pub fn contact_spheres(&self) -> (impl ExactSizeIterator<Item = Vec3<T>> + use<T>, T) {
        let zero = T::zero();
        // The centres are the corners of a box, which for a ball is a point and for a capsule a line.
        let (inner, radius) = match *self {
            Solid::Sphere(radius) => (Vec3::zero(), radius),
            Solid::Capsule(radius, length) => (vec3(length * real(0.5), zero, zero), radius),
            Solid::Box(half) => {
                let radius = half.x.min(half.y).min(half.z) * real(CORNER_ROUNDING);
                (half - vec3(radius, radius, radius), radius)
            }
        };
        let axes = self.contact_count().ilog2();
        let side = move |corner: usize, axis: u32, size: T| match axis {
            _ if axis >= axes => zero,
            _ if corner >> axis & 1 == 0 => -size,
            _ => size,
        };
        let corner = move |i| vec3(side(i, 0, inner.x), side(i, 1, inner.y), side(i, 2, inner.z));
        ((0..self.contact_count()).map(corner), radius)
    }
}

/// Distance from the centre of a capsule along x to its surface in the unit direction `d`, with `half` its half length.
///
/// The way out is through the cylinder at radius / rho, rho being the distance of `d` from the axis, unless that lies
/// beyond the ends; then through a half ball, the larger root of |t d - end|^2 = radius^2.
fn capsule_exit<T: Real>(d: Vec3<T>, radius: T, half: T) -> T {
    let rho2 = d.y.squared() + d.z.squared();
    let rho = rho2.max(real(1e-24)).sqrt();
    let along = d.x.abs();
    // Where the half ball is the way out, the root's argument exceeds (radius rho)^2; elsewhere the floor keeps it positive.
    let root = (radius.squared() - half.squared() * rho2).max(radius.squared() * real(1e-12)).sqrt();
    (radius * along).select_gt(half * rho, half * along + root, radius / rho)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_leave_shapes_on_their_surfaces() {
        let (r, l): (f64, f64) = (0.05, 0.3);
        let directions = [
            vec3(1.0, 0.0, 0.0),
            vec3(-2.0, 0.0, 0.0),
            vec3(0.0, 3.0, 0.0),
            vec3(0.3, -0.1, 0.7),
            vec3(5.0, 1.0, -0.5),
        ];
        for d in directions {
            let ball = Solid::Sphere(r).surface_point(d);
            assert!((ball.norm_squared().sqrt() - r).abs() < 1e-15);
            let rod = Solid::Capsule(r, l).surface_point(d);
            let beyond = rod.x - rod.x.clamp(-0.5 * l, 0.5 * l);
            let distance = vec3(beyond, rod.y, rod.z).norm_squared().sqrt();
            assert!((distance - r).abs() < 1e-14, "{d:?}: {distance}");
            let half = vec3(0.1, 0.2, 0.05);
            let brick = Solid::Box(half).surface_point(d);
            let share = (brick.x / half.x).abs().max((brick.y / half.y).abs()).max((brick.z / half.z).abs());
            assert!((share - 1.0).abs() < 1e-14, "{d:?}: {share}");
            for p in [ball, rod, brick] {
                assert!(p.cross(d).norm_squared() < 1e-20 && p.dot(d) > 0.0);
            }
        }
    }

    #[test]
    fn no_direction_means_the_centre() {
        for solid in [Solid::Sphere(0.1), Solid::Capsule(0.1, 0.2), Solid::Box(vec3(0.1, 0.1, 0.2))] {
            assert_eq!(solid.surface_point(Vec3::zero()), Vec3::<f64>::zero());
        }
    }

    #[test]
    fn box_corners_touch_the_faces_of_the_box() {
        let half = vec3(0.1, 0.2, 0.05);
        let (centres, radius) = Solid::Box(half).contact_spheres();
        let centres: Vec<_> = centres.collect();
        assert_eq!(centres.len(), 8);
        assert!((radius - 0.005).abs() < 1e-15);
        assert!(centres.iter().all(|c| (c.x.abs() + radius - half.x).abs() < 1e-15));
        assert!(centres.iter().all(|c| (c.z.abs() + radius - half.z).abs() < 1e-15));
    }
}
