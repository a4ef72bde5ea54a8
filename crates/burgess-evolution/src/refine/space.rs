//! The space of genomes, with gradients.

use super::genes::{Recipe, gene_gradient};
use crate::genome::Genome;
use crate::variation::{Variation, rejection};
use burgess_physics::gradient::Gradient;
use burgess_physics::world::World;
use burgess_qd::{Rejection, SearchSpace};

/// A search space of genomes that knows gradients with respect to genes.
pub trait GeneSpace: SearchSpace<Genome> {
    /// The gradient of an objective with respect to each continuous gene, in the order of [`Genome::parameters`]. It is made of the
    /// gradient with respect to the candidate that the genome compiles to, and to the numbers that are derived from it in a world.
    ///
    /// # Errors
    ///
    /// When the genome does not compile.
    fn gene_gradient(
        &self,
        genome: &Genome,
        world: &World<f64>,
        gradient: &Gradient<f32>,
    ) -> Result<Vec<f64>, Rejection>;
}

impl GeneSpace for Variation {
    fn gene_gradient(
        &self,
        genome: &Genome,
        world: &World<f64>,
        gradient: &Gradient<f32>,
    ) -> Result<Vec<f64>, Rejection> {
        let recipe = Recipe { policy: &self.policy, limits: &self.limits, physics: &self.physics, world };
        gene_gradient(genome, &recipe, gradient).map_err(rejection)
    }
}
