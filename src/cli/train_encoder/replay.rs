//! What an encoder learns from: the elites of runs, simulated again, and offspring of theirs.

use anyhow::{Context as _, bail, ensure};
use burgess_core::rng::{Purpose, Stream};
use burgess_evolution::evolve::start;
use burgess_evolution::genome::Genome;
use burgess_evolution::report::Sample;
use burgess_evolution::store::RunReader;
use burgess_evolution::variation::Variation;
use burgess_physics::experience::Experience;
use burgess_physics::plan::Plan;
use burgess_physics::step::record::record;
use burgess_physics::task::TaskPlan;
use burgess_physics::world::World;
use burgess_qd::Evaluated;
use burgess_qd::emitter::EmitterKind;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// One elite in so many is kept out of training, to say how well the encoder knows what it has not seen.
pub(super) const HELD_OUT: usize = 10;

/// A run, as far as an encoder learns from it.
pub(super) struct Run {
    /// Name of its folder.
    pub folder: String,
    /// Whether its bodies evolve.
    pub bodies_evolve: bool,
    /// With what they do, in the order of their cells; those that diverge here have nothing to teach.
    elites: Vec<(Evaluated<Genome>, Experience)>,
    simulator: Simulator,
}

/// All there is to train on and to judge by.
#[derive(Default)]
pub(super) struct Replay<'a> {
    /// Every elite that does not diverge.
    pub all: Vec<Sample<'a>>,
    /// Elites that nothing is learned from, nor from their offspring.
    pub held_out: Vec<Sample<'a>>,
    /// The other elites.
    pub elites: Vec<Sample<'a>>,
    /// What offspring of the other elites do.
    pub offspring: Vec<Experience>,
}

/// Records episodes of a run's candidates.
struct Simulator {
    space: Variation,
    world: World<f32>,
    task: TaskPlan,
    /// Steps of a frame.
    period: u32,
}

impl Run {
    fn read(dir: &Path, rate: u32) -> anyhow::Result<Self> {
        let run = RunReader::open(dir)?;
        let (experiment, space) = start::thaw_run(dir)?;
        if experiment.problem().is_some() {
            bail!("a benchmark has no episodes to learn from");
        }
        let elites = run.elites()?;
        let Plan { world, task, .. } = experiment.plan();
        let steps = experiment.physics.rate;
        ensure!(steps.is_multiple_of(rate), "--rate must divide the {steps} steps a second, and is {rate}");
        let simulator = Simulator { space, world: world.cast(), task, period: steps / rate };
        let one = |(_, elite): (usize, Evaluated<Genome>)| -> anyhow::Result<Option<(Evaluated<Genome>, Experience)>> {
            let experience = simulator.record(elite.expressed());
            let experience = experience.with_context(|| format!("elite {} no longer compiles", elite.id))?;
            Ok(experience.map(|experience| (elite, experience)))
        };
        let all: Vec<Option<_>> = elites.into_par_iter().map(one).collect::<anyhow::Result<_>>()?;
        let elites: Vec<_> = all.into_iter().flatten().collect();
        ensure!(!elites.is_empty(), "there is nothing to learn from: it has no elites that do not diverge");
        Ok(Self {
            folder: dir.file_name().unwrap_or(dir.as_os_str()).to_string_lossy().into_owned(),
            bodies_evolve: experiment.body.evolves(),
            elites,
            simulator,
        })
    }

    /// What children of an elite do that compile and do not diverge: mutants, and children of it and one of its `mates`, in turn, as
    /// emitters make them unless told otherwise. Each is drawn from the stream of (seed, number of the run and elite, child).
    fn offspring(
        &self,
        elite: &Evaluated<Genome>,
        mates: &[&Evaluated<Genome>],
        count: u64,
        (seed, run): (u64, u64),
    ) -> Vec<Experience> {
        let space = &self.simulator.space;
        let child = |child: u64| {
            let mut stream = Stream::new(seed, run << 40 | elite.id, child, Purpose::Offspring);
            let genome = if child.is_multiple_of(2) {
                space.gaussian(elite.expressed(), EmitterKind::SIGMA, EmitterKind::STRUCTURE, &mut stream)
            } else {
                let mate = mates[stream.below(mates.len())];
                space.iso_line(
                    elite.expressed(),
                    mate.expressed(),
                    EmitterKind::ISO,
                    EmitterKind::LINE,
                    0.0,
                    &mut stream,
                )
            };
            self.simulator.record(&genome).ok().flatten()
        };
        (0..count).filter_map(child).collect()
    }
}

impl Simulator {
    /// What a candidate does; None when it diverges.
    fn record(&self, genome: &Genome) -> anyhow::Result<Option<Experience>> {
        let candidate = self.space.compile(genome)?.map(|x| x as f32);
        Ok(record(&candidate, &self.world, &self.task, self.period).0)
    }
}

/// Simulates the elites of runs again, frames recorded `rate` times a second. An error names the run.
pub(super) fn read(dirs: &[PathBuf], rate: u32) -> anyhow::Result<Vec<Run>> {
    dirs.iter().map(|dir| Run::read(dir, rate).with_context(|| dir.display().to_string())).collect()
}

impl<'a> Replay<'a> {
    /// Of runs, with so many children of every elite that is learned from.
    pub(super) fn new(runs: &'a [Run], children: u64, seed: u64) -> Self {
        let mut replay = Self::default();
        for (number, run) in (0..).zip(runs) {
            let mut parents = Vec::new();
            for (elite, experience) in &run.elites {
                let sample = Sample::new(elite, experience);
                replay.all.push(sample.clone());
                if replay.all.len().is_multiple_of(HELD_OUT) {
                    replay.held_out.push(sample);
                } else {
                    replay.elites.push(sample);
                    parents.push(elite);
                }
            }
            let children = |elite: &&Evaluated<Genome>| run.offspring(elite, &parents, children, (seed, number));
            replay.offspring.par_extend(parents.par_iter().flat_map_iter(children));
        }
        replay
    }

    /// What is learned from.
    pub(super) fn experiences(&self) -> Vec<&Experience> {
        self.elites.iter().map(|sample| sample.experience).chain(&self.offspring).collect()
    }
}
