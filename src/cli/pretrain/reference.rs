//! What each body reaches by itself: its own oscillators, found by CMA-ES.

use burgess_core::rng::{Purpose, Stream};
use burgess_evolution::experiment::Experiment;
use burgess_evolution::genome::{Field, Genome, Owner, ParameterId};
use burgess_evolution::variation::Variation;
use burgess_physics::batch::Backend;
use burgess_physics::model::Candidate;
use burgess_physics::task::TaskPlan;
use burgess_qd::cma::Cma;
use rayon::prelude::*;

/// Candidates of a body at a time.
const POPULATION: usize = 16;
/// First step size, in units of a gene's usual change: the best of 0.3, 0.6 and 1 (docs/learning.md).
const SIGMA: f64 = 0.3;

/// So many evaluations of whole populations.
pub(super) fn rounded(evaluations: u32) -> usize {
    evaluations as usize / POPULATION * POPULATION
}

/// The experiment's task for oscillators, which act at every step.
pub(super) fn task(experiment: &Experiment) -> TaskPlan {
    TaskPlan { control_period: 1, frame: None, observer: None, ..experiment.plan().task }
}

/// The best reward of each body by so many evaluations of its own, from a random brain.
///
/// # Errors
///
/// When the device fails.
pub(super) fn best_of_each(
    space: &Variation,
    genomes: &[Genome],
    backend: &dyn Backend,
    evaluations: usize,
    seed: u64,
) -> anyhow::Result<Vec<f32>> {
    let steps: Vec<Vec<f64>> = genomes.iter().map(brain_steps).collect();
    let mut searches: Vec<Cma> = steps
        .iter()
        .map(|steps| Cma::new(vec![0.0; steps.iter().filter(|&&step| step > 0.0).count()], SIGMA, POPULATION))
        .collect();
    let mut best = vec![f32::NEG_INFINITY; genomes.len()];
    for round in 0..evaluations / POPULATION {
        let asked: Vec<Vec<(Vec<f64>, Candidate<f32>)>> = (0..genomes.len())
            .into_par_iter()
            .map(|body| {
                let ask = |member| {
                    let mut stream =
                        Stream::new(seed, (round * POPULATION + member) as u64, body as u64, Purpose::Emit);
                    let sample = searches[body].sample(&mut stream);
                    let mut own = sample.iter();
                    let change = |&step: &f64| if step > 0.0 { step * own.next().expect("one a gene") } else { 0.0 };
                    let changes: Vec<f64> = steps[body].iter().map(change).collect();
                    let candidate =
                        space.compile(&space.shifted(&genomes[body], &changes)).expect("its body is as it was");
                    (sample, candidate.map(|x: f64| x as f32))
                };
                (0..POPULATION).map(ask).collect()
            })
            .collect();
        let (samples, candidates): (Vec<Vec<f64>>, Vec<Candidate<f32>>) = asked.into_iter().flatten().unzip();
        let outcomes = backend.evaluate(&candidates)?;
        let of_bodies = samples.par_chunks(POPULATION).zip(outcomes.par_chunks(POPULATION));
        searches.par_iter_mut().zip(&mut best).zip(of_bodies).for_each(|((search, best), (samples, outcomes))| {
            let worth = |place: &usize| {
                if outcomes[*place].reward.is_finite() { outcomes[*place].reward } else { f32::NEG_INFINITY }
            };
            let mut order: Vec<usize> = (0..POPULATION).collect();
            order.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
            *best = best.max(worth(&order[0]));
            let parents: Vec<&[f64]> = order[..POPULATION / 2].iter().map(|&place| samples[place].as_slice()).collect();
            search.tell(&parents, POPULATION);
        });
    }
    Ok(best)
}

/// The usual change of each gene, zero for those of the body.
fn brain_steps(genome: &Genome) -> Vec<f64> {
    let step = |(id, _): (ParameterId, f64)| match (id.owner, id.field) {
        (Owner::Link(_) | Owner::Joint(_), _) | (_, Field::RepeatPhase | Field::MirrorPhase) => 0.0,
        (Owner::Brain | Owner::Entry(_), field) => field.step(),
    };
    genome.parameters().into_iter().map(step).collect()
}
