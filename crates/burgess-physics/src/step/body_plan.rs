//! What is worked out of a body once, for all that is measured of it.

use crate::laws::sensors::{BodyFacts, LIMB_ENDS, QUADRANTS};
use crate::model::{Model, leg_span};
use burgess_core::autodiff::{Real, Value, real};
use burgess_core::math::Vec3;

/// Share of the weight that is the load at which a contact counts half.
pub const REFERENCE_LOAD: f64 = 0.05;
/// What is less than this far behind or to the right (m) counts as in front or left: links on an axis are on one side of it, however their
/// position was rounded.
const ON_AXIS: f64 = 1e-3;

/// Constants of one body that the measurement needs.
#[derive(Clone, Debug)]
pub struct BodyPlan<T> {
    /// What tasks know of the body.
    pub facts: BodyFacts<T>,
    /// The load at which a contact counts half (N).
    pub reference_force: T,
    /// The first four of the model's limb ends, or fewer.
    pub limb_ends: Vec<usize>,
    /// The quadrant in which each link's centre of mass is at rest; the base has a number of its own, [`QUADRANTS`].
    pub quadrants: Vec<usize>,
    /// One over the number of joints in each quadrant, 1 where there are none.
    pub joint_shares: [T; QUADRANTS],
}

impl<T: Value> BodyPlan<T> {
    /// The plan of a body with these [`rest_origins`](crate::model::rest_origins) in a world of the given gravity (m/s2).
    pub fn new(model: &Model<T>, origins: &[Vec3<T>], gravity: Vec3<T>) -> Self {
        let mass = model.mass();
        let link_count = real(model.links.len() as f64);
        let facts = BodyFacts { mass, link_count, leg_span: leg_span(model, origins) };
        let quadrants: Vec<usize> = (0..model.links.len()).map(|link| quadrant(model, origins, link)).collect();
        let joints = |quadrant| quadrants.iter().filter(|&&own| own == quadrant).count().max(1) as f64;
        Self {
            facts,
            reference_force: model.weight(gravity) * real(REFERENCE_LOAD),
            limb_ends: model.limb_ends.iter().copied().take(LIMB_ENDS).collect(),
            joint_shares: std::array::from_fn(|quadrant| real(1.0 / joints(quadrant))),
            quadrants,
        }
    }
}

impl<T: Real> BodyPlan<T> {
    /// The body's weight (N).
    pub fn weight(&self) -> T {
        self.reference_force * real(1.0 / REFERENCE_LOAD)
    }
}

fn quadrant<T: Value>(model: &Model<T>, origins: &[Vec3<T>], link: usize) -> usize {
    let at = origins[link] + model.links[link].com;
    let beyond = |x: T| usize::from(x.to_f64() < -ON_AXIS);
    if link == 0 { QUADRANTS } else { 2 * beyond(at.x) + beyond(at.y) }
}
