//! What an evaluated creature is beside its genome: the facts of its body, and what it did in its life.

use crate::genome::Genome;
use crate::growth::Physique;
use burgess_physics::experience::Experience;
use burgess_physics::model::{Candidate, Model};
use burgess_qd::Solution;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is known of a body before it is simulated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BodyTraits {
    /// Number of links.
    pub links: u32,
    /// Total mass (kg).
    pub mass: f64,
    /// What tells it from other bodies.
    pub physique: Physique,
}

impl BodyTraits {
    /// The traits of a grown body.
    pub fn of(model: &Model<f64>) -> Self {
        Self { links: model.links.len() as u32, mass: model.mass(), physique: Physique::of(model) }
    }
}

/// What a creature did in its life, beside the reward and the descriptors that it earned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Life {
    /// What gradient steps did for it.
    pub refinement: Refinement,
    /// The genes that earned its reward, where they are not its own: what a Baldwinian learned.
    pub learned: Option<Genome>,
    /// What encoders see of it, where dimensions are learned.
    pub seen: Option<Arc<EncoderInput>>,
}

/// What gradient steps did for a candidate, and how far they can be trusted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Refinement {
    /// Whether it took gradient steps.
    pub refined: bool,
    /// Reward after the steps less the reward before, over the full episode, whether the steps were accepted or not; 0 for a candidate that
    /// took no steps or diverged.
    pub gain: f32,
    /// Agreement of the improvement that gradients predicted with the actual one, -1 to 1. A candidate that took no steps inherits it.
    pub trust: f32,
}

impl Default for Refinement {
    /// The refinement of a candidate where nothing is refined.
    fn default() -> Self {
        Self { refined: false, gain: 0.0, trust: 1.0 }
    }
}

/// What an encoder makes descriptors of. Whenever the encoder has learned, all elites are encoded anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncoderInput {
    /// What the creature felt.
    pub experience: Experience,
    /// Reward of the task alone: an archive may see surprise in its reward.
    pub earned: f32,
}

impl Solution for Genome {
    type Phenotype = Candidate<f32>;
    type Traits = BodyTraits;
    type Life = Life;
    /// How far gradients can be trusted for it, -1 to 1.
    type Heritage = f32;

    fn heritage(life: &Life) -> f32 {
        life.refinement.trust
    }

    fn expressed<'a>(&'a self, life: &'a Life) -> &'a Self {
        life.learned.as_ref().unwrap_or(self)
    }

    fn kind(traits: &BodyTraits) -> &[u8] {
        traits.physique.topology.bytes()
    }

    fn has_parameters_of(&self, other: &Self) -> bool {
        let ids = |genome: &Self| genome.parameters().into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        ids(self) == ids(other)
    }
}
