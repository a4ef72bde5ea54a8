//! What tells bodies apart: their topology, and a few numbers.
//!
//! Both are worked out once, when a candidate is compiled, and are kept with an elite, so that the diversity of an archive's bodies
//! costs no growing.

use burgess_physics::model::{Model, Shape, leg_span, rest_origins};

/// The tree of links with the kind of each one's shape, whatever the order of siblings: bodies of one topology differ in numbers
/// only.
///
/// One byte a link in preorder: four times its depth (joints from the base), plus 0 for a sphere, 1 for a capsule, 2 for a box.
/// Siblings stand in the order of their subtrees' bytes, which makes it canonical (Aho, Hopcroft and Ullman 1974): two trees are the
/// same exactly if their bytes are.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topology(Box<[u8]>);

/// What of a body is kept for comparing it with others, beside its mass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Physique {
    /// Its tree.
    pub topology: Topology,
    /// As the descriptor `LegSpan`: twice the horizontal distance of the furthest contact point from the base, at zero angles (m).
    pub span: f64,
}

/// Numbers of a [`Physique`]'s features.
pub const FEATURES: usize = 5;

/// The least mass (kg) and span (m) that are told apart: below, a logarithm makes much of nothing.
const LEAST: (f64, f64) = (1e-3, 1e-2);

impl Topology {
    /// Of a grown body.
    pub fn of<T>(model: &Model<T>) -> Self {
        let mut bytes: Vec<u8> = Vec::with_capacity(model.links.len());
        // Growing gives each link one shape.
        for (i, (link, collider)) in model.links.iter().zip(&model.colliders).enumerate() {
            let depth = if i == 0 { 0 } else { depth(bytes[link.parent]) + 1 };
            let kind = match collider.shape {
                Shape::Sphere { .. } => 0,
                Shape::Capsule { .. } => 1,
                Shape::Box { .. } => 2,
            };
            // At most 32 links, so that a depth fits five bits.
            bytes.push(depth << 2 | kind);
        }
        // From the leaves to the base: a link's children stand in order before the link itself is placed among its siblings.
        for i in (0..bytes.len()).rev() {
            let end = subtree_end(&bytes, i);
            sort_siblings(&mut bytes[i + 1..end]);
        }
        Self(bytes.into())
    }

    /// From stored bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }

    /// One byte a link.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Number of links.
    pub fn links(&self) -> usize {
        self.0.len()
    }

    /// Joints from the base to the furthest link.
    pub fn depth(&self) -> usize {
        self.0.iter().map(|&byte| depth(byte)).max().unwrap_or(0).into()
    }

    /// Number of links and depth in words, such as `9 links, depth 2`.
    pub fn summary(&self) -> String {
        format!("{} links, depth {}", self.links(), self.depth())
    }

    /// Limb ends: links but the base from which nothing grows.
    pub fn ends(&self) -> usize {
        let is_end = |&i: &usize| self.0.get(i + 1).is_none_or(|&next| depth(next) <= depth(self.0[i]));
        (1..self.0.len()).filter(is_end).count()
    }
}

impl Physique {
    /// Of a grown body.
    pub fn of(model: &Model<f64>) -> Self {
        Self { topology: Topology::of(model), span: leg_span(model, &rest_origins(model)) }
    }

    /// What bodies are compared by, each in units of which one counts as much as one of another: links, depth and limb ends
    /// (numbers), and the binary logarithms of mass (kg) and span (m), so that twice the mass counts as much as a link more.
    pub fn features(&self, mass: f64) -> [f64; FEATURES] {
        let count = |number: usize| number as f64;
        let octaves = |value: f64, least: f64| libm::log2(value.max(least));
        [
            count(self.topology.links()),
            count(self.topology.depth()),
            count(self.topology.ends()),
            octaves(mass, LEAST.0),
            octaves(self.span, LEAST.1),
        ]
    }
}

fn depth(byte: u8) -> u8 {
    byte >> 2
}

/// Where the subtree of a link ends.
fn subtree_end(bytes: &[u8], link: usize) -> usize {
    let after = bytes[link + 1..].iter().position(|&byte| depth(byte) <= depth(bytes[link]));
    after.map_or(bytes.len(), |after| link + 1 + after)
}

/// Sorts subtrees that stand side by side, by insertion: there are few, and most are in order.
fn sort_siblings(bytes: &mut [u8]) {
    let mut start = 0;
    while start < bytes.len() {
        let end = subtree_end(bytes, start);
        let mut place = 0;
        while place < start {
            let next = subtree_end(bytes, place);
            if bytes[start..end] < bytes[place..next] {
                break;
            }
            place = next;
        }
        bytes[place..end].rotate_right(end - start);
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::math::{Mat3, Sym3, Vec3};
    use burgess_physics::laws::joint::Servo;
    use burgess_physics::model::{BaseKind, Collider, Hinge, Joint, JointKind, Link};

    const BALL: u8 = 0;
    const ROD: u8 = 1;
    const BRICK: u8 = 2;

    /// A body of (parent, kind) in preorder.
    fn body(links: &[(usize, u8)]) -> Model<f64> {
        let zero = Vec3::zero();
        let shape = |kind: u8| match kind {
            BALL => Shape::Sphere { centre: zero, radius: 0.1 },
            ROD => Shape::Capsule { from: zero, to: zero, radius: 0.1 },
            _ => Shape::Box { centre: zero, axes: Mat3::identity(), half: zero },
        };
        let link = |&(parent, _): &(usize, u8)| Link { parent, mass: 1.0, com: zero, inertia: Sym3::scalar(1.0) };
        let collider = |(link, &(_, kind)): (usize, &(usize, u8))| Collider { link, shape: shape(kind) };
        let hinge = Hinge { axis: zero, lower: -1.0, upper: 1.0, limit_stiffness: 0.0 };
        let joint = Joint {
            position: zero,
            kind: JointKind::Hinge(hinge),
            servo: Servo { kp: 0.0, kd: 0.0, torque_limit: 0.0, no_load_speed: None },
            armature: 0.0,
            damping: 0.0,
        };
        Model {
            links: links.iter().map(link).collect(),
            joints: vec![joint; links.len().saturating_sub(1)],
            colliders: links.iter().enumerate().map(collider).collect(),
            base: BaseKind::Floating,
            pairs: Vec::new(),
            contact_stiffness: 1.0,
            ..Model::default()
        }
    }

    fn topology(links: &[(usize, u8)]) -> Topology {
        Topology::of(&body(links))
    }

    #[test]
    fn the_order_of_siblings_does_not_count_at_any_depth() {
        // A base with a chain of three, whose second link forks, and with a ball; then both mirrored.
        let one = topology(&[(0, BRICK), (0, ROD), (1, ROD), (2, BALL), (2, BRICK), (0, BALL)]);
        let other = topology(&[(0, BRICK), (0, BALL), (0, ROD), (2, ROD), (3, BRICK), (3, BALL)]);
        assert_eq!(one, other);
        assert_eq!(one.bytes(), [2, 4, 5, 9, 12, 14]);
        assert_eq!((one.links(), one.depth(), one.ends()), (6, 3, 3));
    }

    #[test]
    fn what_hangs_where_and_of_which_kind_counts() {
        let all = [
            topology(&[(0, BALL), (0, ROD), (1, ROD), (0, ROD)]),
            topology(&[(0, BALL), (0, ROD), (0, ROD), (0, ROD)]),
            topology(&[(0, BALL), (0, ROD), (1, ROD), (2, ROD)]),
            topology(&[(0, BALL), (0, ROD), (1, ROD), (1, ROD)]),
            topology(&[(0, BALL), (0, ROD), (1, BALL), (0, ROD)]),
            topology(&[(0, BALL), (0, ROD), (1, ROD), (0, BALL)]),
            topology(&[(0, ROD), (0, ROD), (1, ROD), (0, ROD)]),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|other| other != one), "{i}");
        }
    }

    /// Against the plain way: codes as lists, sorted.
    #[test]
    fn random_trees_have_the_code_of_the_plain_way_also_when_shuffled() {
        use burgess_core::rng::{Purpose, Stream};
        fn code(children: &[Vec<usize>], kinds: &[u8], node: usize, depth: u8) -> Vec<u8> {
            let mut codes: Vec<Vec<u8>> =
                children[node].iter().map(|&child| code(children, kinds, child, depth + 1)).collect();
            codes.sort();
            [vec![depth << 2 | kinds[node]], codes.concat()].concat()
        }
        fn preorder(children: &[Vec<usize>], kinds: &[u8], node: usize, parent: usize, out: &mut Vec<(usize, u8)>) {
            let place = out.len();
            out.push((parent, kinds[node]));
            children[node].iter().for_each(|&child| preorder(children, kinds, child, place, out));
        }
        let mut stream = Stream::new(3, 0, 0, Purpose::Test);
        for _ in 0..500 {
            let count = 1 + stream.below(32);
            let mut children = vec![Vec::new(); count];
            let kinds: Vec<u8> = (0..count).map(|_| stream.below(3) as u8).collect();
            (1..count).for_each(|node| children[stream.below(node)].push(node));
            let expected = code(&children, &kinds, 0, 0);
            for _ in 0..2 {
                let mut links = Vec::new();
                preorder(&children, &kinds, 0, 0, &mut links);
                assert_eq!(topology(&links).bytes(), expected);
                children.iter_mut().for_each(|list| list.reverse());
            }
        }
    }

    #[test]
    fn features_are_numbers_also_of_next_to_nothing() {
        let physique = Physique { topology: topology(&[(0, BALL), (0, ROD), (1, ROD)]), span: 0.5 };
        assert_eq!(physique.features(8.0), [3.0, 2.0, 1.0, 3.0, -1.0]);
        let nothing = Physique::default().features(0.0);
        assert!(nothing[..3] == [0.0; 3] && nothing.iter().all(|feature| feature.is_finite()), "{nothing:?}");
        assert_eq!(Physique::of(&body(&[])).topology, Topology::default());
        assert_eq!(topology(&[(0, BALL)]).ends(), 0);
    }
}
