//! How many steps one dispatch simulates, so that none takes long: desktops stop a GPU that does not answer for seconds.

use std::time::Duration;

/// What a dispatch may take unless it is set.
pub const DISPATCH_TIME: Duration = Duration::from_millis(100);
/// Steps of the first dispatch, when nothing is known of the device.
const FIRST: u32 = 8;
/// A dispatch has at most this many times the steps of the one that was learned from.
const GROWTH: u32 = 16;

/// Learns from dispatch to dispatch. What is computed does not depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    target: Duration,
    /// Seconds a step of a block took, and the steps of that dispatch; none before the first.
    learned: Option<(f64, u32)>,
    spent: Duration,
}

impl Pace {
    /// Dispatches that take about `target`.
    pub fn new(target: Duration) -> Self {
        Self { target, learned: None, spent: Duration::ZERO }
    }

    /// Steps of the next dispatch of `blocks` blocks, at least 1.
    pub fn steps(&self, blocks: u32) -> u32 {
        let Some((block_step, steps)) = self.learned else { return FIRST };
        let fitting = self.target.as_secs_f64() / (block_step * f64::from(blocks));
        // As a cast saturates, so does a time of zero.
        (fitting as u32).clamp(1, steps.saturating_mul(GROWTH))
    }

    /// Learns from a dispatch. Blocks whose episodes have all ended take no time, so that dispatches late in an episode may only
    /// teach that steps are slow: the next episode begins with all blocks.
    pub fn learn(&mut self, blocks: u32, steps: u32, time: Duration, begins_episode: bool) {
        let block_step = time.as_secs_f64() / (f64::from(blocks) * f64::from(steps));
        if begins_episode || self.learned.is_none_or(|(learned, _)| block_step > learned) {
            self.learned = Some((block_step, steps));
        }
    }

    /// Counts the time of a dispatch.
    pub fn spend(&mut self, time: Duration) {
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

    /// A device that takes 10 us for a step of a block.
    fn busy(blocks: u32, steps: u32) -> Duration {
        Duration::from_micros(10 * u64::from(blocks) * u64::from(steps))
    }

    #[test]
    fn approaches_the_target_from_below() {
        let mut pace = Pace::new(Duration::from_millis(100));
        let mut sizes = Vec::new();
        for _ in 0..5 {
            let steps = pace.steps(10);
            sizes.push(steps);
            pace.learn(10, steps, busy(10, steps), true);
        }
        assert_eq!(sizes, [8, 128, 1000, 1000, 1000]);
        assert_eq!(pace.steps(1_000_000), 1);
    }

    #[test]
    fn episodes_that_have_ended_teach_nothing() {
        let mut pace = Pace::new(Duration::from_millis(100));
        pace.learn(10, 128, busy(10, 128), true);
        let expected = pace.steps(10);
        for _ in 0..10 {
            pace.learn(10, 1000, Duration::from_micros(5), false);
        }
        assert_eq!(pace.steps(10), expected);
        // But that steps have become slower is learned at once.
        pace.learn(10, 1000, 10 * busy(10, 1000), false);
        assert_eq!(pace.steps(10), expected / 10);
    }
}
