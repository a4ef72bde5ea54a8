//! Light and surfaces: a soft sun, a bright sky that is dimmer where surroundings are near, and lines on the ground that show the scale.

use super::camera::Camera;
use super::ground::Ground;
use super::scene::{Hit, Scene, Thing};
use super::solid::V;
use burgess_core::math::vec3;

/// Red, green and blue in linear light.
pub(crate) type Light = [f32; 3];

/// Distance between the faint lines on the ground (m).
pub(crate) const FINE_GRID: f32 = 0.2;
/// Distance between the strong lines (m).
pub(crate) const COARSE_GRID: f32 = 1.0;

/// Direction to the sun, of length 1. The sun stands ahead, so that stairs that rise ahead cast shadows on the treads below.
pub(super) const TO_SUN: V = vec3(0.48, -0.36, 0.8);
pub(super) const SUN: Light = [1.00, 0.93, 0.84];
pub(super) const SKY: Light = [0.50, 0.54, 0.60];

pub(super) const LOW_GROUND: Light = [0.485, 0.505, 0.520];
pub(super) const HIGH_GROUND: Light = [0.690, 0.672, 0.625];
pub(super) const FINE_LINE: Light = [0.434, 0.434, 0.423];
pub(super) const COARSE_LINE: Light = [0.162, 0.168, 0.188];
pub(super) const START_LINE: Light = [0.552, 0.076, 0.021];
pub(super) const HORIZON: Light = [0.855, 0.888, 0.922];
pub(super) const ZENITH: Light = [0.392, 0.552, 0.761];

/// What is seen along a ray.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shaded {
    /// Its colour.
    pub light: Light,
    /// What the ray hits; `None` for the sky.
    pub hit: Option<Hit>,
}

/// Distance (m) beyond which everything disappears in the haze.
pub(crate) fn end_of_sight(camera: &Camera) -> f32 {
    30.0 * camera.distance
}

/// What the camera sees in the direction of a unit vector. The caller knows that the ground is further away than `clear` (m).
pub(crate) fn look(scene: &Scene, camera: &Camera, direction: V, clear: f32) -> Shaded {
    let end = end_of_sight(camera);
    let hit = scene.hit(camera.eye, direction, clear, end);
    let light = match &hit {
        None => sky(direction),
        Some(hit) => {
            let depth = hit.t / (0.35 * end);
            mix(surface(scene, camera, direction, hit), sky(direction), 1.0 - libm::expf(-depth * depth))
        }
    };
    Shaded { light, hit }
}

fn surface(scene: &Scene, camera: &Camera, direction: V, hit: &Hit) -> Light {
    let facing = hit.normal.dot(TO_SUN).max(0.0);
    // The ray to the sun begins a little above the surface, or else the surface would shade itself.
    let outside = hit.at + hit.normal * (1e-3 * camera.distance);
    let sun = if facing > 0.0 { facing * scene.sunlight(outside, TO_SUN) } else { 0.0 };
    let open = scene.openness(hit.at, hit.normal);
    // A wall sees only half of the sky, but also light from the ground.
    let sky = open * (0.65 + 0.35 * hit.normal.z);
    let (colour, shine) = match hit.thing {
        Thing::Solid(solid) => {
            let halfway = (TO_SUN - direction).normalised();
            (scene.solids[solid].colour, 0.25 * sun * libm::powf(hit.normal.dot(halfway).max(0.0), 40.0))
        }
        Thing::Ground => (ground_colour(scene.ground, camera, direction, hit), 0.0),
    };
    std::array::from_fn(|i| colour[i] * (SUN[i] * sun + SKY[i] * sky) + shine)
}

fn sky(direction: V) -> Light {
    let height = direction.z.clamp(0.0, 0.6) / 0.6;
    mix(HORIZON, ZENITH, height)
}

/// The colour of the ground: pale, darker where it is low, and with lines. The line x = 0, where bodies start, has a colour of its own.
fn ground_colour(ground: &Ground, camera: &Camera, direction: V, hit: &Hit) -> Light {
    let n = hit.normal;
    // Lines mark the two coordinates that are not normal to the surface.
    let [u, v] = if n.z.abs() > 0.6 {
        [Axis::X, Axis::Y]
    } else if n.x.abs() > n.y.abs() {
        [Axis::Y, Axis::Z]
    } else {
        [Axis::X, Axis::Z]
    };
    let lines = |spacing: f32, width: f32| {
        let along = |axis: Axis| stripes(axis.of(hit.at), spacing, width, footprint(camera, direction, hit, axis));
        along(u).max(along(v))
    };
    let pale = mix(LOW_GROUND, HIGH_GROUND, ground.relief(hit.at));
    let fine = mix(pale, FINE_LINE, 0.7 * lines(FINE_GRID, 0.006));
    let coarse = mix(fine, COARSE_LINE, 0.9 * lines(COARSE_GRID, 0.016));
    let start = if u == Axis::X && hit.at.x.abs() < 0.5 * COARSE_GRID {
        stripes(hit.at.x, COARSE_GRID, 0.03, footprint(camera, direction, hit, Axis::X))
    } else {
        0.0
    };
    mix(coarse, START_LINE, start)
}

#[derive(Clone, Copy, PartialEq)]
enum Axis {
    X,
    Y,
    Z,
}

impl Axis {
    fn of(self, v: V) -> f32 {
        match self {
            Axis::X => v.x,
            Axis::Y => v.y,
            Axis::Z => v.z,
        }
    }
}

/// Length (m) of the part of a surface that a pixel sees, along an axis.
fn footprint(camera: &Camera, direction: V, hit: &Hit, axis: Axis) -> f32 {
    let across = hit.t * camera.pixel;
    // At a grazing angle, the picture of a surface is compressed along the direction of view.
    let slant = direction.dot(hit.normal).abs().max(0.02);
    let in_plane = direction - hit.normal * direction.dot(hit.normal);
    across * (1.0 + axis.of(in_plane).abs() * (slant.recip() - 1.0))
}

/// The share of a pixel that lies on lines at multiples of `spacing`, each `width` thick (m). It fades to 0 where the lines are too dense to see.
fn stripes(x: f32, spacing: f32, width: f32, footprint: f32) -> f32 {
    let from_line = (x - (x / spacing).round() * spacing).abs();
    let half = 0.5 * footprint;
    let covered = (from_line + half).min(0.5 * width) - (from_line - half).max(-0.5 * width);
    let fade = ((spacing / footprint - 1.5) / 3.0).clamp(0.0, 1.0);
    fade * (covered / footprint).clamp(0.0, 1.0)
}

fn mix(a: Light, b: Light, share: f32) -> Light {
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripes_cover_their_share_at_every_footprint() {
        for footprint in [0.001, 0.004, 0.02] {
            let n = 20_000;
            let mean: f32 =
                (0..n).map(|i| stripes(3.0 * i as f32 / n as f32, 0.2, 0.01, footprint)).sum::<f32>() / n as f32;
            assert!((mean - 0.05).abs() < 0.002, "{footprint}: {mean}");
        }
        assert_eq!(stripes(0.0, 0.2, 0.01, 0.5), 0.0, "too dense to see");
    }
}
