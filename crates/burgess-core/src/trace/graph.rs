//! The expression graph of a law.

use std::collections::BTreeMap;

/// Place of a node in its graph; operands have smaller ones.
pub type NodeId = u32;

/// Functions of one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unary {
    Neg,
    Sqrt,
    Sin,
    Cos,
    Exp,
    Ln1p,
    Tanh,
    Floor,
}

/// An operation and its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    /// Index into the names of the inputs.
    Input(u32),
    /// Bits of an `f64`, so that nodes can be compared.
    Constant(u64),
    Unary(Unary, NodeId),
    Add(NodeId, NodeId),
    Sub(NodeId, NodeId),
    Mul(NodeId, NodeId),
    Div(NodeId, NodeId),
    /// `left > right ? greater : otherwise`
    Select {
        left: NodeId,
        right: NodeId,
        greater: NodeId,
        otherwise: NodeId,
    },
}

impl Node {
    pub(super) fn constant(x: f64) -> Self {
        Node::Constant(x.to_bits())
    }

    pub(super) fn operands(&self) -> Vec<NodeId> {
        match *self {
            Node::Input(_) | Node::Constant(_) => Vec::new(),
            Node::Unary(_, a) => vec![a],
            Node::Add(a, b) | Node::Sub(a, b) | Node::Mul(a, b) | Node::Div(a, b) => vec![a, b],
            Node::Select { left, right, greater, otherwise } => vec![left, right, greater, otherwise],
        }
    }
}

impl Unary {
    fn apply(self, x: f64) -> f64 {
        match self {
            Unary::Neg => -x,
            Unary::Sqrt => x.sqrt(),
            Unary::Sin => libm::sin(x),
            Unary::Cos => libm::cos(x),
            Unary::Exp => libm::exp(x),
            Unary::Ln1p => libm::log1p(x),
            Unary::Tanh => libm::tanh(x),
            Unary::Floor => x.floor(),
        }
    }
}

/// Expressions of a law, its inputs by name and its outputs by name.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub(super) nodes: Vec<Node>,
    places: BTreeMap<Node, NodeId>,
    pub(super) inputs: Vec<String>,
    pub(super) outputs: Vec<(String, NodeId)>,
}

impl Graph {
    /// Adds a node, or finds the equal one. Constants are folded. Products with 0 are 0: laws are finite for finite input.
    pub(super) fn push(&mut self, node: Node) -> NodeId {
        let constant = |id: NodeId| match self.nodes[id as usize] {
            Node::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        };
        let fold = |a, b, f: fn(f64, f64) -> f64| Some(Node::constant(f(constant(a)?, constant(b)?)));
        let is = |id, value: f64| constant(id) == Some(value);
        let simpler = match node {
            Node::Unary(Unary::Neg, a) if let Node::Unary(Unary::Neg, inner) = self.nodes[a as usize] => {
                return inner;
            }
            Node::Unary(f, a) => constant(a).map(|x| Node::constant(f.apply(x))),
            Node::Add(a, b) if is(a, 0.0) => return b,
            Node::Add(a, b) | Node::Sub(a, b) if is(b, 0.0) => return a,
            Node::Sub(a, b) if is(a, 0.0) => return self.push(Node::Unary(Unary::Neg, b)),
            Node::Mul(a, b) if is(a, 1.0) => return b,
            Node::Mul(a, b) | Node::Div(a, b) if is(b, 1.0) => return a,
            Node::Mul(a, b) if is(a, 0.0) || is(b, 0.0) => Some(Node::constant(0.0)),
            Node::Add(a, b) => fold(a, b, |x, y| x + y).or(Some(Node::Add(a.min(b), a.max(b)))),
            Node::Mul(a, b) => fold(a, b, |x, y| x * y).or(Some(Node::Mul(a.min(b), a.max(b)))),
            Node::Sub(a, b) => fold(a, b, |x, y| x - y),
            Node::Div(a, b) => fold(a, b, |x, y| x / y),
            Node::Select { greater, otherwise, .. } if greater == otherwise => return greater,
            Node::Input(_) | Node::Constant(_) | Node::Select { .. } => None,
        };
        let node = simpler.unwrap_or(node);
        if let Some(&place) = self.places.get(&node) {
            return place;
        }
        let place = self.nodes.len() as NodeId;
        self.nodes.push(node);
        self.places.insert(node, place);
        place
    }

    /// Names of the inputs, in the order they were asked for.
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// Whether every output is this constant.
    pub fn is_constant(&self, value: f64) -> bool {
        self.outputs.iter().all(|&(_, id)| self.nodes[id as usize] == Node::constant(value))
    }

    /// Names of the outputs.
    pub fn outputs(&self) -> impl Iterator<Item = &str> {
        self.outputs.iter().map(|(name, _)| name.as_str())
    }

    /// The outputs' values for values of the inputs, in their orders.
    ///
    /// # Panics
    /// When there are fewer values than inputs.
    pub fn evaluate(&self, inputs: &[f64]) -> Vec<f64> {
        let mut values: Vec<f64> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let of = |id: NodeId| values[id as usize];
            let value = match *node {
                Node::Input(i) => inputs[i as usize],
                Node::Constant(bits) => f64::from_bits(bits),
                Node::Unary(f, a) => f.apply(of(a)),
                Node::Add(a, b) => of(a) + of(b),
                Node::Sub(a, b) => of(a) - of(b),
                Node::Mul(a, b) => of(a) * of(b),
                Node::Div(a, b) => of(a) / of(b),
                Node::Select { left, right, greater, otherwise } => {
                    of(if of(left) > of(right) { greater } else { otherwise })
                }
            };
            values.push(value);
        }
        self.outputs.iter().map(|&(_, id)| values[id as usize]).collect()
    }
}
