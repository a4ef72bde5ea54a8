//! Wall time: of a run, summed over its parts, and of the steps of a generation.

use std::fmt;
use std::ops::AddAssign;
use std::time::Instant;

/// A clock that goes on from where the run was stopped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    started: Instant,
    before: f64,
}

impl Clock {
    /// A clock that shows `seconds` now.
    pub(super) fn starting_at(seconds: f64) -> Self {
        Self { started: Instant::now(), before: seconds }
    }

    /// What it shows (s).
    pub(super) fn seconds(&self) -> f64 {
        self.before + self.started.elapsed().as_secs_f64()
    }
}

/// Where the wall time of a session's generations went, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Times {
    /// Asking for candidates and compiling them.
    pub ask: f64,
    /// Packing candidates for the backend, moving them and the results, and what asking ahead takes beyond the simulation.
    pub transfer: f64,
    /// Simulating.
    pub simulation: f64,
    /// Gradient steps, and judging what took them.
    pub refinement: f64,
    /// Training the encoder, and encoding all elites again.
    pub training: f64,
    /// Joining candidates with what their episodes gave, and offering them to the archive.
    pub insertion: f64,
    /// Telling the emitters.
    pub tell: f64,
    /// Measuring, and handing the generation to the store.
    pub record: f64,
}

impl Times {
    /// All of them with their names, in the order of the loop.
    pub fn parts(&self) -> [(&'static str, f64); 8] {
        let Self { ask, transfer, simulation, refinement, training, insertion, tell, record } = *self;
        [
            ("ask", ask),
            ("transfer", transfer),
            ("simulation", simulation),
            ("refinement", refinement),
            ("training", training),
            ("insertion", insertion),
            ("tell", tell),
            ("record", record),
        ]
    }
}

impl AddAssign for Times {
    fn add_assign(&mut self, other: Self) {
        self.ask += other.ask;
        self.transfer += other.transfer;
        self.simulation += other.simulation;
        self.refinement += other.refinement;
        self.training += other.training;
        self.insertion += other.insertion;
        self.tell += other.tell;
        self.record += other.record;
    }
}

/// The shares of the parts, the smallest left out.
impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.parts();
        let all: f64 = parts.iter().map(|(_, seconds)| seconds).sum();
        let shares: Vec<String> = parts
            .iter()
            .map(|(name, seconds)| (name, 100.0 * seconds / all))
            .filter(|(_, percent)| *percent >= 0.5)
            .map(|(name, percent)| format!("{name} {percent:.0} %"))
            .collect();
        f.write_str(&shares.join(", "))
    }
}

/// A stopwatch for one step after the other.
#[derive(Debug)]
pub(super) struct Laps(Instant);

impl Laps {
    /// Begins the first lap.
    pub(super) fn begin() -> Self {
        Self(Instant::now())
    }

    /// Ends a lap and begins the next; the time it took (s).
    pub(super) fn next(&mut self) -> f64 {
        let now = Instant::now();
        now.duration_since(std::mem::replace(&mut self.0, now)).as_secs_f64()
    }
}
