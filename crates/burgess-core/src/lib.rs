//! What every crate of burgess stands on: scalars that carry derivatives or record an expression ([`autodiff`]), the rule that makes a step
//! of a gradient ([`adam`]), small linear algebra ([`math`]), random streams that are keyed instead of ordered ([`rng`]), files that are
//! written whole or not at all ([`files`]), and words on stderr that stop nothing ([`say!`]).

pub mod adam;
pub mod autodiff;
pub mod files;
pub mod hex;
pub mod math;
pub mod rng;
pub mod say;
pub mod trace;
