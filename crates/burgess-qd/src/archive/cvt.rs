//! The CVT archive (Vassiliades, Chatzilygeroudis and Mouret 2018, "Using Centroidal Voronoi Tessellations to Scale Up the
//! Multidimensional Archive of Phenotypic Elites Algorithm"): cells are the Voronoi regions of centroids, so that their
//! number is a choice in any number of dimensions.
//!
//! Centroids and distances live in the unit cube of descriptors normalised by their ranges. Centroids are fitted by Lloyd's
//! algorithm (1982) to uniform random samples: searches run in parallel, one sample each, but every sum is taken in the order
//! of the samples, so that the centroids are the same to the bit for any number of threads. A run stores its centroids.

use super::cells::{CellArchive, Partition};
use super::kd_tree::{KdTree, Neighbour, point, squared_distance};
use super::spec::Axis;
use burgess_core::rng::{Purpose, Stream};
use rayon::prelude::*;

/// Most rounds of Lloyd's algorithm. Cell sizes change little after the first twenty.
const ROUNDS: usize = 50;

/// An archive whose cells are Voronoi regions.
pub type Cvt<S> = CellArchive<S, Voronoi>;

/// Points in the unit cube that name the cells of a CVT archive.
#[derive(Clone, Debug, PartialEq)]
pub struct Centroids {
    dims: usize,
    points: Vec<f64>,
}

impl Centroids {
    /// Fits `cells` centroids to `samples` uniform random points (to as many as there are cells, if that is more) in the unit
    /// cube of `dims` dimensions.
    pub fn fit(cells: usize, samples: usize, dims: usize, seed: u64) -> Self {
        let mut stream = Stream::new(seed, 0, 0, Purpose::Centroids);
        let samples: Vec<f64> = (0..samples.max(cells) * dims).map(|_| stream.uniform()).collect();
        // Independent samples are as good a start as a random choice among them (Forgy 1965).
        let mut centroids = Self { dims, points: samples[..cells * dims].to_vec() };
        let mut owners: Vec<usize> = vec![0; samples.len() / dims];
        for _ in 0..ROUNDS {
            let nearest = centroids.nearest_of_each(&samples, &owners);
            let settled = nearest == owners;
            owners = nearest;
            centroids.move_to_means(&samples, &owners);
            if settled {
                break;
            }
        }
        centroids
    }

    /// Centroids from `dims` coordinates each, one after the other; none when they do not divide evenly or one is not finite.
    pub fn from_points(points: Vec<f64>, dims: usize) -> Option<Self> {
        let fits = dims > 0 && !points.is_empty() && points.len().is_multiple_of(dims);
        (fits && points.iter().all(|x| x.is_finite())).then_some(Self { dims, points })
    }

    /// Number of centroids.
    pub fn count(&self) -> usize {
        self.points.len() / self.dims
    }

    /// The centroids in the order of their cells, in the unit cube.
    pub fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.points.chunks_exact(self.dims)
    }

    /// The centroids in the order of their cells, in the units of the descriptors.
    pub fn in_units_of(&self, axes: &[Axis]) -> Vec<Vec<f64>> {
        let scale = |(x, d): (&f64, &Axis)| d.range.0 + x * (d.range.1 - d.range.0);
        self.iter().map(|point| point.iter().zip(axes).map(scale).collect()).collect()
    }

    /// For each sample its nearest centroid; the search begins at the one that was nearest before.
    fn nearest_of_each(&self, samples: &[f64], before: &[usize]) -> Vec<usize> {
        let tree = KdTree::new(&self.points, self.dims);
        let nearest = |(sample, &index): (&[f64], &usize)| {
            let distance = squared_distance(point(&self.points, self.dims, index), sample);
            tree.nearest_from(sample, Neighbour { index, distance })
        };
        samples.par_chunks_exact(self.dims).zip(before).map(nearest).collect()
    }

    /// Moves each centroid to the mean of the samples it owns; one that owns none stays.
    fn move_to_means(&mut self, samples: &[f64], owners: &[usize]) {
        let mut sums = vec![0.0; self.points.len()];
        let mut counts = vec![0u32; self.count()];
        for (sample, &owner) in samples.chunks_exact(self.dims).zip(owners) {
            counts[owner] += 1;
            sums[owner * self.dims..][..self.dims].iter_mut().zip(sample).for_each(|(sum, x)| *sum += x);
        }
        let means = sums.chunks_exact(self.dims).zip(&counts);
        for (centroid, (sum, &count)) in self.points.chunks_exact_mut(self.dims).zip(means) {
            if count > 0 {
                centroid.iter_mut().zip(sum).for_each(|(x, sum)| *x = sum / f64::from(count));
            }
        }
    }
}

/// The Voronoi regions of centroids. A point equally near to two belongs to the one of lower index.
#[derive(Clone, Debug)]
pub struct Voronoi {
    ranges: Vec<(f64, f64)>,
    cell_count: usize,
    tree: KdTree,
}

impl Voronoi {
    /// The regions of `centroids` over the descriptors' ranges.
    pub fn new(axes: &[Axis], centroids: &Centroids) -> Self {
        Self {
            ranges: axes.iter().map(|d| d.range).collect(),
            cell_count: centroids.count(),
            tree: KdTree::new(&centroids.points, centroids.dims),
        }
    }
}

impl Partition for Voronoi {
    fn cell_count(&self) -> usize {
        self.cell_count
    }

    fn dims(&self) -> usize {
        self.ranges.len()
    }

    fn parallel_from(&self) -> usize {
        64
    }

    fn cell_of(&self, descriptors: &[f32]) -> usize {
        let normalise = |(&d, &(low, high)): (&f32, &(f64, f64))| ((f64::from(d) - low) / (high - low)).clamp(0.0, 1.0);
        let place: Vec<f64> = descriptors.iter().zip(&self.ranges).map(normalise).collect();
        self.tree.nearest(&place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn centroids_are_the_same_for_any_number_of_threads() {
        let fit = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| Centroids::fit(40, 1000, 3, 7))
        };
        assert_eq!(fit(1), fit(3));
        assert_ne!(fit(1), Centroids::fit(40, 1000, 3, 8));
    }

    /// Lloyd's algorithm lowers the mean squared distance from samples to their centroids; for 64 cells on the unit square
    /// uniform random centroids give 1/(64 pi) = 0.0050, the best possible (hexagons) 0.0025.
    #[test]
    fn centroids_spread_evenly() {
        let centroids = Centroids::fit(64, 20_000, 2, 1);
        let tree = KdTree::new(&centroids.points, 2);
        let mut stream = Stream::new(2, 0, 0, Purpose::Test);
        let mut error = || {
            let sample = [stream.uniform(), stream.uniform()];
            squared_distance(&sample, point(&centroids.points, 2, tree.nearest(&sample)))
        };
        let mean = (0..20_000).map(|_| error()).sum::<f64>() / 20_000.0;
        assert!((0.0025..0.0029).contains(&mean), "mean squared distance {mean}");
    }

    #[test]
    fn fewer_samples_than_cells_still_give_every_cell_a_centroid() {
        let centroids = Centroids::fit(50, 10, 2, 3);
        assert_eq!(centroids.count(), 50);
        assert!(centroids.iter().flatten().all(|x| (0.0..1.0).contains(x)));
    }
}
