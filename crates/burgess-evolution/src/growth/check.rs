//! Whether a grown body is fit to be simulated: finite, of sensible mass, and not folded into itself at zero angles.
//!
//! Overlap is judged on spheres: each shape is filled with a few of them ("beads"), and a bead's depth is its
//! radius minus the exact signed distance of its centre from the other shape. A link and its parent are never compared.
//! Two links joined through one link between them (brothers, or a link and its grandparent) meet near that link by
//! construction, so beads that touch the link between do not count.

use crate::genome::{BodyLimits, InvalidBody};
use burgess_core::math::{Vec3, vec3};
use burgess_physics::model::{Joint, JointKind, Model, Shape, rest_origins};
use std::ops::Range;

/// Most beads along one direction of a shape.
const MAX_BEADS: usize = 6;

/// Checks a creature against the limits.
///
/// # Errors
/// The first kind of fault found, in the order of the variants of [`InvalidBody`].
pub fn check(model: &Model<f64>, limits: &BodyLimits) -> Result<(), InvalidBody> {
    if model.links.len() < 2 {
        return Err(InvalidBody::NoJoints);
    }
    check_numbers(model)?;
    check_masses(model, limits)?;
    check_overlaps(model, limits)
}

fn check_numbers(model: &Model<f64>) -> Result<(), InvalidBody> {
    for (index, link) in model.links.iter().enumerate() {
        let mut finite = true;
        let mut look = |x: f64| {
            finite &= x.is_finite();
            x
        };
        link.map(&mut look);
        for collider in model.colliders.iter().filter(|collider| collider.link == index) {
            collider.shape.map(&mut look);
        }
        let joint = index.checked_sub(1).map(|joint| &model.joints[joint]);
        if let Some(joint) = joint {
            joint.map(&mut look);
        }
        if !finite {
            return Err(InvalidBody::NotFinite { link: index });
        }
        // Normalising leaves a direction shorter than one only where there was next to nothing to normalise.
        if let Some(Joint { kind: JointKind::Hinge(hinge), .. }) = joint
            && (hinge.axis.norm_squared() - 1.0).abs() > 1e-6
        {
            return Err(InvalidBody::Axis { link: index });
        }
    }
    Ok(())
}

fn check_masses(model: &Model<f64>, limits: &BodyLimits) -> Result<(), InvalidBody> {
    let mass = model.mass();
    let grams = (mass * 1e3).round() as u64;
    if mass < limits.mass.0 {
        return Err(InvalidBody::TooLight { grams });
    }
    if mass > limits.mass.1 {
        return Err(InvalidBody::TooHeavy { grams });
    }
    let (mut heavy, mut light) = (0, 0);
    for (index, link) in model.links.iter().enumerate() {
        if link.mass > model.links[heavy].mass {
            heavy = index;
        }
        if link.mass < model.links[light].mass {
            light = index;
        }
    }
    if model.links[heavy].mass > limits.mass_ratio * model.links[light].mass {
        return Err(InvalidBody::MassRatio { heavy, light });
    }
    Ok(())
}

fn check_overlaps(model: &Model<f64>, limits: &BodyLimits) -> Result<(), InvalidBody> {
    let (placed, beads) = place(model);
    for second in 1..placed.len() {
        for first in 0..second {
            if model.links[second].parent == first {
                continue;
            }
            let (a, b) = (&placed[first], &placed[second]);
            if !a.near(b) {
                continue;
            }
            let between = link_between(model, first, second).map(|link| &placed[link]);
            let allowed = limits.overlap * a.bead_radius.min(b.bead_radius);
            if a.pierces(b, between, allowed, &beads) || b.pierces(a, between, allowed, &beads) {
                return Err(InvalidBody::Overlap { first, second });
            }
        }
    }
    Ok(())
}

/// The one link between two links that are not parent and child, if there is just one.
fn link_between(model: &Model<f64>, first: usize, second: usize) -> Option<usize> {
    let parent = model.links[second].parent;
    (parent == model.links[first].parent || model.links[parent].parent == first).then_some(parent)
}

/// A shape at its place relative to the base at zero angles, with its beads.
struct Placed {
    shape: Shape<f64>,
    centre: Vec3<f64>,
    bounding_radius: f64,
    /// Where its beads stand in the list of all links' beads.
    beads: Range<usize>,
    bead_radius: f64,
}

/// The shapes, and the centres of all their beads.
fn place(model: &Model<f64>) -> (Vec<Placed>, Vec<Vec3<f64>>) {
    let origins = rest_origins(model);
    let mut beads = Vec::with_capacity(MAX_BEADS * model.links.len());
    // Growing gives each link one shape.
    let placed = model.colliders.iter().map(|c| Placed::new(c.shape, origins[c.link], &mut beads)).collect();
    (placed, beads)
}

impl Placed {
    /// The shape moved by `origin`; its beads are added to `all`.
    fn new(shape: Shape<f64>, origin: Vec3<f64>, all: &mut Vec<Vec3<f64>>) -> Self {
        let first = all.len();
        match shape {
            Shape::Sphere { centre, radius } => {
                let centre = centre + origin;
                all.push(centre);
                let shape = Shape::Sphere { centre, radius };
                Self { shape, centre, bounding_radius: radius, beads: first..all.len(), bead_radius: radius }
            }
            Shape::Capsule { from, to, radius } => {
                let (from, to) = (from + origin, to + origin);
                let length = (to - from).norm_squared().sqrt();
                all.extend(spread(0.5 * length, radius).map(|x| from + (to - from) * (x / length + 0.5)));
                let (centre, bounding_radius) = ((from + to) * 0.5, 0.5 * length + radius);
                let (shape, beads) = (Shape::Capsule { from, to, radius }, first..all.len());
                Self { shape, centre, bounding_radius, beads, bead_radius: radius }
            }
            Shape::Box { centre, axes, half } => {
                let centre = centre + origin;
                let bead_radius = half.x.min(half.y).min(half.z);
                let along = |half: f64| spread(half - bead_radius, bead_radius);
                for x in along(half.x) {
                    for y in along(half.y) {
                        all.extend(along(half.z).map(|z| centre + axes * vec3(x, y, z)));
                    }
                }
                let bounding_radius = half.norm_squared().sqrt();
                let (shape, beads) = (Shape::Box { centre, axes, half }, first..all.len());
                Self { shape, centre, bounding_radius, beads, bead_radius }
            }
        }
    }

    fn near(&self, other: &Self) -> bool {
        let reach = self.bounding_radius + other.bounding_radius;
        (self.centre - other.centre).norm_squared() < reach * reach
    }

    /// Whether a bead sits deeper in the other shape than `allowed` (m), leaving out beads that touch the link between.
    fn pierces(&self, other: &Self, between: Option<&Self>, allowed: f64, beads: &[Vec3<f64>]) -> bool {
        let counts = |bead| between.is_none_or(|link| link.distance(bead) > self.bead_radius);
        let is_deep = |bead| self.bead_radius - other.distance(bead) > allowed;
        // Most beads are clear of the other shape's bounding sphere, which is cheaper to see; the hair is for rounding.
        let reach = (self.bead_radius + other.bounding_radius) * (1.0 + 1e-9);
        let is_near = |bead: Vec3<f64>| (bead - other.centre).norm_squared() < reach * reach;
        beads[self.beads.clone()].iter().any(|&bead| is_near(bead) && is_deep(bead) && counts(bead))
    }

    /// Signed distance of a point from the surface (m), negative inside.
    fn distance(&self, point: Vec3<f64>) -> f64 {
        match self.shape {
            Shape::Sphere { centre, radius } => (point - centre).norm_squared().sqrt() - radius,
            Shape::Capsule { from, to, radius } => {
                let axis = to - from;
                let share = ((point - from).dot(axis) / axis.norm_squared().max(1e-30)).clamp(0.0, 1.0);
                (point - from - axis * share).norm_squared().sqrt() - radius
            }
            Shape::Box { centre, axes, half } => {
                let q = axes.transposed_mul(point - centre).map(f64::abs) - half;
                q.map(|x| x.max(0.0)).norm_squared().sqrt() + q.x.max(q.y).max(q.z).min(0.0)
            }
        }
    }
}

/// Evenly spread numbers from `-half` to `half`, at most about `spacing` apart unless that takes too many.
fn spread(half: f64, spacing: f64) -> impl Iterator<Item = f64> {
    let steps = if half > 1e-9 { ((2.0 * half / spacing).ceil() as usize).clamp(1, MAX_BEADS - 1) } else { 0 };
    (0..=steps).map(move |i| if steps == 0 { 0.0 } else { half * (2.0 * i as f64 / steps as f64 - 1.0) })
}
