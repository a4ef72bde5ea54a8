//! Parts of a batch side by side, forward and backward: their tapes, their checkpoints, their gradients.

use super::segments::{Extent, Room};
use crate::gpu::device::GpuError;
use crate::gpu::encode::{Arrays, Encoded};
use crate::gpu::layout::{Body, LANES, OBJECTIVES, Objective, STEPS, Span, Vec4};
use crate::gpu::pace::Pace;
use crate::gpu::part::{Dispatch, KEPT, Part, PartSetup, ReadBack, Records, copy, submit};
use crate::gpu::pool::Loan;
use crate::gpu::session::{Paces, Session};
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;
use wgpu::BufferUsages as Usage;

/// What comes back from the device of one part.
pub(super) struct Found {
    /// Words of the results, creature after creature.
    pub(super) results: Vec<u32>,
    /// Of each creature, whether its episode went on when the pass began.
    pub(super) was_running: Vec<bool>,
    /// Of each objective the gradients of lanes, and behind them those of brains.
    gradients: ReadBack,
}

/// What the backward pass of one objective left.
pub(super) struct FoundGradients<'a> {
    /// In [block][field][lane] order.
    pub(super) lanes: &'a [Vec4],
    /// Of each brain its scratch, and the gradient with respect to its weights.
    activations: &'a [f32],
}

impl Found {
    /// Calls `f` with what the backward pass of each objective left.
    ///
    /// # Errors
    ///
    /// When the device's memory cannot be read.
    pub(super) fn with_gradients<R>(&self, f: impl FnOnce(&[FoundGradients<'_>]) -> R) -> Result<R, GpuError> {
        let views = self.gradients.views()?;
        let found: Vec<FoundGradients<'_>> = views
            .chunks_exact(2)
            .map(|pair| FoundGradients {
                lanes: bytemuck::cast_slice(&pair[0]),
                activations: bytemuck::cast_slice(&pair[1]),
            })
            .collect();
        Ok(f(&found))
    }
}

impl FoundGradients<'_> {
    /// The gradient with respect to the brain of a creature or of the rival among its objects, which has `scratch` floats before it.
    pub(super) fn brain(&self, facts: &[Body], body: usize, object: Option<usize>, scratch: usize) -> &[f32] {
        let row = object.map_or(body, |object| facts[body].first_object as usize + object);
        &self.activations[facts[row].activations as usize + scratch..]
    }
}

/// Parts on the device, forward and backward.
pub(super) struct Pass {
    session: Arc<Session>,
    members: Vec<Member>,
    /// Steps of the batch; whole episodes begin with the first.
    steps: Range<u32>,
    /// Steps of a segment.
    segment: u32,
    objectives: usize,
}

/// A part among others.
struct Member {
    part: Part,
    /// Of each creature the step with which its episode began.
    started: Vec<u32>,
    /// Where windows begin.
    begin: Option<Begin>,
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
pub(crate) struct Course {
    /// Steps of the batch.
    pub(crate) steps: Range<u32>,
    /// Memory for the tape.
    pub(crate) room: Room,
}

/// What a part is made of.
pub(crate) struct Load<'a> {
    /// Where it goes.
    pub(crate) place: PartSetup,
    /// What the device reads.
    pub(crate) arrays: Arrays<'a>,
    /// Floats of all brains' scratch and gradients.
    pub(crate) activations: usize,
    /// Of a window: where it begins, and the gradients to begin the backward pass with.
    pub(crate) window: Option<(Begin, &'a [Vec4])>,
}

impl<'a> Load<'a> {
    /// Whole episodes.
    pub(crate) fn whole_episodes(place: PartSetup, encoded: &'a Encoded) -> Self {
        Self { place, arrays: encoded.arrays(), activations: encoded.activations, window: None }
    }
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
    /// Uploads. Each list of objectives has a backward pass of its own, in which each creature follows the one of its number.
    ///
    /// # Errors
    ///
    /// When the device's memory, or that for the tape, does not hold it.
    pub(super) fn upload(
        session: &Arc<Session>,
        loads: Vec<Load<'_>>,
        objectives: &[Vec<Objective>],
        course: Course,
    ) -> Result<Self, GpuError> {
        let Course { steps, room } = course;
        let extent = |load: &Load<'_>| Extent {
            blocks: load.arrays.lanes.len() / LANES,
            link_room: load.place.pipeline.link_room,
        };
        let extents: Vec<Extent> = loads.iter().map(extent).collect();
        let segment = room.segment(&extents).ok_or_else(|| GpuError::Limit {
            what: "the states of one block for the way back (bytes)".into(),
            needed: 2 * extents.iter().map(Extent::record).sum::<u64>(),
            allowed: room.memory.min(room.binding),
        })?;
        let creatures: usize = loads.iter().map(|load| load.arrays.bodies.len()).sum();
        session.gpu.guarded(&format!("the gradients of {creatures} creatures"), |device| {
            let checkpoints = u64::from(room.steps.div_ceil(segment) - 1);
            let member = |load| Member::upload(load, objectives, segment, checkpoints, device);
            let members = loads.into_iter().map(member).collect::<Result<_, GpuError>>()?;
            Ok(Self { session: Arc::clone(session), members, steps, segment, objectives: objectives.len() })
        })?
    }

    /// Through the episodes, forward and backward.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub(super) fn run(&self, paces: &mut Paces) -> Result<Vec<Found>, GpuError> {
        // The copies to the device are done when the clock of the simulation begins.
        self.session.gpu.settle()?;
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
        let results = self.read_results()?;
        // Beyond the longest episode there is nothing to go back through.
        let last = self.members.iter().zip(&results).flat_map(|(member, words)| member.ends(words));
        let last = last.map(|step| self.end_of(step)).max().unwrap_or(start);
        for segment in (0..(last - start).div_ceil(self.segment)).rev() {
            let range = whole(segment).start..whole(segment).end.min(last);
            if segment + 1 < segments {
                self.restore_checkpoint(segment)?;
                self.simulate(range.clone(), true, &mut paces.forward)?;
            }
            for objective in 0..self.objectives {
                self.differentiate(objective, range.clone(), &mut paces.backward)?;
            }
        }
        let gradients = self.members.iter().map(Member::read_gradients).collect::<Result<Vec<_>, _>>()?;
        self.session.gpu.wait()?;
        let found = |((member, results), gradients): ((&Member, Vec<u32>), ReadBack)| {
            let lived = |step: u32| step.wrapping_sub(start).cast_signed() > 0;
            let was_running = member.ends(&results).map(lived).collect();
            Found { results, was_running, gradients }
        };
        Ok(self.members.iter().zip(results).zip(gradients).map(found).collect())
    }

    /// Reads the results of all parts.
    fn read_results(&self) -> Result<Vec<Vec<u32>>, GpuError> {
        let read =
            |member: &Member| ReadBack::start(&self.session, &[(&member.part.results, member.part.results_size())]);
        let reads = self.members.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        self.session.gpu.wait()?;
        reads.iter().map(|read| Ok(bytemuck::pod_collect_to_vec(&read.views()?[0]))).collect()
    }

    /// The step of this pass with which an episode ended that ended with this step of the batch, or before, or goes on.
    fn end_of(&self, step: u32) -> u32 {
        // Steps of the batch are counted modulo 2^32, an episode that ended before the pass may count from far below.
        let taken = step.wrapping_sub(self.steps.start).cast_signed();
        self.steps.start + (taken.max(0).cast_unsigned()).min(self.steps.end - self.steps.start)
    }

    /// Blocks of all parts.
    fn blocks(&self) -> usize {
        self.members.iter().map(|member| member.part.blocks).sum()
    }

    /// Puts a window's beginning into the arrays, with its results only for the first time.
    fn begin_window(&self, with_results: bool) -> Result<(), GpuError> {
        if self.members.iter().all(|member| member.begin.is_none()) {
            return Ok(());
        }
        copy(&self.session, "the beginning of a window", |encoder| {
            for Member { part, begin, .. } in &self.members {
                let Some(Begin { states, episodes, results }) = begin else { continue };
                let [record, base, words] = part.kept_sizes();
                encoder.copy_buffer_to_buffer(states, 0, &part.states, 0, record);
                encoder.copy_buffer_to_buffer(episodes, 0, &part.episodes, 0, base);
                if with_results {
                    encoder.copy_buffer_to_buffer(results, 0, &part.results, 0, words);
                }
            }
        })
    }

    /// Dispatch after dispatch through the steps of a segment, for the first time or once more.
    fn simulate(&self, steps: Range<u32>, replays: bool, pace: &mut Pace) -> Result<(), GpuError> {
        let mut left = steps.clone();
        while !left.is_empty() {
            let count = self.session.step_count(pace, self.blocks(), left.len() as u32);
            let began = Instant::now();
            let begins = left.start == self.steps.start && !replays;
            let clear = |encoder: &mut wgpu::CommandEncoder| {
                // What brains' gradients are added to.
                for Member { part, targets, .. } in self.members.iter().filter(|_| begins) {
                    for target in targets {
                        encoder.clear_buffer(target.activations(part), 0, Some(part.activations_size));
                    }
                }
            };
            let span = |part: &Part| self.span(part, left.start, count, steps.start, replays);
            let dispatches: Vec<Dispatch<'_>> =
                self.members.iter().map(|Member { part, .. }| part.forward(span(part))).collect();
            self.wait_for(submit(&self.session, &dispatches, clear, |_| (), || ())?)?;
            pace.spend(began.elapsed());
            if !replays {
                pace.learn(self.blocks() as u32, count, began.elapsed(), left.start == self.steps.start);
            }
            left.start += count;
        }
        Ok(())
    }

    /// The same backward, through steps that are on the tape.
    fn differentiate(&self, objective: usize, steps: Range<u32>, pace: &mut Pace) -> Result<(), GpuError> {
        let mut left = steps.clone();
        while !left.is_empty() {
            let count = self.session.step_count(pace, self.blocks(), left.len() as u32);
            left.end -= count;
            let began = Instant::now();
            let span = |part: &Part| self.span(part, left.end, count, steps.start, false);
            let members = self.members.iter();
            let dispatches: Vec<Dispatch<'_>> = members
                .map(|Member { part, targets, .. }| part.backward(&targets[objective].arrays, span(part)))
                .collect();
            self.wait_for(submit(&self.session, &dispatches, |_| (), |_| (), || ())?)?;
            pace.spend(began.elapsed());
            // Near the start, all creatures are on their way.
            pace.learn(self.blocks() as u32, count, began.elapsed(), left.end == self.steps.start);
        }
        Ok(())
    }

    fn span(&self, part: &Part, first: u32, count: u32, tape_start: u32, replays: bool) -> Span {
        Span { tape_start, replays: replays.into(), window_start: self.steps.start, ..part.span(first, count) }
    }

    fn wait_for(&self, submission: wgpu::SubmissionIndex) -> Result<(), GpuError> {
        self.session.gpu.wait_for(submission)
    }

    /// Keeps the state after a segment, and makes it the first record of the next.
    fn keep_checkpoint(&self, segment: u32) -> Result<(), GpuError> {
        copy(&self.session, "checkpoints", |encoder| {
            for Member { part, checkpoints, .. } in &self.members {
                let Some((states, episodes)) = checkpoints else { continue };
                let ([record, base, _], place) = (part.kept_sizes(), u64::from(segment));
                let last = u64::from(self.segment) * record;
                encoder.copy_buffer_to_buffer(&part.states, last, states, place * record, record);
                encoder.copy_buffer_to_buffer(&part.episodes, 0, episodes, place * base, base);
                encoder.copy_buffer_to_buffer(states, place * record, &part.states, 0, record);
            }
        })
    }

    /// Brings back the state before a segment; the first begins where the window does, or at rest.
    fn restore_checkpoint(&self, segment: u32) -> Result<(), GpuError> {
        let Some(place) = segment.checked_sub(1) else { return self.begin_window(false) };
        copy(&self.session, "checkpoints", |encoder| {
            for Member { part, checkpoints, .. } in &self.members {
                let Some((states, episodes)) = checkpoints else { continue };
                let ([record, base, _], place) = (part.kept_sizes(), u64::from(place));
                encoder.copy_buffer_to_buffer(states, place * record, &part.states, 0, record);
                encoder.copy_buffer_to_buffer(episodes, place * base, &part.episodes, 0, base);
            }
        })
    }
}

impl Member {
    fn upload(
        load: Load<'_>,
        objectives: &[Vec<Objective>],
        segment: u32,
        checkpoints: u64,
        device: &wgpu::Device,
    ) -> Result<Self, GpuError> {
        let Load { place, arrays, activations, window } = load;
        let session = Arc::clone(&place.session);
        let queue = &session.gpu.queue;
        let part = Part::upload(place, &arrays, Records::Room(u64::from(segment) + 1), activations, device)?;
        let place = &part.place;
        let target = |number: usize| {
            let gradients = place.take(device, KEPT, part.gradients_size())?;
            let own = match number {
                0 => None,
                _ => Some((
                    place.take(device, KEPT, part.activations_size)?,
                    place.take(
                        device,
                        Usage::UNIFORM | Usage::COPY_DST,
                        (OBJECTIVES * size_of::<Objective>()) as u64,
                    )?,
                )),
            };
            let (activations, objective): (&wgpu::Buffer, Option<&wgpu::Buffer>) = match &own {
                Some((activations, objective)) => (activations, Some(objective)),
                None => (&part.activations, part.objective.as_deref()),
            };
            let objective = objective.expect("a part with a tape has an objective");
            queue.write_buffer(objective, 0, bytemuck::cast_slice(&objectives[number]));
            if let Some((_, after)) = &window {
                queue.write_buffer(&gradients, 0, bytemuck::cast_slice(after));
            }
            let arrays = part.bind_backward(device, &gradients, activations, objective);
            Ok(Target { gradients, own, arrays })
        };
        let targets = (0..objectives.len()).map(target).collect::<Result<_, GpuError>>()?;
        let copied = Usage::COPY_SRC | Usage::COPY_DST;
        let [record, episodes, _] = part.kept_sizes();
        let checkpoints = match checkpoints {
            0 => None,
            count => Some((
                place.take_exactly(device, copied, count * record)?,
                place.take_exactly(device, copied, count * episodes)?,
            )),
        };
        let started = arrays.bodies.iter().map(|body: &Body| body.started).collect();
        let begin = window.map(|(begin, _)| begin);
        Ok(Self { started, begin, targets, checkpoints, part })
    }

    /// The steps of the batch with which the episodes of creatures ended, from the words of their results.
    fn ends<'a>(&'a self, results: &'a [u32]) -> impl Iterator<Item = u32> + use<'a> {
        let words = results.chunks_exact(self.part.place.words);
        words.zip(&self.started).map(|(words, started)| started.wrapping_add(words[STEPS]))
    }

    /// Begins to read what the backward passes left.
    fn read_gradients(&self) -> Result<ReadBack, GpuError> {
        let part = &self.part;
        let sources: Vec<(&wgpu::Buffer, u64)> = self
            .targets
            .iter()
            .flat_map(|target| {
                let lanes: &wgpu::Buffer = &target.gradients;
                [(lanes, part.gradients_size()), (target.activations(part), part.activations_size)]
            })
            .collect();
        ReadBack::start(&part.place.session, &sources)
    }
}
