//! Gradients on the GPU: the forward pass keeps the states on a tape, and the backward pass goes through it, different bodies side by
//! side. The stages stand in `shaders/reverse/`, file by file the twins of `step::reverse`.

mod decode;
mod encode;
mod pass;
mod segments;

use super::compose::Mode;
use super::decode::outcome;
use super::device::{AdapterFacts, GpuError};
use super::encode::{Arrays, Encoded, Prepared};
use super::layout::{self, DIVERGED, ENDING, LANES};
use super::pack::Block;
use super::part::{PartSetup, Round, side_by_side};
use super::session::{Session, Variant};
use crate::batch::WindowGradient;
use crate::batch::lives::{fold_gradients, fold_own_gradients, lives, objectives_of_lives};
use crate::error::Error;
use crate::gradient::{Gradient, Objective};
use crate::model::Candidate;
use crate::step::abreast::Life;
use crate::step::reverse::state::StateAdjoint;
use crate::task::Returns;
use decode::Bars;
pub(super) use pass::Begin;
use pass::{Course, Found, FoundGradients, Load, Pass};
use rayon::prelude::*;
use segments::{Extent, Room};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Memory for the tapes of a call and their checkpoints, where a device does not say how much it has (bytes).
const TAPE_MEMORY: u64 = 3 << 29;
/// Least and most memory for them on a device that does (bytes).
const TAPE_MEMORIES: [u64; 2] = [1 << 29, 1 << 32];
/// The share of a device's memory that they may take. There may be two calls at a time.
const TAPE_SHARE: u64 = 8;

/// Of one candidate, one an objective.
type Gradients = Vec<Gradient<f32>>;

/// Gradients of whole episodes.
pub(super) const TAPED: Variant = Variant { taped: true, mode: Mode::Episodes };

/// Simulates an episode of each candidate in each environment, and goes back through it for each objective.
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
    let (environments, fold) = (session.worlds.len(), session.fold);
    let objectives = objectives_of_lives(objectives, environments, fold);
    let passes: Vec<Vec<layout::Objective>> = objectives.iter().map(|objective| vec![weights(objective)]).collect();
    let lives = lives(candidates, &session.worlds);
    let first = |_: usize| 0;
    let try_in = |rounds| attempt(session, &lives, &passes, &first, rounds);
    let gradients = session.in_rounds(&session.taped_rounds, try_in)?;
    Ok(fold_gradients(gradients, environments, fold, session.world.backward.alike))
}

/// The same of one objective of each candidate, `follows` being its place in the list: one backward pass for all.
///
/// # Errors
///
/// As [`differentiate`].
pub(super) fn differentiate_own(
    session: &Arc<Session>,
    candidates: &[Candidate<f32>],
    objectives: &[Objective],
    follows: &[usize],
) -> Result<Vec<Gradient<f32>>, Error> {
    objectives.iter().try_for_each(|objective| session.check_objective(objective))?;
    let (environments, alike) = (session.worlds.len(), session.world.backward.alike);
    let passes = [objectives.iter().map(weights).collect::<Vec<_>>()];
    let lives = lives(candidates, &session.worlds);
    let own = |life: usize| follows[life / environments];
    let try_in = |rounds| attempt(session, &lives, &passes, &own, rounds);
    let gradients = session.in_rounds(&session.taped_rounds, try_in)?;
    Ok(fold_own_gradients(gradients, environments, session.fold, alike, |candidate| &objectives[follows[candidate]]))
}

/// Each list of objectives has a backward pass of its own; `follows` gives the place in it of the one that a life follows.
fn attempt(
    session: &Arc<Session>,
    lives: &[Life<'_>],
    objectives: &[Vec<layout::Objective>],
    follows: &dyn Fn(usize) -> usize,
    least: usize,
) -> Result<Vec<Gradients>, Error> {
    let prepared: Vec<Prepared<'_>> = lives.par_iter().map(Prepared::new).collect();
    let mut gradients: Vec<Gradients> = vec![Vec::new(); lives.len()];
    let rooms = PartSetup::rooms(session, TAPED, &prepared)?;
    let room = room(session, session.task(TAPED).steps);
    let mut encoded = Vec::new();
    for round in in_fitting_rounds(rooms, room, least, &prepared)? {
        encoded.resize_with(round.len(), Encoded::default);
        for ((place, blocks), encoded) in round.iter().zip(&mut encoded) {
            place.encode(encoded, blocks, &prepared);
            // Behind them stand objects, which have none.
            for (body, &life) in encoded.bodies.iter_mut().zip(&encoded.candidates) {
                body.objective = follows(life) as u32;
            }
        }
        let places = round.iter().map(|(place, _)| place.clone());
        let loads = places.zip(&encoded).map(|(place, encoded)| Load::whole_episodes(place, encoded)).collect();
        let pass = Pass::upload(session, loads, objectives, Course { steps: 0..room.steps, room })?;
        let found = pass.run(&mut session.taped_paces())?;
        for (((place, _), encoded), found) in round.iter().zip(&encoded).zip(&found) {
            for (life, own) in decode(place, lives, encoded, found)? {
                gradients[life] = own;
            }
        }
    }
    debug_assert!(gradients.iter().all(|of| of.len() == objectives.len()), "every life is in a part");
    Ok(gradients)
}

/// The memory for the tape of so many steps.
pub(super) fn room(session: &Session, steps: u32) -> Room {
    let memory = session.options.tape.unwrap_or_else(|| tape_memory(&session.gpu.facts));
    Room { memory, binding: session.largest_array(), steps }
}

/// What the tapes of a call may take on a device (bytes), unless it is set.
pub fn tape_memory(facts: &AdapterFacts) -> u64 {
    let [least, most] = TAPE_MEMORIES;
    match facts.limits.memory {
        // A software adapter's memory is the host's, and its caches are small.
        Some(memory) if !facts.is_software() => (memory / TAPE_SHARE).clamp(least, most),
        _ => TAPE_MEMORY,
    }
}

/// The blocks of all contact rooms in rounds, at least `least`, whose tapes fit.
///
/// # Errors
///
/// When not even that of one block does, or the device cannot bind its arrays.
pub(super) fn in_fitting_rounds(
    rooms: Vec<(PartSetup, Vec<Block>)>,
    room: Room,
    least: usize,
    prepared: &[Prepared<'_>],
) -> Result<Vec<Round>, GpuError> {
    let extent = |(place, blocks): &(PartSetup, Vec<Block>)| Extent {
        blocks: blocks.len(),
        link_room: place.pipeline.link_room,
    };
    let extents: Vec<Extent> = rooms.iter().map(extent).collect();
    if let Some(rounds) = room.rounds(&extents) {
        return side_by_side(rooms, rounds.max(least), prepared);
    }
    // Where the rooms do not fit beside each other, they come one after the other.
    let mut all = Vec::new();
    for (one, extent) in rooms.into_iter().zip(extents) {
        let rounds = room.rounds(&[extent]).ok_or_else(|| GpuError::Limit {
            what: "states of one block for the way back (bytes)".into(),
            needed: Extent { blocks: 1, ..extent }.record() * u64::from(room.steps.isqrt() + 1) * 2,
            allowed: room.memory.min(room.binding),
        })?;
        all.extend(side_by_side(vec![one], rounds.max(least), prepared)?);
    }
    Ok(all)
}

/// A window of the creatures of a part.
pub(super) struct WindowOf<'a> {
    /// What the device reads.
    pub(super) arrays: Arrays<'a>,
    /// Where the creatures lie.
    pub(super) encoded: &'a Encoded,
    /// Floats of all brains' scratch and gradients.
    pub(super) activations: usize,
    /// Steps of the batch.
    pub(super) steps: Range<u32>,
    /// Where it begins.
    pub(super) begin: Begin,
}

/// Gradients of a window: see [`Simulator::gradients`](crate::batch::Simulator::gradients). `driven` gives a candidate with what drove it.
///
/// # Errors
///
/// When the device fails or is lost, or its memory ends.
pub(super) fn differentiate_window<'c>(
    place: &PartSetup,
    window: WindowOf<'_>,
    driven: impl Fn(usize) -> Cow<'c, Candidate<f32>> + Sync,
    objective: &Objective,
    after: Option<&[StateAdjoint<f32>]>,
) -> Result<Vec<(usize, WindowGradient<f32>)>, Error> {
    let WindowOf { arrays, encoded, activations, steps, begin } = window;
    let link_room = place.pipeline.link_room;
    let room = room(&place.session, (steps.len() as u32).max(1));
    let fields = place.gradient_fields();
    let bases: Vec<(usize, usize)> = encoded.bases(fields).collect();
    let mut bars = vec![[0.0; 4]; encoded.lanes.len() * fields];
    for &(body, row) in after.iter().flat_map(|_| &bases) {
        let candidate = encoded.candidates[body];
        let after = after.map(|after| &after[candidate]).expect("there are gradients to begin with");
        let put = |link: usize, field: usize, vector| bars[row + link + field * LANES] = vector;
        encode::state_bars(&driven(candidate).model, after, link_room, put);
    }
    let load = Load { place: place.clone(), arrays, activations, window: Some((begin, &bars)) };
    let pass = Pass::upload(&place.session, vec![load], &[vec![weights(objective)]], Course { steps, room })?;
    let found = pass.run(&mut place.session.taped_paces())?;
    let [found] = &found[..] else { unreachable!("one part was loaded") };
    let one = |of: &FoundGradients<'_>, &(body, row): &(usize, usize)| {
        let candidate = encoded.candidates[body];
        let driven = driven(candidate);
        let bars = Bars {
            candidate: &driven,
            world: &place.session.world,
            field: |link: usize, field: usize| of.lanes[row + link + field * LANES],
            brain: |object: Option<usize>| of.brain(arrays.bodies, body, object, place.scratch),
            link_room,
        };
        let words = &found.results[body * place.words..][..place.words];
        (candidate, bars.window_gradient(words[ENDING] == DIVERGED && found.was_running[body]))
    };
    Ok(found.with_gradients(|all| bases.par_iter().map(|base| one(&all[0], base)).collect())?)
}

/// The gradients of a part, those of each life with its index.
fn decode(
    place: &PartSetup,
    lives: &[Life<'_>],
    encoded: &Encoded,
    found: &Found,
) -> Result<Vec<(usize, Gradients)>, GpuError> {
    let descriptors = place.session.task(place.variant).descriptors.len();
    let bases: Vec<(usize, usize)> = encoded.bases(place.gradient_fields()).collect();
    let one = |all: &[FoundGradients<'_>], &(body, row): &(usize, usize)| {
        let outcome = outcome(&found.results[body * place.words..][..place.words], descriptors, None)?;
        let returns = Returns {
            reward: outcome.reward,
            descriptors: outcome.descriptors,
            ending: outcome.ending,
            steps: outcome.steps,
            contacts_left_out: outcome.contacts_left_out,
        };
        let life = encoded.candidates[body];
        let gradient = |of: &FoundGradients<'_>| {
            let bars = Bars {
                candidate: lives[life].candidate,
                world: lives[life].world,
                field: |link: usize, field: usize| of.lanes[row + link + field * LANES],
                brain: |object: Option<usize>| of.brain(&encoded.bodies, body, object, place.scratch),
                link_room: place.pipeline.link_room,
            };
            bars.gradient(returns.clone())
        };
        Ok((life, all.iter().map(gradient).collect()))
    };
    found.with_gradients(|all| bases.par_iter().map(|base| one(all, base)).collect())?
}

/// An objective as the device reads it.
fn weights(objective: &Objective) -> layout::Objective {
    let mut weights = layout::Objective { reward: objective.reward as f32, ..bytemuck::Zeroable::zeroed() };
    for (to, &weight) in weights.descriptors.as_flattened_mut().iter_mut().zip(&objective.descriptors) {
        *to = weight as f32;
    }
    weights
}
