//! The world of a plan as the device reads it.

use super::layout::{self, TERRAIN_VECTORS, Vec4};
use crate::laws::terrain::Terrain;
use crate::plan::BrainKind;
use crate::task::TaskPlan;
use crate::world::World;

/// The uniform that all parts of a batch share.
pub(crate) fn encode(world: &World<f32>, task: &TaskPlan, brain: &BrainKind) -> layout::World {
    let mut hidden = [0; 4];
    hidden.iter_mut().zip(brain.hidden()).for_each(|(to, &units)| *to = units as u32);
    let (terrain, wall_count) = encode_terrain(&world.terrain);
    layout::World {
        gravity: world.gravity.to_array(),
        dt: world.dt,
        friction: world.friction,
        slip_speed: world.slip_speed,
        contact_damping: world.contact_damping,
        onset_speed: world.onset_speed,
        limit_damping: world.limit_damping,
        limit_width: world.limit_width,
        slew_rate: world.slew_rate,
        wall_count,
        steps: task.steps,
        control_period: task.control_period,
        hidden_layers: brain.hidden().len() as u32,
        zero: 0,
        hidden,
        terrain,
    }
}

/// The coefficients, and the number of walls.
pub(super) fn encode_terrain(terrain: &Terrain<f32>) -> ([Vec4; TERRAIN_VECTORS], u32) {
    let mut vectors = [[0.0; 4]; TERRAIN_VECTORS];
    let mut wall_count = 0;
    match terrain {
        Terrain::Plane { normal } => vectors[0] = [normal.x, normal.y, normal.z, 0.0],
        Terrain::Stairs { start, rise, run, count } => vectors[0] = [*start, *rise, *run, *count],
        Terrain::Bumps(waves) => {
            for (vector, wave) in vectors.iter_mut().zip(waves) {
                *vector = [wave.amplitude, wave.k[0], wave.k[1], wave.phase];
            }
        }
        Terrain::Walls(walls) => {
            for (pair, [x, y, half_x, half_y, height]) in vectors.chunks_exact_mut(2).zip(walls) {
                pair[0] = [*x, *y, *half_x, *half_y];
                pair[1][0] = *height;
            }
            wall_count = walls.len() as u32;
        }
    }
    (vectors, wall_count)
}
