//! The recorded motion as a function of what is unknown: factors on the physics and, where it is fitted, the state at the start.

use super::channel::{Channel, channels, numbers, set_numbers};
use super::table::Table;
use crate::experiment::{Factors, Identify, StartState, Unknown};
use anyhow::{Result, ensure};
use burgess_core::autodiff::{Dual, Value, real};
use burgess_core::math::{Quat, Vec3, vec3};
use burgess_physics::model::{BaseKind, Candidate, Model};
use burgess_physics::step::episode::Episode;
use burgess_physics::step::prelude::Prelude;
use burgess_physics::step::reverse::tape::Standing;
use burgess_physics::step::state::{State, Work};
use burgess_physics::step::step::start_carrying;
use burgess_physics::step::trace::state_columns;
use burgess_physics::task::TaskPlan;
use burgess_physics::world::World;

/// Derivatives that one simulation carries.
const LANES: usize = 8;
/// A row's time may be off a step by this share of it: tables are written with few digits.
const CLOCK_ERROR: f64 = 0.01;

/// A body, how it is moved, and what was recorded of it.
pub(super) struct MotionModel<'a> {
    unknowns: &'a [Unknown],
    candidate: &'a Candidate<f64>,
    world: &'a World<f64>,
    task: TaskPlan,
    /// State of the first row.
    start: State<f64>,
    fits_start: bool,
    channels: Vec<Channel>,
    /// Step and numbers of each row; orientations have the sign of the row before.
    rows: Vec<(u32, Vec<f64>)>,
}

/// Sums over residuals r and their derivatives J: what a step of the fit is made of.
#[derive(Clone, Debug)]
pub(super) struct Normal {
    /// J^T J, row-major.
    pub matrix: Vec<f64>,
    /// J^T r.
    pub slope: Vec<f64>,
    /// r^T r.
    pub loss: f64,
    /// Number of residuals.
    pub count: usize,
}

impl<'a> MotionModel<'a> {
    /// Of a recording.
    ///
    /// # Errors
    ///
    /// When the recording does not fit the body or the clock of the simulation.
    pub(super) fn new(
        spec: &'a Identify,
        candidate: &'a Candidate<f64>,
        world: &'a World<f64>,
        task: TaskPlan,
        recording: &Table,
    ) -> Result<Self> {
        let joints = candidate.model.joint_count();
        let mut channels = channels(recording, joints)?;
        // What never changes says nothing, and a welded base has no pose.
        channels.retain(|channel| channel.range > 0.0);
        let steps = clock(recording, world.dt)?;
        let rows = steps.into_iter().zip(continuous(recording)).collect();
        let start = first_state(&candidate.model, recording)?;
        let fits_start = spec.start == StartState::Fitted;
        Ok(Self { unknowns: &spec.unknowns, candidate, world, task, start, fits_start, channels, rows })
    }

    /// Number of unknowns.
    pub(super) fn len(&self) -> usize {
        self.unknowns.len() + if self.fits_start { self.start_unknowns() } else { 0 }
    }

    fn start_unknowns(&self) -> usize {
        let base = if self.candidate.model.base == BaseKind::Floating { 12 } else { 0 };
        base + 2 * self.candidate.model.joint_count()
    }

    /// Time of the last row (s).
    pub(super) fn duration(&self) -> f64 {
        f64::from(self.rows.last().map_or(0, |row| row.0)) * self.world.dt
    }

    /// Sum of the squared residuals of the rows within a horizon (s), and their number; none where the motion diverges.
    pub(super) fn loss(&self, unknowns: &[f64], horizon: f64) -> Option<(f64, usize)> {
        let (mut loss, mut count) = (0.0, 0);
        let finished = self.simulate(unknowns, horizon, |channel, value, recorded| {
            let residual = (value - recorded) / channel.range;
            loss += residual * residual;
            count += 1;
        });
        (finished && f64::is_finite(loss)).then_some((loss, count))
    }

    /// The sums over residuals and their derivatives by all unknowns, over the rows within a horizon (s); none where the motion diverges.
    pub(super) fn normal(&self, unknowns: &[f64], horizon: f64) -> Option<Normal> {
        let size = unknowns.len();
        let mut residuals = Vec::new();
        let mut columns: Vec<Vec<f64>> = vec![Vec::new(); size];
        for first in (0..size).step_by(LANES) {
            let lanes = LANES.min(size - first);
            let mut variables: Vec<Dual<f64, LANES>> = unknowns.iter().map(|&x| Dual::constant(x)).collect();
            for lane in 0..lanes {
                variables[first + lane].derivative[lane] = 1.0;
            }
            residuals.clear();
            let finished = self.simulate(&variables, horizon, |channel, value, recorded| {
                residuals.push((value.value - recorded) / channel.range);
                for lane in 0..lanes {
                    columns[first + lane].push(value.derivative[lane] / channel.range);
                }
            });
            if !finished {
                return None;
            }
        }
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let matrix: Vec<f64> =
            columns.iter().flat_map(|a| columns.iter().map(|b| dot(a, b)).collect::<Vec<_>>()).collect();
        let slope: Vec<f64> = columns.iter().map(|a| dot(a, &residuals)).collect();
        let loss = dot(&residuals, &residuals);
        let finite = loss.is_finite() && slope.iter().chain(&matrix).all(|x| x.is_finite());
        finite.then_some(Normal { matrix, slope, loss, count: residuals.len() })
    }

    /// The motion with these factors from the recorded start, as a table with the recording's times.
    pub(super) fn motion(&self, unknowns: &[f64]) -> Table {
        let names = state_columns(self.candidate.model.joint_count());
        let mut rows = Vec::new();
        self.visit(unknowns, self.duration(), |row, state| {
            let time = f64::from(self.rows[row].0) * self.world.dt;
            rows.push(std::iter::once(time).chain(numbers(state)).collect());
        });
        Table { names, rows }
    }

    /// Shows every channel of every row within a horizon, with what was recorded; false where the motion diverges.
    fn simulate<T: Value>(&self, unknowns: &[T], horizon: f64, mut see: impl FnMut(&Channel, T, f64)) -> bool {
        self.visit(unknowns, horizon, |row, state| {
            let numbers = numbers(state);
            for channel in &self.channels {
                see(channel, channel.of(&numbers), self.rows[row].1[channel.column]);
            }
        })
    }

    /// Simulates, and shows the state at every row within a horizon; false where the motion diverges.
    fn visit<T: Value>(&self, unknowns: &[T], horizon: f64, mut see: impl FnMut(usize, &State<T>)) -> bool {
        let last = (horizon / self.world.dt).round() as u32;
        let rows = self.rows.iter().take_while(|row| row.0 <= last).count();
        let factors: Vec<T> = unknowns[..self.unknowns.len()].iter().map(|log| log.exp()).collect();
        let factor = |unknown: Unknown| {
            let place = self.unknowns.iter().position(|&other| other == unknown);
            place.map_or(T::one(), |place| factors[place])
        };
        let (candidate, world) = altered(self.candidate, self.world, factor);
        let start = self.start_of(&candidate.model, &world, &unknowns[self.unknowns.len()..]);
        let steps = self.rows[rows.max(1) - 1].0.max(1);
        let task = TaskPlan { steps, ..self.task.clone() };
        let prelude = Prelude::new(&candidate.model, &world);
        let mut episode = Episode::with(&candidate, &world, &task, prelude, Some(&start));
        for row in 0..rows {
            while episode.steps() < self.rows[row].0 {
                if !episode.advance() {
                    return false;
                }
            }
            see(row, &episode.state);
        }
        numbers(&episode.state).into_iter().all(T::is_finite)
    }

    /// The first row's state, moved by the unknowns that are about it.
    fn start_of<T: Value>(&self, model: &Model<T>, world: &World<T>, moves: &[T]) -> Standing<T> {
        let mut standing = Standing::new(model);
        let state = &mut standing.state;
        state.position = self.start.position.map(real);
        state.orientation = self.start.orientation.map(real);
        state.velocity = self.start.velocity.map(real);
        state.angular_velocity = self.start.angular_velocity.map(real);
        for (link, recorded) in state.links.iter_mut().zip(&self.start.links) {
            (link.angle, link.rate) = (real(recorded.angle), real(recorded.rate));
        }
        let mut moves = moves.iter().copied();
        if moves.len() > 0 {
            if model.base == BaseKind::Floating {
                let mut vector = || -> Vec3<T> { vec3(next(&mut moves), next(&mut moves), next(&mut moves)) };
                state.position += vector();
                state.orientation = Quat::exp(vector()) * state.orientation;
                state.velocity += vector();
                state.angular_velocity += vector();
            }
            for link in state.links.iter_mut().skip(1) {
                link.angle += next(&mut moves);
                link.rate += next(&mut moves);
            }
        }
        carry(model, world, state);
        standing
    }
}

fn next<T: Value>(moves: &mut impl Iterator<Item = T>) -> T {
    moves.next().unwrap_or_else(T::zero)
}

/// Makes what links carry follow from positions and velocities.
fn carry<T: Value>(model: &Model<T>, world: &World<T>, state: &mut State<T>) {
    let mut work = Work::new(model, world.gravity, world.contact_width);
    start_carrying(model, state, &mut work);
}

/// Candidate and world with factors on their physics.
fn altered<T: Value>(
    candidate: &Candidate<f64>,
    world: &World<f64>,
    factor: impl Fn(Unknown) -> T,
) -> (Candidate<T>, World<T>) {
    let mut candidate: Candidate<T> = candidate.map(real::<T>);
    let (mass, damping) = (factor(Unknown::Mass), factor(Unknown::JointDamping));
    for link in &mut candidate.model.links {
        link.mass *= mass;
        link.inertia = link.inertia.map(|x| x * mass);
    }
    for joint in &mut candidate.model.joints {
        joint.damping *= damping;
    }
    let mut world = world.cast::<T>();
    world.friction *= factor(Unknown::Friction);
    world.gravity = world.gravity * factor(Unknown::Gravity);
    (candidate, world)
}

/// Simulates a body with these factors from just above the ground at a velocity (m/s), and records every step.
pub(super) fn record(
    candidate: &Candidate<f64>,
    world: &World<f64>,
    task: &TaskPlan,
    factors: &Factors,
    velocity: (f64, f64, f64),
) -> Table {
    let (candidate, world) = altered(candidate, world, |unknown| factors.of(unknown));
    let prelude = Prelude::new(&candidate.model, &world);
    let mut start = Standing::new(&candidate.model);
    start.state.position = prelude.start;
    if candidate.model.base == BaseKind::Floating {
        start.state.velocity = vec3(velocity.0, velocity.1, velocity.2);
    }
    carry(&candidate.model, &world, &mut start.state);
    let mut episode = Episode::with(&candidate, &world, task, prelude, Some(&start));
    let row = |episode: &Episode<'_, f64>| std::iter::once(episode.time()).chain(numbers(&episode.state)).collect();
    let mut rows = vec![row(&episode)];
    while episode.advance() {
        rows.push(row(&episode));
    }
    Table { names: state_columns(candidate.model.joint_count()), rows }
}

/// The step of each row.
fn clock(recording: &Table, dt: f64) -> Result<Vec<u32>> {
    let Some(column) = recording.column("time") else { anyhow::bail!("recording: the column `time` is missing") };
    let mut steps: Vec<u32> = Vec::with_capacity(recording.rows.len());
    for (i, row) in recording.rows.iter().enumerate() {
        let step = (row[column] / dt).round();
        let fits = (row[column] / dt - step).abs() < CLOCK_ERROR && (0.0..1e6).contains(&step);
        ensure!(
            fits,
            "recording: row {} is at {} s, which is no multiple of the time step, {dt} s",
            i + 1,
            row[column]
        );
        steps.push(step as u32);
    }
    ensure!(steps.first() == Some(&0), "recording: must begin at time 0, when servo targets are zero");
    ensure!(steps.is_sorted_by(|a, b| a < b), "recording: times must ascend");
    Ok(steps)
}

/// The rows with orientations on the same side: a quaternion and its negative are one orientation.
fn continuous(recording: &Table) -> Vec<Vec<f64>> {
    let places: Vec<usize> = ["qw", "qx", "qy", "qz"].iter().filter_map(|name| recording.column(name)).collect();
    let mut rows = recording.rows.clone();
    for i in 1..rows.len() {
        let (before, own) = rows.split_at_mut(i);
        let along: f64 = places.iter().map(|&place| before[i - 1][place] * own[0][place]).sum();
        if along < 0.0 {
            places.iter().for_each(|&place| own[0][place] = -own[0][place]);
        }
    }
    rows
}

/// The state of the first row; velocities that were not recorded are zero.
fn first_state(model: &Model<f64>, recording: &Table) -> Result<State<f64>> {
    let mut state = State::at_rest(model, Vec3::zero());
    let mut values = numbers(&state);
    for channel in channels(recording, model.joint_count())? {
        channel.set(&mut values, recording.rows[0][channel.column]);
    }
    set_numbers(&mut state, &values);
    Ok(state)
}
