//! Contact-free trajectories against MuJoCo, in float64 with the explicit bias force, which is what MuJoCo's Euler does.

use crate::bodies::{Builder, ant, chain};
use burgess_core::math::{Quat, vec3};
use burgess_physics::laws::joint::Servo;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{BaseKind, Model};
use burgess_physics::step::state::{Drive, State, Work};
use burgess_physics::step::step::step;
use burgess_physics::world::{BiasForm, Physics, World};
use std::f64::consts::TAU;

/// Relative to the largest magnitude of the column; both integrate the same equations, so only rounding is left (about 1e-13).
const TOLERANCE: f64 = 1e-9;

const DT: f64 = 0.002;

struct Case {
    csv: &'static str,
    model: Model<f64>,
    gravity: f64,
    torque: f64,
}

fn world(gravity: f64) -> World<f64> {
    let physics = Physics { gravity, form: BiasForm::ExplicitBias, ..Physics::default() };
    World { dt: DT, ..World::new(&physics, &TerrainSpec::default(), 0) }
}

/// Rows of numbers behind a header.
fn parse(csv: &str) -> Vec<Vec<f64>> {
    csv.lines().skip(1).map(|row| row.split(',').map(|x| x.parse().unwrap()).collect()).collect()
}

fn state_from_row(model: &Model<f64>, row: &[f64]) -> State<f64> {
    let mut state = State::at_rest(model, vec3(0.0, 0.0, 0.0));
    let joints = model.joint_count();
    let (q, velocities) = match model.base {
        BaseKind::Welded => (&row[2..], &row[2 + joints..]),
        BaseKind::Floating => {
            let (q, v) = (&row[2..], &row[2 + 7 + joints..]);
            state.position = vec3(q[0], q[1], q[2]);
            state.orientation = Quat::new(q[3], q[4], q[5], q[6]);
            state.velocity = vec3(v[0], v[1], v[2]);
            state.angular_velocity = vec3(v[3], v[4], v[5]);
            (&q[7..], &v[6..])
        }
    };
    for j in 0..joints {
        (state.links[j + 1].angle, state.links[j + 1].rate) = (q[j], velocities[j]);
    }
    state
}

fn row_from_state(model: &Model<f64>, state: &State<f64>) -> Vec<f64> {
    let (mut q, mut v) = (Vec::new(), Vec::new());
    if model.base == BaseKind::Floating {
        q.extend(state.position.to_array());
        q.push(state.orientation.w);
        q.extend(state.orientation.v.to_array());
        v.extend(state.velocity.to_array());
        v.extend(state.angular_velocity.to_array());
    }
    q.extend(state.links[1..].iter().map(|l| l.angle));
    v.extend(state.links[1..].iter().map(|l| l.rate));
    q.extend(v);
    q
}

fn worst_relative_difference(case: &Case) -> f64 {
    let rows = parse(case.csv);
    let columns = 2..2 + row_from_state(&case.model, &state_from_row(&case.model, &rows[0])).len();
    let scale: Vec<f64> = columns.clone().map(|c| rows.iter().map(|row| row[c].abs()).fold(1e-3, f64::max)).collect();

    let world = world(case.gravity);
    let mut state = state_from_row(&case.model, &rows[0]);
    let mut drive = Drive::idle(&case.model);
    let mut work = Work::new(&case.model, world.gravity, world.contact_width);
    let mut worst = 0.0_f64;
    let mut next_row = rows.iter();
    for k in 0..=500 {
        if k % 5 == 0 {
            let row = next_row.next().expect("a row for every fifth step");
            for (c, x) in row_from_state(&case.model, &state).iter().enumerate() {
                worst = worst.max((x - row[c + 2]).abs() / scale[c]);
            }
        }
        for j in 0..case.model.joint_count() {
            let j_f = j as f64;
            drive.torques[j + 1] = case.torque * (TAU * (1.0 + 0.37 * j_f) * f64::from(k) * DT + j_f).sin();
        }
        step(&case.model, &world, &drive, &mut state, &mut work);
    }
    worst
}

/// The reference models have no servo and no limits; hinges keep their armature and damping.
fn passive(mut builder: Builder, armature: f64, damping: f64) -> Model<f64> {
    builder.limit(-1e3, 1e3);
    for joint in &mut builder.joints {
        joint.servo = Servo { kp: 0.0, kd: 0.0, torque_limit: 1e9, no_load_speed: None };
        (joint.armature, joint.damping) = (armature, damping);
    }
    builder.build(1e4, false)
}

fn check(case: &Case) {
    let worst = worst_relative_difference(case);
    assert!(worst < TOLERANCE, "worst relative difference {worst:e}");
}

const PENDULUM_AXES: [[f64; 3]; 3] = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];

#[test]
fn triple_pendulum() {
    let model = passive(chain(BaseKind::Welded, &PENDULUM_AXES), 0.0, 0.0);
    let csv = include_str!("../data/mujoco/triple_pendulum.csv");
    check(&Case { csv, model, gravity: 9.81, torque: 0.0 });
}

#[test]
fn triple_pendulum_driven() {
    let model = passive(chain(BaseKind::Welded, &PENDULUM_AXES), 0.0, 0.0);
    let csv = include_str!("../data/mujoco/triple_pendulum_driven.csv");
    check(&Case { csv, model, gravity: 9.81, torque: 0.6 });
}

#[test]
fn floating_chain() {
    let model = passive(chain(BaseKind::Floating, &[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), 0.01, 0.05);
    let csv = include_str!("../data/mujoco/floating_chain3.csv");
    check(&Case { csv, model, gravity: 0.0, torque: 0.5 });
}

#[test]
fn floating_ant() {
    let model = passive(ant(), 0.005, 0.05);
    let csv = include_str!("../data/mujoco/floating_ant.csv");
    check(&Case { csv, model, gravity: 0.0, torque: 0.3 });
}

/// A wrong body must show: the bound is far below what a changed mass does.
#[test]
fn the_comparison_can_fail() {
    let mut builder = ant();
    builder.links[3].mass *= 1.0 + 1e-6;
    let model = passive(builder, 0.005, 0.05);
    let csv = include_str!("../data/mujoco/floating_ant.csv");
    let worst = worst_relative_difference(&Case { csv, model, gravity: 0.0, torque: 0.3 });
    assert!(worst > TOLERANCE, "{worst:e}");
}
