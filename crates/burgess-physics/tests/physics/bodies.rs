//! Bodies built by hand, so that the physics tests do not rest on genes and their expansion.

use burgess_core::math::{Mat3, Sym3, Vec3, vec3};
use burgess_core::rng::Stream;
use burgess_physics::laws::joint::Servo;
use burgess_physics::model::{
    BaseKind, Collider, ContactPoint, Controller, CpgJoint, Hinge, Joint, JointKind, Link, Model, Shape,
};
use burgess_physics::step::pairs::pairs_that_touch;
use burgess_physics::world::SelfCollision;
use std::f64::consts::PI;

/// A body under construction; every field of a link or a joint can be changed before `build`.
pub(crate) struct Builder {
    pub(crate) base: BaseKind,
    pub(crate) links: Vec<Link<f64>>,
    pub(crate) joints: Vec<Joint<f64>>,
    colliders: Vec<Collider<f64>>,
}

pub(crate) fn v(a: [f64; 3]) -> Vec3<f64> {
    Vec3::from_f64(a)
}

impl Builder {
    pub(crate) fn new(base: BaseKind) -> Self {
        Self { base, links: Vec::new(), joints: Vec::new(), colliders: Vec::new() }
    }

    /// Adds a link with passive, undamped hinge; returns its index.
    pub(crate) fn add(
        &mut self,
        parent: usize,
        position: Vec3<f64>,
        axis: Vec3<f64>,
        shape: Shape<f64>,
        density: f64,
    ) -> usize {
        let (mass, com, inertia) = mass_properties(&shape, density);
        let index = self.links.len();
        self.links.push(Link { parent, mass, com, inertia });
        self.colliders.push(Collider { link: index, shape });
        if index > 0 {
            self.joints.push(Joint {
                position,
                kind: JointKind::Hinge(Hinge { axis, lower: -1e3, upper: 1e3, limit_stiffness: 30.0 }),
                servo: Servo { kp: 0.0, kd: 0.0, torque_limit: 1e9, no_load_speed: None },
                armature: 0.0,
                damping: 0.0,
            });
        }
        index
    }

    /// Sets the limits (rad) of all hinges.
    pub(crate) fn limit(&mut self, lower: f64, upper: f64) {
        for joint in &mut self.joints {
            let JointKind::Hinge(hinge) = &mut joint.kind;
            (hinge.lower, hinge.upper) = (lower, upper);
        }
    }

    /// With a contact stiffness (N/m) and contact points on every link, or none.
    pub(crate) fn build(self, contact_stiffness: f64, touching: bool) -> Model<f64> {
        let contacts = if touching {
            self.colliders.iter().flat_map(|collider| contact_points(collider.link, &collider.shape)).collect()
        } else {
            Vec::new()
        };
        let mut model = Model {
            base: self.base,
            links: self.links,
            joints: self.joints,
            colliders: self.colliders,
            contacts,
            objects: Vec::new(),
            pairs: Vec::new(),
            contact_stiffness,
            friction: None,
            limb_ends: Vec::new(),
        };
        model.limb_ends = model.childless_links();
        model
    }
}

fn contact_points(link: usize, shape: &Shape<f64>) -> Vec<ContactPoint<f64>> {
    match *shape {
        Shape::Sphere { centre, radius } => vec![ContactPoint::fixed(link, centre, radius)],
        Shape::Capsule { from, to, radius } => {
            [from, to].map(|centre| ContactPoint::fixed(link, centre, radius)).into()
        }
        Shape::Box { centre, axes, half } => {
            let radius = 0.01;
            let signs = [-1.0, 1.0];
            let corner = |sx: f64, sy: f64, sz: f64| {
                centre + axes * vec3(sx * (half.x - radius), sy * (half.y - radius), sz * (half.z - radius))
            };
            let mut points = Vec::new();
            for sx in signs {
                for sy in signs {
                    for sz in signs {
                        points.push(ContactPoint::fixed(link, corner(sx, sy, sz), radius));
                    }
                }
            }
            points
        }
    }
}

fn mass_properties(shape: &Shape<f64>, density: f64) -> (f64, Vec3<f64>, Sym3<f64>) {
    match *shape {
        Shape::Sphere { centre, radius: r } => {
            let m = density * 4.0 / 3.0 * PI * r.powi(3);
            (m, centre, Sym3::scalar(0.4 * m * r * r))
        }
        Shape::Capsule { from, to, radius: r } => {
            let axis = to - from;
            let l = axis.norm_squared().sqrt();
            let d = axis * (1.0 / l);
            let (mc, ms) = (density * PI * r * r * l, density * 4.0 / 3.0 * PI * r.powi(3));
            let along = 0.5 * mc * r * r + 0.4 * ms * r * r;
            let across = mc * (l * l / 12.0 + r * r / 4.0) + ms * (0.4 * r * r + l * l / 4.0 + 3.0 * l * r / 8.0);
            (mc + ms, (from + to) * 0.5, Sym3::scalar(across) + Sym3::outer(d) * (along - across))
        }
        Shape::Box { centre, axes, half: h } => {
            let m = density * 8.0 * h.x * h.y * h.z;
            let d = vec3(h.y * h.y + h.z * h.z, h.x * h.x + h.z * h.z, h.x * h.x + h.y * h.y) * (m / 3.0);
            (m, centre, Sym3::diagonal(d).rotated(axes))
        }
    }
}

pub(crate) fn sphere(radius: f64) -> Shape<f64> {
    Shape::Sphere { centre: Vec3::zero(), radius }
}

pub(crate) fn capsule(radius: f64, along: Vec3<f64>) -> Shape<f64> {
    Shape::Capsule { from: Vec3::zero(), to: along, radius }
}

pub(crate) fn cuboid(half: [f64; 3]) -> Shape<f64> {
    Shape::Box { centre: Vec3::zero(), axes: Mat3::identity(), half: v(half) }
}

/// Capsules of 0.3 m hanging from each other; with a welded base the first hinge is at the base origin.
pub(crate) fn chain(base: BaseKind, axes: &[[f64; 3]]) -> Builder {
    let mut b = Builder::new(base);
    let down = vec3(0.0, 0.0, -0.3);
    let link = || capsule(0.03, down);
    match base {
        BaseKind::Welded => {
            b.add(0, Vec3::zero(), vec3(0.0, 0.0, 1.0), sphere(0.02), 500.0);
            for (i, &axis) in axes.iter().enumerate() {
                b.add(i, if i == 0 { Vec3::zero() } else { down }, v(axis), link(), 500.0);
            }
        }
        BaseKind::Floating => {
            b.add(0, Vec3::zero(), vec3(0.0, 0.0, 1.0), link(), 500.0);
            for (i, &axis) in axes.iter().enumerate() {
                b.add(i, down, v(axis), link(), 500.0);
            }
        }
    }
    b
}

/// The eight-hinge ant of the reference cases, 4 kg; the servo gains are those of the defaults table.
pub(crate) fn ant() -> Builder {
    let mut b = Builder::new(BaseKind::Floating);
    b.add(0, Vec3::zero(), vec3(0.0, 0.0, 1.0), sphere(0.12), 250.0);
    for leg in 0..4 {
        let a = PI / 4.0 + f64::from(leg) * PI / 2.0;
        let out = vec3(a.cos(), a.sin(), 0.0);
        let hip = b.add(0, out * 0.12, vec3(0.0, 0.0, 1.0), capsule(0.03, out * 0.15), 500.0);
        let shin = (out * 0.9_f64.cos() - vec3(0.0, 0.0, 0.9_f64.sin())) * 0.25;
        b.add(hip, out * 0.15, vec3(-a.sin(), a.cos(), 0.0), capsule(0.025, shin), 500.0);
    }
    b.limit(-0.8, 0.8);
    for joint in &mut b.joints {
        let JointKind::Hinge(hinge) = &mut joint.kind;
        hinge.limit_stiffness = 300.0;
        (joint.armature, joint.damping) = (0.005, 0.05);
        joint.servo = Servo { kp: 15.0, kd: 0.4, torque_limit: 6.0, no_load_speed: None };
    }
    b
}

fn random_vector(stream: &mut Stream, scale: f64) -> Vec3<f64> {
    vec3(stream.normal(), stream.normal(), stream.normal()) * scale
}

pub(crate) fn random_shape(stream: &mut Stream) -> (Shape<f64>, Vec3<f64>) {
    let along = random_vector(stream, 1.0).normalised() * stream.range(0.1, 0.2);
    match stream.below(3) {
        0 => {
            let radius = stream.range(0.03, 0.06);
            (Shape::Sphere { centre: along.normalised() * radius, radius }, along.normalised() * (2.0 * radius))
        }
        1 => (capsule(stream.range(0.015, 0.03), along), along),
        _ => {
            let half = vec3(stream.range(0.04, 0.08), stream.range(0.02, 0.04), stream.range(0.02, 0.04));
            let Shape::Box { axes, .. } = cuboid([1.0; 3]) else { unreachable!() };
            let end = vec3(2.0 * half.x, 0.0, 0.0);
            (Shape::Box { centre: end * 0.5, axes, half }, end)
        }
    }
}

/// A body of random shapes whose joints fold it together, with servos of so many times the usual torque.
pub(crate) fn folding_body(stream: &mut Stream, strength: f64) -> Model<f64> {
    let mut b = Builder::new(BaseKind::Floating);
    b.add(0, Vec3::zero(), vec3(0.0, 0.0, 1.0), cuboid([0.1, 0.08, 0.05]), 400.0);
    for limb in 0..4 {
        let angle = f64::from(limb) * 1.57 + 0.5;
        let out = vec3(0.12 * angle.cos(), 0.1 * angle.sin(), 0.0);
        let (shape, end) = random_shape(stream);
        let axis = random_vector(stream, 1.0).normalised();
        let first = b.add(0, out, axis, shape, 500.0);
        let (shape, _) = random_shape(stream);
        b.add(first, end, random_vector(stream, 1.0).normalised(), shape, 500.0);
    }
    b.limit(-2.5, 2.5);
    for joint in &mut b.joints {
        let JointKind::Hinge(hinge) = &mut joint.kind;
        hinge.limit_stiffness = 300.0;
        (joint.armature, joint.damping) = (0.005, 0.05);
        (joint.servo.kp, joint.servo.kd, joint.servo.torque_limit) = (15.0, 0.4, 6.0 * strength);
    }
    let stiffness = b.links.iter().map(|link| link.mass).sum::<f64>() * 9.81 / 4e-3;
    let mut model = b.build(stiffness, true);
    model.pairs = pairs_that_touch(&model, &SelfCollision::On);
    model
}

/// A brain that keeps folding it.
pub(crate) fn folding_brain(stream: &mut Stream, model: &Model<f64>) -> Controller<f64> {
    let joint = |_| CpgJoint {
        amplitude: stream.range(0.4, 0.9),
        phase: stream.range(0.0, 2.0 * PI),
        offset: stream.range(-0.6, 0.6),
    };
    Controller::Cpg { frequency: 1.2, joints: (0..model.joint_count()).map(joint).collect() }
}
