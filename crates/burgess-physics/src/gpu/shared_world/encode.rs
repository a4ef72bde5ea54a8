//! A scene as the device reads it, and states as it writes them.

use super::layout::{self, BOX, CAPSULE, Room, SPHERE};
use crate::gpu::world::encode_terrain;
use crate::model::Shape;
use crate::shared_world::{Body, BodyState, Rules, Setup};
use crate::step::pairs::rounded;
use burgess_core::math::{Quat, Vec3, vec3};
use std::collections::HashMap;

/// What the shader of a scene has room for.
pub(super) fn room(setup: &Setup) -> Room {
    let any = |is_one: fn(&Shape<f64>) -> bool| setup.bodies.iter().any(|body| is_one(&body.shape));
    Room {
        partners: setup.rules.vicinity.partners,
        long: any(|shape| matches!(shape, Shape::Capsule { .. })),
        boxes: any(|shape| matches!(shape, Shape::Box { .. })),
    }
}

/// What all bodies share.
pub(super) fn world(setup: &Setup, rules: &Rules<f32>, cells: [u32; 3]) -> layout::World {
    let near = &rules.vicinity;
    let (terrain, wall_count) = encode_terrain(&rules.terrain);
    layout::World {
        gravity: rules.gravity.to_array(),
        dt: rules.dt,
        friction: rules.friction,
        slip_speed: rules.slip_speed,
        ground_damping: rules.ground_damping,
        onset_speed: rules.onset_speed,
        width: rules.width,
        tail: near.tail as f32,
        margin: near.margin as f32,
        allowance: near.allowance as f32,
        edge: near.edge as f32,
        slack: near.slack() as f32,
        ground_safety: rules.ground_safety,
        wall_count,
        body_count: setup.bodies.len() as u32,
        bodies_of_a_world: setup.bodies_of_a_world as u32,
        cell_count: cells.iter().product::<u32>() * setup.worlds() as u32,
        unused_0: 0,
        cells,
        unused_1: 0,
        terrain,
    }
}

/// What a body is.
pub(super) fn body(body: &Body<f32>) -> layout::Body {
    let (kind, shape, radius) = match body.shape {
        Shape::Sphere { radius, .. } => (SPHERE, Vec3::zero(), radius),
        Shape::Capsule { to, radius, .. } => (CAPSULE, to, radius),
        Shape::Box { half, .. } => {
            let (core, radius) = rounded(half);
            (BOX, core, radius)
        }
    };
    layout::Body {
        shape: shape.to_array(),
        radius,
        moments: body.moments.to_array(),
        mass: body.mass,
        inverse_moments: body.moments.map(f32::recip).to_array(),
        inverse_mass: body.mass.recip(),
        stiffness: body.stiffness,
        kind,
        reach: body.reach,
        unused_0: 0,
    }
}

/// How a body starts, given the number of what it is.
pub(super) fn state(number: u32, body: &Body<f32>, state: &BodyState<f32>, dt: f32) -> layout::State {
    let Quat { w, v } = state.orientation;
    let with = |vector: Vec3<f32>, last: f32| [vector.x, vector.y, vector.z, last];
    let stride = state.stride(body.reach, dt);
    [
        with(state.position, body.reach + stride),
        with(state.velocity, number as f32),
        with(state.spin, stride),
        with(v, w),
    ]
}

/// How a body stands.
pub(super) fn decoded(state: layout::State) -> BodyState<f64> {
    let [position, velocity, spin, orientation] = state.map(|vector| vector.map(f64::from));
    let vector = |[x, y, z, _]: [f64; 4]| vec3(x, y, z);
    let [x, y, z, w] = orientation;
    BodyState {
        position: vector(position),
        orientation: Quat::new(w, x, y, z),
        velocity: vector(velocity),
        spin: vector(spin),
    }
}

/// Where bodies are stored.
#[derive(Debug)]
pub(super) struct Order {
    /// The numbers of the bodies, in the order in which they are stored: world by world, and in each along a curve that stays near itself.
    pub(super) numbers: Vec<u32>,
    /// Cells of a world's grid along each axis: about as many as bodies, as far apart as these start.
    pub(super) cells: [u32; 3],
}

impl Order {
    /// By where the bodies start.
    pub(super) fn new(setup: &Setup) -> Self {
        let positions =
            || setup.states.iter().map(|state| state.position.to_array()).filter(|x| x.iter().all(|x| x.is_finite()));
        let bound = |choose: fn(f64, f64) -> f64, from: f64| {
            positions().fold([from; 3], |bound, x| [0, 1, 2].map(|i| choose(bound[i], x[i])))
        };
        let (low, high) = (bound(f64::min, f64::MAX), bound(f64::max, f64::MIN));
        let mut cells = [1_u32; 3];
        while (cells.iter().product::<u32>() as usize) < setup.bodies_of_a_world {
            let width = |&i: &usize| (high[i] - low[i]) / f64::from(cells[i]);
            let widest = (0..3).max_by(|i, k| width(i).total_cmp(&width(k))).unwrap_or(0);
            cells[widest] *= 2;
        }
        // Half a cell of the curve holds about one body.
        let edge = 0.5 * setup.rules.vicinity.edge;
        let along_curve = |number: &u32| {
            let state = &setup.states[*number as usize];
            let x = state.position.to_array();
            let place = [0, 1, 2].map(|i| ((x[i] - low[i]) / edge) as u64);
            (setup.bodies[*number as usize].world, interleaved(place))
        };
        let mut numbers: Vec<u32> = (0..setup.bodies.len() as u32).collect();
        numbers.sort_by_cached_key(along_curve);
        Self { numbers, cells }
    }
}

/// The place on Morton's curve: the last 21 bits of each number, in turn.
fn interleaved(place: [u64; 3]) -> u64 {
    (0..21).fold(0, |all, bit| (0..3).fold(all, |all, i| all | (((place[i] >> bit) & 1) << (3 * bit + i))))
}

/// The bodies that differ, and for each body which of them it is.
pub(super) fn kinds(bodies: impl Iterator<Item = layout::Body>) -> (Vec<layout::Body>, Vec<u32>) {
    let mut known: HashMap<Vec<u8>, u32> = HashMap::new();
    let mut kinds = Vec::new();
    let numbers = bodies.map(|body| {
        *known.entry(bytemuck::bytes_of(&body).to_vec()).or_insert_with(|| {
            kinds.push(body);
            kinds.len() as u32 - 1
        })
    });
    let numbers = numbers.collect();
    (kinds, numbers)
}
