//! Where the program and the repository's files are: where cargo built them, or where a pack (`scripts/pack`) that runs on another
//! machine says, in the variables that cargo itself uses.
#![allow(dead_code)] // each test binary uses its own part

use std::path::PathBuf;
use std::process::Command;

/// The program, to be given arguments.
pub fn burgess() -> Command {
    Command::new(told("CARGO_BIN_EXE_burgess", env!("CARGO_BIN_EXE_burgess")))
}

/// The repository's folder.
pub fn repository() -> PathBuf {
    told("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"))
}

fn told(variable: &str, when_built: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| when_built.into(), PathBuf::from)
}
