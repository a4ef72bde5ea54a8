//! The angular momentum a link carries into the next step.

use super::reverse;
use burgess_core::autodiff::Real;
use burgess_core::math::{Mat3, Sym3, Vec3, vec3};

/// Angular momentum about the centre of mass (kg m2/s, body axes) after one linearly implicit step of Euler's free rotation
/// `I dw/dt = -w x I w`, from the angular velocity `spin` (rad/s, body axes).
#[inline(always)]
pub fn carried_angular_momentum<T: Real>(inertia: Sym3<T>, spin: Vec3<T>, dt: T) -> Vec3<T> {
    let momentum = inertia * spin;
    let torque = spin.cross(momentum);
    let inertia_matrix = inertia.to_matrix();
    let newton = inertia_matrix + (Mat3::skew(spin) * inertia_matrix - Mat3::skew(momentum)) * dt;
    momentum - inertia * newton.solve(torque) * dt
}

/// The reverse of [`carried_angular_momentum`]: what the gradient `bar` with respect to the momentum is with respect to the inertia,
/// as to six independent numbers, and to the spin.
#[inline(always)]
pub fn carried_angular_momentum_reverse<T: Real>(
    inertia: Sym3<T>,
    spin: Vec3<T>,
    dt: T,
    bar: Vec3<T>,
) -> (Sym3<T>, Vec3<T>) {
    let Sym3 { xx, yy, zz, xy, xz, yz } = inertia;
    let g = reverse::carried_angular_momentum_reverse(vec3(xx, yy, zz), vec3(xy, xz, yz), spin, dt, bar);
    let [xx, yy, zz] = g.diagonal.to_array();
    let [xy, xz, yz] = g.products.to_array();
    (Sym3 { xx, yy, zz, xy, xz, yz }, g.spin)
}
