//! Spatial (six-dimensional) vectors and inertias about the base origin, in world axes (Featherstone 2008, "Rigid Body Dynamics
//! Algorithms", with the point of reference common to all links).

use burgess_core::autodiff::{Choose, Compare, Real, Truth, real};
use burgess_core::math::{Mat3, Sym3, Vec3};
use std::ops::Add;

/// Angular velocity and velocity of the body's point at the base origin.
#[derive(Clone, Copy, Debug)]
pub struct Twist<T> {
    /// Angular velocity (rad/s).
    pub angular: Vec3<T>,
    /// Velocity at the base origin (m/s).
    pub linear: Vec3<T>,
}

/// Torque about the base origin and force (or their impulses).
#[derive(Clone, Copy, Debug)]
pub struct Wrench<T> {
    /// Torque about the base origin (N m).
    pub torque: Vec3<T>,
    /// Force (N).
    pub force: Vec3<T>,
}

/// A symmetric 6x6 matrix that takes twists to wrenches: `[J H; H^T M]`.
#[derive(Clone, Copy, Debug)]
pub struct Spatial<T> {
    /// Angular to torque.
    pub j: Sym3<T>,
    /// Linear to torque.
    pub h: Mat3<T>,
    /// Linear to force.
    pub m: Sym3<T>,
}

/// What a symmetric 6x6 matrix is for a point and a direction: see [`Spatial::at_point`].
#[derive(Clone, Copy, Debug, Default)]
pub struct AtPoint<T> {
    /// In all three directions together.
    pub all: T,
    /// In the one direction.
    pub one: T,
}

/// The sum of a matrix's diagonal.
#[inline(always)]
pub fn trace<T: Real>(m: Sym3<T>) -> T {
    m.xx + m.yy + m.zz
}

/// The vector whose product with `p` is the sum over all products of a matrix and that of `x -> p cross x`.
#[inline(always)]
pub fn axial<T: Real>(m: &Mat3<T>) -> Vec3<T> {
    let [a, b, c] = m.0;
    Vec3 { x: c.y - b.z, y: a.z - c.x, z: b.x - a.y }
}

impl<T: Real> Twist<T> {
    /// No motion.
    #[inline(always)]
    pub fn zero() -> Self {
        Self { angular: Vec3::zero(), linear: Vec3::zero() }
    }
    /// Velocity of the body's point at `x` relative to the base origin.
    #[inline(always)]
    pub fn at(&self, x: Vec3<T>) -> Vec3<T> {
        self.linear + self.angular.cross(x)
    }
    /// The twist times a rate.
    #[inline(always)]
    pub fn scaled(&self, rate: T) -> Self {
        Self { angular: self.angular * rate, linear: self.linear * rate }
    }
}

impl<T: Real> Add for Twist<T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        Self { angular: self.angular + o.angular, linear: self.linear + o.linear }
    }
}

impl<T: Real> Wrench<T> {
    /// No force.
    #[inline(always)]
    pub fn zero() -> Self {
        Self { torque: Vec3::zero(), force: Vec3::zero() }
    }
    /// A force at a point relative to the base origin.
    #[inline(always)]
    pub fn force_at(x: Vec3<T>, force: Vec3<T>) -> Self {
        Self { torque: x.cross(force), force }
    }
    /// Power on a twist.
    #[inline(always)]
    pub fn dot(&self, twist: &Twist<T>) -> T {
        self.torque.dot(twist.angular) + self.force.dot(twist.linear)
    }
    /// The wrench times a factor.
    #[inline(always)]
    pub fn scaled(&self, k: T) -> Self {
        Self { torque: self.torque * k, force: self.force * k }
    }
    /// The same six numbers as a twist: what is symmetric and takes one to the other has one formula for both ways.
    #[inline(always)]
    pub fn as_twist(&self) -> Twist<T> {
        Twist { angular: self.torque, linear: self.force }
    }
    /// Adds another wrench.
    #[inline(always)]
    pub fn accumulate(&mut self, o: &Self) {
        self.torque += o.torque;
        self.force += o.force;
    }
}

impl<T: Compare> Choose<T::Truth> for Twist<T> {
    #[inline(always)]
    fn choose(answer: T::Truth, if_true: Self, if_false: Self) -> Self {
        Self {
            angular: Vec3::choose(answer, if_true.angular, if_false.angular),
            linear: Vec3::choose(answer, if_true.linear, if_false.linear),
        }
    }
}

impl<T: Compare> Choose<T::Truth> for Wrench<T> {
    #[inline(always)]
    fn choose(answer: T::Truth, if_true: Self, if_false: Self) -> Self {
        Self {
            torque: Vec3::choose(answer, if_true.torque, if_false.torque),
            force: Vec3::choose(answer, if_true.force, if_false.force),
        }
    }
}

impl<T: Compare> Wrench<T> {
    /// Adds another wrench where an answer is true.
    #[inline(always)]
    pub fn accumulate_where(&mut self, answer: T::Truth, o: &Self) {
        let before = *self;
        self.accumulate(o);
        if !answer.all() {
            *self = Self::choose(answer, *self, before);
        }
    }
}

impl<T: Compare> Spatial<T> {
    /// Adds another inertia where an answer is true.
    #[inline(always)]
    pub fn accumulate_where(&mut self, answer: T::Truth, o: &Self) {
        let before = *self;
        self.accumulate(o);
        if !answer.all() {
            *self = Self::choose(answer, *self, before);
        }
    }
}

impl<T: Compare> Choose<T::Truth> for Spatial<T> {
    #[inline(always)]
    fn choose(answer: T::Truth, if_true: Self, if_false: Self) -> Self {
        Self {
            j: Sym3::choose(answer, if_true.j, if_false.j),
            h: Mat3::choose(answer, if_true.h, if_false.h),
            m: Sym3::choose(answer, if_true.m, if_false.m),
        }
    }
}

impl<T: Real> Spatial<T> {
    /// No inertia.
    #[inline(always)]
    pub fn zero() -> Self {
        Self { j: Sym3::zero(), h: Mat3::zero(), m: Sym3::zero() }
    }
    /// A rigid body of mass `m` (kg) with its centre at `c` (m) and inertia `about_com` (kg m2) about it.
    #[inline(always)]
    pub fn rigid_body(m: T, c: Vec3<T>, about_com: Sym3<T>) -> Self {
        Self { j: about_com + Sym3::point_mass(m, c), h: Mat3::skew(c * m), m: Sym3::scalar(m) }
    }
    /// Adds a drag on the velocity of the point `x`: `across` in every direction and `along` more along the unit vector `n`.
    #[inline(always)]
    pub fn add_point_drag(&mut self, x: Vec3<T>, n: Vec3<T>, across: T, along: T) {
        let arm = x.cross(n);
        self.j += Sym3::point_mass(across, x) + Sym3::outer(arm) * along;
        self.h += Mat3::skew(x * across) + Mat3::outer(arm * along, n);
        self.m += Sym3::scalar(across) + Sym3::outer(n) * along;
    }
    /// The wrench of a twist.
    #[inline(always)]
    pub fn apply(&self, twist: &Twist<T>) -> Wrench<T> {
        Wrench {
            torque: self.j * twist.angular + self.h * twist.linear,
            force: self.h.transposed_mul(twist.angular) + self.m * twist.linear,
        }
    }
    /// Takes out the direction of a hinge: subtracts `u u^T / d`, given `u` and `gain = u / d`.
    #[inline(always)]
    pub fn reduced(&self, u: &Wrench<T>, gain: &Wrench<T>) -> Self {
        Self {
            j: self.j - Sym3::outer_symmetric(u.torque, gain.torque),
            h: self.h - Mat3::outer(gain.torque, u.force),
            m: self.m - Sym3::outer_symmetric(u.force, gain.force),
        }
    }
    /// The inverse, by blocks.
    pub fn inverse(&self) -> Self {
        // The linear block, and what it leaves of the angular one.
        let m = self.m.inverse();
        let hm = Mat3(self.h.0.map(|row| m * row));
        let j = (self.j - Sym3::from_upper(hm * self.h.transposed())).inverse();
        let h = j.to_matrix() * hm;
        Self { j, h: h.map(|x| -x), m: m + Sym3::from_upper(hm.transposed() * h) }
    }
    /// The mobility of a child from that of its parent: `s` is the hinge's axis, `y` the parent's twist per unit of the hinge's reaction,
    /// `along` what the hinge itself adds.
    #[inline(always)]
    pub fn turned_by_hinge(&self, s: &Twist<T>, y: &Twist<T>, along: T) -> Self {
        // (along s - y) s^T - s y^T, symmetric as a whole.
        let a = Twist { angular: s.angular * along - y.angular, linear: s.linear * along - y.linear };
        let block = |a: Vec3<T>, b: Vec3<T>, s: Vec3<T>, y: Vec3<T>| Mat3::outer(a, b) - Mat3::outer(s, y);
        Self {
            j: self.j + Sym3::from_upper(block(a.angular, s.angular, s.angular, y.angular)),
            h: self.h + block(a.angular, s.linear, s.angular, y.linear),
            m: self.m + Sym3::from_upper(block(a.linear, s.linear, s.linear, y.linear)),
        }
    }
    /// What the matrix is for a point at `x`: its product with [`add_point_drag`](Self::add_point_drag) of a unit across, and along.
    #[inline(always)]
    pub fn at_point(&self, x: Vec3<T>, n: Vec3<T>) -> AtPoint<T> {
        let arm = Twist { angular: x.cross(n), linear: n };
        AtPoint {
            all: trace(self.j) * x.norm_squared() - x.dot(self.j * x)
                + x.dot(axial(&self.h)) * real(2.0)
                + trace(self.m),
            one: self.apply(&arm).dot(&arm),
        }
    }
    /// The reverse of [`at_point`](Self::at_point): bars of the point and of the direction. That of the matrix is a point drag of `bar`.
    #[inline(always)]
    pub fn at_point_reverse(&self, x: Vec3<T>, n: Vec3<T>, bar: AtPoint<T>) -> (Vec3<T>, Vec3<T>) {
        let says = self.apply(&Twist { angular: x.cross(n), linear: n });
        let (all, one) = (bar.all * real(2.0), bar.one * real(2.0));
        let around = x * trace(self.j) - self.j * x + axial(&self.h);
        (around * all + n.cross(says.torque) * one, (says.force + says.torque.cross(x)) * one)
    }
    /// `-S W S`: of a matrix that is the inverse of another, the bar of that other from the bar `w` of this one.
    pub fn sandwich(&self, w: &Self) -> Self {
        let full = |s: &Self| (s.j.to_matrix(), s.h, s.h.transposed(), s.m.to_matrix());
        let (j, h, ht, m) = full(self);
        let (wj, wh, wht, wm) = full(w);
        let (a, b) = (wj * j + wh * ht, wj * h + wh * m);
        let (c, d) = (wht * j + wm * ht, wht * h + wm * m);
        let minus = |x: Mat3<T>| x.map(|x| -x);
        Self {
            j: Sym3::from_upper(minus(j * a + h * c)),
            h: minus(j * b + h * d),
            m: Sym3::from_upper(minus(ht * b + m * d)),
        }
    }
    /// Adds another inertia.
    #[inline(always)]
    pub fn accumulate(&mut self, o: &Self) {
        self.j += o.j;
        self.h += o.h;
        self.m += o.m;
    }
    /// Solves for the twist of a wrench by LDL^T, the linear block first because it is the well-conditioned one.
    #[inline(always)]
    pub fn solve(&self, load: &Wrench<T>) -> Twist<T> {
        let (j, h, m) = (self.j.to_matrix(), self.h, self.m.to_matrix());
        let mut a = [[T::zero(); 6]; 6];
        for r in 0..3 {
            a[r][..3].copy_from_slice(&m.0[r].to_array());
            a[3 + r][..3].copy_from_slice(&h.0[r].to_array());
            a[3 + r][3..].copy_from_slice(&j.0[r].to_array());
        }
        let [fx, fy, fz] = load.force.to_array();
        let [tx, ty, tz] = load.torque.to_array();
        let x = solve_ldl(a, [fx, fy, fz, tx, ty, tz]);
        Twist { angular: Vec3 { x: x[3], y: x[4], z: x[5] }, linear: Vec3 { x: x[0], y: x[1], z: x[2] } }
    }
}

/// Solves `A x = b` for a symmetric positive definite `A`, of which only the lower triangle is read.
#[allow(clippy::needless_range_loop)] // two rows of one matrix are read and written by index
#[inline(always)]
fn solve_ldl<T: Real, const N: usize>(mut a: [[T; N]; N], mut x: [T; N]) -> [T; N] {
    let mut inverse_d = [T::zero(); N];
    for k in 0..N {
        inverse_d[k] = a[k][k].recip();
        for i in k + 1..N {
            let l = a[i][k] * inverse_d[k];
            for c in k + 1..=i {
                // Column k below the diagonal still holds L D here.
                let product = l * a[c][k];
                a[i][c] -= product;
            }
        }
        for row in a.iter_mut().skip(k + 1) {
            row[k] *= inverse_d[k];
        }
    }
    for k in 0..N {
        for i in k + 1..N {
            let known = a[i][k] * x[k];
            x[i] -= known;
        }
    }
    for k in 0..N {
        x[k] *= inverse_d[k];
    }
    for k in (0..N).rev() {
        for i in 0..k {
            let known = a[k][i] * x[k];
            x[i] -= known;
        }
    }
    x
}
