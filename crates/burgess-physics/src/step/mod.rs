//! One step and one episode of one candidate, generic over the scalar. Files and functions are the twins of the shaders.

pub(crate) mod abreast;
pub mod assemble;
pub mod body_plan;
pub mod episode;
pub mod features;
pub mod integrate;
pub mod kinematics;
pub mod measure;
pub mod members;
pub mod objects;
pub mod observer;
pub mod pair_work;
pub mod pairs;
pub mod places;
pub mod policy;
pub mod prelude;
pub mod push;
pub mod record;
pub mod reverse;
pub mod rovers;
pub mod scalar;
mod searches;
pub mod snapshot;
pub mod solve;
pub mod spatial;
pub mod spawn;
pub mod state;
#[expect(clippy::module_inception, reason = "files are named like the shaders that are their twins")]
pub mod step;
pub mod trace;
