//! Light, colours and the camera's opening as numbers, for programs that draw the same scenes.

use super::camera::{FITTING, HALF_ANGLE};
use super::scene::{SUN_RADIUS, SURROUNDINGS};
use super::shade::{
    COARSE_GRID, COARSE_LINE, FINE_GRID, FINE_LINE, HIGH_GROUND, HORIZON, LOW_GROUND, Light, SKY, START_LINE, SUN,
    TO_SUN, ZENITH,
};
use serde::Serialize;

/// What decides how a scene looks. Colours are in linear light.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Look {
    to_sun: [f32; 3],
    sun: Light,
    sky: Light,
    sun_radius: f32,
    surroundings: f32,
    low_ground: Light,
    high_ground: Light,
    fine_line: Light,
    coarse_line: Light,
    start_line: Light,
    horizon: Light,
    zenith: Light,
    fine_grid: f32,
    coarse_grid: f32,
    half_angle: f32,
    fitting: f32,
}

impl Default for Look {
    /// How pictures look.
    fn default() -> Self {
        Self {
            to_sun: TO_SUN.to_array(),
            sun: SUN,
            sky: SKY,
            sun_radius: SUN_RADIUS,
            surroundings: SURROUNDINGS,
            low_ground: LOW_GROUND,
            high_ground: HIGH_GROUND,
            fine_line: FINE_LINE,
            coarse_line: COARSE_LINE,
            start_line: START_LINE,
            horizon: HORIZON,
            zenith: ZENITH,
            fine_grid: FINE_GRID,
            coarse_grid: COARSE_GRID,
            half_angle: HALF_ANGLE,
            fitting: FITTING,
        }
    }
}
