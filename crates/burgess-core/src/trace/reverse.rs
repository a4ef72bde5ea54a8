//! The reverse of a law, as another graph over the same inputs.

use super::graph::{Graph, Node, NodeId, Unary};
use super::record::Tracer;
use super::scalar::Traced;
use crate::autodiff::{Real, real};

/// Name of the parameter that holds the outputs' gradients.
const BAR: &str = "bar";

impl Graph {
    /// The graph of the vector-Jacobian product: it takes the inputs, and for each output `y` its gradient `bar.y` (for an output
    /// without a name, `bar`), and gives for each input its gradient under the input's name. Inputs of the parameters in
    /// `constants` have none.
    ///
    /// A select passes the gradient to the side that is taken; a floor passes none.
    pub fn reverse(&self, constants: &[&str]) -> Graph {
        Graph::record(|tracer| self.record_reverse(tracer, constants))
    }

    fn record_reverse(&self, tracer: &mut Tracer, constants: &[&str]) {
        let inputs: Vec<Traced> = self.inputs.iter().map(|name| tracer.input(name.clone())).collect();
        let values = self.replay(&inputs);
        let mut bars: Vec<Option<Traced>> = vec![None; self.nodes.len()];
        for (name, id) in &self.outputs {
            let bar = tracer.input(if name.is_empty() { BAR.to_owned() } else { format!("{BAR}.{name}") });
            accumulate(&mut bars, *id, bar);
        }
        for id in (0..self.nodes.len()).rev() {
            if let Some(bar) = bars[id] {
                pull_back(self.nodes[id], bar, values[id], &values, &mut bars);
            }
        }
        for (index, name) in self.inputs.iter().enumerate() {
            let root = name.split(['.', '[']).next().unwrap_or(name);
            if constants.contains(&root) {
                continue;
            }
            let place = self.nodes.iter().position(|node| *node == Node::Input(index as u32));
            let bar = place.and_then(|place| bars[place]).unwrap_or_default();
            tracer.output(name.clone(), bar);
        }
    }

    /// Records this graph again into the one being recorded; gives the new place of every node.
    fn replay(&self, inputs: &[Traced]) -> Vec<Traced> {
        let mut values: Vec<Traced> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let of = |id: NodeId| values[id as usize].node();
            let value = match *node {
                Node::Input(i) => inputs[i as usize],
                Node::Constant(_) => Traced::push(*node),
                Node::Unary(f, a) => Traced::push(Node::Unary(f, of(a))),
                Node::Add(a, b) => Traced::push(Node::Add(of(a), of(b))),
                Node::Sub(a, b) => Traced::push(Node::Sub(of(a), of(b))),
                Node::Mul(a, b) => Traced::push(Node::Mul(of(a), of(b))),
                Node::Div(a, b) => Traced::push(Node::Div(of(a), of(b))),
                Node::Select { left, right, greater, otherwise } => Traced::push(Node::Select {
                    left: of(left),
                    right: of(right),
                    greater: of(greater),
                    otherwise: of(otherwise),
                }),
            };
            values.push(value);
        }
        values
    }
}

fn accumulate(bars: &mut [Option<Traced>], id: NodeId, bar: Traced) {
    let sum = &mut bars[id as usize];
    *sum = Some(sum.map_or(bar, |sum| sum + bar));
}

/// Adds to the operands' gradients what flows through one node of gradient `bar` and value `value`.
fn pull_back(node: Node, bar: Traced, value: Traced, values: &[Traced], bars: &mut [Option<Traced>]) {
    let of = |id: NodeId| values[id as usize];
    let mut add = |id: NodeId, bar: Traced| accumulate(bars, id, bar);
    match node {
        Node::Input(_) | Node::Constant(_) | Node::Unary(Unary::Floor, _) => {}
        Node::Unary(Unary::Neg, a) => add(a, -bar),
        Node::Unary(Unary::Sqrt, a) => add(a, bar * real(0.5) / value),
        Node::Unary(Unary::Sin, a) => add(a, bar * of(a).cos()),
        Node::Unary(Unary::Cos, a) => add(a, -(bar * of(a).sin())),
        Node::Unary(Unary::Exp, a) => add(a, bar * value),
        Node::Unary(Unary::Ln1p, a) => add(a, bar / (of(a) + Traced::one())),
        Node::Unary(Unary::Tanh, a) => add(a, bar * (Traced::one() - value * value)),
        Node::Add(a, b) => {
            add(a, bar);
            add(b, bar);
        }
        Node::Sub(a, b) => {
            add(a, bar);
            add(b, -bar);
        }
        Node::Mul(a, b) => {
            add(a, bar * of(b));
            add(b, bar * of(a));
        }
        Node::Div(a, b) => {
            let share = bar / of(b);
            add(a, share);
            add(b, -(share * value));
        }
        Node::Select { left, right, greater, otherwise } => {
            let zero = Traced::zero();
            add(greater, of(left).select_gt(of(right), bar, zero));
            add(otherwise, of(left).select_gt(of(right), zero, bar));
        }
    }
}
