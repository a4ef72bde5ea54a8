//! What every crate of burgess stands on: scalars that carry derivatives or record an expression ([`autodiff`]), small linear algebra
//! ([`math`]), random streams that are keyed instead of ordered ([`rng`]), and files that are written whole or not at all ([`files`]).

pub mod autodiff;
pub mod files;
pub mod hex;
pub mod math;
pub mod rng;
pub mod trace;
