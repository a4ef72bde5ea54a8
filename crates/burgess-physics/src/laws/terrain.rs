//! Terrains as analytic distance functions: a fixed number of terms whose coefficients are data.
//!
//! [`Terrain::distance`] gives the signed distance of a point from the surface of the ground, negative inside the ground, and the unit
//! normal, which is the direction of the distance's gradient. It is exact for planes, for stairs and for walls that do not overlap;
//! inside overlapping walls it is the depth in the wall that is deepest there. Bumps are a height field h(x, y) whose distance is
//! (z - h) / sqrt(1 + |grad h|^2): exact to first order in the distance, so features must be larger than the links that touch them.
//!
//! [`Terrain::height`] is another thing: how far a point is above the ground straight below it.

use burgess_core::autodiff::{Real, real};
use burgess_core::math::{Vec3, vec3};
use burgess_core::rng::{Purpose, Stream};
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// Plane waves that make up [`TerrainSpec::Bumps`].
pub const WAVES: usize = 8;
/// Most boxes of [`TerrainSpec::Walls`].
pub const MAX_WALLS: usize = 8;

/// Most height of [`TerrainSpec::Bumps`], in wavelengths.
pub const STEEPEST: f64 = 0.3;

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
        /// Standard deviation of the height (m), at most 0.3 wavelengths.
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

impl<T: Real> Wave<T> {
    /// Its angle over a point (rad).
    fn angle(&self, x: Vec3<T>) -> T {
        self.k[0] * x.x + self.k[1] * x.y + self.phase
    }
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
            TerrainSpec::Walls(walls) => Terrain::Walls(without_seams(walls).into_iter().map(Wall::to_array).collect()),
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
                // Steeper hills than that are no longer as far as the law says: it misses by 7 % at 0.03 wavelengths already.
                let gentle =
                    format!("at most {STEEPEST} of the wavelength, above which the ground's law does not hold");
                need(*height <= STEEPEST * wavelength || *height > 1.0, "height", &gentle, *height);
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

    /// How far a point is above the ground straight below it (m), negative inside the ground.
    #[inline]
    pub fn height(&self, x: Vec3<T>) -> T {
        match self {
            Terrain::Plane { normal } => x.z + (normal.x * x.x + normal.y * x.y) / normal.z,
            Terrain::Stairs { start, rise, run, count } => x.z - climbed(*start, *run, *count, x.x) * *rise,
            Terrain::Bumps(waves) => {
                x.z - waves.iter().fold(T::zero(), |h, wave| h + wave.amplitude * wave.angle(x).sin())
            }
            Terrain::Walls(walls) => x.z - walls.iter().fold(T::zero(), |top, wall| top.max(wall_top(wall, x))),
        }
    }

    /// The same ground seen from a place (m) on it: points count from there, at the height that a plane has there and else at zero.
    #[must_use]
    pub fn seen_from(&self, [x, y]: [T; 2]) -> Self {
        match self {
            // It looks the same from everywhere.
            Terrain::Plane { normal } => Terrain::Plane { normal: *normal },
            Terrain::Stairs { start, rise, run, count } => {
                Terrain::Stairs { start: *start - x, rise: *rise, run: *run, count: *count }
            }
            Terrain::Bumps(waves) => {
                // A large phase would cost digits.
                let turn = real::<T>(TAU);
                let phase = |angle: T| angle - (angle / turn).floor() * turn;
                Terrain::Bumps(waves.map(|wave| Wave { phase: phase(wave.angle(vec3(x, y, T::zero()))), ..wave }))
            }
            Terrain::Walls(walls) => {
                Terrain::Walls(walls.iter().map(|&[cx, cy, hx, hy, height]| [cx - x, cy - y, hx, hy, height]).collect())
            }
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

/// Steps that are climbed at this x: 0 before the first riser.
fn climbed<T: Real>(start: T, run: T, count: T, x: T) -> T {
    (((x - start) / run).floor() + T::one()).max(T::zero()).min(count)
}

/// The surface of the stairs is made of treads, risers, and the edges and inner corners between them. A point sees one tread along z and
/// one riser along x. Edges stand on a line at equal distances, and so do inner corners: the nearest one of a line is found by rounding.
fn stairs<T: Real>(start: T, rise: T, run: T, count: T, x: Vec3<T>) -> (T, Vec3<T>) {
    let (zero, one) = (T::zero(), T::one());
    let above_tread = x.z - climbed(start, run, count, x.x) * rise;
    let side = zero.select_gt(above_tread, -one, one);

    // The riser at the height of the point, if there is one: 0 is the first.
    let riser = (x.z / rise).floor();
    let beyond = x.x - (start + riser * run);
    let far = real::<T>(1e6);
    let has_riser = riser.select_gt(real(-0.5), (count - real(0.5)).select_gt(riser, one, zero), zero);
    let to_riser = has_riser.select_gt(real(0.5), beyond.abs(), far);

    // Outside the solid an edge may be nearest, inside an inner corner, which stands a rise below the edge.
    let first_z = side.select_gt(zero, rise, zero);
    let (along_x, along_z) = (x.x - start, x.z - first_z);
    let nearest = ((along_x * run + along_z * rise) / (run * run + rise * rise) + real(0.5)).floor();
    let nearest = nearest.max(zero).min(count - one);
    let (away_x, away_z) = (along_x - nearest * run, along_z - nearest * rise);
    let to_point = (away_x * away_x + away_z * away_z + real(1e-24)).sqrt();

    let tread = (above_tread.abs(), vec3(zero, zero, one));
    let riser = (to_riser, vec3(-one, zero, zero));
    let point = (to_point, vec3(side * away_x / to_point, zero, side * away_z / to_point));
    let (distance, normal) = closer(closer(tread, riser), point);
    (side * distance, normal)
}

/// The height of a wall where the point is above its footprint or inside it (m), 0 elsewhere.
pub(super) fn wall_top<T: Real>(wall: &[T; 5], x: Vec3<T>) -> T {
    let &[cx, cy, hx, hy, height] = wall;
    let beside = ((x.x - cx).abs() - hx).max((x.y - cy).abs() - hy);
    beside.select_gt(T::zero(), T::zero(), height)
}

/// Walls whose union is the same, but none of which ends in a face that another one covers: such a face is not a part of the surface, and a
/// point near it must not be pushed out through it into the other wall. A wall goes on to the far side of what covers its face.
fn without_seams(walls: &[Wall]) -> Vec<Wall> {
    let mut walls = walls.to_vec();
    // Each round a wall may reach one wall further.
    for _ in 0..walls.len() {
        for i in 0..walls.len() {
            for j in (0..walls.len()).filter(|&j| j != i) {
                let cover = walls[j];
                walls[i].go_on_through(&cover);
            }
        }
    }
    walls
}

impl Wall {
    /// `[centre x, centre y, half x, half y, height]`.
    fn to_array(self) -> [f64; 5] {
        [self.centre.0, self.centre.1, self.half.0, self.half.1, self.height]
    }

    /// Goes on to the far side of `cover` where that covers one of this wall's upright faces.
    fn go_on_through(&mut self, cover: &Self) {
        // What is written as a sum of decimal fractions misses by rounding.
        let slack = 1e-9 * (1.0 + self.half.0 + self.half.1);
        let range = |centre: f64, half: f64| (centre - half, centre + half);
        let mut own = [range(self.centre.0, self.half.0), range(self.centre.1, self.half.1)];
        let other = [range(cover.centre.0, cover.half.0), range(cover.centre.1, cover.half.1)];
        if cover.height < self.height {
            return;
        }
        for axis in 0..2 {
            let (across, across_other) = (own[1 - axis], other[1 - axis]);
            if across_other.0 > across.0 + slack || across_other.1 < across.1 - slack {
                continue;
            }
            let (low, high) = other[axis];
            let holds = |face: f64| (low - slack..=high + slack).contains(&face);
            if holds(own[axis].0) {
                own[axis].0 = own[axis].0.min(low);
            }
            if holds(own[axis].1) {
                own[axis].1 = own[axis].1.max(high);
            }
        }
        // A wall that stays as it is keeps its numbers to the bit.
        let changed = |now: (f64, f64), centre: f64, half: f64| now != range(centre, half);
        if changed(own[0], self.centre.0, self.half.0) || changed(own[1], self.centre.1, self.half.1) {
            let middle = |(low, high): (f64, f64)| 0.5 * (low + high);
            let half = |(low, high): (f64, f64)| 0.5 * (high - low);
            (self.centre, self.half) = ((middle(own[0]), middle(own[1])), (half(own[0]), half(own[1])));
        }
    }
}

/// Distance from an upright box that stands on the ground and reaches down without end. The depth of a point in it is that to the air, which
/// there is only above the flat ground.
pub(super) fn upright_box<T: Real>(wall: &[T; 5], x: Vec3<T>) -> (T, Vec3<T>) {
    let &[cx, cy, hx, hy, height] = wall;
    let (zero, one) = (T::zero(), T::one());
    let sign = |v: T| v.select_gt(zero, one, -one);
    let (dx, dy) = (x.x - cx, x.y - cy);
    let q = vec3(dx.abs() - hx, dy.abs() - hy, x.z - height);
    let p = q.map(|c| c.max(zero));
    let outside2 = p.norm_squared();
    let length = (outside2 + real(1e-24)).sqrt();
    let tiny = real(1e-20);
    // Inside, the surface is the top, or the nearest side down to the flat ground: below that, the line where both meet.
    let (side, under) = (q.x.max(q.y), x.z.min(zero));
    let slant = (side * side + under * under + real(1e-24)).sqrt();
    let (sideways, out, up) = (
        zero.select_gt(under, -slant, side),
        zero.select_gt(under, -side / slant, one),
        zero.select_gt(under, -under / slant, zero),
    );
    let inside = q.z.max(sideways);
    let is_top = q.z.select_gt(sideways, one, zero);
    let is_x = q.x.select_gt(q.y, one, zero);
    let face_x = (one - is_top) * is_x * out;
    let face_y = (one - is_top) * (one - is_x) * out;
    let face_z = is_top + (one - is_top) * up;
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
        let angle = wave.angle(x);
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

    /// Distance from the outline of the stairs, drawn as a line from far left to far right; negative below it.
    fn distance_from_outline(&[start, rise, run]: &[f64; 3], count: u32, x: f64, z: f64) -> f64 {
        let mut outline = vec![(-1e3, 0.0)];
        for step in 0..count {
            let riser = start + f64::from(step) * run;
            outline.extend([(riser, f64::from(step) * rise), (riser, f64::from(step + 1) * rise)]);
        }
        outline.push((1e3, f64::from(count) * rise));
        let to_segment = |a: (f64, f64), b: (f64, f64)| {
            let (along, up) = (b.0 - a.0, b.1 - a.1);
            let t = (((x - a.0) * along + (z - a.1) * up) / (along * along + up * up)).clamp(0.0, 1.0);
            (x - a.0 - t * along).hypot(z - a.1 - t * up)
        };
        let nearest = outline.windows(2).map(|ends| to_segment(ends[0], ends[1])).fold(f64::INFINITY, f64::min);
        let steps = (0..count).filter(|&step| x > start + f64::from(step) * run).count();
        if z < steps as f64 * rise { -nearest } else { nearest }
    }

    #[test]
    fn stairs_are_as_far_as_their_outline_inside_and_outside() {
        let mut stream = Stream::new(4, 0, 0, Purpose::Test);
        for _ in 0..4000 {
            let steps = [stream.range(-0.5, 0.5), stream.range(0.02, 0.4), stream.range(0.05, 1.0)];
            let count = 1 + stream.range(0.0, 6.0) as u32;
            let [start, rise, run] = steps;
            let (end, top) = (start + f64::from(count) * run, f64::from(count) * rise);
            let x = vec3(stream.range(-1.0, end + 1.0), stream.range(-1.0, 1.0), stream.range(-0.5, top + 0.5));
            let exact = distance_from_outline(&steps, count, x.x, x.z);
            let spec = TerrainSpec::Stairs { start, rise, run, count };
            let (distance, normal) = spec.compile(0).distance(x);
            assert!((distance - exact).abs() < 1e-9, "{spec:?} at {x:?}: {distance}, not {exact}");
            // The way along the normal ends on the surface.
            let end = x - normal * distance;
            let rest = distance_from_outline(&steps, count, end.x, end.z);
            assert!(rest.abs() < 1e-9, "{spec:?} at {x:?}: {rest} m are left along {normal:?}");
        }
    }

    fn is_solid(walls: &[Wall], x: Vec3<f64>) -> bool {
        let holds =
            |w: &Wall| (x.x - w.centre.0).abs() <= w.half.0 && (x.y - w.centre.1).abs() <= w.half.1 && x.z <= w.height;
        x.z <= 0.0 || walls.iter().any(holds)
    }

    /// Points of the surface of flat ground with walls, at most `gap` apart along each axis.
    fn surface(walls: &[Wall], gap: f64) -> Vec<Vec3<f64>> {
        let steps = |from: f64, to: f64| {
            let count = ((to - from) / gap).ceil().max(1.0);
            (0..=count as usize).map(move |i| from + (to - from) * i as f64 / count)
        };
        let mut points = Vec::new();
        let mut add = |x: Vec3<f64>, normal: Vec3<f64>| {
            if !is_solid(walls, x + normal * 1e-7) {
                points.push(x);
            }
        };
        for x in steps(-2.0, 2.0) {
            steps(-2.0, 2.0).for_each(|y| add(vec3(x, y, 0.0), vec3(0.0, 0.0, 1.0)));
        }
        for w in walls {
            let (left, right) = (w.centre.0 - w.half.0, w.centre.0 + w.half.0);
            let (front, back) = (w.centre.1 - w.half.1, w.centre.1 + w.half.1);
            for x in steps(left, right) {
                steps(front, back).for_each(|y| add(vec3(x, y, w.height), vec3(0.0, 0.0, 1.0)));
                for (y, out) in [(front, -1.0), (back, 1.0)] {
                    steps(0.0, w.height).for_each(|z| add(vec3(x, y, z), vec3(0.0, out, 0.0)));
                }
            }
            for y in steps(front, back) {
                for (x, out) in [(left, -1.0), (right, 1.0)] {
                    steps(0.0, w.height).for_each(|z| add(vec3(x, y, z), vec3(out, 0.0, 0.0)));
                }
            }
        }
        points
    }

    fn wall(centre: (f64, f64), half: (f64, f64), height: f64) -> Wall {
        Wall { centre, half, height }
    }

    #[test]
    fn walls_are_as_far_as_their_surface_inside_and_outside() {
        const GAP: f64 = 0.02;
        let apart = vec![wall((0.5, 0.3), (0.1, 0.5), 0.3), wall((-0.8, -0.4), (0.3, 0.2), 0.15)];
        // A row without gaps, written so that the sums of fractions round; then with a last one that is lower and narrower.
        let row = vec![
            wall((0.1, 0.0), (0.2, 0.3), 0.4),
            wall((0.6, 0.0), (0.3, 0.3), 0.4),
            wall((1.1, 0.0), (0.2, 0.3), 0.4),
        ];
        let mut uneven = row.clone();
        uneven[2] = wall((1.1, 0.1), (0.2, 0.2), 0.3);
        // Below the line where the low wall meets the high one the law takes the longer way of two, not the way to the line.
        for (walls, is_exact) in [(apart, true), (row, true), (uneven, false)] {
            let surface = surface(&walls, GAP);
            let terrain = TerrainSpec::Walls(walls.clone()).compile(0);
            let mut stream = Stream::new(5, 0, 0, Purpose::Test);
            for _ in 0..1000 {
                let x = vec3(stream.range(-1.3, 1.5), stream.range(-0.9, 1.0), stream.range(-0.2, 0.5));
                let nearest = surface.iter().map(|&s| (x - s).norm_squared()).fold(f64::INFINITY, f64::min).sqrt();
                let exact = if is_solid(&walls, x) { -nearest } else { nearest };
                let (distance, normal) = terrain.distance(x);
                if !is_exact && exact < 0.0 {
                    let shortest = exact * if exact < -0.1 { 0.3 } else { 0.7 };
                    let allowed = exact - GAP..shortest + GAP;
                    assert!(allowed.contains(&distance), "{walls:?} at {x:?}: {distance}, not {exact}");
                    continue;
                }
                assert!((distance - exact).abs() < GAP, "{walls:?} at {x:?}: {distance}, not {exact}");
                let beyond = x - normal * (distance - 1e-6);
                let before = x - normal * (distance + 1e-6);
                assert!(!is_solid(&walls, beyond) && is_solid(&walls, before), "{walls:?} at {x:?} along {normal:?}");
            }
        }
    }

    #[test]
    fn one_step_is_the_same_ground_as_a_long_wall() {
        let stairs = TerrainSpec::Stairs { start: 0.25, rise: 0.3, run: 10.0, count: 1 }.compile(0);
        let wall = TerrainSpec::Walls(vec![wall((50.25, 0.0), (50.0, 50.0), 0.3)]).compile(0);
        // A millimetre inside the riser.
        let (distance, normal) = stairs.distance(vec3(0.251, 0.0, 0.02));
        assert!((distance + 0.001).abs() < 1e-12 && normal.x == -1.0, "{distance}, {normal:?}");
        let mut stream = Stream::new(6, 0, 0, Purpose::Test);
        for _ in 0..1000 {
            let x = vec3(stream.range(-1.0, 2.0), stream.range(-1.0, 1.0), stream.range(-0.2, 0.6));
            let ((a, n), (b, m)) = (stairs.distance(x), wall.distance(x));
            assert!((a - b).abs() < 1e-9 && (n - m).norm_squared() < 1e-12, "at {x:?}: {a}, {n:?} and {b}, {m:?}");
        }
    }

    /// Found from the distance alone: the ground below is where the sign changes on the way down.
    #[test]
    fn height_is_over_the_ground_straight_below() {
        let mut stream = Stream::new(8, 0, 0, Purpose::Test);
        for terrain in every_terrain() {
            for _ in 0..300 {
                let x = vec3(stream.range(-2.0, 2.0), stream.range(-1.0, 1.0), stream.range(1.0, 2.0));
                let (mut solid, mut free) = (x.z - 4.0, x.z);
                for _ in 0..60 {
                    let middle = 0.5 * (solid + free);
                    let is_free = terrain.distance(vec3(x.x, x.y, middle)).0 > 0.0;
                    if is_free { free = middle } else { solid = middle }
                }
                let height = terrain.height(x);
                assert!((height - (x.z - free)).abs() < 1e-9, "{terrain:?} at {x:?}: {height}, not {}", x.z - free);
            }
        }
        let slope = TerrainSpec::Plane { slope: 1.0 }.compile(0);
        assert!((slope.height(vec3(0.3, 0.0, 0.84)) - 0.54).abs() < 1e-12);
        // Beside a wall that is nearer than the ground.
        let beside = TerrainSpec::Walls(vec![wall((0.5, 0.0), (0.1, 1.0), 2.0)]).compile(0);
        assert_eq!(beside.height(vec3(0.38, 0.0, 0.45)), 0.45);
        assert_eq!(beside.height(vec3(0.45, 0.0, 2.45)), 0.4500000000000002);
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
