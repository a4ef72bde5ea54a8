//! A made-up quadruped, and a made-up walk for it that no simulation computed.

use burgess_core::math::{Mat3, Quat, Sym3, Vec3, vec3};
use burgess_physics::laws::joint::Servo;
use burgess_physics::laws::terrain::{Terrain, TerrainSpec, Wall};
use burgess_physics::model::{Collider, Hinge, Joint, JointKind, Link, Model, Shape};
use burgess_report::pictures::{ColouredBody, Frame, Pose};

/// A body that grows link by link.
struct Growing(Model<f64>);

impl Growing {
    /// Adds a link with a hinge about y, and returns its index.
    fn link(&mut self, parent: usize, shape: Shape<f64>, joint_position: Vec3<f64>) -> usize {
        let index = self.0.links.len();
        self.0.links.push(Link { parent, mass: 1.0, com: Vec3::zero(), inertia: Sym3::scalar(0.01) });
        self.0.colliders.push(Collider { link: index, shape });
        if index > 0 {
            let axis = vec3(0.0, 1.0, 0.0);
            self.0.joints.push(Joint {
                position: joint_position,
                kind: JointKind::Hinge(Hinge { axis, lower: -1.0, upper: 1.0, limit_stiffness: 300.0 }),
                servo: Servo { kp: 10.0, kd: 0.4, torque_limit: 6.0, no_load_speed: None },
                armature: 0.005,
                damping: 0.05,
            });
        }
        index
    }
}

/// The body with torso, head, thighs and shins in one colour each.
pub(crate) fn coloured(model: &Model<f64>) -> ColouredBody<'_> {
    ColouredBody { model, kinds: &[1, 4, 2, 3, 2, 3, 2, 3, 2, 3][..model.links.len()] }
}

/// A round torso with a box for a head, and four legs of two capsules.
pub(crate) fn quadruped() -> Model<f64> {
    let mut body = Growing(Model::default());
    body.link(0, Shape::Sphere { centre: Vec3::zero(), radius: 0.16 }, Vec3::zero());
    let head = Shape::Box {
        centre: vec3(0.1, 0.0, 0.03),
        axes: Quat::exp(vec3(0.0, 0.3, 0.0)).to_matrix(),
        half: vec3(0.11, 0.07, 0.05),
    };
    body.link(0, head, vec3(0.14, 0.0, 0.09));
    for (x, y) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
        let knee = vec3(0.16 * x, 0.14 * y, -0.06);
        let thigh = Shape::Capsule { from: Vec3::zero(), to: knee, radius: 0.035 };
        let thigh = body.link(0, thigh, vec3(0.1 * x, 0.1 * y, 0.0));
        let shin = Shape::Capsule { from: Vec3::zero(), to: vec3(0.04 * x, 0.02 * y, -0.22), radius: 0.028 };
        body.link(thigh, shin, knee);
    }
    body.0
}

/// The world poses of all links, from the pose of the base and one angle per link; the base's angle is not used.
fn pose(model: &Model<f64>, base: Pose, angles: &[f64]) -> Vec<Pose> {
    let mut poses = vec![base];
    for (link, &angle) in angles.iter().enumerate().skip(1) {
        let (position, orientation) = poses[model.links[link].parent];
        let joint = model.joint(link);
        let JointKind::Hinge(hinge) = &joint.kind;
        let at = position + orientation.rotate(joint.position);
        poses.push((at, orientation * Quat::about_axis(hinge.axis, angle)));
    }
    poses
}

/// Height of the ground below (x, y), by Newton's method on the distance along z.
fn height(terrain: &Terrain<f64>, x: f64, y: f64) -> f64 {
    (0..30).fold(2.0, |z, _| z - terrain.distance(vec3(x, y, z)).0)
}

/// A trot along x at 0.5 m/s, 50 frames a second.
pub(crate) fn walk(model: &Model<f64>, terrain: &Terrain<f64>, seconds: f64) -> Vec<Frame> {
    let frame = |i: usize| {
        let time = 0.02 * i as f64;
        let x = 0.5 * time;
        let swing = |phase: f64| (std::f64::consts::TAU * 1.5 * time + phase).sin();
        let angle = |link: usize| match link {
            0 | 1 => 0.15 * swing(0.0),
            // Diagonal legs move together; shins lag behind thighs.
            _ => {
                let leg = (link - 2) / 2;
                let phase = if leg == 0 || leg == 3 { 0.0 } else { std::f64::consts::PI };
                if link.is_multiple_of(2) { 0.45 * swing(phase) } else { 0.3 * swing(phase - 1.2) - 0.1 }
            }
        };
        let angles: Vec<f64> = (0..model.links.len()).map(angle).collect();
        let ground = [-0.2, 0.0, 0.2].map(|dx| height(terrain, x + dx, 0.0)).into_iter().fold(f64::MIN, f64::max);
        let base =
            (vec3(x, 0.0, ground + 0.3 + 0.015 * swing(0.5).abs()), Quat::exp(vec3(0.03 * swing(1.0), 0.0, 0.0)));
        Frame { time, poses: pose(model, base, &angles) }
    };
    (0..=(50.0 * seconds) as usize).map(frame).collect()
}

pub(crate) fn terrains() -> Vec<(&'static str, Terrain<f64>)> {
    let walls = vec![
        Wall { centre: (1.0, 0.6), half: (0.5, 0.06), height: 0.3 },
        Wall { centre: (1.6, -0.7), half: (0.15, 0.15), height: 0.12 },
        Wall { centre: (3.2, 0.0), half: (0.06, 1.0), height: 0.5 },
    ];
    [
        ("plane", TerrainSpec::Plane { slope: 0.0 }),
        ("slope", TerrainSpec::Plane { slope: 0.25 }),
        ("stairs", TerrainSpec::Stairs { start: 0.4, rise: 0.08, run: 0.35, count: 5 }),
        ("bumps", TerrainSpec::Bumps { height: 0.05, wavelength: 0.9 }),
        ("walls", TerrainSpec::Walls(walls)),
    ]
    .map(|(name, spec)| (name, spec.compile(3)))
    .into()
}

pub(crate) fn brick() -> Model<f64> {
    let mut body = Growing(Model::default());
    let shape = Shape::Box { centre: Vec3::zero(), axes: Mat3::identity(), half: vec3(0.3, 0.15, 0.1) };
    body.link(0, shape, Vec3::zero());
    body.0
}
