//! What an episode felt like, without a word of the body's plan: the sequence that encoders learn from (`docs/latent.md`).
//!
//! A frame stands at the end of a fixed number of steps, and its features are means over those steps, since single steps of contact
//! tell little of the next. Vectors are seen in the heading frame. Joints and contacts count to the quadrant around the base in which
//! their link is at rest, so that a gait's rhythm shows whatever the number of legs.

use super::episode::{Episode, Returns};
pub use super::features::FEATURES;
use super::features::{Frame, features};
use super::measure::QUADRANTS;
use crate::experience::{Experience, Group, Layout, Role};
use crate::model::Candidate;
use crate::task::{Ending, TaskPlan};
use crate::world::World;
use burgess_core::autodiff::Value;

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

/// Simulates an episode and records a frame every `period` steps. An episode that ends before the first has its end as its only frame;
/// one that diverged has no experience.
pub fn record<T: Value>(
    candidate: &Candidate<T>,
    world: &World<T>,
    task: &TaskPlan,
    period: u32,
) -> (Option<Experience>, Returns<T>) {
    let mut episode = Episode::new(candidate, world, task);
    let mut experience = Experience::default();
    let (mut frame, mut earned) = (Frame::new(), T::zero());
    while episode.advance() {
        let plan = &episode.prelude().plan;
        let (state, targets) = (&episode.state, &episode.drive.targets);
        frame.add(&features(&candidate.model, plan, episode.sensors(), state, targets));
        let only = episode.is_over() && experience.rewards.is_empty();
        if episode.steps().is_multiple_of(period.max(1)) || only {
            experience.features.extend(frame.finish().map(|x| x.to_f64() as f32));
            let so_far = episode.reward_so_far();
            experience.rewards.push((so_far - earned).to_f64() as f32);
            earned = so_far;
        }
    }
    let returns = episode.returns();
    ((returns.ending != Ending::Diverged).then_some(experience), returns)
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
