//! Emitters: where candidates come from.
//!
//! An emitter is asked for one proposal at a time, each with a random stream of its own, and is told what became of its candidates after
//! the whole batch has been evaluated. Between the two it must not change, so a batch is asked for in parallel and still comes out the
//! same. A run has a list of emitters that share each batch as a [`schedule`] says. Emitters know solutions only through
//! [`SearchSpace`](crate::SearchSpace); those that work with vectors see them through a [`chart`].
//!
//! An emitter that learns also saves and restores its state; a run stores it with its generations. `docs/how-to-emitter.md` adds an
//! emitter in ten lines.

pub mod ahead;
pub mod batch;
mod branches;
pub mod chart;
mod cma_me;
mod cma_mega;
mod genetic;
mod goals;
mod interface;
mod omg_mega;
pub mod ranking;
pub mod schedule;
mod shares;
mod spec;

pub use genetic::{Genetic, Operator};
pub use interface::{Ancestor, Anchor, Anchored, Ask, Emitter, Lineage, Prepare, Proposal, Told};
pub use spec::{EmitterKind, EmitterSpec, Scheduler};

use crate::solution::Solution;

/// A dimension of the archive as emitters see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dimension {
    /// The range of the descriptor.
    pub range: (f64, f64),
    /// Whether anchors come with a gradient of it.
    pub has_gradient: bool,
}

/// The emitters of a list of specifications, in its order, for an archive of these dimensions.
pub fn build<S: Solution>(specs: &[EmitterSpec], dimensions: &[Dimension]) -> Vec<Box<dyn Emitter<S>>> {
    specs.iter().map(|spec| build_one(&spec.kind, dimensions)).collect()
}

impl EmitterKind {
    /// Whether the emitter asks for gradients of reward and descriptors.
    pub fn follows_gradients(&self) -> bool {
        build_one::<Vec<f64>>(self, &[]).anchored().is_some()
    }
}

fn build_one<S: Solution>(kind: &EmitterKind, dimensions: &[Dimension]) -> Box<dyn Emitter<S>> {
    let ranges: Vec<(f64, f64)> = dimensions.iter().map(|dimension| dimension.range).collect();
    match *kind {
        EmitterKind::Random { sigma } => Box::new(Genetic { operator: Operator::Random { sigma } }),
        EmitterKind::Gaussian { sigma, structure } => {
            Box::new(Genetic { operator: Operator::Gaussian { sigma, structure } })
        }
        EmitterKind::IsoLine { iso, line, structure } => {
            Box::new(Genetic { operator: Operator::IsoLine { iso, line, structure } })
        }
        EmitterKind::Crossover { sigma } => Box::new(Genetic { operator: Operator::Crossover { sigma } }),
        EmitterKind::CmaMe { sigma, ranking: ranker, selection, restart, conventions, genes } => {
            Box::new(cma_me::CmaMe { sigma, ranker, selection, restart, conventions, genes, ranges, state: None })
        }
        EmitterKind::OmgMega { sigma, genes } => Box::new(omg_mega::OmgMega { sigma, genes, stems: Vec::new() }),
        EmitterKind::CmaMega { sigma, optimiser, rate, ranking: ranker, selection, restart, conventions, genes } => {
            let (state, branches) = (None, None);
            Box::new(cma_mega::CmaMega {
                sigma,
                optimiser,
                rate,
                ranker,
                selection,
                restart,
                conventions,
                genes,
                ranges,
                state,
                branches,
            })
        }
        EmitterKind::Goals { steps, draws, neighbours, upward, optimiser, rate, genes } => {
            // Gradients are the reward's, then those of the descriptors that have one.
            let mut gradients = 1..;
            let mut place = |dimension: &Dimension| {
                let gradient = dimension.has_gradient.then(|| gradients.next()).flatten();
                goals::Dimension { range: dimension.range, gradient }
            };
            let dimensions = dimensions.iter().map(&mut place).collect();
            let (climbers, slopes) = (Vec::new(), Vec::new());
            Box::new(goals::Goals {
                steps,
                draws,
                neighbours,
                upward,
                optimiser,
                rate,
                genes,
                dimensions,
                climbers,
                slopes,
            })
        }
    }
}
