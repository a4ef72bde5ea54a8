//! Dynamics of many different articulated bodies at once, on any GPU or the CPU, with exact gradients.
//!
//! A [`model`] is a body with its controller, a [`plan`] says what surrounds it ([`world`]) and what it is for ([`task`]). A [`batch`]
//! simulates episodes of thousands of models, and differentiates them ([`gradient`]). The [`laws`] are written once, generic over the
//! scalar; [`step`] combines them on the CPU, [`gpu`] in shaders.

pub mod batch;
pub mod environment;
pub mod error;
pub mod example;
pub mod experience;
pub mod frame;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod gradient;
pub mod lanes;
pub mod laws;
pub mod mjcf;
pub mod model;
pub mod objects;
pub mod observer;
pub mod plan;
pub mod scene;
pub mod shared_world;
pub mod step;
pub mod task;
pub mod world;

pub use error::Error;
