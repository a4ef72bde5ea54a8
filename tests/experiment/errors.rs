//! What the user sees when an experiment is wrong: the exact report, its place and the exit code.

use crate::place;
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// A valid experiment, to be spoilt. The line numbers in the tests are those of this text.
const VALID: &str = r#"// Line 1.
(
    name: "test",
    body: Evolve(seeds: ["hopper", "snake"]),
    policy: Cpg(), // a comment
    task: (
        duration: 2.0,
        reward: [
            (term: ForwardVelocity),
            (term: Upright, weight: 0.1),
        ],
    ),
    descriptors: [(kind: FinalX, range: (-1.0, 1.0), bins: 5)],
    archive: Grid(),
    batch_size: 8,
    budget: (generations: 3),
)
"#;

fn burgess(folder: &Path, args: &[&str]) -> Output {
    place::burgess().current_dir(folder).args(args).output().expect("burgess starts")
}

/// Runs `burgess check test.ron` on a text and gives the report.
fn report(text: impl AsRef<[u8]>, settings: &[&str]) -> String {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("test.ron"), text).expect("a file");
    let mut args = vec!["check", "test.ron"];
    args.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    let output = burgess(folder.path(), &args);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).expect("text")
}

/// The report on the valid experiment with one text replaced by another.
fn spoilt(right: &str, wrong: &str) -> String {
    assert_eq!(VALID.matches(right).count(), 1, "{right}");
    report(VALID.replace(right, wrong), &[])
}

#[test]
fn the_experiment_that_is_spoilt_below_is_valid() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("test.ron"), VALID).expect("a file");
    let output = burgess(folder.path(), &["check", "test.ron"]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.starts_with("test.ron: valid\n"), "{text}");
    assert!(text.contains("at most 24 evaluations") && text.contains("480 steps at 240 Hz"), "{text}");
}

#[test]
fn a_typo_in_a_field_is_shown_with_its_place_and_what_was_meant() {
    assert_eq!(
        spoilt("duration:", "durration:"),
        "error: test.ron:7:9: unknown field `durration` in `Task`; allowed: `duration`, `reward`, `termination`, `environments`\n  \
         |\n\
         7 |         durration: 2.0,\n  \
         |         ^^^^^^^^^\n  \
         help: did you mean `duration`?\n"
    );
}

#[test]
fn typos_inside_enum_variants_are_not_overlooked() {
    for (right, wrong, place) in [
        ("Cpg()", "Cpg(frequenzy: (1.0, 2.0))", "5:17: unknown field `frequenzy` in `Cpg`"),
        ("seeds:", "seed: 1, seeds:", "4:18: unknown field `seed` in `Evolve`"),
        ("Grid()", "Grid(offset: 1.0)", "14:19: unknown field `offset` in `Grid`"),
        ("term: Upright", "term: TargetReached(goal: 1)", "10:34: unknown field `goal` in `TargetReached`"),
        ("batch_size: 8", "terrain: Plane(slop: 1)", "15:20: unknown field `slop` in `Plane`"),
        ("batch_size: 8", "emitters: [(kind: Random(s: 1))]", "15:30: unknown field `s` in `Random`"),
    ] {
        let report = spoilt(right, wrong);
        assert!(report.starts_with(&format!("error: test.ron:{place}; allowed: ")), "{report}");
    }
}

#[test]
fn faults_of_syntax_and_type_are_shown_where_they_are() {
    for (right, wrong, expected) in [
        ("term: Upright", "term: Uprigth", "10:20: unknown variant `Uprigth` in `RewardTerm`; allowed: `ForwardV"),
        ("\"test\"", "3", "3:11: expected a string in double quotes, found `3`"),
        ("\"test\"", "test", "3:11: expected a string in double quotes, found `test`"),
        ("\"test\"", "\"test", "4:27: expected a comma before `hopper`"),
        ("\"test\",", "\"test\"", "4:5: expected a comma before `body`"),
        ("duration: 2.0", "duration: two", "7:19: expected a number, found `two`"),
        ("duration: 2.0", "duration: \"2\"", "7:19: expected a number, found a string"),
        ("batch_size: 8", "batch_size: 8.5", "15:17: expected a whole number or `Auto`, found `8.5`"),
        ("batch_size: 8", "batch_size: -8", "15:17: expected a whole number or `Auto`, found `-8`"),
        ("batch_size: 8", "first_batch: -8", "15:18: the whole number `-8` is out of bounds"),
        ("batch_size: 8", "batch_size: many", "15:17: expected a whole number or `Auto`, found `many`"),
        ("batch_size: 8", "batch_size: /* of */ \"Auto\" ", "15:26: expected a whole number or `Auto`, found a string"),
        ("batch_size: 8", "batch_size: Auto(8)", "15:17: expected a whole number or `Auto`, found `Auto`"),
        ("batch_size: 8", "batch_size: ", "15:17: expected a value, found `,`"),
        ("batch_size: 8", "batch_size: 8, batch_size: 9", "15:20: the field `batch_size` is given twice"),
        ("Cpg()", "Cpg", "5:13: `Cpg` needs its fields in parentheses, even if there are none to give: `Cpg()`"),
        ("Upright,", "Upright(),", "10:20: `Upright` takes nothing in parentheses"),
        ("(generations: 3)", "3", "16:13: expected an opening parenthesis, found `3`"),
        ("    budget: (generations: 3),\n", "", "16:1: the field `budget` is missing in `Experiment`"),
        ("(generations: 3),\n)", "(generations: 3),\n", "2:1: this `(` is not closed"),
        ("(generations: 3),\n)", "(generations: 3),\n) 4", "17:3: nothing may follow the experiment, found `4`"),
        ("bins: 5)]", "bins: 5]", "13:61: expected another bracket before `]`"),
        ("// a comment", "/* a comment", "5:20: this comment is not closed"),
        ("(-1.0, 1.0)", "(-1.0, 1.0, 2.0)", "13:53: expected a closing parenthesis, found `2.0`"),
    ] {
        let report = spoilt(right, wrong);
        assert!(report.starts_with(&format!("error: test.ron:{expected}")), "{wrong}: {report}");
    }
}

#[test]
fn a_string_without_quotes_says_how_to_quote() {
    assert_eq!(
        report(VALID, &["name=wide"]),
        "error: --set name=wide: expected a string in double quotes, found `wide`\n  \
         help: write \"wide\"; a shell needs quotes around that again: '\"wide\"'\n"
    );
}

#[test]
fn all_semantic_problems_come_at_once_by_path_and_line() {
    let text = VALID
        .replace("\"test\"", "\"te st\"")
        .replace("\"snake\"", "\"snaek\"")
        .replace("duration: 2.0", "duration: inf")
        .replace("weight: 0.1", "weight: NaN")
        .replace("(-1.0, 1.0)", "(1.0, -1.0)")
        .replace("generations: 3", "");
    assert_eq!(
        report(text, &["emitters[1].share=-1", "physics.rate=0"]),
        "error: test.ron: 8 problems\n  \
         name: must be 1 to 64 letters, digits, `-` and `_`, not starting with `-`, is te st (line 3)\n  \
         body.seeds[1]: unknown morphology `snaek`; known are hopper, biped, quadruped, hexapod, snake, tripod, arm, waiter, gripper, or give \
         the path of a .ron file (line 4)\n  \
         task.duration: must be above 0 and at most 1e9 s, is inf (line 7)\n  \
         task.reward[1].weight: must be from -1e9 to 1e9, is NaN (line 10)\n  \
         descriptors[0].range: must be (low, high) with low below high, both from -1e9 to 1e9, is (1, -1) (line 13)\n  \
         emitters[1].share: must be from 0 to 1e9, is -1 (--set emitters[1].share=-1)\n  \
         budget: must be at least one of generations, evaluations and wall_time, is none of them (line 16)\n  \
         physics.rate: must be 30 to 10000, is 0 (--set physics.rate=0)\n"
    );
}

#[test]
fn files_that_are_no_text_are_refused() {
    let empty = "error: test.ron:1:1: the file is empty\n  |\n1 | \n  | ^\n  \
                 help: `burgess schema` prints an example of every field\n";
    assert_eq!(report("", &[]), empty);
    assert_eq!(report("", &["seed=3"]), empty);
    assert_eq!(
        report(b"(\n  name: \"\xff\"", &[]),
        "error: test.ron: is not text in UTF-8: line 2 has a byte that does not fit\n"
    );
    assert_eq!(
        report(" ".repeat(2_000_000), &[]),
        "error: test.ron: is larger than 1048576 bytes, the most that is read\n"
    );
}

#[test]
fn missing_files_and_folders_are_refused() {
    let folder = TempDir::new().expect("a folder");
    for (file, report) in [("nowhere.ron", "error: nowhere.ron: no such file\n"), (".", "error: .: is a folder\n")] {
        let output = burgess(folder.path(), &["check", file]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), report);
    }
}

#[test]
fn benchmarks_are_explained_as_benchmarks() {
    let valid = "Benchmark(\n    name: \"test\",\n    problem: Arm(dimension: 9),\n    archive: Grid(),\n    \
                 emitters: [(kind: Gaussian())],\n    budget: (generations: 3),\n)\n";
    for (right, wrong, expected) in [
        ("archive:", "policy: Cpg(), archive:", "4:5: unknown field `policy` in `Benchmark`; allowed: `name`, `seed`"),
        ("dimension: 9", "dimension: 9, measures: 2", "3:32: unknown field `measures` in `Arm`; allowed: `dimension`"),
        ("Arm(dimension: 9)", "Leg(dimension: 9)", "3:14: unknown variant `Leg` in `Problem`; allowed: `Sphere`"),
        ("Gaussian()", "CmaMe(rank: Mu)", "5:29: unknown field `rank` in `CmaMe`; allowed: `sigma`, `ranking`"),
        ("    budget: (generations: 3),\n", "", "6:1: the field `budget` is missing in `Benchmark`"),
    ] {
        let report = report(valid.replace(right, wrong), &[]);
        assert!(report.starts_with(&format!("error: test.ron:{expected}")), "{wrong}: {report}");
    }
    let report = report(valid, &["problem=Plateau(dimension: 9, measures: 2)", "batch_size=0"]);
    assert!(
        report.starts_with("error: test.ron: 2 problems\n  problem.Plateau.measures: must be a divisor"),
        "{report}"
    );
}

#[test]
fn windows_text_is_read() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("test.ron"), format!("\u{feff}{}", VALID.replace('\n', "\r\n"))).expect("a file");
    let output = burgess(folder.path(), &["check", "test.ron", "--set", "seed=3"]);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn settings_that_lead_nowhere_name_themselves() {
    for (setting, reason) in [
        ("batch_size", "must be written path=value, such as task.duration=2.5"),
        ("=3", "`` is not a path such as task.duration or emitters[0].share"),
        ("seed=", "`` is not one RON value such as 32, 2.5, \"text\", [8, 8] or (0.0, 1.0)"),
        ("seed=1, batch_size: 2", "`1, batch_size: 2` is not one RON value such as"),
        ("emitters[9].share=1", "`emitters[9].share`: there is no [9]: the experiment has 4 items here"),
        ("seed.x=1", "expected a whole number, found `(`"),
        ("batch_size.x=1", "`batch_size.x`: there can be no `x`: the experiment has no fields here"),
        ("body.limits.mass[0]=1", "`body.limits.mass[0]` lies inside something that the file leaves to its default"),
        ("colour=1", "unknown field `colour` in `Experiment`; allowed: `name`"),
        ("physics.colour=1", "unknown field `colour` in `Physics`; allowed: `rate`"),
        ("phisics.rate=100", "unknown field `phisics` in `Experiment`; allowed: `name`"),
        ("task.duration=long", "expected a number, found `long`"),
        ("descriptors[0].bins=8.5", "expected a whole number, found `8.5`"),
        ("policy=Cpg", "`Cpg` needs its fields in parentheses"),
    ] {
        let report = report(VALID, &[setting]);
        assert!(report.starts_with(&format!("error: --set {setting}: {reason}")), "{setting}: {report}");
    }
}

#[test]
fn faults_of_the_file_keep_their_place_whatever_is_set() {
    let text = VALID.replace("batch_size: 8", "batch_sise: 8");
    let report = report(text, &["seed=12345", "task.reward=[\n(term: Survival)]", "policy.frequency=(1.0, 2.0)"]);
    assert!(report.starts_with("error: test.ron:15:5: unknown field `batch_sise`"), "{report}");
}

/// Files that an experiment names are read if they are regular files of a sensible size; others may have no end.
#[cfg(target_os = "linux")]
#[test]
fn files_that_an_experiment_names_are_looked_at_before_they_are_read() {
    let folder = TempDir::new().expect("a folder");
    let body = VALID.replace(r#"Evolve(seeds: ["hopper", "snake"])"#, r#"Fixed("bad.ron")"#);
    let latent = "descriptors: [],\n    latent: (frozen: \"bad\"),\n    archive: DominatedNovelty(size: 9),";
    let latent =
        VALID.replace("descriptors: [(kind: FinalX, range: (-1.0, 1.0), bins: 5)],\n    archive: Grid(),", latent);
    let policy =
        VALID.replace("Cpg()", r#"Mlp(hidden: [8], frequency: (0.5, 2.5), control_rate: 60, world_model: "bad")"#);
    let reach = fs::read_to_string(place::repository().join("experiments/reference_reach.ron")).expect("a reference");
    let bodies = reach.replace("body: \"waiter\"", "body: \"bad.ron\"");
    assert!(bodies != reach, "the reference has another body");
    for text in [body, latent, policy, bodies] {
        fs::write(folder.path().join("test.ron"), text).expect("a file");
        let bad = folder.path().join("bad.ron");
        for kind in 0..place::UNREADABLE {
            let words = place::put_unreadable(&bad, kind);
            let output = burgess(folder.path(), &["check", "test.ron"]);
            let message = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.code() == Some(2) && message.contains(words), "{message}");
            fs::remove_file(&bad).expect("removed");
        }
    }
    let bad = folder.path().join("bad.ron");
    for kind in 0..place::UNREADABLE {
        let words = place::put_unreadable(&bad, kind);
        for arguments in [
            &["check", "bad.ron"][..],
            &["run", "bad.ron"],
            &["show", "bad.ron"],
            &["simulate", "bad.ron"],
            &["simulate", "hopper", "--policy", "bad.ron"],
            &["gradcheck", "bad.ron"],
        ] {
            let output = burgess(folder.path(), arguments);
            let message = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success() && message.contains(words), "{arguments:?}: {message}");
        }
        fs::remove_file(&bad).expect("removed");
    }
}

/// However much is wrong, the judgement comes soon, and is short enough to be read.
#[test]
fn large_files_are_judged_soon_and_reports_are_short() {
    let many = |one: &str, count: usize| vec![one; count].join(", ");
    let with = |from: &str, to: &str| {
        assert!(VALID.contains(from));
        VALID.replace(from, to)
    };
    let hidden = format!("Mlp(hidden: [{}], frequency: (0.5, 2.5), control_rate: 60)", many("0", 260_000));
    let emitters = |one: &str, count| format!("batch_size: 8,\n    emitters: [{}]", many(one, count));
    let layers = format!("batch_size: 8,\n    protection: AgeLayers([{}])", many("7", 200_000));
    let descriptor = "(kind: FinalX, range: (-1.0, 1.0), bins: 5)";
    let long = "n".repeat(900_000);
    for (what, text) in [
        ("numbers", with("Cpg()", &hidden)),
        ("emitters", with("batch_size: 8", &emitters("(kind: Gaussian(sigma: -1.0))", 20_000))),
        ("layers", with("batch_size: 8", &layers)),
        ("descriptors", with(descriptor, &many(descriptor, 19_000))),
        ("seeds", with("[\"hopper\", \"snake\"]", &format!("[{}]", many("\"snaek\"", 90_000)))),
        ("a name", with("\"test\"", &format!("\"{long}\""))),
        ("a field", with("batch_size", &long)),
        ("a variant", with("FinalX", &long)),
        ("a morphology", with("snake", &long)),
        ("a line", with("batch_size: 8", &format!("/* {long} */ batch_size: x /* {} */", "m".repeat(100_000)))),
        ("brackets", format!("{}{}", "[".repeat(100), "(a:".repeat(300_000))),
        ("quotes", with("batch_size: 8", &format!("/* {} */ batch_size: x", "'".repeat(900_000)))),
        ("nothing", " ".repeat(1_000_000)),
    ] {
        let began = std::time::Instant::now();
        let report = report(text, &[]);
        let seconds = began.elapsed().as_secs_f64();
        assert!(seconds < 2.0, "{what}: {seconds} s");
        assert!(report.len() < 10_000, "{what}: {} bytes", report.len());
    }
    let report = report(with("batch_size: 8", &emitters("(kind: Gaussian(sigma: -1.0))", 90)), &[]);
    assert!(
        report.starts_with("error: test.ron: 90 problems\n") && report.ends_with("\n  ... and 70 more\n"),
        "{report}"
    );
}

/// What is named often, goes in circles or is long to simulate is checked as soon.
#[test]
fn checks_leave_the_work_to_runs() {
    let folder = TempDir::new().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    // A chain of link genes whose last grows the one before it.
    let chain = |count: usize| {
        let joint = |parent: usize, child: usize| {
            format!("(parent: \"{parent}\", child: \"{child}\", attach: (1, 0, 0), axis: (0, 1, 0), limits: (-1, 1)),")
        };
        let link = |i: usize| format!("(name: \"{i}\", shape: Sphere(radius: 0.1), density: 500),");
        let links: String = (0..count).map(link).collect();
        let joints: String = (1..count).map(|i| joint(i - 1, i)).chain([joint(count - 1, count - 2)]).collect();
        format!("(base: Floating, root: \"0\", links: [{links}], joints: [{joints}])")
    };
    write("circle.ron", &chain(1024));
    write("large.ron", &chain(5000));
    let often = |name: &str| VALID.replace("\"hopper\", \"snake\"", &format!("\"{name}\",").repeat(1000));
    write("circles.ron", &often("circle.ron"));
    write("often.ron", &often("large.ron"));
    let identify = fs::read_to_string(place::repository().join("experiments/identify.ron")).expect("a problem");
    write("long.ron", &identify.replace("duration: 2.0", "duration: 4000.0").replace("gaits/ant.ron", "ant.ron"));
    fs::copy(place::repository().join("experiments/gaits/ant.ron"), folder.path().join("ant.ron")).expect("a gait");
    for (arguments, code, words) in [
        (["show", "circle.ron"], 1, "its child is an ancestor of its parent"),
        (["check", "circles.ron"], 2, "its child is an ancestor of its parent"),
        (["show", "large.ron"], 1, "links: must be at most 1024, are 5000"),
        (["check", "often.ron"], 2, "links: must be at most 1024, are 5000"),
        (["check", "long.ron"], 0, "valid"),
    ] {
        let began = std::time::Instant::now();
        let output = burgess(folder.path(), &arguments);
        let seconds = began.elapsed().as_secs_f64();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
        assert!(output.status.code() == Some(code) && said.contains(words), "{arguments:?}: {said}");
        assert!(seconds < 2.0, "{arguments:?}: {seconds} s");
    }
}

/// What comes from a file or an argument cannot steer the terminal that it is shown on.
#[test]
fn control_characters_are_shown_escaped() {
    let evil = "\u{1b}[2J\r\u{9b}31m";
    for (text, settings) in [
        (VALID.replace("\"snake\"", &format!("\"{evil}\"")), vec![]),
        (VALID.replace("batch_size: 8", &format!("batch_size: /* {evil} */ x")), vec![]),
        (VALID.replace("name: \"test\"", &format!("name: \"{evil}\"")), vec![]),
        (VALID.to_owned(), vec![format!("name=\"{evil}\"")]),
        (VALID.to_owned(), vec![format!("{evil}=3")]),
        (VALID.to_owned(), vec![format!("seed={evil}")]),
    ] {
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        let report = report(text, &settings);
        assert!(!report.contains(|c: char| c.is_control() && c != '\n'), "{report:?}");
    }
}
