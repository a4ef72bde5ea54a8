//! `simulate`, `render`, `report` and `show`, called as a user calls them.

use crate::place::{ask, burgess, fail};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const EXPERIMENT: &str = r#"(
    name: "small",
    body: Fixed("quadruped"),
    policy: Cpg(sharing: Gene),
    task: (duration: 1.0, reward: [(term: Distance)]),
    descriptors: [(kind: FinalX, range: (-1.0, 1.0), bins: 5), (kind: FinalY, range: (-1.0, 1.0), bins: 5)],
    archive: Grid(),
    batch_size: 8,
    budget: (generations: 2),
)"#;

/// A folder with two runs of a small experiment, and the address of one elite.
fn runs() -> (TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("small.ron"), EXPERIMENT).unwrap();
    ask(dir.path(), &["run", "small.ron", "--backend", "cpu"]);
    ask(dir.path(), &["run", "small.ron", "--backend", "cpu", "--seed", "1"]);
    let list = ask(dir.path(), &["list", "results/small-0-1", "--top", "1"]);
    let id = list.lines().nth(1).unwrap().split_whitespace().next().unwrap();
    let address = format!("results/small-0-1#{id}");
    (dir, address)
}

fn table(path: &Path) -> (Vec<String>, Vec<Vec<f64>>) {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let head = lines.next().unwrap().split(',').map(String::from).collect();
    (head, lines.map(|line| line.split(',').map(|x| x.parse().unwrap()).collect()).collect())
}

#[test]
fn a_trajectory_has_a_row_a_step_and_both_precisions_agree() {
    let dir = tempfile::tempdir().unwrap();
    let simulate = |precision: &str, file: &str| {
        ask(dir.path(), &["simulate", "tripod", "--seconds", "0.5", "--precision", precision, "--csv", file]);
        table(&dir.path().join(file))
    };
    let ((head, single), (_, double)) = (simulate("f32", "a.csv"), simulate("f64", "b.csv"));
    assert_eq!(head[..5], ["time", "x", "y", "z", "qw"]);
    assert_eq!(head.len(), 14 + 6 + 6 + 7 + 1 + 6, "{head:?}");
    assert_eq!((single.len(), double.len()), (121, 121));
    assert!(single.iter().chain(&double).all(|row| row.len() == head.len() && row.iter().all(|x| x.is_finite())));
    // Columns x, y, z.
    let gap =
        single.iter().zip(&double).flat_map(|(a, b)| (1..4).map(move |i| (a[i] - b[i]).abs())).fold(0.0, f64::max);
    assert!(gap < 1e-3 && gap > 0.0, "{gap}");
}

#[test]
fn scenes_are_checked_simulated_and_not_run() {
    let dir = tempfile::tempdir().unwrap();
    let scene = "Scene(duration: 0.1, groups: [(shape: Sphere(radius: 0.1), place: At(0, 0, 1))])";
    fs::write(dir.path().join("one.ron"), scene).unwrap();
    let checked = ask(dir.path(), &["check", "one.ron", "--set", "worlds=3"]);
    assert!(checked.contains("valid") && checked.contains("1 in each of 3 worlds"), "{checked}");
    assert!(ask(dir.path(), &["world", "one.ron", "--backend", "cpu"]).contains("48 steps"));
    let refused = fail(dir.path(), &["run", "one.ron"]);
    assert!(refused.contains("`burgess world one.ron` simulates it"), "{refused}");
    let wrong = fail(dir.path(), &["check", "one.ron", "--set", "rate=1"]);
    assert!(wrong.contains("rate: must be from 30 to 100000 steps a second, is 1"), "{wrong}");
}

#[test]
fn an_elite_s_policy_file_moves_its_body_as_before() {
    let (dir, elite) = runs();
    fs::write(dir.path().join("gait.ron"), ask(dir.path(), &["show", &elite, "--policy"])).unwrap();
    let own = ask(dir.path(), &["simulate", &elite]);
    assert_eq!(own, ask(dir.path(), &["simulate", &elite, "--policy", "gait.ron"]));
    let reward = |text: &str| -> f64 {
        let line = text.lines().find(|line| line.trim().starts_with("reward")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let shown = ask(dir.path(), &["show", &elite]);
    assert!((reward(&own) - reward(&shown)).abs() < 1e-4, "{own}{shown}");
    // The quadruped is the elite's body: the brain fits it, and it moves.
    let still = ask(dir.path(), &["simulate", "quadruped", "--seconds", "1"]);
    assert_ne!(still, ask(dir.path(), &["simulate", "quadruped", "--seconds", "1", "--policy", "gait.ron"]));
    let text = fs::read_to_string(dir.path().join("gait.ron")).unwrap();
    fs::write(dir.path().join("bad.ron"), text.replace("frequency", "frequence")).unwrap();
    let message = fail(dir.path(), &["simulate", "quadruped", "--policy", "bad.ron"]);
    assert!(message.contains("bad.ron:") && message.contains("frequence"), "{message}");
}

/// The same body and brain move the same with and without their experiment, decisions a second included; a policy that cannot
/// be is an error, not a panic.
#[test]
fn a_policy_file_brings_its_control_rate() {
    let dir = tempfile::tempdir().unwrap();
    let network = EXPERIMENT
        .replace("quadruped", "hopper")
        .replace("Cpg(sharing: Gene)", "Mlp(hidden: [4], control_rate: 12, frequency: (0.5, 2.5))")
        .replace("Distance", "ForwardVelocity");
    fs::write(dir.path().join("net.ron"), network).unwrap();
    ask(dir.path(), &["run", "net.ron", "--backend", "cpu"]);
    let list = ask(dir.path(), &["list", "results/small-0-1", "--top", "1"]);
    let elite = format!("results/small-0-1#{}", list.lines().nth(1).unwrap().split_whitespace().next().unwrap());
    let policy = ask(dir.path(), &["show", &elite, "--policy"]);
    let file = |text: &str| fs::write(dir.path().join("policy.ron"), text).unwrap();
    let by_file = ["simulate", "hopper", "--seconds", "1", "--policy", "policy.ron"];
    let moved = |text: String| text.lines().skip(1).map(String::from).collect::<Vec<_>>();
    file(&policy);
    assert_eq!(moved(ask(dir.path(), &["simulate", &elite])), moved(ask(dir.path(), &by_file)));
    for rate in ["0", "7"] {
        file(&policy.replace("control_rate: 12", &format!("control_rate: {rate}")));
        let message = fail(dir.path(), &by_file);
        assert!(
            message.contains("policy.ron") && message.contains("policy.control_rate: must be a divisor"),
            "{message}"
        );
    }
    file(&policy.replacen("common: [", "common: [0.0, ", 1));
    assert!(fail(dir.path(), &by_file).contains("brain.common"));
}

#[test]
fn pictures_and_overlays_are_files_of_their_kind() {
    let (dir, elite) = runs();
    let start = |name: &str| fs::read(dir.path().join(name)).unwrap()[..4].to_vec();
    ask(dir.path(), &["render", &elite, "--png", "a.png", "--gif", "a.gif", "--seconds", "0.3"]);
    assert_eq!((start("a.png"), start("a.gif")), (b"\x89PNG".to_vec(), b"GIF8".to_vec()));
    let files = ask(dir.path(), &["report", "results/small-0-1", "results/small-1-1", "--out", "both"]);
    assert!(files.lines().all(|file| dir.path().join(file).is_file()), "{files}");
    let twice = ask(dir.path(), &["report", "results/small-0-1", "results/../results/small-0-1", "--out", "twice"]);
    assert!(!twice.contains("overlay"), "a run is its own repetition: {twice}");
    for expected in [
        "both/overlay.png",
        "both/overlay-steps.svg",
        "results/small-1-1/plots/elites.png",
        "results/small-0-1/plots/archive-0-1.svg",
    ] {
        assert!(files.lines().any(|file| file == expected), "{expected} is not in {files}");
    }
}

#[test]
fn what_is_not_there_is_named() {
    let (dir, _) = runs();
    let dir = dir.path();
    assert!(fail(dir, &["simulate", "centipede"]).contains("hexapod"));
    assert!(fail(dir, &["render", "results/none#1"]).contains("results/none"));
    assert!(fail(dir, &["render", "results/small-0-1#99999"]).contains("99999"));
    assert!(fail(dir, &["simulate", "snake", "--seconds", "0"]).contains("--seconds"));
    assert!(fail(dir, &["simulate", "snake", "--csv", "no/such/folder.csv"]).contains("no/such/folder.csv"));
    assert!(fail(dir, &["report", "results"]).contains("results"));
}

/// Whoever reads may be gone, and its disk full: the work is done all the same, and its exit code is what counts.
#[cfg(target_os = "linux")]
#[test]
fn what_is_only_said_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("small.ron"), EXPERIMENT).unwrap();
    fs::write(dir.path().join("wrong.ron"), "(").unwrap();
    let full = || std::process::Stdio::from(fs::File::options().write(true).open("/dev/full").unwrap());
    let closed = || std::process::Stdio::from(std::io::pipe().unwrap().1);
    let code = |arguments: &[&str], out, err| {
        let mut command = burgess();
        command.args(arguments).current_dir(dir.path()).stdout(out).stderr(err);
        command.status().unwrap().code()
    };
    let run = ["run", "small.ron", "--backend", "cpu"];
    let plot = |number: usize| dir.path().join(format!("results/small-0-{number}/plots/elites.png"));
    assert_eq!(code(&run, closed(), closed()), Some(0));
    assert!(plot(1).exists());
    // What was printed is lost here, which is said last of all.
    assert_eq!(code(&run, full(), full()), Some(1));
    assert!(plot(2).exists());
    for err in [full(), closed()] {
        assert_eq!(code(&["check", "wrong.ron"], full(), err), Some(2));
    }
    assert_eq!(code(&["verify", "results/small-0-1"], closed(), full()), Some(0));
    let database = rusqlite::Connection::open(dir.path().join("results/small-0-1/archive.sqlite")).unwrap();
    database.execute("UPDATE elites SET exact_reward = x'0000803f'", []).unwrap();
    drop(database);
    assert_eq!(code(&["verify", "results/small-0-1"], closed(), closed()), Some(1));
    assert_eq!(code(&["simulate", "hopper", "--csv", "a.csv"], closed(), closed()), Some(0));
    assert!(dir.path().join("a.csv").exists());
    assert_eq!(code(&["list", "results/small-0-1"], full(), closed()), Some(1));
}

/// A disk that is full at the end of the work costs no file that was there before, and a path that cannot be written no work.
#[cfg(target_os = "linux")]
#[test]
fn files_are_written_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    for (command, option, file) in
        [("render", "--gif", "a.gif"), ("render", "--png", "a.png"), ("simulate", "--csv", "a.csv")]
    {
        let arguments = [command, "hopper", "--seconds", "0.3", option];
        fs::write(path(file), "before").unwrap();
        // Files end after half a kilobyte.
        let mut limited = std::process::Command::new("sh");
        limited.args(["-c", r#"trap "" XFSZ; ulimit -f 1; exec "$0" "$@""#]).arg(burgess().get_program());
        let output = limited.args(arguments).arg(file).current_dir(dir.path()).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(1) && message.contains(file), "{message}");
        assert_eq!(fs::read_to_string(path(file)).unwrap(), "before");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "something was left");
        fs::remove_file(path(file)).unwrap();
        // An hour of simulation would take minutes: refused before it.
        let began = std::time::Instant::now();
        let long = [command, "millipede.ron", "--seconds", "3600", option];
        fs::copy(crate::place::repository().join("morphologies/hexapod.ron"), path("millipede.ron")).unwrap();
        for (wrong, words) in [(".", "is a folder"), ("no/such.file", "no/such.file")] {
            let message = fail(dir.path(), &[&long[..], &[wrong]].concat());
            assert!(message.contains(words), "{message}");
        }
        assert!(began.elapsed().as_secs() < 5, "{command} {option} worked before it looked");
        fs::remove_file(path("millipede.ron")).unwrap();
        // A user's own link is followed, and what is no file is written as it is.
        std::os::unix::fs::symlink(path("real"), path("link")).unwrap();
        fs::write(path("real"), "before").unwrap();
        ask(dir.path(), &[&arguments[..], &["link"]].concat());
        assert!(fs::read(path("real")).unwrap() != b"before" && path("link").is_symlink());
        fs::remove_file(path("link")).unwrap();
        fs::remove_file(path("real")).unwrap();
    }
    let piped = ask(dir.path(), &["simulate", "hopper", "--seconds", "0.1", "--csv", "/dev/stdout"]);
    assert!(piped.starts_with("time,x,y,z") && piped.contains("finished after"), "{piped}");
}

/// A row of each kind has what is timed in it and nothing else, and shares are shares.
#[test]
fn refined_generations_are_timed_beside_evaluations() {
    let dir = tempfile::tempdir().unwrap();
    let of_rows = ["--batches", "8", "--links", "2", "--brains", "cpg", "--duration", "0.1"];
    let bench = ["bench", "--backend", "cpu", "--work", "evaluations,refined", "--repeats", "1", "--csv", "a.csv"];
    let printed = ask(dir.path(), &[&bench[..], &of_rows].concat());
    assert!(printed.contains("creature-steps/s") && printed.contains("device at work"), "{printed}");
    let text = fs::read_to_string(dir.path().join("a.csv")).unwrap();
    // The device is in quotes, and has a comma.
    let rows: Vec<Vec<&str>> =
        text.lines().map(|line| line.rsplit('"').next().unwrap().split(',').skip(1).collect()).collect();
    let [head, evaluations, generations] = &rows[..] else { panic!("{text}") };
    let cell = |row: &[&str], name: &str| row[head.iter().position(|column| *column == name).unwrap()].parse::<f64>();
    let timed = |row: &[&str], names: &[&str]| names.iter().map(|name| cell(row, name).unwrap()).collect::<Vec<_>>();
    assert_eq!(timed(evaluations, &["links", "creatures", "steps"]), [2.0, 8.0, 24.0]);
    assert!(timed(evaluations, &["body_steps_per_s", "evaluations_per_s"]).iter().all(|rate| *rate > 0.0));
    assert!(cell(evaluations, "refined_per_s").is_err() && cell(generations, "evaluations_per_s").is_err());
    assert_eq!((generations[0], timed(generations, &["creatures", "steps"])), ("walkers", vec![8.0, 1200.0]));
    let [rate, seconds, share] = timed(generations, &["refined_per_s", "generation_s", "device_share"])[..] else {
        panic!("{text}")
    };
    assert!((rate * seconds - 8.0).abs() < 1e-9 && share > 0.3 && share <= 1.0, "{text}");
}

/// A brain for all bodies is trained, goes on, and moves a body that it never saw.
#[test]
fn a_shared_brain_is_trained_and_used() {
    let dir = tempfile::tempdir().unwrap();
    let experiment = EXPERIMENT.replace(r#"Fixed("quadruped")"#, r#"Evolve(seeds: ["quadruped", "tripod"])"#);
    fs::write(dir.path().join("many.ron"), experiment).unwrap();
    fs::write(dir.path().join("small.ron"), EXPERIMENT).unwrap();
    let pretrain = ["pretrain", "many.ron", "--out", "brain.safetensors", "--backend", "cpu", "--held-out", "3"];
    let training = ["--training", "(updates: 2, bodies: 4, way: Exploration(members: 2))", "--brain", "(width: 8)"];
    let said = ask(dir.path(), &[&pretrain[..], &training, &["--reference", "16"]].concat());
    assert!(said.contains("by themselves") && said.contains("update      2 of 2, 8 bodies"), "{said}");
    let brain = fs::read(dir.path().join("brain.safetensors")).unwrap();
    ask(dir.path(), &[&pretrain[..], &training].concat());
    assert_eq!(brain, fs::read(dir.path().join("brain.safetensors")).unwrap(), "the same seed gives the same brain");
    // All its updates are done: nothing changes.
    ask(dir.path(), &[&pretrain[..], &["--resume"]].concat());
    assert_eq!(brain, fs::read(dir.path().join("brain.safetensors")).unwrap());

    let still = ask(dir.path(), &["simulate", "hexapod", "--seconds", "1"]);
    let moved = ask(dir.path(), &["simulate", "hexapod", "--seconds", "1", "--policy", "brain.safetensors"]);
    assert_ne!(still, moved);

    let wrong = |changes: &[&str], expected: &str| {
        let said = fail(dir.path(), &[&["pretrain"], changes, &["--backend", "cpu"]].concat());
        assert!(said.contains(expected), "{changes:?}: {said}");
    };
    wrong(&["small.ron", "--out", "b.safetensors"], "its body is fixed");
    wrong(&["many.ron", "--out", "b.ron"], "must end in .safetensors");
    wrong(
        &["many.ron", "--out", "b.safetensors", "--brain", "(width: 0)"],
        "--brain: width: must be from 1 to 1024, is 0",
    );
    wrong(&["many.ron", "--out", "b.safetensors", "--training", "(way: Exploration(members: 3))"], "way.members");
    wrong(&["many.ron", "--out", "b.safetensors", "--training", "updates"], "docs/learning.md");
    wrong(&["many.ron", "--out", "b.safetensors", "--brain", "(control_rate: 7)"], "7 times a second");
    wrong(&["many.ron", "--out", "none.safetensors", "--resume"], "none.safetensors");
    assert!(!dir.path().join("b.safetensors").exists() && !dir.path().join("none.safetensors").exists());
}
