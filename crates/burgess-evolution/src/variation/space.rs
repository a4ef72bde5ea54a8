//! Genomes as a search space.

use super::vary::Variation;
use crate::genome::{Genome, InvalidBody, Owner, ParameterId};
use crate::life::BodyTraits;
use burgess_core::rng::Stream;
use burgess_qd::{Compiled, Parameter, Part, Rejection, SearchSpace};
use std::f64::consts::TAU;

impl SearchSpace<Genome> for Variation {
    fn seed(&self, stream: &mut Stream) -> Genome {
        Variation { evolve_body: false, ..self.clone() }.random(0.0, stream)
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
    fn parameters(&self, genome: &Genome) -> Vec<Parameter> {
        let parameter = |(id, value): (ParameterId, f64)| Parameter {
            value,
            scale: id.field.step(),
            period: id.field.is_phase().then_some(TAU),
            part: part(id),
            moves: self.moves(id),
        };
        genome.parameters().into_iter().map(parameter).collect()
    }
    fn shifted(&self, genome: &Genome, changes: &[f64]) -> Genome {
        self.shifted(genome, changes)
    }
    fn compile(&self, genome: &Genome) -> Result<Compiled<Genome>, Rejection> {
        let candidate = self.compile(genome).map_err(rejection)?;
        Ok(Compiled { traits: BodyTraits::of(&candidate.model), phenotype: candidate.map(|x| x as f32) })
    }
}

/// The part of a creature that a gene describes.
pub(crate) fn part(id: ParameterId) -> Part {
    match id.owner {
        Owner::Link(_) | Owner::Joint(_) => Part::Body,
        Owner::Brain | Owner::Entry(_) => Part::Brain,
    }
}

/// An invalid body as the reason of a rejection.
pub(crate) fn rejection(invalid: InvalidBody) -> Rejection {
    Rejection { label: invalid.label(), message: invalid.to_string() }
}
