//! Iso+line variation (Vassiliades and Mouret 2018, "Discovering the Elite Hypervolume by Leveraging Interspecies
//! Correlation"): elites tend to lie on a thin manifold, and the line between two of them often runs along it.

use super::{Ask, Emitter, Proposal};
use burgess_core::rng::Stream;

/// An elite with noise and a step along the line to a second one.
#[derive(Clone, Copy, Debug)]
pub struct IsoLine {
    /// Standard deviation of the isotropic noise.
    pub iso: f64,
    /// Standard deviation of the step along the line, in units of the distance.
    pub line: f64,
    /// Probability that the body's structure mutates too.
    pub structure: f64,
}

impl Emitter for IsoLine {
    fn ask<'a>(&'a self, ask: Ask<'a>, stream: &mut Stream) -> Proposal<'a> {
        let (Some(a), Some(b)) = (ask.archive.sample(stream), ask.archive.sample(stream)) else {
            return Proposal::random(ask.space, self.iso, stream);
        };
        let genome = ask.space.iso_line(&a.genome, &b.genome, self.iso, self.line, self.structure, stream);
        Proposal::of(genome, [a, b])
    }
}
