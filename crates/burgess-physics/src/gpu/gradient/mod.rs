//! Gradients on the GPU: the forward pass keeps the states on a tape, and the backward pass goes through it, different bodies side by
//! side. The stages stand in `shaders/reverse/`, file by file the twins of `step::reverse`.

mod decode;
mod pass;
mod segments;

use super::decode::outcome;
use super::device::GpuError;
use super::encode::{Encoded, Prepared};
use super::layout::{self, LANES};
use super::pack::Block;
use super::part::Place;
use super::session::{Session, Variant};
use crate::error::Error;
use crate::gradient::{Gradient, Objective};
use crate::model::Candidate;
use crate::step::episode::Returns;
use decode::Bars;
use pass::{Found, FoundGradients, Pass};
use rayon::prelude::*;
use segments::Room;
use std::sync::Arc;

/// Memory for the tape and its checkpoints unless it is set (bytes).
pub const TAPE_MEMORY: u64 = 1 << 30;

/// Of one candidate, one an objective.
type Gradients = Vec<Gradient<f32>>;

/// Gradients of whole episodes.
pub(super) const TAPED: Variant = Variant { taped: true };

/// Simulates an episode of each candidate, and goes back through it for each objective.
///
/// # Errors
///
/// When an objective does not fit the task, the device fails or is lost, or its memory ends.
pub(super) fn differentiate(
    session: &Arc<Session>,
    candidates: &[Candidate<f32>],
    objectives: &[Objective],
) -> Result<Vec<Gradients>, Error> {
    if objectives.is_empty() {
        return Ok(vec![Vec::new(); candidates.len()]);
    }
    objectives.iter().try_for_each(|objective| session.check_objective(objective))?;
    let objectives: Vec<layout::Objective> = objectives.iter().map(weights).collect();
    session.in_parts(&session.taped_parts, |parts| attempt(session, candidates, &objectives, parts))
}

fn attempt(
    session: &Arc<Session>,
    candidates: &[Candidate<f32>],
    objectives: &[layout::Objective],
    parts: usize,
) -> Result<Vec<Gradients>, Error> {
    let prepared: Vec<Prepared<'_>> = candidates.par_iter().map(|c| Prepared::new(c, &session.world)).collect();
    let mut gradients: Vec<Gradients> = vec![Vec::new(); candidates.len()];
    let mut encoded = Encoded::default();
    for (place, blocks) in Place::rooms(session, TAPED, &prepared)? {
        let room = room(&place, session.task(TAPED).steps);
        for blocks in split(&place, room, blocks, parts, &prepared)? {
            place.encode(&mut encoded, &blocks, &prepared);
            let scratch = |&i: &usize| place.scratch(prepared[i].weight_count());
            let activations = encoded.candidates.iter().map(scratch).sum();
            let pass = Pass::upload(place.clone(), &encoded, activations, objectives, room)?;
            let found = pass.run(&mut session.taped_paces())?;
            for (candidate, own) in decode(&place, candidates, &encoded, &found)? {
                gradients[candidate] = own;
            }
        }
    }
    debug_assert!(gradients.iter().all(|of| of.len() == objectives.len()), "every candidate is in a part");
    Ok(gradients)
}

/// The memory for the tape of so many steps.
fn room(place: &Place, steps: u32) -> Room {
    Room {
        memory: place.session.options.tape.unwrap_or(TAPE_MEMORY),
        binding: place.session.largest_array(),
        steps,
        contacts: place.pipeline.contacts,
    }
}

/// Splits the blocks of a contact room into parts of one size, at least `parts`, so that each part's tape fits.
fn split(
    place: &Place,
    room: Room,
    blocks: Vec<Block>,
    parts: usize,
    prepared: &[Prepared<'_>],
) -> Result<Vec<Vec<Block>>, GpuError> {
    let most = room.blocks().ok_or_else(|| GpuError::Limit {
        what: "states of one block for the way back (bytes)".into(),
        needed: room.record(1) * u64::from(room.steps.isqrt() + 1) * 2,
        allowed: room.memory.min(room.binding),
    })?;
    let parts = blocks.len().div_ceil(most).max(parts).max(1);
    let most = blocks.len().div_ceil(parts);
    place.split(blocks, most, prepared)
}

/// The gradients of a part, those of each candidate with its index.
fn decode(
    place: &Place,
    candidates: &[Candidate<f32>],
    encoded: &Encoded,
    found: &Found,
) -> Result<Vec<(usize, Gradients)>, GpuError> {
    let descriptors = place.session.task(place.variant).descriptors.len();
    let bases: Vec<(usize, usize)> = encoded.bases(place.gradient_fields()).collect();
    let one = |&(body, row): &(usize, usize)| {
        let outcome = outcome(&found.results[body * place.words..][..place.words], descriptors, None)?;
        let returns = Returns {
            reward: outcome.reward,
            descriptors: outcome.descriptors,
            ending: outcome.ending,
            steps: outcome.steps,
        };
        let candidate = encoded.candidates[body];
        let gradient = |of: &FoundGradients| {
            let bars = Bars {
                candidate: &candidates[candidate],
                world: &place.session.world,
                field: |link: usize, field: usize| of.lanes[row + link + field * LANES],
                brain: &of.activations[encoded.bodies[body].activations as usize + place.scratch..],
                contacts: place.pipeline.contacts,
            };
            bars.gradient(returns.clone())
        };
        Ok((candidate, found.gradients.iter().map(gradient).collect()))
    };
    bases.par_iter().map(one).collect()
}

/// An objective as the device reads it.
fn weights(objective: &Objective) -> layout::Objective {
    let mut weights = layout::Objective { reward: objective.reward as f32, ..bytemuck::Zeroable::zeroed() };
    for (to, &weight) in weights.descriptors.as_flattened_mut().iter_mut().zip(&objective.descriptors) {
        *to = weight as f32;
    }
    weights
}
