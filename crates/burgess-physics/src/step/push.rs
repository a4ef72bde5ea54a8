//! Pushes: sudden changes of a creature's velocity, which all of its links get at once.

use super::state::State;
use crate::environment::push_scale;
use crate::laws::sensors::BodyFacts;
use crate::model::{BaseKind, Model};
use crate::world::World;
use burgess_core::autodiff::Real;
use burgess_core::math::Vec3;

/// Gives the creature the push with which a stretch begins, if one begins with the step after `steps`: its base and the momentum of every
/// link get one velocity more, as if the whole creature were hit at its centre of mass. Objects and rivals are left alone.
pub fn push<T: Real>(model: &Model<T>, facts: &BodyFacts<T>, world: &World<T>, steps: u32, state: &mut State<T>) {
    let Some(change) = velocity_change(model, facts, world, steps) else { return };
    state.velocity += change;
    for (link, own) in model.links.iter().zip(&mut state.links) {
        own.momentum += change * link.mass;
    }
}

/// The change of velocity (m/s) in the step after `steps`, if there is one. What is welded to the world does not move.
pub fn velocity_change<T: Real>(
    model: &Model<T>,
    facts: &BodyFacts<T>,
    world: &World<T>,
    steps: u32,
) -> Option<Vec3<T>> {
    let pushed = world.pushes.beginning_at(steps).filter(|_| model.base == BaseKind::Floating);
    pushed.map(|change| change * push_scale(facts.mass))
}
