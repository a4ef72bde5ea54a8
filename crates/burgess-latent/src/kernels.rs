//! The arithmetic of inference: layers over a block of rows, activations, softmax. Plain loops over `f32` in a fixed order, so that a row
//! gives the same bits in any block, on any number of threads and on every processor.

pub(super) use burgess_core::math::fast::{exp, sigmoid, tanh};
use burgess_physics::observer::EPSILON;

/// Columns that a layer computes side by side.
const LANES: usize = 8;
/// Rows that share a pass over the weights.
const ROWS: usize = 4;

/// y = x W + b.
#[derive(Clone, Debug)]
pub(super) struct Dense {
    inputs: usize,
    outputs: usize,
    /// W in panels of a few columns: of panel p, element `p * inputs + k` holds the columns from `LANES * p` on of row k.
    panels: Vec<[f32; LANES]>,
    /// b, filled up with zeros.
    bias: Vec<[f32; LANES]>,
}

impl Dense {
    /// `weights` row by row, one row an input, `bias.len()` columns.
    pub(crate) fn new(weights: &[f32], bias: &[f32]) -> Self {
        let outputs = bias.len();
        let inputs = weights.len() / outputs.max(1);
        let lanes = |row: &[f32], panel: usize| {
            let mut lanes = [0.0; LANES];
            let part = &row[panel * LANES..outputs.min((panel + 1) * LANES)];
            lanes[..part.len()].copy_from_slice(part);
            lanes
        };
        let count = outputs.div_ceil(LANES);
        let rows = || weights.chunks_exact(outputs.max(1));
        let panels = (0..count).flat_map(|panel| rows().map(move |row| lanes(row, panel))).collect();
        Self { inputs, outputs, panels, bias: (0..count).map(|panel| lanes(bias, panel)).collect() }
    }

    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Rows of `inputs` numbers to rows of `outputs`.
    pub(crate) fn apply(&self, x: &[f32]) -> Vec<f32> {
        debug_assert!(self.inputs > 0 && x.len().is_multiple_of(self.inputs));
        let mut y = vec![0.0; x.len() / self.inputs * self.outputs];
        for (x, y) in x.chunks(ROWS * self.inputs).zip(y.chunks_mut(ROWS * self.outputs)) {
            if x.len() == ROWS * self.inputs {
                self.four(x, y);
                continue;
            }
            for (x, y) in x.chunks_exact(self.inputs).zip(y.chunks_exact_mut(self.outputs)) {
                self.one(x, y);
            }
        }
        y
    }

    /// Four rows. Sums are named one by one, else the compiler doesn't keep them in registers.
    fn four(&self, x: &[f32], y: &mut [f32]) {
        let (a, rest) = x.split_at(self.inputs);
        let (b, rest) = rest.split_at(self.inputs);
        let (c, d) = rest.split_at(self.inputs);
        let columns = (0..).step_by(LANES);
        for ((panel, bias), first) in self.panels.chunks_exact(self.inputs).zip(&self.bias).zip(columns) {
            let (mut of_a, mut of_b, mut of_c, mut of_d) = (*bias, *bias, *bias, *bias);
            for ((((weights, a), b), c), d) in panel.iter().zip(a).zip(b).zip(c).zip(d) {
                add(&mut of_a, *a, weights);
                add(&mut of_b, *b, weights);
                add(&mut of_c, *c, weights);
                add(&mut of_d, *d, weights);
            }
            let width = LANES.min(self.outputs - first);
            for (row, sum) in [of_a, of_b, of_c, of_d].iter().enumerate() {
                y[row * self.outputs + first..][..width].copy_from_slice(&sum[..width]);
            }
        }
    }

    /// One row, with the same sums.
    fn one(&self, x: &[f32], y: &mut [f32]) {
        for ((panel, bias), y) in self.panels.chunks_exact(self.inputs).zip(&self.bias).zip(y.chunks_mut(LANES)) {
            let mut sum = *bias;
            panel.iter().zip(x).for_each(|(weights, x)| add(&mut sum, *x, weights));
            y.copy_from_slice(&sum[..y.len()]);
        }
    }
}

/// sum += x weights.
#[inline(always)]
fn add(sum: &mut [f32; LANES], x: f32, weights: &[f32; LANES]) {
    for lane in 0..LANES {
        sum[lane] += x * weights[lane];
    }
}

/// A layer, RMS normalisation with a learned scale (Zhang and Sennrich 2019) and the activation silu.
#[derive(Clone, Debug)]
pub(super) struct Hidden {
    dense: Dense,
    scale: Vec<f32>,
}

impl Hidden {
    pub(crate) fn new(weights: &[f32], bias: &[f32], scale: &[f32]) -> Self {
        Self { dense: Dense::new(weights, bias), scale: scale.to_vec() }
    }

    pub(crate) fn apply(&self, x: &[f32]) -> Vec<f32> {
        let mut y = self.dense.apply(x);
        for row in y.chunks_exact_mut(self.dense.outputs()) {
            let mean = row.iter().map(|x| x * x).sum::<f32>() / self.scale.len() as f32;
            let factor = 1.0 / (mean + EPSILON as f32).sqrt();
            for (x, scale) in row.iter_mut().zip(&self.scale) {
                *x = silu(*x * factor * scale);
            }
        }
        y
    }
}

pub(super) fn silu(x: f32) -> f32 {
    x * sigmoid(x)
}

/// Turns logits into probabilities, `classes` at a time, each mixed with a part `uniform` of the uniform distribution.
pub(super) fn softmax(logits: &mut [f32], classes: usize, uniform: f32) {
    for group in logits.chunks_exact_mut(classes) {
        let most = group.iter().fold(f32::NEG_INFINITY, |most, x| most.max(*x));
        group.iter_mut().for_each(|x| *x = exp(*x - most));
        let sum: f32 = group.iter().sum();
        let (factor, least) = ((1.0 - uniform) / sum, uniform / classes as f32);
        group.iter_mut().for_each(|x| *x = *x * factor + least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::rng::{Purpose, Stream};

    #[test]
    fn layers_multiply_and_rows_do_not_know_their_block() {
        let mut stream = Stream::new(4, 0, 0, Purpose::Test);
        let mut numbers = |n| (0..n).map(|_| stream.normal() as f32).collect::<Vec<f32>>();
        for (inputs, outputs, rows) in [(1, 1, 1), (7, 9, 6), (16, 24, 9), (3, 5, 4)] {
            let (w, b, x) = (numbers(inputs * outputs), numbers(outputs), numbers(rows * inputs));
            let dense = Dense::new(&w, &b);
            let y = dense.apply(&x);
            for row in 0..rows {
                let x = &x[row * inputs..(row + 1) * inputs];
                let alone = dense.apply(x);
                for column in 0..outputs {
                    let mut sum = b[column];
                    (0..inputs).for_each(|k| sum += x[k] * w[k * outputs + column]);
                    assert_eq!((y[row * outputs + column], alone[column]), (sum, sum));
                }
            }
        }
    }

    #[test]
    fn probabilities_sum_to_one_and_none_is_zero() {
        let mut p = [1.0, 2.0, 900.0, -5.0, -5.0, -5.0];
        softmax(&mut p, 3, 0.03);
        assert!((p[..3].iter().sum::<f32>() - 1.0).abs() < 1e-6 && (p[0] - 0.01).abs() < 1e-6);
        assert!(p[3..].iter().all(|p| (p - 1.0 / 3.0).abs() < 1e-6));
    }
}
