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
pub mod state;
pub mod tape;

use super::assemble::{assemble_contacts, assemble_inertia, assemble_joints, touch_contacts};
use super::kinematics::kinematics as locate;
use super::pairs::{assemble_answer, find_pairs, push_pairs};
use super::solve::{eliminate_hinges, solve_base, substitute_back};
use super::state::Work;
use burgess_core::autodiff::Value;
use burgess_core::math::Vec3;
use contact::reverse_contacts;
use integrate::{gather_loads, take_adjoint, take_velocities};
use joint::reverse_joints;
use kinematics::{reverse_base, reverse_kinematics};
use link::reverse_links;
use made::{EffortBar, Step};
use mobility::reverse_mobilities;
use pairs::reverse_pairs;
use state::{ModelGradient, ReverseWork, StateAdjoint};

/// Where everything was before the step, and what law every force followed.
pub fn recall<T: Value>(step: &Step<'_, T>, work: &mut Work<T>) {
    locate(step.model, step.before, work);
    touch_contacts(step.model, step.world, step.before, work);
    assemble_joints(step.model, step.world, step.drive, step.before, work);
    if find_pairs(step.model, step.world, step.before, work) {
        assemble_answer(step.model, step.world, work);
        push_pairs(step.model, step.world, work);
    }
}

/// Goes back through a step that was recalled: takes the bars of the state after it, leaves those of the state before it, and adds to
/// those of the adjoint. Targets and commands are the policy's business, but for what the servos say of the targets.
pub fn reverse_step<T: Value>(
    step: &Step<'_, T>,
    effort: EffortBar<T>,
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
    work: &mut Work<T>,
    back: &mut ReverseWork<T>,
) {
    let Step { model, world, .. } = *step;
    // The equations of the step, with the bars of the velocities on the right.
    take_velocities(step, work, back);
    assemble_inertia(model, work);
    assemble_contacts(model, world, work);
    gather_loads(step, effort, bar, work, back);
    eliminate_hinges(model, work);
    solve_base(model, work);
    substitute_back(model, work);
    take_adjoint(work, back);
    // Every link, contact and hinge by itself.
    reverse_links(step, bar, total, work, back);
    back.drag_bars.clear();
    if work.pairs.is_empty() {
        bar.pairs.fill(Vec3::zero());
    } else {
        reverse_pairs(step, bar, total, work, back);
        reverse_mobilities(step, total, work, back);
    }
    reverse_contacts(step, bar, total, work, back);
    reverse_joints(step, effort, bar, total, work, back);
    // Poses and twists, leaf to base.
    reverse_kinematics(step, bar, total, work, back);
    reverse_base(step, bar, work, back);
}
