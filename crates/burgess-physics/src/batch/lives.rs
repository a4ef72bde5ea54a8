//! The episodes of a batch: one of each candidate in each environment, and how what they gave is folded.

use super::Outcome;
use crate::environment::Fold;
use crate::gradient::{Gradient, Objective};
use crate::model::Candidate;
use crate::step::abreast::Life;
use crate::task::{Ending, Returns};
use crate::world::World;
use burgess_core::autodiff::Value;
use burgess_core::math::Vec3;
use rayon::prelude::*;

/// The lives of candidates: those of each in all environments, then those of the next.
pub(crate) fn lives<'a>(candidates: &'a [Candidate<f32>], worlds: &'a [World<f32>]) -> Vec<Life<'a>> {
    let all = |candidate| {
        let life = move |(environment, world)| Life { candidate, world, environment };
        worlds.iter().enumerate().map(life)
    };
    candidates.iter().flat_map(all).collect()
}

/// The outcomes of candidates, from those of their lives in so many environments.
pub(crate) fn fold_outcomes(outcomes: Vec<Outcome>, environments: usize, fold: Fold) -> Vec<Outcome> {
    if environments == 1 {
        return outcomes;
    }
    outcomes.chunks_exact(environments).map(|lives| fold_outcome(lives, fold)).collect()
}

fn fold_outcome(lives: &[Outcome], fold: Fold) -> Outcome {
    let ending = worst_ending(lives.iter().map(|life| life.ending));
    let rewards: Vec<f32> = lives.iter().map(|life| life.reward).collect();
    let mut descriptors = vec![0.0; lives[0].descriptors.len()];
    for life in lives {
        descriptors.iter_mut().zip(&life.descriptors).for_each(|(sum, descriptor)| *sum += descriptor);
    }
    descriptors.iter_mut().for_each(|sum| *sum /= lives.len() as f32);
    Outcome {
        reward: match fold {
            Fold::Mean => rewards.iter().sum::<f32>() / rewards.len() as f32,
            // That of an episode that diverged is no number, and so is the sum of all.
            Fold::Worst if ending == Ending::Diverged => f32::NAN,
            Fold::Worst => rewards[worst(&rewards)],
        },
        descriptors,
        ending,
        steps: lives.iter().map(|life| life.steps).sum(),
        contacts_left_out: lives.iter().map(|life| life.contacts_left_out).sum(),
        experience: lives[0].experience.clone().filter(|_| ending != Ending::Diverged),
    }
}

/// The place of the least reward; of equal ones the first.
fn worst<T: Value>(rewards: &[T]) -> usize {
    let less = |worst: usize, i: usize| if rewards[i].to_f64() < rewards[worst].to_f64() { i } else { worst };
    (0..rewards.len()).fold(0, less)
}

fn worst_ending(endings: impl Iterator<Item = Ending>) -> Ending {
    let badness = |ending: &Ending| match ending {
        Ending::Finished => 0,
        Ending::Terminated => 1,
        Ending::Diverged => 2,
    };
    endings.max_by_key(badness).unwrap_or(Ending::Finished)
}

/// The objectives of lives whose gradients [`fold_gradients`] folds to those of `objectives`: where the worst reward counts, but all
/// descriptors, the two are apart.
pub(crate) fn objectives_of_lives(objectives: &[Objective], environments: usize, fold: Fold) -> Vec<Objective> {
    if environments == 1 || fold == Fold::Mean {
        return objectives.to_vec();
    }
    let apart = |objective: &Objective| {
        let none = vec![0.0; objective.descriptors.len()];
        [
            Objective { reward: objective.reward, descriptors: none },
            Objective { reward: 0.0, descriptors: objective.descriptors.clone() },
        ]
    };
    objectives.iter().flat_map(apart).collect()
}

/// The gradients of candidates, one an objective, from those of their lives by [`objectives_of_lives`]. The gradient of the worst reward is that
/// of the episode which gave it; `alike` is that of [`Backward`](crate::world::Backward).
pub(crate) fn fold_gradients(
    gradients: Vec<Vec<Gradient<f32>>>,
    environments: usize,
    fold: Fold,
    alike: bool,
) -> Vec<Vec<Gradient<f32>>> {
    if environments == 1 {
        return gradients;
    }
    let of_candidate = |lives: &[Vec<Gradient<f32>>]| -> Vec<Gradient<f32>> {
        if lives[0].is_empty() {
            return Vec::new();
        }
        let of = |objective: usize| lives.iter().map(move |life| &life[objective]);
        let returns = fold_returns(&of(0).map(|life| &life.returns).collect::<Vec<_>>(), fold);
        let of_objective = |i: usize| match fold {
            Fold::Mean => weighted_sum(&mean_parts(of(i), alike), environments, &returns),
            Fold::Worst => {
                let parts = [worst_parts(of(i)), mean_parts(of(i + 1), alike)].concat();
                weighted_sum(&parts, environments, &returns)
            }
        };
        let parts = if fold == Fold::Mean { 1 } else { 2 };
        (0..lives[0].len()).step_by(parts).map(of_objective).collect()
    };
    gradients.par_chunks_exact(environments).map(of_candidate).collect()
}

/// The same of lives with the gradient of one objective each, which weighs the reward or descriptors: that of each candidate, by its place.
#[cfg(feature = "gpu")]
pub(crate) fn fold_own_gradients<'a>(
    gradients: Vec<Vec<Gradient<f32>>>,
    environments: usize,
    fold: Fold,
    alike: bool,
    objective: impl Fn(usize) -> &'a Objective + Sync,
) -> Vec<Gradient<f32>> {
    let lives: Vec<Gradient<f32>> = gradients.into_iter().flatten().collect();
    if environments == 1 {
        return lives;
    }
    let of_candidate = |(candidate, lives): (usize, &[Gradient<f32>])| {
        let returns = fold_returns(&lives.iter().map(|life| &life.returns).collect::<Vec<_>>(), fold);
        let parts = match fold {
            Fold::Worst if objective(candidate).reward != 0.0 => worst_parts(lives.iter()),
            Fold::Mean | Fold::Worst => mean_parts(lives.iter(), alike),
        };
        weighted_sum(&parts, environments, &returns)
    };
    lives.par_chunks_exact(environments).enumerate().map(of_candidate).collect()
}

/// The gradient of a life, and its weight in a sum.
type Part<'a> = (&'a Gradient<f32>, f32);

/// The parts of a mean, of gradients as they are or of one length.
fn mean_parts<'a>(lives: impl ExactSizeIterator<Item = &'a Gradient<f32>>, alike: bool) -> Vec<Part<'a>> {
    let share = 1.0 / lives.len() as f32;
    lives.map(|life| (life, if alike { share / length(life) } else { share })).collect()
}

/// The episode with the worst reward alone.
fn worst_parts<'a>(lives: impl Iterator<Item = &'a Gradient<f32>>) -> Vec<Part<'a>> {
    let lives: Vec<&Gradient<f32>> = lives.collect();
    let worst = worst(&lives.iter().map(|life| life.returns.reward).collect::<Vec<_>>());
    lives.into_iter().enumerate().map(|(place, life)| (life, if place == worst { 1.0 } else { 0.0 })).collect()
}

/// The length of a gradient over the numbers of the controller; 1 of one that says nothing of it.
fn length(gradient: &Gradient<f32>) -> f32 {
    let mut squares = 0.0;
    let _ = gradient.candidate.controller.map(&mut |number: f32| {
        squares += number * number;
        number
    });
    if squares == 0.0 { 1.0 } else { squares.sqrt() }
}

/// As [`fold_outcome`], of what gradients come with: rewards and descriptors of episodes that diverged are as they came.
fn fold_returns(lives: &[&Returns<f32>], fold: Fold) -> Returns<f32> {
    let share = lives.len() as f32;
    let rewards: Vec<f32> = lives.iter().map(|life| life.reward).collect();
    let mean = |i: usize| lives.iter().map(|life| life.descriptors[i]).sum::<f32>() / share;
    Returns {
        reward: match fold {
            Fold::Mean => rewards.iter().sum::<f32>() / share,
            Fold::Worst => rewards[worst(&rewards)],
        },
        descriptors: (0..lives[0].descriptors.len()).map(mean).collect(),
        ending: worst_ending(lives.iter().map(|life| life.ending)),
        steps: lives.iter().map(|life| life.steps).sum(),
        contacts_left_out: lives.iter().map(|life| life.contacts_left_out).sum(),
    }
}

/// The sum of the gradients of lives, each with its weight: those in all environments in a row, once or more. An episode that diverged makes
/// all numbers NaN, whatever its weight.
fn weighted_sum(lives: &[Part<'_>], environments: usize, returns: &Returns<f32>) -> Gradient<f32> {
    let (mut sums, mut starts) = (Vec::new(), vec![Vec3::zero(); environments]);
    for (place, &(gradient, weight)) in lives.iter().enumerate() {
        let mut numbers = Vec::with_capacity(sums.len());
        let _ = gradient.map(&mut |number| {
            numbers.push(number * weight);
            number
        });
        starts[place % environments] += gradient.prelude.start * weight;
        match place {
            0 => sums = numbers,
            _ => sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number),
        }
    }
    let (mut sums, mut starts) = (sums.into_iter(), starts.into_iter());
    let (one, _) = lives.first().expect("each candidate has lives");
    let mut gradient = one.map(&mut |_| sums.next().expect("gradients of one candidate have one form"));
    gradient.prelude.start = starts.next().expect("each candidate has lives");
    Gradient { returns: returns.clone(), other_starts: starts.collect(), ..gradient }
}
