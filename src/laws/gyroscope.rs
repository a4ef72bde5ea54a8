//! The angular momentum a link carries into the next step.

use crate::autodiff::Real;
use crate::math::{Mat3, Sym3, Vec3};

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
