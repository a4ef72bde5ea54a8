//! From an encoder and what candidates do to what its figures show.

use super::data::{Imagination, Imagined, LatentMap, LatentPoint, TraceView};
use super::plots::short;
use crate::genome::Genome;
use burgess_latent::{Encoder, EncoderKind, LatentError};
use burgess_physics::experience::{Experience, Role};
use burgess_qd::Evaluated;

/// What figures of imagination follow: group and place in it (`sim::cpu::record::layout`), and its name with unit.
const FOLLOWED: [(&str, usize, &str); 4] = [
    ("velocity", 0, "forward velocity (m/s)"),
    ("height", 0, "height (m)"),
    ("up", 2, "up vector, z"),
    ("contact", 0, "contact, front left"),
];

/// A candidate, and what it does.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    /// What it does.
    pub experience: &'a Experience,
    /// Its reward.
    pub reward: f64,
    /// Its body plan in words.
    pub body: String,
    /// Generation in which it was made.
    pub generation: u64,
}

impl<'a> Sample<'a> {
    /// An elite, and what it does.
    pub fn new(elite: &Evaluated<Genome>, experience: &'a Experience) -> Self {
        Self {
            experience,
            reward: elite.reward.into(),
            body: elite.traits.physique.topology.summary(),
            generation: elite.generation,
        }
    }
}

/// Candidates along the first two principal axes of their latents; none for an encoder of fewer dimensions.
///
/// # Errors
/// An experience that isn't of the encoder's layout, or an encoder without training.
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

/// The last `frames` frames of a few candidates as a world model imagines them after the frames before: the best one, the median, and the
/// best one of a third body plan, or at least of a second. None for other encoders, for features of other names, and where no
/// sequence is longer.
///
/// # Errors
/// An experience that isn't of the encoder's layout.
pub fn imagination(
    encoder: &Encoder,
    samples: &[Sample<'_>],
    frames: usize,
) -> Result<Option<Imagination>, LatentError> {
    let layout = encoder.layout();
    let observed = layout.columns(Role::Observed);
    // Name, and place among the observed columns.
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
            // A frame stands at the end of the stretch that it is a mean of.
            let line = |rows: &[f32], before: usize| {
                let values = rows.iter().skip(column).step_by(observed.len());
                let time = |frame: usize| (before + frame + 1) as f64 / layout.rate();
                values.enumerate().map(|(frame, &x)| (time(frame), x.into())).collect()
            };
            TraceView { truth: line(&truth, 0), imagined: line(&dream, seen) }
        };
        Ok(Imagined {
            label: format!("{who}: reward {}, {}", short(sample.reward), sample.body),
            context: seen as f64 / layout.rate(),
            traces: followed.iter().map(trace).collect(),
        })
    };
    let features = followed.iter().map(|(name, _)| (*name).to_owned()).collect();
    let elites = chosen(long).into_iter().map(imagined).collect::<Result<_, _>>()?;
    Ok(Some(Imagination { features, elites }))
}

/// Who stands for all of at least one; of equal rewards the first.
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
