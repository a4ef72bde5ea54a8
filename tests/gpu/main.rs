//! The GPU backend against the CPU, its bits, its failures, and runs on it.
//!
//! All tests share one device, so each takes its turn: [`adapter::turn`].
#![cfg(feature = "gpu")]

#[path = "../shared/place.rs"]
mod place;
#[path = "../shared/zoo.rs"]
mod zoo;

mod adapter;
mod bits;
mod device;
mod failures;
mod gradient;
mod layout;
mod recording;
mod runs;
mod twin;
