//! The bridge to burn: weights as leaves of a graph, layers as in [`super::kernels`], and the gradient as one plain array.
//!
//! burn does forward and reverse passes only; weights, moments and random numbers are this crate's. Its CPU backend is built without threads and
//! without SIMD of its own, so sums have one order. Matrix products come from the crate `gemm`, which chooses instructions by
//! the processor: training has the same bits on the same kind of processor.

use super::parameters::Parameters;
use burgess_physics::observer::EPSILON;
use burn_tensor::activation::silu;
use burn_tensor::{Device, Tensor, TensorData};

/// What a gradient step reports. Divergences are zero where there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Parts {
    pub total: f64,
    pub reconstruction: f64,
    pub dynamics: f64,
    pub representation: f64,
}

impl Parts {
    /// Adds those of another shard.
    pub(crate) fn add(&mut self, other: &Self) {
        self.total += other.total;
        self.reconstruction += other.reconstruction;
        self.dynamics += other.dynamics;
        self.representation += other.representation;
    }
}

/// The weights of a model in a graph.
pub(super) struct Leaves<'a> {
    parameters: &'a Parameters,
    device: Device,
    leaves: Vec<Tensor<1>>,
}

impl<'a> Leaves<'a> {
    pub(crate) fn new(parameters: &'a Parameters) -> Self {
        let device = Device::flex().autodiff();
        let leaf = |values: &Vec<f32>| {
            Tensor::from_data(TensorData::new(values.clone(), [values.len()]), &device).require_grad()
        };
        let leaves = parameters.arrays.iter().map(|array| leaf(&array.values)).collect();
        Self { parameters, device, leaves }
    }

    /// A constant.
    pub(crate) fn constant<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values, shape), &self.device)
    }

    /// The array of a name in its own shape, whose number of axes the caller knows.
    pub(crate) fn get<const D: usize>(&self, name: &str) -> Tensor<D> {
        let index = self.parameters.arrays.iter().position(|array| array.name == name);
        let index = index.unwrap_or_else(|| panic!("a model asks for its array `{name}`, which its own table lacks"));
        let shape: [usize; D] = std::array::from_fn(|axis| self.parameters.arrays[index].shape[axis]);
        self.leaves[index].clone().reshape(shape)
    }

    /// x W + b.
    pub(crate) fn dense(&self, name: &str) -> Layer {
        Layer { weight: self.get(&format!("{name}.weight")), bias: self.get::<1>(&format!("{name}.bias")).unsqueeze() }
    }
    /// A layer, RMS normalisation and silu.
    pub(crate) fn hidden(&self, name: &str) -> HiddenLayer {
        HiddenLayer { layer: self.dense(name), scale: self.get::<1>(&format!("{name}.scale")).unsqueeze() }
    }

    /// The derivative of a loss by all weights, in their order. What the loss doesn't depend on gets zeros.
    pub(crate) fn gradient(&self, loss: &Tensor<1>) -> Vec<f32> {
        let gradients = loss.backward();
        let mut all = Vec::with_capacity(self.parameters.len());
        for (leaf, array) in self.leaves.iter().zip(&self.parameters.arrays) {
            match leaf.grad(&gradients) {
                Some(gradient) => all.extend(numbers(gradient)),
                None => all.extend(std::iter::repeat_n(0.0, array.values.len())),
            }
        }
        all
    }
}

/// The numbers of a tensor. The backend keeps 32-bit floats in memory, so reading them cannot fail.
pub(super) fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.try_into_vec_as::<f32>().expect("the CPU backend gives its numbers away")
}

/// The one number of a loss.
pub(super) fn number(tensor: &Tensor<1>) -> f64 {
    numbers(tensor.clone()).first().copied().map_or(f64::NAN, f64::from)
}

/// See [`Leaves::dense`].
pub(super) struct Layer {
    weight: Tensor<2>,
    bias: Tensor<2>,
}

impl Layer {
    pub(crate) fn apply(&self, x: Tensor<2>) -> Tensor<2> {
        x.matmul(self.weight.clone()) + self.bias.clone()
    }
}

/// See [`Leaves::hidden`].
pub(super) struct HiddenLayer {
    layer: Layer,
    scale: Tensor<2>,
}

impl HiddenLayer {
    pub(crate) fn apply(&self, x: Tensor<2>) -> Tensor<2> {
        let y = self.layer.apply(x);
        let mean = (y.clone() * y.clone()).mean_dim(1);
        let factor = (mean + EPSILON as f32).sqrt().recip();
        silu(y * factor * self.scale.clone())
    }
}
