//! Vectors of four for x86: SSE2, which every 64-bit processor of the kind has. `portable.rs` has the same for any processor.

use std::arch::x86_64::*;

/// Single-precision numbers.
pub(super) type Floats = __m128;
/// What is true of each: all bits or none.
pub(super) type Masks = __m128;
/// Whole numbers, or bits.
pub(super) type Whole = __m128i;
/// Double-precision numbers.
pub(super) type Doubles = [__m128d; 2];

macro_rules! functions {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty = $intrinsic:expr;)+) => {$(
        #[inline(always)]
        pub(super) fn $name($($argument: $type),*) -> $result {
            // SAFETY: SSE2 is there wherever this is compiled.
            #[allow(unused_unsafe)]
            unsafe { $intrinsic }
        }
    )+};
}

functions! {
    of(x: f32) -> Floats = _mm_set1_ps(x);
    from_array(x: [f32; 4]) -> Floats = _mm_setr_ps(x[0], x[1], x[2], x[3]);
    to_array(x: Floats) -> [f32; 4] = std::mem::transmute(x);
    add(a: Floats, b: Floats) -> Floats = _mm_add_ps(a, b);
    sub(a: Floats, b: Floats) -> Floats = _mm_sub_ps(a, b);
    mul(a: Floats, b: Floats) -> Floats = _mm_mul_ps(a, b);
    div(a: Floats, b: Floats) -> Floats = _mm_div_ps(a, b);
    sqrt(a: Floats) -> Floats = _mm_sqrt_ps(a);
    above(a: Floats, b: Floats) -> Masks = _mm_cmpgt_ps(a, b);
    at_least(a: Floats, b: Floats) -> Masks = _mm_cmpge_ps(a, b);
    choose(mask: Masks, a: Floats, b: Floats) -> Floats = _mm_or_ps(_mm_and_ps(mask, a), _mm_andnot_ps(mask, b));
    masks(x: [u32; 4]) -> Masks = std::mem::transmute(x);
    mask_array(x: Masks) -> [u32; 4] = std::mem::transmute(x);
    mask_and(a: Masks, b: Masks) -> Masks = _mm_and_ps(a, b);
    mask_or(a: Masks, b: Masks) -> Masks = _mm_or_ps(a, b);
    mask_xor(a: Masks, b: Masks) -> Masks = _mm_xor_ps(a, b);
    any(mask: Masks) -> bool = _mm_movemask_ps(mask) != 0;
    all(mask: Masks) -> bool = _mm_movemask_ps(mask) == 15;
    to_bits(x: Floats) -> Whole = _mm_castps_si128(x);
    of_bits(x: Whole) -> Floats = _mm_castsi128_ps(x);
    mask_of_bits(x: Whole) -> Masks = _mm_castsi128_ps(x);
    bits(x: u32) -> Whole = _mm_set1_epi32(x as i32);
    bits_and(a: Whole, b: Whole) -> Whole = _mm_and_si128(a, b);
    bits_xor(a: Whole, b: Whole) -> Whole = _mm_xor_si128(a, b);
    bits_add(a: Whole, b: Whole) -> Whole = _mm_add_epi32(a, b);
    bits_sub(a: Whole, b: Whole) -> Whole = _mm_sub_epi32(a, b);
    to_floats(x: Whole) -> Floats = _mm_cvtepi32_ps(x);
    to_whole(x: Floats) -> Whole = _mm_cvttps_epi32(x);
    widen(x: Floats) -> Doubles = [_mm_cvtps_pd(x), _mm_cvtps_pd(_mm_movehl_ps(x, x))];
    narrow(x: Doubles) -> Floats = _mm_movelh_ps(_mm_cvtpd_ps(x[0]), _mm_cvtpd_ps(x[1]));
    of_double(x: f64) -> Doubles = [_mm_set1_pd(x); 2];
    add_doubles(a: Doubles, b: Doubles) -> Doubles = [_mm_add_pd(a[0], b[0]), _mm_add_pd(a[1], b[1])];
    sub_doubles(a: Doubles, b: Doubles) -> Doubles = [_mm_sub_pd(a[0], b[0]), _mm_sub_pd(a[1], b[1])];
    mul_doubles(a: Doubles, b: Doubles) -> Doubles = [_mm_mul_pd(a[0], b[0]), _mm_mul_pd(a[1], b[1])];
    low_bits(x: Doubles) -> Whole = {
        let [a, b] = x.map(|half| _mm_castpd_ps(half));
        _mm_castps_si128(_mm_shuffle_ps::<0b10_00_10_00>(a, b))
    };
    choose_doubles(mask: Masks, a: Doubles, b: Doubles) -> Doubles = {
        let halves = [_mm_unpacklo_ps(mask, mask), _mm_unpackhi_ps(mask, mask)].map(|half| _mm_castps_pd(half));
        let one = |i: usize| _mm_or_pd(_mm_and_pd(halves[i], a[i]), _mm_andnot_pd(halves[i], b[i]));
        [one(0), one(1)]
    };
}

/// Bits moved left.
#[inline(always)]
pub(super) fn left<const BY: i32>(x: Whole) -> Whole {
    // SAFETY: as above.
    #[allow(unused_unsafe)]
    unsafe {
        _mm_slli_epi32::<BY>(x)
    }
}

/// Bits moved right, zeros after them.
#[inline(always)]
pub(super) fn right<const BY: i32>(x: Whole) -> Whole {
    // SAFETY: as above.
    #[allow(unused_unsafe)]
    unsafe {
        _mm_srli_epi32::<BY>(x)
    }
}
