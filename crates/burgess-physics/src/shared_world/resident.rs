//! A creature that was found for a scene.

use crate::model::{BaseKind, Candidate, leg_span, rest_origins};
use crate::step::pairs::ball_around;
use crate::world::Physics;

/// A creature that was found for a scene: its body with its brain, and the numbers of its own that it brings along.
#[derive(Clone, Debug)]
pub struct Resident {
    /// Body and brain, grown in `physics`; the body is free in space, without objects, and its `pairs` are those of its
    /// own colliders that can touch.
    pub candidate: Candidate<f64>,
    /// What [`Scene::physics_of`](super::Scene::physics_of) makes of the physics that it comes from.
    pub physics: Physics,
    /// Steps between two of its decisions.
    pub control_period: u32,
}

impl Resident {
    /// Reach of each limb (m).
    pub(super) fn reaches(&self) -> impl Iterator<Item = f64> {
        self.candidate.model.colliders.iter().map(|collider| ball_around(&collider.shape).1)
    }

    /// Twice the horizontal distance of its furthest contact point from the base, at zero angles (m).
    pub(super) fn span(&self) -> f64 {
        let model = &self.candidate.model;
        leg_span(model, &rest_origins(model))
    }

    /// Of a candidate without objects that was grown in the physics that [`Scene::physics_of`](super::Scene::physics_of) gives.
    ///
    /// # Panics
    ///
    /// When its base is welded, or it has objects.
    pub fn new(candidate: Candidate<f64>, physics: Physics, control_period: u32) -> Self {
        let model = &candidate.model;
        assert!(model.base == BaseKind::Floating && model.objects.is_empty(), "a creature by itself, free in space");
        Self { candidate, physics, control_period }
    }
}
