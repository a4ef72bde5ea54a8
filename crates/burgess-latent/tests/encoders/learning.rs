//! What encoders learn of synthetic experiences: that they see their structure, on candidates that they have not been trained on.

#![cfg(feature = "learn")]

use crate::oscillating::{
    self, COMMANDED_COLUMNS, OBSERVED, OBSERVED_COLUMNS, WIDTH, all, layout, oscillators, replay,
};
use burgess_core::rng::{Purpose, Stream};
use burgess_latent::{EncoderKind, EncoderSpec, Foreseen, Size, Trainer, Training};
use burgess_physics::experience::{Experience, Group, Layout, Role};
use std::sync::LazyLock;

/// The part of held-out variance that one-step foresight must explain. It explains 0.98.
const EXPLAINED: f64 = 0.9;

/// A world model that both tests below share, as training takes most of their time.
static WORLD_MODEL: LazyLock<Trainer> = LazyLock::new(|| {
    let size = Size::Explicit { deterministic: 48, hidden: 32, categoricals: 8, classes: 8, blocks: 1 };
    let mut spec = EncoderSpec::new(EncoderKind::world_model(size));
    spec.training = Training { batch_size: 16, learning_rate: 3e-3, ..Training::default() };
    let replay = replay(0, 300);
    let mut trainer = Trainer::new(&spec, &layout(), 1).unwrap();
    trainer.train(&all(&replay), 400, 1, 0, |_| ()).unwrap();
    trainer
});

/// Observed features of frames from `first` on.
fn observed(experience: &Experience, first: usize) -> Vec<f32> {
    let frames = experience.features.chunks_exact(WIDTH).skip(first);
    frames.flat_map(|frame| OBSERVED_COLUMNS.map(|column| frame[column])).collect()
}

/// Sums over candidates of squared misses, each feature in units of its variance over all of them.
struct Misses {
    variances: Vec<f64>,
    total: f64,
    count: f64,
}

impl Misses {
    fn new(truths: &[Vec<f32>]) -> Self {
        let column = |feature: usize| truths.iter().flat_map(move |rows| rows.iter().skip(feature).step_by(OBSERVED));
        let mean = |values: &dyn Fn() -> Vec<f64>| values().iter().sum::<f64>() / values().len() as f64;
        let variances = (0..OBSERVED).map(|feature| {
            let middle = mean(&|| column(feature).map(|x| f64::from(*x)).collect());
            mean(&|| column(feature).map(|x| (f64::from(*x) - middle).powi(2)).collect())
        });
        Self { variances: variances.collect(), total: 0.0, count: 0.0 }
    }

    fn add(&mut self, truth: &[f32], guess: &[f32]) {
        assert_eq!(truth.len(), guess.len());
        for (i, (truth, guess)) in truth.iter().zip(guess).enumerate() {
            self.total += f64::from(truth - guess).powi(2) / self.variances[i % OBSERVED];
            self.count += 1.0;
        }
    }

    fn mean(&self) -> f64 {
        self.total / self.count
    }
}

#[test]
fn a_world_model_foresees_the_next_frame() {
    let held_out = replay(1000, 50);
    let truths: Vec<Vec<f32>> = held_out.iter().map(|experience| observed(experience, 0)).collect();
    let mut misses = Misses::new(&truths);
    let (mut of_rewards, mut rewards) = (0.0, 0.0);
    for (experience, truth) in held_out.iter().zip(&truths) {
        let Foreseen { observed, rewards: foreseen } = WORLD_MODEL.predict(experience).unwrap();
        misses.add(truth, &observed);
        for (truth, guess) in experience.rewards.iter().zip(&foreseen) {
            of_rewards += f64::from(truth - guess).powi(2);
            rewards += f64::from(*truth).powi(2);
        }
    }
    let explained = 1.0 - misses.mean();
    println!("explains {explained:.4} of the features, {:.4} of the rewards", 1.0 - of_rewards / rewards);
    assert!(explained > EXPLAINED && 1.0 - of_rewards / rewards > EXPLAINED, "{explained}");
    // Surprise is the same in the units of the replay, with the reward among the features.
    let surprise = WORLD_MODEL.surprise(&all(&held_out)).unwrap();
    assert!(surprise.iter().sum::<f64>() / 50.0 < 1.0 - EXPLAINED);
}

/// Ten frames are seen, fifteen imagined under the commands that were given.
#[test]
fn imagination_beats_standing_still() {
    let held_out: Vec<Experience> = (2000..2040).map(|candidate| oscillators(candidate, 25)).collect();
    let truths: Vec<Vec<f32>> = held_out.iter().map(|experience| observed(experience, 10)).collect();
    let (mut imagined, mut still) = (Misses::new(&truths), Misses::new(&truths));
    for (experience, truth) in held_out.iter().zip(&truths) {
        let context = Experience {
            features: experience.features[..10 * WIDTH].to_vec(),
            rewards: experience.rewards[..10].to_vec(),
        };
        let rest = experience.features[10 * WIDTH..].chunks_exact(WIDTH);
        let commands: Vec<f32> = rest.flat_map(|frame| COMMANDED_COLUMNS.map(|column| frame[column])).collect();
        let dream = WORLD_MODEL.imagine(&context, &commands, 15).unwrap();
        assert_eq!(dream.rewards.len(), 15);
        imagined.add(truth, &dream.observed);
        still.add(truth, &observed(&context, 9).repeat(15));
    }
    println!("imagined {:.4}, standing still {:.4}", imagined.mean(), still.mean());
    assert!(imagined.mean() < 0.3 * still.mean(), "{} {}", imagined.mean(), still.mean());
}

/// Points on a bent line in six coordinates: one unit of a bottleneck can follow it, one principal component can't.
#[test]
fn an_autoencoder_follows_a_curve_that_principal_components_cut() {
    let layout = Layout::new(1.0, vec![Group { name: "curve".into(), width: 6, role: Role::Observed }]).unwrap();
    let mut stream = Stream::new(12, 0, 0, Purpose::Test);
    let mut point = || {
        let u = stream.range(-1.5, 1.5);
        let features = [u.sin(), u.cos(), (2.0 * u).sin(), (2.0 * u).cos(), u * u, u].map(|x| x as f32).to_vec();
        Experience { features, rewards: vec![0.0] }
    };
    let (replay, held_out) =
        ((0..400).map(|_| point()).collect::<Vec<_>>(), (0..100).map(|_| point()).collect::<Vec<_>>());
    let missed = |kind: EncoderKind| {
        let mut spec = EncoderSpec::new(kind);
        (spec.dimensions, spec.training.learning_rate) = (1, 3e-3);
        let mut trainer = Trainer::new(&spec, &layout, 2).unwrap();
        let losses = trainer.train(&all(&replay), 600, 2, 0, |_| ()).unwrap();
        assert!(losses.curve.iter().all(|loss| loss.total.is_finite() && loss.dynamics == 0.0));
        trainer.surprise(&all(&held_out)).unwrap().iter().sum::<f64>() / 100.0
    };
    let (frames, commanded, latent) = (1, false, 1);
    let principal = missed(EncoderKind::Pca { frames, commanded, latent });
    let learned = missed(EncoderKind::Autoencoder { frames, commanded, hidden: vec![32, 32], latent });
    println!("principal components miss {principal:.4}, the autoencoder {learned:.4}");
    assert!(learned < 0.2 * principal, "{learned} {principal}");
}

/// Descriptors are of variance one over the replay, and candidates that are driven alike lie close together.
#[test]
fn descriptors_are_white_and_near_for_what_is_alike() {
    let replay = replay(0, 200);
    for spec in oscillating::small_specs() {
        let mut trainer = Trainer::new(&spec, &layout(), 3).unwrap();
        trainer.train(&all(&replay), 60, 3, 0, |_| ()).unwrap();
        let descriptors = trainer.encode(&all(&replay)).unwrap();
        for dimension in 0..3 {
            let mean = |f: &dyn Fn(f64) -> f64| descriptors.iter().map(|d| f(d[dimension])).sum::<f64>() / 200.0;
            assert!(mean(&|x| x).abs() < 1e-9 && (mean(&|x| x * x) - 1.0).abs() < 1e-6, "{}", spec.kind.name());
        }
        let mut nudged = replay[0].clone();
        nudged.features.iter_mut().for_each(|x| *x *= 1.001);
        let near = &trainer.encode(&[&nudged]).unwrap()[0];
        let apart = near.iter().zip(&descriptors[0]).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
        assert!(apart < 0.05, "{}: {apart}", spec.kind.name());
    }
}

#[test]
fn losses_fall_and_add_up() {
    let replay = replay(0, 100);
    let mut spec = oscillating::small_specs()[2].clone();
    if let EncoderKind::WorldModel { free_nats, .. } = &mut spec.kind {
        *free_nats = 0.0;
    }
    let mut trainer = Trainer::new(&spec, &layout(), 4).unwrap();
    let curve = trainer.train(&all(&replay), 80, 4, 0, |_| ()).unwrap().curve;
    assert!(curve.iter().enumerate().all(|(i, loss)| loss.step == i as u64));
    for loss in &curve {
        let sum = loss.reconstruction + loss.dynamics + 0.1 * loss.representation;
        assert!((loss.total - sum).abs() < 1e-4 * sum && loss.dynamics > 1e-3, "{loss:?}");
        assert!((loss.dynamics - loss.representation).abs() < 1e-4, "{loss:?}");
    }
    let mean =
        |losses: &[burgess_latent::Loss]| losses.iter().map(|loss| loss.total).sum::<f64>() / losses.len() as f64;
    assert!(mean(&curve[70..]) < 0.7 * mean(&curve[..10]), "{} {}", mean(&curve[..10]), mean(&curve[70..]));
}
