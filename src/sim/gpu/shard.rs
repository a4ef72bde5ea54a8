//! A part of a batch on the device: its arrays, its dispatches, its results.

use super::device::{Gpu, GpuError};
use super::encode::Encoded;
use super::layout::{Episode, LANES, Span, Vec4, result_words, state_fields};
use super::pace::Pace;
use super::pipeline::Pipeline;
use super::pool::Pool;
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
    /// Descriptors of the task.
    pub descriptors: usize,
    /// Floats of a brain's scratch.
    pub scratch: usize,
    /// Most workgroups of a dispatch in a row.
    pub widest: u32,
}

/// Creatures on the device, from the upload to the results.
pub struct Shard<'a> {
    place: Place<'a>,
    blocks: u32,
    creatures: usize,
    /// In the order of `shaders/layout.wgsl`, from the span on.
    buffers: [wgpu::Buffer; 9],
    arrays: wgpu::BindGroup,
}

/// Places in [`Shard::buffers`].
const SPAN: usize = 0;
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
        let Place { gpu, pipeline, pool, world, descriptors, scratch, .. } = place;
        let (creatures, blocks) = (encoded.bodies.len(), encoded.lanes.len() / LANES);
        gpu.guarded(&format!("a batch of {creatures} creatures"), |device| {
            let take = |usage, bytes: usize| {
                // A binding must not be empty.
                pool.take(device, usage, bytes.max(16) as u64, gpu.facts.limits.storage_binding)
            };
            let filled = |contents: &[u8]| {
                let buffer = take(Usage::STORAGE | Usage::COPY_DST, contents.len());
                gpu.queue.write_buffer(&buffer, 0, contents);
                buffer
            };
            let kept = |bytes| take(Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST, bytes);
            let buffers = [
                take(Usage::UNIFORM | Usage::COPY_DST, size_of::<Span>()),
                filled(bytemuck::cast_slice(&encoded.lanes)),
                filled(bytemuck::cast_slice(&encoded.model)),
                filled(bytemuck::cast_slice(&encoded.bodies)),
                filled(bytemuck::cast_slice(&encoded.weights)),
                kept(blocks * LANES * state_fields(pipeline.contacts) * size_of::<Vec4>()),
                kept(creatures * size_of::<Episode>()),
                kept(creatures * result_words(descriptors) * size_of::<u32>()),
                kept(creatures * scratch * size_of::<f32>()),
            ];
            let arrays = pipeline.bind(device, std::iter::once(world).chain(&buffers));
            Self { place, blocks: blocks as u32, creatures, buffers, arrays }
        })
    }

    /// Puts episodes under way onto the device: what [`states`](Self::states) and [`episodes`](Self::episodes) are to begin with.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub fn put_states(&self, states: &[Vec4], episodes: &[Episode]) -> Result<(), GpuError> {
        // An ending of zero: all of them are running.
        let results = vec![0u32; self.creatures * result_words(self.place.descriptors)];
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

    /// Simulates `steps`, dispatch after dispatch.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub fn run(&self, steps: Range<u32>, pace: &mut Pace) -> Result<(), GpuError> {
        let Place { gpu, pipeline, widest, .. } = self.place;
        let mut first_step = steps.start;
        while first_step < steps.end {
            let step_count = pace.steps(self.blocks).min(steps.end - first_step);
            let began = Instant::now();
            gpu.guarded("a dispatch", |device| {
                let span = Span { first_step, step_count, block_count: self.blocks, unused: 0 };
                gpu.queue.write_buffer(&self.buffers[SPAN], 0, bytemuck::bytes_of(&span));
                let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
                pipeline.dispatch(&mut encoder, &self.arrays, self.blocks, widest);
                gpu.queue.submit([encoder.finish()]);
            })?;
            gpu.wait()?;
            pace.record(self.blocks, step_count, began.elapsed());
            first_step += step_count;
        }
        Ok(())
    }

    /// Room for contact points on a link.
    pub fn contacts(&self) -> usize {
        self.place.pipeline.contacts
    }

    /// The words of the results, creature after creature.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub fn results(&self) -> Result<Vec<u32>, GpuError> {
        self.read(RESULTS, self.creatures * result_words(self.place.descriptors))
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
        let copy = gpu.guarded("reading results", |device| {
            let copy = pool.take(device, Usage::MAP_READ | Usage::COPY_DST, bytes, gpu.facts.limits.buffer);
            let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            encoder.copy_buffer_to_buffer(&self.buffers[buffer], 0, &copy, 0, bytes);
            gpu.queue.submit([encoder.finish()]);
            copy.map_async(wgpu::MapMode::Read, ..bytes, |_| {});
            copy
        })?;
        gpu.wait()?;
        let failed = |error: wgpu::MapRangeError| GpuError::Driver {
            what: "reading results".into(),
            message: error.to_string(),
        };
        let contents = bytemuck::pod_collect_to_vec(&copy.get_mapped_range(..bytes).map_err(failed)?);
        copy.unmap();
        pool.put(copy);
        Ok(contents)
    }
}

impl Drop for Shard<'_> {
    fn drop(&mut self) {
        self.buffers.iter().for_each(|buffer| self.place.pool.put(buffer.clone()));
    }
}
