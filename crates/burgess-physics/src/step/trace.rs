//! A recorded episode: what tables of trajectories and pictures are made of.

use super::episode::Episode;
use super::kinematics::kinematics;
use super::objects::each_body;
use super::pair_work::Meeting;
use super::state::{LinkWork, Work};
use crate::model::Candidate;
use crate::task::{Returns, TaskPlan};
use crate::world::World;
use burgess_core::autodiff::{Value, real};
use burgess_core::math::{Quat, Vec3};

/// One recorded moment. World axes but for `angular_velocity`; SI units.
#[derive(Clone, Debug)]
pub struct TraceRow {
    /// Time (s).
    pub time: f64,
    /// Base origin (m).
    pub position: Vec3<f64>,
    /// Base orientation, base to world.
    pub orientation: Quat<f64>,
    /// Velocity of the base origin (m/s).
    pub velocity: Vec3<f64>,
    /// Angular velocity of the base (rad/s, base axes).
    pub angular_velocity: Vec3<f64>,
    /// Hinge angles (rad), link 1 first.
    pub angles: Vec<f64>,
    /// Hinge rates (rad/s), link 1 first.
    pub rates: Vec<f64>,
    /// Servo targets that held in the step to here (rad), link 1 first.
    pub targets: Vec<f64>,
    /// Normal force on each link (N), the base first: sum over its contact points.
    pub contacts: Vec<f64>,
    /// How deep links of the creature that can touch each other were in each other before the step to here (m), the deepest.
    pub overlap: f64,
    /// Reward as if the episode ended here.
    pub reward: f64,
    /// Position (m) and orientation of every link frame, the base first.
    pub poses: Vec<(Vec3<f64>, Quat<f64>)>,
    /// Position (m) and orientation of every link frame of the scene's objects, one an object that is no rival.
    pub objects: Vec<(Vec3<f64>, Quat<f64>)>,
}

/// Names of the columns that say where a body is and how it moves, time included, in tables of trajectories. SI units; `w` in base axes,
/// all else in world axes.
pub fn state_columns(joints: usize) -> Vec<String> {
    let base = ["time", "x", "y", "z", "qw", "qx", "qy", "qz", "vx", "vy", "vz", "wx", "wy", "wz"].map(String::from);
    let hinges = ["angle", "rate"].into_iter().flat_map(|name| (1..=joints).map(move |i| format!("{name}{i}")));
    base.into_iter().chain(hinges).collect()
}

/// Simulates an episode and records its start and every `period`-th step; the last step is recorded in any case.
pub fn trace<T: Value>(
    candidate: &Candidate<f64>,
    world: &World<f64>,
    task: &TaskPlan,
    period: u32,
) -> (Vec<TraceRow>, Returns<f64>) {
    let candidate = candidate.map(real::<T>);
    let world = world.cast::<T>();
    let mut episode = Episode::new(&candidate, &world, task);
    let mut moments = vec![moment(&candidate, &mut episode)];
    let mut steps = 0;
    while episode.advance() {
        steps += 1;
        if steps % period.max(1) == 0 {
            moments.push(moment(&candidate, &mut episode));
        }
    }
    if steps % period.max(1) != 0 {
        moments.push(moment(&candidate, &mut episode));
    }
    let Returns { reward, descriptors, ending, steps, contacts_left_out } = episode.returns();
    let descriptors = descriptors.into_iter().map(Value::to_f64).collect();
    (moments, Returns { reward: reward.to_f64(), descriptors, ending, steps, contacts_left_out })
}

fn moment<T: Value>(candidate: &Candidate<T>, episode: &mut Episode<T>) -> TraceRow {
    let model = &candidate.model;
    // The scratch holds the poses from before the step.
    each_body(model, &episode.state, &mut episode.work, kinematics);
    let (state, work) = (&episode.state, &episode.work);
    let mut contacts = vec![0.0; model.links.len()];
    for (contact, carried) in model.contacts.iter().zip(&state.contacts) {
        contacts[contact.link] += carried.normal_force.to_f64();
    }
    let own_contacts = episode.work.pairs.iter().filter(|pair| pair.meeting(model) == Meeting::Own);
    let joints = || state.links.iter().skip(1);
    TraceRow {
        time: episode.time().to_f64(),
        position: state.position.to_f64(),
        orientation: state.orientation.map(Value::to_f64),
        velocity: state.velocity.to_f64(),
        angular_velocity: state.angular_velocity.to_f64(),
        angles: joints().map(|l| l.angle.to_f64()).collect(),
        rates: joints().map(|l| l.rate.to_f64()).collect(),
        targets: episode.drive.targets[1..model.links.len()].iter().map(|target| target.to_f64()).collect(),
        contacts,
        overlap: own_contacts.map(|pair| -pair.touch.gap.to_f64()).fold(0.0, f64::max),
        reward: episode.reward_so_far().to_f64(),
        poses: poses(work).collect(),
        objects: work.objects.iter().flat_map(poses).collect(),
    }
}

/// Position (m) and orientation of every link frame of a body.
fn poses<T: Value>(work: &Work<T>) -> impl Iterator<Item = (Vec3<f64>, Quat<f64>)> {
    let pose = |link: &LinkWork<T>| ((work.position + link.origin).to_f64(), link.orientation.map(Value::to_f64));
    work.links.iter().map(pose)
}
