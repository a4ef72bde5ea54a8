//! How far each kind of continuous gene moves under mutation, and the bounds it is kept in.
//!
//! A mutation of strength sigma moves a gene by `sigma * step(field)` standard deviations. Body geometry moves least,
//! since it changes everything at once; phases, which run over a full turn, move most. Bounds keep genes where they
//! still matter (tanh and the logistic function saturate) and where the experiment's limits allow.

use crate::genome::{Body, BodyLimits, Brain, Field, ParameterId, Sharing};
use burgess_core::math::Vec3;
use std::f64::consts::{LN_2, PI, TAU};

/// Largest servo factor on either side of the mass-scaled default, as a logarithm (a factor of 5).
const LOG_GAIN: f64 = 1.6094379124341003;
/// Largest factor on a child's lengths, as a logarithm (a factor of 2).
const LOG_SCALE: f64 = LN_2;
/// Bound of logits: the share stays within 2 and 98 %.
const LOGIT: f64 = 4.0;
/// Bound of arguments of tanh, which is then within 0.2 % of one.
const TANH: f64 = 3.5;
/// Bound of network weights.
const WEIGHT: f64 = 8.0;

impl Field {
    /// Standard deviation of the gene under a mutation of strength one.
    pub fn step(self) -> f64 {
        match self {
            Field::LogRadius | Field::LogLength | Field::LogHalf | Field::LogDensity | Field::LogScale => 0.5,
            Field::Attach | Field::Orientation | Field::Axis => 0.5,
            Field::LogKp | Field::LogKd | Field::LogTorque | Field::LogGear => 0.5,
            Field::Lower | Field::Upper => 1.0,
            Field::Frequency => 1.0,
            Field::Amplitude | Field::Offset => 1.0,
            Field::Phase | Field::RepeatPhase | Field::MirrorPhase => 2.0,
            Field::Common | Field::HiddenBias | Field::Hidden(_) => 0.5,
            Field::Input | Field::Output | Field::Bias | Field::Clock | Field::Style => 1.0,
        }
    }

    /// The value brought back into its bounds; vectors are the business of [`settle`].
    fn clamp(self, value: f64, bounds: &Bounds) -> f64 {
        match self {
            Field::LogRadius | Field::LogLength | Field::LogHalf => value.clamp(bounds.size.0, bounds.size.1),
            Field::LogDensity => value.clamp(bounds.density.0, bounds.density.1),
            Field::LogScale => value.clamp(-LOG_SCALE, LOG_SCALE),
            Field::LogKp | Field::LogKd | Field::LogTorque | Field::LogGear => value.clamp(-LOG_GAIN, LOG_GAIN),
            Field::Lower | Field::Upper | Field::Frequency => value.clamp(-LOGIT, LOGIT),
            Field::Amplitude | Field::Offset | Field::Style => value.clamp(-TANH, TANH),
            Field::Phase | Field::RepeatPhase | Field::MirrorPhase => wrap(value),
            Field::Common
            | Field::HiddenBias
            | Field::Hidden(_)
            | Field::Input
            | Field::Output
            | Field::Bias
            | Field::Clock => value.clamp(-WEIGHT, WEIGHT),
            Field::Attach | Field::Orientation | Field::Axis => value,
        }
    }
}

/// The bounds that depend on the limits of an experiment, as logarithms.
pub(super) struct Bounds {
    size: (f64, f64),
    density: (f64, f64),
}

impl Bounds {
    /// The bounds that the limits set.
    pub(super) fn new(limits: &BodyLimits) -> Self {
        let logs = |(low, high)| (libm::log(low), libm::log(high));
        Self { size: logs(limits.size), density: logs(limits.density) }
    }
}

/// The angle's representative from -pi to pi (rad).
pub(crate) fn wrap(angle: f64) -> f64 {
    angle - TAU * (angle / TAU).round()
}

/// Moves each gene of a body by `change` of its name and value, within bounds.
pub(super) fn shift_body(body: &Body, bounds: &Bounds, mut change: impl FnMut(ParameterId, f64) -> f64) -> Body {
    let mut moved = body.map_parameters(|id, value| id.field.clamp(value + change(id, value), bounds));
    settle(&mut moved);
    moved
}

/// Moves each gene of a brain by `change` of its name and value, within bounds. Phases between copies stay where copies do
/// not share an entry, since there they mean nothing.
pub(super) fn shift_brain(
    brain: &Brain,
    sharing: Sharing,
    bounds: &Bounds,
    mut change: impl FnMut(ParameterId, f64) -> f64,
) -> Brain {
    brain.map_parameters(|id, value| match has_meaning(id.field, sharing) {
        false => value,
        true => id.field.clamp(value + change(id, value), bounds),
    })
}

/// Whether a gene of a brain means anything.
pub(super) fn has_meaning(field: Field, sharing: Sharing) -> bool {
    sharing == Sharing::Gene || !matches!(field, Field::RepeatPhase | Field::MirrorPhase)
}

/// Brings vectors to their usual lengths, so that equal noise turns them equally far: directions to one, rotations to half
/// a turn at most.
fn settle(body: &mut Body) {
    for joint in &mut body.joints {
        joint.attach = unit(joint.attach);
        joint.axis = unit(joint.axis);
        let angle = joint.orientation.norm_squared().sqrt();
        if angle > PI {
            joint.orientation = joint.orientation * (wrap(angle) / angle);
        }
    }
}

/// The vector over its length; one too short to have a direction stays, and the body is turned down for it.
fn unit(v: Vec3<f64>) -> Vec3<f64> {
    if v.norm_squared() > 1e-12 { v.normalised() } else { v }
}
