//! Thinning: which elites of an unstructured archive stay when there are too many, and at what distance from each other.
//!
//! For a given distance the archive is built again, best reward first: whoever finds fewer than k others, or has a mean distance of at
//! least the given one to its k nearest, stays. The distance is raised in growing steps until few enough stay, and if a step was
//! too long it is halved. The aim is a little below the size, so that the archive need not be thinned again at once.

use super::cloud::{Cloud, Nearest};
use rayon::prelude::*;

/// Share of the size below which it is worth looking for a shorter distance.
const ENOUGH: f64 = 0.9;

/// First step, relative to the distance; each one is twice as long as the one before.
const STEP: f64 = 0.02;

/// Most halvings of a step that was too long.
const HALVINGS: usize = 6;

/// Distance to begin with where elites are on top of each other, in units of the descriptors' ranges.
const SHORTEST: f64 = 1e-6;

/// Points that are looked at together.
const TOGETHER: usize = 256;

/// Who stays.
pub struct Thinned {
    /// The distance at which that is so, greater than the one before.
    pub distance: f64,
    /// Whether each of the points stays.
    pub stays: Vec<bool>,
    count: usize,
}

/// Thins points of `dims` coordinates each, the most important first, to at most `size`, which is above `neighbours`.
pub fn thin(points: &[f32], dims: usize, neighbours: usize, size: usize, distance: f64) -> Thinned {
    let at = |distance| build(points, dims, neighbours, distance);
    let mut low = if distance > 0.0 { distance } else { usual_distance(points, dims, neighbours, size) };
    let mut step = STEP;
    let mut best = loop {
        let tried = at(low * (1.0 + step));
        if tried.count <= size {
            break tried;
        }
        (low, step) = (tried.distance, 2.0 * step);
    };
    for _ in 0..HALVINGS {
        if best.count as f64 >= ENOUGH * size as f64 {
            break;
        }
        let tried = at(0.5 * (low + best.distance));
        if tried.count > size {
            low = tried.distance;
        } else {
            best = tried;
        }
    }
    best
}

/// Who stays at a given distance.
fn build(points: &[f32], dims: usize, neighbours: usize, distance: f64) -> Thinned {
    let mut cloud = Cloud::new(dims);
    let mut stays = Vec::with_capacity(points.len() / dims);
    for together in points.chunks(TOGETHER * dims) {
        if cloud.is_in_disorder() {
            cloud.arrange(|_, _| ());
        }
        cloud.seal();
        let since = cloud.blocks();
        let look = |point: &[f32]| {
            let mut nearest = Nearest::new(neighbours);
            cloud.nearest(point, &mut nearest);
            nearest
        };
        let looked: Vec<Nearest> = together.par_chunks(dims).with_min_len(8).map(look).collect();
        for (point, mut nearest) in together.chunks(dims).zip(looked) {
            cloud.nearest_in(since..cloud.blocks(), point, &mut nearest);
            let stay = nearest.len() < neighbours || nearest.mean_distance() >= distance;
            if stay {
                cloud.push(point, stays.len() as u32, 0.0);
            }
            stays.push(stay);
        }
    }
    Thinned { distance, count: stays.iter().filter(|&&stay| stay).count(), stays }
}

/// The mean distance to its neighbours that as many points fall short of as have to go.
fn usual_distance(points: &[f32], dims: usize, neighbours: usize, size: usize) -> f64 {
    let mut cloud = Cloud::new(dims);
    for (name, point) in points.chunks(dims).enumerate() {
        cloud.push(point, name as u32, 0.0);
    }
    cloud.arrange(|_, _| ());
    let look = |(name, point): (usize, &[f32])| {
        let mut nearest = Nearest::new(neighbours);
        cloud.nearest_of(point, f32::NEG_INFINITY, |other| other as usize != name, &mut nearest);
        nearest.mean_distance()
    };
    let mut distances: Vec<f64> = points.par_chunks(dims).enumerate().map(look).collect();
    distances.sort_by(f64::total_cmp);
    distances[(distances.len() - size).min(distances.len() - 1)].max(SHORTEST)
}
