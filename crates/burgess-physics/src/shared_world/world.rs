//! Worlds of free bodies and creatures on the CPU, generic over the scalar.

use super::body::{Body, BodyState, Limb};
use super::contacts::add;
use super::creature::{Breed, Creature};
use super::neighbours::Neighbours;
use super::place::Setup;
use super::rules::Rules;
use super::simulate::{Simulate, Snapshot};
use super::step::{Before, Memory, advance, push_limb, resist};
use crate::error::Error;
use crate::laws::pair::ContactSums;
use crate::step::scalar::Scalar;
use crate::step::spatial::Wrench;
use burgess_core::autodiff::{Value, real};
use burgess_core::math::Mat3;
use rayon::prelude::*;

/// The bodies and creatures of a scene, stepped on all cores. The bits depend neither on the number of threads nor on
/// what other worlds there are.
#[derive(Clone, Debug)]
pub struct CpuWorld<T: Scalar + Value> {
    rules: Rules<T>,
    /// The free bodies, then the limbs of each creature.
    bodies: Vec<Body<T>>,
    /// Those of limbs are set in each step.
    states: Vec<BodyState<T>>,
    memories: Vec<Memory<T>>,
    /// Free bodies.
    free: usize,
    /// Set in each step.
    limbs: Vec<Limb<T>>,
    breeds: Vec<Breed<T>>,
    creatures: Vec<Creature<T>>,
    neighbours: Neighbours,
    steps: u32,
}

impl<T: Scalar + Value> CpuWorld<T> {
    /// The bodies and creatures where the scene places them.
    pub fn new(setup: &Setup) -> Self {
        let breeds: Vec<Breed<T>> = setup.breeds.iter().map(Breed::cast).collect();
        let creatures: Vec<Creature<T>> =
            setup.creatures.iter().map(|start| Creature::new(&breeds[start.breed], start)).collect();
        let mut bodies: Vec<Body<T>> = setup.bodies.iter().map(|body| body.map(real::<T>)).collect();
        for Creature { breed, world, .. } in &creatures {
            bodies.extend(breeds[*breed].limbs.iter().map(|limb| Body { world: *world, ..*limb }));
        }
        Self {
            rules: setup.rules.map(real::<T>),
            states: setup.states.iter().map(|state| state.map(real::<T>)).collect(),
            memories: vec![Memory::none(); bodies.len()],
            free: setup.bodies.len(),
            limbs: Vec::new(),
            bodies,
            breeds,
            creatures,
            neighbours: Neighbours::default(),
            steps: 0,
        }
    }

    /// How the free bodies stand.
    pub fn states(&self) -> &[BodyState<T>] {
        &self.states[..self.free]
    }

    /// Advances all bodies and creatures by one time step.
    pub fn step(&mut self) {
        self.begin_creatures();
        let Self { rules, bodies, states, memories, free, limbs, breeds, creatures, neighbours, .. } = self;
        let free = *free;
        // Who can touch whom.
        let can_touch = |i: usize, j: usize| {
            let limb = |i: usize| i.checked_sub(free).map(|limb| &limbs[limb]);
            let (Some(a), Some(b)) = (limb(i), limb(j)) else { return true };
            a.creature != b.creature || breeds[creatures[a.creature as usize].breed].can_touch(a.collider, b.collider)
        };
        neighbours.update(bodies, states, rules.dt, &rules.vicinity, can_touch);
        let rotations: Vec<Mat3<T>> = states.par_iter().map(|state| state.orientation.to_matrix()).collect();
        let before = Before { rules, bodies, states, rotations: &rotations, limbs };
        // What the contacts of each body resist.
        let all = 0..bodies.len();
        let mut resisted: Vec<ContactSums<T>> =
            all.into_par_iter().map(|i| resist(&before, i, neighbours.of(i))).collect();
        join_limbs(breeds, creatures, &mut resisted[free..]);
        // Forces, and the next states.
        let next: Vec<(BodyState<T>, Memory<T>)> =
            (0..free).into_par_iter().map(|i| advance(&before, &resisted, &memories[i], i, neighbours.of(i))).collect();
        let pushed: Vec<(Wrench<T>, Memory<T>)> = (free..bodies.len())
            .into_par_iter()
            .map(|i| push_limb(&before, &resisted, &memories[i], i, neighbours.of(i)))
            .collect();
        let (impulses, of_limbs): (Vec<_>, Vec<_>) = pushed.into_iter().unzip();
        (self.states, self.memories) = next.into_iter().unzip();
        self.memories.extend(of_limbs);
        self.end_creatures(&impulses);
        self.steps += 1;
    }

    /// Creatures decide, and their limbs take their places among the bodies.
    fn begin_creatures(&mut self) {
        let (breeds, steps) = (&self.breeds, self.steps);
        self.creatures.par_iter_mut().for_each(|creature| creature.begin(&breeds[creature.breed], steps));
        self.states.truncate(self.free);
        self.limbs.clear();
        for (number, creature) in self.creatures.iter().enumerate() {
            let breed = &breeds[creature.breed];
            for collider in 0..breed.limbs.len() {
                let (state, limb) = creature.limb(breed, number as u32, collider);
                self.states.push(state);
                self.limbs.push(limb);
            }
        }
    }

    /// Creatures move on, given the impulse that each limb gets.
    fn end_creatures(&mut self, impulses: &[Wrench<T>]) {
        let breeds = &self.breeds;
        let (mut impulses, mut memories) = (impulses, &self.memories[self.free..]);
        let mut given = Vec::with_capacity(self.creatures.len());
        for creature in &self.creatures {
            let limbs = breeds[creature.breed].limbs.len();
            let (own, carried);
            ((own, impulses), (carried, memories)) = (impulses.split_at(limbs), memories.split_at(limbs));
            let touching = carried.iter().any(|memory| !memory.bristles.is_empty());
            let depth = carried.iter().fold(-T::one(), |depth, memory| depth.max(memory.depth));
            given.push((touching.then_some(own), depth));
        }
        self.creatures
            .par_iter_mut()
            .zip(given)
            .for_each(|(creature, (impulses, depth))| creature.end(&breeds[creature.breed], impulses, depth));
    }
}

/// What the contacts of limbs of one link resist is added up.
fn join_limbs<T: Scalar + Value>(breeds: &[Breed<T>], creatures: &[Creature<T>], resisted: &mut [ContactSums<T>]) {
    let mut rest = resisted;
    for creature in creatures {
        let colliders = &breeds[creature.breed].candidate.model.colliders;
        for of_link in colliders.chunk_by(|a, b| a.link == b.link) {
            let (limbs, later) = std::mem::take(&mut rest).split_at_mut(of_link.len());
            rest = later;
            if let [_, _, ..] = limbs {
                let sum = limbs.iter().fold(ContactSums::default(), |sum, limb| add(&sum, limb));
                limbs.fill(sum);
            }
        }
    }
}

impl<T: Scalar + Value> Simulate for CpuWorld<T> {
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
            states: self.states().iter().map(|state| state.map(Value::to_f64)).collect(),
            creatures: self.creatures.iter().map(|creature| creature.seen(&self.breeds[creature.breed])).collect(),
            depths: self.memories[..self.free].iter().map(|memory| memory.depth.to_f64()).collect(),
            left_out: self.neighbours.left_out,
            too_fast: self.neighbours.too_fast,
        })
    }
}
