//! What the task sees after a step.

use super::pair_work::Meeting;
use super::prelude::Prelude;
use super::state::{State, Work};
use crate::laws::sensors::{LIMB_ENDS, Sensors, load_share};
use crate::model::Model;
use crate::world::World;
use burgess_core::autodiff::{Compare, Real, real};
use burgess_core::math::{Vec3, vec3};

/// A limb end touches down when its load share rises above the first, after it fell below the second: the gap keeps a
/// trembling foot from counting.
pub const TOUCH_DOWN: (f64, f64) = (0.6, 0.3);

/// What is remembered of each limb end between measurements: 0 up, 1 down, 2 not yet landed since the start.
#[derive(Clone, Copy, Debug)]
pub struct Stance<T>([T; LIMB_ENDS]);

impl<T: Real> Stance<T> {
    /// At the start nothing has landed: the drop to the ground is no step.
    pub fn before_landing() -> Self {
        Self([real(2.0); LIMB_ENDS])
    }

    /// The numbers of each limb end.
    pub(crate) fn to_array(self) -> [T; LIMB_ENDS] {
        self.0
    }

    /// From the numbers of each limb end.
    pub(crate) fn from_array(numbers: [T; LIMB_ENDS]) -> Self {
        Self(numbers)
    }

    /// Updates the stance and returns the touch-downs, mean over `count` limb ends; those that do not exist never land.
    #[inline(always)]
    fn update(&mut self, loads: &[T; LIMB_ENDS], count: T) -> T {
        let (one, zero) = (T::one(), T::zero());
        let mut landed = zero;
        for (down, &load) in self.0.iter_mut().zip(loads) {
            let unloaded = down.select_gt(real(1.5), *down, zero);
            let now = load.select_gt(real(TOUCH_DOWN.0), one, load.select_gt(real(TOUCH_DOWN.1), *down, unloaded));
            landed += (now - *down).max(zero);
            *down = now;
        }
        landed / count
    }
}

/// Normal force (N) of all contacts of a kind between links in the last step.
pub fn meeting_force<T: Real>(model: &Model<T>, work: &Work<T>, kind: Meeting) -> T {
    let of_kind = work.pairs.iter().filter(|pair| pair.meeting(model) == kind);
    of_kind.map(|pair| pair.force.normal).sum()
}

/// Summarises the state after a step, in which the creature was asked for the velocity `wanted` (m/s). `command_rate` comes from
/// `policy::slew_targets`.
#[allow(clippy::too_many_arguments)] // model, world, state, scratch: the fixed order of the house
pub fn measure<T: Compare>(
    model: &Model<T>,
    prelude: &Prelude<T>,
    world: &World<T>,
    state: &State<T>,
    work: &Work<T>,
    stance: &mut Stance<T>,
    time: T,
    command_rate: T,
    wanted: Vec3<T>,
) -> Sensors<T> {
    let (plan, first_rival) = (&prelude.plan, model.first_rival());
    let (start, object) =
        if first_rival > 0 { (prelude.objects[0], state.objects[0].position) } else { (Vec3::zero(), Vec3::zero()) };
    let mut link_force = [T::zero(); LIMB_ENDS];
    for (on_ends, carried) in prelude.places.on_ends.iter().zip(&state.contacts) {
        for (force, &on_end) in link_force.iter_mut().zip(on_ends) {
            *force = T::choose(on_end, *force + carried.normal_force, *force);
        }
    }
    let limb_load = link_force.map(|force| load_share(force, plan.reference_force));
    let (mut power, mut limit_use) = (T::zero(), T::zero());
    for (joint, own) in state.links.iter().zip(&work.links).skip(1) {
        power += ((own.servo.push - own.servo.drag * joint.rate) * joint.rate).abs();
        limit_use += own.limit_use;
    }
    Sensors {
        time,
        start: prelude.start,
        position: state.position,
        velocity: state.velocity,
        up: state.orientation.rotate(vec3(T::zero(), T::zero(), T::one())),
        height: world.terrain.height(state.position),
        power,
        command_rate,
        limit_use: limit_use / real(model.joint_count().max(1) as f64),
        limb_load,
        touchdowns: stance.update(&limb_load, prelude.places.end_count),
        object_start: start,
        object,
        object_touch: load_share(meeting_force(model, work, Meeting::FirstObject), plan.reference_force),
        self_touch: load_share(meeting_force(model, work, Meeting::Own), plan.reference_force),
        rival: state.objects.get(first_rival).map_or_else(Vec3::zero, |rival| rival.position),
        wanted,
    }
}
