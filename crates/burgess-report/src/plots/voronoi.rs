//! Voronoi cells of points in the unit square, as polygons.
//!
//! The cell of a point is the square, cut by one half plane for each other point: the half that is nearer to the cell's own point. The nearest
//! other points come first. Once another point is more than twice as far away as the cell's furthest corner, neither that point nor any
//! later one can cut the cell.

use crate::polygon::{Point, clipped};
use rayon::prelude::*;

/// The cell of each point, as corners in order around the cell. Points that coincide have the same cell.
pub(crate) fn cells(points: &[Point]) -> Vec<Vec<Point>> {
    (0..points.len()).into_par_iter().map(|own| cell(points, own)).collect()
}

fn cell(points: &[Point], own: usize) -> Vec<Point> {
    let mut polygon = vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
    let centre = points[own];
    let mut others: Vec<Point> = points.iter().copied().filter(|&p| p != centre).collect();
    // Few neighbours matter, so only blocks of the nearest are sorted. Each block is twice as large as the one before.
    let (mut sorted, mut block) = (0, 32);
    while sorted < others.len() {
        let end = (sorted + block).min(others.len());
        let rest = &mut others[sorted..];
        let by_distance = |a: &Point, b: &Point| squared(*a, centre).total_cmp(&squared(*b, centre));
        if end - sorted < rest.len() {
            rest.select_nth_unstable_by(end - sorted, by_distance);
        }
        others[sorted..end].sort_unstable_by(by_distance);
        for &other in &others[sorted..end] {
            let reach = polygon.iter().map(|&p| squared(p, centre)).fold(0.0, f64::max);
            if squared(other, centre) > 4.0 * reach {
                return polygon;
            }
            polygon = nearer(&polygon, centre, other);
        }
        (sorted, block) = (end, 2 * block);
    }
    polygon
}

/// The part of a polygon that is nearer to `a` than to `b`.
fn nearer(polygon: &[Point], a: Point, b: Point) -> Vec<Point> {
    clipped(polygon, |p| squared(p, a) - squared(p, b))
}

fn squared(a: Point, b: Point) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::rng::{Purpose, Stream};

    fn area(polygon: &[Point]) -> f64 {
        let cross = |a: Point, b: Point| a[0] * b[1] - a[1] * b[0];
        (0..polygon.len()).map(|i| cross(polygon[i], polygon[(i + 1) % polygon.len()])).sum::<f64>() * 0.5
    }

    fn random(count: usize) -> Vec<Point> {
        let mut stream = Stream::new(5, 0, 0, Purpose::Test);
        (0..count).map(|_| [stream.range(0.0, 1.0), stream.range(0.0, 1.0)]).collect()
    }

    #[test]
    fn cells_tile_the_square() {
        for count in [1, 2, 7, 300] {
            let sum: f64 = cells(&random(count)).iter().map(|c| area(c)).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{count}: {sum}");
        }
    }

    #[test]
    fn each_place_lies_in_the_cell_of_its_nearest_point() {
        let points = random(120);
        let cells = cells(&points);
        let inside = |polygon: &[Point], p: Point| {
            (0..polygon.len()).all(|i| {
                let (a, b) = (polygon[i], polygon[(i + 1) % polygon.len()]);
                (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) >= -1e-12
            })
        };
        let mut stream = Stream::new(6, 0, 0, Purpose::Test);
        for _ in 0..2000 {
            let place = [stream.range(0.0, 1.0), stream.range(0.0, 1.0)];
            let nearest = (0..points.len())
                .min_by(|&a, &b| squared(points[a], place).total_cmp(&squared(points[b], place)))
                .unwrap();
            assert!(inside(&cells[nearest], place), "{place:?} is not in cell {nearest}");
        }
    }

    #[test]
    fn two_points_share_the_square() {
        let cells = cells(&[[0.25, 0.5], [0.75, 0.5]]);
        assert_eq!(cells[0], [[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]]);
        assert!((area(&cells[1]) - 0.5).abs() < 1e-15);
    }

    #[test]
    fn points_that_coincide_or_lie_outside_do_no_harm() {
        let cells = cells(&[[0.5, 0.5], [0.5, 0.5], [3.0, 0.5]]);
        assert_eq!(cells[0], cells[1]);
        assert!((area(&cells[0]) - 1.0).abs() < 1e-12 && cells[2].is_empty());
    }
}
