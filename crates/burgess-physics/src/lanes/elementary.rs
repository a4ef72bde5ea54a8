//! Elementary functions of several numbers side by side, to the bit those of the `libm` crate, whose algorithms (FreeBSD's msun) and constants
//! they have: what `libm` branches on is here worked out for every lane, and chosen from. Each covers the arguments that are common;
//! where one lane has another, `libm` is asked lane by lane.

use super::vector::{
    Doubles, Whole, add_doubles, bits, bits_add, bits_and, bits_sub, bits_xor, choose_doubles, left, low_bits,
    mask_of_bits, mul_doubles, narrow, of_bits, of_double, right, sub_doubles, to_bits, to_floats, to_whole, widen,
};
use super::{LaneTruth, Lanes};
use burgess_core::autodiff::{Choose, Compare, Real, Truth, real};
use std::f64::consts::FRAC_PI_2;

/// The bit of the sign.
pub(super) const SIGN: u32 = 0x8000_0000;

/// The number with these bits, in every lane.
#[inline(always)]
fn number(of: u32) -> Lanes {
    Lanes(of_bits(bits(of)))
}

/// The sign bits.
#[inline(always)]
fn signs(x: Lanes) -> Whole {
    bits_and(to_bits(x.0), bits(SIGN))
}

/// Numbers with their signs turned where sign bits are set.
#[inline(always)]
pub(super) fn with_signs(signs: Whole, x: Lanes) -> Lanes {
    Lanes(of_bits(bits_xor(to_bits(x.0), signs)))
}

/// The size of a number: its sign bit cleared.
#[inline(always)]
pub(super) fn size(x: Lanes) -> Lanes {
    Lanes(of_bits(bits_and(to_bits(x.0), bits(!SIGN))))
}

/// The exponential function, zero below -87 as that of [`Real`].
#[inline(always)]
pub(super) fn exp(x: Lanes) -> Lanes {
    if !real::<Lanes>(88.0).is_at_least(x).all() {
        return x.each(Real::exp);
    }
    let (least, one) = (real::<Lanes>(-87.0), Lanes::one());
    let ln2 = (real::<Lanes>(6.9314575195e-01), real::<Lanes>(1.4286067653e-06));
    let (p1, p2): (Lanes, Lanes) = (real(1.6666625440e-1), real(-2.7667332906e-3));
    let bounded = least.select_gt(x, least, x);
    // In powers of two: rounded to whole ones, 1 or -1 from half the logarithm of two, none below.
    let (size, half) = (size(bounded), with_signs(signs(bounded), real(0.5)));
    let powers = size.select_gt(number(0x3f85_1592), bounded * real(1.4426950216) + half, half + half);
    let powers = size.select_gt(number(0x3eb1_7218), powers, Lanes::zero());
    let k = to_whole(powers.0);
    let whole = Lanes(to_floats(k));
    let (high, low) = (bounded - whole * ln2.0, whole * ln2.1);
    let rest = high - low;
    let squared = rest * rest;
    let c = rest - squared * (p1 + squared * p2);
    let y = one + (rest * c / (real::<Lanes>(2.0) - c) - low + high);
    let scaled = y * Lanes(of_bits(left::<23>(bits_add(k, bits(0x7f)))));
    let y = size.select_gt(number(0x3900_0000), scaled, one + bounded);
    least.select_gt(x, Lanes::zero(), y)
}

/// The logarithm of `1 + x`.
#[inline(always)]
pub(super) fn ln_1p(given: Lanes) -> Lanes {
    let one = Lanes::one();
    if !(given.is_at_least(Lanes::zero()) & one.is_at_least(given)).all() {
        return given.each(Real::ln_1p);
    }
    // What is too small to matter is its own logarithm; its powers would be denormal numbers, on which processors are slow.
    let is_tiny = number(0x3380_0000).is_above(given);
    let x = Lanes::choose(is_tiny, one, given);
    let ln2 = (real::<Lanes>(6.9313812256e-01), real::<Lanes>(9.0580006145e-06));
    let (lg1, lg2, lg3, lg4): (Lanes, Lanes, Lanes, Lanes) =
        (real(0.66666662693), real(0.40000972152), real(0.28498786688), real(0.24279078841));
    // 1 + x as a power of two, 0 or 1, times 1 + f; c corrects for what rounding took.
    let u = one + x;
    let shifted = bits_add(to_bits(u.0), bits(0x3f80_0000 - 0x3f35_04f3));
    let is_large = x.is_at_least(number(0x3ed4_13d0));
    let or_zero = |large: Lanes| Lanes::choose(is_large, large, Lanes::zero());
    let k = or_zero(Lanes(to_floats(bits_sub(right::<23>(shifted), bits(0x7f)))));
    let c = or_zero((x - (u - one)) / u);
    let reduced = Lanes(of_bits(bits_add(bits_and(shifted, bits(0x007f_ffff)), bits(0x3f35_04f3))));
    let f = Lanes::choose(is_large, reduced - one, x);
    let s = f / (real::<Lanes>(2.0) + f);
    let z = s * s;
    let w = z * z;
    let (t1, t2) = (w * (lg2 + w * lg4), z * (lg1 + w * lg3));
    let r = t2 + t1;
    let hfsq = real::<Lanes>(0.5) * f * f;
    let y = s * (hfsq + r) + (k * ln2.1 + c) - hfsq + f + k * ln2.0;
    Lanes::choose(is_tiny, given, y)
}

/// The sine of an angle in radians.
#[inline(always)]
pub(super) fn sin(x: Lanes) -> Lanes {
    let size = size(x);
    if number(EIGHTH).is_at_least(size).all() {
        return with_signs(signs(x), sin_of_rest(widen(size.0)));
    }
    if !number(LARGEST).is_at_least(size).all() {
        return x.each(Real::sin);
    }
    let (quarters, rest) = quarters(size);
    let y = Lanes::choose(is_odd(quarters), cos_of_rest(rest), sin_of_rest(rest));
    with_signs(bits_xor(signs(x), left::<30>(bits_and(quarters, bits(2)))), y)
}

/// The cosine of an angle in radians.
#[inline(always)]
pub(super) fn cos(x: Lanes) -> Lanes {
    let size = size(x);
    if number(EIGHTH).is_at_least(size).all() {
        return cos_of_rest(widen(size.0));
    }
    if !number(LARGEST).is_at_least(size).all() {
        return x.each(Real::cos);
    }
    let (quarters, rest) = quarters(size);
    let y = Lanes::choose(is_odd(quarters), -sin_of_rest(rest), cos_of_rest(rest));
    with_signs(left::<30>(bits_and(quarters, bits(2))), y)
}

/// Bits of the largest number below an eighth of a turn.
const EIGHTH: u32 = 0x3f49_0fda;
/// Bits of the largest angle for which a quarter turn of 78 bits is good enough.
const LARGEST: u32 = 0x4dc9_0fda;

/// Where whole numbers are odd.
#[inline(always)]
fn is_odd(whole: Whole) -> LaneTruth {
    LaneTruth(mask_of_bits(bits_sub(bits(0), bits_and(whole, bits(1)))))
}

/// An angle from 0 to [`LARGEST`] as quarter turns, of whose number the last two bits are right, and a rest.
#[inline(always)]
fn quarters(x: Lanes) -> (Whole, Doubles) {
    const TO_WHOLE: f64 = 1.5 / f64::EPSILON;
    const INV_PIO2: f64 = 6.36619772367581382433e-01;
    const PIO2_1: f64 = 1.57079631090164184570e+00;
    const PIO2_1T: f64 = 1.58932547735281966916e-08;
    let wide = widen(x.0);
    let times = |x: Doubles, factor: f64| mul_doubles(x, of_double(factor));
    // Up to nine eighths of a turn they are found by comparison, and a quarter turn is one number.
    let one_above = |bits: u32| x.select_gt(number(bits), Lanes::one(), Lanes::zero());
    let few = one_above(EIGHTH) + one_above(0x4016_cbe3) + one_above(0x407b_53d1) + one_above(0x40af_eddf);
    let few_rest = sub_doubles(wide, times(widen(few.0), FRAC_PI_2));
    // Beyond that they are rounded to the whole, which then stands in the last bits.
    let rounded = add_doubles(times(wide, INV_PIO2), of_double(TO_WHOLE));
    let many = sub_doubles(rounded, of_double(TO_WHOLE));
    let many_rest = sub_doubles(sub_doubles(wide, times(many, PIO2_1)), times(many, PIO2_1T));
    let is_many = x.is_above(number(0x40e2_31d5));
    let whole = Lanes::choose(is_many, Lanes(of_bits(low_bits(rounded))), Lanes(of_bits(to_whole(few.0))));
    (to_bits(whole.0), choose_doubles(is_many.0, many_rest, few_rest))
}

/// `a + x b`.
#[inline(always)]
fn line(a: f64, x: Doubles, b: f64) -> Doubles {
    add_doubles(of_double(a), mul_doubles(x, of_double(b)))
}

/// The sine of an angle of at most an eighth turn, and a little.
#[inline(always)]
fn sin_of_rest(x: Doubles) -> Lanes {
    const S1: f64 = -0.166666666416265235595;
    const S2: f64 = 0.0083333293858894631756;
    const S3: f64 = -0.000198393348360966317347;
    const S4: f64 = 0.0000027183114939898219064;
    let z = mul_doubles(x, x);
    let w = mul_doubles(z, z);
    let r = line(S3, z, S4);
    let s = mul_doubles(z, x);
    let high = add_doubles(x, mul_doubles(s, line(S1, z, S2)));
    Lanes(narrow(add_doubles(high, mul_doubles(mul_doubles(s, w), r))))
}

/// The cosine of an angle of at most an eighth turn, and a little.
#[inline(always)]
fn cos_of_rest(x: Doubles) -> Lanes {
    const C0: f64 = -0.499999997251031003120;
    const C1: f64 = 0.0416666233237390631894;
    const C2: f64 = -0.00138867637746099294692;
    const C3: f64 = 0.0000243904487962774090654;
    let z = mul_doubles(x, x);
    let w = mul_doubles(z, z);
    let r = line(C2, z, C3);
    let high = add_doubles(line(1.0, z, C0), mul_doubles(w, of_double(C1)));
    Lanes(narrow(add_doubles(high, mul_doubles(mul_doubles(w, z), r))))
}

#[cfg(test)]
mod tests {
    use super::super::LANES;
    use super::*;
    use std::array::from_fn;

    /// Compares bits with those of `libm` at every `stride`-th number up to the one with these bits, each lane another number.
    fn agree(name: &str, wide: fn(Lanes) -> Lanes, alone: fn(f32) -> f32, largest: u32, stride: usize) {
        for first in (0..=largest - (LANES * stride) as u32).step_by(LANES * stride) {
            for sign in [0, SIGN] {
                let x = from_fn(|i| f32::from_bits((first + (i * stride) as u32) ^ sign));
                let y = wide(Lanes::from_array(x)).to_array();
                for (x, y) in x.into_iter().zip(y) {
                    let expected = alone(x);
                    let same = y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan();
                    assert!(same, "{name} of {x:e}: {y:e} side by side, {expected:e} alone");
                }
            }
        }
    }

    #[test]
    fn have_the_bits_of_libm() {
        // One that is no number stands among those that are.
        let not_a_number = SIGN - 1;
        for (stride, largest) in [(1009, not_a_number), (40_000_003, not_a_number), (5003, LARGEST)] {
            agree("exp", exp, Real::exp, largest, stride);
            agree("ln_1p", ln_1p, Real::ln_1p, largest, stride);
            agree("sin", sin, Real::sin, largest, stride);
            agree("cos", cos, Real::cos, largest, stride);
        }
    }

    /// Minutes: `cargo test --release -p burgess-physics --lib lanes -- --ignored`.
    #[test]
    #[ignore = "takes minutes"]
    fn have_the_bits_of_libm_for_every_number_that_they_do_not_ask_it_for() {
        agree("exp", exp, Real::exp, 88_f32.to_bits() + 9, 1);
        agree("ln_1p", ln_1p, Real::ln_1p, 1_f32.to_bits() + 9, 1);
        agree("sin", sin, Real::sin, LARGEST + 9, 1);
        agree("cos", cos, Real::cos, LARGEST + 9, 1);
    }
}
