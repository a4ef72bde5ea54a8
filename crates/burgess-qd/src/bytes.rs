//! Numbers as little-endian bytes of their bits. What is written comes back to the bit, NaN and -0 included.

/// The bytes of numbers.
pub fn f32_bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// The numbers of [`f32_bytes`]; `None` when the length does not fit.
pub fn f32s(bytes: &[u8]) -> Option<Vec<f32>> {
    words(bytes).map(|words| words.map(f32::from_le_bytes).collect())
}

/// The bytes of numbers.
pub fn f64_bytes(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// The numbers of [`f64_bytes`]; `None` when the length does not fit.
pub fn f64s(bytes: &[u8]) -> Option<Vec<f64>> {
    words(bytes).map(|words| words.map(f64::from_le_bytes).collect())
}

/// Splits bytes into words of `N` bytes; `None` when some are left over.
pub fn words<const N: usize>(bytes: &[u8]) -> Option<impl Iterator<Item = [u8; N]>> {
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
        assert_eq!(f32s(&[0; 3]), None);
    }
}
