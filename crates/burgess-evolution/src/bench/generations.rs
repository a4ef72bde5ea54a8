//! Whole generations of an experiment, from asking to the record, in a run of their own.

use super::{median, spread};
use crate::descriptors::DescriptorSpec;
use crate::evolve::folder::RunFolder;
use crate::evolve::{Evolution, Setup, start};
use crate::experiment::Experiment;
use anyhow::{Context, Result};
use burgess_physics::batch::Backend;
use burgess_physics::gradient::Differentiate;
use burgess_qd::emitter;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Generations before the timed ones: the first has no parents, and both make room that later ones find.
const UNTIMED: u64 = 2;

/// What was measured of generations: medians over the timed ones.
#[derive(Clone, Copy, Debug)]
pub struct GenerationTiming {
    /// Candidates of a generation.
    pub batch: usize,
    /// Wall time of a generation (s).
    pub generation: f64,
    /// How much longer the slowest took than the fastest, as a share of that.
    pub spread: f64,
    /// Time in which the device simulated (s).
    pub simulation: f64,
    /// Time in which it differentiated (s).
    pub gradients: f64,
}

impl GenerationTiming {
    /// Candidates that went through all of it, a second.
    pub fn candidates(&self) -> f64 {
        self.batch as f64 / self.generation
    }

    /// The part of the wall time in which the device was at work.
    pub fn device_share(&self) -> f64 {
        (self.simulation + self.gradients) / self.generation
    }
}

/// Times so many generations of an experiment whose morphologies are built in. The generations are the same whenever they are timed: they
/// depend on the experiment alone. The run is stored as any other, in a folder that is removed.
///
/// # Errors
///
/// When the experiment takes more than the given devices can, its `batch_size` is no number, a device fails, or nothing can be stored.
pub fn time_generations(
    experiment: &Experiment,
    backend: &dyn Backend,
    differentiator: Option<&dyn Differentiate>,
    repeats: usize,
) -> Result<GenerationTiming> {
    let batch = experiment.batch_size.number().context("batch_size: must be a number, is Auto")?;
    let seeds = start::seed_bodies(experiment, Path::new(""))?;
    let scratch = Scratch::new();
    let folder = RunFolder::create(&scratch.0, experiment, &seeds)?;
    let space = start::search_space(experiment, seeds);
    let emitters = emitter::build(&experiment.emitters, &DescriptorSpec::dimensions(&experiment.axes()));
    let setup = Setup { experiment, space: &space, backend, differentiator, slopes: None, emitters };
    let mut evolution = Evolution::resume(folder.dir(), setup)?;
    for _ in 0..UNTIMED {
        evolution.generation(batch)?;
    }
    let differentiating = || differentiator.map_or(Duration::ZERO, |differentiator| differentiator.time());
    let mut times = Vec::new();
    for _ in 0..repeats {
        let (began, simulated, differentiated) = (Instant::now(), backend.simulation_time(), differentiating());
        evolution.generation(batch)?;
        let spent = [began.elapsed(), backend.simulation_time() - simulated, differentiating() - differentiated];
        times.push(spent.map(|time| time.as_secs_f64()));
    }
    evolution.finish()?;
    let of = |part: usize| times.iter().map(move |spent| spent[part]);
    Ok(GenerationTiming {
        batch,
        generation: median(of(0)),
        spread: spread(of(0)),
        simulation: median(of(1)),
        gradients: median(of(2)),
    })
}

/// A folder for runs that goes when this does.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("burgess-bench-{}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
