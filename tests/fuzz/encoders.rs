//! Encoders in files: as experiments name them (`latent.frozen`), as policies do (`world_model`), and what comes out of those that can be read.

use crate::harness::{Format, Inputs};
use crate::numbers::{change_bytes, one};
use crate::place::repository;
use crate::program::succeeds;
use crate::text::Texts;
use burgess_core::rng::{Purpose, Stream};
use burgess_evolution::genome::{Brain, GeneId, JointKey, Policy, PolicyFile, Sharing, WorldModelFile};
use burgess_latent::{Encoder, EncoderKind, EncoderSpec, FrozenWorldModel, LatentError, Trainer, Training};
use burgess_physics::experience::{Experience, Layout};
use burgess_physics::frame::recorded_layout;
use std::fs;
use std::path::Path;

pub(crate) const FORMAT: Format =
    Format { name: "encoders", few: 600, accepted: 0.1, prepare, open: |corpus| Box::new(Encoders::new(corpus)) };

/// Frames a second, as in `experiments/models/quadruped.ron`.
const RATE: f64 = 10.0;

/// Names the encoder that it finds beside it.
const EXPERIMENT: &str = r#"(
    name: "frozen", body: Fixed("hopper"), policy: Cpg(), task: (reward: [(term: Distance)]),
    latent: (rate: 10, frozen: "encoder"), archive: DominatedNovelty(size: 10), budget: (generations: 1),
)"#;

/// One encoder of each kind, and what names it.
fn prepare(corpus: &Path) {
    let models = repository().join("experiments/models");
    for extension in ["ron", "safetensors"] {
        fs::copy(models.join("quadruped").with_extension(extension), corpus.join("model").with_extension(extension))
            .unwrap();
    }
    let layout = recorded_layout(RATE);
    let experiences: Vec<Experience> = (0..6).map(|i| experience(&layout, i, 8)).collect();
    let kinds = [
        ("pca", EncoderKind::Pca { frames: 2, commanded: false, latent: 3 }),
        #[cfg(feature = "learn")]
        ("autoencoder", EncoderKind::Autoencoder { frames: 2, commanded: true, hidden: vec![4], latent: 2 }),
    ];
    for (name, kind) in kinds {
        let spec = EncoderSpec { kind, dimensions: 2, training: Training { batch_size: 4, ..Training::default() } };
        let mut trainer = Trainer::new(&spec, &layout, 1).unwrap();
        trainer.train(&experiences.iter().collect::<Vec<_>>(), 2, 1, 0, |_| ()).unwrap();
        trainer.encoder().save_file(&corpus.join(name)).unwrap();
    }
    let model = FrozenWorldModel::load(&models.join("quadruped")).unwrap();
    let world_model = Some(WorldModelFile::of(model, "encoder"));
    let (sharing, frequency) = (Sharing::Gene, (0.5, 2.5));
    let policy = Policy::Mlp { hidden: vec![1], sharing, frequency, control_rate: 60, world_model };
    let keys = [303, 304].map(|gene| JointKey { gene: GeneId(gene), ..JointKey::default() });
    let brain = Brain::random(&policy, false, &keys, &mut Stream::new(1, 0, 0, Purpose::Test));
    fs::create_dir(corpus.join("users")).unwrap();
    fs::write(corpus.join("users/policy.ron"), PolicyFile { policy, brain }.to_text().unwrap()).unwrap();
    fs::write(corpus.join("users/test.ron"), EXPERIMENT).unwrap();
}

/// What a body might feel.
fn experience(layout: &Layout, candidate: u64, frames: usize) -> Experience {
    let mut stream = Stream::new(2, 0, candidate, Purpose::Test);
    let mut numbers = |count: usize| (0..count).map(|_| stream.range(-1.0, 1.0) as f32).collect();
    Experience { features: numbers(frames * layout.width()), rewards: numbers(frames) }
}

struct Encoders {
    /// Descriptions, and the headers of weights.
    descriptions: Texts,
    headers: Texts,
    /// Descriptions with their weights.
    encoders: Vec<(String, Vec<u8>)>,
    users: [(&'static str, String); 2],
}

impl Encoders {
    fn new(corpus: &Path) -> Self {
        let names = ["model", "pca", "autoencoder"].map(|name| corpus.join(name));
        let read = |name: &std::path::PathBuf| {
            let description = fs::read_to_string(name.with_extension("ron")).ok()?;
            Some((description, fs::read(name.with_extension("safetensors")).unwrap()))
        };
        let encoders: Vec<(String, Vec<u8>)> = names.iter().filter_map(read).collect();
        let header = |(_, weights): &(String, Vec<u8>)| String::from_utf8_lossy(split(weights).0).into_owned();
        Self {
            descriptions: Texts::new(encoders.iter().map(|(description, _)| description.clone()).collect()),
            headers: Texts::new(encoders.iter().map(header).collect()),
            encoders,
            users: ["policy.ron", "test.ron"]
                .map(|name| (name, fs::read_to_string(corpus.join("users").join(name)).unwrap())),
        }
    }
}

/// The header and the numbers of a file of weights: the length of the header stands before both.
fn split(weights: &[u8]) -> (&[u8], &[u8]) {
    let length = usize::from_le_bytes(*weights.first_chunk().expect("a length"));
    weights[8..].split_at(length)
}

impl Inputs for Encoders {
    fn write(&self, stream: &mut Stream, dir: &Path) {
        let (description, weights) = one(&self.encoders, stream);
        let (mut description, mut weights) = (description.clone().into_bytes(), weights.clone());
        match stream.below(10) {
            0..6 => description = self.descriptions.mutate(&String::from_utf8_lossy(&description), stream),
            6 | 7 => {
                let (header, numbers) = split(&weights);
                let header = self.headers.mutate(&String::from_utf8_lossy(header), stream);
                weights = [&header.len().to_le_bytes()[..], &header, numbers].concat();
            }
            8 => {
                let (length, mut numbers) = (8 + split(&weights).0.len(), split(&weights).1.to_vec());
                for _ in 0..1 + stream.below(4) {
                    change_bytes(&mut numbers, &one(&self.encoders, stream).1, stream);
                }
                weights.truncate(length);
                weights.extend(numbers);
            }
            _ => change_bytes(&mut weights, &one(&self.encoders, stream).1, stream),
        }
        fs::write(dir.join("encoder.ron"), description).unwrap();
        fs::write(dir.join("encoder.safetensors"), weights).unwrap();
        for (name, text) in &self.users {
            fs::write(dir.join(name), text).unwrap();
        }
    }

    fn read(&self, dir: &Path) -> bool {
        let encoder = read_mended(dir);
        succeeds(&["check".as_ref(), dir.join("test.ron").as_os_str()]);
        let policy = dir.join("policy.ron").into_os_string();
        succeeds(&["simulate".into(), "quadruped".into(), "--policy".into(), policy, "--seconds=0.2".into()]);
        let Ok(encoder) = encoder else { return false };
        let experiences = [1, 2].map(|candidate| experience(encoder.layout(), candidate, 6));
        let seen: Vec<&Experience> = experiences.iter().collect();
        // Whatever comes out, it must come out.
        let _ = (encoder.encode(&seen), encoder.surprise(&seen), encoder.imagine_rest(seen[0], 3));
        true
    }
}

/// Reads the encoder. Its hashes are made to fit, as anyone could who changes a file: else they alone would be tested.
fn read_mended(dir: &Path) -> Result<Encoder, LatentError> {
    let description = dir.join("encoder.ron");
    for _ in 0..2 {
        let message = match Encoder::read_file(&dir.join("encoder")) {
            Ok(encoder) => return Ok(encoder),
            Err(error) => error.to_string(),
        };
        let hashes = message.split_once("of hash ").and_then(|(_, hashes)| hashes.split_once(", got "));
        if let (Some((expected, came)), Ok(text)) = (hashes, fs::read_to_string(&description)) {
            fs::write(&description, text.replace(&format!("\"{expected}\""), &format!("\"{came}\""))).unwrap();
        }
    }
    Encoder::read_file(&dir.join("encoder"))
}
