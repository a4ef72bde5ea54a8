//! From the device's arrays back to what the host knows: outcomes, and for tests whole states.

use super::device::GpuError;
use super::encode::Encoded;
use super::layout::{self, Episode, LANES, LinkRoom, STATE_CONTACTS, Vec4, contact_places, pair_places, state_fields};
use crate::batch::Outcome;
use crate::experience::Experience;
use crate::model::Model;
use crate::step::state::{ContactState, LinkState, PairState, State};
use crate::task::Ending;
use burgess_core::math::{Quat, Vec3, vec3};

/// What a creature's words of the results say, those of so many descriptors and of frames of so many steps, if any.
///
/// # Errors
///
/// When they do not tell of an episode that has ended: the device did not do its work.
pub(crate) fn outcome(words: &[u32], descriptors: usize, frame: Option<u32>) -> Result<Outcome, GpuError> {
    let ending = match words[0] {
        layout::FINISHED => Ending::Finished,
        layout::TERMINATED => Ending::Terminated,
        layout::DIVERGED => Ending::Diverged,
        other => {
            let message = format!("an episode came back without an end (code {other})");
            return Err(GpuError::Driver { what: "simulating".into(), message });
        }
    };
    let (sums, rest) = words[layout::SAMPLES..].split_at(descriptors);
    let frames = &rest[1 + descriptors..];
    let value = |&word: &u32| if ending == Ending::Diverged { f32::NAN } else { f32::from_bits(word) };
    Ok(Outcome {
        reward: value(&words[2]),
        descriptors: sums.iter().map(value).collect(),
        ending,
        steps: words[1],
        contacts_left_out: words[layout::LEFT_OUT],
        experience: frame.filter(|_| ending != Ending::Diverged).map(|steps| {
            // An episode that ended before its first frame has its end as its only one.
            let count = (words[layout::STEPS] / steps.max(1)).max(1) as usize;
            experience(&frames[..count * layout::FRAME_WORDS])
        }),
    })
}

fn experience(frames: &[u32]) -> Experience {
    let mut experience = Experience::default();
    for frame in frames.chunks_exact(layout::FRAME_WORDS) {
        let (features, reward) = frame.split_at(layout::FRAME_WORDS - 1);
        experience.features.extend(features.iter().map(|&word| f32::from_bits(word)));
        experience.rewards.extend(reward.iter().map(|&word| f32::from_bits(word)));
    }
    experience
}

/// The states of the creatures of a part, in the order of bodies. `creature` gives the creature of a candidate.
pub(crate) fn states<'c>(
    encoded: &Encoded,
    states: &[Vec4],
    episodes: &[Episode],
    link_room: LinkRoom,
    model: impl Fn(usize) -> &'c Model<f32>,
) -> Vec<State<f32>> {
    let mut found: Vec<(usize, State<f32>)> = encoded
        .bases(state_fields(link_room))
        .map(|(body, row)| {
            let field = |link: usize, field: usize| states[row + link + field * LANES];
            let model = model(encoded.candidates[body]);
            let pose = |place: usize| RootPose::of(&episodes[place]);
            let objects = model.objects.len();
            let first = encoded.bodies[body].first_object as usize;
            let poses: Vec<RootPose> = (first..first + objects).map(pose).collect();
            (body, state(model, link_room, pose(body), &poses, field))
        })
        .collect();
    found.sort_by_key(|&(body, _)| body);
    found.into_iter().map(|(_, state)| state).collect()
}

/// Where the root of a tree is and how fast.
#[derive(Clone, Copy, Debug)]
pub(super) struct RootPose {
    pub(super) orientation: Vec4,
    pub(super) position: Vec3<f32>,
    pub(super) velocity: Vec3<f32>,
}

impl RootPose {
    fn of(episode: &Episode) -> Self {
        let [position, velocity] = [episode.position, episode.velocity].map(|[x, y, z]| vec3(x, y, z));
        Self { orientation: episode.orientation, position, velocity }
    }
}

/// The state of a creature with its objects, from the vectors of its lanes and the poses of its base and of the objects.
pub(super) fn state(
    model: &Model<f32>,
    link_room: LinkRoom,
    base: RootPose,
    objects: &[RootPose],
    field: impl Fn(usize, usize) -> Vec4,
) -> State<f32> {
    let objects = model.objects.iter().zip(objects).zip(model.first_links());
    State {
        pairs: pair_places(model, link_room).map(|(link, place)| pair_state(field(link, place))).collect(),
        objects: objects
            .map(|((object, &pose), first)| tree(&object.body, pose, |link, place| field(first + link, place)))
            .collect(),
        ..tree(model, base, &field)
    }
}

/// The state of a tree by itself.
fn tree(model: &Model<f32>, root: RootPose, field: impl Fn(usize, usize) -> Vec4) -> State<f32> {
    let link = |i: usize| {
        // Of a root the first vector is something else.
        let [angle, rate, ..] = if i == 0 { [0.0; 4] } else { field(i, 0) };
        LinkState { angle, rate, momentum: xyz(field(i, 1)), spin: xyz(field(i, 2)) }
    };
    let links: Vec<LinkState<f32>> = (0..model.links.len()).map(link).collect();
    let contact = |(link, place)| contact_state(field(link, STATE_CONTACTS + place));
    let [x, y, z, w] = root.orientation;
    State {
        position: root.position,
        orientation: Quat::new(w, x, y, z),
        velocity: root.velocity,
        angular_velocity: links[0].spin,
        contacts: contact_places(&model.contacts).map(contact).collect(),
        pairs: Vec::new(),
        objects: Vec::new(),
        links,
    }
}

/// What a contact point carries, from its vector.
fn contact_state(vector: Vec4) -> ContactState<f32> {
    ContactState { normal_force: vector[3], free_gain: xyz(vector) }
}

/// What a contact between two links carries, from its vector.
fn pair_state(vector: Vec4) -> PairState<f32> {
    PairState { key: vector[3] as u32, bristle: xyz(vector) }
}

fn xyz([x, y, z, _]: Vec4) -> Vec3<f32> {
    vec3(x, y, z)
}
