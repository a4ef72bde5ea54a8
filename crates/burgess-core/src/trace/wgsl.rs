//! Graphs written as WGSL functions.

use super::graph::{Graph, Unary};
use super::writer::{Dialect, bare, write};
use std::fmt::Write as _;

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
    let body = write::<Wgsl>(graph);
    let mut text = format!("fn {name}({}) -> {result} {{\n{}", list.join(", "), body.lines);
    match body.outputs.as_slice() {
        [(name, value)] if name.is_empty() => {
            let _ = writeln!(text, "    return {value};");
        }
        outputs => {
            let _ = writeln!(text, "    var result: {result};");
            // A variable starts at zero.
            for (name, value) in outputs.iter().filter(|(_, value)| value != "0.0") {
                let _ = writeln!(text, "    result.{name} = {value};");
            }
            text.push_str("    return result;\n");
        }
    }
    text.push_str("}\n");
    text
}

struct Wgsl;

impl Dialect for Wgsl {
    fn input(name: &str) -> String {
        name.to_owned()
    }

    /// The shortest decimal that is the same `f32`.
    fn literal(x: f64) -> String {
        let text = format!("{:?}", x as f32);
        if text.starts_with('-') { format!("({text})") } else { text }
    }

    fn call(f: Unary, argument: &str) -> String {
        let function = match f {
            Unary::Neg => "-",
            Unary::Sqrt => "sqrt",
            Unary::Sin => "sin",
            Unary::Cos => "cos",
            Unary::Exp => "exp",
            // WGSL has no logarithm of 1 + x, and its tanh may overflow: both stand in shaders/shared/functions.wgsl.
            Unary::Ln1p => "ln_1p",
            Unary::Tanh => "bounded_tanh",
            Unary::Floor => "floor",
        };
        format!("{function}({})", bare(argument))
    }

    fn select(left: &str, right: &str, greater: &str, otherwise: &str) -> String {
        format!("select({}, {}, {left} > {right})", bare(otherwise), bare(greater))
    }
}
