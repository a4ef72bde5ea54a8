//! Batches that are simulated window by window, on the CPU and on the GPU.

mod abreast;
#[path = "../physics/bodies.rs"]
#[allow(dead_code)] // shared with the physics tests
mod bodies;
mod cpu;
mod environments;
#[cfg(feature = "gpu")]
mod gpu;
mod support;
