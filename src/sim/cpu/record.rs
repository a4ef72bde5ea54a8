//! What an episode felt like, without a word of the body's plan: the sequence that encoders learn from (`docs/latent.md`).
//!
//! A frame stands at the end of a fixed number of steps, and its features are means over those steps, since single steps of contact
//! tell little of the next. Vectors are seen in the heading frame. Joints and contacts count to the quadrant around the base in which
//! their link is at rest, so that a gait's rhythm shows whatever the number of legs.

use super::episode::{Episode, Returns};
use super::measure::QUADRANTS;
use super::policy::in_heading_frame;
use crate::autodiff::{Value, real};
use crate::creature::Candidate;
use crate::latent::{Experience, Group, Layout, Role};
use crate::laws::sensors::load_share;
use crate::math::Vec3;
use crate::sim::task::TaskPlan;
use crate::sim::world::World;

/// Features of a frame: those of [`layout`].
pub const FEATURES: usize = 29;

/// The features of a frame, recorded so many times a second.
///
/// | group | | unit |
/// |---|---|---|
/// | up | the base's z axis: forward, left, up | |
/// | velocity | of the base: forward, left, up | m/s |
/// | angular velocity | of the base: about forward, left, up | rad/s |
/// | height | of the base above the terrain | m |
/// | contact | f / (f + weight) of the normal force f on the links of each quadrant (front left, front right, rear left, rear right), and on the base | |
/// | joint angles | mean over the joints of each quadrant | rad |
/// | joint speeds | mean of the rates' sizes over the joints of each quadrant | rad/s |
/// | power | of the servos, per mass | W/kg |
/// | targets | of the servos: mean over the joints of each quadrant | rad |
/// | target speed | mean square over joints of the rate of the servo targets | rad2/s2 |
///
/// Targets are commanded, all else is observed. A quadrant without joints has zeros.
///
/// # Panics
///
/// When the rate is not positive and finite.
pub fn layout(rate: f64) -> Layout {
    let group = |(name, width, role): (&str, usize, Role)| Group { name: name.to_owned(), width, role };
    let groups = [
        ("up", 3, Role::Observed),
        ("velocity", 3, Role::Observed),
        ("angular velocity", 3, Role::Observed),
        ("height", 1, Role::Observed),
        ("contact", QUADRANTS + 1, Role::Observed),
        ("joint angles", QUADRANTS, Role::Observed),
        ("joint speeds", QUADRANTS, Role::Observed),
        ("power", 1, Role::Observed),
        ("targets", QUADRANTS, Role::Commanded),
        ("target speed", 1, Role::Commanded),
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
    let (mut sums, mut steps, mut earned) = ([T::zero(); FEATURES], 0, T::zero());
    while episode.advance() {
        sums.iter_mut().zip(features(&episode)).for_each(|(sum, x)| *sum += x);
        steps += 1;
        let only = episode.is_over() && experience.rewards.is_empty();
        if episode.steps().is_multiple_of(period.max(1)) || only {
            let share = T::one() / real(f64::from(steps));
            experience.features.extend(sums.map(|sum| (sum * share).to_f64() as f32));
            let so_far = episode.reward_so_far();
            experience.rewards.push((so_far - earned).to_f64() as f32);
            (sums, steps, earned) = ([T::zero(); FEATURES], 0, so_far);
        }
    }
    (experience, episode.returns())
}

/// Those of a step.
fn features<T: Value>(episode: &Episode<T>) -> [T; FEATURES] {
    let (state, sensors, creature) = (&episode.state, episode.sensors(), &episode.candidate().creature);
    let plan = &episode.prelude().plan;
    let forward = state.orientation.rotate(Vec3 { x: T::one(), y: T::zero(), z: T::zero() });
    let spin = state.orientation.rotate(state.angular_velocity);
    let motion = [sensors.up, state.velocity, spin].map(|a| in_heading_frame(forward.x, forward.y, a).to_array());
    let mut forces = [T::zero(); QUADRANTS + 1];
    for (contact, &force) in creature.contacts.iter().zip(&state.normal_forces) {
        forces[plan.quadrants[contact.link]] += force;
    }
    let weight = creature.weight(episode.world().gravity);
    let mut joints = [[T::zero(); QUADRANTS]; 3];
    for (i, (joint, &target)) in state.links.iter().zip(&episode.drive.targets).enumerate().skip(1) {
        let quadrant = plan.quadrants[i];
        for (sums, x) in joints.iter_mut().zip([joint.angle, joint.rate.abs(), target]) {
            sums[quadrant] += x * plan.joint_shares[quadrant];
        }
    }
    let [angles, speeds, targets] = joints;
    let observed = motion.into_iter().flatten().chain([sensors.height]).chain(forces.map(|f| load_share(f, weight)));
    let observed = observed.chain(angles).chain(speeds).chain([sensors.power / plan.facts.mass]);
    let mut all = observed.chain(targets).chain([sensors.command_rate]);
    std::array::from_fn(|_| all.next().unwrap_or(T::zero()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_has_all_features() {
        assert_eq!(layout(5.0).width(), FEATURES);
        assert_eq!(layout(5.0).columns(Role::Commanded), [24, 25, 26, 27, 28]);
    }
}
