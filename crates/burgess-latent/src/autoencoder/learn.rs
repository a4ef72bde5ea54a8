//! The autoencoder's loss and its gradient.

use crate::learn::{Leaves, Parts, number};
use crate::parameters::Parameters;
use burn_tensor::Tensor;
use burn_tensor::activation::silu;

/// Bottlenecks and reconstructions of rows.
pub(crate) fn forward(leaves: &Leaves, layers: usize, rows: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let (mut x, mut latent) = (rows, None);
    for i in 0..layers {
        if i == layers / 2 {
            latent = Some(x.clone());
        } else if i > 0 {
            x = silu(x);
        }
        x = leaves.dense(&format!("layer.{i}")).apply(x);
    }
    (latent.unwrap_or_else(|| x.clone()), x)
}

/// The mean square of what reconstructions of rows of a size miss, and its gradient by all weights.
pub(crate) fn gradient(parameters: &Parameters, rows: Vec<f32>, size: usize) -> (Parts, Vec<f32>) {
    let leaves = Leaves::new(parameters);
    let count = rows.len() / size;
    let rows: Tensor<2> = leaves.constant(rows, [count, size]);
    let (_, back) = forward(&leaves, parameters.arrays.len() / 2, rows.clone());
    let miss = back - rows;
    let loss = (miss.clone() * miss).mean();
    let total = number(&loss);
    (Parts { total, reconstruction: total, ..Parts::default() }, leaves.gradient(&loss))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autoencoder::{Autoencoder, slots};
    use crate::learn::numbers;
    use burgess_core::rng::{Purpose, Stream};

    fn rows(count: usize) -> Vec<f32> {
        let mut stream = Stream::new(8, 0, 0, Purpose::Test);
        (0..count).map(|_| stream.normal() as f32).collect()
    }

    /// Both compute in single precision, in different orders.
    #[test]
    fn inference_is_burns_forward_pass() {
        let parameters = Parameters::start(&slots(12, &[9, 5], 3), 2);
        let (leaves, twin) = (Leaves::new(&parameters), Autoencoder::new(&parameters));
        let (latent, back) = forward(&leaves, 6, leaves.constant(rows(60), [5, 12]));
        let (latent, back) = (numbers(latent), numbers(back));
        let close = |a: &[f32], b: &[f32]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
        assert!(close(&latent, &twin.encode(&rows(60))));
        assert!(close(&back, &twin.decode(&latent)));
    }

    /// Central differences in single precision leave some 1e-3 of a gradient of size one.
    #[test]
    fn gradients_are_those_of_finite_differences() {
        let parameters = Parameters::start(&slots(6, &[5], 2), 2);
        let (_, gradient) = gradient(&parameters, rows(24), 6);
        let loss = |array: usize, at: usize, by: f32| {
            let mut moved = parameters.clone();
            moved.arrays[array].values[at] += by;
            super::gradient(&moved, rows(24), 6).0.total
        };
        let mut first = 0;
        for (array, values) in parameters.arrays.iter().map(|array| array.values.len()).enumerate() {
            for at in (0..values).step_by(3) {
                let difference = (loss(array, at, 1e-2) - loss(array, at, -1e-2)) / 2e-2;
                let miss = (f64::from(gradient[first + at]) - difference).abs();
                assert!(miss < 1e-3, "{array} {at}: {} {difference}", gradient[first + at]);
            }
            first += values;
        }
    }
}
