//! Classes of parameters: what is nudged, and where its derivative stands in a gradient.

use super::derivatives::Derivatives;
use super::subject::Subject;
use crate::genome::{Field, ParameterId};
use burgess_core::math::{Quat, Sym3, Vec3, vec3};
use burgess_physics::gradient::{StateGradient, WorldGradient};
use burgess_physics::model::{BaseKind, Candidate, ContactPoint, Controller, Joint, JointKind, Link, Shape};
use burgess_physics::step::state::State;
use burgess_physics::world::World;

/// A class of parameters.
#[derive(Clone, Copy)]
pub struct Class {
    /// Its name.
    pub name: &'static str,
    kind: Kind,
}

impl std::fmt::Debug for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Class").field("name", &self.name).finish_non_exhaustive()
    }
}

/// All numbers of a class, in a fixed order.
type Of<S> = fn(&mut S) -> Vec<&mut f64>;

#[derive(Clone, Copy)]
enum Kind {
    /// Continuous genes of these fields.
    Genes(fn(Field) -> bool),
    /// Numbers of the candidate.
    Candidate(Of<Candidate<f64>>),
    /// Numbers of the world, and their places in its gradient.
    World(Of<World<f64>>, Of<WorldGradient<f64>>),
    /// Positions and orientations at the start.
    Pose,
    /// Velocities at the start.
    Motion,
}

/// One parameter: what it is called, how large it is, its derivative by the way back, and how to nudge it.
pub struct Probe<'a> {
    /// For reports.
    pub name: String,
    /// A size against which a nudge is small.
    pub scale: f64,
    /// The derivative that is checked.
    pub derivative: f64,
    /// Moves it in a subject.
    pub nudge: Box<Nudge<'a>>,
}

impl std::fmt::Debug for Probe<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Probe").field("name", &self.name).field("derivative", &self.derivative).finish_non_exhaustive()
    }
}

impl Class {
    /// All parameters of the class, with their derivatives.
    pub fn probes<'a>(&self, subject: &'a Subject, derivatives: &'a Derivatives) -> Vec<Probe<'a>> {
        match self.kind {
            Kind::Genes(belongs) => gene_probes(belongs, subject, &derivatives.genes),
            Kind::Candidate(numbers) => {
                let (mut values, mut slopes) = (subject.candidate.clone(), derivatives.candidate.clone());
                let pairs = numbers(&mut values).into_iter().zip(numbers(&mut slopes));
                self.number_probes(pairs, move |subject, i, by| *numbers(&mut subject.candidate)[i] += by)
            }
            Kind::World(numbers, places) => {
                let (mut values, mut slopes) = (subject.world.clone(), derivatives.world);
                let pairs = numbers(&mut values).into_iter().zip(places(&mut slopes));
                self.number_probes(pairs, move |subject, i, by| *numbers(&mut subject.world)[i] += by)
            }
            // From the spawn point there is no state to choose.
            Kind::Pose | Kind::Motion if subject.start.is_none() => Vec::new(),
            Kind::Pose => pose_probes(subject, &derivatives.state),
            Kind::Motion => motion_probes(subject, &derivatives.state),
        }
    }

    fn number_probes<'n>(
        &self,
        pairs: impl Iterator<Item = (&'n mut f64, &'n mut f64)>,
        nudge: impl Fn(&mut Subject, usize, f64) + Copy + Sync + 'static,
    ) -> Vec<Probe<'static>> {
        let pairs: Vec<(f64, f64)> = pairs.map(|(value, slope)| (*value, *slope)).collect();
        // Numbers of a class are alike: what is zero is nudged as far as the others.
        let size = pairs.iter().fold(0.0, |size: f64, (value, _)| size.max(value.abs()));
        let probe = |(i, &(value, derivative)): (usize, &(f64, f64))| Probe {
            name: format!("{} {i}", self.name),
            scale: if value == 0.0 { size } else { value.abs().max(1e-3 * size) },
            derivative,
            nudge: Box::new(move |subject: &mut Subject, by: f64| nudge(subject, i, by)),
        };
        pairs.iter().enumerate().map(probe).collect()
    }
}

fn gene_probes<'a>(belongs: fn(Field) -> bool, subject: &'a Subject, slopes: &'a [f64]) -> Vec<Probe<'a>> {
    let genes = subject.genome.parameters();
    let chosen = genes.into_iter().zip(slopes).enumerate().filter(|(_, ((id, _), _))| belongs(id.field));
    let probe = |(i, ((id, value), &derivative)): (usize, ((ParameterId, f64), &f64))| Probe {
        name: format!("{:?} {}", id.field, id.index),
        scale: value.abs().clamp(0.1, 1.0),
        derivative,
        nudge: Box::new(move |subject: &mut Subject, by: f64| subject.nudge_gene(i, by)),
    };
    chosen.map(probe).collect()
}

fn state_probe<'a>(name: String, derivative: f64, nudge: impl Fn(&mut State<f64>, f64) + Sync + 'a) -> Probe<'a> {
    let nudge = move |subject: &mut Subject, by: f64| {
        if let Some(start) = &mut subject.start {
            nudge(&mut start.state, by);
        }
    };
    Probe { name, scale: 0.1, derivative, nudge: Box::new(nudge) }
}

const AXES: [(char, Vec3<f64>); 3] =
    [('x', vec3(1.0, 0.0, 0.0)), ('y', vec3(0.0, 1.0, 0.0)), ('z', vec3(0.0, 0.0, 1.0))];

fn pose_probes<'a>(subject: &Subject, slopes: &StateGradient<f64>) -> Vec<Probe<'a>> {
    let mut probes = Vec::new();
    for (name, axis) in AXES {
        probes.push(state_probe(format!("position {name}"), slopes.position.dot(axis), move |state, by| {
            state.position += axis * by;
        }));
        probes.push(state_probe(format!("rotation {name}"), slopes.rotation.dot(axis), move |state, by| {
            state.orientation = Quat::about_axis(axis, by) * state.orientation;
        }));
    }
    for i in 1..subject.candidate.model.links.len() {
        probes.push(state_probe(format!("angle {i}"), slopes.angles[i], move |state, by| state.links[i].angle += by));
    }
    probes
}

fn motion_probes<'a>(subject: &Subject, slopes: &StateGradient<f64>) -> Vec<Probe<'a>> {
    let mut probes = Vec::new();
    // A welded base does not move.
    if subject.candidate.model.base == BaseKind::Floating {
        for (name, axis) in AXES {
            probes.push(state_probe(format!("velocity {name}"), slopes.velocity.dot(axis), move |state, by| {
                state.velocity += axis * by;
            }));
            let spin = slopes.angular_velocity.dot(axis);
            probes.push(state_probe(format!("angular velocity {name}"), spin, move |state, by| {
                state.angular_velocity += axis * by;
            }));
        }
    }
    for i in 1..subject.candidate.model.links.len() {
        probes.push(state_probe(format!("rate {i}"), slopes.rates[i], move |state, by| state.links[i].rate += by));
    }
    probes
}

/// Moves a parameter of a subject by an amount.
type Nudge<'a> = dyn Fn(&mut Subject, f64) + Sync + 'a;

/// Every class; the first are genes, and gradients of the others do without a genome.
pub const CLASSES: [Class; 26] = [
    Class {
        name: "genes: shape sizes",
        kind: Kind::Genes(|f| matches!(f, Field::LogRadius | Field::LogLength | Field::LogHalf)),
    },
    Class { name: "genes: density", kind: Kind::Genes(|f| f == Field::LogDensity) },
    Class {
        name: "genes: attachment",
        kind: Kind::Genes(|f| matches!(f, Field::Attach | Field::Orientation | Field::LogScale)),
    },
    Class { name: "genes: axis", kind: Kind::Genes(|f| f == Field::Axis) },
    Class { name: "genes: limits", kind: Kind::Genes(|f| matches!(f, Field::Lower | Field::Upper)) },
    Class { name: "genes: gains", kind: Kind::Genes(|f| matches!(f, Field::LogKp | Field::LogKd)) },
    Class { name: "genes: torque limit", kind: Kind::Genes(|f| f == Field::LogTorque) },
    Class { name: "genes: gears", kind: Kind::Genes(|f| f == Field::LogGear) },
    Class { name: "genes: brain", kind: Kind::Genes(|f| f >= Field::Frequency) },
    Class { name: "mass", kind: Kind::Candidate(|c| links(c, |l| vec![&mut l.mass])) },
    Class { name: "centre of mass", kind: Kind::Candidate(|c| links(c, |l| vector(&mut l.com))) },
    Class { name: "inertia", kind: Kind::Candidate(|c| links(c, |l| symmetric(&mut l.inertia))) },
    Class { name: "joint position", kind: Kind::Candidate(|c| joints(c, |j| vector(&mut j.position))) },
    Class { name: "gains", kind: Kind::Candidate(|c| joints(c, |j| vec![&mut j.servo.kp, &mut j.servo.kd])) },
    Class { name: "torque limit", kind: Kind::Candidate(|c| joints(c, |j| vec![&mut j.servo.torque_limit])) },
    Class {
        name: "no-load speed",
        kind: Kind::Candidate(|c| joints(c, |j| j.servo.no_load_speed.as_mut().into_iter().collect())),
    },
    Class { name: "joint limits", kind: Kind::Candidate(|c| joints(c, limits)) },
    Class { name: "joint damping", kind: Kind::Candidate(|c| joints(c, |j| vec![&mut j.damping])) },
    Class { name: "armature", kind: Kind::Candidate(|c| joints(c, |j| vec![&mut j.armature])) },
    Class { name: "contact points", kind: Kind::Candidate(contacts) },
    Class { name: "shapes", kind: Kind::Candidate(shapes) },
    Class { name: "contact stiffness", kind: Kind::Candidate(|c| vec![&mut c.model.contact_stiffness]) },
    Class { name: "policy", kind: Kind::Candidate(policy) },
    Class { name: "gravity, friction", kind: Kind::World(world, world_gradient) },
    Class { name: "start: pose", kind: Kind::Pose },
    Class { name: "start: motion", kind: Kind::Motion },
];

/// Sizes and places of the links' shapes, where links touch each other; elsewhere only pictures use them.
fn shapes(candidate: &mut Candidate<f64>) -> Vec<&mut f64> {
    let model = &mut candidate.model;
    if model.pairs.is_empty() {
        return Vec::new();
    }
    fn numbers(shape: &mut Shape<f64>) -> Vec<&mut f64> {
        let (mut all, more) = match shape {
            Shape::Sphere { centre, radius } => (vector(centre), vec![radius]),
            Shape::Capsule { from, to, radius } => (vector(from), vector(to).into_iter().chain([radius]).collect()),
            Shape::Box { centre, half, .. } => (vector(centre), vector(half)),
        };
        all.extend(more);
        all
    }
    model.colliders.iter_mut().flat_map(|collider| numbers(&mut collider.shape)).collect()
}

/// Gravity, friction and contact damping.
fn world(w: &mut World<f64>) -> Vec<&mut f64> {
    let Vec3 { x, y, z } = &mut w.gravity;
    vec![x, y, z, &mut w.friction, &mut w.contact_damping]
}

/// In the order of [`world`].
fn world_gradient(g: &mut WorldGradient<f64>) -> Vec<&mut f64> {
    let Vec3 { x, y, z } = &mut g.gravity;
    vec![x, y, z, &mut g.friction, &mut g.contact_damping]
}

fn vector(v: &mut Vec3<f64>) -> Vec<&mut f64> {
    vec![&mut v.x, &mut v.y, &mut v.z]
}

fn symmetric(s: &mut Sym3<f64>) -> Vec<&mut f64> {
    vec![&mut s.xx, &mut s.yy, &mut s.zz, &mut s.xy, &mut s.xz, &mut s.yz]
}

fn links(candidate: &mut Candidate<f64>, of: fn(&mut Link<f64>) -> Vec<&mut f64>) -> Vec<&mut f64> {
    candidate.model.links.iter_mut().flat_map(of).collect()
}

fn joints(candidate: &mut Candidate<f64>, of: fn(&mut Joint<f64>) -> Vec<&mut f64>) -> Vec<&mut f64> {
    candidate.model.joints.iter_mut().flat_map(of).collect()
}

fn limits(joint: &mut Joint<f64>) -> Vec<&mut f64> {
    let JointKind::Hinge(hinge) = &mut joint.kind;
    vec![&mut hinge.lower, &mut hinge.upper, &mut hinge.limit_stiffness]
}

fn contacts(candidate: &mut Candidate<f64>) -> Vec<&mut f64> {
    fn point(c: &mut ContactPoint<f64>) -> [&mut f64; 4] {
        let Vec3 { x, y, z } = &mut c.centre;
        [x, y, z, &mut c.radius]
    }
    candidate.model.contacts.iter_mut().flat_map(point).collect()
}

fn policy(candidate: &mut Candidate<f64>) -> Vec<&mut f64> {
    match &mut candidate.controller {
        Controller::Cpg { frequency, joints } => std::iter::once(frequency)
            .chain(joints.iter_mut().flat_map(|j| [&mut j.amplitude, &mut j.phase, &mut j.offset]))
            .collect(),
        Controller::Mlp { frequency, layers, clocks } => std::iter::once(frequency)
            .chain(layers.iter_mut().flat_map(|l| l.weights.iter_mut().chain(&mut l.biases)))
            .chain(clocks.iter_mut().flatten())
            .collect(),
        Controller::Sequence { actions } => actions.iter_mut().collect(),
    }
}
