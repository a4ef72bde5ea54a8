//! Numbers and bytes that nobody expects.

use burgess_core::rng::Stream;

/// What stands in for a number in a text.
pub(crate) const ODD: [&str; 24] = [
    "0",
    "-1",
    "1",
    "-0.0",
    "1e308",
    "-1e308",
    "1e9",
    "1e-9",
    "5e-324",
    "NaN",
    "inf",
    "-inf",
    "1e999",
    "127",
    "255",
    "256",
    "65535",
    "65536",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "340282366920938463463374607431768211456",
    "0x7fffffff",
];

/// One of a list.
pub(crate) fn one<'a, T>(list: &'a [T], stream: &mut Stream) -> &'a T {
    &list[stream.below(list.len())]
}

/// A number of about that size, written as that was; some odd one now and then.
pub(crate) fn in_place_of(number: &str, stream: &mut Stream) -> String {
    if stream.chance(0.35) {
        return (*one(&ODD, stream)).to_owned();
    }
    if stream.chance(0.02) {
        return number.to_owned() + &"7".repeat(1 << stream.below(17));
    }
    if let Ok(whole) = number.parse::<i64>() {
        let changed = match stream.below(4) {
            0 => whole.wrapping_add(1),
            1 => whole.wrapping_sub(1),
            2 => whole.wrapping_mul(2),
            _ => whole / 2,
        };
        return changed.to_string();
    }
    let value: f64 = number.parse().unwrap_or(1.0);
    let changed = match stream.below(5) {
        0 => -value,
        1 => value * 10.0,
        2 => value * 0.1,
        3 => f64::from_bits(value.to_bits().wrapping_add(1)),
        _ => value * stream.range(0.5, 2.0),
    };
    format!("{changed:?}")
}

/// Words of a binary format: of floating-point numbers, lengths and signs.
const WORDS: [u64; 14] = [
    0,
    1,
    u64::MAX,
    0x7fc0_0000_7fc0_0000,
    0x7f80_0000_7f80_0000,
    0xff80_0000_ff80_0000,
    0x7f7f_ffff_7f7f_ffff,
    0x7ff8_0000_0000_0000,
    0x7ff0_0000_0000_0000,
    0x7fef_ffff_ffff_ffff,
    0x8000_0000_8000_0000,
    0x0000_0001_0000_0001,
    // The longest lengths of variable size that postcard reads as 32 and 64 bits.
    0x0000_000f_ffff_ffff,
    0x7fff_ffff_ffff_ffff,
];

/// Changes some bytes: flips, cuts, doubles, overwrites; `other` is what parts are taken from.
pub(crate) fn change_bytes(bytes: &mut Vec<u8>, other: &[u8], stream: &mut Stream) {
    let length = bytes.len();
    if length == 0 {
        bytes.push(stream.bits() as u8);
        return;
    }
    let at = stream.below(length);
    let most = 1 << stream.below(11);
    let until = (at + 1 + stream.below(most)).min(length);
    match stream.below(8) {
        0 | 1 => bytes[at] ^= 1 << stream.below(8),
        2 => bytes[at] = stream.bits() as u8,
        3 => drop(bytes.drain(at..until)),
        4 => {
            let part = bytes[at..until].to_vec();
            bytes.splice(at..at, part);
        }
        5 if !other.is_empty() => {
            let from = stream.below(other.len());
            let part = &other[from..(from + until - at).min(other.len())];
            bytes.splice(at..until, part.iter().copied());
        }
        6 if stream.chance(0.3) => bytes.truncate(at),
        _ => {
            // Numbers stand at multiples of their sizes.
            let at = if stream.chance(0.7) { at & !3 } else { at };
            let word = one(&WORDS, stream).to_le_bytes();
            let count = (*one(&[1, 2, 4, 8], stream)).min(length - at);
            bytes[at..at + count].copy_from_slice(&word[..count]);
        }
    }
}
