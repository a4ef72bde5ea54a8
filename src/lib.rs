//! `burgess` evolves robots: a MAP-Elites loop mutates bodies and brains, simulates them, and archives elites.
//!
//! The way through the house follows one candidate: an [`experiment`] file says what to do, a [`genome`] is mutated,
//! compiled into a [`creature`], simulated ([`sim`], out of the [`laws`]), refined ([`refine`]), described, put into an [`archive`] by the
//! loop in [`evolve`], and drawn by [`report`]; [`compare`] compares runs. Inverse problems are experiments of their own kinds: [`inverse`].

pub mod bench;
pub mod benchmark;
pub mod compare;
pub mod descriptors;
pub mod diversity;
pub mod evolve;
pub mod experiment;
pub mod genome;
pub mod gradcheck;
pub mod growth;
pub mod inverse;
pub mod life;
pub mod metrics;
pub mod refine;
pub mod report;
pub mod store;
pub mod variation;
