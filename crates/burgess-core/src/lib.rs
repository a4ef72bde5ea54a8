//! What every crate of burgess stands on: scalars that carry derivatives or record an expression ([`autodiff`]), small linear algebra
//! ([`math`]), random streams that are keyed instead of ordered ([`rng`]), files that are written whole or not at all ([`files`]), and words
//! on stderr that stop nothing ([`say!`]).

pub mod autodiff;
pub mod files;
pub mod hex;
pub mod math;
pub mod rng;
pub mod say;
pub mod trace;
