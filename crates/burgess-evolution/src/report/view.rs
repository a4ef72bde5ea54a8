//! What plots show of a run.

use crate::descriptors::DescriptorSpec;
use crate::metrics::Metrics;
use crate::store::{Record, RunReader};
use anyhow::Result;
use burgess_physics::laws::descriptor::Descriptor;
use burgess_qd::archive::ArchiveSpec;
use burgess_report::views::{ArchiveView, AxisView, EliteView, LayoutView, MetricsRow, RefinementView, RunView};

/// What plots show of a run.
///
/// # Errors
///
/// If the run cannot be read.
pub fn view(run: &RunReader) -> Result<RunView> {
    let experiment = run.experiment();
    let axis = |spec: &DescriptorSpec| {
        let (name, unit) = spec.kind.label();
        AxisView {
            name,
            unit: unit.to_owned(),
            range: spec.range,
            bins: spec.bins,
            counts: spec.kind == Descriptor::LinkCount,
        }
    };
    let layout = match (&experiment.archive, run.centroids()?) {
        (ArchiveSpec::Unstructured { size, .. } | ArchiveSpec::DominatedNovelty { size, .. }, _) => {
            LayoutView::Scattered { size: *size }
        }
        (_, Some(centroids)) => LayoutView::Cvt { centroids },
        (_, None) => LayoutView::Grid,
    };
    Ok(RunView {
        name: experiment.name.clone(),
        seed: experiment.seed,
        bodies_evolve: experiment.body.evolves(),
        archive: ArchiveView {
            axes: experiment.axes().iter().map(axis).collect(),
            layout,
            elites: run.best_records()?.iter().map(|(cell, elite)| elite_view(*cell, elite)).collect(),
        },
        metrics: run.metrics()?.iter().map(metrics_row).collect(),
    })
}

/// What plots show of an elite in a cell.
pub fn elite_view(cell: usize, elite: &Record) -> EliteView {
    EliteView {
        cell,
        descriptors: elite.descriptors.iter().map(|&d| f64::from(d)).collect(),
        reward: f64::from(elite.reward),
        refinement: elite.life.refinement.refined.then(|| RefinementView {
            gain: f64::from(elite.life.refinement.gain),
            trust: f64::from(elite.life.refinement.trust),
        }),
    }
}

/// What curves show of a generation.
pub fn metrics_row(m: &Metrics) -> MetricsRow {
    MetricsRow {
        generation: m.generation,
        evaluations: m.evaluations,
        steps: m.forward.creature + m.backward.creature,
        wall_time: m.wall_time,
        qd_score: m.scores.qd_score,
        coverage: m.scores.coverage,
        max: m.scores.max,
        mean: m.scores.mean,
        topologies: m.bodies.topologies as f64,
        body_distance: m.bodies.distance,
    }
}
