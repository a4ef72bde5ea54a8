//! Runs with one brain for all bodies: trained first or read from a file, kept with the run, refined by gradients, resumed to the bit.

use crate::place::{ask, fail};
use std::fs;
use std::path::Path;

fn experiment(body: &str, policy: &str) -> String {
    format!(
        r#"(
        name: "shared", body: {body}, policy: {policy},
        task: (duration: 0.5, reward: [(term: ForwardVelocity)]),
        descriptors: [(kind: LegSpan, range: (0.0, 1.5), bins: 8), (kind: BodyMass, range: (0.5, 20.0), bins: 8)],
        archive: Grid(), batch_size: 16, refine: Some((steps: 2, horizon: 0.25)), budget: (generations: 3),
    )"#
    )
}

const EVOLVE: &str = r#"Evolve(seeds: ["quadruped", "tripod"])"#;
const TRAIN: &str = "Shared(train: (updates: 2, bodies: 4, way: Exploration(members: 2)), sizes: (width: 8))";

fn run(dir: &Path, changes: &[&str]) -> String {
    ask(dir, &[&["run", "shared.ron", "--backend", "cpu"], changes].concat())
}

#[test]
fn a_run_trains_its_brain_keeps_it_and_goes_on_with_it() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("shared.ron"), experiment(EVOLVE, TRAIN)).unwrap();
    let said = run(dir.path(), &[]);
    assert!(said.contains("update      2 of 2, 8 bodies"), "{said}");
    let hash = |number: u32| ask(dir.path(), &["hash", &format!("results/shared-0-{number}")]);
    let verified = ask(dir.path(), &["verify", "results/shared-0-1", "--backend", "cpu"]);
    assert!(verified.contains("equal to the bit"), "{verified}");

    // Stopped after one generation, and gone on: the brain is not trained again.
    run(dir.path(), &["--set", "budget=(generations: 1)"]);
    let frozen = dir.path().join("results/shared-0-2/experiment.ron");
    let text = fs::read_to_string(&frozen).unwrap();
    assert!(text.contains(r#"brain: Some("brain.safetensors")"#) && text.contains("train: None"), "{text}");
    fs::write(&frozen, text.replace("generations: Some(1)", "generations: Some(3)")).unwrap();
    let said = ask(dir.path(), &["resume", "results/shared-0-2"]);
    assert!(!said.contains("bodies in"), "{said}");
    assert_eq!(hash(1), hash(2));

    // The same brain out of a file.
    let pretrain = ["pretrain", "shared.ron", "--out", "brain.safetensors", "--backend", "cpu", "--held-out", "1"];
    let training = ["--training", "(updates: 2, bodies: 4, way: Exploration(members: 2))", "--brain", "(width: 8)"];
    ask(dir.path(), &[&pretrain[..], &training].concat());
    run(dir.path(), &["--set", r#"policy=Shared(brain: "brain.safetensors")"#]);
    assert_eq!(hash(1), hash(3));

    // A second training begins where the first ended.
    let more =
        ["pretrain", "shared.ron", "--out", "more.safetensors", "--backend", "cpu", "--from", "brain.safetensors"];
    let said = ask(dir.path(), &[&more[..], &["--training", "(updates: 1, bodies: 4)", "--held-out", "1"]].concat());
    let held_out = |said: &str, when: &str| {
        let after = said.split(when).nth(1).unwrap().to_owned();
        after.lines().find(|line| line.trim_start().starts_with("all ")).unwrap().to_owned()
    };
    let first = ask(dir.path(), &[&pretrain[..], &["--resume"]].concat());
    assert_eq!(held_out(&said, "held out, before:"), held_out(&first, "held out, after:"));

    // An elite's own share goes with its brain.
    let list = ask(dir.path(), &["list", "results/shared-0-1"]);
    let id = list.lines().nth(1).and_then(|row| row.split_whitespace().next()).unwrap();
    let address = format!("results/shared-0-1#{id}");
    let elite = ask(dir.path(), &["simulate", &address]);
    fs::write(dir.path().join("own.ron"), ask(dir.path(), &["show", &address, "--policy"])).unwrap();
    let reward = |said: &str| said.lines().find(|line| line.contains("reward")).map(str::to_owned);
    let again = ask(dir.path(), &["simulate", &address, "--policy", "own.ron"]);
    assert!(reward(&elite).is_some());
    assert_eq!(reward(&elite), reward(&again));

    // Without it, the run can't go on.
    fs::remove_file(dir.path().join("results/shared-0-1/brain.safetensors")).unwrap();
    let error = fail(dir.path(), &["verify", "results/shared-0-1", "--backend", "cpu"]);
    assert!(error.contains("policy.brain") && error.contains("brain.safetensors"), "{error}");
}

#[test]
fn what_cannot_be_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |body: &str, policy: &str, expected: &[&str]| {
        fs::write(dir.path().join("shared.ron"), experiment(body, policy)).unwrap();
        let said = fail(dir.path(), &["run", "shared.ron", "--backend", "cpu"]);
        expected.iter().for_each(|part| assert!(said.contains(part), "{policy}: {said}"));
        assert!(!dir.path().join("results").exists(), "{policy}");
    };
    refused(EVOLVE, "Shared()", &["policy: must be with one of `brain` and `train`, is neither"]);
    refused(EVOLVE, r#"Shared(brain: "none.safetensors")"#, &["policy.brain", "none.safetensors"]);
    refused(EVOLVE, r#"Shared(brain: "none.safetensors", train: ())"#, &["`brain` and `train`, is both"]);
    refused(r#"Fixed("quadruped")"#, TRAIN, &["policy.train: must be for bodies that evolve, is for a fixed body"]);
    refused(EVOLVE, "Shared(train: (bodies: 0))", &["policy.train.bodies: must be"]);
    refused(EVOLVE, "Shared(train: (), sizes: (width: 0))", &["policy.sizes.width: must be from 1 to 1024, is 0"]);
    let sizes = r#"Shared(brain: "none.safetensors", sizes: (width: 8))"#;
    refused(EVOLVE, sizes, &["policy.sizes: must be left out beside `brain`"]);
    let windows = "Shared(train: (way: Windows()))";
    let explicit = experiment(EVOLVE, windows).replace("archive:", "physics: (form: ExplicitBias), archive:");
    fs::write(dir.path().join("explicit.ron"), explicit).unwrap();
    let said = fail(dir.path(), &["check", "explicit.ron"]);
    assert!(said.contains("policy.train.way"), "{said}");
    fs::write(dir.path().join("shared.ron"), experiment(EVOLVE, TRAIN)).unwrap();
    let said = fail(dir.path(), &["gradcheck", "shared.ron", "--backend", "cpu"]);
    assert!(said.contains("no brain is trained here"), "{said}");
    refused(EVOLVE, "Shared(train: (), sizes: (control_rate: 7))", &["policy.sizes", "7 a second"]);
}

/// What a run keeps is its own: its frozen experiment runs again, and another brain in its folder is refused.
#[test]
fn a_run_knows_its_brain() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("brains")).unwrap();
    fs::write(dir.path().join("shared.ron"), experiment(EVOLVE, r#"Shared(brain: "brains/one.safetensors")"#)).unwrap();
    // An experiment that names its brain can train it.
    for (name, seed) in [("one", "1"), ("other", "2")] {
        let out = format!("brains/{name}.safetensors");
        let pretrain = ["pretrain", "shared.ron", "--out", &out, "--backend", "cpu", "--held-out", "1", "--seed", seed];
        ask(dir.path(), &[&pretrain[..], &["--training", "(updates: 1, bodies: 4)", "--brain", "(width: 8)"]].concat());
    }
    run(dir.path(), &[]);
    ask(dir.path(), &["run", "results/shared-0-1/experiment.ron", "--backend", "cpu"]);
    let hash = |number: u32| ask(dir.path(), &["hash", &format!("results/shared-0-{number}")]);
    assert_eq!(hash(1), hash(2));
    let own = dir.path().join("results/shared-0-1/brain.safetensors");
    fs::copy(dir.path().join("brains/other.safetensors"), own).unwrap();
    let error = fail(dir.path(), &["resume", "results/shared-0-1"]);
    assert!(error.contains("policy.brain") && error.contains("must be the brain"), "{error}");
}
