//! Recorded experience: frames of what an episode felt like, and encoders that learn from the elites of a run.

use crate::place::{ask, fail};
use crate::zoo;
use burgess_latent::Encoder;
use burgess_physics::experience::{Experience, Role};
use burgess_physics::frame::recorded_layout;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::Candidate;
use burgess_physics::plan::Plan;
use burgess_physics::step::episode::Episode;
use burgess_physics::step::record::record;
use burgess_physics::task::Ending;
use std::fs;

/// Steps a second, and steps a frame of 20 a second.
const STEPS: u32 = 240;
const PERIOD: u32 = 12;
/// Columns of height, of the velocity, and of the quadrants' contact.
const HEIGHT: usize = 9;
const VELOCITY: [usize; 3] = [3, 4, 5];
const CONTACT: [usize; 4] = [10, 11, 12, 13];

fn columns(experience: &Experience, columns: &[usize]) -> Vec<f32> {
    experience.rows(recorded_layout(20.0).width(), columns)
}

fn plan(duration: f64) -> Plan {
    let mut plan = zoo::experiment(zoo::cpg(), TerrainSpec::default(), duration).plan();
    (plan.task.min_height, plan.task.min_up) = (None, None);
    plan
}

#[test]
fn frames_add_up_to_the_episode() {
    let plan = plan(2.0);
    let mut finished = 0;
    for candidate in zoo::random_candidates(zoo::cpg(), 0..30) {
        let (experience, returns) = record(&candidate, &plan.world, &plan.task, PERIOD);
        if returns.ending != Ending::Finished {
            continue;
        }
        finished += 1;
        let experience = experience.unwrap();
        experience.check(&recorded_layout(20.0)).unwrap();
        assert_eq!(experience.frames(), 40);
        // Recording changes nothing, and the rewards of the frames are the episode's.
        let alone = Episode::new(&candidate, &plan.world, &plan.task).run();
        assert_eq!((alone.reward, &alone.descriptors), (returns.reward, &returns.descriptors));
        let sum: f64 = experience.rewards.iter().map(|&reward| f64::from(reward)).sum();
        assert!((sum - returns.reward).abs() < 1e-4 * returns.reward.abs().max(1.0), "{sum} and {}", returns.reward);
        // Step by step the velocity up and down is how far the base went, and frames are means of steps.
        let steps = record(&candidate, &plan.world, &plan.task, 1).0.unwrap();
        let [heights, vertical] = [HEIGHT, VELOCITY[2]].map(|column| columns(&steps, &[column]));
        let climbed: f32 = vertical[1..].iter().sum::<f32>() / STEPS as f32;
        let rose = heights[479] - heights[0];
        assert!((climbed - rose).abs() < 1e-3, "{climbed} and {rose}");
        let mean = heights[..PERIOD as usize].iter().sum::<f32>() / PERIOD as f32;
        assert!((mean - columns(&experience, &[HEIGHT])[0]).abs() < 1e-5, "{mean}");
        assert!(columns(&experience, &CONTACT).iter().all(|share| (0.0..1.0).contains(share)));
    }
    assert!(finished > 10, "{finished}");
}

/// What stands stands; and only its own weight presses on the ground, shared by the quadrants.
#[test]
fn what_stands_feels_its_weight() {
    let plan = plan(3.0);
    let mut candidate: Candidate<f64> = zoo::shipped("quadruped", zoo::cpg(), 4);
    if let burgess_physics::model::Controller::Cpg { joints, .. } = &mut candidate.controller {
        joints.iter_mut().for_each(|joint| (joint.amplitude, joint.offset) = (0.0, 0.0));
    }
    let experience = record(&candidate, &plan.world, &plan.task, PERIOD).0.unwrap();
    let last = columns(&experience, &CONTACT).split_off(4 * 59);
    // f / (f + w) of a share f = q w is q / (1 + q).
    let weight: f32 = last.iter().map(|share| share / (1.0 - share)).sum();
    assert!((weight - 1.0).abs() < 0.01 && last.iter().all(|&share| share > 0.1), "{last:?}");
    let speed = columns(&experience, &VELOCITY).split_off(3 * 59);
    assert!(speed.iter().all(|v| v.abs() < 0.01), "{speed:?}");
}

#[test]
fn an_episode_that_ends_at_once_is_one_frame() {
    let mut plan = plan(0.02);
    plan.task.steps = 3;
    let candidate = zoo::shipped("quadruped", zoo::cpg(), 4);
    let (experience, returns) = record(&candidate, &plan.world, &plan.task, PERIOD);
    let experience = experience.unwrap();
    assert_eq!((experience.frames(), returns.steps), (1, 3));
    experience.check(&recorded_layout(20.0)).unwrap();
}

/// The command with more arguments.
fn train<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ["train-encoder", "results/small-0-1"].iter().chain(more).copied().collect()
}

#[test]
fn encoders_learn_from_runs() {
    let dir = tempfile::tempdir().unwrap();
    let small = r#"(
        name: "small", body: Evolve(seeds: ["quadruped", "biped"]), policy: Cpg(sharing: Gene),
        task: (duration: 1.5, reward: [(term: Distance)]),
        descriptors: [(kind: FinalX, range: (-1.0, 1.0), bins: 8), (kind: FinalY, range: (-1.0, 1.0), bins: 8)],
        archive: Grid(), batch_size: 32, budget: (generations: 2),
    )"#;
    fs::write(dir.path().join("small.ron"), small).unwrap();
    ask(dir.path(), &["run", "small.ron", "--backend", "cpu"]);
    let pca = ask(dir.path(), &train(&["--encoder", "(kind: Pca(latent: 3), dimensions: 2)", "--out", "pca"]));
    assert!(pca.contains("held out: reconstruction misses") && pca.contains("pca.safetensors"), "{pca}");
    // Offspring are the default: of each elite but the held out, those that compile and do not diverge.
    let counts = |text: &str| -> Vec<usize> {
        let first = text.lines().next().unwrap().replace(',', "");
        first.split(' ').filter_map(|word| word.parse().ok()).collect()
    };
    let [elites, offspring, _, held_out] = counts(&pca)[..] else { panic!("{pca}") };
    assert!(
        elites >= 9 && held_out == (elites + held_out) / 10 && (5 * elites..=10 * elites).contains(&offspring),
        "{pca}"
    );
    let alone = ask(dir.path(), &train(&["--encoder", "(kind: Pca())", "--offspring", "0", "--out", "new/pca"]));
    assert_eq!((counts(&alone)[0], counts(&alone)[1], counts(&alone)[3]), (elites, 0, held_out));
    assert!(dir.path().join("new/pca.ron").exists());
    // Runs are learned from side by side.
    let twice =
        ["train-encoder", "results/small-0-1", "results/small-0-1", "--encoder", "(kind: Pca())", "--out", "two"];
    assert!(counts(&ask(dir.path(), &twice))[1] > offspring);
    let encoder = Encoder::load_file(&dir.path().join("pca"), &recorded_layout(10.0)).unwrap();
    assert_eq!((encoder.version(), encoder.layout().columns(Role::Observed).len()), (1, 24));
    assert!(dir.path().join("pca-map.svg").exists());
    assert!(!dir.path().join("pca-training.png").exists() && !dir.path().join("pca-imagination.png").exists());
    // What it was not made for is told.
    let other = Encoder::load_file(&dir.path().join("pca"), &recorded_layout(20.0)).unwrap_err().to_string();
    assert!(other.contains("expected 20 frames a second, got 10"), "{other}");
    #[cfg(feature = "learn")]
    {
        let spec = "(kind: WorldModel(size: Tiny))";
        let hash = |threads: &str, out: &str| {
            let arguments = train(&["--encoder", spec, "--steps", "6", "--rate", "20", "--out", out]);
            let mut command = crate::place::burgess();
            let output =
                command.args(arguments).current_dir(dir.path()).env("RAYON_NUM_THREADS", threads).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(text.contains("angular velocity") && text.contains("15 frames imagined"), "{text}");
            assert!(!text.contains("NaN"), "{text}");
            let hash = text.lines().find(|line| line.starts_with("encoder ")).unwrap();
            hash.split(':').next().unwrap().to_owned()
        };
        assert_eq!(hash("1", "a"), hash("2", "b"));
        for figure in ["a-map.png", "a-training.svg", "a-imagination.png"] {
            assert!(dir.path().join(figure).exists(), "{figure}");
        }
    }
    for (arguments, message) in [
        (train(&["--out", "x", "--rate", "7"]), "--rate must divide the 240 steps a second, and is 7"),
        (train(&["--out", "x", "--encoder", "(kind: Pcb())"]), "no encoder (docs/latent.md), and no file"),
        (vec!["train-encoder", "nowhere", "--out", "x"], "nowhere"),
        (train(&["--out", "small"]), "small.ron: there is a file of this name that is no encoder"),
    ] {
        let error = fail(dir.path(), &arguments);
        assert!(error.contains(message), "{error}");
    }
    assert_eq!(fs::read_to_string(dir.path().join("small.ron")).unwrap(), small);
    assert!(!dir.path().join("x.ron").exists() && !dir.path().join("x.safetensors").exists());
}
