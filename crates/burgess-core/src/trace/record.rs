//! Recording: what runs on the traced scalar in between becomes a graph.

use super::graph::{Graph, Node};
use super::scalar::{RECORDING, Traced};
use crate::math::{Vec3, vec3};

/// Names the inputs and outputs while a graph is recorded.
#[derive(Debug)]
pub struct Tracer(());

impl Graph {
    /// Records what `law` does with the inputs it asks the tracer for.
    pub fn record(law: impl FnOnce(&mut Tracer)) -> Self {
        let outer = RECORDING.take();
        law(&mut Tracer(()));
        RECORDING.replace(outer)
    }
}

impl Tracer {
    /// A scalar input; `name` is how WGSL reads it, such as `gap` or `x.y`.
    pub fn input(&mut self, name: impl Into<String>) -> Traced {
        let index = RECORDING.with_borrow_mut(|graph| {
            graph.inputs.push(name.into());
            graph.inputs.len() as u32 - 1
        });
        Traced::push(Node::Input(index))
    }

    /// A vector input.
    pub fn vector(&mut self, name: &str) -> Vec3<Traced> {
        vec3(self.input(format!("{name}.x")), self.input(format!("{name}.y")), self.input(format!("{name}.z")))
    }

    /// A scalar output.
    pub fn output(&mut self, name: impl Into<String>, value: Traced) {
        RECORDING.with_borrow_mut(|graph| graph.outputs.push((name.into(), value.node())));
    }

    /// A vector output.
    pub fn output_vector(&mut self, name: &str, value: Vec3<Traced>) {
        for (component, x) in ["x", "y", "z"].into_iter().zip(value.to_array()) {
            self.output(format!("{name}.{component}"), x);
        }
    }
}
