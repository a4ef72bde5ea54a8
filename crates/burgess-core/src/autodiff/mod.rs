//! Scalars the physics is written over.
//!
//! Every law, sweep and gene expansion is generic over [`Real`], so one source serves `f32` (runs), `f64` (the
//! reference), and derivatives of three kinds: [`Dual`] (forward: a few directions, anywhere), [`tape::Var`] (reverse: what runs
//! once a candidate, genes to creature) and, for the laws, [`Traced`](crate::trace::Traced) (their expression graphs, whose reverses are written
//! out as Rust and WGSL: what runs every step). Laws stay
//! straight-line: a choice is a [`Real::select_gt`], never an `if` on a value, because a scalar that records a graph has
//! no values to branch on.

mod dual;
mod real;
pub mod tape;

pub use dual::Dual;
pub use real::{Choose, Compare, Place, Real, Truth, Value, real};
