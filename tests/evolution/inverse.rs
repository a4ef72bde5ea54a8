//! Inverse problems reach what is asked of them, give the same bits on any number of threads, and say what is wrong with their files.

use crate::place;
use burgess_evolution::experiment::{Ascent, Identify, Inverse, LoadedInverse, Reach, inverse_from_text, load_inverse};
use burgess_evolution::inverse::gait::Mover;
use burgess_evolution::inverse::{ascent, identify, reach};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

fn load(file: &str, settings: &[&str]) -> LoadedInverse {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    let path = place::repository().join("experiments").join(file);
    load_inverse(&path, &settings).unwrap_or_else(|e| panic!("{e}"))
}

fn climb(file: &str, settings: &[&str]) -> (Ascent, ascent::AscentResult) {
    let loaded = load(file, settings);
    let Inverse::Ascent(spec) = loaded.inverse else { panic!("{file} is no ascent") };
    let mover = Mover::new(&spec.body, &spec.gait, &spec.physics, &loaded.folder).unwrap();
    let solution = ascent::solve(&spec, &mover).unwrap();
    (spec, solution)
}

fn fit(file: &str, settings: &[&str]) -> (Identify, identify::IdentifyResult) {
    let loaded = load(file, settings);
    let Inverse::Identify(spec) = loaded.inverse else { panic!("{file} is no identification") };
    let solution = identify::solve(&spec, &loaded.folder).unwrap();
    (spec, solution)
}

fn carry(settings: &[&str]) -> (Reach, reach::ReachResult) {
    let loaded = load("cup.ron", settings);
    let Inverse::Reach(spec) = loaded.inverse else { panic!("the cup is no reach") };
    let solution = reach::solve(&spec, &loaded.folder).unwrap();
    (spec, solution)
}

/// The whole of `experiments/ant_gait_ascent.ron`, with the bounds that are asked of it.
#[test]
fn random_gaits_learn_to_walk_and_leave_hill_climbing_behind() {
    let (spec, solution) = climb("ant_gait_ascent.ron", &[]);
    let means = solution.means();
    println!("{means:?}");
    assert_eq!((spec.starts, spec.descent.steps, spec.task.duration, spec.hill_climbing), (20, 30, 2.0, Some(120)));
    assert!(means.start.abs() < 0.3, "they begin without progress");
    assert!(means.ascent >= 2.5 && means.ascent > means.hill, "{means:?}");
    assert_eq!(solution.reaches(&spec), Some(true));
    for climbed in &solution.starts {
        assert_eq!((climbed.ascent.lost, climbed.ascent.heights.len()), (0, 31));
        let hill = climbed.hill.as_ref().unwrap();
        assert_eq!(hill.heights.len(), 120);
        assert!(hill.heights.is_sorted(), "the best so far never falls");
        // Both begin in the same place.
        assert_eq!(hill.heights[0], climbed.ascent.heights[0]);
    }
}

/// Bounds hold in scaled units, and only the named genes move.
#[test]
fn genes_stay_within_their_bounds() {
    let (spec, solution) = climb("ant_gait_ascent.ron", &["starts=2", "hill_climbing=20"]);
    for climbed in &solution.starts {
        for course in [Some(&climbed.ascent), climbed.hill.as_ref()].into_iter().flatten() {
            let mut moved = 0;
            for ((id, before), (_, after)) in climbed.start.parameters().into_iter().zip(course.genome.parameters()) {
                let way = (after - before).abs() / (spec.unit * id.field.step());
                assert!(way <= spec.bound + 1e-9, "{id:?} went {way}");
                moved += usize::from(way > 0.0);
            }
            // Sizes 5, densities 3, gains 4, frequency 1, and 3 numbers for each of 8 joints.
            assert!((30..=37).contains(&moved), "{moved} genes moved");
        }
    }
}

#[test]
fn bodies_are_designed_for_a_speed() {
    let (spec, solution) = climb("body_design.ron", &[]);
    let before = solution.starts.iter().map(|c| (c.judged.start / solution.seconds - 0.7).abs()).fold(0.0, f64::max);
    let after = solution.worst_miss(0.7);
    println!("worst distance from 0.7 m/s: {before} before, {after} after");
    assert!(before > 0.1, "there was nothing to do: {before}");
    assert!(after <= 0.02 && solution.reaches(&spec) == Some(true), "{after}");
}

#[test]
fn the_physics_of_a_recording_is_recovered() {
    let truth = "truth=(mass: 1.4, friction: 0.6, joint_damping: 1.7, gravity: 0.8)";
    for settings in [&[][..], &["seed=1", truth]] {
        let (spec, solution) = fit("identify.ron", settings);
        assert_eq!(spec.unknowns.len(), 4);
        let slid = slides(&solution.recording);
        assert!(slid > 0.1, "it slid {slid} m only");
        for fitted in &solution.guesses {
            assert!(fitted.guess.iter().zip(solution.truth.as_ref().unwrap()).any(|(g, t)| (g / t - 1.0).abs() > 0.2));
            assert!(solution.error(fitted) <= 0.01, "{fitted:?}");
        }
        assert_eq!(solution.reaches(&spec), Some(true));
    }
}

/// How far the base came in its first tenth of a second, on the ground (m).
fn slides(recording: &identify::Table) -> f64 {
    let row = |i: usize| (recording.rows[i][1], recording.rows[i][2]);
    let ((x0, y0), (x1, y1)) = (row(0), row(24));
    (x1 - x0).hypot(y1 - y0)
}

#[test]
fn noise_of_a_percent_costs_less_than_five() {
    for seed in ["seed=0", "seed=1", "seed=2"] {
        let (spec, solution) = fit("identify_noisy.ron", &[seed, "guesses=4"]);
        for fitted in &solution.guesses {
            assert!(solution.error(fitted) <= 0.05, "{fitted:?}");
            assert!((0.009..0.011).contains(&fitted.residual), "the noise stays: {}", fitted.residual);
        }
        assert_eq!(solution.reaches(&spec), Some(true));
    }
}

/// A recording that a command made, in float32 and without velocities, is one too.
#[test]
fn tables_of_simulate_are_recordings() {
    let folder = TempDir::new().unwrap();
    let gait = place::repository().join("experiments/gaits/ant.ron");
    let csv = folder.path().join("walk.csv");
    let output = place::burgess()
        .args(["simulate", "quadruped", "--seconds", "2", "--policy"])
        .arg(&gait)
        .arg("--csv")
        .arg(&csv)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let recording = format!("recording=File({:?})", csv.display().to_string());
    // `simulate` takes the automatic stiffness, 9802 N/m for this body.
    let settings = [&recording, "truth=()", "physics.contact_stiffness=Fixed(9802.0)", "guesses=4"];
    let (spec, solution) = fit("identify.ron", &settings);
    assert_eq!(solution.reaches(&spec), Some(true), "{:?}", solution.guesses);
    // Every second row, poses only.
    let table = &solution.recording;
    let kept: Vec<usize> =
        (0..table.names.len()).filter(|&i| !table.names[i].starts_with(['v', 'w', 'r', 'c'])).collect();
    let pick = |row: &[f64]| kept.iter().map(|&i| row[i].to_string()).collect::<Vec<_>>().join(",") + "\n";
    let names = kept.iter().map(|&i| table.names[i].clone()).collect::<Vec<_>>().join(",") + "\n";
    let thin: String = std::iter::once(names).chain(table.rows.iter().step_by(2).map(|row| pick(row))).collect();
    fs::write(&csv, thin).unwrap();
    let (spec, solution) = fit("identify.ron", &settings);
    assert_eq!(solution.reaches(&spec), Some(true), "{:?}", solution.guesses);
}

/// A rod in the air: the friction of the ground does not show in its motion, and a correct guess is no finding.
#[test]
fn an_unknown_without_influence_is_not_found() {
    let folder = TempDir::new().unwrap();
    let text = r#"Identify(
        name: "air",
        body: "arm",
        gait: Random(offset: 0.2, amplitude: (0.3, 0.6), frequency: (0.8, 2.0), bounds: (0.5, 2.5)),
        recording: Simulated(duration: 1.0),
        unknowns: [Friction, Gravity, JointDamping],
        guesses: 2,
        off: 1.0001,
        physics: (contact_stiffness: Fixed(1e4)),
    )"#;
    let file = folder.path().join("air.ron");
    fs::write(&file, text).unwrap();
    let run = |goal: &[&str]| {
        let output = place::burgess().args(["run", "air.ron"]).args(goal).current_dir(folder.path()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = run(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("no goal is stated") && !said.contains("reached"), "{said}");
    let line = |name: &str| said.lines().find(|line| line.trim_start().starts_with(name)).unwrap().to_owned();
    assert!(line("friction").contains("NOT DETERMINED"), "{said}");
    assert!(!line("gravity").contains("DETERMINED") && line("gravity").contains("+-"), "{said}");
    // Every guess is within the goal, and still nothing is known of the friction.
    let (code, said) = run(&["--set", "goal=0.5"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("GOAL MISSED"), "{said}");
}

/// All four factors show in a quadruped's slide over the ground.
#[test]
fn a_recording_says_how_well_it_determines_its_factors() {
    let (_, solution) = fit("identify.ron", &["guesses=1"]);
    let evidence = solution.evidence.unwrap();
    assert!(evidence.influence.iter().all(|&influence| influence > 1e-4), "{evidence:?}");
    assert!(evidence.deviation.iter().all(|&deviation| deviation < 1e-3), "{evidence:?}");
}

#[test]
fn the_cup_arrives_full() {
    let (spec, solution) = carry(&[]);
    let result = solution.result();
    println!("{result:?}, {} steps", spec.descent.steps);
    assert!(spec.descent.steps < 200 && spec.goal.tilt <= 5.0_f64.to_radians());
    let way = solution.after[0].distance;
    assert!(way > 0.5, "it only had to go {way} m");
    assert!(result.distance <= 0.01 && result.speed <= 0.02 && result.tilt < 5.0_f64.to_radians(), "{result:?}");
    assert!(solution.reaches(&spec));
    // Without the loss on tilts it would be spilled.
    let (spec, spilled) = carry(&["loss.tilt=0.0"]);
    assert!(!spilled.reaches(&spec), "{:?}", spilled.result());
}

/// A short plain step lowers the loss by as much as the gradient says.
#[test]
fn gradients_of_watched_losses_are_right() {
    // A plain step of the rate r changes the loss by -r |g|^2.
    let change = |rate: f64| {
        let settings =
            ["descent=(steps: 1, optimiser: Plain, clip: 1e9, rate: (RATE, RATE))"
                .replace("RATE", &format!("{rate:e}"))];
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        let (_, solution) = carry(&settings);
        let squared: f64 = solution
            .actions
            .chunks_exact(solution.joints)
            .scan(vec![0.0; solution.joints], |last, row| {
                let sum: f64 = row.iter().zip(last.iter()).map(|(a, b)| ((a - b) / rate).powi(2)).sum();
                last.copy_from_slice(row);
                Some(sum)
            })
            .sum();
        (solution.losses[1] - solution.losses[0], -rate * squared)
    };
    // The error of a first-order prediction falls with the step; at 1e-12 it is far below the change.
    let (real, promised) = change(1e-12);
    println!("{real} against {promised}");
    assert!((real / promised - 1.0).abs() < 1e-3, "{real} against {promised}");
}

/// Everything a run writes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in next.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn burgess(folder: &Path, args: &[&str]) -> Output {
    place::burgess().current_dir(folder).args(args).output().unwrap()
}

#[test]
fn runs_have_the_same_bits_on_any_number_of_threads() {
    let experiments = place::repository().join("experiments");
    let cases: [(&str, &[&str], &[&str]); 3] = [
        (
            "ant_gait_ascent",
            &["starts=3", "descent.steps=3", "hill_climbing=4", "goal=None"],
            &["starts.csv", "solutions/02-gait.ron"],
        ),
        (
            "identify_noisy",
            &["guesses=3", "horizons=[0.1]", "recording.duration=0.25", "goal=None"],
            &["recording.csv", "solution.ron", "plots/factors.png"],
        ),
        ("cup", &["descent.steps=60"], &["actions.csv", "plots/motion.png"]),
    ];
    for (name, settings, expected) in cases {
        let file = experiments.join(format!("{name}.ron")).display().to_string();
        let run = |threads: &str| {
            let out = TempDir::new().unwrap();
            let mut args = vec!["run", &file, "--out", ".", "--seed", "5", "--threads", threads];
            args.extend(settings.iter().flat_map(|setting| ["--set", setting]));
            let output = burgess(out.path(), &args);
            assert!(output.status.success(), "{name}: {output:?}");
            files(&out.path().join(format!("{}-5-1", name.replace('_', "-"))))
        };
        let (one, two) = (run("1"), run("2"));
        for wanted in ["experiment.ron", "loss.csv", "plots/loss.png"].iter().chain(expected) {
            assert!(one.iter().any(|(file, _)| file == wanted), "{name}: no {wanted}");
        }
        for (a, b) in one.iter().zip(&two) {
            assert!(a == b, "{name}: {} differs", a.0);
        }
        assert_eq!(one.len(), two.len());
    }
}

#[test]
fn a_missed_goal_is_exit_code_1() {
    let out = TempDir::new().unwrap();
    let cup = place::repository().join("experiments/cup.ron").display().to_string();
    let output = burgess(out.path(), &["run", &cup, "--out", ".", "--set", "descent.steps=2"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("GOAL MISSED: ./cup-0-1"));
}

fn refusal(text: &str, settings: &[&str]) -> String {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    inverse_from_text(text, "f.ron", Path::new("experiments"), &settings).unwrap_err().to_string()
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_place() {
    let cup = fs::read_to_string(place::repository().join("experiments/cup.ron")).unwrap();
    let misspelt = refusal(&cup.replace("target:", "tarket:"), &[]);
    assert!(misspelt.starts_with("f.ron:6:5: unknown field `tarket` in `Reach`"), "{misspelt}");
    assert!(misspelt.contains("did you mean `target`?"), "{misspelt}");
    for (setting, problem) in [
        ("goal.tilt=4.0", "goal.tilt: must be above 0 and at most 3.14"),
        ("carried.up=(0, 0, 0)", "carried.up: must be a direction"),
        ("control_rate=7", "control_rate: must be a divisor of physics.rate, 240, is 7"),
        ("descent.rate=(0.1, -1)", "descent.rate[1]: must be above 0"),
        ("physics.contact_stiffness=Auto", "physics.contact_stiffness: must be Fixed(N/m)"),
        ("physics.form=ExplicitBias", "physics.form: must be Momentum"),
        ("body=\"nobody\"", "body: unknown morphology `nobody`"),
    ] {
        let report = refusal(&cup, &[setting]);
        assert!(report.contains(problem) && report.contains("--set"), "{setting}: {report}");
    }
    let ascent = fs::read_to_string(place::repository().join("experiments/ant_gait_ascent.ron")).unwrap();
    for (setting, problem) in [
        ("goal=Within(0.1)", "goal: must be Mean"),
        ("hill_climbing=None", "goal.above_hill_climbing: must be false"),
        ("genes=[]", "genes: must have 1 to 8 items, has 0"),
        ("gait.frequency=(0.8, 3.0)", "gait.frequency: must be (low, high) with low <= high, both inside gait.bounds"),
        ("gait.amplitude=(0.6, 0.1)", "gait.amplitude: must be"),
    ] {
        let report = refusal(&ascent, &[setting]);
        assert!(report.contains(problem), "{setting}: {report}");
    }
    let identify = fs::read_to_string(place::repository().join("experiments/identify.ron")).unwrap();
    for (setting, problem) in [
        ("unknowns=[Mass, Mass]", "unknowns[1]: must be different from unknowns[0], is Mass"),
        ("recording=File(\"a.csv\")", "goal: must be left out where `truth` is not given"),
        ("horizons=[1.0, 0.5]", "horizons: must be ascending"),
        ("off=0.5", "off: must be from 1 to 100"),
        ("truth=(mass: 0.0)", "truth.mass: must be above 0"),
    ] {
        let report = refusal(&identify, &[setting]);
        assert!(report.contains(problem), "{setting}: {report}");
    }
}

#[test]
fn recordings_that_do_not_fit_are_refused() {
    let folder = TempDir::new().unwrap();
    let header = "time,x,y,z,qw,qx,qy,qz,angle1,angle2,angle3,angle4,angle5,angle6,angle7,angle8";
    let row = |time: &str| format!("{time},0,0,0.2,1,0,0,0,0,0,0,0,0,0,0,0");
    for (text, problem) in [
        (
            format!("{header}\n{}\n{}\n", row("0"), row("0.001")),
            "row 2 is at 0.001 s, which is no multiple of the time step",
        ),
        (format!("{header}\n{}\n{}\n", row("0.5"), row("1")), "must begin at time 0"),
        (format!("{}\n{}\n{}\n", header.replace("qw", "w"), row("0"), row("1")), "the column `qw` is missing"),
        (format!("{header},angle9\n{},0\n{},0\n", row("0"), row("1")), "has more joints than the body, 8"),
    ] {
        let csv = folder.path().join("r.csv");
        fs::write(&csv, text).unwrap();
        let setting = format!("recording=File({:?})", csv.display().to_string());
        let loaded = load("identify.ron", &[&setting, "goal=None"]);
        let Inverse::Identify(spec) = loaded.inverse else { panic!() };
        let error = format!("{:#}", identify::solve(&spec, &loaded.folder).unwrap_err());
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn folders_of_inverse_problems_say_that_they_have_no_archive() {
    let out = TempDir::new().unwrap();
    let cup = place::repository().join("experiments/cup.ron").display().to_string();
    burgess(out.path(), &["run", &cup, "--out", ".", "--set", "descent.steps=1"]);
    for command in ["resume", "report"] {
        let output = burgess(out.path(), &[command, "cup-0-1"]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.contains("is an inverse problem, `Reach`: it has no archive"), "{message}");
    }
}
