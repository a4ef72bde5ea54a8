//! Throughput: standard creatures with a standard task, and generations of an experiment, timed around finished work.

pub mod bodies;
mod generations;

pub use generations::{GenerationTiming, time_generations};

use anyhow::{Result, ensure};
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::batch::Backend;
use burgess_physics::gradient::{Differentiate, Objective};
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{Candidate, Controller, CpgJoint};
use burgess_physics::plan::{BrainKind, Plan};
use burgess_physics::step::pairs::pairs_that_touch;
use burgess_physics::task::{Ending, TaskPlan};
use burgess_physics::world::{Physics, SelfCollision, World};
use std::fmt;
use std::time::Instant;

/// Decisions a second.
pub const CONTROL_RATE: u32 = 60;

/// Which bodies a batch holds; no two are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bodies {
    /// Random trees of so many links.
    Links(usize),
    /// Random trees of 8 to 12 links.
    Mixed,
}

impl fmt::Display for Bodies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Links(links) => f.pad(&links.to_string()),
            Self::Mixed => f.pad("8-12"),
        }
    }
}

/// What drives the joints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brain {
    /// A random oscillator a joint.
    Cpg,
    /// A new random action a joint at every decision.
    RandomActions,
}

impl fmt::Display for Brain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Cpg => "Cpg",
            Self::RandomActions => "random actions",
        })
    }
}

/// What a backend is to be made for: the default physics on flat ground; forward velocity less energy as reward, limb loads, height
/// and final place as descriptors, and no termination. An episode lasts `duration` (s). `touching`: whether links of a creature touch each other.
pub fn plan(duration: f64, brain: Brain, touching: bool) -> Plan {
    let self_collision = if touching { SelfCollision::On } else { SelfCollision::Off };
    let physics = Physics { self_collision, ..Physics::default() };
    let task = TaskPlan {
        steps: ((duration * f64::from(physics.rate)).round() as u32).max(1),
        control_period: match brain {
            Brain::Cpg => 1,
            Brain::RandomActions => physics.rate / CONTROL_RATE,
        },
        reward: vec![(RewardTerm::ForwardVelocity, 1.0), (RewardTerm::Energy, -1e-3), (RewardTerm::Survival, 0.1)],
        descriptors: vec![
            Descriptor::DutyFactor(0),
            Descriptor::DutyFactor(1),
            Descriptor::MeanHeight,
            Descriptor::FinalX,
        ],
        min_height: None,
        min_up: None,
        frame: None,
        observer: None,
    };
    let kind = match brain {
        Brain::Cpg => BrainKind::Cpg,
        Brain::RandomActions => BrainKind::Sequence,
    };
    Plan { world: World::new(&physics, &TerrainSpec::default(), 0), task, brain: kind }
}

/// A batch of `count` candidates for a plan.
pub fn candidates(bodies: Bodies, brain: Brain, count: usize, plan: &Plan) -> Vec<Candidate<f32>> {
    let task = &plan.task;
    let candidate = |i| {
        let mut stream = Stream::new(0, 0, i as u64, Purpose::Actions);
        let links = match bodies {
            Bodies::Links(links) => links,
            Bodies::Mixed => 8 + i % 5,
        };
        let mut model = bodies::random_body(links, &mut stream);
        if plan.world.has_pairs {
            model.pairs = pairs_that_touch(&model, &SelfCollision::On);
        }
        let controller = match brain {
            Brain::Cpg => Controller::Cpg {
                frequency: stream.range(0.8, 2.0),
                joints: (1..links).map(|_| random_rhythm(&mut stream)).collect(),
            },
            Brain::RandomActions => {
                let decisions = task.steps.div_ceil(task.control_period) as usize;
                Controller::Sequence {
                    actions: (0..decisions * (links - 1)).map(|_| stream.range(-1.0, 1.0)).collect(),
                }
            }
        };
        Candidate { model, controller }.map(|x| x as f32)
    };
    (0..count).map(candidate).collect()
}

fn random_rhythm(stream: &mut Stream) -> CpgJoint<f64> {
    CpgJoint {
        amplitude: stream.range(0.2, 0.8),
        phase: stream.range(0.0, std::f64::consts::TAU),
        offset: stream.range(-0.2, 0.2),
    }
}

/// What was measured: medians over the repetitions.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Creatures evaluated at a time.
    pub batch: usize,
    /// Links that they have together.
    pub links: usize,
    /// Steps of an episode.
    pub steps: u32,
    /// Time in the simulation (s).
    pub simulation: f64,
    /// How much longer the slowest repetition simulated than the fastest, as a share of that.
    pub spread: f64,
    /// Time of the whole evaluation, from candidates to outcomes (s).
    pub evaluation: f64,
    /// Time on the way forth and back for gradients, if that was timed (s); what is simulated twice is part of it.
    pub gradient: Option<f64>,
}

impl Timing {
    /// Links simulated times steps, a second of simulation.
    pub fn body_steps(&self) -> f64 {
        self.links as f64 * f64::from(self.steps) / self.simulation
    }
    /// Links simulated times steps, a second on the way forth and back.
    pub fn gradient_body_steps(&self) -> Option<f64> {
        Some(self.links as f64 * f64::from(self.steps) / self.gradient?)
    }
    /// How many times as long as the way forth the way back takes.
    pub fn back_over_forth(&self) -> Option<f64> {
        Some((self.gradient? - self.simulation) / self.simulation)
    }
    /// Creatures simulated times steps, a second of simulation.
    pub fn creature_steps(&self) -> f64 {
        self.batch as f64 * f64::from(self.steps) / self.simulation
    }
    /// Candidates evaluated a second, everything included.
    pub fn evaluations(&self) -> f64 {
        self.batch as f64 / self.evaluation
    }
}

/// Times a backend that was made for `task` on a batch `repeats` times, once it is warm: after so many seconds of work, and when repetitions take
/// the same time. With a `differentiator` for the same task each repetition is followed by one of the gradient of the reward.
///
/// # Errors
///
/// When the backend fails, or a creature diverges, so that less was simulated than is counted.
pub fn time(
    backend: &dyn Backend,
    differentiator: Option<&dyn Differentiate>,
    candidates: &[Candidate<f32>],
    task: &TaskPlan,
    repeats: usize,
    warm_up_seconds: f64,
) -> Result<Timing> {
    let objective = Objective::reward(task.descriptors.len());
    let run = || -> Result<Times> {
        let (began, before) = (Instant::now(), backend.simulation_time());
        let outcomes = backend.evaluate(candidates)?;
        let evaluation = began.elapsed();
        let simulation = backend.simulation_time() - before;
        let diverged = outcomes.iter().filter(|outcome| outcome.ending == Ending::Diverged).count();
        ensure!(diverged == 0, "{diverged} of {} creatures diverged", candidates.len());
        let mut gradient = None;
        if let Some(differentiator) = differentiator {
            let before = differentiator.time();
            differentiator.differentiate(candidates, &objective)?;
            gradient = Some((differentiator.time() - before).as_secs_f64());
        }
        Ok(Times { simulation: simulation.as_secs_f64(), evaluation: evaluation.as_secs_f64(), gradient })
    };
    warm_up_by(|| Ok(run()?.simulation), warm_up_seconds)?;
    let times: Vec<Times> = (0..repeats).map(|_| run()).collect::<Result<_>>()?;
    Ok(Timing {
        batch: candidates.len(),
        links: candidates.iter().map(|c| c.model.links.len()).sum(),
        steps: task.steps,
        simulation: median(times.iter().map(|t| t.simulation)),
        spread: spread(times.iter().map(|t| t.simulation)),
        evaluation: median(times.iter().map(|t| t.evaluation)),
        gradient: differentiator.map(|_| median(times.iter().filter_map(|t| t.gradient))),
    })
}

/// Repetitions in a row that take the same time when a device is warm, and by how much of it they may differ.
const STEADY: (usize, f64) = (3, 0.03);
/// Time after which what is not steady by then is timed all the same (s).
const PATIENCE: f64 = 5.0;

/// Evaluates a batch until the device is warm: for at least so many seconds. A GPU that has idled raises its clocks only after seconds of work.
///
/// # Errors
///
/// When the backend fails.
pub fn warm_up(backend: &dyn Backend, candidates: &[Candidate<f32>], seconds: f64) -> Result<()> {
    let run = || {
        let before = backend.simulation_time();
        backend.evaluate(candidates)?;
        Ok((backend.simulation_time() - before).as_secs_f64())
    };
    warm_up_by(run, seconds)
}

/// The same by any work that says how long it simulated (s).
fn warm_up_by(run: impl Fn() -> Result<f64>, seconds: f64) -> Result<()> {
    let began = Instant::now();
    let mut times = Vec::new();
    loop {
        times.push(run()?);
        let spent = began.elapsed().as_secs_f64();
        let last = times.iter().rev().take(STEADY.0).copied();
        let is_steady = times.len() >= STEADY.0 && spread(last) <= STEADY.1;
        if spent >= seconds && (is_steady || spent >= seconds + PATIENCE) {
            return Ok(());
        }
    }
}

/// By how much the largest number exceeds the smallest, as a share of that.
fn spread(numbers: impl Iterator<Item = f64>) -> f64 {
    let (least, most) = numbers.fold((f64::INFINITY, 0.0), |(least, most): (f64, f64), x| (least.min(x), most.max(x)));
    most / least - 1.0
}

/// Times of one repetition (s).
struct Times {
    simulation: f64,
    evaluation: f64,
    gradient: Option<f64>,
}

fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
