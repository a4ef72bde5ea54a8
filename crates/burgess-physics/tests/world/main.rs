//! Free bodies in a shared space: what is conserved, what stands, what a collision leaves, and that nothing depends on threads, order or device.

mod bits;
mod collisions;
mod conservation;
#[cfg(feature = "gpu")]
mod gpu;
mod resting;
mod support;
