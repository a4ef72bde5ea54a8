//! Everything that a backend needs to know before it sees candidates: the world, the task, the kind of brain.

use super::model::OBSERVATIONS;
use super::task::TaskPlan;
use super::world::World;
use crate::model::{JOINT_OBSERVATIONS, MAX_LINKS};

/// The kind of brain that all candidates have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrainKind {
    /// [`crate::model::Controller::Cpg`].
    Cpg,
    /// [`crate::model::Controller::Mlp`], with the units of its hidden layers.
    Mlp(Vec<usize>),
    /// [`crate::model::Controller::Sequence`].
    Sequence,
}

/// What a backend is made for.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The surroundings.
    pub world: World<f64>,
    /// Length, reward, descriptors, termination.
    pub task: TaskPlan,
    /// The kind of brain.
    pub brain: BrainKind,
}

impl BrainKind {
    /// Units of the hidden layers.
    pub fn hidden(&self) -> &[usize] {
        match self {
            Self::Mlp(hidden) => hidden,
            Self::Cpg | Self::Sequence => &[],
        }
    }

    /// Numbers of the widest layer, the observation of the largest body with so many `further` numbers included (a wanted velocity, a latent
    /// state); none where there are no layers.
    pub fn widest_layer(&self, further: usize) -> usize {
        let observation = OBSERVATIONS + further + JOINT_OBSERVATIONS * (MAX_LINKS - 1);
        match self {
            Self::Mlp(hidden) => hidden.iter().copied().fold(observation, std::cmp::Ord::max),
            Self::Cpg | Self::Sequence => 0,
        }
    }
}
