//! Learned dimensions of a run: an encoder that is trained on what candidates do, and gives them their descriptors.

use crate::experiment::{Experiment, Latent, Surprise};
use crate::genome::Genome;
use crate::store::EncoderRow;
use anyhow::{Context, Result};
use burgess_latent::{Encoder, Loss, Trainer};
use burgess_physics::experience::Experience;
use burgess_physics::frame::recorded_layout;
use burgess_qd::Evaluated;
use std::path::Path;

/// A frozen encoder's files in a run folder, without their endings.
pub const ENCODER: &str = "encoder";

/// Below this an error counts as it where its logarithm is taken: principal components of a single experience miss nothing.
const LEAST_SURPRISE: f64 = 1e-12;

/// What gives candidates their descriptors.
pub struct LatentSpace {
    spec: Latent,
    seed: u64,
    trainer: Trainer,
    /// Whether it has learned since it was stored.
    unsaved: bool,
    /// What it learned by since then.
    curve: Vec<(u64, Loss)>,
}

impl std::fmt::Debug for LatentSpace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LatentSpace").field("spec", &self.spec).finish_non_exhaustive()
    }
}

impl LatentSpace {
    /// Of an experiment: as it was stored, or else as it begins, frozen in the run folder or with its first weights. None where nothing is
    /// learned.
    ///
    /// # Errors
    ///
    /// When what is stored or frozen is not what the experiment asks for.
    pub fn open(experiment: &Experiment, dir: &Path, saved: Option<Vec<u8>>) -> Result<Option<Self>> {
        let Some(spec) = experiment.latent.clone() else { return Ok(None) };
        let (layout, encoder) = (recorded_layout(f64::from(spec.rate)), spec.spec());
        let mut trainer = match (saved, &spec.frozen) {
            (Some(bytes), _) => Trainer::restore(&bytes).context("the stored encoder cannot be used")?,
            (None, Some(_)) => Trainer::from(Encoder::load_file(&dir.join(ENCODER), &layout)?),
            (None, None) => Trainer::new(&encoder, &layout, experiment.seed)?,
        };
        trainer.expect(&encoder, &layout)?;
        // As the experiment says now: a training that diverged goes on once its settings are mended.
        trainer.set_training(encoder.training);
        Ok(Some(Self { spec, seed: experiment.seed, trainer, unsaved: false, curve: Vec::new() }))
    }

    /// The encoder as it stands.
    pub fn encoder(&self) -> &Encoder {
        self.trainer.encoder()
    }

    /// Rounds of training behind it.
    pub fn version(&self) -> u64 {
        self.trainer.version()
    }

    /// Whether it has to learn in a generation before anything is encoded.
    pub fn is_due(&self, generation: u64) -> bool {
        self.spec.frozen.is_none() && (self.version() == 0 || self.spec.schedule.is_due(generation))
    }

    /// One round of training.
    ///
    /// # Errors
    ///
    /// When it diverges.
    pub fn learn(&mut self, replay: &[&Experience]) -> Result<()> {
        let round = self.version();
        let steps = self.trainer.spec().training.steps(round);
        let losses =
            self.trainer.train(replay, steps, self.seed, round, |_| ()).context("the encoder cannot be trained")?;
        self.curve.extend(losses.curve.into_iter().map(|loss| (round, loss)));
        self.unsaved = true;
        Ok(())
    }

    /// Gives candidates or elites their descriptors, and to their rewards the share of surprise that they are to have. Those without an
    /// experience have none that is a number.
    ///
    /// # Errors
    ///
    /// When an experience is not one that it knows.
    pub fn see(&self, elites: &mut [Evaluated<Genome>]) -> Result<()> {
        let seen: Vec<_> = elites.iter().filter_map(|elite| elite.life.seen.clone()).collect();
        let experiences: Vec<&Experience> = seen.iter().map(|seen| &seen.experience).collect();
        let nobody = experiences.is_empty();
        let latents = if nobody { Vec::new() } else { self.trainer.encode(&experiences)? };
        let surprises = match self.spec.surprise {
            _ if nobody => Vec::new(),
            Surprise::Ignored => vec![0.0; experiences.len()],
            Surprise::Axis | Surprise::Reward(_) => self.trainer.surprise(&experiences)?,
        };
        let dims = self.spec.dimensions() + usize::from(self.spec.surprise == Surprise::Axis);
        let mut found = latents.into_iter().zip(surprises).zip(&seen);
        for elite in elites {
            let own = if elite.life.seen.is_some() { found.next() } else { None };
            let Some(((latent, surprise), seen)) = own else {
                elite.descriptors = vec![f32::NAN; dims];
                continue;
            };
            let axis = (self.spec.surprise == Surprise::Axis).then(|| libm::log(surprise.max(LEAST_SURPRISE)));
            elite.descriptors = latent.into_iter().chain(axis).map(|x| x as f32).collect();
            elite.reward = match self.spec.surprise {
                Surprise::Reward(weight) => (f64::from(seen.earned) + weight * surprise) as f32,
                Surprise::Ignored | Surprise::Axis => seen.earned,
            };
        }
        Ok(())
    }

    /// What has to be stored of it: itself, if it has learned since it was asked last, and what it learned by.
    pub fn take_unsaved(&mut self) -> (Option<EncoderRow>, Vec<(u64, Loss)>) {
        let row = std::mem::take(&mut self.unsaved).then(|| EncoderRow {
            version: self.version(),
            hash: self.trainer.hash(),
            state: self.trainer.save(),
        });
        (row, std::mem::take(&mut self.curve))
    }
}
