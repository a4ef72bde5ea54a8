//! Why a body is turned down.

use crate::genome::GeneId;

/// Why a genome has no creature: reported to whoever wrote the body, counted by [`InvalidBody::label`] in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBody {
    /// The gene graph itself is not well-formed.
    #[error("gene {}: {fault}", gene.0)]
    Graph {
        /// The gene at fault.
        gene: GeneId,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// Nothing grows from the base, so there is nothing to control.
    #[error("the body has no joint; at least two links are needed")]
    NoJoints,
    /// A number is infinite or not a number.
    #[error("link {link} has a number that is not finite")]
    NotFinite {
        /// Index of the link.
        link: usize,
    },
    /// A hinge axis gene too close to zero to give a direction.
    #[error("the hinge axis of link {link} has no direction")]
    Axis {
        /// Index of the link.
        link: usize,
    },
    /// More links than the limit.
    #[error("the body has more than {most} links")]
    TooManyLinks {
        /// The limit.
        most: usize,
    },
    /// Total mass below the limit.
    #[error("the body weighs {grams} g, less than the limits allow")]
    TooLight {
        /// Total mass, rounded (g).
        grams: u64,
    },
    /// Total mass above the limit.
    #[error("the body weighs {grams} g, more than the limits allow")]
    TooHeavy {
        /// Total mass, rounded (g).
        grams: u64,
    },
    /// One link too heavy for another.
    #[error("link {heavy} outweighs link {light} by more than the limits allow")]
    MassRatio {
        /// Index of the heaviest link.
        heavy: usize,
        /// Index of the lightest link.
        light: usize,
    },
    /// Two links that are not neighbours start inside each other.
    #[error("links {first} and {second} start inside each other, deeper than the limits allow")]
    Overlap {
        /// Index of one link.
        first: usize,
        /// Index of the other, larger.
        second: usize,
    },
}

impl InvalidBody {
    /// A short name of the kind, for counts.
    pub fn label(&self) -> &'static str {
        match self {
            InvalidBody::Graph { .. } => "graph",
            InvalidBody::NoJoints => "no joints",
            InvalidBody::NotFinite { .. } => "not finite",
            InvalidBody::Axis { .. } => "axis",
            InvalidBody::TooManyLinks { .. } => "too many links",
            InvalidBody::TooLight { .. } => "too light",
            InvalidBody::TooHeavy { .. } => "too heavy",
            InvalidBody::MassRatio { .. } => "mass ratio",
            InvalidBody::Overlap { .. } => "overlap",
        }
    }
}
