//! Numbers over time in few bytes.
//!
//! A channel is stored as whole multiples of its quantum. The quantum is doubled until the channel's range fits into 15 bits, so a stored
//! number differs from the true one by at most half of the quantum that was used ([`Code::quantum`]). Of the multiples, differences from frame
//! to frame are stored, or differences of differences, whichever are smaller. The low bytes of all channels come first, then the high bytes:
//! smooth motion leaves little in the high bytes, and they compress well.

use serde::Serialize;
use std::io::Write as _;

/// A number over time.
pub(super) struct Channel {
    /// Its values, one a frame. A value that is not finite is stored as the one before it.
    pub values: Vec<f64>,
    /// The smallest difference that matters, above zero.
    pub quantum: f64,
}

/// How a channel's numbers are read.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Code {
    /// The multiple of the quantum from which multiples count.
    pub zero: i64,
    /// The quantum that was used.
    pub quantum: f64,
    /// How often differences were taken.
    pub order: usize,
}

/// Channels of one length in the form in which a page holds them.
pub(super) struct Packed {
    /// One a channel.
    pub codes: Vec<Code>,
    /// Two bytes a number: the low bytes, channel after channel, then the high bytes.
    pub bytes: Vec<u8>,
}

/// The largest multiple that is stored, so that differences fit into 16 bits.
const LARGEST: i64 = 32_767;

/// The most by which a quantum is enlarged: what is beyond stays at the end of its range.
const DOUBLINGS: i32 = 60;

/// The most often that differences are taken.
const MOST_ORDERS: usize = 3;

/// Packs channels.
pub(super) fn pack(channels: &[Channel]) -> Packed {
    let (mut codes, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new());
    for channel in channels {
        let (zero, quantum, multiples) = quantised(channel);
        let orders: Vec<Vec<i16>> =
            std::iter::successors(Some(multiples), |before| Some(differences(before))).take(MOST_ORDERS + 1).collect();
        // About the bits that the numbers need.
        let bits = |numbers: &Vec<i16>| numbers.iter().map(|n| 16 - n.unsigned_abs().leading_zeros()).sum::<u32>();
        let order = (0..orders.len()).min_by_key(|&order| bits(&orders[order])).unwrap_or(0);
        codes.push(Code { zero, quantum, order });
        for &number in &orders[order] {
            // The sign goes to the lowest bit: small numbers of either sign become small ones.
            let [low_byte, high_byte] = (((number << 1) ^ (number >> 15)) as u16).to_le_bytes();
            low.push(low_byte);
            high.push(high_byte);
        }
    }
    Packed { codes, bytes: [low, high].concat() }
}

/// Differences from one number to the next, modulo 16 bits; the first number follows 0.
fn differences(numbers: &[i16]) -> Vec<i16> {
    let before = std::iter::once(0).chain(numbers.iter().copied());
    numbers.iter().zip(before).map(|(number, before)| number.wrapping_sub(before)).collect()
}

/// The multiple that counts as zero, the quantum, and the multiples of the quantum above it.
fn quantised(channel: &Channel) -> (i64, f64, Vec<i16>) {
    let mut last = channel.values.iter().copied().find(|value| value.is_finite()).unwrap_or(0.0);
    let hold = |&value: &f64| {
        last = if value.is_finite() { value } else { last };
        last
    };
    let values: Vec<f64> = channel.values.iter().map(hold).collect();
    let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
    let mut quantum = channel.quantum;
    let multiple = |value: f64, quantum: f64| (value / quantum).round() as i64;
    for _ in 0..DOUBLINGS {
        if values.is_empty() || multiple(high, quantum).saturating_sub(multiple(low, quantum)) <= LARGEST {
            break;
        }
        quantum *= 2.0;
    }
    let zero = if values.is_empty() { 0 } else { multiple(low, quantum) };
    let code = |&value: &f64| multiple(value, quantum).saturating_sub(zero).clamp(0, LARGEST) as i16;
    (zero, quantum, values.iter().map(code).collect())
}

/// Compresses bytes into the zlib format, which browsers read.
///
/// # Errors
///
/// Never in practice: the bytes go to memory.
pub(super) fn compressed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// The numbers of packed channels, as a page reads them.
#[cfg(test)]
pub(super) fn unpack(Packed { codes, bytes }: &Packed, frames: usize) -> Vec<Vec<f64>> {
    let (low, high) = bytes.split_at(bytes.len() / 2);
    let channel = |(i, code): (usize, &Code)| {
        let unfold = |place: usize| {
            let folded = u16::from_le_bytes([low[place], high[place]]);
            (folded >> 1) as i16 ^ -((folded & 1) as i16)
        };
        let mut numbers: Vec<i16> = (i * frames..(i + 1) * frames).map(unfold).collect();
        for _ in 0..code.order {
            let sums = numbers.iter().scan(0_i16, |sum, &difference| {
                *sum = sum.wrapping_add(difference);
                Some(*sum)
            });
            numbers = sums.collect();
        }
        numbers.iter().map(|&number| (code.zero + i64::from(number)) as f64 * code.quantum).collect()
    };
    codes.iter().enumerate().map(channel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::rng::{Purpose, Stream};

    #[test]
    fn a_number_comes_back_within_half_a_quantum() {
        let mut stream = Stream::new(3, 0, 0, Purpose::Test);
        // Ranges that fit into 15 bits, and some that need a larger quantum: the last column is the least power of two times the quantum that
        // makes them fit.
        for (range, quantum, expected) in
            [(0.0, 1e-4, 1e-4), (1.5, 1e-4, 1e-4), (40.0, 1e-4, 3.2e-3), (1e9, 1e-4, 107_374.182_4)]
        {
            let values: Vec<f64> = (0..400).map(|_| 7.0 + stream.range(-range, range)).collect();
            let packed = pack(&[Channel { values: values.clone(), quantum }]);
            let used = packed.codes[0].quantum;
            assert!(used <= expected * (1.0 + 1e-12), "{range}: {used}");
            for (value, back) in values.iter().zip(&unpack(&packed, 400)[0]) {
                assert!((value - back).abs() <= 0.5 * used * (1.0 + 1e-6), "{value} became {back}");
            }
        }
    }

    #[test]
    fn smooth_channels_are_small() {
        let values = (0..300).map(|i| 2.0 * (0.1 * f64::from(i)).sin()).collect();
        let packed = pack(&[Channel { values, quantum: 1e-4 }]);
        assert_eq!(packed.codes[0].order, 3);
        assert!(packed.bytes[300..].iter().filter(|&&byte| byte != 0).count() < 5);
    }

    #[test]
    fn what_is_not_finite_is_held() {
        let values = vec![f64::NAN, 1.0, f64::INFINITY, 2.0];
        let packed = pack(&[Channel { values, quantum: 0.5 }, Channel { values: vec![f64::NAN; 4], quantum: 0.5 }]);
        let back = unpack(&packed, 4);
        assert_eq!(back, [[1.0, 1.0, 1.0, 2.0], [0.0; 4]]);
    }

    #[test]
    fn compressed_bytes_come_back() {
        let bytes: Vec<u8> = (0..5000_u32).map(|i| (i * i % 251) as u8).collect();
        let packed = compressed(&bytes).unwrap();
        let mut back = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(&packed[..]), &mut back).unwrap();
        assert_eq!(back, bytes);
    }
}
