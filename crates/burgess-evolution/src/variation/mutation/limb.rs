//! Mutations that add or drop a whole limb.

use super::rotation::{from_x_to, rotation_vector};
use super::{Copies, Edit};
use crate::genome::{GeneId, JointGene, LinkGene, MAX_ANGLE, RepeatLayout, ShapeGene};
use crate::growth::solid;
use burgess_core::math::{Quat, Vec3, vec3};
use std::f64::consts::{PI, TAU};

/// Mass of a new limb relative to the lightest that the limit on mass ratios allows: as small as it can be, with some
/// room for noise.
const NEW_LIMB_MASS: f64 = 2.0;

/// Joint limit of a new hinge on either side (rad).
const NEW_LIMIT: f64 = 0.8;

impl Edit<'_> {
    /// A small link somewhere on the surface of a random one, pointing outward; half of them in mirrored pairs.
    pub(super) fn grow_limb(&mut self) -> Option<Copies> {
        let parent = self.any_link();
        let mirror = self.stream.chance(0.5);
        let attach = self.random_direction(mirror);
        let link = LinkGene { id: self.new_id(), shape: self.small_shape(parent), log_density: parent.log_density };
        let mut joint = self.new_hinge(parent.id, link.id);
        joint.attach = attach;
        joint.orientation = from_x_to(attach);
        joint.mirror = mirror;
        self.body.links.push(link);
        self.body.joints.push(joint);
        Some(Copies::new())
    }

    /// A limb's genes again under new names, turned away from the old limb.
    pub(super) fn duplicate_limb(&mut self) -> Option<Copies> {
        let place = self.any_joint(|_, joint| !joint.is_self_edge())?;
        let stem = self.body.joints[place];
        let members = self.body.limb(stem.child);
        let is_member = |id: GeneId| members.contains(&id);
        let links: Vec<LinkGene> = self.body.links.iter().filter(|link| is_member(link.id)).copied().collect();
        let joints: Vec<JointGene> = self.body.joints.iter().filter(|joint| is_member(joint.parent)).copied().collect();
        let ids: Copies = links
            .iter()
            .map(|link| link.id)
            .chain(joints.iter().map(|joint| joint.id))
            .map(|id| (self.new_id(), id))
            .collect();
        let renamed = |old: GeneId| ids.iter().find(|&&(_, id)| id == old).map_or(old, |&(new, _)| new);
        self.body.links.extend(links.iter().map(|link| LinkGene { id: renamed(link.id), ..*link }));
        self.body.joints.extend(joints.iter().map(|joint| JointGene {
            id: renamed(joint.id),
            parent: renamed(joint.parent),
            child: renamed(joint.child),
            ..*joint
        }));
        let child = renamed(stem.child);
        let turn = self.turn_away(stem.attach);
        let id = self.new_id();
        self.body.joints.push(JointGene {
            id,
            child,
            attach: turn.rotate(stem.attach),
            orientation: rotation_vector(turn * Quat::exp(stem.orientation)),
            ..stem
        });
        Some(ids.into_iter().chain([(id, stem.id)]).collect())
    }

    /// A random joint gene goes, and with it what grew from there only.
    pub(super) fn delete_limb(&mut self) -> Option<Copies> {
        let place = self.any_joint(|_, _| true)?;
        self.body.joints.remove(place);
        Some(Copies::new())
    }

    /// A hinge with default servo, across the child's x axis.
    pub(super) fn new_hinge(&mut self, parent: GeneId, child: GeneId) -> JointGene {
        let is_geared = self.body.joints.iter().any(|joint| joint.log_gear.is_some());
        let roll = self.stream.range(0.0, TAU);
        let limit = libm::log(NEW_LIMIT / (MAX_ANGLE - NEW_LIMIT));
        JointGene {
            id: self.new_id(),
            parent,
            child,
            attach: vec3(1.0, 0.0, 0.0),
            orientation: Vec3::zero(),
            log_scale: 0.0,
            axis: vec3(0.0, libm::cos(roll), libm::sin(roll)),
            lower: limit,
            upper: limit,
            log_kp: 0.0,
            log_kd: 0.0,
            log_torque: 0.0,
            log_gear: is_geared.then_some(0.0),
            repeat: 1,
            layout: RepeatLayout::Radial,
            mirror: false,
            terminal: false,
        }
    }

    /// A turn that takes a limb clear of where it was: about the parent's z axis, so that it keeps its bearing to the ground;
    /// for a limb at the top or bottom to one side.
    fn turn_away(&mut self, attach: Vec3<f64>) -> Quat<f64> {
        let is_upright = attach.normalised().z.abs() > 0.9;
        let (axis, least, most) =
            if is_upright { (vec3(1.0, 0.0, 0.0), PI / 6.0, PI / 3.0) } else { (vec3(0.0, 0.0, 1.0), PI / 4.0, PI) };
        let angle = self.stream.range(least, most);
        Quat::about_axis(axis, if self.stream.chance(0.5) { angle } else { -angle })
    }

    /// A unit vector; of a mirrored limb one that keeps clear of the mirror plane.
    fn random_direction(&mut self, mirror: bool) -> Vec3<f64> {
        let stream = &mut *self.stream;
        let mut d = vec3(stream.normal(), stream.normal(), stream.normal()).normalised();
        if mirror && d.y.abs() < 0.5 {
            d.y = if d.y < 0.0 { -0.5 } else { 0.5 };
        }
        d.normalised()
    }

    /// A shape of nearly the smallest mass allowed beside the heaviest link, of the density of `parent`.
    fn small_shape(&mut self, parent: LinkGene) -> ShapeGene {
        let mass = |link: &LinkGene| solid(&link.shape).mass_properties(libm::exp(link.log_density)).mass;
        let heaviest = self.body.links.iter().map(mass).fold(0.0, f64::max);
        let volume = NEW_LIMB_MASS * heaviest / (self.limits.mass_ratio * libm::exp(parent.log_density));
        let log_size = |volume_of_unit: f64| {
            let size = libm::cbrt(volume / volume_of_unit);
            libm::log(size.clamp(self.limits.size.0, self.limits.size.1))
        };
        let kind = self.stream.uniform();
        if kind < 0.7 {
            // Length twice the radius: a cylinder of 2 pi and a ball of 4/3 pi cubed radii.
            let log_radius = log_size(10.0 / 3.0 * PI);
            let log_length = (log_radius + std::f64::consts::LN_2).min(libm::log(self.limits.size.1));
            ShapeGene::Capsule { log_radius, log_length }
        } else if kind < 0.85 {
            ShapeGene::Sphere { log_radius: log_size(4.0 / 3.0 * PI) }
        } else {
            let log_half = log_size(8.0);
            ShapeGene::Box { log_half: vec3(log_half, log_half, log_half) }
        }
    }
}
