//! From a scene to pixels: one ray per pixel, and four more at the edges of things. Lines on the ground need no more rays, because the share of
//! a pixel that they cover is computed.

use super::camera::Camera;
use super::palette::displayed;
use super::scene::Scene;
use super::shade::{Light, Shaded, end_of_sight, look};
use crate::image::{Image, Rgb};
use rayon::prelude::*;

/// Positions of the four rays in a pixel at an edge: a rotated square, so that all four differ in x and in y.
const SAMPLES: [(f32, f32); 4] = [(0.375, 0.125), (0.875, 0.375), (0.625, 0.875), (0.125, 0.625)];

/// Width and height (pixels) of blocks of pixels. One march per block finds a distance that is clear of the ground for all its rays.
const BLOCK: usize = 8;

/// Takes a picture of `width` x `height` pixels. The bits are the same for any number of threads.
pub(crate) fn render(scene: &Scene, camera: &Camera, (width, height): (usize, usize)) -> Image {
    let columns = width.div_ceil(BLOCK);
    let clear: Vec<f32> = (0..columns * height.div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| clear(scene, camera, block, columns))
        .collect();
    let see = |pixel: usize, (dx, dy): (f32, f32)| {
        let (x, y) = (pixel % width, pixel / width);
        let direction = camera.ray(x as f32 + dx, y as f32 + dy);
        look(scene, camera, direction, clear[y / BLOCK * columns + x / BLOCK])
    };
    let first: Vec<Shaded> = (0..width * height).into_par_iter().map(|pixel| see(pixel, (0.5, 0.5))).collect();
    let colour = |pixel: usize| -> Rgb {
        if !neighbours(pixel, width, height).any(|other| is_edge(&first[pixel], &first[other])) {
            return displayed(first[pixel].light);
        }
        let mut sum: Light = [0.0; 3];
        for place in SAMPLES {
            let light = see(pixel, place).light;
            // Light above white is clamped first, or else one ray could outshine the others at an edge.
            sum = std::array::from_fn(|i| sum[i] + 0.25 * light[i].min(1.0));
        }
        displayed(sum)
    };
    Image::from_pixels(width, (0..width * height).into_par_iter().map(colour).collect())
}

/// Distance (m) from the camera that is clear of the ground for all rays of a block.
fn clear(scene: &Scene, camera: &Camera, block: usize, columns: usize) -> f32 {
    let middle = |index: usize| (index as f32 + 0.5) * BLOCK as f32;
    let direction = camera.ray(middle(block % columns), middle(block / columns));
    // The distance from the middle of a block to a corner, and a little more for safety.
    let spread = 0.75 * BLOCK as f32 * camera.pixel;
    scene.ground.clear(camera.eye, direction, spread, end_of_sight(camera))
}

/// Whether an edge of a thing, or the border between two things, lies between two neighbouring pixels.
fn is_edge(a: &Shaded, b: &Shaded) -> bool {
    match (&a.hit, &b.hit) {
        (None, None) => false,
        (Some(a), Some(b)) => {
            a.thing != b.thing || a.normal.dot(b.normal) < 0.97 || (a.t - b.t).abs() > 0.1 * a.t.min(b.t)
        }
        _ => true,
    }
}

/// The neighbours of a pixel, up to four.
fn neighbours(pixel: usize, width: usize, height: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (pixel % width, pixel / width);
    let left = (x > 0).then(|| pixel - 1);
    let above = (y > 0).then(|| pixel - width);
    let right = (x + 1 < width).then_some(pixel + 1);
    let below = (y + 1 < height).then_some(pixel + width);
    [left, right, above, below].into_iter().flatten()
}
