//! Recorded experience and learned encoders in episodes and runs.

#[path = "../shared/place.rs"]
mod place;
#[path = "../shared/zoo.rs"]
mod zoo;

mod observing;
mod recording;
mod runs;
