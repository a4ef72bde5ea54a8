//! Four numbers side by side: the scalar over which candidates are simulated together.
//!
//! Every operation does in each lane what it does with a single `f32`, so that a lane has the bits that it would have by itself, whatever
//! stands beside it. There are as many lanes as the vector registers of every 64-bit processor have, so that nothing has to be chosen at run
//! time.

pub(crate) mod abreast;
mod elementary;
#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(not(target_arch = "x86_64"))]
use portable as vector;
#[cfg(target_arch = "x86_64")]
use x86 as vector;

use burgess_core::autodiff::{Choose, Compare, Place, Real, Truth};
use std::iter::Sum;
use std::ops::{Add, AddAssign, BitAnd, BitOr, BitXor, Div, Mul, MulAssign, Neg, Not, Sub, SubAssign};

/// Numbers side by side.
pub const LANES: usize = 4;

/// Single-precision numbers side by side.
#[derive(Clone, Copy, Debug)]
pub struct Lanes(vector::Floats);

/// What is true of each of [`Lanes`].
#[derive(Clone, Copy, Debug)]
pub struct LaneTruth(vector::Masks);

impl Lanes {
    /// Of these numbers.
    #[inline(always)]
    pub fn from_array(numbers: [f32; LANES]) -> Self {
        Self(vector::from_array(numbers))
    }

    /// The numbers.
    #[inline(always)]
    pub fn to_array(self) -> [f32; LANES] {
        vector::to_array(self.0)
    }

    /// The number of a lane.
    #[inline(always)]
    pub fn lane(self, lane: usize) -> f32 {
        self.to_array()[lane]
    }

    /// Does something with each number.
    #[inline(always)]
    fn each(self, f: impl Fn(f32) -> f32) -> Self {
        Self::from_array(self.to_array().map(f))
    }
}

impl LaneTruth {
    /// True in these lanes.
    pub fn from_array(lanes: [bool; LANES]) -> Self {
        Self(vector::masks(lanes.map(|truth| if truth { u32::MAX } else { 0 })))
    }

    /// Of a lane.
    pub fn lane(self, lane: usize) -> bool {
        vector::mask_array(self.0)[lane] != 0
    }
}

impl Default for Lanes {
    #[inline(always)]
    fn default() -> Self {
        Self(vector::of(0.0))
    }
}

macro_rules! operators {
    ($($of:ty: $trait:ident $fn:ident $lanes:ident;)+) => {$(
        impl $trait for $of {
            type Output = Self;
            #[inline(always)]
            fn $fn(self, o: Self) -> Self {
                Self(vector::$lanes(self.0, o.0))
            }
        }
    )+};
}
operators! {
    Lanes: Add add add;
    Lanes: Sub sub sub;
    Lanes: Mul mul mul;
    Lanes: Div div div;
    LaneTruth: BitAnd bitand mask_and;
    LaneTruth: BitOr bitor mask_or;
    LaneTruth: BitXor bitxor mask_xor;
}

macro_rules! in_place {
    ($($trait:ident $fn:ident $operator:tt)+) => {$(
        impl $trait for Lanes {
            #[inline(always)]
            fn $fn(&mut self, o: Self) {
                *self = *self $operator o;
            }
        }
    )+};
}
in_place!(AddAssign add_assign + SubAssign sub_assign - MulAssign mul_assign *);

impl Neg for Lanes {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        elementary::with_signs(vector::bits(elementary::SIGN), self)
    }
}

/// In the order of `f32`, which begins with -0.
impl Sum for Lanes {
    #[inline(always)]
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self(vector::of(-0.0)), Add::add)
    }
}

impl Not for LaneTruth {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        self ^ Self::yes()
    }
}

impl Truth for LaneTruth {
    #[inline(always)]
    fn yes() -> Self {
        Self(vector::masks([u32::MAX; LANES]))
    }
    #[inline(always)]
    fn any(self) -> bool {
        vector::any(self.0)
    }
    #[inline(always)]
    fn all(self) -> bool {
        vector::all(self.0)
    }
}

/// Some places, at least one, each with the lanes in which it is the one.
#[derive(Clone, Debug)]
pub struct LanePlace(Vec<(LaneTruth, usize)>);

impl LanePlace {
    /// Of the place of each lane; lanes without one are not among all, but read at the first.
    pub fn from_array(places: [Option<usize>; LANES]) -> Self {
        let mut all: Vec<(LaneTruth, usize)> = Vec::new();
        for place in places.into_iter().flatten() {
            if all.iter().all(|&(_, other)| other != place) {
                all.push((LaneTruth::from_array(places.map(|other| other == Some(place))), place));
            }
        }
        Self(all)
    }
}

impl Place for LanePlace {
    type Truth = LaneTruth;

    fn everywhere(index: usize) -> Self {
        Self::from_array([Some(index); LANES])
    }
    #[inline(always)]
    fn first(&self) -> usize {
        self.0[0].1
    }
    #[inline(always)]
    fn others(&self) -> impl Iterator<Item = (LaneTruth, usize)> {
        self.0[1..].iter().copied()
    }
    #[inline(always)]
    fn all(&self) -> impl Iterator<Item = (LaneTruth, usize)> {
        self.0.iter().copied()
    }
}

impl Real for Lanes {
    type Truth = LaneTruth;
    type Place = LanePlace;

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        Self(vector::of(x as f32))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(vector::sqrt(self.0))
    }
    #[inline]
    fn sin(self) -> Self {
        elementary::sin(self)
    }
    #[inline]
    fn cos(self) -> Self {
        elementary::cos(self)
    }
    #[inline]
    fn exp(self) -> Self {
        elementary::exp(self)
    }
    #[inline]
    fn ln_1p(self) -> Self {
        elementary::ln_1p(self)
    }
    fn tanh(self) -> Self {
        self.each(Real::tanh)
    }
    fn floor(self) -> Self {
        self.each(Real::floor)
    }
    #[inline(always)]
    fn select_gt(self, bound: Self, if_true: Self, if_false: Self) -> Self {
        Self::choose(self.is_above(bound), if_true, if_false)
    }
}

impl Choose<LaneTruth> for Lanes {
    #[inline(always)]
    fn choose(answer: LaneTruth, if_true: Self, if_false: Self) -> Self {
        Self(vector::choose(answer.0, if_true.0, if_false.0))
    }
}

impl Compare for Lanes {
    const DIFFERENTIATES: bool = false;
    const EPSILON: f64 = f32::EPSILON as f64;

    #[inline(always)]
    fn is_above(self, bound: Self) -> LaneTruth {
        LaneTruth(vector::above(self.0, bound.0))
    }
    #[inline(always)]
    fn is_at_least(self, bound: Self) -> LaneTruth {
        LaneTruth(vector::at_least(self.0, bound.0))
    }
    #[inline(always)]
    fn is_below(self, bound: f64) -> LaneTruth {
        LaneTruth::from_array(self.to_array().map(|x| f64::from(x) < bound))
    }
    #[inline(always)]
    fn is_finite(self) -> LaneTruth {
        LaneTruth(vector::above(vector::of(f32::INFINITY), elementary::size(self).0))
    }
}
