//! Crossover of subtrees (Sims 1994, "Evolving Virtual Creatures"): limbs that work on one body are tried on another.

use super::{Ask, Emitter, Proposal};
use burgess_core::rng::Stream;

/// A subtree of a second elite grafted onto the first, then noise.
#[derive(Clone, Copy, Debug)]
pub struct Crossover {
    /// Standard deviation of the noise.
    pub sigma: f64,
}

impl Emitter for Crossover {
    fn ask<'a>(&'a self, ask: Ask<'a>, stream: &mut Stream) -> Proposal<'a> {
        let (Some(a), Some(b)) = (ask.archive.sample(stream), ask.archive.sample(stream)) else {
            return Proposal::random(ask.space, self.sigma, stream);
        };
        let genome = ask.space.crossover(&a.genome, &b.genome, self.sigma, stream);
        Proposal::of(genome, [a, b])
    }
}
