//! Benchmarks: problems without bodies, on which every emitter is tried over every archive, and on which the better algorithm must win.

use burgess_core::rng::{Purpose, Stream};
use burgess_evolution::benchmark::Point;
use burgess_evolution::diversity::BodyDiversity;
use burgess_evolution::evolve::folder::RunFolder;
use burgess_evolution::evolve::{BatchContext, Domain, DomainState, Evaluation, Evolution, Points, Run, Steppings};
use burgess_evolution::experiment::{BatchSize, Experiment, from_text};
use burgess_evolution::store::RunReader;
use burgess_qd::Elites;
use burgess_qd::emitter::batch::{Batch, OpenAnchor};
use std::path::{Path, PathBuf};

/// Every emitter that learns, in every way that it can.
const EMITTERS: [&str; 12] = [
    "CmaMe(sigma: 0.5)",
    "CmaMe(sigma: 0.5, ranking: RandomDirection, restart: Every(3))",
    "CmaMe(sigma: 0.5, ranking: Objective, selection: Mu, conventions: Pyribs)",
    "CmaMe(sigma: 0.5, ranking: Threshold, selection: Mu, restart: Basic)",
    "OmgMega(sigma: 1.0)",
    "CmaMega(sigma: 1.0)",
    "CmaMega(sigma: 1.0, conventions: Pyribs, restart: Every(4))",
    "CmaMega(sigma: 0.5, optimiser: Adam(), rate: 0.1)",
    "CmaMega(sigma: 0.5, optimiser: Adam(), ranking: RandomDirection, selection: Filter)",
    "CmaMega(sigma: 1.0, ranking: Threshold, restart: Basic)",
    "Goals(rate: 0.1, steps: 3)",
    "Goals(optimiser: Plain, rate: 0.5, draws: 1, neighbours: 3, upward: 0.1)",
];

/// Every archive, small enough to be full soon.
const ARCHIVES: [&str; 5] = [
    "Grid()",
    "Grid(learning_rate: 0.2, threshold_min: 0.0)",
    "Cvt(cells: 60, samples: 1000)",
    "Unstructured(size: 50, neighbours: 3)",
    "DominatedNovelty(size: 40)",
];

const PROBLEMS: [&str; 4] =
    ["Sphere(dimension: 12)", "Arm(dimension: 10)", "Rastrigin(dimension: 12, measures: 3)", "Plateau(dimension: 10)"];

/// A benchmark, with the emitters of its list sharing 12 candidates a generation, 20 in the first.
fn benchmark(problem: &str, archive: &str, emitters: &str, generations: u64) -> Experiment {
    let text = format!(
        "Benchmark(name: \"test\", seed: 3, problem: {problem}, bins: 12, archive: {archive}, emitters: [{emitters}], \
         batch_size: 12, first_batch: 20, budget: (generations: {generations}))"
    );
    from_text(&text, "test", Path::new(""), &[]).unwrap_or_else(|e| panic!("{text}\n{e}")).experiment
}

/// The problem's own evaluation, with time to ask ahead as devices give it.
struct Idle(Points);

impl Domain<Point> for Idle {
    fn backend(&self) -> String {
        self.0.backend()
    }
    fn differentiator(&self) -> Option<String> {
        self.0.differentiator()
    }
    fn restore(&mut self, dir: &Path, state: DomainState) -> anyhow::Result<()> {
        self.0.restore(dir, state)
    }
    fn has_gradients(&self) -> bool {
        self.0.has_gradients()
    }
    fn differentiate(
        &self,
        anchors: &[OpenAnchor<Point>],
        cost: &mut Steppings,
    ) -> anyhow::Result<Vec<Option<Vec<Vec<f64>>>>> {
        self.0.differentiate(anchors, cost)
    }
    fn evaluate(
        &mut self,
        batch: Batch<Point>,
        context: BatchContext<'_, Point>,
        meanwhile: &mut (dyn FnMut() + Send),
    ) -> anyhow::Result<Evaluation<Point>> {
        meanwhile();
        self.0.evaluate(batch, context, &mut || ())
    }
    fn diversity(&self, archive: &dyn Elites<Point>) -> BodyDiversity {
        self.0.diversity(archive)
    }
}

fn create(out: &Path, experiment: &Experiment) -> PathBuf {
    RunFolder::create(out, experiment, &Vec::<String>::new()).unwrap().dir().to_owned()
}

fn points(experiment: &Experiment) -> Points {
    Points::new(experiment.problem().unwrap(), experiment.branches())
}

/// One session of at most so many generations; `idle` gives time to ask ahead.
fn carry_on(dir: &Path, experiment: &Experiment, idle: bool, generations: usize) {
    let points = points(experiment);
    let space = points.space();
    let run = points.run(experiment, &space).unwrap();
    let run = if idle { Run { domain: Box::new(Idle(points)), ..run } } else { run };
    let mut evolution = Evolution::resume_run(dir, run).unwrap();
    for _ in 0..generations {
        let Some(size) = evolution.next_batch_size() else { break };
        evolution.generation(size).unwrap();
    }
    evolution.finish().unwrap();
}

/// The hash of a run in so many sessions.
fn hash(experiment: &Experiment, sessions: &[usize]) -> String {
    let out = tempfile::tempdir().unwrap();
    let dir = create(out.path(), experiment);
    for &generations in sessions {
        carry_on(&dir, experiment, false, generations);
    }
    RunReader::open(&dir).unwrap().hash().unwrap()
}

/// The same with one thread or two, interrupted anywhere, and on a backend that asks ahead.
fn assert_reproducible(experiment: &Experiment, generations: usize, stream: &mut Stream) {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| hash(experiment, &[generations]))
    };
    let expected = on(1);
    let what = || (&experiment.body, &experiment.archive, &experiment.emitters, experiment.scheduler);
    assert_eq!(on(2), expected, "threads: {:?}", what());
    let first = 1 + stream.below(generations - 2);
    let second = 1 + stream.below(generations - 1 - first);
    let sessions = [first, second, generations];
    assert_eq!(hash(experiment, &sessions), expected, "interrupted as {sessions:?}: {:?}", what());
    let out = tempfile::tempdir().unwrap();
    let dir = create(out.path(), experiment);
    carry_on(&dir, experiment, true, generations);
    assert_eq!(RunReader::open(&dir).unwrap().hash().unwrap(), expected, "asked ahead: {:?}", what());
}

fn stream(key: u64) -> Stream {
    Stream::new(key, 0, 0, Purpose::Test)
}

#[test]
fn every_emitter_keeps_its_hash_over_every_archive() {
    let mut stream = stream(1);
    for (i, emitter) in EMITTERS.into_iter().enumerate() {
        for (j, archive) in ARCHIVES.into_iter().enumerate() {
            let problem = PROBLEMS[(i + j) % PROBLEMS.len()];
            let experiment = benchmark(problem, archive, &format!("(kind: {emitter})"), 9);
            assert_reproducible(&experiment, 9, &mut stream);
        }
    }
}

#[test]
fn all_emitters_together_keep_their_hash_under_every_scheduler() {
    let old = ["Random()", "Gaussian()", "IsoLine()", "Crossover()"];
    let kinds: Vec<String> = old.into_iter().chain(EMITTERS).map(|kind| format!("(kind: {kind})")).collect();
    let mut stream = stream(2);
    for archive in ARCHIVES {
        for scheduler in ["Shares", "Ucb1(active: 1)", "Ucb1(active: 3, exploration: 0.5)"] {
            let mut experiment = benchmark(PROBLEMS[0], archive, &kinds.join(", "), 24);
            experiment.scheduler = ron::from_str(scheduler).unwrap();
            // With shares every emitter has places.
            experiment.batch_size = BatchSize::Fixed(3 * kinds.len());
            assert_reproducible(&experiment, 24, &mut stream);
        }
    }
}

#[test]
fn a_bandit_tries_all_and_prefers_what_fills_the_archive() {
    // Steps of nothing add nothing.
    let mut experiment =
        benchmark(PROBLEMS[0], "Grid()", "(kind: Gaussian(sigma: 0.0)), (kind: OmgMega(sigma: 3.0))", 40);
    experiment.scheduler = ron::from_str("Ucb1(active: 1)").unwrap();
    let out = tempfile::tempdir().unwrap();
    let dir = create(out.path(), &experiment);
    carry_on(&dir, &experiment, false, 40);
    let elites = RunReader::open(&dir).unwrap().records().unwrap();
    let by = |emitter| elites.iter().filter(|(_, elite)| elite.emitter == emitter).count();
    assert!(by(1) > 20 && by(1) > 3 * by(0), "{} and {}", by(0), by(1));
}

/// QD-score a cell and coverage after some generations of 36, from the same start as in the experiments.
fn scores(problem: &str, archive: &str, emitter: &str, generations: u64) -> (f64, f64) {
    let mut experiment = benchmark(problem, archive, &format!("(kind: {emitter})"), generations);
    experiment.batch_size = BatchSize::Fixed(36);
    experiment.first_batch = Some(100);
    experiment.descriptors.iter_mut().for_each(|descriptor| descriptor.bins = 50);
    let out = tempfile::tempdir().unwrap();
    let dir = create(out.path(), &experiment);
    carry_on(&dir, &experiment, false, generations as usize);
    let last = RunReader::open(&dir).unwrap().metrics().unwrap().pop().unwrap();
    (last.scores.normalised_qd_score, last.scores.coverage)
}

#[test]
fn gradients_help_the_more_the_more_dimensions_there_are() {
    let problems =
        [("Sphere(dimension: 20)", 1.5), ("Sphere(dimension: 100)", 5.0), ("Rastrigin(dimension: 100)", 4.0)];
    for (problem, factor) in problems {
        let run = |emitter| scores(problem, "Grid()", emitter, 300).0;
        let plain = run("Gaussian(sigma: 0.5)");
        let (omg, cma) = (run("OmgMega(sigma: 10.0)"), run("CmaMega(sigma: 10.0, conventions: Pyribs)"));
        assert!(plain > 3.0 && omg > factor * plain && cma > omg, "{problem}: {plain}, {omg}, {cma}");
    }
}

#[test]
fn goals_reach_what_noise_does_not() {
    let noise = scores("Sphere(dimension: 100)", "Grid()", "IsoLine(iso: 0.1)", 100);
    let goals = scores("Sphere(dimension: 100)", "Grid()", "Goals(rate: 0.1)", 100);
    assert!(noise.1 > 0.01 && goals.1 > 1.5 * noise.1, "{goals:?} and {noise:?}");
}

#[test]
fn slowly_rising_thresholds_explore_what_is_flat() {
    let me = scores("Plateau(dimension: 100)", "Grid()", "CmaMe(sigma: 0.5)", 300).1;
    let emitter = "CmaMe(sigma: 0.5, ranking: Threshold, selection: Mu, restart: Basic)";
    let mae = scores("Plateau(dimension: 100)", "Grid(learning_rate: 0.01, threshold_min: 0.0)", emitter, 300).1;
    assert!(me > 0.03 && mae > 2.5 * me, "{mae} and {me}");
}

/// The whole program on a benchmark, in a folder of its own.
mod program {
    use crate::place::{ask, call};
    use std::fs;
    use std::path::Path;
    use tempfile::TempDir;

    const FILE: &str = r#"Benchmark(
    name: "small",
    problem: Sphere(dimension: 20),
    bins: 10,
    archive: Grid(),
    emitters: [(kind: CmaMega(sigma: 1.0)), (kind: CmaMe(sigma: 0.5))],
    batch_size: 16,
    budget: (generations: 12),
)"#;

    fn fail(dir: &Path, arguments: &[&str]) -> (i32, String) {
        let output = call(dir, arguments);
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }

    fn folder() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("small.ron"), FILE).unwrap();
        folder
    }

    #[test]
    fn a_benchmark_is_checked_run_and_looked_at_like_an_evolution() {
        let folder = folder();
        let dir = folder.path();
        let checked = ask(dir, &["check", "small.ron"]);
        for words in ["valid", "sphere, 20 coordinates", "2, each from -51.2 to 51.2", "CMA-MEGA", "192 evaluations"] {
            assert!(checked.contains(words), "{words}: {checked}");
        }
        // Without a GPU or with one, it runs on the CPU.
        let done = ask(dir, &["run", "small.ron", "--threads", "2"]);
        assert!(done.contains("in 100 cells") && !done.contains("body plan"), "{done}");
        let run = "results/small-0-1";
        let list = ask(dir, &["list", run, "--top", "1"]);
        assert!(list.contains("measure 0") && list.contains("CMA-ME") && !list.contains("mass"), "{list}");
        let id = list.lines().nth(1).unwrap().split_whitespace().next().unwrap();
        let shown = ask(dir, &["show", &format!("{run}#{id}"), "--genome"]);
        assert!(shown.contains("of 100") && shown.contains("Point("), "{shown}");
        let hash = ask(dir, &["hash", run]);
        assert_eq!(hash.trim().len(), 64);
        assert!(ask(dir, &["verify", run]).contains("equal to the bit"));
        let plots = ask(dir, &["report", run]);
        assert!(plots.contains("archive-0-1.png") && !plots.contains("elites.png"), "{plots}");
        // A run in two parts, with another number of threads, comes to the same end.
        ask(dir, &["run", "small.ron", "--set", "budget.generations=5", "--out", "half", "--threads", "1"]);
        let frozen = dir.join("half/small-0-1/experiment.ron");
        let text = fs::read_to_string(&frozen).unwrap();
        assert!(text.contains("generations: Some(5)"), "{text}");
        fs::write(&frozen, text.replace("generations: Some(5)", "generations: Some(12)")).unwrap();
        ask(dir, &["resume", "half/small-0-1"]);
        assert_eq!(ask(dir, &["hash", "half/small-0-1"]), hash);
        // What is frozen is a benchmark, and can be run again.
        ask(dir, &["run", "half/small-0-1/experiment.ron", "--out", "again"]);
        assert_eq!(ask(dir, &["hash", "again/small-0-1"]), hash);
        ask(dir, &["report", run, "half/small-0-1", "--out", "both"]);
    }

    #[test]
    fn what_has_no_body_cannot_be_simulated_or_drawn() {
        let folder = folder();
        let dir = folder.path();
        ask(dir, &["run", "small.ron", "--set", "budget.generations=2"]);
        let run = "results/small-0-1";
        let list = ask(dir, &["list", run, "--top", "1"]);
        let elite = format!("{run}#{}", list.lines().nth(1).unwrap().split_whitespace().next().unwrap());
        for (arguments, words) in [
            (&["simulate", &elite][..], "a benchmark"),
            (&["render", &elite], "a benchmark"),
            (&["show", &elite, "--policy"], "a benchmark"),
            (&["gradcheck", "small.ron"], "a benchmark"),
            (&["run", "small.ron", "--backend", "gpu"], "runs on the CPU"),
            (&["run", "small.ron", "--adapter", "0"], "runs on the CPU"),
            (&["resume", run, "--backend", "gpu"], "runs on the CPU"),
            (&["verify", run, "--backend", "gpu"], "runs on the CPU"),
            (&["simulate", "small.ron"], "small.ron"),
        ] {
            let (code, message) = fail(dir, arguments);
            assert!((1..=2).contains(&code) && message.contains(words), "{arguments:?}, {code}: {message}");
            assert!(!message.contains("panicked"), "{message}");
        }
        assert_eq!(fs::read_dir(dir.join("results")).unwrap().count(), 1, "a failed command wrote a run folder");
    }

    #[test]
    fn every_archive_is_drawn() {
        for archive in
            ["Cvt(cells: 30, samples: 500)", "Unstructured(size: 20, neighbours: 3)", "DominatedNovelty(size: 20)"]
        {
            let folder = folder();
            let set = format!("archive={archive}");
            ask(folder.path(), &["run", "small.ron", "--set", &set, "--set", "problem=Arm(dimension: 6)"]);
            assert!(folder.path().join("results/small-0-1/plots/archive-0-1.png").exists(), "{archive}");
            assert!(ask(folder.path(), &["verify", "results/small-0-1"]).contains("equal to the bit"));
        }
    }
}
