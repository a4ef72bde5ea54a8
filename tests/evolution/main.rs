//! Runs: the loop over made-up physics, then the program over real physics, its tools, and inverse problems.

#[path = "../shared/fakes.rs"]
mod fakes;
#[path = "../shared/place.rs"]
mod place;

mod compare;
mod evolve;
mod inverse;
mod refinement;
mod runs;
mod shared_brain;
mod tools;

use burgess_evolution::evolve::provenance::Program;

/// What a run's provenance says of the program.
fn program() -> Program {
    Program { version: "test".into(), revision: "unknown".into(), features: String::new(), debug: false }
}
