//! A batch on the GPU that is simulated window by window. States stay on the device between calls.

use super::compose::Mode;
use super::device::GpuError;
use super::encode::{Arrays, Encoded, Prepared, place_brains};
use super::gradient::{self, Begin};
use super::layout::{self, Body, ENDING, FRESH, STEPS, Span};
use super::part::{KEPT, Part, PartSetup, Records, copy, submit};
use super::session::{Session, Variant};
use super::snapshot::{Kept, ending, reward};
use crate::batch::lives::lives;
use crate::batch::simulator::{check_after, check_drive, check_states};
use crate::batch::{Drive, Progress, Simulator, Snapshot, WindowGradient};
use crate::error::Error;
use crate::gradient::Objective;
use crate::model::{Candidate, Controller};
use crate::step::reverse::state::StateAdjoint;
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

/// Steps of a batch after which they are counted from zero again, long before they overflow.
const MOST_STEPS: u32 = 1 << 30;

/// A batch on the GPU, in float32: see [`Simulator`]. [`GpuBackend::load`](super::GpuBackend::load) makes one.
#[derive(Debug)]
pub struct GpuBatch {
    session: Arc<Session>,
    candidates: Vec<Candidate<f32>>,
    /// The load at which a contact of each body counts half (N).
    reference_forces: Vec<f32>,
    parts: Vec<Loaded>,
    /// Steps of the batch so far, a multiple of those between decisions.
    step: u32,
    window: Option<Last>,
}

const _: () = {
    const fn is_shared<T: Send + Sync + 'static>() {}
    is_shared::<GpuBatch>();
};

/// A part of the batch.
#[derive(Debug)]
struct Loaded {
    part: Part,
    /// What was uploaded; in its bodies stands when and where each episode began.
    encoded: Encoded,
    /// Where each body starts when it is reset (m).
    spawns: Vec<[f32; 3]>,
    /// The reward of each body so far.
    rewards: Vec<f32>,
}

/// The last window.
#[derive(Debug)]
struct Last {
    actions: Option<Vec<Vec<f32>>>,
    steps: Range<u32>,
    /// Of each part, where the window began, and its bodies then.
    begins: Vec<(Begin, Vec<Body>)>,
}

impl GpuBatch {
    /// Uploads bodies, each at the start of an episode.
    pub(super) fn load(session: &Arc<Session>, candidates: Vec<Candidate<f32>>) -> Result<Self, Error> {
        let (parts, reference_forces) =
            session.in_rounds(&session.taped_rounds, |rounds| Self::upload(session, &candidates, rounds))?;
        let mut batch =
            Self { session: Arc::clone(session), candidates, reference_forces, parts, step: 0, window: None };
        batch.reset(&vec![true; batch.candidates.len()])?;
        Ok(batch)
    }

    fn upload(
        session: &Arc<Session>,
        candidates: &[Candidate<f32>],
        least: usize,
    ) -> Result<(Vec<Loaded>, Vec<f32>), Error> {
        // Bodies that step live in the first environment.
        let lives = lives(candidates, &session.worlds[..1]);
        let prepared: Vec<Prepared<'_>> = lives.par_iter().map(Prepared::new).collect();
        let mut loaded = Vec::new();
        let variant = Variant { taped: false, mode: Mode::Windows };
        for (place, blocks) in PartSetup::rooms(session, variant, &prepared)? {
            // A window may be as long as an episode, and its tape is to fit.
            let room = gradient::room(session, session.task(variant).steps.max(1));
            let rounds = gradient::in_fitting_rounds(vec![(place, blocks)], room, least, &prepared)?;
            for (place, blocks) in rounds.into_iter().flatten() {
                let mut encoded = Encoded::default();
                place.encode(&mut encoded, &blocks, &prepared);
                let (scratch, words) = (encoded.activations, place.words);
                let part = session.gpu.guarded("a batch that steps", |device| {
                    Part::upload(place.clone(), &encoded.arrays(), Records::Room(1), scratch, device)
                })??;
                let results = vec![0u32; encoded.bodies.len() * words];
                let contents: [(&wgpu::Buffer, u64, &[u8]); 1] = [(&part.results, 0, bytemuck::cast_slice(&results))];
                part.write("a batch that steps", contents.into_iter())?;
                let spawns = encoded.bodies[..encoded.candidates.len()].iter().map(|body| body.start).collect();
                let rewards = vec![0.0; encoded.candidates.len()];
                loaded.push(Loaded { part, encoded, spawns, rewards });
            }
        }
        Ok((loaded, prepared.iter().map(Prepared::reference_force).collect()))
    }

    /// The bodies with their controllers.
    pub fn candidates(&self) -> &[Candidate<f32>] {
        &self.candidates
    }

    fn models(&self) -> impl ExactSizeIterator<Item = &crate::model::Model<f32>> {
        self.candidates.iter().map(|candidate| &candidate.model)
    }

    /// Keeps all states once more, and counts the batch's steps from zero.
    fn count_from_zero(&mut self) -> Result<(), Error> {
        let states = self.states()?;
        self.step = 0;
        self.put(&states)
    }

    fn put(&mut self, states: &[Snapshot<f32>]) -> Result<(), Error> {
        for loaded in &mut self.parts {
            loaded.put(&self.candidates, states, self.step)?;
        }
        Ok(())
    }
}

impl Loaded {
    /// Begins new episodes at a step of the batch.
    fn reset(&mut self, which: &[bool], step: u32) -> Result<(), Error> {
        let chosen: Vec<usize> = (0..self.spawns.len()).filter(|&i| which[self.encoded.candidates[i]]).collect();
        if chosen.is_empty() {
            return Ok(());
        }
        for &body in &chosen {
            (self.encoded.bodies[body].started, self.encoded.bodies[body].start) = (step, self.spawns[body]);
            self.rewards[body] = 0.0;
        }
        let part = &self.part;
        let mark = |&body: &usize| {
            let place = ((body * part.place.words + ENDING) * size_of::<u32>()) as u64;
            (&**part.results, place, bytemuck::bytes_of(&FRESH))
        };
        let bodies: &[u8] = bytemuck::cast_slice(&self.encoded.bodies);
        let contents = chosen.iter().map(mark).chain(std::iter::once((part.bodies(), 0, bodies)));
        part.write("bodies to reset", contents)?;
        // A dispatch without steps writes the states with which the episodes begin.
        submit(&part.place.session, &[part.forward(part.span(step, 0))], |_| (), |_| (), || ())?;
        Ok(())
    }

    /// Reads where the episodes stand.
    fn read(&self, candidates: &[Candidate<f32>]) -> Result<Vec<(usize, Snapshot<f32>)>, Error> {
        let part = &self.part;
        let kept = Kept { states: part.read_states()?, episodes: part.read_episodes()?, results: part.read_results()? };
        let model = |candidate: usize| &candidates[candidate].model;
        let snapshots = kept.snapshots(&self.encoded, part.place.pipeline.link_room, part.place.words, model);
        Ok(snapshots.into_iter().map(|(body, snapshot)| (self.encoded.candidates[body], snapshot)).collect())
    }

    /// Writes where the episodes stand at a step of the batch.
    fn put(&mut self, candidates: &[Candidate<f32>], states: &[Snapshot<f32>], step: u32) -> Result<(), Error> {
        let (link_room, words) = (self.part.place.pipeline.link_room, self.part.place.words);
        let mut kept = Kept::new(&self.encoded, link_room, words);
        let bases: Vec<(usize, usize)> = self.encoded.bases(layout::record_fields(link_room)).collect();
        for base in bases {
            let candidate = self.encoded.candidates[base.0];
            let from = &states[candidate];
            let body = &mut self.encoded.bodies[base.0];
            kept.put(base, body.first_object as usize, &candidates[candidate].model, link_room, words, from);
            (body.started, body.start) = (step.wrapping_sub(from.steps), from.start.to_array());
            self.rewards[base.0] = from.reward;
        }
        let part = &self.part;
        let contents: [(&wgpu::Buffer, u64, &[u8]); 4] = [
            (&part.states, 0, bytemuck::cast_slice(&kept.states)),
            (&part.episodes, 0, bytemuck::cast_slice(&kept.episodes)),
            (&part.results, 0, bytemuck::cast_slice(&kept.results)),
            (part.bodies(), 0, bytemuck::cast_slice(&self.encoded.bodies)),
        ];
        Ok(part.write("states", contents.into_iter())?)
    }

    /// Copies what the device keeps to where it stays until the next window, with the bodies as they are.
    fn keep(&self) -> Result<(Begin, Vec<Body>), Error> {
        let part = &self.part;
        let sizes = part.kept_sizes();
        let copies = self.part.place.session.gpu.guarded("the beginning of a window", |device| {
            let take = |size: u64| part.place.take(device, KEPT, size).map(Arc::new);
            let [states, episodes, results] = sizes;
            Ok::<_, GpuError>(Begin { states: take(states)?, episodes: take(episodes)?, results: take(results)? })
        })??;
        copy(&part.place.session, "the beginning of a window", |encoder| {
            let pairs =
                [(&part.states, &copies.states), (&part.episodes, &copies.episodes), (&part.results, &copies.results)];
            for ((from, to), size) in pairs.into_iter().zip(sizes) {
                encoder.copy_buffer_to_buffer(from, 0, to, 0, size);
            }
        })?;
        Ok((copies, self.encoded.bodies.clone()))
    }

    /// Simulates steps of the batch.
    fn step(
        &mut self,
        candidates: &[Candidate<f32>],
        actions: Option<&[Vec<f32>]>,
        steps: &Range<u32>,
    ) -> Result<(), Error> {
        let driven = actions.map(|actions| self.driven(candidates, actions)).transpose()?;
        let part = driven.as_ref().unwrap_or(&self.part);
        let session = &part.place.session;
        let mut pace = session.pace();
        session.gpu.settle()?;
        let mut left = steps.clone();
        while !left.is_empty() {
            let count = session.step_count(&pace, part.blocks, left.len() as u32);
            let span = Span { window_start: steps.start, ..part.span(left.start, count) };
            let began = Instant::now();
            session.gpu.wait_for(submit(session, &[part.forward(span)], |_| (), |_| (), || ())?)?;
            pace.spend(began.elapsed());
            pace.learn(part.blocks as u32, count, began.elapsed(), left.start == steps.start);
            left.start += count;
        }
        Ok(())
    }

    /// The same creatures over the same states, driven by given actions.
    fn driven(&self, candidates: &[Candidate<f32>], actions: &[Vec<f32>]) -> Result<Part, Error> {
        let variant = Variant { taped: false, mode: Mode::Actions };
        let place = self.part.place.with(variant)?;
        let arrays = Driven::new(&self.encoded, &self.encoded.bodies, candidates, Some(actions), &place);
        let scratch = arrays.activations;
        Ok(place.session.gpu.guarded("given actions", |device| {
            Part::upload(place.clone(), &arrays.arrays(&self.encoded), Records::Of(&self.part), scratch, device)
        })??)
    }

    /// The progress of each candidate of the part, from the results.
    fn progress(&mut self) -> Result<Vec<(usize, Progress<f32>)>, Error> {
        let results = self.part.read_results()?;
        let words = results.chunks_exact(self.part.place.words);
        let bodies = words.zip(&mut self.rewards).zip(&self.encoded.candidates);
        let one = |((words, before), &candidate): ((&[u32], &mut f32), &usize)| {
            let was_over = before.is_nan();
            let now = reward(words);
            let gained = if was_over { 0.0 } else { now - *before };
            *before = now;
            (candidate, Progress { reward: gained, ending: ending(words), steps: words[STEPS] })
        };
        Ok(bodies.map(one).collect())
    }

    /// Gradients of a window, each with the candidate that it is of.
    fn gradients(
        &self,
        candidates: &[Candidate<f32>],
        last: &Last,
        (begin, bodies): &(Begin, Vec<Body>),
        objective: &Objective,
        after: Option<&[StateAdjoint<f32>]>,
    ) -> Result<Vec<(usize, WindowGradient<f32>)>, Error> {
        let mode = if last.actions.is_some() { Mode::Actions } else { Mode::Windows };
        let place = self.part.place.with(Variant { taped: true, mode })?;
        let arrays = Driven::new(&self.encoded, bodies, candidates, last.actions.as_deref(), &place);
        let driven = |candidate: usize| match &last.actions {
            None => Cow::Borrowed(&candidates[candidate]),
            Some(actions) => Cow::Owned(Candidate {
                model: candidates[candidate].model.clone(),
                controller: Controller::Sequence { actions: actions[candidate].clone() },
            }),
        };
        let window = gradient::WindowOf {
            arrays: arrays.arrays(&self.encoded),
            encoded: &self.encoded,
            activations: arrays.activations,
            steps: last.steps.clone(),
            begin: begin.clone(),
        };
        gradient::differentiate_window(&place, window, driven, objective, after)
    }
}

/// The arrays that depend on what drives the creatures and on the variant of the shaders.
struct Driven<'a> {
    bodies: Vec<Body>,
    weights: Cow<'a, [f32]>,
    /// Floats of scratch.
    activations: usize,
}

impl<'a> Driven<'a> {
    fn new(
        encoded: &'a Encoded,
        bodies: &[Body],
        candidates: &[Candidate<f32>],
        actions: Option<&[Vec<f32>]>,
        place: &PartSetup,
    ) -> Self {
        let mut bodies = bodies.to_vec();
        let scratch = |count: usize| place.scratch(count);
        let own = encoded.candidates.iter().map(|&candidate| &candidates[candidate]);
        let Some(actions) = actions else {
            let (_, activations) = place_brains(&mut bodies, own, 0, scratch);
            return Self { bodies, weights: Cow::Borrowed(&encoded.weights), activations };
        };
        // There are no rivals: `step` refuses them.
        let (mut weights, mut activations) = (Vec::new(), 0);
        for (body, &candidate) in bodies.iter_mut().zip(&encoded.candidates) {
            (body.weights, body.activations) = (weights.len() as u32, activations as u32);
            let actions = &actions[candidate];
            weights.push((actions.len() / candidates[candidate].model.joint_count().max(1)) as f32);
            weights.extend(actions);
            activations += scratch(actions.len() + 1);
        }
        Self { bodies, weights: Cow::Owned(weights), activations }
    }

    fn arrays<'b>(&'b self, encoded: &'b Encoded) -> Arrays<'b> {
        Arrays { lanes: &encoded.lanes, models: &encoded.models, bodies: &self.bodies, weights: &self.weights }
    }
}

/// The entries of all parts in the order of the candidates.
fn in_order<R>(count: usize, entries: impl IntoIterator<Item = (usize, R)>) -> Vec<R> {
    let mut ordered: Vec<Option<R>> = std::iter::repeat_with(|| None).take(count).collect();
    entries.into_iter().for_each(|(candidate, entry)| ordered[candidate] = Some(entry));
    ordered.into_iter().map(|entry| entry.expect("every candidate is in a part")).collect()
}

impl Simulator<f32> for GpuBatch {
    fn len(&self) -> usize {
        self.candidates.len()
    }

    fn reset(&mut self, which: &[bool]) -> Result<(), Error> {
        Error::check_length("bodies to reset", self.candidates.len(), which.len())?;
        self.parts.iter_mut().try_for_each(|loaded| loaded.reset(which, self.step))
    }

    fn states(&self) -> Result<Vec<Snapshot<f32>>, Error> {
        let read = |loaded: &Loaded| loaded.read(&self.candidates);
        let read = self.parts.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(in_order(self.candidates.len(), read.into_iter().flatten()))
    }

    fn set_states(&mut self, states: &[Snapshot<f32>]) -> Result<(), Error> {
        let task = self.session.task(Variant { taped: false, mode: Mode::Windows });
        check_states(states, self.models(), task.descriptors.len(), task.control_period)?;
        self.put(states)
    }

    fn step(&mut self, drive: Drive<'_, f32>, decisions: u32) -> Result<Vec<Progress<f32>>, Error> {
        let actions = check_drive(drive, self.models())?;
        if actions.is_some() && self.session.world.rivals > 0 {
            let what = "given actions beside rivals on a GPU: rivals act by brains there; the CPU has both";
            return Err(Error::Unsupported(what.to_owned()));
        }
        if self.step >= MOST_STEPS {
            self.count_from_zero()?;
        }
        let task = self.session.task(Variant { taped: false, mode: Mode::Windows });
        // No episode lasts longer.
        let count = decisions.min(task.steps.div_ceil(task.control_period)) * task.control_period;
        let steps = self.step..self.step + count;
        let begins = self.parts.iter().map(Loaded::keep).collect::<Result<_, _>>()?;
        self.window = Some(Last { actions: actions.map(<[_]>::to_vec), steps: steps.clone(), begins });
        let mut progress = Vec::with_capacity(self.candidates.len());
        for loaded in &mut self.parts {
            loaded.step(&self.candidates, actions, &steps)?;
            progress.extend(loaded.progress()?);
        }
        self.step = steps.end;
        Ok(in_order(self.candidates.len(), progress))
    }

    fn observations(&self) -> Result<Vec<Vec<f32>>, Error> {
        let all = self.states()?.into_par_iter().zip(&self.candidates).zip(&self.reference_forces);
        let observe = |((state, candidate), &reference): ((Snapshot<f32>, &Candidate<f32>), &f32)| {
            state.observation(candidate, &self.session.world, reference)
        };
        Ok(all.map(observe).collect())
    }

    fn gradients(
        &self,
        objective: &Objective,
        after: Option<&[StateAdjoint<f32>]>,
    ) -> Result<Vec<WindowGradient<f32>>, Error> {
        self.session.check_objective(objective)?;
        check_after(after, self.models())?;
        let Some(last) = &self.window else { return Err(Error::no_window()) };
        let mut gradients = Vec::with_capacity(self.candidates.len());
        for (loaded, begin) in self.parts.iter().zip(&last.begins) {
            gradients.extend(loaded.gradients(&self.candidates, last, begin, objective, after)?);
        }
        Ok(in_order(self.candidates.len(), gradients))
    }
}
