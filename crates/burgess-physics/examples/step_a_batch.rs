//! Steps a batch decision by decision, as a learner does: observations in, actions out, and bodies reset when their episodes end.

use burgess_physics::Error;
use burgess_physics::batch::{Batch, Drive, Simulator};
use burgess_physics::example::{crawler, oscillators, plan};
use burgess_physics::model::Candidate;
use burgess_physics::plan::BrainKind;

fn main() -> Result<(), Error> {
    let plan = plan(BrainKind::Cpg, 240);
    let bodies = [2, 4, 6].map(|legs| Candidate { model: crawler(legs), controller: oscillators(legs) });
    let mut batch = Batch::<f64>::load(&plan, bodies.into())?;
    let mut gained = [0.0; 3];
    for decision in 0..60 {
        // Push against the angle of each joint: observations end with angle, rate and contact of each.
        let observations = batch.observations()?;
        let joints = |seen: &Vec<f64>| seen[12..].chunks_exact(3).map(|joint| 0.4 - joint[0]).collect();
        let actions: Vec<Vec<f64>> = observations.iter().map(joints).collect();
        let progress = batch.step(Drive::Actions(&actions), 1)?;
        gained.iter_mut().zip(&progress).for_each(|(sum, progress)| *sum += progress.reward);
        let over: Vec<bool> = progress.iter().map(|progress| progress.ending.is_some()).collect();
        if over.contains(&true) {
            println!("decision {decision}: {over:?} begin again");
            batch.reset(&over)?;
        }
    }
    println!("rewards {gained:.3?}");
    Ok(())
}
