//! The body as a graph: looking genes up, and the rules that make it well-formed.
//!
//! A link gene may grow from several joint genes, and from itself, but not from its own descendants; and all copies of a
//! link gene must be countable by one digit of base 8, so that every joint of the grown body has a key of its own.

use super::{Body, GeneId, JointGene};
use crate::creature::InvalidBody;

/// Most copies of one link gene that its joint genes may ask for together (digits 0 to 7 of a key).
pub const MAX_COPIES: u32 = 8;

/// Most repeats of a joint gene that grows a link gene from itself (digit 0 is the link that starts the chain).
pub const MAX_CHAIN: u8 = 7;

impl<T> JointGene<T> {
    /// Whether the link gene grows from itself.
    pub fn is_self_edge(&self) -> bool {
        self.parent == self.child
    }
}

impl<T> Body<T> {
    /// Place of a link gene in `links`.
    pub fn link_index(&self, id: GeneId) -> Option<usize> {
        self.links.binary_search_by_key(&id, |link| link.id).ok()
    }

    /// Place of a joint gene in `joints`.
    pub fn joint_index(&self, id: GeneId) -> Option<usize> {
        self.joints.binary_search_by_key(&id, |joint| joint.id).ok()
    }

    /// The joint gene that grows this link gene from itself.
    pub fn self_edge(&self, link: GeneId) -> Option<&JointGene<T>> {
        self.joints.iter().find(|joint| joint.is_self_edge() && joint.child == link)
    }

    /// Joint genes that grow this link gene from another, in the order of their ids.
    pub fn incoming(&self, link: GeneId) -> impl Iterator<Item = &JointGene<T>> {
        self.joints.iter().filter(move |joint| joint.child == link && !joint.is_self_edge())
    }

    /// Copies of a link gene that its incoming joint genes ask for together, not counting mirrored ones.
    pub fn copies(&self, link: GeneId) -> u32 {
        self.incoming(link).map(|joint| u32::from(joint.repeat)).sum()
    }

    /// The link genes that can be reached from one along joint genes, itself first.
    pub fn limb(&self, from: GeneId) -> Vec<GeneId> {
        let mut seen = Vec::with_capacity(self.links.len());
        seen.push(from);
        let mut next = 0;
        while next < seen.len() {
            let at = seen[next];
            for joint in self.joints.iter().filter(|joint| joint.parent == at) {
                if !seen.contains(&joint.child) {
                    seen.push(joint.child);
                }
            }
            next += 1;
        }
        seen
    }

    /// Whether `to` can be reached from `from` along joint genes; every link gene reaches itself.
    pub fn reaches(&self, from: GeneId, to: GeneId) -> bool {
        self.limb(from).contains(&to)
    }

    /// Sorts the genes by id, as the contract of [`Body`] asks.
    pub fn sort(&mut self) {
        self.links.sort_by_key(|link| link.id);
        self.joints.sort_by_key(|joint| joint.id);
    }

    /// Checks the rules that do not depend on continuous genes.
    ///
    /// # Errors
    /// [`InvalidBody::Graph`] with the first gene at fault.
    pub fn check_graph(&self) -> Result<(), InvalidBody> {
        let fault = |gene, fault| Err(InvalidBody::Graph { gene, fault });
        if let Some(pair) = self.links.windows(2).find(|pair| pair[0].id >= pair[1].id) {
            return fault(pair[1].id, "link genes must be sorted by id, each id once");
        }
        if let Some(pair) = self.joints.windows(2).find(|pair| pair[0].id >= pair[1].id) {
            return fault(pair[1].id, "joint genes must be sorted by id, each id once");
        }
        if self.link_index(self.root).is_none() {
            return fault(self.root, "the root is not among the link genes");
        }
        for joint in &self.joints {
            if let Some(what) = self.joint_fault(joint) {
                return fault(joint.id, what);
            }
        }
        Ok(())
    }

    fn joint_fault(&self, joint: &JointGene<T>) -> Option<&'static str> {
        if self.link_index(joint.parent).is_none() {
            return Some("its parent is not among the link genes");
        }
        if self.link_index(joint.child).is_none() {
            return Some("its child is not among the link genes");
        }
        if joint.repeat == 0 {
            return Some("it must repeat at least once");
        }
        if joint.is_self_edge() {
            if joint.repeat > MAX_CHAIN {
                return Some("a link that grows from itself repeats at most 7 times");
            }
            if self.joints.iter().any(|other| other.id < joint.id && other.is_self_edge() && other.child == joint.child)
            {
                return Some("a link can grow from itself through one joint only");
            }
        } else {
            if self.copies(joint.child) > MAX_COPIES {
                return Some("the joints that grow its child ask for more than 8 copies together");
            }
            if self.reaches(joint.child, joint.parent) {
                return Some("its child is an ancestor of its parent");
            }
        }
        None
    }
}
