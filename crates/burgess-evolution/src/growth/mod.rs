//! Growing: from genes to what is simulated. The gene graph becomes flat arrays of links and contact points, and the brain is fitted to
//! the body's joints. Generic over the scalar, so that gradients flow from what is simulated back to the genes.

mod check;
mod controller;
mod expand;
mod physique;
mod shape;
mod size;
pub mod tree;

pub use check::check;
pub use controller::compile_controller;
pub(crate) use controller::own_rhythms;
pub use expand::{Grown, LinkKey, expand, link_keys};
pub use physique::{FEATURES, Physique, Topology};
pub(crate) use shape::solid;
pub use size::unsupported_size;
pub(crate) use size::{warn_of_objects, warn_of_size};

use crate::genome::{Body, BodyLimits, Genome, InvalidBody, Policy};
use burgess_physics::model::Candidate;
use burgess_physics::world::Physics;

/// Grows a body that is not to be cut and checks it: a seed, or a body that is simulated as it is.
///
/// # Errors
/// Why the body cannot be used; also that it has more links than the limits allow, where evolution would cut it.
pub fn grow_whole(body: &Body, limits: &BodyLimits, physics: &Physics) -> Result<Grown<f64>, InvalidBody> {
    if tree::grow(body, limits.max_links + 1)?.len() > limits.max_links {
        return Err(InvalidBody::TooManyLinks { most: limits.max_links });
    }
    let grown = expand(body, limits, physics)?;
    check(&grown.model, limits)?;
    Ok(grown)
}

/// Grows a genome's body, checks it, and fits its brain to it: what a backend simulates.
///
/// # Errors
/// Why the body cannot be used; the brain always can.
pub fn compile(
    genome: &Genome,
    policy: &Policy,
    limits: &BodyLimits,
    physics: &Physics,
) -> Result<Candidate<f64>, InvalidBody> {
    let grown = expand(&genome.body, limits, physics)?;
    check(&grown.model, limits)?;
    let controller = compile_controller(&genome.brain, &grown.keys, &grown.model, policy);
    Ok(Candidate { model: grown.model, controller })
}
