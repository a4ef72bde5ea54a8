//! What becomes of a brain when the body's structure changes.
//!
//! Every joint of the new body looks for the joint of an old one (the parent's, or either parent's in a crossover) that it
//! most resembles: of the same gene, with the way from the base that differs in the fewest steps. The joint that was
//! there before differs in none but what the mutation inserted, so it keeps its entry to the bit under whatever key it
//! now has; a new copy takes a brother's; a gene without an ancestor starts at zero output. Joints that are gone drop their
//! entries.

use crate::genome::{Body, BodyLimits, Brain, GeneId, Genome, Inheritance, JointKey, Policy, Sharing, inherit};
use crate::growth::tree::{Node, Step, Ways, grow};
use std::collections::BTreeMap;

/// New gene ids that stand for old ones: which parent, and the id there. Genes not listed are the first parent's own.
pub(super) type Origins = BTreeMap<GeneId, (usize, GeneId)>;

/// The joints of a grown body, and the ways to them.
struct Joints {
    /// The base first, which has none.
    nodes: Vec<Node>,
    ways: Ways,
}

impl Joints {
    /// The joints of a body that grows into `nodes`.
    fn of(body: &Body, nodes: Vec<Node>) -> Self {
        Self { ways: Ways::new(body, &nodes), nodes }
    }

    fn iter(&self) -> impl Iterator<Item = (JointKey, &[Step])> {
        self.nodes.iter().enumerate().skip(1).map(|(index, node)| (node.key, self.ways.to(index)))
    }
}

/// The keys of the brain entries that a body asks for, sorted.
pub(super) fn entry_keys(body: &Body, policy: &Policy, limits: &BodyLimits) -> Vec<JointKey> {
    let nodes = grow(body, limits.max_links).unwrap_or_default();
    let mut keys: Vec<JointKey> = nodes.iter().skip(1).map(|node| node.key.shared(policy.sharing())).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// A body and the tree it grows into.
pub(super) struct Grown {
    pub body: Body,
    pub nodes: Vec<Node>,
}

/// A body with a brain made of the parents' brains.
pub(super) fn with_brain(
    Grown { body, nodes }: Grown,
    parents: &[&Genome],
    origins: &Origins,
    policy: &Policy,
    limits: &BodyLimits,
) -> Genome {
    let joints = |body: &Body| Joints::of(body, grow(body, limits.max_links).unwrap_or_default());
    let old: Vec<Joints> = parents.iter().map(|parent| joints(&parent.body)).collect();
    let mut wanted: Vec<Inheritance> = Joints::of(&body, nodes)
        .iter()
        .map(|(key, way)| inheritance(key, way, &old, origins, policy.sharing()))
        .collect();
    wanted.sort_by_key(|want| want.key);
    wanted.dedup_by_key(|want| want.key);
    let brains: Vec<&Brain> = parents.iter().map(|parent| &parent.brain).collect();
    Genome { body, brain: inherit(&brains, &wanted) }
}

impl Grown {
    /// Removes the genes that make no link: out of reach of the root, or cut off by the limit on links.
    pub(super) fn pruned(mut self, limits: &BodyLimits) -> Self {
        // Joints are counted among those of their gene's brothers, so without some genes others may get new keys.
        if prune(&mut self.body, &self.nodes) {
            self.nodes = grow(&self.body, limits.max_links).unwrap_or_default();
        }
        self
    }
}

/// Removes the genes that are not in the tree which the body grows into. Whether there were any.
pub(super) fn prune(body: &mut Body, nodes: &[Node]) -> bool {
    let links = used(body.links.len(), nodes.iter().map(|node| node.link));
    let joints = used(body.joints.len(), nodes.iter().filter_map(|node| node.sprout).map(|sprout| sprout.joint));
    retain(&mut body.links, &links);
    retain(&mut body.joints, &joints);
    links.contains(&false) || joints.contains(&false)
}

fn used(count: usize, indices: impl Iterator<Item = usize>) -> Vec<bool> {
    let mut used = vec![false; count];
    indices.for_each(|index| used[index] = true);
    used
}

fn retain<E>(elements: &mut Vec<E>, keep: &[bool]) {
    let mut keep = keep.iter();
    elements.retain(|_| keep.next().is_some_and(|&kept| kept));
}

fn inheritance(key: JointKey, way: &[Step], old: &[Joints], origins: &Origins, sharing: Sharing) -> Inheritance {
    let (parent, gene) = origins.get(&key.gene).copied().unwrap_or((0, key.gene));
    let way: Vec<Step> = way
        .iter()
        .map(|&(id, copy, mirrored)| match origins.get(&id) {
            Some(&(from, ancestor)) if from == parent => (ancestor, copy, mirrored),
            _ => (id, copy, mirrored),
        })
        .collect();
    let homologous = || old[parent].iter().filter(|(key, _)| key.gene == gene);
    // Mostly the joint was there before. Of equals the first, so that the choice is stable.
    let same = homologous().find(|(_, other)| *other == way.as_slice());
    let nearest = same.or_else(|| homologous().min_by_key(|(_, other)| difference(&way, other)));
    Inheritance { key: key.shared(sharing), from: nearest.map(|(key, _)| (parent, key.shared(sharing))) }
}

/// Number of steps that only one of the two ways has.
fn difference(a: &[Step], b: &[Step]) -> usize {
    let missing = |from: &[Step], of: &[Step]| of.iter().filter(|step| !from.contains(step)).count();
    missing(a, b) + missing(b, a)
}
