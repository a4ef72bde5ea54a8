//! What an encoder sees of a candidate: a sequence of frames at a fixed rate, each a row of features, and the reward of each.
//!
//! A frame is a moment. Its *observed* features are what a body felt and did then; its *commanded* features are the commands that
//! were in force on the way there, from the frame before. So a world model may use the commands of a frame to
//! foresee what is observed in it. Its reward is that of the same stretch.

use burgess_core::hex::hexadecimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::{self, Display, Formatter};
use thiserror::Error;

/// What is wrong with a layout, or with an experience of it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExperienceError {
    /// Groups of features that make no layout.
    #[error("features: {0}")]
    Layout(String),
    /// An experience that is not what its layout promises.
    #[error("experience{}: {problem}", index.map_or_else(String::new, |index| format!(" {index}")))]
    Frames {
        /// Its place in the list that was given.
        index: Option<usize>,
        /// What is wrong with it.
        problem: String,
    },
}

/// What functions of this module give.
type Result<T> = std::result::Result<T, ExperienceError>;

/// Most features of a frame.
pub const MAX_FEATURES: usize = 4096;

/// Who makes a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// The world: what is foreseen and reconstructed.
    Observed,
    /// The brain: what is given.
    Commanded,
}

/// Features that stand side by side under one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What they are, such as `joint angles`.
    pub name: String,
    /// Their number.
    pub width: usize,
    /// Who makes them.
    pub role: Role,
}

/// The columns of a frame, and how many frames make a second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct Layout {
    rate: f64,
    groups: Vec<Group>,
}

/// A layout as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename = "Layout", deny_unknown_fields)]
struct Unchecked {
    /// Frames a second.
    rate: f64,
    /// In the order of the columns.
    groups: Vec<Group>,
}

impl TryFrom<Unchecked> for Layout {
    type Error = ExperienceError;
    fn try_from(Unchecked { rate, groups }: Unchecked) -> Result<Self> {
        Self::new(rate, groups)
    }
}

impl From<Layout> for Unchecked {
    fn from(Layout { rate, groups }: Layout) -> Self {
        Self { rate, groups }
    }
}

impl Layout {
    /// Groups in the order of their columns, at `rate` frames a second.
    ///
    /// # Errors
    ///
    /// Names that are empty or come twice, groups without features, nothing observed, too many features, a rate that isn't positive.
    pub fn new(rate: f64, groups: Vec<Group>) -> Result<Self> {
        let wrong = |problem: String| Err(ExperienceError::Layout(problem));
        if !(rate > 0.0 && rate.is_finite()) {
            return wrong(format!("the rate must be a positive number of frames a second, not {rate}"));
        }
        for (i, group) in groups.iter().enumerate() {
            if group.name.is_empty() {
                return wrong(format!("group {i} has no name"));
            }
            if !(1..=MAX_FEATURES).contains(&group.width) {
                return wrong(format!(
                    "group `{}` must have 1 to {MAX_FEATURES} features, not {}",
                    group.name, group.width
                ));
            }
            if groups[..i].iter().any(|other| other.name == group.name) {
                return wrong(format!("two groups are named `{}`", group.name));
            }
        }
        let width: usize = groups.iter().map(|group| group.width).sum();
        if width > MAX_FEATURES {
            return wrong(format!("at most {MAX_FEATURES} in a frame, not {width}"));
        }
        if groups.iter().all(|group| group.role == Role::Commanded) {
            return wrong("at least one group must be observed".to_owned());
        }
        Ok(Self { rate, groups })
    }

    /// Frames a second.
    pub fn rate(&self) -> f64 {
        self.rate
    }
    /// Groups in the order of their columns.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }
    /// Features of a frame.
    pub fn width(&self) -> usize {
        self.groups.iter().map(|group| group.width).sum()
    }
    /// Columns of one role, ascending.
    pub fn columns(&self, role: Role) -> Vec<usize> {
        let roles = self.groups.iter().flat_map(|group| std::iter::repeat_n(group.role, group.width));
        roles.enumerate().filter(|(_, of)| *of == role).map(|(column, _)| column).collect()
    }

    /// The column at a place of a group, if there is one.
    pub fn column(&self, group: &str, place: usize) -> Option<usize> {
        let at = self.groups.iter().position(|other| other.name == group)?;
        let first: usize = self.groups[..at].iter().map(|group| group.width).sum();
        (place < self.groups[at].width).then_some(first + place)
    }

    /// 64 hexadecimal digits that are the same for equal layouts only, in every version and on every machine.
    pub fn hash(&self) -> String {
        let mut sha = Sha256::new();
        sha.update(b"burgess layout 1");
        sha.update(self.rate.to_bits().to_le_bytes());
        for group in &self.groups {
            sha.update((group.name.len() as u64).to_le_bytes());
            sha.update(&group.name);
            sha.update((group.width as u64).to_le_bytes());
            sha.update([match group.role {
                Role::Observed => 0,
                Role::Commanded => 1,
            }]);
        }
        hexadecimal(&sha.finalize())
    }

    /// Nothing, if `came` is the same; else the first difference in words.
    ///
    /// # Errors
    ///
    /// When they differ.
    pub fn check_same(&self, came: &Layout) -> Result<()> {
        if self.rate != came.rate {
            return Err(ExperienceError::Layout(format!("expected {} frames a second, got {}", self.rate, came.rate)));
        }
        for i in 0..self.groups.len().max(came.groups.len()) {
            let describe = |group: Option<&Group>| group.map_or_else(|| "nothing".to_owned(), ToString::to_string);
            let (expected, got) = (self.groups.get(i), came.groups.get(i));
            if expected != got {
                let (expected, got) = (describe(expected), describe(got));
                return Err(ExperienceError::Layout(format!("expected {expected} as group {i}, got {got}")));
            }
        }
        Ok(())
    }
}

impl Display for Group {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let role = match self.role {
            Role::Observed => "observed",
            Role::Commanded => "commanded",
        };
        write!(f, "`{}` ({} {role})", self.name, self.width)
    }
}

/// One candidate's sequence. It may have fewer frames than others: the episode ended early.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experience {
    /// Features, frame after frame, each of the layout's width.
    pub features: Vec<f32>,
    /// The reward of each frame.
    pub rewards: Vec<f32>,
}

impl Experience {
    /// Number of frames.
    pub fn frames(&self) -> usize {
        self.rewards.len()
    }

    /// Some columns of every frame of a width, frame after frame.
    pub fn rows(&self, width: usize, columns: &[usize]) -> Vec<f32> {
        self.features.chunks_exact(width).flat_map(|frame| columns.iter().map(|&column| frame[column])).collect()
    }

    /// The first `frames` frames of a width, and the others.
    pub fn split(&self, frames: usize, width: usize) -> (Self, Self) {
        let (features, later_features) = self.features.split_at(frames * width);
        let (rewards, later_rewards) = self.rewards.split_at(frames);
        let part = |features: &[f32], rewards: &[f32]| Self { features: features.to_vec(), rewards: rewards.to_vec() };
        (part(features, rewards), part(later_features, later_rewards))
    }

    /// Checks that there is a frame, that each is of the layout's width, and that all numbers are finite.
    ///
    /// # Errors
    ///
    /// The first of these that fails.
    pub fn check(&self, layout: &Layout) -> Result<()> {
        let (frames, width) = (self.frames(), layout.width());
        let wrong = |problem: String| Err(ExperienceError::Frames { index: None, problem });
        if frames == 0 {
            return wrong("expected at least one frame, got none".to_owned());
        }
        if self.features.len() != frames * width {
            let (expected, got) = (frames * width, self.features.len());
            return wrong(format!("expected {expected} features ({frames} frames of {width}), got {got}"));
        }
        if let Some(at) = self.features.iter().position(|x| !x.is_finite()) {
            let (frame, column) = (at / width, at % width);
            return wrong(format!("feature {column} of frame {frame} must be finite, and is {}", self.features[at]));
        }
        if let Some(at) = self.rewards.iter().position(|x| !x.is_finite()) {
            return wrong(format!("the reward of frame {at} must be finite, and is {}", self.rewards[at]));
        }
        Ok(())
    }
}

/// Checks each of a list and names the first that is wrong by its place.
///
/// # Errors
///
/// As [`Experience::check`].
pub fn check_all(experiences: &[&Experience], layout: &Layout) -> Result<()> {
    for (at, experience) in experiences.iter().enumerate() {
        experience.check(layout).map_err(|error| match error {
            ExperienceError::Frames { problem, .. } => ExperienceError::Frames { index: Some(at), problem },
            other => other,
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, width: usize, role: Role) -> Group {
        Group { name: name.to_owned(), width, role }
    }

    fn layout() -> Layout {
        let groups = vec![group("angles", 2, Role::Observed), group("targets", 1, Role::Commanded)];
        Layout::new(10.0, groups).unwrap()
    }

    #[test]
    fn columns_follow_the_groups() {
        assert_eq!(layout().width(), 3);
        assert_eq!(layout().columns(Role::Observed), [0, 1]);
        assert_eq!(layout().columns(Role::Commanded), [2]);
        assert_eq!(["angles", "targets"].map(|group| layout().column(group, 0)), [Some(0), Some(2)]);
        assert_eq!((layout().column("angles", 2), layout().column("speeds", 0)), (None, None));
    }

    /// Golden: stored models carry it.
    #[test]
    fn the_hash_is_what_it_always_was() {
        assert_eq!(&layout().hash()[..16], "904468ddf72c2a52");
    }

    #[test]
    fn every_part_of_a_layout_matters_and_the_difference_is_named() {
        let angles = || group("angles", 2, Role::Observed);
        let others = [
            (Layout::new(20.0, layout().groups), "expected 10 frames a second, got 20"),
            (Layout::new(10.0, vec![angles()]), "expected `targets` (1 commanded) as group 1, got nothing"),
            (
                Layout::new(10.0, vec![angles(), group("targets", 2, Role::Commanded)]),
                "expected `targets` (1 commanded) as group 1, got `targets` (2 commanded)",
            ),
            (
                Layout::new(10.0, vec![group("angles", 2, Role::Commanded), group("targets", 1, Role::Observed)]),
                "expected `angles` (2 observed) as group 0, got `angles` (2 commanded)",
            ),
        ];
        for (other, difference) in others {
            let other = other.unwrap();
            assert_ne!(layout().hash(), other.hash());
            assert_eq!(layout().check_same(&other).unwrap_err().to_string(), format!("features: {difference}"));
        }
        assert!(layout().check_same(&layout()).is_ok());
    }

    #[test]
    fn what_makes_no_layout_is_named() {
        let wrong = |rate, groups| Layout::new(rate, groups).unwrap_err().to_string();
        assert!(wrong(0.0, vec![]).contains("rate"));
        assert!(wrong(1.0, vec![]).contains("observed"));
        assert!(wrong(1.0, vec![group("", 1, Role::Observed)]).contains("no name"));
        assert!(wrong(1.0, vec![group("a", 0, Role::Observed)]).contains("not 0"));
        assert!(wrong(1.0, vec![group("a", 1, Role::Observed), group("a", 1, Role::Observed)]).contains("two groups"));
        assert!(ron::from_str::<Layout>("(rate: -1.0, groups: [])").is_err());
    }

    #[test]
    fn what_is_no_experience_is_named() {
        let check = |features: &[f32], rewards: &[f32]| {
            let experience = Experience { features: features.to_vec(), rewards: rewards.to_vec() };
            experience.check(&layout()).map_err(|error| error.to_string())
        };
        assert_eq!(check(&[1.0; 6], &[0.0; 2]), Ok(()));
        assert!(check(&[], &[]).unwrap_err().contains("none"));
        assert!(check(&[1.0; 5], &[0.0; 2]).unwrap_err().contains("expected 6 features (2 frames of 3), got 5"));
        assert!(check(&[0.0, 0.0, 0.0, 0.0, f32::NAN, 0.0], &[0.0; 2]).unwrap_err().contains("feature 1 of frame 1"));
        assert!(check(&[1.0; 3], &[f32::INFINITY]).unwrap_err().contains("reward of frame 0"));
    }

    #[test]
    fn an_experience_comes_back_from_postcard() {
        let experience = Experience { features: vec![1.0, -0.0, 3.5], rewards: vec![0.25] };
        let bytes = postcard::to_stdvec(&experience).unwrap();
        assert_eq!(postcard::from_bytes::<Experience>(&bytes).unwrap(), experience);
    }
}
