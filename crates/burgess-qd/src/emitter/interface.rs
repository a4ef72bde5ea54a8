//! What an emitter is asked for, what it may look at, and what it is told.

use super::ranking::{Entry, Ranked};
use crate::archive::{Elites, Placement};
use crate::solution::{Evaluated, Parent, Solution};
use crate::space::SearchSpace;
use anyhow::{Context as _, ensure};
use burgess_core::rng::Stream;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Makes types of references copies of themselves whatever the solution; derived, they would only be so if the solution was.
macro_rules! copies {
    ($($name:ident $(<$life:lifetime>)?),*) => {
        $(
            impl<$($life,)? S: Solution> Clone for $name<$($life,)? S> {
                fn clone(&self) -> Self {
                    *self
                }
            }

            impl<$($life,)? S: Solution> Copy for $name<$($life,)? S> {}
        )*
    };
}

/// Debug output of types that refer to traits: their name.
macro_rules! names {
    ($($name:ident),*) => {
        $(
            impl<S: Solution> std::fmt::Debug for $name<'_, S> {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.debug_struct(stringify!($name)).finish_non_exhaustive()
                }
            }
        )*
    };
}

pub(super) use {copies, names};

copies!(Ask<'a>, Prepare<'a>, Told<'a>, Lineage, Ancestor<'a>);
names!(Ask, Prepare, Told);

/// What an emitter may look at when it makes a proposal.
pub struct Ask<'a, S: Solution> {
    /// The archive before the batch.
    pub archive: &'a dyn Elites<S>,
    /// How solutions vary.
    pub space: &'a dyn SearchSpace<S>,
    /// The proposal's place among the emitter's own, from 0.
    pub place: usize,
    /// Number of places that the emitter has in the batch.
    pub places: usize,
}

/// What an emitter may look at before a generation.
pub struct Prepare<'a, S: Solution> {
    /// The archive before the batch.
    pub archive: &'a dyn Elites<S>,
    /// How solutions vary.
    pub space: &'a dyn SearchSpace<S>,
    /// Number of places that the emitter has in the batch.
    pub places: usize,
}

/// What offspring take over from an elite beside its solution.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Lineage<S: Solution> {
    /// The elite.
    pub parent: Parent,
    /// What its offspring inherit.
    pub heritage: S::Heritage,
    /// Generations of ancestors of the same kind.
    pub age: u32,
}

impl<S: Solution> From<&Evaluated<S>> for Lineage<S> {
    fn from(elite: &Evaluated<S>) -> Self {
        Self { parent: elite.as_parent(), heritage: S::heritage(&elite.life), age: elite.age }
    }
}

/// An elite that a proposal was made from. The elite may have left the archive since.
#[derive(Debug)]
pub struct Ancestor<'a, S: Solution> {
    /// What the proposal takes over.
    pub lineage: Lineage<S>,
    /// The elite's solution.
    pub solution: &'a S,
    /// What is known of the elite's phenotype; `None` where the proposal is known to be of the same kind.
    pub traits: Option<&'a S::Traits>,
}

impl<S: Solution> Ancestor<'_, S> {
    /// The age of a child with these traits: one more than the ancestor's, or 0 where the child is of another kind.
    pub fn age_of_child(&self, traits: &S::Traits) -> u32 {
        let same = self.traits.is_none_or(|own| S::kind(own) == S::kind(traits));
        if same { self.lineage.age.saturating_add(1) } else { 0 }
    }
}

impl<'a, S: Solution> From<&'a Evaluated<S>> for Ancestor<'a, S> {
    fn from(elite: &'a Evaluated<S>) -> Self {
        Self { lineage: elite.into(), solution: &elite.solution, traits: Some(&elite.traits) }
    }
}

/// A solution that an emitter proposes. It is not compiled yet.
#[derive(Clone, Debug)]
pub struct Proposal<'a, S: Solution> {
    /// The solution.
    pub solution: S,
    /// The elites that it was made from: none, one or two.
    pub parents: Vec<Ancestor<'a, S>>,
    /// What the emitter wants to be told again with the candidate; empty for most emitters.
    pub coefficients: Vec<f64>,
}

impl<'a, S: Solution> Proposal<'a, S> {
    /// A proposal made of elites.
    pub fn of(solution: S, parents: impl IntoIterator<Item = &'a Evaluated<S>>) -> Self {
        Self { solution, parents: parents.into_iter().map(Ancestor::from).collect(), coefficients: Vec::new() }
    }

    /// A random proposal, without parents.
    pub fn random(space: &dyn SearchSpace<S>, sigma: f64, stream: &mut Stream) -> Self {
        Self::of(space.random(sigma, stream), [])
    }
}

/// A solution whose gradients an emitter asked for.
#[derive(Clone, Debug)]
pub struct Anchor<S: Solution> {
    /// The solution.
    pub solution: S,
    /// The elite that it is or stands for.
    pub lineage: Option<Lineage<S>>,
    /// Gradients with respect to each parameter, in the order of [`SearchSpace::parameters`]: of the reward, then of each descriptor that
    /// has a gradient; only the one that the emitter follows there, if it follows one. `None` where the evaluation failed.
    pub gradients: Option<Vec<Vec<f64>>>,
}

/// A source of proposals.
///
/// A generation calls `prepare`; then [`Anchored`]'s methods, if the emitter follows gradients; `ask`, once for each place; `tell`.
pub trait Emitter<S: Solution>: Send + Sync {
    /// Called before each generation in which the emitter has places.
    fn prepare(&mut self, _prepare: Prepare<'_, S>, _stream: &mut Stream) {}

    /// The emitter as one that follows gradients, if it does.
    fn anchored(&self) -> Option<&dyn Anchored<S>> {
        None
    }

    /// As [`Emitter::anchored`], to be told gradients.
    fn anchored_mut(&mut self) -> Option<&mut dyn Anchored<S>> {
        None
    }

    /// Makes a proposal. It may be called again on the same stream when the proposal does not compile. While the archive is empty, every
    /// emitter without a state of its own makes random proposals, with its own step size.
    fn ask<'a>(&'a self, ask: Ask<'a, S>, stream: &mut Stream) -> Proposal<'a, S>;

    /// Learns from what became of its candidates, given in the order in which they were asked for.
    fn tell(&mut self, _told: Told<'_, S>) {}

    /// Whether `tell` or gradients change it. Emitters whose `save` is slow override it.
    fn learns(&self) -> bool {
        !self.save().is_empty()
    }

    /// The exact state that it has learned; empty for an emitter that does not learn.
    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Takes back what [`Emitter::save`] returned.
    ///
    /// # Errors
    ///
    /// When the state is damaged.
    fn restore(&mut self, _saved: &[u8]) -> anyhow::Result<()> {
        Ok(())
    }
}

/// An emitter that follows gradients of reward and descriptors.
pub trait Anchored<S: Solution> {
    /// How many of its first places are *anchors*: it wants to know their gradients before it is asked for the other places. Anchors must
    /// not depend on what `learn` is given.
    fn anchors(&self, ask: &Ask<'_, S>) -> usize;

    /// The only gradient that the anchor of this place is wanted for: 0 is the reward's, the others are those of the descriptors that
    /// have one. `None` stands for all of them.
    fn follows(&self, _place: usize) -> Option<usize> {
        None
    }

    /// Learns the gradients of its anchors, in their order; it has `places` places in the batch.
    fn learn(&mut self, anchors: Vec<Anchor<S>>, space: &dyn SearchSpace<S>, places: usize);
}

/// What became of an emitter's candidates; all lists are in the order of asking.
pub struct Told<'a, S: Solution> {
    /// How solutions vary.
    pub space: &'a dyn SearchSpace<S>,
    /// The evaluated candidates; rewards and descriptors are NaN where the evaluation failed.
    pub candidates: &'a [Evaluated<S>],
    /// Where they went in the archive.
    pub placements: &'a [Placement],
    /// What came with their proposals.
    pub coefficients: &'a [Vec<f64>],
}

/// The exact bytes of a learned state, in the postcard format.
pub(super) fn saved<T: Serialize>(state: &T) -> Vec<u8> {
    postcard::to_stdvec(state).expect("what is learned is plain data")
}

/// The state of [`saved`] bytes; `whose` names it in the error when they are damaged.
pub(super) fn restored<T: DeserializeOwned>(bytes: &[u8], whose: &str) -> anyhow::Result<T> {
    let (state, rest) = postcard::take_from_bytes(bytes).with_context(|| format!("the state of {whose} is damaged"))?;
    ensure!(rest.is_empty(), "the state of {whose} is damaged: {} bytes are left over", rest.len());
    Ok(state)
}

/// Candidates as evolution strategies rank them.
pub(super) fn ranked<'a, S: Solution>(candidates: &'a [Evaluated<S>], placements: &[Placement]) -> Vec<Ranked<'a>> {
    let one = |(candidate, placement): (&'a Evaluated<S>, &Placement)| Ranked {
        entry: match placement.stage() {
            0 => Entry::Rejected,
            1 => Entry::Improved,
            _ => Entry::New,
        },
        improvement: placement.improvement(),
        reward: f64::from(candidate.reward),
        descriptors: &candidate.descriptors,
    };
    candidates.iter().zip(placements).map(one).collect()
}
