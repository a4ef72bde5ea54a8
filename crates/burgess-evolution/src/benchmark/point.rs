//! Points as solutions, and the form in which they are stored.

use burgess_qd::Solution;
use burgess_qd::vector::Vector;
use serde::{Deserialize, Serialize};

/// A point of a benchmark's space.
///
/// Its stored form is that of a creature's genome without a body, whose brain is of a third kind, a list of numbers: run folders and
/// hashes of benchmarks have it since the first version. Nothing else of a creature is left in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(into = "StoredPoint", try_from = "StoredPoint")]
pub struct Point(pub Vec<f64>);

impl From<Vec<f64>> for Point {
    fn from(coordinates: Vec<f64>) -> Self {
        Self(coordinates)
    }
}

impl AsRef<[f64]> for Point {
    fn as_ref(&self) -> &[f64] {
        &self.0
    }
}

impl Solution for Point {
    /// The coordinates in float32, from which they are evaluated in float64.
    type Phenotype = Vec<f32>;
    type Traits = ();
    type Life = ();
    type Heritage = FullTrust;

    fn heritage((): &()) -> FullTrust {
        FullTrust
    }

    fn has_parameters_of(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
    }
}

impl Vector for Point {
    fn phenotype(&self) -> Vec<f32> {
        self.0.iter().map(|&x| x as f32).collect()
    }
}

/// What points inherit: nothing. Its stored form is a creature's full trust in gradients, the number 1 in float32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "f32", from = "f32")]
pub struct FullTrust;

impl From<FullTrust> for f32 {
    fn from(_: FullTrust) -> Self {
        1.0
    }
}

impl From<f32> for FullTrust {
    fn from(_: f32) -> Self {
        Self
    }
}

/// A point as it is stored, under the names that a creature's genome has.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Genome")]
struct StoredPoint {
    body: NoBody,
    brain: Coordinates,
}

/// A body graph without links and joints.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename = "Body")]
struct NoBody {
    base: NoBase,
    root: NoGene,
    links: Vec<()>,
    joints: Vec<()>,
}

#[derive(Default, Serialize, Deserialize)]
enum NoBase {
    /// Holds the first place, which bodies have.
    Floating,
    #[default]
    Welded,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename = "GeneId")]
struct NoGene(u64);

#[derive(Serialize, Deserialize)]
enum Coordinates {
    /// Holds the first place, which pattern generators have.
    Cpg,
    /// Holds the second place, which networks have.
    Mlp,
    Point(Vec<f64>),
}

impl From<Point> for StoredPoint {
    fn from(point: Point) -> Self {
        Self { body: NoBody::default(), brain: Coordinates::Point(point.0) }
    }
}

impl TryFrom<StoredPoint> for Point {
    type Error = &'static str;

    fn try_from(stored: StoredPoint) -> Result<Self, Self::Error> {
        match stored.brain {
            Coordinates::Point(coordinates) => Ok(Self(coordinates)),
            Coordinates::Cpg | Coordinates::Mlp => Err("a creature where there should be a point"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes that the first version wrote of the point (0.5, -0).
    #[test]
    fn the_stored_form_is_the_first_versions() {
        let point = Point(vec![0.5, -0.0]);
        let bytes = postcard::to_stdvec(&point).unwrap();
        let numbers = [0, 0, 0, 0, 0, 0, 0xe0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0x80];
        assert_eq!(bytes, [&[1, 0, 0, 0, 2, 2][..], &numbers].concat());
        let back: Point = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(back.0.iter().map(|x| x.to_bits()).collect::<Vec<_>>(), [0.5_f64, -0.0].map(f64::to_bits));
        let text = ron::to_string(&point).unwrap();
        assert_eq!(text, "(body:(base:Welded,root:(0),links:[],joints:[]),brain:Point([0.5,-0.0]))");
        assert_eq!(postcard::to_stdvec(&FullTrust).unwrap(), 1.0_f32.to_le_bytes());
    }
}
