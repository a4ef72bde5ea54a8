//! CMA-ME (Fontaine et al. 2020, "Covariance Matrix Adaptation for the Rapid Illumination of Behavior Space") and CMA-MAE (Fontaine
//! and Nikolaidis 2023, "Covariance Matrix Adaptation MAP-Annealing"): CMA-ES that follows what improves the archive.

use super::chart::Chart;
use super::interface::{Ask, Emitter, Prepare, Proposal, Told, ranked, restored, saved};
use super::ranking::{Direction, Ranker, Ranking, Restart, Selection};
use crate::cma::{Cma, Conventions};
use crate::solution::Solution;
use crate::space::GeneGroup;
use burgess_core::rng::Stream;
use serde::{Deserialize, Serialize};

/// CMA-ES over the parameters of one elite. It starts again from another elite, whose parameters may be others, when it is stuck.
pub(crate) struct CmaMe<S: Solution> {
    /// Step size at the start.
    pub(crate) sigma: f64,
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
    pub(crate) state: Option<CmaMeState<S>>,
}

/// What it has learned.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct CmaMeState<S: Solution> {
    chart: Chart<S>,
    cma: Cma,
    direction: Direction,
    batches: u64,
}

impl<S: Solution> Emitter<S> for CmaMe<S> {
    fn prepare(&mut self, prepare: Prepare<'_, S>, stream: &mut Stream) {
        if self.state.is_some() {
            return;
        }
        let chart = prepare.chart(self.genes, stream);
        let cma = Cma::new(chart.origin(prepare.space), self.sigma, prepare.places).by(self.conventions);
        self.state = Some(CmaMeState { chart, cma, direction: Direction::draw(&self.ranges, stream), batches: 0 });
    }

    fn ask<'a>(&'a self, ask: Ask<'a, S>, stream: &mut Stream) -> Proposal<'a, S> {
        let Some(CmaMeState { chart, cma, .. }) = &self.state else {
            return Proposal::random(ask.space, self.sigma, stream);
        };
        let solution = chart.solution(ask.space, &cma.sample(stream));
        Proposal { solution, parents: chart.ancestors(), coefficients: Vec::new() }
    }

    fn tell(&mut self, told: Told<'_, S>) {
        let Some(CmaMeState { chart, cma, direction, batches }) = &mut self.state else { return };
        // A candidate that had to fall back on a solution with other parameters has no coordinates in the chart.
        let own: Vec<usize> =
            (0..told.candidates.len()).filter(|&i| chart.has(told.candidates[i].expressed())).collect();
        let all = ranked(told.candidates, told.placements);
        let some: Vec<_> = own.iter().map(|&i| all[i]).collect();
        let ranking = Ranking::new(self.ranker, &some, direction);
        let place = |&i: &usize| chart.coordinates(told.space, told.candidates[own[i]].expressed(), cma.mean());
        let parents: Vec<Vec<f64>> = ranking.parents(self.selection).iter().map(place).collect();
        let slices: Vec<&[f64]> = parents.iter().map(Vec::as_slice).collect();
        cma.tell(&slices, told.candidates.len());
        *batches += 1;
        let stuck = parents.is_empty() || ranking.is_flat() || cma.stop().is_some();
        if stuck || self.restart.is_due(ranking.entered(), *batches) {
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
        self.state = restored(bytes, "a CmaMe emitter")?;
        Ok(())
    }
}
