//! What an episode felt like, without a word of the body's plan: the sequence that encoders learn from (`docs/latent.md`).
//!
//! A frame stands at the end of a fixed number of steps. The posture is that of the moment; motion, contact, joint activity, power and commands are
//! means over the steps since the frame before, since single steps of contact tell little of the next. Vectors are seen in the heading frame.

use super::episode::{Episode, Returns};
use super::policy::in_heading_frame;
use crate::autodiff::{Value, real};
use crate::creature::Candidate;
use crate::latent::{Experience, Group, Layout, Role};
use crate::laws::sensors::load_share;
use crate::math::Vec3;
use crate::sim::task::TaskPlan;
use crate::sim::world::World;

/// Features of a moment: up 3, height 1.
const MOMENT: usize = 4;
/// Features that are means: velocity 3, angular velocity 3, contact 4, joints 4, power 1, commands 4.
const MEANS: usize = 19;

/// The features of a frame, recorded so many times a second.
///
/// | group | | unit |
/// |---|---|---|
/// | up | the base's z axis: forward, left, up | |
/// | height | of the base above the terrain | m |
/// | velocity | of the base: forward, left, up | m/s |
/// | angular velocity | of the base: about forward, left, up | rad/s |
/// | contact | f / (f + weight) of the normal force f in each quadrant around the base: front left, front right, rear left, rear right | |
/// | joints | means over joints of angle, its size, rate, its size | rad, rad/s |
/// | power | of the servos, per mass | W/kg |
/// | commands | means over joints of servo target, its size, its distance from the angle, its rate's mean square | rad, rad2/s2 |
///
/// # Panics
///
/// When the rate is not positive and finite.
pub fn layout(rate: f64) -> Layout {
    let group = |(name, width, role): (&str, usize, Role)| Group { name: name.to_owned(), width, role };
    let groups = [
        ("up", 3, Role::Observed),
        ("height", 1, Role::Observed),
        ("velocity", 3, Role::Observed),
        ("angular velocity", 3, Role::Observed),
        ("contact", 4, Role::Observed),
        ("joints", 4, Role::Observed),
        ("power", 1, Role::Observed),
        ("commands", 4, Role::Commanded),
    ];
    Layout::new(rate, groups.map(group).into()).expect("the groups make a layout at any rate")
}

/// Simulates an episode and records a frame every `period` steps. An episode that ends before the first has its end as its only frame.
pub fn record<T: Value>(
    candidate: &Candidate<T>,
    world: &World<T>,
    task: &TaskPlan,
    period: u32,
) -> (Experience, Returns<T>) {
    let mut episode = Episode::new(candidate, world, task);
    let mut experience = Experience::default();
    let (mut sums, mut steps, mut earned) = ([T::zero(); MEANS], 0, T::zero());
    while episode.advance() {
        sums.iter_mut().zip(step_features(&episode)).for_each(|(sum, x)| *sum += x);
        steps += 1;
        let only = episode.is_over() && experience.rewards.is_empty();
        if episode.steps().is_multiple_of(period.max(1)) || only {
            let share = T::one() / real(f64::from(steps));
            let features = moment_features(&episode).into_iter().chain(sums.map(|sum| sum * share));
            experience.features.extend(features.map(|x| x.to_f64() as f32));
            let so_far = episode.reward_so_far();
            experience.rewards.push((so_far - earned).to_f64() as f32);
            (sums, steps, earned) = ([T::zero(); MEANS], 0, so_far);
        }
    }
    (experience, episode.returns())
}

/// Of the moment: the posture.
fn moment_features<T: Value>(episode: &Episode<T>) -> [T; MOMENT] {
    let sensors = episode.sensors();
    let up = Heading::of(episode).see(sensors.up);
    [up.x, up.y, up.z, sensors.height]
}

/// Of a step: what is averaged.
fn step_features<T: Value>(episode: &Episode<T>) -> [T; MEANS] {
    let (state, sensors, creature) = (&episode.state, episode.sensors(), &episode.candidate().creature);
    let heading = Heading::of(episode);
    let spin = state.orientation.rotate(state.angular_velocity);
    let motion = [state.velocity, spin].map(|a| heading.see(a).to_array());
    let mut forces = [T::zero(); 4];
    for (contact, &force) in episode.work.contacts.iter().zip(&state.normal_forces) {
        let point = heading.see(contact.point).map(Value::to_f64);
        let quadrant = 2 * usize::from(point.x < 0.0) + usize::from(point.y < 0.0);
        forces[quadrant] += force;
    }
    let weight = creature.weight(episode.world().gravity);
    let contact = forces.map(|force| load_share(force, weight));
    let (mut joints, mut commands) = ([T::zero(); 4], [T::zero(); 3]);
    for (joint, &target) in state.links.iter().zip(&episode.drive.targets).skip(1) {
        let of_joint = [joint.angle, joint.angle.abs(), joint.rate, joint.rate.abs()];
        joints.iter_mut().zip(of_joint).for_each(|(sum, x)| *sum += x);
        let of_command = [target, target.abs(), (target - joint.angle).abs()];
        commands.iter_mut().zip(of_command).for_each(|(sum, x)| *sum += x);
    }
    let share = T::one() / real(creature.joint_count().max(1) as f64);
    let rest = [sensors.power / episode.prelude().plan.facts.mass];
    let commands = commands.map(|sum| sum * share).into_iter().chain([sensors.command_rate]);
    let mut features = [T::zero(); MEANS];
    let all =
        motion.into_iter().flatten().chain(contact).chain(joints.map(|sum| sum * share)).chain(rest).chain(commands);
    features.iter_mut().zip(all).for_each(|(to, x)| *to = x);
    features
}

/// Where the base looks, along the ground.
struct Heading<T>(T, T);

impl<T: Value> Heading<T> {
    fn of(episode: &Episode<T>) -> Self {
        let forward = episode.state.orientation.rotate(Vec3 { x: T::one(), y: T::zero(), z: T::zero() });
        Self(forward.x, forward.y)
    }
    fn see(&self, a: Vec3<T>) -> Vec3<T> {
        in_heading_frame(self.0, self.1, a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_has_all_features() {
        assert_eq!(layout(5.0).width(), MOMENT + MEANS);
        assert_eq!(layout(5.0).columns(Role::Commanded), [19, 20, 21, 22]);
    }
}
