//! The GPU backend: the whole evaluation of a batch in WGSL, different bodies side by side, no host hop inside an episode.

pub mod device;
