//! An elite as the database holds it: encoded where there are threads to do it, written where there is one.

use super::encode::{parent_bytes, seen_bytes, solution_bytes};
use super::stored::Stored;
use crate::life::Refinement;
use burgess_qd::Evaluated;
use burgess_qd::bytes::{f32_bytes, f64_bytes};
use rusqlite::{Statement, params};

/// An elite and its cell, encoded.
#[derive(Clone, Debug)]
pub struct Row {
    cell: usize,
    id: u64,
    reward: f32,
    descriptors: String,
    generation: u64,
    candidate: u32,
    emitter: u32,
    parents: String,
    links: u32,
    mass: f64,
    topology: Vec<u8>,
    span: f64,
    body_age: u32,
    exact_reward: Vec<u8>,
    exact_descriptors: Vec<u8>,
    exact_parents: Vec<u8>,
    exact_mass: Vec<u8>,
    refinement: Refinement,
    genome: Vec<u8>,
    learned: Option<Vec<u8>>,
    seen: Option<Vec<u8>>,
}

impl Row {
    /// The row of an elite in a cell.
    pub fn new<S: Stored>(cell: usize, e: &Evaluated<S>) -> Self {
        let (traits, life) = S::columns(e);
        Self {
            cell,
            id: e.id,
            reward: e.reward,
            descriptors: list(&e.descriptors),
            generation: e.generation,
            candidate: e.candidate,
            emitter: e.emitter,
            parents: list(e.parents.iter().map(|parent| parent.id)),
            links: traits.links,
            mass: traits.mass,
            topology: traits.physique.topology.bytes().to_vec(),
            span: traits.physique.span,
            body_age: e.age,
            exact_reward: f32_bytes(&[e.reward]),
            exact_descriptors: f32_bytes(&e.descriptors),
            exact_parents: parent_bytes(&e.parents),
            exact_mass: f64_bytes(&[traits.mass]),
            refinement: life.refinement,
            genome: solution_bytes(&e.solution),
            learned: life.learned.as_ref().map(solution_bytes),
            seen: life.seen.as_deref().map(seen_bytes),
        }
    }

    /// Writes it by a statement that takes all columns of the table in their order.
    pub(super) fn write(&self, insert: &mut Statement<'_>) -> rusqlite::Result<()> {
        let Refinement { refined, gain, trust } = self.refinement;
        insert.execute(params![
            self.cell,
            self.id,
            self.reward,
            self.descriptors,
            self.generation,
            self.candidate,
            self.emitter,
            self.parents,
            self.links,
            self.mass,
            self.topology,
            self.span,
            self.body_age,
            refined,
            gain,
            trust,
            self.exact_reward,
            self.exact_descriptors,
            self.exact_parents,
            self.exact_mass,
            f64_bytes(&[self.span]),
            f32_bytes(&[gain, trust]),
            self.genome,
            self.learned,
            self.seen,
        ])?;
        Ok(())
    }
}

/// A readable list that is JSON too, e.g. `[0.5, 2]`.
fn list<T: std::fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    format!("[{}]", items.join(", "))
}
