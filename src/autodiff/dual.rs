//! Forward-mode dual numbers: a value and its derivative along one direction.

use super::real::{Real, Value};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

/// `value + derivative ε` with `ε² = 0`: run any generic function on it to get its exact directional derivative.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dual {
    /// The value.
    pub value: f64,
    /// The derivative of the value along the seeded direction.
    pub derivative: f64,
}

impl Dual {
    /// The variable of differentiation: derivative 1.
    pub fn variable(value: f64) -> Self {
        Self { value, derivative: 1.0 }
    }

    /// `f(value)` with the chain rule, `slope` being `f'(value)`.
    fn chain(self, value: f64, slope: f64) -> Self {
        Self { value, derivative: slope * self.derivative }
    }
}

impl Add for Dual {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self { value: self.value + o.value, derivative: self.derivative + o.derivative }
    }
}
impl Sub for Dual {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        Self { value: self.value - o.value, derivative: self.derivative - o.derivative }
    }
}
impl Mul for Dual {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        Self { value: self.value * o.value, derivative: self.derivative * o.value + self.value * o.derivative }
    }
}
impl Div for Dual {
    type Output = Self;
    fn div(self, o: Self) -> Self {
        let value = self.value / o.value;
        Self { value, derivative: (self.derivative - value * o.derivative) / o.value }
    }
}
impl Neg for Dual {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, derivative: -self.derivative }
    }
}
impl AddAssign for Dual {
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}
impl SubAssign for Dual {
    fn sub_assign(&mut self, o: Self) {
        *self = *self - o;
    }
}
impl MulAssign for Dual {
    fn mul_assign(&mut self, o: Self) {
        *self = *self * o;
    }
}
impl Sum for Dual {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), Add::add)
    }
}

impl Real for Dual {
    fn from_f64(value: f64) -> Self {
        Self { value, derivative: 0.0 }
    }
    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.chain(root, 0.5 / root)
    }
    fn sin(self) -> Self {
        self.chain(libm::sin(self.value), libm::cos(self.value))
    }
    fn cos(self) -> Self {
        self.chain(libm::cos(self.value), -libm::sin(self.value))
    }
    fn exp(self) -> Self {
        let e = libm::exp(self.value);
        self.chain(e, e)
    }
    fn ln_1p(self) -> Self {
        self.chain(libm::log1p(self.value), 1.0 / (1.0 + self.value))
    }
    fn tanh(self) -> Self {
        let t = libm::tanh(self.value);
        self.chain(t, 1.0 - t * t)
    }
    fn floor(self) -> Self {
        self.chain(self.value.floor(), 0.0)
    }
    fn select_gt(self, bound: Self, if_true: Self, if_false: Self) -> Self {
        if self.value > bound.value { if_true } else { if_false }
    }
}

impl Value for Dual {
    fn to_f64(self) -> f64 {
        self.value
    }
    fn is_finite(self) -> bool {
        self.value.is_finite() && self.derivative.is_finite()
    }
}
