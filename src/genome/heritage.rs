//! What becomes of a brain when the body's structure changes.
//!
//! Every joint of the new body looks for the joint of an old one (the parent's, or either parent's in a crossover) that it
//! most resembles: of the same gene, with the way from the base that differs in the fewest steps. The joint that was
//! there before differs in none but what the mutation inserted, so it keeps its entry to the bit under whatever key it
//! now has; a new copy takes a brother's; a gene without an ancestor starts at zero output. Joints that are gone drop their
//! entries.

use super::brain::{Inheritance, inherit};
use super::{Body, Brain, GeneId, Genome, JointKey};
use crate::creature::tree::{Node, Step, grow, path};
use crate::experiment::{BodyLimits, Policy, Sharing};
use std::collections::BTreeMap;

/// New gene ids that stand for old ones: which parent, and the id there. Genes not listed are the first parent's own.
pub(super) type Origins = BTreeMap<GeneId, (usize, GeneId)>;

/// A joint of a grown body: its gene and key, and the way to it.
struct Instance {
    key: JointKey,
    path: Vec<Step>,
}

/// The keys of the brain entries that a body asks for, sorted.
pub(super) fn entry_keys(body: &Body, policy: &Policy, limits: &BodyLimits) -> Vec<JointKey> {
    let mut keys: Vec<JointKey> =
        instances(body, limits.max_links).iter().map(|joint| joint.key.shared(policy.sharing())).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// `body` with a brain made of the parents' brains.
pub(super) fn with_brain(
    body: Body,
    parents: &[&Genome],
    origins: &Origins,
    policy: &Policy,
    limits: &BodyLimits,
) -> Genome {
    let old: Vec<Vec<Instance>> = parents.iter().map(|parent| instances(&parent.body, limits.max_links)).collect();
    let mut wanted: Vec<Inheritance> = instances(&body, limits.max_links)
        .iter()
        .map(|joint| inheritance(joint, &old, origins, policy.sharing()))
        .collect();
    wanted.sort_by_key(|want| want.key);
    wanted.dedup_by_key(|want| want.key);
    let brains: Vec<&Brain> = parents.iter().map(|parent| &parent.brain).collect();
    Genome { body, brain: inherit(&brains, &wanted) }
}

/// Removes the genes that make no link: out of reach of the root, or cut off by the limit on links.
pub(super) fn prune(body: &mut Body, limits: &BodyLimits) {
    let Ok(nodes) = grow(body, limits.max_links) else { return };
    let links = used(body.links.len(), nodes.iter().map(|node| node.link));
    let joints = used(body.joints.len(), nodes.iter().filter_map(|node| node.sprout).map(|sprout| sprout.joint));
    retain(&mut body.links, &links);
    retain(&mut body.joints, &joints);
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

/// The joints of a body; none if it is not well-formed.
fn instances(body: &Body, max_links: usize) -> Vec<Instance> {
    let nodes: Vec<Node> = grow(body, max_links).unwrap_or_default();
    (1..nodes.len()).map(|index| Instance { key: nodes[index].key, path: path(body, &nodes, index) }).collect()
}

fn inheritance(joint: &Instance, old: &[Vec<Instance>], origins: &Origins, sharing: Sharing) -> Inheritance {
    let (parent, gene) = origins.get(&joint.key.gene).copied().unwrap_or((0, joint.key.gene));
    let way: Vec<Step> = joint
        .path
        .iter()
        .map(|&(id, copy, mirrored)| match origins.get(&id) {
            Some(&(from, ancestor)) if from == parent => (ancestor, copy, mirrored),
            _ => (id, copy, mirrored),
        })
        .collect();
    // The first of equals, so that the choice is stable.
    let nearest = old[parent].iter().filter(|o| o.key.gene == gene).min_by_key(|o| difference(&way, &o.path));
    Inheritance { key: joint.key.shared(sharing), from: nearest.map(|o| (parent, o.key.shared(sharing))) }
}

/// Number of steps that only one of the two ways has.
fn difference(a: &[Step], b: &[Step]) -> usize {
    let missing = |from: &[Step], of: &[Step]| of.iter().filter(|step| !from.contains(step)).count();
    missing(a, b) + missing(b, a)
}
