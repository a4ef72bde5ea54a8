//! Exact nearest neighbours by a k-d tree (Bentley 1975) whose nodes carry tight bounding boxes.
//!
//! The nearest point is the one of least squared distance *as computed in f64*, and of equals the one of lowest index: the
//! same answer as a search through all points in order, to the bit. Pruning keeps this promise because rounding is
//! monotone: a box's distance adds the same dimensions in the same order as a point's, and no term of it is greater.

/// Most points that a leaf holds.
const LEAF: usize = 8;

/// A search tree over fixed points.
#[derive(Clone, Debug)]
pub(crate) struct KdTree {
    dims: usize,
    /// Coordinates in the order of the leaves, `dims` a point.
    points: Vec<f64>,
    /// The index that each of these points had.
    indices: Vec<u32>,
    /// Nodes in preorder.
    nodes: Vec<Node>,
    /// For each node `dims` lower and then `dims` upper bounds.
    boxes: Vec<f64>,
}

/// A range of points; with children, the left one is the next node.
#[derive(Clone, Copy, Debug)]
struct Node {
    first: usize,
    end: usize,
    right: Option<usize>,
}

/// A point and how far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Neighbour {
    /// The point's index.
    pub(crate) index: usize,
    /// Squared distance.
    pub(crate) distance: f64,
}

impl Neighbour {
    /// Farther than any point.
    const NONE: Self = Self { index: usize::MAX, distance: f64::INFINITY };

    fn beats(&self, other: &Self) -> bool {
        self.distance < other.distance || (self.distance == other.distance && self.index < other.index)
    }
}

impl KdTree {
    /// A tree over points of `dims` finite coordinates each, one after the other. There must be at least one point and
    /// fewer than 2^32.
    pub(crate) fn new(points: &[f64], dims: usize) -> Self {
        assert!(
            dims > 0 && !points.is_empty() && points.len().is_multiple_of(dims),
            "points do not fit the dimensions"
        );
        let count = u32::try_from(points.len() / dims).expect("fewer than 2^32 points");
        let mut indices: Vec<u32> = (0..count).collect();
        let mut tree = Self { dims, points: Vec::new(), indices: Vec::new(), nodes: Vec::new(), boxes: Vec::new() };
        tree.grow(points, &mut indices, 0);
        tree.points = indices.iter().flat_map(|&i| point(points, dims, i as usize)).copied().collect();
        tree.indices = indices;
        tree
    }

    /// Appends the subtree over `indices`, which stand at `first` in the order of the leaves; returns its node.
    fn grow(&mut self, points: &[f64], indices: &mut [u32], first: usize) -> usize {
        let node = self.nodes.len();
        self.nodes.push(Node { first, end: first + indices.len(), right: None });
        let widest = self.push_box(points, indices);
        if indices.len() > LEAF {
            let middle = indices.len() / 2;
            let coordinate = |i: u32| points[i as usize * self.dims + widest];
            indices.select_nth_unstable_by(middle, |&a, &b| coordinate(a).total_cmp(&coordinate(b)).then(a.cmp(&b)));
            let (left, right) = indices.split_at_mut(middle);
            self.grow(points, left, first);
            let right = self.grow(points, right, first + middle);
            self.nodes[node].right = Some(right);
        }
        node
    }

    /// Appends the tight box of some points; returns its widest dimension.
    fn push_box(&mut self, points: &[f64], indices: &[u32]) -> usize {
        let mut low = vec![f64::INFINITY; self.dims];
        let mut high = vec![f64::NEG_INFINITY; self.dims];
        for &i in indices {
            for (d, &x) in point(points, self.dims, i as usize).iter().enumerate() {
                low[d] = low[d].min(x);
                high[d] = high[d].max(x);
            }
        }
        self.boxes.extend_from_slice(&low);
        self.boxes.extend_from_slice(&high);
        (0..self.dims).max_by(|&a, &b| (high[a] - low[a]).total_cmp(&(high[b] - low[b]))).unwrap_or(0)
    }

    /// The nearest point.
    pub(crate) fn nearest(&self, query: &[f64]) -> usize {
        let mut best = Neighbour::NONE;
        self.visit(0, query, &mut best);
        best.index
    }

    /// The nearest point, given some point at its distance: the search is faster the nearer that one is.
    pub(crate) fn nearest_from(&self, query: &[f64], mut guess: Neighbour) -> usize {
        self.visit(0, query, &mut guess);
        guess.index
    }

    fn visit(&self, node: usize, query: &[f64], best: &mut Neighbour) {
        let Node { first, end, right } = self.nodes[node];
        let Some(right) = right else {
            return self.visit_leaf(first, end, query, best);
        };
        let (left_distance, right_distance) = (self.box_distance(node + 1, query), self.box_distance(right, query));
        let near_first = match left_distance <= right_distance {
            true => [(node + 1, left_distance), (right, right_distance)],
            false => [(right, right_distance), (node + 1, left_distance)],
        };
        for (child, distance) in near_first {
            // A box at the same distance may hold an equal point of lower index.
            if distance <= best.distance {
                self.visit(child, query, best);
            }
        }
    }

    fn visit_leaf(&self, first: usize, end: usize, query: &[f64], best: &mut Neighbour) {
        for place in first..end {
            let distance = squared_distance(point(&self.points, self.dims, place), query);
            let found = Neighbour { index: self.indices[place] as usize, distance };
            if found.beats(best) {
                *best = found;
            }
        }
    }

    /// Squared distance to a node's box, zero inside.
    fn box_distance(&self, node: usize, query: &[f64]) -> f64 {
        let (low, high) = self.boxes[node * 2 * self.dims..][..2 * self.dims].split_at(self.dims);
        let excess = |((&q, &low), &high): ((&f64, &f64), &f64)| (low - q).max(q - high).max(0.0);
        query.iter().zip(low).zip(high).map(excess).fold(0.0, |sum, e| sum + e * e)
    }
}

/// Point `index` of a flat list.
pub(crate) fn point(points: &[f64], dims: usize, index: usize) -> &[f64] {
    &points[index * dims..][..dims]
}

/// Squared Euclidean distance, summed in the order of the dimensions.
pub(crate) fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x - y).fold(0.0, |sum, d| sum + d * d)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn nearest_of_all(points: &[f64], dims: usize, query: &[f64]) -> usize {
        let mut best = Neighbour::NONE;
        for index in 0..points.len() / dims {
            let found = Neighbour { index, distance: squared_distance(point(points, dims, index), query) };
            if found.beats(&best) {
                best = found;
            }
        }
        best.index
    }

    proptest! {
        /// Coarse coordinates make many points equal or equally far, so that the rule for ties is tested too.
        #[test]
        fn finds_what_a_search_through_all_points_finds(
            dims in 1usize..6,
            coarse in any::<bool>(),
            numbers in prop::collection::vec(0.0..1.0f64, 6..900),
            queries in prop::collection::vec(-0.5..1.5f64, 60),
            guess in any::<prop::sample::Index>(),
        ) {
            let round = |x: &f64| if coarse { (x * 4.0).round() / 4.0 } else { *x };
            let points: Vec<f64> = numbers[..numbers.len() / dims * dims].iter().map(round).collect();
            let tree = KdTree::new(&points, dims);
            for query in queries.iter().map(round).collect::<Vec<_>>().chunks_exact(dims) {
                let expected = nearest_of_all(&points, dims, query);
                prop_assert_eq!(tree.nearest(query), expected);
                let index = guess.index(points.len() / dims);
                let distance = squared_distance(point(&points, dims, index), query);
                prop_assert_eq!(tree.nearest_from(query, Neighbour { index, distance }), expected);
            }
        }
    }
}
