//! What an episode felt like, without a word of the body's plan: the sequence that encoders learn from (`docs/latent.md`).
//!
//! A frame stands at the end of a fixed number of steps, and its features are means over those steps, since single steps of contact
//! tell little of the next. Vectors are seen in the heading frame. Joints and contacts count to the quadrant around the base in which
//! their link is at rest, so that a gait's rhythm shows whatever the number of legs.

use super::episode::Episode;
use super::features::{Frame, features};
use crate::task::Returns;

use crate::experience::Experience;
use crate::model::Candidate;
use crate::task::{Ending, TaskPlan};
use crate::world::World;
use burgess_core::autodiff::Value;

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
