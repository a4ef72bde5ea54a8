//! The scalar trait, and the two floating-point types behind it.
//!
//! Elementary functions come from the `libm` crate, not from the system's C library, so that a run has the same bits
//! on every machine (the C library's `sin` and `exp` differ in the last place between versions).

use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, BitAnd, BitOr, BitXor, Div, Mul, MulAssign, Neg, Not, Sub, SubAssign};

/// A real number that laws are written over: arithmetic, the elementary functions, and a select.
///
/// There is deliberately no comparison operator and no conversion to `f64`: what needs those is not a law, and asks
/// for [`Compare`] or [`Value`].
pub trait Real:
    Copy
    + Debug
    + Default
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + Sum
{
    /// What [`Compare`] answers with, where the type can be compared.
    type Truth: Truth;
    /// A place in a list, or one for each of several numbers side by side.
    type Place: Place<Truth = Self::Truth>;

    /// The constant nearest to `x`.
    fn from_f64(x: f64) -> Self;
    /// Square root. The caller keeps the argument above zero: the derivative at zero is infinite.
    fn sqrt(self) -> Self;
    /// Sine of an angle in radians.
    fn sin(self) -> Self;
    /// Cosine of an angle in radians.
    fn cos(self) -> Self;
    /// Exponential function.
    fn exp(self) -> Self;
    /// Natural logarithm of `1 + self`, accurate near zero.
    fn ln_1p(self) -> Self;
    /// Hyperbolic tangent.
    fn tanh(self) -> Self;
    /// Largest whole number not above `self`; its derivative is taken as zero.
    fn floor(self) -> Self;
    /// `if_true` where `self > bound`, else `if_false`; both are evaluated, so both must be finite. A NaN is not greater.
    fn select_gt(self, bound: Self, if_true: Self, if_false: Self) -> Self;

    /// The constant 0.
    #[inline(always)]
    fn zero() -> Self {
        Self::from_f64(0.0)
    }
    /// The constant 1.
    #[inline(always)]
    fn one() -> Self {
        Self::from_f64(1.0)
    }
    /// 1 / self.
    #[inline(always)]
    fn recip(self) -> Self {
        Self::one() / self
    }
    /// Absolute value; the derivative at zero is taken as -1.
    #[inline(always)]
    fn abs(self) -> Self {
        self.select_gt(Self::zero(), self, -self)
    }
    /// The larger of two; a NaN in `self` gives `other`, one in `other` stays.
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.select_gt(other, self, other)
    }
    /// The smaller of two; a NaN in `self` stays, one in `other` gives `self`.
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        self.select_gt(other, other, self)
    }
    /// `self` squared.
    #[inline(always)]
    fn squared(self) -> Self {
        self * self
    }
}

/// The answer to a comparison: one for a single number, or one for each of several numbers side by side.
pub trait Truth:
    Copy
    + Debug
    + Send
    + Sync
    + 'static
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Not<Output = Self>
{
    /// True, everywhere.
    fn yes() -> Self;

    /// Whether it is true anywhere.
    fn any(self) -> bool;
    /// Whether it is true everywhere.
    fn all(self) -> bool {
        !(!self).any()
    }
}

impl Truth for bool {
    #[inline(always)]
    fn yes() -> Self {
        true
    }

    #[inline(always)]
    fn any(self) -> bool {
        self
    }
}

/// A place in a list; beside numbers side by side, it may be another for each of them.
pub trait Place: Clone + Debug + Send + Sync + 'static {
    /// Tells where a place is the one.
    type Truth: Truth;

    /// The same place for all.
    fn everywhere(index: usize) -> Self;
    /// One of the places.
    fn first(&self) -> usize;
    /// The places that differ from the first, and where each is the one.
    fn others(&self) -> impl Iterator<Item = (Self::Truth, usize)>;
    /// All places, and where each is the one.
    fn all(&self) -> impl Iterator<Item = (Self::Truth, usize)>;
}

impl Place for usize {
    type Truth = bool;

    #[inline(always)]
    fn everywhere(index: usize) -> Self {
        index
    }
    #[inline(always)]
    fn first(&self) -> usize {
        *self
    }
    #[inline(always)]
    fn others(&self) -> impl Iterator<Item = (bool, usize)> {
        std::iter::empty()
    }
    #[inline(always)]
    fn all(&self) -> impl Iterator<Item = (bool, usize)> {
        std::iter::once((true, *self))
    }
}

/// What is made of numbers, and can be chosen by an answer that may differ from number to number.
pub trait Choose<A>: Copy {
    /// `if_true` where an answer is true, else `if_false`.
    fn choose(answer: A, if_true: Self, if_false: Self) -> Self;

    /// Adds `x` where an answer is true.
    #[inline(always)]
    fn add_where(&mut self, answer: A, x: Self)
    where
        Self: Add<Output = Self>,
    {
        *self = Self::choose(answer, *self + x, *self);
    }
}

impl<A: Copy, X: Choose<A>, Y: Choose<A>> Choose<A> for (X, Y) {
    #[inline(always)]
    fn choose(answer: A, (a, b): Self, (c, d): Self) -> Self {
        (X::choose(answer, a, c), Y::choose(answer, b, d))
    }
}

/// A [`Real`] that can be compared: what a step's bookkeeping needs and laws do not. It may be several numbers side by side, of which each
/// is then compared by itself.
pub trait Compare: Real + Choose<Self::Truth> {
    /// Whether it carries derivatives.
    const DIFFERENTIATES: bool = true;
    /// Spacing of its values at one.
    const EPSILON: f64 = f64::EPSILON;

    /// Whether it is greater than `bound`; a NaN is not.
    fn is_above(self, bound: Self) -> Self::Truth;
    /// Whether it is greater than `bound` or equal; a NaN is not.
    fn is_at_least(self, bound: Self) -> Self::Truth;
    /// Whether it is less than `bound`, compared in double precision; a NaN is not.
    fn is_below(self, bound: f64) -> Self::Truth;
    /// Neither NaN nor infinite, derivatives included.
    fn is_finite(self) -> Self::Truth;
}

/// A [`Compare`] that is a single number, whose value can be read.
pub trait Value: Compare<Truth = bool> {
    /// The value as `f64`.
    fn to_f64(self) -> f64;
    /// The value without its derivatives: a constant.
    #[inline(always)]
    fn detached(self) -> Self {
        Self::from_f64(self.to_f64())
    }
}

/// Shorthand for [`Real::from_f64`].
#[inline(always)]
pub fn real<T: Real>(x: f64) -> T {
    T::from_f64(x)
}

macro_rules! impl_real_for_float {
    ($float:ty, $sin:ident, $cos:ident, $exp:ident, $least:literal, $ln_1p:ident, $tanh:ident) => {
        impl Real for $float {
            type Truth = bool;
            type Place = usize;

            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                x as $float
            }
            // Correctly rounded by IEEE 754, so the hardware's has the same bits everywhere.
            #[inline(always)]
            fn sqrt(self) -> Self {
                <$float>::sqrt(self)
            }
            #[inline(always)]
            fn sin(self) -> Self {
                libm::$sin(self)
            }
            #[inline(always)]
            fn cos(self) -> Self {
                libm::$cos(self)
            }
            #[inline(always)]
            fn exp(self) -> Self {
                // Below the normal numbers it is zero, as on GPUs: processors take a hundred times as long for what lies between, and
                // laws whose tails end there (contacts in the air) are asked often.
                if self < $least { 0.0 } else { libm::$exp(self) }
            }
            #[inline(always)]
            fn ln_1p(self) -> Self {
                libm::$ln_1p(self)
            }
            #[inline(always)]
            fn tanh(self) -> Self {
                libm::$tanh(self)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                <$float>::floor(self)
            }
            #[inline(always)]
            fn select_gt(self, bound: Self, if_true: Self, if_false: Self) -> Self {
                if self > bound { if_true } else { if_false }
            }
        }

        impl Compare for $float {
            const DIFFERENTIATES: bool = false;
            const EPSILON: f64 = <$float>::EPSILON as f64;

            #[inline(always)]
            fn is_above(self, bound: Self) -> bool {
                self > bound
            }
            #[inline(always)]
            fn is_at_least(self, bound: Self) -> bool {
                self >= bound
            }
            #[inline(always)]
            fn is_below(self, bound: f64) -> bool {
                Value::to_f64(self) < bound
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                <$float>::is_finite(self)
            }
        }

        impl Choose<bool> for $float {
            #[inline(always)]
            fn choose(answer: bool, if_true: Self, if_false: Self) -> Self {
                if answer { if_true } else { if_false }
            }
        }

        impl Value for $float {
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
        }
    };
}

impl_real_for_float!(f32, sinf, cosf, expf, -87.0, log1pf, tanhf);
impl_real_for_float!(f64, sin, cos, exp, -708.0, log1p, tanh);
