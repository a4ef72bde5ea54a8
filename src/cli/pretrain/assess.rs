//! How a brain does on bodies that it was not trained on.

use burgess_evolution::genome::Genome;
use burgess_evolution::pretrain::RandomBodies;
use burgess_learn::SharedBrain;
use burgess_learn::brain::Input;
use burgess_learn::describe::Description;
use burgess_physics::batch::Backend;
use burgess_physics::model::{Candidate, Model};
use rayon::prelude::*;

/// The number of the first body that is held out: nobody trains on so many.
const FIRST: u64 = 1 << 48;
/// Links of bodies that share a row of the table, up to these.
const ROWS: [usize; 6] = [4, 6, 8, 10, 12, usize::MAX];

/// Bodies that are never trained on.
pub(super) struct HeldOut {
    genomes: Vec<Genome>,
    models: Vec<Model<f32>>,
    descriptions: Vec<Description<f32>>,
}

impl HeldOut {
    pub(super) fn new(bodies: &RandomBodies, count: u32) -> Self {
        let numbers = FIRST..FIRST + u64::from(count);
        let (genomes, models): (Vec<Genome>, Vec<Model<f32>>) =
            numbers.into_par_iter().map(|number| bodies.genome(number)).map(|(g, m)| (g, m.map(|x| x as f32))).unzip();
        let descriptions = models.par_iter().map(Description::of).collect();
        Self { genomes, models, descriptions }
    }

    pub(super) fn genomes(&self) -> &[Genome] {
        &self.genomes
    }

    /// What each earns in an episode, at rest at first, with the controller that a brain makes for it; NaN where it diverged.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub(super) fn rewards(&self, brain: &SharedBrain<f32>, backend: &dyn Backend) -> anyhow::Result<Vec<f32>> {
        let inputs: Vec<Input<'_, f32>> = self.descriptions.iter().map(Input::of).collect();
        let controllers = brain.controllers(&inputs);
        let candidate = |(model, controller): (&Model<f32>, _)| Candidate { model: model.clone(), controller };
        let candidates: Vec<Candidate<f32>> = self.models.par_iter().zip(controllers).map(candidate).collect();
        Ok(backend.evaluate(&candidates)?.into_iter().map(|outcome| outcome.reward).collect())
    }

    /// Rewards by number of links: how many bodies, their mean, median, and what one in ten reaches.
    pub(super) fn table(&self, rewards: &[f32]) -> String {
        let mut lines =
            vec![format!("  {:<12} {:>6} {:>9} {:>9} {:>9}", "links", "bodies", "mean", "median", "best 10 %")];
        let mut least = 2;
        for most in ROWS {
            let range = least..=most;
            let own = |(model, &reward): (&Model<f32>, &f32)| range.contains(&model.links.len()).then_some(reward);
            let own: Vec<f32> = self.models.iter().zip(rewards).filter_map(own).collect();
            let name = if most == usize::MAX { format!("{least} and more") } else { format!("{least} to {most}") };
            if !own.is_empty() {
                lines.push(row(&name, own));
            }
            least = most.saturating_add(1);
        }
        lines.push(row("all", rewards.to_vec()));
        lines.join("\n")
    }
}

/// The mean of those that did not diverge.
pub(super) fn mean(rewards: &[f32]) -> f64 {
    let sound = || rewards.iter().filter(|reward| reward.is_finite());
    sound().map(|&reward| f64::from(reward)).sum::<f64>() / (sound().count().max(1) as f64)
}

/// Those that diverged are the worst, and are counted.
fn row(name: &str, mut rewards: Vec<f32>) -> String {
    let (count, mean) = (rewards.len(), mean(&rewards));
    let diverged = rewards.iter().filter(|reward| !reward.is_finite()).count();
    rewards.iter_mut().filter(|reward| !reward.is_finite()).for_each(|reward| *reward = f32::NEG_INFINITY);
    rewards.sort_unstable_by(f32::total_cmp);
    let at = |share: f64| rewards[((count - 1) as f64 * share).ceil() as usize];
    let said = if diverged > 0 { format!("  ({diverged} diverged)") } else { String::new() };
    format!("  {name:<12} {count:>6} {mean:>9.3} {:>9.3} {:>9.3}{said}", at(0.5), at(0.9))
}
