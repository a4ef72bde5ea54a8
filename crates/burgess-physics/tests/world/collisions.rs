//! What a collision leaves, against the figures of the prototype that the law of pairs comes from (its springs did up to twice as much in a step, so
//! that its stiff contacts were stiffer).

use crate::support::{after, group, setup};
use burgess_physics::shared_world::{BodyStiffness, PlaceSpec, Scene, ShapeSpec};

/// Two balls that meet head-on at 1 m/s each, of 0.1 kg and of `ratio` times that; velocities after a quarter of a second (m/s).
fn head_on(ratio: f64) -> [f64; 2] {
    let ball = |x: f64, speed: f64, mass: f64| {
        let mut ball = group(ShapeSpec::Sphere { radius: 0.05 }, 1, PlaceSpec::At(x, 0.0, 50.0));
        (ball.mass, ball.velocity) = (Some(mass), (speed, 0.0, 0.0));
        ball
    };
    let setup = setup(&Scene {
        gravity: 0.0,
        stiffness: BodyStiffness::Fixed(0.1 * 9.81 / 1e-3),
        contact_width: Some(5e-4),
        groups: vec![ball(0.0, 1.0, 0.1 * ratio), ball(0.1573, -1.0, 0.1)],
        ..Scene::default()
    });
    let states = after(&setup, 120).states;
    [states[0].velocity.x, states[1].velocity.x]
}

#[test]
fn equal_balls_bounce_a_little() {
    let [first, second] = head_on(1.0);
    let restitution = (second - first) / 2.0;
    println!("head-on, equal masses: restitution {restitution:.3} (prototype 0.26)");
    assert!((restitution - 0.26).abs() < 0.05, "{restitution}");
    assert!((first + second).abs() < 1e-14);
}

#[test]
fn a_heavy_ball_hardly_slows_down() {
    for (ratio, prototype) in [(10.0, 0.780), (100.0, 0.976)] {
        let [heavy, light] = head_on(ratio);
        println!("head-on, ratio {ratio}: heavy ball {heavy:.3} m/s (prototype {prototype}), light one {light:.3} m/s");
        assert!((heavy - prototype).abs() < 0.02, "{heavy}");
        let momentum = ratio * heavy + light;
        assert!((momentum - (ratio - 1.0)).abs() < 1e-12 * ratio);
    }
}
