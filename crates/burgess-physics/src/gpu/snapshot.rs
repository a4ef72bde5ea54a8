//! Snapshots to and from the arrays of a batch that steps.

use super::decode::{RootPose, state};
use super::encode::Encoded;
use super::layout::{
    self, ENDING, Episode, LANES, LinkRoom, REWARD, SAMPLES, STATE_CONTACTS, STEPS, Vec4, contact_places, pair_places,
    record_fields, state_fields, with,
};
use crate::model::Model;
use crate::step::snapshot::Snapshot;
use crate::step::state::State;
use crate::task::Ending;
use burgess_core::math::{Vec3, vec3};

/// What the device keeps of the creatures of a part, creature after creature but for the states.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    /// One record, in [block][field][lane] order.
    pub(super) states: Vec<Vec4>,
    pub(super) episodes: Vec<Episode>,
    pub(super) results: Vec<u32>,
}

/// How the device writes whether and how an episode ended.
fn code(ending: Option<Ending>) -> u32 {
    match ending {
        None => layout::RUNNING,
        Some(Ending::Finished) => layout::FINISHED,
        Some(Ending::Terminated) => layout::TERMINATED,
        Some(Ending::Diverged) => layout::DIVERGED,
    }
}

/// Whether and how an episode ended, from a creature's words of the results.
pub(super) fn ending(words: &[u32]) -> Option<Ending> {
    match words[ENDING] {
        layout::FINISHED => Some(Ending::Finished),
        layout::TERMINATED => Some(Ending::Terminated),
        layout::DIVERGED => Some(Ending::Diverged),
        _ => None,
    }
}

/// The reward so far, from a creature's words of the results; NaN if the episode diverged.
pub(super) fn reward(words: &[u32]) -> f32 {
    number(words, REWARD)
}

fn number(words: &[u32], place: usize) -> f32 {
    if words[ENDING] == layout::DIVERGED { f32::NAN } else { f32::from_bits(words[place]) }
}

impl Kept {
    /// Room for the creatures of a part, all zero.
    pub(super) fn new(encoded: &Encoded, link_room: LinkRoom, words: usize) -> Self {
        Self {
            states: vec![[0.0; 4]; encoded.lanes.len() * record_fields(link_room)],
            episodes: vec![bytemuck::Zeroable::zeroed(); encoded.bodies.len()],
            results: vec![0; encoded.bodies.len() * words],
        }
    }

    /// The snapshots, each with its creature's index among those of the part. `model` gives the model of a candidate.
    pub(super) fn snapshots<'c>(
        &self,
        encoded: &Encoded,
        link_room: LinkRoom,
        words: usize,
        model: impl Fn(usize) -> &'c Model<f32>,
    ) -> Vec<(usize, Snapshot<f32>)> {
        let one = |(body, row): (usize, usize)| {
            let field = |link: usize, field: usize| self.states[row + link + field * LANES];
            let words = &self.results[body * words..][..words];
            let mut snapshot = snapshot(model(encoded.candidates[body]), link_room, field, words);
            snapshot.stance = self.episodes[body].stance;
            let [x, y, z] = encoded.bodies[body].start;
            snapshot.start = vec3(x, y, z);
            (body, snapshot)
        };
        encoded.bases(record_fields(link_room)).map(one).collect()
    }

    /// Takes in the snapshot of a creature whose base's first vector stands at `row`, and whose objects' episodes begin at `first_object`.
    pub(super) fn put(
        &mut self,
        (body, row): (usize, usize),
        first_object: usize,
        model: &Model<f32>,
        link_room: LinkRoom,
        words: usize,
        from: &Snapshot<f32>,
    ) {
        let Snapshot { state, .. } = from;
        let mut put = |link: usize, field: usize, vector: Vec4| self.states[row + link + field * LANES] = vector;
        for ((link, place), pair) in pair_places(model, link_room).zip(&state.pairs) {
            put(link, place, with(pair.bristle, pair.key as f32));
        }
        let joint = |i: usize| (from.targets[i], from.commands[i]);
        self.episodes[body] = put_tree(model, link_room, state, joint, &mut put);
        self.episodes[body].stance = from.stance;
        let mut driven = model.links.len();
        let objects = model.objects.iter().zip(&state.objects).zip(model.first_links());
        for (i, ((object, state), first)) in objects.enumerate() {
            let put = |link: usize, field: usize, vector: Vec4| put(first + link, field, vector);
            let joint = |i: usize| match object.rival {
                Some(_) => (from.targets[driven + i], from.commands[driven + i]),
                None => (0.0, 0.0),
            };
            self.episodes[first_object + i] = put_tree(&object.body, link_room, state, joint, put);
            driven += object.driven_count();
        }
        let words = &mut self.results[body * words..][..words];
        words[ENDING] = code(from.ending);
        words[STEPS] = from.steps;
        words[REWARD] = from.reward.to_bits();
        let sums = from.samples.iter().chain(&from.excess);
        words[SAMPLES..].iter_mut().zip(sums).for_each(|(word, sum)| *word = sum.to_bits());
    }
}

/// Writes the state of a tree by itself; gives what its root keeps beside that. `joint` gives a joint's target and command (rad).
fn put_tree(
    model: &Model<f32>,
    link_room: LinkRoom,
    state: &State<f32>,
    joint: impl Fn(usize) -> (f32, f32),
    mut put: impl FnMut(usize, usize, Vec4),
) -> Episode {
    for (i, link) in state.links.iter().enumerate() {
        let (target, command) = joint(i);
        let hinge = [link.angle, link.rate, target, command];
        put(i, 0, if i == 0 { with(state.velocity, 0.0) } else { hinge });
        // A root's spin is its angular velocity.
        let spin = if i == 0 { state.angular_velocity } else { link.spin };
        put(i, 1, with(link.momentum, 0.0));
        put(i, 2, with(spin, 0.0));
    }
    for ((link, place), contact) in contact_places(&model.contacts).zip(&state.contacts) {
        put(link, STATE_CONTACTS + place, with(contact.free_gain, contact.normal_force));
    }
    let [x, y, z] = state.orientation.v.to_array();
    let orientation = [x, y, z, state.orientation.w];
    put(0, state_fields(link_room), orientation);
    put(0, state_fields(link_room) + 1, with(state.position, 0.0));
    Episode {
        orientation,
        position: state.position.to_array(),
        velocity: state.velocity.to_array(),
        ..bytemuck::Zeroable::zeroed()
    }
}

/// A snapshot but for what limb ends remember and the start.
fn snapshot(
    model: &Model<f32>,
    link_room: LinkRoom,
    field: impl Fn(usize, usize) -> Vec4,
    words: &[u32],
) -> Snapshot<f32> {
    // Each descriptor has a sum and its excess, and so has the reward, whose sum stands before.
    let descriptors = (words.len() - SAMPLES - 1) / 2;
    let root = |lane: usize| RootPose {
        orientation: field(lane, state_fields(link_room)),
        position: xyz(field(lane, state_fields(link_room) + 1)),
        velocity: xyz(field(lane, 0)),
    };
    let objects: Vec<RootPose> = model.first_links().map(root).collect();
    let rivals = model.objects.iter().zip(model.first_links()).filter(|(object, _)| object.rival.is_some());
    let rivals = rivals.flat_map(|(object, first)| (first..first + object.body.links.len()).map(move |i| (first, i)));
    let driven: Vec<(usize, usize)> = (0..model.links.len()).map(|i| (0, i)).chain(rivals).collect();
    let per_joint =
        |place: usize| driven.iter().map(|&(base, i)| if i == base { 0.0 } else { field(i, 0)[place] }).collect();
    Snapshot {
        steps: words[STEPS],
        ending: ending(words),
        state: state(model, link_room, root(0), &objects, &field),
        targets: per_joint(2),
        commands: per_joint(3),
        start: Vec3::zero(),
        stance: [0.0; 4],
        reward: reward(words),
        samples: (SAMPLES..SAMPLES + descriptors).map(|place| number(words, place)).collect(),
        // Nothing is added any more to what has ended.
        excess: (SAMPLES + descriptors..words.len())
            .map(|place| if ending(words).is_none() { f32::from_bits(words[place]) } else { 0.0 })
            .collect(),
    }
}

fn xyz([x, y, z, _]: Vec4) -> Vec3<f32> {
    vec3(x, y, z)
}
