//! Servos with a no-load speed: the line of a DC motor, what limits and drains them, gradients.

use crate::bodies::{Builder, folding_body, folding_brain, sphere};
use crate::pairs::{gradient_error, stream, task, world};
use burgess_core::math::{Vec3, vec3};
use burgess_core::rng::Stream;
use burgess_physics::laws::joint::Servo;
use burgess_physics::model::{BaseKind, Candidate, Joint, Model};
use burgess_physics::step::episode::Episode;
use burgess_physics::step::state::{Drive, LinkState, State, Work};
use burgess_physics::step::step::step;

const NO_LOAD_SPEED: f64 = 12.0;

fn servo(no_load_speed: Option<f64>) -> Servo<f64> {
    Servo { kp: 15.0, kd: 0.4, torque_limit: 6.0, no_load_speed }
}

/// Torque (N m) at a steady rate, with a target so far ahead (rad) at a rate of steps.
fn steady(servo: &Servo<f64>, rate: u32, ahead: f64, speed: f64) -> f64 {
    let torque = servo.torque(1.0 / f64::from(rate), ahead, 0.0, speed);
    torque.push - torque.drag * speed
}

/// A welded base with a balanced rotor: of an arm that swings around, the step itself would take power.
fn motor(no_load_speed: Option<f64>) -> Model<f64> {
    let mut b = Builder::new(BaseKind::Welded);
    b.add(0, Vec3::zero(), vec3(0.0, 0.0, 1.0), sphere(0.02), 500.0);
    b.add(0, Vec3::zero(), vec3(0.0, 0.0, 1.0), sphere(0.1), 500.0);
    b.joints[0].servo = servo(no_load_speed);
    b.build(1e4, false)
}

/// The rate (rad/s) that a servo reaches in two seconds whose target is always half a turn ahead.
fn free_spin(no_load_speed: Option<f64>, rate: u32) -> f64 {
    let (model, world) = (motor(no_load_speed), world(0.0, rate));
    let mut state = State::at_rest(&model, Vec3::zero());
    let mut work = Work::new(&model, world.gravity, world.contact_width);
    let mut drive = Drive::idle(&model);
    for _ in 0..2 * rate {
        drive.targets[1] = state.links[1].angle + std::f64::consts::PI;
        step(&model, &world, &drive, &mut state, &mut work);
    }
    state.links[1].rate
}

#[test]
fn free_servos_reach_their_no_load_speed() {
    for rate in [120, 240, 480] {
        let (reached, without) = (free_spin(Some(NO_LOAD_SPEED), rate), free_spin(None, rate));
        println!("{rate} steps a second: {reached:.2} rad/s, without a no-load speed {without:.1} rad/s");
        assert!((reached - NO_LOAD_SPEED).abs() < 0.05, "{rate}: {reached}");
        assert!(without > 2.0 * NO_LOAD_SPEED, "{rate}: {without}");
    }
}

/// Where the servo drives, torque falls with the rate as that of a DC motor; where it brakes, and at rest, its limit is what it was. Each limit stays
/// within 4.3 % of a hard one.
#[test]
fn torque_falls_on_a_line_and_brakes_hold() {
    let (line, plain) = (servo(Some(NO_LOAD_SPEED)), servo(None));
    for share in [0.0, 0.2, 0.5, 0.8, 1.0, 1.3] {
        let torque = steady(&line, 240, 20.0, share * NO_LOAD_SPEED) / line.torque_limit;
        assert!((torque - (1.0 - share)).abs() < 0.045, "at {share}: {torque}");
    }
    for rate in [0.0, -2.0, -6.0, -10.0] {
        let (with, without) = (steady(&line, 240, 20.0, rate), steady(&plain, 240, 20.0, rate));
        assert!(with <= without && with > 0.955 * without, "at {rate}: {with}, {without}");
    }
    // A servo that hardly works at a low rate is far from both limits.
    let (with, without) = (steady(&line, 240, 0.1, 1.0), steady(&plain, 240, 0.1, 1.0));
    assert!((with - without).abs() < 1e-9 * without.abs(), "{with}, {without}");
}

/// No rate makes a servo a source: drag is never negative, a servo that is where it should be takes power from what turns it, and beyond its
/// no-load speed any servo does, whatever it is asked.
#[test]
fn servos_that_are_turned_give_no_power() {
    let mut stream = stream(900);
    for _ in 0..20_000 {
        let servo = Servo {
            kp: stream.range(0.0, 60.0),
            kd: stream.range(0.0, 2.0),
            torque_limit: stream.range(0.1, 20.0),
            no_load_speed: Some(stream.range(1.0, 40.0)),
        };
        let (angle, rate) = (stream.range(-2.0, 2.0), stream.range(-60.0, 60.0));
        let target = if stream.chance(0.5) { angle } else { stream.range(-4.0, 4.0) };
        let torque = servo.torque(1.0 / 240.0, target, angle, rate);
        assert!(torque.drag >= 0.0, "{servo:?} at {rate}: {torque:?}");
        let power = (torque.push - torque.drag * rate) * rate;
        if target == angle || rate.abs() > servo.no_load_speed.unwrap() {
            assert!(power <= 0.0, "{servo:?} at {rate}, {target} from {angle}: {power} W");
        }
    }
}

/// A folding body, each of whose servos has a no-load speed of its own, but for the first, which has none.
fn varied_servos(stream: &mut Stream) -> Candidate<f64> {
    let mut model = folding_body(stream, 1.0);
    let controller = folding_brain(stream, &model);
    for joint in &mut model.joints[1..] {
        joint.servo.no_load_speed = Some(stream.range(1.0, 12.0));
    }
    Candidate { model, controller }
}

#[test]
fn the_backward_pass_goes_through_servos_with_a_no_load_speed() {
    let mut limited = 0;
    for seed in 0..12 {
        let mut stream = stream(500 + seed);
        let candidate = varied_servos(&mut stream);
        let world = world(9.81, 240);
        for (steps, bound) in [(60, 1e-8), (240, 1e-6)] {
            let task = task(steps);
            let mut episode = Episode::new(&candidate, &world, &task);
            while episode.advance() {
                let joints = candidate.model.joints.iter().zip(&episode.state.links[1..]);
                let is_fast = |(joint, link): &(&Joint<f64>, &LinkState<f64>)| {
                    joint.servo.no_load_speed.is_some_and(|speed| link.rate.abs() > 0.5 * speed)
                };
                limited += joints.filter(is_fast).count();
            }
            let error = gradient_error(&candidate, &world, &task, &mut stream);
            assert!(error < bound, "{seed}, {steps} steps: {error:.1e}");
        }
    }
    assert!(limited > 500, "only {limited} joints near their no-load speed");
}
