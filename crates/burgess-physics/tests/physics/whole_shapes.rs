//! Capsules and boxes on ground that is no plane: they rest on walls, edges and stones between their ends, lose energy there, and have exact
//! gradients.

use crate::bodies::{Builder, ant, capsule, cuboid, folding_body, folding_brain};
use crate::pairs::{gradient_error, stream, task};
use burgess_core::math::{Quat, Vec3, vec3};
use burgess_physics::gradient::Objective;
use burgess_physics::laws::terrain::{TerrainSpec, Wall};
use burgess_physics::model::{BaseKind, Candidate, Controller, Model, Shape};
use burgess_physics::step::episode::Episode;
use burgess_physics::step::prelude::Prelude;
use burgess_physics::step::reverse::episode::{TAPE_MEMORY, differentiate};
use burgess_physics::step::state::{Drive, State, Work};
use burgess_physics::step::step::{start_carrying, step};
use burgess_physics::world::{GroundContact, Physics, World};
use std::time::Instant;

fn wall(centre: (f64, f64), half: (f64, f64), height: f64) -> TerrainSpec {
    TerrainSpec::Walls(vec![Wall { centre, half, height }])
}

fn world(terrain: &TerrainSpec) -> World<f64> {
    World::new(&Physics::default(), terrain, 3)
}

/// A body of one link whose points carry it at a depth of 1 mm: two of a capsule, four of a box.
fn alone(shape: Shape<f64>, whole: bool) -> Model<f64> {
    let mut b = Builder::new(BaseKind::Floating);
    b.add(0, Vec3::zero(), vec3(0.0, 0.0, 1.0), shape, 500.0);
    let points = if matches!(shape, Shape::Box { .. }) { 4.0 } else { 2.0 };
    let stiffness = b.links[0].mass * 9.81 / (points * 1e-3);
    let mut model = b.build(stiffness, true);
    if whole {
        model.touch_with_whole_shapes();
    }
    model
}

/// A limb of 0.6 m along x, its middle in the origin.
fn limb() -> Shape<f64> {
    let Shape::Capsule { to, radius, .. } = capsule(0.03, vec3(0.3, 0.0, 0.0)) else { unreachable!() };
    Shape::Capsule { from: -to, to, radius }
}

struct Fall {
    model: Model<f64>,
    world: World<f64>,
    state: State<f64>,
    work: Work<f64>,
}

impl Fall {
    fn new(model: Model<f64>, terrain: &TerrainSpec, at: Vec3<f64>, turn: Vec3<f64>) -> Self {
        let world = world(terrain);
        let mut state = State::at_rest(&model, at);
        state.orientation = Quat::exp(turn);
        let mut work = Work::new(&model, world.gravity, world.contact_width);
        start_carrying(&model, &mut state, &mut work);
        Self { model, world, state, work }
    }

    fn go(&mut self, seconds: f64) -> &mut Self {
        self.steps((seconds / self.world.dt).round() as usize)
    }

    fn steps(&mut self, count: usize) -> &mut Self {
        for _ in 0..count {
            step(&self.model, &self.world, &Drive::idle(&self.model), &mut self.state, &mut self.work);
        }
        self
    }

    /// Of motion and of weight (J).
    fn energy(&self) -> f64 {
        let (link, state) = (&self.model.links[0], &self.state);
        let com = state.orientation.rotate(link.com);
        let spin = state.orientation.rotate(state.angular_velocity);
        let velocity = state.velocity + spin.cross(com);
        let w = state.angular_velocity;
        link.mass * (0.5 * velocity.norm_squared() + 9.81 * (state.position + com).z) + 0.5 * w.dot(link.inertia * w)
    }

    /// How deep the shape is in the ground anywhere (m).
    fn deepest(&self) -> f64 {
        let gap = |x: Vec3<f64>, radius: f64| {
            self.world.terrain.distance(self.state.position + self.state.orientation.rotate(x)).0 - radius
        };
        let share = |i: usize, count: usize| -1.0 + 2.0 * i as f64 / count as f64;
        let gaps: Vec<f64> = match self.model.colliders[0].shape {
            Shape::Capsule { to, radius, .. } => (0..=600).map(|i| gap(to * share(i, 600), radius)).collect(),
            Shape::Box { half, .. } => {
                let places = || (0..=40).flat_map(|i| (0..=40).map(move |j| (share(i, 40), share(j, 40))));
                let face = |(a, b): (f64, f64)| {
                    // The bodies of these tests have edges with a radius of 1 cm.
                    let (half, radius) = (half - vec3(0.01, 0.01, 0.01), 0.01);
                    let corner = |x: f64, y: f64, z: f64| gap(vec3(x * half.x, y * half.y, z * half.z), radius);
                    let sides = |c: f64| corner(a, b, c).min(corner(a, c, b)).min(corner(c, a, b));
                    sides(1.0).min(sides(-1.0))
                };
                places().map(face).collect()
            }
            Shape::Sphere { .. } => unreachable!(),
        };
        -gaps.into_iter().fold(f64::INFINITY, f64::min)
    }

    fn speed(&self) -> f64 {
        self.state.velocity.norm_squared().sqrt() + self.state.angular_velocity.norm_squared().sqrt()
    }
}

/// A board of 0.4 m.
fn board() -> Shape<f64> {
    cuboid([0.2, 0.15, 0.03])
}

/// What rests level on a wall of 0.2 m, and how far its middle then is above its lower side (m).
fn level() -> [(&'static str, Shape<f64>, f64); 3] {
    [("limb", limb(), 0.03), ("board", board(), 0.03), ("block", cuboid([0.1, 0.1, 0.1]), 0.1)]
}

/// A body that was dropped from 5 mm above walls of 0.2 m, after two seconds.
fn dropped(shape: Shape<f64>, whole: bool, half: f64, terrain: &TerrainSpec, yaw: f64) -> Fall {
    let mut fall = Fall::new(alone(shape, whole), terrain, vec3(0.0, 0.0, 0.205 + half), vec3(0.0, 0.0, yaw));
    fall.go(2.0);
    fall
}

/// On a wall or a post far thinner than they are, shapes rest as deep as on a plane; by their points they fall through.
#[test]
fn shapes_rest_on_what_is_thinner_than_they_are() {
    for (what, shape, half) in level() {
        for width in [0.002, 0.01, 0.025, 0.05] {
            for across in [width, 0.5] {
                for yaw in [0.0, 0.3, 1.57] {
                    let terrain = wall((0.0, 0.0), (width, across), 0.2);
                    let fall = dropped(shape, true, half, &terrain, yaw);
                    let depth = 0.2 + half - fall.state.position.z;
                    assert!((depth - 1e-3).abs() < 2e-4, "{what} on {width} x {across}, turned {yaw}: {depth} m deep");
                    assert!(fall.speed() < 2e-3, "{what} on {width} x {across}, turned {yaw}: {} m/s", fall.speed());
                }
            }
        }
        let points = dropped(shape, false, half, &wall((0.0, 0.0), (0.025, 0.025), 0.2), 0.0);
        assert!(points.state.position.z < half, "{what}: its points touch the post");
    }
}

/// What lies on two or three walls rests on the outer ones; it may rock a little.
#[test]
fn shapes_rest_on_several_walls() {
    for (what, shape, half) in level() {
        for places in [vec![-0.07, 0.08], vec![-0.08, 0.02, 0.06], vec![-0.09, 0.0, 0.09], vec![-0.03, 0.0, 0.03]] {
            // A limb that lies slantwise may roll.
            let turns: &[f64] = if what == "limb" { &[0.0] } else { &[0.0, 0.2] };
            for &yaw in turns {
                let wall = |&x: &f64| Wall { centre: (x, 0.0), half: (0.003, 0.5), height: 0.2 };
                let fall = dropped(shape, true, half, &TerrainSpec::Walls(places.iter().map(wall).collect()), yaw);
                let depth = 0.2 + half - fall.state.position.z;
                assert!(depth > 4e-4 && depth < 2.5e-3, "{what} on {places:?}, turned {yaw}: {depth} m deep");
            }
        }
    }
}

/// What starts over a wall that only its middle would touch starts above it, with the clearance of all starts.
#[test]
fn shapes_start_above_what_is_under_their_middle() {
    let terrain = wall((0.0, 0.0), (0.01, 0.01), 0.2);
    for (what, shape, half) in level() {
        let start = |whole| Prelude::new(&alone(shape, whole), &world(&terrain)).start.z;
        assert!((start(true) - (0.203 + half)).abs() < 1e-6, "{what}: {}", start(true));
        assert!((start(false) - (0.003 + half)).abs() < 1e-6, "{what}: {}", start(false));
    }
}

/// Only where the terrain is no plane, and nobody wants points, whole shapes touch it.
#[test]
fn ground_contact_is_settled_by_the_terrain() {
    let stairs = TerrainSpec::Stairs { start: 0.5, rise: 0.05, run: 0.4, count: 5 };
    for (contact, terrain, expected) in [
        (GroundContact::Auto, &TerrainSpec::default(), GroundContact::Points),
        (GroundContact::Whole, &TerrainSpec::default(), GroundContact::Points),
        (GroundContact::Auto, &stairs, GroundContact::Whole),
        (GroundContact::Whole, &stairs, GroundContact::Whole),
        (GroundContact::Points, &stairs, GroundContact::Points),
    ] {
        let physics = Physics { ground_contact: contact, ..Physics::default() }.on(terrain);
        assert_eq!(physics.ground_contact, expected, "{contact:?} on {terrain:?}");
        assert_eq!(World::new(&physics, terrain, 1).whole_shapes, expected == GroundContact::Whole);
    }
}

/// The middle of a limb or a board that lies over a stone is lifted by it, and a long limb over the edges of stairs lies on them.
#[test]
fn edges_and_stones_do_not_pass_between_ends() {
    let stone = wall((0.02, 0.0), (0.01, 0.01), 0.02);
    let stairs = TerrainSpec::Stairs { start: -0.2, rise: 0.05, run: 0.1, count: 6 };
    let slope = 0.5_f64.atan();
    for (what, shape, terrain, at, turn) in [
        ("limb", limb(), &stone, vec3(0.0, 0.0, 0.055), 0.0),
        ("board", board(), &stone, vec3(0.0, 0.0, 0.055), 0.0),
        ("limb", limb(), &stairs, vec3(0.0, 0.0, 0.2), -slope),
        ("board", board(), &stairs, vec3(0.0, 0.0, 0.2), -slope),
    ] {
        let depth = |whole| Fall::new(alone(shape, whole), terrain, at, vec3(0.0, turn, 0.0)).go(3.0).deepest();
        let (points, whole) = (depth(false), depth(true));
        println!("{what}: {:.1} mm deep by points, {:.1} mm whole", points * 1e3, whole * 1e3);
        assert!(whole < 3e-3, "{what} on {terrain:?}: {whole} m deep");
        assert!(points > 1e-2, "{what} on {terrain:?}: {points} m deep by its points");
    }
}

/// Where the ground is plane nothing acts but the points: on the treads of stairs and beside walls, bodies rest as on a plane.
#[test]
fn on_treads_only_points_act() {
    let stairs = TerrainSpec::Stairs { start: 1.0, rise: 0.1, run: 2.0, count: 2 };
    for (what, shape, half) in level() {
        let rest = |whole| {
            let mut fall = Fall::new(alone(shape, whole), &stairs, vec3(2.0, 0.0, 0.11 + half), vec3(0.0, 0.02, 0.0));
            fall.go(2.0);
            (fall.state.position, fall.work.rovers.iter().fold(0.0_f64, |most, rover| most.max(rover.strength)))
        };
        let ((points, _), (whole, strength)) = (rest(false), rest(true));
        assert!(
            (points - whole).norm_squared() < 1e-20 && strength < 1e-15,
            "{what}: {points:?}, {whole:?}, {strength}"
        );
    }
}

/// How deep bodies that fell and tumbled are in the ground somewhere, by their points and as a whole.
#[test]
fn depths_at_rest() {
    for terrain in &terrains()[..3] {
        for (what, shape) in [("limb", limb()), ("board", board())] {
            let depths = [false, true].map(|whole| {
                let mut depths: Vec<f64> =
                    (0..40).map(|seed| tumbled(shape, whole, terrain, seed).deepest() * 1e3).collect();
                depths.sort_by(f64::total_cmp);
                depths
            });
            let [points, whole] = &depths;
            println!(
                "{terrain:?}, {what}: by points {:.1} (most {:.1}) mm, whole {:.1} (most {:.1}) mm",
                points[20], points[39], whole[20], whole[39]
            );
            // A box has three cells along its sides, and bumps are narrower than two of them here.
            let bound = if what == "limb" { 2.0 } else { 8.0 };
            assert!(whole[20] < bound && whole[39] < 0.5 * points[39], "{terrain:?}, {what}: {depths:?}");
        }
    }
}

fn tumbled(shape: Shape<f64>, whole: bool, terrain: &TerrainSpec, seed: u64) -> Fall {
    let mut stream = stream(800 + seed);
    let turn = vec3(stream.range(-1.5, 1.5), stream.range(-1.5, 1.5), stream.range(-3.0, 3.0));
    let at = vec3(stream.range(-0.2, 0.2), stream.range(-0.2, 0.2), 0.5);
    let mut fall = Fall::new(alone(shape, whole), terrain, at, turn);
    fall.state.angular_velocity = vec3(stream.normal(), stream.normal(), stream.normal());
    start_carrying(&fall.model, &mut fall.state, &mut fall.work);
    fall.go(3.0);
    fall
}

fn terrains() -> [TerrainSpec; 4] {
    let walls = vec![
        Wall { centre: (0.15, 0.05), half: (0.02, 0.3), height: 0.05 },
        Wall { centre: (-0.1, -0.1), half: (0.1, 0.01), height: 0.08 },
        Wall { centre: (-0.05, 0.12), half: (0.02, 0.02), height: 0.06 },
    ];
    [
        TerrainSpec::Stairs { start: -0.1, rise: 0.04, run: 0.09, count: 4 },
        TerrainSpec::Bumps { height: 0.02, wavelength: 0.3 },
        TerrainSpec::Walls(walls),
        TerrainSpec::Plane { slope: 0.2 },
    ]
}

#[test]
fn the_backward_pass_goes_through_rovers() {
    let mut acting = [0; 4];
    for (terrain, count) in terrains().iter().zip(&mut acting) {
        for seed in 0..8 {
            let mut stream = stream(700 + seed);
            let mut model = folding_body(&mut stream, 1.0);
            model.touch_with_whole_shapes();
            let controller = folding_brain(&mut stream, &model);
            let candidate = Candidate { model, controller };
            let world = world(terrain);
            for (steps, bound) in [(60, 1e-8), (240, 1e-6)] {
                let task = task(steps);
                let mut episode = Episode::new(&candidate, &world, &task);
                while episode.advance() {
                    let work = &episode.work;
                    let rovers = candidate.model.contacts.iter().zip(&work.contacts).filter(|(c, _)| c.rover.is_some());
                    *count += rovers.filter(|(_, scratch)| scratch.force > 0.1).count();
                }
                let error = gradient_error(&candidate, &world, &task, &mut stream);
                assert!(error < bound, "{terrain:?}, {seed}, {steps} steps: {error:.1e}");
            }
        }
    }
    assert!(acting[..3].iter().all(|&count| count > 100) && acting[3] == 0, "rovers that acted: {acting:?}");
}

/// Bodies that tumble over walls, stairs and bumps do not gain energy, but for what their contacts had stored: as far as they sank into the ground, at
/// many times their weight. By their points alone that is as much.
#[test]
fn energy_does_not_grow() {
    let rises = [false, true].map(|whole| {
        let mut worst = 0.0_f64;
        for terrain in &terrains()[..3] {
            for seed in 0..60 {
                let mut stream = stream(900 + seed);
                let half = stream.range(0.02, 0.04);
                let shape = if seed % 2 == 0 { limb() } else { cuboid([0.2, stream.range(0.05, 0.15), half]) };
                let turn = vec3(stream.range(-1.5, 1.5), stream.range(-1.5, 1.5), stream.range(-3.0, 3.0));
                let mut fall = Fall::new(alone(shape, whole), terrain, vec3(stream.range(-0.3, 0.3), 0.0, 0.5), turn);
                fall.state.angular_velocity = vec3(stream.normal(), stream.normal(), stream.normal()) * 3.0;
                start_carrying(&fall.model, &mut fall.state, &mut fall.work);
                let mut least = fall.energy();
                for _ in 0..1200 {
                    let energy = fall.steps(1).energy();
                    worst = worst.max((energy - least) / (fall.model.mass() * 9.81));
                    least = least.min(energy);
                }
            }
        }
        worst
    });
    println!(
        "energy rises by at most {:.1} mm times the weight by points, {:.1} mm whole",
        rises[0] * 1e3,
        rises[1] * 1e3
    );
    assert!(rises[1] < 0.02, "{rises:?}");
}

/// What rovers cost, printed: episodes of two seconds over stairs and walls, forth and back.
#[test]
fn what_rovers_cost() {
    let still = |model: &Model<f64>| Controller::Sequence { actions: vec![0.0; model.joint_count()] };
    let mut stream = stream(1000);
    let ant = ant().build(1e4, true);
    let folding = folding_body(&mut stream, 1.0);
    let brain = folding_brain(&mut stream, &folding);
    for (what, model, controller) in [("ant", ant.clone(), still(&ant)), ("folding body", folding, brain)] {
        for terrain in &terrains()[..3] {
            let times = [false, true].map(|whole| {
                let mut model = model.clone();
                if whole {
                    model.touch_with_whole_shapes();
                }
                let candidate = Candidate { model, controller: controller.clone() };
                let (world, task) = (world(terrain), task(480));
                let objective = Objective { reward: 1.0, descriptors: vec![0.0; 3] };
                let best = |act: &dyn Fn()| {
                    let time = |_| {
                        let start = Instant::now();
                        act();
                        start.elapsed().as_secs_f64()
                    };
                    (0..5).map(time).fold(f64::INFINITY, f64::min) / 480.0 * 1e6
                };
                let forth = best(&|| drop(Episode::new(&candidate, &world, &task).run()));
                let both = best(&|| drop(differentiate(&candidate, &world, &task, &objective, TAPE_MEMORY)));
                (forth, both)
            });
            let [(forth, both), (forth_whole, both_whole)] = times;
            println!(
                "{what}, {terrain:?}: a step {forth:.1} us, {forth_whole:.1} us whole; with its gradient {both:.1} us, {both_whole:.1} us"
            );
            assert!(forth_whole < 10.0 * forth && both_whole < 10.0 * both);
        }
    }
}
