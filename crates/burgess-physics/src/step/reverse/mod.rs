//! The way back through a step: the adjoint of the implicit solve, then one reverse sweep, with nothing frozen or dropped.
//! `docs/physics.md` has the equations.
//!
//! A step solves `H v' = b`. With the gradient `g` of the objective with respect to `v'`, one more solve with the same matrix gives
//! `lambda = H^-1 g`, and the gradient with respect to everything that `H` and `b` are made of is that of the scalar
//! `lambda . (b - H v')` at fixed `lambda` and `v'`, plus what the outputs of the step are made of directly. Both are sums over
//! links, contacts and hinges, each pulled back by itself; what they say of the links' poses and twists then goes down the tree.
//!
//! Words: the *bar* of a number is the gradient of the objective with respect to it. The bar of a rotation is a vector in world axes: the
//! gradient with respect to a small rotation from where the frame is. The bar of a twist is a wrench.

pub mod contact;
pub mod episode;
pub mod features;
pub mod integrate;
pub mod joint;
pub mod kinematics;
pub mod link;
pub mod made;
pub mod measure;
pub mod mobility;
pub mod observer;
pub mod pairs;
pub mod policy;
pub mod push;
pub mod rovers;
pub mod state;
pub mod tape;

use super::assemble::{assemble_contacts, assemble_inertia, assemble_joints, touch_contacts};
use super::kinematics::kinematics as locate;
use super::objects::work_on_each_body;
use super::pairs::{assemble_answer, find_pairs, push_pairs};
use super::scalar::Scalar;
use super::solve::{eliminate_hinges, solve_base, substitute_back};
use super::state::{DriveOf, Work};
use burgess_core::autodiff::{Compare, Real, Value};
use burgess_core::math::Vec3;
use contact::reverse_contacts;
use integrate::{gather_loads, take_adjoint, take_velocities};
use joint::reverse_joints;
use kinematics::{reverse_base, reverse_kinematics};
use link::reverse_links;
use made::{EffortBar, Step};
use state::{ModelGradient, ReverseWork, StateAdjoint};

/// Where everything was before the step, and what law every force followed.
pub fn recall<T: Scalar>(step: &Step<'_, T>, work: &mut Work<T>) {
    let Step { model, world, mut drive, before, .. } = *step;
    for body in 0..=model.objects.len() {
        let (drive, before, work) = (drive.take(model.driven(body)), before.body(body), work.body_mut(body));
        let model = model.body(body);
        locate(model, before, work);
        touch_contacts(model, world, before, work);
        assemble_joints(model, world, drive, before, work);
    }
    T::recall_pairs(step, work);
}

/// Finds the links that touch in a step, and their forces.
pub fn recall_pairs<T: Value>(step: &Step<'_, T>, work: &mut Work<T>) {
    let Step { model, world, before, .. } = *step;
    if find_pairs(model, world, before, work) {
        work_on_each_body(model, work, |model, work| assemble_answer(model, world, work));
        push_pairs(model, world, work);
    }
}

/// Goes back through a step that was recalled: takes the bars of the state after it, leaves those of the state before it, and adds to
/// those of the adjoint. Targets and commands are the policy's business, but for what the servos say of the targets.
pub fn reverse_step<T: Scalar>(
    step: &Step<'_, T>,
    effort: EffortBar<T>,
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
    work: &mut Work<T>,
    back: &mut ReverseWork<T>,
) {
    let bodies = 0..=step.model.objects.len();
    // The equations of the step, with the bars of the velocities on the right. Then every link by itself.
    let mut drives = step.drive;
    for body in bodies.clone() {
        let step = &step.body(body, &mut drives);
        let (bar, total) = (bar.body_mut(body), total.body_mut(body));
        let (work, back) = (work.body_mut(body), back.body_mut(body));
        take_velocities(step, work, back);
        assemble_inertia(step.model, work);
        assemble_contacts(step.world, work);
        gather_loads(step, effort.of_body(body), bar, work, back);
        eliminate_hinges(step.model, work);
        solve_base(step.model, work);
        substitute_back(step.model, work);
        take_adjoint(work, back);
        reverse_links(step, bar, total, work, back);
        back.drag_bars.clear();
    }
    // Every contact and hinge by itself.
    let touching = !work.pairs.is_empty();
    if touching {
        T::reverse_pairs(step, effort, bar, total, work, back);
    } else {
        bar.pairs.fill(Vec3::zero());
    }
    let mut drives = step.drive;
    for body in bodies {
        let step = &step.body(body, &mut drives);
        let (bar, total) = (bar.body_mut(body), total.body_mut(body));
        let (work, back) = (work.body_mut(body), back.body_mut(body));
        if touching {
            T::reverse_mobilities(step, total, work, back);
        }
        reverse_contacts(step, bar, total, work, back);
        reverse_joints(step, effort.of_body(body), bar, total, work, back);
        // Poses and twists, leaf to base.
        reverse_kinematics(step, bar, total, work, back);
        reverse_base(step, bar, work, back);
    }
}

impl<'a, T: Real> Step<'a, T> {
    /// The step of a body: see [`Member::body`](crate::step::members::Member::body). Bodies are asked for in their order, and each takes what drives it.
    #[inline(always)]
    fn body(&self, body: usize, drives: &mut DriveOf<'a, T>) -> Self {
        Self {
            model: self.model.body(body),
            drive: drives.take(self.model.driven(body)),
            before: self.before.body(body),
            after: self.after.body(body),
            ..*self
        }
    }
}

/// Does the same with the creature and with each object, on the way back.
pub fn reverse_each_body<T: Compare>(
    step: &Step<'_, T>,
    effort: EffortBar<T>,
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
    work: &mut Work<T>,
    back: &mut ReverseWork<T>,
    act: impl Fn(&Step<'_, T>, EffortBar<T>, &mut StateAdjoint<T>, &mut ModelGradient<T>, &mut Work<T>, &mut ReverseWork<T>),
) {
    let Step { model, world, mut drive, before, after } = *step;
    act(&Step { drive: drive.take(model.links.len()), ..*step }, effort, bar, total, work, back);
    for (i, object) in model.objects.iter().enumerate() {
        let (before, after) = (&before.objects[i], &after.objects[i]);
        let step = Step { model: &object.body, world, drive: drive.take(object.driven_count()), before, after };
        let (bar, total) = (&mut bar.objects[i], &mut total.objects[i]);
        act(&step, effort.of_body(i + 1), bar, total, &mut work.objects[i], &mut back.objects[i]);
    }
}
