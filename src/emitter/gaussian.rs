//! Mutation with normal noise, the variation of the first MAP-Elites (Mouret and Clune 2015).

use super::{Ask, Emitter, Proposal};
use burgess_core::rng::Stream;

/// An elite with normal noise.
#[derive(Clone, Copy, Debug)]
pub struct Gaussian {
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// Probability that the body's structure mutates too.
    pub structure: f64,
}

impl Emitter for Gaussian {
    fn ask<'a>(&'a self, ask: Ask<'a>, stream: &mut Stream) -> Proposal<'a> {
        let Some(parent) = ask.archive.sample(stream) else {
            return Proposal::random(ask.space, self.sigma, stream);
        };
        let genome = ask.space.gaussian(&parent.genome, self.sigma, self.structure, stream);
        Proposal::of(genome, [parent])
    }
}
