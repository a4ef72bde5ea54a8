//! Area coverage: the exact share of each pixel that a polygon covers, which is what antialiasing needs.
//!
//! Each edge adds the signed area to its right, as the difference between neighbouring pixels; a running sum along the
//! row gives the coverage (the method of font-rs, R. Levien 2016). Polygons of the same orientation that overlap count
//! once, because the sum is cut off at 1: a thick line may be drawn as a chain of overlapping quads.

/// A point in pixels, y down.
pub type Point = (f32, f32);

/// Rows or columns from `start` to before `end`.
#[derive(Clone, Copy)]
struct Touched {
    start: usize,
    end: usize,
}

impl Touched {
    const NOTHING: Self = Self { start: usize::MAX, end: 0 };

    fn with(self, start: usize, end: usize) -> Self {
        Self { start: self.start.min(start), end: self.end.max(end) }
    }
}

/// Collects polygons, then gives their coverage. Reused from shape to shape, so that a small shape on a large picture costs little.
pub struct Raster {
    width: usize,
    height: usize,
    /// Differences of coverage, `width + 2` a row: an edge at the right border spills over two columns.
    differences: Vec<f32>,
    /// Columns touched in each row.
    columns: Vec<Touched>,
    /// Rows touched.
    rows: Touched,
}

impl Raster {
    /// For pictures of this size in pixels.
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            differences: vec![0.0; (width + 2) * height],
            columns: vec![Touched::NOTHING; height],
            rows: Touched::NOTHING,
        }
    }

    /// Adds a closed polygon.
    pub fn polygon(&mut self, points: &[Point]) {
        for (i, &from) in points.iter().enumerate() {
            self.edge(from, points[(i + 1) % points.len()]);
        }
    }

    /// Calls `paint(x, y, coverage)` for every pixel that is covered, coverage above 0 up to 1, and forgets the shapes.
    pub fn paint(&mut self, mut paint: impl FnMut(usize, usize, f32)) {
        let stride = self.width + 2;
        let rows = std::mem::replace(&mut self.rows, Touched::NOTHING);
        for y in rows.start..rows.end {
            let columns = std::mem::replace(&mut self.columns[y], Touched::NOTHING);
            let mut sum = 0.0;
            for x in columns.start..columns.end {
                sum += std::mem::take(&mut self.differences[y * stride + x]);
                let coverage = f32::min(sum.abs(), 1.0);
                if x < self.width && coverage > 1e-4 {
                    paint(x, y, coverage);
                }
            }
        }
    }

    fn edge(&mut self, a: Point, b: Point) {
        if a.1 == b.1 {
            return;
        }
        let (sign, a, b) = if a.1 < b.1 { (1.0, a, b) } else { (-1.0, b, a) };
        let slope = (b.0 - a.0) / (b.1 - a.1);
        let first = a.1.max(0.0) as usize;
        let end = (b.1.ceil().max(0.0) as usize).min(self.height);
        for y in first..end {
            let top = a.1.max(y as f32);
            let bottom = b.1.min((y + 1) as f32);
            let right_border = self.width as f32;
            let x_at = |y: f32| (a.0 + (y - a.1) * slope).clamp(0.0, right_border);
            self.span(y, x_at(top), x_at(bottom), sign * (bottom - top));
        }
    }

    /// The part of an edge within row `y`, from column `xa` to `xb`, of signed height `height`.
    fn span(&mut self, y: usize, xa: f32, xb: f32, height: f32) {
        let (left, right) = if xa < xb { (xa, xb) } else { (xb, xa) };
        let first = left as usize;
        let last = (right.ceil() as usize).max(first + 1);
        let row = &mut self.differences[y * (self.width + 2)..][..self.width + 2];
        if last == first + 1 {
            // Within one pixel: the area to the right of the edge's middle.
            let share = 0.5 * (left + right) - first as f32;
            row[first] += height * (1.0 - share);
            row[first + 1] += height * share;
        } else {
            // Coverage up to the right border of each pixel is the integral of the share already passed.
            let per_column = height / (right - left);
            let mut before = 0.0;
            let mut covered = 0.0;
            for (x, difference) in row.iter_mut().enumerate().take(last).skip(first) {
                let passed = ((x + 1) as f32).min(right) - left;
                let rest = ((x + 1) as f32 - right).max(0.0);
                let area = 0.5 * per_column * passed * passed + per_column * passed * rest;
                let here = area - before;
                *difference += here - covered;
                covered = here;
                before = area;
            }
            row[last] += height - covered;
        }
        self.columns[y] = self.columns[y].with(first, last + 1);
        self.rows = self.rows.with(y, y + 1);
    }
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
            (vec![(2.25, 3.5), (7.75, 3.5), (7.75, 9.0), (2.25, 9.0)], 5.5 * 5.5),
            (vec![(1.3, 1.1), (17.9, 4.2), (6.6, 15.7)], 0.5 * (16.6 * 14.6 - 3.1 * 5.3)),
            (vec![(1.0, 5.0), (19.0, 5.4), (19.0, 5.9), (1.0, 5.5)], 18.0 * 0.5),
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
        raster.polygon(&[(1.0, 1.0), (2.5, 1.0), (2.5, 2.0), (1.0, 2.0)]);
        let mut painted = Vec::new();
        raster.paint(|x, y, c| painted.push((x, y, c)));
        assert_eq!(painted, [(1, 1, 1.0), (2, 1, 0.5)]);
    }

    #[test]
    fn shapes_beyond_the_border_are_cut_off() {
        let mut raster = Raster::new(10, 10);
        raster.polygon(&[(-5.0, -5.0), (30.0, -5.0), (30.0, 30.0), (-5.0, 30.0)]);
        assert_eq!(area(&mut raster), 100.0);
        raster.polygon(&[(12.0, 2.0), (15.0, 2.0), (15.0, 5.0)]);
        assert_eq!(area(&mut raster), 0.0);
    }

    #[test]
    fn overlap_of_the_same_orientation_counts_once() {
        let mut raster = Raster::new(10, 10);
        raster.polygon(&[(1.0, 1.0), (6.0, 1.0), (6.0, 6.0), (1.0, 6.0)]);
        raster.polygon(&[(3.0, 3.0), (8.0, 3.0), (8.0, 8.0), (3.0, 8.0)]);
        assert_eq!(area(&mut raster), 25.0 + 25.0 - 9.0);
    }
}
