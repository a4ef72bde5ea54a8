//! The mobilities of links: the reverse of `find_mobilities` and of the elimination that it follows, all the way to the inertias, drags and
//! joints that the equations are made of.
//!
//! The bar of a symmetric 6x6 matrix is one, too: the change of the objective is the sum over all 36 products of their numbers. So that of a
//! mobility takes twists to wrenches, and that of an inertia wrenches to twists.

use super::made::Step;
use super::state::{DragBar, ModelGradient, ReverseWork};
use crate::model::BaseKind;
use crate::step::pairs::assemble_answer;
use crate::step::solve::find_mobilities;
use crate::step::spatial::{AtPoint, Spatial, Twist, axial};
use crate::step::state::Work;
use burgess_core::autodiff::{Value, real};
use burgess_core::math::{Sym3, Vec3};

/// Takes the bars of the mobilities to the links; leaves those of joint diagonals and of drags for the reverses of joints and contacts.
pub fn reverse_mobilities<T: Value>(
    step: &Step<'_, T>,
    total: &mut ModelGradient<T>,
    work: &mut Work<T>,
    back: &mut ReverseWork<T>,
) {
    let Step { model, world, .. } = *step;
    let acting: Vec<bool> = work.contacts.iter().map(|contact| contact.active).collect();
    assemble_answer(model, world, work);
    find_mobilities(model, work);
    let inertia_bars = reverse_answer(step, work, back);
    for (i, (link, of)) in model.links.iter().zip(&inertia_bars).enumerate() {
        let (own, next, gradient) = (&work.links[i], &mut back.links[i], &mut total.candidate.model.links[i]);
        // A rigid body is the matrix of its mass at its centre, and its inertia.
        let at_com = of.at_point(own.com, Vec3::zero());
        gradient.mass += at_com.all;
        let (com_bar, _) = of.at_point_reverse(own.com, Vec3::zero(), AtPoint { all: link.mass, one: T::zero() });
        let spun = link.inertia.rotated(own.rotation).to_matrix() * of.j.to_matrix();
        let own_axes = of.j.rotated(own.rotation.transposed());
        gradient.inertia +=
            Sym3 { xy: own_axes.xy * real(2.0), xz: own_axes.xz * real(2.0), yz: own_axes.yz * real(2.0), ..own_axes };
        gradient.com += own.rotation.transposed_mul(com_bar);
        next.origin_bar += com_bar;
        next.rotation_bar += (own.com - own.origin).cross(com_bar) - axial(&spun) * real(2.0);
    }
    let dt = world.dt;
    back.drag_bars.clear();
    for (contact, scratch) in model.contacts.iter().zip(&work.contacts) {
        let (of, x, n) = (&inertia_bars[contact.link], scratch.point, scratch.normal);
        let across = dt * scratch.tangent_drag;
        let AtPoint { all, one } = of.at_point(x, n);
        let (point, ground) = of.at_point_reverse(x, n, AtPoint { all: across, one: dt * scratch.drag - across });
        back.drag_bars.push(DragBar { normal: dt * one, tangent: dt * (all - one), point, ground });
    }
    for (contact, active) in work.contacts.iter_mut().zip(acting) {
        contact.active = active;
    }
}

/// The bars of all links' own inertias; leaves those of the hinges' axes and diagonals.
fn reverse_answer<T: Value>(step: &Step<'_, T>, work: &Work<T>, back: &mut ReverseWork<T>) -> Vec<Spatial<T>> {
    let model = step.model;
    let two = real::<T>(2.0);
    // Leaf to base: from a child's mobility to its parent's, and to the hinge between them.
    let mut reactions = vec![(Twist::zero(), T::zero()); model.links.len()];
    for i in (1..model.links.len()).rev() {
        let (own, parent) = (&work.links[i], model.links[i].parent);
        let (above, of) = (&work.mobilities[parent], back.mobility_bars[i]);
        let y = above.apply(&own.gain.as_twist()).as_twist();
        let a = of.apply(&own.axis);
        let c = a.dot(&own.axis);
        let along = own.joint_inverse + own.gain.dot(&y);
        back.links[i].axis_bar = a.scaled(along * two);
        back.links[i].axis_bar.accumulate(&of.apply(&y).scaled(-two));
        let pulled = above.apply(&a.as_twist()).as_twist();
        let gain_bar = y.scaled(c * two) + pulled.scaled(-two);
        reactions[i] = (gain_bar, -(c * own.joint_inverse * own.joint_inverse));
        let passed = of.turned_by_hinge(&own.gain.as_twist(), &a.as_twist(), c);
        back.mobility_bars[parent].accumulate(&passed);
    }
    // Base to leaf: from what a parent has of its child's inertia to the child's own.
    let mut bars: Vec<Spatial<T>> = Vec::with_capacity(model.links.len());
    bars.push(match model.base {
        BaseKind::Floating => work.mobilities[0].sandwich(&back.mobility_bars[0]),
        BaseKind::Welded => Spatial::zero(),
    });
    for i in 1..model.links.len() {
        let (own, parent) = (&work.links[i], &bars[model.links[i].parent]);
        let (gain_bar, mut diagonal_bar) = reactions[i];
        let u = own.inertia.apply(&own.axis);
        let passed = parent.apply(&own.gain.as_twist()).as_twist();
        diagonal_bar += own.gain.dot(&passed) - own.gain.dot(&gain_bar) * own.joint_inverse;
        let u_bar = passed.scaled(-two) + gain_bar.scaled(own.joint_inverse) + own.axis.scaled(diagonal_bar);
        let next = &mut back.links[i];
        next.joint_inertia_bar = diagonal_bar;
        next.axis_bar.accumulate(&u.scaled(diagonal_bar));
        next.axis_bar.accumulate(&own.inertia.apply(&u_bar));
        bars.push(parent.turned_by_hinge(&own.axis, &u_bar.scaled(real(-0.5)), T::zero()));
    }
    bars
}
