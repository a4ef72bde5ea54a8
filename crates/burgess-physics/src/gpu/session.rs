//! What all work on one device for one plan shares: the device, the world's buffer, the pool of buffers, the compiled shaders, and what
//! was learned of how long dispatches take and how much memory holds.

use super::compose::{Choices, Mode};
use super::device::{Gpu, GpuError};
use super::encode::Encoded;
use super::layout::{LANES, LinkRoom, OBJECTIVE_DESCRIPTORS};
use super::options::{Options, contact_rooms, unsupported};
use super::pace::{self, Pace};
use super::pipeline::Pipeline;
use super::pool::Pool;
use super::world;
use crate::environment::Fold;
use crate::error::Error;
use crate::gradient::Objective;
use crate::model::{JOINT_OBSERVATIONS, OBSERVATIONS};
use crate::plan::{BrainKind, Plan};
use crate::task::TaskPlan;
use crate::world::World;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use wgpu::util::{BufferInitDescriptor, DeviceExt as _};

/// The compiled shaders of one variant, one a contact room.
type Pipelines = [Arc<Pipeline>; 2];

/// Which of the compiled shaders is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Variant {
    /// Whether the forward pass keeps its states on a tape, and there is a backward pass.
    pub(super) taped: bool,
    /// What is simulated, and what drives it.
    pub(super) mode: Mode,
}

impl Variant {
    /// Shaders that there may be.
    const COUNT: usize = 6;

    fn index(self) -> usize {
        let mode = match self.mode {
            Mode::Episodes => 0,
            Mode::Windows => 1,
            Mode::Actions => 2,
        };
        2 * mode + usize::from(self.taped)
    }

    /// Whether records of states hold all of the base's.
    pub(super) fn has_whole_records(self) -> bool {
        self.taped || self.mode != Mode::Episodes
    }
}

/// Most steps of a dispatch on a software adapter where whole shapes touch the ground, see [`Session::most_steps`].
const SOFTWARE_STEPS: u32 = 32;
/// Rounds of loops that a dispatch on a software adapter may come to, forward; the way back takes up to three times as many.
const SOFTWARE_ROUNDS: u32 = 65_535 / 4;
/// Rounds of loops of a step without a network, at most.
const STEP_ROUNDS: u32 = 128;

/// Rounds of loops that a lane takes for a decision of a body of two links, whose layers are shared out among the fewest lanes.
fn loop_rounds(brain: &BrainKind) -> u32 {
    let layers = std::iter::once(OBSERVATIONS + JOINT_OBSERVATIONS).chain(brain.hidden().iter().copied());
    let rounds: usize = layers.zip(brain.hidden()).map(|(inputs, units)| inputs * units.div_ceil(2)).sum();
    u32::try_from(rounds).unwrap_or(u32::MAX)
}

/// How many steps dispatches have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paces {
    /// Of the forward pass.
    pub(super) forward: Pace,
    /// Of the backward pass.
    pub(super) backward: Pace,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) gpu: Gpu,
    pub(super) options: Options,
    /// That of the first environment.
    pub(super) world: World<f32>,
    /// One an environment.
    pub(super) worlds: Vec<World<f32>>,
    pub(super) fold: Fold,
    pub(super) world_buffer: wgpu::Buffer,
    brain: BrainKind,
    pub(super) pool: Arc<Pool>,
    /// Arrays that the host fills, of the parts of a round and of the one before; their memory is used again.
    pub(super) encoded: Mutex<[Vec<Encoded>; 2]>,
    /// Rounds that a batch is simulated in at least.
    pub(super) rounds: AtomicUsize,
    /// Rounds that a batch is differentiated in at least.
    pub(super) taped_rounds: AtomicUsize,
    task: TaskPlan,
    /// The same task, of which nothing is recorded.
    unrecorded: TaskPlan,
    pipelines: [Mutex<Option<Pipelines>>; Variant::COUNT],
    /// Of plain simulations.
    pace: Mutex<Pace>,
    /// Of gradients.
    taped_paces: Mutex<Paces>,
}

impl Session {
    /// For a plan; compiles nothing yet.
    ///
    /// # Errors
    ///
    /// When the plan asks for what is [`unsupported`], or the device fails.
    pub(super) fn new(plan: &Plan, gpu: Gpu, options: Options) -> Result<Self, Error> {
        if let Some(what) = unsupported(plan) {
            return Err(Error::Unsupported(what));
        }
        check_limits(&gpu)?;
        let worlds: Vec<World<f32>> = plan.world.each().map(|world| world.cast()).collect();
        let (world, task, brain) = (worlds[0].clone(), plan.task.clone(), plan.brain.clone());
        let constants = world::encode(&worlds, &task, &brain);
        let world_buffer = gpu.guarded("the world", |device| {
            device.create_buffer_init(&BufferInitDescriptor {
                label: Some("world"),
                contents: bytemuck::bytes_of(&constants),
                usage: wgpu::BufferUsages::UNIFORM,
            })
        })?;
        let pace = Pace::new(options.dispatch_time.unwrap_or(pace::DISPATCH_TIME));
        let rounds = options.rounds.unwrap_or(1);
        Ok(Self {
            gpu,
            options,
            world,
            worlds,
            fold: plan.world.fold,
            world_buffer,
            brain,
            pool: Arc::new(Pool::new(options.memory.unwrap_or(u64::MAX))),
            encoded: Mutex::default(),
            rounds: AtomicUsize::new(rounds),
            taped_rounds: AtomicUsize::new(rounds),
            unrecorded: TaskPlan { frame: None, ..task.clone() },
            task,
            pipelines: std::array::from_fn(|_| Mutex::default()),
            pace: Mutex::new(pace),
            taped_paces: Mutex::new(Paces { forward: pace, backward: pace }),
        })
    }

    /// The task as a variant of the shaders knows it: only plain simulations record.
    pub(super) fn task(&self, variant: Variant) -> &TaskPlan {
        if variant.taped { &self.unrecorded } else { &self.task }
    }

    /// The kind of brain as a variant of the shaders knows it.
    pub(super) fn brain(&self, variant: Variant) -> &BrainKind {
        match variant.mode {
            Mode::Episodes | Mode::Windows => &self.brain,
            Mode::Actions => &BrainKind::Sequence,
        }
    }

    /// The shaders of a variant, one a contact room; the first call compiles them.
    ///
    /// # Errors
    ///
    /// When the device refuses, or the task has more descriptors than gradients weigh.
    pub(super) fn pipelines(&self, variant: Variant) -> Result<Pipelines, Error> {
        let mut compiled = lock(&self.pipelines[variant.index()]);
        if let Some(pipelines) = &*compiled {
            return Ok(pipelines.clone());
        }
        let task = self.task(variant);
        let count = task.descriptors.len();
        if variant.taped && count > OBJECTIVE_DESCRIPTORS {
            let what = format!("{count} descriptors; gradients know of {OBJECTIVE_DESCRIPTORS}");
            return Err(Error::Unsupported(what));
        }
        let compile = |contacts| {
            let World { has_pairs: pairs, has_no_load_speeds: no_load_speeds, .. } = self.world;
            let link_room = LinkRoom { contacts, pairs, no_load_speeds };
            let Variant { taped, mode } = variant;
            let World { terrain, objects, rivals, whole_shapes, has_frictions, pushes, .. } = &self.world;
            let choices = Choices {
                task,
                terrain,
                brain: &self.brain,
                link_room,
                whole_shapes: *whole_shapes,
                objects: *objects,
                rivals: *rivals,
                frictions: *has_frictions,
                environments: self.worlds.len(),
                pushed: !pushes.is_empty(),
                asked: self.world.asks(),
                taped,
                mode,
            };
            Pipeline::new(&self.gpu, choices, self.options.checked)
        };
        let [small, large] = contact_rooms(&self.world);
        let (small, large) = rayon::join(|| compile(small), || compile(large));
        Ok(compiled.insert([Arc::new(small?), Arc::new(large?)]).clone())
    }

    /// Most steps of a dispatch. Software adapters (llvmpipe) end all loops of an invocation after 65,535 rounds together, without a
    /// word; a small world model takes some thousand a frame, so that with one a dispatch has no more than one frame there, and the looks of
    /// shapes at the ground take up to a thousand a step.
    pub(super) fn most_steps(&self) -> u32 {
        if !self.gpu.facts.is_software() {
            return u32::MAX;
        }
        let of_frames = self.task.observer.as_ref().map_or(u32::MAX, |&(_, period)| period);
        let of_network = SOFTWARE_ROUNDS / (STEP_ROUNDS + loop_rounds(&self.brain) / self.task.control_period.max(1));
        of_frames.min(if self.world.whole_shapes { SOFTWARE_STEPS } else { of_network.max(1) })
    }

    /// Steps of the next dispatch of some blocks, of which so many are left.
    pub(super) fn step_count(&self, pace: &Pace, blocks: usize, left: u32) -> u32 {
        pace.steps(blocks as u32).min(self.most_steps()).min(left)
    }

    /// Most workgroups of a dispatch in a row.
    pub(super) fn widest(&self) -> u32 {
        self.options.widest.unwrap_or(self.gpu.facts.limits.workgroups)
    }

    /// Bytes that one array may have: what the device binds, less what stands beside the brains (a world model's numbers).
    pub(super) fn largest_array(&self) -> u64 {
        let limits = &self.gpu.facts.limits;
        let shared = size_of_val(self.task.observer_numbers()) as u64;
        limits.storage_binding.min(limits.buffer).saturating_sub(shared)
    }

    /// The pace of plain simulations.
    pub(super) fn pace(&self) -> MutexGuard<'_, Pace> {
        lock(&self.pace)
    }

    /// The paces of gradients.
    pub(super) fn taped_paces(&self) -> MutexGuard<'_, Paces> {
        lock(&self.taped_paces)
    }

    /// Time that the device spent on plain simulations.
    pub(super) fn simulation_time(&self) -> Duration {
        self.pace().spent()
    }

    /// Time that the device spent on gradients.
    pub(super) fn gradient_time(&self) -> Duration {
        let paces = self.taped_paces();
        paces.forward.spent() + paces.backward.spent()
    }

    /// Works on a batch in as many rounds as `rounds` says; where memory ends, once more in four times as many, and then in sixteen times.
    ///
    /// # Errors
    ///
    /// Those of `attempt`.
    pub(super) fn in_rounds<R>(
        &self,
        rounds: &AtomicUsize,
        mut attempt: impl FnMut(usize) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let count = rounds.load(Ordering::Relaxed);
        let mut attempt_in = |count: usize| {
            let result = attempt(count)?;
            rounds.store(count, Ordering::Relaxed);
            Ok(result)
        };
        for count in [count, 4 * count] {
            match attempt_in(count) {
                Err(Error::Gpu(GpuError::OutOfMemory { what })) => {
                    log::warn!("the GPU is out of memory ({what}); trying once more in smaller rounds");
                    // What was written for the attempt is held until something is submitted and done.
                    self.gpu.settle()?;
                    self.pool.clear();
                }
                other => return other,
            }
        }
        attempt_in(16 * count)
    }

    /// Checks that an objective weighs the task's descriptors.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub(super) fn check_objective(&self, objective: &Objective) -> Result<(), Error> {
        Error::check_objective(objective.descriptors.len(), self.task.descriptors.len())
    }
}

/// What stands in a mutex, also after a panic elsewhere: everything in a session's is valid at any time.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the shaders need of any device; WebGPU's own minimum is enough.
fn check_limits(gpu: &Gpu) -> Result<(), GpuError> {
    let limits = &gpu.facts.limits;
    let needs = [
        ("storage buffers of a shader", 8, limits.storage_buffers),
        ("invocations of a workgroup", LANES as u32, limits.invocations),
        ("workgroup memory (bytes)", 16384, limits.workgroup_memory),
    ];
    for (what, needed, allowed) in needs {
        if allowed < needed {
            return Err(GpuError::Limit { what: what.into(), needed: needed.into(), allowed: allowed.into() });
        }
    }
    Ok(())
}
