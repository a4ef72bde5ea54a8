//! The bodies that are timed: random trees of capsules, each link with two contact points.

use burgess_core::math::{Sym3, Vec3, vec3};
use burgess_core::rng::Stream;
use burgess_physics::laws::joint::Servo;
use burgess_physics::model::Solid;
use burgess_physics::model::{BaseKind, Collider, ContactPoint, Hinge, Joint, JointKind, Link, Model, Shape};

/// Joints between the base and the farthest link: each tree draws its own bound.
const DEPTHS: [usize; 4] = [2, 3, 4, 5];
/// Most children of a link.
const CHILDREN: usize = 6;
/// Density of all links (kg/m3).
const DENSITY: f64 = 500.0;
/// Normal stiffness of a contact point (N/m).
const STIFFNESS: f64 = 1e4;

/// A random body of `count` links: a capsule of 0.2 m, and limbs of 0.08 to 0.2 m that point down and outwards.
pub fn random_body(count: usize, stream: &mut Stream) -> Model<f64> {
    let parents = random_tree(count, stream);
    let mut links: Vec<Link<f64>> = Vec::with_capacity(count);
    let mut joints = Vec::with_capacity(count);
    let mut colliders = Vec::with_capacity(count);
    let mut along: Vec<Vec3<f64>> = Vec::with_capacity(count);
    let mut contacts = Vec::with_capacity(2 * count);
    for (i, &parent) in parents.iter().enumerate() {
        let (direction, radius, length) = if i == 0 {
            (vec3(1.0, 0.0, 0.0), 0.06, 0.2)
        } else {
            let down = -0.6 * stream.range(0.0, 1.0);
            let out = vec3(stream.range(-1.0, 1.0), stream.range(-1.0, 1.0), down);
            (out.normalised(), stream.range(0.02, 0.035), stream.range(0.08, 0.2))
        };
        let position = if i == 0 { Vec3::zero() } else { along[parent] * stream.range(0.3, 1.0) };
        let swing = vec3(stream.range(-1.0, 1.0), stream.range(-1.0, 1.0), stream.range(-1.0, 1.0)).normalised();
        let end = direction * length;
        links.push(link(parent, end, radius));
        if i > 0 {
            joints.push(joint(position, swing));
        }
        colliders.push(Collider { link: i, shape: Shape::Capsule { from: Vec3::zero(), to: end, radius } });
        contacts.extend([Vec3::zero(), end].map(|centre| ContactPoint::fixed(i, centre, radius)));
        along.push(end);
    }
    let mut model = Model {
        base: BaseKind::Floating,
        links,
        joints,
        colliders,
        contacts,
        objects: Vec::new(),
        pairs: Vec::new(),
        contact_stiffness: STIFFNESS,
        friction: None,
        limb_ends: Vec::new(),
    };
    model.limb_ends = model.childless_links();
    model
}

fn link(parent: usize, end: Vec3<f64>, radius: f64) -> Link<f64> {
    let length = end.norm_squared().sqrt();
    let properties = Solid::Capsule(radius, length).mass_properties(DENSITY);
    let (m, direction) = (properties.moments, end.normalised());
    let inertia = Sym3::scalar(m.y) + Sym3::outer(direction) * (m.x - m.y);
    Link { parent, mass: properties.mass, com: end * 0.5, inertia }
}

fn joint(position: Vec3<f64>, axis: Vec3<f64>) -> Joint<f64> {
    Joint {
        position,
        kind: JointKind::Hinge(Hinge { axis, lower: -0.8, upper: 0.8, limit_stiffness: 300.0 }),
        servo: Servo { kp: 15.0, kd: 0.4, torque_limit: 6.0, no_load_speed: None },
        armature: 0.005,
        damping: 0.05,
    }
}

/// Parents of `count` links in preorder.
fn random_tree(count: usize, stream: &mut Stream) -> Vec<usize> {
    let deepest = DEPTHS[stream.below(DEPTHS.len())];
    let mut depths = vec![0];
    let mut children: Vec<Vec<usize>> = vec![Vec::new()];
    for i in 1..count {
        let free: Vec<usize> = (0..i).filter(|&j| depths[j] < deepest && children[j].len() < CHILDREN).collect();
        let parent = free[stream.below(free.len())];
        depths.push(depths[parent] + 1);
        children[parent].push(i);
        children.push(Vec::new());
    }
    let mut parents = Vec::with_capacity(count);
    let mut stack = vec![(0, 0)];
    while let Some((node, parent)) = stack.pop() {
        let place = parents.len();
        parents.push(parent);
        stack.extend(children[node].iter().rev().map(|&child| (child, place)));
    }
    parents
}
