//! Gradients of episodes: what is differentiated, with respect to what, and who does it.

use super::task::Returns;
use crate::error::Error;
use crate::model::{Candidate, Object};
use burgess_core::autodiff::{Real, Value};
use burgess_core::math::Vec3;
use std::time::Duration;

/// The scalar that is differentiated: a weighted sum of the reward and the descriptors.
///
/// ```
/// # use burgess_physics::batch::CpuBackend;
/// # use burgess_physics::gradient::{Differentiate, Objective};
/// # fn main() -> Result<(), burgess_physics::Error> {
/// let (plan, candidate) = burgess_physics::example::walk();
/// let objective = Objective::reward(plan.task.descriptors.len());
/// let backend = CpuBackend::new(&plan, None)?;
/// let gradients = backend.differentiate(&[candidate.map(|x| x as f32)], &objective)?;
/// assert!(gradients[0].candidate.model.links[1].mass.is_finite());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// Weight of the reward.
    pub reward: f64,
    /// Weight of each descriptor; those without a gradient must have none.
    pub descriptors: Vec<f64>,
}

impl Objective {
    /// The reward alone.
    pub fn reward(descriptors: usize) -> Self {
        Self { reward: 1.0, descriptors: vec![0.0; descriptors] }
    }
}

/// What an episode gave, and the gradient of the objective with respect to everything that the episode is made from. The step at
/// which an episode was terminated is taken as given.
#[derive(Clone, Debug)]
pub struct Gradient<T> {
    /// What the episode gave.
    pub returns: Returns<T>,
    /// With respect to each number of the candidate, in its place, at a fixed prelude; shapes have zeros where no links touch each other.
    /// That of a hinge axis is tangent to the unit sphere.
    pub candidate: Candidate<T>,
    /// With respect to what is worked out of the creature before the episode: see [`crate::step::prelude`].
    pub prelude: PreludeGradient<T>,
    /// With respect to the surroundings, at a fixed prelude.
    pub world: WorldGradient<T>,
    /// With respect to the state at the start.
    pub state: StateGradient<T>,
    /// With respect to the starting position in each of the world's other environments, where a candidate lives in several: in `prelude` is that
    /// in the first alone, and in all else the sum over all.
    pub other_starts: Vec<Vec3<T>>,
}

/// Gradient with respect to a [`Prelude`](crate::step::prelude::Prelude).
#[derive(Clone, Copy, Debug, Default)]
pub struct PreludeGradient<T> {
    /// With respect to the starting position; nothing where the episode began from a state of its own.
    pub start: Vec3<T>,
    /// With respect to the contact width.
    pub contact_width: T,
    /// With respect to the load at which a contact counts half.
    pub reference_force: T,
    /// With respect to the total mass, as a descriptor knows it.
    pub mass: T,
    /// With respect to the leg span, as a descriptor knows it.
    pub leg_span: T,
}

/// Gradient with respect to a [`World`](super::world::World).
#[derive(Clone, Copy, Debug, Default)]
pub struct WorldGradient<T> {
    /// With respect to gravity (m/s2).
    pub gravity: Vec3<T>,
    /// With respect to the coefficient of friction.
    pub friction: T,
    /// With respect to the dissipation of contact (s/m).
    pub contact_damping: T,
}

/// Gradient with respect to positions and velocities; what links carry follows from those.
#[derive(Clone, Debug, Default)]
pub struct StateGradient<T> {
    /// With respect to the base origin (m); displacements count from it.
    pub position: Vec3<T>,
    /// With respect to a small rotation of the base (rad, world axes) from where it is.
    pub rotation: Vec3<T>,
    /// With respect to the velocity of the base origin (m/s, world axes).
    pub velocity: Vec3<T>,
    /// With respect to the angular velocity of the base (rad/s, base axes).
    pub angular_velocity: Vec3<T>,
    /// With respect to hinge angles (rad), one a link, the base's zero.
    pub angles: Vec<T>,
    /// With respect to hinge rates (rad/s), one a link, the base's zero.
    pub rates: Vec<T>,
    /// With respect to the states of objects.
    pub objects: Vec<StateGradient<T>>,
}

impl<T: Value> Object<T> {
    /// Adds, to the gradient with respect to an object, what that with respect to its state at the start says of where it starts.
    pub(crate) fn start_from(&mut self, state: &StateGradient<T>) {
        self.start += state.position;
        if let Some(rival) = &mut self.rival {
            rival.heading += state.rotation.z;
        }
    }
}

impl<T: Real> Gradient<T> {
    /// The same with other numbers, without other starts.
    pub(crate) fn map(&self, f: &mut dyn FnMut(T) -> T) -> Self {
        let Self { returns, candidate, prelude, world, state, other_starts: _ } = self;
        Self {
            returns: returns.clone(),
            candidate: candidate.map(&mut *f),
            prelude: PreludeGradient {
                start: prelude.start.map(&mut *f),
                contact_width: f(prelude.contact_width),
                reference_force: f(prelude.reference_force),
                mass: f(prelude.mass),
                leg_span: f(prelude.leg_span),
            },
            world: WorldGradient {
                gravity: world.gravity.map(&mut *f),
                friction: f(world.friction),
                contact_damping: f(world.contact_damping),
            },
            state: state.map(f),
            other_starts: Vec::new(),
        }
    }
}

impl<T: Real> StateGradient<T> {
    /// The same with other numbers.
    fn map(&self, f: &mut dyn FnMut(T) -> T) -> Self {
        Self {
            position: self.position.map(&mut *f),
            rotation: self.rotation.map(&mut *f),
            velocity: self.velocity.map(&mut *f),
            angular_velocity: self.angular_velocity.map(&mut *f),
            angles: self.angles.iter().map(|&x| f(x)).collect(),
            rates: self.rates.iter().map(|&x| f(x)).collect(),
            objects: self.objects.iter().map(|object| object.map(f)).collect(),
        }
    }
}

impl<T: Value> StateGradient<T> {
    /// The values as `f64`.
    pub fn to_f64(&self) -> StateGradient<f64> {
        let list = |numbers: &[T]| numbers.iter().map(|x| x.to_f64()).collect();
        StateGradient {
            position: self.position.to_f64(),
            rotation: self.rotation.to_f64(),
            velocity: self.velocity.to_f64(),
            angular_velocity: self.angular_velocity.to_f64(),
            angles: list(&self.angles),
            rates: list(&self.rates),
            objects: self.objects.iter().map(Self::to_f64).collect(),
        }
    }
}

/// A place where episodes are differentiated. Results come in the order of the candidates, and a candidate's bits do not depend on
/// what else is in the batch.
pub trait Differentiate: Send + Sync {
    /// For logs and provenance, e.g. `cpu, 2 threads`.
    fn name(&self) -> String;

    /// Simulates an episode of each candidate once, in each environment where there are several, and goes back through it for each objective: of each candidate one gradient an
    /// objective, in their order and with the bits that each objective would get by itself. Gradients that are not finite are given
    /// as they are.
    ///
    /// # Errors
    ///
    /// When a device fails.
    fn differentiate_each(
        &self,
        candidates: &[Candidate<f32>],
        objectives: &[Objective],
    ) -> Result<Vec<Vec<Gradient<f32>>>, Error>;

    /// As [`differentiate_each`](Self::differentiate_each), of one objective.
    ///
    /// # Errors
    ///
    /// When a device fails.
    fn differentiate(&self, candidates: &[Candidate<f32>], objective: &Objective) -> Result<Vec<Gradient<f32>>, Error> {
        let each = self.differentiate_each(candidates, std::slice::from_ref(objective))?;
        Ok(each.into_iter().flatten().collect())
    }

    /// As [`differentiate_each`](Self::differentiate_each), of one objective of each candidate: `follows` has its place in the list. Each objective
    /// weighs the reward or descriptors, not both.
    ///
    /// # Errors
    ///
    /// When a device fails.
    fn differentiate_own(
        &self,
        candidates: &[Candidate<f32>],
        objectives: &[Objective],
        follows: &[usize],
    ) -> Result<Vec<Gradient<f32>>, Error> {
        let mut gradients: Vec<Option<Gradient<f32>>> = vec![None; candidates.len()];
        for (i, objective) in objectives.iter().enumerate() {
            let places: Vec<usize> = (0..candidates.len()).filter(|&place| follows[place] == i).collect();
            // Devices need not know what to do with nothing.
            if places.is_empty() {
                continue;
            }
            let followers: Vec<Candidate<f32>> = places.iter().map(|&place| candidates[place].clone()).collect();
            let found = self.differentiate(&followers, objective)?;
            places.into_iter().zip(found).for_each(|(place, found)| gradients[place] = Some(found));
        }
        Ok(gradients
            .into_iter()
            .map(|gradient| gradient.expect("each candidate follows one of the objectives"))
            .collect())
    }

    /// Calls from so many threads at the same time keep it busiest.
    fn calls_at_once(&self) -> usize {
        1
    }

    /// Time spent on that so far.
    fn time(&self) -> Duration;
}
