//! Sequences in the form in which models take them: normalised, the features of each role side by side; and their summaries of fixed length.

use super::normaliser::Normaliser;
use burgess_physics::experience::{Experience, Layout, Role};
use rayon::prelude::*;

/// Which columns are whose.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub observed: Vec<usize>,
    pub commanded: Vec<usize>,
    /// Behind the features.
    pub reward: usize,
}

impl Columns {
    pub(crate) fn of(layout: &Layout) -> Self {
        let (observed, commanded) = (layout.columns(Role::Observed), layout.columns(Role::Commanded));
        Self { observed, commanded, reward: layout.width() }
    }
}

/// A normalised sequence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sequence {
    pub frames: usize,
    /// Observed features, frame after frame.
    pub observed: Vec<f32>,
    /// Commanded features, frame after frame.
    pub commanded: Vec<f32>,
    pub rewards: Vec<f32>,
}

impl Sequence {
    pub(crate) fn of(experience: &Experience, columns: &Columns, normaliser: &Normaliser) -> Self {
        Self {
            frames: experience.frames(),
            observed: pick(&experience.features, columns.reward, &columns.observed, normaliser),
            commanded: pick(&experience.features, columns.reward, &columns.commanded, normaliser),
            rewards: experience.rewards.iter().map(|reward| normaliser.normalise(columns.reward, *reward)).collect(),
        }
    }

    /// All of a list, in its order.
    pub(crate) fn all(experiences: &[&Experience], columns: &Columns, normaliser: &Normaliser) -> Vec<Self> {
        experiences.par_iter().map(|experience| Self::of(experience, columns, normaliser)).collect()
    }
}

/// Some columns of frames of a width, normalised.
pub(super) fn pick(features: &[f32], width: usize, columns: &[usize], normaliser: &Normaliser) -> Vec<f32> {
    let frames = features.chunks_exact(width);
    frames.flat_map(|frame| columns.iter().map(|&column| normaliser.normalise(column, frame[column]))).collect()
}

/// Takes experiences into a running mean and variance of all features and the reward.
pub(super) fn observe(normaliser: &mut Normaliser, experiences: &[&Experience], columns: &Columns) {
    for experience in experiences {
        let at = |row: usize, column: usize| {
            if column == columns.reward {
                experience.rewards[row]
            } else {
                experience.features[row * columns.reward + column]
            }
        };
        normaliser.observe(experience.frames(), at);
    }
}

/// How a sequence becomes a row of fixed length: resampled to so many frames by linear interpolation from its first to its
/// last one, whatever its length, and strung together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Summary {
    pub frames: usize,
    /// Whether commanded features follow the observed ones of each frame.
    pub commanded: bool,
}

impl Summary {
    /// Length of a row.
    pub(crate) fn size(&self, columns: &Columns) -> usize {
        self.frames * (columns.observed.len() + if self.commanded { columns.commanded.len() } else { 0 })
    }

    pub(crate) fn of(&self, sequence: &Sequence) -> Vec<f32> {
        let last = sequence.frames - 1;
        let mut row = Vec::new();
        for frame in 0..self.frames {
            let place = frame as f64 * last as f64 / (self.frames - 1).max(1) as f64;
            let before = (place as usize).min(last);
            let (after, part) = ((before + 1).min(last), (place - before as f64) as f32);
            let mut add = |features: &[f32]| {
                let width = features.len() / sequence.frames;
                let at = |frame: usize| &features[frame * width..(frame + 1) * width];
                row.extend(at(before).iter().zip(at(after)).map(|(a, b)| a + part * (b - a)));
            };
            add(&sequence.observed);
            if self.commanded {
                add(&sequence.commanded);
            }
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_physics::experience::Group;

    fn columns() -> Columns {
        let group = |name: &str, role| Group { name: name.into(), width: 1, role };
        Columns::of(&Layout::new(1.0, vec![group("c", Role::Commanded), group("o", Role::Observed)]).unwrap())
    }

    fn sequence(observed: &[f32]) -> Sequence {
        let features = observed.iter().flat_map(|x| [-x, *x]).collect();
        let experience = Experience { features, rewards: vec![0.5; observed.len()] };
        Sequence::of(&experience, &columns(), &Normaliser::new(3))
    }

    #[test]
    fn roles_come_apart() {
        let sequence = sequence(&[1.0, 2.0]);
        assert_eq!((sequence.observed, sequence.commanded), (vec![1.0, 2.0], vec![-1.0, -2.0]));
        assert_eq!((sequence.frames, sequence.rewards), (2, vec![0.5, 0.5]));
    }

    #[test]
    fn summaries_reach_from_the_first_frame_to_the_last() {
        let of = |frames, observed: &[f32]| Summary { frames, commanded: false }.of(&sequence(observed));
        assert_eq!(of(3, &[1.0, 5.0]), [1.0, 3.0, 5.0]);
        assert_eq!(of(3, &[1.0, 2.0, 3.0, 4.0, 5.0]), [1.0, 3.0, 5.0]);
        assert_eq!(of(4, &[1.0, 2.0, 3.0, 4.0]), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(of(3, &[7.0]), [7.0; 3]);
        assert_eq!(of(1, &[7.0, 8.0]), [7.0]);
        let both = Summary { frames: 2, commanded: true };
        assert_eq!(both.of(&sequence(&[1.0, 2.0])), [1.0, -1.0, 2.0, -2.0]);
        assert_eq!(both.size(&columns()), 4);
    }

    #[test]
    fn rewards_are_normalised_as_the_last_column() {
        let experience = Experience { features: vec![1.0, 2.0, 3.0, 4.0], rewards: vec![10.0, 30.0] };
        let mut normaliser = Normaliser::new(3);
        observe(&mut normaliser, &[&experience], &columns());
        assert_eq!([0, 1, 2].map(|column| normaliser.mean(column)), [2.0, 3.0, 20.0]);
        let sequence = Sequence::of(&experience, &columns(), &normaliser);
        assert_eq!((sequence.observed, sequence.rewards), (vec![-1.0, 1.0], vec![-1.0, 1.0]));
    }
}
