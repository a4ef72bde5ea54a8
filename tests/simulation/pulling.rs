//! Contacts push. The linear law can pull for a step when a foot is torn off the ground within it; evolution would find and
//! use that glue, so the impulse that pulls must stay far below the impulse that pushes.

use burgess_core::rng::{Purpose, Stream};
use burgess_evolution::genome::{BodyLimits, morphology};
use burgess_evolution::growth::expand;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{Model, rest_origins};
use burgess_physics::step::policy::{half_range, slew_targets};
use burgess_physics::step::spawn::spawn_position;
use burgess_physics::step::state::{Drive, State, Work};
use burgess_physics::step::step::step;
use burgess_physics::world::{Physics, World};
use std::f64::consts::TAU;
use std::path::Path;

/// Pulling impulse over pushing impulse.
const BOUND: f64 = 1e-3;

const WALKERS: [&str; 6] = ["hopper", "biped", "quadruped", "hexapod", "snake", "tripod"];

fn model(name: &str) -> Model<f64> {
    let body = morphology::load(name, Path::new(".")).unwrap();
    expand(&body, &BodyLimits::default(), &Physics::default()).unwrap().model
}

/// (pulling, pushing) impulse of 5 s in which `command` gives the share of each joint's half range.
fn impulses(model: &Model<f64>, command: impl Fn(usize, f64) -> f64) -> (f64, f64) {
    let world = World::new(&Physics::default(), &TerrainSpec::default(), 0);
    let mut state = State::at_rest(model, spawn_position(model, &rest_origins(model), &world));
    let mut drive = Drive::idle(model);
    let mut work = Work::new(model, world.gravity, world.contact_width);
    let (mut pull, mut push) = (0.0, 0.0);
    for k in 0..1200 {
        let time = f64::from(k) * world.dt;
        let half = |i: usize| if i == 0 { 0.0 } else { half_range(model, i) };
        let commands: Vec<f64> = (0..model.links.len()).map(|i| half(i) * command(i, time)).collect();
        slew_targets(&world, &commands, &mut drive.targets);
        step(model, &world, &drive, &mut state, &mut work);
        for contact in &work.contacts {
            pull += world.dt * (-contact.force).max(0.0);
            push += world.dt * contact.force.max(0.0);
        }
    }
    (pull, push)
}

/// Ten random draws of offset, amplitude, phase for each joint, and a frequency.
fn worst_share(model: &Model<f64>, wave: fn(f64) -> f64) -> f64 {
    let mut worst = 0.0_f64;
    for seed in 0..10 {
        let mut stream = Stream::new(seed, 0, 0, Purpose::Test);
        let frequency = stream.range(0.8, 2.0);
        let joints: Vec<[f64; 3]> = (0..model.links.len())
            .map(|_| [stream.range(-0.2, 0.2), stream.range(0.2, 0.8), stream.range(0.0, TAU)])
            .collect();
        let (pull, push) = impulses(model, |i, time| {
            let [offset, amplitude, phase] = joints[i];
            offset + amplitude * wave(TAU * frequency * time + phase)
        });
        worst = worst.max(pull / push);
    }
    worst
}

#[test]
fn gaits_of_every_seed_morphology() {
    for name in WALKERS {
        let share = worst_share(&model(name), f64::sin);
        println!("{name}: gaits pull {share:.1e} of what they push");
        assert!(share < BOUND, "{name}: {share:e}");
    }
}

#[test]
fn square_waves_at_five_times_the_torque() {
    for name in WALKERS {
        let mut model = model(name);
        for joint in &mut model.joints {
            joint.servo.torque_limit *= 5.0;
        }
        let share = worst_share(&model, |x| f64::signum(x.sin()));
        println!("{name}: square waves pull {share:.1e} of what they push");
        assert!(share < BOUND, "{name}: {share:e}");
    }
}
