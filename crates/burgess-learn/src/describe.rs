//! A body as the network sees it: a row of numbers a link, and who hangs on whom.
//!
//! All numbers are free of units, in the body's own measures: its length is that of a cube of its mass, its time that in which something
//! falls as far (Alexander 1989, "Optimization and gaits in the locomotion of vertebrates": animals of all sizes move alike at equal Froude
//! numbers). So two bodies that differ in size only look the same but for the number that says how large they are.

use burgess_core::autodiff::{Real, real};
use burgess_core::math::Vec3;
use burgess_physics::model::{Joint, JointKind, Model, rest_origins};

/// Numbers of a link.
pub const FEATURES: usize = 26;

/// Length of a body of [`REFERENCE_MASS`] (m).
const REFERENCE_LENGTH: f64 = 0.25;
/// The mass whose measures are one (kg).
const REFERENCE_MASS: f64 = 4.0;
/// Gravity that times are counted by (m/s2).
const GRAVITY: f64 = 9.81;

/// A body as the network sees it.
#[derive(Clone, Debug)]
pub struct Description<T> {
    /// The parent of each link, smaller than the link's own number; the base names itself.
    pub parents: Vec<usize>,
    /// [`FEATURES`] numbers a link, link after link.
    pub features: Vec<T>,
    /// Its measures.
    pub measures: Measures<T>,
    /// For each joint, where its zero angle lies in its range: artanh of the share of the half range, from the middle.
    pub at_rest: Vec<T>,
}

/// The measures of a body, as multiples of those of a body of 4 kg.
#[derive(Clone, Copy, Debug)]
pub struct Measures<T> {
    /// Of length.
    pub length: T,
    /// Of time.
    pub time: T,
}

impl<T: Real> Description<T> {
    /// Of a body. Objects around it are not seen.
    pub fn of(model: &Model<T>) -> Self {
        let count = model.links.len();
        let mass = model.mass();
        let size = ln(mass * real(1.0 / REFERENCE_MASS));
        let measures = Measures { length: (size * real(1.0 / 3.0)).exp(), time: (size * real(1.0 / 6.0)).exp() };
        let per_length = (measures.length * real(REFERENCE_LENGTH)).recip();
        let per_mass = mass.recip();
        let per_torque = per_mass * per_length * real(1.0 / GRAVITY);

        let origins = rest_origins(model);
        let (mut subtree, mut children, mut depth) =
            (model.links.iter().map(|link| link.mass).collect::<Vec<T>>(), vec![0u32; count], vec![0u32; count]);
        for (i, link) in model.links.iter().enumerate().skip(1) {
            children[link.parent] += 1;
            depth[i] = depth[link.parent] + 1;
        }
        for i in (1..count).rev() {
            let own = subtree[i];
            subtree[model.links[i].parent] += own;
        }
        let feet = Feet::of(model, &origins);

        let mut features = Vec::with_capacity(count * FEATURES);
        for (i, link) in model.links.iter().enumerate() {
            let is_base = if i == 0 { T::one() } else { T::zero() };
            let (axis, lower, upper, torque, stiffness) = match i.checked_sub(1).map(|joint| &model.joints[joint]) {
                None => (Vec3::zero(), T::zero(), T::zero(), T::zero(), T::zero()),
                Some(Joint { kind: JointKind::Hinge(hinge), servo, .. }) => {
                    let torque = servo.torque_limit * per_torque;
                    (hinge.axis, hinge.lower, hinge.upper, torque, servo.kp * per_torque)
                }
            };
            features.push(is_base);
            features.extend((origins[i] * per_length).to_array());
            features.extend(axis.to_array());
            features.extend([lower, upper]);
            features.extend((link.com * per_length).to_array());
            features.extend((feet.middle[i] * per_length).to_array());
            features.push((feet.lowest[i] - feet.lowest_of_all) * per_length);
            features.push(link.mass * per_mass * real(count as f64 * 0.25));
            features.push(subtree[i] * per_mass);
            features.extend([if children[i] == 0 { T::one() } else { T::zero() }, real(f64::from(children[i]) * 0.25)]);
            features.push(real(f64::from(depth[i]) * 0.25));
            features.extend([torque.ln_1p(), stiffness.ln_1p()]);
            features.extend([size * real(0.5), real(count as f64 * 0.1), -feet.lowest_of_all * per_length]);
        }
        debug_assert_eq!(features.len(), count * FEATURES);
        Self {
            parents: model.links.iter().map(|link| link.parent).collect(),
            features,
            measures,
            at_rest: model.joints.iter().map(place_at_rest).collect(),
        }
    }

    /// Number of joints.
    pub fn joints(&self) -> usize {
        self.at_rest.len()
    }

    /// All its numbers, in the order of [`map`](Self::map).
    pub fn numbers(&self) -> impl Iterator<Item = T> {
        let Measures { length, time } = self.measures;
        self.features.iter().copied().chain([length, time]).chain(self.at_rest.iter().copied())
    }

    /// The same over another scalar.
    pub fn map<U>(&self, f: impl Fn(T) -> U) -> Description<U> {
        Description {
            parents: self.parents.clone(),
            features: self.features.iter().map(|&x| f(x)).collect(),
            measures: Measures { length: f(self.measures.length), time: f(self.measures.time) },
            at_rest: self.at_rest.iter().map(|&x| f(x)).collect(),
        }
    }
}

/// Where a body could touch the ground, at rest.
struct Feet<T> {
    /// Of each link, the middle of its contact points relative to the base (m).
    middle: Vec<Vec3<T>>,
    /// Of each link, the height of its lowest point relative to the base (m).
    lowest: Vec<T>,
    /// Of them all.
    lowest_of_all: T,
}

impl<T: Real> Feet<T> {
    fn of(model: &Model<T>, origins: &[Vec3<T>]) -> Self {
        let mut feet = Self {
            middle: origins.to_vec(),
            lowest: origins.iter().map(|at| at.z).collect(),
            lowest_of_all: T::zero(),
        };
        for points in model.contacts.chunk_by(|a, b| a.link == b.link) {
            let link = points[0].link;
            let sum = points.iter().fold(Vec3::zero(), |sum, point| sum + point.centre);
            feet.middle[link] = origins[link] + sum * real(1.0 / points.len() as f64);
            let heights = points.iter().map(|point| origins[link].z + point.centre.z - point.radius);
            feet.lowest[link] = heights.reduce(T::min).unwrap_or(origins[link].z);
        }
        feet.lowest_of_all = feet.lowest.iter().copied().reduce(T::min).unwrap_or(T::zero());
        feet
    }
}

/// Where the zero angle of a joint lies in its range, as a number that tanh takes to a share of the half range, counted from the middle.
pub fn place_at_rest<T: Real>(joint: &Joint<T>) -> T {
    let JointKind::Hinge(hinge) = &joint.kind;
    (-hinge.lower / hinge.upper - T::one()).ln_1p() * real(0.5)
}

fn ln<T: Real>(x: T) -> T {
    (x - T::one()).ln_1p()
}
