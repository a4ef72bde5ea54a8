//! Graphs written as Rust functions, generic over the scalar: what a backward sweep on the processor calls.

use super::graph::{Graph, Unary};
use super::writer::{Dialect, bare, write};
use std::fmt::Write as _;

/// A struct with the given fields over a scalar `T`.
pub fn structure(name: &str, doc: &str, fields: &[(String, String)]) -> String {
    let mut text = format!("/// {doc}\n#[derive(Clone, Copy, Debug, Default, PartialEq)]\npub struct {name}<T> {{\n");
    for (field, kind) in fields {
        let _ = writeln!(text, "    /// With respect to `{field}`.\n    pub {field}: {kind},");
    }
    text.push_str("}\n");
    text
}

/// A function of `parameters` that computes the graph's outputs and returns them as the struct `result`, whose fields the outputs
/// name: `x` for a scalar, `x.x`, `x.y` and `x.z` in a row for a vector. A dot after `bar` becomes part of the parameter's name.
pub fn function(name: &str, doc: &str, parameters: &[(String, String)], result: &str, graph: &Graph) -> String {
    let list: Vec<String> = parameters.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
    let body = write::<Rust>(graph);
    let mut text =
        format!("/// {doc}\n#[inline(always)]\npub fn {name}<T: Real>({}) -> {result}<T> {{\n", list.join(", "));
    text += &body.lines;
    let _ = writeln!(text, "    {result} {{");
    for (name, value) in &body.outputs {
        let line = match name.split_once('.') {
            None => format!("        {name}: {value},\n"),
            Some((vector, "x")) => format!("        {vector}: vec3(\n            {value},\n"),
            Some((_, "z")) => format!("            {value},\n        ),\n"),
            Some(_) => format!("            {value},\n"),
        };
        text += &line;
    }
    text.push_str("    }\n}\n");
    text
}

struct Rust;

impl Dialect for Rust {
    fn input(name: &str) -> String {
        name.strip_prefix("bar.").map_or_else(|| name.to_owned(), |output| format!("bar_{output}"))
    }

    fn literal(x: f64) -> String {
        match x {
            0.0 => "T::zero()".to_owned(),
            1.0 => "T::one()".to_owned(),
            _ => format!("T::from_f64({x:?})"),
        }
    }

    fn call(f: Unary, argument: &str) -> String {
        let method = match f {
            Unary::Neg => "neg",
            Unary::Sqrt => "sqrt",
            Unary::Sin => "sin",
            Unary::Cos => "cos",
            Unary::Exp => "exp",
            Unary::Ln1p => "ln_1p",
            Unary::Tanh => "tanh",
            Unary::Floor => "floor",
        };
        format!("{argument}.{method}()")
    }

    fn select(left: &str, right: &str, greater: &str, otherwise: &str) -> String {
        format!("{left}.select_gt({}, {}, {})", bare(right), bare(greater), bare(otherwise))
    }
}
