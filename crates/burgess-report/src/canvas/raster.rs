//! Area coverage: the exact share of each pixel that a shape covers, as antialiasing needs it.
//!
//! `ab_glyph_rasterizer` computes it for shapes that lie inside its grid. This module gives it a grid of the size of each shape, so that a small
//! shape on a large picture costs little, and cuts off what lies outside the picture.

use crate::polygon::{Point, clipped};
use ab_glyph_rasterizer::{Rasterizer, point};

/// Coverage below this is rounding error.
const LEAST: f32 = 1e-4;

/// Collects polygons, then computes the coverage of their union.
///
/// Polygons that overlap and have the same orientation count once: a thick line may be drawn as a chain of overlapping rectangles.
#[derive(Debug)]
pub(crate) struct Raster {
    width: usize,
    height: usize,
    /// The shape so far: polygons in pixels, cut at the left and the right border of the picture.
    polygons: Vec<Vec<Point>>,
    /// Memory that is reused from shape to shape.
    rasterizer: Rasterizer,
}

impl Raster {
    /// A raster for pictures of this size in pixels.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { width, height, polygons: Vec::new(), rasterizer: Rasterizer::new(0, 0) }
    }

    /// Adds a closed polygon: points in pixels, y down.
    pub(crate) fn polygon(&mut self, points: &[Point]) {
        let right = self.width as f64;
        let cut = clipped(&clipped(points, |p| -p[0]), |p| p[0] - right);
        if !cut.is_empty() {
            self.polygons.push(cut);
        }
    }

    /// Calls `paint(x, y, coverage)` for every pixel that is covered, coverage above 0 up to 1, and forgets the shape.
    pub(crate) fn paint(&mut self, mut paint: impl FnMut(usize, usize, f32)) {
        let polygons = std::mem::take(&mut self.polygons);
        let (left, right) = range(&polygons, 0, self.width);
        let (top, bottom) = range(&polygons, 1, self.height);
        if left >= right || top >= bottom {
            return;
        }
        // An edge on the right border of the last column counts in the column after it.
        self.rasterizer.reset(right - left + 1, bottom - top);
        let corner = [left as f64, top as f64];
        let place = |p: Point| point((p[0] - corner[0]) as f32, (p[1] - corner[1]) as f32);
        for polygon in &polygons {
            for (i, &from) in polygon.iter().enumerate() {
                self.rasterizer.draw_line(place(from), place(polygon[(i + 1) % polygon.len()]));
            }
        }
        self.rasterizer.for_each_pixel_2d(|x, y, coverage| {
            let x = left + x as usize;
            if coverage > LEAST && x < right {
                paint(x, top + y as usize, coverage.min(1.0));
            }
        });
    }
}

/// First pixel that polygons touch along a dimension, and the one after the last, inside a picture with so many pixels.
fn range(polygons: &[Vec<Point>], dimension: usize, pixels: usize) -> (usize, usize) {
    let values = || polygons.iter().flatten().map(|p| p[dimension]);
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    (low.max(0.0) as usize, (high.ceil().max(0.0) as usize).min(pixels))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(raster: &mut Raster) -> f64 {
        let mut sum = 0.0;
        raster.paint(|_, _, c| sum += f64::from(c));
        sum
    }

    #[test]
    fn coverage_sums_to_the_area_of_the_polygon() {
        let mut raster = Raster::new(20, 20);
        for (points, expected) in [
            (vec![[2.25, 3.5], [7.75, 3.5], [7.75, 9.0], [2.25, 9.0]], 5.5 * 5.5),
            (vec![[1.3, 1.1], [17.9, 4.2], [6.6, 15.7]], 0.5 * (16.6 * 14.6 - 3.1 * 5.3)),
            (vec![[1.0, 5.0], [19.0, 5.4], [19.0, 5.9], [1.0, 5.5]], 18.0 * 0.5),
        ] {
            raster.polygon(&points);
            let found = area(&mut raster);
            assert!((found - expected).abs() < 1e-3 * expected, "{points:?}: {found}, not {expected}");
        }
        assert_eq!(area(&mut raster), 0.0, "painting forgets the shapes");
    }

    #[test]
    fn a_half_covered_pixel_is_half_covered() {
        let mut raster = Raster::new(4, 4);
        raster.polygon(&[[1.0, 1.0], [2.5, 1.0], [2.5, 2.0], [1.0, 2.0]]);
        let mut painted = Vec::new();
        raster.paint(|x, y, c| painted.push((x, y, c)));
        assert_eq!(painted, [(1, 1, 1.0), (2, 1, 0.5)]);
    }

    #[test]
    fn shapes_beyond_the_border_are_cut_off() {
        let mut raster = Raster::new(10, 10);
        raster.polygon(&[[-5.0, -5.0], [30.0, -5.0], [30.0, 30.0], [-5.0, 30.0]]);
        assert_eq!(area(&mut raster), 100.0);
        raster.polygon(&[[12.0, 2.0], [15.0, 2.0], [15.0, 5.0]]);
        assert_eq!(area(&mut raster), 0.0);
    }

    #[test]
    fn overlap_of_the_same_orientation_counts_once() {
        let mut raster = Raster::new(10, 10);
        raster.polygon(&[[1.0, 1.0], [6.0, 1.0], [6.0, 6.0], [1.0, 6.0]]);
        raster.polygon(&[[3.0, 3.0], [8.0, 3.0], [8.0, 8.0], [3.0, 8.0]]);
        assert_eq!(area(&mut raster), 25.0 + 25.0 - 9.0);
    }
}
