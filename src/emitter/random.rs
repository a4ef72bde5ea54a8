//! Seed morphologies with random brains: the search's start, and a trickle of fresh blood.

use super::{Ask, Emitter, Proposal};
use burgess_core::rng::Stream;

/// A seed morphology, varied, with a random brain.
#[derive(Clone, Copy, Debug)]
pub struct Random {
    /// Standard deviation of the noise on body genes.
    pub sigma: f64,
}

impl Emitter for Random {
    fn ask<'a>(&'a self, ask: Ask<'a>, stream: &mut Stream) -> Proposal<'a> {
        Proposal::random(ask.space, self.sigma, stream)
    }
}
