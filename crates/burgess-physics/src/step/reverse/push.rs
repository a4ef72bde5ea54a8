//! Pushes: the reverse of `step::push`.

use super::state::{ModelGradient, StateAdjoint};
use crate::laws::sensors::BodyFacts;
use crate::model::Model;
use crate::step::push::velocity_change;
use crate::world::World;
use burgess_core::autodiff::{Compare, real};

/// Goes back through the push in the step after `steps`, if there was one. The bars of velocities and momenta pass through; what is left is
/// what the change says of the masses.
pub fn reverse_push<T: Compare>(
    model: &Model<T>,
    facts: &BodyFacts<T>,
    world: &World<T>,
    steps: u32,
    bar: &StateAdjoint<T>,
    total: &mut ModelGradient<T>,
) {
    let Some(change) = velocity_change(model, facts, world, steps) else { return };
    let mut change_bar = bar.velocity;
    let links = model.links.iter().zip(&bar.links).zip(&mut total.candidate.model.links);
    for ((link, own), gradient) in links {
        gradient.mass += own.momentum.dot(change);
        change_bar += own.momentum * link.mass;
    }
    // The change grows with the sixth root of the mass.
    total.prelude.mass += change_bar.dot(change) / (facts.mass * real(6.0));
}
