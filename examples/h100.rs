use burgess::bench::*; use burgess::sim::{Backend, gpu::*, gpu::device::*}; use std::time::Instant;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let checked = a.iter().any(|x| x == "checked");
    let sizes: Vec<usize> = a.iter().filter_map(|x| x.parse().ok()).collect();
    for brain in [Brain::Cpg, Brain::RandomActions] {
        if a.iter().any(|x| x == "cpg") && brain != Brain::Cpg { continue; }
        let task = task(1.25, brain);
        let t = Instant::now();
        let kind = if brain == Brain::Cpg { BrainKind::Cpg } else { BrainKind::Sequence };
        let g = GpuBackend::with(&world(), task.clone(), kind, Gpu::open(&Choice::Best).unwrap_or_else(|e| panic!("{e}")), Options { checked, ..Default::default() }).unwrap();
        println!("{} {brain} checked {checked} compile {:.3} s", g.describe(), t.elapsed().as_secs_f64());
        for bodies in [Bodies::Mixed, Bodies::Links(4), Bodies::Links(8), Bodies::Links(16)] {
            if a.iter().any(|x| x == "mixed") && bodies != Bodies::Mixed { continue; }
            for &n in &sizes {
                let c = candidates(bodies, brain, n, &task);
                match time(&g, &c, &task, 5) {
                Ok(t) => println!("{bodies:>5} {n:>6}: {:.3} G body-steps/s, sim {:.2} ms, eval {:.2} ms, {:.0} evals/s", t.body_steps() / 1e9, t.simulation * 1e3, t.evaluation * 1e3, t.evaluations()),
                Err(e) => println!("{bodies} {n}: {e}") }
            }
        }
    }
}
