//! One brain for all bodies.
//!
//! A [`SharedBrain`] is a network that looks at a body, link by link, and makes the controller of that body: a hypernetwork (Ha, Dai and Le 2017,
//! "HyperNetworks"; for bodies of all kinds Xiong et al. 2024, "Distilling Morphology-Conditioned Hypernetworks for Efficient Universal
//! Morphology Control"). Its weights are the same for every body. It runs once an episode on the processor; the controllers that it makes are
//! small networks, which devices evaluate at each decision as they do any other.
//!
//! - [`describe`](describe::Description): a body as the network sees it;
//! - [`brain`]: the network, forth and back;
//! - [`train`]: training over ever new bodies, by exploration or by gradients through the physics;
//! - [`mod@file`]: a brain in a file.

pub mod brain;
pub mod describe;
mod error;
pub mod file;
mod number;
mod product;
pub mod train;

pub use brain::{SharedBrain, SharedSpec};
pub use error::{LearnError, Result};
pub use number::Number;
