//! The GPU backend: the whole evaluation of a batch in WGSL, different bodies side by side, no host hop inside an episode.
//!
//! One mapping serves all sizes: a lane a link, creatures packed densely into blocks of 32 lanes, the tree given as data. The
//! stages stand in `shaders/`, file by file the twins of `sim::cpu`.

pub mod compose;
pub mod description;
pub mod device;
mod encode;
pub mod layout;
pub mod pace;
pub mod pack;
mod pipeline;
mod shard;

use crate::creature::{Candidate, MAX_LINKS};
use crate::experiment::{BiasForm, Experiment, Policy};
use crate::laws::terrain::Terrain;
use crate::sim::task::TaskPlan;
use crate::sim::world::World;
use crate::sim::{Backend, Ending, OBSERVATIONS, Outcome};
use anyhow::{Result, bail};
use compose::Choices;
use device::{Gpu, GpuError};
use encode::{Prepared, encode};
use pace::Pace;
use pack::{Block, pack};
use pipeline::Pipeline;
use rayon::prelude::*;
use shard::{Shard, Sizes};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;
use wgpu::util::{BufferInitDescriptor, DeviceExt as _};

/// Room for contact points on a link: spheres and capsules need two at most, boxes eight. Each has a shader of its own, and a
/// creature's own shapes alone decide which one simulates it.
const CONTACT_ROOMS: [usize; 2] = [2, 8];

/// How the backend works; nothing here changes a result, but for `checked`, which may change its last bits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Keep every index within its array and bound every loop.
    pub checked: bool,
    /// What a dispatch may take; [`pace::DISPATCH_TIME`] unless set.
    pub dispatch_time: Option<Duration>,
}

/// The kind of brain that all candidates of a run have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrainKind {
    /// [`crate::creature::Controller::Cpg`].
    Cpg,
    /// [`crate::creature::Controller::Mlp`], with the units of its hidden layers.
    Mlp(Vec<usize>),
    /// [`crate::creature::Controller::Sequence`].
    Sequence,
}

impl BrainKind {
    fn of(policy: &Policy) -> Self {
        match policy {
            Policy::Cpg { .. } => Self::Cpg,
            Policy::Mlp { hidden, .. } => Self::Mlp(hidden.clone()),
        }
    }

    /// Units of the hidden layers.
    fn hidden(&self) -> &[usize] {
        match self {
            Self::Mlp(hidden) => hidden,
            Self::Cpg | Self::Sequence => &[],
        }
    }

    /// Floats of one of the two halves of the scratch.
    fn activations(&self) -> usize {
        match self {
            Self::Mlp(hidden) => hidden.iter().copied().fold(OBSERVATIONS + 3 * (MAX_LINKS - 1), std::cmp::Ord::max),
            Self::Cpg | Self::Sequence => 0,
        }
    }
}

/// Simulates in float32 on a GPU.
pub struct GpuBackend {
    gpu: Gpu,
    options: Options,
    world: World<f32>,
    world_buffer: wgpu::Buffer,
    task: TaskPlan,
    brain: BrainKind,
    pipelines: [OnceLock<Pipeline>; CONTACT_ROOMS.len()],
    pace: Mutex<Pace>,
}

/// What the GPU does not do that an experiment asks for: the field and what it says.
pub fn unsupported(experiment: &Experiment) -> Option<String> {
    (experiment.physics.form != BiasForm::Momentum).then(|| {
        format!("physics.form: {:?} is simulated on the CPU only, the GPU has Momentum", experiment.physics.form)
    })
}

impl GpuBackend {
    /// For a validated experiment; compiles its shader.
    ///
    /// # Errors
    ///
    /// When the experiment asks for what is [`unsupported`], or the device fails.
    pub fn new(experiment: &Experiment, gpu: Gpu, options: Options) -> Result<Self> {
        if let Some(what) = unsupported(experiment) {
            bail!(what);
        }
        let world = World::new(&experiment.physics, &experiment.terrain, experiment.seed);
        Self::with(&world, TaskPlan::new(experiment), BrainKind::of(&experiment.policy), gpu, options)
    }

    /// For any world, task and kind of brain.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub fn with(world: &World<f64>, task: TaskPlan, brain: BrainKind, gpu: Gpu, options: Options) -> Result<Self> {
        let world: World<f32> = world.cast();
        let constants = encode_world(&world, &task, &brain);
        let world_buffer = gpu.guarded("the world", |device| {
            device.create_buffer_init(&BufferInitDescriptor {
                label: Some("world"),
                contents: bytemuck::bytes_of(&constants),
                usage: wgpu::BufferUsages::UNIFORM,
            })
        })?;
        let backend = Self {
            gpu,
            options,
            world,
            world_buffer,
            task,
            brain,
            pipelines: Default::default(),
            pace: Mutex::new(Pace::new(options.dispatch_time.unwrap_or(pace::DISPATCH_TIME))),
        };
        backend.pipeline(0)?;
        Ok(backend)
    }

    /// The shader of a contact room, compiled when it is first needed.
    fn pipeline(&self, room: usize) -> Result<&Pipeline, GpuError> {
        if self.pipelines[room].get().is_none() {
            let choices = Choices {
                task: &self.task,
                terrain: &self.world.terrain,
                brain: &self.brain,
                contacts: CONTACT_ROOMS[room],
            };
            let compiled = Pipeline::new(&self.gpu, choices, self.options.checked)?;
            // Another thread may have been faster; its shader is the same.
            let _ = self.pipelines[room].set(compiled);
        }
        Ok(self.pipelines[room].get().expect("it was set above"))
    }

    /// Uploads candidates, as many shards as the device's limits ask for, of at most `most_blocks` blocks each.
    fn upload(&self, candidates: &[Candidate<f32>], most_blocks: usize) -> Result<Vec<Shard<'_>>, GpuError> {
        let prepared: Vec<Prepared<'_>> = candidates.par_iter().map(|c| Prepared::new(c, &self.world)).collect();
        let mut shards = Vec::new();
        for (room, &contacts) in CONTACT_ROOMS.iter().enumerate() {
            let fewer = room.checked_sub(1).map_or(0, |smaller| CONTACT_ROOMS[smaller] + 1);
            let members: Vec<usize> =
                (0..prepared.len()).filter(|&i| (fewer..=contacts).contains(&prepared[i].contacts)).collect();
            if members.is_empty() {
                continue;
            }
            let pipeline = self.pipeline(room)?;
            let trees: Vec<_> = members.iter().map(|&i| prepared[i].tree).collect();
            let mut blocks = pack(&trees);
            for (creature, _) in blocks.iter_mut().flat_map(|block| &mut block.creatures) {
                *creature = members[*creature];
            }
            for part in self.split(&blocks, &prepared, contacts, most_blocks)? {
                let sizes = Sizes { descriptors: self.task.descriptors.len(), scratch: 2 * self.brain.activations() };
                let encoded = encode(part, &prepared, contacts, sizes.scratch);
                shards.push(Shard::upload(&self.gpu, pipeline, &self.world_buffer, encoded, sizes)?);
            }
        }
        Ok(shards)
    }

    /// Splits blocks so that no array is larger than the device can bind.
    fn split<'b>(
        &self,
        blocks: &'b [Block],
        prepared: &[Prepared<'_>],
        contacts: usize,
        most_blocks: usize,
    ) -> Result<Vec<&'b [Block]>, GpuError> {
        let limits = &self.gpu.facts.limits;
        let allowed = limits.storage_binding.min(limits.buffer);
        // The arrays that grow fastest: a block's models, and its creatures' brains and their scratch.
        let model = (layout::LANES * layout::model_fields(contacts) * size_of::<layout::Vec4>()) as u64;
        let brains = |block: &Block| {
            let of = |&(i, _): &(usize, usize)| prepared[i].weight_count().max(2 * self.brain.activations());
            4 * block.creatures.iter().map(of).sum::<usize>() as u64
        };
        let (mut parts, mut first, mut sizes) = (Vec::new(), 0, (0, 0));
        for (i, block) in blocks.iter().enumerate() {
            let own = (model, brains(block));
            let needed = own.0.max(own.1);
            if needed > allowed {
                return Err(GpuError::Limit { what: "one block of creatures (bytes)".into(), needed, allowed });
            }
            if i - first == most_blocks || sizes.0 + own.0 > allowed || sizes.1 + own.1 > allowed {
                parts.push(&blocks[first..i]);
                (first, sizes) = (i, (0, 0));
            }
            sizes = (sizes.0 + own.0, sizes.1 + own.1);
        }
        parts.push(&blocks[first..]);
        Ok(parts)
    }

    fn run(&self, shards: &[Shard<'_>], steps: u32) -> Result<(), GpuError> {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        shards.iter().try_for_each(|shard| shard.run(steps, &mut pace))
    }

    fn attempt(&self, candidates: &[Candidate<f32>], most_blocks: usize) -> Result<Vec<Outcome>, GpuError> {
        let shards = self.upload(candidates, most_blocks)?;
        self.run(&shards, self.task.steps)?;
        let mut outcomes: Vec<Option<Outcome>> = vec![None; candidates.len()];
        let words = layout::result_words(self.task.descriptors.len());
        for shard in &shards {
            let results = shard.results()?;
            for (&candidate, words) in shard.candidates.iter().zip(results.chunks_exact(words)) {
                outcomes[candidate] = Some(outcome(words));
            }
        }
        Ok(outcomes.into_iter().map(|outcome| outcome.expect("every candidate is in a shard")).collect())
    }
}

impl Backend for GpuBackend {
    fn describe(&self) -> String {
        description::write(&self.gpu.facts, self.options.checked)
    }

    fn evaluate(&self, candidates: &[Candidate<f32>]) -> Result<Vec<Outcome>> {
        match self.attempt(candidates, usize::MAX) {
            Err(GpuError::OutOfMemory { what }) => {
                eprintln!("the GPU is out of memory ({what}); trying once more in halves");
                // A block holds a creature at least.
                Ok(self.attempt(candidates, candidates.len().div_ceil(8).max(1))?)
            }
            other => Ok(other?),
        }
    }

    fn simulation_time(&self) -> Duration {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner).spent()
    }
}

/// What a creature's words say.
fn outcome(words: &[u32]) -> Outcome {
    let ending = match words[0] {
        layout::FINISHED => Ending::Finished,
        layout::TERMINATED => Ending::Terminated,
        _ => Ending::Diverged,
    };
    let value = |&word: &u32| if ending == Ending::Diverged { f32::NAN } else { f32::from_bits(word) };
    Outcome {
        reward: value(&words[2]),
        descriptors: words[layout::SAMPLES..].iter().map(value).collect(),
        ending,
        steps: words[1],
    }
}

fn encode_world(world: &World<f32>, task: &TaskPlan, brain: &BrainKind) -> layout::World {
    let mut hidden = [0; 4];
    hidden.iter_mut().zip(brain.hidden()).for_each(|(to, &units)| *to = units as u32);
    let (terrain, wall_count) = encode_terrain(&world.terrain);
    layout::World {
        gravity: world.gravity.to_array(),
        dt: world.dt,
        friction: world.friction,
        slip_speed: world.slip_speed,
        contact_damping: world.contact_damping,
        onset_speed: world.onset_speed,
        limit_damping: world.limit_damping,
        limit_width: world.limit_width,
        slew_rate: world.slew_rate,
        wall_count,
        steps: task.steps,
        control_period: task.control_period,
        hidden_layers: brain.hidden().len() as u32,
        unused: 0,
        hidden,
        terrain,
    }
}

/// The coefficients, and the number of walls.
fn encode_terrain(terrain: &Terrain<f32>) -> ([layout::Vec4; layout::TERRAIN_VECTORS], u32) {
    let mut vectors = [[0.0; 4]; layout::TERRAIN_VECTORS];
    match terrain {
        Terrain::Plane { normal } => vectors[0] = [normal.x, normal.y, normal.z, 0.0],
        Terrain::Stairs { start, rise, run, count } => vectors[0] = [*start, *rise, *run, *count],
        Terrain::Bumps(waves) => {
            for (vector, wave) in vectors.iter_mut().zip(waves) {
                *vector = [wave.amplitude, wave.k[0], wave.k[1], wave.phase];
            }
        }
        Terrain::Walls(walls) => {
            for (pair, [x, y, half_x, half_y, height]) in vectors.chunks_exact_mut(2).zip(walls) {
                pair[0] = [*x, *y, *half_x, *half_y];
                pair[1][0] = *height;
            }
        }
    }
    (
        vectors,
        match terrain {
            Terrain::Walls(walls) => walls.len() as u32,
            _ => 0,
        },
    )
}
