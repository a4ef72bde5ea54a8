use burgess::bench::{Bodies, Brain, candidates, plan};
use burgess::sim::Backend;
use burgess::sim::cpu::CpuBackend;
use burgess::sim::gradient::{Differentiate, Objective};
use std::time::Instant;
fn main() {
    let plan = plan(1.25, Brain::Cpg);
    let backend = CpuBackend::new(&plan, Some(1)).unwrap();
    let c = candidates(Bodies::Mixed, Brain::Cpg, 64, &plan.task);
    for _ in 0..3 {
        let t = Instant::now();
        backend.evaluate(&c).unwrap();
        let f = t.elapsed().as_secs_f64();
        let t = Instant::now();
        backend.differentiate(&c, &Objective::reward(4)).unwrap();
        let g = t.elapsed().as_secs_f64();
        let steps = 300.0 * c.iter().map(|c| c.creature.links.len()).sum::<usize>() as f64;
        println!(
            "forward {:.2} M/s, both {:.2} M/s, backward/forward {:.2}",
            steps / f / 1e6,
            steps / g / 1e6,
            (g - f) / f
        );
    }
}
