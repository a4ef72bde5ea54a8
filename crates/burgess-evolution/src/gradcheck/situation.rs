//! Situations that a step can be in, found in episodes of shipped bodies.

use super::subject::{Rules, Subject};
use crate::evolve::start;
use crate::experiment::Experiment;
use crate::genome::{BodyLimits, Brain, CpgGene, Genome, Policy, Sharing, WorldModelFile, morphology};
use crate::growth::compile;
use crate::variation::Variation;
use anyhow::{Context as _, ensure};
use burgess_core::rng::{Purpose, Stream};
use burgess_latent::{FrozenWorldModel, Size};
use burgess_learn::SharedSpec;
use burgess_learn::train::Trained;
use burgess_physics::environment::{CommandSpec, EnvironmentsSpec, Fold, PushSpec};
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::{TerrainSpec, Wall};
use burgess_physics::plan::{BrainKind, Plan};
use burgess_physics::scene::{ObjectSpec, RivalSpec, ShapeSpec};
use burgess_physics::step::episode::Episode;
use burgess_physics::step::pair_work::PairWork;
use burgess_physics::step::reverse::tape::Standing;
use burgess_physics::step::state::State;
use burgess_physics::task::TaskPlan;
use burgess_physics::world::{Physics, SelfCollision, Stiffness, World};
use std::path::Path;
use std::sync::Arc;

/// One situation: who is where, and when.
#[derive(Clone)]
pub struct Situation {
    /// Its name.
    pub name: String,
    genome: Genome,
    rules: Rules,
    world: World<f64>,
    /// What is differentiated.
    task: TaskPlan,
    brain: BrainKind,
    /// Whether the last step of an episode was in the situation, by the episode and the normal forces before; none: at the spawn point.
    reached: Option<Reached>,
}

impl std::fmt::Debug for Situation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Situation").field("name", &self.name).finish_non_exhaustive()
    }
}

type Reached = fn(&Episode<'_, f64>, &State<f64>) -> bool;

/// The situation in which nothing moves.
const AT_REST: &str = "at rest";
/// Steps in which a situation must come up.
const SEARCH: u32 = 960;
/// Steps of settling before one counts.
const SETTLING: u32 = 30;
/// Noise on all genes takes directions off the edges of boxes and the axes of capsules, where there are kinks.
const NOISE: f64 = 0.05;

/// A situation of a shipped body.
#[derive(Clone)]
struct Recipe {
    name: &'static str,
    body: &'static str,
    terrain: TerrainSpec,
    policy: Policy,
    /// Pushes and commands.
    environment: EnvironmentsSpec,
    /// What is changed of the genome and of the physics to get there.
    change: fn(&mut Genome, &mut Physics),
    reached: Option<Reached>,
}

/// All situations that a step can be in, found in episodes of shipped bodies.
///
/// # Errors
///
/// When a shipped body cannot be read.
pub fn all() -> anyhow::Result<Vec<Situation>> {
    let cpg = || Policy::Cpg { sharing: Sharing::Gene, frequency: (0.5, 2.5) };
    let mlp = Policy::Mlp {
        hidden: vec![8],
        sharing: Sharing::Instance,
        frequency: (0.5, 2.5),
        control_rate: 60,
        world_model: None,
    };
    let walls = vec![
        Wall { centre: (0.5, 0.0), half: (0.1, 1.0), height: 0.5 },
        Wall { centre: (-0.4, 0.3), half: (0.05, 0.1), height: 0.03 },
    ];
    let environment = EnvironmentsSpec { count: 1, reward: Fold::Mean, places: 0.0, pushes: None, commands: None };
    // Several in the shortest episodes of many steps.
    let pushed = EnvironmentsSpec { pushes: Some(PushSpec { every: 0.07, speed: 0.3 }), ..environment.clone() };
    let commands = Some(CommandSpec { every: 0.07, speed: (0.2, 0.6), turn: 2.0 });
    let asked = EnvironmentsSpec { commands, ..environment.clone() };
    let on = |name, body, terrain, reached| {
        let (policy, environment) = (cpg(), environment.clone());
        Recipe { name, body, terrain, policy, environment, change: lively, reached }
    };
    let flat = |name, body, reached| on(name, body, TerrainSpec::Plane { slope: 0.0 }, reached);
    let later: Option<Reached> = Some(|episode, _| episode.steps() > 120);
    let settled: Option<Reached> = Some(|episode, _| episode.steps() > 480);
    let stairs = TerrainSpec::Stairs { start: 0.15, rise: 0.03, run: 0.25, count: 5 };
    let bumps = TerrainSpec::Bumps { height: 0.03, wavelength: 1.5 };
    let recipes = [
        flat("spawn", "quadruped", None),
        Recipe { change: still, ..flat(AT_REST, "hexapod", settled) },
        Recipe { change: slippery, ..on("sliding", "biped", TerrainSpec::Plane { slope: 0.5 }, Some(is_sliding)) },
        flat("touching", "tripod", Some(has_touched)),
        flat("leaving", "snake", Some(has_left)),
        Recipe { change: cramped, ..flat("joint limit", "tripod", Some(at_limit)) },
        Recipe { change: weak, ..flat("saturated servo", "quadruped", Some(is_saturated)) },
        Recipe { change: geared, ..flat("servo at its no-load speed", "quadruped", Some(is_fast)) },
        Recipe { policy: mlp.clone(), ..flat("network", "biped", later) },
        Recipe { policy: mlp.clone(), environment: asked, ..flat("commands", "quadruped", later) },
        Recipe { environment: pushed, ..flat("pushed", "hexapod", later) },
        Recipe { policy: watched(mlp)?, ..flat("watching world model", "biped", later) },
        Recipe { policy: untrained(), ..flat("shared brain", "biped", later) },
        on("stairs", "hexapod", stairs, later),
        on("bumps", "snake", bumps, later),
        on("walls", "tripod", TerrainSpec::Walls(walls), later),
        flat("welded base", "arm", later),
        Recipe { change: folded, ..flat("limbs touching", "arm", Some(limbs_touch)) },
        Recipe { change: among_balls, ..flat("pushing objects", "quadruped", Some(pushes_objects)) },
        Recipe { change: facing_a_twin, ..flat("meeting a rival", "tripod", Some(meets_a_rival)) },
    ];
    recipes.into_iter().map(Recipe::cook).collect()
}

/// The policy with an untrained world model that watches, its frames short enough for several in the shortest episodes of many steps.
fn watched(mut policy: Policy) -> anyhow::Result<Policy> {
    if let Policy::Mlp { world_model, .. } = &mut policy {
        *world_model = Some(WorldModelFile::of(FrozenWorldModel::untrained(Size::Tiny, 40.0, 1)?, "untrained"));
    }
    Ok(policy)
}

/// An untrained brain for all bodies.
fn untrained() -> Policy {
    Policy::with_brain(Trained::untrained(&SharedSpec { width: 8, hidden: vec![8], ..SharedSpec::default() }, 1))
}

/// Every seed morphology of an experiment with a random brain, at its spawn point and after a second; the experiment's own reward and
/// descriptors.
///
/// # Errors
///
/// When a seed cannot be read.
pub fn of_experiment(experiment: &Experiment, file: &Path) -> anyhow::Result<Vec<Situation>> {
    ensure!(
        experiment.policy.training().is_none(),
        "policy.train: no brain is trained here; give one, as in policy=Shared(brain: \"brain.safetensors\")"
    );
    let seeds = start::seed_bodies(experiment, file)?;
    let plan = experiment.plan();
    let space = start::search_space(experiment, seeds.clone());
    let mut situations = Vec::new();
    for (i, (name, seed)) in experiment.body.morphologies().iter().zip(seeds).enumerate() {
        let mut variation = Variation { seeds: vec![seed], evolve_body: true, ..space.clone() };
        let genome = varied(&variation, &mut Stream::new(experiment.seed, 0, i as u64, Purpose::Test));
        if variation.physics.contact_stiffness == Stiffness::Auto {
            let stiffness = variation.compile(&genome)?.model.contact_stiffness;
            variation.physics.contact_stiffness = Stiffness::Fixed(stiffness);
        }
        let Variation { policy, limits, physics, .. } = variation;
        let rules = Rules { policy, limits, physics };
        let task = TaskPlan {
            descriptors: plan.task.descriptors.iter().copied().filter(Descriptor::has_gradient).collect(),
            min_height: None,
            min_up: None,
            ..plan.task.clone()
        };
        // Gradients of several environments are sums of such.
        let world = World { others: Vec::new(), ..plan.world.clone() };
        let at = |when: &str, reached| Situation {
            name: format!("{name}, {when}"),
            genome: genome.clone(),
            rules: rules.clone(),
            world: world.clone(),
            task: task.clone(),
            brain: plan.brain.clone(),
            reached,
        };
        situations.push(at("spawn", None));
        situations.push(at("after a second", Some(|episode, _| episode.time() >= 1.0)));
    }
    Ok(situations)
}

/// The only seed of a variation with a random brain, and noise on all genes.
fn varied(variation: &Variation, stream: &mut Stream) -> Genome {
    variation.gaussian(&variation.random(0.0, stream), NOISE, 0.0, stream)
}

impl Recipe {
    fn cook(self) -> anyhow::Result<Situation> {
        let Self { name, body, terrain, policy, environment, change, reached } = self;
        let mut physics = Physics { contact_stiffness: Stiffness::Fixed(1e4), ..Physics::default() }.on(&terrain);
        let seeds = vec![morphology::load(body, Path::new("."))?];
        let (limits, asked) = (BodyLimits::default(), environment.commands.is_some());
        let variation = Variation { seeds, policy, limits, physics: physics.clone(), asked, evolve_body: true };
        let mut genome = varied(&variation, &mut Stream::new(1, 0, 0, Purpose::Test));
        change(&mut genome, &mut physics);
        let world = World::new(&physics, &terrain, 1).in_environments(&environment, 1, SEARCH);
        let (task, brain) = (task(name, &variation.policy, &physics), variation.policy.brain_kind());
        let Variation { policy, limits, .. } = variation;
        Ok(Situation {
            name: name.into(),
            genome,
            rules: Rules { policy, limits, physics },
            world,
            task,
            brain,
            reached,
        })
    }
}

/// Every descriptor with a gradient and every reward term, but for the energy where nothing moves: power is an absolute value, with
/// its kink at rest, and for what is said of a rival where there is none.
fn task(name: &str, policy: &Policy, physics: &Physics) -> TaskPlan {
    let weights: [f64; RewardTerm::ALL.len()] =
        [1.0, 0.5, 0.5, 1.0, 0.25, -0.002, -0.001, 0.25, -0.1, 0.5, 0.5, 1.0, 0.5, -0.5, 0.5, 0.5];
    let term = |term| match term {
        RewardTerm::TargetReached { .. } => RewardTerm::TargetReached { target: (1.0, 0.0), radius: 0.5 },
        RewardTerm::ObjectReached { .. } => RewardTerm::ObjectReached { target: (1.0, 0.0), radius: 0.5 },
        RewardTerm::FollowCommand { .. } => RewardTerm::FollowCommand { spread: 0.3 },
        other => other,
    };
    let meets = !physics.rivals.is_empty();
    let counts = |(term, _): &(RewardTerm, f64)| {
        (name != AT_REST || *term != RewardTerm::Energy) && (meets || !term.needs_rival())
    };
    TaskPlan {
        steps: SEARCH,
        control_period: policy.control_period(physics.rate),
        reward: RewardTerm::ALL.map(term).into_iter().zip(weights).filter(counts).collect(),
        descriptors: Descriptor::ALL.into_iter().filter(Descriptor::has_gradient).collect(),
        min_height: None,
        min_up: None,
        frame: None,
        observer: policy.watched_by(physics.rate),
    }
}

impl Situation {
    /// The subject in the situation.
    ///
    /// # Errors
    ///
    /// When its episode never gets there.
    pub fn find(&self) -> anyhow::Result<Subject> {
        let mut subject = self.at_spawn();
        if let Some(reached) = self.reached {
            let task = TaskPlan { steps: SEARCH, ..self.task.clone() };
            let start = search(&subject, &task, reached);
            subject.start = Some(start.with_context(|| format!("`{}` did not come up in {SEARCH} steps", self.name))?);
        }
        Ok(subject)
    }

    /// The same subject at its spawn point.
    pub fn at_spawn(&self) -> Subject {
        Subject::new(self.genome.clone(), self.rules.clone(), self.world.clone())
    }

    /// What a backend is made for to differentiate episodes of so many steps.
    pub fn plan(&self, steps: u32) -> Plan {
        let task = TaskPlan { steps, ..self.task.clone() };
        Plan { world: self.world.clone(), task, brain: self.brain.clone() }
    }
}

/// Where the step began that was in the situation first.
fn search(subject: &Subject, task: &TaskPlan, reached: Reached) -> Option<Standing<f64>> {
    let mut episode = Episode::new(&subject.candidate, &subject.world, task);
    loop {
        let before = Standing {
            state: episode.state.clone(),
            targets: episode.drive.targets.clone(),
            commands: episode.commands().to_vec(),
        };
        if !episode.advance() {
            return None;
        }
        if episode.steps() > SETTLING && reached(&episode, &before.state) {
            return Some(before);
        }
    }
}

fn lively(_: &mut Genome, _: &mut Physics) {}

fn cpg(genome: &mut Genome, mut change: impl FnMut(&mut CpgGene)) {
    if let Brain::Cpg { joints, .. } = &mut genome.brain {
        joints.iter_mut().for_each(&mut change);
    }
}

fn still(genome: &mut Genome, _: &mut Physics) {
    cpg(genome, |joint| (joint.amplitude, joint.offset) = (0.0, 0.0));
}

fn slippery(genome: &mut Genome, physics: &mut Physics) {
    still(genome, physics);
    physics.friction = 0.2;
}

/// Targets lie far beyond one end of the range of every hinge.
fn cramped(genome: &mut Genome, _: &mut Physics) {
    genome.body.joints.iter_mut().for_each(|joint| (joint.lower, joint.upper) = (-3.0, 0.0));
    cpg(genome, |joint| (joint.amplitude, joint.offset) = (2.0, 2.0));
}

fn weak(genome: &mut Genome, _: &mut Physics) {
    genome.body.joints.iter_mut().for_each(|joint| joint.log_torque -= 2.0);
    cpg(genome, |joint| joint.amplitude = 2.0);
}

/// Servos that are too slow for what they are asked, each with a gear of its own.
fn geared(genome: &mut Genome, physics: &mut Physics) {
    physics.no_load_speed = Some(4.0);
    genome.body = genome.body.clone().fitted(physics);
    let gears = (0..).map(|i| 0.2 * f64::from(i) - 0.1);
    genome.body.joints.iter_mut().zip(gears).for_each(|(joint, gear)| joint.log_gear = Some(gear));
    cpg(genome, |joint| joint.amplitude = 2.0);
}

/// An arm that bends until it lies on its own foot and moves there.
fn folded(genome: &mut Genome, physics: &mut Physics) {
    physics.self_collision = SelfCollision::On;
    genome.body.joints.iter_mut().for_each(|joint| (joint.lower, joint.upper) = (2.0, 2.0));
    cpg(genome, |joint| (joint.amplitude, joint.offset) = (0.05, 1.0));
}

/// A light ball.
fn ball(x: f64, y: f64, z: f64) -> ObjectSpec {
    ObjectSpec {
        shape: ShapeSpec::Sphere { radius: 0.08 },
        mass: 0.3,
        at: (x, y, z),
        turn: (0.0, 0.0, 0.0),
        friction: None,
        fixed: false,
        count: 1,
        spacing: (0.0, 0.0, 0.0),
    }
}

/// Balls all around, one of them on another.
fn among_balls(_: &mut Genome, physics: &mut Physics) {
    let around = (0..6).map(|i| 1.05 * f64::from(i)).map(|angle| ball(0.42 * angle.cos(), 0.42 * angle.sin(), 0.0));
    physics.objects = around.chain([ball(0.44, 0.02, 0.17)]).collect();
}

/// A creature of the same genes in reach, which looks back, and a ball between them.
fn facing_a_twin(genome: &mut Genome, physics: &mut Physics) {
    lively(genome, physics);
    let policy = Policy::Cpg { sharing: Sharing::Gene, frequency: (0.5, 2.5) };
    // A morphology has been checked where it was read.
    let found = compile(genome, &policy, &BodyLimits::default(), physics).ok();
    let at = (0.45, 0.1);
    let found = found.map(Arc::new);
    physics.rivals = vec![RivalSpec { body: "twin".to_owned(), policy: None, at, heading: 2.8, found }];
    physics.objects = vec![ball(0.2, 0.3, 0.0)];
}

fn meets_a_rival(episode: &Episode<'_, f64>, _: &State<f64>) -> bool {
    let links = episode.work.links.len();
    let rival = links + episode.candidate().model.first_rival();
    let touches =
        |pair: &PairWork<f64>| pair.links.iter().any(|&l| l < links) && pair.links.iter().any(|&l| l >= rival);
    episode.work.pairs.iter().any(|pair| pair.force.normal > 0.5 && touches(pair))
}

fn pushes_objects(episode: &Episode<'_, f64>, _: &State<f64>) -> bool {
    let links = episode.work.links.len();
    let pushed = |pair: &PairWork<f64>| pair.force.normal > 0.5 && pair.links[0] < links && pair.links[1] >= links;
    episode.work.pairs.iter().any(pushed)
}

fn limbs_touch(episode: &Episode<'_, f64>, _: &State<f64>) -> bool {
    episode.steps() > 240 && episode.work.pairs.iter().any(|pair| pair.force.normal > 1.0)
}

fn is_sliding(episode: &Episode<'_, f64>, _: &State<f64>) -> bool {
    episode.state.normal_forces().sum::<f64>() > 1.0 && episode.state.velocity.norm_squared() > 0.25
}

fn has_touched(episode: &Episode<'_, f64>, before: &State<f64>) -> bool {
    episode.state.normal_forces().zip(before.normal_forces()).any(|(after, before)| before < 1e-3 && after > 1.0)
}

fn has_left(episode: &Episode<'_, f64>, before: &State<f64>) -> bool {
    episode.state.normal_forces().zip(before.normal_forces()).any(|(after, before)| before > 1.0 && after == 0.0)
}

fn at_limit(episode: &Episode<'_, f64>, _: &State<f64>) -> bool {
    episode.work.links.iter().any(|link| link.limit_use > 0.5)
}

/// Some servo is at the limit of its voltage: its drag is more than that of its gains.
fn is_fast(episode: &Episode<'_, f64>, before: &State<f64>) -> bool {
    let dt = episode.world().dt;
    let model = &episode.candidate().model;
    (1..model.links.len()).any(|i| {
        let (servo, own) = (model.joint(i).servo, &episode.work.links[i].servo);
        let gain = own.push / (servo.kp * (episode.drive.targets[i] - before.links[i].angle));
        let excess = own.drag - gain * (dt * servo.kp + servo.kd);
        servo.no_load_speed.is_some_and(|speed| excess > 0.2 * servo.torque_limit / speed)
    })
}

fn is_saturated(episode: &Episode<'_, f64>, _: &State<f64>) -> bool {
    let dt = episode.world().dt;
    let joints = episode.candidate().model.joints.iter().zip(&episode.work.links[1..]);
    let mut gains = joints.map(|(joint, own)| own.servo.drag / (dt * joint.servo.kp + joint.servo.kd));
    gains.any(|gain| gain < 0.3)
}
