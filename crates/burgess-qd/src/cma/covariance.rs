//! The covariance matrix between its decompositions.
//!
//! Candidates are drawn with a decomposition that may be some generations old (Hansen 2016, section B.2), so until the
//! next one nobody reads the matrix itself. What is learned in between is therefore kept as the list of vectors whose
//! weighted outer products are to be added, at most about n of them. All of them are added at once, just before the matrix
//! is decomposed. A strategy that restarts before its first decomposition never touches an n by n matrix, and the state
//! that is saved is a triangle and the list: eigenvectors follow from the triangle.

use burgess_core::math::eigen::{Eigen, add};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Eigenvalues below this part of the largest are rounding; they are raised to it. Beyond the condition that stops a run.
const LEAST: f64 = 1e-16;
/// With fewer rows threads aren't worth their start.
const FEW_ROWS: usize = 128;

/// factor * settled + the sum of coefficient * v v' over the list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Saved")]
pub(crate) struct Covariance {
    n: u64,
    settled: Option<Vec<f64>>,
    factor: f64,
    list: Vec<(f64, Vec<f64>)>,
    #[serde(skip)]
    axes: Option<Axes>,
}

/// A covariance as it is stored.
#[derive(Deserialize)]
struct Saved {
    n: u64,
    /// Upper triangle, row by row; none for the identity.
    settled: Option<Vec<f64>>,
    factor: f64,
    list: Vec<(f64, Vec<f64>)>,
}

/// The decomposition of the settled part.
#[derive(Clone, Debug)]
struct Axes {
    eigen: Eigen,
    /// Square roots of the eigenvalues.
    lengths: Vec<f64>,
}

impl TryFrom<Saved> for Covariance {
    type Error = &'static str;

    fn try_from(saved: Saved) -> Result<Self, Self::Error> {
        let Saved { n, settled, factor, list } = saved;
        let size = usize::try_from(n).map_err(|_| "a covariance of more dimensions than memory")?;
        let elements = size.checked_add(1).and_then(|more| size.checked_mul(more)).map(|twice| twice / 2);
        if settled.as_ref().is_some_and(|triangle| Some(triangle.len()) != elements)
            || list.iter().any(|(_, v)| v.len() != size)
        {
            return Err("a covariance whose parts differ in dimension");
        }
        let axes = match &settled {
            None => None,
            Some(triangle) => Some(Axes::new(square(triangle, size), size).ok_or("a covariance that isn't finite")?),
        };
        Ok(Self { n, settled, factor, list, axes })
    }
}

impl Covariance {
    /// The identity in n dimensions.
    pub(crate) fn identity(n: usize) -> Self {
        Self { n: n as u64, settled: None, factor: 1.0, list: Vec::new(), axes: None }
    }

    /// Multiplies the matrix by `factor`, then adds coefficient * v v' for each of the list. Draws don't change until [`Covariance::settle`].
    pub(crate) fn learn(&mut self, factor: f64, list: impl IntoIterator<Item = (f64, Vec<f64>)>) {
        self.factor *= factor;
        self.list.iter_mut().for_each(|(coefficient, _)| *coefficient *= factor);
        self.list.extend(list);
    }

    /// Takes into the decomposition what was learned since the last one. False, and nothing is changed, if the matrix isn't finite.
    #[must_use]
    pub(crate) fn settle(&mut self) -> bool {
        let n = self.n as usize;
        let matrix = self.sum();
        let triangle = (0..n).flat_map(|i| &matrix[i * n + i..(i + 1) * n]).copied().collect();
        let Some(axes) = Axes::new(matrix, n) else { return false };
        (self.settled, self.factor, self.axes) = (Some(triangle), 1.0, Some(axes));
        self.list.clear();
        true
    }

    /// The matrix itself, row by row at full width; its lower triangle is zero.
    pub(crate) fn sum(&self) -> Vec<f64> {
        let n = self.n as usize;
        let mut matrix = match &self.settled {
            Some(triangle) => square(triangle, n),
            None => square_identity(n),
        };
        let add_list = |(i, row): (usize, &mut [f64])| {
            let row = &mut row[i..];
            row.iter_mut().for_each(|x| *x *= self.factor);
            let (fours, rest) = self.list.as_chunks::<4>();
            fours.iter().for_each(|four| add_four(row, four, i));
            rest.iter().for_each(|(coefficient, v)| add(row, coefficient * v[i], &v[i..]));
        };
        // A row needs nothing of the others, so threads don't change the order of any sum.
        if n < FEW_ROWS {
            matrix.chunks_exact_mut(n).enumerate().for_each(add_list);
        } else {
            matrix.par_chunks_exact_mut(n).enumerate().with_min_len(16).for_each(add_list);
        }
        matrix
    }

    /// C^(1/2) z up to a rotation: as normally distributed as C says if `z` is standard normal.
    pub(crate) fn spread(&self, mut z: Vec<f64>) -> Vec<f64> {
        let Some(axes) = &self.axes else { return z };
        z.iter_mut().zip(&axes.lengths).for_each(|(z, length)| *z *= length);
        axes.eigen.compose(&z)
    }

    /// C^(-1/2) y, the symmetric root.
    pub(crate) fn whiten(&self, y: &[f64]) -> Vec<f64> {
        let Some(axes) = &self.axes else { return y.to_vec() };
        let mut components = axes.eigen.components(y);
        components.iter_mut().zip(&axes.lengths).for_each(|(component, length)| *component /= length);
        axes.eigen.compose(&components)
    }

    /// Largest and smallest standard deviation of what is drawn along any direction, for a step size of one.
    pub(crate) fn extremes(&self) -> (f64, f64) {
        let Some(axes) = &self.axes else { return (1.0, 1.0) };
        axes.lengths.iter().fold((0.0, f64::INFINITY), |(most, least), &x| (most.max(x), x.min(least)))
    }
}

impl Axes {
    fn new(matrix: Vec<f64>, n: usize) -> Option<Self> {
        let eigen = Eigen::new(matrix, n)?;
        let largest = eigen.values.iter().copied().fold(0.0, f64::max);
        if largest <= 0.0 {
            return None;
        }
        let lengths = eigen.values.iter().map(|value| value.max(LEAST * largest).sqrt()).collect();
        Some(Self { eigen, lengths })
    }
}

/// Adds to row i, from the diagonal on, that of four weighted outer products, in one pass over it.
fn add_four(row: &mut [f64], four: &[(f64, Vec<f64>); 4], i: usize) {
    let factors = four.each_ref().map(|(coefficient, v)| coefficient * v[i]);
    let [a, b, c, d] = four.each_ref().map(|(_, v)| &v[i..][..row.len()]);
    for (j, x) in row.iter_mut().enumerate() {
        *x += (factors[0] * a[j] + factors[1] * b[j]) + (factors[2] * c[j] + factors[3] * d[j]);
    }
}

/// A square matrix out of its upper triangle; the lower one is zero.
fn square(triangle: &[f64], n: usize) -> Vec<f64> {
    let mut matrix = vec![0.0; n * n];
    let mut rest = triangle;
    for i in 0..n {
        let (row, after) = rest.split_at(n - i);
        matrix[i * n + i..(i + 1) * n].copy_from_slice(row);
        rest = after;
    }
    matrix
}

fn square_identity(n: usize) -> Vec<f64> {
    let mut matrix = vec![0.0; n * n];
    matrix.iter_mut().step_by(n + 1).for_each(|x| *x = 1.0);
    matrix
}
