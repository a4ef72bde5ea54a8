//! Small fixed-size linear algebra, generic over [`Real`](crate::autodiff::Real): vectors, quaternions, 3x3 matrices.
//!
//! Written out by hand because the same order of operations has to stand in the shaders.

pub mod eigen;
pub mod fast;
mod mat3;
mod quat;
mod sum;
mod vec3;

pub use mat3::{Mat3, Sym3};
pub use quat::Quat;
pub use sum::Sum;
pub use vec3::{Vec3, vec3};
