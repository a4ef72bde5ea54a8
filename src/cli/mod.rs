//! The command line: one file a subcommand, each with its `Args` and a `run` that calls the library and prints.
//!
//! Exit codes: 0 done, 1 failed, 2 the input is wrong (a bad experiment file; clap uses the same for bad arguments).

mod check;
mod schema;
mod simulate;
mod subject;

use anyhow::Error;
use burgess::experiment::ExperimentError;
use clap::{Parser, Subcommand};
use std::io;
use std::process::ExitCode;

/// Exit code for input that the user has to mend.
const WRONG_INPUT: u8 = 2;

/// Evolves robot bodies and brains by MAP-Elites, reproducibly to the bit.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check an experiment file without running it.
    Check(check::Args),
    /// Print a commented experiment that shows every field and variant.
    Schema(schema::Args),
    /// Simulate one creature and write its trajectory.
    Simulate(simulate::Args),
}

/// Runs the subcommand; an error goes to stderr with its chain of causes.
pub fn run(cli: &Cli) -> ExitCode {
    let outcome = match &cli.command {
        Command::Check(args) => check::run(args),
        Command::Schema(args) => schema::run(args),
        Command::Simulate(args) => simulate::run(args),
    };
    outcome.unwrap_or_else(|error| fail(&error))
}

fn fail(error: &Error) -> ExitCode {
    if is_closed_pipe(error) {
        // `burgess schema | head`: whoever reads has seen enough.
        return ExitCode::SUCCESS;
    }
    eprintln!("error: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  caused by: {cause}");
    }
    match error.downcast_ref::<ExperimentError>() {
        Some(_) => ExitCode::from(WRONG_INPUT),
        None => ExitCode::FAILURE,
    }
}

fn is_closed_pipe(error: &Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}
