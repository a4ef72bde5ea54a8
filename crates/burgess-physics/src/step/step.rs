//! One time step of one creature: linearly implicit, a symmetric positive definite solve, repeated only in the few steps in which
//! a contact would pull. `docs/physics.md` has the equations.

use super::assemble::{assemble_contacts, assemble_inertia, assemble_joints, assemble_load, touch_contacts};
use super::integrate::{carry, carry_motion, integrate};
use super::kinematics::kinematics;
use super::solve::{eliminate_hinges, release_contacts, solve_base, substitute_back};
use super::state::{Drive, State, Work};
use crate::model::Creature;
use crate::world::World;
use burgess_core::autodiff::{Real, Value};

/// Most rounds of the solve. The first nearly always answers; the second releases contacts that pull.
pub const ROUNDS: usize = 4;

/// Advances `state` by `world.dt`.
pub fn step<T: Value>(
    creature: &Creature<T>,
    world: &World<T>,
    drive: &Drive<T>,
    state: &mut State<T>,
    work: &mut Work<T>,
) {
    // Where everything is and how it moves.
    kinematics(creature, state, work);
    touch_contacts(creature, world, state, work);
    assemble_joints(creature, world, drive, state, work);
    for _ in 0..ROUNDS {
        // Every link and contact by itself.
        assemble_inertia(creature, work);
        assemble_load(creature, world, state, work);
        assemble_contacts(creature, world, work);
        // All velocities after the step, in one sweep up and one down.
        eliminate_hinges(creature, work);
        solve_base(creature, work);
        substitute_back(creature, work);
        if !release_contacts(creature, work) {
            break;
        }
    }
    // The next state.
    carry(creature, state, work);
    integrate(creature, world.dt, state, work);
}

/// Sets what links carry from the velocities of `state`: call it after velocities were set by hand.
pub fn start_carrying<T: Real>(creature: &Creature<T>, state: &mut State<T>, work: &mut Work<T>) {
    kinematics(creature, state, work);
    carry_motion(creature, state, work, |own| own.twist);
}
