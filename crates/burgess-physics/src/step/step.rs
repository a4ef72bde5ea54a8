//! One time step of one creature: linearly implicit, a symmetric positive definite solve, repeated only in the few steps in which
//! a contact would pull. `docs/physics.md` has the equations.

use super::assemble::{assemble_contacts, assemble_inertia, assemble_joints, assemble_load, touch_contacts};
use super::integrate::{carry, carry_motion, integrate};
use super::kinematics::kinematics;
use super::objects::{each_body, each_driven_body, move_each_body, work_on_each_body};
use super::scalar::Scalar;
use super::solve::{eliminate_hinges, eliminate_impulses, release_contacts, solve_base, substitute_back};
use super::state::{Drive, State, Work};
use crate::model::Model;
use crate::world::World;

/// Most rounds of the solve. The first nearly always answers; the second releases contacts that pull.
pub const ROUNDS: usize = 4;

/// Advances `state` by `world.dt`.
pub fn step<T: Scalar>(model: &Model<T>, world: &World<T>, drive: &Drive<T>, state: &mut State<T>, work: &mut Work<T>) {
    // Where everything is and how it moves.
    each_driven_body(model, drive.of_all(), state, work, |model, drive, state, work| {
        kinematics(model, state, work);
        touch_contacts(model, world, state, work);
        assemble_joints(model, world, drive, state, work);
    });
    let touching = T::find_pairs(model, world, state, work);
    for round in 0..ROUNDS {
        // Every link and contact by itself, and up the tree.
        each_body(model, state, work, |model, state, work| {
            assemble_inertia(model, work);
            assemble_load(model, world, state, work);
            assemble_contacts(model, world, work);
            eliminate_hinges(model, work);
        });
        // Links that touch push each other by how these equations answer.
        if touching {
            if round == 0 {
                T::push_pairs(model, world, work);
            }
            work_on_each_body(model, work, eliminate_impulses);
        }
        // All velocities after the step, down the tree.
        let mut changed = false;
        work_on_each_body(model, work, |model, work| {
            solve_base(model, work);
            substitute_back(model, work);
            changed |= release_contacts(model, work);
        });
        if !changed {
            break;
        }
    }
    // The next state.
    move_each_body(model, state, work, |model, state, work| {
        carry(model, world, state, work);
        integrate(model, world.dt, state, work);
    });
}

/// Sets what links carry from the velocities of `state`: call it after velocities were set by hand.
pub fn start_carrying<T: Scalar>(model: &Model<T>, state: &mut State<T>, work: &mut Work<T>) {
    move_each_body(model, state, work, |model, state, work| {
        kinematics(model, state, work);
        carry_motion(model, state, work, |own| own.twist);
    });
}
