//! The physics behind a recorded motion: factors on masses, friction, joint damping and gravity.
//!
//! The recording's every number, over the range of its column, is a residual; its derivative by every unknown comes out of the same
//! simulation run over dual numbers (`model`), and Levenberg and Marquardt's method makes them small (`fit`). Horizons grow, since
//! over long ones a guess that is far off has left the recorded motion before it can learn from it.

mod channel;
mod evidence;
mod fit;
mod model;
mod record;
mod table;

pub use evidence::Evidence;
pub use fit::{Fitted, Stand};
pub use record::write;
pub use table::Table;

use super::gait::Mover;
use crate::experiment::{Factors, Identify, Recording};
use crate::growth::compile_controller;
use anyhow::{Context, Result, bail, ensure};
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::model::Candidate;
use fit::fit;
use model::MotionModel;
use rayon::prelude::*;
use std::path::Path;

/// Steps of a simulated recording that a check looks at.
const CHECKED_STEPS: f64 = 1000.0;

/// What became of all guesses.
#[derive(Clone, Debug)]
pub struct IdentifyResult {
    /// One a guess, in their order.
    pub guesses: Vec<Fitted>,
    /// The true factors, one an unknown, where they are known.
    pub truth: Option<Vec<f64>>,
    /// The recording.
    pub recording: Table,
    /// The motion with the factors of the guess that fits best, a row at each time of the recording.
    pub motion: Table,
    /// How well the recording determines the factors of the guess that fits best; none where that diverges.
    pub evidence: Option<Evidence>,
}

/// Fits every guess, in parallel; no result depends on the threads.
///
/// # Errors
///
/// When a file cannot be read or does not fit the body.
pub fn solve(spec: &Identify, folder: &Path) -> Result<IdentifyResult> {
    let mover = Mover::new(&spec.body, &spec.gait, &spec.physics, folder)?;
    let candidate = candidate(spec, &mover);
    let (recording, truth) = recording(spec, &mover, &candidate, folder)?;
    let model = MotionModel::new(spec, &candidate, &mover.world, mover.task(1.0), &recording)?;
    let truth = truth.map(|truth| spec.unknowns.iter().map(|&unknown| truth.of(unknown)).collect::<Vec<f64>>());
    let guesses: Vec<Fitted> = (0..spec.guesses)
        .into_par_iter()
        .map(|index| fit(spec, &model, &guess(spec, truth.as_deref(), index)))
        .collect();
    let best = guesses.iter().min_by(|a, b| a.residual.total_cmp(&b.residual)).context("no guess")?;
    let motion = model.motion(&best.unknowns);
    let normal = model.normal(&best.unknowns, model.duration());
    let evidence = normal.map(|normal| Evidence::new(&normal, spec.unknowns.len()));
    Ok(IdentifyResult { truth, recording, motion, evidence, guesses })
}

fn candidate(spec: &Identify, mover: &Mover) -> Candidate<f64> {
    let genome = mover.genome(&mut Stream::new(spec.seed, 0, 0, Purpose::Inverse));
    let controller = compile_controller(&genome.brain, &mover.grown.keys, &mover.grown.model, &mover.policy);
    Candidate { model: mover.grown.model.clone(), controller }
}

/// Whether the recording can be read, or its beginning made, and fits the body.
///
/// # Errors
///
/// When it cannot, or does not; or there is no such body or gait.
pub(super) fn check_recording(spec: &Identify, folder: &Path) -> Result<()> {
    let mut spec = spec.clone();
    if let Recording::Simulated { duration, .. } = &mut spec.recording {
        // To simulate all of it is work that only a run is asked for.
        *duration = duration.min(CHECKED_STEPS / f64::from(spec.physics.rate));
    }
    let mover = Mover::new(&spec.body, &spec.gait, &spec.physics, folder)?;
    let candidate = candidate(&spec, &mover);
    let (recording, _) = recording(&spec, &mover, &candidate, folder)?;
    MotionModel::new(&spec, &candidate, &mover.world, mover.task(1.0), &recording).map(drop)
}

/// Factors off the truth by random factors.
fn guess(spec: &Identify, truth: Option<&[f64]>, index: u64) -> Vec<f64> {
    let mut stream = Stream::new(spec.seed, 1, index, Purpose::Inverse);
    let most = libm::log(spec.off);
    let off = |i: usize| truth.map_or(1.0, |truth| truth[i]) * libm::exp(stream.range(-most, most));
    (0..spec.unknowns.len()).map(off).collect()
}

/// The recording, and the true factors where they are known.
fn recording(
    spec: &Identify,
    mover: &Mover,
    candidate: &Candidate<f64>,
    folder: &Path,
) -> Result<(Table, Option<Factors>)> {
    match &spec.recording {
        Recording::File(name) => Ok((Table::load(&folder.join(name))?, spec.truth)),
        &Recording::Simulated { duration, velocity, noise } => {
            let truth = spec.truth.unwrap_or_default();
            let task = mover.task(duration);
            let mut table = model::record(candidate, &mover.world, &task, &truth, velocity);
            ensure!(table.rows.iter().flatten().all(|x| x.is_finite()), "recording: the simulated motion diverges");
            if table.rows.len() < 2 {
                bail!("recording.duration: nothing moves in {duration} s");
            }
            table.add_noise(noise, &mut Stream::new(spec.seed, 2, 0, Purpose::Inverse));
            Ok((table, Some(truth)))
        }
    }
}

impl IdentifyResult {
    /// Largest error of a factor of one guess, as a share of the truth; NaN where that is not known.
    pub fn error(&self, fitted: &Fitted) -> f64 {
        let Some(truth) = &self.truth else { return f64::NAN };
        let error = |(found, truth): (&f64, &f64)| (found / truth - 1.0).abs();
        // A NaN must not be passed over.
        fitted.factors.iter().zip(truth).map(error).fold(0.0, |worst, e| if e <= worst { worst } else { e })
    }

    /// The guess that fits best.
    pub fn best(&self) -> Option<&Fitted> {
        self.guesses.iter().min_by(|a, b| a.residual.total_cmp(&b.residual))
    }

    /// Whether every guess reaches the goal, with unknowns that all show in the recording; none without a goal.
    pub fn reaches(&self, spec: &Identify) -> Option<bool> {
        let shows = |evidence: &Evidence| (0..spec.unknowns.len()).all(|unknown| evidence.shows(unknown));
        let is_found = self.evidence.as_ref().is_some_and(shows);
        spec.goal.map(|goal| is_found && self.guesses.iter().all(|fitted| self.error(fitted) <= goal))
    }
}
