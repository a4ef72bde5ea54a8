//! Descriptors: what spans the archive. Each is the mean over the episode of a sample a step, or a function of the end
//! state, or a fact of the body. To add one, add a variant and put it into [`Descriptor::ALL`]; the compiler names the other places here.

use super::sensors::{BodyFacts, LIMB_ENDS, Sensors};
use burgess_core::autodiff::{Real, real};
use serde::{Deserialize, Serialize};

/// A behaviour or body measure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Descriptor {
    /// Base x at the end, relative to the start (m). Has a gradient.
    FinalX,
    /// Base y at the end, relative to the start (m). Has a gradient.
    FinalY,
    /// Share of time that limb end 0 to 3 carries load, smooth: mean of f_n / (f_n + f_ref) with f_ref a twentieth of the weight.
    /// Has a gradient.
    DutyFactor(usize),
    /// Mean height of the base origin above the ground straight below it (m). Has a gradient.
    MeanHeight,
    /// Mean of (1 - cosine of the tilt) / 2: 0 upright, 1 upside down. Has a gradient.
    MeanTilt,
    /// Touch-downs a second and limb end, the first landing of each not counted (Hz). Counts events: no gradient.
    GaitFrequency,
    /// Total mass (kg). Has a gradient with respect to the body.
    BodyMass,
    /// Number of links. No gradient.
    LinkCount,
    /// Twice the largest horizontal distance of a contact point from the base at zero angles (m). Has a gradient with
    /// respect to the body.
    LegSpan,
    /// How far the scene's first object is along +x from where it started, at the end (m). Has a gradient.
    ObjectX,
    /// How far the scene's first object is along +y from where it started, at the end (m). Has a gradient.
    ObjectY,
    /// Share of time that the creature touches the scene's first object, smooth as a duty factor is. Has a gradient.
    ObjectTouch,
    /// Share of time that limbs touch each other, smooth as a duty factor is. Has a gradient.
    SelfTouch,
    /// Reward after refinement less the reward before, 0 for what was not refined. Comes from refinement; no gradient.
    RefinementGain,
    /// Agreement of the improvement that gradients predicted with the actual one, -1 to 1. Comes from refinement; no gradient.
    GradientTrust,
    /// A measure of a benchmark, from 0. Has a gradient.
    #[serde(skip)]
    Measure(usize),
    /// A coordinate of what an encoder makes of an episode, unit variance. No gradient.
    #[serde(skip)]
    Latent(usize),
    /// Logarithm of an encoder's error. No gradient.
    #[serde(skip)]
    Surprise,
}

impl Descriptor {
    /// Every descriptor of an episode, the duty factor once for each limb end; the place in the list is the descriptor's number in the shaders.
    pub const ALL: [Self; 16] = [
        Descriptor::FinalX,
        Descriptor::FinalY,
        Descriptor::DutyFactor(0),
        Descriptor::DutyFactor(1),
        Descriptor::DutyFactor(2),
        Descriptor::DutyFactor(3),
        Descriptor::MeanHeight,
        Descriptor::MeanTilt,
        Descriptor::GaitFrequency,
        Descriptor::BodyMass,
        Descriptor::LinkCount,
        Descriptor::LegSpan,
        Descriptor::ObjectX,
        Descriptor::ObjectY,
        Descriptor::ObjectTouch,
        Descriptor::SelfTouch,
    ];

    /// What is averaged over the episode's steps.
    pub fn sample<T: Real>(&self, s: &Sensors<T>, dt: T) -> T {
        match *self {
            Descriptor::DutyFactor(limb) => s.limb_load[limb.min(LIMB_ENDS - 1)],
            Descriptor::MeanHeight => s.height,
            Descriptor::MeanTilt => (T::one() - s.up.z) * real(0.5),
            Descriptor::GaitFrequency => s.touchdowns / dt,
            Descriptor::ObjectTouch => s.object_touch,
            Descriptor::SelfTouch => s.self_touch,
            Descriptor::FinalX
            | Descriptor::FinalY
            | Descriptor::BodyMass
            | Descriptor::LinkCount
            | Descriptor::LegSpan
            | Descriptor::ObjectX
            | Descriptor::ObjectY
            | Descriptor::RefinementGain
            | Descriptor::GradientTrust
            | Descriptor::Measure(_)
            | Descriptor::Latent(_)
            | Descriptor::Surprise => T::zero(),
        }
    }

    /// The value, from the mean of the samples, the end state and the body.
    pub fn finish<T: Real>(&self, mean: T, end: &Sensors<T>, body: &BodyFacts<T>) -> T {
        match self {
            Descriptor::FinalX => end.displacement().x,
            Descriptor::FinalY => end.displacement().y,
            Descriptor::BodyMass => body.mass,
            Descriptor::LinkCount => body.link_count,
            Descriptor::LegSpan => body.leg_span,
            Descriptor::ObjectX => end.object_displacement().x,
            Descriptor::ObjectY => end.object_displacement().y,
            Descriptor::DutyFactor(_)
            | Descriptor::MeanHeight
            | Descriptor::MeanTilt
            | Descriptor::GaitFrequency
            | Descriptor::ObjectTouch
            | Descriptor::SelfTouch => mean,
            // No plan of an episode has them.
            Descriptor::RefinementGain
            | Descriptor::GradientTrust
            | Descriptor::Measure(_)
            | Descriptor::Latent(_)
            | Descriptor::Surprise => T::zero(),
        }
    }

    /// Whether an episode shows it. The others come from refinement, after all episodes of a candidate, or are learned.
    pub fn is_of_episode(&self) -> bool {
        match self {
            Descriptor::RefinementGain | Descriptor::GradientTrust | Descriptor::Latent(_) | Descriptor::Surprise => {
                false
            }
            Descriptor::FinalX
            | Descriptor::FinalY
            | Descriptor::DutyFactor(_)
            | Descriptor::MeanHeight
            | Descriptor::MeanTilt
            | Descriptor::GaitFrequency
            | Descriptor::BodyMass
            | Descriptor::LinkCount
            | Descriptor::LegSpan
            | Descriptor::ObjectX
            | Descriptor::ObjectY
            | Descriptor::ObjectTouch
            | Descriptor::SelfTouch
            | Descriptor::Measure(_) => true,
        }
    }

    /// Whether it is about the scene's first object.
    pub fn needs_object(&self) -> bool {
        matches!(self, Descriptor::ObjectX | Descriptor::ObjectY | Descriptor::ObjectTouch)
    }

    /// Whether the value has a derivative almost everywhere that says something.
    pub fn has_gradient(&self) -> bool {
        match self {
            Descriptor::FinalX
            | Descriptor::FinalY
            | Descriptor::DutyFactor(_)
            | Descriptor::MeanHeight
            | Descriptor::MeanTilt
            | Descriptor::BodyMass
            | Descriptor::LegSpan
            | Descriptor::ObjectX
            | Descriptor::ObjectY
            | Descriptor::ObjectTouch
            | Descriptor::SelfTouch
            | Descriptor::Measure(_) => true,
            Descriptor::GaitFrequency
            | Descriptor::LinkCount
            | Descriptor::RefinementGain
            | Descriptor::GradientTrust
            | Descriptor::Latent(_)
            | Descriptor::Surprise => false,
        }
    }

    /// Name and unit, for tables and plots.
    pub fn label(&self) -> (String, &'static str) {
        match self {
            Descriptor::FinalX => ("final x".into(), "m"),
            Descriptor::FinalY => ("final y".into(), "m"),
            Descriptor::DutyFactor(limb) => (format!("limb {limb} duty factor"), ""),
            Descriptor::MeanHeight => ("mean height".into(), "m"),
            Descriptor::MeanTilt => ("mean tilt, (1 - cos) / 2".into(), ""),
            Descriptor::GaitFrequency => ("gait frequency".into(), "Hz"),
            Descriptor::BodyMass => ("body mass".into(), "kg"),
            Descriptor::LinkCount => ("number of links".into(), ""),
            Descriptor::LegSpan => ("leg span".into(), "m"),
            Descriptor::ObjectX => ("object x".into(), "m"),
            Descriptor::ObjectY => ("object y".into(), "m"),
            Descriptor::ObjectTouch => ("object touched".into(), ""),
            Descriptor::SelfTouch => ("limbs touching".into(), ""),
            // In the unit of the reward, which is a sum of anything.
            Descriptor::RefinementGain => ("refinement gain".into(), ""),
            Descriptor::GradientTrust => ("gradient trust".into(), ""),
            Descriptor::Measure(i) => (format!("measure {i}"), ""),
            Descriptor::Latent(i) => (format!("latent {i}"), ""),
            Descriptor::Surprise => ("surprise, logarithm".into(), ""),
        }
    }

    /// What is wrong with the descriptor's own numbers.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        match *self {
            Descriptor::DutyFactor(limb) if limb >= LIMB_ENDS => {
                vec![("DutyFactor", format!("limb must be 0 to {}, is {limb}", LIMB_ENDS - 1))]
            }
            _ => Vec::new(),
        }
    }
}
