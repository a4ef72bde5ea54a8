//! Shapes from genes.

use crate::genome::ShapeGene;
use burgess_core::autodiff::Real;
use burgess_physics::model::Solid;

/// The shape that a gene makes, before scaling.
pub(crate) fn solid<T: Real>(gene: &ShapeGene<T>) -> Solid<T> {
    match *gene {
        ShapeGene::Sphere { log_radius } => Solid::Sphere(log_radius.exp()),
        ShapeGene::Capsule { log_radius, log_length } => Solid::Capsule(log_radius.exp(), log_length.exp()),
        ShapeGene::Box { log_half } => Solid::Box(log_half.map(Real::exp)),
    }
}
