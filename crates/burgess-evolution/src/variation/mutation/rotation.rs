//! Rotation vectors, for what mutations do to orientations.

use burgess_core::math::{Quat, Vec3, vec3};
use std::f64::consts::PI;

/// The rotation vector (rad) of a unit quaternion, at most half a turn long.
pub(super) fn rotation_vector(q: Quat<f64>) -> Vec3<f64> {
    let q = if q.w < 0.0 { Quat { w: -q.w, v: -q.v } } else { q };
    let sine = q.v.norm_squared().sqrt();
    if sine < 1e-12 { q.v * 2.0 } else { q.v * (2.0 * libm::atan2(sine, q.w) / sine) }
}

/// The rotation vector (rad) of the shortest rotation that takes the x axis to the unit vector `to`.
pub(super) fn from_x_to(to: Vec3<f64>) -> Vec3<f64> {
    let axis = vec3(0.0, -to.z, to.y);
    let sine = axis.norm_squared().sqrt();
    if sine > 1e-9 {
        return axis * (libm::atan2(sine, to.x) / sine);
    }
    if to.x > 0.0 { Vec3::zero() } else { vec3(0.0, 0.0, PI) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotation_vectors_survive_the_way_through_quaternions() {
        for v in [vec3(0.3, -1.0, 0.5), vec3(0.0, 0.0, 3.1), vec3(1e-14, 0.0, 0.0), Vec3::zero()] {
            let back = rotation_vector(Quat::exp(v));
            assert!((back - v).norm_squared() < 1e-24, "{v:?} came back as {back:?}");
        }
    }

    #[test]
    fn the_x_axis_is_taken_to_the_direction() {
        let s = 0.5f64.sqrt();
        for to in [vec3(1.0, 0.0, 0.0), vec3(-1.0, 0.0, 0.0), vec3(0.0, 0.6, 0.8), vec3(-s, 0.0, -s)] {
            let got = Quat::exp(from_x_to(to)).rotate(vec3(1.0, 0.0, 0.0));
            assert!((got - to).norm_squared() < 1e-24, "{to:?}: {got:?}");
        }
    }
}
