//! Elementary functions of several numbers side by side, to the bit those of the `libm` crate, whose algorithms (FreeBSD's msun) and constants
//! they have: what `libm` branches on is here worked out for every lane, and chosen from. Each covers the arguments that are common;
//! where one lane has another, `libm` is asked lane by lane.

use super::{LANES, LaneTruth, Lanes, each};
use burgess_core::autodiff::{Choose, Compare, Real, Truth, real};
use std::f64::consts::FRAC_PI_2;

/// The number with these bits, in every lane.
#[inline(always)]
fn of_bits(bits: u32) -> Lanes {
    Lanes([f32::from_bits(bits); LANES])
}

/// The sign bits.
#[inline(always)]
fn signs(x: Lanes) -> [u32; LANES] {
    each(x.0, x.0, |x, _| x.to_bits() & 0x8000_0000)
}

/// `y`, its sign turned where that of `x` is set.
#[inline(always)]
fn with_signs(signs: [u32; LANES], y: Lanes) -> Lanes {
    Lanes(each(signs, y.0, |sign, y| f32::from_bits(y.to_bits() ^ sign)))
}

/// The size of a number: its sign bit cleared.
#[inline(always)]
fn size(x: Lanes) -> Lanes {
    Lanes(each(x.0, x.0, |x, _| x.abs()))
}

/// The exponential function, zero below -87 as that of [`Real`].
#[inline(always)]
pub(super) fn exp(x: Lanes) -> Lanes {
    if !real::<Lanes>(88.0).is_at_least(x).all() {
        return Lanes(x.0.map(Real::exp));
    }
    let (least, one) = (real::<Lanes>(-87.0), Lanes::one());
    let ln2 = (real::<Lanes>(6.9314575195e-01), real::<Lanes>(1.4286067653e-06));
    let (p1, p2): (Lanes, Lanes) = (real(1.6666625440e-1), real(-2.7667332906e-3));
    let bounded = least.select_gt(x, least, x);
    // In powers of two: rounded to whole ones, 1 or -1 from half the logarithm of two, none below.
    let (size, half) = (size(bounded), with_signs(signs(bounded), real(0.5)));
    let powers = size.select_gt(of_bits(0x3f85_1592), bounded * real(1.4426950216) + half, half + half);
    let powers = size.select_gt(of_bits(0x3eb1_7218), powers, Lanes::zero());
    // SAFETY: all are between -126 and 127.
    let k = each(powers.0, powers.0, |powers, _| unsafe { powers.to_int_unchecked::<i32>() });
    let whole = Lanes(each(k, k, |k, _| k as f32));
    let (high, low) = (bounded - whole * ln2.0, whole * ln2.1);
    let rest = high - low;
    let squared = rest * rest;
    let c = rest - squared * (p1 + squared * p2);
    let y = one + (rest * c / (real::<Lanes>(2.0) - c) - low + high);
    let scaled = y * Lanes(each(k, k, |k, _| f32::from_bits(((0x7f + k) << 23) as u32)));
    let y = size.select_gt(of_bits(0x3900_0000), scaled, one + bounded);
    least.select_gt(x, Lanes::zero(), y)
}

/// The logarithm of `1 + x`.
#[inline(always)]
pub(super) fn ln_1p(x: Lanes) -> Lanes {
    let one = Lanes::one();
    if !(x.is_at_least(Lanes::zero()) & one.is_at_least(x)).all() {
        return Lanes(x.0.map(Real::ln_1p));
    }
    let ln2 = (real::<Lanes>(6.9313812256e-01), real::<Lanes>(9.0580006145e-06));
    let (lg1, lg2, lg3, lg4): (Lanes, Lanes, Lanes, Lanes) =
        (real(0.66666662693), real(0.40000972152), real(0.28498786688), real(0.24279078841));
    // 1 + x as a power of two, 0 or 1, times 1 + f; c corrects for what rounding took.
    let u = one + x;
    let bits = each(u.0, u.0, |u, _| u.to_bits() + (0x3f80_0000 - 0x3f35_04f3));
    let is_large = x.is_at_least(of_bits(0x3ed4_13d0));
    let or_zero = |large: Lanes| Lanes::choose(is_large, large, Lanes::zero());
    let k = or_zero(Lanes(each(bits, bits, |bits, _| ((bits >> 23) as i32 - 0x7f) as f32)));
    let c = or_zero((x - (u - one)) / u);
    let reduced = Lanes(each(bits, bits, |bits, _| f32::from_bits((bits & 0x007f_ffff) + 0x3f35_04f3)));
    let f = Lanes::choose(is_large, reduced - one, x);
    let s = f / (real::<Lanes>(2.0) + f);
    let z = s * s;
    let w = z * z;
    let (t1, t2) = (w * (lg2 + w * lg4), z * (lg1 + w * lg3));
    let r = t2 + t1;
    let hfsq = real::<Lanes>(0.5) * f * f;
    let y = s * (hfsq + r) + (k * ln2.1 + c) - hfsq + f + k * ln2.0;
    Lanes::choose(x.is_at_least(of_bits(0x3380_0000)), y, x)
}

/// The sine of an angle in radians.
#[inline(always)]
pub(super) fn sin(x: Lanes) -> Lanes {
    let size = size(x);
    if of_bits(EIGHTH).is_at_least(size).all() {
        return with_signs(signs(x), sin_of_rest(widened(size)));
    }
    if !of_bits(LARGEST).is_at_least(size).all() {
        return Lanes(x.0.map(Real::sin));
    }
    let (quarters, rest) = quarters(size);
    let y = Lanes::choose(bit(quarters, 0), cos_of_rest(rest), sin_of_rest(rest));
    with_signs(each(signs(x), quarters, |sign, quarters| sign ^ ((quarters & 2) << 30)), y)
}

/// The cosine of an angle in radians.
#[inline(always)]
pub(super) fn cos(x: Lanes) -> Lanes {
    let size = size(x);
    if of_bits(EIGHTH).is_at_least(size).all() {
        return cos_of_rest(widened(size));
    }
    if !of_bits(LARGEST).is_at_least(size).all() {
        return Lanes(x.0.map(Real::cos));
    }
    let (quarters, rest) = quarters(size);
    let y = Lanes::choose(bit(quarters, 0), -sin_of_rest(rest), cos_of_rest(rest));
    with_signs(each(quarters, quarters, |quarters, _| (quarters & 2) << 30), y)
}

/// Bits of the largest number below an eighth of a turn.
const EIGHTH: u32 = 0x3f49_0fda;
/// Bits of the largest angle for which a quarter turn of 78 bits is good enough.
const LARGEST: u32 = 0x4dc9_0fda;

/// In double precision.
#[inline(always)]
fn widened(x: Lanes) -> [f64; LANES] {
    each(x.0, x.0, |x, _| f64::from(x))
}

/// Where a bit is set.
#[inline(always)]
fn bit(bits: [u32; LANES], place: u32) -> LaneTruth {
    LaneTruth(each(bits, bits, |bits, _| 0_u32.wrapping_sub((bits >> place) & 1)))
}

/// An angle from 0 to [`LARGEST`] as quarter turns, of whose number the last two bits are right, and a rest.
#[inline(always)]
fn quarters(x: Lanes) -> ([u32; LANES], [f64; LANES]) {
    const TO_WHOLE: f64 = 1.5 / f64::EPSILON;
    const INV_PIO2: f64 = 6.36619772367581382433e-01;
    const PIO2_1: f64 = 1.57079631090164184570e+00;
    const PIO2_1T: f64 = 1.58932547735281966916e-08;
    let wide = widened(x);
    // Up to nine eighths of a turn they are found by comparison, and a quarter turn is one number.
    let one_above = |bits: u32| x.select_gt(of_bits(bits), Lanes::one(), Lanes::zero());
    let few = one_above(EIGHTH) + one_above(0x4016_cbe3) + one_above(0x407b_53d1) + one_above(0x40af_eddf);
    let few_whole = each(few.0, few.0, |few, _| few as u32);
    let few_rest = each(wide, few.0, |wide, few| wide - f64::from(few) * FRAC_PI_2);
    let is_many = x.is_above(of_bits(0x40e2_31d5));
    if !is_many.any() {
        return (few_whole, few_rest);
    }
    // Beyond that they are rounded to the whole, which then stands in the last bits.
    let rounded = each(wide, wide, |wide, _| wide * INV_PIO2 + TO_WHOLE);
    let rest = each(wide, rounded, |wide, rounded| {
        let whole = rounded - TO_WHOLE;
        wide - whole * PIO2_1 - whole * PIO2_1T
    });
    let whole = each(rounded, rounded, |rounded, _| rounded.to_bits() as u32);
    let mut both = (few_whole, few_rest);
    for i in 0..LANES {
        if is_many.lane(i) {
            (both.0[i], both.1[i]) = (whole[i], rest[i]);
        }
    }
    both
}

/// The sine of an angle of at most an eighth turn, and a little.
#[inline(always)]
fn sin_of_rest(x: [f64; LANES]) -> Lanes {
    const S1: f64 = -0.166666666416265235595;
    const S2: f64 = 0.0083333293858894631756;
    const S3: f64 = -0.000198393348360966317347;
    const S4: f64 = 0.0000027183114939898219064;
    Lanes(each(x, x, |x, _| {
        let z = x * x;
        let w = z * z;
        let r = S3 + z * S4;
        let s = z * x;
        ((x + s * (S1 + z * S2)) + s * w * r) as f32
    }))
}

/// The cosine of an angle of at most an eighth turn, and a little.
#[inline(always)]
fn cos_of_rest(x: [f64; LANES]) -> Lanes {
    const C0: f64 = -0.499999997251031003120;
    const C1: f64 = 0.0416666233237390631894;
    const C2: f64 = -0.00138867637746099294692;
    const C3: f64 = 0.0000243904487962774090654;
    Lanes(each(x, x, |x, _| {
        let z = x * x;
        let w = z * z;
        let r = C2 + z * C3;
        (((1.0 + z * C0) + w * C1) + (w * z) * r) as f32
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::array::from_fn;

    /// Compares bits with those of `libm` at every `stride`-th number there is, each in another lane, beside a number of the common range.
    fn agree(name: &str, wide: fn(Lanes) -> Lanes, alone: fn(f32) -> f32, stride: usize) {
        for first in (0..=u32::MAX - 8 * stride as u32).step_by(LANES * stride) {
            let x = from_fn(|i| f32::from_bits(first + (i * stride) as u32));
            let Lanes(y) = wide(Lanes(x));
            for (x, y) in x.into_iter().zip(y) {
                let expected = alone(x);
                let same = y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan();
                assert!(same, "{name} of {x:e}: {y:e} side by side, {expected:e} alone");
            }
        }
    }

    fn all_agree(stride: usize) {
        agree("exp", exp, Real::exp, stride);
        agree("ln_1p", ln_1p, Real::ln_1p, stride);
        agree("sin", sin, Real::sin, stride);
        agree("cos", cos, Real::cos, stride);
    }

    #[test]
    fn have_the_bits_of_libm() {
        all_agree(1009);
    }

    /// A minute: `cargo test --release -p burgess-physics --lib lanes -- --ignored`.
    #[test]
    #[ignore = "takes a minute"]
    fn have_the_bits_of_libm_for_every_number() {
        all_agree(1);
    }
}
