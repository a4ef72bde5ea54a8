//! Starting in the middle of an episode, for tests: the inverse of `decode::states`.

use super::encode::Encoded;
use super::layout::{Episode, LANES, LinkRoom, STATE_CONTACTS, Vec4, contact_places, pair_places, state_fields, with};
use crate::model::Model;
use crate::step::state::State;

/// Where an episode under way stands, but for its sums and what the limb ends remember, which no state depends on.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The state.
    pub state: State<f32>,
    /// Servo targets (rad), one a link of the creature, then of each rival; those of bases are not used.
    pub targets: Vec<f32>,
}

/// The arrays of states and episodes of a part. `standing` gives the creature of a candidate and where its episode stands.
pub(super) fn arrays<'c>(
    encoded: &Encoded,
    link_room: LinkRoom,
    standing: impl Fn(usize) -> (&'c Model<f32>, &'c Standing),
) -> (Vec<Vec4>, Vec<Episode>) {
    let mut states = vec![[0.0; 4]; encoded.lanes.len() * state_fields(link_room)];
    let mut episodes = vec![bytemuck::Zeroable::zeroed(); encoded.bodies.len()];
    for (body, row) in encoded.bases(state_fields(link_room)) {
        let (model, standing) = standing(encoded.candidates[body]);
        let mut put = |link: usize, field: usize, vector: Vec4| states[row + link + field * LANES] = vector;
        for ((link, place), pair) in pair_places(model, link_room).zip(&standing.state.pairs) {
            put(link, place, with(pair.bristle, pair.key as f32));
        }
        put_tree(model, &standing.state, |i| standing.targets[i], &mut put);
        episodes[body] = episode(&standing.state);
        let objects = model.objects.iter().zip(&standing.state.objects).zip(model.first_links());
        let mut driven = model.links.len();
        for (i, ((object, state), first)) in objects.enumerate() {
            let target = |i: usize| object.rival.as_ref().map_or(0.0, |_| standing.targets[driven + i]);
            put_tree(&object.body, state, target, |link, field, vector| put(first + link, field, vector));
            driven += object.driven_count();
            episodes[encoded.bodies[body].first_object as usize + i] = episode(state);
        }
    }
    (states, episodes)
}

fn put_tree(
    model: &Model<f32>,
    state: &State<f32>,
    target: impl Fn(usize) -> f32,
    mut put: impl FnMut(usize, usize, Vec4),
) {
    for (i, link) in state.links.iter().enumerate() {
        // No command: the first step of what follows is to make a decision.
        put(i, 0, [link.angle, link.rate, target(i), 0.0]);
        put(i, 1, with(link.momentum, 0.0));
        put(i, 2, with(link.spin, 0.0));
    }
    for ((link, place), contact) in contact_places(&model.contacts).zip(&state.contacts) {
        put(link, STATE_CONTACTS + place, with(contact.free_gain, contact.normal_force));
    }
}

fn episode(state: &State<f32>) -> Episode {
    let [orientation, position, velocity] =
        [&state.orientation.v, &state.position, &state.velocity].map(|v| v.to_array());
    let [x, y, z] = orientation;
    Episode {
        orientation: [x, y, z, state.orientation.w],
        position,
        unused_0: 0.0,
        velocity,
        unused_1: 0.0,
        stance: [2.0; 4],
    }
}
