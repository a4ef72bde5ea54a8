//! Tells the program what it was built from, for the provenance of runs: the git revision and the cargo features.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rustc-env=BURGESS_REVISION={}", revision().unwrap_or_else(|| "unknown".into()));
    println!("cargo::rustc-env=BURGESS_FEATURES={}", features());
    // Whether the tree is clean changes with the sources, the revision with git's log of HEAD.
    for path in ["build.rs", "Cargo.toml", "Cargo.lock", "src", "crates", "shaders"] {
        println!("cargo::rerun-if-changed={path}");
    }
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]).filter(|log| Path::new(log).exists()) {
        println!("cargo::rerun-if-changed={log}");
    }
}

/// The commit, with `-dirty` behind it when tracked files differ from it; none outside of this package's own repository.
fn revision() -> Option<String> {
    let top = std::fs::canonicalize(git(&["rev-parse", "--show-toplevel"])?).ok()?;
    let here = std::fs::canonicalize(std::env::var_os("CARGO_MANIFEST_DIR")?).ok()?;
    if top != here {
        return None;
    }
    git(&["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

fn features() -> String {
    let name = |variable: String| Some(variable.strip_prefix("CARGO_FEATURE_")?.to_lowercase().replace('_', "-"));
    let mut features: Vec<String> = std::env::vars().filter_map(|(variable, _)| name(variable)).collect();
    features.sort();
    features.join(" ")
}
