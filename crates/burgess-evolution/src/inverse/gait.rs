//! The gait at the start: out of a file, or at random.

use crate::experiment::{Gait, policy_problems};
use crate::genome::{Body, BodyLimits, Brain, CpgGene, Genome, Policy, PolicyFile, Sharing, morphology};
use crate::growth::{Grown, grow_whole};
use anyhow::{Context, Result, bail};
use burgess_core::rng::Stream;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::step::policy::{commanded_angle, half_range};
use burgess_physics::task::TaskPlan;
use burgess_physics::world::{Physics, World};
use std::f64::consts::PI;
use std::path::Path;

/// Largest share of a joint's half range that a random amplitude or offset takes: beyond it tanh is flat.
const MOST: f64 = 0.98;

/// A body in its world, with the kind of brain that moves it.
pub struct Mover {
    /// The body's genes.
    pub body: Body,
    /// The body.
    pub grown: Grown<f64>,
    /// The kind of brain.
    pub policy: Policy,
    /// Surroundings: flat ground.
    pub world: World<f64>,
    /// What servos are scaled by.
    pub physics: Physics,
    /// Its limits: none but what can be simulated.
    pub limits: BodyLimits,
    brains: Brains,
}

impl std::fmt::Debug for Mover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mover").field("policy", &self.policy).finish_non_exhaustive()
    }
}

enum Brains {
    Same(Brain),
    Random { offset: f64, amplitude: (f64, f64), frequency: (f64, f64), bounds: (f64, f64) },
}

/// A body that a problem names, whole; `folder` is what paths are relative to.
///
/// # Errors
///
/// When it cannot be read, or cannot be simulated.
pub fn given_body(name: &str, physics: &Physics, folder: &Path) -> Result<(Body, Grown<f64>)> {
    let body = morphology::load(name, folder)?.fitted(physics);
    let grown = grow_whole(&body, &BodyLimits::given(), physics).with_context(|| name.to_owned())?;
    Ok((body, grown))
}

impl Mover {
    /// Reads body and gait; `folder` is what their paths are relative to.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or does not fit the others.
    pub fn new(body: &str, gait: &Gait, physics: &Physics, folder: &Path) -> Result<Self> {
        let limits = BodyLimits::given();
        let (body, grown) = given_body(body, physics, folder)?;
        let (policy, brains) = match gait {
            Gait::File(path) => {
                let file = PolicyFile::load(&folder.join(path))?;
                if let Some(problem) = policy_problems(&file.policy, physics).first() {
                    bail!("{path}: {problem}");
                }
                file.ensure_asked(false).with_context(|| path.clone())?;
                (file.policy, Brains::Same(file.brain))
            }
            &Gait::Random { offset, amplitude, frequency, bounds } => {
                let policy = Policy::Cpg { sharing: Sharing::Instance, frequency: bounds };
                (policy, Brains::Random { offset, amplitude, frequency, bounds })
            }
        };
        let world = World::new(physics, &TerrainSpec::default(), 0);
        Ok(Self { body, grown, policy, world, physics: physics.clone(), limits, brains })
    }

    /// The body with a gait drawn from the stream, or with that of the file.
    pub fn genome(&self, stream: &mut Stream) -> Genome {
        let brain = match &self.brains {
            Brains::Same(brain) => brain.clone(),
            &Brains::Random { offset, amplitude, frequency, bounds } => {
                self.random(offset, amplitude, (frequency, bounds), stream)
            }
        };
        Genome { body: self.body.clone(), brain }
    }

    fn random(
        &self,
        offset: f64,
        amplitude: (f64, f64),
        (frequency, bounds): ((f64, f64), (f64, f64)),
        stream: &mut Stream,
    ) -> Brain {
        let (low, high) = bounds;
        let share = (stream.range(frequency.0, frequency.1) - low) / (high - low);
        let mut joints: Vec<CpgGene> = Vec::with_capacity(self.grown.model.joint_count());
        for (i, link) in self.grown.keys.iter().enumerate().skip(1) {
            let gene = |share: f64| libm::atanh(share.clamp(-MOST, MOST));
            // Genes of offsets count from the angle at rest, zero.
            let offset = gene(self.share(i, stream.range(-offset, offset))) - gene(self.share(i, 0.0));
            let amplitude = gene(stream.range(amplitude.0, amplitude.1) / half_range(&self.grown.model, i));
            let phase = stream.range(-PI, PI);
            joints.push(CpgGene { key: link.joint, amplitude, phase, offset, repeat_phase: 0.0, mirror_phase: 0.0 });
        }
        joints.sort_by_key(|gene| gene.key);
        Brain::Cpg { frequency: libm::log(share / (1.0 - share)), joints }
    }

    /// Where an angle (rad) lies in the range of the hinge that holds a link.
    fn share(&self, link: usize, angle: f64) -> f64 {
        let model = &self.grown.model;
        (angle - commanded_angle(model, link, 0.0)) / half_range(model, link)
    }

    /// An episode of so many seconds, without a reward.
    pub fn task(&self, seconds: f64) -> TaskPlan {
        let rate = self.physics.rate;
        TaskPlan {
            steps: ((seconds * f64::from(rate)).round() as u32).max(1),
            control_period: self.policy.control_period(rate),
            reward: Vec::new(),
            descriptors: Vec::new(),
            min_height: None,
            min_up: None,
            frame: None,
            observer: None,
        }
    }
}
