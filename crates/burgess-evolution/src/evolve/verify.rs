//! Verification: every elite simulated again, and compared with what the run has stored.

use super::LatentSpace;
use crate::descriptors::DescriptorSpec;
use crate::genome::Genome;
use crate::life::{EncoderInput, Life};
use anyhow::{Context, Result, ensure};
use burgess_physics::batch::{Backend, Outcome};
use burgess_physics::model::Candidate;
use burgess_qd::{Evaluated, SearchSpace};
use std::sync::Arc;

/// Elites simulated at a time.
const CHUNK: usize = 1024;
/// Share of its reward by which an elite that moves counts as one that does, where backends round differently.
pub const MOVED: f64 = 0.05;
/// Rewards below this are taken for this much, so that next to nothing does not move by a large share.
const SMALL_REWARD: f64 = 1e-3;

/// How far what is simulated now lies from what was stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Elites compared.
    pub elites: usize,
    /// Elites of which some bit differs.
    pub differing: usize,
    /// Largest difference in reward; infinite when one of the two is not finite.
    pub reward: f64,
    /// Elites whose reward moves by more than [`MOVED`] of what was stored.
    pub reward_moved: usize,
    /// Largest difference in each descriptor, in its units.
    pub descriptors: Vec<f64>,
}

/// Simulates elites again, each with the genes that earned its reward, and encodes them again where dimensions are learned. What refinement gave
/// is not done again.
///
/// # Errors
///
/// When a genome no longer compiles, or the backend fails.
pub fn verify(
    elites: &[(usize, Evaluated<Genome>)],
    descriptors: &[DescriptorSpec],
    latent: Option<&LatentSpace>,
    space: &dyn SearchSpace<Genome>,
    backend: &dyn Backend,
) -> Result<Comparison> {
    let mut comparison = Comparison::default();
    for chunk in elites.chunks(CHUNK) {
        let compile = |(_, elite): &(usize, Evaluated<Genome>)| -> Result<Candidate<f32>> {
            let compiled =
                space.compile(elite.expressed()).with_context(|| format!("elite {} no longer compiles", elite.id))?;
            Ok(compiled.phenotype)
        };
        let candidates: Vec<Candidate<f32>> = chunk.iter().map(compile).collect::<Result<_>>()?;
        let outcomes = backend.evaluate(&candidates).context("simulation failed")?;
        ensure!(outcomes.len() == chunk.len(), "the backend gave {} outcomes for {}", outcomes.len(), chunk.len());
        let again = |((_, elite), outcome): (&(usize, Evaluated<Genome>), Outcome)| {
            let seen =
                outcome.experience.map(|experience| Arc::new(EncoderInput { experience, earned: outcome.reward }));
            let descriptors = DescriptorSpec::join(descriptors, elite.life.refinement, &outcome.descriptors);
            let life = Life { seen, ..elite.life.clone() };
            Evaluated { reward: outcome.reward, descriptors, life, ..elite.clone() }
        };
        let mut now: Vec<Evaluated<Genome>> = chunk.iter().zip(outcomes).map(again).collect();
        if let Some(latent) = latent {
            latent.see(&mut now)?;
        }
        for ((_, elite), now) in chunk.iter().zip(&now) {
            comparison.add((elite.reward, &elite.descriptors), now.reward, &now.descriptors);
        }
    }
    Ok(comparison)
}

impl Comparison {
    /// Adds an elite: what was stored of it, and what it gives now.
    pub(super) fn add(&mut self, stored: (f32, &[f32]), reward: f32, descriptors: &[f32]) {
        self.elites += 1;
        let same = |a: f32, b: f32| a.to_bits() == b.to_bits();
        let all_same = same(stored.0, reward)
            && stored.1.len() == descriptors.len()
            && stored.1.iter().zip(descriptors).all(|(&a, &b)| same(a, b));
        self.differing += usize::from(!all_same);
        self.reward = self.reward.max(distance(stored.0, reward));
        self.reward_moved += usize::from(moves(stored.0, reward));
        self.descriptors.resize(stored.1.len().max(self.descriptors.len()), 0.0);
        for (largest, (&a, &b)) in self.descriptors.iter_mut().zip(stored.1.iter().zip(descriptors)) {
            *largest = largest.max(distance(a, b));
        }
    }
}

fn distance(a: f32, b: f32) -> f64 {
    let distance = (f64::from(a) - f64::from(b)).abs();
    if distance.is_finite() { distance } else { f64::INFINITY }
}

fn moves(stored: f32, now: f32) -> bool {
    distance(stored, now) > MOVED * f64::from(stored).abs().max(SMALL_REWARD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reward_moves_by_its_share() {
        for (stored, now, is) in [
            (2.0, 2.0, false),
            (2.0, 2.09, false),
            (2.0, 2.11, true),
            (2.0, 1.89, true),
            (-2.0, -2.09, false),
            (-2.0, -2.11, true),
            (0.5, -0.5, true),
            (0.0, 4e-5, false),
            (0.0, 6e-5, true),
            (1.0, f32::NAN, true),
            (1.0, f32::INFINITY, true),
        ] {
            assert_eq!(moves(stored, now), is, "{stored} and {now}");
        }
    }
}
