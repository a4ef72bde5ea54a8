//! Kinds of solutions that the store keeps.

use crate::benchmark::Point;
use crate::genome::Genome;
use crate::life::{BodyTraits, Life};
use burgess_qd::{Evaluated, Parent, Solution};

/// A kind of solutions that the store keeps. The table of elites has the columns of creatures; others fill them with what stands for
/// nothing.
pub trait Stored: Solution {
    /// What an elite's columns say of its body and life.
    fn columns(elite: &Evaluated<Self>) -> (BodyTraits, Life);

    /// Traits and life from the columns.
    fn from_columns(traits: BodyTraits, life: Life) -> (Self::Traits, Self::Life);
}

impl Stored for Genome {
    fn columns(elite: &Evaluated<Self>) -> (BodyTraits, Life) {
        (elite.traits.clone(), elite.life.clone())
    }

    fn from_columns(traits: BodyTraits, life: Life) -> (BodyTraits, Life) {
        (traits, life)
    }
}

impl Stored for Point {
    fn columns(_: &Evaluated<Self>) -> (BodyTraits, Life) {
        Default::default()
    }

    fn from_columns(_: BodyTraits, _: Life) -> ((), ()) {
        ((), ())
    }
}

/// An elite of any kind as the database holds it.
#[derive(Clone, Debug)]
pub struct Record {
    /// Number of the evaluation that made it.
    pub id: u64,
    /// Its reward.
    pub reward: f32,
    /// Its descriptors, in their units.
    pub descriptors: Vec<f32>,
    /// Its parents.
    pub parents: Vec<Parent>,
    /// Generation in which it was made, from 0.
    pub generation: u64,
    /// Place in the batch of that generation, from 0.
    pub candidate: u32,
    /// Place of its emitter in the experiment's list, from 0.
    pub emitter: u32,
    /// Generations of ancestors of the same kind.
    pub age: u32,
    /// What is known of its body; the default for a point.
    pub traits: BodyTraits,
    /// What it did in its life; the default for a point.
    pub life: Life,
    /// The bytes of its solution.
    pub(super) solution: Vec<u8>,
}

impl Record {
    /// The elite with its solution; `None` when the bytes are damaged or of another kind.
    pub(super) fn decode<S: Stored>(self) -> Option<Evaluated<S>> {
        let Self { id, reward, descriptors, parents, generation, candidate, emitter, age, .. } = self;
        let solution = super::encode::solution(&self.solution)?;
        let (traits, life) = S::from_columns(self.traits, self.life);
        Some(Evaluated {
            id,
            solution,
            reward,
            descriptors,
            parents,
            generation,
            candidate,
            emitter,
            age,
            traits,
            life,
        })
    }
}
