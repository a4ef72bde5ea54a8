//! Eigenvectors and eigenvalues of a symmetric matrix: reduced to a tridiagonal one by Householder's reflections, and that
//! to a diagonal one by implicit QL steps (Bowdler, Martin, Reinsch and Wilkinson 1968, "The QR and QL Algorithms for
//! Symmetric Matrices"; the form with one shift a sweep as in EISPACK's `tql2`).
//!
//! Written here rather than taken from a crate: what it gives is part of a run's bits, and plain loops give the same bits on
//! every processor, whereas libraries choose instructions by what they find and change between versions. It takes as
//! long as nalgebra 0.35 does: for n = 1000 on one core 0.54 s and 0.57 s, and less on more cores. faer 0.24 takes 0.25 s, but
//! brings 56 crates that compile for 106 s.
//!
//! Reflections and rotations act on each row of the matrix of eigenvectors by itself. So that matrix lies in slabs of a few rows,
//! which stay in the cache while all reflections and many rotations pass over them, which fill vector registers, and
//! which go to threads: their number makes no difference to the bits.

use rayon::prelude::*;

/// Rows of the matrix of eigenvectors in one slab.
const LANES: usize = 8;
/// With fewer slabs threads aren't worth their start.
const FEW_SLABS: usize = 16;
/// QL steps for one eigenvalue before it gives up; two is usual.
const MOST_SWEEPS: usize = 60;
/// Squared lengths below this, in a matrix whose largest element is one, count as zero.
const TINY: f64 = 1e-280;

/// The eigendecomposition V diag(values) V' of a symmetric n by n matrix.
#[derive(Clone, Debug)]
pub struct Eigen {
    /// Eigenvalues, in no particular order.
    pub values: Vec<f64>,
    /// V in slabs: of slab s, `n * s + k` holds the elements of eigenvector k in rows `LANES * s` on. Rows after the last are zero.
    slabs: Vec<[f64; LANES]>,
}

impl Eigen {
    /// Decomposes the n by n matrix whose upper triangle is in `matrix`, row by row at full width; the lower triangle isn't
    /// read. None if an element isn't finite.
    pub fn new(mut matrix: Vec<f64>, n: usize) -> Option<Self> {
        let largest = (0..n).flat_map(|i| &matrix[i * n + i..(i + 1) * n]).fold(0.0, |most: f64, x| most.max(x.abs()));
        let finite = (0..n).all(|i| matrix[i * n + i..(i + 1) * n].iter().all(|x| x.is_finite()));
        if !finite {
            return None;
        }
        let scale = if largest > 0.0 { largest } else { 1.0 };
        matrix.iter_mut().for_each(|x| *x /= scale);

        let mut reduced = tridiagonalise(&mut matrix, n);
        let mut slabs = vec![[0.0; LANES]; n * n.div_ceil(LANES)];
        for row in 0..n {
            slabs[n * (row / LANES) + row][row % LANES] = 1.0;
        }
        each_slab(&mut slabs, n, |slab| reflect(slab, &matrix, &reduced.factors));
        diagonalise(&mut reduced, |sweeps| each_slab(&mut slabs, n, |slab| rotate(slab, sweeps)))?;
        let values = reduced.diagonal.iter().map(|value| value * scale).collect();
        Some(Self { values, slabs })
    }

    /// V t: the vector whose components along the eigenvectors are `t`.
    pub fn compose(&self, t: &[f64]) -> Vec<f64> {
        let n = t.len();
        let mut composed = Vec::with_capacity(n + LANES);
        for slab in self.slabs.chunks_exact(n) {
            let mut sum = [0.0; LANES];
            for (row, t) in slab.iter().zip(t) {
                (0..LANES).for_each(|lane| sum[lane] += t * row[lane]);
            }
            composed.extend_from_slice(&sum);
        }
        composed.truncate(n);
        composed
    }

    /// V' y: the components of `y` along the eigenvectors.
    pub fn components(&self, y: &[f64]) -> Vec<f64> {
        let n = y.len();
        let mut components = vec![0.0; n];
        for (slab, y) in self.slabs.chunks_exact(n).zip(y.chunks(LANES)) {
            let mut lanes = [0.0; LANES];
            lanes[..y.len()].copy_from_slice(y);
            for (component, row) in components.iter_mut().zip(slab) {
                *component += tree_sum(std::array::from_fn(|lane| row[lane] * lanes[lane]));
            }
        }
        components
    }
}

/// Does the same to every slab, in parallel where that pays.
fn each_slab(slabs: &mut [[f64; LANES]], n: usize, work: impl Fn(&mut [[f64; LANES]]) + Send + Sync) {
    if slabs.len() < FEW_SLABS * n {
        slabs.chunks_exact_mut(n).for_each(work);
    } else {
        slabs.par_chunks_exact_mut(n).for_each(work);
    }
}

/// The sum of eight numbers in the order in which vector registers are folded.
fn tree_sum(x: [f64; LANES]) -> f64 {
    ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]))
}

/// Scalar product, summed in eight interleaved parts.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sum = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        (0..LANES).for_each(|lane| sum[lane] += a[lane] * b[lane]);
    }
    tree_sum(sum) + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
}

/// A tridiagonal matrix Q' A Q and the reflections whose product is Q.
struct Tridiagonal {
    diagonal: Vec<f64>,
    /// Beside the diagonal: element i is in rows i and i + 1. The last one is zero.
    beside: Vec<f64>,
    /// Reflection k is 1 - factor v v', with v in row k of the matrix right of the diagonal; a factor of zero means none.
    factors: Vec<f64>,
}

/// Householder's reduction. Step k makes row k tridiagonal by a reflection v and takes v w' + w v' off the rows below, where
/// w = p - (factor p'v / 2) v and p = factor A v. Taking it off is left for the pass of the next step, which
/// multiplies by its own v, so that each step passes over the triangle once. Vectors v are left in `matrix`.
fn tridiagonalise(matrix: &mut [f64], n: usize) -> Tridiagonal {
    let mut reduced = Tridiagonal { diagonal: vec![0.0; n], beside: vec![0.0; n], factors: vec![0.0; n] };
    let (mut v, mut w, mut next, mut product) = (vec![0.0; n], vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    for k in 0..n {
        take_off(&mut matrix[k * n + k..(k + 1) * n], &v[k..], &w[k..]);
        reduced.diagonal[k] = matrix[k * n + k];
        let row = &mut matrix[k * n + k + 1..(k + 1) * n];
        let Some(&first) = row.first() else { break };
        next[k] = 0.0;
        let tail = dot(&row[1..], &row[1..]);
        let factor = if tail < TINY {
            next[k + 1..].fill(0.0);
            reduced.beside[k] = first;
            0.0
        } else {
            let norm = (first * first + tail).sqrt();
            reduced.beside[k] = if first > 0.0 { -norm } else { norm };
            row[0] -= reduced.beside[k];
            next[k + 1..].copy_from_slice(row);
            2.0 / (row[0] * row[0] + tail)
        };
        reduced.factors[k] = factor;

        product[k..].fill(0.0);
        for i in k + 1..n {
            let row = &mut matrix[i * n + i..(i + 1) * n];
            take_off(row, &v[i..], &w[i..]);
            product[i] += dot(row, &next[i..]);
            add(&mut product[i + 1..], next[i], &row[1..]);
        }
        product[k..].iter_mut().for_each(|p| *p *= factor);
        let half = 0.5 * factor * dot(&product[k..], &next[k..]);
        std::mem::swap(&mut v, &mut next);
        for ((w, p), v) in w[k..].iter_mut().zip(&product[k..]).zip(&v[k..]) {
            *w = p - half * v;
        }
    }
    reduced
}

/// From a row that begins on the diagonal takes off that of v w' + w v'.
fn take_off(row: &mut [f64], v: &[f64], w: &[f64]) {
    let (first_v, first_w) = (v[0], w[0]);
    for ((x, v), w) in row.iter_mut().zip(v).zip(w) {
        *x -= first_v * w + first_w * v;
    }
}

/// sum += factor * x.
pub fn add(sum: &mut [f64], factor: f64, x: &[f64]) {
    for (sum, x) in sum.iter_mut().zip(x) {
        *sum += factor * x;
    }
}

/// Applies all reflections to a slab of rows, first to last, from the right.
fn reflect(slab: &mut [[f64; LANES]], matrix: &[f64], factors: &[f64]) {
    let n = slab.len();
    for (k, &factor) in factors.iter().enumerate().filter(|(_, factor)| **factor != 0.0) {
        let v = &matrix[k * n + k + 1..(k + 1) * n];
        let slab = &mut slab[k + 1..];
        let mut sum = [0.0; LANES];
        for (v, row) in v.iter().zip(slab.iter()) {
            (0..LANES).for_each(|lane| sum[lane] += v * row[lane]);
        }
        sum.iter_mut().for_each(|sum| *sum *= factor);
        for (v, row) in v.iter().zip(slab) {
            (0..LANES).for_each(|lane| row[lane] -= v * sum[lane]);
        }
    }
}

/// The rotations (cosine, sine) of one QL step, in columns `low + i` and `low + i + 1`, i falling to zero.
struct Sweep {
    low: usize,
    rotations: Vec<(f64, f64)>,
}

/// Applies QL steps to a slab of rows.
fn rotate(slab: &mut [[f64; LANES]], sweeps: &[Sweep]) {
    for Sweep { low, rotations } in sweeps {
        let columns = &mut slab[*low..=*low + rotations.len()];
        let mut carry = columns[rotations.len()];
        for (i, &(cosine, sine)) in (0..rotations.len()).rev().zip(rotations) {
            let x = columns[i];
            columns[i + 1] = std::array::from_fn(|lane| sine * x[lane] + cosine * carry[lane]);
            carry = std::array::from_fn(|lane| cosine * x[lane] - sine * carry[lane]);
        }
        columns[0] = carry;
    }
}

/// Implicit QL steps until the matrix is diagonal. Hands the rotations over many at a time, so that neither they nor a slab
/// leave the cache. None if it doesn't converge, which has not been seen to happen with finite numbers.
fn diagonalise(matrix: &mut Tridiagonal, mut apply: impl FnMut(&[Sweep])) -> Option<()> {
    let n = matrix.diagonal.len();
    let mut sweeps: Vec<Sweep> = Vec::new();
    let (mut waiting, mut shifted, mut size) = (0, 0.0, 0.0_f64);
    for low in 0..n {
        size = size.max(matrix.diagonal[low].abs() + matrix.beside[low].abs());
        let negligible = |x: f64| x.abs() <= f64::EPSILON * size;
        let high = (low..n).find(|&i| negligible(matrix.beside[i])).unwrap_or(n - 1);
        let mut steps = 0;
        while high > low && !negligible(matrix.beside[low]) {
            steps += 1;
            if steps > MOST_SWEEPS {
                return None;
            }
            let (sweep, shift) = ql_step(matrix, low, high);
            shifted += shift;
            waiting += sweep.rotations.len();
            sweeps.push(sweep);
            if waiting > 64 * n {
                apply(&sweeps);
                sweeps.clear();
                waiting = 0;
            }
        }
        matrix.diagonal[low] += shifted;
        matrix.beside[low] = 0.0;
    }
    apply(&sweeps);
    Some(())
}

/// One QL step on rows `low` to `high`, which shifts all of the diagonal from `low` on: its rotations and the shift.
fn ql_step(matrix: &mut Tridiagonal, low: usize, high: usize) -> (Sweep, f64) {
    let (d, e) = (&mut matrix.diagonal, &mut matrix.beside);
    // The shift is the eigenvalue of the leading two by two matrix that is nearer to its first element.
    let before = d[low];
    let half = (d[low + 1] - before) / (2.0 * e[low]);
    let root = libm::hypot(half, 1.0).copysign(half);
    d[low] = e[low] / (half + root);
    d[low + 1] = e[low] * (half + root);
    let (second, shift) = (d[low + 1], before - d[low]);
    d[low + 2..].iter_mut().for_each(|x| *x -= shift);

    let mut rotations = Vec::with_capacity(high - low);
    let beside_second = e[low + 1];
    let (mut p, mut c, mut c_last, mut c_before, mut s, mut s_last) = (d[high], 1.0, 1.0, 1.0, 0.0, 0.0);
    for i in (low..high).rev() {
        (c_before, c_last, s_last) = (c_last, c, s);
        let (g, h) = (c * e[i], c * p);
        let r = libm::hypot(p, e[i]);
        e[i + 1] = s * r;
        (s, c) = (e[i] / r, p / r);
        p = c * d[i] - s * g;
        d[i + 1] = h + s * (c * g + s * d[i]);
        rotations.push((c, s));
    }
    p = -s * s_last * c_before * beside_second * e[low] / second;
    e[low] = s * p;
    d[low] = c * p;
    (Sweep { low, rotations }, shift)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Stream};

    /// A V = V diag(values) and V'V = 1, relative to the largest eigenvalue.
    fn check(matrix: &[f64], n: usize) -> Eigen {
        let eigen = Eigen::new(matrix.to_vec(), n).unwrap();
        let element = |i: usize, j: usize| matrix[i.min(j) * n + i.max(j)];
        let largest = eigen.values.iter().fold(1e-300, |most: f64, x| most.max(x.abs()));
        for k in 0..n {
            let mut unit = vec![0.0; n];
            unit[k] = 1.0;
            let vector = eigen.compose(&unit);
            for i in 0..n {
                let image: f64 = (0..n).map(|j| element(i, j) * vector[j]).sum();
                assert!((image - eigen.values[k] * vector[i]).abs() < 1e-13 * largest * n as f64, "n {n} vector {k}");
            }
            for (j, component) in eigen.components(&vector).iter().enumerate() {
                assert!((component - unit[j]).abs() < 1e-14 * n as f64, "n {n} vectors {k} and {j}: {component}");
            }
        }
        eigen
    }

    fn random(n: usize, seed: u64) -> Vec<f64> {
        let mut stream = Stream::new(seed, n as u64, 0, Purpose::Test);
        (0..n * n).map(|_| stream.normal()).collect()
    }

    #[test]
    fn random_matrices_of_many_sizes() {
        for n in (1..20).chain([31, 64, 150]) {
            check(&random(n, 1), n);
        }
    }

    #[test]
    fn matrices_with_repeated_eigenvalues_and_extreme_scales() {
        for n in [1, 2, 3, 9, 40] {
            check(&vec![0.0; n * n], n);
            let mut identity = vec![0.0; n * n];
            (0..n).for_each(|i| identity[i * n + i] = 1.0);
            assert!(check(&identity, n).values.iter().all(|&x| x == 1.0));
            for scale in [1e-200, 1e200] {
                check(&random(n, 2).iter().map(|x| x * scale).collect::<Vec<_>>(), n);
            }
            // All ones: n once and zero else.
            let mut values = check(&vec![1.0; n * n], n).values;
            values.sort_by(f64::total_cmp);
            assert!((values[n - 1] - n as f64).abs() < 1e-12 && values[..n - 1].iter().all(|x| x.abs() < 1e-12));
            // Diagonals over sixteen orders of magnitude.
            let mut graded = random(n, 3);
            for (at, x) in graded.iter_mut().enumerate() {
                *x *= 10_f64.powi(-(16 * (at / n + at % n) as i32) / (2 * n) as i32);
            }
            check(&graded, n);
        }
    }

    /// By hand: 2 and 4 along (1, -1) and (1, 1).
    #[test]
    fn two_by_two() {
        let eigen = check(&[3.0, 1.0, f64::NAN, 3.0], 2);
        let mut values = eigen.values.clone();
        values.sort_by(f64::total_cmp);
        assert!((values[0] - 2.0).abs() < 1e-15 && (values[1] - 4.0).abs() < 1e-15, "{values:?}");
    }

    #[test]
    fn what_is_not_finite_has_none() {
        assert!(Eigen::new(vec![1.0, f64::NAN, 0.0, 1.0], 2).is_none());
        assert!(Eigen::new(vec![1.0, 0.0, 0.0, f64::INFINITY], 2).is_none());
    }

    #[test]
    fn threads_make_no_difference() {
        let n = 200;
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| Eigen::new(random(n, 4), n).unwrap())
        };
        let (one, three) = (on(1), on(3));
        assert!(one.values == three.values && one.slabs == three.slabs);
    }
}
