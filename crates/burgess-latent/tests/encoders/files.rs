//! Encoders in files: they come back whole, and what doesn't fit is refused in words that have both sides.

use crate::oscillating::{all, layout, replay, small_specs};
use burgess_latent::{Encoder, EncoderKind, EncoderSpec, LatentError, Trainer};
use burgess_physics::experience::{Group, Layout, Role};
use std::fs;
use std::path::Path;

/// Gradient steps; none where the build can't take any.
const STEPS: usize = if cfg!(feature = "learn") { 3 } else { 0 };

fn trained(spec: &EncoderSpec) -> Encoder {
    let mut trainer = Trainer::new(spec, &layout(), 1).unwrap();
    trainer.train(&all(&replay(0, 20)), STEPS, 1, 0, |_| ()).unwrap();
    trainer.encoder().clone()
}

fn refused(name: &Path, layout: &Layout) -> String {
    Encoder::load_file(name, layout).unwrap_err().to_string()
}

#[test]
fn encoders_come_back_to_the_bit() {
    let dir = tempfile::tempdir().unwrap();
    for spec in small_specs() {
        let (encoder, name) = (trained(&spec), dir.path().join(spec.kind.name()));
        encoder.save_file(&name).unwrap();
        let back = Encoder::load_file(&name, &layout()).unwrap();
        assert_eq!((back.hash(), &back), (encoder.hash(), &encoder));
        let others = replay(100, 5);
        assert_eq!(back.encode(&all(&others)).unwrap(), encoder.encode(&all(&others)).unwrap());
    }
    let left: Vec<String> =
        fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(left.len() == 6 && left.iter().all(|name| !name.ends_with(".tmp")), "{left:?}");
}

#[test]
fn what_does_not_fit_is_named_with_what_was_expected() {
    let dir = tempfile::tempdir().unwrap();
    let spec = &small_specs()[2];
    let (encoder, name) = (trained(spec), dir.path().join("model"));
    encoder.save_file(&name).unwrap();

    let other = Layout::new(5.0, vec![Group { name: "height".into(), width: 1, role: Role::Observed }]).unwrap();
    let message = refused(&name, &other);
    assert!(message.contains("expected `height` (1 observed) as group 0, got `positions` (2 observed)"), "{message}");

    let message = encoder.expect(&small_specs()[1], &layout()).unwrap_err().to_string();
    assert!(message.contains("expected Autoencoder") && message.contains("got WorldModel"), "{message}");
    assert!(encoder.expect(spec, &layout()).is_ok());

    let description = dir.path().join("model.ron");
    let text = fs::read_to_string(&description).unwrap();
    fs::write(&description, text.replace("Tiny", "Small")).unwrap();
    let message = refused(&name, &layout());
    assert!(message.contains("expected `input.weight` of shape [194, 64] as array 0, got"), "{message}");
    fs::write(&description, text.replacen("format: 1", "format: 9", 1)).unwrap();
    assert!(refused(&name, &layout()).contains("expected format 1, got 9"));
    fs::write(&description, text.replacen("version: 1", "version: 1, more: 2", 1)).unwrap();
    assert!(refused(&name, &layout()).contains("more"));
    fs::write(&description, text.replacen("count: ", "count: 1", 1)).unwrap();
    assert!(refused(&name, &layout()).contains("expected an encoder of hash"));
    let often = "\"input.weight\",".repeat(100_000);
    fs::write(&description, text.replacen("arrays: [", &format!("arrays: [{often}"), 1)).unwrap();
    assert!(refused(&name, &layout()).contains("`input.weight` is named twice"));
    fs::write(&description, &text).unwrap();
    assert!(Encoder::load_file(&name, &layout()).is_ok());
}

#[test]
fn damaged_and_mixed_files_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let spec = &small_specs()[1];
    let (name, weights) = (dir.path().join("model"), dir.path().join("model.safetensors"));
    assert!(refused(&name, &layout()).contains("model.ron"));
    trained(spec).save_file(&name).unwrap();
    let bytes = fs::read(&weights).unwrap();
    fs::write(&weights, &bytes[..bytes.len() - 4]).unwrap();
    assert!(refused(&name, &layout()).contains("model.safetensors"));
    let mut changed = bytes.clone();
    let last = changed.len() - 4;
    changed[last] ^= 1;
    fs::write(&weights, &changed).unwrap();
    assert!(refused(&name, &layout()).contains("expected weights of hash"));
    let mut broken = bytes;
    broken[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(&weights, &broken).unwrap();
    assert!(refused(&name, &layout()).contains("a weight is not finite"));
    fs::remove_file(&weights).unwrap();
    assert!(refused(&name, &layout()).contains("model.safetensors"));
}

#[test]
fn settings_out_of_bounds_are_all_named() {
    let mut spec = small_specs()[0].clone();
    spec.kind = EncoderKind::Pca { frames: 0, commanded: false, latent: 0 };
    let Err(LatentError::Spec(problems)) = Trainer::new(&spec, &layout(), 1) else { panic!() };
    assert!(problems.len() >= 2 && problems[0].starts_with("kind.frames: must be 1 to"), "{problems:?}");
}

#[test]
fn only_world_models_foresee() {
    let one = &replay(0, 1)[0];
    let pca = trained(&small_specs()[0]);
    assert!(pca.predict(one).unwrap_err().to_string().contains("WorldModel, this one is of kind Pca"));
    let model = trained(&small_specs()[2]);
    assert_eq!(model.predict(one).unwrap().rewards.len(), 25);
    assert!(model.imagine(one, &[0.0; 5], 2).unwrap_err().to_string().contains("expected 4 finite commands"));
    assert_eq!(model.imagine(one, &[], 0).unwrap().rewards.len(), 0);
}
