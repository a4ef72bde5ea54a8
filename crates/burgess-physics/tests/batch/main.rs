//! Batches that are simulated window by window, on the CPU and on the GPU.

mod cpu;
#[cfg(feature = "gpu")]
mod gpu;
mod support;
