//! The rivals of an experiment's scene: morphologies, or elites of other runs.
//!
//! A run folder keeps their genes, so that it means the same after those files and runs have changed.

use super::folder::{thaw, write_ron};
use crate::experiment::{BodySource, Experiment};
use crate::genome::{BodyLimits, Brain, Genome, Policy, PolicyFile, morphology};
use crate::growth::{compile_controller, grow_whole};
use crate::store::EliteAddress;
use anyhow::{Context, Result, ensure};
use burgess_physics::model::{BaseKind, Candidate, MAX_LINKS};
use burgess_physics::scene::{RivalSpec, object_count};
use burgess_physics::world::Physics;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

/// The rivals as they were when a run began.
const RIVALS: &str = "rivals.ron";

/// The genes of a rival, and what its brain is read by.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Frozen {
    genome: Genome,
    policy: Policy,
}

/// The rivals that an experiment named, as they were when they were found.
#[derive(Clone, Debug)]
pub struct Rivals(Vec<Frozen>);

/// Finds the rivals that an experiment names; paths are relative to `folder`. Their brains act in the experiment's physics, at the decisions of
/// its policy.
///
/// # Errors
///
/// When there is no such morphology or elite, it cannot be a rival, or the scene has more links than there is room for.
pub fn find_rivals(experiment: &mut Experiment, folder: &Path) -> Result<Rivals> {
    let one = |(i, spec): (usize, &RivalSpec)| frozen(spec, folder).with_context(|| format!("physics.rivals[{i}]"));
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
    let found: Vec<Frozen> = thaw(dir, RIVALS)?;
    let path = dir.join(RIVALS);
    ensure!(found.len() == wanted, "{}: {} rivals for {wanted} of the experiment", path.display(), found.len());
    put_rivals(experiment, &found).with_context(|| path.display().to_string())
}

fn frozen(spec: &RivalSpec, folder: &Path) -> Result<Frozen> {
    let name = OsStr::new(&spec.body);
    let mut found = match EliteAddress::is_meant(name) {
        true => elite(EliteAddress::parse(name)?, folder)?,
        false => {
            // Servos hold the pose at rest.
            let brain = Brain::Cpg { frequency: 0.0, joints: Vec::new() };
            Frozen { genome: Genome { body: morphology::load(&spec.body, folder)?, brain }, policy: Policy::default() }
        }
    };
    if let Some(path) = &spec.policy {
        let PolicyFile { policy, brain } = PolicyFile::load(&folder.join(path))?;
        (found.policy, found.genome.brain) = (policy, brain);
    }
    ensure!(found.policy.world_model().is_none(), "a rival must have a policy without a world model, has one");
    Ok(found)
}

fn elite(EliteAddress { dir, id }: EliteAddress, folder: &Path) -> Result<Frozen> {
    let address = EliteAddress { dir: folder.join(dir), id };
    let (run, elite) = address.open()?;
    let experiment = run.experiment();
    let dir = address.dir.display();
    ensure!(experiment.problem().is_none(), "{dir}: is of a benchmark, whose elites have no body");
    Ok(Frozen { genome: elite.expressed().clone(), policy: experiment.policy.clone() })
}

fn put_rivals(experiment: &mut Experiment, all: &[Frozen]) -> Result<()> {
    // By itself.
    let physics = Physics { objects: Vec::new(), rivals: Vec::new(), ..experiment.physics.on(&experiment.terrain) };
    for (i, (rival, spec)) in all.iter().zip(&mut experiment.physics.rivals).enumerate() {
        let candidate = rival.grow(&physics).with_context(|| format!("physics.rivals[{i}]: {}", spec.body))?;
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

impl Frozen {
    /// Its body with its brain, in this physics.
    fn grow(&self, physics: &Physics) -> Result<Candidate<f64>> {
        let Self { genome, policy } = self;
        let grown = grow_whole(&genome.body, &BodyLimits::given(), physics)?;
        ensure!(grown.model.base == BaseKind::Floating, "a rival must be free in space, its base is Welded");
        let controller = compile_controller(&genome.brain, &grown.keys, &grown.model.joints, policy);
        Ok(Candidate { model: grown.model, controller })
    }
}
