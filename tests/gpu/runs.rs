//! Whole runs on the GPU with the real program: the same hash again, after a kill too, and verified on either backend.

use crate::adapter::{self, gpu};
use crate::place;
use burgess_physics::gpu::device::adapters;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// The quickstart, so small that a software adapter takes seconds.
const SMALL: [&str; 8] = [
    "--set",
    "batch_size=16",
    "--set",
    "task.duration=1.0",
    "--set",
    "descriptors[0].bins=8",
    "--set",
    "refine.horizon=0.5",
];

struct Place {
    dir: TempDir,
}

impl Place {
    /// Nothing where the GPU tests are left out.
    fn new() -> Option<Self> {
        gpu()?;
        Some(Self { dir: tempfile::tempdir().unwrap() })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = place::burgess();
        command.args(arguments).current_dir(self.dir.path());
        command
    }

    fn run(&self, generations: u32) -> Command {
        let file = place::repository().join("experiments/quickstart.ron");
        let mut command = self.command(&["run", file.to_str().unwrap(), "--backend", "gpu"]);
        command.args(SMALL).args(["--set", &format!("budget.generations={generations}")]);
        command
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn ask(&self, arguments: &[&str]) -> String {
        printed(self.command(arguments))
    }
}

/// What a command prints that must succeed.
fn printed(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", errors(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn generations_in(dir: &Path) -> usize {
    burgess_evolution::store::RunReader::open(dir).map_or(0, |run| run.metrics().unwrap().len())
}

#[test]
fn the_hash_is_the_same_again_and_after_a_kill() {
    let _turn = adapter::turn();
    let Some(place) = Place::new() else { return };
    let generations = 12;
    printed(place.run(generations));
    printed(place.run(generations));
    let hash = place.ask(&["hash", "results/quickstart-0-1"]);
    assert_eq!(hash, place.ask(&["hash", "results/quickstart-0-2"]));
    // Killed by progress, not by the clock: machines differ.
    let dir = place.path("results/quickstart-0-3");
    let kill_during = |mut command: Command, more: u64| {
        // The first generation of a session is stored at once.
        let done = generations_in(&dir) + 1;
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while generations_in(&dir) < done && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(more));
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success(), "it ended before it was killed");
        assert!(generations_in(&dir) < generations as usize, "it ended before it was killed");
    };
    kill_during(place.run(generations), 30);
    kill_during(place.command(&["resume", "results/quickstart-0-3"]), 3);
    let output = place.command(&["resume", "results/quickstart-0-3"]).output().unwrap();
    assert!(output.status.success() && errors(&output).contains("backend: gpu"), "{}", errors(&output));
    assert_eq!(generations_in(&dir), generations as usize);
    assert_eq!(hash, place.ask(&["hash", "results/quickstart-0-3"]));
    // Another seed is another run.
    let mut other = place.run(generations);
    printed({
        other.args(["--seed", "1"]);
        other
    });
    assert_ne!(hash, place.ask(&["hash", "results/quickstart-1-1"]));
}

#[test]
fn its_elites_are_verified_to_the_bit_on_the_gpu_and_closely_on_the_cpu() {
    let _turn = adapter::turn();
    let Some(place) = Place::new() else { return };
    printed(place.run(12));
    let here = place.ask(&["verify", "results/quickstart-0-1", "--backend", "gpu"]);
    for words in [" 0 differ", "largest difference in reward: 0\n", "(0.0 %) move", "verified: equal to the bit"] {
        assert!(here.contains(words), "{words}: {here}");
    }
    // Without being told, it takes the GPU that made the run.
    assert_eq!(here, place.ask(&["verify", "results/quickstart-0-1"]));
    let output = place.command(&["verify", "results/quickstart-0-1", "--backend", "cpu"]).output().unwrap();
    let there = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success(), "bits are not promised between backends: {there}");
    print!("{there}");
    let line = there.lines().find(|line| line.contains("move by more than 5 % in reward")).expect(&there);
    let numbers: Vec<usize> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let &[moved, elites, ..] = numbers.as_slice() else { panic!("{line}") };
    assert!(elites > 20, "{line}");
    // In a second few become chaotic; of those that do, few are elites.
    assert!(20 * moved <= elites, "{line}");
}

#[test]
fn emitters_that_branch_follow_gradients_of_the_gpu() {
    let _turn = adapter::turn();
    let Some(place) = Place::new() else { return };
    let run = |generations: u32, out: &str| {
        let emitters = "emitters=[(kind: Gaussian()), (kind: OmgMega()), (kind: CmaMega()), (kind: CmaMe())]";
        let mut command = place.run(generations);
        command.args(["--set", "refine=None", "--set", "task.duration=0.3", "--set", emitters, "--out", out]);
        printed(command);
    };
    run(4, "whole");
    run(2, "half");
    let frozen = place.path("half/quickstart-0-1/experiment.ron");
    let text = std::fs::read_to_string(&frozen).unwrap();
    assert!(text.contains("generations: Some(2)"), "{text}");
    std::fs::write(&frozen, text.replace("generations: Some(2)", "generations: Some(4)")).unwrap();
    place.ask(&["resume", "half/quickstart-0-1"]);
    assert_eq!(place.ask(&["hash", "whole/quickstart-0-1"]), place.ask(&["hash", "half/quickstart-0-1"]));
    let parts = burgess_evolution::evolve::provenance::read(&place.path("half/quickstart-0-1")).unwrap();
    assert!(parts.len() == 2 && parts.iter().all(|part| part.differentiator.as_deref().unwrap().starts_with("gpu,")));
    assert!(place.ask(&["verify", "whole/quickstart-0-1"]).contains("equal to the bit"));
}

#[test]
fn what_cannot_be_had_is_an_error_that_says_what_can() {
    let _turn = adapter::turn();
    let Some(place) = Place::new() else { return };
    let fails = |more: &[&str]| {
        let output = place.run(1).args(more).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{more:?}: {}", errors(&output));
        errors(&output)
    };
    let message = fails(&["--adapter", "nosuch"]);
    assert!(message.contains("no adapter `nosuch`"), "{message}");
    assert!(adapters().iter().all(|facts| message.contains(&facts.name)), "{message}");
    let message = fails(&["--set", "refine=None", "--set", "physics.form=ExplicitBias"]);
    assert!(message.contains("physics.form: ExplicitBias") && message.contains("--backend cpu"), "{message}");
    assert!(!place.path("results").exists(), "a failed command wrote a run folder");
}
