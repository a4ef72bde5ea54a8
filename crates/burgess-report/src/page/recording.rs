//! The recorded motion of one creature, with what a page needs to draw its body.

use super::pack::{Channel, Code, compressed, pack};
use crate::pictures::{ColouredBody, direction_to_camera, link_colours, object_colour};
use anyhow::{Result, ensure};
use burgess_core::math::{Mat3, Quat, Vec3};
use burgess_physics::laws::terrain::Terrain;
use burgess_physics::model::{BaseKind, JointKind, Model, Shape};
use burgess_physics::step::trace::TraceRow;
use serde::Serialize;

/// Quanta of what is recorded: a number in a page differs from the simulated one by at most half of its quantum, as long as the number's range
/// is below 32767 quanta (3.3 m for positions). For each doubling of the range beyond, the quantum doubles.
pub mod quanta {
    /// Position of the base and of objects (m).
    pub const POSITION: f64 = 1e-4;
    /// Components of unit quaternions.
    pub const ORIENTATION: f64 = 1e-4;
    /// Joint angles and servo targets (rad).
    pub const ANGLE: f64 = 5e-4;
    /// Points of contact (m).
    pub const CONTACT: f64 = 2e-3;
    /// Torques, as a share of the joint's torque limit.
    pub const TORQUE: f64 = 2e-3;
    /// Contact forces, as a share of the creature's weight.
    pub const FORCE: f64 = 5e-3;
    /// Rewards, as a share of the largest one in the recording.
    pub const REWARD: f64 = 5e-4;
}

/// Name of a joint, such as the gene that made it.
pub type JointName = String;

/// The motion of a creature and the facts of its body, compressed.
#[derive(Clone, Debug)]
pub struct Recording {
    pub(super) bytes: Vec<u8>,
}

/// What is recorded of a creature.
#[derive(Clone, Copy, Debug)]
pub struct Performance<'a> {
    /// The body.
    pub body: ColouredBody<'a>,
    /// Names of its joints, link 1 first.
    pub joints: &'a [JointName],
    /// The ground.
    pub terrain: &'a Terrain<f64>,
    /// Weight (N), which makes forces comparable.
    pub weight: f64,
    /// Its moments at equal distances in time; only the last one may follow sooner.
    pub moments: &'a [TraceRow],
    /// How the episode ended, in words.
    pub ending: &'a str,
    /// The reward of this recording.
    pub reward: f64,
}

#[derive(Serialize)]
struct Facts<'a> {
    floating: bool,
    /// From the body to the camera.
    view: [f32; 3],
    weight: f32,
    links: Vec<LinkFacts>,
    joints: Vec<JointFacts<'a>>,
    solids: Vec<SolidFacts>,
    ends: &'a [usize],
    /// Links that the ground touched.
    touching: Vec<usize>,
    /// Links of objects, whose poses follow.
    objects: usize,
    terms: usize,
    frames: usize,
    step: f64,
    end: f64,
    ending: &'a str,
    reward: f32,
    codes: Vec<Code>,
}

#[derive(Serialize)]
struct LinkFacts {
    parent: usize,
    mass: f32,
    gene: String,
}

#[derive(Serialize)]
struct JointFacts<'a> {
    name: &'a str,
    at: [f32; 3],
    axis: [f32; 3],
    range: [f32; 2],
    kp: f32,
    kd: f32,
    torque: f32,
    speed: Option<f32>,
}

/// A box with rounded edges, of which spheres and capsules are special cases.
#[derive(Serialize)]
struct SolidFacts {
    link: usize,
    kind: &'static str,
    at: [f32; 3],
    /// w, x, y, z.
    turn: [f32; 4],
    half: [f32; 3],
    round: f32,
    reach: f32,
    colour: [f32; 3],
}

/// Of so many moments one must be seen past all ground.
const VIEW_STRIDE: usize = 8;

impl Recording {
    /// Records a performance.
    ///
    /// # Errors
    ///
    /// If the body has no link or no moment, or if a moment does not fit the body.
    pub fn new(performance: &Performance<'_>) -> Result<Self> {
        let Performance { body, joints, terrain, weight, moments, ending, reward } = *performance;
        let model = body.model;
        let moments = &moments[..finite_count(moments)];
        ensure!(!moments.is_empty(), "there is no moment at which all links have a finite place");
        let fits = |m: &TraceRow| m.poses.len() + m.objects.len() == model.link_count();
        ensure!(moments.iter().all(fits), "a moment does not have one pose for each of {} links", model.link_count());
        ensure!(joints.len() == model.joints.len(), "{} names for {} joints", joints.len(), model.joints.len());
        let links = model.links.len();
        let touching: Vec<usize> = (0..links).filter(|&link| moments.iter().any(|m| m.contacts[link] > 0.0)).collect();
        let terms = moments[0].reward_terms.len();
        let packed = pack(&channels(model, weight, &touching, moments));
        let seen: Vec<_> = moments.iter().step_by(VIEW_STRIDE).map(|m| [&m.poses[..], &m.objects].concat()).collect();
        let facts = Facts {
            floating: model.base == BaseKind::Floating,
            view: direction_to_camera(body, terrain, &seen),
            weight: weight as f32,
            links: link_facts(body),
            joints: joint_facts(model, joints),
            solids: solid_facts(body),
            ends: &model.limb_ends,
            touching,
            objects: model.link_count() - links,
            terms,
            frames: moments.len(),
            step: moments.get(1).map_or(0.0, |second| second.time - moments[0].time),
            end: moments[moments.len() - 1].time,
            ending,
            reward: reward as f32,
            codes: packed.codes,
        };
        let facts = serde_json::to_vec(&facts)?;
        let length = (facts.len() as u32).to_le_bytes();
        Ok(Self { bytes: compressed(&[&length[..], &facts, &packed.bytes].concat())? })
    }

    /// Its length in a page (bytes).
    pub fn size(&self) -> usize {
        self.bytes.len().div_ceil(3) * 4
    }
}

/// How many moments there are before the first one that is not finite.
fn finite_count(moments: &[TraceRow]) -> usize {
    let is_finite = |m: &TraceRow| m.poses.iter().chain(&m.objects).all(|(p, q)| p.is_finite() && q.is_finite());
    moments.iter().position(|m| !is_finite(m)).unwrap_or(moments.len())
}

/// What the page replays, in the order in which it reads it.
fn channels(model: &Model<f64>, weight: f64, touching: &[usize], moments: &[TraceRow]) -> Vec<Channel> {
    let channel = |quantum: f64, value: &dyn Fn(&TraceRow) -> f64| Channel {
        values: moments.iter().map(value).collect(),
        quantum,
    };
    let mut channels = pose_channels(moments, |m| m.poses[0]);
    for (joint, own) in model.joints.iter().enumerate() {
        channels.push(channel(quanta::ANGLE, &|m| m.angles[joint]));
        channels.push(channel(quanta::ANGLE, &|m| m.targets[joint]));
        channels.push(channel(quanta::TORQUE * own.servo.torque_limit, &|m| m.torques[joint]));
    }
    for &link in touching {
        // While a link does not touch, its point stays where it was: that costs no bytes.
        let point = |m: &TraceRow, axis: usize| match m.contacts[link] > 0.0 {
            true => m.ground_forces[link].point.to_array()[axis],
            false => f64::NAN,
        };
        (0..3).for_each(|axis| channels.push(channel(quanta::CONTACT, &|m| point(m, axis))));
        let force = |m: &TraceRow, axis: usize| m.ground_forces[link].force.to_array()[axis];
        (0..3).for_each(|axis| channels.push(channel(quanta::FORCE * weight, &|m| force(m, axis))));
    }
    let largest =
        moments.iter().flat_map(|m| m.reward_terms.iter().chain([&m.reward])).fold(1e-6, |a: f64, b| a.max(b.abs()));
    channels.push(channel(quanta::REWARD * largest, &|m| m.reward));
    for term in 0..moments[0].reward_terms.len() {
        channels.push(channel(quanta::REWARD * largest, &|m| m.reward_terms[term]));
    }
    for object in 0..moments[0].objects.len() {
        channels.extend(pose_channels(moments, |m| m.objects[object]));
    }
    channels
}

/// Position and orientation (w, x, y, z) over time.
fn pose_channels(moments: &[TraceRow], pose: impl Fn(&TraceRow) -> (Vec3<f64>, Quat<f64>)) -> Vec<Channel> {
    let mut values: [Vec<f64>; 7] = Default::default();
    let mut before = [1.0, 0.0, 0.0, 0.0];
    for moment in moments {
        let (position, orientation) = pose(moment);
        let [x, y, z] = orientation.v.to_array();
        let turn = [orientation.w, x, y, z];
        // A quaternion and its negative are the same rotation: of the two, the one nearer to the last is smooth in time.
        let sign = if turn.iter().zip(before).map(|(a, b)| a * b).sum::<f64>() < 0.0 { -1.0 } else { 1.0 };
        before = turn.map(|c| sign * c);
        let numbers = position.to_array().into_iter().chain(before);
        values.iter_mut().zip(numbers).for_each(|(channel, number)| channel.push(number));
    }
    let quantum = |place: usize| if place < 3 { quanta::POSITION } else { quanta::ORIENTATION };
    values.into_iter().enumerate().map(|(place, values)| Channel { values, quantum: quantum(place) }).collect()
}

fn link_facts(body: ColouredBody<'_>) -> Vec<LinkFacts> {
    let fact = |(link, kind): (&burgess_physics::model::Link<f64>, &u64)| LinkFacts {
        parent: link.parent,
        mass: link.mass as f32,
        // As text: a program that reads JSON may round a number of 64 bits.
        gene: kind.to_string(),
    };
    body.model.links.iter().zip(body.kinds).map(fact).collect()
}

fn joint_facts<'a>(model: &Model<f64>, names: &'a [JointName]) -> Vec<JointFacts<'a>> {
    let fact = |(joint, name): (&burgess_physics::model::Joint<f64>, &'a JointName)| {
        let JointKind::Hinge(hinge) = &joint.kind;
        JointFacts {
            name,
            at: single(joint.position),
            axis: single(hinge.axis),
            range: [hinge.lower as f32, hinge.upper as f32],
            kp: joint.servo.kp as f32,
            kd: joint.servo.kd as f32,
            torque: joint.servo.torque_limit as f32,
            speed: joint.servo.no_load_speed.map(|speed| speed as f32),
        }
    };
    model.joints.iter().zip(names).map(fact).collect()
}

fn solid_facts(body: ColouredBody<'_>) -> Vec<SolidFacts> {
    let mut colours = link_colours(body.kinds);
    colours.extend(body.model.objects.iter().flat_map(|o| o.body.links.iter().map(|_| object_colour(o))));
    body.model.all_colliders().map(|(link, shape)| solid_fact(link, shape, colours[link])).collect()
}

fn solid_fact(link: usize, shape: &Shape<f64>, colour: [f32; 3]) -> SolidFacts {
    let solid = |kind, at: Vec3<f64>, turn: Quat<f64>, half: Vec3<f64>, round: f64, reach: f64| {
        let [x, y, z] = single(turn.v);
        let turn = [turn.w as f32, x, y, z];
        SolidFacts {
            link,
            kind,
            at: single(at),
            turn,
            half: single(half),
            round: round as f32,
            reach: reach as f32,
            colour,
        }
    };
    match *shape {
        Shape::Sphere { centre, radius } => solid("sphere", centre, Quat::identity(), Vec3::zero(), radius, radius),
        Shape::Capsule { from, to, radius } => {
            let along = to - from;
            let length = along.norm_squared().sqrt();
            let half = Vec3 { x: 0.5 * length, y: 0.0, z: 0.0 };
            let turn = from_x_to(along * length.max(1e-12).recip());
            solid("capsule", (from + to) * 0.5, turn, half, radius, 0.5 * length + radius)
        }
        Shape::Box { centre, axes, half } => {
            let round = crate::pictures::ROUND * half.x.min(half.y).min(half.z);
            let core = half.map(|h| h - round);
            solid("box", centre, quaternion_of(&axes), core, round, half.norm_squared().sqrt())
        }
    }
}

/// The shortest rotation that takes the x axis to a unit vector.
fn from_x_to(to: Vec3<f64>) -> Quat<f64> {
    if to.x < -0.999_999 {
        return Quat::new(0.0, 0.0, 0.0, 1.0);
    }
    let norm = (2.0 * (1.0 + to.x)).sqrt();
    Quat::new(0.5 * norm, 0.0, -to.z / norm, to.y / norm)
}

/// The unit quaternion of a rotation matrix. Of the four components, the largest is found first, from which the others follow (Shepperd 1978).
fn quaternion_of(matrix: &Mat3<f64>) -> Quat<f64> {
    // Rows, so that `m[i][j]` is in row i.
    let m = matrix.0.map(Vec3::to_array);
    let squares = [
        1.0 + m[0][0] + m[1][1] + m[2][2],
        1.0 + m[0][0] - m[1][1] - m[2][2],
        1.0 - m[0][0] + m[1][1] - m[2][2],
        1.0 - m[0][0] - m[1][1] + m[2][2],
    ];
    let largest = (0..4).reduce(|a, b| if squares[b] > squares[a] { b } else { a }).unwrap_or(0);
    let twice = squares[largest].sqrt();
    let (sums, differences) = (
        [m[2][1] + m[1][2], m[0][2] + m[2][0], m[1][0] + m[0][1]],
        [m[2][1] - m[1][2], m[0][2] - m[2][0], m[1][0] - m[0][1]],
    );
    let other = |numerator: f64| 0.5 * numerator / twice;
    let own = 0.5 * twice;
    match largest {
        0 => Quat::new(own, other(differences[0]), other(differences[1]), other(differences[2])),
        1 => Quat::new(other(differences[0]), own, other(sums[2]), other(sums[1])),
        2 => Quat::new(other(differences[1]), other(sums[2]), own, other(sums[0])),
        _ => Quat::new(other(differences[2]), other(sums[1]), other(sums[0]), own),
    }
}

fn single(v: Vec3<f64>) -> [f32; 3] {
    v.to_array().map(|c| c as f32)
}

#[cfg(test)]
mod tests {
    use super::super::pack::unpack;
    use super::*;
    use burgess_core::math::vec3;
    use burgess_physics::example::walk;
    use burgess_physics::step::trace::trace;

    #[test]
    fn bodies_are_put_together_again_from_what_is_recorded() {
        let (plan, candidate) = walk();
        let (moments, _) = trace::<f32>(&candidate, &plan.world, &plan.task, 4);
        let model = &candidate.model;
        let packed = pack(&channels(model, model.mass() * 9.81, &[], &moments));
        let numbers = unpack(&packed, moments.len());
        for (frame, moment) in moments.iter().enumerate() {
            let at = |channel: usize| numbers[channel][frame];
            let turn = Quat::new(at(3), at(4), at(5), at(6));
            let mut poses = vec![(vec3(at(0), at(1), at(2)), turn)];
            for (i, joint) in model.joints.iter().enumerate() {
                let JointKind::Hinge(hinge) = &joint.kind;
                let (position, parent) = poses[model.links[i + 1].parent];
                let own = parent * Quat::about_axis(hinge.axis, at(7 + 3 * i));
                poses.push((position + parent.rotate(joint.position), own));
                assert!((at(8 + 3 * i) - moment.targets[i]).abs() <= 0.5 * quanta::ANGLE + 1e-9);
                let torque_bound = 0.5 * quanta::TORQUE * joint.servo.torque_limit + 1e-9;
                assert!((at(9 + 3 * i) - moment.torques[i]).abs() <= torque_bound);
            }
            for ((position, turn), (true_position, true_turn)) in poses.iter().zip(&moment.poses) {
                // Half a quantum at the base, and what its turn and one joint's angle add at the end of a leg.
                let miss = (*position - *true_position).norm_squared().sqrt();
                assert!(miss < 2e-4, "{miss} m at {} s", moment.time);
                let point = vec3(0.2, 0.0, 0.0);
                assert!((turn.rotate(point) - true_turn.rotate(point)).norm_squared().sqrt() < 2e-4);
            }
        }
    }

    #[test]
    fn shapes_become_boxes_with_rounded_edges() {
        let to = vec3(-0.1, 0.3, 0.2);
        let capsule = solid_fact(0, &Shape::Capsule { from: Vec3::zero(), to, radius: 0.05 }, [0.0; 3]);
        let [w, x, y, z] = capsule.turn.map(f64::from);
        let end = Quat::new(w, x, y, z).rotate(vec3(capsule.half[0].into(), 0.0, 0.0)) + to * 0.5;
        assert!((end - to).norm_squared() < 1e-12, "{end:?}");

        for turn in [vec3(0.4, -0.9, 0.3), vec3(3.1, 0.1, 0.0), vec3(0.0, 3.1, 0.1), vec3(0.1, 0.0, 3.1)] {
            let turn = Quat::exp(turn);
            let back = quaternion_of(&turn.to_matrix());
            let point = vec3(0.3, -0.2, 0.5);
            assert!((back.rotate(point) - turn.rotate(point)).norm_squared() < 1e-20, "{turn:?} became {back:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (plan, candidate) = walk();
        let (mut moments, _) = trace::<f32>(&candidate, &plan.world, &plan.task, 40);
        let kinds = vec![0; candidate.model.links.len()];
        let joints = vec![String::new(); candidate.model.joints.len()];
        let performance = |moments: &[TraceRow], joints: &[JointName]| {
            let body = ColouredBody { model: &candidate.model, kinds: &kinds };
            let terrain = &plan.world.terrain;
            Recording::new(&Performance {
                body,
                joints,
                terrain,
                weight: 1.0,
                moments,
                ending: "finished",
                reward: 0.0,
            })
        };
        assert!(performance(&moments, &joints).unwrap().size() > 500);
        assert!(performance(&moments, &joints[1..]).unwrap_err().to_string().contains("names for"));
        assert!(performance(&[], &joints).unwrap_err().to_string().contains("no moment"));
        moments[1].poses.pop();
        assert!(performance(&moments, &joints).unwrap_err().to_string().contains("one pose for each"));
        moments[0].poses[0].0.x = f64::NAN;
        assert!(performance(&moments, &joints).unwrap_err().to_string().contains("no moment"));
    }
}
