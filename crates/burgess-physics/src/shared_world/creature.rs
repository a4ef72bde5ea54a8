//! Creatures in a shared space: a kind of them, where one starts, and how one moves.
//!
//! A creature takes the steps of an episode, of which [`step`](crate::step::step) has the passes. What touches what is
//! decided here, with free bodies and other creatures: in between, each collider of a creature is a body among the
//! others, its limb.

use super::body::{Body, BodyState, Limb};
use super::resident::Resident;
use super::scene::{CreatureSpec, Scene};
use crate::model::{Candidate, Collider, Link, Model, Shape, leg_span, rest_origins};
use crate::objects::rival_of;
use crate::step::kinematics::kinematics;
use crate::step::pairs::{STIFFNESS, ball_around};
use crate::step::policy::{Occasion, PolicyWork, act_each, slew_each};
use crate::step::scalar::Scalar;
use crate::step::solve::find_mobilities;
use crate::step::spatial::Wrench;
use crate::step::spawn::object_position;
use crate::step::state::{Drive, LinkState, LinkWork, State, Work};
use crate::step::step::{ROUNDS, assemble, begin, end, solve};
use crate::world::{Physics, World};
use burgess_core::autodiff::{Real, Value, real};
use burgess_core::math::{Quat, Vec3, vec3};

/// Creatures of one body and brain.
#[derive(Clone, Debug)]
pub struct Breed<T> {
    /// Body and brain; the body has no `pairs`.
    pub candidate: Candidate<T>,
    /// What surrounds it.
    pub world: World<T>,
    /// Its limbs, one a collider, as bodies about the centres of the balls around them.
    pub limbs: Vec<Body<T>>,
    /// Pairs of limbs that can touch each other.
    pairs: Vec<(usize, usize)>,
    /// The centres of limbs, in axes of their links (m).
    centres: Vec<Vec3<T>>,
    /// The physics that it brings along.
    physics: Physics,
    /// Depth over which its contacts set in (m).
    pub contact_width: T,
    /// The load at which a contact counts half for the brain (N).
    reference_force: T,
    /// Steps between two of its decisions.
    control_period: u32,
}

/// Where a creature starts.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// Which breed it is of.
    pub breed: usize,
    /// The world that it is in.
    pub world: u32,
    /// Its base origin (m).
    pub position: Vec3<f64>,
    /// How far it is turned about z (rad).
    pub heading: f64,
}

/// A creature at one moment.
#[derive(Clone, Debug)]
pub struct CreatureState {
    /// Its base origin (m).
    pub position: Vec3<f64>,
    /// Base to world.
    pub orientation: Quat<f64>,
    /// One entry a link: its centre of mass, how that moves, and the link's axes. Velocities are those that links carry
    /// from the step.
    pub links: Vec<BodyState<f64>>,
    /// Rates of the hinges (rad/s), one entry a link; that of the base is zero.
    pub rates: Vec<f64>,
    /// Place (m) and orientation of each limb.
    pub limbs: Vec<(Vec3<f64>, Quat<f64>)>,
    /// How deep it was in the ground or in another body in the last step (m), negative where it touched nothing.
    pub depth: f64,
}

/// A creature that is stepped.
#[derive(Clone, Debug)]
pub(super) struct Creature<T: Scalar + Value> {
    pub(super) breed: usize,
    pub(super) world: u32,
    pub(super) state: State<T>,
    work: Work<T>,
    drive: Drive<T>,
    policy: PolicyWork<T>,
    /// How deep it was in the ground or in another body in the last step (m), negative where it touched nothing.
    depth: T,
}

impl CreatureState {
    /// Whether all numbers are finite.
    pub fn is_finite(&self) -> bool {
        self.links.iter().all(BodyState::is_finite)
    }
}

impl Scene {
    /// The physics of a creature that comes from another: the scene has its own time step, gravity, friction, ground
    /// and company, and may say which links of a creature touch each other. All else is the creature's: servos, joints,
    /// contact. Without gravity its contacts are as stiff as under the standard one.
    pub fn physics_of(&self, own: &Physics) -> Physics {
        Physics {
            rate: self.rate,
            gravity: self.weighing_gravity(),
            friction: self.friction,
            slip_speed: self.slip_speed,
            self_collision: self.self_collision.clone().unwrap_or_else(|| own.self_collision.clone()),
            objects: Vec::new(),
            rivals: Vec::new(),
            ..own.on(&self.terrain)
        }
    }
}

impl Breed<f64> {
    /// The creatures of a resident in a scene.
    pub(super) fn new(resident: &Resident, scene: &Scene) -> Self {
        let Resident { candidate, physics, control_period } = resident;
        let model = &candidate.model;
        let gravity = vec3(0.0, 0.0, -scene.gravity);
        let world = World { gravity, ..World::new(physics, &scene.terrain, scene.seed) };
        let object = rival_of(candidate, (0.0, 0.0), 0.0, physics);
        let limb = |shape: &Shape<f64>, link: usize| Body {
            shape: about(shape, ball_around(shape).0),
            mass: model.links[link].mass,
            moments: Vec3::zero(),
            stiffness: STIFFNESS * model.contact_stiffness,
            reach: ball_around(shape).1,
            world: 0,
        };
        Self {
            limbs: model.colliders.iter().map(|collider| limb(&collider.shape, collider.link)).collect(),
            centres: model.colliders.iter().map(|collider| ball_around(&collider.shape).0).collect(),
            candidate: Candidate {
                model: Model { pairs: Vec::new(), ..model.clone() },
                controller: candidate.controller.clone(),
            },
            pairs: model.pairs.clone(),
            world,
            physics: physics.clone(),
            contact_width: object.contact_width,
            reference_force: object.rival.map_or(0.0, |rival| rival.reference_force),
            control_period: *control_period,
        }
    }

    /// Where the creatures of a row, of this breed by its number, start in the first world.
    pub(super) fn starts(&self, breed: usize, spec: &CreatureSpec) -> impl Iterator<Item = Start> {
        let CreatureSpec { at, height, heading, count, spacing, .. } = *spec;
        (0..count).map(move |i| {
            let along = f64::from(i);
            let place = (at.0 + along * spacing.0, at.1 + along * spacing.1);
            let mut object = rival_of(&self.candidate, place, heading, &self.physics);
            object.start.z = height + along * spacing.2;
            Start { breed, world: 0, position: object_position(&object, &self.world), heading }
        })
    }

    /// The fastest that a point of it may be by itself (m/s), about: its servos turn all that is far from the base at
    /// their fastest.
    pub(super) fn fastest(&self) -> f64 {
        let model = &self.candidate.model;
        0.5 * leg_span(model, &rest_origins(model)) * self.physics.slew_rate
    }
}

/// A shape with its centre moved to the origin.
fn about(shape: &Shape<f64>, centre: Vec3<f64>) -> Shape<f64> {
    match *shape {
        Shape::Sphere { radius, .. } => Shape::Sphere { centre: Vec3::zero(), radius },
        Shape::Capsule { from, to, radius } => Shape::Capsule { from: from - centre, to: to - centre, radius },
        Shape::Box { axes, half, .. } => Shape::Box { centre: Vec3::zero(), axes, half },
    }
}

impl Breed<f64> {
    /// The same over another scalar.
    pub(super) fn cast<T: Real>(&self) -> Breed<T> {
        Breed {
            candidate: self.candidate.map(real),
            pairs: self.pairs.clone(),
            world: self.world.cast(),
            limbs: self.limbs.iter().map(|limb| limb.map(real)).collect(),
            centres: self.centres.iter().map(|centre| centre.map(real)).collect(),
            physics: self.physics.clone(),
            contact_width: real(self.contact_width),
            reference_force: real(self.reference_force),
            control_period: self.control_period,
        }
    }
}

impl<T: Real> Breed<T> {
    /// Whether two of its limbs can touch each other.
    pub(super) fn can_touch(&self, a: u32, b: u32) -> bool {
        self.pairs.binary_search(&(a.min(b) as usize, a.max(b) as usize)).is_ok()
    }

    /// The link of a limb.
    fn link_of(&self, limb: usize) -> usize {
        self.candidate.model.colliders[limb].link
    }
}

impl<T: Scalar + Value> Creature<T> {
    /// At rest where it starts.
    pub(super) fn new(breed: &Breed<T>, start: &Start) -> Self {
        let model = &breed.candidate.model;
        let mut state = State::at_rest(model, start.position.map(real));
        state.orientation = Quat::exp(vec3(0.0, 0.0, start.heading)).map(real);
        let gravity = vec3(0.0, 0.0, -breed.physics.gravity).map(real);
        Self {
            breed: start.breed,
            world: start.world,
            work: Work { contact_width: breed.contact_width, ..Work::new(model, gravity, breed.contact_width) },
            drive: Drive::idle(model),
            policy: PolicyWork::new(model),
            state,
            depth: -T::one(),
        }
    }

    /// The first half of a step after so many others: decides, and finds out where its limbs are and how they answer
    /// impulses.
    pub(super) fn begin(&mut self, breed: &Breed<T>, steps: u32) {
        let Breed { candidate, world, control_period, reference_force, .. } = breed;
        let model = &candidate.model;
        if steps.is_multiple_of(*control_period) {
            let decision = steps / control_period;
            let time = world.dt * real(f64::from(steps));
            let occasion = Occasion { decision, time, reference_force: *reference_force, wanted: None, latent: &[] };
            act_each(candidate, world, &self.state, occasion, decision, &mut self.policy);
        }
        slew_each(model, world, &self.policy.commands, &mut self.drive.targets);
        begin(model, world, &self.drive, &self.state, &mut self.work);
        assemble(model, world, &self.state, &mut self.work);
        find_mobilities(model, &mut self.work);
    }

    /// A limb among other bodies in the midst of a step.
    pub(super) fn limb(&self, breed: &Breed<T>, creature: u32, collider: usize) -> (BodyState<T>, Limb<T>) {
        let link = breed.link_of(collider);
        let own = &self.work.links[link];
        let from_base = own.origin + own.rotation * breed.centres[collider];
        let state = BodyState {
            position: self.state.position + from_base,
            orientation: own.orientation,
            velocity: own.twist.at(from_base),
            spin: own.twist.angular,
        };
        let limb = Limb {
            creature,
            collider: collider as u32,
            width: breed.contact_width,
            from_base,
            mobility: self.work.mobilities[link],
        };
        (state, limb)
    }

    /// The second half of a step: moves on, given the impulse that each limb gets, about its centre, none where no limb
    /// touches anything, and how deep limbs are in others (m).
    pub(super) fn end(&mut self, breed: &Breed<T>, impulses: Option<&[Wrench<T>]>, depth: T) {
        let Breed { candidate, world, .. } = breed;
        let (model, work) = (&candidate.model, &mut self.work);
        work.pair_impulses.clear();
        work.pair_impulses.resize(model.links.len(), Wrench::zero());
        for (limb, impulse) in impulses.into_iter().flatten().enumerate() {
            let link = breed.link_of(limb);
            let own = &work.links[link];
            let from_base = own.origin + own.rotation * breed.centres[limb];
            let torque = impulse.torque + from_base.cross(impulse.force);
            work.pair_impulses[link].accumulate(&Wrench { torque, force: impulse.force });
        }
        for round in 0..ROUNDS {
            // The first time it is assembled already.
            if round > 0 {
                assemble(model, world, &self.state, work);
            }
            if !solve(model, impulses.is_some(), work) {
                break;
            }
        }
        end(model, world, &mut self.state, work);
        self.depth = work.contacts.iter().fold(depth, |depth, contact| (-contact.gap).max(depth));
    }

    /// What is seen of it.
    pub(super) fn seen(&self, breed: &Breed<T>) -> CreatureState {
        let model = &breed.candidate.model;
        let mut work = self.work.clone();
        kinematics(model, &self.state, &mut work);
        let link = |(own, (link, carried)): (&LinkWork<T>, (&Link<T>, &LinkState<T>))| BodyState {
            position: (self.state.position + own.com).to_f64(),
            orientation: own.orientation.map(Value::to_f64),
            velocity: (carried.momentum * link.mass.recip()).to_f64(),
            spin: (own.rotation * carried.spin).to_f64(),
        };
        let links = work.links.iter().zip(model.links.iter().zip(&self.state.links)).map(link).collect();
        let limb = |(centre, collider): (&Vec3<T>, &Collider<T>)| {
            let own = &work.links[collider.link];
            let from_base = own.origin + own.rotation * *centre;
            ((self.state.position + from_base).to_f64(), own.orientation.map(Value::to_f64))
        };
        CreatureState {
            position: self.state.position.to_f64(),
            orientation: self.state.orientation.map(Value::to_f64),
            links,
            rates: self.state.links.iter().map(|link| link.rate.to_f64()).collect(),
            limbs: breed.centres.iter().zip(&model.colliders).map(limb).collect(),
            depth: self.depth.to_f64(),
        }
    }
}
