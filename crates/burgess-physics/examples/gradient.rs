//! Climbs the reward of a walker by the exact gradient with respect to its oscillators.

use burgess_physics::Error;
use burgess_physics::batch::CpuBackend;
use burgess_physics::example::walk;
use burgess_physics::gradient::{Differentiate, Objective};
use burgess_physics::model::Controller;

fn main() -> Result<(), Error> {
    let (plan, candidate) = walk();
    let backend = CpuBackend::new(&plan, None)?;
    let objective = Objective::reward(plan.task.descriptors.len());
    let mut candidate = candidate.map(|x| x as f32);
    for step in 0..20 {
        let gradient = backend.differentiate(std::slice::from_ref(&candidate), &objective)?.remove(0);
        println!("step {step:2}: reward {:.4}", gradient.returns.reward);
        let Controller::Cpg { joints, .. } = &mut candidate.controller else { break };
        let Controller::Cpg { joints: slopes, .. } = &gradient.candidate.controller else { break };
        for (joint, slope) in joints.iter_mut().zip(slopes) {
            joint.amplitude = (joint.amplitude + 0.02 * slope.amplitude).clamp(-1.0, 1.0);
            joint.phase += 0.02 * slope.phase;
            joint.offset = (joint.offset + 0.02 * slope.offset).clamp(-1.0, 1.0);
        }
    }
    Ok(())
}
