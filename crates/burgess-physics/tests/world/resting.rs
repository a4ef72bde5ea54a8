//! What lies and stands: stacks, pyramids, a heap in a pit, a capsule across a capsule.

use crate::support::{BALL, CUBE, after, group, setup};
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::laws::terrain::{TerrainSpec, Wall};
use burgess_physics::shared_world::{BodyStiffness, CpuWorld, PlaceSpec, Scene, Setup, ShapeSpec, Simulate as _};

/// So many cubes of 0.5 kg on top of each other, each up to 2 mm out of line.
fn stack(count: u32, scene: Scene) -> Setup {
    let corner = (0.0, 0.0, 0.05);
    let mut cubes =
        group(CUBE, count, PlaceSpec::Grid { corner, spacing: (0.1, 0.1, 0.1), columns: (1, 1), jitter: 0.0 });
    cubes.mass = Some(0.5);
    let mut setup = setup(&Scene { groups: vec![cubes], ..scene });
    let mut rng = Stream::new(0, 0, 0, Purpose::Test);
    for state in &mut setup.states {
        (state.position.x, state.position.y) = (rng.range(-2e-3, 2e-3), rng.range(-2e-3, 2e-3));
    }
    setup
}

/// The furthest that a body moved sideways (m), and the deepest overlap (m), after so many seconds.
fn drift(setup: &Setup, seconds: f64) -> (f64, f64) {
    let end = after(setup, (seconds / setup.rules.dt).round() as u32);
    let moved = setup.states.iter().zip(&end.states).map(|(before, after)| {
        let apart = after.position - before.position;
        apart.x.hypot(apart.y)
    });
    (moved.fold(0.0, f64::max), end.deepest())
}

#[test]
fn five_cubes_stand_with_defaults() {
    let (drift, deepest) = drift(&stack(5, Scene::default()), 10.0);
    println!("5 cubes, defaults, 10 s: drift {:.3} mm, deepest overlap {:.2} mm", 1e3 * drift, 1e3 * deepest);
    assert!(drift < 2e-3, "{drift}");
    assert!(deepest < 4e-3, "{deepest}");
}

/// Stiffness in weights of a cube a millimetre. The drifts of the prototype were 0.6, 0.4 and 2.4 mm, from other random offsets; its springs did up to
/// twice as much in a step. Ten cubes are near to what buckles.
#[test]
fn stacks_stand_at_the_prototypes_stiffness() {
    for (count, rate, weights, prototype, most) in
        [(3, 240, 1.0, 0.6, 6.0), (5, 480, 10.0, 0.4, 3.0), (10, 960, 30.0, 2.4, 20.0)]
    {
        let stiffness = BodyStiffness::Fixed(weights * 0.5 * 9.81 / 1e-3);
        let scene = Scene { rate, stiffness, contact_width: Some(5e-4), ..Scene::default() };
        let (drift, deepest) = drift(&stack(count, scene), 5.0);
        let (drift, deepest) = (1e3 * drift, 1e3 * deepest);
        println!(
            "{count} cubes, {rate} steps a second, 5 s: drift {drift:.2} mm (prototype {prototype}), overlap {deepest:.2} mm"
        );
        assert!(drift < most, "{count}: {drift} mm");
    }
}

#[test]
fn a_pyramid_stands() {
    let place = PlaceSpec::Pyramid { rows: 6, centre: (0.0, 0.0), gap: 0.004 };
    let setup = setup(&Scene { groups: vec![group(CUBE, 1, place)], ..Scene::default() });
    assert_eq!(setup.bodies.len(), 21);
    let (drift, deepest) = drift(&setup, 5.0);
    println!("a pyramid of 21 cubes, 5 s: drift {:.2} mm, deepest overlap {:.2} mm", 1e3 * drift, 1e3 * deepest);
    assert!(drift < 5e-3, "{drift}");
}

/// Fifty balls in a pit of 0.34 m, every fifth four times as heavy: the prototype's end depth was 2.5 mm, its kinetic energy after 3.5 s 1e-5 J.
#[test]
fn a_heap_in_a_pit_comes_to_rest() {
    let wall = |x: f64, y: f64| {
        let half = (if x == 0.0 { 0.37 } else { 0.1 }, if y == 0.0 { 0.37 } else { 0.1 });
        Wall { centre: (0.27 * x, 0.27 * y), half, height: 2.0 }
    };
    let place =
        PlaceSpec::Grid { corner: (-0.11, -0.11, 0.06), spacing: (0.11, 0.11, 0.115), columns: (3, 3), jitter: 4e-3 };
    let mut balls = group(BALL, 50, place);
    balls.mass = Some(0.5);
    let mut setup = setup(&Scene {
        terrain: TerrainSpec::Walls(vec![wall(1.0, 0.0), wall(-1.0, 0.0), wall(0.0, 1.0), wall(0.0, -1.0)]),
        stiffness: BodyStiffness::Fixed(4.0 * 0.5 * 9.81 / 1e-3),
        contact_width: Some(5e-4),
        groups: vec![balls],
        ..Scene::default()
    });
    for body in setup.bodies.iter_mut().step_by(5) {
        body.mass *= 4.0;
        body.moments = body.moments * 4.0;
    }
    let mut world = CpuWorld::<f64>::new(&setup);
    world.advance(1680).unwrap();
    let kinetic = world.snapshot().unwrap().energy(&setup).kinetic;
    world.advance(240).unwrap();
    let end = world.snapshot().unwrap();
    let apart = |i: usize, j: usize| (end.states[i].position - end.states[j].position).norm_squared().sqrt();
    let nearest = (0..50).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| apart(i, j)).fold(1.0, f64::min);
    let overlap = 1e3 * (0.1 - nearest);
    println!("50 balls in a pit: overlap of balls {overlap:.2} mm, kinetic energy after 3.5 s {kinetic:.1e} J");
    assert!(overlap < 5.0, "{overlap} mm");
    assert!(kinetic < 0.02, "{kinetic}");
    assert_eq!((end.left_out, end.too_fast), (0, 0));
}

/// A capsule lies across two others, at its ends: in the law's own measure of depth, 0.927 mm, where springs of one weight a millimetre carry it.
#[test]
fn a_capsule_lies_as_deep_as_its_weight_says() {
    let capsule = ShapeSpec::Capsule { radius: 0.05, length: 0.4 };
    let quarter = std::f64::consts::FRAC_PI_2;
    let lying = |x: f64| {
        let mut lying = group(capsule, 1, PlaceSpec::At(x, 0.0, 0.05));
        (lying.mass, lying.rotation) = (Some(1.0), (0.0, 0.0, quarter));
        lying
    };
    let mut across = group(capsule, 1, PlaceSpec::At(0.0, 0.0, 0.15));
    across.mass = Some(1.0);
    // Each of the two carries half of the weight.
    let (load, width) = (0.5 * 9.81, 5e-4);
    let setup = setup(&Scene {
        stiffness: BodyStiffness::Fixed(load / 1e-3),
        contact_width: Some(width),
        groups: vec![lying(-0.15), lying(0.15), across],
        ..Scene::default()
    });
    let depth = after(&setup, 2400).depths[2];
    // k w ln(1 + e^(depth / w)) is the load.
    let analytic = width * (1e-3 / width).exp_m1().ln();
    println!("a capsule across two: {:.3} mm deep, analytic {:.3} mm", 1e3 * depth, 1e3 * analytic);
    assert!((depth - analytic).abs() < 1e-5, "{depth}, {analytic}");
}
