//! What a step works out of the contacts between links.

use crate::laws::pair::{ContactSums, PairForce, PairMotion, PairResistance, PointMobility};
use crate::laws::shapes::{RoundedBox, Segment, Touch};
use crate::model::Model;
use burgess_core::autodiff::Real;
use burgess_core::math::Vec3;

/// A shape where its link has it, about the base origin, in world axes.
#[derive(Clone, Copy, Debug)]
pub enum Placed<T> {
    /// A sphere or a capsule.
    Segment(Segment<T>),
    /// A box.
    Box(RoundedBox<T>),
}

/// One way in which two shapes touch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Feature {
    /// The collider A, from which the normal points away: the segment, or the corner.
    pub first: usize,
    /// The collider B.
    pub second: usize,
    /// Which corner of the box A, if it is one.
    pub corner: Option<u8>,
    /// Which end of the segment A the contact is pulled to, 0 or 1; 0.5 where it has no length.
    pub pull: f64,
    /// Its share of the pair's stiffness.
    pub share: f64,
}

/// A contact between two links.
#[derive(Clone, Copy, Debug)]
pub struct PairWork<T> {
    /// Names it from step to step; not zero.
    pub key: u32,
    /// What touches.
    pub feature: Feature,
    /// The links of A and B.
    pub links: [usize; 2],
    /// Where.
    pub touch: Touch<T>,
    /// How A moves against B.
    pub motion: PairMotion<T>,
    /// The mobilities of A and B there.
    pub mobilities: [PointMobility<T>; 2],
    /// By what it resists.
    pub resistance: PairResistance<T>,
    /// The sums over all contacts of both links.
    pub sums: ContactSums<T>,
    /// The force on A.
    pub force: PairForce<T>,
}

/// What tasks tell apart of contacts between links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// Links of the creature touch each other.
    Own,
    /// The creature touches the scene's first object that is no rival.
    FirstObject,
    /// Something else.
    Other,
}

impl<T: Real> PairWork<T> {
    /// Who touches whom, in the scene of a creature.
    pub fn meeting(&self, model: &Model<T>) -> Meeting {
        let ([a, b], links) = (self.links, model.links.len());
        match (a.min(b), a.max(b)) {
            (_, last) if last < links => Meeting::Own,
            (first, last) if first < links && last == links && model.first_rival() > 0 => Meeting::FirstObject,
            _ => Meeting::Other,
        }
    }
    /// The force on A (N, world axes).
    pub fn force_on_first(&self) -> Vec3<T> {
        self.touch.normal * self.force.normal + self.force.friction
    }
}
