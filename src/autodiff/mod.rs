//! Scalars the physics is written over.
//!
//! Every law, sweep and gene expansion is generic over [`Real`], so one source serves `f32` (runs), `f64` (the
//! reference) and [`Dual`] (derivatives in tests). Laws stay straight-line: a choice is a [`Real::select_gt`], never
//! an `if` on a value, because a scalar that records an expression graph has no values to branch on.

mod dual;
mod real;

pub use dual::Dual;
pub use real::{Real, Value, real};
