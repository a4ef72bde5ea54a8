//! Solids in a tree of spheres, so that a ray looks at few of them.

use super::solid::{Solid, V, sphere_bounds};

/// Solids of a leaf at most.
const LEAF: usize = 8;
/// The widest cone that is asked for: its radius per length.
const WIDEST: f32 = 0.1;

/// A sphere around solids, or around two other nodes, which stand next and at `second`.
#[derive(Clone, Debug)]
struct Node {
    centre: V,
    reach: f32,
    /// Solids of a leaf: from and to in the order of the tree; empty otherwise.
    solids: (usize, usize),
    second: usize,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    order: Vec<usize>,
}

impl Tree {
    /// A tree of solids.
    pub(super) fn new(solids: &[Solid]) -> Self {
        let mut tree = Self { nodes: Vec::new(), order: (0..solids.len()).collect() };
        if !solids.is_empty() {
            tree.split(solids, 0, solids.len());
        }
        tree
    }

    fn split(&mut self, solids: &[Solid], from: usize, to: usize) {
        let members = &mut self.order[from..to];
        let axis = |v: V, axis: usize| v.to_array()[axis];
        let extent = |i: usize| {
            let along = members.iter().map(|&m| axis(solids[m].centre, i));
            along.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
        };
        let extents = [extent(0), extent(1), extent(2)];
        let middle = extents.map(|(low, high)| 0.5 * (low + high));
        let centre = V { x: middle[0], y: middle[1], z: middle[2] };
        // A cone is as wide as it is at the middle of a sphere; a solid of the node may be further along.
        let reach = |&m: &usize| (solids[m].centre - centre).norm_squared().sqrt() * (1.0 + WIDEST) + solids[m].reach;
        let reach = 1.0001 * members.iter().map(reach).fold(0.0, f32::max);
        let node = self.nodes.len();
        let is_leaf = to - from <= LEAF;
        if !is_leaf {
            let longest = (0..3).max_by(|&a, &b| {
                let length = |i: usize| extents[i].1 - extents[i].0;
                length(a).total_cmp(&length(b))
            });
            let longest = longest.unwrap_or(0);
            let half = members.len() / 2;
            members.select_nth_unstable_by(half, |&a, &b| {
                axis(solids[a].centre, longest).total_cmp(&axis(solids[b].centre, longest)).then(a.cmp(&b))
            });
        }
        self.nodes.push(Node { centre, reach, solids: if is_leaf { (from, to) } else { (0, 0) }, second: 0 });
        if !is_leaf {
            let middle = from + (to - from) / 2;
            self.split(solids, from, middle);
            self.nodes[node].second = self.nodes.len();
            self.split(solids, middle, to);
        }
    }

    /// Calls `visit` with each solid of the leaves whose spheres `meets`, in no order that means anything.
    fn search(&self, meets: impl Fn(V, f32) -> bool, mut visit: impl FnMut(usize)) {
        let mut waiting = vec![0];
        while let Some(number) = waiting.pop() {
            let Some(node) = self.nodes.get(number) else { continue };
            if !meets(node.centre, node.reach) {
                continue;
            }
            let (from, to) = node.solids;
            if from == to {
                waiting.extend([node.second, number + 1]);
            } else {
                self.order[from..to].iter().for_each(|&solid| visit(solid));
            }
        }
    }

    /// The solids that may be met by a cone around a ray, whose radius grows by `margin` for each unit of length, or more.
    pub(super) fn along(&self, origin: V, direction: V, margin: f32, visit: impl FnMut(usize)) {
        debug_assert!(margin <= WIDEST);
        self.search(|centre, reach| sphere_bounds(centre - origin, reach, direction, margin).is_some(), visit);
    }

    /// The solids that may be nearer to a point than `distance` (m), or more.
    pub(super) fn near(&self, at: V, distance: f32, visit: impl FnMut(usize)) {
        self.search(|centre, reach| (at - centre).norm_squared() <= (reach + distance).powi(2), visit);
    }
}
