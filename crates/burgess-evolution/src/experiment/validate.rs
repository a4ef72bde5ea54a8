//! What types cannot say: ranges, finiteness, counts that fit each other, morphologies that exist.
//!
//! Everything that is wrong is reported at once, each by the path of its field, with what is allowed and what came. Upper
//! bounds are generous: they catch slips of the pen, not ambition. RON reads `inf` and `NaN`, so every number is checked.

use super::check::{
    Check, HUGE, Known, MAX_CELLS, MAX_DESCRIPTORS, MAX_FREQUENCY, MAX_GRID_DESCRIPTORS, MAX_NEIGHBOURS, Number, Pair,
    axes,
};
use super::environments::environments;
use super::error::InvalidValue;
use super::learned;
use super::schema::*;
use crate::genome::{BodyLimits, Policy, SharedBrainFile, WorldModelFile};
use burgess_learn::SharedSpec;
use burgess_learn::train::{TrainingSpec, Way};
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::model::MAX_LINKS;
use burgess_physics::scene::{MAX_OBJECTS, MAX_RIVALS, ObjectSpec, RivalSpec, object_count};
use burgess_physics::task::{TaskSpec, WeightedTerm};
use burgess_physics::world::{BiasForm, Physics, SelfCollision, Stiffness};
use burgess_qd::GeneGroup;
use burgess_qd::archive::{ArchiveSpec, Protection, Topologies};
use burgess_qd::emitter::ranking::Restart;
use burgess_qd::emitter::{EmitterKind, EmitterSpec, Scheduler};
use burgess_qd::optimiser::Optimiser;
use std::collections::BTreeSet;
use std::f64::consts::PI;

/// Most seed morphologies.
const MAX_SEEDS: usize = 1000;
/// Most age layers.
const MAX_LAYERS: usize = 16;
/// Most niches of a cell.
const MAX_NICHES: usize = 64;
/// Most Voronoi cells: fitting them takes time in proportion to cells times samples.
const MAX_VORONOI_CELLS: usize = 100_000;
/// Most elites of an archive without given cells: each newcomer is compared with a share of them.
const MAX_SCATTERED: usize = 1_000_000;
/// Most candidates of a generation.
pub(super) const MAX_BATCH: usize = 1_000_000;
/// Longest episode (steps).
const MAX_STEPS: f64 = 1e6;

/// All that is wrong with an experiment.
pub(super) fn problems(experiment: &Experiment, known: Known) -> Vec<InvalidValue> {
    let mut check = Check::default();
    name(&mut check, &experiment.name);
    body(&mut check, &experiment.body, known);
    policy(&mut check, &experiment.policy, &experiment.physics);
    shared_brain(&mut check, experiment);
    terrain(&mut check, experiment);
    task(&mut check, experiment);
    descriptors(&mut check, experiment);
    learned::latent(&mut check, experiment);
    learned::passive(&mut check, experiment);
    of_loop(&mut check, experiment);
    if let Some(spec) = &experiment.refine {
        refine(&mut check, experiment, spec);
    }
    protection(&mut check, experiment);
    topologies(&mut check, experiment);
    physics(&mut check, &experiment.physics);
    check.problems
}

/// All that is wrong with what evolutions and benchmarks have in common.
pub(super) fn of_loop(check: &mut Check, experiment: &Experiment) {
    archive(check, experiment);
    emitters(check, experiment);
    learned::parents(check, experiment.parents);
    if let BatchSize::Fixed(size) = experiment.batch_size {
        check.whole("batch_size", size, 1..=MAX_BATCH);
    }
    if let Some(size) = experiment.first_batch {
        check.whole("first_batch", size, 1..=MAX_BATCH);
    }
    budget(check, &experiment.budget);
}

/// All that is wrong with a policy by itself, under physics of this rate.
pub(super) fn policy_problems(spec: &Policy, physics: &Physics) -> Vec<InvalidValue> {
    let mut check = Check::default();
    policy(&mut check, spec, physics);
    check.problems
}

pub(super) fn name(check: &mut Check, name: &str) {
    let charset = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let fits = (1..=64).contains(&name.chars().count()) && charset && !name.starts_with('-');
    check.need(fits, "name", "1 to 64 letters, digits, `-` and `_`, not starting with `-`", name);
}

fn body(check: &mut Check, body: &BodySource, known: Known) {
    match body {
        BodySource::Benchmark(_) => {}
        BodySource::Fixed(morphology) => check.known("body", morphology, known),
        BodySource::Evolve { seeds, limits } => {
            check.length("body.seeds", seeds.len(), MAX_SEEDS);
            // A file may be large and named often: the first place stands for all.
            let mut seen = BTreeSet::new();
            for (i, morphology) in seeds.iter().enumerate().take(MAX_SEEDS).filter(|(_, name)| seen.insert(*name)) {
                check.known(&format!("body.seeds[{i}]"), morphology, known);
            }
            body_limits(check, limits);
        }
    }
}

fn body_limits(check: &mut Check, limits: &BodyLimits) {
    let BodyLimits { max_links, mass, mass_ratio, size, density, overlap } = limits;
    check.whole("body.limits.max_links", *max_links, 2..=MAX_LINKS);
    check.positive_interval("body.limits.mass", *mass, 1e6, "kg");
    check.within("body.limits.mass_ratio", *mass_ratio, 1.0..=1e6, "");
    check.positive_interval("body.limits.size", *size, 100.0, "m");
    check.positive_interval("body.limits.density", *density, 1e6, "kg/m3");
    check.within("body.limits.overlap", *overlap, 0.0..=2.0, "");
}

/// A brain for all bodies is trained on bodies that differ, and observes what the task asks for.
fn shared_brain(check: &mut Check, experiment: &Experiment) {
    let Policy::Shared { brain, train, .. } = &experiment.policy else { return };
    let by_windows = matches!(train, Some(TrainingSpec { way: Way::Windows { .. }, .. }));
    let allowed = "Exploration where physics.form is not Momentum or the task has environments";
    let can = experiment.physics.form == BiasForm::Momentum && experiment.task.environments.is_none();
    check.need(can || !by_windows, "policy.train.way", allowed, "Windows");
    let evolves = experiment.body.evolves();
    check.need(evolves || train.is_none(), "policy.train", "for bodies that evolve", "for a fixed body");
    let read = brain.as_ref().and_then(SharedBrainFile::trained);
    let observes = experiment.policy.shared_sizes().is_some_and(|sizes| sizes.commands);
    let of_task = |asks| {
        if asks {
            "that observes commands, as the task has some"
        } else {
            "that observes no commands, as the task has none"
        }
    };
    let fits = observes == experiment.asks() || (!observes && train.is_some());
    let came = if observes { "one that does" } else { "one that does not" };
    check.need(
        fits || brain.is_some() && read.is_none(),
        "policy",
        format!("with a brain {}", of_task(experiment.asks())),
        came,
    );
}

fn policy(check: &mut Check, policy: &Policy, physics: &Physics) {
    match policy {
        Policy::Shared { brain, train, sizes, .. } => {
            let own = *sizes != SharedSpec::default();
            check.need(train.is_some() || !own, "policy.sizes", "left out beside `brain`, which has its own", "given");
            let field = if brain.is_some() { "policy.brain" } else { "policy.sizes" };
            let given = if brain.is_some() && train.is_some() { "both" } else { "neither" };
            check.need(brain.is_some() != train.is_some(), "policy", "with one of `brain` and `train`", given);
            let problems = |at: &str, problems: Vec<(&str, String)>| -> Vec<(String, String)> {
                problems.into_iter().map(|(field, problem)| (format!("{at}.{field}"), problem)).collect()
            };
            let mut found = problems("policy.sizes", sizes.problems());
            found.extend(problems("policy.train", train.as_ref().map_or_else(Vec::new, TrainingSpec::problems)));
            found.into_iter().for_each(|(path, message)| check.report(path, message));
            // A brain that could not be read is named elsewhere.
            let rate = policy.control_rate().unwrap_or(1).max(1);
            let allowed = format!("of a brain whose decisions a second divide physics.rate, {}", physics.rate);
            check.need(physics.rate.is_multiple_of(rate), field, allowed, format!("{rate} a second"));
        }
        Policy::Cpg { sharing: _, frequency } => check_frequency(check, *frequency, physics.rate, "physics.rate"),
        Policy::Mlp { hidden, sharing: _, frequency, control_rate, world_model } => {
            check.length("policy.hidden", hidden.len(), 4);
            for (i, units) in hidden.iter().enumerate() {
                check.whole(&format!("policy.hidden[{i}]"), *units, 1..=512);
            }
            let divides = *control_rate > 0 && physics.rate.is_multiple_of(*control_rate);
            let allowed = format!("a divisor of physics.rate, {}", physics.rate);
            check.need(divides, "policy.control_rate", allowed, control_rate);
            check_frequency(check, *frequency, *control_rate, "policy.control_rate");
            if let Some(observer) = world_model.as_ref().and_then(WorldModelFile::observer) {
                let allowed = format!("of a model whose frames a second divide physics.rate, {}", physics.rate);
                let divides = observer.period(physics.rate).is_some();
                check.need(divides, "policy.world_model", allowed, format!("{} a second", observer.rate()));
            }
        }
    }
}

/// A rhythm that is sampled less than twice a cycle appears as a slower one.
fn check_frequency(check: &mut Check, bounds: (f64, f64), sampling: u32, sampled_by: &str) {
    let path = "policy.frequency";
    check.positive_interval(path, bounds, MAX_FREQUENCY, "Hz");
    let nyquist = f64::from(sampling) / 2.0;
    // A rate of 0 is refused where it stands.
    check.need(
        bounds.1 < nyquist || sampling == 0,
        path,
        format!("below half of {sampled_by}, {nyquist} Hz"),
        Pair(bounds),
    );
}

fn terrain(check: &mut Check, experiment: &Experiment) {
    for (field, message) in experiment.terrain.problems() {
        check.report(format!("terrain.{field}"), message);
    }
}

fn task(check: &mut Check, experiment: &Experiment) {
    one_task(check, &experiment.task, &experiment.physics);
    environments(check, experiment);
    let dimensions = [("descriptors", &experiment.descriptors), ("passive", &experiment.passive)];
    for (name, specs) in dimensions {
        for (i, spec) in specs.iter().enumerate() {
            let path = format!("{name}[{i}].kind");
            if spec.kind.needs_object() {
                needs_object(check, &path, &experiment.physics, &spec.kind.label().0);
            }
            if spec.kind == Descriptor::SelfTouch {
                needs_self_collision(check, &path, &experiment.physics);
            }
        }
    }
    room_for_objects(check, experiment);
}

/// What is said of an object needs one.
fn needs_object(check: &mut Check, path: &str, physics: &Physics, name: &str) {
    let allowed = "about the creature where physics.objects has no object";
    check.need(!physics.objects.is_empty(), path, allowed, format_args!("`{name}`"));
}

/// Limbs that pass through each other do not touch.
fn needs_self_collision(check: &mut Check, path: &str, physics: &Physics) {
    let touching = physics.self_collision != SelfCollision::Off;
    let allowed = "something else where physics.self_collision is Off";
    check.need(touching, path, allowed, "`SelfTouch`");
}

/// Of an episode with this physics.
pub(super) fn one_task(check: &mut Check, task: &TaskSpec, physics: &Physics) {
    let rate = physics.rate;
    let TaskSpec { duration, reward, termination, environments: _ } = task;
    episode(check, "task.duration", *duration, rate);
    check.length("task.reward", reward.len(), 100);
    for (i, WeightedTerm { term, weight }) in reward.iter().enumerate() {
        check.within(&format!("task.reward[{i}].weight"), *weight, -HUGE..=HUGE, "");
        for (field, message) in term.problems() {
            check.report(format!("task.reward[{i}].term.{field}"), message);
        }
        if *term == RewardTerm::SelfTouch {
            needs_self_collision(check, &format!("task.reward[{i}].term"), physics);
        }
        if term.needs_object() {
            needs_object(check, &format!("task.reward[{i}].term"), physics, term.label().0);
        }
        if term.needs_rival() {
            let (path, allowed) =
                (format!("task.reward[{i}].term"), "about something else where physics.rivals is empty");
            check.need(!physics.rivals.is_empty(), path, allowed, format_args!("`{}`", term.label().0));
        }
    }
    if let Some(height) = termination.min_height {
        check.within("task.termination.min_height", height, 0.0..=100.0, "m");
    }
    if let Some(tilt) = termination.max_tilt {
        check.positive("task.termination.max_tilt", tilt, PI, "rad");
    }
}

/// A length of time that is at least a step and not too many.
pub(super) fn episode(check: &mut Check, path: &str, duration: f64, rate: u32) {
    check.positive(path, duration, HUGE, "s");
    let steps = (duration * f64::from(rate)).round();
    if duration.is_finite() && duration > 0.0 {
        let allowed = format!("1 to {MAX_STEPS} steps at physics.rate");
        check.need((1.0..=MAX_STEPS).contains(&steps), path, allowed, format_args!("{steps} steps"));
    }
}

fn descriptors(check: &mut Check, experiment: &Experiment) {
    let specs = &experiment.descriptors;
    // Learned dimensions take their place.
    if experiment.latent.is_some() {
        return;
    }
    check.length("descriptors", specs.len(), MAX_DESCRIPTORS);
    if !specs.is_empty() && !specs.iter().any(|spec| spec.kind.is_of_episode()) {
        check.report("descriptors".to_owned(), "at least one must be measured of an episode, none is".to_owned());
    }
    axes(check, "descriptors", specs, experiment.refine.is_some());
}

fn archive(check: &mut Check, experiment: &Experiment) {
    match experiment.archive {
        ArchiveSpec::Grid { qd_offset, learning_rate, threshold_min } => {
            thresholds(check, learning_rate, threshold_min);
            check.within("archive.qd_offset", qd_offset, -HUGE..=HUGE, "");
            let count = experiment.descriptors.len();
            if count > MAX_GRID_DESCRIPTORS {
                let allowed = format!("at most {MAX_GRID_DESCRIPTORS} items for a grid (other archives take more)");
                check.report("descriptors".to_owned(), format!("must have {allowed}, has {count}"));
            }
            let cells = experiment.cell_count();
            let came = cells.map_or("more than can be counted".to_owned(), |n| n.to_string());
            let fits = cells.is_some_and(|n| n <= MAX_CELLS);
            check.need(fits, "archive", format!("at most {MAX_CELLS} cells, the product of all bins"), came);
        }
        ArchiveSpec::Cvt { cells, samples, qd_offset, learning_rate, threshold_min } => {
            thresholds(check, learning_rate, threshold_min);
            check.within("archive.qd_offset", qd_offset, -HUGE..=HUGE, "");
            check.whole("archive.cells", cells, 2..=MAX_VORONOI_CELLS);
            check.whole("archive.samples", samples, 1..=MAX_CELLS);
            check.need(samples >= cells, "archive.samples", format!("at least archive.cells, {cells}"), samples);
        }
        ArchiveSpec::Unstructured { size, neighbours, qd_offset } => {
            check.within("archive.qd_offset", qd_offset, -HUGE..=HUGE, "");
            check.whole("archive.size", size, 2..=MAX_SCATTERED);
            check.whole("archive.neighbours", neighbours, 1..=MAX_NEIGHBOURS);
            // However far they must be from each other, the first elites find too few neighbours to be turned down.
            let fits = neighbours < size || size < 2;
            check.need(fits, "archive.neighbours", format!("below archive.size, {size}"), neighbours);
        }
        ArchiveSpec::DominatedNovelty { size, neighbours, qd_offset } => {
            check.within("archive.qd_offset", qd_offset, -HUGE..=HUGE, "");
            check.whole("archive.size", size, 1..=MAX_SCATTERED);
            check.whole("archive.neighbours", neighbours, 1..=MAX_NEIGHBOURS);
        }
    }
}

fn protection(check: &mut Check, experiment: &Experiment) {
    let Some(Protection::AgeLayers(limits)) = &experiment.protection else { return };
    check.need(experiment.body.evolves(), "protection", "None where the body is Fixed", "AgeLayers");
    check.need(experiment.has_cells(), "protection", "None unless the archive is Grid or Cvt", "AgeLayers");
    check.length("protection.AgeLayers", limits.len(), MAX_LAYERS - 1);
    for (i, &limit) in limits.iter().enumerate() {
        let least = i.checked_sub(1).map_or(0, |before| limits[before]);
        let path = format!("protection.AgeLayers[{i}]");
        check.need(limit > least, path, format!("above {least}, where the layer before begins"), limit);
    }
    slots(check, experiment, "layers");
}

fn topologies(check: &mut Check, experiment: &Experiment) {
    let Topologies::Niches(niches) = experiment.topologies else { return };
    check.need(experiment.body.evolves(), "topologies", "Auto or Alike where the body is Fixed", "Niches");
    check.need(experiment.has_cells(), "topologies", "Auto or Alike unless the archive is Grid or Cvt", "Niches");
    check.whole("topologies.Niches", niches, 1..=MAX_NICHES);
    // Layers have said it before.
    if experiment.protection.is_none() {
        slots(check, experiment, "niches");
    }
}

/// As many slots as memory allows.
fn slots(check: &mut Check, experiment: &Experiment, of: &str) {
    let slots = experiment.slot_count();
    let fits = slots.is_some_and(|slots| slots <= MAX_CELLS);
    let came = slots.map_or("more".into(), |n| n.to_string());
    check.need(fits, "archive", format!("at most {MAX_CELLS} cells over all {of}"), came);
}

fn thresholds(check: &mut Check, learning_rate: f64, min: Option<f64>) {
    check.within("archive.learning_rate", learning_rate, 0.0..=1.0, "");
    match min {
        Some(min) => check.within("archive.threshold_min", min, -HUGE..=HUGE, ""),
        // Part of the way from nowhere is nowhere.
        None => {
            let allowed = "a number where archive.learning_rate is below 1";
            check.need(learning_rate >= 1.0, "archive.threshold_min", allowed, "None");
        }
    }
}

fn emitters(check: &mut Check, experiment: &Experiment) {
    let emitters = &experiment.emitters;
    check.length("emitters", emitters.len(), 100);
    match experiment.scheduler {
        Scheduler::Shares => {}
        Scheduler::Ucb1 { active, exploration } => {
            check.whole("scheduler.Ucb1.active", active, 1..=emitters.len().max(1));
            check.within("scheduler.Ucb1.exploration", exploration, 0.0..=HUGE, "");
        }
    }
    if experiment.branches() {
        let momentum = experiment.physics.form == BiasForm::Momentum;
        let allowed = "Momentum where an emitter follows gradients: others have none";
        check.need(momentum, "physics.form", allowed, "ExplicitBias");
    }
    if let Some(horizon) = experiment.gradient_horizon {
        self::horizon(check, "gradient_horizon", horizon, experiment);
    }
    if let Some(memory) = experiment.gradient_memory {
        check.within("gradient_memory", memory, 0.001..=1e6, "s");
    }
    for (i, EmitterSpec { kind, share }) in emitters.iter().enumerate() {
        check.within(&format!("emitters[{i}].share"), *share, 0.0..=HUGE, "");
        emitter(check, &format!("emitters[{i}].kind"), kind, experiment);
    }
    let total: f64 = emitters.iter().map(|e| e.share).sum();
    if !emitters.is_empty() && total == 0.0 {
        check.report("emitters".to_owned(), "at least one share must be above 0, all are 0".to_owned());
    }
}

fn emitter(check: &mut Check, path: &str, kind: &EmitterKind, experiment: &Experiment) {
    if let EmitterKind::CmaMe { genes, .. }
    | EmitterKind::OmgMega { genes, .. }
    | EmitterKind::CmaMega { genes, .. }
    | EmitterKind::Goals { genes, .. } = kind
    {
        let nothing_moves = !experiment.body.evolves() && *genes == GeneGroup::Body;
        check.need(!nothing_moves, format!("{path}.genes"), "Brain or Both where no body evolves", "Body");
    }
    if let EmitterKind::CmaMe { restart, .. } | EmitterKind::CmaMega { restart, .. } = kind
        && let Restart::Every(batches) = restart
    {
        check.whole(&format!("{path}.restart"), *batches, 1..=1_000_000_000);
    }
    if let EmitterKind::Goals { steps, draws, neighbours, upward, optimiser: method, rate, genes: _ } = kind {
        check.whole(&format!("{path}.steps"), *steps, 1..=1_000_000_000);
        check.whole(&format!("{path}.draws"), *draws, 1..=1000);
        check.whole(&format!("{path}.neighbours"), *neighbours, 1..=1_000_000);
        check.within(&format!("{path}.upward"), *upward, 0.0..=1.0, "");
        optimiser(check, &format!("{path}.optimiser"), *method);
        check.positive(&format!("{path}.rate"), *rate, 100.0, "");
    }
    let mut deviation = |field: &str, value: f64| check.within(&format!("{path}.{field}"), value, 0.0..=100.0, "");
    let structure = match *kind {
        EmitterKind::Random { sigma } | EmitterKind::Crossover { sigma } => {
            deviation("sigma", sigma);
            return;
        }
        EmitterKind::Gaussian { sigma, structure } => {
            deviation("sigma", sigma);
            structure
        }
        EmitterKind::IsoLine { iso, line, structure } => {
            deviation("iso", iso);
            deviation("line", line);
            structure
        }
        EmitterKind::CmaMe { sigma, .. } | EmitterKind::OmgMega { sigma, .. } => {
            check.positive(&format!("{path}.sigma"), sigma, 100.0, "");
            return;
        }
        EmitterKind::CmaMega { sigma, rate, optimiser: method, .. } => {
            check.positive(&format!("{path}.sigma"), sigma, 100.0, "");
            check.positive(&format!("{path}.rate"), rate, 100.0, "");
            optimiser(check, &format!("{path}.optimiser"), method);
            return;
        }
        EmitterKind::Goals { .. } => return,
    };
    check.within(&format!("{path}.structure"), structure, 0.0..=1.0, "");
}

fn refine(check: &mut Check, experiment: &Experiment, spec: &Refine) {
    let Refine { genes, steps, horizon, optimiser, rates, clip, bound, acceptance: _, inheritance: _, which, trust } =
        spec;
    let nothing_moves = matches!(experiment.body, BodySource::Fixed(_)) && *genes == GeneGroup::Body;
    check.need(!nothing_moves, "refine.genes", "Brain or Both where the body is Fixed", "Body");
    let momentum = experiment.physics.form == BiasForm::Momentum;
    check.need(momentum, "physics.form", "Momentum where `refine` is given: others have no gradient", "ExplicitBias");
    // The improvement of a step is known by the next gradient, and without one there is no trust.
    check.whole("refine.steps", *steps, 2..=10_000);
    self::horizon(check, "refine.horizon", *horizon, experiment);
    self::optimiser(check, "refine.optimiser", *optimiser);
    check.within("refine.rates.brain", rates.brain, 0.0..=100.0, "");
    check.within("refine.rates.body", rates.body, 0.0..=100.0, "");
    check.positive("refine.clip", *clip, HUGE, "");
    if let Some(bound) = bound {
        check.positive("refine.bound", *bound, HUGE, "");
    }
    match which {
        Refined::All => {}
        Refined::Share(share) | Refined::Promising(share) => check.positive("refine.which", *share, 1.0, ""),
    }
    check.within("refine.trust.threshold", trust.threshold, -1.0..=1.0, "");
    check.within("refine.trust.recovery", trust.recovery, 0.0..=1.0, "");
}

/// The part of an episode (s) that is differentiated.
fn horizon(check: &mut Check, path: &str, horizon: f64, experiment: &Experiment) {
    check.positive(path, horizon, HUGE, "s");
    if horizon.is_finite() && horizon > 0.0 {
        let duration = experiment.task.duration;
        check.need(horizon <= duration, path, format!("at most task.duration, {duration} s"), horizon);
        let steps = experiment.horizon_steps(horizon);
        check.need(steps >= 1.0, path, "at least one step at physics.rate", format_args!("{steps} steps"));
    }
}

fn optimiser(check: &mut Check, path: &str, optimiser: Optimiser) {
    if let Optimiser::Adam { beta1, beta2, epsilon } = optimiser {
        for (name, beta) in [("beta1", beta1), ("beta2", beta2)] {
            check.need((0.0..1.0).contains(&beta), format!("{path}.{name}"), "from 0 to below 1", Number(beta));
        }
        check.positive(&format!("{path}.epsilon"), epsilon, 1.0, "");
    }
}

fn budget(check: &mut Check, budget: &Budget) {
    let Budget { generations, evaluations, wall_time } = budget;
    let limited = generations.is_some() || evaluations.is_some() || wall_time.is_some();
    check.need(limited, "budget", "at least one of generations, evaluations and wall_time", "none of them");
    for (path, limit) in [("budget.generations", generations), ("budget.evaluations", evaluations)] {
        if let Some(limit) = limit {
            check.whole(path, *limit, 1..=1_000_000_000_000);
        }
    }
    if let Some(seconds) = wall_time {
        check.positive("budget.wall_time", *seconds, HUGE, "s");
    }
}

pub(super) fn physics(check: &mut Check, physics: &Physics) {
    check.whole("physics.rate", physics.rate, 30..=10_000);
    check.within("physics.gravity", physics.gravity, 0.0..=100.0, "m/s2");
    check.within("physics.friction", physics.friction, 0.0..=10.0, "");
    check.positive("physics.slip_speed", physics.slip_speed, 10.0, "m/s");
    match physics.contact_stiffness {
        Stiffness::Fixed(stiffness) => check.positive("physics.contact_stiffness", stiffness, HUGE, "N/m"),
        // It is in proportion to the weight, and a ground without stiffness is none.
        Stiffness::Auto => {
            check.need(physics.gravity != 0.0, "physics.contact_stiffness", "Fixed(N/m) without gravity", "Auto")
        }
    }
    check.positive("physics.contact_width", physics.contact_width, 0.1, "m");
    check.within("physics.contact_damping", physics.contact_damping, 0.0..=1e3, "s/m");
    check.within("physics.armature", physics.armature, 0.0..=100.0, "kg m2");
    check.within("physics.joint_damping", physics.joint_damping, 0.0..=1e4, "N m s/rad");
    check.within("physics.servo_stiffness", physics.servo_stiffness, 0.0..=1e6, "N m/rad");
    check.within("physics.servo_damping", physics.servo_damping, 0.0..=1e5, "N m s/rad");
    check.positive("physics.torque_limit", physics.torque_limit, 1e6, "N m");
    if let Some(speed) = physics.no_load_speed {
        check.within("physics.no_load_speed", speed, 0.1..=1e4, "rad/s");
    }
    if let Some(density) = physics.actuator {
        check.within("physics.actuator", density, 0.1..=1e4, "N m/kg");
    }
    check.within("physics.limit_stiffness", physics.limit_stiffness, 0.0..=1e7, "N m/rad");
    check.positive("physics.slew_rate", physics.slew_rate, 1e6, "rad/s");
    objects(check, physics);
    rivals(check, physics);
}

/// Who they are is found out later: an elite's run is another experiment.
fn rivals(check: &mut Check, physics: &Physics) {
    check.need(
        physics.rivals.len() <= MAX_RIVALS,
        "physics.rivals",
        format!("at most {MAX_RIVALS} rivals"),
        physics.rivals.len(),
    );
    for (i, RivalSpec { body, policy: _, at, heading, found: _ }) in physics.rivals.iter().enumerate() {
        let path = |field: &str| format!("physics.rivals[{i}].{field}");
        check.need(!body.is_empty(), path("body"), "a morphology, the path of a .ron file, or DIR#ID", "empty");
        for (axis, number) in [at.0, at.1].into_iter().enumerate() {
            check.within(&path(&format!("at[{axis}]")), number, -1e3..=1e3, "m");
        }
        check.within(&path("heading"), *heading, -1e2..=1e2, "rad");
    }
}

fn objects(check: &mut Check, physics: &Physics) {
    for (i, object) in physics.objects.iter().enumerate() {
        let ObjectSpec { shape, mass, at, turn, friction, fixed, count, spacing } = object;
        let path = |field: &str| format!("physics.objects[{i}].{field}");
        for (field, size) in shape.sizes() {
            check.within(&path(&format!("shape.{field}")), size, 1e-3..=100.0, "m");
        }
        if *fixed {
            let allowed = "0 or left out where the object is fixed";
            check.need(*mass == 0.0, path("mass"), allowed, format_args!("{mass} kg"));
        } else {
            check.within(&path("mass"), *mass, 1e-4..=1e5, "kg");
        }
        for (field, numbers, bound, unit) in
            [("at", at, 1e3, "m"), ("turn", turn, 1e2, "rad"), ("spacing", spacing, 1e3, "m")]
        {
            for (axis, number) in [numbers.0, numbers.1, numbers.2].into_iter().enumerate() {
                check.within(&path(&format!("{field}[{axis}]")), number, -bound..=bound, unit);
            }
        }
        if let Some(friction) = friction {
            check.within(&path("friction"), *friction, 0.0..=10.0, "");
        }
        check.whole(&path("count"), *count as u64, 1..=MAX_OBJECTS as u64);
    }
    // Counts beyond the bound are reported by themselves.
    let total = object_count(&physics.objects);
    let allowed = format!("at most {MAX_OBJECTS} objects");
    let each = physics.objects.iter().all(|object| object.count <= MAX_OBJECTS);
    check.need(!each || total <= MAX_OBJECTS, "physics.objects", allowed, total);
}

/// Together they have to fit on the lanes that a creature may have.
fn room_for_objects(check: &mut Check, experiment: &Experiment) {
    let objects = object_count(&experiment.physics.objects);
    if let (1..=MAX_OBJECTS, BodySource::Evolve { limits, .. }) = (objects, &experiment.body) {
        let most = MAX_LINKS.saturating_sub(limits.max_links);
        let allowed = format!("at most {most} beside bodies of {} links (body.limits.max_links)", limits.max_links);
        check.need(objects <= most, "physics.objects", allowed, objects);
    }
}
