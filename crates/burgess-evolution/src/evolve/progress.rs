//! Progress on standard error: a bar on a terminal, else a plain line every few seconds.

use super::Evolution;
use crate::experiment::Budget;
use crate::metrics::Metrics;
use crate::store::Stored;
use burgess_core::say;
use indicatif::{FormattedDuration, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

/// Time between plain lines.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Parts of the bar: it follows the budget in thousandths.
const BAR_LENGTH: u64 = 1000;

/// Shows how a session goes on.
pub struct Progress {
    budget: Budget,
    begin: Mark,
    display: Display,
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress").field("budget", &self.budget).finish_non_exhaustive()
    }
}

/// Where the session began: rates and the time left are its own, not the whole run's.
#[derive(Clone, Copy, Debug)]
struct Mark {
    time: Instant,
    share: f64,
    evaluations: u64,
    steps: u64,
}

enum Display {
    Bar(ProgressBar),
    Lines { last: Instant, shown: Option<u64> },
}

/// What is shown: how fast it goes, and how good the archive is.
struct Report {
    pace: String,
    archive: String,
}

impl Progress {
    /// Begins to show a session of `evolution`.
    pub fn start(evolution: &Evolution<'_, impl Stored>) -> Self {
        let budget = evolution.budget();
        let (share, evaluations) = (evolution.spent().share(budget), evolution.spent().evaluations);
        let steps = evolution.metrics().map_or(0, body_steps);
        let begin = Mark { time: Instant::now(), share, evaluations, steps };
        let display = if std::io::stderr().is_terminal() {
            Display::bar()
        } else {
            Display::Lines { last: begin.time, shown: None }
        };
        Self { budget: budget.clone(), begin, display }
    }

    /// Shows the state after a generation.
    pub fn show(&mut self, evolution: &Evolution<'_, impl Stored>) {
        match &mut self.display {
            Display::Bar(_) => {}
            Display::Lines { last, shown } if last.elapsed() >= LINE_EVERY => {
                (*last, *shown) = (Instant::now(), evolution.metrics().map(|metrics| metrics.evaluations));
            }
            Display::Lines { .. } => return,
        }
        self.draw(evolution);
    }

    /// Shows the state at the end, and leaves it standing.
    pub fn finish(self, evolution: &Evolution<'_, impl Stored>) {
        let now = evolution.metrics().map(|metrics| metrics.evaluations);
        if !matches!(self.display, Display::Lines { shown, .. } if shown == now) {
            self.draw(evolution);
        }
        if let Display::Bar(bar) = self.display {
            bar.abandon();
            // The bar leaves the cursor behind its last line.
            say!("");
        }
    }

    fn draw(&self, evolution: &Evolution<'_, impl Stored>) {
        let Some(metrics) = evolution.metrics() else {
            return;
        };
        let share = evolution.spent().share(&self.budget);
        let report = self.begin.report(metrics, share, evolution.next_batch_size().is_none());
        match &self.display {
            Display::Bar(bar) => {
                bar.set_position((share * BAR_LENGTH as f64) as u64);
                bar.set_prefix(report.pace);
                bar.set_message(report.archive);
            }
            Display::Lines { .. } => say!("{}  {}", report.pace, report.archive),
        }
    }
}

impl Display {
    fn bar() -> Self {
        let bar = ProgressBar::with_draw_target(Some(BAR_LENGTH), ProgressDrawTarget::stderr_with_hz(5));
        let style = ProgressStyle::with_template("{bar:20} {percent:>3}%  {prefix}\n{wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self::Bar(bar)
    }
}

impl Mark {
    fn report(&self, m: &Metrics, share: f64, done: bool) -> Report {
        let seconds = self.time.elapsed().as_secs_f64().max(1e-9);
        let evaluations = (m.evaluations - self.evaluations) as f64 / seconds;
        let steps = (body_steps(m) - self.steps) as f64 / seconds;
        let left = if done { Some(Duration::ZERO) } else { self.time_left(share, seconds) };
        let left = left.map_or_else(|| "?".into(), |left| FormattedDuration(left).to_string());
        Report {
            pace: format!("generation {}  {}/s evaluations  left {left}", m.generation + 1, rate(evaluations)),
            archive: format!(
                "{}/s body-steps  coverage {:.1} %  QD-score {:.2}  best {:.3}",
                rate(steps),
                100.0 * m.scores.coverage,
                m.scores.qd_score,
                m.scores.max
            ),
        }
    }

    /// At the pace of this session; none before there is one.
    fn time_left(&self, share: f64, seconds: f64) -> Option<Duration> {
        let pace = (share - self.share) / seconds;
        Duration::try_from_secs_f64((1.0 - share) / pace).ok()
    }
}

/// Forward and backward.
fn body_steps(metrics: &Metrics) -> u64 {
    metrics.forward.body + metrics.backward.body
}

fn rate(value: f64) -> String {
    if value < 10.0 { format!("{value:.1}") } else { HumanCount(value as u64).to_string() }
}
