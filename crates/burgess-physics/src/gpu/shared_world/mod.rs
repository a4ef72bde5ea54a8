//! Worlds of free bodies on a GPU: three dispatches a step, many steps a submission, no word to the host in between.
//!
//! The passes stand in `shaders/shared_world/`, the twins of [`shared_world`](crate::shared_world).

pub mod compose;
mod encode;
pub mod layout;
mod pipelines;

use super::description;
use super::device::{Gpu, GpuError};
use super::options::Options;
use super::pace::{DISPATCH_TIME, Pace};
use crate::error::Error;
use crate::shared_world::{Setup, Simulate, Snapshot};
use bytemuck::Pod;
use layout::{BOARD_WORDS, FIRST_STEP, board_words};
use pipelines::Pipelines;
use std::time::Instant;
use wgpu::BufferUsages;
use wgpu::util::{BufferInitDescriptor, DeviceExt as _};

/// Steps of a submission at most: what is recorded of them takes memory.
const MOST_STEPS: u32 = 128;
/// Submissions that the device has at a time, so that it works while the host records.
const IN_FLIGHT: usize = 2;

/// The bodies of a scene on a device.
#[derive(Debug)]
pub struct GpuWorld {
    gpu: Gpu,
    options: Options,
    pipelines: Pipelines,
    bodies: u32,
    steps: u32,
    /// States before odd and even steps.
    states: [wgpu::Buffer; 2],
    board: wgpu::Buffer,
    arrays: [wgpu::BindGroup; 2],
    pace: Pace,
}

impl GpuWorld {
    /// The bodies where the scene places them; compiles the shader.
    ///
    /// # Errors
    ///
    /// When the scene is too large for the device, or the device fails.
    pub fn new(setup: &Setup, gpu: Gpu, options: Options) -> Result<Self, Error> {
        let rules = setup.rules.map(|x| x as f32);
        let room = encode::room(setup);
        let count = setup.bodies.len();
        let bodies: Vec<_> = setup.bodies.iter().map(|body| body.map(|x| x as f32)).collect();
        let states: Vec<layout::FreeState> = bodies
            .iter()
            .zip(&setup.states)
            .map(|(body, state)| encode::state(body, &state.map(|x| x as f32), rules.dt))
            .collect();
        let bodies: Vec<layout::Body> = bodies.iter().map(encode::body).collect();
        let mut board = vec![0_u32; board_words(count) as usize];
        board[0] = FIRST_STEP;
        let (list_bytes, kept_bytes) = (4 * room.list_words(count), 16 * room.kept_vectors(count));
        for (what, needed) in [("lists of partners (bytes)", list_bytes), ("contacts of bodies (bytes)", kept_bytes)] {
            check(&gpu, what, needed)?;
        }
        let pipelines = Pipelines::new(&gpu, room, count, &rules.terrain, options.checked)?;
        let made = gpu.guarded("the shared world", |device| {
            let world = filled(device, &[encode::world(setup, &rules)], BufferUsages::UNIFORM);
            let bodies = filled(device, &bodies, BufferUsages::STORAGE);
            let kept_usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC;
            let states = [(); 2].map(|()| filled(device, &states, kept_usage));
            let board = filled(device, &board, kept_usage);
            let (lists, kept) = (empty(device, list_bytes), empty(device, kept_bytes));
            let bind = |from: usize| {
                let buffers = [&world, &bodies, &states[from], &states[1 - from], &lists, &kept, &board];
                pipelines.bind(device, buffers)
            };
            let arrays = [bind(0), bind(1)];
            (states, board, arrays)
        })?;
        let (states, board, arrays) = made;
        let pace = Pace::new(options.dispatch_time.unwrap_or(DISPATCH_TIME));
        let world = Self { gpu, options, pipelines, bodies: count as u32, steps: 0, states, board, arrays, pace };
        world.begin()?;
        Ok(world)
    }

    fn workgroups(&self) -> u32 {
        self.bodies.div_ceil(compose::GROUP)
    }

    fn begin(&self) -> Result<(), GpuError> {
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&self.pipelines.begin);
            pass.set_bind_group(0, &self.arrays[0], &[]);
            pass.dispatch_workgroups(self.workgroups(), 1, 1);
        }
        self.gpu.queue.submit([encoder.finish()]);
        self.gpu.check()
    }

    /// Records and submits so many steps.
    fn submit(&mut self, steps: u32) -> wgpu::SubmissionIndex {
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for step in self.steps..self.steps + steps {
                pass.set_bind_group(0, &self.arrays[(step & 1) as usize], &[]);
                for pipeline in [&self.pipelines.list, &self.pipelines.resist, &self.pipelines.advance] {
                    pass.set_pipeline(pipeline);
                    pass.dispatch_workgroups(self.workgroups(), 1, 1);
                }
            }
        }
        self.steps += steps;
        self.gpu.queue.submit([encoder.finish()])
    }

    /// Reads the beginning of a buffer.
    fn read<T: Pod>(&self, buffer: &wgpu::Buffer, count: usize) -> Result<Vec<T>, GpuError> {
        let size = (count * size_of::<T>()) as u64;
        let staging = self.gpu.guarded("reading the shared world", |device| {
            let staging = device.create_buffer(&wgpu::BufferDescriptor {
                label: None,
                size,
                usage: BufferUsages::MAP_READ | BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, size);
            self.gpu.queue.submit([encoder.finish()]);
            staging.slice(..).map_async(wgpu::MapMode::Read, |_| ());
            staging
        })?;
        self.gpu.wait()?;
        let invalid = |error: &dyn std::fmt::Display| GpuError::Lost { reason: error.to_string() };
        let view = staging.slice(..).get_mapped_range().map_err(|error| invalid(&error))?;
        Ok(bytemuck::pod_collect_to_vec(&view))
    }
}

impl Simulate for GpuWorld {
    fn describe(&self) -> String {
        description::write(&self.gpu.facts, self.options.checked)
    }

    fn advance(&mut self, steps: u32) -> Result<(), Error> {
        let mut left = steps;
        let mut flying = std::collections::VecDeque::new();
        let mut began = Instant::now();
        while left > 0 || !flying.is_empty() {
            if left > 0 && flying.len() < IN_FLIGHT {
                let now = self.pace.steps(self.bodies).min(MOST_STEPS).min(left);
                flying.push_back((self.submit(now), now));
                left -= now;
            } else if let Some((submission, steps)) = flying.pop_front() {
                self.gpu.wait_for(submission)?;
                self.pace.learn(self.bodies, steps, began.elapsed(), true);
                began = Instant::now();
            }
        }
        Ok(())
    }

    fn snapshot(&mut self) -> Result<Snapshot, Error> {
        let states: Vec<layout::FreeState> =
            self.read(&self.states[(self.steps & 1) as usize], self.bodies as usize)?;
        let board: Vec<u32> = self.read(&self.board, BOARD_WORDS)?;
        Ok(Snapshot {
            steps: self.steps,
            states: states.iter().map(encode::decoded).collect(),
            depths: states.iter().map(|state| state.depth.into()).collect(),
            left_out: board[2].into(),
            too_fast: board[3].into(),
        })
    }
}

/// A buffer with these contents.
fn filled<T: Pod>(device: &wgpu::Device, contents: &[T], usage: BufferUsages) -> wgpu::Buffer {
    let contents = bytemuck::cast_slice(contents);
    device.create_buffer_init(&BufferInitDescriptor { label: Some("shared world"), contents, usage })
}

/// A buffer of zeros.
fn empty(device: &wgpu::Device, size: u64) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("shared world"),
        size,
        usage: BufferUsages::STORAGE,
        mapped_at_creation: false,
    })
}

/// Checks that the device binds an array of so many bytes.
fn check(gpu: &Gpu, what: &str, needed: u64) -> Result<(), GpuError> {
    let limits = &gpu.facts.limits;
    let allowed = limits.storage_binding.min(limits.buffer);
    if needed <= allowed { Ok(()) } else { Err(GpuError::Limit { what: what.to_owned(), needed, allowed }) }
}
