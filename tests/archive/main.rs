//! Archives and emitters: each by itself over made-up elites, then in short runs.

#[path = "../shared/fakes.rs"]
mod fakes;
#[path = "../shared/place.rs"]
mod place;

mod archive;
mod benchmarks;
mod branching;
mod emitters;
mod scattered_archives;
