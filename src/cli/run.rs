//! `burgess run FILE`: an experiment file becomes a run folder.

use super::backend::{self, Evaluator};
use super::columns::count;
use super::interrupt::Interrupt;
use super::page;
use super::pretrain;
use super::print::print;
use super::program::program;
use anyhow::Context;
use burgess_core::say;
use burgess_evolution::descriptors::DescriptorSpec;
use burgess_evolution::evolve::folder::RunFolder;
use burgess_evolution::evolve::session::{self, Ended};
use burgess_evolution::evolve::{Setup, rivals, start};
use burgess_evolution::experiment::{self, AnyLoaded, Experiment};
use burgess_evolution::inverse::{self, Verdict};
use burgess_evolution::metrics::Metrics;
use burgess_evolution::report;
use burgess_evolution::store::RunReader;
use burgess_evolution::variation::Variation;
use burgess_qd::emitter;
use burgess_report::PLOTS;
use std::path::PathBuf;
use std::process::ExitCode;

/// Which experiment, on what, and where to.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The experiment file (RON).
    file: PathBuf,
    #[command(flatten)]
    backend: backend::Args,
    /// Seed of the run, instead of the experiment's.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Folder that gets the run folder.
    #[arg(long, value_name = "DIR", default_value = "results")]
    out: PathBuf,
    /// Change a field, such as `task.duration=2.5` or `emitters[0].share=0.5`.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,
    /// At the end, also write report.html into the run folder, as `burgess report --html` does: every elite is simulated once more.
    #[arg(long)]
    html: bool,
}

/// Runs the experiment to the end of its budget, or until Ctrl-C, SIGTERM or SIGHUP.
///
/// # Errors
///
/// The report if the experiment is wrong, and nothing is written then. Later, when simulation or a file fails: the run
/// folder then holds what was done so far.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let loaded = match experiment::load_any(&args.file, &args.overrides)? {
        AnyLoaded::Evolution(loaded) => *loaded,
        AnyLoaded::Inverse(_) => {
            anyhow::ensure!(!args.html, "{}: is an inverse problem, of which there is no page", args.file.display());
            return run_inverse(args);
        }
        AnyLoaded::Scene(_) => {
            let file = args.file.display();
            anyhow::bail!("{file}: is a scene, in which nothing evolves; `burgess world {file}` simulates it")
        }
    };
    let mut experiment = Experiment { seed: args.seed.unwrap_or(loaded.experiment.seed), ..loaded.experiment };
    let rivals = rivals::find_rivals(&mut experiment, &loaded.folder)?;
    let seeds = start::seed_bodies(&experiment, &loaded.folder)?;
    let evaluator = Evaluator::open(&args.backend, &experiment)?;
    if let Some(size) = experiment.settle_batch_size(evaluator.capacity()) {
        say!("batch_size: Auto is {size} on this backend; the run keeps that number");
    }
    if let Evaluator::Simulation(backend, _) = &evaluator {
        pretrain::train_for_run(&mut experiment, &seeds, backend.as_ref(), &args.out)?;
    }
    let folder = RunFolder::create_with(&args.out, &experiment, &seeds, |dir| {
        rivals.freeze(dir)?;
        start::freeze_encoder(&experiment, &loaded.folder, dir)
    })?;
    let space = start::search_space(&experiment, seeds);
    let code = carry_on(&folder, &experiment, &space, &evaluator)?;
    if args.html {
        page::write_into(folder.dir(), &args.backend)?;
    }
    Ok(code)
}

/// Solves an inverse problem; the exit code says whether its goal is missed.
fn run_inverse(args: &Args) -> anyhow::Result<ExitCode> {
    // The seed goes the way of other changes, so that the frozen text has it.
    let seed = args.seed.map(|seed| format!("seed={seed}"));
    let changes: Vec<String> = args.overrides.iter().cloned().chain(seed).collect();
    let loaded = experiment::load_inverse(&args.file, &changes)?;
    args.backend.start_threads(loaded.inverse.kind_name())?;
    let Verdict { dir, summary, reached } = inverse::run(&loaded, &args.out)?;
    let verdict = match reached {
        Some(true) => "goal reached",
        Some(false) => "GOAL MISSED",
        None => "no goal is stated",
    };
    print(format_args!("{summary}\n{verdict}: {}", dir.display()));
    Ok(if reached == Some(false) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Carries on the run of a folder, from wherever it is.
pub(super) fn carry_on(
    folder: &RunFolder,
    experiment: &Experiment,
    space: &Variation,
    evaluator: &Evaluator,
) -> anyhow::Result<ExitCode> {
    let dir = folder.dir().display();
    say!("run folder: {dir}");
    let interrupt = Interrupt::watch(folder.dir())?;
    let before = generations(folder);
    let ended = match evaluator {
        Evaluator::Points(points) => {
            session::carry_on(folder, points.run(experiment, &points.space())?, &program(), &interrupt.flag)?
        }
        Evaluator::Simulation(backend, [differentiator, slopes]) => {
            let emitters = emitter::build(&experiment.emitters, &DescriptorSpec::dimensions(&experiment.axes()));
            let (differentiator, slopes) = (differentiator.as_deref(), slopes.as_deref());
            let setup = Setup { experiment, space, backend: backend.as_ref(), differentiator, slopes, emitters };
            session::run(folder, setup, &program(), &interrupt.flag)?
        }
    };
    if ended == Ended::Finished && before == generations(folder) {
        say!("its budget was used up before; to run it for longer, raise the budget in {dir}/experiment.ron");
    }
    let drawn = report::draw_all(folder.dir());
    print(summary(&RunReader::open(folder.dir())?)?);
    drawn.with_context(|| format!("the run is stored; `burgess report {dir}` draws it again"))?;
    print(format_args!("plots: {}", folder.dir().join(PLOTS).display()));
    Ok(match ended {
        Ended::Finished => ExitCode::SUCCESS,
        Ended::Interrupted => {
            say!("stopped before the end; to go on: burgess resume {dir}");
            interrupt.exit_code()
        }
    })
}

/// How many generations are stored; none before the first, or when they can't be read.
fn generations(folder: &RunFolder) -> usize {
    RunReader::open(folder.dir()).and_then(|run| run.metrics()).map_or(0, |metrics| metrics.len())
}

fn summary(run: &RunReader) -> anyhow::Result<String> {
    let dir = run.dir().display();
    let Some(last) = run.metrics()?.pop() else {
        return Ok(format!("nothing was simulated: {dir}"));
    };
    // Those that the archive is judged by: one a cell, as its topologies are counted.
    let elites = (last.scores.coverage * run.cell_count() as f64).round() as usize;
    Ok(format!(
        "{}{} in {}, best reward {:.4}, QD-score {:.3}, {}: {dir}",
        count(elites, "elite"),
        bodies(run.experiment(), last.bodies.topologies as usize),
        count(run.cell_count(), "cell"),
        last.scores.max,
        last.scores.qd_score,
        times(&last)
    ))
}

/// Where the time went, and what refinement did in the last generation.
fn times(last: &Metrics) -> String {
    let share = |seconds: f64| format!("{:.0} % of the time in", 100.0 * seconds / last.wall_time);
    let simulation = format!("{} the simulation", share(last.simulation_time));
    match last.refinement_time > 0.0 {
        true => format!("{simulation}, {} refinement", share(last.refinement_time)),
        false => simulation,
    }
}

/// Nothing for points, which have no bodies.
fn bodies(experiment: &Experiment, topologies: usize) -> String {
    match (experiment.problem(), topologies) {
        (Some(_), _) => String::new(),
        (None, 1) => " of 1 topology".into(),
        (None, number) => format!(" of {number} topologies"),
    }
}
