//! Benchmarks as experiment files: problems of quality-diversity without bodies. They go through the same loop as evolutions, so a
//! [`Benchmark`] is another way to write an [`Experiment`], and the two are turned into each other.

use super::check::{Check, MAX_CELLS, MAX_DESCRIPTORS, MAX_GRID_DESCRIPTORS};
use super::schema::*;
use super::validate;
use super::{ExperimentError, source::Source};
use crate::benchmark::BenchmarkFunction as Function;
use crate::descriptors::DescriptorSpec;
use crate::genome::Policy;
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::task::{TaskSpec, Termination};
use burgess_physics::world::Physics;
use burgess_qd::archive::{ArchiveSpec, OutOfRange, Parents, Topologies};
use burgess_qd::emitter::{EmitterSpec, Scheduler};
use serde::{Deserialize, Serialize};

/// A benchmark. Fields are those of [`Experiment`], where no others are said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Benchmark {
    /// Name of the run folder: letters, digits, `-` and `_`.
    pub name: String,
    /// Seed of every random stream.
    #[serde(default)]
    pub seed: u64,
    /// Objective and measures.
    pub problem: Function,
    /// Cells along each measure in a grid archive.
    #[serde(default = "default_bins")]
    pub bins: usize,
    /// The kind of archive.
    pub archive: ArchiveSpec,
    /// Where candidates come from.
    pub emitters: Vec<EmitterSpec>,
    /// How emitters share a batch.
    #[serde(default)]
    pub scheduler: Scheduler,
    /// Candidates a generation.
    #[serde(default = "default_batch_size")]
    pub batch_size: usize,
    /// Candidates of the first generation; as many as of the others unless given. Emitters that start from elites take random points
    /// in it, from a standard normal distribution; others start from zero.
    #[serde(default)]
    pub first_batch: Option<usize>,
    /// When the run ends.
    pub budget: Budget,
}

fn default_bins() -> usize {
    100
}

/// A benchmark is no work for a device, so that nothing has to be found out.
fn default_batch_size() -> usize {
    64
}

impl Benchmark {
    /// What a file of a benchmark begins with.
    pub const KIND: &str = "Benchmark";

    /// Whether a text is one of a benchmark.
    pub fn is_in(text: &str) -> bool {
        super::syntax::first_name(text).is_some_and(|name| name == Self::KIND)
    }

    /// The benchmark that an experiment is, if it is one.
    pub fn of(experiment: &Experiment) -> Option<Self> {
        let problem = experiment.problem()?;
        let Experiment { name, seed, archive, emitters, scheduler, batch_size, first_batch, budget, .. } =
            experiment.clone();
        let bins = experiment.descriptors.first().map_or_else(default_bins, |spec| spec.bins);
        let batch_size = batch_size.number().unwrap_or_else(default_batch_size);
        Some(Self { name, seed, problem, bins, archive, emitters, scheduler, batch_size, first_batch, budget })
    }

    /// Reads and checks a text.
    pub(super) fn parse(source: &Source) -> Result<Experiment, ExperimentError> {
        let benchmark: Self = super::parse(source)?;
        super::without(benchmark.problems(), source)?;
        Ok(benchmark.into())
    }

    fn problems(&self) -> Vec<super::InvalidValue> {
        let mut check = Check::default();
        validate::name(&mut check, &self.name);
        let (dimension, measures) = (self.problem.dimension(), self.problem.measures());
        let kind = match self.problem {
            Function::Sphere { .. } => "problem.Sphere",
            Function::Rastrigin { .. } => "problem.Rastrigin",
            Function::Plateau { .. } => "problem.Plateau",
            Function::Arm { .. } => "problem.Arm",
        };
        check.whole(&format!("{kind}.dimension"), dimension, 1..=100_000);
        let path = format!("{kind}.measures");
        let before = check.problems.len();
        if !matches!(self.problem, Function::Arm { .. }) {
            let divides = measures > 0 && dimension.is_multiple_of(measures);
            check.need(divides, &path, format!("a divisor of dimension, {dimension}"), measures);
        }
        if check.problems.len() == before {
            let is_grid = matches!(self.archive, ArchiveSpec::Grid { .. });
            let fits = !is_grid || measures <= MAX_GRID_DESCRIPTORS;
            let allowed = format!("at most {} for a grid (other archives take more)", MAX_GRID_DESCRIPTORS);
            check.need(fits, &path, allowed, measures);
            check.whole(&path, measures, 1..=MAX_DESCRIPTORS);
        }
        check.whole("bins", self.bins, 1..=MAX_CELLS);
        // Measures that cannot be say nothing of the rest.
        let problem = if check.problems.len() == before { self.problem } else { Function::Arm { dimension: 1 } };
        validate::of_loop(&mut check, &Self { problem, ..self.clone() }.into());
        check.problems
    }
}

impl From<Benchmark> for Experiment {
    fn from(benchmark: Benchmark) -> Self {
        let Benchmark { name, seed, problem, bins, archive, emitters, scheduler, batch_size, first_batch, budget } =
            benchmark;
        let bound = problem.bound();
        let axis = |i| DescriptorSpec { kind: Descriptor::Measure(i), range: (-bound, bound), bins };
        Self {
            name,
            seed,
            body: BodySource::Benchmark(problem),
            // There is no brain, no ground and no episode: the run of a benchmark does not look at them.
            policy: Policy::default(),
            terrain: Default::default(),
            task: TaskSpec {
                duration: 1.0,
                reward: Vec::new(),
                termination: Termination::default(),
                environments: None,
            },
            descriptors: (0..problem.measures()).map(axis).collect(),
            latent: None,
            passive: Vec::new(),
            out_of_range: OutOfRange::Clip,
            archive,
            emitters,
            parents: Parents::Uniform,
            scheduler,
            batch_size: BatchSize::Fixed(batch_size),
            first_batch,
            gradient_horizon: None,
            gradient_memory: None,
            refine: None,
            protection: None,
            topologies: Topologies::Alike,
            budget,
            physics: Physics::default(),
        }
    }
}
