//! Files that others made up: experiments, morphologies, run folders, encoders, recordings, policies and scenes, each mutated from valid ones. None of
//! them may make the program panic, wait for more than two seconds, or take more than 500 MB.
//!
//! Inputs are numbered, and the one of a number is always the same, so that whatever fails can be looked at again. They are read in processes
//! of their own (`harness`), since a stack that overflows or an allocation that fails takes its process along. What reads them is the
//! program's own command line, called within the process.
//!
//! `cargo test` takes a few inputs of each kind, the same ones every time; `scripts/fuzz` takes as many as are asked for.

#![cfg(unix)]

#[path = "../../src/cli/mod.rs"]
mod cli;
#[path = "../shared/place.rs"]
mod place;

mod encoders;
mod experiments;
mod harness;
mod memory;
mod morphologies;
mod numbers;
mod policies;
mod program;
mod recordings;
mod run_folders;
mod sins;
mod text;
mod worlds;

use harness::{Format, LIMITS, fuzz};
use std::sync::{Mutex, PoisonError};

#[global_allocator]
static ALLOCATOR: memory::Counting = memory::Counting;

/// All kinds of inputs; the last is the harness's own.
const FORMATS: [&Format; 8] = [
    &experiments::FORMAT,
    &morphologies::FORMAT,
    &run_folders::FORMAT,
    &encoders::FORMAT,
    &recordings::FORMAT,
    &policies::FORMAT,
    &worlds::FORMAT,
    &sins::FORMAT,
];

/// One kind after the other: what is timed must not wait for the processors.
static TURN: Mutex<()> = Mutex::new(());

/// A number that `scripts/fuzz` gives.
fn told(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} must be a whole number, is `{text}`")))
}

fn check(format: &'static Format) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let first = told("BURGESS_FUZZ_FIRST").unwrap_or(0);
    let count = told("BURGESS_FUZZ_INPUTS").unwrap_or(format.few);
    let report = fuzz(format, first..first + count, LIMITS);
    println!("{report}");
    assert!(report.failures.is_empty(), "{report}");
    let accepted = report.figures.accepted as f64 / report.figures.inputs.max(1) as f64;
    // Of a few anything may be.
    assert!(
        count < format.few || accepted >= format.accepted,
        "only {accepted:.3} of the inputs are valid: the rest says little of what comes behind the parser"
    );
}

#[test]
fn experiments() {
    check(&experiments::FORMAT);
}

#[test]
fn worlds() {
    check(&worlds::FORMAT);
}

#[test]
fn morphologies() {
    check(&morphologies::FORMAT);
}

#[test]
fn run_folders() {
    check(&run_folders::FORMAT);
}

#[test]
fn encoders() {
    check(&encoders::FORMAT);
}

#[test]
fn recordings() {
    check(&recordings::FORMAT);
}

#[test]
fn policies() {
    check(&policies::FORMAT);
}

/// Not a test: what `harness` starts in processes of their own. Without an order it does nothing.
#[test]
#[ignore = "the other tests start it"]
fn worker() {
    harness::work(&FORMATS);
}
