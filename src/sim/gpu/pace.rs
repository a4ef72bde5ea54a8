//! How many steps one dispatch simulates, so that none takes long: desktops stop a GPU that does not answer for seconds.

use std::time::Duration;

/// What a dispatch may take unless it is set.
pub const DISPATCH_TIME: Duration = Duration::from_millis(100);
/// Steps of the first dispatch, when nothing is known of the device.
const FIRST: u32 = 8;
/// A dispatch has at most this many times the steps of one before it that was timed.
const GROWTH: u32 = 16;

/// Learns from dispatch to dispatch. What is computed does not depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    target: Duration,
    /// Seconds a step of a block took in the last dispatch, and its steps; none before the first.
    seen: Option<(f64, u32)>,
    spent: Duration,
}

impl Pace {
    /// Dispatches that take about `target`.
    pub fn new(target: Duration) -> Self {
        Self { target, seen: None, spent: Duration::ZERO }
    }

    /// Steps of the next dispatch of `blocks` blocks, at least 1.
    pub fn steps(&self, blocks: u32) -> u32 {
        let Some((block_step, steps)) = self.seen else { return FIRST };
        let fitting = self.target.as_secs_f64() / (block_step * f64::from(blocks));
        // As a cast saturates, so does a time of zero.
        (fitting as u32).clamp(1, steps.saturating_mul(GROWTH))
    }

    /// What a dispatch took.
    pub fn record(&mut self, blocks: u32, steps: u32, time: Duration) {
        let block_steps = f64::from(blocks) * f64::from(steps);
        self.seen = Some((time.as_secs_f64() / block_steps, steps));
        self.spent += time;
    }

    /// Time of all dispatches.
    pub fn spent(&self) -> Duration {
        self.spent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn approaches_the_target_from_below() {
        let mut pace = Pace::new(Duration::from_millis(100));
        let mut sizes = Vec::new();
        for _ in 0..5 {
            let steps = pace.steps(10);
            sizes.push(steps);
            // A device that takes 10 us for a step of a block.
            pace.record(10, steps, Duration::from_micros(u64::from(steps) * 100));
        }
        assert_eq!(sizes, [8, 128, 1000, 1000, 1000]);
        assert_eq!(pace.steps(1_000_000), 1);
    }
}
