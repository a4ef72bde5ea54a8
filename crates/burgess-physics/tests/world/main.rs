//! Free bodies and creatures in a shared space: what is conserved, what stands, what a collision leaves, and that
//! nothing depends on threads, order or device.

mod bits;
#[path = "../physics/bodies.rs"]
#[allow(dead_code)] // the tests of creatures by themselves use the rest
mod bodies;
mod collisions;
mod conservation;
mod creatures;
#[cfg(feature = "gpu")]
mod gpu;
mod resting;
mod support;
