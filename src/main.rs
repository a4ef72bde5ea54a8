//! The command line's door: parse, call, and turn the outcome into an exit code.

mod cli;

use clap::Parser;
use std::process::ExitCode;

/// A generation allocates and frees its thousands of bodies on all threads; the system's allocator takes several times as
/// long for that (`docs/performance.md`, the loop around the simulation).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run(&cli::Cli::parse())
}
