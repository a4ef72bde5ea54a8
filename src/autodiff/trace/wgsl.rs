//! Graphs written as WGSL functions: one `let` for what is used more than once or grows long, the rest nested.

use super::graph::{Graph, Node, NodeId, Unary};
use std::fmt::Write as _;

/// Longest nested expression (characters) before it gets a name of its own.
const LONGEST: usize = 90;

/// A struct with the given fields.
pub fn structure(name: &str, fields: &[(String, String)]) -> String {
    let mut text = format!("struct {name} {{\n");
    for (field, kind) in fields {
        let _ = writeln!(text, "    {field}: {kind},");
    }
    text.push_str("}\n");
    text
}

/// A function of `parameters` that computes the graph's outputs and returns them as `result`, a struct whose fields the outputs name,
/// or as an `f32` when the graph has one output with an empty name.
pub fn function(name: &str, parameters: &[(String, String)], result: &str, graph: &Graph) -> String {
    let list: Vec<String> = parameters.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
    let mut text = format!("fn {name}({}) -> {result} {{\n", list.join(", "));
    let mut writer = Writer::new(graph);
    let outputs: Vec<(String, String)> =
        graph.outputs.iter().map(|(name, id)| (name.clone(), writer.expression(*id))).collect();
    text.push_str(&writer.text);
    match outputs.as_slice() {
        [(name, value)] if name.is_empty() => {
            let _ = writeln!(text, "    return {};", bare(value));
        }
        _ => {
            let _ = writeln!(text, "    var result: {result};");
            // A variable starts at zero.
            for (name, value) in outputs.iter().filter(|(_, value)| value != "0.0") {
                let _ = writeln!(text, "    result.{name} = {};", bare(value));
            }
            text.push_str("    return result;\n");
        }
    }
    text.push_str("}\n");
    text
}

/// Writes the nodes that are needed, in the order in which they are asked for.
struct Writer<'a> {
    graph: &'a Graph,
    uses: Vec<u32>,
    names: Vec<Option<String>>,
    count: usize,
    text: String,
}

impl<'a> Writer<'a> {
    fn new(graph: &'a Graph) -> Self {
        let mut uses = vec![0; graph.nodes.len()];
        let mut live = vec![false; graph.nodes.len()];
        for &(_, id) in &graph.outputs {
            live[id as usize] = true;
            uses[id as usize] += 1;
        }
        for id in (0..graph.nodes.len()).rev() {
            if live[id] {
                for operand in graph.nodes[id].operands() {
                    live[operand as usize] = true;
                    uses[operand as usize] += 1;
                }
            }
        }
        Self { graph, uses, names: vec![None; graph.nodes.len()], count: 0, text: String::new() }
    }

    /// Text that stands for a node: an atom, or an expression in parentheses.
    fn expression(&mut self, id: NodeId) -> String {
        if let Some(name) = &self.names[id as usize] {
            return name.clone();
        }
        let text = match self.graph.nodes[id as usize] {
            Node::Input(i) => return self.graph.inputs[i as usize].clone(),
            Node::Constant(bits) => return literal(f64::from_bits(bits)),
            Node::Unary(Unary::Neg, a) => format!("(-{})", self.expression(a)),
            Node::Unary(f, a) => format!("{}({})", function_name(f), bare(&self.expression(a))),
            Node::Add(a, b) => self.binary(a, "+", b),
            Node::Sub(a, b) => self.binary(a, "-", b),
            Node::Mul(a, b) => self.binary(a, "*", b),
            Node::Div(a, b) => self.binary(a, "/", b),
            Node::Select { left, right, greater, otherwise } => {
                let [left, right, greater, otherwise] = [left, right, greater, otherwise].map(|id| self.expression(id));
                format!("select({}, {}, {left} > {right})", bare(&otherwise), bare(&greater))
            }
        };
        if self.uses[id as usize] < 2 && text.len() < LONGEST {
            return text;
        }
        let name = format!("t{}", self.count);
        self.count += 1;
        let _ = writeln!(self.text, "    let {name} = {};", bare(&text));
        self.names[id as usize] = Some(name.clone());
        name
    }

    fn binary(&mut self, a: NodeId, operator: &str, b: NodeId) -> String {
        let (a, b) = (self.expression(a), self.expression(b));
        format!("({a} {operator} {b})")
    }
}

/// Without the outermost parentheses, if they belong together.
fn bare(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) else { return text };
    let mut depth = 0;
    for c in inner.chars() {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if depth < 0 {
            return text;
        }
    }
    inner
}

fn function_name(f: Unary) -> &'static str {
    match f {
        Unary::Neg => "-",
        Unary::Sqrt => "sqrt",
        Unary::Sin => "sin",
        Unary::Cos => "cos",
        Unary::Exp => "exp",
        // WGSL has no logarithm of 1 + x, and its tanh may overflow: both stand in shaders/shared/functions.wgsl.
        Unary::Ln1p => "ln_1p",
        Unary::Tanh => "bounded_tanh",
        Unary::Floor => "floor",
    }
}

/// The shortest decimal that is the same `f32`.
fn literal(x: f64) -> String {
    let text = format!("{:?}", x as f32);
    if text.starts_with('-') { format!("({text})") } else { text }
}
