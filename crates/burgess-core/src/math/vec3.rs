//! Three-component vectors.

use crate::autodiff::{Choose, Compare, Real, Value, real};
use serde::{Deserialize, Serialize};
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

/// A vector of three scalars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Vec3<T> {
    /// First component.
    pub x: T,
    /// Second component.
    pub y: T,
    /// Third component.
    pub z: T,
}

/// Shorthand for a vector from its components.
#[inline(always)]
pub const fn vec3<T>(x: T, y: T, z: T) -> Vec3<T> {
    Vec3 { x, y, z }
}

impl<T: Real> Vec3<T> {
    /// The zero vector.
    #[inline(always)]
    pub fn zero() -> Self {
        vec3(T::zero(), T::zero(), T::zero())
    }
    /// Constant vector.
    pub fn from_f64(a: [f64; 3]) -> Self {
        vec3(real(a[0]), real(a[1]), real(a[2]))
    }
    /// Inner product.
    #[inline(always)]
    pub fn dot(self, o: Self) -> T {
        self.x * o.x + self.y * o.y + self.z * o.z
    }
    /// Vector product.
    #[inline(always)]
    pub fn cross(self, o: Self) -> Self {
        vec3(self.y * o.z - self.z * o.y, self.z * o.x - self.x * o.z, self.x * o.y - self.y * o.x)
    }
    /// Squared length.
    #[inline(always)]
    pub fn norm_squared(self) -> T {
        self.dot(self)
    }
    /// The vector over its length, with the squared length kept above `1e-30` so that zero stays zero.
    #[inline(always)]
    pub fn normalised(self) -> Self {
        self * self.norm_squared().max(real(1e-30)).sqrt().recip()
    }
    /// Component by component.
    #[inline(always)]
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Vec3<U> {
        vec3(f(self.x), f(self.y), f(self.z))
    }
    /// Components in order.
    #[inline(always)]
    pub fn to_array(self) -> [T; 3] {
        [self.x, self.y, self.z]
    }
}

impl<T: Value> Vec3<T> {
    /// The values as `f64`.
    pub fn to_f64(self) -> Vec3<f64> {
        self.map(Value::to_f64)
    }
}

impl<T: Compare> Vec3<T> {
    /// All components finite.
    #[inline(always)]
    pub fn is_finite(self) -> T::Truth {
        self.x.is_finite() & self.y.is_finite() & self.z.is_finite()
    }
}

impl<T: Compare> Choose<T::Truth> for Vec3<T> {
    #[inline(always)]
    fn choose(answer: T::Truth, if_true: Self, if_false: Self) -> Self {
        let choose = |a, b| T::choose(answer, a, b);
        vec3(choose(if_true.x, if_false.x), choose(if_true.y, if_false.y), choose(if_true.z, if_false.z))
    }
}

impl<T: Real> Add for Vec3<T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        vec3(self.x + o.x, self.y + o.y, self.z + o.z)
    }
}
impl<T: Real> Sub for Vec3<T> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        vec3(self.x - o.x, self.y - o.y, self.z - o.z)
    }
}
impl<T: Real> Neg for Vec3<T> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        vec3(-self.x, -self.y, -self.z)
    }
}
impl<T: Real> Mul<T> for Vec3<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, k: T) -> Self {
        vec3(self.x * k, self.y * k, self.z * k)
    }
}
impl<T: Real> AddAssign for Vec3<T> {
    #[inline(always)]
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}
impl<T: Real> SubAssign for Vec3<T> {
    #[inline(always)]
    fn sub_assign(&mut self, o: Self) {
        *self = *self - o;
    }
}
