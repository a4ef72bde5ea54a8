//! Encoders: the same bits for the same seed, files that are read back, and latents that say what they should.

mod bits;
mod files;
#[cfg(feature = "learn")]
mod learning;
mod oscillating;
