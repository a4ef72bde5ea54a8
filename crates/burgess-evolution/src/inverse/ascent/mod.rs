//! Gaits and bodies by gradient ascent, from several starts, with hill climbing beside it.
//!
//! All genes that move are measured from their start in scaled units (`coordinates`); both methods keep within the same bounds, and
//! both see episodes of the horizon only. What they find is then judged by a longer episode.

mod climb;
mod coordinates;
mod landscape;
mod record;

pub use climb::Course;
use climb::{ascend, climb_hill};
use landscape::Landscape;
pub use record::write;

use super::gait::Mover;
use crate::experiment::{Aim, Ascent, AscentGoal};
use crate::genome::Genome;
use anyhow::Result;
use burgess_core::rng::{Purpose, Stream};
use coordinates::Coordinates;
use rayon::prelude::*;

/// What became of one start.
#[derive(Clone, Debug)]
pub struct Climbed {
    /// The genes that it began with.
    pub start: Genome,
    /// Rewards of the judged episode; NaN where it diverged.
    pub judged: Judged,
    /// The way of gradient ascent.
    pub ascent: Course,
    /// The way of hill climbing.
    pub hill: Option<Course>,
}

/// Rewards of an episode that judges.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    /// Of the start.
    pub start: f64,
    /// After gradient ascent.
    pub ascent: f64,
    /// After hill climbing; NaN without it.
    pub hill: f64,
}

/// What became of all starts, in their order.
#[derive(Clone, Debug)]
pub struct AscentResult {
    /// One a start.
    pub starts: Vec<Climbed>,
    /// Length of the judged episode (s).
    pub seconds: f64,
}

/// Climbs from every start, in parallel; no result depends on the threads.
///
/// # Errors
///
/// When the body is no valid one.
pub fn solve(spec: &Ascent, mover: &Mover) -> Result<AscentResult> {
    let landscape = Landscape::new(spec, mover)?;
    let starts = (0..spec.starts).into_par_iter().map(|index| from_start(spec, mover, &landscape, index)).collect();
    Ok(AscentResult { starts, seconds: spec.judged.unwrap_or(spec.task.duration) })
}

fn from_start(spec: &Ascent, mover: &Mover, landscape: &Landscape<'_>, index: u64) -> Climbed {
    let mut stream = Stream::new(spec.seed, 0, index, Purpose::Inverse);
    let genome = mover.genome(&mut stream);
    let mut coordinates = Coordinates::new(genome, spec, mover.policy.sharing());
    let places: Vec<f64> = (0..coordinates.len()).map(|_| spec.spread * stream.normal()).collect();
    coordinates.move_origin(&places);
    let ascent = ascend(spec, landscape, &coordinates);
    let mut stream = Stream::new(spec.seed, 1, index, Purpose::Inverse);
    let hill =
        spec.hill_climbing.map(|evaluations| climb_hill(evaluations, spec.bound, landscape, &coordinates, &mut stream));
    let judged = Judged {
        start: landscape.judge(&coordinates.origin()),
        ascent: landscape.judge(&ascent.genome),
        hill: hill.as_ref().map_or(f64::NAN, |course| landscape.judge(&course.genome)),
    };
    Climbed { start: coordinates.origin(), judged, ascent, hill }
}

impl AscentResult {
    /// Means over the starts of the judged rewards.
    pub fn means(&self) -> Judged {
        let mean = |of: fn(&Judged) -> f64| {
            self.starts.iter().map(|climbed| of(&climbed.judged)).sum::<f64>() / self.starts.len() as f64
        };
        Judged { start: mean(|j| j.start), ascent: mean(|j| j.ascent), hill: mean(|j| j.hill) }
    }

    /// Largest distance of a judged rate from the one that is aimed at (reward a second).
    pub fn worst_miss(&self, rate: f64) -> f64 {
        let miss = |climbed: &Climbed| (climbed.judged.ascent / self.seconds - rate).abs();
        // A NaN must not be passed over.
        self.starts.iter().map(miss).fold(0.0, |worst, miss| if miss <= worst { worst } else { miss })
    }

    /// Whether the goal is reached; none without one.
    pub fn reaches(&self, spec: &Ascent) -> Option<bool> {
        let means = self.means();
        Some(match spec.goal? {
            AscentGoal::Mean { least, above_hill_climbing } => {
                means.ascent >= least && (!above_hill_climbing || means.ascent > means.hill)
            }
            AscentGoal::Within(error) => match spec.aim {
                Aim::Rate(rate) => self.worst_miss(rate) <= error,
                Aim::Most => false,
            },
        })
    }
}
