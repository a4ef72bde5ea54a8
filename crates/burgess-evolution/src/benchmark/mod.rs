//! Benchmarks of quality-diversity: functions of points, without bodies and without physics. Published figures show whether archives and
//! emitters are right before physics enters.
//!
//! A benchmark goes through the same loop as an evolution. Its solutions are [`Point`]s of a real space, which a [`BenchmarkFunction`] evaluates.

mod point;
mod problem;

pub use point::{FullTrust, Point};
pub use problem::BenchmarkFunction;
