//! Polygons in the plane.

/// A point in the plane.
pub(crate) type Point = [f64; 2];

/// The part of a polygon in which the linear function `excess` is not positive (Sutherland and Hodgman 1974).
///
/// If the polygon is concave, the result may contain edges that lie on the border and cover nothing.
pub(crate) fn clipped(polygon: &[Point], excess: impl Fn(Point) -> f64) -> Vec<Point> {
    let mut kept = Vec::with_capacity(polygon.len() + 1);
    for (i, &from) in polygon.iter().enumerate() {
        let to = polygon[(i + 1) % polygon.len()];
        let (e0, e1) = (excess(from), excess(to));
        if e0 <= 0.0 {
            kept.push(from);
        }
        if (e0 <= 0.0) != (e1 <= 0.0) {
            let share = e0 / (e0 - e1);
            kept.push([from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]);
        }
    }
    kept
}
