//! Mutations that change how often and where existing genes grow.

use super::super::graph::{MAX_CHAIN, MAX_COPIES};
use super::super::{Body, GeneId, JointGene, RepeatLayout};
use super::{Copies, Edit};

impl Edit<'_> {
    /// A mirror image appears, with the brain of its twin, or goes.
    pub(super) fn toggle_mirror(&mut self) -> Option<Copies> {
        let place = self.any_joint(|_, _| true)?;
        let joint = &mut self.body.joints[place];
        joint.mirror = !joint.mirror;
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
        let to = self.any_link().id;
        let new_child = self.stream.chance(0.5);
        let joint = &mut self.body.joints[place];
        let (parent, child) = if new_child { (joint.parent, to) } else { (to, joint.child) };
        if (parent, child) == (joint.parent, joint.child) || parent == child {
            return None;
        }
        (joint.parent, joint.child) = (parent, child);
        self.is_sound(parent, child).then(Copies::new)
    }

    fn is_sound(&self, parent: GeneId, child: GeneId) -> bool {
        self.body.copies(child) <= MAX_COPIES && !self.body.reaches(child, parent)
    }
}

fn may_repeat_more(body: &Body, joint: &JointGene) -> bool {
    if joint.is_self_edge() { joint.repeat < MAX_CHAIN } else { body.copies(joint.child) < MAX_COPIES }
}
