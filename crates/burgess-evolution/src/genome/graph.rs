//! The body as a graph: looking genes up, and the rules that make it well-formed.
//!
//! A link gene may grow from several joint genes, and from itself, but not from its own descendants; and all copies of a
//! link gene must be countable by one digit of base 8, so that every joint of the grown body has a key of its own.

use super::{Body, GeneId, JointGene};
use crate::genome::InvalidBody;
use std::collections::BTreeSet;

/// Most copies of one link gene that its joint genes may ask for together (digits 0 to 7 of a key).
pub const MAX_COPIES: u32 = 8;

/// Most link genes of a body, and most joint genes: of so many hardly one grows.
pub const MAX_GENES: usize = 1024;

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
        // Those of one parent stay in the order of their ids.
        let mut joints: Vec<&JointGene<T>> = self.joints.iter().collect();
        joints.sort_by_key(|joint| joint.parent);
        let (mut limb, mut seen) = (vec![from], BTreeSet::from([from]));
        let mut next = 0;
        while let Some(&at) = limb.get(next) {
            let first = joints.partition_point(|joint| joint.parent < at);
            let own = joints[first..].iter().take_while(|joint| joint.parent == at);
            limb.extend(own.map(|joint| joint.child).filter(|&child| seen.insert(child)));
            next += 1;
        }
        limb
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

    /// Looks all names up, and checks the rules that do not depend on continuous genes.
    ///
    /// # Errors
    /// [`InvalidBody::Graph`] with a gene at fault.
    pub(crate) fn graph(&self) -> Result<Graph, InvalidBody> {
        let fault = |gene, fault| Err(InvalidBody::Graph { gene, fault });
        if let Some(pair) = self.links.windows(2).find(|pair| pair[0].id >= pair[1].id) {
            return fault(pair[1].id, "link genes must be sorted by id, each id once");
        }
        if let Some(pair) = self.joints.windows(2).find(|pair| pair[0].id >= pair[1].id) {
            return fault(pair[1].id, "joint genes must be sorted by id, each id once");
        }
        let surplus = [self.links.get(MAX_GENES).map(|link| link.id), self.joints.get(MAX_GENES).map(|joint| joint.id)];
        if let Some(gene) = surplus.into_iter().flatten().next() {
            return fault(gene, "a body has at most 1024 link genes and 1024 joint genes");
        }
        let Some(root) = self.link_index(self.root) else {
            return fault(self.root, "the root is not among the link genes");
        };
        let (links, edges) = (vec![Growth::default(); self.links.len()], Vec::with_capacity(self.joints.len()));
        let mut graph = Graph { root, links, edges };
        for joint in &self.joints {
            if let Err(what) = graph.add(self, joint) {
                return fault(joint.id, what);
            }
        }
        let has_cycle = graph.has_cycle();
        for (joint, edge) in self.joints.iter().zip(&graph.edges).filter(|(joint, _)| !joint.is_self_edge()) {
            if graph.links[edge.child].copies > MAX_COPIES {
                return fault(joint.id, "the joints that grow its child ask for more than 8 copies together");
            }
            if has_cycle && self.reaches(joint.child, joint.parent) {
                return fault(joint.id, "its child is an ancestor of its parent");
            }
        }
        Ok(graph)
    }

    /// Checks the rules that do not depend on continuous genes.
    ///
    /// # Errors
    /// [`InvalidBody::Graph`] with a gene at fault.
    pub fn check_graph(&self) -> Result<(), InvalidBody> {
        self.graph().map(drop)
    }
}

/// A well-formed body graph with its names looked up, since growing follows them for every link it makes.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    /// Place of the root in [`Body::links`].
    pub root: usize,
    /// One entry a link gene.
    pub links: Vec<Growth>,
    /// One entry a joint gene.
    pub edges: Vec<Edge>,
}

/// How a link gene grows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Growth {
    /// As [`Body::copies`].
    pub copies: u32,
    /// Place of the joint gene that grows it from itself.
    pub self_edge: Option<usize>,
}

/// The ends of a joint gene.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    /// Place of its parent in [`Body::links`].
    pub parent: usize,
    /// Place of its child.
    pub child: usize,
    /// Copies of the child that joint genes before this one ask for.
    pub copies_before: u32,
}

impl Graph {
    /// Adds the next joint gene, or says what is wrong with it.
    fn add<T>(&mut self, body: &Body<T>, joint: &JointGene<T>) -> Result<(), &'static str> {
        let parent = body.link_index(joint.parent).ok_or("its parent is not among the link genes")?;
        let child = body.link_index(joint.child).ok_or("its child is not among the link genes")?;
        if joint.repeat == 0 {
            return Err("it must repeat at least once");
        }
        let growth = &mut self.links[child];
        let copies_before = growth.copies;
        if !joint.is_self_edge() {
            growth.copies += u32::from(joint.repeat);
        } else if joint.repeat > MAX_CHAIN {
            return Err("a link that grows from itself repeats at most 7 times");
        } else if growth.self_edge.replace(self.edges.len()).is_some() {
            return Err("a link can grow from itself through one joint only");
        }
        self.edges.push(Edge { parent, child, copies_before });
        Ok(())
    }

    /// Whether a link gene grows from its own descendants; growing from itself does not count.
    fn has_cycle(&self) -> bool {
        let mut open: Vec<&Edge> = self.edges.iter().filter(|edge| edge.parent != edge.child).collect();
        let mut open_from = vec![0; self.links.len()];
        open.iter().for_each(|edge| open_from[edge.parent] += 1);
        // Edges to leaves go, which makes leaves of others, until only cycles and what leads to them are left.
        loop {
            let before = open.len();
            open.retain(|edge| {
                let is_open = open_from[edge.child] > 0;
                open_from[edge.parent] -= u32::from(!is_open);
                is_open
            });
            if open.is_empty() || open.len() == before {
                return !open.is_empty();
            }
        }
    }
}
