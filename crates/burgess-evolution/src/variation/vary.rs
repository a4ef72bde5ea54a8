//! How new genomes are made of old ones: what the emitters of `emitter` call.

use super::crossover::{exchange_entries, graft};
use super::heritage::entry_keys;
use super::mutation::{mutate_body, mutate_genome};
use super::range::{Bounds, has_meaning, shift_body, shift_brain, wrap};
use crate::genome::{Body, BodyLimits, Brain, Genome, InvalidBody, Owner, ParameterId, Policy};
use crate::growth::compile;
use burgess_core::rng::Stream;
use burgess_physics::model::Candidate;
use burgess_physics::world::Physics;
use std::borrow::Cow;

/// Structural mutations of a random body: another one follows with this probability, ...
const RANDOM_STRUCTURE: f64 = 0.3;
/// ... up to so many.
const RANDOM_STRUCTURE_MAX: usize = 3;

/// The space of genomes of an experiment, and the ways through it. Every method draws from the given stream only, so
/// equal streams give equal genomes.
#[derive(Clone, Debug)]
pub struct Variation {
    /// Bodies to start from, at least one.
    pub seeds: Vec<Body>,
    /// The kind of brain.
    pub policy: Policy,
    /// What a body may be. Genes are kept within the limits on sizes and densities; the others are checked by
    /// [`Variation::compile`].
    pub limits: BodyLimits,
    /// Constants that servos and contacts are derived from.
    pub physics: Physics,
    /// Whether creatures are asked for velocities, which networks then observe.
    pub asked: bool,
    /// Whether bodies evolve; if not, every genome has its seed's body to the bit.
    pub evolve_body: bool,
}

impl Variation {
    /// A seed body with noise of strength `sigma` on its genes, now and then with structural mutations, and a random brain.
    pub fn random(&self, sigma: f64, stream: &mut Stream) -> Genome {
        let mut body = self.seeds[stream.below(self.seeds.len())].clone();
        if self.evolve_body {
            for _ in 0..RANDOM_STRUCTURE_MAX {
                if !stream.chance(RANDOM_STRUCTURE) {
                    break;
                }
                body = mutate_body(&body, &self.limits, stream);
            }
            body = shift_body(&body, &Bounds::new(&self.limits), |id, _| sigma * id.field.step() * stream.normal());
        }
        let keys = entry_keys(&body, &self.policy, &self.limits);
        Genome { brain: Brain::random(&self.policy, self.asked, &keys, stream), body }
    }

    /// The parent with normal noise of strength `sigma` on every continuous gene, each times its
    /// [`crate::genome::Field::step`]; before that, with probability `structure`, one structural mutation.
    pub fn gaussian(&self, parent: &Genome, sigma: f64, structure: f64, stream: &mut Stream) -> Genome {
        let genome = self.with_structure(parent, structure, stream);
        self.with_noise(&genome, sigma, stream)
    }

    /// Iso+line (Vassiliades and Mouret 2018): `a` with noise of strength `iso`, and a step along the line to `b` of normal
    /// length with standard deviation `line` in units of the distance. Genes are matched by name; those that only `a` has
    /// get the noise only. Before that, with probability `structure`, one structural mutation.
    pub fn iso_line(&self, a: &Genome, b: &Genome, iso: f64, line: f64, structure: f64, stream: &mut Stream) -> Genome {
        let start = self.with_structure(a, structure, stream);
        let towards = b.parameters();
        // Both lists are in the order of the names, so one search goes on from where the last one ended. Between relatives the
        // next name is mostly the one that is looked for.
        let mut ahead = towards.as_slice();
        let mut homologous = |id: ParameterId| {
            while let [(other, value), rest @ ..] = ahead {
                if *other == id {
                    ahead = rest;
                    return Some(*value);
                }
                if *other > id {
                    break;
                }
                ahead = rest;
            }
            None
        };
        let stretch = line * stream.normal();
        self.shift(&start, |id, value| {
            let noise = iso * id.field.step() * stream.normal();
            let way = homologous(id).map_or(0.0, |other| other - value);
            noise + stretch * if id.field.is_phase() { wrap(way) } else { way }
        })
    }

    /// A limb of `b`, with its brain entries, in place of one of `a`, and noise of strength `sigma`. With fixed bodies
    /// the brain entries of one limb change hands.
    pub fn crossover(&self, a: &Genome, b: &Genome, sigma: f64, stream: &mut Stream) -> Genome {
        let cross = if self.evolve_body { graft } else { exchange_entries };
        let genome = cross(a, b, &self.policy, &self.limits, stream);
        self.with_noise(&genome, sigma, stream)
    }

    /// The candidate that a backend simulates.
    ///
    /// # Errors
    /// Why the body cannot be used.
    pub fn compile(&self, genome: &Genome) -> Result<Candidate<f64>, InvalidBody> {
        compile(genome, &self.policy, &self.limits, &self.physics)
    }

    /// Whether a continuous gene may move.
    pub fn moves(&self, gene: ParameterId) -> bool {
        match gene.owner {
            Owner::Link(_) | Owner::Joint(_) => self.evolve_body,
            Owner::Brain | Owner::Entry(_) => has_meaning(gene.field, self.policy.sharing()),
        }
    }

    /// The genome with each continuous gene moved by its change, in the order of [`Genome::parameters`], as far as it may move, and
    /// kept within its bounds.
    pub fn shifted(&self, genome: &Genome, changes: &[f64]) -> Genome {
        let names = genome.parameters();
        // Genes that must not move are passed over, so each of the others is looked for behind the last one.
        let mut ahead = names.iter().zip(changes);
        self.shift(genome, |id, _| ahead.find(|((name, _), _)| *name == id).map_or(0.0, |(_, change)| *change))
    }

    fn with_structure<'a>(&self, parent: &'a Genome, probability: f64, stream: &mut Stream) -> Cow<'a, Genome> {
        if self.evolve_body && stream.chance(probability) {
            Cow::Owned(mutate_genome(parent, &self.policy, &self.limits, stream))
        } else {
            Cow::Borrowed(parent)
        }
    }

    fn with_noise(&self, genome: &Genome, sigma: f64, stream: &mut Stream) -> Genome {
        self.shift(genome, |id, _| sigma * id.field.step() * stream.normal())
    }

    /// The genome with each continuous gene that may move moved by `change` of its name and value.
    fn shift(&self, genome: &Genome, mut change: impl FnMut(ParameterId, f64) -> f64) -> Genome {
        let bounds = Bounds::new(&self.limits);
        let body = if self.evolve_body { shift_body(&genome.body, &bounds, &mut change) } else { genome.body.clone() };
        Genome { body, brain: shift_brain(&genome.brain, self.policy.sharing(), &bounds, &mut change) }
    }
}
