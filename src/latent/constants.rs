//! Numbers of the world model that stand in training, in inference, and in the episode loop on both devices.

/// The part of the uniform distribution in every categorical.
pub const UNIMIX: f64 = 0.01;
/// Subtracted from what opens the update gate, so that states last at first.
pub const UPDATE_BIAS: f64 = 1.0;
/// Added to a mean square under a root.
pub const EPSILON: f64 = 1e-6;
/// Normalised features are kept within this, on both sides.
pub const CLIP: f64 = 10.0;
