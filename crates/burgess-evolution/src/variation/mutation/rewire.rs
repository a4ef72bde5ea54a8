//! Mutations that change how often and where existing genes grow.

use super::{Copies, Edit};
use crate::genome::{Body, GeneId, JointGene, MAX_CHAIN, MAX_COPIES, RepeatLayout};
use burgess_core::math::Vec3;

/// Least distance from the mirror plane of the attachment of a limb that is to be mirrored, as the y component of its
/// direction: below it the limb would grow into its own image.
const MIRROR_OFFSET: f64 = 0.4;

impl Edit<'_> {
    /// A mirror image appears, with the brain of its twin, or goes. A limb in the mirror plane moves aside for its
    /// image: one leg in the middle becomes a pair.
    pub(super) fn toggle_mirror(&mut self) -> Option<Copies> {
        // Copies all around would mostly be mirrored into each other.
        let place =
            self.any_joint(|_, joint| joint.mirror || joint.repeat == 1 || joint.layout == RepeatLayout::Serial)?;
        let side = if self.stream.chance(0.5) { MIRROR_OFFSET } else { -MIRROR_OFFSET };
        let joint = &mut self.body.joints[place];
        joint.mirror = !joint.mirror;
        let attach = joint.attach.normalised();
        if joint.mirror && attach.y.abs() < MIRROR_OFFSET {
            joint.attach = Vec3 { y: side, ..attach }.normalised();
        }
        Some(Copies::new())
    }

    /// One copy more, with the brain of a brother, or the last one less. A joint that did not repeat draws its layout.
    pub(super) fn change_repeat(&mut self) -> Option<Copies> {
        let more = self.stream.chance(0.5);
        let place = self.any_joint(|body, joint| if more { may_repeat_more(body, joint) } else { joint.repeat > 1 })?;
        let serial = self.stream.chance(0.5);
        let joint = &mut self.body.joints[place];
        if joint.repeat == 1 && !joint.is_self_edge() {
            joint.layout = if serial { RepeatLayout::Serial } else { RepeatLayout::Radial };
        }
        joint.repeat = if more { joint.repeat + 1 } else { joint.repeat - 1 };
        Some(Copies::new())
    }

    /// A random joint gene grows another link gene, or grows from another.
    pub(super) fn retarget(&mut self) -> Option<Copies> {
        let place = self.any_joint(|_, joint| !joint.is_self_edge())?;
        let old = self.body.joints[place];
        let others = |own: GeneId| self.body.links.iter().map(|link| link.id).filter(move |&id| id != own);
        let children = others(old.child).map(|child| JointGene { child, ..old });
        let parents = others(old.parent).map(|parent| JointGene { parent, ..old });
        let sound: Vec<JointGene> = children.chain(parents).filter(|new| self.is_sound(place, new)).collect();
        if sound.is_empty() {
            return None;
        }
        self.body.joints[place] = sound[self.stream.below(sound.len())];
        Some(Copies::new())
    }

    /// Whether the graph stays well-formed with another joint gene at this place.
    fn is_sound(&self, place: usize, joint: &JointGene) -> bool {
        let mut body = self.body.clone();
        body.joints[place] = *joint;
        !joint.is_self_edge() && body.copies(joint.child) <= MAX_COPIES && !body.reaches(joint.child, joint.parent)
    }
}

fn may_repeat_more(body: &Body, joint: &JointGene) -> bool {
    if joint.is_self_edge() { joint.repeat < MAX_CHAIN } else { body.copies(joint.child) < MAX_COPIES }
}
