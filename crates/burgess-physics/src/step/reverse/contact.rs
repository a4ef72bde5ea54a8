//! Contact points: the reverse of `touch_contacts`, `assemble_contacts` and of the normal forces that are carried on.

use super::integrate::carried;
use super::made::{RoverBar, Step};
use super::state::{ContactBar, ModelGradient, ReverseWork, StateAdjoint};
use crate::laws::contact::{ContactForce, ContactLaw};
use crate::model::Rover;
use crate::step::assemble::{across, contact_law};
use crate::step::places::at;
use crate::step::rovers::MOST_ROVERS;
use crate::step::scalar::Scalar;
use crate::step::spatial::Wrench;
use crate::step::state::{Work, slip_mass};
use burgess_core::autodiff::{Choose, Compare, Place, Truth, real};
use burgess_core::math::Vec3;

/// What a contact says of where it is, and how stiff.
struct PointBar<T> {
    /// Of the point at fixed normal.
    point: Vec3<T>,
    /// Of the normal, with what it says of the point.
    normal: Vec3<T>,
    /// Of the gap.
    gap: T,
    /// Of the stiffness.
    stiffness: T,
}

/// All contact points of a body.
pub fn reverse_contacts<T: Scalar>(
    step: &Step<'_, T>,
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
    work: &Work<T>,
    back: &mut ReverseWork<T>,
) {
    let law = contact_law(step.model, step.world, work);
    let mut rovers = work.rovers.iter();
    let mut rover_bars = [RoverBar::none(); MOST_ROVERS];
    for (i, (contact, scratch)) in step.model.contacts.iter().zip(&work.contacts).enumerate() {
        let roving = contact.rover.and_then(|_| rovers.next());
        // Where nothing acts nothing depends on anything: all slopes of the law end where its forces do.
        let has_strength = roving.map_or(T::Truth::yes(), |roving| roving.strength.is_above(T::zero()));
        let acts = scratch.can_act(work.pull_tolerance) & has_strength;
        if !acts.any() {
            bar.contacts[i] = ContactBar::default();
        } else if let Some(roving) = roving {
            let law = ContactLaw { stiffness: law.stiffness * roving.strength, ..law };
            let says = reverse_contact(step, i, acts, &law, bar, total, work, back);
            total.candidate.model.contact_stiffness.add_where(acts, says.stiffness * roving.strength);
            rover_bars[contact.rover.map_or(0, |rover| rover.number())] = RoverBar {
                point: says.point,
                normal: says.normal,
                gap: says.gap,
                strength: says.stiffness * step.model.contact_stiffness,
                acts: true,
            };
        } else {
            let says = reverse_contact(step, i, acts, &law, bar, total, work, back);
            total.candidate.model.contact_stiffness.add_where(acts, says.stiffness);
            let link = &work.places.touching[i];
            let (origin, rotation) = at(link, |link| (work.links[link].origin, work.links[link].rotation));
            let centre = rotation * contact.centre;
            let ground = back.reverse_terrain(step.before.position + origin + centre, says.gap, says.normal);
            let centre_bar = says.point + ground;
            bar.position.add_where(acts, ground);
            let gradient = &mut total.candidate.model.contacts[i];
            gradient.centre.add_where(acts, rotation.transposed_mul(centre_bar));
            gradient.radius.add_where(acts, -(scratch.normal.dot(says.point) + says.gap));
            for (here, link) in link.all() {
                let next = &mut back.links[link];
                next.origin_bar.add_where(acts & here, centre_bar);
                next.rotation_bar.add_where(acts & here, centre.cross(centre_bar));
            }
        }
        // The last of a shape goes back for all.
        if let Some(rover) = contact.rover.filter(|rover| rover.number() + 1 == Rover::count(rover.corners())) {
            if rover_bars.iter().any(|bar| bar.acts) {
                T::reverse_rovers(step, i - rover.number(), &rover_bars, bar, total, work, back);
            }
            rover_bars = [RoverBar::none(); MOST_ROVERS];
        }
    }
}

/// One contact point. Its share of `lambda . (b - H v')` is
/// `dt (normal force) (l . n) - dt (tangent drag) (l . u - (l . n)(u . n))`, with `l` and `u` the adjoint velocity and the velocity after
/// the step of the point.
#[allow(clippy::too_many_arguments)] // adjoint, world, state, scratch: the fixed order of the house
fn reverse_contact<T: Compare>(
    step: &Step<'_, T>,
    i: usize,
    acts: T::Truth,
    law: &ContactLaw<T>,
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
    work: &Work<T>,
    back: &mut ReverseWork<T>,
) -> PointBar<T> {
    let dt = step.world.dt;
    let (contact, scratch) = (&step.model.contacts[i], &work.contacts[i]);
    let link = &work.places.touching[i];
    let before_step = at(link, |link| work.links[link].twist);
    let (after_step, adjoint) = at(link, |link| (back.links[link].after, back.links[link].adjoint));
    let (x, n, before) = (scratch.point, scratch.normal, step.before.contacts[i]);
    // Forth again.
    let (v, u, l) = (before_step.at(x), after_step.at(x), adjoint.at(x));
    let (v_n, u_n, l_n) = (v.dot(n), u.dot(n), l.dot(n));
    let free = v + before.free_gain;
    let free_slip = across(free, n);
    // What is carried on.
    let carried = carried(scratch, bar.contacts[i]);
    let gain_bar = across(carried.free_gain, n);
    let slip_share = law.gain_of_slip(scratch.tangent_drag);
    // The force.
    let acting = T::choose(scratch.active, dt, T::zero());
    let push_bar = acting * l_n + carried.normal_force;
    let braking = dt * scratch.tangent_drag;
    // What the mobilities of links that touch each other say of the drags.
    let drag_bar = back.drag_bars.get(i).copied().unwrap_or_default();
    let force_bar = ContactForce {
        push: push_bar,
        normal_drag: drag_bar.normal - u_n * push_bar,
        tangent_drag: drag_bar.tangent - dt * (l.dot(u) - l_n * u_n) + dt * law.inverse_slip_mass * gain_bar.dot(u),
    };
    let u_n_bar = braking * l_n - scratch.drag * push_bar;
    let l_n_bar = acting * scratch.force + braking * u_n;
    // The law.
    let gap = scratch.gap;
    let says = law.force_reverse(gap, v_n, free_slip.norm_squared(), before.normal_force, force_bar);
    // Velocities of the point, and its place.
    let free_bar = free_slip * (says.free_slip_squared * real(2.0));
    let before_bar = ContactBar { normal_force: says.force_before, free_gain: free_bar };
    bar.contacts[i] = ContactBar::choose(acts, before_bar, ContactBar::default());
    total.prelude.contact_width.add_where(acts, says.width);
    // The share of the slip in the free gain has the slip mass in it, too. That is a share of the body's mass.
    let inverse_bar = says.inverse_slip_mass + braking * gain_bar.dot(u);
    total.prelude.mass.add_where(acts, -slip_mass(inverse_bar * law.inverse_slip_mass.squared()));
    total.world.contact_damping.add_where(acts, says.damping);
    total.friction().add_where(acts, says.friction);
    let l_bar = n * l_n_bar - u * braking;
    let u_bar = n * u_n_bar - l * braking + gain_bar * slip_share;
    let v_bar = n * says.v_n + free_bar - gain_bar;
    let x_bar = drag_bar.point
        + l_bar.cross(adjoint.angular)
        + u_bar.cross(after_step.angular)
        + v_bar.cross(before_step.angular);
    // Of the slips before and after the step, whose part along the normal is taken off, only those parts turn with it.
    let along = u * slip_share - v;
    let n_bar = l * l_n_bar + u * u_n_bar + v * says.v_n
        - free_bar * free.dot(n)
        - carried.free_gain * along.dot(n)
        - along * carried.free_gain.dot(n)
        + drag_bar.ground
        - x_bar * contact.radius;
    for (here, link) in link.all() {
        let next = &mut back.links[link];
        next.adjoint_bar.accumulate_where(acts & here, &Wrench::force_at(x, l_bar));
        next.after_bar.accumulate_where(acts & here, &Wrench::force_at(x, u_bar));
        next.twist_bar.accumulate_where(acts & here, &Wrench::force_at(x, v_bar));
    }
    PointBar { point: x_bar, normal: n_bar, gap: says.gap, stiffness: says.stiffness }
}
