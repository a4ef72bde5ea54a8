//! Inertia, gravity and what links carry: the reverse of `assemble_inertia`, `assemble_load` and `carry_motion`.

use super::kinematics::{reverse_base, reverse_kinematics};
use super::made::Step;
use super::state::{LinkBack, LinkBar, ModelGradient, ReverseWork, StateAdjoint};
use crate::laws::gyroscope::{carried_angular_momentum, carried_angular_momentum_reverse};
use crate::step::kinematics::kinematics;
use crate::step::spatial::Wrench;
use crate::step::state::Work;
use burgess_core::autodiff::{Compare, Real};
use burgess_core::math::{Sym3, Vec3};

/// Every link by itself. With the adjoint twist's linear part `l` at the centre of mass and its angular part `a` in link axes, and `u`
/// and `b` the same of the twist after the step, the link's share of `lambda . (b - H v')` and of what it carries on is
/// `l . (P + dt m g - m u) + a . (L - I b) + bar(P') . m u + bar(w') . b`. Begins the bars of twists, origins and rotations.
pub fn reverse_links<T: Compare>(
    step: &Step<'_, T>,
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
    work: &Work<T>,
    back: &mut ReverseWork<T>,
) {
    let (dt, gravity) = (step.world.dt, step.world.gravity);
    for (i, (link, own)) in step.model.links.iter().zip(&work.links).enumerate() {
        let spin_bar = if i == 0 { back.base_spin } else { bar.links[i].spin };
        let (carried, next, gradient) =
            (&step.before.links[i], &mut back.links[i], &mut total.candidate.model.links[i]);
        // Linear.
        let (l, u) = (next.adjoint.at(own.com), next.after.at(own.com));
        let momentum_bar = bar.links[i].momentum;
        let left = carried.momentum + gravity * (dt * link.mass) - u * link.mass;
        let u_bar = (momentum_bar - l) * link.mass;
        gradient.mass += l.dot(gravity * dt - u) + momentum_bar.dot(u);
        total.world.gravity += l * (dt * link.mass);
        next.adjoint_bar = Wrench::force_at(own.com, left);
        next.after_bar = Wrench::force_at(own.com, u_bar);
        next.twist_bar = Wrench::zero();
        next.axis_bar = Wrench::zero();
        next.joint_inertia_bar = T::zero();
        let com_bar = left.cross(next.adjoint.angular) + u_bar.cross(next.after.angular);
        bar.links[i].momentum = l;
        // Angular, in link axes.
        let a = own.rotation.transposed_mul(next.adjoint.angular);
        let b = own.rotation.transposed_mul(next.after.angular);
        let momentum = carried_angular_momentum(link.inertia, carried.spin, dt);
        let a_bar = own.rotation * (momentum - link.inertia * b);
        let b_bar = own.rotation * (spin_bar - link.inertia * a);
        let (inertia_bar, spin_bar) = carried_angular_momentum_reverse(link.inertia, carried.spin, dt, a);
        add_inertia(&mut gradient.inertia, inertia_bar, a, b);
        bar.links[i].spin = spin_bar;
        next.adjoint_bar.torque += a_bar;
        next.after_bar.torque += b_bar;
        // Pose.
        next.origin_bar = com_bar;
        gradient.com += own.rotation.transposed_mul(com_bar);
        next.rotation_bar =
            a_bar.cross(next.adjoint.angular) + b_bar.cross(next.after.angular) + (own.com - own.origin).cross(com_bar);
    }
}

/// Adds what the carried momentum says of the inertia `I`, and the derivative of `-a . I b`.
#[inline(always)]
fn add_inertia<T: Real>(to: &mut Sym3<T>, carried: Sym3<T>, a: Vec3<T>, b: Vec3<T>) {
    *to += carried
        - Sym3 {
            xx: a.x * b.x,
            yy: a.y * b.y,
            zz: a.z * b.z,
            xy: a.x * b.y + a.y * b.x,
            xz: a.x * b.z + a.z * b.x,
            yz: a.y * b.z + a.z * b.y,
        };
}

/// What links carry at the start, which follows from positions and velocities: takes its bars to those.
pub fn reverse_start<T: Compare>(
    step: &Step<'_, T>,
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
    work: &mut Work<T>,
    back: &mut ReverseWork<T>,
) {
    let (velocity_bar, spin_bar) = (bar.velocity, bar.angular_velocity);
    kinematics(step.model, step.before, work);
    for (i, (link, own)) in step.model.links.iter().zip(&work.links).enumerate() {
        let LinkBar { momentum, spin, .. } = bar.links[i];
        let velocity = own.twist.at(own.com);
        let com_bar = (momentum * link.mass).cross(own.twist.angular);
        let turn_bar = own.rotation * spin;
        let gradient = &mut total.candidate.model.links[i];
        gradient.mass += momentum.dot(velocity);
        gradient.com += own.rotation.transposed_mul(com_bar);
        let mut twist_bar = Wrench::force_at(own.com, momentum * link.mass);
        twist_bar.torque += turn_bar;
        back.links[i] = LinkBack {
            twist_bar,
            origin_bar: com_bar,
            rotation_bar: (own.com - own.origin).cross(com_bar) + turn_bar.cross(own.twist.angular),
            ..LinkBack::zero()
        };
    }
    reverse_kinematics(step, bar, total, work, back);
    reverse_base(step, bar, work, back);
    bar.velocity += velocity_bar;
    bar.angular_velocity += spin_bar;
}
