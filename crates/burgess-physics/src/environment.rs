//! Environments: what a task may ask of a candidate beyond one place of the ground and a straight way.
//!
//! A candidate lives one episode in each environment, and its outcome is folded from theirs. Environments differ by constants alone: the
//! place of the ground at which the creature starts, pushes that it gets, and velocities that it is asked for. All are drawn from keyed
//! streams (the run's seed, the environment's number), so that all candidates of all generations meet the same ones (common random
//! numbers: Glasserman and Yao 1992) and an outcome is a function of the candidate.

use burgess_core::autodiff::{Real, real};
use burgess_core::math::{Vec3, vec3};
use burgess_core::rng::{Purpose, Stream};
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// Most environments.
pub const MAX_ENVIRONMENTS: usize = 16;
/// Most stretches of an episode that have a push or a wanted velocity of their own.
pub const MAX_STRETCHES: usize = 16;
/// The mass (kg) of the creature for which the speeds of pushes are stated.
const REFERENCE_MASS: f64 = 4.0;

/// In what a candidate is judged, as an experiment file states it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
// The name that messages about a wrong field show.
#[serde(deny_unknown_fields, rename = "Environments")]
pub struct EnvironmentsSpec {
    /// How many there are, 1 to 16.
    pub count: usize,
    /// What the rewards of all come to.
    #[serde(default)]
    pub reward: Fold,
    /// How far from the origin creatures start at most (m), each environment at another place; 0: all at the origin.
    #[serde(default)]
    pub places: f64,
    /// Sudden changes of the creature's velocity; none unless given.
    #[serde(default)]
    pub pushes: Option<PushSpec>,
    /// Velocities that creatures are asked for; none unless given.
    #[serde(default)]
    pub commands: Option<CommandSpec>,
}

/// What the rewards of all environments come to. Descriptors are means in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fold {
    /// Their mean.
    #[default]
    Mean,
    /// The worst of them.
    Worst,
}

/// Pushes: horizontal, each in another direction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "Pushes")]
pub struct PushSpec {
    /// Time from one to the next, and before the first (s).
    pub every: f64,
    /// By how much each changes the velocity of a 4 kg creature (m/s); scaled with the sixth root of mass, as speeds of creatures of one
    /// shape are.
    pub speed: f64,
}

/// Wanted velocities: horizontal, in world axes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "Commands")]
pub struct CommandSpec {
    /// Time for which each holds (s).
    pub every: f64,
    /// Bounds of the wanted speed (m/s).
    pub speed: (f64, f64),
    /// How far from +x the direction may be (rad); pi: any.
    pub turn: f64,
}

/// Horizontal vectors (m/s, world axes), one for each stretch of an episode.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schedule<T> {
    /// Steps of a stretch.
    pub period: u32,
    /// One vector a stretch, at most [`MAX_STRETCHES`]; none: there is no such thing.
    pub vectors: Vec<[T; 2]>,
}

impl<T: Real> Schedule<T> {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.vectors.is_empty()
    }

    /// The vector that holds in the step after so many; zero where there are none. The last holds beyond the end.
    pub fn at(&self, steps: u32) -> Vec3<T> {
        let stretch = steps.checked_div(self.period).map_or(0, |stretch| stretch as usize);
        self.vectors.get(stretch).or(self.vectors.last()).map_or_else(Vec3::zero, horizontal)
    }

    /// The vector of a stretch that begins with the step after so many, but for the first.
    pub fn beginning_at(&self, steps: u32) -> Option<Vec3<T>> {
        let begins = steps > 0 && self.period > 0 && steps.is_multiple_of(self.period);
        self.vectors.get((steps / self.period.max(1)) as usize).filter(|_| begins).map(horizontal)
    }

    /// The same over another scalar.
    pub fn map<U: Real>(&self, mut f: impl FnMut(T) -> U) -> Schedule<U> {
        Schedule { period: self.period, vectors: self.vectors.iter().map(|vector| vector.map(&mut f)).collect() }
    }
}

fn horizontal<T: Real>(&[x, y]: &[T; 2]) -> Vec3<T> {
    vec3(x, y, T::zero())
}

/// By how much a push that is stated for 4 kg changes the velocity of a creature of a mass (kg), as a factor.
pub fn push_scale<T: Real>(mass: T) -> T {
    ((mass / real(REFERENCE_MASS) - T::one()).ln_1p() / real(6.0)).exp()
}

/// What makes an environment another than a plain one.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Where creatures start on the ground (m).
    pub place: [f64; 2],
    /// Pushes, as changes of the velocity of a 4 kg creature.
    pub pushes: Schedule<f64>,
    /// Wanted velocities.
    pub wanted: Schedule<f64>,
}

impl EnvironmentsSpec {
    /// All environments, drawn for a seed. Schedules cover so many `steps` of `dt` (s).
    pub fn draw(&self, seed: u64, dt: f64, steps: u32) -> impl Iterator<Item = Environment> {
        (0..self.count.clamp(1, MAX_ENVIRONMENTS) as u64).map(move |number| Environment {
            place: self.place(seed, number),
            pushes: self.pushes.map_or_else(Schedule::default, |spec| spec.draw(seed, number, dt, steps)),
            wanted: self.commands.map_or_else(Schedule::default, |spec| spec.draw(seed, number, dt, steps)),
        })
    }

    /// Anywhere in a disc alike.
    fn place(&self, seed: u64, number: u64) -> [f64; 2] {
        let mut stream = Stream::new(seed, 0, number, Purpose::Places);
        let (distance, direction) = (self.places * stream.uniform().sqrt(), stream.range(0.0, TAU));
        along(distance, direction)
    }
}

impl PushSpec {
    fn draw(&self, seed: u64, number: u64, dt: f64, steps: u32) -> Schedule<f64> {
        let mut stream = Stream::new(seed, 0, number, Purpose::Pushes);
        // Nothing has a push at the start.
        let still = std::iter::once([0.0; 2]);
        Schedule::of(
            self.every,
            dt,
            steps,
            still.chain(std::iter::repeat_with(|| along(self.speed, stream.range(0.0, TAU)))),
        )
    }
}

impl CommandSpec {
    fn draw(&self, seed: u64, number: u64, dt: f64, steps: u32) -> Schedule<f64> {
        let mut stream = Stream::new(seed, 0, number, Purpose::Commands);
        let one = || {
            let speed = stream.range(self.speed.0, self.speed.1);
            along(speed, stream.range(-self.turn, self.turn))
        };
        Schedule::of(self.every, dt, steps, std::iter::repeat_with(one))
    }
}

impl Schedule<f64> {
    /// As many vectors as there are stretches of `every` (s) in so many steps.
    fn of(every: f64, dt: f64, steps: u32, vectors: impl Iterator<Item = [f64; 2]>) -> Self {
        let period = ((every / dt).round() as u32).max(1);
        let count = (steps.div_ceil(period) as usize).clamp(1, MAX_STRETCHES);
        Self { period, vectors: vectors.take(count).collect() }
    }
}

fn along(length: f64, direction: f64) -> [f64; 2] {
    [length * libm::cos(direction), length * libm::sin(direction)]
}
