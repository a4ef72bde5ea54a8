//! Growing a body: from the gene graph to flat arrays of links, hinges and contact points (after Sims 1994).
//!
//! Each grown part carries an orthogonal matrix F that takes the gene's local axes to base axes at zero joint angles. A
//! child's is F M R E: E the joint gene's orientation, R the turn of a radial copy about the parent's z axis, and
//! M = diag(1, -1, 1) for a mirrored copy, which is the reflection of its twin in the parent's xz plane. So F may be
//! improper. Points and directions map by F; a hinge axis is a pseudo-vector and maps by det(F) F: then equal angles
//! of the left and the right joint give mirrored poses, and equal servo targets mirrored motion.
//!
//! Which links there are is decided in [`super::tree`] and does not depend on continuous genes, so this file runs straight
//! through and gradients flow from every number of the creature to the genes. The one exception is the automatic contact
//! stiffness, which is taken as a constant.

use super::shape::solid;
use super::tree::{Node, Sprout, grow};
use crate::genome::{Body, BodyLimits, GeneId, InvalidBody, JointGene, JointKey, LinkGene, MAX_ANGLE, RepeatLayout};
use burgess_core::autodiff::{Real, Value, real};
use burgess_core::math::{Mat3, Quat, Sym3, Vec3, vec3};
use burgess_physics::laws::inertia::MassProperties;
use burgess_physics::laws::joint::Servo;
use burgess_physics::laws::soft::sigmoid;
use burgess_physics::model::{Collider, ContactPoint, Hinge, Joint, JointKind, Link, Model, Shape, Solid};
use burgess_physics::objects::compile_objects;
use burgess_physics::step::pairs::pairs_that_touch;
use burgess_physics::world::{CARRYING_POINTS, GroundContact, Physics};

/// Mass of the creature that the physics defaults are tuned for (kg).
const REFERENCE_MASS: f64 = 4.0;

/// Which genes made a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkKey {
    /// The link gene.
    pub gene: GeneId,
    /// The joint gene and the copy of it; the base has `JointKey::default()`.
    pub joint: JointKey,
}

/// Which genes make each link that a body grows, at most `max_links`, in the order of the links.
///
/// # Errors
/// [`InvalidBody::Graph`] when the gene graph is not well-formed.
pub fn link_keys<T: Real>(body: &Body<T>, max_links: usize) -> Result<Vec<LinkKey>, InvalidBody> {
    Ok(keys_of(body, &grow(body, max_links)?))
}

fn keys_of<T>(body: &Body<T>, tree: &[Node]) -> Vec<LinkKey> {
    tree.iter().map(|node| LinkKey { gene: body.links[node.link].id, joint: node.key }).collect()
}

/// A grown body.
#[derive(Clone, Debug)]
pub struct Grown<T> {
    /// What is simulated.
    pub model: Model<T>,
    /// Which genes made each link, in the order of the links.
    pub keys: Vec<LinkKey>,
}

/// Grows the body into a creature of at most `limits.max_links` links. The other limits are for [`super::check`].
///
/// # Errors
/// [`InvalidBody::Graph`] when the gene graph is not well-formed.
pub fn expand<T: Value>(body: &Body<T>, limits: &BodyLimits, physics: &Physics) -> Result<Grown<T>, InvalidBody> {
    let tree = grow(body, limits.max_links)?;
    let genes = Genes::read(body);
    let mut parts: Vec<Part<T>> = Vec::with_capacity(tree.len());
    for node in &tree {
        let matter = &genes.links[node.link];
        let part = match node.sprout {
            None => Part::base(matter),
            Some(sprout) => Part::grown(
                matter,
                &body.joints[sprout.joint],
                &genes.joints[sprout.joint],
                sprout,
                &parts[node.parent],
            ),
        };
        parts.push(part);
    }
    let mass: T = parts.iter().map(|part| part.body.mass).sum();
    let strength = Strength::new(mass, physics);
    let mut contacts = Vec::with_capacity(parts.iter().map(|part| part.solid.contact_count()).sum());
    contacts.extend(parts.iter().enumerate().flat_map(|(link, part)| part.contacts(link)));
    let keys = keys_of(body, &tree);
    let joint = |(node, part): (&Node, &Part<T>)| part.joint(genes.servo(node), &strength);
    let joints: Vec<Joint<T>> = tree.iter().zip(&parts).skip(1).map(joint).collect();
    let mut links: Vec<Link<T>> = tree.iter().zip(&parts).map(|(node, part)| part.link(node)).collect();
    if let Some(density) = physics.actuator {
        let weight = |node: &Node| strength.torque_limit * genes.servo(node).torque * real(1.0 / density);
        add_servos(&mut links, &joints, tree.iter().skip(1).map(weight));
    }
    let mass: T = links.iter().map(|link| link.mass).sum();
    let mut model = Model {
        base: body.base,
        links,
        joints,
        colliders: parts.iter().enumerate().map(|(link, part)| Collider { link, shape: part.shape() }).collect(),
        contacts,
        objects: compile_objects(physics),
        pairs: Vec::new(),
        contact_stiffness: physics.contact_stiffness.of_point(mass, physics.gravity, CARRYING_POINTS),
        friction: None,
        limb_ends: Vec::new(),
    };
    if physics.ground_contact == GroundContact::Whole {
        model.touch_with_whole_shapes();
    }
    model.pairs = pairs_that_touch(&model, &physics.self_collision);
    model.limb_ends = model.childless_links();
    // In the order of genes, so that a limb that grows elsewhere in the tree keeps its place.
    model.limb_ends.sort_by_key(|&link| keys[link].joint);
    Ok(Grown { model, keys })
}

/// Adds what servos weigh (kg) to the links that carry them: a point on the parent, where the joint is. Torques follow from the mass of the shapes
/// alone, so that motors do not ask for stronger motors. A gear makes a servo neither lighter nor heavier.
fn add_servos<T: Real>(links: &mut [Link<T>], joints: &[Joint<T>], weights: impl Iterator<Item = T>) {
    for (i, (joint, servo)) in joints.iter().zip(weights).enumerate() {
        let parent = links[i + 1].parent;
        let link = &mut links[parent];
        let both = link.mass + servo;
        let apart = joint.position - link.com;
        // Steiner's theorem for two masses about their common centre.
        link.inertia += Sym3::point_mass(link.mass * servo / both, apart);
        link.com += apart * (servo / both);
        link.mass = both;
    }
}

/// What genes say in plain numbers, worked out once for all copies that grow of them.
struct Genes<T> {
    /// One entry a link gene.
    links: Vec<Matter<T>>,
    /// One entry a joint gene.
    joints: Vec<HingeGenes<T>>,
}

/// A link gene: its shape before scaling, and its density (kg/m3).
struct Matter<T> {
    solid: Solid<T>,
    density: T,
}

/// A joint gene: how the child sits on the parent.
struct HingeGenes<T> {
    /// The child's local axes to the parent's.
    rotation: Mat3<T>,
    /// Factor on the child's lengths.
    scale: T,
    /// Hinge axis in the child's local axes, unit vector.
    axis: Vec3<T>,
    servo: ServoGenes<T>,
}

/// Joint limits (rad), and factors on the servo's mass-scaled defaults.
#[derive(Clone, Copy)]
struct ServoGenes<T> {
    lower: T,
    upper: T,
    kp: T,
    kd: T,
    torque: T,
    gear: T,
}

impl<T: Real> Genes<T> {
    fn read(body: &Body<T>) -> Self {
        let matter = |link: &LinkGene<T>| Matter { solid: solid(&link.shape), density: link.log_density.exp() };
        let hinge = |joint: &JointGene<T>| HingeGenes {
            rotation: Quat::exp(joint.orientation).to_matrix(),
            scale: joint.log_scale.exp(),
            axis: joint.axis.normalised(),
            servo: ServoGenes {
                lower: -limit(joint.lower),
                upper: limit(joint.upper),
                kp: joint.log_kp.exp(),
                kd: joint.log_kd.exp(),
                torque: joint.log_torque.exp(),
                gear: joint.log_gear.map_or(T::one(), |gear| gear.exp()),
            },
        };
        Self { links: body.links.iter().map(matter).collect(), joints: body.joints.iter().map(hinge).collect() }
    }

    /// Those of the joint that grew a node; the base has none.
    fn servo(&self, node: &Node) -> &ServoGenes<T> {
        let sprout = node.sprout.expect("all nodes but the base grow from a joint gene");
        &self.joints[sprout.joint].servo
    }
}

/// A part of the grown body. Points are relative to the part's hinge (the base: to its centre), in base axes.
struct Part<T> {
    /// Local axes to base axes, orthogonal.
    axes: Mat3<T>,
    /// Whether `axes` is improper (determinant -1).
    reflected: bool,
    /// Factor on all lengths.
    scale: T,
    solid: Solid<T>,
    body: MassProperties<T>,
    /// Centre of the shape.
    centre: Vec3<T>,
    /// Hinge in the parent's frame.
    hinge: Vec3<T>,
    /// Hinge axis, unit vector.
    axis: Vec3<T>,
}

impl<T: Real> Part<T> {
    fn base(matter: &Matter<T>) -> Self {
        let solid = matter.solid;
        Self {
            axes: Mat3::identity(),
            reflected: false,
            scale: T::one(),
            solid,
            body: solid.mass_properties(matter.density),
            centre: Vec3::zero(),
            hinge: Vec3::zero(),
            axis: vec3(T::zero(), T::zero(), T::one()),
        }
    }

    fn grown(matter: &Matter<T>, joint: &JointGene<T>, hinge: &HingeGenes<T>, sprout: Sprout, parent: &Self) -> Self {
        let turn = reflection(sprout.mirrored) * radial_turn(joint, sprout.copy);
        let axes = parent.axes * turn * hinge.rotation;
        let reflected = parent.reflected != sprout.mirrored;
        let scale = parent.scale * hinge.scale;
        let solid = matter.solid.scaled(scale);
        let axis = axes * hinge.axis;
        Self {
            axes,
            reflected,
            scale,
            solid,
            body: solid.mass_properties(matter.density),
            centre: axes * vec3(solid.hinge_to_centre(), T::zero(), T::zero()),
            hinge: parent.centre + parent.axes * parent.solid.surface_point(turn * joint.attach),
            axis: if reflected { -axis } else { axis },
        }
    }

    fn link(&self, node: &Node) -> Link<T> {
        Link {
            parent: node.parent,
            mass: self.body.mass,
            com: self.centre,
            inertia: Sym3::diagonal(self.body.moments).rotated(self.axes),
        }
    }

    fn joint(&self, genes: &ServoGenes<T>, strength: &Strength<T>) -> Joint<T> {
        let hinge = Hinge {
            axis: self.axis,
            lower: genes.lower,
            upper: genes.upper,
            limit_stiffness: strength.limit_stiffness,
        };
        let mut servo = Servo {
            kp: strength.kp * genes.kp,
            kd: strength.kd * genes.kd,
            torque_limit: strength.torque_limit * genes.torque,
            no_load_speed: strength.no_load_speed,
        };
        if let Some(speed) = &mut servo.no_load_speed {
            // A gear leaves the power, torque limit times no-load speed, as it is.
            *speed *= genes.gear;
            servo.torque_limit = servo.torque_limit / genes.gear;
        }
        Joint {
            position: self.hinge,
            kind: JointKind::Hinge(hinge),
            servo,
            armature: strength.armature,
            damping: strength.damping,
        }
    }

    fn shape(&self) -> Shape<T> {
        // Shapes are their own mirror images, so their axes can be made a proper rotation.
        self.solid.placed(self.centre, self.axes * reflection(self.reflected))
    }

    fn contacts(&self, link: usize) -> impl Iterator<Item = ContactPoint<T>> {
        let (centres, radius) = self.solid.contact_spheres();
        centres.map(move |c| ContactPoint::fixed(link, self.centre + self.axes * c, radius))
    }
}

/// A joint limit (rad) from its logit.
fn limit<T: Real>(logit: T) -> T {
    sigmoid(logit) * real(MAX_ANGLE)
}

/// diag(1, -1, 1) or the identity.
fn reflection<T: Real>(mirrored: bool) -> Mat3<T> {
    let mut m = Mat3::identity();
    if mirrored {
        m.0[1].y = -T::one();
    }
    m
}

/// The turn of a radial copy about z.
fn radial_turn<T: Real>(joint: &JointGene<T>, copy: u8) -> Mat3<T> {
    if joint.layout == RepeatLayout::Serial || copy == 0 {
        return Mat3::identity();
    }
    let angle = std::f64::consts::TAU * f64::from(copy) / f64::from(joint.repeat);
    Quat::about_axis(vec3(T::zero(), T::zero(), T::one()), real(angle)).to_matrix()
}

/// Servo and passive joint constants of a creature, scaled with its mass m.
///
/// With m0 = 4 kg and s = (m / m0)^(1/3), a length scale: stiffnesses and torques go with (m / m0) s, dampings with
/// (m / m0) s^1.5, rotor inertia with (m / m0) s^2, no-load speeds with s^-0.5. Then bodies of the same shape swing alike, whatever their size.
struct Strength<T> {
    kp: T,
    kd: T,
    torque_limit: T,
    armature: T,
    damping: T,
    limit_stiffness: T,
    no_load_speed: Option<T>,
}

impl<T: Real> Strength<T> {
    fn new(mass: T, physics: &Physics) -> Self {
        let ratio = mass * real(1.0 / REFERENCE_MASS);
        let log_length = (ratio - T::one()).ln_1p() * real(1.0 / 3.0);
        let stiffness = ratio * log_length.exp();
        let damping = ratio * (log_length * real(1.5)).exp();
        let inertia = ratio * (log_length * real(2.0)).exp();
        Self {
            kp: stiffness * real(physics.servo_stiffness),
            kd: damping * real(physics.servo_damping),
            torque_limit: stiffness * real(physics.torque_limit),
            armature: inertia * real(physics.armature),
            damping: damping * real(physics.joint_damping),
            limit_stiffness: stiffness * real(physics.limit_stiffness),
            no_load_speed: physics.no_load_speed.map(|speed| (log_length * real(-0.5)).exp() * real(speed)),
        }
    }
}
