//! The world of a plan as the device reads it.

use super::layout::{self, TERRAIN_VECTORS, Vec4};
use crate::environment::{MAX_ENVIRONMENTS, MAX_STRETCHES};
use crate::laws::terrain::Terrain;
use crate::plan::BrainKind;
use crate::task::TaskPlan;
use crate::world::World;

/// The uniform that all parts of a batch share, of the worlds of all environments.
pub(crate) fn encode(worlds: &[World<f32>], task: &TaskPlan, brain: &BrainKind) -> layout::World {
    let world = &worlds[0];
    let mut hidden = [0; 4];
    hidden.iter_mut().zip(brain.hidden()).for_each(|(to, &units)| *to = units as u32);
    let mut terrain = [[0.0; 4]; TERRAIN_VECTORS * MAX_ENVIRONMENTS];
    let mut events = [[0.0; 4]; MAX_STRETCHES * MAX_ENVIRONMENTS];
    // All environments have as many walls.
    let mut wall_count = 0;
    let places = terrain.as_chunks_mut::<TERRAIN_VECTORS>().0.iter_mut().zip(events.chunks_exact_mut(MAX_STRETCHES));
    for (world, (terrain, events)) in worlds.iter().zip(places) {
        (*terrain, wall_count) = encode_terrain(&world.terrain);
        for (stretch, event) in events.iter_mut().enumerate() {
            let [push_x, push_y] = world.pushes.vectors.get(stretch).copied().unwrap_or_default();
            let [wanted_x, wanted_y, _] = world.wanted.at(stretch as u32 * world.wanted.period).to_array();
            *event = [push_x, push_y, wanted_x, wanted_y];
        }
    }
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
        push_period: world.pushes.period,
        asked_period: world.wanted.period,
        kept: world.backward.kept,
        unused_0: 0,
        hidden,
        terrain,
        events,
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
