//! What a scene file says: free bodies in a space of their own, or in several.

use crate::laws::terrain::TerrainSpec;
use crate::scene::ShapeSpec;
use serde::{Deserialize, Serialize};

/// Most bodies of a scene, in all its worlds together.
pub const MAX_BODIES: u64 = 1 << 20;
/// Most worlds of a scene.
pub const MAX_WORLDS: u32 = 1 << 14;
/// Most groups of a scene.
pub const MAX_GROUPS: usize = 256;
/// Most that the largest body's reach may be of the smallest one's: the cells of the broad phase are as large as the largest body, and all
/// bodies have the same room for partners.
pub const MAX_RATIO: f64 = 8.0;
/// Most partners of a body.
pub const MAX_PARTNERS: u32 = 128;
/// Smallest and largest size of a body (m).
const SIZES: (f64, f64) = (1e-3, 100.0);
/// No body starts further from the origin than this (m): float32 has 0.1 mm there.
const FARTHEST: f64 = 1000.0;

/// Free bodies, what surrounds them, and how long they are simulated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scene {
    /// Gravity, along -z (m/s2).
    pub gravity: f64,
    /// The ground.
    pub terrain: TerrainSpec,
    /// Steps a second.
    pub rate: u32,
    /// Time that is simulated (s).
    pub duration: f64,
    /// Decides all that is random.
    pub seed: u64,
    /// Independent worlds, each with all groups. Their random numbers differ.
    pub worlds: u32,
    /// Coefficient of friction.
    pub friction: f64,
    /// Slip speed that regularises friction on the ground (m/s).
    pub slip_speed: f64,
    /// How stiff bodies are.
    pub stiffness: BodyStiffness,
    /// Depth over which contact sets in (m); unless set, half of the depth at which `stiffness: Auto` carries a body's own weight.
    pub contact_width: Option<f64>,
    /// Dissipation of contact with the ground (s/m).
    pub ground_damping: f64,
    /// Room for partners: how many others each body may have near it at a time. Unless set, it follows from the sizes of the bodies.
    pub partners: Option<u32>,
    /// The bodies.
    pub groups: Vec<Group>,
}

/// How stiff bodies are (N/m): two bodies of stiffness a and b push each other with 2 a b / (a + b), and the ground pushes a body with its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum BodyStiffness {
    /// As stiff as the time step carries: 0.4 masses over the square of the time step.
    #[default]
    Auto,
    /// A number (N/m), the same for all.
    Fixed(f64),
}

/// Bodies of one shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The shape.
    pub shape: ShapeSpec,
    /// Mass of each (kg).
    #[serde(default)]
    pub mass: Option<f64>,
    /// Density (kg/m3), instead of a mass; 1000 unless either is set.
    #[serde(default)]
    pub density: Option<f64>,
    /// How many there are in each world.
    #[serde(default = "one")]
    pub count: u32,
    /// Where they start.
    pub place: PlaceSpec,
    /// How they are turned at the start: a rotation vector (rad). Bodies of a pile are turned at random.
    #[serde(default)]
    pub rotation: (f64, f64, f64),
    /// Velocity at the start (m/s).
    #[serde(default)]
    pub velocity: (f64, f64, f64),
    /// Angular velocity at the start (rad/s).
    #[serde(default)]
    pub spin: (f64, f64, f64),
    /// Standard deviation of a random velocity that is added in each direction (m/s).
    #[serde(default)]
    pub scatter: f64,
}

fn one() -> u32 {
    1
}

/// Where the bodies of a group start.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum PlaceSpec {
    /// One body at a point (m).
    At(f64, f64, f64),
    /// A lattice that is filled along x, then y, then z.
    Grid {
        /// Where the first one is (m).
        corner: (f64, f64, f64),
        /// From one to the next, along each axis (m).
        spacing: (f64, f64, f64),
        /// How many there are along x and y.
        columns: (u32, u32),
        /// Each is moved by up to this much along each axis, at random (m).
        #[serde(default)]
        jitter: f64,
    },
    /// A loose column over a square, in random order and turned at random. Groups with the same pile fill it together.
    Pile {
        /// Middle of the square (m).
        #[serde(default)]
        centre: (f64, f64),
        /// Side of the square (m).
        width: f64,
        /// Height of the lowest layer (m).
        height: f64,
    },
    /// Boxes in rows along x, each row with one box less than the one below it. The group's `count` is not used.
    Pyramid {
        /// Boxes of the lowest row.
        rows: u32,
        /// Middle of the lowest row (m), on the plane z = 0.
        #[serde(default)]
        centre: (f64, f64),
        /// Space between the boxes of a row (m).
        #[serde(default)]
        gap: f64,
    },
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            gravity: 9.81,
            terrain: TerrainSpec::default(),
            rate: 480,
            duration: 5.0,
            seed: 0,
            worlds: 1,
            friction: 0.8,
            slip_speed: 1e-3,
            stiffness: BodyStiffness::Auto,
            contact_width: None,
            ground_damping: 6.0,
            partners: None,
            groups: Vec::new(),
        }
    }
}

impl Group {
    /// Bodies in each world.
    pub fn bodies(&self) -> u64 {
        match self.place {
            PlaceSpec::Pyramid { rows, .. } => u64::from(rows) * (u64::from(rows) + 1) / 2,
            _ => u64::from(self.count),
        }
    }
}

/// Collects what is wrong: (field, what is allowed and what came).
struct Problems(Vec<(String, String)>);

impl Problems {
    fn need(&mut self, ok: bool, field: impl Into<String>, allowed: &str, came: f64) {
        if !ok {
            self.0.push((field.into(), format!("must be {allowed}, is {came}")));
        }
    }

    fn within(&mut self, field: impl Into<String>, (low, high): (f64, f64), unit: &str, came: f64) {
        let allowed = format!("from {low} to {high} {unit}");
        self.need((low..=high).contains(&came), field, allowed.trim_end(), came);
    }
}

impl Scene {
    /// Bodies in each world.
    pub fn bodies_of_a_world(&self) -> u64 {
        self.groups.iter().map(Group::bodies).sum()
    }

    /// Bodies in all worlds.
    pub fn bodies(&self) -> u64 {
        self.bodies_of_a_world().saturating_mul(self.worlds.into())
    }

    /// Steps of the scene's duration.
    pub fn steps(&self) -> u32 {
        (self.duration * f64::from(self.rate)).round() as u32
    }

    /// Largest and smallest reach of a body (m).
    pub(super) fn reaches(&self) -> (f64, f64) {
        let reaches = self.groups.iter().map(|group| group.shape.solid().reach());
        reaches.fold((0.0, f64::INFINITY), |(most, least), reach| (reach.max(most), reach.min(least)))
    }

    /// What is wrong with the numbers: (field, what is allowed and what came).
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Problems(Vec::new());
        problems.within("gravity", (-100.0, 100.0), "m/s2", self.gravity);
        problems.within("rate", (30.0, 100_000.0), "steps a second", self.rate.into());
        problems.need(
            self.duration > 0.0 && self.duration <= 36_000.0,
            "duration",
            "above 0 s, at most 36000 s",
            self.duration,
        );
        problems.need(
            f64::from(self.rate) * self.duration < f64::from(1 << 30),
            "duration",
            "at most 2^30 steps",
            self.duration,
        );
        problems.within("worlds", (1.0, MAX_WORLDS.into()), "", self.worlds.into());
        problems.within("friction", (0.0, 10.0), "", self.friction);
        problems.within("slip_speed", (1e-6, 1.0), "m/s", self.slip_speed);
        problems.within("ground_damping", (0.0, 1000.0), "s/m", self.ground_damping);
        if let BodyStiffness::Fixed(stiffness) = self.stiffness {
            problems.within("stiffness", (1e-3, 1e12), "N/m", stiffness);
        }
        if let Some(width) = self.contact_width {
            problems.within("contact_width", (1e-7, 0.1), "m", width);
        }
        if let Some(partners) = self.partners {
            problems.within("partners", (1.0, MAX_PARTNERS.into()), "", partners.into());
        }
        for (field, message) in self.terrain.problems() {
            problems.0.push((format!("terrain.{field}"), message));
        }
        let groups = self.groups.len();
        problems.within("groups", (1.0, MAX_GROUPS as f64), "groups", groups as f64);
        for (i, group) in self.groups.iter().take(MAX_GROUPS).enumerate() {
            group.problems(&format!("groups[{i}]"), &mut problems);
        }
        // The rest makes no sense of what is already wrong.
        if problems.0.is_empty() {
            let bodies = self.bodies() as f64;
            problems.within("groups", (1.0, MAX_BODIES as f64), "bodies in all worlds", bodies);
            let (most, least) = self.reaches();
            let allowed = format!("shapes whose largest is at most {MAX_RATIO} times as large as the smallest");
            problems.need(most <= MAX_RATIO * least, "groups", &allowed, most / least);
        }
        problems.0
    }
}

impl Group {
    fn problems(&self, path: &str, problems: &mut Problems) {
        for (name, size) in self.shape.sizes() {
            problems.within(format!("{path}.shape.{name}"), SIZES, "m", size);
        }
        if let (Some(mass), Some(_)) = (self.mass, self.density) {
            problems.need(false, format!("{path}.mass"), "left out where there is a density", mass);
        }
        if let Some(mass) = self.mass {
            problems.within(format!("{path}.mass"), (1e-6, 1e9), "kg", mass);
        }
        if let Some(density) = self.density {
            problems.within(format!("{path}.density"), (1.0, 1e5), "kg/m3", density);
        }
        problems.within(format!("{path}.count"), (1.0, MAX_BODIES as f64), "", self.count.into());
        problems.within(format!("{path}.scatter"), (0.0, 100.0), "m/s", self.scatter);
        let vectors =
            [("rotation", self.rotation, 10.0), ("velocity", self.velocity, 1000.0), ("spin", self.spin, 1000.0)];
        for (name, vector, most) in vectors {
            point(problems, &format!("{path}.{name}"), vector, most);
        }
        let place = format!("{path}.place");
        let distance = (-FARTHEST, FARTHEST);
        match self.place {
            PlaceSpec::At(x, y, z) => {
                point(problems, &place, (x, y, z), FARTHEST);
                problems.need(
                    self.count == 1,
                    format!("{path}.count"),
                    "1 where all would start At one point",
                    self.count.into(),
                );
            }
            PlaceSpec::Grid { corner, spacing, columns, jitter } => {
                point(problems, &format!("{place}.corner"), corner, FARTHEST);
                for (axis, space) in [spacing.0, spacing.1, spacing.2].into_iter().enumerate() {
                    problems.within(format!("{place}.spacing[{axis}]"), (1e-3, 100.0), "m", space);
                }
                for (axis, count) in [columns.0, columns.1].into_iter().enumerate() {
                    problems.within(format!("{place}.columns[{axis}]"), (1.0, MAX_BODIES as f64), "", count.into());
                }
                problems.within(format!("{place}.jitter"), (0.0, 10.0), "m", jitter);
            }
            PlaceSpec::Pile { centre, width, height } => {
                point(problems, &format!("{place}.centre"), (centre.0, centre.1, 0.0), FARTHEST);
                problems.within(format!("{place}.width"), (1e-3, FARTHEST), "m", width);
                problems.within(format!("{place}.height"), distance, "m", height);
            }
            PlaceSpec::Pyramid { rows, centre, gap } => {
                problems.within(format!("{place}.rows"), (1.0, 1000.0), "", rows.into());
                point(problems, &format!("{place}.centre"), (centre.0, centre.1, 0.0), FARTHEST);
                problems.within(format!("{place}.gap"), (0.0, 10.0), "m", gap);
                let is_box = matches!(self.shape, ShapeSpec::Box { .. });
                if !is_box {
                    problems.0.push((place, "a Pyramid is made of boxes; the shape must be Box(...)".to_owned()));
                }
                problems.need(
                    self.count == 1,
                    format!("{path}.count"),
                    "left out: a Pyramid's rows say it",
                    self.count.into(),
                );
            }
        }
    }
}

fn point(problems: &mut Problems, path: &str, (x, y, z): (f64, f64, f64), most: f64) {
    for (axis, number) in [x, y, z].into_iter().enumerate() {
        problems.within(format!("{path}[{axis}]"), (-most, most), "", number);
    }
}
