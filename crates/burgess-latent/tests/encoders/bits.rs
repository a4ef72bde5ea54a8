//! The same seed gives the same bits: again, on any number of threads, stopped and resumed, in any company.

use crate::oscillating::{self, all, layout, oscillators, replay, small_specs};
use burgess_core::rng::{Purpose, Stream};
use burgess_latent::{Encoder, LatentError, Trainer};
use burgess_physics::experience::Experience;
use rayon::ThreadPoolBuilder;

/// Gradient steps; none where the build can't take any.
const STEPS: usize = if cfg!(feature = "learn") { 20 } else { 0 };

fn trained(spec: &burgess_latent::EncoderSpec, steps: &[usize], seed: u64) -> Trainer {
    let replay = replay(0, 40);
    let mut trainer = Trainer::new(spec, &layout(), seed).unwrap();
    for steps in steps {
        trainer = Trainer::restore(&trainer.save()).unwrap();
        trainer.train(&all(&replay), *steps, seed, 0, |_| ()).unwrap();
    }
    trainer
}

#[test]
fn threads_make_no_difference() {
    for spec in small_specs() {
        let on = |threads: usize| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let trainer = trained(&spec, &[STEPS], 1);
                (trainer.save(), trainer.encode(&all(&replay(500, 40))).unwrap())
            })
        };
        let one = on(1);
        assert!(one == on(1) && one == on(2) && one == on(3), "{}", spec.kind.name());
    }
}

#[test]
fn a_training_that_was_stopped_and_resumed_is_the_same() {
    for spec in small_specs() {
        let (whole, parts) = (trained(&spec, &[STEPS], 1), trained(&spec, &[STEPS / 2, STEPS / 2], 1));
        assert_eq!(whole.hash(), parts.hash(), "{}", spec.kind.name());
        assert!(whole == parts);
        assert_eq!(whole.save(), parts.save());
        assert_eq!(whole.version(), 1);
    }
}

#[test]
fn seeds_and_rounds_matter() {
    for spec in &small_specs()[1..] {
        let mut trainer = trained(spec, &[STEPS], 1);
        assert_ne!(trainer.hash(), trained(spec, &[STEPS], 2).hash());
        let before = trainer.hash();
        trainer.train(&all(&replay(40, 40)), STEPS, 1, 1, |_| ()).unwrap();
        assert_eq!((trainer.version(), trainer.steps()), (2, 2 * STEPS as u64));
        assert_ne!(trainer.hash(), before);
    }
}

/// A sequence's descriptor doesn't depend on who is encoded beside it, nor on what they are long.
#[test]
fn company_makes_no_difference() {
    let others = replay(300, 37);
    for spec in small_specs() {
        let trainer = trained(&spec, &[STEPS], 1);
        let together = trainer.encode(&all(&others)).unwrap();
        for (experience, descriptor) in others.iter().zip(&together) {
            assert_eq!(&trainer.encode(&[experience]).unwrap()[0], descriptor);
        }
        assert_eq!(trainer.encode(&[]).unwrap(), Vec::<Vec<f64>>::new());
    }
}

#[test]
fn one_frame_is_a_sequence_too() {
    let single: Vec<_> = (0..5).map(|candidate| oscillators(candidate, 1)).collect();
    for spec in small_specs() {
        let mut trainer = Trainer::new(&spec, &layout(), 1).unwrap();
        trainer.train(&all(&single), STEPS, 1, 0, |_| ()).unwrap();
        let descriptors = trainer.encode(&all(&single)).unwrap();
        assert!(descriptors.iter().flatten().all(|x| x.is_finite()));
    }
}

#[test]
fn what_can_not_be_learned_from_changes_nothing() {
    for spec in small_specs() {
        let mut trainer = Trainer::new(&spec, &layout(), 1).unwrap();
        let (before, mut broken) = (trainer.save(), replay(0, 3));
        assert!(matches!(trainer.encode(&all(&broken)), Err(LatentError::Untrained)));
        assert!(matches!(trainer.train(&[], STEPS, 1, 0, |_| ()), Err(LatentError::EmptyReplay)));
        broken[1].features[4] = f32::NAN;
        let message = trainer.train(&all(&broken), STEPS, 1, 0, |_| ()).unwrap_err().to_string();
        assert_eq!(message, "experience 1: feature 4 of frame 0 must be finite, and is NaN");
        assert!(trainer.latents(&all(&broken)).is_err());
        broken[1].features.pop();
        let message = trainer.train(&all(&broken), STEPS, 1, 0, |_| ()).unwrap_err().to_string();
        assert_eq!(message, "experience 1: expected 175 features (25 frames of 7), got 174");
        assert_eq!(trainer.save(), before);
    }
}

#[test]
fn saved_bytes_that_were_cut_or_changed_are_refused() {
    let bytes = trained(&small_specs()[0], &[0], 1).save();
    let refused = |bytes: &[u8]| Trainer::restore(bytes).unwrap_err().to_string();
    assert!(refused(&[]).contains("expected `burgess trainer 2`"));
    assert!(refused(&bytes[..30]).contains("ends too early"));
    assert!(refused(&bytes[..bytes.len() - 1]).contains("checksum"));
    let mut changed = bytes.clone();
    changed[100] ^= 1;
    assert!(refused(&changed).contains("checksum"));
}

#[test]
fn an_encoder_can_be_trained_on() {
    let spec = &small_specs()[1];
    let encoder: Encoder = trained(spec, &[STEPS], 1).encoder().clone();
    let mut trainer = Trainer::from(encoder.clone());
    assert_eq!(trainer.encoder(), &encoder);
    trainer.train(&all(&replay(0, 40)), STEPS, 1, 1, |_| ()).unwrap();
    assert_eq!(trainer.version(), 2);
}

/// Golden: first weights and inference are plain arithmetic, the same on every machine and in every version.
#[test]
fn first_latents_are_what_they_always_were() {
    let mut stream = Stream::new(21, 0, 0, Purpose::Test);
    let mut numbers = |count| (0..count).map(|_| stream.range(-2.0, 2.0) as f32).collect();
    let experience = Experience { features: numbers(25 * oscillating::WIDTH), rewards: numbers(25) };
    let first = small_specs().map(|spec| {
        let trainer = Trainer::new(&spec, &layout(), 1).unwrap();
        trainer.latents(&[&experience]).unwrap()[0][0]
    });
    assert_eq!(first, [0.0, 0.1940762996673584, -0.1211871375143528]);
}
