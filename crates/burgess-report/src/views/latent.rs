//! Learned encoders: where candidates lie in latent space, how the encoder learned, and what a world model imagines.

use anyhow::{Result, ensure};

/// An encoder, as far as figures show it. A part that is `None` is not drawn.
#[derive(Clone, Debug)]
pub struct LatentView {
    /// Name of the experiment, or of what the encoder learned from.
    pub name: String,
    /// Seed.
    pub seed: u64,
    /// Whether bodies evolve. If they do not, there is no panel that is coloured by body plan.
    pub bodies_evolve: bool,
    /// Where candidates lie in latent space.
    pub map: Option<LatentMap>,
    /// The losses of its training.
    pub training: Option<TrainingCurves>,
    /// What a world model imagines.
    pub imagination: Option<Imagination>,
}

/// Candidates in the plane of two latent axes, or of any projection.
#[derive(Clone, Debug)]
pub struct LatentMap {
    /// Names of the axes along x and y, with unit.
    pub axes: [String; 2],
    /// One point per candidate, in any order. The order does not decide which points are drawn on top.
    pub points: Vec<LatentPoint>,
}

/// A candidate in the plane. A candidate whose position is not finite is left out. A candidate whose reward is not finite is left out of the
/// panel that shows rewards.
#[derive(Clone, Debug)]
pub struct LatentPoint {
    /// Its position, in the units of the axes.
    pub at: [f64; 2],
    /// Its reward.
    pub reward: f64,
    /// Its body plan, such as `9 links, depth 2`. Points with the same text have the same colour.
    pub body: String,
    /// Generation in which it was created, from 0.
    pub generation: u64,
}

/// The loss of one gradient step, and its parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossView {
    /// Number of gradient steps before this one, over all rounds of training.
    pub step: u64,
    /// The loss that training minimises.
    pub total: f64,
    /// Error of the reconstruction (variances).
    pub reconstruction: f64,
    /// Divergence that trains a world model's dynamics (nats); 0 for other encoders.
    pub dynamics: f64,
    /// Divergence that trains a world model's representation (nats); 0 for other encoders.
    pub representation: f64,
}

/// Losses over gradient steps. The scale is logarithmic, so values that are not positive are left out.
#[derive(Clone, Debug)]
pub struct TrainingCurves {
    /// One loss per gradient step, in order.
    pub losses: Vec<LossView>,
    /// Number of gradient steps before each round of training after the first one, ascending; empty for a single round.
    pub rounds: Vec<u64>,
}

/// What really happened, and what a world model imagined instead.
#[derive(Clone, Debug)]
pub struct Imagination {
    /// Names of the features with unit; each is a column of the figure.
    pub features: Vec<String>,
    /// Each elite is a row of the figure; three rows of four columns fill a page.
    pub elites: Vec<Imagined>,
}

/// A candidate, the end of whose episode a world model imagined.
#[derive(Clone, Debug)]
pub struct Imagined {
    /// Text above its row.
    pub label: String,
    /// Time (s) until which the model saw what happened. It imagined the rest.
    pub context: f64,
    /// One trace per feature.
    pub traces: Vec<TraceView>,
}

/// A feature over time: pairs of a time (s) and a value in the feature's unit, in order of time. Points that are not finite break the line.
#[derive(Clone, Debug)]
pub struct TraceView {
    /// What really happened.
    pub truth: Vec<(f64, f64)>,
    /// What was imagined; it begins where the context ends.
    pub imagined: Vec<(f64, f64)>,
}

impl LatentPoint {
    /// Whether its position is finite.
    pub(crate) fn has_place(&self) -> bool {
        self.at.iter().all(|x| x.is_finite())
    }
}

impl Imagination {
    /// Checks that every elite has one trace per feature.
    ///
    /// # Errors
    /// If there is nothing to draw, or if an elite does not have one trace per feature; the message says which.
    pub(crate) fn check(&self) -> Result<()> {
        let features = self.features.len();
        ensure!(features > 0 && !self.elites.is_empty(), "imagination needs at least one feature of one elite");
        for Imagined { label, traces, .. } in &self.elites {
            ensure!(traces.len() == features, "{label}: {} traces of {features} features", traces.len());
        }
        Ok(())
    }
}
