//! Gradients of episodes with respect to bodies, brains and genes, against dual numbers and central differences.

#[path = "../shared/zoo.rs"]
mod zoo;

mod gene_episodes;
mod gene_gradients;
mod gradients;
