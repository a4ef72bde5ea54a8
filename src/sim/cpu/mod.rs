//! The CPU backend, generic over the scalar. Its files and functions are the twins of the shaders.

pub mod assemble;
pub mod integrate;
pub mod kinematics;
pub mod solve;
pub mod spatial;
pub mod state;
pub mod step;
