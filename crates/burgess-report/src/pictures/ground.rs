//! Where rays hit the ground, found by marching along the distance function that the physics uses.

use super::solid::V;
use burgess_physics::laws::terrain::Terrain;

/// A terrain, and the bounds that make steps along a ray safe.
pub(crate) struct Ground {
    terrain: Terrain<f32>,
    /// No ground is higher than this (m); infinite for slopes.
    top: f32,
    /// No ground is lower than this (m); not used if `top` is infinite.
    bottom: f32,
    /// No ground is steeper than this (rise over run); infinite for walls.
    steepest: f32,
    /// The distance function, multiplied by this factor, is never larger than the true distance.
    safety: f32,
    /// No feature is thinner than this (m): a step of this length can enter a feature, but not pass through it.
    stride: f32,
    /// Longest step along x (m): the distance function of stairs knows only the next riser.
    run: f32,
}

/// Largest number of steps along a ray: more than any ray needs that hits something before it disappears in the haze.
const MAX_STEPS: usize = 400;

impl Ground {
    /// A ground with the coefficients that the physics uses.
    pub(crate) fn new(terrain: &Terrain<f64>) -> Self {
        let terrain = terrain.map(|c| c as f32);
        const ANY: f32 = f32::INFINITY;
        let (top, steepest, safety, stride, run) = match &terrain {
            Terrain::Plane { normal } => (ANY, (normal.z.powi(-2) - 1.0).max(0.0).sqrt(), 1.0, ANY, ANY),
            Terrain::Stairs { rise, run, count, .. } => (rise * count, ANY, 1.0, 0.5 * run, *run),
            Terrain::Bumps(waves) => {
                let length = |k: [f32; 2]| (k[0] * k[0] + k[1] * k[1]).sqrt();
                let top = waves.iter().map(|w| w.amplitude.abs()).sum();
                let slope: f32 = waves.iter().map(|w| w.amplitude.abs() * length(w.k)).sum();
                let shortest = waves.iter().map(|w| length(w.k)).fold(1e-3, f32::max);
                // The height above a slope is at most sqrt(1 + slope^2) times the distance from it.
                (top, slope, (1.0 + slope * slope).sqrt().recip(), 0.8 / shortest, ANY)
            }
            Terrain::Walls(walls) => {
                let top = walls.iter().map(|w| w[4]).fold(0.0, f32::max);
                let thinnest = walls.iter().map(|w| 2.0 * w[2].min(w[3])).fold(ANY, f32::min);
                (top, ANY, 1.0, 0.5 * thinnest, ANY)
            }
        };
        let bottom = if matches!(terrain, Terrain::Bumps(_)) { -top } else { 0.0 };
        Self { terrain, top, bottom, steepest, safety, stride, run }
    }

    /// Distance from the ground (m) and unit normal, as the physics computes them.
    pub(crate) fn distance(&self, p: V) -> (f32, V) {
        self.terrain.distance(p)
    }

    /// Whether the ground is stairs that rise along +x.
    pub(crate) fn is_stairs(&self) -> bool {
        matches!(self.terrain, Terrain::Stairs { .. })
    }

    /// Height of a point between the lowest and the highest ground, 0 to 1. If the ground has no highest point, it is 1.
    pub(crate) fn relief(&self, p: V) -> f32 {
        if self.top.is_finite() {
            ((p.z - self.bottom) / (self.top - self.bottom).max(1e-3)).clamp(0.0, 1.0)
        } else {
            1.0
        }
    }

    /// Whether this point is higher than all ground.
    pub(crate) fn is_above_all(&self, p: V) -> bool {
        p.z > self.top
    }

    /// Whether a part of the ground can cast a shadow on another part.
    pub(crate) fn shades_itself(&self, to_sun: V) -> bool {
        let horizontal = (to_sun.x * to_sun.x + to_sun.y * to_sun.y).sqrt();
        self.steepest * horizontal >= to_sun.z
    }

    /// The distance (m), at most about `end`, up to which a cone of rays does not touch the ground. Its axis is `direction`, and its radius grows by
    /// `spread` for each unit of length.
    pub(crate) fn clear(&self, origin: V, direction: V, spread: f32, end: f32) -> f32 {
        let mut t = 0.0;
        for _ in 0..MAX_STEPS {
            let distance = self.distance(origin + direction * t).0 * self.safety;
            let room = distance - spread * t;
            if room < 0.1 * spread * t + 1e-4 || t > end {
                break;
            }
            // The step is shorter than `room`, because the cone is wider at its end.
            t += (room / (1.0 + spread)).min(self.run / direction.x.abs().max(1e-3));
        }
        t
    }

    /// The distance (m) along a ray at which it hits the ground, between `clear` and `end`. `direction` has length 1.
    pub(crate) fn hit(&self, origin: V, direction: V, clear: f32, end: f32) -> Option<f32> {
        let mut t = self.entry(origin, direction)?.max(clear);
        let mut before = t;
        for _ in 0..MAX_STEPS {
            if t > end {
                return None;
            }
            let (distance, normal) = self.distance(origin + direction * t);
            if distance < 1e-4 * t {
                return Some(if distance < 0.0 { self.bisect(origin, direction, before, t) } else { t });
            }
            before = t;
            t += self.step(distance * self.safety, direction.dot(normal), direction);
        }
        Some(t)
    }

    /// The distance (m) along the ray at which it passes below the top; `None` if it never does.
    fn entry(&self, origin: V, direction: V) -> Option<f32> {
        if origin.z <= self.top {
            Some(0.0)
        } else if direction.z < 0.0 {
            Some((self.top - origin.z) / direction.z)
        } else {
            None
        }
    }

    /// The next step (m). For rays that graze the ground, the tangent plane allows longer steps than the distance. Such a step must not be long enough to
    /// pass through a feature.
    fn step(&self, distance: f32, rise: f32, direction: V) -> f32 {
        let tangent = if rise < -1e-4 { distance / -rise } else { distance };
        let step = distance.max(tangent.min(self.stride));
        step.min(self.run / direction.x.abs().max(1e-3)).max(1e-4)
    }

    /// The surface between a point above it and a point below it.
    fn bisect(&self, origin: V, direction: V, mut above: f32, mut below: f32) -> f32 {
        for _ in 0..16 {
            let middle = 0.5 * (above + below);
            if self.distance(origin + direction * middle).0 > 0.0 { above = middle } else { below = middle }
        }
        above
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::math::vec3;
    use burgess_physics::laws::terrain::{TerrainSpec, Wall};

    fn terrains() -> [TerrainSpec; 5] {
        [
            TerrainSpec::Plane { slope: 0.0 },
            TerrainSpec::Plane { slope: 0.25 },
            TerrainSpec::Stairs { start: 0.5, rise: 0.12, run: 0.3, count: 6 },
            TerrainSpec::Bumps { height: 0.06, wavelength: 0.8 },
            TerrainSpec::Walls(vec![
                Wall { centre: (1.0, 0.3), half: (0.03, 0.5), height: 0.3 },
                Wall { centre: (-0.8, -0.4), half: (0.3, 0.2), height: 0.15 },
            ]),
        ]
    }

    /// The first sign change along a ray, by steps of 0.5 mm.
    fn slow_hit(ground: &Ground, origin: V, direction: V, end: f32) -> Option<f32> {
        (0..(end / 5e-4) as usize).map(|i| i as f32 * 5e-4).find(|&t| ground.distance(origin + direction * t).0 <= 0.0)
    }

    #[test]
    fn rays_hit_the_ground_where_its_distance_first_vanishes() {
        let mut stream = burgess_core::rng::Stream::new(9, 0, 0, burgess_core::rng::Purpose::Test);
        for spec in terrains() {
            let ground = Ground::new(&spec.compile(3));
            let mut missed = 0;
            for _ in 0..300 {
                let mut x = |low, high| stream.range(low, high) as f32;
                let origin = vec3(x(-2.0, 3.0), x(-2.0, 2.0), x(0.9, 1.6));
                let target = vec3(x(-1.0, 2.5), x(-1.0, 1.0), x(-0.1, 0.8));
                let direction = (target - origin).normalised();
                let (fast, slow) = (ground.hit(origin, direction, 0.0, 6.0), slow_hit(&ground, origin, direction, 6.0));
                match (fast, slow) {
                    (Some(a), Some(b)) if (a - b).abs() < 0.01 => {}
                    (None, None) => {}
                    // The ray ends near the surface, or grazes an edge.
                    _ => missed += 1,
                }
            }
            assert!(missed <= 3, "{spec:?}: {missed} of 300 rays differ");
        }
    }

    #[test]
    fn a_cone_stays_clear_of_the_ground() {
        let mut stream = burgess_core::rng::Stream::new(10, 0, 0, burgess_core::rng::Purpose::Test);
        for spec in terrains() {
            let ground = Ground::new(&spec.compile(3));
            for _ in 0..100 {
                let mut x = |low, high| stream.range(low, high) as f32;
                let origin = vec3(x(-2.0, 3.0), x(-2.0, 2.0), x(0.9, 1.6));
                let direction = (vec3(x(-1.0, 2.5), x(-1.0, 1.0), x(-0.1, 0.8)) - origin).normalised();
                let clear = ground.clear(origin, direction, 0.02, 6.0);
                let beside = (direction + vec3(x(-0.01, 0.01), x(-0.01, 0.01), x(-0.01, 0.01))).normalised();
                let hit = slow_hit(&ground, origin, beside, 6.0).unwrap_or(f32::INFINITY);
                assert!(clear <= hit + 1e-3, "{spec:?}: {clear}, {hit}");
            }
        }
    }

    #[test]
    fn a_thin_wall_is_not_passed_through_by_a_grazing_ray() {
        let ground = Ground::new(&terrains()[4].compile(0));
        let direction = vec3(1.0, 0.0, -0.03).normalised();
        let hit = ground.hit(vec3(-0.2, 0.3, 0.1), direction, 0.0, 20.0).unwrap();
        assert!((hit - 1.17).abs() < 0.005, "{hit}");
    }
}
