//! Worlds of free bodies on a GPU: three dispatches a step, and now and then two that make lists; many steps a submission.
//!
//! The passes stand in `shaders/shared_world/`, the twins of [`shared_world`](crate::shared_world). Steps for which lists do not hold wait until the
//! next lists, so that the device may do fewer steps than are submitted: it says how many it has done.

pub mod compose;
mod encode;
pub mod layout;
mod pipelines;

use super::description;
use super::device::{Gpu, GpuError};
use super::layout::Vec4;
use super::options::Options;
use super::pace::{DISPATCH_TIME, Pace};
use crate::error::Error;
use crate::shared_world::{Setup, Simulate, Snapshot};
use bytemuck::{Pod, Zeroable as _};
use compose::{SEEKING, Workgroup};
use encode::Order;
use layout::{COUNTS, DEPTHS, FIRST_STEP, LEFT_OUT, NUMBERS, Progress, STATE_FIELDS, TOO_FAST, board_words};
use pipelines::Pipelines;
use std::collections::VecDeque;
use std::mem::offset_of;
use std::time::Instant;
use wgpu::BufferUsages;
use wgpu::util::{BufferInitDescriptor, DeviceExt as _};

/// Steps of a submission at most: what is recorded of them takes memory.
const MOST_STEPS: u32 = 128;
/// Steps of the first submission, so that the device soon has something to do.
const FIRST_STEPS: u32 = 16;
/// Submissions that the device has at a time, so that it works while the host records.
const IN_FLIGHT: usize = 2;

/// The bodies of a scene on a device.
#[derive(Debug)]
pub struct GpuWorld {
    gpu: Gpu,
    options: Options,
    pipelines: Pipelines,
    workgroup: Workgroup,
    order: Order,
    /// Steps that the device has done.
    steps: u32,
    states: wgpu::Buffer,
    lists: wgpu::Buffer,
    board: wgpu::Buffer,
    progress: wgpu::Buffer,
    arrays: wgpu::BindGroup,
    pace: Pace,
    cadence: Cadence,
}

/// How often lists are made.
#[derive(Clone, Copy, Debug)]
struct Cadence {
    /// Steps that lists have held for, on average.
    held: f32,
    /// How often they were made.
    times_made: u32,
}

impl Cadence {
    /// Steps between two looks whether lists are due. Where lists cease to hold, half of the steps between two looks wait, each of which takes about as
    /// long as a look in vain: so many steps lose least in both ways.
    fn period(&self) -> u32 {
        ((1.5 * self.held).sqrt().round() as u32).max(1)
    }

    /// Learns from some steps, after which lists had been made so often.
    fn learn(&mut self, steps: u32, times_made: u32) {
        let times = times_made - self.times_made;
        self.times_made = times_made;
        let held = if times == 0 { self.held + steps as f32 } else { steps as f32 / times as f32 };
        self.held = held.clamp(1.0, 1000.0);
    }
}

/// What the device works on.
struct Flight {
    submission: wgpu::SubmissionIndex,
    steps: u32,
    /// What the device has done after it.
    progress: wgpu::Buffer,
}

impl GpuWorld {
    /// The bodies where the scene places them; compiles the shader.
    ///
    /// # Errors
    ///
    /// When the scene has creatures or is too large for the device, or the device fails.
    pub fn new(setup: &Setup, gpu: Gpu, options: Options) -> Result<Self, Error> {
        if let Some(why) = unsupported(setup) {
            return Err(Error::Unsupported(why.into()));
        }
        let rules = setup.rules.map(|x| x as f32);
        let room = encode::room(setup);
        let count = setup.bodies.len();
        let order = Order::new(setup);
        let cells = order.cells.iter().product::<u32>() as usize * setup.worlds();
        let stored = || order.numbers.iter().map(|&number| setup.bodies[number as usize].map(|x| x as f32));
        let (kinds, numbers) = encode::kinds(stored().map(|body| encode::body(&body)));
        let states: Vec<layout::State> = stored()
            .zip(&order.numbers)
            .zip(numbers)
            .map(|((body, &at), number)| {
                encode::state(number, &body, &setup.states[at as usize].map(|x| x as f32), rules.dt)
            })
            .collect();
        // Before even and before odd steps.
        let states: Vec<Vec4> =
            (0..2 * STATE_FIELDS).flat_map(|i| states.iter().map(move |state| state[i % STATE_FIELDS])).collect();
        let begin = Progress { step: FIRST_STEP, last: FIRST_STEP, due: FIRST_STEP, ..Progress::zeroed() };
        let list_bytes = 4 * room.list_words(count, cells);
        let kept_bytes = 16 * room.kept_vectors(count, cells);
        for (what, needed) in [("lists of partners (bytes)", list_bytes), ("contacts of bodies (bytes)", kept_bytes)] {
            check(&gpu, what, needed)?;
        }
        let pipelines = Pipelines::new(&gpu, room, count, &rules.terrain, options.checked)?;
        let made = gpu.guarded("the shared world", |device| {
            let world = filled(device, &[encode::world(setup, &rules, order.cells)], BufferUsages::UNIFORM);
            let kinds = filled(device, &kinds, BufferUsages::STORAGE);
            let shared = BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
            let states = filled(device, &states, shared);
            let lists = empty(device, list_bytes, shared);
            let kept = empty(device, kept_bytes, BufferUsages::STORAGE);
            let board = empty(device, 4 * board_words(cells), shared);
            let progress = filled(device, &[begin], shared);
            let arrays = pipelines.arrays.bind(device, [&world, &kinds, &states, &lists, &kept, &board, &progress]);
            let write = |field: usize, words: &[u8]| gpu.queue.write_buffer(&lists, (4 * field * count) as u64, words);
            write(NUMBERS, bytemuck::cast_slice(&order.numbers));
            write(DEPTHS, bytemuck::cast_slice(&vec![-1.0_f32; count]));
            (states, lists, board, progress, arrays)
        })?;
        let (states, lists, board, progress, arrays) = made;
        let pace = Pace::new(options.dispatch_time.unwrap_or(DISPATCH_TIME));
        let cadence = Cadence { held: 1.0, times_made: 0 };
        let workgroup = compose::workgroup(room, count);
        Ok(Self {
            gpu,
            options,
            pipelines,
            workgroup,
            order,
            steps: 0,
            states,
            lists,
            board,
            progress,
            arrays,
            pace,
            cadence,
        })
    }

    fn bodies(&self) -> u32 {
        self.order.numbers.len() as u32
    }

    /// Records and submits so many steps.
    fn submit(&self, steps: u32) -> Result<Flight, GpuError> {
        let Workgroup { bodies, lanes } = self.workgroup;
        let (by_lane, by_workgroup) = (self.bodies().div_ceil(lanes), self.bodies().div_ceil(bodies));
        let passes = &self.pipelines;
        let lists = [(&passes.enter, by_lane), (&passes.list, self.bodies().div_ceil(SEEKING))];
        let step = [(&passes.resist, by_workgroup), (&passes.push, by_workgroup), (&passes.advance, by_lane)];
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_bind_group(0, &self.arrays, &[]);
            for number in 0..steps {
                let looks = number % self.cadence.period() == 0;
                for &(pipeline, groups) in lists.iter().filter(|_| looks).chain(&step) {
                    let rows = groups.div_ceil(self.gpu.facts.limits.workgroups);
                    pass.set_pipeline(pipeline);
                    pass.dispatch_workgroups(groups.div_ceil(rows), rows, 1);
                }
            }
        }
        let progress = self.copied(&mut encoder, &self.progress, 0, size_of::<Progress>() as u64)?;
        let submission = self.gpu.queue.submit([encoder.finish()]);
        progress.slice(..).map_async(wgpu::MapMode::Read, |_| ());
        Ok(Flight { submission, steps, progress })
    }

    /// Waits for a flight and notes what it did.
    fn land(&mut self, flight: &Flight) -> Result<(), GpuError> {
        self.gpu.wait_for(flight.submission.clone())?;
        let progress: Vec<Progress> = contents(&flight.progress)?;
        let Progress { step, times_made, .. } = progress[0];
        let done = step - FIRST_STEP;
        self.cadence.learn(done - self.steps, times_made);
        self.steps = done;
        Ok(())
    }

    /// A part of a buffer, copied to where the host can read it.
    fn copied(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        buffer: &wgpu::Buffer,
        from: u64,
        size: u64,
    ) -> Result<wgpu::Buffer, GpuError> {
        let staging = self.gpu.guarded("reading the shared world", |device| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: None,
                size,
                usage: BufferUsages::MAP_READ | BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        })?;
        encoder.copy_buffer_to_buffer(buffer, from, &staging, 0, size);
        Ok(staging)
    }

    /// Reads so much of a buffer, from an entry on.
    fn read<T: Pod>(&self, buffer: &wgpu::Buffer, from: usize, count: usize) -> Result<Vec<T>, GpuError> {
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let [from, size] = [from, count].map(|entries| (entries * size_of::<T>()) as u64);
        let staging = self.copied(&mut encoder, buffer, from, size)?;
        self.gpu.queue.submit([encoder.finish()]);
        staging.slice(..).map_async(wgpu::MapMode::Read, |_| ());
        self.gpu.wait()?;
        contents(&staging)
    }
}

impl Simulate for GpuWorld {
    fn describe(&self) -> String {
        description::write(&self.gpu.facts, self.options.checked)
    }

    fn advance(&mut self, steps: u32) -> Result<(), Error> {
        let end = self.steps + steps;
        self.gpu.queue.write_buffer(
            &self.progress,
            offset_of!(Progress, last) as u64,
            bytemuck::bytes_of(&(FIRST_STEP + end)),
        );
        let mut flying: VecDeque<Flight> = VecDeque::new();
        let mut most = FIRST_STEPS;
        let mut began = Instant::now();
        while self.steps < end {
            let submitted: u32 = flying.iter().map(|flight| flight.steps).sum();
            let left = (end - self.steps).saturating_sub(submitted);
            if left > 0 && flying.len() < IN_FLIGHT {
                let now = self.pace.steps(self.bodies()).min(most).min(left);
                flying.push_back(self.submit(now)?);
                most = MOST_STEPS;
            } else if let Some(flight) = flying.pop_front() {
                self.land(&flight)?;
                self.pace.learn(self.bodies(), flight.steps, began.elapsed(), true);
                began = Instant::now();
            }
        }
        // What is left of them does nothing.
        flying.iter().try_for_each(|flight| self.land(flight))?;
        Ok(())
    }

    fn snapshot(&mut self) -> Result<Snapshot, Error> {
        let count = self.order.numbers.len();
        // The first step is odd.
        let half = ((self.steps + FIRST_STEP) & 1) as usize * STATE_FIELDS * count;
        let stored: Vec<Vec4> = self.read(&self.states, half, STATE_FIELDS * count)?;
        let state = |place: usize| encode::decoded([0, 1, 2, 3].map(|field| stored[field * count + place]));
        let depths: Vec<f32> = self.read(&self.lists, DEPTHS * count, count)?;
        let counts: Vec<u32> = self.read(&self.board, 0, COUNTS)?;
        let mut places: Vec<usize> = (0..count).collect();
        places.sort_unstable_by_key(|&place| self.order.numbers[place]);
        Ok(Snapshot {
            steps: self.steps,
            states: places.iter().map(|&place| state(place)).collect(),
            creatures: Vec::new(),
            depths: places.iter().map(|&place| depths[place].into()).collect(),
            left_out: counts[LEFT_OUT].into(),
            too_fast: counts[TOO_FAST].into(),
        })
    }
}

/// Why a scene is not simulated on a GPU, if it is not.
pub fn unsupported(setup: &Setup) -> Option<&'static str> {
    (!setup.creatures.is_empty()).then_some("scenes with creatures are not simulated on a GPU")
}

/// What was copied into a buffer.
fn contents<T: Pod>(staging: &wgpu::Buffer) -> Result<Vec<T>, GpuError> {
    let invalid = |error: &dyn std::fmt::Display| GpuError::Lost { reason: error.to_string() };
    let view = staging.slice(..).get_mapped_range().map_err(|error| invalid(&error))?;
    Ok(bytemuck::pod_collect_to_vec(&view))
}

/// A buffer with these contents.
fn filled<T: Pod>(device: &wgpu::Device, contents: &[T], usage: BufferUsages) -> wgpu::Buffer {
    let contents = bytemuck::cast_slice(contents);
    device.create_buffer_init(&BufferInitDescriptor { label: Some("shared world"), contents, usage })
}

/// A buffer of zeros.
fn empty(device: &wgpu::Device, size: u64, usage: BufferUsages) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("shared world"),
        size,
        usage,
        mapped_at_creation: false,
    })
}

/// Checks that the device binds an array of so many bytes.
fn check(gpu: &Gpu, what: &str, needed: u64) -> Result<(), GpuError> {
    let limits = &gpu.facts.limits;
    let allowed = limits.storage_binding.min(limits.buffer);
    if needed <= allowed { Ok(()) } else { Err(GpuError::Limit { what: what.to_owned(), needed, allowed }) }
}
