//! Free rigid bodies in a shared space: thousands of them, that collide with each other and with the ground, in one
//! world or in many; and creatures among them.
//!
//! A [`Scene`] says what there is, [`Setup`] places it, and [`CpuWorld`] or `gpu::GpuWorld` simulates it ([`Simulate`]). The laws
//! are those of creatures: bodies push each other as links do ([`laws::pair`](crate::laws::pair)), and the ground as it does a creature of one link.
//! `docs/worlds.md` tells where this differs.
//!
//! A step has two passes over the bodies: what the contacts of each body resist, then forces and the next states. In both, a body looks at the
//! states before the step alone, and sums over its contacts in ascending order of partners. Both bodies of a contact work out the same force from
//! the same numbers, so that it is equal and opposite to the bit.
//!
//! Around these two passes go those of a creature's own step, whose colliders are bodies in between: [`Breed`] has them.

mod body;
mod contacts;
mod creature;
mod grid;
mod ground;
mod neighbours;
mod place;
mod resident;
mod rules;
mod scene;
mod simulate;
mod step;
mod world;

pub use crate::scene::ShapeSpec;
pub use body::{Body, BodyState};
pub use creature::{Breed, CreatureState, Start};
pub use place::Setup;
pub use resident::Resident;
pub use rules::{Rules, Vicinity};
pub use scene::{
    BodyStiffness, CreatureSpec, Group, MAX_BODIES, MAX_GROUPS, MAX_PARTNERS, MAX_RATIO, MAX_WORLDS, PlaceSpec, Scene,
    arena,
};
pub use simulate::{Energy, Simulate, Snapshot};
pub use world::CpuWorld;
