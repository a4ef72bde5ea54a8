//! What simulates: `--backend`, `--adapter`, `--checked-shaders`, `--dispatch-time` and `--threads`, which several subcommands
//! share.

#[cfg(feature = "gpu")]
pub(super) mod gpu;
#[cfg(not(feature = "gpu"))]
#[path = "no_gpu.rs"]
pub(super) mod gpu;

use anyhow::Context;
use burgess_core::say;
use burgess_evolution::benchmark::BenchmarkFunction;
use burgess_evolution::evolve::provenance::{Part, same_bits};
use burgess_evolution::evolve::{Domain as _, Points};
use burgess_evolution::experiment::Experiment;
use burgess_physics::batch::{Backend, Capacity, CpuBackend};
use burgess_physics::gradient::Differentiate;
use burgess_physics::plan::Plan;
use burgess_physics::shared_world::{CpuWorld, Setup, Simulate};
use clap::error::ErrorKind;
use clap::{CommandFactory as _, ValueEnum};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// What simulates.
#[derive(clap::Args)]
pub(super) struct Args {
    /// What simulates: gpu, cpu, or the best there is (never a software adapter; what a run used before, if it goes on).
    #[arg(long, value_enum, default_value_t = Kind::Auto)]
    backend: Kind,
    /// Take this adapter: its index or a part of its name as `burgess adapters` lists them; implies --backend gpu.
    #[arg(long, value_name = "NAME|INDEX")]
    adapter: Option<String>,
    /// Keep the bounds checks in shaders, to find mistakes in them; slower.
    #[arg(long)]
    checked_shaders: bool,
    /// What one dispatch to the GPU may take; less keeps a desktop fluent [default: 100].
    #[arg(long, value_name = "MILLISECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    dispatch_time: Option<u32>,
    /// CPU threads, at most four for each core; no result depends on it, but for the size of `batch_size: Auto` [default: all cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

/// How a GPU works; no result depends on it, but for the last bits on whether shaders are checked.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "gpu"), expect(dead_code))]
pub(super) struct Switches {
    checked: bool,
    dispatch_time: Option<Duration>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Auto,
    Gpu,
    Cpu,
}

/// A backend, and how long it took to start.
pub(super) type Opened = (Box<dyn Backend>, Duration);

/// What was asked for.
enum Wanted<'a> {
    Auto,
    Cpu,
    Gpu(gpu::Which<'a>),
}

impl Args {
    /// Starts the backend for something new and says which it is. All parallel work of the process keeps to the number of threads.
    ///
    /// # Errors
    ///
    /// When there is no such backend, it cannot simulate the experiment, or threads cannot be started.
    pub(super) fn open(&self, experiment: &Experiment) -> anyhow::Result<Box<dyn Backend>> {
        self.open_plan(experiment.plan())
    }

    /// As [`open`](Self::open), for a plan that belongs to no experiment.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub(super) fn open_plan(&self, plan: Plan) -> anyhow::Result<Box<dyn Backend>> {
        let wanted = self.start()?;
        Ok(announced(self.take(wanted, &plan)?))
    }

    /// Starts the backend for each of several plans, and says which it is. With each comes how long that took.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub(super) fn open_each(&self, plans: &[Plan]) -> anyhow::Result<Vec<Opened>> {
        self.start()?;
        let mut first: Option<String> = None;
        let open = |plan: &Plan| {
            let began = Instant::now();
            // What was found for the first is taken for all, without looking and talking again.
            let backend = match &first {
                Some(description) => self.take_recorded(description, plan)?,
                None => self.take(self.wanted()?, plan)?,
            };
            first.get_or_insert_with(|| backend.describe());
            Ok((backend, began.elapsed()))
        };
        plans.iter().map(open).collect()
    }

    /// Starts the backend for a run that goes on: unless another was asked for, the one that its last part used, since only
    /// that promises equal bits.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and when the backend that was used is not here.
    pub(super) fn open_again(&self, experiment: &Experiment, parts: &[Part]) -> anyhow::Result<Box<dyn Backend>> {
        let plan = experiment.plan();
        let backend = match (self.start()?, parts.last()) {
            (Wanted::Auto, Some(last)) => self.take_recorded(&last.backend, &plan)?,
            (wanted, _) => self.take(wanted, &plan)?,
        };
        if parts.last().is_some_and(|last| !same_bits(&last.backend, &backend.describe())) {
            say!("{OTHER_BACKEND}");
        }
        Ok(announced(backend))
    }

    /// Starts the backend for a comparison with a run: unless another was asked for, the one that its last part used, or the
    /// best there is where that is not here.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub(super) fn open_like(&self, experiment: &Experiment, parts: &[Part]) -> anyhow::Result<Box<dyn Backend>> {
        self.open_plan_like(&experiment.plan(), parts)
    }

    /// As [`open_like`](Self::open_like), for a plan that differs from the experiment's.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub(super) fn open_plan_like(&self, plan: &Plan, parts: &[Part]) -> anyhow::Result<Box<dyn Backend>> {
        let backend = match (self.start()?, parts.last()) {
            (Wanted::Auto, Some(last)) => self.take_recorded(&last.backend, plan).or_else(|error| {
                say!("{error:#}");
                self.take(Wanted::Auto, plan)
            })?,
            (wanted, _) => self.take(wanted, plan)?,
        };
        Ok(announced(backend))
    }

    /// Starts the threads for something that no backend simulates: inverse problems run in float64 on the CPU.
    ///
    /// # Errors
    ///
    /// When a GPU is asked for, or threads cannot be started.
    pub(super) fn start_threads(&self, what: &str) -> anyhow::Result<()> {
        match self.start()? {
            Wanted::Auto | Wanted::Cpu => Ok(()),
            Wanted::Gpu(_) => {
                let words = format!("`{what}` runs in float64 on the CPU; leave the GPU away");
                Err(super::Cli::command().error(ErrorKind::ArgumentConflict, words).into())
            }
        }
    }

    /// Starts what simulates shared worlds, and says which it is.
    ///
    /// # Errors
    ///
    /// When there is no such backend, it cannot simulate the scene, or threads cannot be started.
    pub(super) fn open_world(&self, setup: &Setup) -> anyhow::Result<Box<dyn Simulate>> {
        let cpu = || -> Box<dyn Simulate> { Box::new(CpuWorld::<f32>::new(setup)) };
        let simulation = match self.start()? {
            Wanted::Gpu(which) => gpu::open_world(which, setup, self.switches())?,
            Wanted::Auto => gpu::hardware_world(setup, self.switches())?.unwrap_or_else(cpu),
            Wanted::Cpu => cpu(),
        };
        say!("backend: {}", simulation.describe());
        Ok(simulation)
    }

    /// Checks the arguments and starts the threads of the process, unless that was done: a command may open several backends.
    fn start(&self) -> anyhow::Result<Wanted<'_>> {
        static STARTED: OnceLock<()> = OnceLock::new();
        let wanted = self.wanted()?;
        if STARTED.set(()).is_err() {
            return Ok(wanted);
        }
        if self.threads.map(usize::from) > self.threads() {
            say!("--threads: taken as {}, {MOST_A_CORE} for each core", most_threads());
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads().unwrap_or(0));
        pool.build_global().context("cannot start threads")?;
        Ok(wanted)
    }

    fn wanted(&self) -> Result<Wanted<'_>, clap::Error> {
        let for_gpus = [
            ("--adapter", self.adapter.is_some()),
            ("--checked-shaders", self.checked_shaders),
            ("--dispatch-time", self.dispatch_time.is_some()),
        ];
        match (&self.adapter, self.backend) {
            (_, Kind::Cpu) if for_gpus.iter().any(|(_, given)| *given) => {
                let given: Vec<&str> = for_gpus.iter().filter(|(_, given)| *given).map(|(switch, _)| *switch).collect();
                let words = format!("{} is for GPUs, which --backend cpu rules out", given.join(", "));
                Err(super::Cli::command().error(ErrorKind::ArgumentConflict, words))
            }
            (Some(adapter), _) => Ok(Wanted::Gpu(gpu::Which::Named(adapter))),
            (None, Kind::Gpu) => Ok(Wanted::Gpu(gpu::Which::Best)),
            (None, Kind::Cpu) => Ok(Wanted::Cpu),
            (None, Kind::Auto) => Ok(Wanted::Auto),
        }
    }

    fn switches(&self) -> Switches {
        let dispatch_time = self.dispatch_time.map(|milliseconds| Duration::from_millis(milliseconds.into()));
        Switches { checked: self.checked_shaders, dispatch_time }
    }

    fn threads(&self) -> Option<usize> {
        self.threads.map(|threads| usize::from(threads).min(most_threads()))
    }

    fn take(&self, wanted: Wanted<'_>, plan: &Plan) -> anyhow::Result<Box<dyn Backend>> {
        match wanted {
            Wanted::Gpu(which) => gpu::open(which, plan, self.switches()),
            Wanted::Auto => match gpu::hardware(plan, self.switches())? {
                Some(backend) => Ok(backend),
                None => self.cpu(plan),
            },
            Wanted::Cpu => self.cpu(plan),
        }
    }

    /// The backend that describes itself so.
    fn take_recorded(&self, description: &str, plan: &Plan) -> anyhow::Result<Box<dyn Backend>> {
        let kind = description.split(',').next().unwrap_or_default();
        if kind == "cpu" {
            return self.cpu(plan);
        }
        self.take(Wanted::Gpu(gpu::Which::Recorded(description)), plan).with_context(|| {
            format!(
                "the run was simulated on `{description}`, which cannot be had here; --backend gpu or --backend cpu takes \
                 another, but then equal bits are not promised"
            )
        })
    }

    fn cpu(&self, plan: &Plan) -> anyhow::Result<Box<dyn Backend>> {
        Ok(Box::new(CpuBackend::new(plan, self.threads())?))
    }

    /// Starts the threads for the points of a benchmark, which nothing simulates, and says what evaluates them. `parts` are those of a run
    /// that goes on.
    ///
    /// # Errors
    ///
    /// When a GPU is asked for, or threads cannot be started.
    pub(super) fn open_points(
        &self,
        experiment: &Experiment,
        problem: BenchmarkFunction,
        parts: &[Part],
    ) -> anyhow::Result<Points> {
        if let Wanted::Gpu(_) = self.start()? {
            let words = "a benchmark has nothing to simulate and runs on the CPU; leave the GPU away";
            return Err(super::Cli::command().error(ErrorKind::ArgumentConflict, words).into());
        }
        let points = Points::new(problem, experiment.branches());
        if parts.last().is_some_and(|last| !same_bits(&last.backend, &points.backend())) {
            say!("{OTHER_BACKEND}");
        }
        say!("backend: {}", points.backend());
        Ok(points)
    }
}

/// Most threads for each core: more of them only take turns, and fill the memory with their stacks.
const MOST_A_CORE: usize = 4;

fn most_threads() -> usize {
    MOST_A_CORE * std::thread::available_parallelism().map_or(1, usize::from)
}

/// What is said where a run goes on that another kind of backend began.
const OTHER_BACKEND: &str =
    "another backend than before: from here on the run's bits are not what they would have been";

/// What evaluates the solutions of an experiment.
pub(super) enum Evaluator {
    /// A benchmark's problem.
    Points(Points),
    /// What simulates creatures; what differentiates for refinement; what differentiates for emitters.
    Simulation(Box<dyn Backend>, [Option<Box<dyn Differentiate>>; 2]),
}

impl Evaluator {
    /// Starts what evaluates something new, and says which it is.
    ///
    /// # Errors
    ///
    /// As [`Args::open`].
    pub(super) fn open(args: &Args, experiment: &Experiment) -> anyhow::Result<Self> {
        match experiment.problem() {
            Some(problem) => Self::points(args.open_points(experiment, problem, &[])?, &[]),
            None => Self::simulation(args.open(experiment)?, experiment, &[]),
        }
    }

    /// Starts what evaluates a run that goes on, and says which it is.
    ///
    /// # Errors
    ///
    /// As [`Args::open_again`].
    pub(super) fn open_again(args: &Args, experiment: &Experiment, parts: &[Part]) -> anyhow::Result<Self> {
        match experiment.problem() {
            Some(problem) => Self::points(args.open_points(experiment, problem, parts)?, parts),
            None => Self::simulation(args.open_again(experiment, parts)?, experiment, parts),
        }
    }

    /// How much it does at a time.
    pub(super) fn capacity(&self) -> Capacity {
        match self {
            Self::Points(_) => Capacity::of_threads(rayon::current_num_threads()),
            Self::Simulation(backend, _) => backend.capacity(),
        }
    }

    fn points(points: Points, parts: &[Part]) -> anyhow::Result<Self> {
        if let Some(name) = points.differentiator() {
            announce_gradients(&name, parts);
        }
        Ok(Self::Points(points))
    }

    fn simulation(backend: Box<dyn Backend>, experiment: &Experiment, parts: &[Part]) -> anyhow::Result<Self> {
        let differentiator = open_differentiator(experiment, backend.as_ref(), parts)?;
        let slopes = open_slopes(experiment, backend.as_ref(), parts)?;
        Ok(Self::Simulation(backend, [differentiator, slopes]))
    }
}

/// Starts what differentiates where `backend` simulates, and says which it is; nothing where the experiment refines nothing.
/// `parts` are those of a run that goes on.
///
/// # Errors
///
/// When it cannot differentiate the plan.
fn open_differentiator(
    experiment: &Experiment,
    backend: &dyn Backend,
    parts: &[Part],
) -> anyhow::Result<Option<Box<dyn Differentiate>>> {
    let Some(refine) = &experiment.refine else { return Ok(None) };
    let plan = experiment.plan_over(refine.horizon);
    Ok(Some(announced_differentiator(&plan, backend, parts)?))
}

/// The same for emitters that follow gradients; nothing where none does.
///
/// # Errors
///
/// As [`open_differentiator`].
fn open_slopes(
    experiment: &Experiment,
    backend: &dyn Backend,
    parts: &[Part],
) -> anyhow::Result<Option<Box<dyn Differentiate>>> {
    match experiment.branches() {
        true => Ok(Some(announced_differentiator(&experiment.plan_of_emitters(), backend, parts)?)),
        false => Ok(None),
    }
}

fn announced_differentiator(
    plan: &Plan,
    backend: &dyn Backend,
    parts: &[Part],
) -> anyhow::Result<Box<dyn Differentiate>> {
    let differentiator = backend.differentiator(plan)?;
    announce_gradients(&differentiator.name(), parts);
    Ok(differentiator)
}

fn announce_gradients(name: &str, parts: &[Part]) {
    let before = parts.last().and_then(|last| last.differentiator.as_deref());
    if before.is_some_and(|before| !same_bits(before, name)) {
        say!("other gradients than before: from here on the run's bits are not what they would have been");
    }
    say!("gradients: {name}");
}

fn announced(backend: Box<dyn Backend>) -> Box<dyn Backend> {
    say!("backend: {}", backend.describe());
    backend
}
