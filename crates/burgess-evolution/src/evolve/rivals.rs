//! The rivals of an experiment's scene: morphologies, or elites of other runs.
//!
//! A run folder keeps their genes, so that it means the same after those files and runs have changed.

use super::folder::{thaw, write_ron};
use super::genes::Genes;
use crate::experiment::{BodySource, Experiment};
use anyhow::{Context, Result, ensure};
use burgess_physics::model::MAX_LINKS;
use burgess_physics::scene::{RivalSpec, object_count};
use burgess_physics::world::Physics;
use std::path::Path;
use std::sync::Arc;

/// The rivals as they were when a run began.
const RIVALS: &str = "rivals.ron";

/// The rivals that an experiment named, as they were when they were found.
#[derive(Clone, Debug)]
pub struct Rivals(Vec<Genes>);

/// Finds the rivals that an experiment names; paths are relative to `folder`. Their brains act in the experiment's physics, at the decisions of
/// its policy.
///
/// # Errors
///
/// When there is no such morphology or elite, it cannot be a rival, or the scene has more links than there is room for.
pub fn find_rivals(experiment: &mut Experiment, folder: &Path) -> Result<Rivals> {
    let one = |(i, spec): (usize, &RivalSpec)| found(spec, folder).with_context(|| format!("physics.rivals[{i}]"));
    let all = experiment.physics.rivals.iter().enumerate().map(one).collect::<Result<Vec<_>>>()?;
    put_rivals(experiment, &all)?;
    Ok(Rivals(all))
}

impl Rivals {
    /// Puts them into the folder of a run that meets them.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn freeze(&self, dir: &Path) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        write_ron(&dir.join(RIVALS), "Frozen when the run began: the rivals.", &self.0)
    }
}

/// Finds the rivals of a run where its folder has them.
///
/// # Errors
///
/// When the file is missing, or has been changed to something that is wrong.
pub(super) fn thaw_rivals(experiment: &mut Experiment, dir: &Path) -> Result<()> {
    let wanted = experiment.physics.rivals.len();
    if wanted == 0 {
        return Ok(());
    }
    let found: Vec<Genes> = thaw(dir, RIVALS)?;
    let path = dir.join(RIVALS);
    ensure!(found.len() == wanted, "{}: {} rivals for {wanted} of the experiment", path.display(), found.len());
    put_rivals(experiment, &found).with_context(|| path.display().to_string())
}

fn found(RivalSpec { body, policy, .. }: &RivalSpec, folder: &Path) -> Result<Genes> {
    let (genes, _) = Genes::find(body, policy.as_deref(), folder)?;
    genes.ensure_blind("a rival")?;
    Ok(genes)
}

fn put_rivals(experiment: &mut Experiment, all: &[Genes]) -> Result<()> {
    // By itself.
    let physics = Physics { objects: Vec::new(), rivals: Vec::new(), ..experiment.physics.on(&experiment.terrain) };
    for (i, (rival, spec)) in all.iter().zip(&mut experiment.physics.rivals).enumerate() {
        let candidate =
            rival.grow("a rival", &physics).with_context(|| format!("physics.rivals[{i}]: {}", spec.body))?;
        spec.found = Some(Arc::new(candidate));
    }
    let found = experiment.physics.rivals.iter().filter_map(|rival| rival.found.as_ref());
    let rivals: usize = found.map(|candidate| candidate.model.links.len()).sum();
    let objects = object_count(&experiment.physics.objects);
    if let (true, BodySource::Evolve { limits, .. }) = (rivals > 0, &experiment.body) {
        let room = MAX_LINKS.saturating_sub(limits.max_links + objects);
        ensure!(
            rivals <= room,
            "physics.rivals: must have at most {room} links together, beside objects and bodies of {} links (body.limits.max_links), have {rivals}",
            limits.max_links
        );
    }
    Ok(())
}
