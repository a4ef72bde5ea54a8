//! What all candidates of a run share: time step, gravity, contact parameters, terrain.

use crate::autodiff::{Real, real};
use crate::experiment::{BiasForm, Physics};
use crate::laws::terrain::{Terrain, TerrainSpec};
use crate::math::{Vec3, vec3};

/// Speed that smooths the onset of the rebound's damping (m/s).
const ONSET_SPEED: f64 = 0.05;
/// Dissipation of joint limits (s/rad).
const LIMIT_DAMPING: f64 = 0.2;
/// Angle over which a joint limit sets in (rad).
const LIMIT_WIDTH: f64 = 0.01;

/// The constant surroundings of an episode.
#[derive(Clone, Debug)]
pub struct World<T> {
    /// Time step (s).
    pub dt: T,
    /// Gravity (m/s2).
    pub gravity: Vec3<T>,
    /// Coefficient of friction.
    pub friction: T,
    /// Slip speed that regularises friction (m/s).
    pub slip_speed: T,
    /// Depth over which contact sets in (m); never more than a creature's static depth is used.
    pub contact_width: T,
    /// Dissipation of contact (s/m).
    pub contact_damping: T,
    /// Speed that smooths the onset of the rebound's damping (m/s).
    pub onset_speed: T,
    /// Dissipation of joint limits (s/rad).
    pub limit_damping: T,
    /// Angle over which a joint limit sets in (rad).
    pub limit_width: T,
    /// Fastest change of a servo target (rad/s).
    pub slew_rate: T,
    /// The ground.
    pub terrain: Terrain<T>,
    /// Form of the velocity-dependent forces.
    pub form: BiasForm,
}

impl World<f64> {
    /// The world of an experiment; a random terrain depends on `seed`.
    pub fn new(physics: &Physics, terrain: &TerrainSpec, seed: u64) -> Self {
        Self {
            dt: 1.0 / f64::from(physics.rate),
            gravity: vec3(0.0, 0.0, -physics.gravity),
            friction: physics.friction,
            slip_speed: physics.slip_speed,
            contact_width: physics.contact_width,
            contact_damping: physics.contact_damping,
            onset_speed: ONSET_SPEED,
            limit_damping: LIMIT_DAMPING,
            limit_width: LIMIT_WIDTH,
            slew_rate: physics.slew_rate,
            terrain: terrain.compile(seed),
            form: physics.form,
        }
    }

    /// The same world over another scalar.
    pub fn cast<U: Real>(&self) -> World<U> {
        World {
            dt: real(self.dt),
            gravity: self.gravity.map(real),
            friction: real(self.friction),
            slip_speed: real(self.slip_speed),
            contact_width: real(self.contact_width),
            contact_damping: real(self.contact_damping),
            onset_speed: real(self.onset_speed),
            limit_damping: real(self.limit_damping),
            limit_width: real(self.limit_width),
            slew_rate: real(self.slew_rate),
            terrain: self.terrain.map(real),
            form: self.form,
        }
    }
}
