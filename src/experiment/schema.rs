//! The experiment file, field by field. Defaults stand in the `Default` implementations below.

use crate::benchmark::Problem;
use crate::emitter::cma::Conventions;
use crate::emitter::ranking::{Ranker, Restart, Selection};
use crate::genome::{BodyLimits, Policy};
use burgess_latent::{EncoderKind, EncoderSpec, Size};
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::task::TaskSpec;
use burgess_physics::world::Physics;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

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
    /// The kind of archive.
    pub archive: ArchiveSpec,
    /// Where candidates come from, in stated proportions.
    #[serde(default = "default_emitters")]
    pub emitters: Vec<EmitterSpec>,
    /// Which elites become parents.
    #[serde(default)]
    pub parents: Parents,
    /// How emitters share a batch.
    #[serde(default)]
    pub scheduler: Scheduler,
    /// Candidates a generation.
    #[serde(default = "default_batch_size")]
    pub batch_size: usize,
    /// Candidates of the first generation; as many as of the others unless given.
    #[serde(default)]
    pub first_batch: Option<usize>,
    /// Length of the episode over which emitters take gradients (s), at most that of the task; all of it unless given.
    #[serde(default)]
    pub gradient_horizon: Option<f64>,
    /// Gradient steps of candidates before they are judged; none unless given.
    #[serde(default)]
    pub refine: Option<Refine>,
    /// How bodies that have just changed are kept from competing with old ones; not at all unless given.
    #[serde(default)]
    pub protection: Option<Protection>,
    /// When the run ends.
    pub budget: Budget,
    /// The physics.
    #[serde(default)]
    pub physics: Physics,
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
    Benchmark(Problem),
}

/// One dimension of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescriptorSpec {
    /// What is measured.
    pub kind: Descriptor,
    /// Values that span the archive. What lies outside counts to the nearest cell; in an archive without given cells, where distances
    /// are measured in units of the ranges, it is just farther away.
    pub range: (f64, f64),
    /// Cells along this dimension in a grid archive.
    #[serde(default = "default_bins")]
    pub bins: usize,
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

/// Which elites become parents, for emitters that sample the archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Parents {
    /// Each with the same probability.
    #[default]
    Uniform,
    /// The best of some elites drawn at random, by a blend of their ranks among all elites in reward and in novelty, the mean distance to
    /// the nearest others (Lehman and Stanley 2011).
    Tournament {
        /// Elites that are drawn.
        #[serde(default = "default_tournament")]
        size: usize,
        /// Weight of novelty, 0 (reward only) to 1 (novelty only).
        #[serde(default = "default_novelty")]
        novelty: f64,
        /// Elites that novelty is measured by.
        #[serde(default = "default_neighbours")]
        neighbours: usize,
    },
}

/// The kind of archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum ArchiveSpec {
    /// One cell for each combination of bins (Mouret and Clune 2015).
    Grid {
        /// Subtracted from each elite's reward in the QD-score; set it to the lowest reward that counts.
        #[serde(default)]
        qd_offset: f64,
        /// Part of the way to an accepted reward that the acceptance threshold of its cell goes, 0 to 1 (Fontaine and Nikolaidis 2023);
        /// at 1 it is the reward of the cell's elite.
        #[serde(default = "one")]
        learning_rate: f64,
        /// Threshold of an empty cell; none accepts any reward, which needs a learning rate of 1.
        #[serde(default)]
        threshold_min: Option<f64>,
    },
    /// Cells are the Voronoi regions of centroids spread over the ranges (Vassiliades et al. 2018).
    Cvt {
        /// Number of cells.
        cells: usize,
        /// Random points that the centroids are fitted to.
        #[serde(default = "default_samples")]
        samples: usize,
        /// As in `Grid`.
        #[serde(default)]
        qd_offset: f64,
        /// As in `Grid`.
        #[serde(default = "one")]
        learning_rate: f64,
        /// As in `Grid`.
        #[serde(default)]
        threshold_min: Option<f64>,
    },
    /// No cells are given: elites keep a distance from each other, which is steered to their number (Grillotti and Cully 2022).
    Unstructured {
        /// Most elites.
        size: usize,
        /// Elites that novelty is measured by, below `size`.
        #[serde(default = "default_neighbours")]
        neighbours: usize,
        /// As in `Grid`.
        #[serde(default)]
        qd_offset: f64,
    },
    /// Those that are far from what is fitter (Bahlous-Boldi et al. 2025).
    DominatedNovelty {
        /// Number of elites.
        size: usize,
        /// Fitter elites that the distance is measured to.
        #[serde(default = "default_fitter_neighbours")]
        neighbours: usize,
        /// As in `Grid`.
        #[serde(default)]
        qd_offset: f64,
    },
}

/// A source of candidates and its share of each batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmitterSpec {
    /// How candidates are made.
    pub kind: EmitterKind,
    /// Share of the batch, relative to the other emitters'.
    #[serde(default = "one")]
    pub share: f64,
}

/// How candidates are made. While the archive is empty an emitter acts as `Random`, unless it has a state of its own: `CmaMe` and
/// `CmaMega` then start from a seed as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum EmitterKind {
    /// A seed morphology, varied, with a random brain.
    Random {
        /// Standard deviation of the variation of body genes.
        #[serde(default = "default_sigma")]
        sigma: f64,
    },
    /// An elite with normal noise on its continuous genes.
    Gaussian {
        /// Standard deviation, in unconstrained coordinates.
        #[serde(default = "default_sigma")]
        sigma: f64,
        /// Probability that the body's structure mutates too.
        #[serde(default = "default_structure")]
        structure: f64,
    },
    /// Iso+line (Vassiliades and Mouret 2018): noise, and a step along the line to a second elite, over the genes both have.
    IsoLine {
        /// Standard deviation of the isotropic noise.
        #[serde(default = "default_iso")]
        iso: f64,
        /// Standard deviation of the step along the line, in units of the distance.
        #[serde(default = "default_line")]
        line: f64,
        /// Probability that the body's structure mutates too.
        #[serde(default)]
        structure: f64,
    },
    /// A subtree of a second elite grafted onto the first, then noise.
    Crossover {
        /// Standard deviation of the noise.
        #[serde(default = "default_sigma")]
        sigma: f64,
    },
    /// CMA-ES that follows what improves the archive: CMA-ME (Fontaine et al. 2020) as it stands; CMA-MAE (Fontaine and Nikolaidis
    /// 2023) with `ranking: Threshold, selection: Mu, restart: Basic` over an archive with a `learning_rate` below 1.
    CmaMe {
        /// Step size at the start, in unconstrained coordinates.
        #[serde(default = "default_sigma")]
        sigma: f64,
        /// By what candidates are ranked.
        #[serde(default)]
        ranking: Ranker,
        /// How many become parents.
        #[serde(default = "default_filter")]
        selection: Selection,
        /// When it begins anew from another elite.
        #[serde(default)]
        restart: Restart,
        /// By which equations the strategy learns; published figures are pyribs'.
        #[serde(default)]
        conventions: Conventions,
        /// Which genes move.
        #[serde(default)]
        genes: RefinedGenes,
    },
    /// OMG-MEGA (Fontaine and Nikolaidis 2021): half of its candidates are elites, the other half steps from those along random
    /// combinations of the gradients of reward and descriptors, upward in reward.
    OmgMega {
        /// Standard deviation of the combinations' coefficients; gradients are taken at length one.
        #[serde(default = "default_branching")]
        sigma: f64,
        /// Which genes move.
        #[serde(default)]
        genes: RefinedGenes,
    },
    /// CMA-MEGA (Fontaine and Nikolaidis 2021): a solution that climbs, with candidates around it that are combinations of the gradients of
    /// reward and descriptors; CMA-ES learns which combinations improve the archive.
    CmaMega {
        /// Standard deviation of the combinations' coefficients at the start; gradients are taken at length one.
        #[serde(default = "default_branching")]
        sigma: f64,
        /// How the solution follows its candidates: `Plain` goes the way to the parents' mean, times `rate`.
        #[serde(default = "default_plain")]
        optimiser: Optimiser,
        /// Length of its steps.
        #[serde(default = "one")]
        rate: f64,
        /// By what candidates are ranked.
        #[serde(default)]
        ranking: Ranker,
        /// How many become parents.
        #[serde(default)]
        selection: Selection,
        /// When it begins anew from another elite.
        #[serde(default)]
        restart: Restart,
        /// By which equations the strategy learns; published figures are pyribs'.
        #[serde(default)]
        conventions: Conventions,
        /// Which genes move.
        #[serde(default)]
        genes: RefinedGenes,
    },
    /// Solutions that climb, each towards a goal of its own: a random place within the ranges of the descriptors, for which an elite near
    /// by sets out, upward in reward on the way (goal exploration, Baranes and Oudeyer 2013, by gradients). Every step is a candidate.
    Goals {
        /// Steps before a solution gets another goal.
        #[serde(default = "default_goal_steps")]
        steps: u32,
        /// Random places of which the one becomes the goal that is farthest from all elites.
        #[serde(default = "default_goal_draws")]
        draws: usize,
        /// Elites nearest to the goal of which the fittest sets out.
        #[serde(default = "default_goal_neighbours")]
        neighbours: usize,
        /// Probability that a step follows the gradient of the reward; otherwise it follows that of a descriptor towards the goal.
        #[serde(default = "default_goal_upward")]
        upward: f64,
        /// What makes a step of a direction.
        #[serde(default)]
        optimiser: Optimiser,
        /// Length of a step, in unconstrained coordinates.
        #[serde(default = "default_goal_rate")]
        rate: f64,
        /// Which genes move.
        #[serde(default)]
        genes: RefinedGenes,
    },
}

/// How emitters share a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Scheduler {
    /// In proportion to their shares, always.
    #[default]
    Shares,
    /// A bandit chooses emitters each generation, by how many of their candidates went into the archive (UCB1; Cully 2021,
    /// "Multi-emitter MAP-Elites"). The chosen ones share the batch equally, and shares do not count.
    Ucb1 {
        /// Emitters that are chosen.
        active: usize,
        /// Weight of curiosity about emitters that were seldom chosen.
        #[serde(default = "default_exploration")]
        exploration: f64,
    },
}

/// Gradient steps that candidates take before they are judged; `docs/refinement.md` has the rules. Only genes are refined: gravity,
/// friction and all else of the physics belong to the world, not to a creature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Refine {
    /// Which genes move.
    pub genes: RefinedGenes,
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

/// How bodies that have just changed are kept from competing with old ones (`docs/bodies.md`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Protection {
    /// Each cell of the archive keeps one elite for each layer of body ages: below the first of these, below the second, and so on, and
    /// from the last. A body's age is the number of generations of ancestors since its topology last changed.
    AgeLayers(Vec<u32>),
}

/// Which genes move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefinedGenes {
    /// Those of the brain.
    Brain,
    /// Those of the body.
    Body,
    /// All that evolve.
    #[default]
    Both,
}

/// What makes a step of a gradient.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Optimiser {
    /// Adam (Kingma and Ba 2015), with its correction of the bias toward zero.
    Adam {
        /// Decay of the mean of gradients.
        #[serde(default = "default_beta1")]
        beta1: f64,
        /// Decay of the mean of squared gradients.
        #[serde(default = "default_beta2")]
        beta2: f64,
        /// Keeps the division away from zero.
        #[serde(default = "default_epsilon")]
        epsilon: f64,
    },
    /// The gradient times the rate.
    Plain,
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
}

impl Experiment {
    /// Physics steps of a full episode, rounded.
    pub fn episode_steps(&self) -> f64 {
        (self.task.duration * f64::from(self.physics.rate)).round()
    }

    /// Physics steps of a horizon (s), rounded.
    pub fn horizon_steps(&self, horizon: f64) -> f64 {
        (horizon * f64::from(self.physics.rate)).round()
    }

    /// The archive's dimensions: descriptors, or what is learned in their place. Latents have unit variance, and all learned dimensions are
    /// on one scale.
    pub fn axes(&self) -> Cow<'_, [DescriptorSpec]> {
        let Some(latent) = &self.latent else { return Cow::Borrowed(&self.descriptors) };
        let axis = |kind, range| DescriptorSpec { kind, range, bins: default_bins() };
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

    /// The benchmark that it is, if it is one.
    pub fn problem(&self) -> Option<Problem> {
        match self.body {
            BodySource::Benchmark(problem) => Some(problem),
            BodySource::Fixed(_) | BodySource::Evolve { .. } => None,
        }
    }

    /// Whether an emitter asks for gradients of reward and descriptors.
    pub fn branches(&self) -> bool {
        self.emitters.iter().any(|spec| spec.kind.follows_gradients())
    }

    /// Candidates that the budget allows, if it counts any.
    pub fn planned_evaluations(&self) -> Option<u64> {
        let first = self.first_batch.unwrap_or(self.batch_size) as u64;
        let all = |n: u64| first.saturating_add(n.saturating_sub(1).saturating_mul(self.batch_size as u64));
        let by_generations = self.budget.generations.map(all);
        by_generations.into_iter().chain(self.budget.evaluations).min()
    }
}

impl EmitterKind {
    /// Standard deviation of noise on genes, unless told otherwise (unconstrained coordinates).
    pub const SIGMA: f64 = 0.15;
    /// Probability of `Gaussian` that the body's structure mutates, unless told otherwise.
    pub const STRUCTURE: f64 = 0.2;
    /// Standard deviation of `IsoLine`'s isotropic noise, unless told otherwise (Vassiliades and Mouret 2018).
    pub const ISO: f64 = 0.05;
    /// Standard deviation of its step along the line, unless told otherwise (distances).
    pub const LINE: f64 = 0.2;

    /// Whether it asks for gradients of reward and descriptors.
    pub fn follows_gradients(&self) -> bool {
        matches!(self, EmitterKind::OmgMega { .. } | EmitterKind::CmaMega { .. } | EmitterKind::Goals { .. })
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
            genes: RefinedGenes::Both,
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

impl Default for Optimiser {
    fn default() -> Self {
        Self::Adam { beta1: default_beta1(), beta2: default_beta2(), epsilon: default_epsilon() }
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

pub(super) fn default_emitters() -> Vec<EmitterSpec> {
    vec![
        EmitterSpec { kind: EmitterKind::Random { sigma: default_sigma() }, share: 0.05 },
        EmitterSpec {
            kind: EmitterKind::Gaussian { sigma: default_sigma(), structure: default_structure() },
            share: 0.45,
        },
        EmitterSpec {
            kind: EmitterKind::IsoLine { iso: default_iso(), line: default_line(), structure: 0.0 },
            share: 0.4,
        },
        EmitterSpec { kind: EmitterKind::Crossover { sigma: default_sigma() }, share: 0.1 },
    ]
}
pub(super) fn default_batch_size() -> usize {
    64
}
fn default_beta1() -> f64 {
    0.9
}
fn default_beta2() -> f64 {
    0.999
}
fn default_bins() -> usize {
    20
}
fn default_branching() -> f64 {
    0.5
}
fn default_goal_steps() -> u32 {
    20
}
fn default_goal_draws() -> usize {
    4
}
fn default_goal_neighbours() -> usize {
    1
}
fn default_goal_upward() -> f64 {
    0.5
}
fn default_goal_rate() -> f64 {
    0.01
}
fn default_exploration() -> f64 {
    0.05
}
fn default_filter() -> Selection {
    Selection::Filter
}
fn default_plain() -> Optimiser {
    Optimiser::Plain
}
fn default_epsilon() -> f64 {
    1e-8
}
fn default_iso() -> f64 {
    EmitterKind::ISO
}
fn default_line() -> f64 {
    EmitterKind::LINE
}
fn default_samples() -> usize {
    50_000
}
fn default_tournament() -> usize {
    2
}
fn default_novelty() -> f64 {
    0.5
}
fn default_neighbours() -> usize {
    15
}
fn default_fitter_neighbours() -> usize {
    3
}
fn default_sigma() -> f64 {
    EmitterKind::SIGMA
}
fn default_structure() -> f64 {
    EmitterKind::STRUCTURE
}
fn one() -> f64 {
    1.0
}
