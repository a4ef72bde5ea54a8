//! `burgess resume DIR`: a run that was stopped goes on, and ends as if it had not been.

use super::backend::{self, Evaluator};
use super::run::carry_on;
use burgess_evolution::evolve::folder::RunFolder;
use burgess_evolution::evolve::{provenance, start};
use std::path::PathBuf;
use std::process::ExitCode;

/// Which run, and on what.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The run folder.
    dir: PathBuf,
    #[command(flatten)]
    backend: backend::Args,
}

/// Runs to the end of the budget, or until Ctrl-C.
///
/// # Errors
///
/// When the folder is no run's, another process is running it, the backend that it used is not here and no other was asked for,
/// or simulation or a file fails.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let folder = RunFolder::open(&args.dir)?;
    let (experiment, space) = start::thaw_run(folder.dir())?;
    let parts = provenance::read(folder.dir())?;
    let evaluator = Evaluator::open_again(&args.backend, &experiment, &parts)?;
    carry_on(&folder, &experiment, &space, &evaluator)
}
