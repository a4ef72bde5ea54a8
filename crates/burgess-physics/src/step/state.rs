//! The changing state of one creature, what drives it, and the scratch memory of a step.

use super::members::Members;
use super::pair_work::{PairWork, Placed};
use super::places::Places;
use super::rovers::Roving;
use super::spatial::{Spatial, Twist, Wrench};
use crate::laws::joint::JointTorque;
use crate::laws::pair::ContactSums;
use crate::model::{Model, Object, Rival};
use burgess_core::autodiff::{Compare, Real, Truth, real};
use burgess_core::math::{Mat3, Quat, Vec3, vec3};

/// The state of one link: its hinge, and what it carries from step to step.
#[derive(Clone, Copy, Debug)]
pub struct LinkState<T> {
    /// Hinge angle (rad); the base's stays zero.
    pub angle: T,
    /// Hinge rate (rad/s); the base's stays zero.
    pub rate: T,
    /// Linear momentum (kg m/s, world axes).
    pub momentum: Vec3<T>,
    /// Angular velocity (rad/s, link axes).
    pub spin: Vec3<T>,
}

/// The state of one creature. Positions are relative to its spawn point.
#[derive(Clone, Debug)]
pub struct State<T> {
    /// Base origin (m, world axes).
    pub position: Vec3<T>,
    /// Base orientation, base to world.
    pub orientation: Quat<T>,
    /// Velocity of the base origin (m/s, world axes).
    pub velocity: Vec3<T>,
    /// Angular velocity of the base (rad/s, base axes).
    pub angular_velocity: Vec3<T>,
    /// One entry a link.
    pub links: Vec<LinkState<T>>,
    /// One entry a contact point.
    pub contacts: Vec<ContactState<T>>,
    /// Room for the contacts between links, and with objects, of which there may be fewer.
    pub pairs: Vec<PairState<T>>,
    /// One entry an object of the scene, without objects and pairs.
    pub objects: Vec<State<T>>,
}

/// What a contact between two links carries from step to step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairState<T> {
    /// Which contact it is; zero for none.
    pub key: u32,
    /// How far the links have moved along each other since they touched or last slid (m, world axes).
    pub bristle: Vec3<T>,
}

impl<T: Real> PairState<T> {
    /// No contact.
    pub fn none() -> Self {
        Self { key: 0, bristle: Vec3::zero() }
    }
}

/// What a contact point carries from step to step.
#[derive(Clone, Copy, Debug)]
pub struct ContactState<T> {
    /// Its normal force in the last step (N), not negative.
    pub normal_force: T,
    /// By how much its slip would have changed in the last step without friction (m/s, world axes); zero where it did not touch.
    pub free_gain: Vec3<T>,
}

impl<T: Real> ContactState<T> {
    /// In the air.
    pub fn apart() -> Self {
        Self { normal_force: T::zero(), free_gain: Vec3::zero() }
    }
}

impl<T: Real> State<T> {
    /// At rest at a base position, upright, with zero angles; objects where their scene has them.
    pub fn at_rest(model: &Model<T>, position: Vec3<T>) -> Self {
        let zero = T::zero();
        let object = |object: &Object<T>| {
            let mut state = Self::at_rest(&object.body, object.start);
            if let Some(Rival { heading, .. }) = object.rival {
                state.orientation = Quat::exp(vec3(zero, zero, heading));
            }
            state
        };
        let link = LinkState { angle: zero, rate: zero, momentum: Vec3::zero(), spin: Vec3::zero() };
        Self {
            position,
            orientation: Quat::identity(),
            velocity: Vec3::zero(),
            angular_velocity: Vec3::zero(),
            links: vec![link; model.links.len()],
            contacts: vec![ContactState::apart(); model.contacts.len()],
            pairs: vec![PairState::none(); model.pair_slots()],
            objects: model.objects.iter().map(object).collect(),
        }
    }

    /// Normal force of each contact point in the last step (N).
    pub fn normal_forces(&self) -> impl Iterator<Item = T> {
        self.contacts.iter().map(|contact| contact.normal_force)
    }
}

/// What drives the hinges in a step, one entry a link of the creature, then of each rival; those of bases are not used.
#[derive(Clone, Debug)]
pub struct Drive<T> {
    /// Servo targets (rad).
    pub targets: Vec<T>,
    /// Further torques (N m), held over the step.
    pub torques: Vec<T>,
}

impl<T: Real> Drive<T> {
    /// Targets and torques zero.
    pub fn idle(model: &Model<T>) -> Self {
        let zeros = vec![T::zero(); model.driven_count()];
        Self { targets: zeros.clone(), torques: zeros }
    }
}

/// What drives the hinges of one body of a scene, or of several bodies in a row.
#[derive(Clone, Copy, Debug)]
pub struct DriveOf<'a, T> {
    /// Servo targets (rad).
    pub targets: &'a [T],
    /// Further torques (N m).
    pub torques: &'a [T],
}

impl<T> Drive<T> {
    /// What drives all bodies.
    pub fn of_all(&self) -> DriveOf<'_, T> {
        DriveOf { targets: &self.targets, torques: &self.torques }
    }
}

impl<T> DriveOf<'_, T> {
    /// What drives the first so many links; the rest is left.
    #[inline(always)]
    pub fn take(&mut self, links: usize) -> Self {
        let ((targets, later_targets), (torques, later_torques)) =
            (self.targets.split_at(links), self.torques.split_at(links));
        (self.targets, self.torques) = (later_targets, later_torques);
        Self { targets, torques }
    }
}

/// Scratch of one link. World axes, positions relative to the base origin.
#[derive(Clone, Copy, Debug)]
pub struct LinkWork<T> {
    /// Link to world.
    pub orientation: Quat<T>,
    /// The same as a matrix.
    pub rotation: Mat3<T>,
    /// Hinge position (m).
    pub origin: Vec3<T>,
    /// Centre of mass (m).
    pub com: Vec3<T>,
    /// Spatial hinge axis: angular part, and velocity of the point at the base origin for unit rate.
    pub axis: Twist<T>,
    /// Twist before the step.
    pub twist: Twist<T>,
    /// Twist after the step.
    pub twist_after: Twist<T>,
    /// Articulated inertia of the link and what hangs on it.
    pub inertia: Spatial<T>,
    /// Its right-hand side.
    pub load: Wrench<T>,
    /// Hinge diagonal (kg m2) and right-hand side (kg m2/s).
    pub joint_inertia: T,
    /// See `joint_inertia`.
    pub joint_load: T,
    /// U / d of the hinge elimination.
    pub gain: Wrench<T>,
    /// u / d of the hinge elimination.
    pub free_rate: T,
    /// 1 / d of the hinge elimination.
    pub joint_inverse: T,
    /// The servo's torque, linear in the rate after the step.
    pub servo: JointTorque<T>,
    /// How far the joint is into its limits, 0 to 1.
    pub limit_use: T,
}

/// Scratch of one contact point.
#[derive(Clone, Copy, Debug)]
pub struct ContactWork<T: Real> {
    /// Point of contact relative to the base origin (m, world axes).
    pub point: Vec3<T>,
    /// Unit normal of the ground.
    pub normal: Vec3<T>,
    /// Gap between point and ground (m), negative inside.
    pub gap: T,
    /// Normal force = max(push - drag * v_n', 0).
    pub push: T,
    /// See `push`.
    pub drag: T,
    /// Friction = -tangent_drag * v_t'.
    pub tangent_drag: T,
    /// Whether the normal force is in the equations; a contact that would pull is taken out.
    pub active: T::Truth,
    /// Normal force that acted in this step (N): negative where a pulling contact was left in.
    pub force: T,
}

impl<T: Compare> ContactWork<T> {
    /// Of a point that is nowhere near the ground.
    pub fn apart() -> Self {
        let zero = T::zero();
        Self {
            point: Vec3::zero(),
            normal: Vec3::zero(),
            gap: zero,
            push: zero,
            drag: zero,
            tangent_drag: zero,
            active: T::Truth::yes(),
            force: zero,
        }
    }

    /// Whether any force acts that could ever be seen, given the pull that counts as none (N): most contacts are in the air, where the
    /// law's tails end in numbers on which processors are slow. A number with a derivative always acts.
    #[inline(always)]
    pub fn can_act(&self, pull_tolerance: T) -> T::Truth {
        if T::DIFFERENTIATES {
            return T::Truth::yes();
        }
        let least = pull_tolerance * real(T::EPSILON * T::EPSILON);
        self.push.is_above(least) | self.drag.is_above(least) | self.tangent_drag.is_above(least)
    }
}

/// Scratch memory of a step, kept between steps to save allocation.
#[derive(Clone, Debug)]
pub struct Work<T: Real> {
    /// The base origin before the step (m), as in the state.
    pub position: Vec3<T>,
    /// Which link hangs on which, and which contact point is on which.
    pub places: Places<T>,
    /// What the numbers of links and colliders stand for, those of objects included.
    pub members: Members,
    /// One entry a link.
    pub links: Vec<LinkWork<T>>,
    /// One entry a contact point.
    pub contacts: Vec<ContactWork<T>>,
    /// One entry a contact point that roves.
    pub rovers: Vec<Roving<T>>,
    /// Contacts between links, those of this step.
    pub pairs: Vec<PairWork<T>>,
    /// How many more there were in all steps so far, for which there was no room.
    pub pairs_left_out: u32,
    /// Where each collider is, if links can touch.
    pub placed: Vec<Placed<T>>,
    /// A ball around each collider that holds it to the end of the step: centre and radius (m).
    pub balls: Vec<(Vec3<f64>, f64)>,
    /// The pairs of colliders whose balls meet.
    pub near: Vec<(usize, usize)>,
    /// Of each link what a wrench's impulse adds to its twist, while links touch.
    pub mobilities: Vec<Spatial<T>>,
    /// Of each link the sums over its contacts with other links, while links touch.
    pub contact_sums: Vec<ContactSums<T>>,
    /// Of each link the impulse that it gets from other links; empty while none touch.
    pub pair_impulses: Vec<Wrench<T>>,
    /// The same on its way to the base.
    pub passed_impulses: Vec<Wrench<T>>,
    /// Contact width used for this creature (m).
    pub contact_width: T,
    /// One over the mass that friction at a contact point is taken to act on (1/kg).
    pub inverse_slip_mass: T,
    /// A contact that pulls with less than this (N) is left in the equations.
    pub pull_tolerance: T,
    /// One entry an object of the scene.
    pub objects: Vec<Work<T>>,
}

impl<T: Compare> Work<T> {
    /// Scratch for one creature in a world of the given gravity (m/s2) and contact width (m).
    pub fn new(model: &Model<T>, gravity: Vec3<T>, contact_width: T) -> Self {
        let zero = T::zero();
        let link = LinkWork {
            orientation: Quat::identity(),
            rotation: Mat3::identity(),
            origin: Vec3::zero(),
            com: Vec3::zero(),
            axis: Twist::zero(),
            twist: Twist::zero(),
            twist_after: Twist::zero(),
            inertia: Spatial::zero(),
            load: Wrench::zero(),
            joint_inertia: zero,
            joint_load: zero,
            gain: Wrench::zero(),
            free_rate: zero,
            joint_inverse: zero,
            servo: JointTorque::default(),
            limit_use: zero,
        };
        Self {
            position: Vec3::zero(),
            places: Places::new(model),
            members: Members::new(model),
            links: vec![link; model.links.len()],
            contacts: vec![ContactWork::apart(); model.contacts.len()],
            rovers: Vec::new(),
            pairs: Vec::new(),
            pairs_left_out: 0,
            placed: Vec::new(),
            balls: Vec::new(),
            near: Vec::new(),
            mobilities: Vec::new(),
            contact_sums: Vec::new(),
            pair_impulses: Vec::new(),
            passed_impulses: Vec::new(),
            contact_width: width_of_contact(model, gravity, contact_width),
            inverse_slip_mass: slip_mass(model.mass()).recip(),
            pull_tolerance: pull_tolerance(model, gravity),
            objects: model
                .objects
                .iter()
                .map(|object| Self {
                    contact_width: object.contact_width,
                    ..Self::new(&object.body, gravity, contact_width)
                })
                .collect(),
        }
    }
}

/// The pull (N) that counts as none: a millionth of the weight, where float32 ends. Most contacts that pull at all pull less, and
/// each that is taken out costs another solve.
pub fn pull_tolerance<T: Real>(model: &Model<T>, gravity: Vec3<T>) -> T {
    model.weight(gravity) * real(1e-6)
}

/// The mass (kg) that friction at a contact point is taken to act on, of a body of a mass (kg): a quarter. A foot that slips rarely moves
/// less, and friction is stable down to half of what it does move.
pub fn slip_mass<T: Real>(mass: T) -> T {
    mass * real(0.25)
}

/// Depth (m) over which the contacts of a creature set in, in a world of the given gravity (m/s2) and contact width (m).
pub fn width_of_contact<T: Real>(model: &Model<T>, gravity: Vec3<T>, contact_width: T) -> T {
    // A width above the static depth (weight on four points) would make the creature hover. Without gravity there is none.
    let static_depth = model.weight(gravity) / (model.contact_stiffness * real(4.0));
    contact_width.min(static_depth.max(real(1e-6)))
}
