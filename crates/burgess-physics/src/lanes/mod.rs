//! Four numbers side by side: the scalar over which candidates are simulated together.
//!
//! Every operation does in each lane what it does with a single `f32`, so that a lane has the bits that it would have by itself, whatever
//! stands beside it. There are as many lanes as the vector registers of every 64-bit processor have, so that nothing has to be chosen at run
//! time.
//!
//! Candidates go together on the CPU backend if they have as many links and a brain of the same form, and neither links that touch each other nor
//! objects nor contact points that rove; nothing may be recorded of them or watch them. Others are simulated one by one.

#[allow(clippy::excessive_precision, clippy::approx_constant)] // digits as in libm
mod elementary;
#[cfg(any(test, not(target_arch = "x86_64")))]
#[cfg_attr(target_arch = "x86_64", allow(dead_code))] // tests compare it with what is used instead
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

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::{LANES, portable, x86};
    use burgess_core::rng::{Purpose, Stream};
    use std::array::from_fn;

    /// Random bits, of which many are of numbers of everyday size and some are special.
    fn numbers(stream: &mut Stream) -> [f32; LANES] {
        from_fn(|_| match stream.below(8) {
            0 => f32::from_bits(stream.bits() as u32),
            1 => [0.0, -0.0, f32::INFINITY, f32::NAN, 1e-40, 1.0][stream.below(6)],
            _ => stream.range(-50.0, 50.0) as f32,
        })
    }

    fn bits(x: [f32; LANES]) -> [u32; LANES] {
        x.map(|x| if x.is_nan() { f32::NAN } else { x }.to_bits())
    }

    #[test]
    fn arrays_and_registers_give_the_same_bits() {
        let mut stream = Stream::new(5, 0, 0, Purpose::Actions);
        for _ in 0..100_000 {
            let [a, b] = [(); 2].map(|()| numbers(&mut stream));
            let (x, y) = (x86::from_array(a), x86::from_array(b));
            macro_rules! same {
                ($($numbers:ident)+; $($masks:ident)+; $($of_doubles:ident)+) => {
                    $(assert_eq!(bits(portable::$numbers(a, b)), bits(x86::to_array(x86::$numbers(x, y))));)+
                    $(assert_eq!(portable::$masks(a, b), x86::mask_array(x86::$masks(x, y)));)+
                    $(
                        let portable = portable::$of_doubles(portable::widen(a), portable::widen(b));
                        let wide = x86::$of_doubles(x86::widen(x), x86::widen(y));
                        assert_eq!(bits(portable::narrow(portable)), bits(x86::to_array(x86::narrow(wide))));
                        let low = |x| x86::mask_array(x86::mask_of_bits(x86::low_bits(x)));
                        if portable.iter().all(|x| !x.is_nan()) {
                            assert_eq!(portable::low_bits(portable), low(wide));
                        }
                    )+
                };
            }
            same!(add sub mul div; above at_least; add_doubles sub_doubles mul_doubles);
            assert_eq!(bits(portable::sqrt(a)), bits(x86::to_array(x86::sqrt(x))));
            let (mask, truth) = (portable::above(a, b), x86::above(x, y));
            assert_eq!((portable::any(mask), portable::all(mask)), (x86::any(truth), x86::all(truth)));
            assert_eq!(bits(portable::choose(mask, a, b)), bits(x86::to_array(x86::choose(truth, x, y))));
            let portable = portable::choose_doubles(mask, portable::widen(a), portable::widen(b));
            let wide = x86::choose_doubles(truth, x86::widen(x), x86::widen(y));
            assert_eq!(bits(portable::narrow(portable)), bits(x86::to_array(x86::narrow(wide))));
            let whole = |x| x86::mask_array(x86::mask_of_bits(x));
            let (c, d, p, q) = (portable::to_bits(a), portable::to_bits(b), x86::to_bits(x), x86::to_bits(y));
            assert_eq!(portable::bits_add(c, d), whole(x86::bits_add(p, q)));
            assert_eq!(portable::bits_sub(c, d), whole(x86::bits_sub(p, q)));
            assert_eq!(portable::left::<23>(c), whole(x86::left::<23>(p)));
            assert_eq!(portable::right::<23>(c), whole(x86::right::<23>(p)));
            assert_eq!(portable::to_floats(c), x86::to_array(x86::to_floats(p)));
            let small = a.map(|x| if x.abs() < 1e6 { x } else { 7.5 });
            assert_eq!(portable::to_whole(small), whole(x86::to_whole(x86::from_array(small))));
        }
    }
}
