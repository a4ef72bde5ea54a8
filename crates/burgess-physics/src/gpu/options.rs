//! What a caller may choose about the GPU, and what there is no choice about.

use crate::plan::Plan;
use crate::world::{BiasForm, World};
use std::time::Duration;

/// Room for contact points on a link: spheres and capsules need two at most, boxes eight. Each has a shader of its own, and a
/// creature's own shapes alone decide which one simulates it.
const CONTACT_ROOMS: [usize; 2] = [2, 8];

/// The same where whole shapes touch the ground, with room for rovers.
const WHOLE_CONTACT_ROOMS: [usize; 2] = [4, 12];

/// The rooms for contact points in a world.
pub(super) fn contact_rooms<T>(world: &World<T>) -> [usize; 2] {
    if world.whole_shapes { WHOLE_CONTACT_ROOMS } else { CONTACT_ROOMS }
}

/// How the backend works; nothing here changes a result, but for `checked`, which may change its last bits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Keep every index within its array and bound every loop.
    pub checked: bool,
    /// What a dispatch may take; [`DISPATCH_TIME`](super::pace::DISPATCH_TIME) unless set.
    pub dispatch_time: Option<Duration>,
    /// Rounds that a batch is simulated in at least, one after the other, where memory is scarce; 1 unless set.
    pub rounds: Option<usize>,
    /// What the backend's buffers may take together (bytes); no limit of its own unless set.
    pub memory: Option<u64>,
    /// What states kept for the backward pass may take (bytes), [`tape_memory`](super::gradient::tape_memory) unless set.
    pub tape: Option<u64>,
    /// Most workgroups of a dispatch in a row, for tests of what goes beyond; the device's limit unless set.
    pub widest: Option<u32>,
}

/// What the GPU does not do that a plan asks for: the field of the experiment and what it says.
pub fn unsupported(plan: &Plan) -> Option<String> {
    let form = plan.world.form;
    (form != BiasForm::Momentum)
        .then(|| format!("physics.form: {form:?} is simulated on the CPU only, the GPU has Momentum"))
}
