//! Experiment files: one RON file says everything a run does.

mod schema;

pub use schema::*;
