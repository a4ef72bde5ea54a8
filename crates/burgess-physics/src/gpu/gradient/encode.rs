//! Gradients with respect to states, as the device reads them to begin a backward pass with: the inverse of `decode`.

use crate::gpu::layout::{LinkRoom, STATE_CONTACTS, Vec4, bar_places, contact_places, pair_places, with};
use crate::model::Model;
use crate::step::reverse::state::StateAdjoint;

/// Writes the gradient with respect to the state of one creature, by link and field.
pub(super) fn state_bars(
    model: &Model<f32>,
    bars: &StateAdjoint<f32>,
    link_room: LinkRoom,
    mut put: impl FnMut(usize, usize, Vec4),
) {
    let first = bar_places(link_room).0;
    for ((link, place), &bar) in pair_places(model, link_room).zip(&bars.pairs) {
        put(link, first + place, with(bar, 0.0));
    }
    tree_bars(model, bars, link_room, &mut put);
    for ((object, bars), first) in model.objects.iter().zip(&bars.objects).zip(model.first_links()) {
        tree_bars(&object.body, bars, link_room, |link, field, vector| put(first + link, field, vector));
    }
}

/// Those of a tree by itself.
fn tree_bars(
    model: &Model<f32>,
    bars: &StateAdjoint<f32>,
    link_room: LinkRoom,
    mut put: impl FnMut(usize, usize, Vec4),
) {
    let (first, shared) = bar_places(link_room);
    for (i, link) in bars.links.iter().enumerate() {
        put(i, first, [link.angle, link.rate, bars.targets[i], bars.commands[i]]);
        put(i, first + 1, with(link.momentum, 0.0));
        put(i, first + 2, with(link.spin, 0.0));
    }
    for ((link, place), bar) in contact_places(&model.contacts).zip(&bars.contacts) {
        put(link, first + STATE_CONTACTS + place, with(bar.free_gain, bar.normal_force));
    }
    let root = [bars.position, bars.rotation, bars.velocity, bars.angular_velocity];
    for (field, vector) in root.into_iter().enumerate() {
        put(0, shared + field, with(vector, 0.0));
    }
}
