//! Learned dimensions as a user meets them: the shipped experiments, cut short, and what goes wrong.

use crate::place::{ask, fail, repository};
use std::fs;
use std::path::Path;

/// The shipped experiments and what they need, in a folder of its own.
fn workplace() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let root = repository();
    for folder in ["experiments", "experiments/models", "morphologies"] {
        fs::create_dir_all(dir.path().join(folder)).unwrap();
        for file in fs::read_dir(root.join(folder)).unwrap().map(|file| file.unwrap().path()).filter(|f| f.is_file()) {
            fs::copy(&file, dir.path().join(folder).join(file.file_name().unwrap())).unwrap();
        }
    }
    dir
}

const WALKERS: [&str; 11] = [
    "run",
    "experiments/latent_walkers.ron",
    "--backend",
    "cpu",
    "--set",
    "task.duration=1.5",
    "--set",
    "batch_size=48",
    "--set",
    "budget=(generations: 12)",
    "--set",
];

/// Columns of the last row of the metrics, by their names.
fn last(dir: &Path, names: [&str; 4]) -> [f64; 4] {
    let table = fs::read_to_string(dir.join("metrics.csv")).unwrap();
    let (head, last) = (table.lines().next().unwrap(), table.lines().last().unwrap());
    let value = |name| {
        let column = head.split(',').position(|column| column == name).unwrap();
        last.split(',').nth(column).unwrap().parse().unwrap()
    };
    names.map(value)
}

#[test]
#[cfg(feature = "learn")]
fn walkers_are_archived_by_what_a_world_model_sees() {
    let dir = workplace();
    let training = "latent.encoder.training=(first_steps: 8, later_steps: 4)";
    let text = ask(dir.path(), &[&WALKERS[..], &[training]].concat());
    assert!(text.contains("elites of"), "{text}");
    let run = dir.path().join("results/latent-walkers-0-1");
    let [encoder, coverage, elites, time] = last(&run, ["encoder", "passive_coverage", "elites", "training_time"]);
    assert_eq!(encoder, 2.0, "it learns in generations 0 and 10");
    assert!(coverage > 0.0 && elites > 100.0 && time > 0.0, "{coverage} {elites} {time}");
    for figure in ["latent-map.png", "latent-training.png", "latent-imagination.png", "archive-0-1.png"] {
        let wanted = figure != "latent-imagination.png";
        // Episodes of fifteen frames leave nothing to imagine from.
        assert_eq!(run.join("plots").join(figure).exists(), wanted, "{figure}");
    }
    let verified = ask(dir.path(), &["verify", "results/latent-walkers-0-1"]);
    assert!(verified.contains("equal to the bit") && verified.contains("latent 1"), "{verified}");
    assert!(ask(dir.path(), &["list", "results/latent-walkers-0-1"]).contains("latent 0"));
    // Stopped after 7 generations and taken up again, it comes to the same end.
    let short = [&WALKERS[..9], &["budget=(generations: 7)", "--set", training, "--out", "parts"]].concat();
    let resumed = |number: u32, changes: &[(&str, &str)]| {
        ask(dir.path(), &short);
        let name = format!("parts/latent-walkers-0-{number}");
        let frozen = dir.path().join(&name).join("experiment.ron");
        let mut text = fs::read_to_string(&frozen).unwrap();
        for (before, after) in [("generations: Some(7)", "generations: Some(12)")].iter().chain(changes) {
            assert!(text.contains(before), "{before}");
            text = text.replace(before, after);
        }
        fs::write(&frozen, text).unwrap();
        ask(dir.path(), &["resume", &name]);
        ask(dir.path(), &["hash", &name])
    };
    let whole = ask(dir.path(), &["hash", "results/latent-walkers-0-1"]);
    assert_eq!(whole, resumed(1, &[]));
    // Training goes on as the run folder says: what diverged can be mended there.
    assert_ne!(whole, resumed(2, &[("later_steps: 4", "later_steps: 6")]));
}

#[test]
fn a_frozen_encoder_gives_the_dimensions_and_lies_in_the_run_folder() {
    let dir = workplace();
    let frozen = "latent=(frozen: \"models/quadruped\")";
    let small = [&WALKERS[..9], &["budget=(generations: 3)", "--set", frozen]].concat();
    ask(dir.path(), &small);
    // Candidates may take gradient steps before they are encoded.
    let refine = "refine=(which: Share(0.1), steps: 2, horizon: 0.3)";
    ask(dir.path(), &[&small[..], &["--set", refine, "--out", "refined"]].concat());
    assert!(last(&dir.path().join("refined/latent-walkers-0-1"), ["refined", "elites", "max", "mean"])[0] > 0.0);
    let run = dir.path().join("results/latent-walkers-0-1");
    let [encoder, _, _, time] = last(&run, ["encoder", "elites", "elites", "training_time"]);
    assert_eq!((encoder, time < 0.01), (1.0, true));
    assert!(run.join("encoder.safetensors").exists());
    // The files that it came from are not needed any more.
    fs::remove_file(dir.path().join("experiments/models/quadruped.ron")).unwrap();
    assert!(ask(dir.path(), &["verify", "results/latent-walkers-0-1"]).contains("equal to the bit"));
    let missing = fail(dir.path(), &small);
    assert!(missing.contains("latent.frozen") && missing.contains("quadruped.ron"), "{missing}");
}

#[test]
fn what_cannot_be_learned_is_told_by_field() {
    let dir = workplace();
    let with = |change: &str| {
        fail(dir.path(), &[&["check", "experiments/latent_walkers.ron", "--set"], &[change][..]].concat())
    };
    for (change, expected) in [
        ("latent.rate=7", "latent.rate: must be a divisor of physics.rate, 240"),
        ("latent.frozen=\"models/quadrupet\"", "quadrupet.ron: No such file"),
        ("latent=(frozen: \"models/quadruped\", rate: 20)", "expected 20 frames a second, got 10"),
        ("latent=(frozen: \"models/quadruped\", encoder: (kind: Pca()))", "expected Pca"),
        ("archive=Grid()", "Unstructured or DominatedNovelty where dimensions are learned"),
        ("descriptors=[(kind: FinalX, range: (0.0, 1.0))]", "empty where dimensions are learned"),
        ("emitters=[(kind: Goals())]", "an emitter without gradients"),
        ("refine=(which: Promising(0.1))", "a candidate's place is not known yet"),
        ("latent.encoder.dimensions=0", "latent.encoder.dimensions: must be 1 to"),
        ("parents=Tournament(size: 0)", "parents.size: must"),
        ("passive=[(kind: FinalX, range: (1.0, 0.0))]", "passive[0].range: must"),
    ] {
        let error = with(change);
        assert!(error.contains(expected), "{change}: {error}");
    }
    #[cfg(not(feature = "learn"))]
    {
        let error = with("seed=1");
        assert!(error.contains("built without its feature `learn`"), "{error}");
    }
}

/// By gradients a brain that sees z gets further than by chance alone, and the model travels with the run.
#[test]
fn a_brain_that_sees_what_a_world_model_makes_of_it_learns() {
    let dir = workplace();
    let run = |changes: &[&str], out: &str| {
        let mut arguments = vec!["run", "experiments/latent_policy.ron", "--backend", "cpu", "--out", out];
        arguments.extend(["budget=(generations: 4)"].iter().chain(changes).flat_map(|change| ["--set", change]));
        ask(dir.path(), &arguments);
        last(&dir.path().join(out).join("latent-policy-0-1"), ["max", "qd_score", "refined", "accepted"])
    };
    let (learned, by_chance) = (run(&[], "learned"), run(&["refine=None"], "chance"));
    assert!(learned[0] > 1.5 * by_chance[0] && learned[1] > 1.5 * by_chance[1], "{learned:?} {by_chance:?}");
    assert!(learned[3] > 0.0, "{learned:?}");
    fs::remove_dir_all(dir.path().join("experiments/models")).unwrap();
    assert!(ask(dir.path(), &["verify", "learned/latent-policy-0-1"]).contains("equal to the bit"));
}
