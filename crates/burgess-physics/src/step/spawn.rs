//! Where a body starts: just above the ground.

use super::rovers::{Core, Share};
use crate::model::{BaseKind, ContactPoint, Model, Object, Rival, rest_origins, small_scale};
use crate::world::World;
use burgess_core::autodiff::{Dual, Real, Value, real};
use burgess_core::math::{Quat, Vec3, vec3};

/// Gap under the lowest contact point at the start (m); under small bodies less.
const CLEARANCE: f64 = 0.003;
/// Rounds in which the start settles on the ground: enough for a slope of 2.
const SPAWN_ROUNDS: usize = 16;
/// Most doublings of the lift that takes a start out of what stands around it: enough for a kilometre.
const SPAWN_LIFTS: usize = 20;
/// Height of a welded base's origin above the spawn point (m).
pub const WELDED_HEIGHT: f64 = 1.0;

/// Where the origin of an object starts: over the place that the scene gives it, with its lowest point as far above the ground as that says.
pub fn object_position<T: Value>(object: &Object<T>, world: &World<T>) -> Vec3<T> {
    let body = &object.body;
    let mut places = places_at_rest(body, &rest_origins(body));
    if let Some(Rival { heading, .. }) = object.rival {
        let turn = Quat::exp(vec3(T::zero(), T::zero(), heading));
        places.iter_mut().for_each(|place| *place = turn.rotate(*place));
    }
    if body.base == BaseKind::Welded {
        let over = Vec3 { z: T::zero(), ..object.start };
        let bottom = |(place, contact): (&Vec3<T>, &ContactPoint<T>)| (place.z - contact.radius).to_f64();
        let lowest = places.iter().zip(&body.contacts).map(bottom).fold(f64::INFINITY, f64::min);
        let ground = -world.terrain.height(over);
        return Vec3 { z: object.start.z + ground - real(lowest), ..object.start };
    }
    spawn_over(body, &places, world, object.start)
}

/// Where the base origin of a body with these [`rest_origins`] starts: above the spawn point, with the lowest contact point just
/// clear of the ground. The search for the height is among values; the height's derivative is that of the point which rests.
pub fn spawn_position<T: Value>(model: &Model<T>, origins: &[Vec3<T>], world: &World<T>) -> Vec3<T> {
    if model.base == BaseKind::Welded {
        return vec3(T::zero(), T::zero(), real(WELDED_HEIGHT));
    }
    spawn_over(model, &places_at_rest(model, origins), world, Vec3::zero())
}

/// Where each contact point is at zero angles, from the base origin (m).
fn places_at_rest<T: Real>(model: &Model<T>, origins: &[Vec3<T>]) -> Vec<Vec3<T>> {
    model.contacts.iter().map(|contact| origins[contact.link] + contact.centre).collect()
}

/// As [`spawn_position`], with contact points at these places from the base; over a place `over` (x, y), and higher by its z.
fn spawn_over<T: Value>(model: &Model<T>, places: &[Vec3<T>], world: &World<T>, over: Vec3<T>) -> Vec3<T> {
    let at = |z: T| Vec3 { z, ..over };
    let clearance = CLEARANCE * small_scale(model.mass().to_f64()) + over.z.to_f64();
    // Where a contact point is with the base at height z, from the base (m): of a shape that touches as a whole, where it is nearest to the ground.
    let place = |i: usize, z: T| nearest_place(i, model, places, world, at(z));
    let gap = |i: usize, z: T| match place(i, z) {
        Some(place) => {
            let centre = (place + at(z)).map(Value::detached);
            world.terrain.distance(centre).0.detached() - model.contacts[i].radius.detached()
        }
        None => real(1e3),
    };
    let points = || 0..places.len();
    // By how much the contact points miss the clearance with the base at height z (m), negative where all have more.
    let shortfall = |z: T| {
        let missing = |i| real::<T>(clearance) - gap(i, z);
        points().fold(real::<T>(-1e3), |worst, i| worst.max(missing(i)))
    };
    // Raise by the largest violation along z, or sink by the smallest gap; distances grow at most as fast as z, so that this
    // comes from one side and a few rounds settle it. With the height comes what is missing there.
    let settle = |start: T| {
        let mut z = start;
        for _ in 0..SPAWN_ROUNDS {
            let missing = shortfall(z);
            let next = z + missing;
            if next.to_f64() == z.to_f64() {
                return (next, missing.to_f64());
            }
            z = next;
        }
        (z, shortfall(z).to_f64())
    };
    let (mut z, mut missing) = settle(T::zero());
    // Beside a wall or a riser that does not lead out: try from higher and higher up.
    let mut lift = clearance;
    for _ in 0..SPAWN_LIFTS {
        if missing <= 0.5 * clearance {
            break;
        }
        (z, missing) = settle(z + real(lift));
        lift *= 2.0;
    }
    if !T::DIFFERENTIATES {
        return at(z);
    }
    let height = |&i: &usize| gap(i, z).to_f64();
    let resting = points().min_by(|a, b| height(a).total_cmp(&height(b)));
    let hold = |i: usize| {
        let place = place(i, z).unwrap_or(places[i]);
        held_height(z, place + at(T::zero()), model.contacts[i].radius, world)
    };
    at(resting.map_or(z, hold))
}

/// Where a contact point is from the base (m), with the base at a place (m). The first rover of a shape stands for all: it is where any of them is nearest to
/// the ground, as a place of the shape without a derivative. No place where none acts, and of the others.
fn nearest_place<T: Value>(
    i: usize,
    model: &Model<T>,
    places: &[Vec3<T>],
    world: &World<T>,
    base: Vec3<T>,
) -> Option<Vec3<T>> {
    let Some(rover) = model.contacts[i].rover else { return Some(places[i]) };
    if rover.number() != 0 {
        return None;
    }
    let base = base.map(Value::detached);
    let corners = &places[i - rover.corners()..i];
    let corner = |i: usize| corners[i].map(Value::detached);
    let radius = model.contacts[i].radius.detached();
    let distance = |x: Vec3<T>| world.terrain.distance(base + x).0;
    let gaps = (0..rover.corners()).map(|i| distance(corner(i)) - radius);
    let core = Core::new(rover, corner, gaps, radius, world.contact_width);
    let distance = |share: &Share<T>| distance(core.at(*share)).to_f64();
    let found = core.lead(&world.terrain, base, rover).into_iter().filter_map(|sum| sum.mean());
    let nearest = found.min_by(|a, b| distance(a).total_cmp(&distance(b)))?.map(Value::detached);
    Some(Core::new(rover, |corner| corners[corner], std::iter::empty(), radius, world.contact_width).at(nearest))
}

/// The height `z` with its derivative by all that keeps the gap of a contact point, at `centre` from the base, as it is.
fn held_height<T: Value>(z: T, centre: Vec3<T>, radius: T, world: &World<T>) -> T {
    let point = centre + vec3(T::zero(), T::zero(), z);
    let gap = world.terrain.distance(point).0 - radius;
    let still = point.map(|x| Dual::<T>::constant(x.detached()));
    let rising = Vec3 { z: Dual::variable(point.z.detached()), ..still };
    let slope = world.terrain.map(Dual::constant).distance(rising).0.derivative[0].detached();
    // Beside a wall the gap does not depend on the height.
    if slope.to_f64() < 1e-3 { z } else { z + (gap.detached() - gap) / slope }
}
