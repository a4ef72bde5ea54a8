//! On every link by itself: its inertia, what it carries, its contacts and its hinge, as one symmetric system with a
//! right-hand side.

use super::places::at;
use super::rovers::{Core, Roving, smooth_step};
use super::scalar::Scalar;
use super::spatial::{Spatial, Twist, Wrench};
use super::state::{ContactState, ContactWork, DriveOf, State, Work};
use crate::laws::contact::ContactLaw;
use crate::laws::gyroscope::carried_angular_momentum;
use crate::laws::joint::Limits;
use crate::model::{Hinge, JointKind, Model, Rover};
use crate::world::{BiasForm, World};
use burgess_core::autodiff::{Choose, Compare, Place, Real, Truth, Value};
use burgess_core::math::Vec3;

/// Inertia of every link by itself.
pub fn assemble_inertia<T: Real>(model: &Model<T>, work: &mut Work<T>) {
    for (link, own) in model.links.iter().zip(&mut work.links) {
        own.inertia = Spatial::rigid_body(link.mass, own.com, link.inertia.rotated(own.rotation));
    }
}

/// Momentum that every link carries, plus the impulse of gravity.
pub fn assemble_load<T: Real>(model: &Model<T>, world: &World<T>, state: &State<T>, work: &mut Work<T>) {
    let bias = match world.form {
        BiasForm::Momentum => None,
        BiasForm::ExplicitBias => Some(bias_accelerations(model, state, work)),
    };
    for (i, (link, own)) in model.links.iter().zip(&mut work.links).enumerate() {
        let (linear, angular) = match &bias {
            None => {
                let carried = carried_angular_momentum(link.inertia, state.links[i].spin, world.dt);
                (state.links[i].momentum, own.rotation * carried)
            }
            Some(bias) => {
                let inertia = link.inertia.rotated(own.rotation);
                let (spin, velocity) = (own.twist.angular, own.twist.at(own.com));
                let momentum = inertia * spin;
                let change = inertia * bias[i].angular + spin.cross(momentum);
                ((velocity - bias[i].linear * world.dt) * link.mass, momentum - change * world.dt)
            }
        };
        own.load = Wrench::force_at(own.com, linear + world.gravity * (world.dt * link.mass));
        own.load.torque += angular;
    }
}

/// Velocity-product accelerations of a link at zero joint accelerations.
struct Bias<T> {
    /// Angular (rad/s2).
    angular: Vec3<T>,
    /// Of the centre of mass (m/s2).
    linear: Vec3<T>,
}

fn bias_accelerations<T: Real>(model: &Model<T>, state: &State<T>, work: &Work<T>) -> Vec<Bias<T>> {
    // Angular acceleration, and acceleration of the link's origin.
    let mut sweep = vec![(Vec3::zero(), Vec3::zero()); model.links.len()];
    for i in 1..model.links.len() {
        let parent = model.links[i].parent;
        let spin = work.links[parent].twist.angular;
        let arm = work.links[i].origin - work.links[parent].origin;
        let (angular, origin) = sweep[parent];
        sweep[i] = (
            angular + spin.cross(work.links[i].axis.angular) * state.links[i].rate,
            origin + angular.cross(arm) + spin.cross(spin.cross(arm)),
        );
    }
    let about_com = |(own, (angular, origin)): (&super::state::LinkWork<T>, (Vec3<T>, Vec3<T>))| {
        let (spin, arm) = (own.twist.angular, own.com - own.origin);
        Bias { angular, linear: origin + angular.cross(arm) + spin.cross(spin.cross(arm)) }
    };
    work.links.iter().zip(sweep).map(about_com).collect()
}

/// The contact law of a creature.
#[inline(always)]
pub fn contact_law<T: Real>(model: &Model<T>, world: &World<T>, work: &Work<T>) -> ContactLaw<T> {
    ContactLaw {
        dt: world.dt,
        stiffness: model.contact_stiffness,
        width: work.contact_width,
        damping: world.contact_damping,
        friction: model.friction.unwrap_or(world.friction),
        slip_speed: world.slip_speed,
        inverse_slip_mass: work.inverse_slip_mass,
        onset_speed: world.onset_speed,
    }
}

/// The part of a vector across a unit normal.
#[inline(always)]
pub fn across<T: Real>(vector: Vec3<T>, normal: Vec3<T>) -> Vec3<T> {
    vector - normal * vector.dot(normal)
}

/// Where every contact point is and what law its force follows in this step.
pub fn touch_contacts<T: Scalar>(model: &Model<T>, world: &World<T>, state: &State<T>, work: &mut Work<T>) {
    let law = contact_law(model, world, work);
    work.rovers.clear();
    for (i, (contact, before)) in model.contacts.iter().zip(&state.contacts).enumerate() {
        match contact.rover {
            None => {
                let link = &work.places.touching[i];
                let (origin, rotation) = at(link, |link| (work.links[link].origin, work.links[link].rotation));
                let centre = origin + rotation * contact.centre;
                let ground = world.terrain.distance(state.position + centre);
                let twist = at(link, |link| work.links[link].twist);
                work.contacts[i] = touch_point(&law, &twist, before, centre, contact.radius, ground);
            }
            Some(rover) if rover.number() == 0 => T::touch_rovers(i, model, world, state, work, &law),
            // The first of a shape looks for all.
            Some(_) => {}
        }
    }
}

/// What law the force on a point follows, a sphere with its centre at a place from the base origin, given the ground's distance from there and its normal.
#[inline(always)]
fn touch_point<T: Real>(
    law: &ContactLaw<T>,
    twist: &Twist<T>,
    before: &ContactState<T>,
    centre: Vec3<T>,
    radius: T,
    (distance, normal): (T, Vec3<T>),
) -> ContactWork<T> {
    let point = centre - normal * radius;
    let velocity = twist.at(point);
    let v_n = velocity.dot(normal);
    let free_slip = across(velocity + before.free_gain, normal);
    let gap = distance - radius;
    let force = law.force(gap, v_n, free_slip.norm_squared(), before.normal_force);
    ContactWork {
        point,
        normal,
        gap,
        push: force.push,
        drag: force.normal_drag,
        tangent_drag: force.tangent_drag,
        active: T::Truth::yes(),
        force: T::zero(),
    }
}

/// Of a shape whose first rover is the contact point of a number, after its fixed points were touched: where the rovers are, and what law their forces
/// follow in this step.
pub fn touch_rovers<T: Value>(
    first: usize,
    model: &Model<T>,
    world: &World<T>,
    state: &State<T>,
    work: &mut Work<T>,
    law: &ContactLaw<T>,
) {
    let Some(rover) = model.contacts[first].rover else { return };
    let (core, base) = (core_of(first, rover, model, work), state.position);
    let link = &work.links[model.contacts[first].link];
    let sums = core.lead(&world.terrain, base, rover);
    for (i, sum) in (first..).zip(sums).take(Rover::count(rover.corners())) {
        let mut roving = Roving { sum, share: [T::zero(); 3], excess: T::zero(), strength: T::zero() };
        let mut scratch = ContactWork::apart();
        if let Some(share) = sum.mean() {
            let centre = core.at(share);
            let (distance, normal) = world.terrain.distance(base + centre);
            let excess = core.excess(share, distance);
            let (strength, _) = smooth_step(excess);
            roving = Roving { sum, share, excess, strength };
            if strength.to_f64() > 0.0 {
                let law = ContactLaw { stiffness: law.stiffness * strength, ..*law };
                scratch = touch_point(&law, &link.twist, &state.contacts[i], centre, core.radius, (distance, normal));
            }
        }
        work.contacts[i] = scratch;
        work.rovers.push(roving);
    }
}

/// What the rovers of a shape rove over in a step; the first is the contact point of a number.
pub fn core_of<T: Value>(first: usize, rover: Rover, model: &Model<T>, work: &Work<T>) -> Core<T> {
    let fixed = &model.contacts[first - rover.corners()..first];
    let link = &work.links[fixed[0].link];
    let corner = |i: usize| link.origin + link.rotation * fixed[i].centre;
    let gaps = work.contacts[first - rover.corners()..first].iter().map(|scratch| scratch.gap);
    Core::new(rover, corner, gaps, model.contacts[first].radius, work.contact_width)
}

/// Adds the implicit force of every contact point to its link: friction of all, the normal force of the active ones.
pub fn assemble_contacts<T: Compare>(world: &World<T>, work: &mut Work<T>) {
    for (link, scratch) in work.places.touching.iter().zip(&work.contacts) {
        let acts = scratch.can_act(work.pull_tolerance);
        if !acts.any() {
            continue;
        }
        let only_if_active = |x: T| T::choose(scratch.active, x, T::zero());
        let (drag, push) = (only_if_active(scratch.drag), only_if_active(scratch.push));
        let across = world.dt * scratch.tangent_drag;
        let along = world.dt * drag - across;
        for (here, link) in link.all() {
            let link = &mut work.links[link];
            let before = link.inertia;
            link.inertia.add_point_drag(scratch.point, scratch.normal, across, along);
            if !(acts & here).all() {
                link.inertia = Spatial::choose(acts & here, link.inertia, before);
            }
            let load = Wrench::force_at(scratch.point, scratch.normal * (world.dt * push));
            link.load.accumulate_where(acts & here, &load);
        }
    }
}

/// The limits of a hinge.
#[inline(always)]
pub fn limits_of<T: Real>(hinge: &Hinge<T>, world: &World<T>) -> Limits<T> {
    Limits {
        lower: hinge.lower,
        upper: hinge.upper,
        stiffness: hinge.limit_stiffness,
        damping: world.limit_damping,
        width: world.limit_width,
    }
}

/// Diagonal and right-hand side of every hinge: armature, damping, servo, limits.
pub fn assemble_joints<T: Real>(
    model: &Model<T>,
    world: &World<T>,
    drive: DriveOf<'_, T>,
    state: &State<T>,
    work: &mut Work<T>,
) {
    let dt = world.dt;
    for i in 1..model.links.len() {
        let (joint, moving, own) = (model.joint(i), &state.links[i], &mut work.links[i]);
        let JointKind::Hinge(hinge) = &joint.kind;
        own.servo = joint.servo.torque(dt, drive.targets[i], moving.angle, moving.rate);
        let (limit, limit_use) = limits_of(hinge, world).torque(dt, moving.angle, moving.rate);
        own.limit_use = limit_use;
        own.joint_inertia = joint.armature + dt * (joint.damping + own.servo.drag + limit.drag);
        own.joint_load = joint.armature * moving.rate + dt * (own.servo.push + limit.push + drive.torques[i]);
    }
}
