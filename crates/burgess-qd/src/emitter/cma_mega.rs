//! CMA-MEGA (Fontaine and Nikolaidis 2021, "Differentiable Quality Diversity"): a solution climbs along combinations of the gradients of
//! reward and descriptors, and CMA-ES over their coefficients learns which combinations improve the archive.

use super::branches::Branches;
use super::chart::Chart;
use super::interface::{Anchor, Anchored, Ask, Emitter, Prepare, Proposal, Told, ranked, restored, saved};
use super::ranking::{Direction, Ranker, Ranking, Restart, Selection};
use crate::cma::{Cma, Conventions, weights};
use crate::optimiser::{Memory, Optimiser};
use crate::solution::Solution;
use crate::space::{GeneGroup, SearchSpace};
use burgess_core::rng::Stream;
use serde::{Deserialize, Serialize};

/// One solution and the candidates around it. Its first place of each batch is the solution itself.
pub(crate) struct CmaMega<S: Solution> {
    /// Standard deviation of the coefficients at the start.
    pub(crate) sigma: f64,
    /// How the solution follows.
    pub(crate) optimiser: Optimiser,
    /// Length of its steps.
    pub(crate) rate: f64,
    /// By what candidates are ranked.
    pub(crate) ranker: Ranker,
    /// Which become parents.
    pub(crate) selection: Selection,
    /// When it begins anew.
    pub(crate) restart: Restart,
    /// By which equations the strategy learns.
    pub(crate) conventions: Conventions,
    /// Which genes move.
    pub(crate) genes: GeneGroup,
    /// Ranges of the descriptors.
    pub(crate) ranges: Vec<(f64, f64)>,
    /// None before the first generation, and when it is to begin anew.
    pub(crate) state: Option<CmaMegaState<S>>,
    /// Gradients at the solution, known from `learn` to `tell`.
    pub(crate) branches: Option<Branches>,
}

/// What it has learned.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct CmaMegaState<S: Solution> {
    chart: Chart<S>,
    /// The solution, in coordinates of the chart.
    solution: Vec<f64>,
    memory: Memory,
    /// Over the coefficients, as soon as the number of gradients is known.
    coefficients: Option<Cma>,
    direction: Direction,
    batches: u64,
}

impl<S: Solution> CmaMega<S> {
    fn follow(&mut self, told: Told<'_, S>) -> Option<bool> {
        let CmaMegaState { chart, solution, memory, coefficients, direction, batches } = self.state.as_mut()?;
        let coefficients = coefficients.as_mut()?;
        // The solution itself is not ranked, nor what had to fall back on an unvaried body.
        let branched: Vec<usize> = (1..told.candidates.len()).filter(|&i| !told.coefficients[i].is_empty()).collect();
        let all = ranked(told.candidates, told.placements);
        let some: Vec<_> = branched.iter().map(|&i| all[i]).collect();
        let ranking = Ranking::new(self.ranker, &some, direction);
        let parents: Vec<usize> = ranking.parents(self.selection).iter().map(|&i| branched[i]).collect();
        // The way to the parents' mean takes the place of a gradient.
        let mut way = vec![0.0; solution.len()];
        for (&parent, weight) in parents.iter().zip(weights(parents.len())) {
            let place = chart.coordinates(told.space, told.candidates[parent].expressed(), solution);
            way.iter_mut().zip(place.iter().zip(&*solution)).for_each(|(w, (to, from))| *w += weight * (to - from));
        }
        let step = memory.step(&way);
        let next: Vec<f64> = solution.iter().zip(step).map(|(x, s)| x + self.rate * s).collect();
        // Where genes have bounds, the solution keeps them.
        *solution = chart.coordinates(told.space, &chart.solution(told.space, &next), &next);
        let slices: Vec<&[f64]> = parents.iter().map(|&parent| told.coefficients[parent].as_slice()).collect();
        coefficients.tell(&slices, branched.len());
        *batches += 1;
        let stuck = parents.is_empty() || ranking.is_flat() || coefficients.stop().is_some();
        Some(!stuck && !self.restart.is_due(ranking.entered(), *batches))
    }
}

impl<S: Solution> Anchored<S> for CmaMega<S> {
    fn anchors(&self, _: &Ask<'_, S>) -> usize {
        1
    }

    fn learn(&mut self, anchors: Vec<Anchor<S>>, space: &dyn SearchSpace<S>, places: usize) {
        let (Some(state), Some(anchor)) = (&mut self.state, anchors.into_iter().next()) else { return };
        let slope = |by_genes: Vec<f64>| state.chart.slope(space, &by_genes);
        self.branches = anchor.gradients.and_then(|g| Branches::new(g.into_iter().map(slope).collect()));
        if let Some(branches) = &self.branches {
            let zero = vec![0.0; branches.len()];
            let strategy = || Cma::new(zero, self.sigma, places.saturating_sub(1)).by(self.conventions);
            state.coefficients.get_or_insert_with(strategy);
        }
    }
}

impl<S: Solution> Emitter<S> for CmaMega<S> {
    fn anchored(&self) -> Option<&dyn Anchored<S>> {
        Some(self)
    }

    fn anchored_mut(&mut self) -> Option<&mut dyn Anchored<S>> {
        Some(self)
    }

    fn prepare(&mut self, prepare: Prepare<'_, S>, stream: &mut Stream) {
        self.branches = None;
        // Gradients may lead to a body that is none.
        let is_valid = |state: &CmaMegaState<S>| {
            prepare.space.compile(&state.chart.solution(prepare.space, &state.solution)).is_ok()
        };
        if self.state.as_ref().is_some_and(is_valid) {
            return;
        }
        let chart = prepare.chart(self.genes, stream);
        let solution = chart.origin(prepare.space);
        self.state = Some(CmaMegaState {
            memory: Memory::new(self.optimiser, solution.len()),
            chart,
            solution,
            coefficients: None,
            direction: Direction::draw(&self.ranges, stream),
            batches: 0,
        });
    }

    fn ask<'a>(&'a self, ask: Ask<'a, S>, stream: &mut Stream) -> Proposal<'a, S> {
        let Some(CmaMegaState { chart, solution, coefficients, .. }) = &self.state else {
            return Proposal::random(ask.space, self.sigma, stream);
        };
        let parents = chart.ancestors();
        let (Some(branches), Some(coefficients), 1..) = (&self.branches, coefficients, ask.place) else {
            return Proposal { solution: chart.solution(ask.space, solution), parents, coefficients: Vec::new() };
        };
        let coefficients = coefficients.sample(stream);
        let proposed = chart.solution(ask.space, &branches.at(solution, &coefficients));
        Proposal { solution: proposed, parents, coefficients }
    }

    fn tell(&mut self, told: Told<'_, S>) {
        let goes_on = self.branches.take().is_some() && self.follow(told).unwrap_or(false);
        if !goes_on {
            self.state = None;
        }
    }

    fn learns(&self) -> bool {
        true
    }

    fn save(&self) -> Vec<u8> {
        saved(&self.state)
    }

    fn restore(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.state = restored(bytes, "a CmaMega emitter")?;
        Ok(())
    }
}
