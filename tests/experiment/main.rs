//! Experiment files: what is valid, what is said about what is not, `--set`, and the references.

#[path = "../shared/place.rs"]
mod place;

mod errors;
mod reference;
mod rules;
mod set;
