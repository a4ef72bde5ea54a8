//! How genomes vary: noise on their numbers, structural mutations of the body graph, crossover. Brains follow the body's joints.

mod crossover;
mod heritage;
mod mutation;
mod range;
mod space;
mod vary;

pub use mutation::StructuralMutation;
pub(crate) use range::wrap;
pub(crate) use space::{part, rejection};
pub use vary::Variation;
