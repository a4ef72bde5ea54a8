//! Keyed random streams: what is drawn depends on what it is for, never on the order of work.
//!
//! A stream is a PCG64 (O'Neill 2014, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms")
//! whose state and increment are mixed out of the key (seed, generation, candidate, purpose) by SplitMix64.
//! Uniform and normal numbers are made here rather than by a distributions crate, whose algorithms change between
//! versions: the golden values in the tests hold for good.

use rand::Rng as _;
use rand_pcg::Pcg64;

/// What a stream is for: two purposes never share numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// An emitter's choice of parents and its mutations.
    Emit = 1,
    /// Centroids of a CVT archive.
    Centroids = 2,
    /// Coefficients of a random terrain.
    Terrain = 3,
    /// Random actions of a benchmark.
    Actions = 4,
    /// Tests and examples.
    Test = 5,
    /// The choice of candidates that are refined.
    Refine = 6,
    /// Starts, guesses and noise of inverse problems.
    Inverse = 7,
    /// Where an emitter begins anew.
    Prepare = 8,
    /// First weights of an encoder.
    Weights = 9,
    /// Which experiences an encoder's gradient step sees.
    Minibatch = 10,
    /// Samples of a world model's latents in training.
    Latents = 11,
    /// Offspring that an encoder learns from.
    Offspring = 12,
    /// Where free bodies of a scene start.
    Placement = 13,
    /// Which places of a pile belong to which group.
    Shuffle = 14,
    /// Random bodies that a shared brain learns from.
    Bodies = 15,
    /// Noise by which a shared brain explores.
    Exploration = 16,
    /// Places of the ground at which environments begin.
    Places = 17,
    /// Pushes of an environment.
    Pushes = 18,
    /// Velocities that an environment asks for.
    Commands = 19,
}

/// A random stream of its own for one key.
#[derive(Clone, Debug)]
pub struct Stream(Pcg64);

impl Stream {
    /// The stream of (seed, generation, candidate, purpose).
    pub fn new(seed: u64, generation: u64, candidate: u64, purpose: Purpose) -> Self {
        // Absorb the key word by word; each word passes through the whole mixer before the next comes in.
        let mut h = 0x6275_7267_6573_7331; // "burgess1"
        for word in [seed, generation, candidate, purpose as u64] {
            h = split_mix(h ^ word);
        }
        let mut next = || {
            h = h.wrapping_add(0x9e37_79b9_7f4a_7c15);
            split_mix(h)
        };
        let mut wide = || (u128::from(next()) << 64) | u128::from(next());
        let (state, stream) = (wide(), wide());
        Self(Pcg64::new(state, stream))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }
    /// Uniform in [0, 1), 53 bits.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }
    /// Uniform in [low, high).
    pub fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }
    /// Uniform whole number in 0..n. `n` must not be zero.
    pub fn below(&mut self, n: usize) -> usize {
        debug_assert!(n > 0);
        // Multiply-shift; the bias is n / 2^64.
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }
    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }
    /// Standard normal number (Box and Muller 1958; the second of the pair is thrown away to keep streams simple).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(1.0 - self.uniform())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
fn split_mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Golden values: if a library or this file changes them, every stored run loses its hash.
    #[test]
    fn streams_are_what_they_always_were() {
        let mut stream = Stream::new(1, 2, 3, Purpose::Emit);
        let bits = [stream.bits(), stream.bits(), stream.bits()];
        assert_eq!(bits, [5545318273166572948, 511450195445401871, 5770346348060967202]);
        let mut stream = Stream::new(0, 0, 0, Purpose::Terrain);
        assert_eq!(
            [stream.uniform(), stream.normal(), stream.below(1000) as f64],
            [0.7169220887984582, -1.0474766242411888, 24.0]
        );
    }

    #[test]
    fn every_part_of_the_key_matters() {
        let first = |s, g, c, p| Stream::new(s, g, c, p).bits();
        let keys = [
            first(1, 0, 0, Purpose::Emit),
            first(0, 1, 0, Purpose::Emit),
            first(0, 0, 1, Purpose::Emit),
            first(0, 0, 0, Purpose::Emit),
            first(0, 0, 0, Purpose::Terrain),
        ];
        for (i, a) in keys.iter().enumerate() {
            assert!(keys[i + 1..].iter().all(|b| a != b), "{keys:?}");
        }
    }

    #[test]
    fn uniform_and_normal_numbers_have_their_moments() {
        let mut stream = Stream::new(5, 0, 0, Purpose::Test);
        let n = 200_000;
        let (mut u1, mut u2, mut n1, mut n2) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..n {
            let (u, z) = (stream.uniform(), stream.normal());
            assert!((0.0..1.0).contains(&u) && z.is_finite());
            u1 += u;
            u2 += u * u;
            n1 += z;
            n2 += z * z;
        }
        let n = f64::from(n);
        assert!((u1 / n - 0.5).abs() < 0.005 && (u2 / n - 1.0 / 3.0).abs() < 0.005);
        assert!((n1 / n).abs() < 0.01 && (n2 / n - 1.0).abs() < 0.02);
    }

    #[test]
    fn below_stays_below() {
        let mut stream = Stream::new(5, 0, 0, Purpose::Test);
        let mut seen = [0; 7];
        for _ in 0..7000 {
            seen[stream.below(7)] += 1;
        }
        assert!(seen.iter().all(|&count| (850..1150).contains(&count)), "{seen:?}");
    }
}
