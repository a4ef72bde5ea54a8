//! Thinning: which elites of an unstructured archive stay when there are too many.
//!
//! The elites stay whose mean distance to the k nearest better ones is greatest; an elite with fewer than k better ones stays in any case.
//! The result is the same as if the archive were built again, best reward first. One pass gives the distance for all elites, and with it
//! the elites that stay for any size. At the least distance among them, a new archive would take them all in.

use super::cloud::{Cloud, Nearest};
use rayon::prelude::*;

/// The points that stay.
pub(crate) struct Thinned {
    /// The least mean distance, among the points that stay, to the nearest better ones; infinite if no point has enough better ones.
    pub(crate) distance: f64,
    /// Whether each of the points stays.
    pub(crate) stays: Vec<bool>,
}

/// Thins points of `dims` coordinates each, best first and fewer than 2^24, to `count`, which is at least `neighbours`.
pub(crate) fn thin(points: &[f32], dims: usize, neighbours: usize, count: usize) -> Thinned {
    let mut cloud = Cloud::new(dims);
    // Keys fall with the rank.
    let key = |rank: usize| -(rank as f32);
    for (rank, point) in points.chunks(dims).enumerate() {
        cloud.push(point, rank as u32, key(rank));
    }
    cloud.arrange(|_, _| ());
    let look = |(rank, point): (usize, &[f32])| {
        let mut nearest = Nearest::new(neighbours);
        cloud.nearest_of(point, key(rank), |other| (other as usize) < rank, &mut nearest);
        if nearest.len() < neighbours { f64::INFINITY } else { nearest.mean_distance() }
    };
    let distances: Vec<f64> = points.par_chunks(dims).with_min_len(16).enumerate().map(look).collect();
    let mut farthest_first: Vec<usize> = (0..distances.len()).collect();
    farthest_first.sort_unstable_by(|&a, &b| distances[b].total_cmp(&distances[a]).then(a.cmp(&b)));
    let mut stays = vec![false; distances.len()];
    farthest_first.truncate(count);
    farthest_first.iter().for_each(|&rank| stays[rank] = true);
    Thinned { distance: farthest_first.last().map_or(f64::INFINITY, |&rank| distances[rank]), stays }
}
