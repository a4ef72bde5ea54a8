//! Momentum, angular momentum and energy.

use crate::support::{BALL, CAPSULE, CUBE, group, mixed_pile, setup};
use burgess_core::math::Vec3;
use burgess_physics::shared_world::{CpuWorld, PlaceSpec, Scene, Setup, ShapeSpec, Simulate as _};

/// Bodies that fly about without gravity, far above the ground, and hit each other.
fn cloud(shapes: &[ShapeSpec]) -> Setup {
    let layer = |(i, &shape): (usize, &ShapeSpec)| {
        let corner = (0.0, 0.0, 50.0 + 0.36 * i as f64);
        let place = PlaceSpec::Grid { corner, spacing: (0.18, 0.18, 0.18), columns: (4, 4), jitter: 0.01 };
        let mut layer = group(shape, 32, place);
        (layer.scatter, layer.spin) = (1.5, (3.0, -2.0, 1.0));
        layer
    };
    setup(&Scene { gravity: 0.0, groups: shapes.iter().enumerate().map(layer).collect(), ..Scene::default() })
}

/// How far momentum and angular momentum are off after a second, in the sums of their sizes at the start; and the share of the kinetic energy
/// that is left.
fn drift(setup: &Setup) -> (f64, f64, f64) {
    let mut world = CpuWorld::<f64>::new(setup);
    let size = |v: Vec3<f64>| v.norm_squared().sqrt();
    let start = world.snapshot().unwrap();
    let (linear, angular) = start.momentum(setup);
    let sum: f64 = setup.bodies.iter().zip(&start.states).map(|(body, state)| body.mass * size(state.velocity)).sum();
    let turning: f64 = setup
        .bodies
        .iter()
        .zip(&start.states)
        .map(|(body, state)| body.mass * size(state.position.cross(state.velocity)))
        .sum();
    world.advance(480).unwrap();
    let end = world.snapshot().unwrap();
    let (linear_after, angular_after) = end.momentum(setup);
    let left = end.energy(setup).kinetic / start.energy(setup).kinetic;
    (size(linear_after - linear) / sum, size(angular_after - angular) / turning, left)
}

#[test]
fn a_cloud_keeps_its_momentum_and_its_angular_momentum() {
    let (linear, angular, left) = drift(&cloud(&[BALL, CUBE]));
    println!("balls and cubes: momentum {linear:.1e}, angular momentum {angular:.1e}, energy left {left:.3}");
    // Rounding of some 50,000 sums.
    assert!(linear < 1e-13 && angular < 1e-13, "{linear}, {angular}");
    // There were collisions.
    assert!(left < 0.7, "{left}");
}

/// What turns about changing axes keeps its angular momentum to first order in the time step, as creatures do: the step of Euler's equation.
#[test]
fn what_tumbles_keeps_its_angular_momentum_nearly() {
    let (linear, angular, left) = drift(&cloud(&[CAPSULE, BALL]));
    println!("capsules and balls: momentum {linear:.1e}, angular momentum {angular:.1e}, energy left {left:.3}");
    assert!(linear < 1e-13, "{linear}");
    assert!(angular < 1e-4, "{angular}");
}

/// What of these energies (J) is lost at the end, and the most that came back after a low.
pub(crate) fn lost_and_regained(totals: &[f64]) -> (f64, f64) {
    let mut least = f64::INFINITY;
    let regained = totals.iter().fold(0.0_f64, |most, &total| {
        least = least.min(total);
        most.max(total - least)
    });
    (totals[0] - totals[totals.len() - 1], regained)
}

/// Springs hold energy that is not counted here, and give it back. Beyond that there must be none.
#[test]
fn a_pile_gains_no_energy() {
    let setup = setup(&mixed_pile(60, 0.5));
    let mut world = CpuWorld::<f64>::new(&setup);
    let energy = |world: &mut CpuWorld<f64>| world.snapshot().unwrap().energy(&setup);
    let mut energies = vec![energy(&mut world)];
    for _ in 0..160 {
        world.advance(12).unwrap();
        energies.push(energy(&mut world));
    }
    let totals: Vec<f64> = energies.iter().map(|energy| energy.total()).collect();
    let (lost, regained) = lost_and_regained(&totals);
    let quiet = energies[energies.len() - 1].kinetic;
    println!("lost {lost:.3} J in 4 s, most regained {regained:.4} J, kinetic energy at the end {quiet:.2e} J");
    assert!(totals.iter().all(|&total| total <= totals[0] * (1.0 + 1e-12)), "{totals:?}");
    assert!(regained < 0.02 * lost, "{regained} of {lost}");
}

/// A lattice of balls hits a plate with all balls in one step: a law that counted each contact by itself would throw them back faster than they came.
/// At 240 steps a second, where a ball goes a quarter of its radius in a step, 2 % are gained, a fault.
#[test]
fn many_that_hit_at_once_gain_no_energy() {
    for (rate, most) in [(240, 1.03), (480, 0.99), (960, 0.99), (1920, 0.99)] {
        let plate = ShapeSpec::Box { half: (0.25, 0.25, 0.02) };
        let mut plate = group(plate, 1, PlaceSpec::At(0.22, 0.22, 50.0));
        let (corner, spacing) = ((0.0, 0.0, 50.2), (0.11, 0.11, 0.11));
        let mut balls = group(BALL, 25, PlaceSpec::Grid { corner, spacing, columns: (5, 5), jitter: 0.0 });
        (plate.mass, balls.mass, balls.velocity) = (Some(1.0), Some(1.0), (0.0, 0.0, -3.0));
        let setup = setup(&Scene { gravity: 0.0, rate, groups: vec![plate, balls], ..Scene::default() });
        let mut world = CpuWorld::<f64>::new(&setup);
        let start = world.snapshot().unwrap().energy(&setup).kinetic;
        world.advance(rate / 4).unwrap();
        let end = world.snapshot().unwrap().energy(&setup).kinetic;
        println!("25 balls onto a plate, {rate} steps a second: {start:.1} J, then {end:.1} J");
        assert!(end < most * start, "{rate}: {start} J, then {end} J");
    }
}
