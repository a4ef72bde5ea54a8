//! OMG-MEGA (Fontaine and Nikolaidis 2021, "Differentiable Quality Diversity"): steps from elites along random combinations of the
//! gradients of reward and descriptors.

use super::branches::Branches;
use super::chart::Chart;
use super::interface::{Anchor, Anchored, Ask, Emitter, Proposal};
use crate::solution::Solution;
use crate::space::{GeneGroup, SearchSpace};
use burgess_core::rng::Stream;

/// The first half of its places (rounded up) are elites as they are, each of the others branches off one of those.
pub(crate) struct OmgMega<S: Solution> {
    /// Standard deviation of the coefficients.
    pub(crate) sigma: f64,
    /// Which genes move.
    pub(crate) genes: GeneGroup,
    /// The elites of the batch, and their gradients where those are finite.
    pub(crate) stems: Vec<(Chart<S>, Option<Branches>)>,
}

impl<S: Solution> Anchored<S> for OmgMega<S> {
    fn anchors(&self, ask: &Ask<'_, S>) -> usize {
        if ask.archive.is_empty() { 0 } else { ask.places.div_ceil(2) }
    }

    fn learn(&mut self, anchors: Vec<Anchor<S>>, space: &dyn SearchSpace<S>, _: usize) {
        let stem = |anchor: Anchor<S>| {
            let chart = Chart::at(anchor.solution, anchor.lineage, self.genes);
            let slope = |by_genes: Vec<f64>| chart.slope(space, &by_genes);
            let branches = anchor.gradients.and_then(|g| Branches::new(g.into_iter().map(slope).collect()));
            (chart, branches)
        };
        self.stems = anchors.into_iter().map(stem).collect();
    }
}

impl<S: Solution> Emitter<S> for OmgMega<S> {
    fn anchored(&self) -> Option<&dyn Anchored<S>> {
        Some(self)
    }

    fn anchored_mut(&mut self) -> Option<&mut dyn Anchored<S>> {
        Some(self)
    }

    fn ask<'a>(&'a self, ask: Ask<'a, S>, stream: &mut Stream) -> Proposal<'a, S> {
        let anchors = self.anchors(&ask);
        if ask.place < anchors || self.stems.is_empty() {
            return match ask.archive.sample(stream) {
                Some(elite) => Proposal::of(elite.solution.clone(), [elite]),
                None => Proposal::random(ask.space, self.sigma, stream),
            };
        }
        let (chart, branches) = &self.stems[(ask.place - anchors) % self.stems.len()];
        let place = chart.origin(ask.space);
        let place = match branches {
            Some(branches) => {
                let mut coefficients: Vec<f64> = (0..branches.len()).map(|_| self.sigma * stream.normal()).collect();
                // Never downward in reward.
                coefficients[0] = coefficients[0].abs();
                branches.at(&place, &coefficients)
            }
            None => place,
        };
        Proposal { solution: chart.solution(ask.space, &place), parents: chart.ancestors(), coefficients: Vec::new() }
    }

    fn learns(&self) -> bool {
        // Within a batch.
        true
    }
}
