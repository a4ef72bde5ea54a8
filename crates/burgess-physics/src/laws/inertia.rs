//! Mass and inertia of the three shapes, of uniform density.
//!
//! Moments are principal ones about the centre of the shape, along its own axes; a capsule lies along x. Textbook
//! formulas; the capsule is a cylinder with two half balls whose centres of mass lie 3/8 of a radius beyond its ends.

use burgess_core::autodiff::{Real, real};
use burgess_core::math::{Vec3, vec3};
use std::f64::consts::PI;

/// Mass (kg) and principal moments of inertia about the centre (kg m2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MassProperties<T> {
    /// Mass (kg).
    pub mass: T,
    /// Moments about the shape's x, y and z axes through its centre (kg m2).
    pub moments: Vec3<T>,
}

/// A ball of `radius` (m) and `density` (kg/m3).
pub fn sphere<T: Real>(radius: T, density: T) -> MassProperties<T> {
    let r2 = radius.squared();
    let mass = density * radius * r2 * real(4.0 / 3.0 * PI);
    let moment = mass * r2 * real(0.4);
    MassProperties { mass, moments: vec3(moment, moment, moment) }
}

/// A capsule along x with `radius` and distance `length` between its end centres (m), of `density` (kg/m3).
pub fn capsule<T: Real>(radius: T, length: T, density: T) -> MassProperties<T> {
    let (r2, l2) = (radius.squared(), length.squared());
    let cylinder = density * r2 * length * real(PI);
    let ends = density * radius * r2 * real(4.0 / 3.0 * PI);
    let along = cylinder * r2 * real(0.5) + ends * r2 * real(0.4);
    let across = cylinder * (l2 * real(1.0 / 12.0) + r2 * real(0.25))
        + ends * (r2 * real(0.4) + l2 * real(0.25) + length * radius * real(0.375));
    MassProperties { mass: cylinder + ends, moments: vec3(along, across, across) }
}

/// A box with half sizes `half` (m), of `density` (kg/m3).
pub fn cuboid<T: Real>(half: Vec3<T>, density: T) -> MassProperties<T> {
    let mass = density * half.x * half.y * half.z * real(8.0);
    let (x2, y2, z2) = (half.x.squared(), half.y.squared(), half.z.squared());
    MassProperties { mass, moments: vec3(y2 + z2, x2 + z2, x2 + y2) * (mass * real(1.0 / 3.0)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Formulas against sums over a fine grid agree to the grid's own error.
    const GRID: f64 = 2e-3;

    fn close(a: f64, b: f64, relative: f64) {
        assert!((a - b).abs() <= relative * b.abs(), "{a} is not {b}");
    }

    #[test]
    fn the_capsule_agrees_with_mujoco() {
        // The inertial element that MuJoCo's compiler was given and checked: radius 0.05 m, length 0.3 m, 500 kg/m3.
        let p = capsule(0.05, 0.3, 500.0);
        close(p.mass, 1.439896632895322, 1e-14);
        close(p.moments.x, 0.001734420944169365, 1e-14);
        close(p.moments.y, 0.017196947286056627, 1e-14);
        assert_eq!(p.moments.y, p.moments.z);
    }

    #[test]
    fn a_short_capsule_is_a_ball() {
        let (a, b) = (capsule(0.1, 0.0, 700.0), sphere(0.1, 700.0));
        close(a.mass, b.mass, 1e-15);
        close(a.moments.x, b.moments.x, 1e-15);
        close(a.moments.y, b.moments.y, 1e-15);
    }

    /// Mass and moments by summing cells of a grid over the bounding box.
    fn summed(half: Vec3<f64>, density: f64, inside: impl Fn(Vec3<f64>) -> bool) -> MassProperties<f64> {
        const CELLS: usize = 120;
        let at = |i: usize, h: f64| ((2 * i + 1) as f64 / CELLS as f64 - 1.0) * h;
        let cell = density * 8.0 * half.x * half.y * half.z / (CELLS * CELLS * CELLS) as f64;
        let mut total = MassProperties { mass: 0.0, moments: Vec3::zero() };
        for i in 0..CELLS {
            for j in 0..CELLS {
                for k in 0..CELLS {
                    let p = vec3(at(i, half.x), at(j, half.y), at(k, half.z));
                    if inside(p) {
                        let (x2, y2, z2) = (p.x * p.x, p.y * p.y, p.z * p.z);
                        total.mass += cell;
                        total.moments += vec3(y2 + z2, x2 + z2, x2 + y2) * cell;
                    }
                }
            }
        }
        total
    }

    #[test]
    fn all_shapes_agree_with_sums_over_a_grid() {
        let (r, l) = (0.06, 0.2);
        let ball = summed(vec3(r, r, r), 300.0, |p| p.norm_squared() < r * r);
        let rod = summed(vec3(0.5 * l + r, r, r), 300.0, |p| {
            let along = p.x - p.x.clamp(-0.5 * l, 0.5 * l);
            along * along + p.y * p.y + p.z * p.z < r * r
        });
        let brick = summed(vec3(0.1, 0.2, 0.05), 300.0, |_| true);
        for (formula, sum) in
            [(sphere(r, 300.0), ball), (capsule(r, l, 300.0), rod), (cuboid(vec3(0.1, 0.2, 0.05), 300.0), brick)]
        {
            close(formula.mass, sum.mass, GRID);
            close(formula.moments.x, sum.moments.x, GRID);
            close(formula.moments.y, sum.moments.y, GRID);
            close(formula.moments.z, sum.moments.z, GRID);
        }
    }
}
