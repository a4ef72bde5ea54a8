//! What a body may be.

use burgess_physics::model::MAX_LINKS;
use serde::{Deserialize, Serialize};

/// What a body may be; others are rejected, counted, and drawn again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BodyLimits {
    /// Links including the base, 2 to 32; expansion stops there.
    pub max_links: usize,
    /// Smallest and largest total mass (kg).
    pub mass: (f64, f64),
    /// Largest mass of a link over the smallest.
    pub mass_ratio: f64,
    /// Smallest and largest radius, length or half size of a shape (m); genes are clamped to it.
    pub size: (f64, f64),
    /// Smallest and largest density (kg/m3); genes are clamped to it.
    pub density: (f64, f64),
    /// How far links that are not neighbours may start inside each other, as a share of the smaller one's radius.
    pub overlap: f64,
}

impl BodyLimits {
    /// Of bodies that are given, not evolved: whatever can be simulated. Limbs of such a body may start inside each other.
    pub fn given() -> Self {
        Self {
            max_links: MAX_LINKS,
            mass: (1e-9, 1e6),
            mass_ratio: f64::INFINITY,
            size: (1e-6, 100.0),
            density: (1e-3, 1e6),
            overlap: f64::INFINITY,
        }
    }
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self {
            max_links: 16,
            mass: (0.1, 50.0),
            mass_ratio: 100.0,
            size: (0.01, 0.5),
            density: (100.0, 2000.0),
            overlap: 0.5,
        }
    }
}
