//! Body-steps a second of the bare step for the reference ant (9 links, 17 contact points, plane), float32, on every core.
//!
//! `cargo bench -p burgess-physics --bench ant [-- SECONDS THREADS]`; `scripts/compare_mujoco.py` runs MuJoCo on the same body beside it.
//! Every creature gets new random servo targets at 60 Hz, as there.

#[path = "../tests/physics/bodies.rs"]
#[allow(dead_code)] // only one of its bodies runs here
mod bodies;

use burgess_core::autodiff::{Real, Truth};
use burgess_core::math::vec3;
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::lanes::{LANES, Lanes};
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::Model;
use burgess_physics::step::state::{Drive, State, Work};
use burgess_physics::step::step::step;
use burgess_physics::world::{Physics, World};
use std::time::{Duration, Instant};

const STEPS_PER_ACTION: u64 = 4;

/// Simulates one ant until time is up; returns its steps.
fn simulate(model: &Model<f32>, world: &World<f32>, until: Instant, seed: u64) -> u64 {
    let mut stream = Stream::new(seed, 0, 0, Purpose::Actions);
    let mut state = State::at_rest(model, vec3(0.0, 0.0, 0.23));
    let mut drive = Drive::idle(model);
    let mut work = Work::new(model, world.gravity, world.contact_width);
    let mut steps = 0;
    while Instant::now() < until {
        for _ in 0..60 {
            for target in &mut drive.targets[1..] {
                *target = stream.range(-0.6, 0.6) as f32;
            }
            for _ in 0..STEPS_PER_ACTION {
                step(model, world, &drive, &mut state, &mut work);
            }
            steps += STEPS_PER_ACTION;
        }
    }
    assert!(state.position.is_finite() && state.position.z > 0.0, "the ant left the ground: {:?}", state.position);
    steps
}

/// Simulates several ants side by side until time is up; returns their steps.
fn simulate_wide(model: &Model<f32>, world: &World<f64>, until: Instant, seed: u64) -> u64 {
    let (model, world) = (&model.map(|x| Lanes::from_f64(x.into())), &world.cast::<Lanes>());
    let mut stream = Stream::new(seed, 0, 0, Purpose::Actions);
    let mut state = State::at_rest(model, vec3(0.0, 0.0, 0.23).map(Lanes::from_f64));
    let mut drive = Drive::idle(model);
    let mut work = Work::new(model, world.gravity, world.contact_width);
    let mut steps = 0;
    while Instant::now() < until {
        for _ in 0..60 {
            for target in &mut drive.targets[1..] {
                *target = Lanes::from_array(std::array::from_fn(|_| stream.range(-0.6, 0.6) as f32));
            }
            for _ in 0..STEPS_PER_ACTION {
                step(model, world, &drive, &mut state, &mut work);
            }
            steps += STEPS_PER_ACTION * LANES as u64;
        }
    }
    assert!(state.position.is_finite().all(), "the ant left the ground: {:?}", state.position);
    steps
}

fn main() {
    let numbers: Vec<f64> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let seconds = numbers.first().copied().unwrap_or(3.0);
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    let threads = numbers.get(1).map_or(cores, |&n| n as usize);

    let model: Model<f32> = bodies::ant().build(1e4, true).map(|x| x as f32);
    let world64 = World::new(&Physics::default(), &TerrainSpec::default(), 0);
    let world = world64.cast::<f32>();
    let wide = numbers.get(2).is_some();
    let start = Instant::now();
    let until = start + Duration::from_secs_f64(seconds);
    let steps: u64 = std::thread::scope(|scope| {
        let (model, world, world64) = (&model, &world, &world64);
        let workers: Vec<_> =
            (0..threads as u64).map(|seed| scope.spawn(move || if wide { simulate_wide(model, world64, until, seed) } else { simulate(model, world, until, seed) })).collect();
        workers.into_iter().map(|w| w.join().expect("a worker panicked")).sum()
    });
    let rate = steps as f64 * model.links.len() as f64 / start.elapsed().as_secs_f64();
    println!("burgess ant f32: {:.3} M body-steps/s on {threads} threads", rate / 1e6);
}
