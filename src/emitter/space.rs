//! What emitters and the loop need to know of genomes.

use crate::genome::{Body, Brain, Genome, InvalidBody, ParameterId, Policy};
use crate::refine::genes::{Recipe, gene_gradient};
use crate::variation::Variation;
use burgess_core::rng::Stream;
use burgess_physics::gradient::Gradient;
use burgess_physics::model::Candidate;
use burgess_physics::world::World;
use thiserror::Error;

/// The space that is searched: how genomes are made, varied, and compiled to what is simulated. All step sizes are standard
/// deviations in unconstrained coordinates; `structure` is the probability that the body's structure mutates too.
pub trait SearchSpace: Send + Sync {
    /// A seed morphology as it is, with a random brain; the origin, where points are searched. It must compile.
    fn seed(&self, stream: &mut Stream) -> Genome;

    /// A seed morphology with noise on its body genes, and a random brain.
    fn random(&self, sigma: f64, stream: &mut Stream) -> Genome;

    /// The parent with normal noise.
    fn gaussian(&self, parent: &Genome, sigma: f64, structure: f64, stream: &mut Stream) -> Genome;

    /// `a` with noise of deviation `iso`, and a step toward or past `b` over the genes both have, of deviation `line` in units of
    /// their distance.
    fn iso_line(&self, a: &Genome, b: &Genome, iso: f64, line: f64, structure: f64, stream: &mut Stream) -> Genome;

    /// A part of `b` grafted onto `a`, with noise.
    fn crossover(&self, a: &Genome, b: &Genome, sigma: f64, stream: &mut Stream) -> Genome;

    /// Whether a gene may move at all.
    fn moves(&self, gene: ParameterId) -> bool;

    /// The genome with each gene moved by its change, in the order of [`Genome::parameters`], as far as it may move, and kept
    /// within its bounds.
    fn shifted(&self, genome: &Genome, changes: &[f64]) -> Genome;

    /// The derivative of an objective with respect to each continuous gene, in the order of [`Genome::parameters`], from that with
    /// respect to the candidate that the genome compiles to and what is worked out of it in a world.
    fn gene_gradient(
        &self,
        genome: &Genome,
        world: &World<f64>,
        gradient: &Gradient<f32>,
    ) -> Result<Vec<f64>, Rejection>;

    /// Grows the body and fits the brain to it.
    fn compile(&self, genome: &Genome) -> Result<Candidate<f64>, Rejection>;
}

/// Why a genome does not compile.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct Rejection {
    /// The kind of reason, short, out of a fixed set: rejections are counted by it.
    pub label: &'static str,
    /// The reason with its numbers.
    pub message: String,
}

impl From<InvalidBody> for Rejection {
    fn from(invalid: InvalidBody) -> Self {
        Self { label: invalid.label(), message: invalid.to_string() }
    }
}

impl SearchSpace for Variation {
    fn seed(&self, stream: &mut Stream) -> Genome {
        match self.policy {
            Policy::Point { dimension } => Genome { body: Body::none(), brain: Brain::Point(vec![0.0; dimension]) },
            _ => Variation { evolve_body: false, ..self.clone() }.random(0.0, stream),
        }
    }
    fn random(&self, sigma: f64, stream: &mut Stream) -> Genome {
        self.random(sigma, stream)
    }
    fn gaussian(&self, parent: &Genome, sigma: f64, structure: f64, stream: &mut Stream) -> Genome {
        self.gaussian(parent, sigma, structure, stream)
    }
    fn iso_line(&self, a: &Genome, b: &Genome, iso: f64, line: f64, structure: f64, stream: &mut Stream) -> Genome {
        self.iso_line(a, b, iso, line, structure, stream)
    }
    fn crossover(&self, a: &Genome, b: &Genome, sigma: f64, stream: &mut Stream) -> Genome {
        self.crossover(a, b, sigma, stream)
    }
    fn moves(&self, gene: ParameterId) -> bool {
        self.moves(gene)
    }
    fn shifted(&self, genome: &Genome, changes: &[f64]) -> Genome {
        self.shifted(genome, changes)
    }
    fn gene_gradient(
        &self,
        genome: &Genome,
        world: &World<f64>,
        gradient: &Gradient<f32>,
    ) -> Result<Vec<f64>, Rejection> {
        let recipe = Recipe { policy: &self.policy, limits: &self.limits, physics: &self.physics, world };
        Ok(gene_gradient(genome, &recipe, gradient)?)
    }
    fn compile(&self, genome: &Genome) -> Result<Candidate<f64>, Rejection> {
        self.compile(genome).map_err(Rejection::from)
    }
}
