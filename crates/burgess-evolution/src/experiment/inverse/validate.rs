//! What types cannot say of inverse problems: the counterpart of the rules of experiments, made of the same words.

use super::{
    Aim, Ascent, AscentGoal, Carried, Descent, Gait, Identify, Inverse, Reach, ReachGoal, ReachLoss, Recording,
};
use crate::experiment::check::{Check, HUGE, Known, MAX_FREQUENCY, Number, Pair};
use crate::experiment::error::InvalidValue;
use crate::experiment::validate::{episode, name, one_task, physics};
use burgess_physics::model::MAX_LINKS;
use burgess_physics::world::{BiasForm, Physics, Stiffness};
use burgess_qd::optimiser::Optimiser;
use std::f64::consts::PI;

/// Most unknowns that are looked for at once.
const MAX_UNKNOWNS: usize = 4;

/// All that is wrong with an inverse problem.
pub(super) fn problems(inverse: &Inverse, known: Known) -> Vec<InvalidValue> {
    let mut check = Check::default();
    name(&mut check, inverse.name());
    match inverse {
        Inverse::Ascent(spec) => ascent(&mut check, spec, known),
        Inverse::Reach(spec) => reach(&mut check, spec, known),
        Inverse::Identify(spec) => identify(&mut check, spec, known),
    }
    check.problems
}

fn ascent(check: &mut Check, spec: &Ascent, known: Known) {
    check.known("body", &spec.body, known);
    gait(check, &spec.gait);
    check.whole("starts", spec.starts, 1..=10_000);
    check.within("spread", spec.spread, 0.0..=10.0, "");
    check.length("genes", spec.genes.len(), 8);
    one_task(check, &spec.task, &spec.physics);
    check.need(spec.task.environments.is_none(), "task.environments", "None in an inverse problem", "Some");
    for (i, term) in spec.task.reward.iter().map(|weighted| weighted.term).enumerate() {
        let allowed = "another in an inverse problem, which has no commands";
        let came = format_args!("`{}`", term.label().0);
        check.need(!term.needs_commands(), format!("task.reward[{i}].term"), allowed, came);
    }
    descent(check, &spec.descent);
    check.positive("bound", spec.bound, HUGE, "");
    check.positive("unit", spec.unit, 10.0, "");
    if let Some(judged) = spec.judged {
        episode(check, "judged", judged, spec.physics.rate);
    }
    if let Some(evaluations) = spec.hill_climbing {
        check.whole("hill_climbing", evaluations, 1..=1_000_000);
    }
    ascent_goal(check, spec);
    fixed_physics(check, &spec.physics);
}

fn ascent_goal(check: &mut Check, spec: &Ascent) {
    if let Aim::Rate(rate) = spec.aim {
        check.within("aim", rate, -HUGE..=HUGE, "");
    }
    match spec.goal {
        None => {}
        Some(AscentGoal::Mean { least, above_hill_climbing }) => {
            check.within("goal.least", least, -HUGE..=HUGE, "");
            let compared = !above_hill_climbing || spec.hill_climbing.is_some();
            check.need(compared, "goal.above_hill_climbing", "false where `hill_climbing` is not given", "true");
        }
        Some(AscentGoal::Within(error)) => {
            check.positive("goal", error, HUGE, "");
            check.need(spec.aim != Aim::Most, "goal", "Mean(…) where the aim is Most", "Within");
        }
    }
}

fn gait(check: &mut Check, gait: &Gait) {
    let Gait::Random { offset, amplitude, frequency, bounds } = *gait else { return };
    check.within("gait.offset", offset, 0.0..=PI, "rad");
    let ordered = amplitude.0 >= 0.0 && amplitude.0 <= amplitude.1 && amplitude.1 <= PI;
    check.need(ordered, "gait.amplitude", format!("(low, high) with 0 <= low <= high <= {PI} rad"), Pair(amplitude));
    check.positive_interval("gait.bounds", bounds, MAX_FREQUENCY, "Hz");
    let inside = bounds.0 < frequency.0 && frequency.0 <= frequency.1 && frequency.1 < bounds.1;
    let allowed = format_args!("(low, high) with low <= high, both inside gait.bounds, {}", Pair(bounds));
    check.need(inside, "gait.frequency", allowed, Pair(frequency));
}

fn descent(check: &mut Check, descent: &Descent) {
    let Descent { steps, optimiser, rate, clip } = descent;
    check.whole("descent.steps", *steps, 1..=100_000);
    if let Optimiser::Adam { beta1, beta2, epsilon } = *optimiser {
        for (path, beta) in [("descent.optimiser.beta1", beta1), ("descent.optimiser.beta2", beta2)] {
            check.need((0.0..1.0).contains(&beta), path, "from 0 to below 1", Number(beta));
        }
        check.positive("descent.optimiser.epsilon", epsilon, 1.0, "");
    }
    check.positive("descent.rate[0]", rate.0, 100.0, "");
    check.positive("descent.rate[1]", rate.1, 100.0, "");
    check.positive("descent.clip", *clip, HUGE, "");
}

fn reach(check: &mut Check, spec: &Reach, known: Known) {
    check.known("body", &spec.body, known);
    let Carried { link, point, up } = spec.carried;
    check.whole("carried.link", link, 0..=MAX_LINKS - 1);
    vector(check, "carried.point", point);
    vector(check, "carried.up", up);
    check.need(up != (0.0, 0.0, 0.0), "carried.up", "a direction", "(0, 0, 0)");
    vector(check, "target", spec.target);
    episode(check, "duration", spec.duration, spec.physics.rate);
    let rate = spec.physics.rate;
    let divides = spec.control_rate > 0 && rate.is_multiple_of(spec.control_rate);
    check.need(divides, "control_rate", format!("a divisor of physics.rate, {rate}"), spec.control_rate);
    descent(check, &spec.descent);
    let ReachLoss { settle, distance, speed, tilt, margin, roughness } = spec.loss;
    check.within("loss.settle", settle, 0.0..=HUGE, "s");
    let weights =
        [("loss.distance", distance), ("loss.speed", speed), ("loss.tilt", tilt), ("loss.roughness", roughness)];
    for (path, weight) in weights {
        check.within(path, weight, 0.0..=HUGE, "");
    }
    check.within("loss.margin", margin, 0.0..=1.0, "");
    let ReachGoal { distance, speed, tilt } = spec.goal;
    check.positive("goal.distance", distance, HUGE, "m");
    check.positive("goal.speed", speed, HUGE, "m/s");
    check.positive("goal.tilt", tilt, PI, "rad");
    fixed_physics(check, &spec.physics);
}

fn identify(check: &mut Check, spec: &Identify, known: Known) {
    check.known("body", &spec.body, known);
    gait(check, &spec.gait);
    if let Recording::Simulated { duration, velocity, noise } = spec.recording {
        episode(check, "recording.duration", duration, spec.physics.rate);
        vector(check, "recording.velocity", velocity);
        check.within("recording.noise", noise, 0.0..=1.0, "");
    }
    check.length("unknowns", spec.unknowns.len(), MAX_UNKNOWNS);
    // Of too many each would be compared with all.
    for (i, unknown) in spec.unknowns.iter().enumerate().take(MAX_UNKNOWNS) {
        if let Some(first) = spec.unknowns[..i].iter().position(|other| other == unknown) {
            let allowed = format!("different from unknowns[{first}]");
            check.need(false, format!("unknowns[{i}]"), allowed, format_args!("{unknown:?}"));
        }
    }
    check.whole("guesses", spec.guesses, 1..=10_000);
    let factor = spec.off >= 1.0 && spec.off <= 100.0;
    check.need(factor, "off", "from 1 to 100", Number(spec.off));
    for (i, &horizon) in spec.horizons.iter().enumerate() {
        check.positive(&format!("horizons[{i}]"), horizon, HUGE, "s");
    }
    check.need(spec.horizons.is_sorted(), "horizons", "ascending", format_args!("{:?}", spec.horizons));
    check.whole("steps", spec.steps, 1..=10_000);
    if let Some(truth) = spec.truth {
        let factors = [
            ("truth.mass", truth.mass),
            ("truth.friction", truth.friction),
            ("truth.joint_damping", truth.joint_damping),
            ("truth.gravity", truth.gravity),
        ];
        factors.into_iter().for_each(|(path, factor)| check.positive(path, factor, 1e3, ""));
    }
    if let Some(goal) = spec.goal {
        check.positive("goal", goal, 1.0, "");
        let known = spec.truth.is_some() || matches!(spec.recording, Recording::Simulated { .. });
        check.need(known, "goal", "left out where `truth` is not given", Number(goal));
    }
    fixed_physics(check, &spec.physics);
}

fn vector(check: &mut Check, path: &str, (x, y, z): (f64, f64, f64)) {
    let finite = [x, y, z].iter().all(|c| c.abs() <= HUGE);
    check.need(
        finite,
        path,
        format_args!("three numbers from {} to {}", Number(-HUGE), Number(HUGE)),
        format_args!("({x}, {y}, {z})"),
    );
}

/// Physics with gradients and a contact stiffness that does not move with what is looked for.
fn fixed_physics(check: &mut Check, spec: &Physics) {
    physics(check, spec);
    let fixed = matches!(spec.contact_stiffness, Stiffness::Fixed(_));
    check.need(fixed, "physics.contact_stiffness", "Fixed(N/m): an automatic one has no gradient", "Auto");
    let momentum = spec.form == BiasForm::Momentum;
    check.need(momentum, "physics.form", "Momentum: others have no gradient", "ExplicitBias");
    let objects = spec.objects.len();
    check.need(objects == 0, "physics.objects", "empty: inverse problems are about one body by itself", objects);
    let rivals = spec.rivals.len();
    check.need(rivals == 0, "physics.rivals", "empty: inverse problems are about one body by itself", rivals);
}
