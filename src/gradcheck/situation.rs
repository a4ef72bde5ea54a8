//! Situations that a step can be in, found in episodes of shipped bodies.

use super::subject::{Rules, Subject};
use crate::experiment::{Physics, Policy, Sharing, Stiffness};
use crate::genome::{Brain, Genome, Variation, morphology};
use crate::laws::terrain::{TerrainSpec, Wall};
use crate::rng::{Purpose, Stream};
use crate::sim::cpu::episode::Episode;
use crate::sim::cpu::reverse::tape::Standing;
use crate::sim::task::TaskPlan;
use crate::sim::world::World;
use std::path::Path;

/// One situation: which body where, and when it is in it.
#[derive(Clone)]
pub struct Situation {
    /// Its name.
    pub name: &'static str,
    body: &'static str,
    terrain: TerrainSpec,
    network: bool,
    /// What is changed of the genome and of the physics to get there.
    change: fn(&mut Genome, &mut Physics),
    /// Whether the last step of an episode was in the situation, by the episode and the normal forces before; none: at the spawn point.
    reached: Option<fn(&Episode<'_, f64>, &[f64]) -> bool>,
}

/// The situation in which nothing moves.
const AT_REST: &str = "at rest";
/// Steps in which a situation must come up.
const SEARCH: u32 = 960;
/// Steps of settling before one counts.
const SETTLING: u32 = 30;

/// All situations.
pub fn all() -> Vec<Situation> {
    let plane = || TerrainSpec::Plane { slope: 0.0 };
    let on =
        |name, body, terrain, network, reached| Situation { name, body, terrain, network, change: lively, reached };
    let walls = vec![
        Wall { centre: (0.5, 0.0), half: (0.1, 1.0), height: 0.5 },
        Wall { centre: (-0.4, 0.3), half: (0.05, 0.1), height: 0.03 },
    ];
    let later: Option<fn(&Episode<'_, f64>, &[f64]) -> bool> = Some(|episode, _| episode.steps() > 120);
    vec![
        on("spawn", "quadruped", plane(), false, None),
        Situation { change: still, ..on(AT_REST, "hexapod", plane(), false, Some(|episode, _| episode.steps() > 480)) },
        Situation {
            change: slippery,
            ..on("sliding", "biped", TerrainSpec::Plane { slope: 0.5 }, false, Some(is_sliding))
        },
        on("touching", "quadruped", plane(), false, Some(has_touched)),
        on("leaving", "hopper", plane(), false, Some(has_left)),
        Situation { change: cramped, ..on("joint limit", "tripod", plane(), false, Some(at_limit)) },
        Situation { change: weak, ..on("saturated servo", "quadruped", plane(), false, Some(is_saturated)) },
        on("network", "biped", plane(), true, later),
        on("stairs", "hexapod", TerrainSpec::Stairs { start: 0.15, rise: 0.03, run: 0.25, count: 5 }, false, later),
        on("bumps", "snake", TerrainSpec::Bumps { height: 0.03, wavelength: 1.5 }, false, later),
        on("walls", "tripod", TerrainSpec::Walls(walls), false, later),
        on("welded base", "arm", plane(), false, later),
    ]
}

impl Situation {
    /// The subject in the situation; nothing when its episode never gets there.
    ///
    /// # Errors
    ///
    /// When a shipped body cannot be read.
    pub fn find(&self, task: &TaskPlan) -> anyhow::Result<Option<Subject>> {
        let policy = if self.network {
            Policy::Mlp { hidden: vec![8], sharing: Sharing::Instance, frequency: (0.5, 2.5), control_rate: 60 }
        } else {
            Policy::Cpg { sharing: Sharing::Gene, frequency: (0.5, 2.5) }
        };
        let mut physics = Physics { contact_stiffness: Stiffness::Fixed(1e4), ..Physics::default() };
        let seeds = vec![morphology::load(self.body, Path::new("."))?];
        let limits = crate::experiment::BodyLimits::default();
        let variation =
            Variation { seeds, policy: policy.clone(), limits, physics: physics.clone(), evolve_body: true };
        let stream = &mut Stream::new(1, 0, 0, Purpose::Test);
        // Noise takes directions off the edges of boxes and the axes of capsules, where there are kinks.
        let mut genome = variation.gaussian(&variation.random(0.0, stream), 0.05, 0.0, stream);
        (self.change)(&mut genome, &mut physics);
        let world = World::new(&physics, &self.terrain, 1);
        let mut subject = Subject::new(genome, Rules { policy, limits: variation.limits, physics }, world);
        let Some(reached) = self.reached else { return Ok(Some(subject)) };
        let task = TaskPlan { steps: SEARCH, ..task.clone() };
        let start = search(&subject, &task, reached);
        let found = start.is_some();
        subject.start = start;
        Ok(found.then_some(subject))
    }

    /// Whether nothing moves in it.
    pub fn is_still(&self) -> bool {
        self.name == AT_REST
    }

    /// Physics steps between two decisions.
    pub fn control_period(&self) -> u32 {
        if self.network { 4 } else { 1 }
    }
}

/// Where the step began that was in the situation first.
fn search(subject: &Subject, task: &TaskPlan, reached: fn(&Episode<'_, f64>, &[f64]) -> bool) -> Option<Standing<f64>> {
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
        if episode.steps() > SETTLING && reached(&episode, &before.state.normal_forces) {
            return Some(before);
        }
    }
}

fn lively(_: &mut Genome, _: &mut Physics) {}

fn cpg(genome: &mut Genome, mut change: impl FnMut(&mut crate::genome::CpgGene)) {
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

/// The range of every hinge lies off its middle, so that targets lie beyond it.
fn cramped(genome: &mut Genome, _: &mut Physics) {
    genome.body.joints.iter_mut().for_each(|joint| (joint.lower, joint.upper) = (-3.0, 0.0));
    cpg(genome, |joint| joint.amplitude = 2.0);
}

fn weak(genome: &mut Genome, _: &mut Physics) {
    genome.body.joints.iter_mut().for_each(|joint| joint.log_torque -= 2.0);
    cpg(genome, |joint| joint.amplitude = 2.0);
}

fn is_sliding(episode: &Episode<'_, f64>, _: &[f64]) -> bool {
    episode.state.normal_forces.iter().sum::<f64>() > 1.0 && episode.state.velocity.norm_squared() > 0.25
}

fn has_touched(episode: &Episode<'_, f64>, before: &[f64]) -> bool {
    episode.state.normal_forces.iter().zip(before).any(|(&after, &before)| before < 1e-3 && after > 1.0)
}

fn has_left(episode: &Episode<'_, f64>, before: &[f64]) -> bool {
    episode.state.normal_forces.iter().zip(before).any(|(&after, &before)| before > 1.0 && after == 0.0)
}

fn at_limit(episode: &Episode<'_, f64>, _: &[f64]) -> bool {
    episode.work.links.iter().any(|link| link.limit_use > 0.5)
}

fn is_saturated(episode: &Episode<'_, f64>, _: &[f64]) -> bool {
    let dt = episode.world().dt;
    let links = episode.candidate().creature.links.iter().zip(&episode.work.links).skip(1);
    let mut gains = links.map(|(link, own)| own.servo.drag / (dt * link.kp + link.kd));
    gains.any(|gain| gain < 0.3)
}
