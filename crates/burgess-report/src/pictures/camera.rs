//! Where pictures are taken from: beside and a little ahead of the body, at a distance that grows with its size.

use super::ground::Ground;
use super::scene::bounding_sphere;
use super::solid::{Solid, V};
use burgess_core::math::vec3;

/// A pinhole camera.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Camera {
    /// Its position (m).
    pub eye: V,
    forward: V,
    right: V,
    up: V,
    /// Angle between neighbouring pixels in the middle of the picture (rad).
    pub pixel: f32,
    /// Distance from the target (m).
    pub distance: f32,
    middle: (f32, f32),
}

/// Half of the angle that the shorter side of a picture covers (rad).
pub(super) const HALF_ANGLE: f32 = 0.27;

/// Directions from the body to the camera. If the ground is in the way of one, the next one is tried. On stairs, the camera stands behind the body
/// instead of ahead of it, so that it sees the risers.
const VIEWS: [[f64; 3]; 5] =
    [[0.45, -1.0, 0.42], [0.45, 1.0, 0.42], [0.4, -0.9, 0.9], [-0.5, -0.9, 0.8], [0.15, -0.4, 1.2]];

/// The body's bounding sphere, times this factor, fills the shorter side of a picture.
pub(super) const FITTING: f32 = 1.08;

impl Camera {
    /// A camera at the distance `distance` (m) from `target`, in the direction `direction` from it. It looks at `target`; the size of its picture is in
    /// pixels.
    pub(crate) fn new(target: V, direction: V, distance: f32, (width, height): (usize, usize)) -> Self {
        let forward = -direction.normalised();
        let right = forward.cross(vec3(0.0, 0.0, 1.0)).normalised();
        let pixel = 2.0 * libm::tanf(HALF_ANGLE) / width.min(height) as f32;
        Self {
            eye: target - forward * distance,
            forward,
            right,
            up: right.cross(forward),
            pixel,
            distance,
            middle: (0.5 * width as f32, 0.5 * height as f32),
        }
    }

    /// Unit vector from the target to the camera.
    pub(crate) fn direction(&self) -> V {
        -self.forward
    }

    /// Unit vector from the camera through a point of the picture, in pixels from the upper left corner.
    pub(crate) fn ray(&self, x: f32, y: f32) -> V {
        let (along, down) = ((x - self.middle.0) * self.pixel, (y - self.middle.1) * self.pixel);
        (self.forward + self.right * along - self.up * down).normalised()
    }
}

/// Cameras that follow a body over all moments, all from the same direction and distance.
///
/// `window` (s) is the time over which the path of the cameras is smoothed. At 0, the body is in the middle of each picture.
pub(crate) fn follow(ground: &Ground, moments: &[(f64, Vec<Solid>)], window: f64, size: (usize, usize)) -> Vec<Camera> {
    let spheres: Vec<(V, f32)> = moments.iter().map(|(_, solids)| bounding_sphere(solids)).collect();
    let times: Vec<f64> = moments.iter().map(|(time, _)| *time).collect();
    let targets = smoothed(&times, &spheres.iter().map(|s| s.0).collect::<Vec<_>>(), window);
    // The body must stay in the picture also where the smoothed path does not pass through the body's centre.
    let reach = spheres.iter().zip(&targets).map(|(s, &t)| s.1 + (s.0 - t).norm_squared().sqrt()).fold(0.0, f32::max);
    let distance = FITTING * reach / libm::sinf(HALF_ANGLE);
    let direction = free_view(ground, &targets, distance);
    targets.into_iter().map(|target| Camera::new(target, direction, distance, size)).collect()
}

/// The first direction in which the ground never lies between camera and body.
fn free_view(ground: &Ground, targets: &[V], distance: f32) -> V {
    let ahead = if ground.is_stairs() { -1.0 } else { 1.0 };
    let views = VIEWS.map(|[x, y, z]| V::from_f64([ahead * x, y, z]).normalised());
    let free = |view: &V| {
        targets.iter().all(|&target| {
            let eye = target + *view * distance;
            ground.distance(eye).0 > 0.05 * distance
                && ground.hit(eye, -*view, 0.0, 0.9 * distance).is_none_or(|t| t > 0.9 * distance)
        })
    };
    views.into_iter().find(free).unwrap_or(views[VIEWS.len() - 1])
}

/// For each moment, the mean over the window around it. Near both ends of the path, the window shrinks symmetrically.
fn smoothed(times: &[f64], points: &[V], window: f64) -> Vec<V> {
    let (Some(&start), Some(&end)) = (times.first(), times.last()) else { return Vec::new() };
    times
        .iter()
        .map(|&time| {
            let half = (0.5 * window).min(time - start).min(end - time) + 1e-9;
            let near = times.iter().zip(points).filter(|(t, _)| (**t - time).abs() <= half);
            let (count, sum) = near.fold((0.0, V::zero()), |(count, sum), (_, &p)| (count + 1.0, sum + p));
            sum * f32::recip(count)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::table;
    use super::*;
    use burgess_physics::laws::terrain::{TerrainSpec, Wall};

    #[test]
    fn the_middle_of_the_picture_is_the_target_and_forward_is_to_the_right() {
        let camera = Camera::new(vec3(1.0, 2.0, 0.5), V::from_f64(VIEWS[0]), 3.0, (400, 300));
        let at = camera.eye + camera.ray(200.0, 150.0) * 3.0;
        assert!((at - vec3(1.0, 2.0, 0.5)).norm_squared() < 1e-9);
        assert!(camera.ray(300.0, 150.0).x > camera.ray(100.0, 150.0).x);
        assert!(camera.ray(200.0, 50.0).z > camera.ray(200.0, 250.0).z);
    }

    fn solids() -> Vec<Solid> {
        let (model, poses) = table();
        model.colliders.iter().map(|c| Solid::new(&c.shape, poses[c.link], [1.0; 3])).collect()
    }

    #[test]
    fn the_whole_creature_is_in_the_picture() {
        let ground = Ground::new(&TerrainSpec::default().compile(0));
        let camera = follow(&ground, &[(0.0, solids())], 0.0, (400, 300))[0];
        for solid in solids() {
            let x = solid.centre - camera.eye;
            let depth = x.dot(camera.forward);
            let (along, down) = (x.dot(camera.right) / depth / camera.pixel, x.dot(camera.up) / depth / camera.pixel);
            let reach = solid.reach / depth / camera.pixel;
            assert!(along.abs() + reach < 200.0 && down.abs() + reach < 150.0, "{along}, {down}, {reach}");
        }
    }

    #[test]
    fn a_wall_in_the_way_is_looked_around() {
        let wall = Wall { centre: (0.5, -1.5), half: (3.0, 0.1), height: 3.0 };
        let ground = Ground::new(&TerrainSpec::Walls(vec![wall]).compile(0));
        let camera = follow(&ground, &[(0.0, solids())], 0.0, (400, 300))[0];
        assert!(camera.eye.y > 0.0, "{:?}", camera.eye);
    }

    #[test]
    fn smoothing_keeps_a_straight_path() {
        let times: Vec<f64> = (0..21).map(|i| 0.05 * f64::from(i)).collect();
        let points: Vec<V> = times.iter().map(|&t| vec3(2.0 * t as f32, 0.0, 1.0)).collect();
        for (a, b) in smoothed(&times, &points, 0.4).iter().zip(&points) {
            assert!((*a - *b).norm_squared() < 1e-9, "{a:?}, {b:?}");
        }
    }
}
