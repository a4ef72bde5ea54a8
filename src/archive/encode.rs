//! Exact bytes: numbers as little-endian bits, genomes in the postcard format (<https://postcard.jamesmunns.com>, wire format 1),
//! whose floating-point numbers are little-endian bits too. What is written comes back to the bit, NaN and -0 included.

use super::{Parent, Seen};
use crate::genome::Genome;

/// The canonical bytes of a genome: equal bytes mean equal genomes.
pub fn genome_bytes(genome: &Genome) -> Vec<u8> {
    postcard::to_stdvec(genome).expect("a genome is plain data, and memory takes any number of bytes")
}

/// The genome of canonical bytes; none when they are damaged.
pub fn genome(bytes: &[u8]) -> Option<Genome> {
    postcard::from_bytes(bytes).ok()
}

/// The exact bytes of what an encoder sees.
pub fn seen_bytes(seen: &Seen) -> Vec<u8> {
    postcard::to_stdvec(seen).expect("an experience is plain data, and memory takes any number of bytes")
}

/// What [`seen_bytes`] wrote; none when it is damaged.
pub fn seen(bytes: &[u8]) -> Option<Seen> {
    postcard::from_bytes(bytes).ok()
}

/// Bytes of a number's bits.
pub fn f32_bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// Numbers of [`f32_bytes`]; none when the length does not fit.
pub fn f32s(bytes: &[u8]) -> Option<Vec<f32>> {
    words(bytes).map(|words| words.map(f32::from_le_bytes).collect())
}

/// Bytes of numbers' bits.
pub fn f64_bytes(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// Numbers of [`f64_bytes`]; none when the length does not fit.
pub fn f64s(bytes: &[u8]) -> Option<Vec<f64>> {
    words(bytes).map(|words| words.map(f64::from_le_bytes).collect())
}

/// Three 64-bit words a parent: number, generation, candidate.
pub fn parent_bytes(parents: &[Parent]) -> Vec<u8> {
    let words = |p: &Parent| [p.id, p.generation, u64::from(p.candidate)];
    parents.iter().flat_map(words).flat_map(u64::to_le_bytes).collect()
}

/// Parents of [`parent_bytes`]; none when they are damaged.
pub fn parents(bytes: &[u8]) -> Option<Vec<Parent>> {
    let words: Vec<u64> = words(bytes)?.map(u64::from_le_bytes).collect();
    let parent = |w: &[u64; 3]| Some(Parent { id: w[0], generation: w[1], candidate: u32::try_from(w[2]).ok()? });
    let (parents, rest) = words.as_chunks();
    if rest.is_empty() { parents.iter().map(parent).collect() } else { None }
}

fn words<const N: usize>(bytes: &[u8]) -> Option<impl Iterator<Item = [u8; N]>> {
    let (words, rest) = bytes.as_chunks();
    rest.is_empty().then(|| words.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_numbers_come_back_to_the_bit() {
        let odd = [f64::NAN, -f64::NAN, -0.0, 0.0, f64::INFINITY, f64::MIN_POSITIVE / 4.0, 0.1];
        let back = f64s(&f64_bytes(&odd)).unwrap();
        assert!(odd.iter().zip(&back).all(|(a, b)| a.to_bits() == b.to_bits()));
        let odd = odd.map(|x| x as f32);
        let back = f32s(&f32_bytes(&odd)).unwrap();
        assert!(odd.iter().zip(&back).all(|(a, b)| a.to_bits() == b.to_bits()));
    }

    #[test]
    fn parents_come_back_and_damage_is_noticed() {
        let pair =
            [Parent { id: 9, generation: 2, candidate: 1 }, Parent { id: u64::MAX, generation: 0, candidate: 0 }];
        assert_eq!(parents(&parent_bytes(&pair)).unwrap(), pair);
        assert_eq!(parents(&[]).unwrap(), []);
        assert_eq!(parents(&[0; 8]), None);
        assert_eq!(parents(&[0xff; 24]), None);
        assert_eq!(f32s(&[0; 3]), None);
    }
}
