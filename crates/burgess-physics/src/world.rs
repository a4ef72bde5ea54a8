//! What all candidates of a run share: time step, gravity, contact parameters, terrain.

use crate::environment::{Environment, EnvironmentsSpec, Fold, Schedule};
use crate::laws::terrain::{Terrain, TerrainSpec};
use crate::model::small_scale;
use crate::scene::{ObjectSpec, RivalSpec, object_count};
use burgess_core::autodiff::{Real, Value, real};
use burgess_core::math::{Vec3, vec3};
use serde::{Deserialize, Serialize};

/// Speed that smooths the onset of the rebound's damping (m/s).
const ONSET_SPEED: f64 = 0.05;
/// Dissipation of joint limits (s/rad).
const LIMIT_DAMPING: f64 = 0.2;
/// Angle over which a joint limit sets in (rad).
const LIMIT_WIDTH: f64 = 0.01;

/// The physics; `docs/physics.md` has the equations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Physics {
    /// Steps a second.
    pub rate: u32,
    /// Gravity, along -z (m/s2).
    pub gravity: f64,
    /// Coefficient of friction.
    pub friction: f64,
    /// Slip speed at which friction is half of its limit (m/s); where friction is strong, the speed that it takes off in a step over 32 is added.
    pub slip_speed: f64,
    /// Normal stiffness of a contact point.
    pub contact_stiffness: Stiffness,
    /// Depth over which contact sets in (m); the creature's static depth (weight on four points) is taken if that is less.
    pub contact_width: f64,
    /// Dissipation of contact (s/m).
    pub contact_damping: f64,
    /// Rotor inertia of each joint of a 4 kg creature (kg m2); scaled with mass.
    pub armature: f64,
    /// Passive damping of each joint of a 4 kg creature (N m s/rad); scaled with mass.
    pub joint_damping: f64,
    /// Servo stiffness of a 4 kg creature (N m/rad); scaled with mass and by the genes.
    pub servo_stiffness: f64,
    /// Servo damping of a 4 kg creature (N m s/rad); scaled with mass and by the genes.
    pub servo_damping: f64,
    /// Servo torque limit of a 4 kg creature (N m); scaled with mass and by the genes.
    pub torque_limit: f64,
    /// Rate at which the servos of a 4 kg creature have no torque left (rad/s); scaled with mass and by the genes. Without it they have their
    /// torque at any rate.
    pub no_load_speed: Option<f64>,
    /// Torque density of servos (N m/kg): each weighs its torque limit over it, where it sits on the parent. Without it servos weigh nothing.
    pub actuator: Option<f64>,
    /// Stiffness of joint limits of a 4 kg creature (N m/rad); scaled with mass.
    pub limit_stiffness: f64,
    /// Fastest change of a servo target (rad/s).
    pub slew_rate: f64,
    /// Form of the velocity-dependent forces.
    pub form: BiasForm,
    /// With what links and objects touch the ground.
    pub ground_contact: GroundContact,
    /// Which links of a creature can touch each other.
    pub self_collision: SelfCollision,
    /// What stands or lies around every candidate.
    pub objects: Vec<ObjectSpec>,
    /// Other creatures in every candidate's scene.
    pub rivals: Vec<RivalSpec>,
}

/// With what links and objects touch the ground.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroundContact {
    /// `Whole` where the terrain is no plane, and else `Points`: [`GroundContact::on`] says which. Bodies take it for `Points`.
    #[default]
    Auto,
    /// The centre of a ball, the two ends of a capsule, the eight corners of a box. On a plane that is all that a shape can touch with.
    Points,
    /// Also points that rove over capsules and boxes: two a capsule, four a box.
    Whole,
}

impl GroundContact {
    /// What it comes to on a terrain, `Points` or `Whole`: nothing that touches a plane needs more than its points.
    pub fn on(self, terrain: &TerrainSpec) -> Self {
        match (terrain, self) {
            (TerrainSpec::Plane { .. }, _) | (_, Self::Points) => Self::Points,
            (_, Self::Auto | Self::Whole) => Self::Whole,
        }
    }
}

impl Physics {
    /// The same with all that depends on the terrain decided: this is what bodies are grown in.
    pub fn on(&self, terrain: &TerrainSpec) -> Self {
        Self { ground_contact: self.ground_contact.on(terrain), ..self.clone() }
    }
}

/// Which links of a creature can touch each other. A link and its parent never can, nor can links whose shapes are inside each other at zero
/// angles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SelfCollision {
    /// None: limbs pass through each other.
    #[default]
    Off,
    /// All.
    On,
    /// All but relatives of these kinds.
    Except(Vec<Kinship>),
}

/// How two links are related in the tree of links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kinship {
    /// One is the parent of the other's parent.
    Grandparent,
    /// They have one parent.
    Siblings,
}

/// Normal stiffness of a contact point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Stiffness {
    /// Four points carry the creature's weight at a depth of 1 mm.
    #[default]
    Auto,
    /// A number (N/m).
    Fixed(f64),
}

/// Contact points that share a creature's weight.
pub const CARRYING_POINTS: usize = 4;
/// The depth (m) that contact points rest at with automatic stiffness; small bodies rest less deep.
const AUTO_DEPTH: f64 = 1e-3;

impl Stiffness {
    /// That of a contact point (N/m), of which so many carry a body, from its mass (kg) and gravity (m/s2). Without a derivative.
    pub fn of_point<T: Value>(self, mass: T, gravity: f64, points: usize) -> T {
        match self {
            Self::Fixed(stiffness) => real(stiffness),
            Self::Auto => {
                let mass = mass.to_f64();
                real(mass * gravity / (points as f64 * AUTO_DEPTH * small_scale(mass)))
            }
        }
    }
}

/// Form of the velocity-dependent forces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BiasForm {
    /// Links carry their momentum from step to step: stable at any spin.
    #[default]
    Momentum,
    /// Coriolis and gyroscopic forces taken explicitly, as MuJoCo's Euler integrator does.
    ExplicitBias,
}

/// The constant surroundings of an episode.
#[derive(Clone, Debug)]
pub struct World<T> {
    /// Time step (s).
    pub dt: T,
    /// Gravity (m/s2).
    pub gravity: Vec3<T>,
    /// Coefficient of friction, of the ground and of bodies without one of their own.
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
    /// Whether whole shapes touch the ground: the GPU keeps room for that.
    pub whole_shapes: bool,
    /// Whether links can touch each other or objects: the GPU keeps room for that.
    pub has_pairs: bool,
    /// Whether servos have a no-load speed: the GPU keeps room for that.
    pub has_no_load_speeds: bool,
    /// Whether bodies have frictions of their own: the GPU looks for them.
    pub has_frictions: bool,
    /// Objects around every candidate, rivals included.
    pub objects: usize,
    /// How many of them are rivals.
    pub rivals: usize,
    /// Form of the velocity-dependent forces.
    pub form: BiasForm,
    /// Pushes: changes of the velocity of a 4 kg creature, each at the beginning of its stretch.
    pub pushes: Schedule<T>,
    /// Velocities that creatures are asked for.
    pub wanted: Schedule<T>,
    /// The other environments in which each candidate lives an episode, without others of their own: see [`crate::environment`].
    pub others: Vec<World<T>>,
    /// What the rewards of all environments come to.
    pub fold: Fold,
    /// How gradients are taken.
    pub backward: Backward<T>,
}

/// How the backward pass departs from the exact gradient; by default it does not.
///
/// Contact makes long episodes chaotic: a small change now may be a large one later, and such exact gradients say little of where better gaits
/// are (Metz et al. 2021, "Gradients are not all you need").
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backward<T> {
    /// The share of the gradient with respect to a state that goes on to the state before it, 1 for all of it: see [`Backward::remembering`].
    pub kept: T,
    /// Whether the gradients of all environments of a candidate are brought to one length, over the numbers of its controller, before their mean
    /// is taken: else the few in which small changes matter most outweigh all others.
    pub alike: bool,
}

impl Default for Backward<f64> {
    fn default() -> Self {
        Self { kept: 1.0, alike: false }
    }
}

impl Backward<f64> {
    /// Gradients that fade with a time constant (s), in steps of `dt` (s): what an action does counts the less, the later it does it (temporal gradient
    /// decay: Zhang et al. 2024, "Back to Newton's laws: learning vision-based agile flight via differentiable physics"). The base's horizontal
    /// position does not fade, since where it is changes little of what comes.
    #[must_use]
    pub fn remembering(self, memory: f64, dt: f64) -> Self {
        Self { kept: libm::exp(-dt / memory), ..self }
    }
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
            whole_shapes: physics.ground_contact.on(terrain) == GroundContact::Whole,
            has_pairs: physics.self_collision != SelfCollision::Off
                || !(physics.objects.is_empty() && physics.rivals.is_empty()),
            has_no_load_speeds: physics.no_load_speed.is_some(),
            has_frictions: physics.objects.iter().any(|object| object.friction.is_some()),
            objects: object_count(&physics.objects) + physics.rivals.len(),
            rivals: physics.rivals.len(),
            form: physics.form,
            pushes: Schedule::default(),
            wanted: Schedule::default(),
            others: Vec::new(),
            fold: Fold::default(),
            backward: Backward::default(),
        }
    }

    /// The worlds of all environments as one, the first with the others in it. `seed` draws them, and schedules cover so many `steps`.
    #[must_use]
    pub fn in_environments(&self, spec: &EnvironmentsSpec, seed: u64, steps: u32) -> Self {
        let mut worlds = spec.draw(seed, self.dt, steps).map(|Environment { place, pushes, wanted }| Self {
            terrain: self.terrain.seen_from(place),
            pushes,
            wanted,
            fold: spec.reward,
            ..self.clone()
        });
        let first = worlds.next().unwrap_or_else(|| self.clone());
        Self { others: worlds.collect(), ..first }
    }

    /// The same with gradients that are taken in another way, in all environments.
    #[must_use]
    pub fn with_backward(mut self, backward: Backward<f64>) -> Self {
        self.others.iter_mut().for_each(|other| other.backward = backward);
        Self { backward, ..self }
    }

    /// The same world over another scalar.
    pub fn cast<U: Real>(&self) -> World<U> {
        self.map(&mut real)
    }
}

impl<T: Real> World<T> {
    /// The world of each environment, by itself.
    pub fn each(&self) -> impl ExactSizeIterator<Item = World<T>> {
        let mut worlds = Vec::with_capacity(1 + self.others.len());
        worlds.push(World { others: Vec::new(), ..self.clone() });
        worlds.extend_from_slice(&self.others);
        worlds.into_iter()
    }

    /// Whether creatures are asked for velocities, so that networks see them.
    pub fn asks(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// The velocity that a creature is asked for in the step after so many (m/s), where it is asked for any.
    pub fn wanted_in(&self, steps: u32) -> Option<Vec3<T>> {
        self.asks().then(|| self.wanted.at(steps))
    }

    /// The same world over another scalar.
    pub fn map<U: Real>(&self, f: &mut dyn FnMut(T) -> U) -> World<U> {
        World {
            dt: f(self.dt),
            gravity: self.gravity.map(&mut *f),
            friction: f(self.friction),
            slip_speed: f(self.slip_speed),
            contact_width: f(self.contact_width),
            contact_damping: f(self.contact_damping),
            onset_speed: f(self.onset_speed),
            limit_damping: f(self.limit_damping),
            limit_width: f(self.limit_width),
            slew_rate: f(self.slew_rate),
            terrain: self.terrain.map(&mut *f),
            whole_shapes: self.whole_shapes,
            has_pairs: self.has_pairs,
            has_no_load_speeds: self.has_no_load_speeds,
            has_frictions: self.has_frictions,
            objects: self.objects,
            rivals: self.rivals,
            form: self.form,
            pushes: self.pushes.map(&mut *f),
            wanted: self.wanted.map(&mut *f),
            others: self.others.iter().map(|other| other.map(f)).collect(),
            fold: self.fold,
            backward: Backward { kept: f(self.backward.kept), alike: self.backward.alike },
        }
    }
}

impl Default for Physics {
    fn default() -> Self {
        Self {
            rate: 240,
            gravity: 9.81,
            friction: 0.8,
            slip_speed: 0.001,
            contact_stiffness: Stiffness::Auto,
            contact_width: 5e-4,
            contact_damping: 6.0,
            armature: 0.005,
            joint_damping: 0.05,
            servo_stiffness: 15.0,
            servo_damping: 0.4,
            torque_limit: 6.0,
            no_load_speed: None,
            actuator: None,
            limit_stiffness: 300.0,
            slew_rate: 15.0,
            form: BiasForm::Momentum,
            ground_contact: GroundContact::default(),
            self_collision: SelfCollision::default(),
            objects: Vec::new(),
            rivals: Vec::new(),
        }
    }
}
