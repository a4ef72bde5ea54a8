//! Training: an encoder together with what is needed to train it on.
//!
//! A training is a *round*: the replay is taken into the running normaliser once a round, the model takes gradient steps, and the whitening
//! is fitted anew to the replay's latents. Calling `train` again with the same round and replay goes on where the last call ended: ten
//! steps, saved, restored, and ten more are the same to the bit as twenty. Which experiences a step sees and what is sampled in it comes from
//! streams keyed by (seed, round, number of the step); nothing depends on threads.

use super::adam::Moments;
use super::encoder::Encoder;
use super::error::{LatentError, Result};
#[cfg(feature = "learn")]
use super::learn::Parts;
use super::pca;
use super::sequence::{self, Columns, Sequence, Summary};
use super::spec::{EncoderKind, EncoderSpec, Training};
use super::whitening::Whitening;
use burgess_physics::experience::{Experience, Layout};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::ops::Deref;

/// Before all saved bytes; changes when their form does.
const MAGIC: &[u8] = b"burgess trainer 2\n";
/// Length of the checksum behind it.
const CHECKSUM: usize = 32;

/// The loss of one gradient step, and its parts: those of the world model's divergences are zero for other kinds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loss {
    /// Gradient steps before it, over all rounds.
    pub step: u64,
    /// What is minimised.
    pub total: f64,
    /// What the reconstruction misses.
    pub reconstruction: f64,
    /// What the prior misses of the posterior (nats).
    pub dynamics: f64,
    /// What the posterior has beyond the prior (nats).
    pub representation: f64,
}

/// A training's losses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Losses {
    /// One a gradient step; of principal components, the one error that is left.
    pub curve: Vec<Loss>,
}

/// An encoder in training. It can do all that an [`Encoder`] can.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trainer {
    encoder: Encoder,
    adam: Moments,
    /// The last round, whose replay the normaliser has seen.
    round: Option<u64>,
}

impl Deref for Trainer {
    type Target = Encoder;
    fn deref(&self) -> &Encoder {
        &self.encoder
    }
}

impl Trainer {
    /// An untrained encoder of sequences of a layout. The first weights come from the seed.
    ///
    /// # Errors
    ///
    /// Settings out of their bounds; all of them are named.
    pub fn new(spec: &EncoderSpec, layout: &Layout, seed: u64) -> Result<Self> {
        Encoder::new(spec, layout, seed).map(Self::from)
    }

    /// The encoder as it is now.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Whether this build can train it.
    ///
    /// # Errors
    ///
    /// A kind that takes gradient steps, in a build without the feature `learn`.
    pub fn can_learn(&self) -> Result<()> {
        let kind = &self.encoder.spec.kind;
        if kind.can_learn() { Ok(()) } else { Err(LatentError::CannotLearn(kind.name())) }
    }

    /// Trains on with other settings: learning rate, batch size, clip and steps are no part of what an encoder is.
    pub fn set_training(&mut self, training: Training) {
        self.encoder.spec.training = training;
    }

    /// Gradient steps taken, over all rounds.
    pub fn steps(&self) -> u64 {
        self.adam.steps()
    }

    /// Takes gradient steps on a replay and fits the whitening to it. Principal components are fitted at once, whatever `steps` says.
    /// Each loss is told to `progress` as soon as it is known.
    ///
    /// # Errors
    ///
    /// An empty replay, an experience that isn't of the layout, a loss that isn't finite any more, a build that can't train this kind. The
    /// encoder is then as it was.
    pub fn train(
        &mut self,
        replay: &[&Experience],
        steps: usize,
        seed: u64,
        round: u64,
        mut progress: impl FnMut(&Loss),
    ) -> Result<Losses> {
        if replay.is_empty() {
            return Err(LatentError::EmptyReplay);
        }
        burgess_physics::experience::check_all(replay, self.encoder.layout())?;
        let mut next = self.clone();
        let columns = next.encoder.columns();
        if next.round != Some(round) {
            sequence::observe(&mut next.encoder.normaliser, replay, &columns);
            next.encoder.version += 1;
            next.round = Some(round);
        }
        let sequences = Sequence::all(replay, &columns, &next.encoder.normaliser);
        let losses = next.learn(&sequences, &columns, steps, (seed, round), &mut progress)?;
        let latents = next.encoder.latents_of(&sequences);
        next.encoder.whitening = Some(Whitening::fit(&latents, next.encoder.spec.dimensions)?);
        *self = next;
        Ok(losses)
    }

    fn learn(
        &mut self,
        sequences: &[Sequence],
        columns: &Columns,
        steps: usize,
        key: (u64, u64),
        progress: &mut dyn FnMut(&Loss),
    ) -> Result<Losses> {
        if let EncoderKind::Pca { frames, commanded, latent } = self.encoder.spec.kind {
            let summary = Summary { frames, commanded };
            let summaries: Vec<Vec<f32>> = sequences.iter().map(|sequence| summary.of(sequence)).collect();
            self.encoder.parameters = pca::fit(&summaries, summary.size(columns), latent)?;
            let missed = self.encoder.surprise_of(sequences);
            let total = missed.iter().sum::<f64>() / missed.len() as f64;
            let loss = Loss { step: 0, total, reconstruction: total, dynamics: 0.0, representation: 0.0 };
            progress(&loss);
            return Ok(Losses { curve: vec![loss] });
        }
        self.descend(sequences, columns, steps, key, progress)
    }

    #[cfg(not(feature = "learn"))]
    fn descend(
        &mut self,
        _: &[Sequence],
        _: &Columns,
        steps: usize,
        _: (u64, u64),
        _: &mut dyn FnMut(&Loss),
    ) -> Result<Losses> {
        if steps > 0 {
            self.can_learn()?;
        }
        Ok(Losses::default())
    }

    #[cfg(feature = "learn")]
    fn descend(
        &mut self,
        sequences: &[Sequence],
        columns: &Columns,
        steps: usize,
        key: (u64, u64),
        progress: &mut dyn FnMut(&Loss),
    ) -> Result<Losses> {
        let source = super::batches::Batches::new(&self.encoder.spec, sequences, columns, key);
        let mut losses = Losses::default();
        for _ in 0..steps {
            let step = self.adam.steps();
            let (Parts { total, reconstruction, dynamics, representation }, gradient) =
                source.gradient(&self.encoder.parameters, step);
            if !total.is_finite() {
                return Err(LatentError::Diverged { step, what: "the loss" });
            }
            let training = &self.encoder.spec.training;
            self.adam.step(&mut self.encoder.parameters, &gradient, training.rate(step), training.clip);
            if !self.encoder.parameters.is_finite() {
                return Err(LatentError::Diverged { step, what: "a weight" });
            }
            let loss = Loss { step, total, reconstruction, dynamics, representation };
            progress(&loss);
            losses.curve.push(loss);
        }
        Ok(losses)
    }

    /// All of it as bytes: settings, layout, normaliser, weights, Adam's moments, whitening, version.
    ///
    /// # Panics
    ///
    /// Never: plain data can always be written to memory.
    pub fn save(&self) -> Vec<u8> {
        let body = postcard::to_stdvec(self).expect("plain data can always be written to memory");
        [MAGIC, Sha256::digest(&body).as_slice(), &body].concat()
    }

    /// What [`Trainer::save`] wrote.
    ///
    /// # Errors
    ///
    /// Bytes of another form, cut short or changed.
    pub fn restore(bytes: &[u8]) -> Result<Self> {
        let wrong = |problem: &str| LatentError::Damaged(problem.to_owned());
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| wrong("expected `burgess trainer 2` at its beginning"))?;
        let (checksum, body) = rest.split_at_checked(CHECKSUM).ok_or_else(|| wrong("it ends too early"))?;
        if Sha256::digest(body).as_slice() != checksum {
            return Err(wrong("its bytes don't have the checksum that they were written with"));
        }
        let (trainer, rest): (Self, _) =
            postcard::take_from_bytes(body).map_err(|error| LatentError::Damaged(error.to_string()))?;
        if !rest.is_empty() {
            return Err(wrong("it ends too late"));
        }
        trainer.encoder.check()?;
        if !trainer.adam.fits(trainer.encoder.parameters.len()) {
            return Err(wrong("its moments don't fit its weights"));
        }
        Ok(trainer)
    }
}

impl From<Encoder> for Trainer {
    /// Trains on from a finished encoder, with moments of zero.
    fn from(encoder: Encoder) -> Self {
        let adam = Moments::new(encoder.parameters.len());
        Self { encoder, adam, round: None }
    }
}
