//! What simulates worlds of free bodies, on the CPU or on a GPU, and what is seen of them.

use super::body::{Body, BodyState};
use super::place::Setup;
use crate::error::Error;
use burgess_core::math::Vec3;

/// Worlds of free bodies that are stepped.
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

/// All bodies at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Steps so far.
    pub steps: u32,
    /// One entry a body.
    pub states: Vec<BodyState<f64>>,
    /// How deep each body was in another or in the ground in the last step (m), negative where it touched nothing.
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
    /// Energies of the bodies whose state is finite.
    pub fn energy(&self, setup: &Setup) -> Energy {
        let mut energy = Energy::default();
        for (body, state) in setup.bodies.iter().zip(&self.states).filter(|(_, state)| state.is_finite()) {
            let spin = state.orientation.conjugate().rotate(state.spin);
            energy.kinetic += 0.5 * body.mass * state.velocity.norm_squared() + 0.5 * spin.dot(inertia(body, spin));
            energy.potential -= body.mass * setup.rules.gravity.dot(state.position);
        }
        energy
    }

    /// Momentum (kg m/s) and angular momentum about the origin (kg m2/s) of all bodies together.
    pub fn momentum(&self, setup: &Setup) -> (Vec3<f64>, Vec3<f64>) {
        let (mut linear, mut angular) = (Vec3::zero(), Vec3::zero());
        for (body, state) in setup.bodies.iter().zip(&self.states) {
            let momentum = state.velocity * body.mass;
            let spin = state.orientation.conjugate().rotate(state.spin);
            linear += momentum;
            angular += state.position.cross(momentum) + state.orientation.rotate(inertia(body, spin));
        }
        (linear, angular)
    }

    /// The deepest that a body was in another or in the ground in the last step (m); zero where none touched.
    pub fn deepest(&self) -> f64 {
        self.depths.iter().copied().fold(0.0, f64::max)
    }

    /// Bodies whose state is not finite.
    pub fn lost(&self) -> usize {
        self.states.iter().filter(|state| !state.is_finite()).count()
    }
}

/// Inertia times an angular velocity in body axes.
fn inertia(body: &Body<f64>, spin: Vec3<f64>) -> Vec3<f64> {
    Vec3 { x: body.moments.x * spin.x, y: body.moments.y * spin.y, z: body.moments.z * spin.z }
}
