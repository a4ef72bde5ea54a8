//! Gradients with respect to states, as the device reads them to begin a backward pass with: the inverse of `decode`.

use crate::gpu::layout::{Vec4, bar_places, with};
use crate::model::Model;
use crate::step::reverse::state::StateAdjoint;

/// Writes the gradient with respect to the state of one creature, by link and field.
pub(super) fn state_bars(
    model: &Model<f32>,
    bars: &StateAdjoint<f32>,
    contacts: usize,
    mut put: impl FnMut(usize, usize, Vec4),
) {
    let (first, shared) = bar_places(contacts);
    for (i, link) in bars.links.iter().enumerate() {
        let forces = model.contacts.iter().zip(&bars.normal_forces).filter(|(contact, _)| contact.link == i);
        let own: Vec<f32> = forces.map(|(_, &force)| force).collect();
        let force = |slot: usize| own.get(slot).copied().unwrap_or(0.0);
        put(i, first, [link.angle, link.rate, bars.targets[i], bars.commands[i]]);
        put(i, first + 1, with(link.momentum, force(0)));
        put(i, first + 2, with(link.spin, force(1)));
        for slot in (2..contacts).step_by(4) {
            put(i, first + 3 + (slot - 2) / 4, std::array::from_fn(|k| force(slot + k)));
        }
    }
    let base = [bars.position, bars.rotation, bars.velocity, bars.angular_velocity];
    for (field, vector) in base.into_iter().enumerate() {
        put(0, shared + field, with(vector, 0.0));
    }
}
