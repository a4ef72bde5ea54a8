//! Vectors of four for any processor, as arrays. `x86.rs` has the same in its registers.

use std::array::from_fn;

/// Single-precision numbers.
pub(super) type Floats = [f32; 4];
/// What is true of each: all bits or none.
pub(super) type Masks = [u32; 4];
/// Whole numbers, or bits.
pub(super) type Whole = [u32; 4];
/// Double-precision numbers.
pub(super) type Doubles = [f64; 4];

macro_rules! functions {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty = $lanes:expr;)+) => {$(
        #[inline(always)]
        pub(super) fn $name($($argument: $type),*) -> $result {
            $lanes
        }
    )+};
}

#[inline(always)]
fn mask(answer: bool) -> u32 {
    if answer { u32::MAX } else { 0 }
}

functions! {
    of(x: f32) -> Floats = [x; 4];
    from_array(x: [f32; 4]) -> Floats = x;
    to_array(x: Floats) -> [f32; 4] = x;
    add(a: Floats, b: Floats) -> Floats = from_fn(|i| a[i] + b[i]);
    sub(a: Floats, b: Floats) -> Floats = from_fn(|i| a[i] - b[i]);
    mul(a: Floats, b: Floats) -> Floats = from_fn(|i| a[i] * b[i]);
    div(a: Floats, b: Floats) -> Floats = from_fn(|i| a[i] / b[i]);
    sqrt(a: Floats) -> Floats = from_fn(|i| a[i].sqrt());
    above(a: Floats, b: Floats) -> Masks = from_fn(|i| mask(a[i] > b[i]));
    at_least(a: Floats, b: Floats) -> Masks = from_fn(|i| mask(a[i] >= b[i]));
    choose(mask: Masks, a: Floats, b: Floats) -> Floats =
        from_fn(|i| f32::from_bits((mask[i] & a[i].to_bits()) | (!mask[i] & b[i].to_bits())));
    masks(x: [u32; 4]) -> Masks = x;
    mask_array(x: Masks) -> [u32; 4] = x;
    mask_and(a: Masks, b: Masks) -> Masks = from_fn(|i| a[i] & b[i]);
    mask_or(a: Masks, b: Masks) -> Masks = from_fn(|i| a[i] | b[i]);
    mask_xor(a: Masks, b: Masks) -> Masks = from_fn(|i| a[i] ^ b[i]);
    any(mask: Masks) -> bool = mask != [0; 4];
    all(mask: Masks) -> bool = mask == [u32::MAX; 4];
    to_bits(x: Floats) -> Whole = x.map(f32::to_bits);
    of_bits(x: Whole) -> Floats = x.map(f32::from_bits);
    mask_of_bits(x: Whole) -> Masks = x;
    bits(x: u32) -> Whole = [x; 4];
    bits_and(a: Whole, b: Whole) -> Whole = from_fn(|i| a[i] & b[i]);
    bits_xor(a: Whole, b: Whole) -> Whole = from_fn(|i| a[i] ^ b[i]);
    bits_add(a: Whole, b: Whole) -> Whole = from_fn(|i| a[i].wrapping_add(b[i]));
    bits_sub(a: Whole, b: Whole) -> Whole = from_fn(|i| a[i].wrapping_sub(b[i]));
    to_floats(x: Whole) -> Floats = x.map(|x| x as i32 as f32);
    to_whole(x: Floats) -> Whole = x.map(|x| x as i32 as u32);
    widen(x: Floats) -> Doubles = x.map(f64::from);
    narrow(x: Doubles) -> Floats = x.map(|x| x as f32);
    of_double(x: f64) -> Doubles = [x; 4];
    add_doubles(a: Doubles, b: Doubles) -> Doubles = from_fn(|i| a[i] + b[i]);
    sub_doubles(a: Doubles, b: Doubles) -> Doubles = from_fn(|i| a[i] - b[i]);
    mul_doubles(a: Doubles, b: Doubles) -> Doubles = from_fn(|i| a[i] * b[i]);
    low_bits(x: Doubles) -> Whole = x.map(|x| x.to_bits() as u32);
    choose_doubles(mask: Masks, a: Doubles, b: Doubles) -> Doubles = from_fn(|i| if mask[i] == 0 { b[i] } else { a[i] });
}

/// Bits moved left.
#[inline(always)]
pub(super) fn left<const BY: i32>(x: Whole) -> Whole {
    x.map(|x| x << BY)
}

/// Bits moved right, zeros after them.
#[inline(always)]
pub(super) fn right<const BY: i32>(x: Whole) -> Whole {
    x.map(|x| x >> BY)
}
