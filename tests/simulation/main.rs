//! Grown bodies in simulation: episodes as a whole, their energy, and the pull of the ground.

mod energy;
mod pulling;
mod simulation;
mod sizes;
