//! Generations that wait to be stored together.
//!
//! A generation of a fast task takes a millisecond, and storing it could take longer: rows are encoded, emitters may have megabytes of
//! state. So generations are gathered, and of each cell only what is in it at the end is written. A killed run repeats what was
//! gathered, half a second's worth at most; generations that take longer than that are each stored at once.

use crate::metrics::Metrics;
use std::time::{Duration, Instant};

/// Longest time that a generation waits.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// What was recorded since the last commit.
#[derive(Debug)]
pub(super) struct Pending {
    rows: Vec<Metrics>,
    /// When the last commit of this session was; none before the first, which is not put off.
    committed: Option<Instant>,
    /// When the last generation was recorded, and how long it took.
    recorded: Instant,
    took: Duration,
    /// Whether a generation has begun to change the archive and is not recorded yet.
    torn: bool,
}

impl Pending {
    pub(super) fn new() -> Self {
        Self { rows: Vec::new(), committed: None, recorded: Instant::now(), took: Duration::ZERO, torn: false }
    }

    /// From here to [`Pending::record`] archive and emitters belong to no generation.
    pub(super) fn tear(&mut self) {
        self.torn = true;
    }

    /// Ends a generation.
    pub(super) fn record(&mut self, row: Metrics) {
        let now = Instant::now();
        (self.took, self.recorded, self.torn) = (now - self.recorded, now, false);
        self.rows.push(row);
    }

    /// Whether what waits would wait too long if it waited for one more generation.
    pub(super) fn is_due(&self) -> bool {
        self.committed.is_none_or(|committed| committed.elapsed() + self.took >= LONGEST_WAIT)
    }

    /// Takes what waits for a commit, unless there is nothing, or a generation was torn off in the middle.
    pub(super) fn take(&mut self) -> Option<Vec<Metrics>> {
        if self.torn || self.rows.is_empty() {
            return None;
        }
        self.committed = Some(Instant::now());
        Some(std::mem::take(&mut self.rows))
    }
}
