//! A part of a batch on its way forth and back: its arrays, its dispatches, what comes of it.

use super::segments::Room;
use crate::gpu::device::{Gpu, GpuError};
use crate::gpu::encode::Encoded;
use crate::gpu::layout::{Episode, LANES, Objective, STEPS, Span, Vec4, gradient_fields};
use crate::gpu::pace::Pace;
use crate::gpu::pipeline::{Entry, Pipeline};
use crate::gpu::pool::{Loan, Pool};
use crate::gpu::shard::{READ_BACK, mapped};
use std::ops::Range;
use std::time::{Duration, Instant};
use wgpu::BufferUsages as Usage;

/// What a sweep is made on.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The device.
    pub gpu: &'a Gpu,
    /// The shader, with a tape.
    pub pipeline: &'a Pipeline,
    /// Where buffers come from and go to.
    pub pool: &'a Pool,
    /// The surroundings of all creatures.
    pub world: &'a wgpu::Buffer,
    /// Descriptors of the task.
    pub descriptors: usize,
    /// Words of a creature's results.
    pub words: usize,
    /// Most steps of a dispatch.
    pub most_steps: u32,
    /// Most workgroups of a dispatch in a row.
    pub widest: u32,
    /// Memory for the tape.
    pub room: Room,
}

/// How many steps dispatches have, forth and back.
pub struct Paces {
    /// Forth.
    pub forth: Pace,
    /// Back.
    pub back: Pace,
}

/// What comes back from the device.
pub struct Found {
    /// Words of the results, creature after creature.
    pub results: Vec<u32>,
    /// Of each objective.
    pub ways: Vec<FoundWay>,
}

/// What came of the way back of one objective.
pub struct FoundWay {
    /// In [block][field][lane] order.
    pub gradients: Vec<Vec4>,
    /// Of each brain its scratch, and the gradient with respect to its weights.
    pub activations: Vec<f32>,
}

/// Creatures on the device.
pub struct Sweep<'a> {
    place: Place<'a>,
    blocks: usize,
    creatures: usize,
    /// Steps of a segment.
    segment: u32,
    span: Loan<'a>,
    tape: Loan<'a>,
    episodes: Loan<'a>,
    results: Loan<'a>,
    activations_size: u64,
    /// One an objective, at least one.
    ways: Vec<Way<'a>>,
    /// States and episodes before each segment but the first.
    checkpoints: Option<(Loan<'a>, Loan<'a>)>,
    /// Arrays of the way forth.
    arrays: wgpu::BindGroup,
    /// What the device reads, on loan as long as it does.
    _given: [Loan<'a>; 4],
}

/// The way back of one objective.
struct Way<'a> {
    gradients: Loan<'a>,
    activations: Loan<'a>,
    arrays: wgpu::BindGroup,
    _objective: Loan<'a>,
}

impl<'a> Sweep<'a> {
    /// Uploads. `activations` is the number of floats of all brains' scratch and gradients.
    ///
    /// # Errors
    ///
    /// When the device's memory, or that for the tape, does not hold it.
    pub fn upload(
        place: Place<'a>,
        encoded: &Encoded,
        activations: usize,
        objectives: &[Objective],
    ) -> Result<Self, GpuError> {
        let Place { gpu, pipeline, pool, world, descriptors, words, room, .. } = place;
        let (creatures, blocks) = (encoded.bodies.len(), encoded.lanes.len() / LANES);
        let record = room.record(blocks);
        let segment = room.segment(blocks).ok_or_else(|| GpuError::Limit {
            what: "the states of one block for the way back (bytes)".into(),
            needed: 2 * record,
            allowed: room.memory.min(room.binding),
        })?;
        gpu.guarded(&format!("the gradients of {creatures} creatures"), |device| -> Result<Self, GpuError> {
            let take = |usage, bytes: u64| pool.take(device, usage, bytes.max(16), gpu.facts.limits.storage_binding);
            let contents: [&[u8]; 4] = [
                bytemuck::cast_slice(&encoded.lanes),
                bytemuck::cast_slice(&encoded.models),
                bytemuck::cast_slice(&encoded.bodies),
                bytemuck::cast_slice(&encoded.weights),
            ];
            let given = |i: usize| take(Usage::STORAGE | Usage::COPY_DST, contents[i].len() as u64);
            let kept = |bytes: u64| take(Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST, bytes);
            // Of these there is a fixed amount, so that no room is made for more.
            let exact = |usage, bytes| pool.take(device, usage, bytes, bytes);
            let copied = Usage::COPY_SRC | Usage::COPY_DST;
            let checkpoints = u64::from(room.steps.div_ceil(segment) - 1);
            let episodes_size = (creatures * size_of::<Episode>()) as u64;
            let span = take(Usage::UNIFORM | Usage::COPY_DST, size_of::<Span>() as u64)?;
            let given = [given(0)?, given(1)?, given(2)?, given(3)?];
            let tape = exact(Usage::STORAGE | copied, (u64::from(segment) + 1) * record)?;
            let episodes = kept(episodes_size)?;
            let results = kept((creatures * words * size_of::<u32>()) as u64)?;
            let activations_size = ((activations * size_of::<f32>()) as u64).max(16);
            let gradients_size =
                (blocks * LANES * gradient_fields(pipeline.contacts, descriptors) * size_of::<Vec4>()) as u64;
            let targets = |objective| {
                let given = take(Usage::UNIFORM | Usage::COPY_DST, size_of::<Objective>() as u64)?;
                Ok::<_, GpuError>((objective, given, kept(gradients_size)?, kept(activations_size)?))
            };
            let targets = objectives.iter().map(targets).collect::<Result<Vec<_>, _>>()?;
            let checkpoints = match checkpoints {
                0 => None,
                count => Some((exact(copied, count * record)?, exact(copied, count * episodes_size)?)),
            };
            // Only now that there is room for all.
            for (buffer, contents) in given.iter().zip(contents) {
                gpu.queue.write_buffer(buffer, 0, contents);
            }
            for (objective, buffer, ..) in &targets {
                gpu.queue.write_buffer(buffer, 0, bytemuck::bytes_of(*objective));
            }
            let [lanes, models, bodies, weights] = &given;
            let bind = |seventh: &wgpu::Buffer, activations: &wgpu::Buffer, objective: &wgpu::Buffer| {
                let buffers: [&wgpu::Buffer; 11] =
                    [world, &span, lanes, models, bodies, weights, &tape, seventh, &results, activations, objective];
                pipeline.bind(device, buffers.into_iter())
            };
            let way = |(_, objective, gradients, activations): (&Objective, Loan<'a>, Loan<'a>, Loan<'a>)| {
                let arrays = bind(&gradients, &activations, &objective);
                Way { gradients, activations, arrays, _objective: objective }
            };
            let ways: Vec<Way<'a>> = targets.into_iter().map(way).collect();
            // On the way forth brains only want room for their scratch, and nothing is weighed.
            let arrays = bind(&episodes, &ways[0].activations, &ways[0]._objective);
            Ok(Self {
                place,
                blocks,
                creatures,
                segment,
                span,
                tape,
                episodes,
                results,
                activations_size,
                ways,
                checkpoints,
                arrays,
                _given: given,
            })
        })?
    }

    /// Forth and back through the episodes.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub fn run(&self, paces: &mut Paces) -> Result<Found, GpuError> {
        // The copies to the device are done when the clock of the simulation begins.
        self.place.gpu.settle()?;
        let steps = self.place.room.steps;
        let segments = steps.div_ceil(self.segment);
        let whole = |segment: u32| segment * self.segment..((segment + 1) * self.segment).min(steps);
        for segment in 0..segments {
            self.simulate(whole(segment), false, &mut paces.forth)?;
            if segment + 1 < segments {
                self.keep_checkpoint(segment)?;
            }
        }
        let results: Vec<u32> = self.read(&self.results, self.creatures * self.place.words)?;
        // Beyond the longest episode there is nothing to go back through.
        let taken = results.chunks_exact(self.place.words).map(|words| words[STEPS]);
        let last = taken.max().unwrap_or(0).min(steps);
        for segment in (0..last.div_ceil(self.segment)).rev() {
            let range = whole(segment).start..whole(segment).end.min(last);
            if segment + 1 < segments {
                self.restore_checkpoint(segment)?;
                self.simulate(range.clone(), true, &mut paces.forth)?;
            }
            for way in &self.ways {
                self.differentiate(way, range.clone(), &mut paces.back)?;
            }
        }
        let fields = gradient_fields(self.place.pipeline.contacts, self.place.descriptors);
        let found = |way: &Way<'_>| {
            Ok::<_, GpuError>(FoundWay {
                gradients: self.read(&way.gradients, self.blocks * LANES * fields)?,
                activations: self.read(&way.activations, self.activations_size as usize / size_of::<f32>())?,
            })
        };
        Ok(Found { results, ways: self.ways.iter().map(found).collect::<Result<_, _>>()? })
    }

    /// Dispatch after dispatch through the steps of a segment, for the first time or once more.
    fn simulate(&self, steps: Range<u32>, replays: bool, pace: &mut Pace) -> Result<(), GpuError> {
        let mut left = steps.clone();
        while !left.is_empty() {
            let step_count = pace.steps(self.blocks as u32).min(self.place.most_steps).min(left.len() as u32);
            let time = self.dispatch(Entry::Simulate, &self.arrays, left.start, step_count, steps.start, replays)?;
            pace.spend(time);
            if !replays {
                pace.learn(self.blocks as u32, step_count, time, left.start == 0);
            }
            left.start += step_count;
        }
        Ok(())
    }

    /// The same backward, through steps that are on the tape.
    fn differentiate(&self, way: &Way<'_>, steps: Range<u32>, pace: &mut Pace) -> Result<(), GpuError> {
        let mut left = steps.clone();
        while !left.is_empty() {
            let step_count = pace.steps(self.blocks as u32).min(self.place.most_steps).min(left.len() as u32);
            left.end -= step_count;
            let time = self.dispatch(Entry::Differentiate, &way.arrays, left.end, step_count, steps.start, false)?;
            pace.spend(time);
            // Near the start, all creatures are on their way.
            pace.learn(self.blocks as u32, step_count, time, left.end == 0);
        }
        Ok(())
    }

    fn dispatch(
        &self,
        entry: Entry,
        arrays: &wgpu::BindGroup,
        first_step: u32,
        step_count: u32,
        tape_start: u32,
        replays: bool,
    ) -> Result<Duration, GpuError> {
        let Place { gpu, pipeline, widest, .. } = self.place;
        let blocks = self.blocks as u32;
        let span = Span { first_step, step_count, block_count: blocks, tape_start, replays: replays.into() };
        let began = Instant::now();
        let submission = gpu.guarded("a dispatch", |device| {
            gpu.queue.write_buffer(&self.span, 0, bytemuck::bytes_of(&span));
            let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            if entry == Entry::Simulate && first_step == 0 && !replays {
                // What brains' gradients are added to.
                for way in &self.ways {
                    encoder.clear_buffer(&way.activations, 0, Some(self.activations_size));
                }
            }
            pipeline.dispatch(&mut encoder, entry, arrays, blocks, widest);
            gpu.queue.submit([encoder.finish()])
        })?;
        gpu.wait_for(submission)?;
        Ok(began.elapsed())
    }

    /// Keeps the state after a segment, and makes it the first record of the next.
    fn keep_checkpoint(&self, segment: u32) -> Result<(), GpuError> {
        let Some((states, episodes)) = &self.checkpoints else { return Ok(()) };
        let (record, base) = (self.place.room.record(self.blocks), (self.creatures * size_of::<Episode>()) as u64);
        let place = u64::from(segment);
        self.copy(|encoder| {
            let last = u64::from(self.segment) * record;
            encoder.copy_buffer_to_buffer(&self.tape, last, states, place * record, record);
            encoder.copy_buffer_to_buffer(&self.episodes, 0, episodes, place * base, base);
            encoder.copy_buffer_to_buffer(states, place * record, &self.tape, 0, record);
        })
    }

    /// Brings back the state before a segment; the first begins at rest.
    fn restore_checkpoint(&self, segment: u32) -> Result<(), GpuError> {
        let (Some((states, episodes)), Some(place)) = (&self.checkpoints, segment.checked_sub(1)) else {
            return Ok(());
        };
        let (record, base) = (self.place.room.record(self.blocks), (self.creatures * size_of::<Episode>()) as u64);
        let place = u64::from(place);
        self.copy(|encoder| {
            encoder.copy_buffer_to_buffer(states, place * record, &self.tape, 0, record);
            encoder.copy_buffer_to_buffer(episodes, place * base, &self.episodes, 0, base);
        })
    }

    fn copy(&self, record: impl FnOnce(&mut wgpu::CommandEncoder)) -> Result<(), GpuError> {
        let gpu = self.place.gpu;
        gpu.guarded("checkpoints", |device| {
            let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            record(&mut encoder);
            gpu.queue.submit([encoder.finish()]);
        })
    }

    fn read<T: bytemuck::Pod>(&self, buffer: &wgpu::Buffer, count: usize) -> Result<Vec<T>, GpuError> {
        let Place { gpu, pool, .. } = self.place;
        let bytes = (count * size_of::<T>()) as u64;
        let copy = gpu.guarded("reading", |device| {
            let copy = pool.take(device, READ_BACK, bytes, gpu.facts.limits.buffer)?;
            let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            encoder.copy_buffer_to_buffer(buffer, 0, &copy, 0, bytes);
            gpu.queue.submit([encoder.finish()]);
            copy.map_async(wgpu::MapMode::Read, ..bytes, |_| {});
            Ok::<_, GpuError>(copy)
        })??;
        gpu.wait()?;
        let contents = mapped(&copy, bytes);
        copy.unmap();
        contents
    }
}
