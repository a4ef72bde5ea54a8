//! The traced scalar: run a law on it, and what comes out is the law's expression graph.
//!
//! From the graph the law's reverse is derived ([`Graph::reverse`]). Both are written as WGSL ([`wgsl`]), and the reverses that the
//! processor's backward sweep calls as Rust ([`rust`]), so that a law stands in one Rust function and nowhere else. Equal
//! expressions are recorded once.

mod graph;
mod record;
mod reverse;
pub mod rust;
mod scalar;
pub mod wgsl;
mod writer;

pub use graph::{Graph, NodeId};
pub use record::Tracer;
pub use scalar::Traced;
