//! Quality-diversity search: archives, emitters, evolution strategies and schedules, generic over what is searched.
//!
//! The crate knows nothing of bodies, physics or files. A domain gives it a [`Solution`] (what varies), a [`SearchSpace`] (how it varies
//! and compiles) and evaluated candidates; the crate decides what becomes an elite and what is tried next.

pub mod archive;
pub mod bytes;
pub mod cma;
pub mod emitter;
pub mod optimiser;
pub mod solution;
pub mod space;
pub mod vector;

pub use archive::{Archive, Axis, Elites};
pub use emitter::Emitter;
pub use solution::{Evaluated, Parent, Solution};
pub use space::{Compiled, GeneGroup, Parameter, Part, Rejection, SearchSpace};
pub use vector::RealSpace;
