//! Splitting a link in two, with a hinge where there was none.

use super::{Copies, Edit};
use crate::genome::{GeneId, JointGene, LinkGene, RepeatLayout, ShapeGene};
use crate::growth::solid;
use burgess_core::math::{Vec3, vec3};
use std::f64::consts::LN_2;

/// Logarithm of the new hinge's servo stiffness and torque factors: stiffer than usual, since it stands for solid matter.
const HINGE_LOG_GAIN: f64 = LN_2;

/// Halves of a shape: the shape of each, and how far their centres lie before and behind the whole's along x (m).
struct Halves {
    shape: ShapeGene,
    offset: f64,
}

impl Edit<'_> {
    /// Cuts a random capsule or box across its x axis. The two halves fill the old shape, with the old mass as far as
    /// the limits on density allow; limbs keep their places on the half that now has them.
    pub(super) fn split_link(&mut self) -> Option<Copies> {
        let candidates: Vec<(LinkGene, Halves)> = self
            .body
            .links
            .iter()
            .filter(|link| !self.is_chained(link.id))
            .filter_map(|link| Some((*link, halves(&link.shape, self.limits.size)?)))
            .collect();
        if candidates.is_empty() {
            return None;
        }
        let (whole, halves) = &candidates[self.stream.below(candidates.len())];
        let log_density = self.halved_density(whole, halves);
        let far = LinkGene { id: self.new_id(), shape: halves.shape, log_density };
        self.move_limbs(whole, halves.offset, far.id);
        let mut hinge = self.new_hinge(whole.id, far.id);
        hinge.log_kp = HINGE_LOG_GAIN;
        hinge.log_torque = HINGE_LOG_GAIN;
        let place = self.body.link_index(whole.id)?;
        self.body.links[place] = LinkGene { id: whole.id, shape: halves.shape, log_density };
        self.body.links.push(far);
        self.body.joints.push(hinge);
        Some(Copies::new())
    }

    /// Whether copies of the link attach to each other: the next would hang on the near half.
    fn is_chained(&self, link: GeneId) -> bool {
        let serial = |joint: &JointGene| joint.layout == RepeatLayout::Serial && joint.repeat > 1;
        self.body.self_edge(link).is_some() || self.body.incoming(link).any(serial)
    }

    /// The density that gives two halves the mass of the whole: halves of a capsule share the round parts at the cut.
    fn halved_density(&self, whole: &LinkGene, halves: &Halves) -> f64 {
        let volume = |shape: &ShapeGene| solid(shape).mass_properties(1.0).mass;
        let log_ratio = libm::log(volume(&whole.shape) / (2.0 * volume(&halves.shape)));
        let (low, high) = self.limits.density;
        (whole.log_density + log_ratio).clamp(libm::log(low), libm::log(high))
    }

    /// Points each limb's attachment, from the centre of the half that has it, to where it was; the far half takes over its own.
    fn move_limbs(&mut self, whole: &LinkGene, offset: f64, far: GeneId) {
        let solid = solid(&whole.shape);
        for joint in self.body.joints.iter_mut().filter(|joint| joint.parent == whole.id) {
            let place: Vec3<f64> = solid.surface_point(joint.attach);
            let is_far = place.x > 0.0;
            let centre = vec3(if is_far { offset } else { -offset }, 0.0, 0.0);
            joint.attach = (place - centre).normalised();
            if is_far {
                joint.parent = far;
            }
        }
    }
}

/// The halves of a shape, if it has any of a size that the limits allow.
fn halves(shape: &ShapeGene, size: (f64, f64)) -> Option<Halves> {
    match *shape {
        ShapeGene::Sphere { .. } => None,
        ShapeGene::Capsule { log_radius, log_length } => {
            // The hinge sits on the near half's round end, a radius beyond its end centre, and both halves have the same length:
            // 2 half + radius = length.
            let (radius, length) = (libm::exp(log_radius), libm::exp(log_length));
            let half = 0.5 * (length - radius);
            (half > size.0).then(|| Halves {
                shape: ShapeGene::Capsule { log_radius, log_length: libm::log(half) },
                offset: 0.25 * (length + radius),
            })
        }
        ShapeGene::Box { log_half } => {
            let half = 0.5 * libm::exp(log_half.x);
            (half > size.0).then(|| Halves {
                shape: ShapeGene::Box { log_half: vec3(log_half.x - LN_2, log_half.y, log_half.z) },
                offset: half,
            })
        }
    }
}
