//! Where the program and the repository's files are: where cargo built them, or where a pack (`scripts/pack`) that runs on another
//! machine says, in the variables that cargo itself uses.
#![allow(dead_code)] // each test binary uses its own part

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program, to be given arguments.
pub(crate) fn burgess() -> Command {
    Command::new(told("CARGO_BIN_EXE_burgess", env!("CARGO_BIN_EXE_burgess")))
}

/// What a command does in a folder.
pub(crate) fn call(dir: &Path, arguments: &[&str]) -> Output {
    burgess().args(arguments).current_dir(dir).output().unwrap()
}

/// What a command prints that must succeed.
pub(crate) fn ask(dir: &Path, arguments: &[&str]) -> String {
    let output = call(dir, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The message of a command that must fail.
pub(crate) fn fail(dir: &Path, arguments: &[&str]) -> String {
    let output = call(dir, arguments);
    assert!(!output.status.success(), "{arguments:?} succeeded");
    String::from_utf8(output.stderr).unwrap()
}

/// The repository's folder.
pub(crate) fn repository() -> PathBuf {
    told("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"))
}

fn told(variable: &str, when_built: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| when_built.into(), PathBuf::from)
}

/// How many kinds of things [`put_unreadable`] knows.
pub(crate) const UNREADABLE: u32 = 3;

/// Puts something at a path that must not be read to its end; gives words of the error that is due.
#[cfg(target_os = "linux")]
pub(crate) fn put_unreadable(path: &Path, kind: u32) -> &'static str {
    match kind {
        0 => {
            assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
            "no regular file"
        }
        1 => {
            std::os::unix::fs::symlink("/dev/zero", path).unwrap();
            "no regular file"
        }
        _ => {
            std::fs::File::create(path).unwrap().set_len(3 << 30).unwrap();
            "is larger than"
        }
    }
}
