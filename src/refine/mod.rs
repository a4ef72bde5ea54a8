//! Gradient steps on candidates: from the gradient of an episode to better genes.

pub mod genes;
pub mod optimiser;
