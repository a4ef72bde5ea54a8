//! `burgess export`: a creature as a model that other simulators read.

use super::output::Output;
use super::print::print;
use super::subject::{self, Subject};
use anyhow::anyhow;
use burgess_core::say;
use burgess_physics::mjcf::mjcf;
use std::path::PathBuf;
use std::process::ExitCode;

/// Who, and where it goes.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    subject: subject::Args,
    /// Write the body, its servos and its ground as a model of MuJoCo (MJCF).
    #[arg(long, value_name = "FILE")]
    mjcf: PathBuf,
}

/// Writes the model.
///
/// # Errors
/// When the subject does not exist, its ground has no counterpart, or the file cannot be written.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let subject = Subject::resolve(&args.subject)?;
    let output = Output::open(args.mjcf.clone())?;
    let text = mjcf(&subject.label, &subject.candidate.model, &subject.world)
        .map_err(|fault| anyhow!("{}: {fault}", subject.label))?;
    if subject.candidate.model.joints.iter().any(|joint| joint.servo.no_load_speed.is_some()) {
        say!("warning: MuJoCo's servos have no no-load speed: those of the model have their torque at any rate");
    }
    let path = output.write(text.as_bytes())?;
    print(format_args!("{}: {}", subject.label, path.display()));
    Ok(ExitCode::SUCCESS)
}
