//! The whole program, from an experiment file to a run folder, on real bodies and physics.

use crate::place;
use burgess_evolution::descriptors::DescriptorSpec;
use burgess_evolution::diversity::BodyDiversity;
use burgess_evolution::evolve::start;
use burgess_evolution::growth::Physique;
use burgess_evolution::store::RunReader;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const EXPERIMENT: &str = r#"(
    name: "test",
    seed: 3,
    body: Evolve(seeds: ["hopper", "quadruped", "snake"]),
    policy: Cpg(),
    task: (duration: 0.5, reward: [(term: ForwardVelocity)]),
    descriptors: [(kind: LegSpan, range: (0.0, 2.0), bins: 8), (kind: MeanHeight, range: (0.0, 0.6), bins: 8)],
    archive: Grid(qd_offset: -2.0),
    batch_size: 16,
    budget: (generations: 12),
)"#;

struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { dir: tempfile::tempdir().unwrap() };
        fs::write(place.dir.path().join("test.ron"), EXPERIMENT).unwrap();
        place
    }

    /// Runs begin on the CPU, so that they take the same time on machines with a GPU; what goes on with them stays there by itself.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = place::burgess();
        command.args(arguments).current_dir(self.dir.path());
        if arguments[0] == "run" && !arguments.contains(&"--backend") {
            command.args(["--backend", "cpu"]);
        }
        command
    }

    fn call(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What a command prints that must succeed.
    fn ask(&self, arguments: &[&str]) -> String {
        let output = self.call(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Exit code and message of a command that must fail.
    fn fail(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.call(arguments);
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

fn generations_in(dir: &Path) -> usize {
    RunReader::open(dir).map_or(0, |run| run.metrics().unwrap().len())
}

#[test]
fn threads_and_folders_leave_the_hash_alone_and_the_seed_does_not() {
    let place = Place::new();
    place.ask(&["run", "test.ron", "--threads", "1"]);
    place.ask(&["run", "test.ron", "--threads", "2", "--out", "elsewhere/deep"]);
    place.ask(&["run", "test.ron", "--seed", "4"]);
    let hash = |dir: &str| place.ask(&["hash", dir]);
    assert_eq!(hash("results/test-3-1").trim().len(), 64);
    assert_eq!(hash("results/test-3-1"), hash("elsewhere/deep/test-3-1"));
    assert_ne!(hash("results/test-3-1"), hash("results/test-4-1"));
    let verified = place.ask(&["verify", "results/test-3-1"]);
    assert!(verified.contains("0 differ") && verified.contains("equal to the bit"), "{verified}");
}

/// What `Auto` stands for depends on the machine, and is frozen as a number: whoever goes on with it, or begins with that number, gets the same.
#[test]
fn an_automatic_batch_size_is_said_and_frozen_as_a_number() {
    let place = Place::new();
    let few = ["--set", "budget.generations=4"];
    let begin = |out: &str, size: &[&str], threads: &str| {
        let output = place.call(&[&["run", "test.ron", "--out", out, "--threads", threads][..], &few, size].concat());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let frozen = |out: &str| fs::read_to_string(place.path(out).join("test-3-1/experiment.ron")).unwrap();
    let hash = |out: &str| place.ask(&["hash", &format!("{out}/test-3-1")]);
    let said = begin("set", &["--set", "batch_size=Auto"], "2");
    assert!(said.contains("batch_size: Auto is 64 on this backend"), "{said}");
    assert!(frozen("set").contains("batch_size: 64,"), "{}", frozen("set"));
    assert_eq!(RunReader::open(&place.path("set/test-3-1")).unwrap().metrics().unwrap()[3].evaluations, 256);
    let said = begin("given", &["--set", "batch_size=64"], "1");
    assert!(!said.contains("Auto"), "{said}");
    assert_eq!(hash("set"), hash("given"));

    fs::write(place.path("test.ron"), EXPERIMENT.replace("    batch_size: 16,\n", "")).unwrap();
    let said = begin("left_out", &["--set", "budget.generations=2"], "2");
    assert!(said.contains("Auto is 64"), "{said}");
    let text = frozen("left_out").replace("generations: Some(2)", "generations: Some(4)");
    fs::write(place.path("left_out/test-3-1/experiment.ron"), text).unwrap();
    place.ask(&["resume", "left_out/test-3-1", "--threads", "1"]);
    assert_eq!(hash("set"), hash("left_out"));
    let checked = place.ask(&["check", "test.ron"]);
    assert!(checked.contains("Auto: ") && checked.contains("4096 on a GPU"), "{checked}");
    assert!(checked.contains("12 generations of Auto") && !checked.contains("at most 0"), "{checked}");
}

/// Servos with a no-load speed: gears move, the run can be repeated, and what is shown names the speed.
#[test]
fn gears_evolve_where_servos_have_a_no_load_speed() {
    let place = Place::new();
    let set = ["--set", "physics=(no_load_speed: 12, actuator: 20)", "--set", "refine=(steps: 2, horizon: 0.25)"];
    for threads in ["1", "2"] {
        place.ask(&[&["run", "test.ron", "--threads", threads][..], &set].concat());
    }
    place.ask(&["run", "test.ron"]);
    let hash = |number: usize| place.ask(&["hash", &format!("results/test-3-{number}")]);
    assert!(hash(1) == hash(2) && hash(1) != hash(3));
    let verified = place.ask(&["verify", "results/test-3-1"]);
    assert!(verified.contains("0 differ") && verified.contains("equal to the bit"), "{verified}");
    let gears = |number: usize| -> Vec<Option<f64>> {
        let elites = RunReader::open(&place.path(&format!("results/test-3-{number}"))).unwrap().elites().unwrap();
        let joints = elites.iter().flat_map(|(_, elite)| &elite.solution.body.joints);
        joints.map(|joint| joint.log_gear).collect()
    };
    let evolved: Vec<f64> = gears(1).into_iter().map(|gear| gear.expect("each joint has one")).collect();
    let moved = evolved.iter().filter(|gear| gear.abs() > 0.01).count();
    assert!(evolved.len() > 20 && 2 * moved > evolved.len(), "{moved} of {} gears have moved", evolved.len());
    assert!(gears(3).iter().all(Option::is_none));
    let list = place.ask(&["list", "results/test-3-1", "--top", "1"]);
    let id = list.lines().nth(1).unwrap().split_whitespace().next().unwrap();
    let shown = place.ask(&["show", &format!("results/test-3-1#{id}"), "--genome"]);
    assert!(shown.contains("no load (rad/s)") && shown.contains("GearedFloating"), "{shown}");
    let checked = place.ask(&[&["check", "test.ron"][..], &set].concat());
    assert!(checked.contains("none left at 12 rad/s"), "{checked}");
}

#[test]
fn killed_three_times_and_resumed_the_hash_is_the_same() {
    let place = Place::new();
    // On one thread, so that machines with many don't end before they are killed: commits come by the clock.
    let long = ["run", "test.ron", "--set", "budget.generations=700", "--threads", "1"];
    place.ask(&long);
    let dir = place.path("results/test-3-2");
    // By progress, not by the clock: machines differ. Generations are stored several at a time, so that two more mean at least one
    // commit after the first. A few ms more, and it strikes anywhere between two.
    let kill_during = |arguments: &[&str], more: u64| {
        let before = generations_in(&dir);
        let mut child = place.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while generations_in(&dir) < before + 2 && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(more));
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success() && generations_in(&dir) < 700, "ended before it was killed");
    };
    kill_during(&long, 7);
    kill_during(&["resume", "results/test-3-2", "--threads", "1"], 1);
    kill_during(&["resume", "results/test-3-2", "--threads", "1"], 112);
    place.ask(&["resume", "results/test-3-2"]);
    assert_eq!(generations_in(&dir), 700);
    assert_eq!(place.ask(&["hash", "results/test-3-1"]), place.ask(&["hash", "results/test-3-2"]));
}

/// What is stored of the elites' bodies is what their genes grow into, and the last generation's diversity follows from it. Gives the
/// diversity of all generations.
fn check_bodies(dir: &Path) -> Vec<BodyDiversity> {
    let reader = RunReader::open(dir).unwrap();
    let (experiment, space) = start::thaw_run(dir).unwrap();
    let mut archive = burgess_qd::archive::build(
        &experiment.archive,
        experiment.protection.as_ref(),
        experiment.niches(),
        &DescriptorSpec::axes(&experiment.descriptors),
        None,
        0,
    )
    .archive;
    for (_, elite) in reader.elites().unwrap() {
        let model = space.compile(elite.expressed()).unwrap().model;
        assert_eq!(elite.traits.physique, Physique::of(&model));
        assert_eq!((elite.traits.physique.topology.links(), elite.traits.mass), (model.links.len(), model.mass()));
        assert!(
            elite.traits.physique.span > 0.0 && elite.traits.physique.topology.links() == elite.traits.links as usize
        );
        archive.insert(&[elite]);
    }
    let diversity: Vec<BodyDiversity> = reader.metrics().unwrap().iter().map(|metrics| metrics.bodies).collect();
    let last = *diversity.last().unwrap();
    assert_eq!(last, BodyDiversity::of(archive.as_ref()));
    assert!(last.topologies > 3 && last.distance > 1.0, "{last:?}");
    diversity
}

#[test]
fn a_fixed_body_is_one_topology_and_no_distance() {
    let place = Place::new();
    place.ask(&["run", "test.ron", "--set", "body=Fixed(\"tripod\")", "--set", "budget.generations=2"]);
    let dir = place.path("results/test-3-1");
    let reader = RunReader::open(&dir).unwrap();
    let mut archive = burgess_qd::archive::build(
        &reader.experiment().archive,
        Default::default(),
        reader.experiment().niches(),
        &DescriptorSpec::axes(&reader.experiment().descriptors),
        None,
        0,
    )
    .archive;
    archive.insert(&reader.elites().unwrap().into_iter().map(|(_, elite)| elite).collect::<Vec<_>>());
    let one = BodyDiversity { topologies: 1, distance: 0.0 };
    assert!(reader.metrics().unwrap().iter().all(|metrics| metrics.bodies == one));
    assert!(archive.len() > 1 && BodyDiversity::of(archive.as_ref()) == one);
    assert!(!dir.join("plots/bodies.png").exists());
}

/// Who meets whom is frozen: what becomes of a rival's own run changes nothing.
#[test]
fn runs_keep_their_rivals() {
    let place = Place::new();
    place.ask(&["run", "test.ron", "--set", "budget.generations=1"]);
    let (_, elite) = RunReader::open(&place.path("results/test-3-1")).unwrap().elites().unwrap().swap_remove(0);
    let rivals = |list: &str| {
        let ball = "objects: [(shape: Sphere(radius: 0.1), mass: 0.2, at: (0.3, 0, 0))]";
        format!("physics=({ball}, self_collision: On, rivals: [{list}])")
    };
    let twice = r#"(body: "quadruped", at: (0.6, 0)), (body: "quadruped", at: (-0.6, 0))"#;
    for (list, problem) in [
        (twice, "must have at most 15 links together, beside objects and bodies of 16 links"),
        (r#"(body: "arm", at: (1, 0))"#, "a rival must be free in space, its base is Welded"),
        (r#"(body: "results/test-3-1#999999", at: (1, 0))"#, "results/test-3-1 has no elite 999999"),
        (r#"(body: "hopper", policy: "no.ron", at: (1, 0))"#, "cannot read policy no.ron"),
    ] {
        for command in ["check", "run"] {
            let (_, message) = place.fail(&[command, "test.ron", "--set", &rivals(list)]);
            assert!(message.contains("physics.rivals") && message.contains(problem), "{message}");
        }
    }
    let one = rivals(&format!(r#"(body: "results/test-3-1#{}", at: (0.6, 0), heading: 3)"#, elite.id));
    let run = |out: &str, generations: &str, threads: &str| {
        let reward = "task.reward=[(term: NearerToObject)]";
        let set = ["--set", &one, "--set", reward, "--set", generations, "--threads", threads, "--out", out];
        place.ask(&[&["run", "test.ron"][..], &set].concat())
    };
    run("whole", "budget.generations=6", "1");
    run("half", "budget.generations=3", "2");
    fs::remove_dir_all(place.path("results/test-3-1")).unwrap();
    let frozen = place.path("half/test-3-1/experiment.ron");
    let text = fs::read_to_string(&frozen).unwrap();
    fs::write(&frozen, text.replace("generations: Some(3)", "generations: Some(6)")).unwrap();
    place.ask(&["resume", "half/test-3-1"]);
    assert_eq!(place.ask(&["hash", "whole/test-3-1"]), place.ask(&["hash", "half/test-3-1"]));
    place.ask(&["verify", "whole/test-3-1"]);
    let best = RunReader::open(&place.path("whole/test-3-1")).unwrap().elites().unwrap().swap_remove(0).1.id;
    place.ask(&["simulate", &format!("whole/test-3-1#{best}"), "--csv", "trajectory.csv"]);
    let table = fs::read_to_string(place.path("trajectory.csv")).unwrap();
    let links = elite.traits.links as usize;
    assert!(table.lines().next().unwrap().contains(&format!("rival1_link{}_qz", links - 1)), "{table}");
    fs::remove_file(place.path("whole/test-3-1/rivals.ron")).unwrap();
    let (_, message) = place.fail(&["simulate", &format!("whole/test-3-1#{best}")]);
    assert!(message.contains("rivals.ron"), "{message}");
}

/// Elites meet in a scene of their own, under its gravity and at its rate, and what cannot be there is said.
#[test]
fn elites_meet_in_an_arena() {
    let place = Place::new();
    let quick = ["--set", "budget.generations=1"];
    let networks =
        ["--set", "policy=Mlp(hidden: [4])", "--set", "name=\"networks\"", "--set", "physics=(friction: 0.5)"];
    place.ask(&[&["run", "test.ron"][..], &quick].concat());
    place.ask(&[&["run", "test.ron"][..], &quick, &networks].concat());
    let best = |run: &str| {
        let elites = RunReader::open(&place.path(&format!("results/{run}"))).unwrap().elites().unwrap();
        let (_, best) = elites.into_iter().max_by(|(_, a), (_, b)| a.reward.total_cmp(&b.reward)).unwrap();
        format!("results/{run}#{}", best.id)
    };
    let (cpg, network) = (best("test-3-1"), best("networks-3-1"));
    let ball = "groups: [(shape: Sphere(radius: 0.08), count: 3, place: Pile(width: 0.3, height: 0.1))]";
    let scene =
        |fields: &str| fs::write(place.path("world.ron"), format!("Scene(duration: 0.5, {ball}, {fields})")).unwrap();
    for (fields, problem) in [
        (r#"creatures: [(body: "elephant")]"#, "creatures[0]: unknown morphology `elephant`"),
        (r#"arena: ["results/test-3-1#999999"]"#, "arena[0]: results/test-3-1 has no elite 999999"),
        (r#"arena: ["quadruped"]"#, "arena[0]: `quadruped` is a morphology, which has no brain"),
        (r#"creatures: [(body: "hopper", policy: "no.ron")]"#, "creatures[0]: cannot read policy no.ron"),
        (
            r#"creatures: [(body: "hopper"), (body: "arm")]"#,
            "creatures[1]: arm: a creature of a scene must be free in space",
        ),
        (
            &format!(r#"rate: 250, arena: ["{network}"]"#),
            "decides 60 times a second, which must divide the scene's `rate`, 250",
        ),
        (
            r#"creatures: [(body: "hopper", at: (2000, 0))]"#,
            "creatures[0].at[0]: must be from -1000 to 1000 m, is 2000",
        ),
        (r#"creatures: [(body: "hopper", head: 1)]"#, "unknown field `head` in `Creature`"),
    ] {
        scene(fields);
        for command in ["check", "world"] {
            let (_, message) = place.fail(&[command, "world.ron"]);
            let message = message.replace("\n  caused by: ", ": ");
            assert!(message.contains("world.ron") && message.contains(problem), "{message}");
        }
    }
    scene(&format!(
        r#"worlds: 2, arena: ["{cpg}", "{network}"], creatures: [(body: "hopper", count: 2, spacing: (0, 1, 0), at: (3, 0))]"#
    ));
    let (_, message) = place.fail(&["world", "world.ron", "--backend", "gpu"]);
    assert!(cfg!(not(feature = "gpu")) || message.contains("take --backend cpu"), "{message}");
    let tables = |name: &str, threads: &str| {
        let files = [("--creatures", format!("{name}-creatures.csv")), ("--csv", format!("{name}.csv"))];
        let mut arguments = vec!["world", "world.ron", "--backend", "cpu", "--threads", threads];
        files.iter().for_each(|(option, file)| arguments.extend([option, file.as_str()]));
        let output = place.call(&arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{message}");
        let said = format!("arena[1]: {network} evolved with rate 240, here 480; friction 0.5, here 0.8");
        assert!(message.contains(&said), "{message}");
        let summary = String::from_utf8(output.stdout).unwrap();
        assert!(summary.contains("8 creatures of ") && summary.contains("no contact was left out"), "{summary}");
        files.map(|(_, file)| fs::read_to_string(place.path(&file)).unwrap())
    };
    let one = tables("one", "1");
    assert_eq!(one, tables("two", "2"));
    // Eleven moments of eight creatures: the rows of the file, then the arena, on opposite sides and facing each other.
    let rows: Vec<Vec<&str>> = one[0].lines().skip(1).map(|row| row.split(',').collect()).collect();
    assert_eq!(rows.len(), 11 * 8);
    let number = |row: usize, column: usize| rows[row][column].parse::<f64>().unwrap();
    assert_eq!((rows[2][3], rows[3][3]), (&*format!("\"{cpg}\""), &*format!("\"{network}\"")));
    assert!(number(2, 4) > 0.1 && (number(2, 4) + number(3, 4)).abs() < 1e-6, "{rows:?}");
    assert!(number(2, 7).abs() < 1e-6 && number(3, 7).abs() > 0.999, "{rows:?}");
    // Those of both worlds start alike, and the balls that they meet do not.
    assert_eq!(rows[0][4..], rows[4][4..]);
    place.ask(&["world", "world.ron", "--backend", "cpu", "--seconds", "0.1", "--gif", "arena.gif"]);
    assert!(fs::metadata(place.path("arena.gif")).unwrap().len() > 1000);
}

#[test]
fn newborn_bodies_have_layers_of_their_own() {
    let place = Place::new();
    let (layers, niches) = ("protection=AgeLayers([2, 4])", "topologies=Niches(2)");
    let refine = "refine=(steps: 2, horizon: 0.2, which: Promising(0.2))";
    let run = |out: &str, generations: &str, threads: &str| {
        let set = [
            "--set",
            layers,
            "--set",
            niches,
            "--set",
            refine,
            "--set",
            generations,
            "--threads",
            threads,
            "--out",
            out,
        ];
        place.ask(&[&["run", "test.ron"][..], &set].concat())
    };
    run("whole", "budget.generations=25", "1");
    run("half", "budget.generations=12", "2");
    let frozen = place.path("half/test-3-1/experiment.ron");
    let text = fs::read_to_string(&frozen).unwrap();
    fs::write(&frozen, text.replace("generations: Some(12)", "generations: Some(25)")).unwrap();
    place.ask(&["resume", "half/test-3-1"]);
    assert_eq!(place.ask(&["hash", "whole/test-3-1"]), place.ask(&["hash", "half/test-3-1"]));
    let dir = place.path("whole/test-3-1");
    assert_eq!(check_bodies(&dir), check_bodies(&place.path("half/test-3-1")));
    let reader = RunReader::open(&dir).unwrap();
    let (elites, cells) = (reader.elites().unwrap(), reader.cell_count());
    let kinds: HashSet<_> =
        elites.iter().map(|(slot, e)| (slot % cells, slot / cells / 2, &e.traits.physique.topology)).collect();
    assert_eq!(kinds.len(), elites.len(), "a cell has no topology twice");
    let mut in_layer = [0; 3];
    let mut related = 0;
    for (slot, elite) in &elites {
        let layer = [2, 4].iter().filter(|&&limit| limit <= elite.age).count();
        assert_eq!(slot / cells / 2, layer, "{slot}: {}", elite.age);
        in_layer[layer] += 1;
        let parent = elite.parents.first().map(|parent| reader.find(parent.id).unwrap());
        match parent {
            None => assert_eq!(elite.age, 0),
            Some(None) => {}
            Some(Some((_, parent))) => {
                let same = parent.traits.physique.topology == elite.traits.physique.topology;
                assert_eq!(elite.age, if same { parent.age + 1 } else { 0 });
                related += 1;
            }
        }
    }
    assert!(related > 20 && in_layer.iter().all(|&count| count > 0), "{related} related, {in_layer:?}");
    let (last, best) = (reader.metrics().unwrap().pop().unwrap(), reader.best_of_cells().unwrap());
    assert_eq!(last.elites as usize, elites.len());
    assert_eq!(last.scores.coverage, best.len() as f64 / cells as f64);
    let score: f64 = best.iter().map(|(_, elite)| f64::from(elite.reward) + 2.0).sum();
    assert_eq!(last.scores.qd_score, score);
    assert!(place.ask(&["verify", "whole/test-3-1"]).contains("equal to the bit"));
    assert!(place.ask(&["list", "whole/test-3-1"]).lines().next().unwrap().contains("body age"));
    assert!(dir.join("plots/elites.png").exists() && dir.join("plots/archive-0-1.png").exists());
}

#[test]
fn a_run_that_refines_keeps_the_same_promises_and_gets_further() {
    let place = Place::new();
    let refine = "refine=(steps: 3, horizon: 0.5, which: Share(0.7), rates: (brain: 0.2))";
    let run = |out: &str, more: &[&str]| {
        let arguments =
            [&["run", "test.ron", "--set", "budget.generations=6", "--set", "task.duration=1.0", "--out", out], more]
                .concat();
        place.ask(&arguments)
    };
    run("plain", &["--threads", "2"]);
    run("one", &["--set", refine, "--threads", "1"]);
    run("two", &["--set", refine, "--threads", "2"]);
    let hash = |dir: &str| place.ask(&["hash", dir]);
    assert_eq!(hash("one/test-3-1"), hash("two/test-3-1"));
    // Stopped in the middle and resumed it comes to the same end.
    run("half", &["--set", refine, "--set", "budget.generations=3"]);
    let frozen = place.path("half/test-3-1/experiment.ron");
    let text = fs::read_to_string(&frozen).unwrap();
    fs::write(&frozen, text.replace("generations: Some(3)", "generations: Some(6)")).unwrap();
    place.ask(&["resume", "half/test-3-1"]);
    assert_eq!(hash("one/test-3-1"), hash("half/test-3-1"));
    assert!(place.ask(&["verify", "one/test-3-1"]).contains("equal to the bit"));
    let provenance = fs::read_to_string(place.path("one/test-3-1/provenance.ron")).unwrap();
    assert!(provenance.contains("differentiator: Some(\"cpu, 1 thread\")"), "{provenance}");
    let bodies = |dir: &str| check_bodies(&place.path(dir));
    // Of every generation, resumed or not, on any number of threads.
    assert!(bodies("one/test-3-1") == bodies("two/test-3-1") && bodies("one/test-3-1") == bodies("half/test-3-1"));
    let last = |dir: &str| RunReader::open(&place.path(dir)).unwrap().metrics().unwrap().pop().unwrap();
    let (plain, refined) = (last("plain/test-3-1"), last("one/test-3-1"));
    assert!(refined.scores.mean > plain.scores.mean, "{} and {}", refined.scores.mean, plain.scores.mean);
    assert!(refined.backward.creature > 0 && plain.backward.creature == 0);
    assert!(place.path("one/test-3-1/plots/histogram-trust.png").exists());
}

#[test]
fn emitters_that_learn_keep_the_same_promises_with_and_without_refinement() {
    let place = Place::new();
    let emitters = "emitters=[(kind: Random()), (kind: OmgMega()), (kind: CmaMega()), (kind: CmaMe(genes: Body))]";
    let gain =
        "descriptors=[(kind: GradientTrust, range: (-1.0, 1.0), bins: 4), (kind: MeanHeight, range: (0.0, 0.6))]";
    let refine = "refine=(steps: 2, horizon: 0.2, inheritance: Baldwinian, acceptance: Always)";
    for (i, more) in [vec!["scheduler=Ucb1(active: 3)"], vec![refine, gain]].into_iter().enumerate() {
        let more: Vec<&str> = more.into_iter().flat_map(|setting| ["--set", setting]).collect();
        let run = |out: &str, generations: &str, threads: &str| {
            let arguments = ["run", "test.ron", "--set", emitters, "--set", generations, "--out", out];
            let physics = ["--set", "first_batch=24", "--threads", threads];
            place.ask(&[&arguments[..], &physics, &more].concat())
        };
        let (whole, half) = (format!("whole{i}"), format!("half{i}"));
        run(&whole, "budget.generations=5", "2");
        run(&half, "budget.generations=2", "1");
        let (whole, half) = (format!("{whole}/test-3-1"), format!("{half}/test-3-1"));
        let frozen = place.path(&half).join("experiment.ron");
        let text = fs::read_to_string(&frozen).unwrap();
        fs::write(&frozen, text.replace("generations: Some(2)", "generations: Some(5)")).unwrap();
        place.ask(&["resume", &half]);
        assert_eq!(place.ask(&["hash", &whole]), place.ask(&["hash", &half]));
        assert!(place.ask(&["verify", &whole]).contains("equal to the bit"));
        let metrics = burgess_evolution::store::RunReader::open(&place.path(&whole)).unwrap().metrics().unwrap();
        assert_eq!(metrics.iter().map(|m| m.evaluations).collect::<Vec<_>>(), [24, 40, 56, 72, 88]);
        // One way back through 120 steps of the reward and each of the smooth descriptors, of one solution at least.
        assert!(metrics[0].backward.creature >= 240 && metrics.is_sorted_by(|a, b| a.backward.body < b.backward.body));
        assert!(metrics[0].refinement_time > 0.0);
        let provenance = fs::read_to_string(place.path(&whole).join("provenance.ron")).unwrap();
        assert!(provenance.contains("differentiator: Some(\"cpu, 2 threads\")"), "{provenance}");
        let list = place.ask(&["list", &whole]);
        assert!(list.contains("CMA-ME") && list.contains("random"), "{list}");
    }
}

#[cfg(unix)]
fn send(signal: &str, child: &std::process::Child) {
    assert!(Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap().success());
}

/// Sends the signal that Ctrl-C sends.
#[cfg(unix)]
fn interrupt(child: &std::process::Child) {
    send("INT", child);
}

/// Who stops machines and closes terminals does not wait for Ctrl-C.
#[cfg(target_os = "linux")]
#[test]
fn other_signals_stop_as_cleanly() {
    let place = Place::new();
    let long = ["run", "test.ron", "--set", "budget.generations=100000"];
    for (number, (signal, code)) in [("TERM", 143), ("HUP", 129)].into_iter().enumerate() {
        let child = place.command(&long).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let dir = place.path(&format!("results/test-3-{}", number + 1));
        while generations_in(&dir) < 2 {
            std::thread::sleep(Duration::from_millis(20));
        }
        send(signal, &child);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(dir.join("metrics.csv").exists() && !dir.join("archive.sqlite-wal").exists());
        assert!(dir.join("plots/elites.png").exists());
    }
    // `nohup` lets a run outlive its terminal.
    let mut child = Command::new("nohup")
        .arg(place::burgess().get_program())
        .args(["run", "test.ron", "--backend", "cpu", "--set", "budget.generations=300"])
        .current_dir(place.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let dir = place.path("results/test-3-3");
    while generations_in(&dir) < 2 {
        std::thread::sleep(Duration::from_millis(20));
    }
    send("HUP", &child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(generations_in(&dir), 300);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_cleanly_and_says_how_to_go_on() {
    let place = Place::new();
    let long = ["run", "test.ron", "--set", "budget.generations=100000"];
    let child = place.command(&long).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let dir = place.path("results/test-3-1");
    while generations_in(&dir) < 2 {
        std::thread::sleep(Duration::from_millis(20));
    }
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(message.contains("burgess resume results/test-3-1"), "{message}");
    assert!(dir.join("metrics.csv").exists() && !dir.join("archive.sqlite-wal").exists());
}

#[cfg(unix)]
#[test]
fn a_second_ctrl_c_aborts_the_generation() {
    let place = Place::new();
    // One generation takes minutes, so only an abort ends the run soon.
    let long = ["run", "test.ron", "--set", "batch_size=20000", "--set", "task.duration=10.0"];
    let mut child = place.command(&long).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !place.path("results/test-3-1/provenance.ron").exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    interrupt(&child);
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "the first press must not abort");
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn archives_without_cells_are_run_resumed_and_shown() {
    for archive in ["Unstructured(size: 20, neighbours: 3)", "DominatedNovelty(size: 20)"] {
        let (place, set) = (Place::new(), format!("archive={archive}"));
        let checked = place.ask(&["check", "test.ron", "--set", &set]);
        assert!(checked.contains("20 elites"), "{checked}");
        let run = |out: &str, generations: &str| {
            let budget = format!("budget.generations={generations}");
            place.ask(&["run", "test.ron", "--set", &set, "--set", &budget, "--out", out])
        };
        let done = run("whole", "12");
        assert!(done.contains("in 20 cells"), "{done}");
        run("half", "5");
        let frozen = place.path("half/test-3-1/experiment.ron");
        let text = fs::read_to_string(&frozen).unwrap();
        fs::write(&frozen, text.replace("generations: Some(5)", "generations: Some(12)")).unwrap();
        place.ask(&["resume", "half/test-3-1"]);
        let hash = |dir: &str| place.ask(&["hash", dir]);
        assert_eq!(hash("whole/test-3-1"), hash("half/test-3-1"));
        let list = place.ask(&["list", "whole/test-3-1"]);
        assert!((11..=21).contains(&list.lines().count()), "{list}");
        let id = list.lines().nth(1).and_then(|line| line.split_whitespace().next()).unwrap();
        let shown = place.ask(&["show", &format!("whole/test-3-1#{id}")]);
        assert!(shown.contains("of 20"), "{shown}");
        assert!(place.ask(&["verify", "whole/test-3-1"]).contains("equal to the bit"));
        assert!(place.path("whole/test-3-1/plots/archive-0-1.png").exists());
    }
}

/// Networks that observe commands, on ground that is another in each environment, with pushes.
#[test]
fn runs_in_environments_are_resumed_and_verified_and_their_brains_stay_there() {
    let place = Place::new();
    let environments = "task.environments=(count: 3, reward: Worst, places: 9, pushes: (every: 0.2, speed: 0.3), \
                        commands: (every: 0.2, speed: (0.2, 0.5), turn: 2))";
    let sets = [
        environments,
        "task.reward=[(term: FollowCommand(spread: 0.3))]",
        "policy=Mlp(hidden: [4])",
        "terrain=Bumps(height: 0.02, wavelength: 0.8)",
    ];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
    let ask = |first: &[&str], last: &[&str]| place.ask(&[first, &sets, last].concat());
    let checked = ask(&["check", "test.ron"], &[]);
    assert!(checked.contains("3, worst reward, places within 9 m, pushes of 0.3 m/s every 0.2 s"), "{checked}");
    ask(&["run", "test.ron"], &["--set", "budget.generations=6", "--threads", "1", "--out", "whole"]);
    ask(&["run", "test.ron"], &["--set", "budget.generations=3", "--threads", "2", "--out", "half"]);
    let frozen = place.path("half/test-3-1/experiment.ron");
    let text = fs::read_to_string(&frozen).unwrap();
    fs::write(&frozen, text.replace("generations: Some(3)", "generations: Some(6)")).unwrap();
    place.ask(&["resume", "half/test-3-1"]);
    assert_eq!(place.ask(&["hash", "whole/test-3-1"]), place.ask(&["hash", "half/test-3-1"]));
    assert!(place.ask(&["verify", "whole/test-3-1"]).contains("equal to the bit"));
    let list = place.ask(&["list", "whole/test-3-1"]);
    let id = list.lines().nth(1).and_then(|line| line.split_whitespace().next()).unwrap();
    let elite = format!("whole/test-3-1#{id}");
    let shown = place.call(&["simulate", &elite]);
    assert!(shown.status.success());
    let said = String::from_utf8(shown.stderr).unwrap();
    assert!(said.contains("environment 0 of 3"), "{said}");
    fs::write(place.path("brain.ron"), place.ask(&["show", &elite, "--policy"])).unwrap();
    place.ask(&["simulate", &elite, "--policy", "brain.ron"]);
    let (code, message) = place.fail(&["simulate", "quadruped", "--policy", "brain.ron"]);
    assert!(code != 0 && message.contains("observes commands"), "{message}");
    let rival = format!("physics=(rivals: [(body: {elite:?}, at: (1, 0))])");
    let (code, message) = place.fail(&["check", "test.ron", "--set", &rival]);
    assert!(code != 0 && message.contains("observes no commands"), "{message}");
    // A brain for all bodies observes them, too, and lives in all environments if it explores.
    let training = |way| ["pretrain", "test.ron", "--out", "b.safetensors", "--held-out", "2", "--training", way];
    let windows = training("(updates: 1, bodies: 2, way: Windows(window: 0.1))");
    let (code, message) = place.fail(&[&windows[..], &sets].concat());
    assert!(code != 0 && message.contains("trains in one environment, and the task has 3"), "{message}");
    let exploration = training("(updates: 1, bodies: 2, way: Exploration(members: 2, feedback: 0.1))");
    place.ask(&[&exploration[..], &sets].concat());
    place.ask(&["simulate", &elite, "--policy", "b.safetensors"]);
    let (code, message) = place.fail(&["simulate", "quadruped", "--policy", "b.safetensors"]);
    assert!(code != 0 && message.contains("needs a task with them"), "{message}");
}

#[test]
fn tables_show_what_there_is() {
    let place = Place::new();
    let done = place.ask(&["run", "test.ron"]);
    assert!(done.contains("results/test-3-1") && done.contains("in 64 cells"), "{done}");
    let list = place.ask(&["list", "results/test-3-1", "--top", "3"]);
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("id") && lines[0].contains("leg span (m)"), "{list}");
    let reward = |line: &str| line.split_whitespace().nth(2).unwrap().parse::<f64>().unwrap();
    assert!(reward(lines[1]) >= reward(lines[2]) && reward(lines[2]) >= reward(lines[3]));
    let by_cell = place.ask(&["list", "results/test-3-1", "--sort", "cell"]);
    let cells: Vec<usize> =
        by_cell.lines().skip(1).map(|line| line.split_whitespace().nth(1).unwrap().parse().unwrap()).collect();
    assert!(cells.is_sorted());
    let id = lines[1].split_whitespace().next().unwrap();
    let shown = place.ask(&["show", &format!("results/test-3-1#{id}"), "--genome"]);
    for part in ["elite", "emitter", "mean height", "hinges", "log_density"] {
        assert!(shown.contains(part), "{part} is missing: {shown}");
    }
    assert!(place.ask(&["show", "quadruped"]).contains("8 hinges"));
}

#[test]
fn mistakes_are_named() {
    let place = Place::new();
    place.ask(&["run", "test.ron", "--set", "budget.generations=1"]);
    let run = "results/test-3-1";
    for (arguments, code, words) in [
        (&["run", "test.ron", "--set", "batch_size=0"][..], 2, &["batch_size"][..]),
        (&["run", "test.ron", "--backend", "cpu", "--adapter", "0"], 2, &["--adapter", "--backend cpu"]),
        (&["run", "test.ron", "--out", "test.ron"], 1, &["cannot make the folder test.ron"]),
        (&["run", "test.ron", "--set", "body=Fixed(\"centipede\")"], 2, &["centipede", "quadruped"]),
        (
            &["run", "test.ron", "--set", "body.limits=(max_links: 4)"],
            2,
            &["body.seeds[1]", "quadruped", "more than 4 links"],
        ),
        (&["check", "test.ron", "--set", "body.limits=(max_links: 4)"], 2, &["body.seeds[1]", "more than 4 links"]),
        (&["hash", "nowhere"], 1, &["nowhere", "no such folder"]),
        (&["resume", "."], 1, &["no run folder", "experiment.ron"]),
        (&["list", "results"], 1, &["no run folder"]),
        (&["show", "results/test-3-1#77777"], 1, &["no elite 77777", "the last is", "burgess list results/test-3-1"]),
        (&["show", "results/test-3-1#best"], 1, &["DIR#ID"]),
        (&["show", run], 1, &["is a folder", "DIR#ID"]),
        (&["run", "test.ron", "--seed", "-1"], 2, &["invalid value '-1' for '--seed"]),
        (&["show", "centipede"], 1, &["unknown morphology", "quadruped"]),
    ] {
        let (found, message) = place.fail(arguments);
        assert_eq!(found, code, "{arguments:?}: {message}");
        assert!(words.iter().all(|word| message.contains(word)), "{arguments:?}: {message}");
    }
    assert_eq!(fs::read_dir(place.path("results")).unwrap().count(), 1, "a failed command wrote a run folder");
    // What another version wrote is left alone.
    let database = place.path(run).join("archive.sqlite");
    let mut newer = fs::read(&database).unwrap();
    // The user version stands at offset 60 of a SQLite file, big-endian.
    newer[60..64].copy_from_slice(&9i32.to_be_bytes());
    fs::write(&database, &newer).unwrap();
    for command in ["hash", "list", "resume", "verify"] {
        let (code, message) = place.fail(&[command, run]);
        assert!(code == 1 && message.contains("schema version 9"), "{command}: {message}");
    }
    assert!(fs::read(&database).unwrap() == newer, "it was changed");
}

#[test]
fn what_the_gpu_cannot_do_is_named() {
    let place = Place::new();
    let explicit = ["run", "test.ron", "--set", "physics.form=ExplicitBias", "--set", "budget.generations=1"];
    let (code, message) = place.fail(&[&explicit[..], &["--backend", "gpu"]].concat());
    let words = if cfg!(feature = "gpu") { "physics.form: ExplicitBias" } else { "without GPU support" };
    assert!(code == 1 && message.contains(words) && message.contains("--backend cpu"), "{message}");
    let output = place.call(&[&explicit[..], &["--backend", "auto"]].concat());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && message.contains("backend: cpu"), "{message}");
    assert_eq!(message.contains("physics.form: ExplicitBias"), cfg!(feature = "gpu"), "{message}");
}

#[test]
fn a_run_goes_on_where_it_was_or_where_it_is_told_to() {
    let place = Place::new();
    let run = "results/test-3-1";
    place.ask(&["run", "test.ron", "--threads", "1", "--set", "budget.generations=1"]);
    let edit = |name: &str, from: &str, to: &str| {
        let file = place.path(run).join(name);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(&file, text.replace(from, to)).unwrap();
    };
    edit("experiment.ron", "generations: Some(1)", "generations: Some(2)");
    edit("provenance.ron", "cpu, 1 thread", "gpu, Imagined 9000, Vulkan, driver 7");
    let (code, message) = place.fail(&["resume", run]);
    assert!(code == 1 && message.contains("Imagined 9000") && message.contains("--backend cpu"), "{message}");
    // A comparison is possible anywhere, it only promises less.
    let output = place.call(&["verify", run]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && message.contains("Imagined 9000"), "{message}");
    let output = place.call(&["resume", run, "--backend", "cpu"]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && message.contains("another backend than before"), "{message}");
    assert_eq!(generations_in(&place.path(run)), 2);
    // Now the last part was simulated on the CPU.
    edit("experiment.ron", "generations: Some(2)", "generations: Some(3)");
    let message = String::from_utf8(place.call(&["resume", run]).stderr).unwrap();
    assert!(message.contains("backend: cpu") && !message.contains("another backend"), "{message}");
    assert_eq!(generations_in(&place.path(run)), 3);
}

/// Users are told to raise the budget there, so they will edit it.
#[test]
fn a_frozen_experiment_that_was_edited_wrongly_is_refused() {
    let place = Place::new();
    place.ask(&["run", "test.ron", "--set", "budget.generations=1"]);
    let run = "results/test-3-1";
    let frozen = place.path(run).join("experiment.ron");
    let right = fs::read_to_string(&frozen).unwrap();
    for (from, to, words) in [
        ("duration: 0.5", "duration: inf", "task.duration: must be above 0"),
        ("generations: Some(1)", "generations: None", "budget"),
        ("batch_size: 16", "batch_size: 0", "batch_size: must be 1"),
        ("batch_size: 16", "batch_size: sixteen", "experiment.ron:"),
        ("batch_size: 16", "batch_size: Auto", "batch_size: must be a number, since a run began with one, is Auto"),
    ] {
        assert!(right.contains(from), "{from}: {right}");
        fs::write(&frozen, right.replace(from, to)).unwrap();
        for command in ["resume", "verify", "list"] {
            let (code, message) = place.fail(&[command, run]);
            assert!(code == 2 && message.contains(words), "{command}, {to}: {message}");
        }
    }
    fs::write(&frozen, right.replace("generations: Some(1)", "generations: Some(2)")).unwrap();
    fs::write(place.path(run).join("seeds.ron"), "[]").unwrap();
    let (code, message) = place.fail(&["resume", run]);
    assert!(code == 1 && message.contains("0 bodies for 3 seeds"), "{message}");
    assert!(!message.contains("goes on"), "it does not: {message}");
}

#[test]
fn verify_fails_when_an_elite_was_tampered_with() {
    let place = Place::new();
    place.ask(&["run", "test.ron", "--set", "budget.generations=2"]);
    let database = rusqlite::Connection::open(place.path("results/test-3-1/archive.sqlite")).unwrap();
    database
        .execute("UPDATE elites SET exact_reward = x'0000803f' WHERE cell = (SELECT min(cell) FROM elites)", [])
        .unwrap();
    drop(database);
    let output = place.call(&["verify", "results/test-3-1"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.code() == Some(1) && text.contains("1 differ") && text.contains("FAILED"), "{text}");
}

/// The frozen experiment may be edited (to run for longer), so a slip in it is an error that names the field, not a panic.
#[test]
fn a_slip_in_the_frozen_experiment_is_named() {
    let place = Place::new();
    place.ask(&["run", "test.ron", "--set", "budget.generations=1"]);
    let file = place.path("results/test-3-1/experiment.ron");
    let frozen = fs::read_to_string(&file).unwrap();
    for (good, bad, named) in [("bins: 8", "bins: 0", "descriptors[0].bins"), ("rate: 240", "rate: 0", "physics.rate")]
    {
        assert!(frozen.contains(good), "{frozen}");
        fs::write(&file, frozen.replace(good, bad).replace("Some(1)", "Some(2)")).unwrap();
        let (code, message) = place.fail(&["resume", "results/test-3-1"]);
        assert!(code == 2 && message.contains(named) && message.contains("experiment.ron"), "{code}: {message}");
    }
    fs::write(&file, frozen.replace("Some(1)", "Some(2)")).unwrap();
    place.ask(&["resume", "results/test-3-1"]);
    assert_eq!(generations_in(&place.path("results/test-3-1")), 2);
}

/// SQLite takes names that begin with `file:` for URIs, with options of their own; and paths are bytes, not text.
#[cfg(unix)]
#[test]
fn run_folders_may_have_any_name() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let place = Place::new();
    for name in [&b"file:x?mode=memory&y="[..], b"file:", b"a%20b?c#d", b"\xff\xfe"] {
        let out = OsStr::from_bytes(name);
        let mut command = place.command(&["run", "test.ron", "--set", "budget.generations=1"]);
        let output = command.arg("--out").arg(out).output().unwrap();
        assert!(output.status.success(), "{out:?}: {}", String::from_utf8_lossy(&output.stderr));
        let dir = Path::new(out).join("test-3-1");
        assert!(place.path("").join(&dir).join("archive.sqlite").exists(), "{out:?} is not where it was asked for");
        let mut best = dir.clone().into_os_string();
        for command in ["list", "hash", "verify", "report", "resume"] {
            let output = place.command(&[command]).arg(&dir).output().unwrap();
            assert!(output.status.success(), "{command} {out:?}: {}", String::from_utf8_lossy(&output.stderr));
            if command == "list" {
                let table = String::from_utf8(output.stdout).unwrap();
                best.push(format!("#{}", table.lines().nth(1).unwrap().split_whitespace().next().unwrap()));
            }
        }
        for command in ["show", "simulate", "render"] {
            let output = place.command(&[command]).arg(&best).output().unwrap();
            assert!(output.status.success(), "{command} {best:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    let body = OsStr::from_bytes(b"\xff.ron");
    fs::copy(place::repository().join("morphologies/hopper.ron"), place.path("").join(body)).unwrap();
    assert!(place.command(&["show"]).arg(body).status().unwrap().success());
}

/// A run folder may come from anyone: what is written into it stays in it.
#[cfg(unix)]
#[test]
fn links_in_a_run_folder_do_not_lead_out_of_it() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    place.ask(&["run", "test.ron", "--set", "budget.generations=1"]);
    let run = place.path("results/test-3-1");
    let frozen = fs::read_to_string(run.join("experiment.ron")).unwrap();
    fs::write(run.join("experiment.ron"), frozen.replace("Some(1)", "Some(2)")).unwrap();
    let outside = place.path("precious");
    fs::write(&outside, "precious").unwrap();
    let names = ["metrics.csv", "metrics.csv.tmp", "provenance.ron.tmp", "plots/elites.png", "plots/elites.png.tmp"];
    for name in names.iter().chain(&["plots/progress.svg"]) {
        let _ = fs::remove_file(run.join(name));
        symlink(&outside, run.join(name)).unwrap();
    }
    place.ask(&["resume", "results/test-3-1"]);
    place.ask(&["report", "results/test-3-1"]);
    assert_eq!(fs::read_to_string(&outside).unwrap(), "precious");
    let folder = place.path("folder");
    fs::create_dir(&folder).unwrap();
    for (name, command) in [("plots", "report"), ("lock", "resume"), ("archive.sqlite", "resume")] {
        let own = run.join(name);
        fs::rename(&own, place.path("kept")).unwrap();
        symlink(if name == "plots" { &folder } else { &outside }, &own).unwrap();
        let (code, message) = place.fail(&[command, "results/test-3-1"]);
        assert!(code == 1 && message.contains(name), "{message}");
        fs::remove_file(&own).unwrap();
        fs::rename(place.path("kept"), &own).unwrap();
    }
    assert_eq!(fs::read_to_string(&outside).unwrap(), "precious");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

/// What is no regular file may have no end or no beginning, and the frozen files are read again and again.
#[cfg(target_os = "linux")]
#[test]
fn run_folders_hold_regular_files_of_a_sensible_size() {
    let place = Place::new();
    place.ask(&["run", "test.ron", "--set", "budget.generations=1"]);
    let run = place.path("results/test-3-1");
    for (name, command) in [("experiment.ron", "list"), ("seeds.ron", "verify"), ("provenance.ron", "resume")] {
        let own = run.join(name);
        fs::rename(&own, place.path("kept")).unwrap();
        for kind in 0..place::UNREADABLE {
            let words = place::put_unreadable(&own, kind);
            let (code, message) = place.fail(&[command, "results/test-3-1"]);
            assert!(code != 0 && message.contains(name) && message.contains(words), "{command}: {message}");
            fs::remove_file(&own).unwrap();
        }
        fs::rename(place.path("kept"), &own).unwrap();
    }
}

/// A run folder may come from anyone: what its experiment cannot have made is not even read.
#[test]
fn hostile_run_folders_are_refused_soon() {
    let place = Place::new();
    place.ask(&["run", "test.ron", "--set", "budget.generations=1"]);
    let run = "results/test-3-1";
    let database = place.path(run).join("archive.sqlite");
    let whole = fs::read(&database).unwrap();
    let list = place.ask(&["list", run]);
    let best = format!("{run}#{}", list.lines().nth(1).unwrap().split_whitespace().next().unwrap());
    let id = best.rsplit('#').next().unwrap();
    let big = |column: &str| format!("UPDATE elites SET {column} = zeroblob(60000000) WHERE id = {id}");
    // Another declaration of a column, which SQLite would obey in `verify`.
    let declared = |constraint: &str| {
        format!(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, 'span        REAL,', 'span REAL {constraint},') WHERE name = 'elites'"
        )
    };
    for (damage, words) in [
        (big("genome"), "octet_length(genome)"),
        (big("learned"), "octet_length(learned)"),
        (big("seen"), "octet_length(seen)"),
        (big("topology"), "octet_length(topology)"),
        (big("exact_descriptors"), "octet_length(exact_descriptors)"),
        (big("exact_parents"), "octet_length(exact_parents)"),
        ("UPDATE metrics SET exact_scores = zeroblob(60000000)".into(), "octet_length(exact_scores)"),
        ("INSERT INTO invalid VALUES (0, zeroblob(60000000), 1, 0)".into(), "octet_length(label)"),
        (format!("UPDATE elites SET genome = genome || x'00' WHERE id = {id}"), "damaged"),
        (format!("UPDATE elites SET cell = 100000000 WHERE id = {id}"), "table elites: cell must be BETWEEN 0 AND 255"),
        (format!("UPDATE elites SET cell = -1 WHERE id = {id}"), "table elites: cell"),
        ("CREATE VIEW endless AS SELECT 1".into(), "`endless` is no table"),
        ("CREATE TRIGGER t AFTER DELETE ON elites BEGIN SELECT 1; END".into(), "`t` is no table"),
        ("CREATE INDEX i ON elites (length(hex(zeroblob(9))))".into(), "`i` is no table"),
        ("CREATE TABLE t (a CHECK (length(hex(zeroblob(a))) > 0))".into(), "`t` is no table"),
        (declared("CHECK (length(hex(zeroblob(300000000))) > 0)"), "`elites` is no table"),
        (declared("AS (length(hex(zeroblob(300000000))))"), "`elites` is no table"),
    ] {
        fs::write(&database, &whole).unwrap();
        rusqlite::Connection::open(&database).unwrap().execute_batch(&damage).unwrap();
        for arguments in [&["list", run][..], &["show", &best], &["report", run], &["verify", run], &["resume", run]] {
            // Genes that are not decoded are not judged.
            if words == "damaged" && arguments[0] == "list" {
                continue;
            }
            let began = std::time::Instant::now();
            let (code, message) = place.fail(arguments);
            assert!(code == 1 && message.contains(words), "{arguments:?}, {damage}: {code}: {message}");
            assert!(began.elapsed() < Duration::from_secs(2), "{arguments:?}, {damage}");
        }
    }
    // So is an experiment that is longer than any can be.
    fs::write(&database, &whole).unwrap();
    let experiment = place.path(run).join("experiment.ron");
    let frozen = fs::read_to_string(&experiment).unwrap();
    fs::write(&experiment, frozen.replacen("seeds: [", &format!("seeds: [{}", "\"\",".repeat(1_000_000)), 1)).unwrap();
    assert!(place.fail(&["list", run]).1.contains("is larger than"));
    fs::write(&experiment, frozen).unwrap();
    // Numbers that are finite are drawn, however large.
    let most = f64::MAX.to_le_bytes().repeat(12);
    let least = f64::MIN.to_le_bytes().repeat(12);
    let connection = rusqlite::Connection::open(&database).unwrap();
    for scores in [most, least] {
        connection.execute("UPDATE metrics SET exact_scores = ?1", [scores]).unwrap();
        place.ask(&["report", run]);
    }
}

/// A byte that changes what a run promises does not pass; where SQLite cannot read on, that is said.
#[test]
fn a_changed_byte_is_noticed() {
    let place = Place::new();
    let small = ["--set", "budget.generations=3", "--set", "batch_size=8", "--set", "task.duration=0.1"];
    place.ask(&[&["run", "test.ron"][..], &small].concat());
    let run = "results/test-3-1";
    let database = place.path(run).join("archive.sqlite");
    let whole = fs::read(&database).unwrap();
    let hash = place.ask(&["hash", run]);
    let (mut changed, mut named) = (0, 0);
    for i in 0..150 {
        let mut bytes = whole.clone();
        // Steps of a prime length come to all kinds of places.
        let at = (i * 7919 + 1013) % bytes.len();
        bytes[at] ^= 1 << (i % 8);
        fs::write(&database, &bytes).unwrap();
        let now = place.call(&["hash", run]);
        let verified = place.call(&["verify", run]);
        let text = String::from_utf8_lossy(&verified.stdout).into_owned();
        named += usize::from(text.contains("DAMAGED: table "));
        if now.status.success() && String::from_utf8_lossy(&now.stdout) != hash {
            changed += 1;
            assert_eq!(verified.status.code(), Some(1), "byte {at}: {text}");
        }
    }
    assert!(changed > 10 && named > 15, "{changed} changed the hash, {named} were named");
    // Numbers that are in no hash are looked at, too, and so is what is not there any more.
    for (damage, words) in [
        (
            "UPDATE metrics SET evaluations = 77 WHERE generation = 1",
            "table metrics, generation 1: is not what was written",
        ),
        ("UPDATE elites SET descriptors = '[]' WHERE cell = (SELECT min(cell) FROM elites)", "table elites, cell "),
        ("DELETE FROM elites WHERE cell = (SELECT min(cell) FROM elites)", "but the last generation left"),
    ] {
        fs::write(&database, &whole).unwrap();
        rusqlite::Connection::open(&database).unwrap().execute_batch(damage).unwrap();
        let verified = place.call(&["verify", run]);
        let text = String::from_utf8_lossy(&verified.stdout).into_owned();
        assert!(verified.status.code() == Some(1) && text.contains(words), "{damage}: {text}");
    }
    fs::write(&database, &whole).unwrap();
    assert!(!place.ask(&["verify", run]).contains("DAMAGED"));
}

/// Runs from before there were checksums open as they did, and go on with checksums for what is new.
#[test]
fn runs_without_checksums_go_on() {
    let place = Place::new();
    place.ask(&["run", "test.ron", "--out", "whole"]);
    place.ask(&["run", "test.ron", "--set", "budget.generations=4"]);
    let run = "results/test-3-1";
    let database = rusqlite::Connection::open(place.path(run).join("archive.sqlite")).unwrap();
    for table in ["archive", "centroids", "elites", "emitters", "encoder", "invalid", "metrics", "passive", "training"]
    {
        database.execute_batch(&format!("ALTER TABLE {table} DROP COLUMN checksum")).unwrap();
    }
    database.execute_batch("ALTER TABLE metrics DROP COLUMN out_of_range").unwrap();
    database.pragma_update(None, "user_version", 6).unwrap();
    drop(database);
    place.ask(&["list", run]);
    let verified = place.ask(&["verify", run]);
    assert!(verified.contains("from before rows had checksums") && verified.contains("equal to the bit"), "{verified}");
    let frozen = fs::read_to_string(place.path(run).join("experiment.ron")).unwrap();
    fs::write(place.path(run).join("experiment.ron"), frozen.replace("Some(4)", "Some(12)")).unwrap();
    place.ask(&["resume", run]);
    assert_eq!(place.ask(&["hash", run]), place.ask(&["hash", "whole/test-3-1"]));
    let later = place.ask(&["verify", run]);
    assert!(later.contains("from before rows had checksums") && !later.contains("DAMAGED"), "{later}");
    assert!(!place.ask(&["verify", "whole/test-3-1"]).contains("checksums"));
}

/// Editors put a byte order mark in front, a run may be killed before its tables are there, and databases are edited by hand.
#[test]
fn what_is_strange_about_a_folder_is_understood_or_named() {
    let place = Place::new();
    let mark = |name: &str| {
        let text = fs::read_to_string(place.path(name)).unwrap();
        fs::write(place.path(name), format!("\u{feff}{text}")).unwrap();
    };
    mark("test.ron");
    fs::copy(place::repository().join("morphologies/hopper.ron"), place.path("own.ron")).unwrap();
    mark("own.ron");
    let own = ["--set", "body=Fixed(\"own.ron\")", "--set", "budget.generations=2", "--threads", "65535"];
    let output = place.call(&[&["run", "test.ron"][..], &own].concat());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && message.contains("4 for each core"), "{message}");
    let run = "results/test-3-1";
    for name in ["experiment.ron", "seeds.ron", "provenance.ron"] {
        mark(&format!("{run}/{name}"));
    }
    place.ask(&["resume", run]);
    let database = place.path(run).join("archive.sqlite");
    let whole = fs::read(&database).unwrap();
    for (damage, column) in [("elites SET id = 'x' || id", "id"), ("metrics SET evaluations = 'many'", "evaluations")] {
        let connection = rusqlite::Connection::open(&database).unwrap();
        connection.execute(&format!("UPDATE {damage}"), []).unwrap();
        drop(connection);
        let (code, message) = place.fail(&["report", run]);
        assert!(code == 1 && message.contains(&format!("column `{column}` holds Text")), "{message}");
        fs::write(&database, &whole).unwrap();
    }
    fs::write(&database, "").unwrap();
    for command in ["hash", "list"] {
        let (code, message) = place.fail(&[command, run]);
        assert!(code == 1 && message.contains("`burgess resume` starts the run"), "{message}");
    }
    place.ask(&["resume", run]);
    place.ask(&["hash", run]);
}
