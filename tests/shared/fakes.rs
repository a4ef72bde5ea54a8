//! Stand-ins for bodies and physics, so that the outer loop is tested by itself, fast.
#![allow(dead_code)] // each test file uses its own part

use burgess_core::math::{Sym3, Vec3, vec3};
use burgess_core::rng::{Purpose, Stream};
use burgess_evolution::descriptors::DescriptorSpec;
use burgess_evolution::experiment::{Budget, Experiment};
use burgess_evolution::genome::{Body, Brain, Field, GeneId, Genome, LinkGene, Owner, ParameterId, ShapeGene};
use burgess_evolution::life::{BodyTraits, Life};
use burgess_evolution::refine::GeneSpace;
use burgess_physics::batch::{Backend, Outcome};
use burgess_physics::experience::Experience;
use burgess_physics::frame::recorded_layout;
use burgess_physics::gradient::{Differentiate, Gradient, Objective};
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::model::{BaseKind, Candidate, Collider, Controller, Link, Model, Shape};
use burgess_physics::task::{Ending, Returns};
use burgess_physics::world::World;
use burgess_qd::archive::{ArchiveSpec, Parents};
use burgess_qd::emitter::Dimension;
use burgess_qd::{Axis, Compiled, Evaluated, Parameter, Parent, Part, Rejection, SearchSpace};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A genome that is a few numbers: a body of one sphere, and a network's biases.
pub(crate) fn genome(numbers: &[f64]) -> Genome {
    let link = LinkGene { id: GeneId(1), shape: ShapeGene::Sphere { log_radius: -1.0 }, log_density: 6.0 };
    Genome {
        body: Body { base: BaseKind::Floating, root: GeneId(1), links: vec![link], joints: Vec::new() },
        brain: Brain::Mlp {
            frequency: 0.0,
            common: Vec::new(),
            bias: numbers.to_vec(),
            hidden: Vec::new(),
            joints: Vec::new(),
        },
    }
}

/// The numbers of such a genome.
pub(crate) fn numbers(genome: &Genome) -> &[f64] {
    match &genome.brain {
        Brain::Mlp { bias, .. } => bias,
        Brain::Cpg { .. } | Brain::Shared { .. } => panic!("not a genome of this file"),
    }
}

/// An elite with nothing odd about it.
pub(crate) fn elite(id: u64, reward: f32, descriptors: &[f32]) -> Evaluated<Genome> {
    Evaluated {
        id,
        solution: genome(&[id as f64, 0.5, -0.0]),
        reward,
        descriptors: descriptors.to_vec(),
        parents: vec![Parent { id: 0, generation: 0, candidate: 0 }],
        generation: 1,
        candidate: id as u32,
        emitter: 0,
        age: 0,
        traits: BodyTraits { links: 1, mass: 1.5, physique: Default::default() },
        life: Life::default(),
    }
}

/// Genomes of three numbers. The first tells whether the body is valid: its magnitude must stay below `limit`.
pub(crate) struct Numbers {
    pub limit: f64,
}

impl SearchSpace<Genome> for Numbers {
    fn seed(&self, stream: &mut Stream) -> Genome {
        genome(&[0.0, stream.normal(), stream.normal()])
    }
    fn random(&self, sigma: f64, stream: &mut Stream) -> Genome {
        genome(&[sigma * stream.normal(), stream.normal(), stream.normal()])
    }
    fn gaussian(&self, parent: &Genome, sigma: f64, _structure: f64, stream: &mut Stream) -> Genome {
        genome(&numbers(parent).iter().map(|x| x + sigma * stream.normal()).collect::<Vec<_>>())
    }
    fn iso_line(&self, a: &Genome, b: &Genome, iso: f64, line: f64, _structure: f64, stream: &mut Stream) -> Genome {
        let step = line * stream.normal();
        let pairs = numbers(a).iter().zip(numbers(b));
        genome(&pairs.map(|(a, b)| a + step * (b - a) + iso * stream.normal()).collect::<Vec<_>>())
    }
    fn crossover(&self, a: &Genome, b: &Genome, sigma: f64, stream: &mut Stream) -> Genome {
        let (a, b) = (numbers(a), numbers(b));
        genome(&[a[0], b[1], a[2]].map(|x| x + sigma * stream.normal()))
    }
    fn parameters(&self, genome: &Genome) -> Vec<Parameter> {
        let parameter = |(id, value): (ParameterId, f64)| Parameter {
            value,
            scale: id.field.step(),
            period: None,
            part: if matches!(id.owner, Owner::Link(_) | Owner::Joint(_)) { Part::Body } else { Part::Brain },
            moves: id.field == Field::HiddenBias,
        };
        genome.parameters().into_iter().map(parameter).collect()
    }
    fn shifted(&self, genome_: &Genome, changes: &[f64]) -> Genome {
        let changes = &changes[changes.len() - numbers(genome_).len()..];
        genome(&numbers(genome_).iter().zip(changes).map(|(x, change)| x + change).collect::<Vec<_>>())
    }
    fn compile(&self, genome: &Genome) -> Result<Compiled<Genome>, Rejection> {
        let first = numbers(genome)[0];
        match first.abs() < self.limit {
            true => {
                let candidate = candidate(numbers(genome));
                let traits = BodyTraits::of(&candidate.model);
                Ok(Compiled { phenotype: candidate.map(|x| x as f32), traits })
            }
            false => Err(Rejection { label: "too large", message: format!("{first} is too large") }),
        }
    }
}

impl GeneSpace for Numbers {
    /// Only the numbers have a derivative.
    fn gene_gradient(
        &self,
        genome: &Genome,
        _world: &World<f64>,
        gradient: &Gradient<f32>,
    ) -> Result<Vec<f64>, Rejection> {
        let numbers = biases(&gradient.candidate).iter().map(|&x| f64::from(x));
        let others = genome.parameters().len() - numbers.len();
        Ok(std::iter::repeat_n(0.0, others).chain(numbers).collect())
    }
}

/// A candidate that carries the numbers where a backend finds them.
fn candidate(numbers: &[f64]) -> Candidate<f64> {
    let link = Link { parent: 0, mass: 1.5, com: Vec3::zero(), inertia: Sym3::diagonal(vec3(1.0, 1.0, 1.0)) };
    let shape = Shape::Sphere { centre: Vec3::zero(), radius: 0.1 };
    let model = Model {
        base: BaseKind::Floating,
        links: vec![link],
        colliders: vec![Collider { link: 0, shape }],
        pairs: Vec::new(),
        contact_stiffness: 1.0,
        ..Model::default()
    };
    let layers = vec![burgess_physics::model::Layer { inputs: 0, weights: Vec::new(), biases: numbers.to_vec() }];
    Candidate { model, controller: Controller::Mlp { frequency: 1.0, layers, clocks: Vec::new() } }
}

/// The numbers in a candidate.
fn biases<T>(candidate: &Candidate<T>) -> &[T] {
    match &candidate.controller {
        Controller::Mlp { layers, .. } => &layers[0].biases,
        _ => panic!("not a candidate of this file"),
    }
}

/// Physics by formula: the descriptors are the second and third number, the reward a bumpy hill; one in sixteen diverges.
/// After `fail_after` calls every further one fails, as a device does that is lost.
pub(crate) struct Hill {
    pub fail_after: usize,
    /// Whether it gives the loop time to ask ahead, as devices do.
    pub waits: bool,
    calls: AtomicUsize,
    nanoseconds: AtomicU64,
}

impl Default for Hill {
    fn default() -> Self {
        Self { fail_after: usize::MAX, waits: true, calls: AtomicUsize::new(0), nanoseconds: AtomicU64::new(0) }
    }
}

impl Hill {
    pub(crate) fn that_never_waits() -> Self {
        Self { waits: false, ..Self::default() }
    }
    pub(crate) fn failing_after(fail_after: usize) -> Self {
        Self { fail_after, ..Self::default() }
    }
}

impl Backend for Hill {
    fn describe(&self) -> String {
        "formula, 1 threads".into()
    }
    fn evaluate(&self, candidates: &[Candidate<f32>]) -> Result<Vec<Outcome>, burgess_physics::Error> {
        if self.calls.fetch_add(1, Ordering::Relaxed) >= self.fail_after {
            return Err(burgess_physics::Error::other("the device was lost"));
        }
        let began = Instant::now();
        let outcomes = candidates.iter().map(episode).collect();
        self.nanoseconds.fetch_add(began.elapsed().as_nanos() as u64, Ordering::Relaxed);
        Ok(outcomes)
    }
    fn evaluate_while(
        &self,
        candidates: &[Candidate<f32>],
        meanwhile: &mut (dyn FnMut() + Send),
    ) -> Result<Vec<Outcome>, burgess_physics::Error> {
        if self.waits {
            meanwhile();
        }
        self.evaluate(candidates)
    }
    fn simulation_time(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed))
    }
}

fn episode(candidate: &Candidate<f32>) -> Outcome {
    let x = biases(candidate);
    if x[1].to_bits().is_multiple_of(16) {
        return Outcome {
            reward: f32::NAN,
            descriptors: vec![f32::NAN; 2],
            ending: Ending::Diverged,
            steps: 7,
            contacts_left_out: 0,
            experience: None,
        };
    }
    Outcome {
        reward: height(x),
        descriptors: vec![x[1], x[2]],
        ending: Ending::Finished,
        steps: 100,
        contacts_left_out: 0,
        experience: Some(experience(x)),
    }
}

/// Frames of waves that the numbers shape, two to five of them.
fn experience(x: &[f32]) -> Experience {
    let (frames, width) = (2 + (x[1].to_bits() % 4) as usize, recorded_layout(10.0).width());
    let wave = |i: usize| (x[0] + x[1] * (i / width) as f32 + x[2] * (i % width) as f32).sin();
    Experience { features: (0..frames * width).map(wave).collect(), rewards: vec![0.1; frames] }
}

fn height(x: &[f32]) -> f32 {
    -x.iter().map(|x| x * x).sum::<f32>() + (9.0 * x[0]).sin()
}

/// Gradients of the hill and of the descriptors, over a horizon of half an episode, in which half of the reward is earned and nothing
/// diverges but what is told to.
pub(crate) struct Slope {
    /// Factor of the gradients: 1 is the truth.
    pub factor: f32,
    /// Whose gradients are not finite, by the third number.
    pub broken: fn(f32) -> bool,
    /// Whose episodes diverge, by the third number.
    pub diverging: fn(f32) -> bool,
    /// Calls after which it fails, as a device does that is lost.
    pub fail_after: usize,
    calls: AtomicUsize,
}

/// Steps of its horizon.
pub(crate) const HORIZON: u32 = 50;

impl Default for Slope {
    fn default() -> Self {
        let (broken, diverging) = (|_| false, |_| false);
        Self { factor: 1.0, broken, diverging, fail_after: usize::MAX, calls: AtomicUsize::new(0) }
    }
}

impl Slope {
    pub(crate) fn times(factor: f32) -> Self {
        Self { factor, ..Self::default() }
    }
    pub(crate) fn breaking(broken: fn(f32) -> bool) -> Self {
        Self { broken, ..Self::default() }
    }
    pub(crate) fn diverging(diverging: fn(f32) -> bool) -> Self {
        Self { diverging, ..Self::default() }
    }
    pub(crate) fn failing_after(fail_after: usize) -> Self {
        Self { fail_after, ..Self::default() }
    }

    fn gradient(&self, candidate: &Candidate<f32>, objective: &Objective) -> Gradient<f32> {
        let x = biases(candidate);
        let mut slope = vec![0.0; x.len()];
        if objective.reward != 0.0 {
            let factor = self.factor * objective.reward as f32;
            slope.iter_mut().zip(x).for_each(|(slope, x)| *slope = -x * factor);
            slope[0] += 4.5 * (9.0 * x[0]).cos() * factor;
        }
        // The descriptors are the second and third number.
        slope[1..].iter_mut().zip(&objective.descriptors).for_each(|(slope, &weight)| *slope += weight as f32);
        if (self.broken)(x[2]) || (self.diverging)(x[2]) {
            slope[1] = f32::NAN;
        }
        let mut derivative = candidate.map(|_| 0.0);
        if let Controller::Mlp { layers, .. } = &mut derivative.controller {
            layers[0].biases = slope;
        }
        Gradient {
            returns: Returns {
                reward: 0.5 * height(x),
                descriptors: vec![x[1], x[2]],
                ending: if (self.diverging)(x[2]) { Ending::Diverged } else { Ending::Finished },
                steps: HORIZON,
                contacts_left_out: 0,
            },
            candidate: derivative,
            prelude: Default::default(),
            world: Default::default(),
            state: Default::default(),
            other_starts: Vec::new(),
        }
    }
}

impl Differentiate for Slope {
    fn name(&self) -> String {
        "formula, 1 threads".into()
    }
    fn differentiate_each(
        &self,
        candidates: &[Candidate<f32>],
        objectives: &[Objective],
    ) -> Result<Vec<Vec<Gradient<f32>>>, burgess_physics::Error> {
        if self.calls.fetch_add(1, Ordering::Relaxed) >= self.fail_after {
            return Err(burgess_physics::Error::other("the device was lost"));
        }
        let each = |candidate| objectives.iter().map(|objective| self.gradient(candidate, objective)).collect();
        Ok(candidates.iter().map(each).collect())
    }
    fn time(&self) -> Duration {
        Duration::ZERO
    }
}

/// Two descriptors over -3 to 3.
pub(crate) fn descriptors(bins: usize) -> Vec<DescriptorSpec> {
    let axis = |kind| DescriptorSpec { kind, range: (-3.0, 3.0), bins };
    vec![axis(Descriptor::FinalX), axis(Descriptor::FinalY)]
}

/// The same as archives see them.
pub(crate) fn axes(bins: usize) -> Vec<Axis> {
    DescriptorSpec::axes(&descriptors(bins))
}

/// The same as emitters see them.
pub(crate) fn dimensions(bins: usize) -> Vec<Dimension> {
    DescriptorSpec::dimensions(&descriptors(bins))
}

/// An experiment with all emitters over a grid of 12 x 12 cells.
pub(crate) fn experiment(generations: u64) -> Experiment {
    let text = r#"(
        name: "fake", seed: 5, body: Fixed("none"), policy: Cpg(), task: (reward: [(term: Survival)]),
        descriptors: [], archive: Grid(qd_offset: -20.0), batch_size: 16, budget: (),
    )"#;
    let mut experiment: Experiment = ron::from_str(text).unwrap();
    experiment.descriptors = descriptors(12);
    experiment.budget = Budget { generations: Some(generations), ..Budget::default() };
    experiment
}

/// The same over a CVT archive.
pub(crate) fn cvt_experiment(generations: u64) -> Experiment {
    Experiment {
        archive: ArchiveSpec::Cvt {
            cells: 60,
            samples: 2000,
            qd_offset: -20.0,
            learning_rate: 1.0,
            threshold_min: None,
        },
        ..experiment(generations)
    }
}

/// The same over what an encoder learns in generations 0, 2, 5, 9 and so on, with a grid that is only looked at and parents by novelty and reward.
fn learned(generations: u64, latent: &str, archive: &str) -> Experiment {
    let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    let latent = format!("({latent}, schedule: (first: 2, growth: 1))");
    Experiment {
        latent: Some(options.from_str(&latent).unwrap()),
        descriptors: Vec::new(),
        passive: descriptors(12),
        archive: options.from_str(archive).unwrap(),
        parents: Parents::Tournament { size: 2, novelty: 0.5, neighbours: 3 },
        ..experiment(generations)
    }
}

/// The same over every kind of archive, all but the first two small enough to be full soon.
pub(crate) fn experiments(generations: u64) -> Vec<Experiment> {
    let with = |archive| Experiment { archive, ..experiment(generations) };
    let soft = ArchiveSpec::Grid { qd_offset: -20.0, learning_rate: 0.3, threshold_min: Some(-9.0) };
    vec![
        experiment(generations),
        cvt_experiment(generations),
        with(soft),
        with(ArchiveSpec::Unstructured { size: 40, neighbours: 3, qd_offset: -20.0 }),
        with(ArchiveSpec::DominatedNovelty { size: 30, neighbours: 3, qd_offset: -20.0 }),
        learned(generations, "encoder: (kind: Pca(frames: 3), dimensions: 2)", "DominatedNovelty(size: 40)"),
        #[cfg(feature = "learn")]
        learned(
            generations,
            "encoder: (kind: WorldModel(size: Tiny, window: 4, warm_up: 1), dimensions: 2, training: (first_steps: 3, later_steps: 2)), \
             surprise: Axis",
            "Unstructured(size: 40, neighbours: 3)",
        ),
        #[cfg(feature = "learn")]
        learned(
            generations,
            "encoder: (kind: Autoencoder(frames: 2, hidden: [8], latent: 3), training: (first_steps: 3, later_steps: 2), dimensions: 3), \
             surprise: Reward(0.5)",
            "DominatedNovelty(size: 30)",
        ),
    ]
}

/// A stream for tests.
pub(crate) fn stream(key: u64) -> Stream {
    Stream::new(key, 0, 0, Purpose::Test)
}
