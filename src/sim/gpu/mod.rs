//! The GPU backend: the whole evaluation of a batch in WGSL, different bodies side by side, no host hop inside an episode.

mod backend;
pub mod device;
mod support;

pub use backend::{GpuBackend, Options};
pub use support::{describe, recorded, unsupported};
