//! On every link by itself: its inertia, what it carries, its contacts and its hinge, as one symmetric system with a
//! right-hand side.

use super::spatial::{Spatial, Wrench};
use super::state::{ContactWork, DriveOf, State, Work};
use crate::laws::contact::ContactLaw;
use crate::laws::gyroscope::carried_angular_momentum;
use crate::laws::joint::Limits;
use crate::model::{Hinge, JointKind, Model};
use crate::world::{BiasForm, World};
use burgess_core::autodiff::{Real, Value};
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
pub fn across<T: Real>(vector: Vec3<T>, normal: Vec3<T>) -> Vec3<T> {
    vector - normal * vector.dot(normal)
}

/// Where every contact point is and what law its force follows in this step.
pub fn touch_contacts<T: Real>(model: &Model<T>, world: &World<T>, state: &State<T>, work: &mut Work<T>) {
    let law = contact_law(model, world, work);
    for ((contact, scratch), before) in model.contacts.iter().zip(&mut work.contacts).zip(&state.contacts) {
        let link = &work.links[contact.link];
        let centre = link.origin + link.rotation * contact.centre;
        let (distance, normal) = world.terrain.distance(state.position + centre);
        let point = centre - normal * contact.radius;
        let velocity = link.twist.at(point);
        let v_n = velocity.dot(normal);
        let free_slip = across(velocity + before.free_gain, normal);
        let gap = distance - contact.radius;
        let force = law.force(gap, v_n, free_slip.norm_squared(), before.normal_force);
        *scratch = ContactWork {
            point,
            normal,
            gap,
            push: force.push,
            drag: force.normal_drag,
            tangent_drag: force.tangent_drag,
            active: true,
            force: T::zero(),
        };
    }
}

/// Adds the implicit force of every contact point to its link: friction of all, the normal force of the active ones.
pub fn assemble_contacts<T: Value>(model: &Model<T>, world: &World<T>, work: &mut Work<T>) {
    let tolerance = work.pull_tolerance;
    for (contact, scratch) in
        model.contacts.iter().zip(&work.contacts).filter(|(_, scratch)| scratch.can_act(tolerance))
    {
        let link = &mut work.links[contact.link];
        let (drag, push) = if scratch.active { (scratch.drag, scratch.push) } else { (T::zero(), T::zero()) };
        let across = world.dt * scratch.tangent_drag;
        let along = world.dt * drag - across;
        link.inertia.add_point_drag(scratch.point, scratch.normal, across, along);
        link.load.accumulate(&Wrench::force_at(scratch.point, scratch.normal * (world.dt * push)));
    }
}

/// The limits of a hinge.
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
