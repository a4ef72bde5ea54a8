//! `burgess compare`: by itself on made-up courses, and called as a user calls it.

use crate::place::{ask, fail};
use burgess_evolution::compare::{Request, Run, compare_runs};
use burgess_evolution::experiment::{self, Experiment};
use burgess_report::compare::ComparisonPoint;
use burgess_report::views::{MetricsRow, Progress};
use std::fs;
use std::path::Path;

const EXPERIMENT: &str = r#"(
    name: "small",
    body: Fixed("quadruped"),
    policy: Cpg(sharing: Gene),
    task: (duration: 0.5, reward: [(term: Distance)]),
    descriptors: [(kind: FinalX, range: (-1.0, 1.0), bins: 5), (kind: FinalY, range: (-1.0, 1.0), bins: 5)],
    archive: Grid(),
    batch_size: 8,
    budget: (generations: 3),
)"#;

fn experiment(name: &str, seed: u64, changes: &[&str]) -> Experiment {
    let changes: Vec<String> = changes.iter().map(|&change| change.into()).collect();
    let loaded = experiment::from_text(EXPERIMENT, "small.ron", Path::new(""), &changes).unwrap();
    Experiment { name: name.into(), seed, ..loaded.experiment }
}

/// A run whose QD-score after each of ten generations of 10 evaluations and 1 s is `score` times its number, from 1.
fn run(name: &str, seed: u64, score: f64) -> Run {
    let row = |generation: u64| MetricsRow {
        generation,
        evaluations: 10 * (generation + 1),
        steps: 1000 * (generation + 1),
        wall_time: (generation + 1) as f64,
        qd_score: score * (generation + 1) as f64,
        coverage: 0.25,
        // The archive stays empty at first.
        max: if generation < 2 { f64::NAN } else { score },
        mean: f64::NAN,
        topologies: 2.0 + score,
        body_distance: 0.5,
    };
    Run {
        dir: format!("results/{name}-{seed}-1").into(),
        experiment: experiment(name, seed, &[]),
        metrics: (0..10).map(row).collect(),
        parts: Vec::new(),
    }
}

fn five(name: &str, first: f64) -> Vec<Run> {
    (0..5).map(|seed| run(name, seed, first + seed as f64)).collect()
}

/// Rows of the long table: metric, at, x, experiment, and what follows.
fn lines<'a>(csv: &'a str, start: &str) -> Vec<Vec<&'a str>> {
    csv.lines().filter(|line| line.starts_with(start)).map(|line| line.split(',').collect()).collect()
}

#[test]
fn seeds_are_summed_up_and_tested_at_the_last_common_place() {
    let mut runs = [five("slow", 1.0), five("fast", 6.0)].concat();
    runs[7].metrics.truncate(8);
    let comparison = compare_runs(&runs, &Request::default()).unwrap();
    let csv = comparison.csv();
    assert_eq!(csv.lines().count(), 1 + 3 * 4 * 2);
    let scores = lines(&csv, "qd_score,evaluations,");
    // After 8 generations: 8 times 1 to 5, and 8 times 6 to 10.
    let slow = ["qd_score", "evaluations", "80", "slow", "5", "24", "12.649110640673518", "8", "16", "24", "32", "40"];
    assert_eq!(scores[0][..12], slow);
    assert_eq!(scores[0][12..], ["slow", "", ""]);
    assert_eq!(scores[1][3..6], ["fast", "5", "64"]);
    assert_eq!(scores[1][12..], ["slow", "0.007936507936507936", "1"]);
    assert_eq!(lines(&csv, "coverage,steps,8000,fast")[0][13..], ["1", "0.5"]);
    assert_eq!(comparison.sections[0].limit.as_deref(), Some(Path::new("results/fast-2-1")));
    let markdown = comparison.markdown(&[]);
    assert!(
        markdown.contains("| QD-score | fast | 5 | 64.00 | 12.65 | 64.00 | 48.00 | 80.00 | 0.0079 | 1.00 |"),
        "{markdown}"
    );
    assert!(markdown.contains("| coverage (%) | slow | 5 | 25.00 | 0.000 |"), "{markdown}");
    assert!(markdown.contains("| mean reward | slow | 0 | - | - |"), "{markdown}");
    assert_eq!(csv, compare_runs(&runs, &Request::default()).unwrap().csv());
    let other_way = Request { against: Some("fast".into()), ..Request::default() };
    let csv = compare_runs(&runs, &other_way).unwrap().csv();
    assert_eq!(lines(&csv, "qd_score,wall_time,8,slow")[0][12..], ["fast", "0.007936507936507936", "0"]);
}

#[test]
fn a_place_counts_the_last_generation_up_to_it() {
    let runs = [five("slow", 1.0), five("fast", 6.0)].concat();
    let place = |text: &str| text.parse::<ComparisonPoint>().unwrap();
    let at = vec![place("evaluations=39.5"), place("evaluations=5"), place("wall-time=2.999")];
    let csv = compare_runs(&runs, &Request { at, ..Request::default() }).unwrap().csv();
    // Before the first generation the archive is empty, and has no best.
    assert_eq!(lines(&csv, "qd_score,evaluations,5,slow")[0][4..6], ["5", "0"]);
    assert_eq!(lines(&csv, "max,evaluations,5,slow")[0][4..6], ["0", ""]);
    assert_eq!(lines(&csv, "qd_score,evaluations,39.5,slow")[0][5], "9");
    assert_eq!(lines(&csv, "qd_score,wall_time,2.999,slow")[0][5], "6");
    assert_eq!(lines(&csv, "qd_score,steps,10000,slow")[0][5], "30");
    let at = vec![place("steps=2e9")];
    let error = compare_runs(&runs, &Request { at, ..Request::default() }).unwrap_err().to_string();
    assert!(error.contains("steps=2000000000") && error.contains("only reached steps=10000"), "{error}");
    for bad in ["evaluations", "generations=3", "steps=-1", "wall-time=soon"] {
        assert!(bad.parse::<ComparisonPoint>().is_err(), "{bad}");
    }
    assert_eq!(place("wall-time=60"), ComparisonPoint { progress: Progress::WallTime, value: 60.0 });
}

#[test]
fn too_few_seeds_are_not_tested() {
    let runs = [five("many", 1.0), vec![run("one", 0, 2.0)]].concat();
    let comparison = compare_runs(&runs, &Request::default()).unwrap();
    let markdown = comparison.markdown(&[]);
    assert!(markdown.contains("| QD-score | one | 1 | 20.00 | - | 20.00 | 20.00 | 20.00 | - | - |"), "{markdown}");
    assert!(comparison.notes.iter().any(|note| note.contains("two seeds")), "{:?}", comparison.notes);
    let runs = [five("a", 1.0)[..3].to_vec(), five("b", 9.0)[..3].to_vec()].concat();
    let notes = compare_runs(&runs, &Request::default()).unwrap().notes;
    assert!(notes[0].contains("below 0.10"), "{notes:?}");
    assert!(compare_runs(&five("alone", 1.0), &Request::default()).unwrap().notes.is_empty());
}

#[test]
fn what_cannot_be_compared_is_named() {
    let with = |changes: &[&str]| {
        let mut other = five("other", 2.0);
        for run in &mut other {
            run.experiment = experiment("other", run.experiment.seed, changes);
        }
        [five("one", 1.0), other].concat()
    };
    let refused = |runs: &[Run]| compare_runs(runs, &Request::default()).unwrap_err().to_string();
    for (change, field) in [
        ("archive=Grid(qd_offset: -2)", "archive.qd_offset: 0 in results/one-0-1, -2 in results/other-0-1"),
        ("archive=Cvt(cells: 25)", "archive: Grid in"),
        ("descriptors[1].bins=6", "number of cells: 25 in results/one-0-1, 30"),
        ("descriptors[0].range=(-2.0, 1.0)", "descriptors: "),
        ("task.reward[0].weight=2.0", "task.reward: "),
        ("task.duration=1.0", "task.duration: 0.5 in results/one-0-1, 1 in"),
    ] {
        let message = refused(&with(&[change]));
        assert!(message.contains(field) && message.contains("--force"), "{change}: {message}");
        assert_eq!(message.lines().count(), 2, "each difference is told once: {message}");
        let forced = compare_runs(&with(&[change]), &Request { force: true, ..Request::default() }).unwrap();
        assert!(forced.markdown(&[]).contains(field), "{change}");
    }
    // Emitters, bodies and the like are what is compared.
    assert!(compare_runs(&with(&["emitters=[(kind: Random())]", "budget.generations=9"]), &Request::default()).is_ok());
    let mut runs = five("one", 1.0);
    runs[3].experiment = experiment("one", 3, &["batch_size=16"]);
    assert!(
        refused(&runs).contains("repetitions may differ by their seed only: batch_size: 8 in"),
        "{}",
        refused(&runs)
    );
    let twins = [five("one", 1.0), vec![run("one", 4, 3.0)]].concat();
    assert!(refused(&twins).contains("both have seed 4"), "{}", refused(&twins));
    let unknown = Request { against: Some("none".into()), ..Request::default() };
    let message = compare_runs(&five("one", 1.0), &unknown).unwrap_err().to_string();
    assert!(message.contains("--against none") && message.contains("one"), "{message}");
}

#[test]
fn the_command_writes_tables_and_plots_beside_the_runs() {
    let guard = tempfile::tempdir().unwrap();
    let dir = guard.path();
    fs::write(dir.join("small.ron"), EXPERIMENT).unwrap();
    for seed in ["0", "1"] {
        ask(dir, &["run", "small.ron", "--backend", "cpu", "--seed", seed]);
        let random = ["--set", "name=\"random\"", "--set", "emitters=[(kind: Random())]"];
        ask(dir, &[&["run", "small.ron", "--backend", "cpu", "--seed", seed][..], &random].concat());
    }
    const RUNS: [&str; 4] = ["results/small-0-1", "results/small-1-1", "results/random-0-1", "results/random-1-1"];
    fn compare<'a>(more: &[&'a str]) -> Vec<&'a str> {
        [&["compare"], &RUNS[..], more].concat()
    }
    let printed = ask(dir, &compare(&[]));
    assert!(printed.contains("at 24 evaluations") && printed.contains("32 files in results/comparison"), "{printed}");
    let folder = dir.join("results/comparison");
    let bytes = |folder: &Path| {
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        files
            .into_iter()
            .map(|file| (file.file_name().unwrap().to_owned(), fs::read(&file).unwrap()))
            .collect::<Vec<_>>()
    };
    let names: Vec<_> = bytes(&folder).into_iter().map(|(name, _)| name).collect();
    for name in ["comparison.csv", "comparison.md", "comparison-wall-time.png", "comparison-qd-score-steps.svg"] {
        assert!(names.contains(&name.into()), "{name} is not in {names:?}");
    }
    let csv = fs::read_to_string(folder.join("comparison.csv")).unwrap();
    let last = fs::read_to_string(dir.join("results/small-0-1/metrics.csv")).unwrap();
    let score: f64 = last.lines().last().unwrap().split(',').nth(2).unwrap().parse().unwrap();
    let of_small = lines(&csv, "qd_score,evaluations,24,small");
    assert!(of_small[0][7..12].iter().any(|value| value.parse::<f64>().unwrap() == score), "{score}: {of_small:?}");
    // Naming a run twice changes nothing, and the same runs give the same bytes.
    ask(dir, &compare(&["results/../results/small-0-1", "--out", "again"]));
    assert_eq!(bytes(&folder), bytes(&dir.join("again")));

    assert!(fail(dir, &compare(&["results"])).contains("results is no run folder"));
    assert!(fail(dir, &compare(&["--out", "results/small-0-1"])).contains("is a run folder"));
    assert!(fail(dir, &compare(&["--at", "evaluations=many", "--out", "no"])).contains("many"));
    assert!(
        fail(dir, &compare(&["--at", "evaluations=100", "--out", "no"])).contains("has only reached evaluations=24")
    );
    let wide = ["--set", "name=\"wide\"", "--set", "descriptors[0].bins=9"];
    ask(dir, &[&["run", "small.ron", "--backend", "cpu"][..], &wide].concat());
    let message = fail(dir, &compare(&["results/wide-0-1", "--out", "no"]));
    assert!(message.contains("number of cells: 25 in results/small-0-1, 45 in results/wide-0-1"), "{message}");
    assert!(!dir.join("no").exists(), "something was written");
    assert!(ask(dir, &compare(&["results/wide-0-1", "--force"])).contains("number of cells: 25"));
    let none = ["--set", "name=\"none\"", "--set", "budget=(wall_time: 1e-9)"];
    ask(dir, &[&["run", "small.ron", "--backend", "cpu"][..], &none].concat());
    assert!(fail(dir, &compare(&["results/none-0-1"])).contains("results/none-0-1 has no finished generation"));
}
