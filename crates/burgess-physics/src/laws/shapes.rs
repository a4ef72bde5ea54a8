//! Where two shapes touch: the gap between them, the normal, and one point for both.
//!
//! Spheres and capsules are segments with a radius around them, the segment of a sphere having no length. Boxes have rounded edges: a core
//! with a radius around it. Each law takes the points that are nearest to each other, or would be, were they not pulled a little towards one
//! end of the segment: parallel capsules have no two nearest points, and those that lie flat on something need two to rest on.

use burgess_core::autodiff::{Real, real};
use burgess_core::math::{Vec3, vec3};

/// How strongly the nearest points of two segments are pulled towards one end, against how strongly they attract each other.
const PULL: f64 = 0.02;
/// What counts as no length (m2), so that nothing is divided by zero.
const NO_LENGTH: f64 = 1e-12;

/// Where two shapes, A and B, touch or would.
#[derive(Clone, Copy, Debug)]
pub struct Touch<T> {
    /// Distance between the surfaces (m), negative where they are inside each other.
    pub gap: T,
    /// Unit vector from B to A.
    pub normal: Vec3<T>,
    /// The point of contact, halfway between the two surfaces (m).
    pub point: Vec3<T>,
}

/// A line between two points with a radius around it: a capsule, or a sphere where `along` is zero.
#[derive(Clone, Copy, Debug)]
pub struct Segment<T> {
    /// One end (m).
    pub from: Vec3<T>,
    /// From that end to the other (m).
    pub along: Vec3<T>,
    /// Radius (m).
    pub radius: T,
}

/// A box with rounded edges: all points that are nearer than the radius to its core.
#[derive(Clone, Copy, Debug)]
pub struct RoundedBox<T> {
    /// Centre (m).
    pub centre: Vec3<T>,
    /// Directions of the edges, unit vectors.
    pub axes: [Vec3<T>; 3],
    /// Half sizes of the core (m).
    pub half: Vec3<T>,
    /// Radius of the edges (m).
    pub radius: T,
}

/// Two segments. `pull` names the end of A that the nearest points are pulled to: 0 or 1, or 0.5 for neither, which is for segments of which
/// one has no length.
///
/// Nearest points of segments: Ericson 2005, "Real-Time Collision Detection", section 5.1.9, here with the pull as a Tikhonov term.
#[inline(always)]
pub fn between_segments<T: Real>(a: &Segment<T>, b: &Segment<T>, pull: T) -> Touch<T> {
    let (d, e, r) = (a.along, b.along, a.from - b.from);
    let (dd, ee, de) = (d.norm_squared(), e.norm_squared(), d.dot(e));
    // B is pulled to the end that is on the same side.
    let cosine = de / (dd * ee + real(NO_LENGTH * NO_LENGTH)).sqrt();
    let side = cosine / (cosine * cosine + real(0.01)).sqrt();
    let half = real::<T>(0.5);
    let pull_b = half + (pull - half) * side;
    let (pulled_d, pulled_e) = (dd * real(1.0 + PULL) + real(NO_LENGTH), ee * real(1.0 + PULL) + real(NO_LENGTH));
    let dr = d.dot(r) - dd * pull * real(PULL);
    let er = e.dot(r) + ee * pull_b * real(PULL);
    let s = clamp01((de * er - dr * pulled_e) / (pulled_d * pulled_e - de * de));
    let t = clamp01((de * s + er) / pulled_e);
    let s = clamp01((de * t - dr) / pulled_d);
    let t = clamp01((de * s + er) / pulled_e);
    let (x, y) = (a.from + d * s, b.from + e * t);
    let apart = x - y;
    let distance = (apart.norm_squared() + real(1e-18)).sqrt();
    let normal = apart * distance.recip();
    let gap = distance - a.radius - b.radius;
    Touch { gap, normal, point: x - normal * (a.radius + gap * half) }
}

/// How far along the segment is the point that is nearest to the box, 0 to 1, with the pull towards `pull`. Exact but for rounding: along
/// the segment, the slope of the squared distance is made of straight pieces.
#[inline(always)]
pub fn share_nearest_to_box<T: Real>(a: &Segment<T>, b: &RoundedBox<T>, pull: T) -> T {
    let (y, d) = (in_axes(b, a.from - b.centre), in_axes(b, a.along));
    let slope = |s: T| slope_to_box(y, d, b.half, pull, s);
    // Where the slope has no kink before it and one after: the last that is below zero, and the first that is above.
    let mut low = (T::zero(), slope(T::zero()));
    let mut high = (T::one(), slope(T::one()));
    for (y, d, half) in [(y.x, d.x, b.half.x), (y.y, d.y, b.half.y), (y.z, d.z, b.half.z)] {
        for side in [-half, half] {
            let steep = (d * d).select_gt(real(NO_LENGTH), d, T::one());
            let s = clamp01((side - y) / steep);
            let g = slope(s);
            let below = T::zero().select_gt(g, s.select_gt(low.0, T::one(), T::zero()), T::zero());
            let above = T::zero().select_gt(g, T::zero(), high.0.select_gt(s, T::one(), T::zero()));
            low = (pick(below, s, low.0), pick(below, g, low.1));
            high = (pick(above, s, high.0), pick(above, g, high.1));
        }
    }
    // Between them it is straight. Beyond the ends there is nothing.
    let rise = (high.1 - low.1).max(real(1e-30));
    let between = low.0 - low.1 * (high.0 - low.0) / rise;
    low.1.select_gt(T::zero(), low.0, T::zero().select_gt(high.1, high.0, between))
}

/// A segment and a box. `share` is what [`share_nearest_to_box`] gives; it is refined by one Newton step, which changes it by no more than
/// rounding, but carries its derivative.
#[inline(always)]
pub fn between_segment_and_box<T: Real>(a: &Segment<T>, b: &RoundedBox<T>, pull: T, share: T) -> Touch<T> {
    let (y, d) = (in_axes(b, a.from - b.centre), in_axes(b, a.along));
    let slope = slope_to_box(y, d, b.half, pull, share);
    let outside = |y: T, half: T, d: T| (y.abs()).select_gt(half, d * d, T::zero());
    let at = y + d * share;
    let bend = outside(at.x, b.half.x, d.x)
        + outside(at.y, b.half.y, d.y)
        + outside(at.z, b.half.z, d.z)
        + d.norm_squared() * real(PULL)
        + real(NO_LENGTH);
    let s = clamp01(share - slope / bend);
    let at = y + d * s;
    // Outside, the nearest point of the core; inside, its nearest face.
    let beyond = at - clamp_to(at, b.half);
    let distance_squared = beyond.norm_squared();
    let is_outside = |yes: T, no: T| distance_squared.select_gt(real(1e-18), yes, no);
    let distance = is_outside(distance_squared, T::one()).sqrt();
    let away = beyond * distance.recip();
    let depth = vec3(at.x.abs() - b.half.x, at.y.abs() - b.half.y, at.z.abs() - b.half.z);
    let sign = |x: T| x.select_gt(T::zero(), T::one(), -T::one());
    let x_before_y = |yes: T, no: T| depth.y.select_gt(depth.x, no, yes);
    let least = x_before_y(depth.x, depth.y);
    let z_is_nearest = |yes: T, no: T| depth.z.select_gt(least, yes, no);
    let face = vec3(
        z_is_nearest(T::zero(), x_before_y(sign(at.x), T::zero())),
        z_is_nearest(T::zero(), x_before_y(T::zero(), sign(at.y))),
        z_is_nearest(sign(at.z), T::zero()),
    );
    let from_core = is_outside(distance, z_is_nearest(depth.z, least));
    let n = vec3(is_outside(away.x, face.x), is_outside(away.y, face.y), is_outside(away.z, face.z));
    let normal = b.axes[0] * n.x + b.axes[1] * n.y + b.axes[2] * n.z;
    let gap = from_core - a.radius - b.radius;
    let x = a.from + a.along * s;
    Touch { gap, normal, point: x - normal * (a.radius + gap * real(0.5)) }
}

/// Half the derivative of the squared distance from the core, and of the pull, along the segment `y + s d`, in the box's axes (m2).
#[inline(always)]
fn slope_to_box<T: Real>(y: Vec3<T>, d: Vec3<T>, half: Vec3<T>, pull: T, s: T) -> T {
    let at = y + d * s;
    (at - clamp_to(at, half)).dot(d) + d.norm_squared() * real(PULL) * (s - pull)
}

#[inline(always)]
fn in_axes<T: Real>(b: &RoundedBox<T>, x: Vec3<T>) -> Vec3<T> {
    vec3(b.axes[0].dot(x), b.axes[1].dot(x), b.axes[2].dot(x))
}

#[inline(always)]
fn clamp_to<T: Real>(x: Vec3<T>, half: Vec3<T>) -> Vec3<T> {
    let clamp = |x: T, half: T| x.min(half).max(-half);
    vec3(clamp(x.x, half.x), clamp(x.y, half.y), clamp(x.z, half.z))
}

#[inline(always)]
fn clamp01<T: Real>(x: T) -> T {
    x.min(T::one()).max(T::zero())
}

/// `yes` where `flag` is 1, `no` where it is 0.
#[inline(always)]
fn pick<T: Real>(flag: T, yes: T, no: T) -> T {
    flag.select_gt(real(0.5), yes, no)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::math::Quat;
    use burgess_core::rng::{Purpose, Stream};

    fn random(rng: &mut Stream, scale: f64) -> Vec3<f64> {
        vec3(rng.range(-scale, scale), rng.range(-scale, scale), rng.range(-scale, scale))
    }

    fn random_box(rng: &mut Stream) -> RoundedBox<f64> {
        let turn = Quat::exp(random(rng, 3.0)).to_matrix();
        let axes = turn.transposed().0;
        let half = vec3(rng.range(0.02, 0.3), rng.range(0.02, 0.3), rng.range(0.02, 0.3));
        RoundedBox { centre: random(rng, 0.3), axes, half, radius: rng.range(0.001, 0.02) }
    }

    /// What the share minimises: half the squared distance from the core, and the pull.
    fn energy(a: &Segment<f64>, b: &RoundedBox<f64>, pull: f64, s: f64) -> f64 {
        let y = in_axes(b, a.from + a.along * s - b.centre);
        let beyond = y - clamp_to(y, b.half);
        0.5 * beyond.norm_squared() + 0.5 * PULL * a.along.norm_squared() * (s - pull) * (s - pull)
    }

    #[test]
    fn the_share_is_that_of_a_fine_search() {
        let mut rng = Stream::new(3, 0, 0, Purpose::Test);
        for case in 0..2000 {
            let b = random_box(&mut rng);
            let along = if case % 5 == 0 { b.axes[case % 3] * rng.range(0.1, 0.5) } else { random(&mut rng, 0.5) };
            let a = Segment { from: random(&mut rng, 0.6), along, radius: 0.02 };
            let pull = [0.0, 1.0, 0.5][case % 3];
            let share = share_nearest_to_box(&a, &b, pull);
            let best = (0..=2000)
                .map(|i| f64::from(i) / 2000.0)
                .min_by(|&s, &t| energy(&a, &b, pull, s).total_cmp(&energy(&a, &b, pull, t)))
                .unwrap();
            assert!(energy(&a, &b, pull, share) <= energy(&a, &b, pull, best) + 1e-12, "{case}: {share}, {best}");
            let refined = between_segment_and_box(&a, &b, pull, share);
            let x = a.from + a.along * share;
            let exact = {
                let y = in_axes(&b, x - b.centre);
                let beyond = (y - clamp_to(y, b.half)).norm_squared().sqrt();
                let inside = (y.x.abs() - b.half.x).max(y.y.abs() - b.half.y).max(y.z.abs() - b.half.z);
                if beyond > 0.0 { beyond } else { inside }
            };
            assert!((refined.gap - (exact - a.radius - b.radius)).abs() < 1e-9, "{case}: {}", refined.gap);
            assert!((refined.normal.norm_squared() - 1.0).abs() < 1e-9);
        }
    }

    /// Without the pull these are the nearest points; with it they are a little further apart, and never nearer.
    #[test]
    fn segments_are_as_far_apart_as_a_fine_search_says() {
        let mut rng = Stream::new(4, 0, 0, Purpose::Test);
        for case in 0..500 {
            let a = Segment { from: random(&mut rng, 0.4), along: random(&mut rng, 0.4), radius: 0.03 };
            let along = if case % 4 == 0 { a.along * rng.range(-1.0, 1.0) } else { random(&mut rng, 0.4) };
            let b = Segment { from: random(&mut rng, 0.4), along, radius: 0.02 };
            let mut nearest = f64::INFINITY;
            for i in 0..=100 {
                let x = a.from + a.along * (f64::from(i) / 100.0);
                let t = ((x - b.from).dot(b.along) / b.along.norm_squared().max(1e-12)).clamp(0.0, 1.0);
                nearest = nearest.min((x - b.from - b.along * t).norm_squared().sqrt());
            }
            let both = [0.0, 1.0].map(|pull| between_segments(&a, &b, pull).gap);
            let exact = nearest - 0.05;
            let length = a.along.norm_squared().max(b.along.norm_squared()).sqrt();
            assert!(both.iter().all(|gap| *gap > exact - 0.01 * length), "{case}: {both:?}, {exact}");
            assert!(both.iter().any(|gap| *gap < exact + 0.15 * length), "{case}: {both:?}, {exact}");
        }
    }

    #[test]
    fn spheres_and_parallel_capsules_touch_where_they_should() {
        let sphere = |x: f64, radius: f64| Segment { from: vec3(x, 0.0, 0.0), along: Vec3::zero(), radius };
        let touch = between_segments(&sphere(0.0, 0.1), &sphere(0.15, 0.1), 0.5);
        assert!((touch.gap + 0.05).abs() < 1e-12 && (touch.normal.x + 1.0).abs() < 1e-12);
        assert!((touch.point.x - 0.075).abs() < 1e-12);
        // Two capsules side by side: one contact at each end.
        let capsule = |y: f64| Segment { from: vec3(0.0, y, 0.0), along: vec3(0.4, 0.0, 0.0), radius: 0.05 };
        let at = [0.0, 1.0].map(|pull| between_segments(&capsule(0.0), &capsule(0.1), pull).point.x);
        assert!(at[0].abs() < 1e-3 && (at[1] - 0.4).abs() < 1e-3, "{at:?}");
    }
}
