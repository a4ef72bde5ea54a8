//! What may be wrong with the environments of a task.

use super::check::{Check, HUGE, Number, Pair};
use super::schema::Experiment;
use burgess_physics::environment::{CommandSpec, MAX_ENVIRONMENTS, MAX_STRETCHES, PushSpec};
use std::f64::consts::TAU;

/// Farthest place (m), and fastest push or command (m/s).
const FAR: f64 = 1e4;
const FAST: f64 = 20.0;

/// Checks the environments of an experiment, and that what its reward says of commands has some.
pub(super) fn environments(check: &mut Check, experiment: &Experiment) {
    let spec = experiment.task.environments.as_ref();
    for (i, term) in experiment.task.reward.iter().map(|weighted| weighted.term).enumerate() {
        let (path, allowed) = (format!("task.reward[{i}].term"), "another where task.environments has no `commands`");
        check.need(experiment.asks() || !term.needs_commands(), path, allowed, format_args!("`{}`", term.label().0));
    }
    let Some(spec) = spec else { return };
    check.whole("task.environments.count", spec.count, 1..=MAX_ENVIRONMENTS);
    check.within("task.environments.places", spec.places, 0.0..=FAR, "m");
    if let Some(PushSpec { every, speed }) = spec.pushes {
        stretch(check, "task.environments.pushes.every", every, experiment);
        check.within("task.environments.pushes.speed", speed, 0.0..=FAST, "m/s");
    }
    if let Some(CommandSpec { every, speed, turn }) = spec.commands {
        stretch(check, "task.environments.commands.every", every, experiment);
        let sane = speed.0 >= 0.0 && speed.0 <= speed.1 && speed.1 <= FAST;
        let allowed = format_args!("(low, high) with 0 <= low <= high <= {FAST} m/s");
        check.need(sane, "task.environments.commands.speed", allowed, Pair(speed));
        check.within("task.environments.commands.turn", turn, 0.0..=TAU, "rad");
    }
}

/// A stretch of an episode: a decision at least, and so long that there are not too many.
fn stretch(check: &mut Check, path: &str, every: f64, experiment: &Experiment) {
    let (rate, steps) = (experiment.physics.rate, experiment.episode_steps());
    // Where these are no numbers, that is said of them.
    let decision = f64::from(experiment.policy.control_period(rate.max(1)));
    let least = decision.max((steps / MAX_STRETCHES as f64).ceil());
    let allowed = format!(
        "at least {} s and at most {} s: a decision, and 1/{MAX_STRETCHES} of task.duration",
        Number(least / f64::from(rate)),
        Number(HUGE)
    );
    let long_enough = (every * f64::from(rate)).round() >= least;
    check.need(long_enough && every <= HUGE, path, allowed, Number(every));
}
