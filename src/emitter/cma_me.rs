//! CMA-ME (Fontaine et al. 2020, "Covariance Matrix Adaptation for the Rapid Illumination of Behavior Space") and CMA-MAE (Fontaine
//! and Nikolaidis 2023, "Covariance Matrix Adaptation MAP-Annealing"): CMA-ES that follows what improves the archive.

use super::chart::Chart;
use super::cma::{Cma, Conventions};
use super::ranking::{Direction, Ranker, Ranking, Restart, Selection};
use super::{Ask, Emitter, Prepare, Proposal, Told, ranked, restored, saved};
use crate::experiment::RefinedGenes;
use burgess_core::rng::Stream;
use serde::{Deserialize, Serialize};

/// CMA-ES over the genes of one topology; it begins anew from another elite, and its topology, when it no longer gets on.
pub struct CmaMe {
    /// Step size at the start.
    pub sigma: f64,
    /// By what candidates are ranked.
    pub ranker: Ranker,
    /// Which become parents.
    pub selection: Selection,
    /// When it begins anew.
    pub restart: Restart,
    /// By which equations the strategy learns.
    pub conventions: Conventions,
    /// Which genes move.
    pub genes: RefinedGenes,
    /// Ranges of the descriptors.
    pub ranges: Vec<(f64, f64)>,
    /// None before the first generation, and when it is to begin anew.
    pub state: Option<State>,
}

/// What it has learned.
#[derive(Serialize, Deserialize)]
pub struct State {
    chart: Chart,
    cma: Cma,
    direction: Direction,
    batches: u64,
}

impl Emitter for CmaMe {
    fn prepare(&mut self, prepare: Prepare<'_>, stream: &mut Stream) {
        if self.state.is_some() {
            return;
        }
        let chart = prepare.chart(self.genes, stream);
        let cma = Cma::new(chart.origin(prepare.space), self.sigma, prepare.places).by(self.conventions);
        self.state = Some(State { chart, cma, direction: Direction::draw(&self.ranges, stream), batches: 0 });
    }

    fn ask<'a>(&'a self, ask: Ask<'a>, stream: &mut Stream) -> Proposal<'a> {
        let Some(State { chart, cma, .. }) = &self.state else {
            return Proposal::random(ask.space, self.sigma, stream);
        };
        let genome = chart.genome(ask.space, &cma.sample(stream));
        Proposal { genome, parents: chart.ancestors(), coefficients: Vec::new() }
    }

    fn tell(&mut self, told: Told<'_>) {
        let Some(State { chart, cma, direction, batches }) = &mut self.state else { return };
        // What had to fall back on a body of another topology has no place in the chart.
        let own: Vec<usize> =
            (0..told.candidates.len()).filter(|&i| chart.has(told.candidates[i].expressed())).collect();
        let all = ranked(told.candidates, told.placements);
        let some: Vec<_> = own.iter().map(|&i| all[i]).collect();
        let ranking = Ranking::new(self.ranker, &some, direction);
        let place = |&i: &usize| chart.place(told.space, told.candidates[own[i]].expressed(), cma.mean());
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
