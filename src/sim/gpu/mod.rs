//! The GPU backend: the whole evaluation of a batch in WGSL, different bodies side by side, no host hop inside an episode.
//!
//! One mapping serves all sizes: a lane a link, creatures packed densely into blocks of 32 lanes, the tree given as data. The
//! stages stand in `shaders/`, file by file the twins of `sim::cpu`.

pub mod compose;
mod decode;
pub mod description;
pub mod device;
mod encode;
pub mod layout;
pub mod pace;
pub mod pack;
mod pipeline;
mod pool;
mod resume;
mod shard;

use crate::creature::Candidate;
use crate::experiment::BiasForm;
use crate::laws::terrain::Terrain;
use crate::sim::cpu::state::State;
use crate::sim::plan::{BrainKind, Plan};
use crate::sim::task::TaskPlan;
use crate::sim::world::World;
use crate::sim::{Backend, Outcome};
use anyhow::{Result, bail};
use compose::Choices;
use device::{Gpu, GpuError};
use encode::{Encoded, Prepared};
use pace::Pace;
use pack::{Block, pack};
use pipeline::Pipeline;
use pool::Pool;
use rayon::prelude::*;
pub use resume::Standing;
use shard::{Place, Shard};
use std::ops::Range;
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
    /// Parts that a batch is simulated in at least, one after the other, where memory is scarce; 1 unless set.
    pub parts: Option<usize>,
    /// Most workgroups of a dispatch in a row, for tests of what goes beyond; the device's limit unless set.
    pub widest: Option<u32>,
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
    pool: Pool,
    encoded: Mutex<Encoded>,
}

/// What the GPU does not do that a plan asks for: the field of the experiment and what it says.
pub fn unsupported(plan: &Plan) -> Option<String> {
    let form = plan.world.form;
    (form != BiasForm::Momentum)
        .then(|| format!("physics.form: {form:?} is simulated on the CPU only, the GPU has Momentum"))
}

impl GpuBackend {
    /// For a plan; compiles its shader.
    ///
    /// # Errors
    ///
    /// When the plan asks for what is [`unsupported`], or the device fails.
    pub fn new(plan: &Plan, gpu: Gpu, options: Options) -> Result<Self> {
        if let Some(what) = unsupported(plan) {
            bail!(what);
        }
        let (world, task, brain) = (plan.world.cast(), plan.task.clone(), plan.brain.clone());
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
            pool: Pool::default(),
            encoded: Mutex::default(),
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

    /// Simulates `steps` of all candidates, shard after shard, as many as the device's limits ask for, at least `parts`. `begin` may
    /// put an episode under way onto each shard, `finished` sees each with the candidates of its bodies.
    fn simulate(
        &self,
        candidates: &[Candidate<f32>],
        steps: Range<u32>,
        parts: usize,
        begin: impl Fn(&Shard<'_>, &Encoded) -> Result<(), GpuError>,
        mut finished: impl FnMut(&Shard<'_>, &Encoded) -> Result<(), GpuError>,
    ) -> Result<(), GpuError> {
        let mut encoded = self.encoded.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        let prepared: Vec<Prepared<'_>> = candidates.par_iter().map(|c| Prepared::new(c, &self.world)).collect();
        for (room, &contacts) in CONTACT_ROOMS.iter().enumerate() {
            let fewest = room.checked_sub(1).map_or(0, |smaller| CONTACT_ROOMS[smaller] + 1);
            let members: Vec<usize> =
                (0..prepared.len()).filter(|&i| (fewest..=contacts).contains(&prepared[i].contacts)).collect();
            if members.is_empty() {
                continue;
            }
            let place = Place {
                gpu: &self.gpu,
                pipeline: self.pipeline(room)?,
                pool: &self.pool,
                world: &self.world_buffer,
                descriptors: self.task.descriptors.len(),
                scratch: 2 * self.brain.widest_layer(),
                widest: self.options.widest.unwrap_or(self.gpu.facts.limits.workgroups),
            };
            let trees: Vec<_> = members.iter().map(|&i| prepared[i].tree).collect();
            let mut blocks = pack(&trees);
            for (creature, _) in blocks.iter_mut().flat_map(|block| &mut block.creatures) {
                *creature = members[*creature];
            }
            for part in self.split(&blocks, &prepared, contacts, blocks.len().div_ceil(parts))? {
                encoded.fill(part, &prepared, contacts, place.scratch);
                let shard = Shard::upload(place, &encoded)?;
                begin(&shard, &encoded)?;
                shard.run(steps.clone(), &mut pace)?;
                finished(&shard, &encoded)?;
            }
        }
        Ok(())
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
            let of = |&(i, _): &(usize, usize)| prepared[i].weight_count().max(2 * self.brain.widest_layer());
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

    /// The states after the first `steps` steps, for tests; an episode's end does not stop them.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub fn states_after(&self, candidates: &[Candidate<f32>], steps: u32) -> Result<Vec<State<f32>>> {
        self.states(candidates, 0..steps, |_, _| Ok(()))
    }

    /// The states after `steps`, for tests, from where episodes stand before the first of them, which must be one with a decision
    /// and not the episode's first; one entry a candidate.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub fn states_after_from(
        &self,
        candidates: &[Candidate<f32>],
        standing: &[Standing],
        steps: Range<u32>,
    ) -> Result<Vec<State<f32>>> {
        self.states(candidates, steps, |shard, encoded| {
            let (states, episodes) =
                resume::arrays(encoded, shard.contacts(), |i| (&candidates[i].creature, &standing[i]));
            shard.put_states(&states, &episodes)
        })
    }

    fn states(
        &self,
        candidates: &[Candidate<f32>],
        steps: Range<u32>,
        begin: impl Fn(&Shard<'_>, &Encoded) -> Result<(), GpuError>,
    ) -> Result<Vec<State<f32>>> {
        let mut states: Vec<Option<State<f32>>> = vec![None; candidates.len()];
        self.simulate(candidates, steps, 1, begin, |shard, encoded| {
            let creature = |i: usize| &candidates[i].creature;
            let found = decode::states(encoded, &shard.states()?, &shard.episodes()?, shard.contacts(), creature);
            for (&candidate, state) in encoded.candidates.iter().zip(found) {
                states[candidate] = Some(state);
            }
            Ok(())
        })?;
        Ok(states.into_iter().map(|state| state.expect("every candidate is in a shard")).collect())
    }

    fn attempt(&self, candidates: &[Candidate<f32>], parts: usize) -> Result<Vec<Outcome>, GpuError> {
        let mut outcomes: Vec<Option<Outcome>> = vec![None; candidates.len()];
        let words = layout::result_words(self.task.descriptors.len());
        self.simulate(
            candidates,
            0..self.task.steps,
            parts,
            |_, _| Ok(()),
            |shard, encoded| {
                let results = shard.results()?;
                for (&candidate, words) in encoded.candidates.iter().zip(results.chunks_exact(words)) {
                    outcomes[candidate] = Some(decode::outcome(words));
                }
                Ok(())
            },
        )?;
        Ok(outcomes.into_iter().map(|outcome| outcome.expect("every candidate is in a shard")).collect())
    }
}

impl Backend for GpuBackend {
    fn describe(&self) -> String {
        description::write(&self.gpu.facts, self.options.checked)
    }

    fn evaluate(&self, candidates: &[Candidate<f32>]) -> Result<Vec<Outcome>> {
        match self.attempt(candidates, self.options.parts.unwrap_or(1)) {
            Err(GpuError::OutOfMemory { what }) => {
                eprintln!("the GPU is out of memory ({what}); trying once more in smaller parts");
                self.pool.clear();
                Ok(self.attempt(candidates, 4)?)
            }
            other => Ok(other?),
        }
    }

    fn simulation_time(&self) -> Duration {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner).spent()
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
