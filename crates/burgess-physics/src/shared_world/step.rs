//! One step of all bodies. What a body does in it depends on the states before it alone, so that bodies are worked on in any order.

use super::body::{Body, BodyState, Limb, Moving};
use super::contacts::{Contact, add, for_each_contact};
use super::ground::{Landing, land};
use super::rules::Rules;
use crate::laws::gyroscope::carried_angular_momentum;
use crate::laws::pair::ContactSums;
use crate::step::spatial::{Twist, Wrench};
use crate::step::state::ContactState;
use burgess_core::autodiff::Value;
use burgess_core::math::{Mat3, Quat, Sym3, Vec3};

/// The bristle of a contact, which both of its bodies keep.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bristle<T> {
    /// The other body.
    pub(super) partner: u32,
    /// Which of the ways in which the two can touch.
    pub(super) feature: u8,
    /// How far A has moved against B since they touched or last slid (m, world axes).
    pub(super) stretch: Vec3<T>,
}

/// What a body carries from step to step beside its state.
#[derive(Clone, Debug)]
pub(super) struct Memory<T> {
    /// Its contacts, by partner and feature in ascending order.
    pub(super) bristles: Vec<Bristle<T>>,
    /// Its points on the ground; none where that is far away.
    pub(super) points: Vec<ContactState<T>>,
    /// How deep it was in another body, or in the ground (m), negative where it touched nothing.
    pub(super) depth: T,
}

impl<T: Value> Memory<T> {
    /// Of a body that touches nothing.
    pub(super) fn none() -> Self {
        Self { bristles: Vec::new(), points: Vec::new(), depth: -T::one() }
    }
}

/// All bodies before the step: free ones, then the limbs of creatures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before<'a, T> {
    pub(super) rules: &'a Rules<T>,
    pub(super) bodies: &'a [Body<T>],
    pub(super) states: &'a [BodyState<T>],
    pub(super) rotations: &'a [Mat3<T>],
    /// What the last bodies are that are limbs.
    pub(super) limbs: &'a [Limb<T>],
}

impl<'a, T: Value> Before<'a, T> {
    fn moving(&self, i: usize) -> Moving<'a, T> {
        let limb = i.checked_sub(self.bodies.len() - self.limbs.len()).map(|limb| &self.limbs[limb]);
        Moving { body: &self.bodies[i], state: &self.states[i], rotation: &self.rotations[i], limb }
    }

    /// Calls `visit` with each contact of a body, in the order of partners and features, and the body's number in it.
    fn for_each_contact(&self, body: usize, partners: &[u32], mut visit: impl FnMut(u32, usize, &Contact<T>)) {
        for &partner in partners {
            let other = partner as usize;
            let number = usize::from(other < body);
            let pair = [body.min(other), body.max(other)].map(|i| self.moving(i));
            for_each_contact(self.rules, &pair, |contact| visit(partner, number, contact));
        }
    }
}

/// What all contacts of a body with its partners resist.
pub(super) fn resist<T: Value>(before: &Before<'_, T>, body: usize, partners: &[u32]) -> ContactSums<T> {
    let mut sum = ContactSums::default();
    before.for_each_contact(body, partners, |_, number, contact| sum = add(&sum, &contact.resistance_to(number)));
    sum
}

/// A free body's next state, and what it carries on, given what the contacts of each body resist.
pub(super) fn advance<T: Value>(
    before: &Before<'_, T>,
    resisted: &[ContactSums<T>],
    memory: &Memory<T>,
    body: usize,
    partners: &[u32],
) -> (BodyState<T>, Memory<T>) {
    let moving = before.moving(body);
    let mut load = carried(before.rules, &moving);
    let (bristles, depth) = push(before, resisted, memory, body, partners, &mut load);
    let landing: Landing<T> = land(before.rules, &moving, load, &memory.points);
    let next = integrate(before.rules.dt, &moving, &landing.after);
    (next, Memory { bristles, points: landing.points, depth: landing.depth.max(depth) })
}

/// The impulse that a limb's contacts give it, about its centre, and what it carries on, given what the contacts of
/// each body resist.
pub(super) fn push_limb<T: Value>(
    before: &Before<'_, T>,
    resisted: &[ContactSums<T>],
    memory: &Memory<T>,
    body: usize,
    partners: &[u32],
) -> (Wrench<T>, Memory<T>) {
    let mut impulse = Wrench::zero();
    let (bristles, depth) = push(before, resisted, memory, body, partners, &mut impulse);
    (impulse, Memory { bristles, points: Vec::new(), depth })
}

/// The momentum that a body carries, and the impulse of gravity.
fn carried<T: Value>(rules: &Rules<T>, moving: &Moving<'_, T>) -> Wrench<T> {
    let (body, state) = (moving.body, moving.state);
    let spin = moving.rotation.transposed_mul(state.spin);
    let momentum = carried_angular_momentum(Sym3::diagonal(body.moments), spin, rules.dt);
    Wrench { torque: *moving.rotation * momentum, force: (state.velocity + rules.gravity * rules.dt) * body.mass }
}

/// Adds the impulses of a body's contacts to its load. Gives the bristles that it carries on, and how deep it is in another body (m).
fn push<T: Value>(
    before: &Before<'_, T>,
    resisted: &[ContactSums<T>],
    memory: &Memory<T>,
    body: usize,
    partners: &[u32],
    load: &mut Wrench<T>,
) -> (Vec<Bristle<T>>, T) {
    let (mut bristles, mut depth) = (Vec::new(), -T::one());
    let mut earlier = memory.bristles.iter().peekable();
    let dt = before.rules.dt;
    before.for_each_contact(body, partners, |partner, number, contact| {
        let key = (partner, contact.feature);
        while earlier.next_if(|bristle| (bristle.partner, bristle.feature) < key).is_some() {}
        let same = earlier.next_if(|bristle| (bristle.partner, bristle.feature) == key);
        let stretch = same.map_or_else(Vec3::zero, |bristle| bristle.stretch);
        let (own, other) = (&resisted[body], &resisted[partner as usize]);
        let force = contact.force(stretch, if number == 0 { [own, other] } else { [other, own] });
        let on_first = contact.touch.normal * force.normal + force.friction;
        let on_body = if number == contact.first { on_first } else { -on_first };
        load.accumulate(&Wrench::force_at(contact.arms[number], on_body * dt));
        depth = (-contact.touch.gap).max(depth);
        bristles.push(Bristle { partner, feature: contact.feature, stretch: force.bristle });
    });
    (bristles, depth)
}

/// The state after the step: q' = q (+) dt v', the orientation by the exact exponential map.
fn integrate<T: Value>(dt: T, moving: &Moving<'_, T>, after: &Twist<T>) -> BodyState<T> {
    let state = moving.state;
    let turn = moving.rotation.transposed_mul(after.angular) * dt;
    BodyState {
        position: state.position + after.linear * dt,
        orientation: (state.orientation * Quat::exp(turn)).normalised(),
        velocity: after.linear,
        spin: after.angular,
    }
}
