//! The discrete half of growing a body: which links there are, and what each joint is called.
//!
//! The gene graph is unfolded breadth first from the root, so that a limit on the number of links cuts the deepest
//! ones, and then put into preorder. Nothing here depends on a continuous gene: a gradient sees the tree as a constant,
//! and mutation uses it to find out which joints come and go.

use crate::genome::{Body, GeneId, Graph, InvalidBody, JointKey, RepeatLayout};
use burgess_physics::model::MAX_LINKS;
use std::ops::Range;

/// One link of the grown tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Index of the parent node, smaller than the node's own; the base names itself.
    pub parent: usize,
    /// Index of the link gene in [`Body::links`].
    pub link: usize,
    /// How it grew; the base did not.
    pub sprout: Option<Sprout>,
    /// Name of its joint; the base has the default.
    pub key: JointKey,
}

/// One use of a joint gene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sprout {
    /// Index of the joint gene in [`Body::joints`].
    pub joint: usize,
    /// Which copy, from 0 to `repeat - 1`.
    pub copy: u8,
    /// Whether this use reflects: the mirrored copy, and of a mirrored chain only the first link.
    pub mirrored: bool,
}

/// One step on the way from the base to a joint: joint gene, copy, reflected here.
pub type Step = (GeneId, u8, bool);

/// The ways from the base to all nodes.
#[derive(Clone, Debug)]
pub struct Ways {
    /// The steps of one way after the other.
    steps: Vec<Step>,
    /// For each node the place of its steps.
    ranges: Vec<Range<usize>>,
}

impl Ways {
    /// The ways through a grown tree.
    pub fn new<T>(body: &Body<T>, nodes: &[Node]) -> Self {
        let mut ways = Self { steps: Vec::with_capacity(4 * nodes.len()), ranges: Vec::with_capacity(nodes.len()) };
        for node in nodes {
            let first = ways.steps.len();
            if let Some(sprout) = node.sprout {
                ways.steps.extend_from_within(ways.ranges[node.parent].clone());
                ways.steps.push((body.joints[sprout.joint].id, sprout.copy, sprout.mirrored));
            }
            ways.ranges.push(first..ways.steps.len());
        }
        ways
    }

    /// The way to a node, its own step last.
    pub fn to(&self, node: usize) -> &[Step] {
        &self.steps[self.ranges[node].clone()]
    }
}

/// Unfolds the gene graph to at most `max_links` links in preorder.
///
/// # Errors
/// [`InvalidBody::Graph`] when the graph is not well-formed ([`Body::check_graph`]).
pub fn grow<T>(body: &Body<T>, max_links: usize) -> Result<Vec<Node>, InvalidBody> {
    let graph = body.graph()?;
    let mut nodes = Vec::with_capacity(MAX_LINKS);
    nodes.push(Node { parent: 0, link: graph.root, sprout: None, key: JointKey::default() });
    // For each node its first child; its last one is followed by the first of the next node.
    let mut first_children = Vec::with_capacity(MAX_LINKS);
    while first_children.len() < nodes.len() {
        let index = first_children.len();
        first_children.push(nodes.len());
        add_children(body, &graph, index, &mut nodes);
        nodes.truncate(max_links.max(1));
    }
    Ok(preorder(&nodes, &first_children))
}

/// Adds the links that grow from node `index`, in the order of the joint genes' ids.
fn add_children<T>(body: &Body<T>, graph: &Graph, index: usize, nodes: &mut Vec<Node>) {
    let node = nodes[index];
    for (joint, edge) in body.joints.iter().enumerate() {
        let made_by_it = node.sprout.filter(|sprout| sprout.joint == joint);
        if let Some(sprout) = made_by_it {
            if edge.layout == RepeatLayout::Serial && sprout.copy + 1 < edge.repeat {
                // The next link of a chain: the same key with the last digit one higher.
                let key = JointKey { repeat: node.key.repeat + 1, ..node.key };
                let link = node.link;
                let next = Sprout { joint, copy: sprout.copy + 1, mirrored: false };
                nodes.push(Node { parent: index, link, sprout: Some(next), key });
            }
            if edge.is_self_edge() {
                continue;
            }
        }
        if graph.edges[joint].parent == node.link && !(edge.terminal && continues(body, graph, node)) {
            start(body, graph, index, joint, nodes);
        }
    }
}

/// Whether a serial copy of the node's own link gene grows from it.
fn continues<T>(body: &Body<T>, graph: &Graph, node: Node) -> bool {
    let starts = |joint: usize| {
        node.sprout.is_none_or(|sprout| sprout.joint != joint) && body.joints[joint].layout == RepeatLayout::Serial
    };
    let goes_on = node.sprout.is_some_and(|sprout| {
        let edge = &body.joints[sprout.joint];
        edge.layout == RepeatLayout::Serial && sprout.copy + 1 < edge.repeat
    });
    goes_on || graph.links[node.link].self_edge.is_some_and(starts)
}

/// Grows the first link of a chain, or all radial copies; each followed by its mirrored twin.
fn start<T>(body: &Body<T>, graph: &Graph, index: usize, joint: usize, nodes: &mut Vec<Node>) {
    let edge = &body.joints[joint];
    let link = graph.edges[joint].child;
    let copies = match edge.layout {
        RepeatLayout::Serial => 1,
        RepeatLayout::Radial => edge.repeat,
    };
    let sides: &[bool] = if edge.mirror { &[false, true] } else { &[false] };
    for copy in 0..copies {
        for &mirrored in sides {
            // A key that would not fit its integers (more than ten repeats within repeats) ends the limb.
            if let Some(key) = start_key(body, graph, nodes[index], joint, copy, mirrored) {
                nodes.push(Node { parent: index, link, sprout: Some(Sprout { joint, copy, mirrored }), key });
            }
        }
    }
}

/// Key of a joint that is not the continuation of a chain: the parent's way, then this joint's own digits.
fn start_key<T>(
    body: &Body<T>,
    graph: &Graph,
    parent: Node,
    joint: usize,
    copy: u8,
    mirrored: bool,
) -> Option<JointKey> {
    let edge = &body.joints[joint];
    let made_by_self = parent.sprout.is_some_and(|sprout| body.joints[sprout.joint].is_self_edge());
    let mut repeat = parent.key.repeat;
    // Where a link gene grows from itself, a digit tells the links of the chain apart: 0 for the one that starts it.
    if !made_by_self && graph.links[parent.link].self_edge.is_some() {
        repeat = push_digit(repeat, 0)?;
    }
    if edge.is_self_edge() {
        repeat = repeat.checked_add(u32::from(copy) + 1)?;
    } else if graph.links[graph.edges[joint].child].copies > 1 {
        repeat = push_digit(repeat, graph.edges[joint].copies_before + u32::from(copy))?;
    }
    let side = if edge.mirror { parent.key.side.checked_mul(2)? + u32::from(mirrored) } else { parent.key.side };
    Some(JointKey { gene: edge.id, repeat, side })
}

fn push_digit(number: u32, digit: u32) -> Option<u32> {
    number.checked_mul(8)?.checked_add(digit)
}

/// Reorders breadth-first nodes so that each subtree is contiguous; brothers keep their order.
fn preorder(nodes: &[Node], first_children: &[usize]) -> Vec<Node> {
    let mut ordered: Vec<Node> = Vec::with_capacity(nodes.len());
    let mut stack = Vec::with_capacity(nodes.len());
    stack.push((0, 0));
    while let Some((index, parent)) = stack.pop() {
        let place = ordered.len();
        ordered.push(Node { parent, ..nodes[index] });
        let end = first_children.get(index + 1).copied().unwrap_or(nodes.len());
        stack.extend((first_children[index]..end).rev().map(|child| (child, place)));
    }
    ordered
}
