//! Solutions, and candidates that have been evaluated.
//!
//! A *solution* is what a search varies: a vector, a genome. It compiles to a *phenotype*, which is what gets evaluated. The evaluation
//! gives a reward and descriptors; together they are an *evaluated candidate*. An archive decides whether it becomes an *elite*.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt::Debug;

/// A kind of solutions, with the types of all that belongs to one.
///
/// `Vec<f64>` is a solution. A domain with more to remember (bodies, learning within a lifetime) implements the trait for its genome.
pub trait Solution: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What a solution compiles to, and what is evaluated.
    type Phenotype: Clone + Debug + Send + Sync;
    /// What is known of a phenotype before its evaluation, such as the facts of a body.
    type Traits: Clone + Debug + Default + PartialEq + Send + Sync;
    /// What the evaluation leaves beside reward and descriptors, such as what was learned in it.
    type Life: Clone + Debug + PartialEq + Send + Sync;
    /// What offspring inherit beside the solution. Emitters store it with their state.
    type Heritage: Copy + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync;

    /// What the offspring of a candidate with this life inherit.
    fn heritage(life: &Self::Life) -> Self::Heritage;

    /// The solution that reward and descriptors belong to: the solution itself, unless its life changed what was evaluated.
    fn expressed<'a>(&'a self, _life: &'a Self::Life) -> &'a Self {
        self
    }

    /// The kind of a solution with these traits, such as a body's topology: solutions of one kind have equal bytes. All are of one kind
    /// unless the domain tells them apart. The age of a lineage starts anew where a child is of another kind than its parent.
    fn kind(_traits: &Self::Traits) -> &[u8] {
        &[]
    }

    /// Whether both have the same list of parameters, so that one [`Chart`](crate::emitter::chart::Chart) holds both.
    fn has_parameters_of(&self, other: &Self) -> bool;
}

/// A parent of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// The parent's number.
    pub id: u64,
    /// Generation in which the parent was made.
    pub generation: u64,
    /// The parent's place in the batch of that generation.
    pub candidate: u32,
}

/// When a candidate was evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Birth {
    /// Number of the evaluation, counted over the run from 0.
    pub id: u64,
    /// The generation, from 0.
    pub generation: u64,
    /// Place in the batch of that generation, from 0.
    pub candidate: u32,
}

/// An evaluated candidate; an elite as long as an archive holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluated<S: Solution> {
    /// Number of the evaluation that made it, counted over the run from 0.
    pub id: u64,
    /// The solution, which offspring are made from.
    pub solution: S,
    /// What is maximised; NaN when the evaluation failed.
    pub reward: f32,
    /// One value for each dimension of the archive, in the units of the descriptors.
    pub descriptors: Vec<f32>,
    /// No parents for a seed, one after a mutation, two after a line step or a crossover.
    pub parents: Vec<Parent>,
    /// Generation in which it was made, from 0.
    pub generation: u64,
    /// Place in the batch of that generation, from 0.
    pub candidate: u32,
    /// Place of its emitter in the list of emitters, from 0.
    pub emitter: u32,
    /// Generations of ancestors of the same kind ([`Solution::kind`]); see [`AgeLayers`](crate::archive::AgeLayers).
    pub age: u32,
    /// What is known of its phenotype.
    pub traits: S::Traits,
    /// What its evaluation left.
    pub life: S::Life,
}

impl<S: Solution> Evaluated<S> {
    /// The solution that its reward and descriptors belong to.
    pub fn expressed(&self) -> &S {
        self.solution.expressed(&self.life)
    }

    /// This candidate as the parent of another.
    pub fn as_parent(&self) -> Parent {
        Parent { id: self.id, generation: self.generation, candidate: self.candidate }
    }

    /// Whether reward and descriptors are all finite. A candidate with a value that is not finite never enters an archive.
    pub fn is_finite(&self) -> bool {
        self.reward.is_finite() && self.descriptors.iter().all(|d| d.is_finite())
    }
}
