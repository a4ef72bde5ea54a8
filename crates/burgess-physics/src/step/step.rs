//! One time step of one creature: linearly implicit, a symmetric positive definite solve, repeated only in the few steps in which
//! a contact would pull. `docs/physics.md` has the equations.

use super::assemble::{assemble_contacts, assemble_inertia, assemble_joints, assemble_load, touch_contacts};
use super::integrate::{carry, carry_motion, integrate};
use super::kinematics::kinematics;
use super::objects::move_each_body;
use super::scalar::Scalar;
use super::solve::{eliminate_hinges, eliminate_impulses, release_contacts, solve_base, substitute_back};
use super::state::{Drive, State, Work};
use crate::model::Model;
use crate::world::World;

/// Most rounds of the solve. The first nearly always answers; the second releases contacts that pull.
pub const ROUNDS: usize = 4;

/// Advances `state` by `world.dt`.
pub fn step<T: Scalar>(model: &Model<T>, world: &World<T>, drive: &Drive<T>, state: &mut State<T>, work: &mut Work<T>) {
    begin(model, world, drive, state, work);
    let touching = T::find_pairs(model, world, state, work);
    for round in 0..ROUNDS {
        assemble(model, world, state, work);
        // Links that touch push each other by how these equations answer.
        if touching && round == 0 {
            T::push_pairs(model, world, work);
        }
        if !solve(model, touching, work) {
            break;
        }
    }
    end(model, world, state, work);
}

/// Where everything is and how it moves.
#[inline]
pub fn begin<T: Scalar>(model: &Model<T>, world: &World<T>, drive: &Drive<T>, state: &State<T>, work: &mut Work<T>) {
    let mut drives = drive.of_all();
    for body in 0..=model.objects.len() {
        let (drive, state, work) = (drives.take(model.driven(body)), state.body(body), work.body_mut(body));
        let model = model.body(body);
        kinematics(model, state, work);
        touch_contacts(model, world, state, work);
        assemble_joints(model, world, drive, state, work);
    }
}

/// Every link and contact by itself, and up the tree.
#[inline]
pub fn assemble<T: Scalar>(model: &Model<T>, world: &World<T>, state: &State<T>, work: &mut Work<T>) {
    for body in 0..=model.objects.len() {
        let (model, state, work) = (model.body(body), state.body(body), work.body_mut(body));
        assemble_inertia(model, work);
        assemble_load(model, world, state, work);
        assemble_contacts(world, work);
        eliminate_hinges(model, work);
    }
}

/// All velocities after the step, down the tree, with the impulses that links get from others if any are `touching`.
/// Gives whether contacts with the ground were taken out of the equations or put back: then these are to be assembled
/// and solved again, up to [`ROUNDS`] times in all.
#[inline]
pub fn solve<T: Scalar>(model: &Model<T>, touching: bool, work: &mut Work<T>) -> bool {
    let mut changed = false;
    for body in 0..=model.objects.len() {
        let (model, work) = (model.body(body), work.body_mut(body));
        if touching {
            eliminate_impulses(model, work);
        }
        solve_base(model, work);
        substitute_back(model, work);
        changed |= release_contacts(work);
    }
    changed
}

/// The next state.
#[inline]
pub fn end<T: Scalar>(model: &Model<T>, world: &World<T>, state: &mut State<T>, work: &mut Work<T>) {
    for body in 0..=model.objects.len() {
        let (model, state, work) = (model.body(body), state.body_mut(body), work.body_mut(body));
        carry(model, world, state, work);
        integrate(model, world.dt, state, work);
    }
}

/// Sets what links carry from the velocities of `state`: call it after velocities were set by hand.
pub fn start_carrying<T: Scalar>(model: &Model<T>, state: &mut State<T>, work: &mut Work<T>) {
    move_each_body(model, state, work, |model, state, work| {
        kinematics(model, state, work);
        carry_motion(model, state, work, |own| own.twist);
    });
}
