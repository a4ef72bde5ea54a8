//! The model of one candidate: its body as flat arrays of links, joints and colliders, and the controller that drives it.
//!
//! Generic over the scalar, so that gradients flow from what is simulated back to whatever the model was made from.
//!
//! Frames: at zero joint angles all link frames are parallel to the base frame, so a link's orientation is its parent's
//! times one rotation about the hinge axis. A link frame's origin is its hinge; the base frame's origin is the centre
//! of the base shape. x is forward, y left, z up. SI units.

pub mod solid;

pub use solid::Solid;

use crate::laws::joint::Servo;
use burgess_core::autodiff::{Real, real};
use burgess_core::math::{Mat3, Sym3, Vec3};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Observations of an `Mlp` that do not belong to a joint: up vector 3, velocity 3 and angular velocity 3 in the heading
/// frame, height 1, clock sine and cosine 2.
pub const OBSERVATIONS: usize = 12;

/// Observations behind those where the creature is asked for a velocity: its x and y in the heading frame.
pub const WANTED_OBSERVATIONS: usize = 2;

/// Observations of the velocity that a creature is asked for, if it is `asked` for any.
pub fn wanted_observations(asked: bool) -> usize {
    if asked { WANTED_OBSERVATIONS } else { 0 }
}

/// Observations of one joint: angle, rate, contact of its link.
pub const JOINT_OBSERVATIONS: usize = 3;

/// Largest number of links the program is planned for, whatever limit an experiment sets.
pub const MAX_LINKS: usize = 32;

/// Contacts between links that a creature may have at a time, for each of its links. What is beyond is left out, and counted.
pub const PAIR_SLOTS: usize = 2;

/// How the base link is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BaseKind {
    /// Free in space: six degrees of freedom.
    Floating,
    /// Welded to the world at its spawn pose: arms and pendulums.
    Welded,
}

/// The shape of a link, in link coordinates (m).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape<T> {
    /// A ball.
    Sphere {
        /// Centre.
        centre: Vec3<T>,
        /// Radius.
        radius: T,
    },
    /// A cylinder with round ends.
    Capsule {
        /// Centre of the first end.
        from: Vec3<T>,
        /// Centre of the second end.
        to: Vec3<T>,
        /// Radius.
        radius: T,
    },
    /// A box.
    Box {
        /// Centre.
        centre: Vec3<T>,
        /// Its edges' directions as columns: a proper rotation.
        axes: Mat3<T>,
        /// Half sizes along them.
        half: Vec3<T>,
    },
}

/// One rigid body of the tree.
#[derive(Clone, Copy, Debug)]
pub struct Link<T> {
    /// Index of the parent link, smaller than the link's own; the base names itself.
    pub parent: usize,
    /// Mass (kg).
    pub mass: T,
    /// Centre of mass, link coordinates (m).
    pub com: Vec3<T>,
    /// Inertia about the centre of mass, link axes (kg m2).
    pub inertia: Sym3<T>,
}

/// What holds a link to its parent and drives it.
#[derive(Clone, Copy, Debug)]
pub struct Joint<T> {
    /// Where the joint is, in the parent's frame (m).
    pub position: Vec3<T>,
    /// How the link may move against its parent.
    pub kind: JointKind<T>,
    /// The position servo.
    pub servo: Servo<T>,
    /// Rotor inertia (kg m2).
    pub armature: T,
    /// Passive damping (N m s/rad).
    pub damping: T,
}

/// Bodies below this mass (kg) are small: lengths that are fixed for others (the clearance at the start, the depth at rest) shrink with them.
pub const SMALL: f64 = 0.1;

/// By what factor such a length shrinks: in proportion to the size of a body of the same density, 1 from [`SMALL`] upwards. `mass` in kg.
pub fn small_scale(mass: f64) -> f64 {
    libm::cbrt(mass / SMALL).min(1.0)
}

/// How a link may move against its parent. Another kind of joint becomes another variant; `docs/architecture.md` names the places that must
/// know it, also those that the compiler does not ask for.
#[derive(Clone, Copy, Debug)]
pub enum JointKind<T> {
    /// Turns about one axis.
    Hinge(Hinge<T>),
}

/// A joint with one degree of freedom, an angle.
#[derive(Clone, Copy, Debug)]
pub struct Hinge<T> {
    /// Axis, unit vector, link coordinates (the same in the parent's).
    pub axis: Vec3<T>,
    /// Lower limit (rad), below zero.
    pub lower: T,
    /// Upper limit (rad), above zero.
    pub upper: T,
    /// Stiffness beyond a limit (N m/rad).
    pub limit_stiffness: T,
}

/// A shape fixed to a link.
#[derive(Clone, Copy, Debug)]
pub struct Collider<T> {
    /// Index of the link; colliders are sorted by it.
    pub link: usize,
    /// The shape, in link coordinates.
    pub shape: Shape<T>,
}

/// A sphere fixed to a link that can touch the terrain, or one that roves over the link's shape.
#[derive(Clone, Copy, Debug)]
pub struct ContactPoint<T> {
    /// Index of the link; contact points are sorted by it.
    pub link: usize,
    /// Centre of the sphere, link coordinates (m); of one that roves, the middle of its shape, which no force depends on.
    pub centre: Vec3<T>,
    /// Radius (m).
    pub radius: T,
    /// What makes it rove.
    pub rover: Option<Rover>,
}

/// A contact point that roves over a capsule or a box: `step::rovers` finds where it is. The fixed points of the shape stand in front of its
/// rovers, and their centres are the corners of what the rovers' centres rove over: corner `i` is at the far end of axis `k` where bit `k` of
/// `i` is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rover {
    // Small, since contact points are many, and are copied often.
    corners: u8,
    number: u8,
}

/// A body of the scene beside the creature: it stands fixed, moves freely, or is another creature, and touches the ground, the creature and all
/// other objects.
#[derive(Clone, Debug)]
pub struct Object<T> {
    /// A body without objects and pairs of its own. That of no creature has one link with one collider.
    pub body: Model<T>,
    /// Where its origin is at the start, relative to the creature's spawn point (m).
    pub start: Vec3<T>,
    /// Depth over which its contacts set in (m).
    pub contact_width: T,
    /// What makes it another creature, if it is one. Those stand behind all other objects.
    pub rival: Option<Rival<T>>,
}

/// What makes an object another creature, which acts at the same decisions as the first.
#[derive(Clone, Debug)]
pub struct Rival<T> {
    /// The brain.
    pub controller: Controller<T>,
    /// How far it is turned about z at the start, from x towards y (rad).
    pub heading: T,
    /// The load at which a contact counts half for the brain (N).
    pub reference_force: T,
}

/// A rival in its scene.
#[derive(Clone, Debug)]
pub struct Contender<'a, T> {
    /// Its place among the objects.
    pub object: usize,
    /// Its body.
    pub body: &'a Model<T>,
    /// What makes it a creature.
    pub rival: &'a Rival<T>,
    /// The places of its links in the lists of servo targets and commands.
    pub driven: Range<usize>,
}

/// The constant model of one body.
#[derive(Clone, Debug)]
pub struct Model<T> {
    /// How the base is held.
    pub base: BaseKind,
    /// Links in preorder, the base first; at most [`MAX_LINKS`].
    pub links: Vec<Link<T>>,
    /// Joints: number `i` holds link `i + 1`, see [`joint`](Self::joint).
    pub joints: Vec<Joint<T>>,
    /// Shapes of the links, sorted by link.
    pub colliders: Vec<Collider<T>>,
    /// Points at which colliders touch the terrain, sorted by link.
    pub contacts: Vec<ContactPoint<T>>,
    /// Objects of the scene that it is in. Where links and colliders are numbered together with those of objects, its own come first, then
    /// those of each object.
    pub objects: Vec<Object<T>>,
    /// Pairs of colliders that can touch each other, the smaller index first, in ascending order: `step::pairs` finds them.
    pub pairs: Vec<(usize, usize)>,
    /// Normal contact stiffness of each point (N/m); no gradient flows through it.
    pub contact_stiffness: T,
    /// Coefficient of friction of its surface, if that is not the world's.
    pub friction: Option<T>,
    /// Links that tasks count as limb ends, in this order; see [`childless_links`](Self::childless_links).
    pub limb_ends: Vec<usize>,
}

/// One joint's share of a central pattern generator: target = middle of the range + half range * (offset + amplitude * sin(2 pi f t + phase)).
#[derive(Clone, Copy, Debug, Default)]
pub struct CpgJoint<T> {
    /// Amplitude as a share of the joint's half range, -1 to 1.
    pub amplitude: T,
    /// Phase (rad).
    pub phase: T,
    /// Offset from the middle as a share of the joint's half range, -1 to 1.
    pub offset: T,
}

/// A dense layer: `weights` has one row of `inputs` numbers an output.
#[derive(Clone, Debug, Default)]
pub struct Layer<T> {
    /// Number of inputs.
    pub inputs: usize,
    /// Row-major weights, outputs x inputs.
    pub weights: Vec<T>,
    /// One bias an output.
    pub biases: Vec<T>,
}

/// The compiled policy: sets one servo target a joint, joints in link order (link 1 first).
#[derive(Clone, Debug)]
pub enum Controller<T> {
    /// Central pattern generator, open loop.
    Cpg {
        /// Common frequency (Hz).
        frequency: T,
        /// One entry a joint.
        joints: Vec<CpgJoint<T>>,
    },
    /// Feed-forward network with tanh: observation (see `step::policy`) to targets as shares of the half range from the middle.
    Mlp {
        /// Frequency of the clock inputs (Hz).
        frequency: T,
        /// Hidden layers, then the output layer; each is followed by tanh.
        layers: Vec<Layer<T>>,
        /// For each joint, weights on the sine and cosine of the clock, shifted by the joint's own phase; they are added before
        /// the last tanh. `(sine, cosine, phase in rad)`.
        clocks: Vec<[T; 3]>,
    },
    /// Open loop: for each decision one row of targets, as shares of the half range from the middle; the last row is held.
    Sequence {
        /// Row-major, decisions x joints; at least one row.
        actions: Vec<T>,
    },
}

/// What a backend simulates: a body and the controller that fits it.
#[derive(Clone, Debug)]
pub struct Candidate<T> {
    /// The body.
    pub model: Model<T>,
    /// The brain.
    pub controller: Controller<T>,
}

/// Nothing: no link, and no joint.
impl<T: Real> Default for Model<T> {
    fn default() -> Self {
        Self {
            base: BaseKind::Floating,
            links: Vec::new(),
            joints: Vec::new(),
            colliders: Vec::new(),
            contacts: Vec::new(),
            objects: Vec::new(),
            pairs: Vec::new(),
            contact_stiffness: T::zero(),
            friction: None,
            limb_ends: Vec::new(),
        }
    }
}

impl<T: Real> Shape<T> {
    /// Component by component.
    pub fn map<U: Real>(self, mut f: impl FnMut(T) -> U) -> Shape<U> {
        match self {
            Shape::Sphere { centre, radius } => Shape::Sphere { centre: centre.map(&mut f), radius: f(radius) },
            Shape::Capsule { from, to, radius } => {
                Shape::Capsule { from: from.map(&mut f), to: to.map(&mut f), radius: f(radius) }
            }
            Shape::Box { centre, axes, half } => {
                Shape::Box { centre: centre.map(&mut f), axes: axes.map(&mut f), half: half.map(&mut f) }
            }
        }
    }
}

impl<T: Real> ContactPoint<T> {
    /// A sphere that is fixed to a link.
    pub fn fixed(link: usize, centre: Vec3<T>, radius: T) -> Self {
        Self { link, centre, radius, rover: None }
    }
}

impl Rover {
    /// One of the rovers of a shape with so many corners, two of a capsule or eight of a box, by its number among them.
    pub fn new(corners: usize, number: usize) -> Self {
        Self { corners: corners as u8, number: number as u8 }
    }

    /// Corners of the shape.
    pub fn corners(self) -> usize {
        self.corners.into()
    }

    /// Its number among the rovers of its shape.
    pub fn number(self) -> usize {
        self.number.into()
    }

    /// Rovers of a shape with so many corners.
    pub fn count(corners: usize) -> usize {
        if corners == 2 { 2 } else { 4 }
    }

    /// Axes of what it roves over.
    pub fn axes(self) -> usize {
        self.corners.ilog2() as usize
    }

    /// To which end of each axis it is pulled: -1 or 1, 0 where there is no such axis. The four of a box are pulled to corners that no edge joins, so
    /// that on each of its faces they are pulled to all four corners.
    pub fn sides(self) -> [f64; 3] {
        match self.corners {
            2 => [[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]][self.number()],
            _ => [[-1.0, -1.0, -1.0], [1.0, 1.0, -1.0], [1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]][self.number()],
        }
    }
}

impl<T: Real> Link<T> {
    /// The same link over another scalar.
    pub fn map<U: Real>(&self, mut f: impl FnMut(T) -> U) -> Link<U> {
        Link { parent: self.parent, mass: f(self.mass), com: self.com.map(&mut f), inertia: self.inertia.map(&mut f) }
    }
}

impl<T: Real> Joint<T> {
    /// The same joint over another scalar.
    pub fn map<U: Real>(&self, mut f: impl FnMut(T) -> U) -> Joint<U> {
        Joint {
            position: self.position.map(&mut f),
            kind: match &self.kind {
                JointKind::Hinge(hinge) => JointKind::Hinge(Hinge {
                    axis: hinge.axis.map(&mut f),
                    lower: f(hinge.lower),
                    upper: f(hinge.upper),
                    limit_stiffness: f(hinge.limit_stiffness),
                }),
            },
            servo: Servo {
                kp: f(self.servo.kp),
                kd: f(self.servo.kd),
                torque_limit: f(self.servo.torque_limit),
                no_load_speed: self.servo.no_load_speed.map(&mut f),
            },
            armature: f(self.armature),
            damping: f(self.damping),
        }
    }
}

impl<T: Real> Object<T> {
    /// The same object over another scalar.
    pub fn map<U: Real>(&self, mut f: impl FnMut(T) -> U) -> Object<U> {
        Object {
            body: self.body.map(&mut f),
            start: self.start.map(&mut f),
            contact_width: f(self.contact_width),
            rival: self.rival.as_ref().map(|rival| Rival {
                controller: rival.controller.map(&mut f),
                heading: f(rival.heading),
                reference_force: f(rival.reference_force),
            }),
        }
    }

    /// Links that servo targets and commands are listed for: those of a rival.
    pub fn driven_count(&self) -> usize {
        if self.rival.is_some() { self.body.links.len() } else { 0 }
    }
}

impl<T: Real> Model<T> {
    /// Number of joints.
    pub fn joint_count(&self) -> usize {
        self.joints.len()
    }
    /// The joint that holds a link.
    ///
    /// # Panics
    ///
    /// When the link is the base, which no joint holds.
    #[inline(always)]
    pub fn joint(&self, link: usize) -> &Joint<T> {
        &self.joints[link - 1]
    }
    /// Links but the base that have no children, in ascending order.
    pub fn childless_links(&self) -> Vec<usize> {
        let mut has_child = vec![false; self.links.len()];
        self.links.iter().for_each(|link| has_child[link.parent] = true);
        (1..self.links.len()).filter(|&link| !has_child[link]).collect()
    }

    /// It and its objects.
    pub fn bodies(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.objects.iter().map(|object| &object.body))
    }
    /// Links of it and of its objects.
    pub fn link_count(&self) -> usize {
        self.bodies().map(|body| body.links.len()).sum()
    }
    /// The number of the first link of each object.
    pub fn first_links(&self) -> impl Iterator<Item = usize> {
        self.objects.iter().scan(self.links.len(), |next, object| {
            let first = *next;
            *next += object.body.links.len();
            Some(first)
        })
    }
    /// Links that servo targets and commands are listed for: its own, then those of rivals.
    pub fn driven_count(&self) -> usize {
        self.links.len() + self.objects.iter().map(Object::driven_count).sum::<usize>()
    }
    /// The rivals among its objects.
    pub fn rivals(&self) -> impl Iterator<Item = Contender<'_, T>> {
        let mut first = self.links.len();
        self.objects.iter().enumerate().filter_map(move |(object, Object { body, rival, .. })| {
            let rival = rival.as_ref()?;
            let driven = first..first + body.links.len();
            first = driven.end;
            Some(Contender { object, body, rival, driven })
        })
    }
    /// The place of its first rival among the objects; it is the number of other objects where there is none.
    pub fn first_rival(&self) -> usize {
        self.objects.partition_point(|object| object.rival.is_none())
    }
    /// All colliders, each with the number of its link, counted with those of objects.
    pub fn all_colliders(&self) -> impl Iterator<Item = (usize, &Shape<T>)> {
        let mut first = 0;
        self.bodies().flat_map(move |body| {
            let links = first;
            first += body.links.len();
            body.colliders.iter().map(move |collider| (links + collider.link, &collider.shape))
        })
    }

    /// Room for contacts between links, and with objects.
    pub fn pair_slots(&self) -> usize {
        if self.pairs.is_empty() { 0 } else { PAIR_SLOTS * self.link_count() }
    }

    /// Adds rovers to every capsule and box that is the only collider of its link, and so lets whole shapes touch the ground.
    pub fn touch_with_whole_shapes(&mut self) {
        let fixed = std::mem::take(&mut self.contacts);
        for points in fixed.chunk_by(|a, b| a.link == b.link) {
            self.contacts.extend_from_slice(points);
            let (link, corners) = (points[0].link, points.len());
            let is_alone = self.colliders.iter().filter(|collider| collider.link == link).count() == 1;
            if is_alone && matches!(corners, 2 | 8) {
                let sum = points.iter().fold(Vec3::zero(), |sum, point| sum + point.centre);
                let middle = ContactPoint { centre: sum * real(1.0 / corners as f64), ..points[0] };
                let rover = |number| ContactPoint { rover: Some(Rover::new(corners, number)), ..middle };
                self.contacts.extend((0..Rover::count(corners)).map(rover));
            }
        }
    }

    /// Total mass (kg).
    pub fn mass(&self) -> T {
        self.links.iter().map(|link| link.mass).sum()
    }
    /// Weight under a gravity (m/s2), in N; a hair above zero without any, so that its derivative is finite.
    pub fn weight(&self, gravity: Vec3<T>) -> T {
        self.mass() * (gravity.norm_squared() + real(1e-12)).sqrt()
    }
    /// The same body over another scalar.
    pub fn map<U: Real>(&self, mut f: impl FnMut(T) -> U) -> Model<U> {
        Model {
            base: self.base,
            links: self.links.iter().map(|link| link.map(&mut f)).collect(),
            joints: self.joints.iter().map(|joint| joint.map(&mut f)).collect(),
            colliders: self.colliders.iter().map(|c| Collider { link: c.link, shape: c.shape.map(&mut f) }).collect(),
            contacts: self
                .contacts
                .iter()
                .map(|c| ContactPoint {
                    link: c.link,
                    centre: c.centre.map(&mut f),
                    radius: f(c.radius),
                    rover: c.rover,
                })
                .collect(),
            objects: self.objects.iter().map(|object| object.map(&mut f as &mut dyn FnMut(T) -> U)).collect(),
            pairs: self.pairs.clone(),
            contact_stiffness: f(self.contact_stiffness),
            friction: self.friction.map(&mut f),
            limb_ends: self.limb_ends.clone(),
        }
    }
}

impl<T: Real> Controller<T> {
    /// The same controller over another scalar.
    pub fn map<U: Real>(&self, mut f: impl FnMut(T) -> U) -> Controller<U> {
        match self {
            Controller::Cpg { frequency, joints } => Controller::Cpg {
                frequency: f(*frequency),
                joints: joints
                    .iter()
                    .map(|j| CpgJoint { amplitude: f(j.amplitude), phase: f(j.phase), offset: f(j.offset) })
                    .collect(),
            },
            Controller::Mlp { frequency, layers, clocks } => Controller::Mlp {
                frequency: f(*frequency),
                layers: layers
                    .iter()
                    .map(|l| Layer {
                        inputs: l.inputs,
                        weights: l.weights.iter().map(|&w| f(w)).collect(),
                        biases: l.biases.iter().map(|&b| f(b)).collect(),
                    })
                    .collect(),
                clocks: clocks.iter().map(|c| c.map(&mut f)).collect(),
            },
            Controller::Sequence { actions } => {
                Controller::Sequence { actions: actions.iter().map(|&a| f(a)).collect() }
            }
        }
    }
}

impl<T: Real> Candidate<T> {
    /// The same candidate over another scalar.
    pub fn map<U: Real>(&self, mut f: impl FnMut(T) -> U) -> Candidate<U> {
        Candidate { model: self.model.map(&mut f), controller: self.controller.map(&mut f) }
    }
}

/// Positions of all link frames relative to the base origin, at zero angles (m).
pub fn rest_origins<T: Real>(model: &Model<T>) -> Vec<Vec3<T>> {
    let mut origins = vec![Vec3::zero(); model.links.len()];
    for i in 1..model.links.len() {
        let link = &model.links[i];
        origins[i] = origins[link.parent] + model.joint(i).position;
    }
    origins
}

/// Twice the horizontal distance of the furthest contact point from the base, at zero angles (m), of a body with these
/// [`rest_origins`].
pub fn leg_span<T: Real>(model: &Model<T>, origins: &[Vec3<T>]) -> T {
    let reach2 = model.contacts.iter().fold(T::zero(), |far, contact| {
        let x = origins[contact.link] + contact.centre;
        far.max(x.x * x.x + x.y * x.y)
    });
    (reach2 + real(1e-12)).sqrt() * real(2.0)
}
