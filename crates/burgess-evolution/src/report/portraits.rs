//! Elites side by side: each one is simulated again and shown in a moment of its episode.

use crate::evolve::start;
use crate::experiment::Experiment;
use crate::genome::Genome;
use crate::growth::link_keys;
use crate::store::RunReader;
use anyhow::Result;
use burgess_physics::model::Candidate;
use burgess_physics::plan::Plan;
use burgess_physics::step::trace::{TraceRow, trace};
use burgess_qd::Evaluated;
use burgess_report::pictures::{ColouredBody, Frame, Portrait, contact_sheet};
use burgess_report::spread;
use burgess_report::views::ArchiveView;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Most elites on a contact sheet.
const PORTRAITS: usize = 20;

/// An elite with the moment in which it is shown.
struct Sitter {
    label: String,
    candidate: Candidate<f64>,
    /// The identifier of each link's gene.
    kinds: Vec<u64>,
    frame: Frame,
}

/// Draws elites that are spread over the archive, the best one first. Returns `None` if there is no elite that has a body.
pub(super) fn draw_contact_sheet(run: &RunReader, archive: &ArchiveView, out: &Path) -> Result<Option<PathBuf>> {
    // The solutions of benchmark problems are points: they have no body.
    if run.experiment().problem().is_some() {
        return Ok(None);
    }
    let elites = run.best_of_cells()?;
    if elites.is_empty() {
        return Ok(None);
    }
    let (experiment, space) = start::thaw_run(run.dir())?;
    let Plan { world, task, .. } = experiment.plan();
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
            body: ColouredBody { model: &s.candidate.model, kinds: &s.kinds },
            terrain: &world.terrain,
            frame: &s.frame,
        })
        .collect();
    let title = format!("{}, seed {}: elites spread over the archive", experiment.name, experiment.seed);
    let path = out.join("elites.png");
    contact_sheet(&title, &portraits)?.write_png(&path)?;
    Ok(Some(path))
}

/// Number and reward of an elite, then its first descriptors.
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
pub fn frame_of(moment: &TraceRow) -> Frame {
    Frame { time: moment.time, poses: [&moment.poses[..], &moment.objects].concat() }
}
