//! Where the wall time of a generation goes, with a stand-in for the simulation that sleeps as long as a fast device would take.
//!
//! `cargo bench --bench generation [-- FILE PATH=VALUE...]`, such as `-- experiments/walkers.ron budget.generations=100`;
//! by default walkers in batches of 4,096. Then, for one thread, what each part of making a candidate costs.

use burgess_core::rng::{Purpose, Stream};
use burgess_evolution::descriptors::DescriptorSpec;
use burgess_evolution::diversity::BodyDiversity;
use burgess_evolution::evolve::folder::RunFolder;
use burgess_evolution::evolve::{Evolution, Setup, Times, start};
use burgess_evolution::experiment::{self, Experiment, Refine};
use burgess_evolution::genome::Genome;
use burgess_evolution::growth::{Physique, check, expand};
use burgess_evolution::refine::GeneSpace;
use burgess_evolution::refine::climb::{Climber, Rules};
use burgess_evolution::variation::Variation;
use burgess_physics::batch::{Backend, CpuBackend, Outcome};
use burgess_physics::gradient::{Differentiate as _, Objective};
use burgess_physics::model::Candidate;
use burgess_physics::task::Ending;
use burgess_qd::Elites;
use burgess_qd::Evaluated;
use burgess_qd::emitter;
use burgess_qd::emitter::batch::Offspring;
use std::hint::black_box;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a batch takes on the device that this stands for.
const SIMULATION: Duration = Duration::from_millis(20);

/// Generations at the start that are not counted: they fill the archive.
const WARM_UP: usize = 10;

/// Rewards and descriptors that are drawn from a stream keyed by the candidate's mass: spread over all cells, the same every time.
struct Dice {
    descriptors: Vec<DescriptorSpec>,
    slept: Mutex<Duration>,
}

impl Backend for Dice {
    fn describe(&self) -> String {
        "dice".into()
    }
    fn evaluate(&self, candidates: &[Candidate<f32>]) -> Result<Vec<Outcome>, burgess_physics::Error> {
        std::thread::sleep(SIMULATION);
        *self.slept.lock().unwrap_or_else(PoisonError::into_inner) += SIMULATION;
        Ok(candidates.iter().map(|candidate| self.throw(candidate)).collect())
    }
    fn simulation_time(&self) -> Duration {
        *self.slept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Dice {
    fn throw(&self, candidate: &Candidate<f32>) -> Outcome {
        let mut stream = Stream::new(u64::from(candidate.model.mass().to_bits()), 0, 0, Purpose::Test);
        let descriptors = self.descriptors.iter().map(|d| stream.range(d.range.0, d.range.1) as f32).collect();
        Outcome {
            reward: stream.uniform() as f32,
            descriptors,
            ending: Ending::Finished,
            steps: 1,
            contacts_left_out: 0,
            experience: None,
        }
    }
}

fn main() -> anyhow::Result<()> {
    // Cargo adds options of its own.
    let given: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let defaults = ["experiments/walkers.ron", "batch_size=4096", "budget.generations=50"].map(String::from);
    let [file, overrides @ ..] = given.as_slice() else { return run(&defaults[0], &defaults[1..]) };
    run(file, &[&defaults[1..], overrides].concat())
}

fn run(file: &str, overrides: &[String]) -> anyhow::Result<()> {
    let mut loaded = experiment::load(Path::new(file), overrides)?;
    // Dice have no gradients; what theirs cost is timed apart.
    let refine = loaded.experiment.refine.take();
    let experiment = &loaded.experiment;
    let seeds = start::seed_bodies(experiment, &loaded.folder)?;
    let out = tempfile::tempdir()?;
    let folder = RunFolder::create(out.path(), experiment, &seeds)?;
    let space = start::search_space(experiment, seeds);
    let backend = Dice { descriptors: experiment.descriptors.clone(), slept: Mutex::default() };
    let setup = Setup {
        experiment,
        space: &space,
        backend: &backend,
        differentiator: None,
        slopes: None,
        emitters: emitter::build(&experiment.emitters, &DescriptorSpec::dimensions(&experiment.descriptors)),
    };
    let mut evolution = Evolution::resume(folder.dir(), setup)?;
    generations(&mut evolution)?;
    diversity(evolution.archive());
    candidates(experiment, refine, &space, evolution.archive());
    Ok(())
}

fn generations(evolution: &mut Evolution<'_>) -> anyhow::Result<()> {
    let mut times = vec![evolution.times()];
    while let Some(size) = evolution.next_batch_size() {
        evolution.generation(size)?;
        times.push(evolution.times());
    }
    let rejected = evolution.metrics().map_or(0, |metrics| metrics.invalid_count());
    let (count, threads) = (times.len() - 1, rayon::current_num_threads());
    println!(
        "ms a generation, median of {count} without the first {WARM_UP}, {threads} threads; {rejected} bodies rejected in the last"
    );
    let counted = &times[WARM_UP..];
    for (part, (name, _)) in Times::default().parts().into_iter().enumerate() {
        let time = |pair: &[Times]| pair[1].parts()[part].1 - pair[0].parts()[part].1;
        println!("{name:>12} {:8.3}", 1e3 * median(counted.windows(2).map(time).collect()));
    }
    let all = |times: &Times| times.parts().iter().map(|(_, time)| time).sum::<f64>();
    println!(
        "{:>12} {:8.3}",
        "all",
        1e3 * median(counted.windows(2).map(|pair| all(&pair[1]) - all(&pair[0])).collect())
    );
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// What it costs, as part of the record, to tell how different the bodies are.
fn diversity(archive: &dyn Elites<Genome>) {
    let time = |_| {
        let begin = Instant::now();
        black_box(BodyDiversity::of(archive));
        begin.elapsed().as_secs_f64()
    };
    println!("{:>12} {:8.3} of {} elites", "diversity", 1e3 * median((0..101).map(time).collect()), archive.len());
}

/// Times some work on each elite, and prints it under a name.
type Show<'a> = &'a dyn Fn(&str, &dyn Fn(usize, &Genome, &mut Stream));

/// Microseconds a candidate on one thread.
fn candidates(experiment: &Experiment, refine: Option<Refine>, space: &Variation, archive: &dyn Elites<Genome>) {
    let elites: Vec<&Evaluated<Genome>> = archive.elites().map(|(_, elite)| elite).collect();
    let mean = |count: &dyn Fn(&Genome) -> usize| {
        elites.iter().map(|elite| count(&elite.solution)).sum::<usize>() as f64 / elites.len() as f64
    };
    let links = elites.iter().map(|elite| elite.traits.links as usize).sum::<usize>() as f64 / elites.len() as f64;
    println!("\nus a candidate, 1 thread; {:.1} genes, {links:.1} links on average", mean(&|g| g.parameters().len()));
    let next = |i: usize| &elites[(i + 1) % elites.len()].solution;
    let show: Show<'_> = &|name, work| {
        let mut stream = Stream::new(0, 0, 0, Purpose::Test);
        let mut round = || {
            let begin = Instant::now();
            elites.iter().enumerate().for_each(|(i, elite)| work(i, &elite.solution, &mut stream));
            begin.elapsed().as_secs_f64() / elites.len() as f64
        };
        println!("{name:>12} {:8.2}", 1e6 * median((0..1 + 50_000 / elites.len()).map(|_| round()).collect()));
    };
    show("clone", &|_, g, _| drop(black_box(g.clone())));
    show("random", &|_, _, s| drop(black_box(space.random(0.1, s))));
    show("gaussian", &|_, g, s| drop(black_box(space.gaussian(g, 0.1, 0.0, s))));
    show("structure", &|_, g, s| drop(black_box(space.gaussian(g, 0.1, 1.0, s))));
    show("iso+line", &|i, g, s| drop(black_box(space.iso_line(g, next(i), 0.1, 0.2, 0.0, s))));
    show("crossover", &|i, g, s| drop(black_box(space.crossover(g, next(i), 0.1, s))));
    let grow = |g: &Genome| expand(&g.body, &space.limits, &experiment.physics).expect("an elite grows").model;
    show("expand", &|_, g, _| drop(black_box(grow(g))));
    show("and check", &|_, g, _| assert!(black_box(check(&grow(g), &space.limits)).is_ok()));
    show("and physique", &|_, g, _| drop(black_box(Physique::of(&grow(g)))));
    show("compile", &|_, g, _| drop(black_box(space.compile(g).expect("an elite compiles"))));
    show("and map", &|_, g, _| drop(black_box(space.compile(g).expect("an elite compiles").map(|x| x as f32))));
    if let Some(spec) = refine {
        gradients(experiment, &spec, space, &elites, show);
    }
}

/// What it costs to take the gradient of an episode back to the genes, and a whole step along it.
fn gradients(experiment: &Experiment, spec: &Refine, space: &Variation, elites: &[&Evaluated<Genome>], show: Show<'_>) {
    // How long an episode was makes no difference to what comes after it.
    let plan = experiment.plan_over(0.01);
    let backend = CpuBackend::new(&plan, Some(1)).expect("a thread starts");
    let compiled =
        |elite: &&Evaluated<Genome>| space.compile(&elite.solution).expect("an elite compiles").map(|x| x as f32);
    let candidates: Vec<Candidate<f32>> = elites.iter().map(compiled).collect();
    let objective = Objective::reward(plan.task.descriptors.len());
    let gradients = backend.differentiate(&candidates, &objective).expect("processors do not fail");
    show("gene grad", &|i, g, _| drop(black_box(space.gene_gradient(g, &plan.world, &gradients[i]))));
    let rules = Rules { spec, space, world: &plan.world };
    let unborn = |elite: &&Evaluated<Genome>| Offspring {
        solution: elite.solution.clone(),
        parents: Vec::new(),
        emitter: 0,
        heritage: None,
        traits: elite.traits.clone(),
        age: 0,
        coefficients: Vec::new(),
        rejections: Vec::new(),
    };
    let offspring: Vec<Offspring<Genome>> = elites.iter().map(unborn).collect();
    show("grad step", &|i, _, _| {
        let mut climber = Climber::new(&offspring[i], candidates[i].clone(), spec);
        climber.step(&gradients[i], &rules);
        drop(black_box(climber));
    });
}
