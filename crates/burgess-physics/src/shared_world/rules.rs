//! The numbers that all bodies of a scene share.

use super::scene::{BodyStiffness, MAX_PARTNERS, Scene};
use crate::laws::terrain::Terrain;
use crate::step::pairs::TAIL;
use burgess_core::autodiff::{Real, real};
use burgess_core::math::{Vec3, vec3};

/// Stiffness of a body with `BodyStiffness::Auto`, in masses over the square of the time step. Two equal bodies that touch at their middles have
/// twice that of what the law of pairs lets springs do in a step.
const STIFFNESS: f64 = 0.4;
/// Gravity that the contact width follows from where there is none (m/s2).
const STANDARD_GRAVITY: f64 = 9.81;
/// Speed that smooths the onset of the rebound's damping (m/s).
const ONSET_SPEED: f64 = 0.05;
/// Most that a list of partners reaches beyond the bodies, in reaches of the smallest body.
const MARGIN: f64 = 0.8;
/// Speed that bodies may gain beyond what their fall gives them, as a share of it. What is faster is counted.
const FASTER: f64 = 0.5;
/// What they may go in a step beside that, in reaches of the largest body.
const ALLOWANCE: f64 = 0.05;

/// What all bodies of a scene share.
#[derive(Clone, Debug)]
pub struct Rules<T> {
    /// Time step (s).
    pub dt: T,
    /// Gravity (m/s2).
    pub gravity: Vec3<T>,
    /// Coefficient of friction.
    pub friction: T,
    /// Slip speed that regularises friction on the ground (m/s).
    pub slip_speed: T,
    /// Dissipation of contact with the ground (s/m).
    pub ground_damping: T,
    /// Speed that smooths the onset of the rebound's damping (m/s).
    pub onset_speed: T,
    /// Depth over which contact sets in (m).
    pub width: T,
    /// The ground.
    pub terrain: Terrain<T>,
    /// Share of the ground's distance that is never more than the true distance.
    pub ground_safety: T,
    /// What lists of partners know.
    pub vicinity: Vicinity,
}

/// How far lists of partners look, and how many they hold.
#[derive(Clone, Copy, Debug)]
pub struct Vicinity {
    /// Bodies whose surfaces are nearer to each other than this are partners, beyond what both may go in a step (m).
    pub margin: f64,
    /// What contact reaches beyond a surface (m).
    pub tail: f64,
    /// How far a body may go in a step (m); one that goes further is counted.
    pub allowance: f64,
    /// Edge of the cells in which bodies are looked for (m).
    pub edge: f64,
    /// Partners that a body has room for.
    pub partners: usize,
}

impl Rules<f64> {
    /// The rules of a scene whose bodies are at most so fast (m/s) before they collide, and contacts of whose creatures
    /// set in over so much depth (m).
    pub(super) fn new(scene: &Scene, fastest: f64, of_creatures: f64) -> Self {
        let dt = 1.0 / f64::from(scene.rate);
        let width = scene.contact_width.unwrap_or(0.5 * scene.weighing_gravity() * dt * dt / STIFFNESS);
        let terrain = scene.terrain.compile(scene.seed);
        Self {
            dt,
            gravity: vec3(0.0, 0.0, -scene.gravity),
            friction: scene.friction,
            slip_speed: scene.slip_speed,
            ground_damping: scene.ground_damping,
            onset_speed: ONSET_SPEED,
            width,
            // A height field's distance is up to the slope's cosine too large; the steepest hills have about two.
            ground_safety: if matches!(terrain, Terrain::Bumps(_)) { 0.25 } else { 1.0 },
            terrain,
            vicinity: Vicinity::new(scene, fastest, tail(width.max(of_creatures))),
        }
    }
}

impl Scene {
    /// Gravity by which contacts are scaled (m/s2), above zero.
    pub(super) fn weighing_gravity(&self) -> f64 {
        if self.gravity == 0.0 { STANDARD_GRAVITY } else { self.gravity.abs() }
    }

    /// Stiffness (N/m) of a body of a mass (kg).
    pub(super) fn stiffness_of(&self, mass: f64) -> f64 {
        match self.stiffness {
            BodyStiffness::Auto => STIFFNESS * mass * f64::from(self.rate).powi(2),
            BodyStiffness::Fixed(stiffness) => stiffness,
        }
    }
}

impl Vicinity {
    /// Of the margin, what one body may use up before lists are made again (m).
    pub fn slack(&self) -> f64 {
        0.5 * (self.margin - self.tail)
    }

    /// Of a scene whose bodies are at most so fast (m/s).
    fn new(scene: &Scene, fastest: f64, tail: f64) -> Self {
        let dt = 1.0 / f64::from(scene.rate);
        let (most, least) = scene.reaches();
        let margin = MARGIN * least + tail;
        let allowance = ALLOWANCE * most + (1.0 + FASTER) * fastest * dt;
        let ratio = most / least;
        // Around a ball there is room for 12 others of its size, and for as many again within the margin; a larger one has a larger surface, and
        // the balls around long bodies overlap.
        let expected = (32.0 + 8.0 * ratio * ratio) as u32;
        let partners = scene.partners.unwrap_or(expected.next_multiple_of(8).min(MAX_PARTNERS));
        let edge = 2.0 * (most + allowance) + margin;
        Self { margin, tail, allowance, edge, partners: partners as usize }
    }
}

impl<T: Real> Rules<T> {
    /// The same rules over another scalar.
    pub fn map<U: Real>(&self, mut f: impl FnMut(T) -> U) -> Rules<U> {
        Rules {
            dt: f(self.dt),
            gravity: self.gravity.map(&mut f),
            friction: f(self.friction),
            slip_speed: f(self.slip_speed),
            ground_damping: f(self.ground_damping),
            onset_speed: f(self.onset_speed),
            width: f(self.width),
            ground_safety: f(self.ground_safety),
            terrain: self.terrain.map(f),
            vicinity: self.vicinity,
        }
    }

    /// What contact with the ground reaches beyond a surface (m).
    pub fn tail(&self) -> T {
        tail(self.width)
    }
}

/// What contact reaches beyond a surface, where it sets in over a depth of `width` (m).
pub(super) fn tail<T: Real>(width: T) -> T {
    width * real(TAIL)
}
