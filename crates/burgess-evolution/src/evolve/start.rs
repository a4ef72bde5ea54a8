//! What a run starts from: seed morphologies, the space of genomes around them, rivals, and an encoder that has learned already.
//!
//! A run folder keeps its own copies, so that it means the same after those files have changed.

use super::folder::{SEEDS, thaw};
use super::latent_space::ENCODER;
use super::rivals::thaw_rivals;
use crate::experiment::Experiment;
use crate::genome::Body;
use crate::store;
use crate::variation::Variation;
use anyhow::{Context, Result, ensure};
use burgess_latent::Encoder;
use burgess_physics::frame::recorded_layout;
use std::path::Path;

/// The seed morphologies of an experiment; paths are relative to `folder`.
///
/// # Errors
///
/// When one cannot be read, or is no valid body within the experiment's limits.
pub fn seed_bodies(experiment: &Experiment, folder: &Path) -> Result<Vec<Body>> {
    let load = |name: &String| experiment.seed_body(name, folder).with_context(|| format!("seed morphology {name}"));
    experiment.body.morphologies().iter().map(load).collect()
}

/// Puts the encoder that a run takes as it is into its folder.
///
/// # Errors
///
/// When it cannot be read, knows other features, or cannot be written.
pub fn freeze_encoder(experiment: &Experiment, folder: &Path, dir: &Path) -> Result<()> {
    let Some((latent, name)) = experiment.latent.as_ref().and_then(|latent| Some((latent, latent.frozen.as_ref()?)))
    else {
        return Ok(());
    };
    let encoder = Encoder::load_file(&folder.join(name), &recorded_layout(f64::from(latent.rate)))?;
    encoder.save_file(&dir.join(ENCODER))?;
    Ok(())
}

/// How genomes vary and compile in an experiment that starts from `seeds`; a benchmark has none.
pub fn search_space(experiment: &Experiment, seeds: Vec<Body>) -> Variation {
    Variation {
        seeds,
        policy: experiment.policy.clone(),
        limits: experiment.body.limits(),
        physics: experiment.physics.on(&experiment.terrain),
        asked: experiment.asks(),
        evolve_body: experiment.body.evolves(),
    }
}

/// The frozen experiment of a run folder and the space that it searches.
///
/// # Errors
///
/// When it is no run folder, or a frozen file has been changed to something that is wrong.
pub fn thaw_run(dir: &Path) -> Result<(Experiment, Variation)> {
    let mut experiment = store::experiment(dir)?;
    thaw_rivals(&mut experiment, dir)?;
    let seeds: Vec<Body> = thaw(dir, SEEDS)?;
    let names = experiment.body.morphologies();
    let path = dir.join(SEEDS);
    ensure!(seeds.len() == names.len(), "{}: {} bodies for {} seeds", path.display(), seeds.len(), names.len());
    for (name, body) in names.iter().zip(&seeds) {
        let fault = || format!("{}: seed morphology {name}", path.display());
        experiment.check_seed(body).with_context(fault)?;
    }
    let space = search_space(&experiment, seeds);
    Ok((experiment, space))
}
