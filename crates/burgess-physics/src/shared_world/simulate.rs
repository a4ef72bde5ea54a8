//! What simulates worlds of free bodies and creatures, on the CPU or on a GPU, and what is seen of them.

use super::body::{Body, BodyState};
use super::creature::{CreatureState, Start};
use super::place::Setup;
use crate::error::Error;
use crate::model::{Link, Model};
use burgess_core::math::Vec3;

/// Worlds that are stepped.
pub trait Simulate {
    /// What simulates, in words.
    fn describe(&self) -> String;

    /// Advances all worlds by so many time steps.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    fn advance(&mut self, steps: u32) -> Result<(), Error>;

    /// How all bodies stand.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    fn snapshot(&mut self) -> Result<Snapshot, Error>;
}

/// All bodies and creatures at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Steps so far.
    pub steps: u32,
    /// One entry a free body.
    pub states: Vec<BodyState<f64>>,
    /// One entry a creature.
    pub creatures: Vec<CreatureState>,
    /// How deep each free body was in another or in the ground in the last step (m), negative where it touched nothing.
    pub depths: Vec<f64>,
    /// Partners for which a body had no room, over all steps so far: their contacts were left out.
    pub left_out: u64,
    /// How often a body went further in a step than lists of partners allow, over all steps so far: it may have missed contacts.
    pub too_fast: u64,
}

/// Energies of all bodies together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Energy {
    /// Kinetic (J).
    pub kinetic: f64,
    /// Of the weight, zero at the origin (J).
    pub potential: f64,
}

impl Energy {
    /// Both together (J).
    pub fn total(&self) -> f64 {
        self.kinetic + self.potential
    }
}

impl Snapshot {
    /// Energies of the bodies and creatures whose state is finite, those of rotors included.
    pub fn energy(&self, setup: &Setup) -> Energy {
        let mut energy = Energy::default();
        let mut add = |mass: f64, state: &BodyState<f64>, angular_momentum: Vec3<f64>| {
            energy.kinetic += 0.5 * mass * state.velocity.norm_squared() + 0.5 * state.spin.dot(angular_momentum);
            energy.potential -= mass * setup.rules.gravity.dot(state.position);
        };
        for (body, state) in setup.bodies.iter().zip(&self.states).filter(|(_, state)| state.is_finite()) {
            add(body.mass, state, angular_momentum(body, state));
        }
        let mut rotors = 0.0;
        for (model, creature) in self.with_models(setup).filter(|(_, creature)| creature.is_finite()) {
            for (link, state) in model.links.iter().zip(&creature.links) {
                add(link.mass, state, angular_momentum_of_link(link, state));
            }
            let turning = model.joints.iter().zip(creature.rates.iter().skip(1));
            rotors += turning.map(|(joint, rate)| 0.5 * joint.armature * rate * rate).sum::<f64>();
        }
        Energy { kinetic: energy.kinetic + rotors, ..energy }
    }

    /// Momentum (kg m/s) and angular momentum about the origin (kg m2/s) of all bodies and creatures together.
    pub fn momentum(&self, setup: &Setup) -> (Vec3<f64>, Vec3<f64>) {
        let (mut linear, mut angular) = (Vec3::zero(), Vec3::zero());
        let mut add = |mass: f64, state: &BodyState<f64>, angular_momentum: Vec3<f64>| {
            let momentum = state.velocity * mass;
            linear += momentum;
            angular += state.position.cross(momentum) + angular_momentum;
        };
        for (body, state) in setup.bodies.iter().zip(&self.states) {
            add(body.mass, state, angular_momentum(body, state));
        }
        for (model, creature) in self.with_models(setup) {
            for (link, state) in model.links.iter().zip(&creature.links) {
                add(link.mass, state, angular_momentum_of_link(link, state));
            }
        }
        (linear, angular)
    }

    /// The deepest that a body or creature was in another or in the ground in the last step (m); zero where none touched.
    pub fn deepest(&self) -> f64 {
        self.depths.iter().copied().chain(self.creatures.iter().map(|creature| creature.depth)).fold(0.0, f64::max)
    }

    /// Bodies and creatures whose state is not finite.
    pub fn lost(&self) -> usize {
        let finite = self.states.iter().map(BodyState::is_finite);
        finite.chain(self.creatures.iter().map(CreatureState::is_finite)).filter(|is_finite| !is_finite).count()
    }

    /// The creatures with their bodies.
    fn with_models<'a>(&'a self, setup: &'a Setup) -> impl Iterator<Item = (&'a Model<f64>, &'a CreatureState)> {
        let model = |start: &Start| &setup.breeds[start.breed].candidate.model;
        setup.creatures.iter().map(model).zip(&self.creatures)
    }
}

/// Angular momentum of a body about its centre (kg m2/s, world axes).
fn angular_momentum(body: &Body<f64>, state: &BodyState<f64>) -> Vec3<f64> {
    let spin = state.orientation.conjugate().rotate(state.spin);
    let Vec3 { x, y, z } = body.moments;
    state.orientation.rotate(Vec3 { x: x * spin.x, y: y * spin.y, z: z * spin.z })
}

/// The same of a link about its centre of mass.
fn angular_momentum_of_link(link: &Link<f64>, state: &BodyState<f64>) -> Vec3<f64> {
    let spin = state.orientation.conjugate().rotate(state.spin);
    state.orientation.rotate(link.inertia * spin)
}
