//! `burgess hash DIR`: one hash over what a run promises to reproduce.

use super::print::print;
use burgess_evolution::store::RunReader;
use std::path::PathBuf;
use std::process::ExitCode;

/// Which run.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The run folder.
    dir: PathBuf,
}

/// Prints the hash over cells, genomes, rewards, descriptors and parents.
///
/// # Errors
///
/// When the run cannot be read.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    print(RunReader::open(&args.dir)?.hash()?);
    Ok(ExitCode::SUCCESS)
}
