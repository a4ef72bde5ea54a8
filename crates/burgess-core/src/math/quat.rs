//! Unit quaternions, order (w, x, y, z) as in MuJoCo.

use super::{Mat3, Vec3, vec3};
use crate::autodiff::{Choose, Compare, Real, real};
use std::ops::Mul;

/// A quaternion; rotations are unit quaternions that take body coordinates to world coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quat<T> {
    /// Scalar part.
    pub w: T,
    /// Vector part.
    pub v: Vec3<T>,
}

impl<T: Real> Quat<T> {
    /// No rotation.
    #[inline(always)]
    pub fn identity() -> Self {
        Self { w: T::one(), v: Vec3::zero() }
    }
    /// From components (w, x, y, z).
    #[inline(always)]
    pub fn new(w: T, x: T, y: T, z: T) -> Self {
        Self { w, v: vec3(x, y, z) }
    }
    /// Rotation by `angle` (rad) about the unit vector `axis`.
    #[inline(always)]
    pub fn about_axis(axis: Vec3<T>, angle: T) -> Self {
        let half = angle * real(0.5);
        Self { w: half.cos(), v: axis * half.sin() }
    }
    /// Exponential map of a rotation vector (rad): exact, and smooth at zero through its series.
    #[inline(always)]
    pub fn exp(rotation: Vec3<T>) -> Self {
        let t2 = rotation.norm_squared();
        let threshold = real(1e-6);
        // The root's argument is kept away from zero in the branch that is not taken.
        let t = t2.select_gt(threshold, t2, T::one()).sqrt();
        let half = t * real(0.5);
        let series = real::<T>(0.5) - t2 * real(1.0 / 48.0);
        let sinc = t2.select_gt(threshold, half.sin() / t, series);
        let w = t2.select_gt(threshold, half.cos(), T::one() - t2 * real(0.125) + t2 * t2 * real(1.0 / 384.0));
        Self { w, v: rotation * sinc }
    }
    /// Inverse of a unit quaternion.
    #[inline(always)]
    pub fn conjugate(self) -> Self {
        Self { w: self.w, v: -self.v }
    }
    /// Scaled to unit length.
    #[inline(always)]
    pub fn normalised(self) -> Self {
        let k = (self.w * self.w + self.v.norm_squared()).max(real(1e-30)).sqrt().recip();
        Self { w: self.w * k, v: self.v * k }
    }
    /// Rotates a vector from body to world coordinates.
    #[inline(always)]
    pub fn rotate(self, x: Vec3<T>) -> Vec3<T> {
        let t = self.v.cross(x) * real(2.0);
        x + t * self.w + self.v.cross(t)
    }
    /// The rotation matrix.
    #[inline(always)]
    pub fn to_matrix(self) -> Mat3<T> {
        let Vec3 { x, y, z } = self.v;
        let (x2, y2, z2) = (x + x, y + y, z + z);
        let (xx, yy, zz) = (x * x2, y * y2, z * z2);
        let (xy, xz, yz) = (x * y2, x * z2, y * z2);
        let (wx, wy, wz) = (self.w * x2, self.w * y2, self.w * z2);
        let one = T::one();
        Mat3([
            vec3(one - (yy + zz), xy - wz, xz + wy),
            vec3(xy + wz, one - (xx + zz), yz - wx),
            vec3(xz - wy, yz + wx, one - (xx + yy)),
        ])
    }
    /// Component by component.
    #[inline(always)]
    pub fn map<U: Real>(self, mut f: impl FnMut(T) -> U) -> Quat<U> {
        Quat { w: f(self.w), v: self.v.map(f) }
    }
}

impl<T: Compare> Quat<T> {
    /// All components finite.
    #[inline(always)]
    pub fn is_finite(self) -> T::Truth {
        self.w.is_finite() & self.v.is_finite()
    }
}

impl<T: Compare> Choose<T::Truth> for Quat<T> {
    #[inline(always)]
    fn choose(answer: T::Truth, if_true: Self, if_false: Self) -> Self {
        Self { w: T::choose(answer, if_true.w, if_false.w), v: Vec3::choose(answer, if_true.v, if_false.v) }
    }
}

/// Hamilton product: `a * b` rotates by `b` first, then by `a`.
impl<T: Real> Mul for Quat<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, o: Self) -> Self {
        Self { w: self.w * o.w - self.v.dot(o.v), v: o.v * self.w + self.v * o.w + self.v.cross(o.v) }
    }
}
