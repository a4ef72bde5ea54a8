//! A sequence of actions that brings a point of a body to a target, upright all the way: an arm that carries a full cup.
//!
//! The loss is made of states along the way (`watch`); the way back through the episode gives its gradient with respect to every action,
//! and Adam follows it. Steps are taken in the changes from row to row: then one step moves the whole rest of the motion, and motions
//! stay smooth on the way. (Rows by themselves jerk the arm about: none of several rates came under 4 cm and 7 degrees in 150 steps.)

mod carried;
mod record;
mod watch;

pub use carried::View;
pub use record::write;

use super::descent::Steps;
use crate::experiment::{Reach, ReachGoal};
use crate::inverse::gait::given_body;
use anyhow::{Context, Result, ensure};
use burgess_physics::gradient::Objective;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{Candidate, Controller, Model};
use burgess_physics::step::episode::Episode;
use burgess_physics::step::reverse::episode::{TAPE_MEMORY, differentiate_watching};
use burgess_physics::task::TaskPlan;
use burgess_physics::world::World;
use carried::Chain;
use std::path::Path;
use watch::Watcher;

/// What came of it.
#[derive(Clone, Debug)]
pub struct ReachResult {
    /// The loss before each gradient step, and after the last.
    pub losses: Vec<f64>,
    /// Shares of each joint's half range: decisions x joints, row-major.
    pub actions: Vec<f64>,
    /// Number of joints.
    pub joints: usize,
    /// The motion without actions: the start, and every step.
    pub before: Vec<CarriedState>,
    /// The motion with the actions: the start, and every step.
    pub after: Vec<CarriedState>,
}

/// What is carried, at a time.
#[derive(Clone, Copy, Debug)]
pub struct CarriedState {
    /// Time (s).
    pub time: f64,
    /// Where it is and how it moves.
    pub view: View<f64>,
    /// Distance from the target (m).
    pub distance: f64,
    /// Angle between its up and the vertical (rad).
    pub tilt: f64,
}

/// A body in its world, and what is asked of it.
struct ReachProblem<'a> {
    spec: &'a Reach,
    chain: Chain,
    model: Model<f64>,
    world: World<f64>,
    task: TaskPlan,
}

/// Takes the gradient steps.
///
/// # Errors
///
/// When the body cannot be read or has no such link, or the motion diverges.
pub fn solve(spec: &Reach, folder: &Path) -> Result<ReachResult> {
    let problem = ReachProblem::new(spec, folder)?;
    let joints = problem.model.joint_count();
    let decisions = problem.task.steps.div_ceil(problem.task.control_period) as usize;
    let mut changes = vec![0.0; decisions * joints];
    let before = problem.motion(&changes);
    let mut steps = Steps::new(&spec.descent, changes.len());
    let mut losses = Vec::with_capacity(spec.descent.steps as usize + 1);
    for _ in 0..spec.descent.steps {
        let (loss, gradient) = problem.slope(&summed(&changes, joints))?;
        losses.push(loss);
        steps.descend(&mut changes, gathered(gradient, joints));
    }
    let actions = summed(&changes, joints);
    losses.push(problem.slope(&actions)?.0);
    let after = problem.motion(&actions);
    Ok(ReachResult { losses, actions, joints, before, after })
}

/// Actions from their changes from row to row, the first from zero; never beyond the joints' ranges.
fn summed(changes: &[f64], joints: usize) -> Vec<f64> {
    let mut actions = changes.to_vec();
    for i in joints..actions.len() {
        actions[i] += actions[i - joints];
    }
    actions.iter().map(|share| share.clamp(-1.0, 1.0)).collect()
}

/// The gradient by the changes from that by the actions: each change moves all rows that follow.
fn gathered(mut gradient: Vec<f64>, joints: usize) -> Vec<f64> {
    for i in (joints..gradient.len()).rev() {
        gradient[i - joints] += gradient[i];
    }
    gradient
}

/// Whether the body has the link that carries.
///
/// # Errors
///
/// When it has not, or there is no such body.
pub(super) fn check_carried(spec: &Reach, folder: &Path) -> Result<()> {
    ReachProblem::new(spec, folder).map(drop)
}

impl<'a> ReachProblem<'a> {
    fn new(spec: &'a Reach, folder: &Path) -> Result<Self> {
        let model = given_body(&spec.body, &spec.physics, folder)?.1.model;
        let (link, links) = (spec.carried.link, model.links.len());
        ensure!(link < links, "{} has links 0 to {}, not {link}", spec.body, links - 1);
        let rate = f64::from(spec.physics.rate);
        let task = TaskPlan {
            steps: ((spec.duration * rate).round() as u32).max(1),
            control_period: spec.physics.rate / spec.control_rate,
            reward: Vec::new(),
            descriptors: Vec::new(),
            min_height: None,
            min_up: None,
            frame: None,
            observer: None,
        };
        let world = World::new(&spec.physics, &TerrainSpec::default(), 0);
        Ok(Self { spec, chain: Chain::new(&model, &spec.carried), model, world, task })
    }

    fn candidate(&self, actions: &[f64]) -> Candidate<f64> {
        Candidate { model: self.model.clone(), controller: Controller::Sequence { actions: actions.to_vec() } }
    }

    /// The loss and its gradient by every action.
    fn slope(&self, actions: &[f64]) -> Result<(f64, Vec<f64>)> {
        let candidate = self.candidate(actions);
        let episode = Episode::new(&candidate, &self.world, &self.task);
        let mut watcher = Watcher::new(self.spec, &self.chain, &self.task);
        let (objective, world, task) = (Objective { reward: 0.0, descriptors: Vec::new() }, &self.world, &self.task);
        let gradient = differentiate_watching(episode, &candidate, world, task, &objective, TAPE_MEMORY, &mut watcher);
        let Controller::Sequence { actions: mut slope } = gradient.candidate.controller else {
            anyhow::bail!("the gradient of a sequence is none")
        };
        let loss = watcher.loss + self.add_roughness(actions, &mut slope);
        let finite = loss.is_finite() && slope.iter().all(|g| g.is_finite());
        finite.then_some((loss, slope)).context("the motion diverges, or its gradient is not finite")
    }

    /// The loss of changes from row to row, the first from zero; adds its gradient.
    fn add_roughness(&self, actions: &[f64], slope: &mut [f64]) -> f64 {
        let (weight, joints) = (self.spec.loss.roughness, self.model.joint_count());
        let mut loss = 0.0;
        for i in 0..actions.len() {
            let change = actions[i] - if i < joints { 0.0 } else { actions[i - joints] };
            loss += weight * change * change;
            slope[i] += 2.0 * weight * change;
            if i >= joints {
                slope[i - joints] -= 2.0 * weight * change;
            }
        }
        loss
    }

    /// What is carried, at the start and after every step.
    fn motion(&self, actions: &[f64]) -> Vec<CarriedState> {
        let candidate = self.candidate(actions);
        let mut episode = Episode::new(&candidate, &self.world, &self.task);
        let mut moments = vec![self.moment(&episode)];
        while episode.advance() {
            moments.push(self.moment(&episode));
        }
        moments
    }

    fn moment(&self, episode: &Episode<'_, f64>) -> CarriedState {
        let view = self.chain.view(&self.chain.inputs(&episode.state), &episode.state);
        let (x, y, z) = self.spec.target;
        let gap = view.position - burgess_core::math::vec3(x, y, z);
        let level = libm::hypot(view.up.x, view.up.y);
        CarriedState {
            time: episode.time(),
            view,
            distance: gap.norm_squared().sqrt(),
            tilt: libm::atan2(level, view.up.z),
        }
    }
}

impl ReachResult {
    /// Largest tilt at any time (rad), and distance (m) and speed (m/s) at the end.
    pub fn result(&self) -> ReachGoal {
        // A NaN must not be passed over.
        let tilt = self.after.iter().fold(0.0, |most, m| if m.tilt <= most { most } else { m.tilt });
        let end = self.after.last();
        let distance = end.map_or(f64::NAN, |m| m.distance);
        let speed = end.map_or(f64::NAN, |m| m.view.velocity.norm_squared().sqrt());
        ReachGoal { distance, speed, tilt }
    }

    /// Whether the goal is reached.
    pub fn reaches(&self, spec: &Reach) -> bool {
        let ReachGoal { distance, speed, tilt } = self.result();
        distance <= spec.goal.distance && speed <= spec.goal.speed && tilt <= spec.goal.tilt
    }
}
