//! Benchmarks of quality-diversity: problems without bodies and without physics, whose published figures show whether archives and
//! emitters are right before physics enters.
//!
//! A benchmark goes through the same loop as an evolution. Its genome is a point ([`crate::genome::Brain::Point`]) without a body,
//! which compiles to a controller that nobody obeys; [`PointBackend`] evaluates such candidates in place of a simulation and
//! differentiates them by hand.

mod backend;
mod problem;

pub use backend::PointBackend;
pub use problem::Problem;
