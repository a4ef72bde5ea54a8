//! The command line: one file a subcommand, each with its `Args` and a `run` that calls the library and prints.
//!
//! Exit codes: 0 done, 1 failed, 2 the input is wrong (a bad experiment file; clap uses the same for bad arguments),
//! 130 stopped by Ctrl-C (143 by SIGTERM, 129 by SIGHUP).

mod adapters;
mod against;
mod backend;
mod bench;
mod check;
mod columns;
mod compare;
mod export;
mod gradcheck;
mod hash;
mod interrupt;
mod list;
mod output;
mod page;
mod pretrain;
mod print;
mod program;
mod render;
mod report;
mod resume;
mod run;
mod schema;
mod show;
mod show_body;
mod simulate;
mod specification;
mod subject;
mod train_encoder;
mod verify;
mod warnings;
mod world;

use anyhow::Error;
use burgess_core::say;
use burgess_evolution::experiment::ExperimentError;
use burgess_evolution::store::StoreError;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Exit code for input that the user has to mend.
const WRONG_INPUT: u8 = 2;

/// Evolves robot bodies and brains by MAP-Elites, reproducibly to the bit.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check an experiment file without running it.
    Check(check::Args),
    /// Run an experiment: search, and fill a run folder.
    Run(run::Args),
    /// Carry on a run that was stopped.
    Resume(resume::Args),
    /// Print one hash over cells, genomes, rewards, descriptors and parents of a run.
    Hash(hash::Args),
    /// Simulate every elite of a run again and compare.
    Verify(verify::Args),
    /// List the elites of a run.
    List(list::Args),
    /// Show all that is known of an elite or a morphology.
    Show(show::Args),
    /// Check gradients against differences, for every class of parameters in every situation.
    Gradcheck(gradcheck::Args),
    /// Draw the plots of runs, and several runs over each other, or write one HTML page in which they can be explored.
    Report(report::Args),
    /// Compare experiments over their seeds, at equal evaluations, steps and wall time.
    Compare(compare::Args),
    /// Draw a creature: six moments as a picture, or an animation.
    Render(render::Args),
    /// Time a backend: body-steps a second by batch and by links.
    Bench(bench::Args),
    /// Print a commented experiment that shows every field and variant.
    Schema(schema::Args),
    /// Simulate one creature and write its trajectory.
    Simulate(simulate::Args),
    /// Write a creature as a model that MuJoCo reads.
    Export(export::Args),
    /// Train an encoder on what the elites of runs and their offspring do, and write it to a file.
    TrainEncoder(train_encoder::Args),
    /// Train one brain for all bodies of an experiment, and write it to a file.
    Pretrain(pretrain::Args),
    /// Simulate free bodies in a shared space, thousands of them, and creatures among them.
    World(world::Args),
    /// List the GPU adapters that --backend and --adapter can take; exit code 1 when there is none.
    Adapters,
}

/// Runs the subcommand; an error goes to stderr with its chain of causes.
pub(crate) fn run(cli: &Cli) -> ExitCode {
    warnings::show();
    let outcome = match &cli.command {
        Command::Check(args) => check::run(args),
        Command::Run(args) => run::run(args),
        Command::Resume(args) => resume::run(args),
        Command::Hash(args) => hash::run(args),
        Command::Verify(args) => verify::run(args),
        Command::List(args) => list::run(args),
        Command::Show(args) => show::run(args),
        Command::Gradcheck(args) => gradcheck::run(args),
        Command::Report(args) => report::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Render(args) => render::run(args),
        Command::Bench(args) => bench::run(args),
        Command::Schema(args) => schema::run(args),
        Command::Simulate(args) => simulate::run(args),
        Command::Export(args) => export::run(args),
        Command::TrainEncoder(args) => train_encoder::run(args),
        Command::Pretrain(args) => pretrain::run(args),
        Command::World(args) => world::run(args),
        Command::Adapters => adapters::run(),
    };
    let code = outcome.unwrap_or_else(|error| fail(&error));
    match print::lost() {
        Some(error) if code == ExitCode::SUCCESS => fail(&Error::new(error).context("cannot write to stdout")),
        _ => code,
    }
}

fn fail(error: &Error) -> ExitCode {
    if let Some(usage) = error.downcast_ref::<clap::Error>() {
        // Its own words and exit code, as if clap had found it by itself.
        usage.exit();
    }
    say!("error: {error}");
    for cause in error.chain().skip(1) {
        say!("  caused by: {cause}");
    }
    // The experiment of a run folder is edited by hand as well; one that is of another kind is a wrong folder.
    let wrong = match error.downcast_ref() {
        Some(StoreError::Experiment(error)) => !matches!(error, ExperimentError::Unreadable { .. }),
        _ => error.is::<ExperimentError>(),
    };
    if wrong { ExitCode::from(WRONG_INPUT) } else { ExitCode::FAILURE }
}
