//! What an experiment says of emitters and of how they share a batch.

use super::ranking::{Ranker, Restart, Selection};
use crate::cma::Conventions;
use crate::optimiser::Optimiser;
use crate::space::GeneGroup;
use serde::{Deserialize, Serialize};

/// A source of candidates and its share of each batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmitterSpec {
    /// How candidates are made.
    pub kind: EmitterKind,
    /// Share of the batch, relative to the other emitters'.
    #[serde(default = "one")]
    pub share: f64,
}

/// How candidates are made. While the archive is empty an emitter acts as `Random`, unless it has a state of its own: `CmaMe` and
/// `CmaMega` then start from a seed as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum EmitterKind {
    /// A seed morphology, varied, with a random brain.
    Random {
        /// Standard deviation of the variation of body genes.
        #[serde(default = "default_sigma")]
        sigma: f64,
    },
    /// An elite with normal noise on its continuous genes.
    Gaussian {
        /// Standard deviation, in unconstrained coordinates.
        #[serde(default = "default_sigma")]
        sigma: f64,
        /// Probability that the body's structure mutates too.
        #[serde(default = "default_structure")]
        structure: f64,
    },
    /// Iso+line (Vassiliades and Mouret 2018): noise, and a step along the line to a second elite, over the genes both have.
    IsoLine {
        /// Standard deviation of the isotropic noise.
        #[serde(default = "default_iso")]
        iso: f64,
        /// Standard deviation of the step along the line, in units of the distance.
        #[serde(default = "default_line")]
        line: f64,
        /// Probability that the body's structure mutates too.
        #[serde(default)]
        structure: f64,
    },
    /// A subtree of a second elite grafted onto the first, then noise.
    Crossover {
        /// Standard deviation of the noise.
        #[serde(default = "default_sigma")]
        sigma: f64,
    },
    /// CMA-ES that follows what improves the archive: CMA-ME (Fontaine et al. 2020) as it stands; CMA-MAE (Fontaine and Nikolaidis
    /// 2023) with `ranking: Threshold, selection: Mu, restart: Basic` over an archive with a `learning_rate` below 1.
    CmaMe {
        /// Step size at the start, in unconstrained coordinates.
        #[serde(default = "default_sigma")]
        sigma: f64,
        /// By what candidates are ranked.
        #[serde(default)]
        ranking: Ranker,
        /// How many become parents.
        #[serde(default = "default_filter")]
        selection: Selection,
        /// When it begins anew from another elite.
        #[serde(default)]
        restart: Restart,
        /// By which equations the strategy learns; published figures are pyribs'.
        #[serde(default)]
        conventions: Conventions,
        /// Which genes move.
        #[serde(default)]
        genes: GeneGroup,
    },
    /// OMG-MEGA (Fontaine and Nikolaidis 2021): half of its candidates are elites, the other half steps from those along random
    /// combinations of the gradients of reward and descriptors, upward in reward.
    OmgMega {
        /// Standard deviation of the combinations' coefficients; gradients are taken at length one.
        #[serde(default = "default_branching")]
        sigma: f64,
        /// Which genes move.
        #[serde(default)]
        genes: GeneGroup,
    },
    /// CMA-MEGA (Fontaine and Nikolaidis 2021): a solution that climbs, with candidates around it that are combinations of the gradients of
    /// reward and descriptors; CMA-ES learns which combinations improve the archive.
    CmaMega {
        /// Standard deviation of the combinations' coefficients at the start; gradients are taken at length one.
        #[serde(default = "default_branching")]
        sigma: f64,
        /// How the solution follows its candidates: `Plain` goes the way to the parents' mean, times `rate`.
        #[serde(default = "default_plain")]
        optimiser: Optimiser,
        /// Length of its steps.
        #[serde(default = "one")]
        rate: f64,
        /// By what candidates are ranked.
        #[serde(default)]
        ranking: Ranker,
        /// How many become parents.
        #[serde(default)]
        selection: Selection,
        /// When it begins anew from another elite.
        #[serde(default)]
        restart: Restart,
        /// By which equations the strategy learns; published figures are pyribs'.
        #[serde(default)]
        conventions: Conventions,
        /// Which genes move.
        #[serde(default)]
        genes: GeneGroup,
    },
    /// Solutions that climb, each towards a goal of its own: a random place within the ranges of the descriptors, for which an elite near
    /// by sets out, upward in reward on the way (goal exploration, Baranes and Oudeyer 2013, by gradients). Every step is a candidate.
    Goals {
        /// Steps before a solution gets another goal.
        #[serde(default = "default_goal_steps")]
        steps: u32,
        /// Random places of which the one becomes the goal that is farthest from all elites.
        #[serde(default = "default_goal_draws")]
        draws: usize,
        /// Elites nearest to the goal of which the fittest sets out.
        #[serde(default = "default_goal_neighbours")]
        neighbours: usize,
        /// Probability that a step follows the gradient of the reward; otherwise it follows that of a descriptor towards the goal.
        #[serde(default = "default_goal_upward")]
        upward: f64,
        /// What makes a step of a direction.
        #[serde(default)]
        optimiser: Optimiser,
        /// Length of a step, in unconstrained coordinates.
        #[serde(default = "default_goal_rate")]
        rate: f64,
        /// Which genes move.
        #[serde(default)]
        genes: GeneGroup,
    },
}

/// How emitters share a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Scheduler {
    /// In proportion to their shares, always.
    #[default]
    Shares,
    /// A bandit chooses emitters each generation, by how many of their candidates went into the archive (UCB1; Cully 2021,
    /// "Multi-emitter MAP-Elites"). The chosen ones share the batch equally, and shares do not count.
    Ucb1 {
        /// Emitters that are chosen.
        active: usize,
        /// Weight of curiosity about emitters that were seldom chosen.
        #[serde(default = "default_exploration")]
        exploration: f64,
    },
}

impl EmitterKind {
    /// Standard deviation of noise on genes, unless told otherwise (unconstrained coordinates).
    pub const SIGMA: f64 = 0.15;
    /// Probability of `Gaussian` that the body's structure mutates, unless told otherwise.
    pub const STRUCTURE: f64 = 0.2;
    /// Standard deviation of `IsoLine`'s isotropic noise, unless told otherwise (Vassiliades and Mouret 2018).
    pub const ISO: f64 = 0.05;
    /// Standard deviation of its step along the line, unless told otherwise (distances).
    pub const LINE: f64 = 0.2;
}

impl EmitterSpec {
    /// The emitters of an experiment that names none.
    pub fn usual() -> Vec<Self> {
        let spec = |kind, share| Self { kind, share };
        let sigma = default_sigma();
        vec![
            spec(EmitterKind::Random { sigma }, 0.05),
            spec(EmitterKind::Gaussian { sigma, structure: default_structure() }, 0.45),
            spec(EmitterKind::IsoLine { iso: default_iso(), line: default_line(), structure: 0.0 }, 0.4),
            spec(EmitterKind::Crossover { sigma }, 0.1),
        ]
    }
}

impl EmitterKind {
    /// The emitter's name, for tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Random { .. } => "random",
            Self::Gaussian { .. } => "gaussian",
            Self::IsoLine { .. } => "iso+line",
            Self::Crossover { .. } => "crossover",
            Self::CmaMe { .. } => "CMA-ME",
            Self::OmgMega { .. } => "OMG-MEGA",
            Self::CmaMega { .. } => "CMA-MEGA",
            Self::Goals { .. } => "goals",
        }
    }
}

fn default_branching() -> f64 {
    0.5
}
fn default_goal_steps() -> u32 {
    20
}
fn default_goal_draws() -> usize {
    4
}
fn default_goal_neighbours() -> usize {
    1
}
fn default_goal_upward() -> f64 {
    0.5
}
fn default_goal_rate() -> f64 {
    0.01
}
fn default_exploration() -> f64 {
    0.05
}
fn default_filter() -> Selection {
    Selection::Filter
}
fn default_plain() -> Optimiser {
    Optimiser::Plain
}
fn default_iso() -> f64 {
    EmitterKind::ISO
}
fn default_line() -> f64 {
    EmitterKind::LINE
}
fn default_sigma() -> f64 {
    EmitterKind::SIGMA
}
fn default_structure() -> f64 {
    EmitterKind::STRUCTURE
}
fn one() -> f64 {
    1.0
}
