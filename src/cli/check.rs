//! `burgess check FILE`: what an experiment would do, or what is wrong with it; nothing is run or written.

use super::print::print;
use anyhow::Context as _;
use burgess_core::say;
use burgess_core::say::harmless;
use burgess_evolution::benchmark::BenchmarkFunction;
use burgess_evolution::evolve::residents::find_creatures;
use burgess_evolution::evolve::rivals::find_rivals;
use burgess_evolution::experiment;
use burgess_evolution::experiment::{
    AnyLoaded, BatchSize, Benchmark, BodySource, Budget, Experiment, Inverse, Refined, Surprise,
};
use burgess_evolution::genome::{Policy, Sharing};
use burgess_physics::batch::{Capacity, on_cpu};
use burgess_physics::environment::{CommandSpec, PushSpec};
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::scene::{ObjectSpec, RivalSpec, ShapeSpec};
use burgess_physics::shared_world::{CreatureSpec, Scene};
use burgess_physics::world::{GroundContact, Physics};
use burgess_qd::GeneGroup;
use burgess_qd::archive::{ArchiveSpec, Parents, Protection};
use burgess_qd::emitter::Scheduler;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Which experiment.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The experiment file (RON).
    file: PathBuf,
    /// Change a field before the check, such as `task.duration=2.5` or `emitters[0].share=0.5`.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,
}

/// Checks the experiment and prints a summary.
///
/// # Errors
///
/// The report if the experiment is wrong.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let lines = match experiment::load_any(&args.file, &args.overrides)? {
        AnyLoaded::Evolution(mut loaded) => {
            find_rivals(&mut loaded.experiment, &loaded.folder)?;
            match loaded.experiment.problem() {
                Some(problem) => benchmark(&loaded.experiment, problem),
                None => summary(&loaded.experiment).to_vec(),
            }
        }
        AnyLoaded::Inverse(loaded) => {
            burgess_evolution::inverse::check(&loaded)?;
            inverse(&loaded.inverse)
        }
        AnyLoaded::Scene(mut scene) => {
            let notes = find_creatures(&mut scene, args.file.parent().unwrap_or(Path::new("")))
                .with_context(|| args.file.display().to_string())?;
            notes.into_iter().for_each(|note| say!("{note}"));
            shared_world(&scene)
        }
    };
    print(harmless(&format!("{}: valid", args.file.display())));
    for (what, text) in lines {
        print(harmless(&format!("  {what:<12} {text}")));
    }
    Ok(ExitCode::SUCCESS)
}

fn summary(e: &Experiment) -> [(&'static str, String); 21] {
    [
        ("name", format!("{} (seed {})", e.name, e.seed)),
        ("bodies", bodies(&e.body)),
        ("policy", policy(&e.policy)),
        ("terrain", terrain(&e.terrain) + touched_by(e.physics.ground_contact.on(&e.terrain))),
        ("servos", servos(&e.physics)),
        ("objects", objects(&e.physics.objects)),
        ("rivals", rivals(&e.physics.rivals)),
        ("environments", environments(e)),
        ("reward", reward(e)),
        ("descriptors", descriptors(e)),
        ("archive", archive(e)),
        ("passive", axes(&e.passive)),
        ("emitters", emitters(e)),
        ("gradients", gradients(e)),
        ("parents", parents(e)),
        ("refinement", refinement(e)),
        ("protection", protection(e)),
        ("topologies", topologies(e)),
        ("batch size", batch_size(e)),
        ("budget", budget(e)),
        ("episode", format!("{} s: {} steps at {} Hz", e.task.duration, e.episode_steps(), e.physics.rate)),
    ]
}

fn benchmark(e: &Experiment, problem: BenchmarkFunction) -> Vec<(&'static str, String)> {
    let (bound, measures) = (problem.bound(), problem.measures());
    vec![
        ("kind", Benchmark::KIND.to_owned()),
        ("name", format!("{} (seed {})", e.name, e.seed)),
        ("problem", format!("{}, {} coordinates", problem.name(), problem.dimension())),
        ("measures", format!("{measures}, each from {} to {bound}", -bound)),
        ("archive", archive(e)),
        ("emitters", emitters(e)),
        ("budget", budget(e)),
    ]
}

fn shared_world(scene: &Scene) -> Vec<(&'static str, String)> {
    let Scene { worlds, rate, duration, seed, .. } = scene;
    let each = scene.bodies_of_a_world();
    vec![
        ("kind", "Scene".to_owned()),
        ("seed", seed.to_string()),
        ("bodies", format!("{each} in each of {worlds} {}", if *worlds == 1 { "world" } else { "worlds" })),
        ("creatures", creatures(&scene.creatures)),
        ("terrain", terrain(&scene.terrain)),
        ("steps", format!("{duration} s: {} at {rate} Hz", scene.steps())),
    ]
}

fn creatures(rows: &[CreatureSpec]) -> String {
    let row = |row: &CreatureSpec| {
        let links = row.found.as_ref().map_or(0, |found| found.candidate.model.links.len());
        format!("{} x {} ({links} links)", row.count, row.body)
    };
    if rows.is_empty() { "none".to_owned() } else { list(rows.iter().map(row), ", ") }
}

fn inverse(inverse: &Inverse) -> Vec<(&'static str, String)> {
    let kind = ("kind", inverse.kind_name().to_owned());
    let name = ("name", format!("{} (seed {})", inverse.name(), inverse.seed()));
    let rest = match inverse {
        Inverse::Ascent(a) => vec![
            ("body", a.body.clone()),
            ("genes", list(a.genes.iter().map(|group| format!("{group:?}")), ", ")),
            ("reward", list(a.task.reward.iter().map(|r| format!("{} x {}", r.weight, r.term.label().0)), " + ")),
            (
                "budget",
                format!("{} starts, {} gradient steps each over {} s", a.starts, a.descent.steps, a.task.duration),
            ),
        ],
        Inverse::Reach(r) => vec![
            ("body", r.body.clone()),
            (
                "target",
                format!("{:?} m, within {} m, tilted by at most {} rad", r.target, r.goal.distance, r.goal.tilt),
            ),
            ("budget", format!("{} gradient steps over {} s", r.descent.steps, r.duration)),
        ],
        Inverse::Identify(i) => vec![
            ("body", i.body.clone()),
            ("unknowns", list(i.unknowns.iter().map(|unknown| format!("{unknown:?}")), ", ")),
            ("budget", format!("{} guesses", i.guesses)),
        ],
    };
    [kind, name].into_iter().chain(rest).collect()
}

fn bodies(body: &BodySource) -> String {
    match body {
        BodySource::Benchmark(problem) => problem.name().to_owned(),
        BodySource::Fixed(morphology) => format!("{morphology}, as it is"),
        BodySource::Evolve { seeds, limits } => {
            format!("evolve from {}; at most {} links", seeds.join(", "), limits.max_links)
        }
    }
}

fn policy(policy: &Policy) -> String {
    let (kind, sharing, frequency) = match policy {
        Policy::Shared { brain, train, .. } => {
            let which = match (brain, train) {
                (None, Some(train)) => format!("that {} updates of {} bodies train first", train.updates, train.bodies),
                (brain, _) => brain.as_ref().map_or_else(String::new, |brain| brain.name().to_owned()),
            };
            return format!("the shared brain {which}, with a style and a rhythm of each body's own");
        }
        Policy::Cpg { sharing, frequency } => ("pattern generator".to_owned(), sharing, frequency),
        Policy::Mlp { hidden, sharing, frequency, control_rate, world_model } => {
            let sees = world_model
                .as_ref()
                .map_or(String::new(), |file| format!(" that sees what {} makes of it", file.name()));
            (format!("network with {hidden:?} hidden units at {control_rate} Hz{sees}"), sharing, frequency)
        }
    };
    let whose = match sharing {
        Sharing::Instance => "parameters by joint",
        Sharing::Gene => "parameters shared by the copies of a joint gene",
    };
    format!("{kind}, {whose}, {} to {} Hz", frequency.0, frequency.1)
}

fn terrain(terrain: &TerrainSpec) -> String {
    match terrain {
        TerrainSpec::Plane { slope } => format!("plane with slope {slope}"),
        TerrainSpec::Stairs { rise, run, count, .. } => format!("{count} stairs, {rise} m high and {run} m deep"),
        TerrainSpec::Bumps { height, wavelength } => format!("bumps of {height} m, from {wavelength} m apart"),
        TerrainSpec::Walls(walls) => format!("{} walls", walls.len()),
    }
}

fn touched_by(contact: GroundContact) -> &'static str {
    match contact {
        GroundContact::Auto | GroundContact::Points => "",
        GroundContact::Whole => "; whole shapes touch it",
    }
}

/// Those of a creature of 4 kg.
fn servos(physics: &Physics) -> String {
    let speed =
        physics.no_load_speed.map_or("at any speed".to_owned(), |speed| format!("at rest, none left at {speed} rad/s"));
    let weight = physics.actuator.map_or("no weight".to_owned(), |density| format!("a kilogram for {density} N m"));
    format!("{} N m {speed} (at 4 kg); {weight}", physics.torque_limit)
}

fn rivals(rivals: &[RivalSpec]) -> String {
    let one = |rival: &RivalSpec| {
        let RivalSpec { body, policy: _, at: (x, y), heading, found } = rival;
        let links = found.as_ref().map_or(0, |candidate| candidate.model.links.len());
        format!("{body} of {links} links at ({x}, {y}) m, turned by {heading} rad")
    };
    if rivals.is_empty() { "none".to_owned() } else { list(rivals.iter().map(one), ", ") }
}

fn objects(objects: &[ObjectSpec]) -> String {
    let one = |object: &ObjectSpec| {
        let shape = match object.shape {
            ShapeSpec::Sphere { .. } => "ball",
            ShapeSpec::Capsule { .. } => "capsule",
            ShapeSpec::Box { .. } => "box",
        };
        let mass = if object.fixed { "fixed".to_owned() } else { format!("{} kg", object.mass) };
        let friction = object.friction.map_or(String::new(), |friction| format!(", friction {friction}"));
        format!("{} {shape} ({mass}{friction})", object.count)
    };
    if objects.is_empty() { "none".to_owned() } else { list(objects.iter().map(one), ", ") }
}

fn reward(e: &Experiment) -> String {
    list(e.task.reward.iter().map(|r| format!("{} x {}", r.weight, r.term.label().0)), " + ")
}

fn environments(e: &Experiment) -> String {
    let Some(spec) = &e.task.environments else { return "one".to_owned() };
    let mut text = format!("{}, {:?} reward", spec.count, spec.reward).to_lowercase();
    if spec.places > 0.0 {
        text += &format!(", places within {} m", spec.places);
    }
    if let Some(PushSpec { every, speed }) = spec.pushes {
        text += &format!(", pushes of {speed} m/s every {every} s");
    }
    if let Some(CommandSpec { every, speed, turn }) = spec.commands {
        text += &format!(", commands of {} to {} m/s within {turn} rad every {every} s", speed.0, speed.1);
    }
    text
}

fn descriptors(e: &Experiment) -> String {
    let Some(latent) = &e.latent else { return axes(&e.descriptors) };
    let (spec, rate) = (latent.spec(), latent.rate);
    let learns = match &latent.frozen {
        Some(name) => format!("frozen in {name}"),
        None => format!(
            "trained at generations 0, {} and so on, gaps growing by {}",
            latent.schedule.first, latent.schedule.growth
        ),
    };
    let surprise = match latent.surprise {
        Surprise::Ignored => String::new(),
        Surprise::Axis => ", and surprise".to_owned(),
        Surprise::Reward(weight) => format!("; {weight} x surprise in the reward"),
    };
    let kind = spec.kind.name();
    format!("{} latents of a {kind}, {learns}, of {rate} frames a second{surprise}", spec.dimensions)
}

fn parents(e: &Experiment) -> String {
    match e.parents {
        Parents::Uniform if e.niches().is_some() => "each topology alike".into(),
        Parents::Uniform => "each elite alike".into(),
        Parents::Tournament { size, novelty, neighbours } => {
            format!("the best of {size}, {novelty} novelty among {neighbours} neighbours, {} reward", 1.0 - novelty)
        }
    }
}

fn axes(axes: &[burgess_evolution::descriptors::DescriptorSpec]) -> String {
    if axes.is_empty() {
        return "none".into();
    }
    let describe = |d: &burgess_evolution::descriptors::DescriptorSpec| {
        let (name, unit) = d.kind.label();
        let range = format!("{name} {} to {} {unit}", d.range.0, d.range.1);
        format!("{}{}", range.trim_end(), if d.kind.has_gradient() { "" } else { " (no gradient)" })
    };
    list(axes.iter().map(describe), "; ")
}

fn protection(e: &Experiment) -> String {
    match &e.protection {
        None => "none".into(),
        Some(Protection::AgeLayers(limits)) => {
            let ages = list(limits.iter().map(u32::to_string), ", ");
            format!("{} age layers, the older ones from body ages of {ages}", limits.len() + 1)
        }
    }
}

fn topologies(e: &Experiment) -> String {
    match e.niches() {
        None => "not told apart".into(),
        Some(1) => "no niches".into(),
        Some(niches) => format!("{niches} niches a cell"),
    }
}

fn archive(e: &Experiment) -> String {
    match e.archive {
        ArchiveSpec::Grid { learning_rate, .. } => {
            let bins = list(e.descriptors.iter().map(|d| d.bins.to_string()), " x ");
            let cells: usize = e.descriptors.iter().map(|d| d.bins).product();
            format!("grid of {bins} = {cells} cells{}", thresholds(learning_rate))
        }
        ArchiveSpec::Cvt { cells, samples, learning_rate, .. } => {
            format!("{cells} Voronoi cells from {samples} samples{}", thresholds(learning_rate))
        }
        ArchiveSpec::Unstructured { size, neighbours, .. } => {
            format!("up to {size} elites at a distance from their {neighbours} neighbours")
        }
        ArchiveSpec::DominatedNovelty { size, neighbours, .. } => {
            format!("the {size} elites farthest from the {neighbours} nearest fitter ones")
        }
    }
}

fn thresholds(learning_rate: f64) -> String {
    if learning_rate < 1.0 { format!(", thresholds learn at {learning_rate}") } else { String::new() }
}

fn emitters(e: &Experiment) -> String {
    let total: f64 = e.emitters.iter().map(|emitter| emitter.share).sum();
    let describe = |emitter: &burgess_qd::emitter::EmitterSpec| {
        format!("{} {:.0} %", emitter.kind.name(), 100.0 * emitter.share / total)
    };
    let emitters = list(e.emitters.iter().map(describe), ", ");
    match e.scheduler {
        Scheduler::Shares => emitters,
        Scheduler::Ucb1 { active, .. } => {
            let names = list(e.emitters.iter().map(|emitter| emitter.kind.name().to_owned()), ", ");
            format!("{names}; a bandit chooses {active} of them each generation")
        }
    }
}

/// Those that emitters follow.
fn gradients(e: &Experiment) -> String {
    if !e.branches() {
        let unused = e.gradient_horizon.is_some() || e.gradient_memory.is_some();
        let note = if unused { ", so that gradient_horizon and gradient_memory do nothing" } else { "" };
        return format!("none that emitters follow{note}");
    }
    let horizon = e.gradient_horizon.unwrap_or(e.task.duration);
    let fading = e.gradient_memory.map_or_else(|| "exact".to_owned(), |memory| format!("fading with {memory} s"));
    format!("of {horizon} s, {fading}")
}

fn refinement(e: &Experiment) -> String {
    let Some(refine) = &e.refine else { return "none".to_owned() };
    let genes = match (refine.genes, &e.body) {
        (GeneGroup::Brain, _) | (_, BodySource::Fixed(_) | BodySource::Benchmark(_)) => "brain",
        (GeneGroup::Body, _) => "body",
        (GeneGroup::Both, _) => "brain and body",
    };
    let which = match refine.which {
        Refined::All => "all candidates".to_owned(),
        Refined::Share(share) => format!("{} % of candidates, drawn", 100.0 * share),
        Refined::Promising(share) => format!("the most promising {} % of candidates", 100.0 * share),
    };
    let (steps, horizon) = (refine.steps, refine.horizon);
    format!("{genes}, {steps} gradient steps over {horizon} s, {which}")
}

/// Nothing is opened to find out what there is, so that `Auto` is told for each.
fn batch_size(e: &Experiment) -> String {
    let BatchSize::Auto = e.batch_size else { return e.batch_size.to_string() };
    let threads = rayon::current_num_threads();
    let on = |capacity| e.auto_batch_size(capacity);
    let (cpu, gpu, integrated) = (on(Capacity::of_threads(threads)), on(Capacity::Gpu), on(Capacity::IntegratedGpu));
    format!("Auto: {cpu} on {}; {gpu} on a GPU; {integrated} on an integrated one", on_cpu(threads))
}

fn budget(e: &Experiment) -> String {
    let Budget { generations, evaluations, wall_time } = e.budget;
    let limits = [
        generations.map(|n| format!("{n} generations of {}", e.batch_size)),
        evaluations.map(|n| format!("{n} evaluations")),
        wall_time.map(|seconds| format!("{seconds} s")),
    ];
    let limits = list(limits.into_iter().flatten(), " or ");
    match e.planned_evaluations() {
        Some(evaluations) => format!("{limits}: at most {evaluations} evaluations"),
        None => limits,
    }
}

fn list(items: impl Iterator<Item = String>, between: &str) -> String {
    items.collect::<Vec<_>>().join(between)
}
