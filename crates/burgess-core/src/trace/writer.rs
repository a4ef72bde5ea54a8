//! Graphs written as code: one name for what is used more than once or grows long, the rest nested. What differs between
//! languages is a [`Dialect`].

use super::graph::{Graph, Node, NodeId, Unary};

/// Longest nested expression (characters) before it gets a name of its own.
const LONGEST: usize = 90;

/// How a language says what a graph holds. Operands are atoms or stand in parentheses.
pub(super) trait Dialect {
    /// An input of the graph, from its name.
    fn input(name: &str) -> String;
    /// A constant.
    fn literal(x: f64) -> String;
    /// A function of one argument; a negation is the same everywhere.
    fn call(f: Unary, argument: &str) -> String;
    /// `greater` where `left > right`, else `otherwise`.
    fn select(left: &str, right: &str, greater: &str, otherwise: &str) -> String;
}

/// The body of a function: lines that name expressions, and the outputs' names and values in terms of those.
pub(super) struct Written {
    pub lines: String,
    pub outputs: Vec<(String, String)>,
}

/// Writes a graph.
pub(super) fn write<D: Dialect>(graph: &Graph) -> Written {
    let mut writer = Writer::<D>::new(graph);
    let outputs = graph
        .outputs
        .iter()
        .map(|(name, id)| {
            let value = writer.expression(*id);
            (name.clone(), bare(&value).to_owned())
        })
        .collect();
    Written { lines: writer.lines, outputs }
}

/// Writes the nodes that are needed, in the order in which they are asked for.
struct Writer<'a, D> {
    graph: &'a Graph,
    uses: Vec<u32>,
    names: Vec<Option<String>>,
    count: usize,
    lines: String,
    dialect: std::marker::PhantomData<D>,
}

impl<'a, D: Dialect> Writer<'a, D> {
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
        let names = vec![None; graph.nodes.len()];
        Self { graph, uses, names, count: 0, lines: String::new(), dialect: std::marker::PhantomData }
    }

    /// Text that stands for a node: an atom, or an expression in parentheses.
    fn expression(&mut self, id: NodeId) -> String {
        if let Some(name) = &self.names[id as usize] {
            return name.clone();
        }
        let text = match self.graph.nodes[id as usize] {
            Node::Input(i) => return D::input(&self.graph.inputs[i as usize]),
            Node::Constant(bits) => return D::literal(f64::from_bits(bits)),
            Node::Unary(Unary::Neg, a) => format!("(-{})", self.expression(a)),
            Node::Unary(f, a) => D::call(f, &self.expression(a)),
            Node::Add(a, b) => self.binary(a, "+", b),
            Node::Sub(a, b) => self.binary(a, "-", b),
            Node::Mul(a, b) => self.binary(a, "*", b),
            Node::Div(a, b) => self.binary(a, "/", b),
            Node::Select { left, right, greater, otherwise } => {
                let [left, right, greater, otherwise] = [left, right, greater, otherwise].map(|id| self.expression(id));
                D::select(&left, &right, &greater, &otherwise)
            }
        };
        if self.uses[id as usize] < 2 && text.len() < LONGEST {
            return text;
        }
        let name = format!("t{}", self.count);
        self.count += 1;
        self.lines += &format!("    let {name} = {};\n", bare(&text));
        self.names[id as usize] = Some(name.clone());
        name
    }

    fn binary(&mut self, a: NodeId, operator: &str, b: NodeId) -> String {
        let (a, b) = (self.expression(a), self.expression(b));
        format!("({a} {operator} {b})")
    }
}

/// Without the outermost parentheses, if they belong together.
pub(super) fn bare(text: &str) -> &str {
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
