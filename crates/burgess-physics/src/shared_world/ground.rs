//! A free body and the ground: what a creature of one link does, one solve for the velocity after the step, with implicit contact.

use super::body::{Body, Moving};
use super::rules::Rules;
use crate::laws::contact::ContactLaw;
use crate::model::Shape;
use crate::step::assemble::across;
use crate::step::pairs::{corner_signs, rounded};
use crate::step::spatial::{Spatial, Twist, Wrench};
use crate::step::state::{ContactState, slip_mass};
use crate::step::step::ROUNDS;
use burgess_core::autodiff::{Real, Value, real};
use burgess_core::math::{Mat3, Vec3};

/// A pull that counts as none, as a share of the weight: where float32 ends.
const NO_PULL: f64 = 1e-6;

/// A point of a body that touches the ground in this step.
#[derive(Clone, Copy, Debug)]
struct Point<T> {
    /// From the body's centre (m, world axes).
    arm: Vec3<T>,
    normal: Vec3<T>,
    gap: T,
    push: T,
    drag: T,
    tangent_drag: T,
    slip: Vec3<T>,
    acting: bool,
    force: T,
}

/// What the ground does to a body in a step.
#[derive(Clone, Debug)]
pub(super) struct Landing<T> {
    /// The body's motion after the step.
    pub(super) after: Twist<T>,
    /// What its points carry on; nothing where the ground is far away.
    pub(super) points: Vec<ContactState<T>>,
    /// How deep it is in the ground (m); -1 where that is far away.
    pub(super) depth: T,
}

/// The points of a body that touch the ground (m, body axes) with their radius, and the share of the stiffness of each.
fn points_of<T: Real>(body: &Body<T>) -> (Vec<Vec3<T>>, T, f64) {
    match body.shape {
        Shape::Sphere { centre, radius } => (vec![centre], radius, 1.0),
        Shape::Capsule { from, to, radius } => (vec![from, to], radius, 0.5),
        Shape::Box { centre, axes, half } => {
            let (core, radius) = rounded(half);
            let corner = |i: u8| {
                let signs: Vec3<T> = corner_signs(i);
                centre + axes * Vec3 { x: core.x * signs.x, y: core.y * signs.y, z: core.z * signs.z }
            };
            // It rests on four.
            ((0..8).map(corner).collect(), radius, 0.25)
        }
    }
}

/// Solves for a body's motion after the step from its `load`, the impulses and momenta about its centre, and what its points carried.
pub(super) fn land<T: Value>(
    rules: &Rules<T>,
    moving: &Moving<'_, T>,
    load: Wrench<T>,
    before: &[ContactState<T>],
) -> Landing<T> {
    let (body, state) = (moving.body, moving.state);
    let height = rules.terrain.distance(state.position).0 * rules.ground_safety - body.reach;
    if (height - rules.tail() - state.stride(body.reach, rules.dt)).to_f64() > 0.0 {
        return Landing { after: free(moving, &load), points: Vec::new(), depth: -T::one() };
    }
    let mut points = touch(rules, moving, before);
    let depth = points.iter().fold(-T::one(), |depth, point| (-point.gap).max(depth));
    let weight = body.mass * (rules.gravity.norm_squared() + real(1e-12)).sqrt();
    let tolerance = (weight * real(NO_PULL)).to_f64();
    let mut after = free(moving, &load);
    for _ in 0..ROUNDS {
        let (mut inertia, mut load) = (Spatial::rigid_body(body.mass, Vec3::zero(), moving.inertia()), load);
        for point in &points {
            let (drag, push) = if point.acting { (point.drag, point.push) } else { (T::zero(), T::zero()) };
            let braking = rules.dt * point.tangent_drag;
            inertia.add_point_drag(point.arm, point.normal, braking, rules.dt * drag - braking);
            load.accumulate(&Wrench::force_at(point.arm, point.normal * (rules.dt * push)));
        }
        after = inertia.solve(&load);
        if !release(&mut points, &after, tolerance) {
            break;
        }
    }
    let law = law(rules, body, 1.0);
    let carry = |point: &Point<T>| {
        if !point.acting || point.force.to_f64() <= 0.0 {
            return ContactState::apart();
        }
        let slip = across(after.at(point.arm), point.normal);
        ContactState { normal_force: point.force, free_gain: law.free_gain(point.tangent_drag, point.slip, slip) }
    };
    Landing { after, points: points.iter().map(carry).collect(), depth }
}

/// The motion of a body that nothing but its load moves.
fn free<T: Value>(moving: &Moving<'_, T>, load: &Wrench<T>) -> Twist<T> {
    let rotation: &Mat3<T> = moving.rotation;
    let (torque, moments) = (rotation.transposed_mul(load.torque), moving.body.moments);
    let spin = Vec3 { x: torque.x / moments.x, y: torque.y / moments.y, z: torque.z / moments.z };
    Twist { angular: *rotation * spin, linear: load.force * moving.body.mass.recip() }
}

fn law<T: Real>(rules: &Rules<T>, body: &Body<T>, share: f64) -> ContactLaw<T> {
    ContactLaw {
        dt: rules.dt,
        stiffness: body.stiffness * real(share),
        width: rules.width,
        damping: rules.ground_damping,
        friction: rules.friction,
        slip_speed: rules.slip_speed,
        inverse_slip_mass: slip_mass(body.mass).recip(),
        onset_speed: rules.onset_speed,
    }
}

/// Where every point is and what law its force follows in this step.
fn touch<T: Value>(rules: &Rules<T>, moving: &Moving<'_, T>, before: &[ContactState<T>]) -> Vec<Point<T>> {
    let (centres, radius, share) = points_of(moving.body);
    let law = law(rules, moving.body, share);
    let state = moving.state;
    let point = |(i, &centre): (usize, &Vec3<T>)| {
        let centre = *moving.rotation * centre;
        let (distance, normal) = rules.terrain.distance(state.position + centre);
        let arm = centre - normal * radius;
        let velocity = state.velocity + state.spin.cross(arm);
        let v_n = velocity.dot(normal);
        let carried = before.get(i).copied().unwrap_or_else(ContactState::apart);
        let free_slip = across(velocity + carried.free_gain, normal);
        let gap = distance - radius;
        let force = law.force(gap, v_n, free_slip.norm_squared(), carried.normal_force);
        Point {
            arm,
            normal,
            gap,
            push: force.push,
            drag: force.normal_drag,
            tangent_drag: force.tangent_drag,
            slip: across(velocity, normal),
            acting: true,
            force: T::zero(),
        }
    };
    centres.iter().enumerate().map(point).collect()
}

/// Evaluates the normal forces, takes points that pull out of the equations and puts back those that would push. False when nothing changed.
fn release<T: Value>(points: &mut [Point<T>], after: &Twist<T>, tolerance: f64) -> bool {
    let mut changed = false;
    for point in points {
        let force = point.push - point.drag * after.at(point.arm).dot(point.normal);
        point.force = if point.acting { force } else { T::zero() };
        let pushes = force.to_f64() >= -tolerance;
        changed |= pushes != point.acting;
        point.acting = pushes;
    }
    changed
}
