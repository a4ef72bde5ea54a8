//! Several numbers side by side: the scalar over which bodies of one plan are simulated together.
//!
//! Every operation does in each lane what it does with a single `f32`, so that a lane has the bits that it would have by itself, whatever
//! stands beside it. Lanes are plain arrays, of which compilers make vector instructions; [`wide`] lets them take those of the
//! processor at hand.

pub(crate) mod abreast;
mod elementary;

use burgess_core::autodiff::{Choose, Compare, Place, Real, Truth};
use std::iter::Sum;
use std::ops::{Add, AddAssign, BitAnd, BitOr, BitXor, Div, Mul, MulAssign, Neg, Not, Sub, SubAssign};

/// Numbers side by side.
pub const LANES: usize = 8;

/// Eight single-precision numbers.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(32))]
pub struct Lanes(pub [f32; LANES]);

/// What is true of each of [`Lanes`]: all bits, or none.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(32))]
pub struct LaneTruth([u32; LANES]);

impl LaneTruth {
    /// Of a lane.
    pub fn lane(self, lane: usize) -> bool {
        self.0[lane] != 0
    }

    /// True in these lanes.
    pub fn from_array(lanes: [bool; LANES]) -> Self {
        Self(lanes.map(|truth| if truth { u32::MAX } else { 0 }))
    }
}

/// Does the same in each lane.
#[inline(always)]
fn each<A: Copy, B: Copy, C: Copy + Default>(a: [A; LANES], b: [B; LANES], f: impl Fn(A, B) -> C) -> [C; LANES] {
    let mut c = [C::default(); LANES];
    for i in 0..LANES {
        c[i] = f(a[i], b[i]);
    }
    c
}

macro_rules! lane_by_lane {
    ($of:ty: $($trait:ident $fn:ident)+) => {$(
        impl $trait for $of {
            type Output = Self;
            #[inline(always)]
            fn $fn(self, o: Self) -> Self {
                Self(each(self.0, o.0, |a, b| a.$fn(b)))
            }
        }
    )+};
}
lane_by_lane!(Lanes: Add add Sub sub Mul mul Div div);
lane_by_lane!(LaneTruth: BitAnd bitand BitOr bitor BitXor bitxor);

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
        Self(each(self.0, self.0, |a, _| -a))
    }
}

/// In the order of `f32`, which begins with -0.
impl Sum for Lanes {
    #[inline(always)]
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self([-0.0; LANES]), Add::add)
    }
}

impl Not for LaneTruth {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(each(self.0, self.0, |a, _| !a))
    }
}

impl Truth for LaneTruth {
    const TRUE: Self = Self([u32::MAX; LANES]);

    #[inline(always)]
    fn any(self) -> bool {
        self.0.iter().fold(0, |any, lane| any | lane) != 0
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
        Self([x as f32; LANES])
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(each(self.0, self.0, |a, _| a.sqrt()))
    }
    #[inline(always)]
    fn sin(self) -> Self {
        elementary::sin(self)
    }
    #[inline(always)]
    fn cos(self) -> Self {
        elementary::cos(self)
    }
    #[inline(always)]
    fn exp(self) -> Self {
        elementary::exp(self)
    }
    #[inline(always)]
    fn ln_1p(self) -> Self {
        elementary::ln_1p(self)
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        Self(self.0.map(Real::tanh))
    }
    #[inline(always)]
    fn floor(self) -> Self {
        Self(each(self.0, self.0, |a, _| a.floor()))
    }
    #[inline(always)]
    fn select_gt(self, bound: Self, if_true: Self, if_false: Self) -> Self {
        Self::choose(self.is_above(bound), if_true, if_false)
    }
}

/// All bits where an answer is true.
#[inline(always)]
fn truth(answer: bool) -> u32 {
    if answer { u32::MAX } else { 0 }
}

impl Compare for Lanes {
    const DIFFERENTIATES: bool = false;
    const EPSILON: f64 = f32::EPSILON as f64;

    #[inline(always)]
    fn is_above(self, bound: Self) -> LaneTruth {
        LaneTruth(each(self.0, bound.0, |a, b| truth(a > b)))
    }
    #[inline(always)]
    fn is_at_least(self, bound: Self) -> LaneTruth {
        LaneTruth(each(self.0, bound.0, |a, b| truth(a >= b)))
    }
    #[inline(always)]
    fn is_below(self, bound: f64) -> LaneTruth {
        LaneTruth(each(self.0, self.0, |a, _| truth(f64::from(a) < bound)))
    }
    #[inline(always)]
    fn is_finite(self) -> LaneTruth {
        LaneTruth(each(self.0, self.0, |a, _| truth(a.is_finite())))
    }
}

impl Choose<LaneTruth> for Lanes {
    #[inline(always)]
    fn choose(answer: LaneTruth, if_true: Self, if_false: Self) -> Self {
        // By bits: of a choice between numbers, compilers make branches.
        let if_true = each(answer.0, if_true.0, |answer, x| answer & x.to_bits());
        let if_false = each(answer.0, if_false.0, |answer, x| !answer & x.to_bits());
        Self(each(if_true, if_false, |a, b| f32::from_bits(a | b)))
    }
}
