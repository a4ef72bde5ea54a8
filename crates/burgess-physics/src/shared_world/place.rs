//! Where the bodies and creatures of a scene start.

use super::body::{Body, BodyState};
use super::creature::{Breed, Start};
use super::rules::Rules;
use super::scene::{Group, PlaceSpec, Scene};
use crate::laws::inertia::MassProperties;
use crate::scene::{ShapeSpec, vector};
use burgess_core::math::{Mat3, Quat, Vec3, vec3};
use burgess_core::rng::{Purpose, Stream};

/// Density of bodies unless a scene says another (kg/m3).
const DENSITY: f64 = 1000.0;
/// From one place of a pile to the next, in diameters of the largest body there.
const LOOSE: f64 = 1.02;

/// A scene ready to be simulated.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What all bodies share.
    pub rules: Rules<f64>,
    /// The free bodies, world by world.
    pub bodies: Vec<Body<f64>>,
    /// How they start.
    pub states: Vec<BodyState<f64>>,
    /// For each body the number of its group.
    pub groups: Vec<u32>,
    /// Free bodies of each world.
    pub bodies_of_a_world: usize,
    /// One entry a row of creatures that were found.
    pub breeds: Vec<Breed<f64>>,
    /// The creatures, world by world.
    pub creatures: Vec<Start>,
    worlds: usize,
}

impl Setup {
    /// Places the bodies of a scene without [`problems`](Scene::problems), and its creatures but for those that were
    /// not found.
    pub fn new(scene: &Scene) -> Self {
        let rows = || scene.creatures.iter().filter_map(|row| Some((row, row.found.as_ref()?)));
        let breeds: Vec<Breed<f64>> = rows().map(|(_, resident)| Breed::new(resident, scene)).collect();
        let mut placed = Placed::default();
        // Where they start is the same in all worlds.
        let starts: Vec<Start> =
            rows().zip(&breeds).enumerate().flat_map(|(i, ((row, _), breed))| breed.starts(i, row)).collect();
        for world in 0..scene.worlds {
            placed.add_world(scene, world);
            placed.creatures.extend(starts.iter().map(|start| Start { world, ..*start }));
        }
        let fastest = placed.fastest(scene.gravity) + breeds.iter().map(Breed::fastest).fold(0.0, f64::max);
        let width = breeds.iter().map(|breed| breed.contact_width).fold(0.0, f64::max);
        let rules = Rules::new(scene, fastest, width);
        let Placed { bodies, states, groups, creatures } = placed;
        let bodies_of_a_world = scene.bodies_of_a_world() as usize;
        Self { rules, bodies, states, groups, bodies_of_a_world, breeds, creatures, worlds: scene.worlds as usize }
    }

    /// Number of worlds.
    pub fn worlds(&self) -> usize {
        self.worlds
    }
}

/// The bodies and creatures of the worlds so far.
#[derive(Default)]
struct Placed {
    bodies: Vec<Body<f64>>,
    states: Vec<BodyState<f64>>,
    groups: Vec<u32>,
    creatures: Vec<Start>,
}

impl Placed {
    /// The fastest that a point of a body gets before anything collides (m/s), if all fall from where the highest one is to the plane z = 0, or to
    /// where the lowest one is.
    fn fastest(&self, gravity: f64) -> f64 {
        let speed = |(body, state): (&Body<f64>, &BodyState<f64>)| state.stride(body.reach, 1.0);
        let start = self.bodies.iter().zip(&self.states).map(speed).fold(0.0, f64::max);
        let creatures = self.creatures.iter().map(|creature| creature.position.z);
        let heights = self.states.iter().map(|state| state.position.z).chain(creatures);
        let (low, high) = heights.fold((0.0, 0.0), |(low, high), z| (z.min(low), z.max(high)));
        start + (2.0 * gravity.abs() * (high - low)).sqrt()
    }

    fn add_world(&mut self, scene: &Scene, world: u32) {
        for (number, group) in scene.groups.iter().enumerate() {
            let mut stream = Stream::new(scene.seed, world.into(), number as u64, Purpose::Placement);
            let body = body(scene, group, world);
            for pose in poses(scene, world, number, &mut stream) {
                let scatter = vec3(stream.normal(), stream.normal(), stream.normal()) * group.scatter;
                self.bodies.push(body);
                self.groups.push(number as u32);
                self.states.push(BodyState {
                    position: pose.0,
                    orientation: pose.1,
                    velocity: vector(group.velocity) + scatter,
                    spin: vector(group.spin),
                });
            }
        }
    }
}

fn body(scene: &Scene, group: &Group, world: u32) -> Body<f64> {
    let density = group.density.unwrap_or(DENSITY);
    let solid = group.shape.solid();
    let MassProperties { mass, moments } = solid.mass_properties(density);
    let scale = group.mass.map_or(1.0, |wanted| wanted / mass);
    let mass = mass * scale;
    Body {
        shape: solid.placed(Vec3::zero(), Mat3::identity()),
        mass,
        moments: moments * scale,
        stiffness: scene.stiffness_of(mass),
        reach: solid.reach(),
        world,
    }
}

/// Where the bodies of a group start in a world.
fn poses(scene: &Scene, world: u32, number: usize, stream: &mut Stream) -> Vec<(Vec3<f64>, Quat<f64>)> {
    let group = &scene.groups[number];
    let turned = Quat::exp(vector(group.rotation));
    match group.place {
        PlaceSpec::At(x, y, z) => vec![(vec3(x, y, z), turned)],
        PlaceSpec::Grid { corner, spacing, columns, jitter } => (0..group.count)
            .map(|i| {
                let (x, y, z) = (i % columns.0, i / columns.0 % columns.1, i / columns.0 / columns.1);
                let at = vec3(
                    corner.0 + spacing.0 * f64::from(x),
                    corner.1 + spacing.1 * f64::from(y),
                    corner.2 + spacing.2 * f64::from(z),
                );
                let mut shift = || jitter * stream.range(-1.0, 1.0);
                (at + vec3(shift(), shift(), shift()), turned)
            })
            .collect(),
        PlaceSpec::Pile { .. } => pile(scene, world, number, stream),
        PlaceSpec::Pyramid { rows, centre, gap } => pyramid(&group.shape, rows, centre, gap, turned),
    }
}

/// The places of a group in its pile. Each of the pile's places belongs to one of its groups, decided by one shuffle for all of them.
fn pile(scene: &Scene, world: u32, number: usize, stream: &mut Stream) -> Vec<(Vec3<f64>, Quat<f64>)> {
    let place = scene.groups[number].place;
    let PlaceSpec::Pile { centre, width, height } = place else { return Vec::new() };
    let sharers = || scene.groups.iter().enumerate().filter(|(_, group)| group.place == place);
    let mut owners: Vec<usize> =
        sharers().flat_map(|(owner, group)| std::iter::repeat_n(owner, group.count as usize)).collect();
    let first = sharers().next().map_or(0, |(first, _)| first);
    let mut shuffle = Stream::new(scene.seed, world.into(), first as u64, Purpose::Shuffle);
    for i in (1..owners.len()).rev() {
        owners.swap(i, shuffle.below(i + 1));
    }
    let largest = sharers().map(|(_, group)| group.shape.solid().reach()).fold(0.0, f64::max);
    let spacing = 2.0 * largest * LOOSE;
    let side = ((width / spacing).floor() as usize).max(1);
    let own = owners.into_iter().enumerate().filter(|&(_, owner)| owner == number);
    own.map(|(i, _)| {
        let (x, y, z) = (i % side, i / side % side, i / side / side);
        let along = |i: usize| (i as f64 - 0.5 * (side - 1) as f64) * spacing;
        // A lattice that is exactly upright would fall as columns.
        let mut shift = || 0.5 * (LOOSE - 1.0) * spacing * stream.range(-1.0, 1.0);
        let shift = vec3(shift(), shift(), shift());
        let at = vec3(centre.0 + along(x), centre.1 + along(y), height + largest + spacing * z as f64);
        (at + shift, random_rotation(stream))
    })
    .collect()
}

/// Uniformly distributed: the direction of a vector of four normal numbers.
fn random_rotation(stream: &mut Stream) -> Quat<f64> {
    Quat::new(stream.normal(), stream.normal(), stream.normal(), stream.normal()).normalised()
}

fn pyramid(
    shape: &ShapeSpec,
    rows: u32,
    centre: (f64, f64),
    gap: f64,
    turned: Quat<f64>,
) -> Vec<(Vec3<f64>, Quat<f64>)> {
    let &ShapeSpec::Box { half } = shape else { return Vec::new() };
    let spacing = 2.0 * half.0 + gap;
    let row = |row: u32| {
        let boxes = rows - row;
        (0..boxes).map(move |i| {
            let along = (f64::from(i) - 0.5 * f64::from(boxes - 1)) * spacing;
            let height = half.2 * f64::from(2 * row + 1);
            (vec3(centre.0 + along, centre.1, height), turned)
        })
    };
    (0..rows).flat_map(row).collect()
}
