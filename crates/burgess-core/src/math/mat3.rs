//! 3x3 matrices: general (by rows) and symmetric (six numbers).

use super::{Vec3, vec3};
use crate::autodiff::{Choose, Compare, Real};
use std::ops::{Add, AddAssign, Mul, Sub};

/// A 3x3 matrix as three rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mat3<T>(pub [Vec3<T>; 3]);

/// A symmetric 3x3 matrix.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(missing_docs)] // the six names say it
pub struct Sym3<T> {
    pub xx: T,
    pub yy: T,
    pub zz: T,
    pub xy: T,
    pub xz: T,
    pub yz: T,
}

impl<T: Real> Mat3<T> {
    /// Zero matrix.
    #[inline(always)]
    pub fn zero() -> Self {
        Self([Vec3::zero(); 3])
    }
    /// Unit matrix.
    #[inline(always)]
    pub fn identity() -> Self {
        let (o, z) = (T::one(), T::zero());
        Self([vec3(o, z, z), vec3(z, o, z), vec3(z, z, o)])
    }
    /// The matrix of `x -> a cross x`.
    #[inline(always)]
    pub fn skew(a: Vec3<T>) -> Self {
        let z = T::zero();
        Self([vec3(z, -a.z, a.y), vec3(a.z, z, -a.x), vec3(-a.y, a.x, z)])
    }
    /// The matrix `a b^T`.
    #[inline(always)]
    pub fn outer(a: Vec3<T>, b: Vec3<T>) -> Self {
        Self([b * a.x, b * a.y, b * a.z])
    }
    /// Transposed.
    #[inline(always)]
    pub fn transposed(self) -> Self {
        let [a, b, c] = self.0;
        Self([vec3(a.x, b.x, c.x), vec3(a.y, b.y, c.y), vec3(a.z, b.z, c.z)])
    }
    /// `M^T x` without forming the transpose.
    #[inline(always)]
    pub fn transposed_mul(self, x: Vec3<T>) -> Vec3<T> {
        self.0[0] * x.x + self.0[1] * x.y + self.0[2] * x.z
    }
    /// Solves `M y = b` by Cramer's rule (M regular).
    #[inline(always)]
    pub fn solve(self, b: Vec3<T>) -> Vec3<T> {
        let [c0, c1, c2] = self.transposed().0;
        let c12 = c1.cross(c2);
        let inverse_determinant = c0.dot(c12).recip();
        vec3(c12.dot(b), c2.cross(c0).dot(b), c0.cross(c1).dot(b)) * inverse_determinant
    }
    /// Component by component.
    #[inline(always)]
    pub fn map<U: Real>(self, mut f: impl FnMut(T) -> U) -> Mat3<U> {
        let [a, b, c] = self.0;
        Mat3([a.map(&mut f), b.map(&mut f), c.map(&mut f)])
    }
}

impl<T: Real> Sym3<T> {
    /// Zero matrix.
    #[inline(always)]
    pub fn zero() -> Self {
        Self::diagonal(Vec3::zero())
    }
    /// Diagonal matrix.
    #[inline(always)]
    pub fn diagonal(d: Vec3<T>) -> Self {
        let z = T::zero();
        Self { xx: d.x, yy: d.y, zz: d.z, xy: z, xz: z, yz: z }
    }
    /// `k` times the unit matrix.
    #[inline(always)]
    pub fn scalar(k: T) -> Self {
        Self::diagonal(vec3(k, k, k))
    }
    /// The matrix `a a^T`.
    #[inline(always)]
    pub fn outer(a: Vec3<T>) -> Self {
        Self { xx: a.x * a.x, yy: a.y * a.y, zz: a.z * a.z, xy: a.x * a.y, xz: a.x * a.z, yz: a.y * a.z }
    }
    /// `a b^T` where that is symmetric, `a` and `b` being parallel; only the upper triangle is computed.
    #[inline(always)]
    pub fn outer_symmetric(a: Vec3<T>, b: Vec3<T>) -> Self {
        Self { xx: a.x * b.x, yy: a.y * b.y, zz: a.z * b.z, xy: a.x * b.y, xz: a.x * b.z, yz: a.y * b.z }
    }
    /// The upper triangle of a matrix that is symmetric.
    #[inline(always)]
    pub fn from_upper(m: Mat3<T>) -> Self {
        let [a, b, c] = m.0;
        Self { xx: a.x, yy: b.y, zz: c.z, xy: a.y, xz: a.z, yz: b.z }
    }
    /// The inverse, by cofactors.
    #[inline(always)]
    pub fn inverse(self) -> Self {
        let Self { xx, yy, zz, xy, xz, yz } = self;
        let (a, b, c) = (yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy);
        let inverse_determinant = (xx * a + xy * b + xz * c).recip();
        let cofactors =
            Self { xx: a, yy: xx * zz - xz * xz, zz: xx * yy - xy * xy, xy: b, xz: c, yz: xy * xz - xx * yz };
        cofactors * inverse_determinant
    }
    /// As a general matrix.
    #[inline(always)]
    pub fn to_matrix(self) -> Mat3<T> {
        Mat3([vec3(self.xx, self.xy, self.xz), vec3(self.xy, self.yy, self.yz), vec3(self.xz, self.yz, self.zz)])
    }
    /// `R S R^T`: the tensor in world axes when `R` takes body to world.
    #[inline(always)]
    pub fn rotated(self, r: Mat3<T>) -> Self {
        let [a, b, c] = r.0;
        let t = [self * a, self * b, self * c];
        Self {
            xx: t[0].dot(r.0[0]),
            yy: t[1].dot(r.0[1]),
            zz: t[2].dot(r.0[2]),
            xy: t[0].dot(r.0[1]),
            xz: t[0].dot(r.0[2]),
            yz: t[1].dot(r.0[2]),
        }
    }
    /// Inertia tensor of a point mass `m` (kg) at `c` (m) about the origin: `m (c.c I - c c^T)`.
    #[inline(always)]
    pub fn point_mass(m: T, c: Vec3<T>) -> Self {
        let cc = c.norm_squared();
        (Self::scalar(cc) - Self::outer(c)) * m
    }
    /// Component by component.
    #[inline(always)]
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Sym3<U> {
        Sym3 { xx: f(self.xx), yy: f(self.yy), zz: f(self.zz), xy: f(self.xy), xz: f(self.xz), yz: f(self.yz) }
    }
}

impl<T: Compare> Choose<T::Truth> for Mat3<T> {
    #[inline(always)]
    fn choose(answer: T::Truth, if_true: Self, if_false: Self) -> Self {
        let ([a, b, c], [d, e, f]) = (if_true.0, if_false.0);
        Self([Vec3::choose(answer, a, d), Vec3::choose(answer, b, e), Vec3::choose(answer, c, f)])
    }
}

impl<T: Compare> Choose<T::Truth> for Sym3<T> {
    #[inline(always)]
    fn choose(answer: T::Truth, if_true: Self, if_false: Self) -> Self {
        let choose = |a, b| T::choose(answer, a, b);
        Self {
            xx: choose(if_true.xx, if_false.xx),
            yy: choose(if_true.yy, if_false.yy),
            zz: choose(if_true.zz, if_false.zz),
            xy: choose(if_true.xy, if_false.xy),
            xz: choose(if_true.xz, if_false.xz),
            yz: choose(if_true.yz, if_false.yz),
        }
    }
}

impl<T: Real> Mul<Vec3<T>> for Mat3<T> {
    type Output = Vec3<T>;
    #[inline(always)]
    fn mul(self, x: Vec3<T>) -> Vec3<T> {
        vec3(self.0[0].dot(x), self.0[1].dot(x), self.0[2].dot(x))
    }
}
impl<T: Real> Mul for Mat3<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, o: Self) -> Self {
        let t = o.transposed();
        let [a, b, c] = self.0;
        Self([t * a, t * b, t * c])
    }
}
impl<T: Real> Mul<T> for Mat3<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, k: T) -> Self {
        let [a, b, c] = self.0;
        Self([a * k, b * k, c * k])
    }
}
impl<T: Real> Add for Mat3<T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        Self([self.0[0] + o.0[0], self.0[1] + o.0[1], self.0[2] + o.0[2]])
    }
}
impl<T: Real> Sub for Mat3<T> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        Self([self.0[0] - o.0[0], self.0[1] - o.0[1], self.0[2] - o.0[2]])
    }
}
impl<T: Real> AddAssign for Mat3<T> {
    #[inline(always)]
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}
impl<T: Real> Mul<Vec3<T>> for Sym3<T> {
    type Output = Vec3<T>;
    #[inline(always)]
    fn mul(self, x: Vec3<T>) -> Vec3<T> {
        vec3(
            self.xx * x.x + self.xy * x.y + self.xz * x.z,
            self.xy * x.x + self.yy * x.y + self.yz * x.z,
            self.xz * x.x + self.yz * x.y + self.zz * x.z,
        )
    }
}
impl<T: Real> Mul<T> for Sym3<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, k: T) -> Self {
        self.map(|a| a * k)
    }
}
impl<T: Real> Add for Sym3<T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        Self {
            xx: self.xx + o.xx,
            yy: self.yy + o.yy,
            zz: self.zz + o.zz,
            xy: self.xy + o.xy,
            xz: self.xz + o.xz,
            yz: self.yz + o.yz,
        }
    }
}
impl<T: Real> Sub for Sym3<T> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        Self {
            xx: self.xx - o.xx,
            yy: self.yy - o.yy,
            zz: self.zz - o.zz,
            xy: self.xy - o.xy,
            xz: self.xz - o.xz,
            yz: self.yz - o.yz,
        }
    }
}
impl<T: Real> AddAssign for Sym3<T> {
    #[inline(always)]
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}
