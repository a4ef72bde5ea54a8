//! Scalars the physics is written over.
//!
//! Every law, sweep and gene expansion is generic over [`Real`], so one source serves `f32` (runs), `f64` (the
//! reference), [`Dual`] (derivatives in tests) and, for the laws, [`trace::Traced`] (their expression graphs). Laws stay
//! straight-line: a choice is a [`Real::select_gt`], never an `if` on a value, because a scalar that records a graph has
//! no values to branch on.

mod dual;
mod real;
pub mod trace;

pub use dual::Dual;
pub use real::{Real, Value, real};
