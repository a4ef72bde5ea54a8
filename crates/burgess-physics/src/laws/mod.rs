//! The local laws of physics and tasks, each written once, generic over the scalar, straight-line.
//!
//! A law sees scalars and small vectors only; the sweeps over links, steps and creatures stand in `step` and `batch`. Every square
//! root and division is protected, so that values and derivatives are finite for finite input. What is generated from the laws
//! ([`shader`]): shaders, and the reverses that a backward sweep calls ([`reverse`]).

pub mod contact;
pub mod descriptor;
pub mod gyroscope;
pub mod inertia;
pub mod joint;
pub mod pair;
#[rustfmt::skip]
pub mod reverse;
pub mod reward;
pub mod sensors;
pub mod shader;
pub mod shapes;
pub mod soft;
pub mod terrain;
