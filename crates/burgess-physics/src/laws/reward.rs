//! Reward terms. To add one, add a variant, its line in [`RewardTerm::ALL`], [`RewardTerm::rate`] or [`RewardTerm::finish`], and
//! [`RewardTerm::label`], and write the shaders again; `docs/how-to-reward.md` shows it.

use super::sensors::Sensors;
use burgess_core::autodiff::{Real, real};
use burgess_core::math::{Vec3, vec3};
use serde::{Deserialize, Serialize};

/// A term of the reward: what it adds each second, and what it adds at the end of the episode.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RewardTerm {
    /// Velocity along +x, integrated over the episode (m): progress forward, walking backward counts negative.
    ForwardVelocity,
    /// Horizontal distance between start and end (m), in any direction.
    Distance,
    /// 1 at the target, falling to 0 over `radius`: 1 / (1 + (distance / radius)^2) of the horizontal distance at the end.
    TargetReached {
        /// Target relative to the spawn point (m).
        target: (f64, f64),
        /// Distance at which half is given (m).
        radius: f64,
    },
    /// Height of the base above its starting height at the end (m).
    HeightGained,
    /// Cosine of the base's tilt, integrated (s).
    Upright,
    /// Mechanical work of the servos (J); give it a negative weight.
    Energy,
    /// Mean square rate of the servo targets, integrated (rad2/s); give it a negative weight.
    Smoothness,
    /// Time until termination (s).
    Survival,
    /// Share of joints against a limit, integrated (s); give it a negative weight.
    JointLimitUse,
    /// How far the scene's first object is along +x from where it started, at the end (m).
    ObjectProgress,
    /// 1 when the scene's first object is at the target, falling to 0 over `radius`: 1 / (1 + (distance / radius)^2) of its horizontal distance
    /// at the end.
    ObjectReached {
        /// Target relative to the spawn point (m).
        target: (f64, f64),
        /// Distance at which half is given (m).
        radius: f64,
    },
    /// Height of the scene's first object above its starting height at the end (m).
    ObjectLifted,
    /// Share of a hold on the scene's first object, integrated (s): about the time for which the creature touches it.
    ObjectTouch,
    /// The same of limbs that touch each other (s); give it a negative weight.
    SelfTouch,
    /// By how much the creature is nearer to the scene's first object than the first rival is, -1 to 1: (d_rival - d_own) / (d_rival + d_own) of
    /// the horizontal distances of both bases from the object at the end (Sims 1994, "Evolving 3D Morphology and Behavior by Competition").
    NearerToObject,
    /// Share of the wanted velocity that the creature has, integrated (s): 1 / (1 + (|v - wanted| / spread)^2) of the horizontal velocity of
    /// the base, in a task with `commands`.
    FollowCommand {
        /// Difference of velocities at which half is given (m/s). A gait's own swaying should be less.
        spread: f64,
    },
}

/// The numbers of a term, as the laws see them.
pub type TermNumbers<T> = [T; 3];

impl RewardTerm {
    /// Every term, its numbers zero; the place in the list is the term's number in the shaders.
    pub const ALL: [Self; 16] = [
        RewardTerm::ForwardVelocity,
        RewardTerm::Distance,
        RewardTerm::TargetReached { target: (0.0, 0.0), radius: 0.0 },
        RewardTerm::HeightGained,
        RewardTerm::Upright,
        RewardTerm::Energy,
        RewardTerm::Smoothness,
        RewardTerm::Survival,
        RewardTerm::JointLimitUse,
        RewardTerm::ObjectProgress,
        RewardTerm::ObjectReached { target: (0.0, 0.0), radius: 0.0 },
        RewardTerm::ObjectLifted,
        RewardTerm::ObjectTouch,
        RewardTerm::SelfTouch,
        RewardTerm::NearerToObject,
        RewardTerm::FollowCommand { spread: 0.0 },
    ];

    /// The term's own numbers, unused ones zero.
    pub fn numbers(&self) -> TermNumbers<f64> {
        match *self {
            RewardTerm::TargetReached { target, radius } | RewardTerm::ObjectReached { target, radius } => {
                [target.0, target.1, radius]
            }
            RewardTerm::FollowCommand { spread } => [spread, 0.0, 0.0],
            RewardTerm::ForwardVelocity
            | RewardTerm::Distance
            | RewardTerm::HeightGained
            | RewardTerm::Upright
            | RewardTerm::Energy
            | RewardTerm::Smoothness
            | RewardTerm::Survival
            | RewardTerm::JointLimitUse
            | RewardTerm::ObjectProgress
            | RewardTerm::ObjectLifted
            | RewardTerm::ObjectTouch
            | RewardTerm::SelfTouch
            | RewardTerm::NearerToObject => [0.0; 3],
        }
    }

    /// What the term adds each second. `numbers` are the term's own.
    pub fn rate<T: Real>(&self, numbers: &TermNumbers<T>, s: &Sensors<T>) -> T {
        match self {
            RewardTerm::ForwardVelocity => s.velocity.x,
            RewardTerm::Upright => s.up.z,
            RewardTerm::Energy => s.power,
            RewardTerm::Smoothness => s.command_rate,
            RewardTerm::Survival => T::one(),
            RewardTerm::JointLimitUse => s.limit_use,
            RewardTerm::ObjectTouch => s.object_touch,
            RewardTerm::SelfTouch => s.self_touch,
            RewardTerm::FollowCommand { .. } => {
                let (missing, [spread, ..]) = (horizontal(s.velocity - s.wanted), *numbers);
                (T::one() + missing.norm_squared() / (spread * spread)).recip()
            }
            RewardTerm::Distance
            | RewardTerm::TargetReached { .. }
            | RewardTerm::HeightGained
            | RewardTerm::ObjectProgress
            | RewardTerm::ObjectReached { .. }
            | RewardTerm::ObjectLifted
            | RewardTerm::NearerToObject => T::zero(),
        }
    }

    /// What the term adds once, from the state in which the episode ended. `numbers` are the term's own.
    pub fn finish<T: Real>(&self, numbers: &TermNumbers<T>, s: &Sensors<T>) -> T {
        match *self {
            RewardTerm::Distance => length(horizontal(s.displacement())),
            RewardTerm::TargetReached { .. } => nearness(s.position, numbers),
            RewardTerm::HeightGained => s.displacement().z,
            RewardTerm::ObjectProgress => s.object_displacement().x,
            RewardTerm::ObjectReached { .. } => nearness(s.object, numbers),
            RewardTerm::ObjectLifted => s.object_displacement().z,
            RewardTerm::NearerToObject => {
                let [own, rivals] = [s.position, s.rival].map(|base| length(horizontal(base - s.object)));
                (rivals - own) / (rivals + own)
            }
            RewardTerm::ForwardVelocity
            | RewardTerm::Upright
            | RewardTerm::Energy
            | RewardTerm::Smoothness
            | RewardTerm::Survival
            | RewardTerm::JointLimitUse
            | RewardTerm::ObjectTouch
            | RewardTerm::SelfTouch
            | RewardTerm::FollowCommand { .. } => T::zero(),
        }
    }

    /// Whether it is about the scene's first object.
    pub fn needs_object(&self) -> bool {
        match self {
            RewardTerm::ObjectProgress
            | RewardTerm::ObjectReached { .. }
            | RewardTerm::ObjectLifted
            | RewardTerm::ObjectTouch
            | RewardTerm::NearerToObject => true,
            RewardTerm::ForwardVelocity
            | RewardTerm::Distance
            | RewardTerm::TargetReached { .. }
            | RewardTerm::HeightGained
            | RewardTerm::Upright
            | RewardTerm::Energy
            | RewardTerm::Smoothness
            | RewardTerm::Survival
            | RewardTerm::JointLimitUse
            | RewardTerm::SelfTouch
            | RewardTerm::FollowCommand { .. } => false,
        }
    }

    /// Whether it is about the first rival.
    pub fn needs_rival(&self) -> bool {
        matches!(self, RewardTerm::NearerToObject)
    }

    /// Whether it is about a wanted velocity.
    pub fn needs_commands(&self) -> bool {
        matches!(self, RewardTerm::FollowCommand { .. })
    }

    /// Name and unit of what the term gives over an episode, for tables and plots.
    pub fn label(&self) -> (&'static str, &'static str) {
        match self {
            RewardTerm::ForwardVelocity => ("forward progress", "m"),
            RewardTerm::Distance => ("distance", "m"),
            RewardTerm::TargetReached { .. } => ("target reached", ""),
            RewardTerm::HeightGained => ("height gained", "m"),
            RewardTerm::Upright => ("upright", "s"),
            RewardTerm::Energy => ("energy", "J"),
            RewardTerm::Smoothness => ("command roughness", "rad2/s"),
            RewardTerm::Survival => ("survival", "s"),
            RewardTerm::JointLimitUse => ("joint-limit use", "s"),
            RewardTerm::ObjectProgress => ("object progress", "m"),
            RewardTerm::ObjectReached { .. } => ("object at target", ""),
            RewardTerm::ObjectLifted => ("object lifted", "m"),
            RewardTerm::ObjectTouch => ("object touched", "s"),
            RewardTerm::SelfTouch => ("limbs touching", "s"),
            RewardTerm::NearerToObject => ("nearer to object", ""),
            RewardTerm::FollowCommand { .. } => ("command followed", "s"),
        }
    }

    /// What is wrong with the term's own numbers: (field, what is allowed and what came).
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        if let RewardTerm::TargetReached { target, radius } | RewardTerm::ObjectReached { target, radius } = *self {
            if !(target.0.is_finite() && target.1.is_finite()) {
                problems.push(("target", format!("must be finite, is ({}, {})", target.0, target.1)));
            }
            if !(radius.is_finite() && radius > 0.0) {
                problems.push(("radius", format!("must be a finite number above 0 m, is {radius}")));
            }
        }
        if let RewardTerm::FollowCommand { spread } = *self
            && !(spread.is_finite() && spread > 0.0)
        {
            problems.push(("spread", format!("must be a finite number above 0 m/s, is {spread}")));
        }
        problems
    }
}

/// 1 at the target (x, y), half of it at the radius.
fn nearness<T: Real>(at: Vec3<T>, &[x, y, radius]: &TermNumbers<T>) -> T {
    let gap = horizontal(at) - vec3(x, y, T::zero());
    (T::one() + gap.norm_squared() / (radius * radius)).recip()
}

/// The root is kept above zero so that its derivative stays finite; 1 um is added to the length of 0.
fn length<T: Real>(x: Vec3<T>) -> T {
    (x.norm_squared() + real(1e-12)).sqrt()
}

fn horizontal<T: Real>(x: Vec3<T>) -> Vec3<T> {
    vec3(x.x, x.y, T::zero())
}
