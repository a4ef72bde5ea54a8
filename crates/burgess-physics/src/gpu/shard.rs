//! A part of a batch on the device: its arrays, its dispatches, its results.

use super::device::{Gpu, GpuError};
use super::encode::Encoded;
use super::layout::{Episode, LANES, Span, Vec4, state_fields};
use super::pace::Pace;
use super::pipeline::{Entry, Pipeline};
use super::pool::{Loan, Pool};
use std::ops::Range;
use std::time::Instant;
use wgpu::BufferUsages as Usage;

/// What a shard is made on.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The device.
    pub gpu: &'a Gpu,
    /// The shader.
    pub pipeline: &'a Pipeline,
    /// Where buffers come from and go to.
    pub pool: &'a Pool,
    /// The surroundings of all creatures.
    pub world: &'a wgpu::Buffer,
    /// Words of a creature's results.
    pub words: usize,
    /// Floats of a brain's scratch.
    pub scratch: usize,
    /// Most steps of a dispatch.
    pub most_steps: u32,
    /// Most workgroups of a dispatch in a row.
    pub widest: u32,
}

/// Creatures on the device, from the upload to the results.
pub struct Shard<'a> {
    place: Place<'a>,
    blocks: u32,
    creatures: usize,
    /// In the order of `shaders/layout.wgsl`, from the span on.
    buffers: [Loan<'a>; 9],
    arrays: wgpu::BindGroup,
    /// Gets the results after the last dispatch.
    copy: Loan<'a>,
    /// Whether `copy` was asked to be mapped.
    mapped: bool,
    flight: Option<Flight>,
}

/// A dispatch on its way.
struct Flight {
    submission: wgpu::SubmissionIndex,
    began: Instant,
    steps: Range<u32>,
    /// Steps after it.
    left: Range<u32>,
}

/// How results come back.
pub(super) const READ_BACK: Usage = Usage::MAP_READ.union(Usage::COPY_DST);

/// Places in [`Shard::buffers`].
const SPAN: usize = 0;
/// See `SPAN`: the first of four that the host fills.
const GIVEN: usize = 1;
const STATES: usize = 5;
const EPISODES: usize = 6;
const RESULTS: usize = 7;

impl<'a> Shard<'a> {
    /// Uploads.
    ///
    /// # Errors
    ///
    /// When the device's memory does not hold it.
    pub fn upload(place: Place<'a>, encoded: &Encoded) -> Result<Self, GpuError> {
        let Place { gpu, pipeline, pool, world, words, scratch, .. } = place;
        let (creatures, blocks) = (encoded.bodies.len(), encoded.lanes.len() / LANES);
        let results_size = creatures * words * size_of::<u32>();
        gpu.guarded(&format!("a batch of {creatures} creatures"), |device| -> Result<Self, GpuError> {
            let take = |usage, bytes: usize| {
                // A binding must not be empty.
                pool.take(device, usage, bytes.max(16) as u64, gpu.facts.limits.storage_binding)
            };
            let contents: [&[u8]; 4] = [
                bytemuck::cast_slice(&encoded.lanes),
                bytemuck::cast_slice(&encoded.models),
                bytemuck::cast_slice(&encoded.bodies),
                bytemuck::cast_slice(&encoded.weights),
            ];
            let given = |i: usize| take(Usage::STORAGE | Usage::COPY_DST, contents[i].len());
            let kept = |bytes| take(Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST, bytes);
            let buffers = [
                take(Usage::UNIFORM | Usage::COPY_DST, size_of::<Span>())?,
                given(0)?,
                given(1)?,
                given(2)?,
                given(3)?,
                kept(blocks * LANES * state_fields(pipeline.contacts) * size_of::<Vec4>())?,
                kept(creatures * size_of::<Episode>())?,
                kept(results_size)?,
                kept(creatures * scratch * size_of::<f32>())?,
            ];
            let copy = pool.take(device, READ_BACK, results_size as u64, gpu.facts.limits.buffer)?;
            // Only now that there is room for all: what is written is kept until the next dispatch, needed or not.
            for (buffer, contents) in buffers[GIVEN..].iter().zip(contents) {
                gpu.queue.write_buffer(buffer, 0, contents);
            }
            let arrays = pipeline.bind(device, std::iter::once(world).chain(buffers.iter().map(|buffer| &**buffer)));
            Ok(Self { place, blocks: blocks as u32, creatures, buffers, arrays, copy, mapped: false, flight: None })
        })?
    }

    /// Puts episodes under way onto the device: what [`states`](Self::states) and [`episodes`](Self::episodes) are to begin with.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub fn put_states(&self, states: &[Vec4], episodes: &[Episode]) -> Result<(), GpuError> {
        // An ending of zero: all of them are running.
        let results = vec![0u32; self.creatures * self.place.words];
        let arrays: [(usize, &[u8]); 3] = [
            (STATES, bytemuck::cast_slice(states)),
            (EPISODES, bytemuck::cast_slice(episodes)),
            (RESULTS, bytemuck::cast_slice(&results)),
        ];
        self.place.gpu.guarded("episodes under way", |_| {
            for (place, contents) in arrays {
                self.place.gpu.queue.write_buffer(&self.buffers[place], 0, contents);
            }
        })
    }

    /// Begins to simulate `steps`: the first dispatch is on its way when this returns.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub fn launch(&mut self, steps: Range<u32>, pace: &mut Pace) -> Result<(), GpuError> {
        let Place { gpu, pipeline, widest, .. } = self.place;
        let step_count = pace.steps(self.blocks).min(self.place.most_steps).min(steps.len() as u32);
        let began = Instant::now();
        let copied = self.results_size();
        let left = steps.start + step_count..steps.end;
        let submission = gpu.guarded("a dispatch", |device| {
            let span =
                Span { first_step: steps.start, step_count, block_count: self.blocks, tape_start: 0, replays: 0 };
            gpu.queue.write_buffer(&self.buffers[SPAN], 0, bytemuck::bytes_of(&span));
            let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            pipeline.dispatch(&mut encoder, Entry::Simulate, &self.arrays, self.blocks, widest);
            if left.is_empty() {
                encoder.copy_buffer_to_buffer(&self.buffers[RESULTS], 0, &self.copy, 0, copied);
            }
            let submission = gpu.queue.submit([encoder.finish()]);
            if left.is_empty() {
                self.copy.map_async(wgpu::MapMode::Read, ..copied, |_| {});
            }
            submission
        })?;
        self.mapped = left.is_empty();
        self.flight = Some(Flight { submission, began, steps: steps.start..left.start, left });
        Ok(())
    }

    /// Waits for what was launched, dispatch after dispatch. `at_once` says that the host did nothing in between, so that the time
    /// of the dispatch under way tells what the device takes.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub fn complete(&mut self, pace: &mut Pace, mut at_once: bool) -> Result<(), GpuError> {
        while let Some(Flight { submission, began, steps, left }) = self.flight.take() {
            self.place.gpu.wait_for(submission)?;
            pace.spend(began.elapsed());
            if at_once {
                pace.learn(self.blocks, steps.len() as u32, began.elapsed(), steps.start == 0);
            }
            at_once = true;
            if !left.is_empty() {
                self.launch(left, pace)?;
            }
        }
        Ok(())
    }

    fn results_size(&self) -> u64 {
        (self.creatures * self.place.words * size_of::<u32>()) as u64
    }

    /// Room for contact points on a link.
    pub fn contacts(&self) -> usize {
        self.place.pipeline.contacts
    }

    /// The words of the results, creature after creature, when all is simulated.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub fn results(&self) -> Result<Vec<u32>, GpuError> {
        mapped(&self.copy, self.results_size())
    }

    /// What base lanes keep between dispatches, creature after creature.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub fn episodes(&self) -> Result<Vec<Episode>, GpuError> {
        self.read(EPISODES, self.creatures)
    }

    /// What lanes keep between dispatches, in [block][field][lane] order.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub fn states(&self) -> Result<Vec<Vec4>, GpuError> {
        self.read(STATES, self.blocks as usize * LANES * state_fields(self.place.pipeline.contacts))
    }

    fn read<T: bytemuck::Pod>(&self, buffer: usize, count: usize) -> Result<Vec<T>, GpuError> {
        let Place { gpu, pool, .. } = self.place;
        let bytes = (count * size_of::<T>()) as u64;
        let copy = gpu.guarded("reading", |device| {
            let copy = pool.take(device, READ_BACK, bytes, gpu.facts.limits.buffer)?;
            let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            encoder.copy_buffer_to_buffer(&self.buffers[buffer], 0, &copy, 0, bytes);
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

/// What stands in a buffer that is mapped.
pub(super) fn mapped<T: bytemuck::Pod>(buffer: &wgpu::Buffer, bytes: u64) -> Result<Vec<T>, GpuError> {
    let failed =
        |error: wgpu::MapRangeError| GpuError::Driver { what: "reading results".into(), message: error.to_string() };
    Ok(bytemuck::pod_collect_to_vec(&buffer.get_mapped_range(..bytes).map_err(failed)?))
}

impl Drop for Shard<'_> {
    fn drop(&mut self) {
        if self.mapped {
            self.copy.unmap();
        }
    }
}
