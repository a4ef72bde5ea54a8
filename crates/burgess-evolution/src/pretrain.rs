//! Random bodies of an experiment, for a brain that is to serve them all.

use crate::genome::{Genome, Policy};
use crate::variation::Variation;
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::model::Model;

/// Most structural mutations of a random body, beside those that a random genome has.
const STRUCTURE: usize = 6;
/// Strength of the noise on a body's genes.
const NOISE: f64 = 0.3;

/// Draws before a seed is taken as it is.
const ATTEMPTS: u64 = 1000;

/// Random bodies: a seed morphology with noise on its genes and up to nine structural mutations. Those that the limits turn down are drawn again.
#[derive(Clone, Debug)]
pub struct RandomBodies {
    space: Variation,
    seed: u64,
}

impl RandomBodies {
    /// Of what bodies may be in a space; its policy does not count.
    pub fn new(space: &Variation, seed: u64) -> Self {
        // What is drawn for brains would else change the bodies.
        Self { space: Variation { policy: Policy::default(), asked: false, ..space.clone() }, seed }
    }

    /// Where the genomes are: brains are oscillators.
    pub fn space(&self) -> &Variation {
        &self.space
    }

    /// The body of a number.
    ///
    /// # Panics
    ///
    /// As [`genome`](Self::genome).
    pub fn body(&self, number: u64) -> Model<f32> {
        self.genome(number).1.map(|x| x as f32)
    }

    /// The genome of the body of a number, with a random brain, and its body.
    ///
    /// # Panics
    ///
    /// When the limits turn down even a seed.
    pub fn genome(&self, number: u64) -> (Genome, Model<f64>) {
        for attempt in 0..ATTEMPTS {
            let mut stream = Stream::new(self.seed, attempt, number, Purpose::Bodies);
            let mut genome = self.space.random(NOISE, &mut stream);
            for _ in 0..stream.below(STRUCTURE + 1) {
                genome = self.space.gaussian(&genome, 0.0, 1.0, &mut stream);
            }
            if let Ok(candidate) = self.space.compile(&genome) {
                return (genome, candidate.model);
            }
        }
        // Limits may be so narrow that only the seeds are within them.
        let mut stream = Stream::new(self.seed, ATTEMPTS, number, Purpose::Bodies);
        let fixed = Variation { evolve_body: false, ..self.space.clone() };
        let genome = fixed.random(0.0, &mut stream);
        let model = self.space.compile(&genome).expect("seeds are within the limits").model;
        (genome, model)
    }
}
