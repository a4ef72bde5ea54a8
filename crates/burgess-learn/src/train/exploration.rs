//! Gradients from the ranks of noisy brothers.

use super::{Setting, Trained, Update};
use crate::brain::{Input, Outputs, RHYTHM};
use crate::describe::Description;
use crate::error::Result;
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::batch::Outcome;
use burgess_physics::model::{Candidate, Controller, Model};
use burgess_physics::task::Ending;
use rayon::prelude::*;

/// The noise on what the network gives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise {
    /// Brothers of each body, in pairs.
    pub(super) members: usize,
    /// Standard deviation on what makes its rhythm.
    pub(super) rhythm: f32,
    /// The same on the weights of its servos.
    pub(super) feedback: f32,
}

impl Noise {
    /// Adds to the numbers of a body, so many `each` joint and at their end so many of its servo, `of` each standard deviation times the normal
    /// numbers of a stream.
    fn add(&self, (each, servo): (usize, usize), to: Outputs<&mut [f32]>, mut stream: Stream, of: impl Fn(f32) -> f32) {
        let mut add = |to: &mut [f32], deviation: f32| {
            if deviation > 0.0 {
                to.iter_mut().for_each(|to| *to += of(deviation) * stream.normal() as f32);
            }
        };
        for joint in to.joints.chunks_exact_mut(each) {
            let (others, servo) = joint.split_at_mut(each - servo);
            add(&mut others[..RHYTHM], self.rhythm);
            add(servo, self.feedback);
        }
        // The frequency.
        add(&mut to.body[..1], self.rhythm);
    }
}

/// The mean over new bodies of the gradient of a body's rank among its brothers, with respect to what the network gives for it and from there to
/// the weights. For noise of deviation s times n, brothers with ranks r: the mean of r n / s, which estimates the gradient of the expected rank
/// (Sehnke et al. 2010, equation 13).
pub(super) fn gradient(
    state: &mut Trained,
    noise: &Noise,
    &Setting { plan, backend, bodies, seed }: &Setting<'_>,
) -> Result<(Vec<f32>, Update)> {
    let (brain, members, update) = (&state.brain, noise.members, state.updates);
    let (first, count) = (state.bodies, state.training.bodies);
    state.bodies += count as u64;
    let describe = |number: u64| {
        let model = bodies(number);
        let description = Description::of(&model);
        (model, description)
    };
    let new: Vec<(Model<f32>, Description<f32>)> =
        (first..first + count as u64).into_par_iter().map(describe).collect();
    let inputs: Vec<Input<'_, f32>> = new.iter().map(|(_, body)| Input::of(body)).collect();

    let each = (brain.joint_numbers(), brain.spec().servo_weights());
    let stream =
        |body: usize, pair: usize| Stream::new(seed, update, (body * members / 2 + pair) as u64, Purpose::Exploration);
    let controllers = brain.noisy_controllers(&inputs, members, |body, member, to| {
        let sign = if member % 2 == 0 { 1.0 } else { -1.0 };
        noise.add(each, to, stream(body, member / 2), |deviation| sign * deviation);
    });
    let candidate =
        |(i, controller): (usize, Controller<f32>)| Candidate { model: new[i / members].0.clone(), controller };
    let candidates: Vec<Candidate<f32>> = controllers.into_par_iter().enumerate().map(candidate).collect();
    let outcomes = backend.evaluate(&candidates)?;
    candidates.into_par_iter().for_each(drop);

    let ranks: Vec<Vec<f32>> = outcomes.par_chunks(members).map(centred_ranks).collect();
    let gradient = brain.weight_gradient_of_outputs(&inputs, |body, to| {
        for (pair, ranks) in ranks[body].chunks_exact(2).enumerate() {
            let factor = (ranks[0] - ranks[1]) / (members * count) as f32;
            if factor != 0.0 {
                let to = Outputs { joints: &mut *to.joints, body: &mut *to.body };
                noise.add(each, to, stream(body, pair), |deviation| factor / deviation);
            }
        }
    });

    let rewards = outcomes.iter().map(|outcome| f64::from(outcome.reward)).filter(|reward| reward.is_finite());
    let seconds: f64 = outcomes.iter().map(|outcome| f64::from(outcome.steps) * plan.world.dt).sum();
    let fell = outcomes.iter().filter(|outcome| outcome.ending != Ending::Finished).count();
    let update = Update {
        reward: rewards.sum::<f64>() / seconds.max(plan.world.dt),
        fell: fell as f64 / outcomes.len().max(1) as f64,
    };
    Ok((gradient, update))
}

/// The ranks of brothers by reward, from -1/2 to 1/2; equal rewards share theirs. Rewards that are no numbers are the least.
fn centred_ranks(outcomes: &[Outcome]) -> Vec<f32> {
    let worth = |outcome: &Outcome| if outcome.reward.is_finite() { outcome.reward } else { f32::NEG_INFINITY };
    let most = (outcomes.len().max(2) - 1) as f32;
    let rank = |own: &Outcome| {
        let below = outcomes.iter().filter(|other| worth(other) < worth(own)).count();
        let equal = outcomes.iter().filter(|other| worth(other) == worth(own)).count();
        (below as f32 + 0.5 * (equal as f32 - 1.0)) / most - 0.5
    };
    outcomes.iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_centred_and_shared_by_equals() {
        let outcome = |reward: f32| Outcome {
            reward,
            descriptors: Vec::new(),
            ending: Ending::Finished,
            steps: 1,
            contacts_left_out: 0,
            experience: None,
        };
        let ranks = centred_ranks(&[3.0, f32::NAN, 1.0, 3.0, 2.0].map(outcome));
        assert_eq!(ranks, [0.375, -0.5, -0.25, 0.375, 0.0]);
        assert_eq!(centred_ranks(&[1.0, 1.0].map(outcome)), [0.0, 0.0]);
    }
}
