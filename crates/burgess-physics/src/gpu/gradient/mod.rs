//! Gradients of whole episodes on the GPU: the way forth keeps the states on a tape, and the way back goes through it, different bodies
//! side by side. The stages stand in `shaders/reverse/`, file by file the twins of `sim::cpu::reverse`.

mod decode;
mod segments;
mod sweep;

use super::batch::{pack_rooms, split};
use super::compose::Choices;
use super::decode::outcome;
use super::device::{Gpu, GpuError};
use super::encode::{Encoded, Prepared};
use super::layout::{self, LANES, OBJECTIVE_DESCRIPTORS, Vec4, gradient_fields, result_words, thought_floats};
use super::pace::{self, Pace};
use super::pack::Block;
use super::pipeline::Pipeline;
use super::pool::Pool;
use super::{CONTACT_ROOMS, Options, check_limits, description, most_steps, unsupported, world};
use crate::gradient::{Differentiate, Gradient, Objective};
use crate::model::Candidate;
use crate::plan::{BrainKind, Plan};
use crate::task::Returns;
use crate::task::TaskPlan;
use crate::world::World;
use anyhow::{Result, bail};
use decode::Bars;
use rayon::prelude::*;
use segments::Room;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use sweep::{Found, FoundWay, Paces, Place, Sweep};
use wgpu::util::{BufferInitDescriptor, DeviceExt as _};

/// Memory for the tape and its checkpoints unless it is set (bytes).
pub const TAPE_MEMORY: u64 = 1 << 30;

/// Of one candidate, one an objective.
type Gradients = Vec<Gradient<f32>>;

/// Differentiates in float32 on a GPU.
pub struct GpuGradient {
    gpu: Gpu,
    options: Options,
    world: World<f32>,
    world_buffer: wgpu::Buffer,
    task: TaskPlan,
    brain: BrainKind,
    pipelines: [Pipeline; CONTACT_ROOMS.len()],
    /// Parts that a batch is differentiated in at least.
    parts: AtomicUsize,
    paces: Mutex<Paces>,
    pool: Pool,
}

impl GpuGradient {
    /// For a plan; compiles its shaders.
    ///
    /// # Errors
    ///
    /// When the plan asks for what is [`unsupported`], or the device fails.
    pub fn new(plan: &Plan, gpu: Gpu, options: Options) -> Result<Self> {
        if let Some(what) = unsupported(plan) {
            bail!(what);
        }
        check_limits(&gpu)?;
        // Nothing is recorded on the way to gradients.
        let task = TaskPlan { frame: None, ..plan.task.clone() };
        let (world, brain) = (plan.world.cast(), plan.brain.clone());
        if task.descriptors.len() > OBJECTIVE_DESCRIPTORS {
            bail!("{} descriptors; gradients know of {OBJECTIVE_DESCRIPTORS}", task.descriptors.len());
        }
        let constants = world::encode(&world, &task, &brain);
        let world_buffer = gpu.guarded("the world", |device| {
            device.create_buffer_init(&BufferInitDescriptor {
                label: Some("world"),
                contents: bytemuck::bytes_of(&constants),
                usage: wgpu::BufferUsages::UNIFORM,
            })
        })?;
        let compile = |contacts| {
            let choices = Choices { task: &task, terrain: &world.terrain, brain: &brain, contacts, taped: true };
            Pipeline::new(&gpu, choices, options.checked)
        };
        let [small, large] = CONTACT_ROOMS;
        let (small, large) = rayon::join(|| compile(small), || compile(large));
        let pace = Pace::new(options.dispatch_time.unwrap_or(pace::DISPATCH_TIME));
        Ok(Self {
            pipelines: [small?, large?],
            gpu,
            options,
            world,
            world_buffer,
            task,
            brain,
            parts: AtomicUsize::new(options.parts.unwrap_or(1)),
            paces: Mutex::new(Paces { forth: pace, back: pace }),
            pool: Pool::new(options.memory.unwrap_or(u64::MAX)),
        })
    }

    /// The device.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// Floats of a brain's scratch: activations of every layer, two rows of their bars, and what goes on in a world model, with its bars.
    fn scratch(&self) -> usize {
        match &self.brain {
            BrainKind::Mlp(hidden) => {
                let widest = self.brain.widest_layer(self.task.latent_size());
                (hidden.len() + 3) * widest + thought_floats(&self.task, true)
            }
            BrainKind::Cpg | BrainKind::Sequence => 0,
        }
    }

    fn attempt(
        &self,
        candidates: &[Candidate<f32>],
        objectives: &[layout::Objective],
        parts: usize,
    ) -> Result<Vec<Vec<Gradient<f32>>>, GpuError> {
        let prepared: Vec<Prepared<'_>> = candidates.par_iter().map(|c| Prepared::new(c, &self.world)).collect();
        let mut gradients: Vec<Vec<Gradient<f32>>> = vec![Vec::new(); candidates.len()];
        let mut encoded = Encoded::default();
        for (place, blocks) in self.parts(&prepared, parts)? {
            let scratch = |weights| self.scratch() + weights;
            encoded.fill(&blocks, &prepared, place.pipeline.contacts, self.task.observer_numbers(), scratch);
            let activations = encoded.candidates.iter().map(|&i| scratch(prepared[i].weight_count())).sum();
            let sweep = Sweep::upload(place, &encoded, activations, objectives)?;
            let found = sweep.run(&mut self.paces.lock().unwrap_or_else(PoisonError::into_inner))?;
            for (candidate, gradient) in self.decode(candidates, &encoded, &found, place.pipeline.contacts)? {
                gradients[candidate] = gradient;
            }
        }
        debug_assert!(gradients.iter().all(|of| of.len() == objectives.len()), "every candidate is in a part");
        Ok(gradients)
    }

    /// The batch packed, room by room, and split so that each part's tape fits.
    fn parts(&self, prepared: &[Prepared<'_>], parts: usize) -> Result<Vec<(Place<'_>, Vec<Block>)>, GpuError> {
        let limits = &self.gpu.facts.limits;
        // A world model's numbers stand beside the brains.
        let shared = size_of_val(self.task.observer_numbers()) as u64;
        let allowed = limits.storage_binding.min(limits.buffer).saturating_sub(shared);
        let descriptors = self.task.descriptors.len();
        let mut found = Vec::new();
        for (room, blocks) in pack_rooms(prepared)? {
            let pipeline = &self.pipelines[room];
            let room = Room {
                memory: self.options.tape.unwrap_or(TAPE_MEMORY),
                binding: allowed,
                steps: self.task.steps,
                contacts: pipeline.contacts,
            };
            let most = room.blocks().ok_or_else(|| GpuError::Limit {
                what: "states of one block for the way back (bytes)".into(),
                needed: room.record(1) * u64::from(self.task.steps.isqrt() + 1) * 2,
                allowed: room.memory.min(allowed),
            })?;
            let place = Place {
                gpu: &self.gpu,
                pipeline,
                pool: &self.pool,
                world: &self.world_buffer,
                descriptors,
                words: result_words(&self.task, true),
                most_steps: most_steps(&self.gpu, &self.task),
                widest: self.options.widest.unwrap_or(limits.workgroups),
                room,
            };
            let own = (LANES * gradient_fields(pipeline.contacts, descriptors) * size_of::<Vec4>()) as u64;
            let brains = |block: &Block| {
                let of = |&(i, _): &(usize, usize)| prepared[i].weight_count() + self.scratch();
                (size_of::<f32>() * block.creatures.iter().map(of).sum::<usize>()) as u64
            };
            let results = |block: &Block| (size_of::<u32>() * place.words * block.creatures.len()) as u64;
            // Parts of one size.
            let parts = blocks.len().div_ceil(most).max(parts).max(1);
            let most = blocks.len().div_ceil(parts);
            let split = split(blocks, most, allowed, |block| [own, brains(block), results(block)])?;
            found.extend(split.into_iter().map(|blocks| (place, blocks)));
        }
        Ok(found)
    }

    /// The gradients of a part, those of each candidate with it.
    fn decode(
        &self,
        candidates: &[Candidate<f32>],
        encoded: &Encoded,
        found: &Found,
        contacts: usize,
    ) -> Result<Vec<(usize, Gradients)>, GpuError> {
        let descriptors = self.task.descriptors.len();
        let (words, fields) = (result_words(&self.task, true), gradient_fields(contacts, descriptors));
        let bases: Vec<(usize, usize)> = encoded.bases(fields).collect();
        let one = |&(body, row): &(usize, usize)| {
            let outcome = outcome(&found.results[body * words..][..words], descriptors, None)?;
            let returns = Returns {
                reward: outcome.reward,
                descriptors: outcome.descriptors,
                ending: outcome.ending,
                steps: outcome.steps,
            };
            let candidate = encoded.candidates[body];
            let gradient = |way: &FoundWay| {
                let bars = Bars {
                    candidate: &candidates[candidate],
                    world: &self.world,
                    field: |link: usize, field: usize| way.gradients[row + link + field * LANES],
                    brain: &way.activations[encoded.bodies[body].activations as usize + self.scratch()..],
                    contacts,
                };
                bars.gradient(returns.clone())
            };
            Ok((candidate, found.ways.iter().map(gradient).collect()))
        };
        bases.par_iter().map(one).collect()
    }
}

impl GpuGradient {
    /// An objective as the device reads it.
    fn weights(&self, objective: &Objective) -> Result<layout::Objective> {
        let count = self.task.descriptors.len();
        if objective.descriptors.len() != count {
            bail!("the objective weighs {} descriptors, the task has {count}", objective.descriptors.len());
        }
        let mut weights = layout::Objective { reward: objective.reward as f32, ..bytemuck::Zeroable::zeroed() };
        for (to, &weight) in weights.descriptors.as_flattened_mut().iter_mut().zip(&objective.descriptors) {
            *to = weight as f32;
        }
        Ok(weights)
    }
}

impl Differentiate for GpuGradient {
    fn name(&self) -> String {
        description::write(&self.gpu.facts, self.options.checked)
    }

    fn differentiate_each(
        &self,
        candidates: &[Candidate<f32>],
        objectives: &[Objective],
    ) -> Result<Vec<Vec<Gradient<f32>>>> {
        if objectives.is_empty() {
            return Ok(vec![Vec::new(); candidates.len()]);
        }
        let weights: Vec<layout::Objective> = objectives.iter().map(|o| self.weights(o)).collect::<Result<_>>()?;
        let parts = self.parts.load(Ordering::Relaxed);
        match self.attempt(candidates, &weights, parts) {
            Err(GpuError::OutOfMemory { what }) => {
                eprintln!("the GPU is out of memory ({what}); trying once more in smaller parts");
                self.gpu.settle()?;
                self.pool.clear();
                let gradients = self.attempt(candidates, &weights, 4 * parts)?;
                self.parts.store(4 * parts, Ordering::Relaxed);
                Ok(gradients)
            }
            other => Ok(other?),
        }
    }

    fn time(&self) -> Duration {
        let paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        paces.forth.spent() + paces.back.spent()
    }
}
