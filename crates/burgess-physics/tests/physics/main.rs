//! The laws of motion and whole episodes on the CPU: against MuJoCo, against conservation laws, against differences.

mod bodies;
mod contact_outcomes;
mod episodes;
mod gaits;
mod grasp;
mod law_reverses;
mod laws;
mod momentum;
mod mujoco_trajectories;
mod objects;
mod pairs;
mod rivals;
mod servos;
mod whole_shapes;
