//! `burgess pretrain FILE --out BRAIN`: one brain for all bodies of an experiment.

mod assess;
mod reference;

use super::backend;
use super::interrupt::Interrupt;
use super::print::print;
use super::specification;
use anyhow::{Context as _, ensure};
use assess::HeldOut;
use burgess_core::files;
use burgess_core::say;
use burgess_evolution::evolve::start;
use burgess_evolution::experiment::{self, Experiment};
use burgess_evolution::genome::{Body, Policy};
use burgess_evolution::pretrain::RandomBodies;
use burgess_learn::SharedSpec;
use burgess_learn::file::fingerprint;
use burgess_learn::train::{RENEWAL, Setting, Trained, Trainer, TrainingSpec, Update};
use burgess_physics::batch::Backend;
use burgess_physics::plan::{BrainKind, Plan};
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Seconds between two lines about the training.
const QUIET: f64 = 5.0;

/// What learns, and on what.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The experiment whose bodies, physics, terrain and task the brain is for; its bodies must evolve. Nothing else of it counts.
    #[arg(value_name = "EXPERIMENT")]
    file: PathBuf,
    /// Where the brain goes, a file that ends in .safetensors; it is written after every 50 updates, too.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Sizes of the brain, in RON or a file of it, e.g. "(width: 64)" (docs/learning.md).
    #[arg(long, value_name = "RON|FILE", conflicts_with = "resume")]
    brain: Option<String>,
    /// How it is trained, in RON or a file of it, e.g. "(updates: 2000, bodies: 2048)" (docs/learning.md).
    #[arg(long, value_name = "RON|FILE", conflicts_with = "resume")]
    training: Option<String>,
    /// Begin with the weights of this brain instead of random ones: a second training, in another way or on another experiment.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["resume", "brain"])]
    from: Option<PathBuf>,
    /// Go on with the brain that is in the file of --out, as it was trained before.
    #[arg(long)]
    resume: bool,
    /// Bodies that are never trained on, on which the brain is judged.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    held_out: u32,
    /// Also find out what each of them reaches by itself: oscillators by CMA-ES, so many evaluations a body.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(16..))]
    reference: Option<u32>,
    /// Seed of bodies, first weights and noise, instead of the experiment's.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Change a field of the experiment, such as `task.duration=2.5`.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,
    #[command(flatten)]
    backend: backend::Args,
}

/// Trains the brain that a run of an experiment begins with, where its policy asks for that: the policy then has it.
///
/// # Errors
///
/// When the backend fails.
pub(super) fn train_for_run(
    experiment: &mut Experiment,
    seeds: &[Body],
    backend: &dyn Backend,
    out: &Path,
) -> anyhow::Result<()> {
    let Policy::Shared { train: Some(training), sizes, .. } = &experiment.policy else { return Ok(()) };
    // Before it takes its time.
    std::fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    let sizes = SharedSpec { commands: experiment.asks(), ..sizes.clone() };
    let seed = experiment.seed;
    let mut trainer = Trainer::new(&sizes, training.clone(), seed, origin(experiment, seeds, seed));
    let bodies = RandomBodies::new(&start::search_space(experiment, seeds.to_vec()), seed);
    let plan = Trained::fit(&sizes, experiment.plan())?;
    let source = |number: u64| bodies.body(number);
    let setting = Setting { plan: &plan, backend, bodies: &source, seed };
    say!(
        "training a brain for all bodies before the run, whose budget and metrics do not count it; Ctrl-C ends it and nothing is written"
    );
    let began = Instant::now();
    let mut said = began;
    while !trainer.is_done() {
        let update = trainer.update(&setting)?;
        if said.elapsed().as_secs_f64() >= QUIET || trainer.is_done() {
            said = Instant::now();
            print(progress(trainer.state(), &update, began.elapsed().as_secs_f64()));
        }
    }
    experiment.policy = Policy::with_brain(trainer.into_state());
    Ok(())
}

/// What a brain is trained on, as a name.
fn origin(experiment: &Experiment, seeds: &[Body], seed: u64) -> String {
    let Experiment { body, physics, terrain, task, .. } = experiment;
    fingerprint(&format!("{:?}", (body, seeds, physics, terrain, task, seed)))
}

fn progress(Trained { updates, bodies, training, .. }: &Trained, update: &Update, seconds: f64) -> String {
    format!(
        "update {updates:6} of {}, {bodies} bodies in {seconds:.1} s: {:.4} a second, {:.0} % fell",
        training.updates,
        update.reward,
        100.0 * update.fell,
    )
}

/// Trains, judges on held-out bodies, and writes the brain.
///
/// # Errors
///
/// When the experiment or a specification is wrong, the file of the brain cannot be read or written, or the backend fails.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    // Nothing of the experiment's own policy counts: it may name the very brain that is to be trained.
    let overrides: Vec<String> = args.overrides.iter().cloned().chain(["policy=Cpg()".to_owned()]).collect();
    let loaded = experiment::load(&args.file, &overrides)?;
    let experiment = loaded.experiment;
    let file = args.file.display();
    ensure!(experiment.body.evolves(), "{file}: its body is fixed; a brain for all bodies needs `body: Evolve(...)`");
    ensure!(
        args.out.extension().is_some_and(|extension| extension == "safetensors"),
        "--out {}: must end in .safetensors",
        args.out.display()
    );
    let seed = args.seed.unwrap_or(experiment.seed);

    let seeds = start::seed_bodies(&experiment, &loaded.folder)?;
    let mut trainer = begin(args, &experiment, seed, origin(&experiment, &seeds, seed))?;
    let space = start::search_space(&experiment, seeds);
    let bodies = RandomBodies::new(&space, seed);
    let plan = Trained::fit(trainer.state().brain.spec(), experiment.plan())?;
    // Before it takes its time.
    files::Output::open(&args.out).with_context(|| format!("cannot write {}", args.out.display()))?;
    // The reference has oscillators, whatever the experiment has.
    let own = Plan { brain: BrainKind::Cpg, task: reference::task(&experiment), ..experiment.plan() };
    let plans: &[Plan] = if args.reference.is_some() { &[plan.clone(), own] } else { std::slice::from_ref(&plan) };
    let backends = args.backend.open_each(plans)?;
    let backend = backends[0].0.as_ref();
    say!("backend: {}", backend.describe());

    let held_out = HeldOut::new(&bodies, args.held_out);
    if let (Some(evaluations), Some((own, _))) = (args.reference, backends.get(1)) {
        let best =
            reference::best_of_each(bodies.space(), held_out.genomes(), own.as_ref(), evaluations as usize, seed)?;
        print(format_args!("by themselves, {} evaluations each:", reference::rounded(evaluations)));
        print(held_out.table(&best));
    }
    print("held out, before:");
    print(held_out.table(&held_out.rewards(&trainer.state().brain, backend)?));
    let source = |number: u64| bodies.body(number);
    let setting = Setting { plan: &plan, backend, bodies: &source, seed };
    let interrupt = Interrupt::watch_for(
        "stopping after this update; Ctrl-C again aborts it".to_owned(),
        "aborted; if 50 updates were done, --resume goes on from the last that were written".to_owned(),
    )?;
    train(&mut trainer, &setting, &held_out, args, &interrupt)?;
    let is_kept = trainer.is_checkpoint();
    if is_kept {
        trainer.state().save(&args.out)?;
    }
    print("held out, after:");
    print(held_out.table(&held_out.rewards(&trainer.state().brain, backend)?));
    if is_kept {
        print(format_args!("brain {}: {}", &trainer.state().brain.hash()[..16], args.out.display()));
    }
    if trainer.is_done() {
        return Ok(ExitCode::SUCCESS);
    }
    let kept = trainer.state().updates / RENEWAL * RENEWAL;
    match is_kept {
        true => say!("stopped before the end; to go on: --resume"),
        false if kept > 0 => say!("stopped before the end; --resume goes on from update {kept}"),
        false => say!("stopped before update {RENEWAL}: nothing was written"),
    }
    Ok(interrupt.exit_code())
}

/// A new brain, or the one that goes on.
fn begin(args: &Args, experiment: &Experiment, seed: u64, origin: String) -> anyhow::Result<Trainer> {
    if args.resume {
        let trained = Trained::load(&args.out)?;
        ensure!(trained.moments.is_some(), "{}: has no state of training to go on from", args.out.display());
        ensure!(
            trained.origin == origin,
            "{}: was trained on another experiment, or with another seed; --resume needs the same",
            args.out.display()
        );
        return Ok(Trainer::resume(trained));
    }
    let before = args.from.as_deref().map(Trained::load).transpose()?;
    let brain: SharedSpec = match &before {
        Some(before) => before.brain.spec().clone(),
        None => SharedSpec { commands: experiment.asks(), ..specified("--brain", args.brain.as_deref())? },
    };
    let training: TrainingSpec = specified("--training", args.training.as_deref())?;
    let problems = brain.problems().into_iter().map(|(field, problem)| format!("--brain: {field}: {problem}"));
    let problems = problems
        .chain(training.problems().into_iter().map(|(field, problem)| format!("--training: {field}: {problem}")));
    let problems: Vec<String> = problems.collect();
    ensure!(problems.is_empty(), "{}", problems.join("; "));
    Ok(match before {
        None => Trainer::new(&brain, training, seed, origin),
        Some(Trained { brain, .. }) => {
            Trainer::resume(Trained { brain, training, moments: None, updates: 0, bodies: 0, origin })
        }
    })
}

/// What stands in RON, or in a file of it; the defaults where nothing is given.
fn specified<T: DeserializeOwned>(option: &str, given: Option<&str>) -> anyhow::Result<T> {
    let refused = "not what docs/learning.md shows, and no file";
    specification::read(option, given.unwrap_or("()"), files::HAND_WRITTEN, refused)
}

/// All updates that are left, or those until someone interrupts.
fn train(
    trainer: &mut Trainer,
    setting: &Setting<'_>,
    held_out: &HeldOut,
    args: &Args,
    interrupt: &Interrupt,
) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut said = began;
    while !trainer.is_done() && !interrupt.flag.load(Ordering::Relaxed) {
        let update = trainer.update(setting)?;
        if trainer.state().updates.is_multiple_of(RENEWAL) {
            trainer.state().save(&args.out)?;
        }
        if said.elapsed().as_secs_f64() >= QUIET || trainer.is_done() {
            said = Instant::now();
            let rewards = held_out.rewards(&trainer.state().brain, setting.backend)?;
            let progress = progress(trainer.state(), &update, began.elapsed().as_secs_f64());
            print(format_args!("{progress}; held out {:.4}", assess::mean(&rewards)));
        }
    }
    Ok(())
}
