//! Terrains as analytic distance functions: a fixed number of terms whose coefficients are data.
//!
//! [`Terrain::distance`] gives the distance of a point from the ground, positive above it, and the unit normal, which is the
//! direction of the distance's gradient. Planes, stairs and walls are exact distances where the nearest feature is unique.
//! Bumps are a height field h(x, y) whose distance is (z - h) / sqrt(1 + |grad h|^2): exact to first order in the distance,
//! so features must be larger than the links that touch them.

use burgess_core::autodiff::{Real, real};
use burgess_core::math::{Vec3, vec3};
use burgess_core::rng::{Purpose, Stream};
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// Plane waves that make up [`TerrainSpec::Bumps`].
pub const WAVES: usize = 8;
/// Most boxes of [`TerrainSpec::Walls`].
pub const MAX_WALLS: usize = 8;

/// The ground, as an experiment file states it. Creatures start at the origin and look along +x.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum TerrainSpec {
    /// A plane through the origin.
    Plane {
        /// Rise over run along +x.
        #[serde(default)]
        slope: f64,
    },
    /// Flat ground, then equal steps up along +x, then flat again.
    Stairs {
        /// Where the first riser stands (m).
        start: f64,
        /// Height of a step (m).
        rise: f64,
        /// Depth of a step (m).
        run: f64,
        /// Number of steps.
        count: u32,
    },
    /// Smooth random hills: the sum of eight plane waves drawn from the experiment's seed.
    Bumps {
        /// Standard deviation of the height (m).
        height: f64,
        /// Shortest wavelength (m); the longest is twice that.
        wavelength: f64,
    },
    /// Flat ground with upright boxes.
    Walls(Vec<Wall>),
}

/// An upright box on flat ground.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wall {
    /// Centre of the footprint (m).
    pub centre: (f64, f64),
    /// Half sizes of the footprint (m).
    pub half: (f64, f64),
    /// Height (m).
    pub height: f64,
}

impl Default for TerrainSpec {
    fn default() -> Self {
        TerrainSpec::Plane { slope: 0.0 }
    }
}

/// One plane wave of a height field: `amplitude * sin(k . (x, y) + phase)`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wave<T> {
    /// Amplitude (m).
    pub amplitude: T,
    /// Wave vector (rad/m).
    pub k: [T; 2],
    /// Phase (rad).
    pub phase: T,
}

/// The coefficients of a terrain, over the scalar of the simulation.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // the fields are those of the specification
pub enum Terrain<T> {
    Plane {
        normal: Vec3<T>,
    },
    Stairs {
        start: T,
        rise: T,
        run: T,
        count: T,
    },
    Bumps([Wave<T>; WAVES]),
    /// `[centre x, centre y, half x, half y, height]` of each wall.
    Walls(Vec<[T; 5]>),
}

impl TerrainSpec {
    /// The coefficients; random ones depend on `seed` alone.
    pub fn compile(&self, seed: u64) -> Terrain<f64> {
        match self {
            TerrainSpec::Plane { slope } => Terrain::Plane { normal: vec3(-slope, 0.0, 1.0).normalised() },
            TerrainSpec::Stairs { start, rise, run, count } => {
                Terrain::Stairs { start: *start, rise: *rise, run: *run, count: f64::from(*count) }
            }
            TerrainSpec::Bumps { height, wavelength } => {
                let mut stream = Stream::new(seed, 0, 0, Purpose::Terrain);
                Terrain::Bumps(std::array::from_fn(|_| {
                    let k = TAU / (wavelength * stream.range(1.0, 2.0));
                    let direction = stream.range(0.0, TAU);
                    Wave {
                        // Waves add in power, and a sine's mean square is half its squared amplitude.
                        amplitude: height * (2.0 / WAVES as f64).sqrt(),
                        k: [k * libm::cos(direction), k * libm::sin(direction)],
                        phase: stream.range(0.0, TAU),
                    }
                }))
            }
            TerrainSpec::Walls(walls) => {
                Terrain::Walls(walls.iter().map(|w| [w.centre.0, w.centre.1, w.half.0, w.half.1, w.height]).collect())
            }
        }
    }

    /// What is wrong with the numbers: (field, what is allowed and what came).
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        let mut need = |ok: bool, field: &str, allowed: &str, came: f64| {
            if !ok {
                problems.push((field.to_owned(), format!("must be {allowed}, is {came}")));
            }
        };
        let positive = |x: f64| x.is_finite() && x > 0.0;
        match self {
            TerrainSpec::Plane { slope } => need(slope.abs() <= 2.0, "slope", "from -2 to 2", *slope),
            TerrainSpec::Stairs { start, rise, run, count } => {
                need(start.is_finite(), "start", "a finite number (m)", *start);
                need(positive(*rise), "rise", "a finite number above 0 m", *rise);
                need(positive(*run), "run", "a finite number above 0 m", *run);
                need((1..=1000).contains(count), "count", "from 1 to 1000", f64::from(*count));
            }
            TerrainSpec::Bumps { height, wavelength } => {
                need(*height >= 0.0 && *height <= 1.0, "height", "from 0 to 1 m", *height);
                need(*wavelength >= 0.1 && *wavelength <= 100.0, "wavelength", "from 0.1 to 100 m", *wavelength);
            }
            TerrainSpec::Walls(walls) => {
                need(walls.len() <= MAX_WALLS, "Walls", &format!("at most {MAX_WALLS} walls"), walls.len() as f64);
                for (i, w) in walls.iter().enumerate() {
                    let finite = w.centre.0.is_finite() && w.centre.1.is_finite();
                    need(finite, &format!("Walls[{i}].centre"), "finite (m)", w.centre.0 + w.centre.1);
                    need(positive(w.half.0), &format!("Walls[{i}].half[0]"), "a finite number above 0 m", w.half.0);
                    need(positive(w.half.1), &format!("Walls[{i}].half[1]"), "a finite number above 0 m", w.half.1);
                    need(positive(w.height), &format!("Walls[{i}].height"), "a finite number above 0 m", w.height);
                }
            }
        }
        problems
    }
}

impl<T: Real> Terrain<T> {
    /// Distance (m, positive above the ground) and unit normal at a point.
    #[inline]
    pub fn distance(&self, x: Vec3<T>) -> (T, Vec3<T>) {
        match self {
            Terrain::Plane { normal } => (normal.dot(x), *normal),
            Terrain::Stairs { start, rise, run, count } => stairs(*start, *rise, *run, *count, x),
            Terrain::Bumps(waves) => bumps(waves, x),
            Terrain::Walls(walls) => walls.iter().fold((x.z, vec3(T::zero(), T::zero(), T::one())), |nearest, wall| {
                closer(nearest, upright_box(wall, x))
            }),
        }
    }

    /// The same terrain over another scalar.
    pub fn map<U: Real>(&self, mut f: impl FnMut(T) -> U) -> Terrain<U> {
        match self {
            Terrain::Plane { normal } => Terrain::Plane { normal: normal.map(f) },
            Terrain::Stairs { start, rise, run, count } => {
                Terrain::Stairs { start: f(*start), rise: f(*rise), run: f(*run), count: f(*count) }
            }
            Terrain::Bumps(waves) => {
                Terrain::Bumps(waves.map(|w| Wave { amplitude: f(w.amplitude), k: w.k.map(&mut f), phase: f(w.phase) }))
            }
            Terrain::Walls(walls) => Terrain::Walls(walls.iter().map(|w| w.map(&mut f)).collect()),
        }
    }
}

/// The nearer of two features.
fn closer<T: Real>(a: (T, Vec3<T>), b: (T, Vec3<T>)) -> (T, Vec3<T>) {
    let pick = |x: T, y: T| a.0.select_gt(b.0, y, x);
    (pick(a.0, b.0), vec3(pick(a.1.x, b.1.x), pick(a.1.y, b.1.y), pick(a.1.z, b.1.z)))
}

/// Only the tread below the point and the next riser can be nearest to something that touches the stairs; for points further away
/// than a step the distance may be too large, never too small where it matters for contact.
fn stairs<T: Real>(start: T, rise: T, run: T, count: T, x: Vec3<T>) -> (T, Vec3<T>) {
    let (zero, one) = (T::zero(), T::one());
    // Steps already climbed at this x: 0 before the first riser.
    let climbed = (((x.x - start) / run).floor() + one).max(zero).min(count);
    let tread = (x.z - climbed * rise, vec3(zero, zero, one));
    // The next step fills the quarter space beyond its riser and below its tread. The last has none: far away.
    let next = climbed.min(count - one);
    let ahead = start + next * run - x.x;
    let above = x.z - (next + one) * rise;
    let (corner, away, up) = quarter(ahead, above);
    let far = real::<T>(1e6);
    let corner = (count - real(0.5)).select_gt(climbed, corner, far);
    closer(tread, (corner, vec3(-away, zero, up)))
}

/// Distance from the quarter plane {a <= 0, b <= 0} and its gradient along a and b.
fn quarter<T: Real>(a: T, b: T) -> (T, T, T) {
    let zero = T::zero();
    let (pa, pb) = (a.max(zero), b.max(zero));
    let outside2 = pa * pa + pb * pb;
    // Inside the distance is the larger (nearer to zero) of the two, outside the length of the positive parts.
    let length = (outside2 + real(1e-24)).sqrt();
    let inside = a.max(b);
    let tiny = real(1e-20);
    let a_side = a.select_gt(b, T::one(), zero);
    (
        outside2.select_gt(tiny, length, inside),
        outside2.select_gt(tiny, pa / length, a_side),
        outside2.select_gt(tiny, pb / length, T::one() - a_side),
    )
}

/// Distance from an upright box that stands on the ground and reaches down without end.
pub(super) fn upright_box<T: Real>(wall: &[T; 5], x: Vec3<T>) -> (T, Vec3<T>) {
    let &[cx, cy, hx, hy, height] = wall;
    let (zero, one) = (T::zero(), T::one());
    let sign = |v: T| v.select_gt(zero, one, -one);
    let (dx, dy) = (x.x - cx, x.y - cy);
    let q = vec3(dx.abs() - hx, dy.abs() - hy, x.z - height);
    let p = q.map(|c| c.max(zero));
    let outside2 = p.norm_squared();
    let length = (outside2 + real(1e-24)).sqrt();
    let inside = q.x.max(q.y).max(q.z);
    let tiny = real(1e-20);
    // Inside, the gradient points out of the nearest face.
    let face_z = q.z.select_gt(q.x.max(q.y), one, zero);
    let face_x = (one - face_z) * q.x.select_gt(q.y, one, zero);
    let face_y = one - face_z - face_x;
    let pick = |outer: T, inner: T| outside2.select_gt(tiny, outer / length, inner);
    let normal = vec3(sign(dx) * pick(p.x, face_x), sign(dy) * pick(p.y, face_y), pick(p.z, face_z));
    (outside2.select_gt(tiny, length, inside), normal)
}

fn bumps<T: Real>(waves: &[Wave<T>; WAVES], x: Vec3<T>) -> (T, Vec3<T>) {
    let zero = T::zero();
    let (mut h, mut gx, mut gy) = (zero, zero, zero);
    let (mut hxx, mut hxy, mut hyy) = (zero, zero, zero);
    for wave in waves {
        let [kx, ky] = wave.k;
        let angle = kx * x.x + ky * x.y + wave.phase;
        let s = wave.amplitude * angle.sin();
        let c = wave.amplitude * angle.cos();
        h += s;
        gx += c * kx;
        gy += c * ky;
        hxx -= s * kx * kx;
        hxy -= s * kx * ky;
        hyy -= s * ky * ky;
    }
    let above = x.z - h;
    let g = (T::one() + gx * gx + gy * gy).sqrt().recip();
    // Gradient of (z - h) g, with grad g = -g^3 Hess(h) grad(h).
    let bend = above * g * g * g;
    let nx = -gx * g - bend * (hxx * gx + hxy * gy);
    let ny = -gy * g - bend * (hxy * gx + hyy * gy);
    (above * g, vec3(nx, ny, g).normalised())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_terrain() -> Vec<Terrain<f64>> {
        let walls = vec![
            Wall { centre: (1.0, 0.3), half: (0.1, 0.5), height: 0.3 },
            Wall { centre: (-0.8, -0.4), half: (0.3, 0.2), height: 0.15 },
        ];
        [
            TerrainSpec::Plane { slope: 0.3 },
            TerrainSpec::Stairs { start: 0.4, rise: 0.1, run: 0.3, count: 4 },
            TerrainSpec::Bumps { height: 0.05, wavelength: 1.0 },
            TerrainSpec::Walls(walls),
        ]
        .map(|spec| spec.compile(7))
        .into()
    }

    /// Kinks (ridges, inner corners) are stepped over: there the one-sided differences disagree.
    #[test]
    fn normal_is_the_direction_of_the_gradient_and_the_distance_is_near_unit_speed() {
        let h = 1e-6;
        for terrain in every_terrain() {
            let mut stream = Stream::new(1, 0, 0, Purpose::Test);
            let mut checked = 0;
            for _ in 0..2000 {
                let x = vec3(stream.range(-2.0, 2.0), stream.range(-1.5, 1.5), stream.range(-0.05, 0.5));
                let (d, n) = terrain.distance(x);
                let axes = [vec3(h, 0.0, 0.0), vec3(0.0, h, 0.0), vec3(0.0, 0.0, h)];
                let forward = axes.map(|a| (terrain.distance(x + a).0 - d) / h);
                let backward = axes.map(|a| (d - terrain.distance(x - a).0) / h);
                if (0..3).any(|i| (forward[i] - backward[i]).abs() > 1e-3) {
                    continue;
                }
                checked += 1;
                let gradient = vec3(
                    0.5 * (forward[0] + backward[0]),
                    0.5 * (forward[1] + backward[1]),
                    0.5 * (forward[2] + backward[2]),
                );
                assert!((n.norm_squared() - 1.0).abs() < 1e-12, "{terrain:?} at {x:?}: normal {n:?} is not unit");
                let direction = gradient.normalised();
                assert!((direction - n).norm_squared() < 1e-12, "{terrain:?} at {x:?}: {n:?} against {direction:?}");
                let speed = gradient.norm_squared().sqrt();
                let exact = !matches!(terrain, Terrain::Bumps(_));
                assert!((speed - 1.0).abs() < if exact { 1e-6 } else { 0.2 }, "{terrain:?} at {x:?}: speed {speed}");
            }
            assert!(checked > 1900, "{terrain:?}: only {checked} points were away from kinks");
        }
    }

    #[test]
    fn stairs_have_the_height_of_their_treads() {
        let stairs = TerrainSpec::Stairs { start: 1.0, rise: 0.1, run: 0.3, count: 3 }.compile(0);
        for (x, top) in [(-5.0, 0.0), (0.5, 0.0), (1.15, 0.1), (1.45, 0.2), (1.75, 0.3), (50.0, 0.3)] {
            let (d, n) = stairs.distance(vec3(x, 0.0, top + 0.02));
            assert!((d - 0.02).abs() < 1e-12 && n.z == 1.0, "at x = {x}: {d}, {n:?}");
        }
        // In front of the second riser the riser is nearest.
        let (d, n) = stairs.distance(vec3(1.29, 0.0, 0.15));
        assert!((d - 0.01).abs() < 1e-12 && n.x == -1.0, "{d}, {n:?}");
    }

    #[test]
    fn bumps_depend_on_the_seed_and_have_the_stated_height() {
        let spec = TerrainSpec::Bumps { height: 0.05, wavelength: 0.7 };
        let height = |terrain: &Terrain<f64>, x: f64, y: f64| {
            // Newton on the distance along z.
            (0..20).fold(0.0, |z, _| z - terrain.distance(vec3(x, y, z)).0)
        };
        let (a, b) = (spec.compile(1), spec.compile(2));
        assert_ne!(height(&a, 0.3, 0.2), height(&b, 0.3, 0.2));
        let mut stream = Stream::new(3, 0, 0, Purpose::Test);
        let n = 4000;
        let square: f64 =
            (0..n).map(|_| height(&a, stream.range(-20.0, 20.0), stream.range(-20.0, 20.0)).powi(2)).sum();
        let deviation = (square / f64::from(n)).sqrt();
        assert!((deviation - 0.05).abs() < 0.005, "{deviation}");
    }
}
