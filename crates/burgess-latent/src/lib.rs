//! Learned descriptors: what a model sees in a candidate's sequence says how it differs from others.
//!
//! An [`Experience`](burgess_physics::experience::Experience) is a sequence of frames of a
//! [`Layout`](burgess_physics::experience::Layout). An [`Encoder`] normalises it, passes it through a model (principal components, an
//! autoencoder, or a world model: [`EncoderKind`]), and whitens the latent to a few descriptors of unit variance. A [`Trainer`] is an
//! encoder with what it takes to train it, in rounds, on a replay of experiences. Neither knows of archives or loops.
//!
//! Training goes through burn, behind the cargo feature `learn`. All else, encoding and foresight included, is plain Rust and always there.
//! Equations, settings and measurements are in `docs/latent.md`.

mod adam;
mod assess;
mod autoencoder;
#[cfg(feature = "learn")]
mod batches;
mod encoder;
mod error;
mod file;
mod frozen;
mod kernels;
#[cfg(feature = "learn")]
mod learn;
mod normaliser;
mod parameters;
mod pca;
mod sequence;
mod spec;
mod train;
mod whitening;
mod world_model;

pub use assess::Missed;
pub use encoder::Encoder;
pub use error::LatentError;
pub use frozen::{FrozenWorldModel, WorldModelError};
pub use normaliser::Normaliser;
pub use spec::{EncoderKind, EncoderSpec, LatentOf, Size, Training};
pub use train::{Loss, Losses, Trainer};
pub use whitening::Whitening;
pub use world_model::Foreseen;
