//! A part of a batch on the device: its arrays, its dispatches, its results.

use super::device::{Gpu, GpuError};
use super::encode::Encoded;
use super::layout::{Episode, LANES, Span, Vec4, result_words, state_fields};
use super::pace::Pace;
use super::pipeline::Pipeline;
use std::time::Instant;
use wgpu::BufferUsages as Usage;
use wgpu::util::{BufferInitDescriptor, DeviceExt as _};

/// Creatures on the device, from the upload to the results.
pub struct Shard<'a> {
    gpu: &'a Gpu,
    pipeline: &'a Pipeline,
    blocks: u32,
    arrays: wgpu::BindGroup,
    span: wgpu::Buffer,
    states: wgpu::Buffer,
    episodes: wgpu::Buffer,
    results: wgpu::Buffer,
    /// The candidate of each body.
    pub candidates: Vec<usize>,
}

/// Sizes that all shards of a run have in common.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Descriptors of the task.
    pub descriptors: usize,
    /// Floats of a brain's scratch.
    pub scratch: usize,
}

impl<'a> Shard<'a> {
    /// Uploads.
    ///
    /// # Errors
    ///
    /// When the device's memory does not hold it.
    pub fn upload(
        gpu: &'a Gpu,
        pipeline: &'a Pipeline,
        world: &wgpu::Buffer,
        encoded: Encoded,
        sizes: Sizes,
    ) -> Result<Self, GpuError> {
        let Encoded { lanes, model, bodies, weights, candidates } = encoded;
        let what = format!("a batch of {} creatures", bodies.len());
        let count = bodies.len();
        gpu.guarded(&what, |device| {
            let filled = |label, contents: &[u8]| {
                // A binding must not be empty.
                let contents = if contents.is_empty() { &[0; 16] } else { contents };
                device.create_buffer_init(&BufferInitDescriptor { label: Some(label), contents, usage: Usage::STORAGE })
            };
            let empty = |label, bytes: usize, usage| {
                let size = bytes.max(16) as u64;
                device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some(label),
                    size,
                    usage,
                    mapped_at_creation: false,
                })
            };
            let kept = Usage::STORAGE | Usage::COPY_SRC;
            let [lanes, model] =
                [filled("lanes", bytemuck::cast_slice(&lanes)), filled("model", bytemuck::cast_slice(&model))];
            let [bodies, weights] =
                [filled("bodies", bytemuck::cast_slice(&bodies)), filled("weights", bytemuck::cast_slice(&weights))];
            let blocks = lanes.size() as usize / (LANES * size_of::<super::layout::Lane>());
            let state_bytes = blocks * LANES * state_fields(pipeline.contacts) * size_of::<Vec4>();
            let states = empty("states", state_bytes, kept);
            let episodes = empty("episodes", count * size_of::<Episode>(), kept);
            let results = empty("results", count * result_words(sizes.descriptors) * 4, kept);
            let activations = empty("activations", count * sizes.scratch * 4, Usage::STORAGE);
            let span = empty("span", size_of::<Span>(), Usage::UNIFORM | Usage::COPY_DST);
            let arrays = [world, &span, &lanes, &model, &bodies, &weights, &states, &episodes, &results, &activations];
            let arrays = pipeline.bind(device, arrays);
            Self { gpu, pipeline, blocks: blocks as u32, arrays, span, states, episodes, results, candidates }
        })
    }

    /// Simulates steps `0..steps`, dispatch after dispatch.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub fn run(&self, steps: u32, pace: &mut Pace) -> Result<(), GpuError> {
        let mut first_step = 0;
        while first_step < steps {
            let step_count = pace.steps(self.blocks).min(steps - first_step);
            let began = Instant::now();
            self.gpu.guarded("a dispatch", |device| {
                let span = Span { first_step, step_count, block_count: self.blocks, unused: 0 };
                self.gpu.queue.write_buffer(&self.span, 0, bytemuck::bytes_of(&span));
                let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
                self.pipeline.dispatch(&mut encoder, &self.arrays, self.blocks, self.gpu.facts.limits.workgroups);
                self.gpu.queue.submit([encoder.finish()]);
            })?;
            self.gpu.wait()?;
            pace.record(self.blocks, step_count, began.elapsed());
            first_step += step_count;
        }
        Ok(())
    }

    /// The words of the results, creature after creature.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub fn results(&self) -> Result<Vec<u32>, GpuError> {
        self.read(&self.results)
    }

    /// What base lanes keep between dispatches, creature after creature.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub fn episodes(&self) -> Result<Vec<Episode>, GpuError> {
        self.read(&self.episodes)
    }

    /// What lanes keep between dispatches, in [block][field][lane] order.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub fn states(&self) -> Result<Vec<Vec4>, GpuError> {
        self.read(&self.states)
    }

    fn read<T: bytemuck::Pod>(&self, buffer: &wgpu::Buffer) -> Result<Vec<T>, GpuError> {
        let size = buffer.size();
        let copy = self.gpu.guarded("reading results", |device| {
            let usage = Usage::MAP_READ | Usage::COPY_DST;
            let copy = device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("copy of results"),
                size,
                usage,
                mapped_at_creation: false,
            });
            let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            encoder.copy_buffer_to_buffer(buffer, 0, &copy, 0, size);
            self.gpu.queue.submit([encoder.finish()]);
            copy.map_async(wgpu::MapMode::Read, .., |_| {});
            copy
        })?;
        self.gpu.wait()?;
        let mapped = copy
            .get_mapped_range(..)
            .map_err(|error| GpuError::Driver { what: "reading results".into(), message: error.to_string() })?;
        Ok(bytemuck::pod_collect_to_vec(&mapped))
    }
}
