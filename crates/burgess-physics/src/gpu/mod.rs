//! The GPU backend: the whole evaluation of a batch in WGSL, different bodies side by side, no host hop inside an episode.
//!
//! One mapping serves all sizes: a lane a link, creatures packed densely into blocks of 32 lanes, the tree given as data. The
//! stages stand in `shaders/`, file by file the twins of `sim::cpu`.

mod batch;
pub mod compose;
mod decode;
pub mod description;
pub mod device;
mod encode;
pub mod gradient;
pub mod layout;
pub mod pace;
pub mod pack;
mod pipeline;
mod pool;
mod resume;
mod shard;
mod world;

use crate::batch::{Backend, Outcome};
use crate::gradient::Differentiate;
use crate::model::Candidate;
use crate::plan::{BrainKind, Plan};
use crate::step::state::State;
use crate::task::TaskPlan;
use crate::world::{BiasForm, World};
use anyhow::{Result, bail};
use compose::Choices;
use device::{Gpu, GpuError};
use encode::Encoded;
use pace::Pace;
use pipeline::Pipeline;
use pool::Pool;
pub use resume::Standing;
use shard::Shard;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
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
    /// Parts that the creatures of each contact room are simulated in at least, where memory is scarce; 1 unless set.
    pub parts: Option<usize>,
    /// What the backend's buffers may take together (bytes); no limit of its own unless set.
    pub memory: Option<u64>,
    /// What states kept for the way back may take (bytes), [`gradient::TAPE_MEMORY`] unless set.
    pub tape: Option<u64>,
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
    pipelines: [Pipeline; CONTACT_ROOMS.len()],
    /// Parts that a batch is simulated in at least.
    parts: AtomicUsize,
    pace: Mutex<Pace>,
    pool: Pool,
    encoded: Mutex<[Encoded; 2]>,
}

/// What the GPU does not do that a plan asks for: the field of the experiment and what it says.
pub fn unsupported(plan: &Plan) -> Option<String> {
    let form = plan.world.form;
    (form != BiasForm::Momentum)
        .then(|| format!("physics.form: {form:?} is simulated on the CPU only, the GPU has Momentum"))
}

/// Most steps of a dispatch. Software adapters (llvmpipe) end all loops of an invocation after 65,535 rounds together, without a word; a
/// small world model takes some thousand a frame, so that with one a dispatch has no more than one frame there.
fn most_steps(gpu: &Gpu, task: &TaskPlan) -> u32 {
    match &task.observer {
        Some((_, period)) if gpu.facts.is_software() => *period,
        _ => u32::MAX,
    }
}

/// What the shaders need of any device; WebGPU's own minimum is enough.
fn check_limits(gpu: &Gpu) -> Result<(), GpuError> {
    let limits = &gpu.facts.limits;
    let needs = [
        ("storage buffers of a shader", 8, limits.storage_buffers),
        ("invocations of a workgroup", layout::LANES as u32, limits.invocations),
        ("workgroup memory (bytes)", 4096, limits.workgroup_memory),
    ];
    for (what, needed, allowed) in needs {
        if allowed < needed {
            return Err(GpuError::Limit { what: what.into(), needed: needed.into(), allowed: allowed.into() });
        }
    }
    Ok(())
}

impl GpuBackend {
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
        let (world, task, brain) = (plan.world.cast(), plan.task.clone(), plan.brain.clone());
        let constants = world::encode(&world, &task, &brain);
        let world_buffer = gpu.guarded("the world", |device| {
            device.create_buffer_init(&BufferInitDescriptor {
                label: Some("world"),
                contents: bytemuck::bytes_of(&constants),
                usage: wgpu::BufferUsages::UNIFORM,
            })
        })?;
        let compile = |contacts| {
            let choices = Choices { task: &task, terrain: &world.terrain, brain: &brain, contacts, taped: false };
            Pipeline::new(&gpu, choices, options.checked)
        };
        let [small, large] = CONTACT_ROOMS;
        let (small, large) = rayon::join(|| compile(small), || compile(large));
        Ok(Self {
            pipelines: [small?, large?],
            gpu,
            options,
            world,
            world_buffer,
            task,
            brain,
            parts: AtomicUsize::new(options.parts.unwrap_or(1)),
            pace: Mutex::new(Pace::new(options.dispatch_time.unwrap_or(pace::DISPATCH_TIME))),
            pool: Pool::new(options.memory.unwrap_or(u64::MAX)),
            encoded: Mutex::default(),
        })
    }

    /// The device.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// The states after the first `steps` steps, for tests. Where all episodes of a block have ended they may be of an earlier step.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    #[doc(hidden)]
    pub fn states_after(&self, candidates: &[Candidate<f32>], steps: u32) -> Result<Vec<State<f32>>> {
        self.states(candidates, 0..steps, |_, _| Ok(()))
    }

    /// The states after `steps`, for tests, from where episodes stand before the first of them, which must be one with a decision
    /// and not the episode's first; one entry a candidate.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    #[doc(hidden)]
    pub fn states_after_from(
        &self,
        candidates: &[Candidate<f32>],
        standing: &[Standing],
        steps: Range<u32>,
    ) -> Result<Vec<State<f32>>> {
        self.states(candidates, steps, |shard, encoded| {
            let (states, episodes) =
                resume::arrays(encoded, shard.contacts(), |i| (&candidates[i].model, &standing[i]));
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
        let finished = |shard: &Shard<'_>, encoded: &Encoded| {
            let model = |i: usize| &candidates[i].model;
            let found = decode::states(encoded, &shard.states()?, &shard.episodes()?, shard.contacts(), model);
            for (&candidate, state) in encoded.candidates.iter().zip(found) {
                states[candidate] = Some(state);
            }
            Ok(())
        };
        self.simulate(candidates, steps, 1, begin, finished, &mut || ())?;
        Ok(states.into_iter().map(|state| state.expect("every candidate is in a shard")).collect())
    }

    fn attempt(
        &self,
        candidates: &[Candidate<f32>],
        parts: usize,
        meanwhile: &mut (dyn FnMut() + Send),
    ) -> Result<Vec<Outcome>, GpuError> {
        let mut outcomes: Vec<Option<Outcome>> = vec![None; candidates.len()];
        let descriptors = self.task.descriptors.len();
        let words = layout::result_words(&self.task, false);
        let finished = |shard: &Shard<'_>, encoded: &Encoded| {
            let results = shard.results()?;
            for (&candidate, words) in encoded.candidates.iter().zip(results.chunks_exact(words)) {
                outcomes[candidate] = Some(decode::outcome(words, descriptors, self.task.frame)?);
            }
            Ok(())
        };
        self.simulate(candidates, 0..self.task.steps, parts, |_, _| Ok(()), finished, meanwhile)?;
        Ok(outcomes.into_iter().map(|outcome| outcome.expect("every candidate is in a shard")).collect())
    }
}

impl Backend for GpuBackend {
    fn describe(&self) -> String {
        description::write(&self.gpu.facts, self.options.checked)
    }

    fn evaluate(&self, candidates: &[Candidate<f32>]) -> Result<Vec<Outcome>> {
        self.evaluate_while(candidates, &mut || ())
    }

    fn evaluate_while(
        &self,
        candidates: &[Candidate<f32>],
        meanwhile: &mut (dyn FnMut() + Send),
    ) -> Result<Vec<Outcome>> {
        let parts = self.parts.load(Ordering::Relaxed);
        match self.attempt(candidates, parts, meanwhile) {
            Err(GpuError::OutOfMemory { what }) => {
                eprintln!("the GPU is out of memory ({what}); trying once more in smaller parts");
                // What was written for the first attempt is held until something is submitted and done.
                self.gpu.settle()?;
                self.pool.clear();
                // `meanwhile` may have been called already.
                let outcomes = self.attempt(candidates, 4 * parts, &mut || ())?;
                self.parts.store(4 * parts, Ordering::Relaxed);
                Ok(outcomes)
            }
            other => Ok(other?),
        }
    }

    fn differentiator(&self, plan: &Plan) -> Result<Box<dyn Differentiate>> {
        Ok(Box::new(gradient::GpuGradient::new(plan, self.gpu.clone(), self.options)?))
    }

    fn simulation_time(&self) -> Duration {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner).spent()
    }
}
