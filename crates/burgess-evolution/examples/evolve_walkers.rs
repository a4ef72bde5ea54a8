//! Evolves walkers for ten generations, generation by generation, and prints what the archive holds.
//!
//!     cargo run --release -p burgess-evolution --example evolve_walkers

use burgess_evolution::descriptors::DescriptorSpec;
use burgess_evolution::evolve::folder::RunFolder;
use burgess_evolution::evolve::{Evolution, Setup, start};
use burgess_evolution::experiment;
use burgess_physics::batch::CpuBackend;
use burgess_qd::emitter;
use std::path::Path;

const EXPERIMENT: &str = r#"(
    name: "walkers",
    body: Evolve(seeds: ["biped", "quadruped"]),
    policy: Cpg(sharing: Instance),
    task: (duration: 2.0, reward: [(term: ForwardVelocity)]),
    archive: Grid(),
    descriptors: [(kind: LegSpan, range: (0.0, 2.0), bins: 8), (kind: MeanHeight, range: (0.0, 1.0), bins: 8)],
    batch_size: 64,
    budget: (generations: 10),
)"#;

fn main() -> anyhow::Result<()> {
    let loaded = experiment::from_text(EXPERIMENT, "walkers", Path::new(""), &[])?;
    let experiment = &loaded.experiment;
    let seeds = start::seed_bodies(experiment, &loaded.folder)?;
    let folder = RunFolder::create(Path::new("."), experiment, &seeds)?;
    let space = start::search_space(experiment, seeds);
    let backend = CpuBackend::new(&experiment.plan(), None)?;
    let emitters = emitter::build(&experiment.emitters, &DescriptorSpec::dimensions(&experiment.axes()));
    let setup = Setup { experiment, space: &space, backend: &backend, differentiator: None, slopes: None, emitters };
    let mut evolution = Evolution::resume(folder.dir(), setup)?;
    while let Some(size) = evolution.next_batch_size() {
        evolution.generation(size)?;
        println!("{} elites", evolution.archive().len());
    }
    evolution.finish()?;
    Ok(())
}
