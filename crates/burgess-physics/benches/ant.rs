//! Body-steps a second of the bare step for the reference ant (9 links, 17 contact points, plane), float32, on every core: each ant by itself, and
//! ants side by side in vector registers.
//!
//! `cargo bench -p burgess-physics --bench ant [-- SECONDS THREADS]`; `scripts/compare_mujoco.py` runs MuJoCo on the same body beside it.
//! Every creature gets new random servo targets at 60 Hz, as there.

#[path = "../tests/physics/bodies.rs"]
#[allow(dead_code)] // only one of its bodies runs here
mod bodies;

use burgess_core::autodiff::{Truth, real};
use burgess_core::math::vec3;
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::lanes::{LANES, Lanes};
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::Model;
use burgess_physics::step::scalar::Scalar;
use burgess_physics::step::state::{Drive, State, Work};
use burgess_physics::step::step::step;
use burgess_physics::world::{Physics, World};
use std::time::{Duration, Instant};

const STEPS_PER_ACTION: u64 = 4;

/// Simulates ants over a scalar until time is up, one or several side by side, with servo targets from `draw`; returns the steps of each.
fn simulate<T: Scalar>(model: &Model<T>, world: &World<T>, until: Instant, mut draw: impl FnMut() -> T) -> u64 {
    let mut state = State::at_rest(model, vec3(0.0, 0.0, 0.23).map(real::<T>));
    let mut drive = Drive::idle(model);
    let mut work = Work::new(model, world.gravity, world.contact_width);
    let mut steps = 0;
    while Instant::now() < until {
        for _ in 0..60 {
            drive.targets[1..].fill_with(&mut draw);
            for _ in 0..STEPS_PER_ACTION {
                step(model, world, &drive, &mut state, &mut work);
            }
            steps += STEPS_PER_ACTION;
        }
    }
    let above = state.position.z.is_above(T::zero()) & state.position.is_finite();
    assert!(above.all(), "the ant left the ground: {:?}", state.position);
    steps
}

/// Body-steps a second (in millions) of what simulates on so many threads until it is told to end; each thread has a seed.
fn rate(seconds: f64, threads: usize, simulate: impl Fn(Instant, u64) -> u64 + Sync) -> f64 {
    let start = Instant::now();
    let until = start + Duration::from_secs_f64(seconds);
    let body_steps: u64 = std::thread::scope(|scope| {
        let simulate = &simulate;
        let workers: Vec<_> = (0..threads as u64).map(|seed| scope.spawn(move || simulate(until, seed))).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker panicked")).sum()
    });
    body_steps as f64 / start.elapsed().as_secs_f64() / 1e6
}

fn main() {
    let numbers: Vec<f64> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let seconds = numbers.first().copied().unwrap_or(3.0);
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    let threads = numbers.get(1).map_or(cores, |&n| n as usize);

    let ant = bodies::ant().build(1e4, true);
    let links = ant.links.len() as u64;
    let world = World::new(&Physics::default(), &TerrainSpec::default(), 0);
    let target = |stream: &mut Stream| stream.range(-0.6, 0.6) as f32;
    let stream = |seed| Stream::new(seed, 0, 0, Purpose::Actions);

    let (one, single) = (ant.map(real::<f32>), world.cast::<f32>());
    let alone = rate(seconds, threads, |until, seed| {
        let mut stream = stream(seed);
        links * simulate(&one, &single, until, || target(&mut stream))
    });
    println!("burgess ant f32: {alone:.3} M body-steps/s on {threads} threads");

    let (several, wide) = (ant.map(real::<Lanes>), world.cast::<Lanes>());
    let together = rate(seconds, threads, |until, seed| {
        let mut stream = stream(seed);
        let draw = || Lanes::from_array(std::array::from_fn(|_| target(&mut stream)));
        LANES as u64 * links * simulate(&several, &wide, until, draw)
    });
    println!("burgess {LANES} ants side by side f32: {together:.3} M body-steps/s on {threads} threads");
}
