//! What simulates worlds of free bodies and creatures, on the CPU or on a GPU, and what is seen of them.

use super::body::BodyState;
use super::creature::{CreatureState, Start};
use super::place::Setup;
use crate::error::Error;
use crate::model::Model;
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
        let mut add = |Part { mass, state, spin, turning }: Part<'_>| {
            energy.kinetic += 0.5 * mass * state.velocity.norm_squared() + 0.5 * spin.dot(turning);
            energy.potential -= mass * setup.rules.gravity.dot(state.position);
        };
        self.bodies(setup).filter(|part| part.state.is_finite()).for_each(&mut add);
        let finite = || self.with_models(setup).filter(|(_, creature)| creature.is_finite());
        finite().flat_map(|(model, creature)| links(model, creature)).for_each(add);
        for (model, creature) in finite() {
            for (joint, rate) in model.joints.iter().zip(creature.rates.iter().skip(1)) {
                energy.kinetic += 0.5 * joint.armature * rate * rate;
            }
        }
        energy
    }

    /// Momentum (kg m/s) and angular momentum about the origin (kg m2/s) of all bodies and creatures together.
    pub fn momentum(&self, setup: &Setup) -> (Vec3<f64>, Vec3<f64>) {
        let (mut linear, mut angular) = (Vec3::zero(), Vec3::zero());
        let of_creatures = self.with_models(setup).flat_map(|(model, creature)| links(model, creature));
        for Part { mass, state, turning, .. } in self.bodies(setup).chain(of_creatures) {
            let momentum = state.velocity * mass;
            linear += momentum;
            angular += state.position.cross(momentum) + state.orientation.rotate(turning);
        }
        (linear, angular)
    }

    /// The deepest that a body or creature was in another or in the ground in the last step (m); zero where none
    /// touched.
    pub fn deepest(&self) -> f64 {
        self.depths.iter().copied().chain(self.creatures.iter().map(|creature| creature.depth)).fold(0.0, f64::max)
    }

    /// Bodies and creatures whose state is not finite.
    pub fn lost(&self) -> usize {
        let finite = self.states.iter().map(BodyState::is_finite);
        finite.chain(self.creatures.iter().map(CreatureState::is_finite)).filter(|is_finite| !is_finite).count()
    }

    /// The free bodies.
    fn bodies<'a>(&'a self, setup: &'a Setup) -> impl Iterator<Item = Part<'a>> {
        setup.bodies.iter().zip(&self.states).map(|(body, state)| {
            let moments = body.moments;
            let turning =
                |spin: Vec3<f64>| Vec3 { x: moments.x * spin.x, y: moments.y * spin.y, z: moments.z * spin.z };
            Part::new(body.mass, state, turning)
        })
    }

    /// The creatures with their bodies.
    fn with_models<'a>(&'a self, setup: &'a Setup) -> impl Iterator<Item = (&'a Model<f64>, &'a CreatureState)> {
        let model = |start: &Start| &setup.breeds[start.breed].candidate.model;
        setup.creatures.iter().map(model).zip(&self.creatures)
    }
}

/// Something rigid that moves.
struct Part<'a> {
    mass: f64,
    state: &'a BodyState<f64>,
    /// Its angular velocity in its own axes (rad/s).
    spin: Vec3<f64>,
    /// Its angular momentum about its centre, in its own axes (kg m2/s).
    turning: Vec3<f64>,
}

impl<'a> Part<'a> {
    /// Of a mass (kg), with what its inertia makes of an angular velocity.
    fn new(mass: f64, state: &'a BodyState<f64>, inertia: impl Fn(Vec3<f64>) -> Vec3<f64>) -> Self {
        let spin = state.orientation.conjugate().rotate(state.spin);
        Self { mass, state, spin, turning: inertia(spin) }
    }
}

/// The links of a creature.
fn links<'a>(model: &'a Model<f64>, creature: &'a CreatureState) -> impl Iterator<Item = Part<'a>> {
    let links = model.links.iter().zip(&creature.links);
    links.map(|(link, state)| Part::new(link.mass, state, |spin| link.inertia * spin))
}
