//! Elementary functions in f32 for networks: plain arithmetic, which fills vector registers and has the same bits everywhere.

/// e^x within three units in the last place, from 2^n e^r with r within half of ln 2 (Cody and Waite 1980; polynomial of Cephes' `expf`). Beyond
/// +-87 it stays at what it is there.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Adding it leaves the nearest whole number in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 87.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * 0.693_359_4) + n * 2.121_944_4e-4;
    let mut p = 1.987_569_1e-4;
    for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        p = p * r + c;
    }
    let p = p * r * r + r + 1.0;
    f32::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 23))
}

/// 1 / (1 + e^-x).
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// tanh, with an absolute error of some 1e-7.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (1.0 + exp(2.0 * x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_agree_with_the_library() {
        for i in -8700..=8700 {
            let x = i as f32 * 0.01;
            let (ours, theirs) = (exp(x), libm::exp(f64::from(x)));
            assert!((f64::from(ours) / theirs - 1.0).abs() < 3e-7, "{x}: {ours} {theirs}");
            assert!((f64::from(tanh(x)) - libm::tanh(f64::from(x))).abs() < 3e-7);
        }
        assert_eq!((exp(0.0), exp(-1e9), sigmoid(0.0)), (1.0, exp(-87.0), 0.5));
    }
}
