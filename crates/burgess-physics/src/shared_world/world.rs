//! Worlds of free bodies on the CPU, generic over the scalar.

use super::body::{Body, BodyState};
use super::neighbours::Neighbours;
use super::place::Setup;
use super::rules::Rules;
use super::simulate::{Simulate, Snapshot};
use super::step::{Before, Memory, advance, resist};
use crate::error::Error;
use crate::laws::pair::ContactSums;
use burgess_core::autodiff::{Value, real};
use burgess_core::math::Mat3;
use rayon::prelude::*;

/// The bodies of a scene, stepped on all cores. The bits depend neither on the number of threads nor on what other worlds there are.
#[derive(Clone, Debug)]
pub struct CpuWorld<T> {
    rules: Rules<T>,
    bodies: Vec<Body<T>>,
    states: Vec<BodyState<T>>,
    memories: Vec<Memory<T>>,
    neighbours: Neighbours,
    steps: u32,
}

impl<T: Value> CpuWorld<T> {
    /// The bodies where the scene places them.
    pub fn new(setup: &Setup) -> Self {
        Self {
            rules: setup.rules.map(real::<T>),
            bodies: setup.bodies.iter().map(|body| body.map(real::<T>)).collect(),
            states: setup.states.iter().map(|state| state.map(real::<T>)).collect(),
            memories: vec![Memory::none(); setup.bodies.len()],
            neighbours: Neighbours::default(),
            steps: 0,
        }
    }

    /// How the bodies stand.
    pub fn states(&self) -> &[BodyState<T>] {
        &self.states
    }

    /// Advances all bodies by one time step.
    pub fn step(&mut self) {
        // Who can touch whom.
        self.neighbours.update(&self.bodies, &self.states, self.rules.dt, &self.rules.vicinity);
        let rotations: Vec<Mat3<T>> = self.states.par_iter().map(|state| state.orientation.to_matrix()).collect();
        let neighbours = &self.neighbours;
        let before = Before { rules: &self.rules, bodies: &self.bodies, states: &self.states, rotations: &rotations };
        // What the contacts of each body resist.
        let all = 0..self.bodies.len();
        let resisted: Vec<ContactSums<T>> =
            all.clone().into_par_iter().map(|i| resist(&before, i, neighbours.of(i))).collect();
        // Forces, and the next states.
        let next: Vec<(BodyState<T>, Memory<T>)> =
            all.into_par_iter().map(|i| advance(&before, &resisted, &self.memories[i], i, neighbours.of(i))).collect();
        (self.states, self.memories) = next.into_iter().unzip();
        self.steps += 1;
    }
}

impl<T: Value> Simulate for CpuWorld<T> {
    fn describe(&self) -> String {
        format!("cpu, {} bits, {} threads", 8 * size_of::<T>(), rayon::current_num_threads())
    }

    fn advance(&mut self, steps: u32) -> Result<(), Error> {
        (0..steps).for_each(|_| self.step());
        Ok(())
    }

    fn snapshot(&mut self) -> Result<Snapshot, Error> {
        Ok(Snapshot {
            steps: self.steps,
            states: self.states.iter().map(|state| state.map(Value::to_f64)).collect(),
            depths: self.memories.iter().map(|memory| memory.depth.to_f64()).collect(),
            left_out: self.neighbours.left_out,
            too_fast: self.neighbours.too_fast,
        })
    }
}
