//! The experiment file, field by field. Defaults stand in the `Default` implementations below.

use super::check::MAX_CELLS;
use crate::benchmark::BenchmarkFunction;
use crate::descriptors::DescriptorSpec;
use crate::genome::{BodyLimits, Policy};
use burgess_latent::{EncoderKind, EncoderSpec, Size};
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::task::TaskSpec;
use burgess_physics::world::Physics;
use burgess_qd::GeneGroup;
use burgess_qd::archive::{ArchiveSpec, OutOfRange, Parents, Protection, Topologies};
use burgess_qd::emitter::{EmitterSpec, Scheduler};
use burgess_qd::optimiser::Optimiser;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Niches of a cell unless told otherwise.
const NICHES: usize = 4;

/// One experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Name of the run folder: letters, digits, `-` and `_`.
    pub name: String,
    /// Seed of every random stream.
    #[serde(default)]
    pub seed: u64,
    /// Where bodies come from.
    pub body: BodySource,
    /// The kind of brain.
    pub policy: Policy,
    /// The ground.
    #[serde(default)]
    pub terrain: TerrainSpec,
    /// What is rewarded, and when an episode ends.
    pub task: TaskSpec,
    /// The archive's dimensions; none where they are learned.
    #[serde(default)]
    pub descriptors: Vec<DescriptorSpec>,
    /// Dimensions of the archive that are learned from what candidates do, in place of `descriptors`.
    #[serde(default)]
    pub latent: Option<Latent>,
    /// Dimensions of a grid that is only looked at: it keeps the best reward ever seen in each of its cells, so that runs with different
    /// archives compare.
    #[serde(default)]
    pub passive: Vec<DescriptorSpec>,
    /// What becomes of candidates with a descriptor outside its range.
    #[serde(default)]
    pub out_of_range: OutOfRange,
    /// The kind of archive.
    pub archive: ArchiveSpec,
    /// Where candidates come from, in stated proportions.
    #[serde(default = "EmitterSpec::usual")]
    pub emitters: Vec<EmitterSpec>,
    /// Which elites become parents.
    #[serde(default)]
    pub parents: Parents,
    /// How emitters share a batch.
    #[serde(default)]
    pub scheduler: Scheduler,
    /// Candidates a generation.
    #[serde(default)]
    pub batch_size: BatchSize,
    /// Candidates of the first generation; as many as of the others unless given.
    #[serde(default)]
    pub first_batch: Option<usize>,
    /// Length of the episode over which emitters take gradients (s), at most that of the task; all of it unless given.
    #[serde(default)]
    pub gradient_horizon: Option<f64>,
    /// Time constant with which these gradients fade on their way back (s); they are exact unless given.
    #[serde(default)]
    pub gradient_memory: Option<f64>,
    /// Gradient steps of candidates before they are judged; none unless given.
    #[serde(default)]
    pub refine: Option<Refine>,
    /// How bodies that have just changed are kept from competing with old ones; not at all unless given.
    #[serde(default)]
    pub protection: Option<Protection>,
    /// How topologies of bodies are kept from crowding each other out.
    #[serde(default)]
    pub topologies: Topologies,
    /// When the run ends.
    pub budget: Budget,
    /// The physics.
    #[serde(default)]
    pub physics: Physics,
}

/// Candidates of a generation: a number, or the word `Auto`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BatchSize {
    /// As many as keep the backend busy ([`Experiment::auto_batch_size`]).
    #[default]
    Auto,
    /// So many.
    Fixed(usize),
}

/// Where bodies come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum BodySource {
    /// Bodies evolve, starting from these morphologies (names of `morphologies/*.ron`, or paths relative to the experiment).
    Evolve {
        /// At least one.
        seeds: Vec<String>,
        /// What a body may be.
        #[serde(default)]
        limits: BodyLimits,
    },
    /// One body, only the brain evolves.
    Fixed(String),
    /// None: the experiment is a [`Benchmark`](super::Benchmark).
    #[serde(skip)]
    Benchmark(BenchmarkFunction),
}

/// Learned dimensions of the archive (`docs/latent.md`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Latent {
    /// What learns; a world model of size `Small` unless given, or what is in the file of `frozen`.
    pub encoder: Option<EncoderSpec>,
    /// Files of an encoder that learns no more, NAME.ron and NAME.safetensors, given as NAME relative to the experiment.
    pub frozen: Option<String>,
    /// Frames of experience a second; must divide `physics.rate`.
    pub rate: u32,
    /// When it learns.
    pub schedule: Rounds,
    /// What becomes of its error of prediction.
    pub surprise: Surprise,
}

/// Generations in which an encoder learns: the first one, before anything is archived, and then at gaps that grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rounds {
    /// Generations from the first training to the second.
    pub first: u64,
    /// Generations by which every further gap is longer than the one before.
    pub growth: u64,
}

/// What becomes of an encoder's error: of a world model in foresight by one step, of others in reconstruction; mean square in
/// normalised units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Surprise {
    /// Nothing.
    #[default]
    Ignored,
    /// Its natural logarithm is one more dimension of the archive.
    Axis,
    /// Times this weight it is added to the reward that the archive sees.
    Reward(f64),
}

/// Gradient steps that candidates take before they are judged; `docs/refinement.md` has the rules. Only genes are refined: gravity,
/// friction and all else of the physics belong to the world, not to a creature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Refine {
    /// Which genes move.
    pub genes: GeneGroup,
    /// Gradient steps of a candidate.
    pub steps: u32,
    /// Length of the episode that is differentiated (s), at most that of the task.
    pub horizon: f64,
    /// What makes a step of a gradient.
    pub optimiser: Optimiser,
    /// Step sizes.
    pub rates: Rates,
    /// Largest norm of a gradient in scaled coordinates; longer ones are shortened to it.
    pub clip: f64,
    /// Largest distance of a gene from where its refinement began, in scaled coordinates.
    pub bound: Option<f64>,
    /// Whether a refined candidate takes the place of what it was.
    pub acceptance: Acceptance,
    /// Whether children inherit refined genes.
    pub inheritance: Inheritance,
    /// Which candidates are refined.
    pub which: Refined,
    /// When gradients are no longer followed.
    pub trust: TrustRule,
}

/// Step sizes in scaled coordinates: one unit is the standard deviation of the gene under a mutation of strength one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// Of the brain's genes.
    pub brain: f64,
    /// Of the body's genes.
    pub body: f64,
}

/// Whether a refined candidate takes the place of what it was. Both are judged by a full episode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Acceptance {
    /// If its reward is greater.
    #[default]
    Best,
    /// If it would raise the QD-score more: a step that leaves an empty cell for one that is taken may be none for the archive.
    Archive,
    /// In any case, unless its episode diverges.
    Always,
}

/// Whether children inherit refined genes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Inheritance {
    /// Yes: the elite has the refined genes.
    #[default]
    Lamarckian,
    /// No: the elite has the genes that it was born with, and what it earns with the refined ones.
    Baldwinian,
}

/// Which candidates are refined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Refined {
    /// All.
    #[default]
    All,
    /// Each with this probability.
    Share(f64),
    /// This share of the batch: those that would raise the QD-score most as they are.
    Promising(f64),
}

/// When gradients are no longer followed. Trust is the agreement of the improvement that gradients predicted with the actual one,
/// from -1 to 1; children inherit that of their first parent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrustRule {
    /// Candidates that inherit less than this are not refined, only mutated.
    pub threshold: f64,
    /// Part of the way to full trust that inherited trust recovers a generation.
    pub recovery: f64,
}

/// When the run ends: at the first limit reached. At least one must be given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// Generations.
    pub generations: Option<u64>,
    /// Evaluated candidates; the last generation may be smaller.
    pub evaluations: Option<u64>,
    /// Wall time (s), summed over resumed parts; stops between generations and lies outside the hash promise.
    pub wall_time: Option<f64>,
}

impl BodySource {
    /// Whether bodies evolve.
    pub fn evolves(&self) -> bool {
        matches!(self, BodySource::Evolve { .. })
    }

    /// The names of its morphologies.
    pub fn morphologies(&self) -> &[String] {
        match self {
            BodySource::Evolve { seeds, .. } => seeds,
            BodySource::Fixed(name) => std::slice::from_ref(name),
            BodySource::Benchmark(_) => &[],
        }
    }

    /// What a body may be; a fixed one is whatever can be simulated.
    pub fn limits(&self) -> BodyLimits {
        match self {
            BodySource::Evolve { limits, .. } => limits.clone(),
            BodySource::Fixed(_) | BodySource::Benchmark(_) => BodyLimits::given(),
        }
    }
}

impl Experiment {
    /// Physics steps of a full episode, rounded.
    pub fn episode_steps(&self) -> f64 {
        (self.task.duration * f64::from(self.physics.rate)).round()
    }

    /// Whether creatures are asked for velocities.
    pub fn asks(&self) -> bool {
        self.task.environments.as_ref().is_some_and(|environments| environments.commands.is_some())
    }

    /// Physics steps of a horizon (s), rounded.
    pub fn horizon_steps(&self, horizon: f64) -> f64 {
        (horizon * f64::from(self.physics.rate)).round()
    }

    /// The archive's dimensions: descriptors, or what is learned in their place. Latents have unit variance, and all learned dimensions are
    /// on one scale.
    pub fn axes(&self) -> Cow<'_, [DescriptorSpec]> {
        let Some(latent) = &self.latent else { return Cow::Borrowed(&self.descriptors) };
        let axis = |kind, range| DescriptorSpec { kind, range, bins: DescriptorSpec::BINS };
        let surprise = (latent.surprise == Surprise::Axis).then(|| axis(Descriptor::Surprise, (-4.0, 2.0)));
        (0..latent.dimensions()).map(|i| axis(Descriptor::Latent(i), (-3.0, 3.0))).chain(surprise).collect()
    }

    /// Cells of the archive, or nothing if the number leaves all bounds.
    pub fn cell_count(&self) -> Option<usize> {
        match self.archive {
            ArchiveSpec::Grid { .. } => {
                self.descriptors.iter().try_fold(1, |cells: usize, d| cells.checked_mul(d.bins))
            }
            ArchiveSpec::Cvt { cells, .. } => Some(cells),
            ArchiveSpec::Unstructured { size, .. } | ArchiveSpec::DominatedNovelty { size, .. } => Some(size),
        }
    }

    /// Niches of each cell of the archive, for different topologies; `None` where topologies are treated alike. Where cells are so many that the
    /// usual number would take too much memory, there are fewer.
    pub fn niches(&self) -> Option<usize> {
        match self.topologies {
            Topologies::Alike => None,
            Topologies::Niches(niches) => Some(niches),
            Topologies::Auto if !self.body.evolves() => None,
            Topologies::Auto if !self.has_cells() => Some(1),
            Topologies::Auto => {
                let slots = self.cell_count().and_then(|cells| cells.checked_mul(self.layers())).unwrap_or(MAX_CELLS);
                Some((MAX_CELLS / slots.max(1)).clamp(1, NICHES))
            }
        }
    }

    /// Age layers of the archive; 1 where nobody is protected.
    pub fn layers(&self) -> usize {
        match &self.protection {
            Some(Protection::AgeLayers(limits)) => limits.len() + 1,
            None => 1,
        }
    }

    /// Whether the archive has given cells.
    pub fn has_cells(&self) -> bool {
        matches!(self.archive, ArchiveSpec::Grid { .. } | ArchiveSpec::Cvt { .. })
    }

    /// Places for elites in the archive: cells, each with its layers and niches; nothing if the number leaves all bounds.
    pub fn slot_count(&self) -> Option<usize> {
        self.cell_count()?.checked_mul(self.layers())?.checked_mul(self.niches().unwrap_or(1))
    }

    /// The benchmark that it is, if it is one.
    pub fn problem(&self) -> Option<BenchmarkFunction> {
        match self.body {
            BodySource::Benchmark(problem) => Some(problem),
            BodySource::Fixed(_) | BodySource::Evolve { .. } => None,
        }
    }

    /// Whether an emitter asks for gradients of reward and descriptors.
    pub fn branches(&self) -> bool {
        self.emitters.iter().any(|spec| spec.kind.follows_gradients())
    }

    /// Candidates that the budget allows, if it counts any and the size of batches is known.
    pub fn planned_evaluations(&self) -> Option<u64> {
        let all = |generations: u64| {
            let size = self.batch_size.number()?;
            let first = self.first_batch.unwrap_or(size) as u64;
            Some(first.saturating_add(generations.saturating_sub(1).saturating_mul(size as u64)))
        };
        let by_generations = self.budget.generations.and_then(all);
        by_generations.into_iter().chain(self.budget.evaluations).min()
    }
}

impl Latent {
    /// What learns.
    pub fn spec(&self) -> EncoderSpec {
        self.encoder.clone().unwrap_or_else(|| EncoderSpec::new(EncoderKind::world_model(Size::default())))
    }

    /// Learned dimensions, surprise not counted.
    pub fn dimensions(&self) -> usize {
        self.spec().dimensions
    }
}

impl Rounds {
    /// Whether an encoder learns in a generation.
    pub fn is_due(&self, generation: u64) -> bool {
        let (mut due, mut gap) = (0, self.first.max(1));
        while due < generation {
            due += gap;
            gap += self.growth;
        }
        due == generation
    }
}

impl Default for Latent {
    fn default() -> Self {
        Self { encoder: None, frozen: None, rate: 10, schedule: Rounds::default(), surprise: Surprise::default() }
    }
}

impl Default for Rounds {
    /// Those of AURORA (Grillotti and Cully 2022).
    fn default() -> Self {
        Self { first: 10, growth: 10 }
    }
}

impl Default for Refine {
    fn default() -> Self {
        Self {
            genes: GeneGroup::Both,
            steps: 5,
            horizon: 2.0,
            optimiser: Optimiser::default(),
            rates: Rates::default(),
            clip: 1.0,
            bound: None,
            acceptance: Acceptance::Best,
            inheritance: Inheritance::Lamarckian,
            which: Refined::All,
            trust: TrustRule::default(),
        }
    }
}

impl Default for Rates {
    fn default() -> Self {
        Self { brain: 0.1, body: 0.05 }
    }
}

impl Default for TrustRule {
    fn default() -> Self {
        Self { threshold: 0.0, recovery: 0.1 }
    }
}
