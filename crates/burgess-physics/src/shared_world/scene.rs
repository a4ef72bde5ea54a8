//! What a scene file says: free bodies and creatures in a space of their own, or in several.

use super::resident::Resident;
use crate::laws::terrain::TerrainSpec;
use crate::scene::ShapeSpec;
use crate::world::SelfCollision;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;
use std::sync::Arc;

/// Most bodies of a scene, in all its worlds together.
pub const MAX_BODIES: u64 = 1 << 20;
/// Most worlds of a scene.
pub const MAX_WORLDS: u32 = 1 << 14;
/// Most groups of a scene.
pub const MAX_GROUPS: usize = 256;
/// Most that the largest body's reach may be of the smallest one's: the cells of the broad phase are as large as the largest body, and all
/// bodies have the same room for partners.
pub const MAX_RATIO: f64 = 8.0;
/// Most rows of creatures of a scene, and most creatures of an arena.
const MAX_ROWS: usize = 256;
/// Most partners of a body.
pub const MAX_PARTNERS: u32 = 128;
/// Most creatures of a row.
const MAX_CREATURES: f64 = 65_536.0;
/// Smallest and largest size of a body (m).
const SIZES: (f64, f64) = (1e-3, 100.0);
/// No body starts further from the origin than this (m): float32 has 0.1 mm there.
const FARTHEST: f64 = 1000.0;

/// Free bodies and creatures, what surrounds them, and how long they are simulated.
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
    /// Which links of a creature can touch each other; unless set, those that the physics which it comes from says.
    pub self_collision: Option<SelfCollision>,
    /// The free bodies.
    pub groups: Vec<Group>,
    /// The creatures.
    pub creatures: Vec<CreatureSpec>,
    /// Elites (`DIR#ID`) that meet: on a circle around the origin, in this order from the x axis towards y, and facing
    /// the middle. Whoever reads the file turns them into [`creatures`](Self::creatures): see [`arena`].
    pub arena: Vec<String>,
}

/// A creature, or several in a row.
#[derive(Clone, Debug, Serialize, Deserialize)]
// The name that messages about a wrong field show, and that files may write.
#[serde(deny_unknown_fields, rename = "Creature")]
pub struct CreatureSpec {
    /// Who it is: the name of a morphology, a file, or an elite; whoever reads the file finds out.
    pub body: String,
    /// A policy file in place of its brain; a morphology without one holds its pose.
    #[serde(default)]
    pub policy: Option<String>,
    /// Where its base is at the start, along x and y (m).
    #[serde(default)]
    pub at: (f64, f64),
    /// How far its lowest point is above the ground at the start, beyond a small clearance (m).
    #[serde(default)]
    pub height: f64,
    /// How far it is turned about z at the start, from x towards y (rad).
    #[serde(default)]
    pub heading: f64,
    /// How many there are in each world.
    #[serde(default = "one")]
    pub count: u32,
    /// From one to the next (m).
    #[serde(default)]
    pub spacing: (f64, f64, f64),
    /// The creature, once it was found.
    #[serde(skip)]
    pub found: Option<Arc<Resident>>,
}

/// By what the file says: who is found follows from that.
impl PartialEq for CreatureSpec {
    fn eq(&self, other: &Self) -> bool {
        let said = |Self { body, policy, at, height, heading, count, spacing, found: _ }: &Self| {
            (body.clone(), policy.clone(), *at, *height, *heading, *count, *spacing)
        };
        said(self) == said(other)
    }
}

/// The creatures of an arena, in order: on a circle around the origin, the first on the x axis, then from x towards y,
/// each facing the middle. The circle is so wide that one and a half spans of the largest creature are between
/// neighbours, and from each to the middle.
pub fn arena(creatures: Vec<(String, Arc<Resident>)>) -> Vec<CreatureSpec> {
    let span = creatures.iter().map(|(_, resident)| resident.span()).fold(0.0, f64::max);
    let share = 2.0 * PI / creatures.len() as f64;
    // The chord between neighbours is twice the radius times the sine of half their angle.
    let chord = if creatures.len() > 2 { 0.5 / libm::sin(0.5 * share) } else { 0.0 };
    let radius = 1.5 * span * chord.max(1.0);
    let one = |(i, (body, resident)): (usize, (String, Arc<Resident>))| {
        let angle = share * i as f64;
        CreatureSpec {
            body,
            policy: None,
            at: (radius * libm::cos(angle), radius * libm::sin(angle)),
            height: 0.0,
            heading: angle + PI,
            count: 1,
            spacing: (0.0, 0.0, 0.0),
            found: Some(resident),
        }
    };
    creatures.into_iter().enumerate().map(one).collect()
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
            self_collision: None,
            groups: Vec::new(),
            creatures: Vec::new(),
            arena: Vec::new(),
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
    /// Free bodies in each world.
    pub fn bodies_of_a_world(&self) -> u64 {
        self.groups.iter().map(Group::bodies).sum()
    }

    /// Free bodies in all worlds.
    pub fn bodies(&self) -> u64 {
        self.bodies_of_a_world().saturating_mul(self.worlds.into())
    }

    /// Limbs in each world, of the creatures that were found.
    fn limbs_of_a_world(&self) -> u64 {
        let limbs = |row: &CreatureSpec| Some(u64::from(row.count) * row.found.as_ref()?.reaches().count() as u64);
        self.creatures.iter().filter_map(limbs).sum()
    }

    /// Steps of the scene's duration.
    pub fn steps(&self) -> u32 {
        (self.duration * f64::from(self.rate)).round() as u32
    }

    /// Largest and smallest reach of a body, or of a limb of a creature that was found (m).
    pub(super) fn reaches(&self) -> (f64, f64) {
        let bodies = self.groups.iter().map(|group| group.shape.solid().reach());
        let limbs = self.creatures.iter().filter_map(|row| row.found.as_ref()).flat_map(|resident| resident.reaches());
        bodies.chain(limbs).fold((0.0, f64::INFINITY), |(most, least), reach| (reach.max(most), reach.min(least)))
    }

    /// What is wrong with the numbers: (field, what is allowed and what came). Once creatures were found, their sizes
    /// are looked at, too.
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
        let (groups, rows, arena) = (self.groups.len(), self.creatures.len(), self.arena.len());
        let least = if rows + arena == 0 { 1.0 } else { 0.0 };
        problems.within("groups", (least, MAX_GROUPS as f64), "groups", groups as f64);
        problems.within("creatures", (0.0, MAX_ROWS as f64), "rows", rows as f64);
        problems.within("arena", (0.0, MAX_ROWS as f64), "creatures", arena as f64);
        for (i, row) in self.creatures.iter().take(MAX_ROWS).enumerate() {
            row.problems(&format!("creatures[{i}]"), &mut problems);
        }
        for (i, group) in self.groups.iter().take(MAX_GROUPS).enumerate() {
            group.problems(&format!("groups[{i}]"), &mut problems);
        }
        // The rest makes no sense of what is already wrong.
        if problems.0.is_empty() {
            let bodies = self.bodies() as f64;
            problems.within("groups", (0.0, MAX_BODIES as f64), "bodies in all worlds", bodies);
            let limbs = self.limbs_of_a_world().saturating_mul(self.worlds.into()) as f64;
            problems.within("creatures", (0.0, MAX_BODIES as f64 - bodies), "limbs in all worlds", limbs);
            let (most, least) = self.reaches();
            let (field, whose) = if limbs > 0.0 { ("creatures", ", limbs included") } else { ("groups", "") };
            let allowed = format!("shapes whose largest is at most {MAX_RATIO} times as large as the smallest{whose}");
            problems.need(most <= MAX_RATIO * least, field, &allowed, most / least);
        }
        problems.0
    }
}

impl CreatureSpec {
    fn problems(&self, path: &str, problems: &mut Problems) {
        let Self { body, policy: _, at, height, heading, count, spacing, found: _ } = self;
        if body.is_empty() {
            let allowed = "must be a morphology, the path of a .ron file, or DIR#ID, is empty";
            problems.0.push((format!("{path}.body"), allowed.to_owned()));
        }
        for (axis, number) in [at.0, at.1].into_iter().enumerate() {
            problems.within(format!("{path}.at[{axis}]"), (-FARTHEST, FARTHEST), "m", number);
        }
        problems.within(format!("{path}.height"), (0.0, FARTHEST), "m", *height);
        problems.within(format!("{path}.heading"), (-100.0, 100.0), "rad", *heading);
        problems.within(format!("{path}.count"), (1.0, MAX_CREATURES), "", (*count).into());
        point(problems, &format!("{path}.spacing"), *spacing, FARTHEST);
        if *count > 1 && *spacing == (0.0, 0.0, 0.0) {
            let message = format!("must not be zero where there are several, count is {count}");
            problems.0.push((format!("{path}.spacing"), message));
        }
        let last = f64::from(count.saturating_sub(1));
        let far = [at.0 + last * spacing.0, at.1 + last * spacing.1, height + last * spacing.2];
        problems.need(
            far[2] >= 0.0,
            format!("{path}.spacing[2]"),
            "such that the last one starts at a height of 0 or more",
            far[2],
        );
        let is_far = far.iter().any(|x| x.abs() > FARTHEST);
        let allowed = format!("such that the last one starts at most {FARTHEST} m away along each axis");
        problems.need(!is_far, format!("{path}.spacing"), &allowed, far.into_iter().map(f64::abs).fold(0.0, f64::max));
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
