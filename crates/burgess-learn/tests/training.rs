//! Training: the same bits whatever the threads and wherever it was stopped, bodies that learn, files.

use burgess_core::rng::{Purpose, Stream};
use burgess_learn::train::{RENEWAL, Setting, Trained, Trainer, TrainingSpec, Way};
use burgess_learn::{LearnError, SharedSpec};
use burgess_physics::batch::CpuBackend;
use burgess_physics::example::{crawler, plan};
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::model::Model;
use burgess_physics::plan::{BrainKind, Plan};
use std::fs;

fn brain() -> SharedSpec {
    SharedSpec { width: 8, hidden: vec![4], style: 2, control_rate: 30, commands: false }
}

/// Crawlers of two to six legs and of many weights.
fn body(number: u64) -> Model<f32> {
    let mut stream = Stream::new(1, 0, number, Purpose::Test);
    let mut model = crawler(2 + stream.below(5));
    let factor = stream.range(0.7, 1.4);
    model.links.iter_mut().for_each(|link| link.mass *= factor);
    model.map(|x| x as f32)
}

fn setting(steps: u32) -> Plan {
    let mut plan = plan(BrainKind::Cpg, steps);
    plan.task.reward = vec![(RewardTerm::ForwardVelocity, 1.0)];
    Trained::fit(&brain(), plan).unwrap()
}

fn spec(way: Way, updates: u64, bodies: usize) -> TrainingSpec {
    TrainingSpec { updates, bodies, way, ..TrainingSpec::default() }
}

const EXPLORATION: Way = Way::Exploration { members: 4, rhythm: 0.3, feedback: 0.05 };
const WINDOWS: Way = Way::Windows { window: 0.1, clip: 1.0 };

/// Updates until so many are done.
fn train(trainer: &mut Trainer, plan: &Plan, until: u64) {
    let backend = CpuBackend::new(plan, Some(2)).unwrap();
    let setting = Setting { plan, backend: &backend, bodies: &body, seed: 3 };
    while trainer.state().updates < until {
        trainer.update(&setting).unwrap();
    }
}

#[test]
fn the_same_seed_gives_the_same_brain_on_any_number_of_threads() {
    let plan = setting(24);
    for way in [EXPLORATION, WINDOWS] {
        let hash = |threads: usize| {
            let mut trainer = Trainer::new(&brain(), spec(way, 3, 9), 3, String::new());
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| train(&mut trainer, &plan, 3));
            trainer.state().brain.hash()
        };
        assert_eq!(hash(1), hash(3), "{way:?}");
    }
}

#[test]
fn what_goes_on_from_a_checkpoint_has_the_bits_of_what_was_not_stopped() {
    let plan = setting(24);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("brain.safetensors");
    for way in [EXPLORATION, WINDOWS] {
        let mut whole = Trainer::new(&brain(), spec(way, 70, 3), 3, String::new());
        train(&mut whole, &plan, RENEWAL);
        whole.state().save(&path).unwrap();
        assert!(whole.is_checkpoint());
        train(&mut whole, &plan, RENEWAL + 3);
        assert_eq!(whole.is_checkpoint(), way == EXPLORATION);
        let mut again = Trainer::resume(Trained::load(&path).unwrap());
        assert_eq!(again.state().updates, RENEWAL);
        train(&mut again, &plan, RENEWAL + 3);
        assert_eq!(whole.state().brain.hash(), again.state().brain.hash(), "{way:?}");
        assert_eq!(whole.state().bodies, again.state().bodies);
    }
}

/// From standing nearly still to a crawl, also with bodies that were never seen.
#[test]
fn bodies_learn_to_move() {
    let plan = setting(240);
    let backend = CpuBackend::new(&plan, Some(2)).unwrap();
    let unseen = |number: u64| body(number + (1 << 40));
    let earned = |trainer: &Trainer| {
        // Nothing is learned from these: the brain is thrown away.
        let mut judge = Trainer::resume(Trained {
            training: spec(Way::Exploration { members: 2, rhythm: 1e-6, feedback: 0.0 }, 1, 24),
            ..trainer.state().clone()
        });
        judge.update(&Setting { plan: &plan, backend: &backend, bodies: &unseen, seed: 3 }).unwrap().reward
    };
    let mut trainer =
        Trainer::new(&brain(), TrainingSpec { rate: 0.02, ..spec(EXPLORATION, 30, 24) }, 3, String::new());
    let before = earned(&trainer);
    train(&mut trainer, &plan, 30);
    let after = earned(&trainer);
    assert!(after > before + 0.02, "{before} m/s before, {after} after");
}

#[test]
fn files_that_are_no_brain_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("brain.safetensors");
    let message = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        Trained::load(&path).unwrap_err().to_string()
    };
    Trainer::new(&brain(), TrainingSpec::default(), 3, String::new()).state().save(&path).unwrap();
    let whole = fs::read(&path).unwrap();
    assert!(Trained::load(&path).is_ok());
    assert!(message(b"no safetensors").contains("brain.safetensors"));
    assert!(message(&whole[..whole.len() - 4]).contains("brain.safetensors"));
    let header = 8 + u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize;
    let mut damaged = whole.clone();
    damaged[header + 1] ^= 1;
    assert!(message(&damaged).contains("expected arrays of hash"));
    let text = String::from_utf8_lossy(&whole[8..header]).replace("format:1", "format:9");
    let other: Vec<u8> =
        whole[..8].iter().copied().chain(text.bytes()).chain(whole[header..].iter().copied()).collect();
    assert!(message(&other).contains("expected format 1, got 9"));
    fs::remove_file(&path).unwrap();
    assert!(Trained::load(&path).is_err());
}

#[test]
fn rates_that_do_not_fit_are_refused() {
    let spec = SharedSpec { control_rate: 7, ..brain() };
    let error = Trained::fit(&spec, plan(BrainKind::Cpg, 24)).unwrap_err();
    assert!(matches!(error, LearnError::Training(_)));
    assert!(error.to_string().contains("7 times a second"), "{error}");
}

#[test]
fn problems_name_their_field() {
    let wrong = TrainingSpec {
        updates: 0,
        bodies: 0,
        rate: -1.0,
        last_rate: 2.0,
        way: Way::Exploration { members: 3, rhythm: 0.0, feedback: -1.0 },
    };
    let fields: Vec<&str> = wrong.problems().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["updates", "bodies", "rate", "last_rate", "way.members", "way.rhythm", "way.feedback"]);
    let wrong = TrainingSpec { way: Way::Windows { window: 0.0, clip: 0.0 }, ..TrainingSpec::default() };
    assert_eq!(wrong.problems().len(), 2);
    let wrong = SharedSpec { width: 0, hidden: Vec::new(), style: 100, control_rate: 0, commands: false };
    assert_eq!(wrong.problems().len(), 4);
}
