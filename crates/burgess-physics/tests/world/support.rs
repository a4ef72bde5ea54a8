//! Scenes and measures that the tests share.

use burgess_physics::shared_world::{
    BodyState, CpuWorld, Group, PlaceSpec, Scene, Setup, ShapeSpec, Simulate as _, Snapshot,
};

/// A group at a place, of a density of 1000 kg/m3.
pub(crate) fn group(shape: ShapeSpec, count: u32, place: PlaceSpec) -> Group {
    Group {
        shape,
        mass: None,
        density: None,
        count,
        place,
        rotation: (0.0, 0.0, 0.0),
        velocity: (0.0, 0.0, 0.0),
        spin: (0.0, 0.0, 0.0),
        scatter: 0.0,
    }
}

pub(crate) const BALL: ShapeSpec = ShapeSpec::Sphere { radius: 0.05 };
pub(crate) const CAPSULE: ShapeSpec = ShapeSpec::Capsule { radius: 0.04, length: 0.08 };
pub(crate) const CUBE: ShapeSpec = ShapeSpec::Box { half: (0.05, 0.05, 0.05) };
pub(crate) const BRICK: ShapeSpec = ShapeSpec::Box { half: (0.05, 0.04, 0.03) };

/// Balls, capsules and bricks in one loose column.
pub(crate) fn mixed_pile(each: u32, width: f64) -> Scene {
    let place = PlaceSpec::Pile { centre: (0.0, 0.0), width, height: 0.02 };
    let groups = [BALL, CAPSULE, BRICK].map(|shape| group(shape, each, place));
    Scene { groups: groups.into(), ..Scene::default() }
}

/// The scene ready to be simulated; it must be without problems.
pub(crate) fn setup(scene: &Scene) -> Setup {
    assert_eq!(scene.problems(), []);
    Setup::new(scene)
}

/// The bodies after so many steps, in float64.
pub(crate) fn after(setup: &Setup, steps: u32) -> Snapshot {
    let mut world = CpuWorld::<f64>::new(setup);
    world.advance(steps).unwrap();
    world.snapshot().unwrap()
}

/// All numbers of states, as bits.
pub(crate) fn bits(states: &[BodyState<f64>]) -> Vec<u64> {
    let numbers = |s: &BodyState<f64>| {
        let vectors = [s.position, s.orientation.v, s.velocity, s.spin].map(|v| v.to_array());
        vectors.concat().into_iter().chain([s.orientation.w]).collect::<Vec<f64>>()
    };
    states.iter().flat_map(numbers).map(f64::to_bits).collect()
}
