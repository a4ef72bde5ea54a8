//! The program's command line, called within this process.

use crate::cli;
use clap::Parser as _;
use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

/// Whether the program succeeds with these arguments.
pub(crate) fn succeeds<A: AsRef<OsStr>>(arguments: &[A]) -> bool {
    let arguments = arguments.iter().map(|argument| argument.as_ref().to_owned());
    match cli::Cli::try_parse_from(std::iter::once(OsString::from("burgess")).chain(arguments)) {
        Ok(arguments) => cli::run(&arguments) == ExitCode::SUCCESS,
        Err(_) => false,
    }
}
