//! A recorded episode: what tables of trajectories and pictures are made of.

use super::episode::Episode;
use super::kinematics::kinematics;
use super::objects::each_body;
use super::pair_work::Meeting;
use super::snapshot::Snapshot;
use super::state::{LinkState, LinkWork, Work};
use crate::laws::reward::RewardTerm;
use crate::model::{Candidate, Model};
use crate::task::{Ending, Returns, TaskPlan};
use crate::world::World;
use burgess_core::autodiff::{Value, real};
use burgess_core::math::{Quat, Vec3};

/// What the ground does to one link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroundForce {
    /// Where it acts (m): the mean of the link's contact points, weighted by their normal forces. Without a force, the origin.
    pub point: Vec3<f64>,
    /// The sum of the normal forces and the friction (N).
    pub force: Vec3<f64>,
}

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
    /// Forces of the ground in the step to here, one a link, the base first.
    pub ground_forces: Vec<GroundForce>,
    /// Torques of the servos in the step to here (N m), link 1 first.
    pub torques: Vec<f64>,
    /// How deep links of the creature that can touch each other were in each other before the step to here (m), the deepest.
    pub overlap: f64,
    /// Reward as if the episode ended here.
    pub reward: f64,
    /// What each term of the reward gives, times its weight, as if the episode ended here. The terms are summed in double precision, so their sum
    /// differs from the reward by its rounding.
    pub reward_terms: Vec<f64>,
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
    trace_along::<T>(candidate, world, task, period, &[])
}

/// As [`trace`], of an episode that another backend has simulated. `stations` say where it stood at the start and after each decision. The
/// recording goes from one to the next, so it never differs by more than one decision's rounding, and it has their end and their returns.
pub fn trace_along<T: Value>(
    candidate: &Candidate<f64>,
    world: &World<f64>,
    task: &TaskPlan,
    period: u32,
    stations: &[Snapshot<T>],
) -> (Vec<TraceRow>, Returns<f64>) {
    let candidate = candidate.map(real::<T>);
    let world = world.cast::<T>();
    let mut episode = Episode::new(&candidate, &world, task);
    let mut gained = vec![0.0; task.reward.len()];
    let mut moments = vec![moment(&candidate, &mut episode, &gained)];
    let mut is_over = false;
    while !is_over && episode.advance() {
        // A step that diverges earns nothing.
        if episode.ending() != Some(Ending::Diverged) {
            add_gains(&episode, &mut gained);
        }
        let steps = episode.steps();
        let station = stations.get(steps.div_ceil(task.control_period.max(1)) as usize).filter(|s| s.steps == steps);
        if let Some(station) = station {
            episode.take_over(station);
            is_over = station.ending.is_some();
        }
        is_over |= episode.is_over();
        if is_over || steps.is_multiple_of(period.max(1)) {
            moments.push(moment(&candidate, &mut episode, &gained));
        }
    }
    let mut returns = episode.returns();
    if let Some((ended, ending)) = stations.iter().find_map(|station| Some((station, station.ending?))) {
        (returns.reward, returns.ending, returns.steps) = (ended.reward, ending, ended.steps);
        returns.descriptors.clone_from(&ended.samples);
    }
    let Returns { reward, descriptors, ending, steps, contacts_left_out } = returns;
    let reward = reward.to_f64();
    if let Some(last) = moments.last_mut() {
        last.reward = reward;
    }
    let descriptors = descriptors.into_iter().map(Value::to_f64).collect();
    (moments, Returns { reward, descriptors, ending, steps, contacts_left_out })
}

/// Adds what each term of the reward gained in the last step, times its weight.
fn add_gains<T: Value>(episode: &Episode<T>, gained: &mut [f64]) {
    let (sensors, dt) = (episode.sensors(), episode.world().dt.to_f64());
    for ((term, weight), sum) in episode.task().reward.iter().zip(gained) {
        *sum += weight * dt * term.rate(&term.numbers().map(real), sensors).to_f64();
    }
}

/// What each term of the reward gives as if the episode ended here, after what it `gained` in the steps so far.
fn reward_terms<T: Value>(episode: &Episode<T>, gained: &[f64]) -> Vec<f64> {
    let finish = |((term, weight), sum): (&(RewardTerm, f64), &f64)| {
        sum + weight * term.finish(&term.numbers().map(real::<T>), episode.sensors()).to_f64()
    };
    episode.task().reward.iter().zip(gained).map(finish).collect()
}

/// What the ground did to each link in the last step.
fn ground_forces<T: Value>(model: &Model<T>, work: &Work<T>) -> Vec<GroundForce> {
    let mut sums = vec![(0.0, Vec3::<f64>::zero(), Vec3::<f64>::zero()); model.links.len()];
    for (contact, scratch) in model.contacts.iter().zip(&work.contacts) {
        let normal_force = scratch.force.to_f64().max(0.0);
        let velocity = work.links[contact.link].twist_after.at(scratch.point);
        let slip = velocity - scratch.normal * velocity.dot(scratch.normal);
        let (weight, point, force) = &mut sums[contact.link];
        *weight += normal_force;
        *point += (work.position + scratch.point).to_f64() * normal_force;
        *force += scratch.normal.to_f64() * normal_force - (slip * scratch.tangent_drag).to_f64();
    }
    let of_link = |(weight, point, force): (f64, Vec3<f64>, Vec3<f64>)| match weight > 0.0 {
        true => GroundForce { point: point * weight.recip(), force },
        false => GroundForce { point: Vec3::zero(), force: Vec3::zero() },
    };
    sums.into_iter().map(of_link).collect()
}

/// The torque of a joint's servo in the last step (N m).
fn servo_torque<T: Value>((joint, scratch): (&LinkState<T>, &LinkWork<T>)) -> f64 {
    (scratch.servo.push - scratch.servo.drag * joint.rate).to_f64()
}

fn moment<T: Value>(candidate: &Candidate<T>, episode: &mut Episode<T>, gained: &[f64]) -> TraceRow {
    let model = &candidate.model;
    let ground_forces = ground_forces(model, &episode.work);
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
        ground_forces,
        torques: joints().zip(work.links.iter().skip(1)).map(servo_torque).collect(),
        overlap: own_contacts.map(|pair| -pair.touch.gap.to_f64()).fold(0.0, f64::max),
        reward: episode.reward_so_far().to_f64(),
        reward_terms: reward_terms(episode, gained),
        poses: poses(work).collect(),
        objects: work.objects.iter().flat_map(poses).collect(),
    }
}

/// Position (m) and orientation of every link frame of a body.
fn poses<T: Value>(work: &Work<T>) -> impl Iterator<Item = (Vec3<f64>, Quat<f64>)> {
    let pose = |link: &LinkWork<T>| ((work.position + link.origin).to_f64(), link.orientation.map(Value::to_f64));
    work.links.iter().map(pose)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Batch, Drive, Simulator as _};
    use crate::example::walk;

    /// The moments of the example's walk.
    fn moments() -> (Vec<TraceRow>, Returns<f64>) {
        let (plan, candidate) = walk();
        trace::<f32>(&candidate, &plan.world, &plan.task, 4)
    }

    #[test]
    fn the_terms_of_the_reward_sum_to_the_reward() {
        let (moments, returns) = moments();
        let last = moments.last().expect("at least the start");
        assert!((last.reward_terms.iter().sum::<f64>() - returns.reward).abs() < 1e-4 * (1.0 + returns.reward.abs()));
        assert_eq!(last.reward, returns.reward);
    }

    #[test]
    fn a_recording_follows_its_stations_and_has_their_end() {
        let (plan, candidate) = walk();
        let mut batch = Batch::<f32>::load(&plan, vec![candidate.map(|x| x as f32)]).unwrap();
        let mut stations = batch.states().unwrap();
        while stations.last().is_some_and(|station| station.ending.is_none()) {
            batch.step(Drive::Controllers, 1).unwrap();
            stations.extend(batch.states().unwrap());
        }
        let record = |stations: &[Snapshot<f32>]| trace_along::<f32>(&candidate, &plan.world, &plan.task, 4, stations);
        let ((alone, returns), (along, returns_along)) = (record(&[]), record(&stations));
        // The same backend: nothing changes.
        assert_eq!(alone.len(), along.len());
        assert_eq!(returns.reward, returns_along.reward);
        assert!(alone.iter().zip(&along).all(|(a, b)| a.poses == b.poses && a.torques == b.torques));
        // Another one, whose creature stands elsewhere after the tenth decision.
        let steps = stations[10].steps;
        stations[10].state.position.y += 0.25;
        let (moved, _) = record(&stations);
        let place = moved.iter().position(|m| m.time >= f64::from(steps) * plan.world.dt - 1e-9).unwrap();
        assert!((moved[place].position.y - along[place].position.y - 0.25).abs() < 1e-6);
        assert_eq!(moved[place - 1].poses, along[place - 1].poses);
    }

    #[test]
    fn forces_of_the_ground_are_those_of_the_contacts_and_act_where_a_link_touches() {
        let (moments, _) = moments();
        let mut touched = 0;
        for moment in &moments {
            for (ground, &normal_force) in moment.ground_forces.iter().zip(&moment.contacts) {
                // The ground is level: the vertical part is the normal force.
                assert!((ground.force.z - normal_force).abs() < 1e-3 * (1.0 + normal_force), "{}", moment.time);
                if normal_force > 1.0 {
                    touched += 1;
                    assert!(ground.point.z.abs() < 0.02, "{} m above the ground", ground.point.z);
                }
            }
        }
        assert!(touched > 10, "{touched} touches");
    }
}
