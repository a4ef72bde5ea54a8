//! Refinement: candidates take gradient steps on their genes before they are judged.
//!
//! All candidates of a batch that are chosen ([`choice`]) climb together, on a GPU in two groups: one call of the differentiator a step and group, then the
//! gradient of each comes back to its genes ([`genes`]) and it takes its own step ([`climb`]), while the device works on the other group. Afterwards all that moved are
//! simulated over the full episode, and whichever of before and after the experiment accepts is the candidate's result. How well
//! gradients kept their promises ([`trust`]) decides whether its children are refined.
//!
//! Every result depends on its candidate alone, and on the archive before the batch where the experiment looks at that.

pub mod choice;
pub mod climb;
pub mod genes;
mod learner;
mod space;
pub mod trust;

pub use learner::{Accepted, Born, Learned, Learner, Refinements};
pub use space::GeneSpace;
