//! Robots that evolve: a quality-diversity loop mutates bodies and brains, simulates them, refines some, and archives elites.
//!
//! The code follows one candidate: an [`experiment`] file says what to do; a [`genome`] is varied ([`variation`]) and grows ([`growth`]) into
//! a model, which `burgess_physics` simulates; it may be refined by gradients ([`refine`]); the loop in [`evolve`] offers it to an archive of
//! `burgess_qd`, and the [`store`] keeps it. [`report`] and [`compare`] turn run folders into what `burgess_report` draws. Inverse problems
//! are experiments of their own kinds ([`inverse`]); a [`benchmark`] has points instead of robots.

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
pub mod pretrain;
pub mod refine;
pub mod report;
pub mod store;
pub mod variation;
