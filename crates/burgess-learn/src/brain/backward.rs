//! Backward: from gradients with respect to controllers to those with respect to the weights, and to bodies and styles.

use super::controller::{OutputGradients, Outputs};
use super::forward::{Input, Pass};
use super::{Block, Dense, GROUP, RHYTHM, SharedBrain};
use crate::describe::{Description, FEATURES};
use crate::number::Number;
use crate::product::{Matrix, add_product};
use burgess_physics::model::Controller;
use rayon::prelude::*;

/// The gradient with respect to what a body brings to the network.
#[derive(Clone, Debug)]
pub struct InputGradient<T> {
    /// With respect to its description, number by number.
    pub body: Description<T>,
    /// With respect to its style.
    pub style: Vec<T>,
    /// With respect to its own rhythm, joint by joint.
    pub rhythm: Vec<[T; RHYTHM]>,
    /// With respect to its own share of the frequency.
    pub frequency: T,
}

impl<T: Number> SharedBrain<T> {
    /// The gradient with respect to the weights, from those with respect to the controllers of bodies, summed over bodies in their order.
    ///
    /// # Panics
    ///
    /// When there is not one gradient a body, of the controller that this brain makes for it.
    pub fn weight_gradient(&self, inputs: &[Input<'_, T>], controllers: &[&Controller<T>]) -> Vec<T> {
        assert_eq!(inputs.len(), controllers.len(), "one gradient a body");
        self.sum_of_gradients(inputs, |first, inputs, pass, outputs, weights| {
            for (i, (input, bar)) in inputs.iter().zip(&controllers[first..]).enumerate() {
                outputs.take(self, input.body, pass, i, bar, weights);
            }
        })
    }

    /// As [`weight_gradient`](Self::weight_gradient), from the gradients with respect to what the network gives, which `outputs` writes for the body
    /// of a number over zeros. Those of the weights that are the same for all bodies are zero.
    pub fn weight_gradient_of_outputs(
        &self,
        inputs: &[Input<'_, T>],
        outputs: impl Fn(usize, Outputs<&mut [T]>) + Sync,
    ) -> Vec<T> {
        self.sum_of_gradients(inputs, |first, inputs, pass, bars, _| {
            (0..inputs.len()).for_each(|i| outputs(first + i, bars.of(self, pass, i)));
        })
    }

    fn sum_of_gradients(
        &self,
        inputs: &[Input<'_, T>],
        write: impl Fn(usize, &[Input<'_, T>], &Pass<T>, &mut OutputGradients<T>, &mut [T]) + Sync,
    ) -> Vec<T> {
        // Each has a sum of its own, whatever the number of threads.
        const TOGETHER: usize = 8 * GROUP;
        let parts: Vec<Vec<T>> = inputs
            .par_chunks(TOGETHER)
            .enumerate()
            .map(|(part, inputs)| {
                let mut weights = vec![T::zero(); self.weights.len()];
                for (group, inputs) in inputs.chunks(GROUP).enumerate() {
                    let pass = self.pass(inputs);
                    let mut outputs = OutputGradients::zero(&pass);
                    write(part * TOGETHER + group * GROUP, inputs, &pass, &mut outputs, &mut weights);
                    self.backward(&pass, &outputs, &mut weights, false);
                }
                weights
            })
            .collect();
        let mut sums = vec![T::zero(); self.weights.len()];
        for part in parts {
            sums.iter_mut().zip(part).for_each(|(sum, own)| *sum += own);
        }
        sums
    }

    /// The gradient with respect to a body and its style, from that with respect to its controller.
    ///
    /// # Panics
    ///
    /// When the gradient is of another controller than this brain makes for it.
    pub fn input_gradient(&self, input: Input<'_, T>, controller: &Controller<T>) -> InputGradient<T> {
        let mut weights = vec![T::zero(); self.weights.len()];
        let pass = self.pass(&[input]);
        let mut outputs = OutputGradients::zero(&pass);
        let (measures, at_rest) = outputs.take(self, input.body, &pass, 0, controller, &mut weights);
        let features = self.backward(&pass, &outputs, &mut weights, true);
        let links = || features.chunks_exact(FEATURES + self.spec.style);
        let style = (0..self.spec.style).map(|i| links().map(|link| link[FEATURES + i]).sum()).collect();
        let features = links().flat_map(|link| &link[..FEATURES]).copied().collect();
        let Outputs { joints, body } = outputs.of(self, &pass, 0);
        let rhythm = joints.chunks_exact(self.joint_numbers()).map(|own| std::array::from_fn(|i| own[i])).collect();
        InputGradient {
            body: Description { parents: input.body.parents.clone(), features, measures, at_rest },
            style,
            rhythm,
            frequency: body[0],
        }
    }

    /// Adds to the gradient with respect to the weights; gives that with respect to features and styles where it is asked for.
    fn backward(
        &self,
        pass: &Pass<T>,
        outputs: &OutputGradients<T>,
        weights_bar: &mut [T],
        with_features: bool,
    ) -> Vec<T> {
        let (width, layout) = (self.spec.width, &self.layout);
        let rows = pass.parents.len();

        // z.
        let mut mixed_bar = vec![T::zero(); rows * width];
        self.reverse(layout.joint, &pass.mixed, &outputs.joints, &mut mixed_bar, weights_bar);
        let mut bases_bar = vec![T::zero(); (pass.bases.len() - 1) * width];
        self.reverse(layout.body, &pass.of_bases(width), &outputs.bodies, &mut bases_bar, weights_bar);
        for (&base, bar) in pass.bases.iter().zip(bases_bar.chunks_exact(width)) {
            mixed_bar[base * width..][..width].iter_mut().zip(bar).for_each(|(to, &bar)| *to += bar);
        }
        through_tanh(&mut mixed_bar, &pass.mixed);
        let mut own_and_down_bar = vec![T::zero(); rows * 2 * width];
        self.reverse(layout.mix, &pass.own_and_down, &mixed_bar, &mut own_and_down_bar, weights_bar);
        let (mut embedded_bar, mut down_bar) = halves(&own_and_down_bar, width);

        // d: parents have smaller numbers than their children.
        let (embedded, down) = halves(&pass.own_and_down, width);
        let mut parents = vec![T::zero(); rows * width];
        for row in (0..rows).rev() {
            let parent = pass.parents[row];
            let (before, own) = down_bar.split_at_mut(row * width);
            let own = &mut own[..width];
            through_tanh(own, &down[row * width..][..width]);
            if parent != row {
                let to = &mut before[parent * width..][..width];
                add_product(to, Matrix::by_rows(own, width), layout.parent.of(&self.transposed), width);
                parents[row * width..][..width].copy_from_slice(&down[parent * width..][..width]);
            }
        }
        add_outer(layout.parent, &parents, &down_bar, weights_bar);
        let mut own_and_up_bar = vec![T::zero(); rows * 2 * width];
        self.reverse(layout.down, &pass.own_and_up, &down_bar, &mut own_and_up_bar, weights_bar);
        let (embedded_too, mut up_bar) = halves(&own_and_up_bar, width);
        embedded_bar.iter_mut().zip(embedded_too).for_each(|(to, bar)| *to += bar);

        // m.
        let (_, up) = halves(&pass.own_and_up, width);
        let mut sums_bar = vec![T::zero(); rows * width];
        for row in 0..rows {
            let parent = pass.parents[row];
            let own = &mut up_bar[row * width..][..width];
            if parent != row {
                // It is one term of its parent's sum.
                own.iter_mut().zip(&sums_bar[parent * width..][..width]).for_each(|(own, &bar)| *own += bar);
            }
            through_tanh(own, &up[row * width..][..width]);
            let sum = &mut sums_bar[row * width..][..width];
            add_product(sum, Matrix::by_rows(own, width), layout.children.of(&self.transposed), width);
        }
        add_outer(layout.children, &pass.children, &up_bar, weights_bar);
        self.reverse(layout.up, &embedded, &up_bar, &mut embedded_bar, weights_bar);

        // e.
        through_tanh(&mut embedded_bar, &embedded);
        if !with_features {
            add_outer(layout.embed.weights, &pass.features, &embedded_bar, weights_bar);
            add_biases(layout.embed.biases, &embedded_bar, weights_bar);
            return Vec::new();
        }
        let mut features_bar = vec![T::zero(); pass.features.len()];
        self.reverse(layout.embed, &pass.features, &embedded_bar, &mut features_bar, weights_bar);
        features_bar
    }

    /// Back through a layer, without its tanh: adds to the gradients with respect to its inputs and its weights.
    fn reverse(&self, layer: Dense, inputs: &[T], outputs_bar: &[T], inputs_bar: &mut [T], weights_bar: &mut [T]) {
        let Block { inputs: columns, outputs, .. } = layer.weights;
        let bars = Matrix::by_rows(outputs_bar, outputs);
        add_product(inputs_bar, bars, layer.weights.of(&self.transposed), columns);
        add_outer(layer.weights, inputs, outputs_bar, weights_bar);
        add_biases(layer.biases, outputs_bar, weights_bar);
    }
}

/// Adds, to the gradient with respect to a matrix, the sum over rows of the products of its inputs with the gradients of its outputs.
fn add_outer<T: Number>(block: Block, inputs: &[T], outputs_bar: &[T], weights_bar: &mut [T]) {
    let inputs = Matrix::by_rows(inputs, block.inputs).transposed();
    add_product(block.of_mut(weights_bar), inputs, outputs_bar, block.outputs);
}

fn add_biases<T: Number>(block: Block, outputs_bar: &[T], weights_bar: &mut [T]) {
    let biases = block.of_mut(weights_bar);
    for row in outputs_bar.chunks_exact(block.outputs) {
        biases.iter_mut().zip(row).for_each(|(to, &bar)| *to += bar);
    }
}

fn through_tanh<T: Number>(bars: &mut [T], outputs: &[T]) {
    bars.iter_mut().zip(outputs).for_each(|(bar, &output)| *bar *= T::one() - output * output);
}

/// The left and right halves of rows of twice the width.
fn halves<T: Number>(rows: &[T], width: usize) -> (Vec<T>, Vec<T>) {
    let half = |from: usize| rows.chunks_exact(2 * width).flat_map(|row| &row[from..from + width]).copied().collect();
    (half(0), half(width))
}
