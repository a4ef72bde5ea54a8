//! Wall time, summed over the parts of a run.

use std::time::Instant;

/// A clock that goes on from where the run was stopped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    started: Instant,
    before: f64,
}

impl Clock {
    /// A clock that shows `seconds` now.
    pub fn starting_at(seconds: f64) -> Self {
        Self { started: Instant::now(), before: seconds }
    }

    /// What it shows (s).
    pub fn seconds(&self) -> f64 {
        self.before + self.started.elapsed().as_secs_f64()
    }
}
