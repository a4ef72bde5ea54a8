//! World models that watch episodes: what an `Mlp` sees is what the encoder infers from the recorded experience, and runs keep the model.

use crate::place::{ask, fail};
use crate::zoo;
use burgess_evolution::experiment::{from_text, load};
use burgess_evolution::genome::Policy;
use burgess_evolution::gradcheck::situation::all;
use burgess_evolution::gradcheck::{Bound, against_differences};
use burgess_latent::{Encoder, EncoderKind, EncoderSpec, FrozenWorldModel, LatentOf, Size, WorldModelError};
use burgess_physics::experience::Experience;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::Controller;
use burgess_physics::observer::Observer;
use burgess_physics::step::episode::Episode;
use burgess_physics::step::record::record;
use std::fs;
use std::path::Path;

/// Steps of a frame of [`zoo::watched`].
const PERIOD: u32 = 6;
/// What inference in float32 and an episode in float64 may differ by in a probability.
const APART: f64 = 1e-5;

/// The latents of all frames, by inference: a latent is a mean over frames, so that those of longer and longer parts give them one by one.
fn inferred(encoder: &Encoder, observer: &Observer, experience: &Experience) -> Vec<Vec<f64>> {
    let width = experience.features.len() / experience.frames();
    let parts: Vec<Experience> = (1..=experience.frames())
        .map(|n| Experience {
            features: experience.features[..n * width].to_vec(),
            rewards: experience.rewards[..n].to_vec(),
        })
        .collect();
    let EncoderKind::WorldModel { latent, .. } = encoder.spec().kind else { panic!("a world model") };
    let skipped = if latent == LatentOf::StateAndProbabilities { observer.sizes().deterministic } else { 0 };
    let means = encoder.latents(&parts.iter().collect::<Vec<_>>()).unwrap();
    let sum = |n: usize, i: usize| if n == 0 { 0.0 } else { n as f64 * means[n - 1][skipped + i] };
    let one = |n: usize| (0..observer.latent_size()).map(|i| sum(n + 1, i) - sum(n, i)).collect();
    (0..means.len()).map(one).collect()
}

#[test]
fn an_episode_sees_what_the_encoder_infers_from_its_experience() {
    let plan = zoo::experiment(zoo::watched(), TerrainSpec::default(), 1.0).plan();
    let (observer, period) = plan.task.observer.clone().unwrap();
    assert_eq!(period, PERIOD);
    let policy = zoo::watched();
    let model = policy.world_model().unwrap().model().unwrap();
    assert_eq!(&observer, model.observer());
    let mut varied: f64 = 0.0;
    for (seed, name) in zoo::BODIES.into_iter().enumerate() {
        let candidate = zoo::shipped(name, zoo::watched(), seed as u64);
        let (experience, _) = record(&candidate, &plan.world, &plan.task, PERIOD);
        let expected = inferred(model.encoder(), &observer, &experience.unwrap());
        let mut episode = Episode::new(&candidate, &plan.world, &plan.task);
        let watching = |episode: &Episode<'_, f64>| episode.watching().unwrap().latent(episode.steps()).to_vec();
        assert!(watching(&episode).iter().all(|&z| z == 0.0), "before the first frame");
        while episode.advance() {
            let z = watching(&episode);
            let frames = (episode.steps() / PERIOD) as usize;
            let Some(expected) = frames.checked_sub(1).map(|frame| &expected[frame]) else {
                assert!(z.iter().all(|&z| z == 0.0), "in the first frame");
                continue;
            };
            for (z, expected) in z.iter().zip(expected) {
                assert!((z - expected).abs() < APART, "{name}, frame {frames}: {z} and {expected}");
                varied = varied.max((z - 0.25).abs());
            }
        }
    }
    assert!(varied > 0.1, "the model says next to nothing: {varied}");
}

#[test]
fn what_it_sees_changes_what_it_does() {
    let plan = zoo::experiment(zoo::watched(), TerrainSpec::default(), 1.0).plan();
    let candidate = zoo::shipped("quadruped", zoo::watched(), 3);
    let mut blind = candidate.clone();
    let Controller::Mlp { layers, .. } = &mut blind.controller else { panic!("a network") };
    let inputs = layers[0].inputs;
    for row in layers[0].weights.chunks_exact_mut(inputs) {
        row[12..28].fill(0.0);
    }
    let reward = |candidate| Episode::new(candidate, &plan.world, &plan.task).run().reward;
    assert_ne!(reward(&candidate), reward(&blind));
}

fn experiment(world_model: &str) -> String {
    format!(
        r#"(
        name: "watched", body: Fixed("quadruped"),
        policy: Mlp(hidden: [6], world_model: "{world_model}"),
        task: (duration: 0.5, reward: [(term: Distance)]),
        descriptors: [(kind: FinalX, range: (-1.0, 1.0), bins: 8), (kind: FinalY, range: (-1.0, 1.0), bins: 8)],
        archive: Grid(), batch_size: 16, budget: (generations: 2),
    )"#
    )
}

#[test]
fn runs_keep_their_world_model() {
    let dir = tempfile::tempdir().unwrap();
    FrozenWorldModel::untrained(Size::Tiny, 10.0, 5).unwrap().save(&dir.path().join("model")).unwrap();
    fs::write(dir.path().join("watched.ron"), experiment("model")).unwrap();
    let loaded = load(&dir.path().join("watched.ron"), &[]).unwrap().experiment;
    assert_eq!(loaded.policy.latent_size(), 16);
    ask(dir.path(), &["run", "watched.ron", "--backend", "cpu"]);
    // What the run was made with is its own from there on.
    for extension in ["ron", "safetensors"] {
        fs::remove_file(dir.path().join("model").with_extension(extension)).unwrap();
        assert!(dir.path().join("results/watched-0-1/observer").with_extension(extension).exists());
    }
    let verified = ask(dir.path(), &["verify", "results/watched-0-1", "--backend", "cpu"]);
    assert!(verified.contains("equal to the bit"), "{verified}");
    ask(dir.path(), &["resume", "results/watched-0-1"]);
    // Without it, the run can't go on.
    fs::remove_file(dir.path().join("results/watched-0-1/observer.ron")).unwrap();
    let error = fail(dir.path(), &["verify", "results/watched-0-1", "--backend", "cpu"]);
    assert!(error.contains("policy.world_model") && error.contains("observer.ron"), "{error}");
}

#[test]
fn what_is_no_world_model_of_recorded_features_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let wrong = |name: &str| from_text(&experiment(name), "watched.ron", dir.path(), &[]).unwrap_err().to_string();
    let missing = wrong("nowhere");
    assert!(missing.contains("policy.world_model") && missing.contains("nowhere.ron"), "{missing}");
    FrozenWorldModel::untrained(Size::Tiny, 7.0, 5).unwrap().save(&dir.path().join("seven")).unwrap();
    let rate = wrong("seven");
    assert!(rate.contains("divide physics.rate, 240") && rate.contains("7 a second"), "{rate}");
    let load = |name: &str| FrozenWorldModel::load(&dir.path().join(name));
    // Another kind, and other features.
    let trained = |spec: EncoderSpec, width: usize, name: &str| {
        use burgess_latent::Trainer;
        use burgess_physics::experience::{Group, Layout, Role};
        let group = Group { name: "angles".into(), width, role: Role::Observed };
        let layout = Layout::new(10.0, vec![group]).unwrap();
        let trainer = Trainer::new(&spec, &layout, 1).unwrap();
        trainer.encoder().save_file(&dir.path().join(name)).unwrap();
    };
    trained(EncoderSpec::new(EncoderKind::pca()), 29, "pca");
    assert!(matches!(load("pca"), Err(WorldModelError::Kind("Pca"))), "{:?}", load("pca"));
    trained(EncoderSpec::new(EncoderKind::world_model(Size::Tiny)), 29, "angles");
    let features = load("angles").unwrap_err().to_string();
    assert!(features.contains("expected `up` (3 observed) as group 0, got `angles`"), "{features}");
    // The model that a policy has is part of it.
    let [one, other] = [5, 6].map(|seed| {
        FrozenWorldModel::untrained(Size::Tiny, 10.0, seed).unwrap().save(&dir.path().join("one")).unwrap();
        from_text(&experiment("one"), "watched.ron", Path::new(dir.path()), &[]).unwrap().experiment.policy
    });
    assert!(matches!(one, Policy::Mlp { .. }));
    assert_ne!(one, other);
}

/// The way back through model, frames and features against differences in float64, over the first step and over ten frames.
#[test]
fn gradients_through_the_model_are_those_that_differences_show() {
    let situations = all().unwrap();
    let watching = situations.iter().find(|situation| situation.name == "watching world model").unwrap();
    let subject = watching.find().unwrap();
    for (steps, error) in [(1, 1e-6), (60, 1e-5)] {
        let (plan, bound) = (watching.plan(steps), Bound { error, cosine: 0.9999 });
        let rows = against_differences(&subject, &plan.task, bound, 12);
        assert!(rows.len() > 20, "{} classes", rows.len());
        for row in rows {
            println!("{steps} steps: {}: {:.1e} of {}, kinks {:?}", row.class, row.error, row.compared, row.kinks);
            assert!(row.reaches(bound), "{steps} steps: {row:?}");
        }
    }
}
