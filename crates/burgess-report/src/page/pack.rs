//! Numbers over time in few bytes.
//!
//! A channel is stored as whole multiples of its quantum. The quantum is doubled until the channel's range fits into 16 bits, so a stored
//! number differs from the true one by at most half of the quantum that was used ([`Packed::quanta`]). Of the multiples, the differences from
//! frame to frame are stored, first the low bytes of a channel, then its high bytes: smooth motion makes these small, and they compress well.

use std::io::Write as _;

/// A number over time.
pub(super) struct Channel {
    /// Its values, one a frame. A value that is not finite is stored as the one before it.
    pub values: Vec<f64>,
    /// The smallest difference that matters, above zero.
    pub quantum: f64,
}

/// Channels of one length in the form in which a page holds them.
pub(super) struct Packed {
    /// Of each channel: the multiple of the quantum that counts as zero, and the quantum that was used.
    pub quanta: Vec<(i64, f64)>,
    /// Two bytes a number, channel after channel.
    pub bytes: Vec<u8>,
}

/// The largest multiple that is stored: a difference of two then still fits into 16 bits.
const LARGEST: i64 = 32_767;

/// The most by which a quantum is enlarged: what is beyond stays at the end of its range.
const DOUBLINGS: i32 = 60;

/// Packs channels.
pub(super) fn pack(channels: &[Channel]) -> Packed {
    let mut packed = Packed { quanta: Vec::new(), bytes: Vec::new() };
    for channel in channels {
        let (zero, quantum, codes) = quantised(channel);
        packed.quanta.push((zero, quantum));
        let before = std::iter::once(0).chain(codes.iter().copied());
        // Zigzag: small differences of either sign become small numbers.
        let differences = codes.iter().zip(before).map(|(&code, before)| code.wrapping_sub(before));
        let folded: Vec<u16> = differences.map(|d| ((d << 1) ^ (d >> 15)) as u16).collect();
        packed.bytes.extend(folded.iter().map(|&code| code as u8));
        packed.bytes.extend(folded.iter().map(|&code| (code >> 8) as u8));
    }
    packed
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use burgess_core::rng::{Purpose, Stream};

    /// The numbers of packed channels, as a page reads them.
    pub(in super::super) fn unpack(quanta: &[(i64, f64)], bytes: &[u8], frames: usize) -> Vec<Vec<f64>> {
        let channel = |(i, &(zero, quantum)): (usize, &(i64, f64))| {
            let (low, high) = bytes[2 * frames * i..2 * frames * (i + 1)].split_at(frames);
            let mut code = 0_i64;
            let number = |(&low, &high): (&u8, &u8)| {
                let folded = i64::from(low) | i64::from(high) << 8;
                code += if folded & 1 == 0 { folded >> 1 } else { !(folded >> 1) };
                (zero + code) as f64 * quantum
            };
            low.iter().zip(high).map(number).collect()
        };
        quanta.iter().enumerate().map(channel).collect()
    }

    #[test]
    fn a_number_comes_back_within_half_a_quantum() {
        let mut stream = Stream::new(3, 0, 0, Purpose::Test);
        // Ranges that fit into 16 bits, and one that needs a larger quantum.
        for (range, quantum, expected) in [(0.0, 1e-4, 1e-4), (1.5, 1e-4, 1e-4), (40.0, 1e-4, 1.6e-3), (1e9, 1e-4, 6.5536e4)] {
            let values: Vec<f64> = (0..400).map(|_| 7.0 + stream.range(-range, range)).collect();
            let packed = pack(&[Channel { values: values.clone(), quantum }]);
            let used = packed.quanta[0].1;
            assert!(used <= expected * (1.0 + 1e-12), "{range}: {used}");
            for (value, back) in values.iter().zip(&unpack(&packed.quanta, &packed.bytes, 400)[0]) {
                assert!((value - back).abs() <= 0.5 * used * (1.0 + 1e-6), "{value} became {back}");
            }
        }
    }

    #[test]
    fn what_is_not_finite_is_held() {
        let values = vec![f64::NAN, 1.0, f64::INFINITY, 2.0];
        let packed = pack(&[Channel { values, quantum: 0.5 }, Channel { values: vec![f64::NAN; 4], quantum: 0.5 }]);
        let back = unpack(&packed.quanta, &packed.bytes, 4);
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
