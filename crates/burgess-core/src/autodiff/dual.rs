//! Forward-mode dual numbers: a value and its derivatives along a few directions.

use super::real::{Choose, Compare, Real, Value};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

/// `value + Σ derivative[i] ε_i` with `ε_i ε_j = 0`: run any generic function on it to get its exact derivatives along `N` directions at
/// once, over any scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dual<T = f64, const N: usize = 1> {
    /// The value.
    pub value: T,
    /// The derivatives of the value along the seeded directions.
    pub derivative: [T; N],
}

impl<T: Compare> Dual<T> {
    /// The only variable of differentiation: derivative 1.
    pub fn variable(value: T) -> Self {
        Self { value, derivative: [T::one()] }
    }
}

impl<T: Compare, const N: usize> Dual<T, N> {
    /// A number that does not depend on the variables.
    #[inline(always)]
    pub fn constant(value: T) -> Self {
        Self { value, derivative: [T::zero(); N] }
    }

    /// All variables of differentiation: the derivatives of a result are its gradient with respect to them.
    #[inline(always)]
    pub fn variables(values: [T; N]) -> [Self; N] {
        let mut variables = values.map(Self::constant);
        for (i, variable) in variables.iter_mut().enumerate() {
            variable.derivative[i] = T::one();
        }
        variables
    }

    /// `f(value)` with the chain rule, `slope` being `f'(value)`.
    #[inline(always)]
    fn chain(self, value: T, slope: T) -> Self {
        self.each(value, |d| slope * d)
    }

    #[inline(always)]
    fn each(self, value: T, f: impl Fn(T) -> T) -> Self {
        let mut derivative = self.derivative;
        for d in &mut derivative {
            *d = f(*d);
        }
        Self { value, derivative }
    }

    #[inline(always)]
    fn both(self, o: Self, value: T, f: impl Fn(T, T) -> T) -> Self {
        let mut derivative = self.derivative;
        for (d, e) in derivative.iter_mut().zip(o.derivative) {
            *d = f(*d, e);
        }
        Self { value, derivative }
    }
}

impl<T: Compare, const N: usize> Default for Dual<T, N> {
    fn default() -> Self {
        Self::constant(T::zero())
    }
}

impl<T: Compare, const N: usize> Add for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        self.both(o, self.value + o.value, |d, e| d + e)
    }
}
impl<T: Compare, const N: usize> Sub for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        self.both(o, self.value - o.value, |d, e| d - e)
    }
}
impl<T: Compare, const N: usize> Mul for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    #[allow(clippy::suspicious_arithmetic_impl)] // the product rule
    fn mul(self, o: Self) -> Self {
        self.both(o, self.value * o.value, |d, e| d * o.value + self.value * e)
    }
}
impl<T: Compare, const N: usize> Div for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    #[allow(clippy::suspicious_arithmetic_impl)] // the quotient rule
    fn div(self, o: Self) -> Self {
        let value = self.value / o.value;
        self.both(o, value, |d, e| (d - value * e) / o.value)
    }
}
impl<T: Compare, const N: usize> Neg for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.each(-self.value, |d| -d)
    }
}
impl<T: Compare, const N: usize> AddAssign for Dual<T, N> {
    #[inline(always)]
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}
impl<T: Compare, const N: usize> SubAssign for Dual<T, N> {
    #[inline(always)]
    fn sub_assign(&mut self, o: Self) {
        *self = *self - o;
    }
}
impl<T: Compare, const N: usize> MulAssign for Dual<T, N> {
    #[inline(always)]
    fn mul_assign(&mut self, o: Self) {
        *self = *self * o;
    }
}
impl<T: Compare, const N: usize> Sum for Dual<T, N> {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), Add::add)
    }
}

impl<T: Compare, const N: usize> Real for Dual<T, N> {
    type Truth = T::Truth;
    type Place = T::Place;

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        Self::constant(T::from_f64(value))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.chain(root, T::from_f64(0.5) / root)
    }
    #[inline(always)]
    fn sin(self) -> Self {
        self.chain(self.value.sin(), self.value.cos())
    }
    #[inline(always)]
    fn cos(self) -> Self {
        self.chain(self.value.cos(), -self.value.sin())
    }
    #[inline(always)]
    fn exp(self) -> Self {
        let e = self.value.exp();
        self.chain(e, e)
    }
    #[inline(always)]
    fn ln_1p(self) -> Self {
        self.chain(self.value.ln_1p(), (T::one() + self.value).recip())
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        let t = self.value.tanh();
        self.chain(t, T::one() - t * t)
    }
    #[inline(always)]
    fn floor(self) -> Self {
        Self::constant(self.value.floor())
    }
    #[inline(always)]
    fn select_gt(self, bound: Self, if_true: Self, if_false: Self) -> Self {
        let pick = |a: T, b: T| self.value.select_gt(bound.value, a, b);
        if_true.both(if_false, pick(if_true.value, if_false.value), pick)
    }
}

impl<T: Compare, const N: usize> Compare for Dual<T, N> {
    fn is_above(self, bound: Self) -> T::Truth {
        self.value.is_above(bound.value)
    }
    fn is_at_least(self, bound: Self) -> T::Truth {
        self.value.is_at_least(bound.value)
    }
    fn is_below(self, bound: f64) -> T::Truth {
        self.value.is_below(bound)
    }
    fn is_finite(self) -> T::Truth {
        self.derivative.iter().fold(self.value.is_finite(), |finite, d| finite & d.is_finite())
    }
}

impl<T: Compare, const N: usize> Choose<T::Truth> for Dual<T, N> {
    #[inline(always)]
    fn choose(answer: T::Truth, if_true: Self, if_false: Self) -> Self {
        let pick = |a: T, b: T| T::choose(answer, a, b);
        if_true.both(if_false, pick(if_true.value, if_false.value), pick)
    }
}

impl<T: Value, const N: usize> Value for Dual<T, N> {
    fn to_f64(self) -> f64 {
        self.value.to_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area<T: Real>(x: T, y: T) -> T {
        (x * y).sin() / (T::one() + y.squared())
    }

    #[test]
    fn one_pass_gives_the_gradient_and_nesting_gives_second_derivatives() {
        let (x, y) = (0.7, -0.4);
        let [a, b] = Dual::variables([x, y]);
        let gradient = area(a, b);
        let nested = area(Dual::variable(Dual::variable(x)), Dual::constant(Dual::constant(y)));
        let h = 1e-6;
        let by_x = (area(x + h, y) - area(x - h, y)) / (2.0 * h);
        let by_y = (area(x, y + h) - area(x, y - h)) / (2.0 * h);
        assert_eq!(gradient.value, area(x, y));
        assert!((gradient.derivative[0] - by_x).abs() < 1e-9 && (gradient.derivative[1] - by_y).abs() < 1e-9);
        assert_eq!(nested.value.derivative, [nested.derivative[0].value]);
        let second = -y * y * (x * y).sin() / (1.0 + y * y);
        assert!((nested.derivative[0].derivative[0] - second).abs() < 1e-12);
    }
}
