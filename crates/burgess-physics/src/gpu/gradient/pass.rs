//! A part of a batch forward and backward: its tape, its checkpoints, its gradients.

use super::segments::Room;
use crate::gpu::device::GpuError;
use crate::gpu::encode::Arrays;
use crate::gpu::layout::{Body, Episode, LANES, Objective, STEPS, Span, Vec4};
use crate::gpu::pace::Pace;
use crate::gpu::part::{KEPT, Part, PartSetup, Records};
use crate::gpu::pool::Loan;
use crate::gpu::session::Paces;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;
use wgpu::BufferUsages as Usage;

/// What comes back from the device.
pub(super) struct Found {
    /// Words of the results, creature after creature.
    pub(super) results: Vec<u32>,
    /// Of each creature, whether its episode went on when the pass began.
    pub(super) was_running: Vec<bool>,
    /// Of each objective.
    pub(super) gradients: Vec<FoundGradients>,
}

/// What the backward pass of one objective left.
pub(super) struct FoundGradients {
    /// In [block][field][lane] order.
    pub(super) lanes: Vec<Vec4>,
    /// Of each brain its scratch, and the gradient with respect to its weights.
    pub(super) activations: Vec<f32>,
}

impl FoundGradients {
    /// The gradient with respect to the brain of a creature or of the rival among its objects, which has `scratch` floats before it.
    pub(super) fn brain(&self, facts: &[Body], body: usize, object: Option<usize>, scratch: usize) -> &[f32] {
        let row = object.map_or(body, |object| facts[body].first_object as usize + object);
        &self.activations[facts[row].activations as usize + scratch..]
    }
}

/// Creatures on the device, forward and backward.
pub(super) struct Pass {
    part: Part,
    /// Steps of the batch; whole episodes begin with the first.
    steps: Range<u32>,
    /// Of each creature the step with which its episode began.
    started: Vec<u32>,
    /// Where windows begin.
    begin: Option<Begin>,
    /// Steps of a segment.
    segment: u32,
    /// One an objective, at least one.
    targets: Vec<Target>,
    /// States and episodes before each segment but the first.
    checkpoints: Option<(Loan, Loan)>,
}

/// What stands at the beginning of a window, on the device.
#[derive(Clone, Debug)]
pub(crate) struct Begin {
    /// One record.
    pub(crate) states: Arc<Loan>,
    pub(crate) episodes: Arc<Loan>,
    pub(crate) results: Arc<Loan>,
}

/// What a pass goes through.
pub(crate) struct Course<'a> {
    /// Steps of the batch.
    pub(crate) steps: Range<u32>,
    /// Memory for the tape.
    pub(crate) room: Room,
    /// Of a window: where it begins, and the gradients to begin the backward pass with.
    pub(crate) window: Option<(Begin, &'a [Vec4])>,
}

/// What the backward pass of one objective needs. The first one has the scratch and the objective of the forward pass, which does not
/// look at them.
struct Target {
    gradients: Loan,
    own: Option<(Loan, Loan)>,
    arrays: wgpu::BindGroup,
}

impl Target {
    fn activations<'a>(&'a self, part: &'a Part) -> &'a wgpu::Buffer {
        self.own.as_ref().map_or(&part.activations, |(activations, _)| activations)
    }
}

impl Pass {
    /// Uploads. `activations` is the number of floats of all brains' scratch and gradients.
    ///
    /// # Errors
    ///
    /// When the device's memory, or that for the tape, does not hold it.
    pub(super) fn upload(
        place: PartSetup,
        arrays: &Arrays<'_>,
        activations: usize,
        objectives: &[Objective],
        course: Course<'_>,
    ) -> Result<Self, GpuError> {
        let Course { steps, room, window } = course;
        let session = Arc::clone(&place.session);
        let (creatures, blocks) = (arrays.bodies.len(), arrays.lanes.len() / LANES);
        let record = room.record(blocks);
        let segment = room.segment(blocks).ok_or_else(|| GpuError::Limit {
            what: "the states of one block for the way back (bytes)".into(),
            needed: 2 * record,
            allowed: room.memory.min(room.binding),
        })?;
        let gpu = &session.gpu;
        gpu.guarded(&format!("the gradients of {creatures} creatures"), |device| -> Result<Self, GpuError> {
            let records = Records::Room(u64::from(segment) + 1);
            let part = Part::upload(place, arrays, records, activations, device)?;
            let place = &part.place;
            let size = (blocks * LANES * place.gradient_fields() * size_of::<Vec4>()) as u64;
            let target = |number: usize| {
                let gradients = place.take(device, KEPT, size)?;
                let own = match number {
                    0 => None,
                    _ => Some((
                        place.take(device, KEPT, part.activations_size)?,
                        place.take(device, Usage::UNIFORM | Usage::COPY_DST, size_of::<Objective>() as u64)?,
                    )),
                };
                let (activations, objective): (&wgpu::Buffer, Option<&wgpu::Buffer>) = match &own {
                    Some((activations, objective)) => (activations, Some(objective)),
                    None => (&part.activations, part.objective.as_deref()),
                };
                let objective = objective.expect("a part with a tape has an objective");
                gpu.queue.write_buffer(objective, 0, bytemuck::bytes_of(&objectives[number]));
                if let Some((_, after)) = &window {
                    gpu.queue.write_buffer(&gradients, 0, bytemuck::cast_slice(after));
                }
                let arrays = part.bind_backward(device, &gradients, activations, objective);
                Ok(Target { gradients, own, arrays })
            };
            let targets = (0..objectives.len()).map(target).collect::<Result<_, GpuError>>()?;
            let copied = Usage::COPY_SRC | Usage::COPY_DST;
            let episodes = (creatures * size_of::<Episode>()) as u64;
            let checkpoints = match u64::from(room.steps.div_ceil(segment) - 1) {
                0 => None,
                count => Some((
                    place.take_exactly(device, copied, count * record)?,
                    place.take_exactly(device, copied, count * episodes)?,
                )),
            };
            let started = arrays.bodies.iter().map(|body: &Body| body.started).collect();
            let begin = window.map(|(begin, _)| begin);
            Ok(Self { steps, started, begin, segment, targets, checkpoints, part })
        })?
    }

    /// Through the episodes, forward and backward.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub(super) fn run(&self, paces: &mut Paces) -> Result<Found, GpuError> {
        // The copies to the device are done when the clock of the simulation begins.
        self.part.place.session.gpu.settle()?;
        let Range { start, end } = self.steps;
        let segments = (end - start).div_ceil(self.segment);
        let whole = |segment: u32| start + segment * self.segment..(start + (segment + 1) * self.segment).min(end);
        self.begin_window(true)?;
        for segment in 0..segments {
            self.simulate(whole(segment), false, &mut paces.forward)?;
            if segment + 1 < segments {
                self.keep_checkpoint(segment)?;
            }
        }
        let results = self.part.read_results()?;
        // Beyond the longest episode there is nothing to go back through.
        let words = results.chunks_exact(self.part.place.words);
        let last = words.zip(&self.started).map(|(words, started)| self.end_of(started.wrapping_add(words[STEPS])));
        let last = last.max().unwrap_or(start);
        for segment in (0..(last - start).div_ceil(self.segment)).rev() {
            let range = whole(segment).start..whole(segment).end.min(last);
            if segment + 1 < segments {
                self.restore_checkpoint(segment)?;
                self.simulate(range.clone(), true, &mut paces.forward)?;
            }
            for target in &self.targets {
                self.differentiate(target, range.clone(), &mut paces.backward)?;
            }
        }
        let count = self.part.blocks * LANES * self.part.place.gradient_fields();
        let found = |target: &Target| {
            Ok::<_, GpuError>(FoundGradients {
                lanes: self.part.read(&target.gradients, count)?,
                activations: self
                    .part
                    .read(target.activations(&self.part), self.part.activations_size as usize / size_of::<f32>())?,
            })
        };
        let words = results.chunks_exact(self.part.place.words);
        let lived =
            |(words, started): (&[u32], &u32)| started.wrapping_add(words[STEPS]).wrapping_sub(start).cast_signed() > 0;
        let was_running = words.zip(&self.started).map(lived).collect();
        Ok(Found { results, was_running, gradients: self.targets.iter().map(found).collect::<Result<_, _>>()? })
    }

    /// The step of this pass with which an episode ended that ended with this step of the batch, or before, or goes on.
    fn end_of(&self, step: u32) -> u32 {
        // Steps of the batch are counted modulo 2^32, an episode that ended before the pass may count from far below.
        let taken = step.wrapping_sub(self.steps.start).cast_signed();
        self.steps.start + (taken.max(0).cast_unsigned()).min(self.steps.end - self.steps.start)
    }

    /// Puts a window's beginning into the arrays, with its results only for the first time.
    fn begin_window(&self, with_results: bool) -> Result<(), GpuError> {
        let Some(Begin { states, episodes, results }) = &self.begin else { return Ok(()) };
        let [record, base, words] = self.part.kept_sizes();
        self.part.copy("the beginning of a window", |encoder| {
            encoder.copy_buffer_to_buffer(states, 0, &self.part.states, 0, record);
            encoder.copy_buffer_to_buffer(episodes, 0, &self.part.episodes, 0, base);
            if with_results {
                encoder.copy_buffer_to_buffer(results, 0, &self.part.results, 0, words);
            }
        })
    }

    /// Dispatch after dispatch through the steps of a segment, for the first time or once more.
    fn simulate(&self, steps: Range<u32>, replays: bool, pace: &mut Pace) -> Result<(), GpuError> {
        let mut left = steps.clone();
        while !left.is_empty() {
            let count = self.part.place.step_count(pace, self.part.blocks, left.len() as u32);
            let span = self.span(left.start, count, steps.start, replays);
            let began = Instant::now();
            let clear = |encoder: &mut wgpu::CommandEncoder| {
                if span.first_step == self.steps.start && !replays {
                    // What brains' gradients are added to.
                    for target in &self.targets {
                        encoder.clear_buffer(target.activations(&self.part), 0, Some(self.part.activations_size));
                    }
                }
            };
            self.wait_for(self.part.forward(span, clear, |_| (), || ())?)?;
            pace.spend(began.elapsed());
            if !replays {
                pace.learn(self.part.blocks as u32, span.step_count, began.elapsed(), left.start == self.steps.start);
            }
            left.start += span.step_count;
        }
        Ok(())
    }

    /// The same backward, through steps that are on the tape.
    fn differentiate(&self, target: &Target, steps: Range<u32>, pace: &mut Pace) -> Result<(), GpuError> {
        let mut left = steps.clone();
        while !left.is_empty() {
            let count = self.part.place.step_count(pace, self.part.blocks, left.len() as u32);
            left.end -= count;
            let span = self.span(left.end, count, steps.start, false);
            let began = Instant::now();
            self.wait_for(self.part.backward(&target.arrays, span)?)?;
            pace.spend(began.elapsed());
            // Near the start, all creatures are on their way.
            pace.learn(self.part.blocks as u32, count, began.elapsed(), left.end == self.steps.start);
        }
        Ok(())
    }

    fn span(&self, first: u32, count: u32, tape_start: u32, replays: bool) -> Span {
        Span { tape_start, replays: replays.into(), window_start: self.steps.start, ..self.part.span(first, count) }
    }

    fn wait_for(&self, submission: wgpu::SubmissionIndex) -> Result<(), GpuError> {
        self.part.place.session.gpu.wait_for(submission)
    }

    /// Keeps the state after a segment, and makes it the first record of the next.
    fn keep_checkpoint(&self, segment: u32) -> Result<(), GpuError> {
        let Some((states, episodes)) = &self.checkpoints else { return Ok(()) };
        let ([record, base, _], place) = (self.part.kept_sizes(), u64::from(segment));
        self.part.copy("checkpoints", |encoder| {
            let last = u64::from(self.segment) * record;
            encoder.copy_buffer_to_buffer(&self.part.states, last, states, place * record, record);
            encoder.copy_buffer_to_buffer(&self.part.episodes, 0, episodes, place * base, base);
            encoder.copy_buffer_to_buffer(states, place * record, &self.part.states, 0, record);
        })
    }

    /// Brings back the state before a segment; the first begins where the window does, or at rest.
    fn restore_checkpoint(&self, segment: u32) -> Result<(), GpuError> {
        let Some(place) = segment.checked_sub(1) else { return self.begin_window(false) };
        let Some((states, episodes)) = &self.checkpoints else { return Ok(()) };
        let ([record, base, _], place) = (self.part.kept_sizes(), u64::from(place));
        self.part.copy("checkpoints", |encoder| {
            encoder.copy_buffer_to_buffer(states, place * record, &self.part.states, 0, record);
            encoder.copy_buffer_to_buffer(episodes, place * base, &self.part.episodes, 0, base);
        })
    }
}
