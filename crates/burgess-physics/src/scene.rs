//! Objects of a scene: what stands or lies around every candidate, to be pushed, carried or climbed.

use crate::model::{Candidate, MAX_LINKS, Solid};
use burgess_core::math::{Vec3, vec3};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Most objects around a candidate: what a body of two links leaves of the links that there is room for.
pub const MAX_OBJECTS: usize = MAX_LINKS - 2;

/// Most rivals of a candidate.
pub const MAX_RIVALS: usize = 8;

/// One object, or several in a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
// The name that messages about a wrong field show, and that files may write.
#[serde(deny_unknown_fields, rename = "Object")]
pub struct ObjectSpec {
    /// Its shape.
    pub shape: ShapeSpec,
    /// Mass (kg). What is fixed has none.
    #[serde(default)]
    pub mass: f64,
    /// Where its centre is at the start, along x and y from the spawn point, and how far its lowest point is above the ground there (m).
    #[serde(default)]
    pub at: (f64, f64, f64),
    /// How it is turned at the start: a rotation vector (rad).
    #[serde(default)]
    pub turn: (f64, f64, f64),
    /// Coefficient of friction of its surface; the world's unless given.
    #[serde(default)]
    pub friction: Option<f64>,
    /// Whether it cannot move.
    #[serde(default)]
    pub fixed: bool,
    /// How many of it there are.
    #[serde(default = "one")]
    pub count: usize,
    /// From one to the next (m).
    #[serde(default)]
    pub spacing: (f64, f64, f64),
}

/// The shape of a body, about its centre; its density is the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "Shape")]
pub enum ShapeSpec {
    /// A ball.
    Sphere {
        /// Radius (m).
        radius: f64,
    },
    /// A cylinder with round ends, along x.
    Capsule {
        /// Radius (m).
        radius: f64,
        /// Distance between the centres of the ends (m).
        length: f64,
    },
    /// A box.
    Box {
        /// Half sizes along x, y and z (m).
        half: (f64, f64, f64),
    },
}

/// Another creature in every candidate's scene: it acts, too, and the task judges the candidate alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
// The name that messages about a wrong field show, and that files may write.
#[serde(deny_unknown_fields, rename = "Rival")]
pub struct RivalSpec {
    /// Who it is: the name of a morphology, a file, or an elite; whoever reads the file finds out.
    pub body: String,
    /// A policy file in place of its brain; a morphology without one holds its pose.
    #[serde(default)]
    pub policy: Option<String>,
    /// Where its base is at the start, along x and y from the spawn point (m).
    pub at: (f64, f64),
    /// How far it is turned about z at the start, from x towards y (rad).
    #[serde(default)]
    pub heading: f64,
    /// The creature, by itself in the scene's physics, once it was found.
    #[serde(skip)]
    pub found: Option<Arc<Candidate<f64>>>,
}

/// By what the file says: who is found follows from that.
impl PartialEq for RivalSpec {
    fn eq(&self, other: &Self) -> bool {
        let said = |Self { body, policy, at, heading, found: _ }: &Self| (body.clone(), policy.clone(), *at, *heading);
        said(self) == said(other)
    }
}

fn one() -> usize {
    1
}

/// How many objects there are.
pub fn object_count(objects: &[ObjectSpec]) -> usize {
    objects.iter().fold(0, |sum, object| sum.saturating_add(object.count))
}

/// Three numbers of a scene as a vector.
pub fn vector((x, y, z): (f64, f64, f64)) -> Vec3<f64> {
    vec3(x, y, z)
}

impl ShapeSpec {
    /// As laws know it.
    pub fn solid(self) -> Solid<f64> {
        match self {
            Self::Sphere { radius } => Solid::Sphere(radius),
            Self::Capsule { radius, length } => Solid::Capsule(radius, length),
            Self::Box { half } => Solid::Box(vector(half)),
        }
    }

    /// Names and values (m) of its sizes.
    pub fn sizes(self) -> Vec<(&'static str, f64)> {
        match self {
            Self::Sphere { radius } => vec![("radius", radius)],
            Self::Capsule { radius, length } => vec![("radius", radius), ("length", length)],
            Self::Box { half: (x, y, z) } => vec![("half[0]", x), ("half[1]", y), ("half[2]", z)],
        }
    }
}
