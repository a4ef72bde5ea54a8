//! From a run folder to its figures: what `run`, `resume` and `report` draw.

use super::data::{
    ArchiveView, AxisView, EliteView, LatentView, LayoutView, MetricsRow, RefinementView, RunView, TrainingCurves,
};
use super::latent::{Sample, imagination, latent_map};
use super::pictures::{Figure, Frame, Portrait, contact_sheet};
use super::plots::{draw_latent, draw_run};
use super::spread;
use crate::evolve::{LatentSpace, start};
use crate::experiment::Experiment;
use crate::genome::Genome;
use crate::growth::link_keys;
use crate::metrics::Metrics;
use crate::store::{Record, RunReader};
use anyhow::Result;
use burgess_latent::{EncoderKind, Loss};
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::model::Candidate;
use burgess_physics::step::trace::{Moment, trace};
use burgess_physics::world::World;
use burgess_qd::Evaluated;
use burgess_qd::archive::ArchiveSpec;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Folder of a run's figures, inside the run folder.
pub const PLOTS: &str = "plots";

/// What the names of an encoder's figures begin with.
const LATENT: &str = "latent";
/// Frames that a world model imagines at the end of what it has seen, unless told otherwise.
pub const IMAGINED: usize = 15;

/// Most elites on a contact sheet.
const PORTRAITS: usize = 20;

/// What plots show of a run.
///
/// # Errors
/// When the run cannot be read.
pub fn view(run: &RunReader) -> Result<RunView> {
    let experiment = run.experiment();
    let axis = |spec: &crate::descriptors::DescriptorSpec| {
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

fn elite_view(cell: usize, elite: &Record) -> EliteView {
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

/// Draws every plot and the contact sheet of a run into its folder, and gives their paths.
///
/// # Errors
/// When the run cannot be read or a figure cannot be written.
pub fn draw_all(dir: &Path) -> Result<Vec<PathBuf>> {
    let run = RunReader::open(dir)?;
    let out = dir.join(PLOTS);
    let view = view(&run)?;
    let mut files = draw_run(&view, &out)?;
    files.extend(draw_contact_sheet(&run, &view.archive, &out)?);
    if let Some(view) = latent_view(&run)? {
        files.extend(draw_latent(&view, &out, LATENT)?);
    }
    Ok(files)
}

/// What figures show of a run's encoder; none where nothing is learned, or nothing has been yet.
fn latent_view(run: &RunReader) -> Result<Option<LatentView>> {
    let experiment = run.experiment();
    let Some(space) = LatentSpace::open(experiment, run.dir(), run.encoder()?)? else { return Ok(None) };
    let (elites, encoder) = (run.elites()?, space.encoder());
    let samples: Vec<Sample<'_>> = elites
        .iter()
        .filter_map(|(_, elite)| Some(Sample::new(elite, &elite.life.seen.as_deref()?.experience)))
        .collect();
    if samples.is_empty() || encoder.version() == 0 {
        return Ok(None);
    }
    let training = run.training()?;
    let rounds = training.windows(2).filter(|pair| pair[0].0 != pair[1].0).map(|pair| pair[1].1.step).collect();
    let losses: Vec<Loss> = training.into_iter().map(|(_, loss)| loss).collect();
    // What is fitted at once has no course.
    let descends = !matches!(encoder.spec().kind, EncoderKind::Pca { .. }) && !losses.is_empty();
    Ok(Some(LatentView {
        name: experiment.name.clone(),
        seed: experiment.seed,
        bodies_evolve: experiment.body.evolves(),
        map: latent_map(encoder, &samples)?,
        training: descends.then_some(TrainingCurves { losses, rounds }),
        imagination: imagination(encoder, &samples, IMAGINED)?,
    }))
}

/// An elite with the moment it is shown in.
struct Sitter {
    label: String,
    candidate: Candidate<f64>,
    /// The gene of each link.
    kinds: Vec<u64>,
    frame: Frame,
}

/// Elites spread over the archive, the best first.
fn draw_contact_sheet(run: &RunReader, archive: &ArchiveView, out: &Path) -> Result<Option<PathBuf>> {
    // Points have nothing to show.
    if run.experiment().problem().is_some() {
        return Ok(None);
    }
    let elites = run.best_of_cells()?;
    if elites.is_empty() {
        return Ok(None);
    }
    let (experiment, space) = start::thaw_run(run.dir())?;
    let world = World::new(&experiment.physics, &experiment.terrain, experiment.seed);
    let task = experiment.plan().task;
    let sit = |&place: &usize| -> Result<Sitter> {
        let (_, elite) = &elites[place];
        let candidate = space.compile(elite.expressed())?;
        let keys = link_keys(&elite.expressed().body, space.limits.max_links)?;
        let kinds = keys.iter().map(|key| key.gene.0).collect();
        let (moments, _) = trace::<f32>(&candidate, &world, &task, (task.steps / 8).max(1));
        let frame = frame_of(&moments[moments.len() * 3 / 4]);
        Ok(Sitter { label: caption(&experiment, elite), candidate, kinds, frame })
    };
    let sitters: Vec<Sitter> = spread(archive, PORTRAITS).par_iter().map(sit).collect::<Result<_>>()?;
    let portraits: Vec<Portrait> = sitters
        .iter()
        .map(|s| Portrait {
            label: s.label.clone(),
            body: Figure { model: &s.candidate.model, kinds: &s.kinds },
            terrain: &world.terrain,
            frame: &s.frame,
        })
        .collect();
    let title = format!("{}, seed {}: elites spread over the archive", experiment.name, experiment.seed);
    let path = out.join("elites.png");
    contact_sheet(&title, &portraits)?.write_png(&path)?;
    Ok(Some(path))
}

/// Number and reward, then the descriptors.
fn caption(experiment: &Experiment, elite: &Evaluated<Genome>) -> String {
    let mut text = format!("#{}: reward {:.2}", elite.id, elite.reward);
    for (i, (spec, value)) in experiment.axes().iter().zip(&elite.descriptors).enumerate().take(4) {
        let (name, unit) = spec.kind.label();
        text.push_str(if i % 2 == 0 { "\n" } else { ", " });
        text.push_str(format!("{name} {value:.2} {unit}").trim_end());
    }
    text
}

/// The poses of a recorded moment.
pub fn frame_of(moment: &Moment) -> Frame {
    Frame { time: moment.time, poses: moment.poses.clone() }
}
