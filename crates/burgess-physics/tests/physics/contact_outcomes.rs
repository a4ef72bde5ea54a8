//! Contact outcomes against MuJoCo's, row by row, at the settings of `docs/physics.md`: as near as the design's prototype was,
//! or nearer. Each bound is the prototype's figure rounded up in its last digit; MuJoCo's is in `data/mujoco/contact_outcomes.csv`.

use crate::bodies::{Builder, capsule, cuboid, sphere};
use burgess_core::math::{Vec3, vec3};
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{BaseKind, Model, Shape};
use burgess_physics::step::state::{Drive, State, Work};
use burgess_physics::step::step::{start_carrying, step};
use burgess_physics::world::{Physics, World};

/// Stiffness (N/m) and width (m) at both ends of the range that the table was made with.
const SOFT: (f64, f64) = (1e4, 5e-4);
const HARD: (f64, f64) = (1e5, 2e-4);

const GRAVITY: f64 = 9.81;

fn mujoco(case: &str, quantity: &str) -> f64 {
    let table = include_str!("../data/mujoco/contact_outcomes.csv");
    let key = format!("{case},{quantity},");
    let row = table.lines().find(|row| row.starts_with(&key)).expect("a row of that name");
    row[key.len()..].parse().expect("a number")
}

/// A single body on a plane, with its history.
struct Drop {
    model: Model<f64>,
    world: World<f64>,
    state: State<f64>,
    work: Work<f64>,
}

impl Drop {
    fn new(shape: Shape<f64>, density: f64, (k, width): (f64, f64), slope: f64, z: f64, velocity: Vec3<f64>) -> Self {
        let mut builder = Builder::new(BaseKind::Floating);
        builder.add(0, Vec3::zero(), vec3(0.0, 0.0, 1.0), shape, density);
        let model = builder.build(k, true);
        let physics = Physics { friction: 0.5, contact_width: width, ..Physics::default() };
        // A slope is a plane under tilted gravity, so that x is along it.
        let mut world = World::new(&physics, &TerrainSpec::default(), 0);
        let fall = slope.atan();
        world.gravity = vec3(fall.sin(), 0.0, -fall.cos()) * GRAVITY;
        let mut state = State::at_rest(&model, vec3(0.0, 0.0, z));
        state.velocity = velocity;
        let mut work = Work::new(&model, world.gravity, world.contact_width);
        start_carrying(&model, &mut state, &mut work);
        Self { model, world, state, work }
    }

    /// Simulates, and returns the positions after each step.
    fn run(&mut self, seconds: f64) -> Vec<Vec3<f64>> {
        let drive = Drive::idle(&self.model);
        (0..(seconds / self.world.dt).round() as usize)
            .map(|_| {
                step(&self.model, &self.world, &drive, &mut self.state, &mut self.work);
                self.state.position
            })
            .collect()
    }
}

fn brick() -> Shape<f64> {
    cuboid([0.1, 0.1, 0.05])
}

/// Height of the brick's centre at its static depth (the corners are four contacts).
fn brick_rest((k, _): (f64, f64)) -> f64 {
    let mass = 500.0 * 8.0 * 0.1 * 0.1 * 0.05;
    0.05 - mass * GRAVITY / 4.0 / k
}

#[test]
fn a_sliding_box_stops_where_coulomb_says() {
    for settings in [SOFT, HARD] {
        for (v, bound) in [(1.0, 0.065), (4.0, 0.02)] {
            let mut drop = Drop::new(brick(), 500.0, settings, 0.0, brick_rest(settings), vec3(v, 0.0, 0.0));
            let stop = drop.run(3.0).last().expect("steps").x;
            let ratio = stop / (v * v / (2.0 * 0.5 * GRAVITY));
            let reference = mujoco(&format!("box_slide_pyramidal_mu0.5_v{v}"), "ratio_to_v2_over_2mug");
            println!("slide v = {v}, k = {:e}: {ratio:.4} (MuJoCo {reference:.4})", settings.0);
            assert!((ratio - reference).abs() < bound, "ratio {ratio}, MuJoCo {reference}");
        }
    }
}

#[test]
fn a_thrown_box_is_braked_by_the_impact() {
    for settings in [SOFT, HARD] {
        let mut drop = Drop::new(brick(), 500.0, settings, 0.0, 0.06, vec3(3.0, 0.0, -3.0));
        let stop = drop.run(3.0).last().expect("steps").x;
        let reference = mujoco("box_throw_pyramidal_vx3_vz-3", "stop_x");
        println!("throw k = {:e}: {stop:.3} m (MuJoCo {reference:.3})", settings.0);
        assert!((stop - reference).abs() < 0.345 - 0.234, "{stop}");
    }
}

#[test]
fn a_dropped_sphere_hardly_bounces_and_rests_on_the_ground() {
    for (settings, bounce_bound, rest_bound) in [(SOFT, 5.5e-3, 1.1e-3), (HARD, 2.5e-4, 1.5e-4)] {
        let mut drop = Drop::new(sphere(0.1), 250.0, settings, 0.0, 0.6, Vec3::zero());
        let heights: Vec<f64> = drop.run(4.0).iter().map(|p| p.z).collect();
        let impact = heights.iter().position(|&z| z < 0.1).expect("it falls");
        let lowest =
            impact + (0..40).min_by(|&a, &b| heights[impact + a].total_cmp(&heights[impact + b])).expect("steps");
        let apex = heights[lowest..].iter().copied().fold(0.0, f64::max);
        let bounce = apex - 0.1;
        let rest = heights.last().expect("steps") - 0.1;
        println!(
            "sphere k = {:e}: bounce {:.2e} m, rest {rest:.2e} m, lowest {:.4}",
            settings.0, bounce, heights[lowest]
        );
        assert!(bounce < bounce_bound, "bounce {bounce}");
        assert!(rest.abs() < rest_bound, "rest {rest}");
    }
}

/// The speed (m/s) at which friction at a quarter of the body's mass holds it on a slope: with S the slip speed that the law predicts, friction
/// is mu v / S of the normal force, and S follows from the slip that is carried on.
fn steady_creep(tangent: f64, world: &World<f64>) -> f64 {
    let share = tangent / world.friction;
    let braking = world.dt * world.friction * GRAVITY / (1.0 + tangent * tangent).sqrt();
    let eps = world.slip_speed + braking / 32.0;
    let miss = |v: f64| {
        let free = (v + braking * share).hypot(eps) - eps;
        (v / share - eps) * (1.0 + braking * share / v) - free
    };
    let (mut low, mut high) = (share * eps, 100.0 * eps);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        *if miss(middle) < 0.0 { &mut low } else { &mut high } = middle;
    }
    low
}

#[test]
fn creep_on_a_slope_is_what_the_regularisation_predicts_and_steep_slopes_slide() {
    let speed_after = |seconds: f64, tangent: f64, settings| {
        let mut drop = Drop::new(brick(), 500.0, settings, tangent, brick_rest(settings), Vec3::zero());
        drop.run(seconds);
        drop.state.velocity.x
    };
    for settings in [SOFT, HARD] {
        let creep = speed_after(3.0, 0.3, settings);
        let predicted = steady_creep(0.3, &Drop::new(brick(), 500.0, settings, 0.3, 0.0, Vec3::zero()).world);
        println!("creep at 0.3: {:.2} mm/s, predicted {:.2}", 1e3 * creep, 1e3 * predicted);
        assert!((creep - predicted).abs() < 0.02 * predicted, "{creep} against {predicted}");
        for tangent in [0.55, 0.7] {
            // From the second second on: before, the box comes to touch the ground, and the first step of that has no friction.
            let speed = speed_after(3.0, tangent, settings) - speed_after(1.0, tangent, settings);
            // MuJoCo's two friction cones differ by 4 % here; Coulomb's law lies between them.
            let coulomb = 2.0 * GRAVITY * (tangent - 0.5) / (1.0 + tangent * tangent).sqrt();
            println!("incline {tangent}: {speed:.3} m/s in 2 s (Coulomb {coulomb:.3})");
            assert!((speed / coulomb - 1.0).abs() < 5e-3, "{speed} against {coulomb}");
        }
    }
}

#[test]
fn passive_drops_never_rebound_above_their_height() {
    let shapes = [(sphere(0.1), 0.1), (capsule(0.05, vec3(0.3, 0.0, 0.0)), 0.05), (brick(), 0.05)];
    for settings in [SOFT, HARD] {
        for (shape, rest) in shapes {
            for height in [0.02, 0.1, 0.5, 2.0] {
                let mut drop = Drop::new(shape, 500.0, settings, 0.0, rest + height, Vec3::zero());
                let path = drop.run(3.0);
                let impact = path.iter().position(|p| p.z < rest).expect("it falls");
                let apex = path[impact..].iter().map(|p| p.z).fold(f64::MIN, f64::max);
                assert!(apex < rest + 0.25 * height, "{shape:?} from {height}: rebound to {}", apex - rest);
            }
        }
    }
}
