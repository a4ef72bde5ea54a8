//! Bars and scratch of the way back.

use crate::gradient::{PreludeGradient, StateGradient, WorldGradient};
use crate::laws::terrain::Terrain;
use crate::model::{Candidate, Controller, Model, Object};
use crate::step::members::Member;
use crate::step::spatial::{Spatial, Twist, Wrench};
use crate::step::state::Work;
use crate::world::World;
use burgess_core::autodiff::{Choose, Compare, Dual, Real, real};
use burgess_core::math::Vec3;

/// Bar of one link's state.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinkBar<T> {
    /// Of the hinge angle.
    pub angle: T,
    /// Of the hinge rate.
    pub rate: T,
    /// Of the momentum that it carries.
    pub momentum: Vec3<T>,
    /// Of the spin that it carries.
    pub spin: Vec3<T>,
}

/// Bar of what a contact point carries.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContactBar<T> {
    /// Of its normal force.
    pub normal_force: T,
    /// Of its free gain.
    pub free_gain: Vec3<T>,
}

impl<T: Compare> Choose<T::Truth> for ContactBar<T> {
    #[inline(always)]
    fn choose(answer: T::Truth, if_true: Self, if_false: Self) -> Self {
        Self {
            normal_force: T::choose(answer, if_true.normal_force, if_false.normal_force),
            free_gain: Vec3::choose(answer, if_true.free_gain, if_false.free_gain),
        }
    }
}

/// What the equations by themselves say of a contact point, beside what its force does.
#[derive(Clone, Copy, Debug, Default)]
pub struct DragBar<T> {
    /// Of the normal drag.
    pub normal: T,
    /// Of the tangential drag.
    pub tangent: T,
    /// Of the point.
    pub point: Vec3<T>,
    /// Of the ground's normal.
    pub ground: Vec3<T>,
}

/// Bar of all that goes from one step to the next.
#[derive(Clone, Debug)]
pub struct StateAdjoint<T> {
    /// Of the base origin.
    pub position: Vec3<T>,
    /// Of the base orientation.
    pub rotation: Vec3<T>,
    /// Of the velocity of the base origin.
    pub velocity: Vec3<T>,
    /// Of the angular velocity of the base.
    pub angular_velocity: Vec3<T>,
    /// One entry a link.
    pub links: Vec<LinkBar<T>>,
    /// One entry a contact point.
    pub contacts: Vec<ContactBar<T>>,
    /// Of the bristle of each contact between links, in the places of the state.
    pub pairs: Vec<Vec3<T>>,
    /// Of the servo targets, one entry a link.
    pub targets: Vec<T>,
    /// Of the commands, one entry a link.
    pub commands: Vec<T>,
    /// Of the states of objects.
    pub objects: Vec<StateAdjoint<T>>,
}

impl<T: Real> StateAdjoint<T> {
    /// All zero.
    pub fn zero(model: &Model<T>) -> Self {
        let per_link = || vec![T::zero(); model.links.len()];
        Self {
            position: Vec3::zero(),
            rotation: Vec3::zero(),
            velocity: Vec3::zero(),
            angular_velocity: Vec3::zero(),
            links: vec![LinkBar::default(); model.links.len()],
            contacts: vec![ContactBar::default(); model.contacts.len()],
            pairs: vec![Vec3::zero(); model.pair_slots()],
            targets: per_link(),
            commands: per_link(),
            objects: model.objects.iter().map(|object| Self::zero(&object.body)).collect(),
        }
    }

    /// All NaN.
    pub fn not_a_number(model: &Model<T>) -> Self {
        let nan: T = real(f64::NAN);
        let vector = Vec3 { x: nan, y: nan, z: nan };
        let per_link = || vec![nan; model.links.len()];
        let link = LinkBar { angle: nan, rate: nan, momentum: vector, spin: vector };
        Self {
            position: vector,
            rotation: vector,
            velocity: vector,
            angular_velocity: vector,
            links: vec![link; model.links.len()],
            contacts: vec![ContactBar { normal_force: nan, free_gain: vector }; model.contacts.len()],
            pairs: vec![vector; model.pair_slots()],
            targets: per_link(),
            commands: per_link(),
            objects: model.objects.iter().map(|object| Self::not_a_number(&object.body)).collect(),
        }
    }

    /// That of a body: see [`Member::body`].
    #[inline(always)]
    pub fn body_mut(&mut self, body: usize) -> &mut Self {
        match body.checked_sub(1) {
            None => self,
            Some(object) => &mut self.objects[object],
        }
    }

    /// Those of positions and velocities.
    pub fn gradient(&self) -> StateGradient<T> {
        StateGradient {
            position: self.position,
            rotation: self.rotation,
            velocity: self.velocity,
            angular_velocity: self.angular_velocity,
            angles: self.links.iter().map(|link| link.angle).collect(),
            rates: self.links.iter().map(|link| link.rate).collect(),
            objects: self.objects.iter().map(Self::gradient).collect(),
        }
    }
}

impl<T: Real> StateAdjoint<T> {
    /// Leaves a share of all but horizontal positions of bases: see [`Backward`](crate::world::Backward).
    pub(crate) fn fade(&mut self, share: T) {
        let Self { position, rotation, velocity, angular_velocity, links, contacts, pairs, targets, commands, objects } =
            self;
        let number = |x: &mut T| *x *= share;
        let vector = |x: &mut Vec3<T>| *x = *x * share;
        number(&mut position.z);
        [rotation, velocity, angular_velocity].into_iter().for_each(vector);
        for LinkBar { angle, rate, momentum, spin } in links {
            [angle, rate].into_iter().for_each(number);
            [momentum, spin].into_iter().for_each(vector);
        }
        for ContactBar { normal_force, free_gain } in contacts {
            number(normal_force);
            vector(free_gain);
        }
        pairs.iter_mut().for_each(vector);
        targets.iter_mut().chain(commands).for_each(number);
        objects.iter_mut().for_each(|object| object.fade(share));
    }
}

impl<T: Compare> StateAdjoint<T> {
    /// Sets all to zero where an answer is true. Of a body without objects.
    pub(crate) fn clear_where(&mut self, answer: T::Truth) {
        let Self { position, rotation, velocity, angular_velocity, links, contacts, pairs, targets, commands, objects } =
            self;
        debug_assert!(pairs.is_empty() && objects.is_empty(), "only bodies without them go side by side");
        let number = |x: &mut T| *x = T::choose(answer, T::zero(), *x);
        let vector = |x: &mut Vec3<T>| *x = Vec3::choose(answer, Vec3::zero(), *x);
        [position, rotation, velocity, angular_velocity].into_iter().for_each(vector);
        for LinkBar { angle, rate, momentum, spin } in links {
            [angle, rate].into_iter().for_each(number);
            [momentum, spin].into_iter().for_each(vector);
        }
        for contact in contacts {
            *contact = ContactBar::choose(answer, ContactBar::default(), *contact);
        }
        targets.iter_mut().chain(commands).for_each(number);
    }
}

/// Bars of what stays the same over an episode.
#[derive(Clone, Debug)]
pub struct ModelGradient<T> {
    /// Of each number of the candidate, in its place.
    pub candidate: Candidate<T>,
    /// Of what was worked out before the episode.
    pub prelude: PreludeGradient<T>,
    /// Of the surroundings.
    pub world: WorldGradient<T>,
    /// What each object says, as if it were a candidate, without a brain unless it is a rival; [`ModelGradient::gather_objects`] adds it to the rest.
    pub objects: Vec<ModelGradient<T>>,
}

impl<T: Real> ModelGradient<T> {
    /// All zero.
    pub fn zero(candidate: &Candidate<T>) -> Self {
        let object = |object: &Object<T>| {
            let idle = || Controller::Sequence { actions: Vec::new() };
            let controller = object.rival.as_ref().map_or_else(idle, |rival| rival.controller.clone());
            Self::zero(&Candidate { model: object.body.clone(), controller })
        };
        Self {
            candidate: candidate.map(|_: T| T::zero()),
            prelude: PreludeGradient::default(),
            world: WorldGradient::default(),
            objects: candidate.model.objects.iter().map(object).collect(),
        }
    }

    /// The gradient with respect to the body's friction: its own, or the world's.
    pub fn friction(&mut self) -> &mut T {
        self.candidate.model.friction.as_mut().unwrap_or(&mut self.world.friction)
    }

    /// That of a body: see [`Member::body`].
    #[inline(always)]
    pub fn body_mut(&mut self, body: usize) -> &mut Self {
        match body.checked_sub(1) {
            None => self,
            Some(object) => &mut self.objects[object],
        }
    }

    /// Adds what objects say to the candidate's gradient and to that of the world.
    pub fn gather_objects(&mut self) {
        for (object, says) in self.candidate.model.objects.iter_mut().zip(std::mem::take(&mut self.objects)) {
            object.body = says.candidate.model;
            object.contact_width = says.prelude.contact_width;
            // Of what is worked out of an object, only the mass that friction acts on has a derivative.
            object.body.links.iter_mut().for_each(|link| link.mass += says.prelude.mass);
            if let Some(rival) = &mut object.rival {
                rival.controller = says.candidate.controller;
                rival.reference_force = says.prelude.reference_force;
            }
            self.world.gravity += says.world.gravity;
            self.world.friction += says.world.friction;
            self.world.contact_damping += says.world.contact_damping;
        }
    }
}

impl<T: Compare> ModelGradient<T> {
    /// Sets all to zero where an answer is true. Of a body without objects.
    pub(crate) fn clear_where(&mut self, answer: T::Truth) {
        let cleared = |x: T| T::choose(answer, T::zero(), x);
        let vector = |x: Vec3<T>| Vec3::choose(answer, Vec3::zero(), x);
        self.candidate = self.candidate.map(cleared);
        let PreludeGradient { start, contact_width, reference_force, mass, leg_span } = self.prelude;
        self.prelude = PreludeGradient {
            start: vector(start),
            contact_width: cleared(contact_width),
            reference_force: cleared(reference_force),
            mass: cleared(mass),
            leg_span: cleared(leg_span),
        };
        let WorldGradient { gravity, friction, contact_damping } = self.world;
        self.world = WorldGradient {
            gravity: vector(gravity),
            friction: cleared(friction),
            contact_damping: cleared(contact_damping),
        };
    }
}

/// Scratch of one link on the way back.
#[derive(Clone, Copy, Debug)]
pub struct LinkBack<T> {
    /// Twist after the step.
    pub after: Twist<T>,
    /// Hinge rate after the step.
    pub rate_after: T,
    /// The adjoint solution as a twist: what the base's and the hinges' parts add up to at this link.
    pub adjoint: Twist<T>,
    /// The hinge's part of the adjoint solution.
    pub adjoint_rate: T,
    /// Bar of the twist before the step.
    pub twist_bar: Wrench<T>,
    /// Bar of the twist after the step.
    pub after_bar: Wrench<T>,
    /// Bar of the adjoint twist.
    pub adjoint_bar: Wrench<T>,
    /// Bar of the hinge's axis, and of its diagonal in the equations, as far as the mobilities have them.
    pub axis_bar: Wrench<T>,
    /// See `axis_bar`.
    pub joint_inertia_bar: T,
    /// Bar of the link's origin.
    pub origin_bar: Vec3<T>,
    /// Bar of the link's rotation.
    pub rotation_bar: Vec3<T>,
}

impl<T: Real> LinkBack<T> {
    /// All zero.
    pub fn zero() -> Self {
        Self {
            after: Twist::zero(),
            rate_after: T::zero(),
            adjoint: Twist::zero(),
            adjoint_rate: T::zero(),
            twist_bar: Wrench::zero(),
            after_bar: Wrench::zero(),
            adjoint_bar: Wrench::zero(),
            axis_bar: Wrench::zero(),
            joint_inertia_bar: T::zero(),
            origin_bar: Vec3::zero(),
            rotation_bar: Vec3::zero(),
        }
    }
}

/// Scratch memory of the way back, kept between steps.
#[derive(Clone, Debug)]
pub struct ReverseWork<T: Compare> {
    /// One entry a link.
    pub links: Vec<LinkBack<T>>,
    /// Bars of the links' mobilities.
    pub mobility_bars: Vec<Spatial<T>>,
    /// What mobilities say of each contact point with the ground; empty while no links touch.
    pub drag_bars: Vec<DragBar<T>>,
    /// Bar of the base's spin after the step, that of its orientation and angular velocity included.
    pub base_spin: Vec3<T>,
    /// The ground over positions with their derivatives.
    pub terrain: Terrain<Dual<T, 3>>,
    /// One entry an object.
    pub objects: Vec<ReverseWork<T>>,
}

impl<T: Compare> ReverseWork<T> {
    /// Scratch for one creature.
    pub fn new(model: &Model<T>, world: &World<T>) -> Self {
        Self {
            links: vec![LinkBack::zero(); model.links.len()],
            mobility_bars: Vec::new(),
            drag_bars: Vec::new(),
            base_spin: Vec3::zero(),
            terrain: world.terrain.map(|x| Dual { value: x, derivative: [real(0.0); 3] }),
            objects: model.objects.iter().map(|object| Self::new(&object.body, world)).collect(),
        }
    }

    /// That of a body: see [`Member::body`].
    #[inline(always)]
    pub fn body_mut(&mut self, body: usize) -> &mut Self {
        match body.checked_sub(1) {
            None => self,
            Some(object) => &mut self.objects[object],
        }
    }

    /// The scratch of the body that has a link, counted with those of objects, and the link's number there.
    pub fn owner_of(&mut self, work: &Work<T>, link: usize) -> (&mut Self, usize) {
        let Member { body, own } = work.members.links[link];
        match body.checked_sub(1) {
            None => (self, own),
            Some(object) => (&mut self.objects[object], own),
        }
    }

    /// A link, counted with those of objects.
    pub fn link(&mut self, work: &Work<T>, link: usize) -> &mut LinkBack<T> {
        let (body, link) = self.owner_of(work, link);
        &mut body.links[link]
    }

    /// What the bars of the distance from the ground and of its normal at a point say of the point.
    pub fn reverse_terrain(&self, at: Vec3<T>, distance_bar: T, normal_bar: Vec3<T>) -> Vec3<T> {
        if let Terrain::Plane { normal } = &self.terrain {
            return normal.map(|n| n.value) * distance_bar;
        }
        let [x, y, z] = Dual::variables(at.to_array());
        let (distance, normal) = self.terrain.distance(Vec3 { x, y, z });
        let along = |i: usize| {
            distance.derivative[i] * distance_bar
                + normal.x.derivative[i] * normal_bar.x
                + normal.y.derivative[i] * normal_bar.y
                + normal.z.derivative[i] * normal_bar.z
        };
        Vec3 { x: along(0), y: along(1), z: along(2) }
    }

    /// Gradient with respect to a point, from that with respect to its height above the ground below.
    pub fn reverse_height(&self, at: Vec3<T>, height_bar: T) -> Vec3<T> {
        let [x, y, z] = Dual::variables(at.to_array());
        let slopes = self.terrain.height(Vec3 { x, y, z }).derivative;
        Vec3 { x: slopes[0] * height_bar, y: slopes[1] * height_bar, z: slopes[2] * height_bar }
    }
}
