//! What plots show of an encoder: where candidates lie in its latent space, how it learned, and what it imagines.

use crate::evolve::LatentSpace;
use crate::genome::Genome;
use crate::store::RunReader;
use anyhow::Result;
use burgess_latent::{Encoder, EncoderKind, LatentError, Loss};
use burgess_physics::experience::{Experience, Role};
use burgess_qd::Evaluated;
use burgess_report::four_digits;
use burgess_report::views::{
    Imagination, Imagined, LatentMap, LatentPoint, LatentView, LossView, TraceView, TrainingCurves,
};

/// Number of frames that a world model imagines at the end of an episode, unless told otherwise.
pub const IMAGINED: usize = 15;

/// The features that figures of imagination follow: the group and the index in it (`burgess_physics::step::record::layout`), and the
/// name with unit.
const FOLLOWED: [(&str, usize, &str); 4] = [
    ("velocity", 0, "forward velocity (m/s)"),
    ("height", 0, "height (m)"),
    ("up", 2, "up vector, z"),
    ("contact", 0, "contact, front left"),
];

/// A candidate, and what its body felt.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    /// What its body felt in one episode.
    pub experience: &'a Experience,
    /// Its reward.
    pub reward: f64,
    /// Its body plan in words, such as `9 links, depth 2`.
    pub body: String,
    /// Generation in which it was created.
    pub generation: u64,
}

impl<'a> Sample<'a> {
    /// An elite with the experience of its episode.
    pub fn new(elite: &Evaluated<Genome>, experience: &'a Experience) -> Self {
        Self {
            experience,
            reward: elite.reward.into(),
            body: elite.traits.physique.topology.summary(),
            generation: elite.generation,
        }
    }
}

/// What plots show of a run's encoder. Returns `None` if the run has no encoder, or if the encoder has not learned yet.
pub(super) fn latent_view(run: &RunReader) -> Result<Option<LatentView>> {
    let experiment = run.experiment();
    let Some(space) = LatentSpace::open(experiment, run.dir(), run.encoder()?)? else { return Ok(None) };
    let (elites, encoder) = (run.elites()?, space.encoder());
    let samples: Vec<Sample<'_>> = elites
        .iter()
        .filter_map(|(_, elite)| Some(Sample::new(elite, &elite.life.seen.as_deref()?.experience)))
        .collect();
    if samples.is_empty() || encoder.version() == 0 {
        return Ok(None);
    }
    let training = run.training()?;
    let rounds = training.windows(2).filter(|pair| pair[0].0 != pair[1].0).map(|pair| pair[1].1.step).collect();
    let losses: Vec<Loss> = training.into_iter().map(|(_, loss)| loss).collect();
    // Principal components are fitted in one step: their loss has no curve.
    let descends = !matches!(encoder.spec().kind, EncoderKind::Pca { .. }) && !losses.is_empty();
    Ok(Some(LatentView {
        name: experiment.name.clone(),
        seed: experiment.seed,
        bodies_evolve: experiment.body.evolves(),
        map: latent_map(encoder, &samples)?,
        training: descends.then(|| training_curves(&losses, rounds)),
        imagination: imagination(encoder, &samples, IMAGINED)?,
    }))
}

/// What plots show of a training. `rounds` are the numbers of gradient steps before each round after the first one.
pub fn training_curves(losses: &[Loss], rounds: Vec<u64>) -> TrainingCurves {
    let view = |&Loss { step, total, reconstruction, dynamics, representation }: &Loss| LossView {
        step,
        total,
        reconstruction,
        dynamics,
        representation,
    };
    TrainingCurves { losses: losses.iter().map(view).collect(), rounds }
}

/// Candidates along the first two principal axes of their latents. Returns `None` for an encoder with fewer dimensions.
///
/// # Errors
///
/// If an experience does not have the encoder's layout, or if the encoder is not trained.
pub fn latent_map(encoder: &Encoder, samples: &[Sample<'_>]) -> Result<Option<LatentMap>, LatentError> {
    let &[first, second, ..] = encoder.shares() else { return Ok(None) };
    let latents = encoder.encode(&samples.iter().map(|sample| sample.experience).collect::<Vec<_>>())?;
    let point = |(sample, latent): (&Sample<'_>, &Vec<f64>)| LatentPoint {
        at: [latent[0], latent[1]],
        reward: sample.reward,
        body: sample.body.clone(),
        generation: sample.generation,
    };
    let name = |axis: usize, share: f64| format!("latent axis {axis} (σ; {:.0} % of the variance)", 100.0 * share);
    Ok(Some(LatentMap {
        axes: [name(1, first), name(2, second)],
        points: samples.iter().zip(&latents).map(point).collect(),
    }))
}

/// The last `frames` frames of a few candidates, as a world model imagines them from the frames before.
///
/// The candidates are the best one, the median, and the best one whose body plan is that of neither, or at least not that of the best one.
/// Returns `None` for encoders of other kinds, for layouts without the features that figures follow, and if no experience is longer
/// than `frames`.
///
/// # Errors
///
/// If an experience does not have the encoder's layout.
pub fn imagination(
    encoder: &Encoder,
    samples: &[Sample<'_>],
    frames: usize,
) -> Result<Option<Imagination>, LatentError> {
    let layout = encoder.layout();
    let observed = layout.columns(Role::Observed);
    // Name, and index among the observed columns.
    let followed: Vec<(&str, usize)> = FOLLOWED
        .into_iter()
        .filter_map(|(group, place, name)| {
            let column = layout.column(group, place)?;
            Some((name, observed.iter().position(|&other| other == column)?))
        })
        .collect();
    let long: Vec<&Sample<'_>> = samples.iter().filter(|sample| sample.experience.frames() > frames).collect();
    let dreams = matches!(encoder.spec().kind, EncoderKind::WorldModel { .. });
    if !dreams || followed.is_empty() || long.is_empty() {
        return Ok(None);
    }
    let imagined = |(who, sample): (&str, &Sample<'_>)| -> Result<Imagined, LatentError> {
        let seen = sample.experience.frames() - frames;
        let truth = sample.experience.rows(layout.width(), &observed);
        let dream = encoder.imagine_rest(sample.experience, seen)?.observed;
        let trace = |&(_, column): &(&str, usize)| {
            // A frame is a mean over a stretch of time. Its point is drawn at the end of that stretch.
            let line = |rows: &[f32], before: usize| {
                let values = rows.iter().skip(column).step_by(observed.len());
                let time = |frame: usize| (before + frame + 1) as f64 / layout.rate();
                values.enumerate().map(|(frame, &x)| (time(frame), x.into())).collect()
            };
            TraceView { truth: line(&truth, 0), imagined: line(&dream, seen) }
        };
        Ok(Imagined {
            label: format!("{who}: reward {}, {}", four_digits(sample.reward), sample.body),
            context: seen as f64 / layout.rate(),
            traces: followed.iter().map(trace).collect(),
        })
    };
    let features = followed.iter().map(|(name, _)| (*name).to_owned()).collect();
    let elites = chosen(long).into_iter().map(imagined).collect::<Result<_, _>>()?;
    Ok(Some(Imagination { features, elites }))
}

/// The candidates that represent all others, which must be at least one. Among candidates with equal rewards, the first one is chosen.
fn chosen<'a, 'b>(mut samples: Vec<&'a Sample<'b>>) -> Vec<(&'static str, &'a Sample<'b>)> {
    samples.sort_by(|a, b| b.reward.total_cmp(&a.reward));
    let (best, median) = (0, samples.len() / 2);
    let new_to = |known: &[usize]| {
        let is_new = |sample: &&Sample<'_>| known.iter().all(|&i| samples[i].body != sample.body);
        samples.iter().position(is_new)
    };
    let other = new_to(&[best, median]).or_else(|| new_to(&[best]).filter(|&other| other != median));
    let places = [("best", Some(best)), ("median", (median > 0).then_some(median)), ("another body plan", other)];
    places.into_iter().filter_map(|(who, place)| Some((who, samples[place?]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_the_median_and_another_body_are_chosen() {
        let experience = Experience::default();
        let chosen_of = |all: &[(f64, &str)]| {
            let sample = |&(reward, body): &(f64, &str)| Sample {
                experience: &experience,
                reward,
                body: body.to_owned(),
                generation: 0,
            };
            let samples: Vec<Sample<'_>> = all.iter().map(sample).collect();
            chosen(samples.iter().collect()).iter().map(|(_, sample)| sample.reward).collect::<Vec<_>>()
        };
        assert_eq!(chosen_of(&[(1.0, "a"), (5.0, "a"), (2.0, "b"), (3.0, "a"), (4.0, "c")]), [5.0, 3.0, 4.0]);
        assert_eq!(chosen_of(&[(1.0, "b"), (2.0, "b"), (3.0, "a")]), [3.0, 2.0]);
        assert_eq!(chosen_of(&[(1.0, "a"), (2.0, "a")]), [2.0, 1.0]);
        assert_eq!(chosen_of(&[(1.0, "a")]), [1.0]);
    }
}
