//! Simulates one episode of one body and prints how it went.

use burgess_physics::Error;
use burgess_physics::batch::{Backend, CpuBackend};
use burgess_physics::example::walk;

fn main() -> Result<(), Error> {
    let (plan, candidate) = walk();
    let backend = CpuBackend::new(&plan, None)?;
    let outcomes = backend.evaluate(&[candidate.map(|x| x as f32)])?;
    let outcome = &outcomes[0];
    println!("{}: {:?} after {} steps", backend.describe(), outcome.ending, outcome.steps);
    println!("reward {:.3}", outcome.reward);
    for (descriptor, value) in plan.task.descriptors.iter().zip(&outcome.descriptors) {
        println!("{descriptor:?} {value:.3}");
    }
    Ok(())
}
