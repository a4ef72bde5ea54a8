//! A scene as the device reads it, and states as it writes them.

use super::layout::{self, BOX, CAPSULE, Room, SPHERE, cell_numbers};
use crate::gpu::world::encode_terrain;
use crate::model::Shape;
use crate::shared_world::{Body, BodyState, Rules, Setup};
use crate::step::pairs::rounded;
use burgess_core::math::{Quat, Vec3, vec3};

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
pub(super) fn world(setup: &Setup, rules: &Rules<f32>) -> layout::World {
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
        cell_numbers: cell_numbers(setup.bodies.len()) as u32,
        unused_0: 0,
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
        stiffness: body.stiffness,
        kind,
        unused_0: 0,
        unused_1: 0,
    }
}

/// How a body starts.
pub(super) fn state(body: &Body<f32>, state: &BodyState<f32>, dt: f32) -> layout::FreeState {
    let Quat { w, v } = state.orientation;
    layout::FreeState {
        position: state.position.to_array(),
        reach: body.reach,
        velocity: state.velocity.to_array(),
        stride: state.stride(body.reach, dt),
        orientation: [v.x, v.y, v.z, w],
        spin: state.spin.to_array(),
        depth: -1.0,
    }
}

/// How a body stands.
pub(super) fn decoded(state: &layout::FreeState) -> BodyState<f64> {
    let vector = |[x, y, z]: [f32; 3]| vec3(f64::from(x), f64::from(y), f64::from(z));
    let [x, y, z, w] = state.orientation.map(f64::from);
    BodyState {
        position: vector(state.position),
        orientation: Quat::new(w, x, y, z),
        velocity: vector(state.velocity),
        spin: vector(state.spin),
    }
}
