//! `burgess schema`: the reference experiment, which shows every field and variant.

use std::io::{Write, stdout};
use std::process::ExitCode;

/// A test keeps it complete and valid.
const REFERENCE: &str = include_str!("../../experiments/reference.ron");

/// No arguments.
#[derive(clap::Args)]
pub struct Args {}

/// Prints the reference experiment.
///
/// # Errors
///
/// If stdout cannot be written to.
pub fn run(_: &Args) -> anyhow::Result<ExitCode> {
    stdout().write_all(REFERENCE.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
