//! What figures of learned encoders are drawn from.

use anyhow::{Result, ensure};
use burgess_latent::Loss;

/// An encoder, as far as figures show it. What is missing isn't drawn.
#[derive(Clone, Debug)]
pub struct LatentView {
    /// Name of the experiment, or of what the encoder learned from.
    pub name: String,
    /// Seed.
    pub seed: u64,
    /// Whether bodies evolve: if not, points are not coloured by them.
    pub bodies_evolve: bool,
    /// Where candidates lie.
    pub map: Option<LatentMap>,
    /// How it learned.
    pub training: Option<TrainingCurves>,
    /// What a world model imagines.
    pub imagination: Option<Imagination>,
}

/// Candidates in the plane of two latent axes, or of any projection.
#[derive(Clone, Debug)]
pub struct LatentMap {
    /// Names of the axes along x and y, with unit.
    pub axes: [String; 2],
    /// In any order, which doesn't say who is on top.
    pub points: Vec<LatentPoint>,
}

/// A candidate in the plane. Without a finite place it is left out, without a finite reward only where colours show rewards.
#[derive(Clone, Debug)]
pub struct LatentPoint {
    /// Its place, in the units of the axes.
    pub at: [f64; 2],
    /// Its reward.
    pub reward: f64,
    /// Its body plan, such as `9 links, depth 2`: points of one label have one colour.
    pub body: String,
    /// Generation in which it was made, from 0.
    pub generation: u64,
}

/// Losses over gradient steps. Values that are not positive have no place on a logarithmic scale and are left out.
#[derive(Clone, Debug)]
pub struct TrainingCurves {
    /// One a gradient step, in order.
    pub losses: Vec<Loss>,
    /// Gradient steps before each new round of training, ascending; none for a single round.
    pub rounds: Vec<u64>,
}

/// What really followed, and what a world model imagines instead.
#[derive(Clone, Debug)]
pub struct Imagination {
    /// Names of the features with unit, one a column of the figure.
    pub features: Vec<String>,
    /// One a row of the figure; three rows of four columns fill a page.
    pub elites: Vec<Imagined>,
}

/// A candidate whose end is imagined.
#[derive(Clone, Debug)]
pub struct Imagined {
    /// Who it is.
    pub label: String,
    /// What the model has seen lasts until this time (s).
    pub context: f64,
    /// One a feature.
    pub traces: Vec<TraceView>,
}

/// A feature over time: (s, the feature's unit), in order. Points that are not finite break the line.
#[derive(Clone, Debug)]
pub struct TraceView {
    /// What happened.
    pub truth: Vec<(f64, f64)>,
    /// What was imagined, behind the context only.
    pub imagined: Vec<(f64, f64)>,
}

impl LatentPoint {
    /// Whether it has a place.
    pub(in crate::report) fn has_place(&self) -> bool {
        self.at.iter().all(|x| x.is_finite())
    }
}

impl Imagination {
    /// # Errors
    /// When there is nothing to show, or an elite doesn't have one trace a feature; the message says which.
    pub(in crate::report) fn check(&self) -> Result<()> {
        let features = self.features.len();
        ensure!(features > 0 && !self.elites.is_empty(), "imagination needs at least one feature of one elite");
        for Imagined { label, traces, .. } in &self.elites {
            ensure!(traces.len() == features, "{label}: {} traces of {features} features", traces.len());
        }
        Ok(())
    }
}
