//! Quality-diversity search: archives, emitters, evolution strategies and schedules, generic over what is searched.
//!
//! The crate knows nothing of bodies, physics or files. A domain gives it a [`Solution`] (what varies), a [`SearchSpace`] (how it varies
//! and compiles) and evaluated candidates; the crate decides what becomes an elite and what is tried next.
//!
//! One generation of MAP-Elites goes this way: emitters make *proposals*; those that compile are *offspring*, each with a *phenotype* that
//! is evaluated; an *evaluated candidate* is offered to the archive, and is an *elite* as long as the archive holds it.
//!
//! ```
//! use burgess_qd::archive::{Bins, Grid};
//! use burgess_qd::emitter::batch::{self, Source};
//! use burgess_qd::emitter::{self, EmitterSpec};
//! use burgess_qd::{Archive, Axis, Birth, Elites, RealSpace};
//!
//! # fn main() -> anyhow::Result<()> {
//! let (space, specs) = (RealSpace::new(3), EmitterSpec::usual());
//! let emitters = emitter::build::<Vec<f64>>(&specs, &[]);
//! let mut archive = Grid::over(Bins::new(&[Axis { range: (-2.0, 2.0), bins: 10 }]));
//! for generation in 0..20 {
//!     let places = batch::split(&batch::shares(&specs), 10);
//!     let (emitters, places) = (&emitters[..], &places[..]);
//!     let batch = batch::ask(Source { emitters, places, archive: &archive, space: &space, seed: 1, generation })?;
//!     let offspring = batch.offspring.into_iter().zip(&batch.phenotypes).zip(0..);
//!     let evaluated: Vec<_> = offspring
//!         .map(|((offspring, x), candidate)| {
//!             let birth = Birth { id: 10 * generation + u64::from(candidate), generation, candidate };
//!             // The second and third coordinate are rewarded for being small; the first is the descriptor.
//!             offspring.evaluated(birth, -(x[1] * x[1] + x[2] * x[2]) as f32, vec![x[0] as f32], ())
//!         })
//!         .collect();
//!     archive.insert(&evaluated);
//! }
//! assert!(archive.len() >= 5);
//! # Ok(())
//! # }
//! ```
//!
//! `examples/` has this loop in full, and CMA-ME.

pub mod archive;
pub mod bytes;
pub mod cma;
pub mod emitter;
pub mod optimiser;
pub mod solution;
pub mod space;
pub mod vector;

pub use archive::{Archive, Axis, Elites};
pub use emitter::Emitter;
pub use solution::{Birth, Evaluated, Parent, Solution};
pub use space::{Compiled, GeneGroup, Parameter, Part, Rejection, SearchSpace};
pub use vector::RealSpace;
