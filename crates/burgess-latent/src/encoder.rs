//! An encoder as it is used: from experiences to latents and descriptors, without anything that only training needs.
//!
//! Sequences go through the model in blocks of fixed size, blocks to threads; a sequence's bits depend on neither.

use super::autoencoder::{self, Autoencoder};
use super::error::{LatentError, Result};
use super::normaliser::Normaliser;
use super::parameters::{Parameters, Slot};
use super::pca::{self, Pca};
use super::sequence::{Columns, Sequence, Summary};
use super::spec::{EncoderKind, EncoderSpec, LatentOf, Size};
use super::whitening::Whitening;
use super::world_model::{Foreseen, Shape, WorldModel};
use burgess_core::hex::hexadecimal;
use burgess_physics::experience::{Experience, ExperienceError, Layout, check_all};
use burgess_physics::observer::Sizes;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Sequences that go through a model side by side.
const BLOCK: usize = 16;

/// A model with all that leads to it and from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encoder {
    pub(super) spec: EncoderSpec,
    pub(super) layout: Layout,
    /// Of all features, and of the reward behind them.
    pub(super) normaliser: Normaliser,
    pub(super) parameters: Parameters,
    /// None before the first training.
    pub(super) whitening: Option<Whitening>,
    /// Rounds of training behind it.
    pub(super) version: u64,
}

/// The model of a kind, ready to compute.
enum Network {
    Pca(Summary, Pca),
    Autoencoder(Summary, Autoencoder),
    WorldModel(LatentOf, Box<WorldModel>),
}

impl Encoder {
    /// Untrained, with the first weights of a seed.
    pub(super) fn new(spec: &EncoderSpec, layout: &Layout, seed: u64) -> Result<Self> {
        Self::check_spec(spec, layout)?;
        let normaliser = Normaliser::new(layout.width() + 1);
        let parameters = Parameters::start(&slots(&spec.kind, layout), seed);
        Ok(Self { spec: spec.clone(), layout: layout.clone(), normaliser, parameters, whitening: None, version: 0 })
    }

    fn check_spec(spec: &EncoderSpec, layout: &Layout) -> Result<()> {
        let problems: Vec<String> =
            spec.problems_with(layout).into_iter().map(|(path, message)| format!("{path}: {message}")).collect();
        if problems.is_empty() { Ok(()) } else { Err(LatentError::Spec(problems)) }
    }

    /// Checks that all parts of what was read fit each other.
    pub(super) fn check(&self) -> Result<()> {
        Self::check_spec(&self.spec, &self.layout)?;
        self.parameters.check(&slots(&self.spec.kind, &self.layout))?;
        let wrong = |part: &str| Err(LatentError::Damaged(format!("its {part} doesn't fit its features and sizes")));
        if !self.normaliser.is_sound(self.layout.width() + 1) {
            return wrong("normaliser");
        }
        let (latent, dimensions) = (self.spec.kind.latent_size(), self.spec.dimensions);
        match &self.whitening {
            Some(whitening) if !whitening.is_sound(latent, dimensions) => wrong("whitening"),
            _ => Ok(()),
        }
    }

    /// A world model of a size with the first weights of a seed, its normaliser still that of nothing seen.
    ///
    /// # Errors
    ///
    /// When there can be no model of this size.
    pub fn untrained_world_model(size: Size, layout: &Layout, seed: u64) -> Result<Self> {
        Self::new(&EncoderSpec::new(EncoderKind::world_model(size)), layout, seed)
    }

    /// Sizes of a world model's parts.
    pub fn sizes(&self) -> Option<Sizes> {
        match &self.spec.kind {
            EncoderKind::WorldModel { size, .. } => Some(size.sizes()),
            EncoderKind::Pca { .. } | EncoderKind::Autoencoder { .. } => None,
        }
    }
    /// Of all features, and of the reward behind them.
    pub fn normaliser(&self) -> &Normaliser {
        &self.normaliser
    }
    /// The learned numbers of a name, one row of columns an input; none where there is nothing of that name.
    pub(crate) fn array(&self, name: &str) -> &[f32] {
        self.parameters.get(name)
    }

    /// What it is.
    pub fn spec(&self) -> &EncoderSpec {
        &self.spec
    }
    /// What it sees.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }
    /// Rounds of training behind it; descriptors of different versions can't be compared.
    pub fn version(&self) -> u64 {
        self.version
    }
    /// The parts of the latents' variance that the descriptors carry, largest first; none before the first training.
    pub fn shares(&self) -> &[f64] {
        self.whitening.as_ref().map_or(&[], Whitening::shares)
    }
    /// Number of learned weights.
    pub fn weights(&self) -> usize {
        self.parameters.len()
    }

    /// 64 hexadecimal digits (SHA-256) over the bits of all that makes its descriptors: weights, normaliser, whitening.
    ///
    /// # Panics
    ///
    /// Never: plain data can always be written to memory.
    pub fn hash(&self) -> String {
        let mut sha = Sha256::new();
        sha.update(b"burgess encoder 1");
        sha.update(self.layout.hash());
        sha.update(self.parameters.hash());
        // Postcard writes floating-point numbers by their bits and lists behind their length.
        let rest = postcard::to_stdvec(&(&self.spec.kind, &self.normaliser, &self.whitening));
        sha.update(rest.expect("plain data can always be written to memory"));
        hexadecimal(&sha.finalize())
    }

    /// Descriptors: whitened latents, one row an experience, each of the spec's `dimensions`.
    ///
    /// # Errors
    ///
    /// An experience that isn't of the layout, or no training yet.
    pub fn encode(&self, experiences: &[&Experience]) -> Result<Vec<Vec<f64>>> {
        let whitening = self.whitening.as_ref().ok_or(LatentError::Untrained)?;
        let latents = self.latents(experiences)?;
        Ok(latents.iter().map(|latent| whitening.apply(latent)).collect())
    }

    /// Latents as the model makes them, before whitening.
    ///
    /// # Errors
    ///
    /// An experience that isn't of the layout.
    pub fn latents(&self, experiences: &[&Experience]) -> Result<Vec<Vec<f64>>> {
        Ok(self.latents_of(&self.sequences(experiences)?))
    }

    pub(super) fn latents_of(&self, sequences: &[Sequence]) -> Vec<Vec<f64>> {
        let network = self.network();
        sequences.par_chunks(BLOCK).flat_map_iter(|block| network.encode(block)).collect()
    }

    /// The mean square of what the model misses of each experience, in normalised units: of its summary in the
    /// reconstruction, or of observed features and reward in foresight by one step.
    ///
    /// # Errors
    ///
    /// An experience that isn't of the layout.
    pub fn surprise(&self, experiences: &[&Experience]) -> Result<Vec<f64>> {
        Ok(self.surprise_of(&self.sequences(experiences)?))
    }

    pub(super) fn surprise_of(&self, sequences: &[Sequence]) -> Vec<f64> {
        let network = self.network();
        sequences.par_iter().map(|sequence| network.surprise(sequence)).collect()
    }

    /// Each frame as a world model foresees it from all frames before and its own commands.
    ///
    /// # Errors
    ///
    /// An experience that isn't of the layout, or another kind of encoder.
    pub fn predict(&self, experience: &Experience) -> Result<Foreseen> {
        let model = self.world_model("prediction")?;
        experience.check(&self.layout)?;
        Ok(self.restored(model.predict(&Sequence::of(experience, &self.columns(), &self.normaliser))))
    }

    /// What a world model imagines after a context, given only the commands of the frames to come: commanded features in the order
    /// of their columns, frame after frame. Without commanded features there is nothing to count frames by, so `frames` says how many.
    ///
    /// # Errors
    ///
    /// A context that isn't of the layout, commands that aren't finite or not of `frames` frames, another kind of encoder.
    pub fn imagine(&self, context: &Experience, commanded: &[f32], frames: usize) -> Result<Foreseen> {
        let model = self.world_model("imagination")?;
        context.check(&self.layout)?;
        let columns = self.columns();
        let (expected, width) = (frames * columns.commanded.len(), columns.commanded.len());
        if commanded.len() != expected || !commanded.iter().all(|x| x.is_finite()) {
            let got = commanded.len();
            let problem = format!("expected {expected} finite commands ({frames} frames of {width}), got {got}");
            return Err(ExperienceError::Frames { index: None, problem }.into());
        }
        let normalised: Vec<f32> = if width == 0 {
            Vec::new()
        } else {
            let units = |frame: &[f32]| {
                let normalise = |(&column, &x): (&usize, &f32)| self.normaliser.normalise(column, x);
                columns.commanded.iter().zip(frame).map(normalise).collect::<Vec<f32>>()
            };
            commanded.chunks_exact(width).flat_map(units).collect()
        };
        let context = Sequence::of(context, &columns, &self.normaliser);
        Ok(self.restored(model.imagine(&context, &normalised, frames)))
    }

    /// What a world model imagines of an experience behind its first `seen` frames, given those and the commands that really followed.
    ///
    /// # Errors
    ///
    /// An experience that isn't of the layout, no frame to begin with, or another kind of encoder.
    pub fn imagine_rest(&self, experience: &Experience, seen: usize) -> Result<Foreseen> {
        experience.check(&self.layout)?;
        let width = self.layout.width();
        let (context, rest) = experience.split(seen.min(experience.frames()), width);
        self.imagine(&context, &rest.rows(width, &self.columns().commanded), rest.frames())
    }

    /// Checks that it is what an experiment asks for.
    ///
    /// # Errors
    ///
    /// When kind, sizes, dimensions or features differ; the message has both.
    pub fn expect(&self, spec: &EncoderSpec, layout: &Layout) -> Result<()> {
        layout.check_same(&self.layout)?;
        let words = |spec: &EncoderSpec| format!("{:?} with {} dimensions", spec.kind, spec.dimensions);
        let (expected, came) = (words(spec), words(&self.spec));
        if expected != came {
            return Err(LatentError::Spec(vec![format!("encoder: expected {expected}, got {came}")]));
        }
        Ok(())
    }

    pub(super) fn columns(&self) -> Columns {
        Columns::of(&self.layout)
    }

    pub(super) fn sequences(&self, experiences: &[&Experience]) -> Result<Vec<Sequence>> {
        check_all(experiences, &self.layout)?;
        Ok(Sequence::all(experiences, &self.columns(), &self.normaliser))
    }

    fn network(&self) -> Network {
        match self.spec.kind {
            EncoderKind::Pca { frames, commanded, .. } => {
                Network::Pca(Summary { frames, commanded }, Pca::new(&self.parameters))
            }
            EncoderKind::Autoencoder { frames, commanded, .. } => {
                Network::Autoencoder(Summary { frames, commanded }, Autoencoder::new(&self.parameters))
            }
            EncoderKind::WorldModel { ref size, latent, .. } => {
                let model = WorldModel::new(shape(size, &self.columns()), &self.parameters);
                Network::WorldModel(latent, Box::new(model))
            }
        }
    }

    fn world_model(&self, question: &'static str) -> Result<Box<WorldModel>> {
        match self.network() {
            Network::WorldModel(_, model) => Ok(model),
            _ => Err(LatentError::NotAWorldModel { question, kind: self.spec.kind.name() }),
        }
    }

    /// From normalised to natural units.
    fn restored(&self, mut foreseen: Foreseen) -> Foreseen {
        let columns = self.columns();
        for frame in foreseen.observed.chunks_exact_mut(columns.observed.len()) {
            let restore = |(x, column): (&mut f32, &usize)| *x = self.normaliser.restore(*column, *x);
            frame.iter_mut().zip(&columns.observed).for_each(restore);
        }
        foreseen.rewards.iter_mut().for_each(|reward| *reward = self.normaliser.restore(columns.reward, *reward));
        foreseen
    }
}

impl Network {
    /// Latents of a block of sequences.
    fn encode(&self, block: &[Sequence]) -> Vec<Vec<f64>> {
        let summaries = |summary: &Summary| block.iter().flat_map(|one| summary.of(one)).collect::<Vec<f32>>();
        let latents = match self {
            Network::WorldModel(of, model) => return model.encode(block, *of),
            Network::Pca(summary, model) => model.encode(&summaries(summary)),
            Network::Autoencoder(summary, model) => model.encode(&summaries(summary)),
        };
        let rows = latents.chunks_exact(latents.len() / block.len());
        rows.map(|row| row.iter().copied().map(f64::from).collect()).collect()
    }

    fn surprise(&self, sequence: &Sequence) -> f64 {
        match self {
            Network::Pca(summary, model) => {
                let row = summary.of(sequence);
                mean_square(&row, &model.decode(&model.encode(&row)))
            }
            Network::Autoencoder(summary, model) => {
                let row = summary.of(sequence);
                mean_square(&row, &model.decode(&model.encode(&row)))
            }
            Network::WorldModel(_, model) => {
                let foreseen = model.predict(sequence);
                let (observed, rewards) = (sequence.observed.len() as f64, sequence.rewards.len() as f64);
                let of_observed = mean_square(&sequence.observed, &foreseen.observed);
                let of_rewards = mean_square(&sequence.rewards, &foreseen.rewards);
                (of_observed * observed + of_rewards * rewards) / (observed + rewards)
            }
        }
    }
}

fn mean_square(a: &[f32], b: &[f32]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| f64::from(a - b) * f64::from(a - b));
    squares.sum::<f64>() / a.len() as f64
}

/// The shape of a world model of a size.
pub(super) fn shape(size: &Size, columns: &Columns) -> Shape {
    Shape { sizes: size.sizes(), observed: columns.observed.len(), commanded: columns.commanded.len() }
}

/// The arrays of a model for a layout.
pub(super) fn slots(kind: &EncoderKind, layout: &Layout) -> Vec<Slot> {
    let columns = Columns::of(layout);
    match *kind {
        EncoderKind::Pca { frames, commanded, latent } => {
            pca::slots(Summary { frames, commanded }.size(&columns), latent)
        }
        EncoderKind::Autoencoder { frames, commanded, ref hidden, latent } => {
            autoencoder::slots(Summary { frames, commanded }.size(&columns), hidden, latent)
        }
        EncoderKind::WorldModel { ref size, .. } => shape(size, &columns).slots(),
    }
}
