//! What the CPU's worlds promise, of the GPU's; without an adapter the tests pass by.

use crate::bits::reversed;
use crate::support::{BALL, BRICK, CAPSULE, CUBE, after, bits, group, mixed_pile, setup};
use burgess_physics::gpu::device::{Choice, Gpu, GpuError};
use burgess_physics::gpu::shared_world::compose::source;
use burgess_physics::gpu::shared_world::layout;
use burgess_physics::gpu::shared_world::layout::Room;
use burgess_physics::gpu::{GpuWorld, Options};
use burgess_physics::laws::terrain::{TerrainSpec, Wall};
use burgess_physics::shared_world::{CpuWorld, PlaceSpec, Scene, Setup, ShapeSpec, Simulate, Snapshot};
use std::collections::HashMap;
use std::mem::offset_of;

/// GPU and CPU differ by the rounding of float32, in parts of a body's size and of the fastest speed.
const CLOSE: f64 = 2e-5;

fn open(setup: &Setup, checked: bool) -> Option<GpuWorld> {
    match Gpu::open(&Choice::Best) {
        Ok(gpu) => Some(GpuWorld::new(setup, gpu, Options { checked, ..Options::default() }).unwrap()),
        Err(GpuError::NoAdapter) => None,
        Err(error) => panic!("{error}"),
    }
}

fn run(setup: &Setup, steps: u32) -> Option<Snapshot> {
    let mut world = open(setup, false)?;
    world.advance(steps).unwrap();
    Some(world.snapshot().unwrap())
}

/// The largest distances between positions (m), and between velocities (m/s).
fn apart(a: &Snapshot, b: &Snapshot) -> (f64, f64) {
    a.states.iter().zip(&b.states).fold((0.0, 0.0), |(far, fast): (f64, f64), (a, b)| {
        let distance = (a.position - b.position).norm_squared().sqrt();
        let speed = (a.velocity - b.velocity).norm_squared().sqrt();
        (far.max(distance), fast.max(speed))
    })
}

/// Layers of bricks, capsules and balls that touch each other and the ground from the first step on, turned in all directions.
fn crammed(terrain: TerrainSpec) -> Scene {
    let layer = |(i, shape): (usize, ShapeSpec)| {
        let corner = (-0.15, -0.15, 0.05 + 0.08 * i as f64);
        let place = PlaceSpec::Grid { corner, spacing: (0.095, 0.09, 0.1), columns: (4, 4), jitter: 5e-3 };
        let mut layer = group(shape, 16, place);
        (layer.rotation, layer.scatter) = ((0.5 * i as f64, 0.3, 0.2), 0.2);
        layer
    };
    let shapes = [BRICK, CAPSULE, BALL, BRICK, CAPSULE, CUBE];
    Scene { terrain, groups: shapes.into_iter().enumerate().map(layer).collect(), ..Scene::default() }
}

/// Every kind of pair and of ground, before chaos makes anything of the rounding.
#[test]
fn twins_agree_over_short_windows() {
    let walls = TerrainSpec::Walls(vec![Wall { centre: (0.2, 0.0), half: (0.05, 0.3), height: 0.06 }]);
    let bumps = TerrainSpec::Bumps { height: 0.01, wavelength: 0.7 };
    for terrain in [TerrainSpec::default(), walls, bumps] {
        let pile = Scene { terrain: terrain.clone(), ..mixed_pile(30, 0.5) };
        // What was pressed into each other flies apart, and makes more of any rounding.
        for (scene, windows, close) in [(pile, [1, 9, 50], CLOSE), (crammed(terrain.clone()), [1, 1, 2], 2.0 * CLOSE)] {
            let setup = setup(&scene);
            let Some(mut gpu) = open(&setup, false) else { return };
            let mut single = CpuWorld::<f32>::new(&setup);
            let mut double = CpuWorld::<f64>::new(&setup);
            for steps in windows {
                for world in [&mut gpu as &mut dyn Simulate, &mut single, &mut double] {
                    world.advance(steps).unwrap();
                }
                let [gpu, single, double] =
                    [gpu.snapshot().unwrap(), single.snapshot().unwrap(), double.snapshot().unwrap()];
                let fastest = double.states.iter().map(|s| s.velocity.norm_squared().sqrt()).fold(0.0, f64::max);
                for (name, other) in [("float32", &single), ("float64", &double)] {
                    let (distance, speed) = apart(&gpu, other);
                    let (distance, speed) = (distance / 0.05, speed / fastest);
                    println!(
                        "{} groups, {} steps, {name}: {distance:.1e} of a size, {speed:.1e} of the speed, {:.1} mm deep",
                        scene.groups.len(),
                        gpu.steps,
                        1e3 * gpu.deepest()
                    );
                    assert!(distance < close && speed < close, "{distance}, {speed}");
                }
            }
        }
    }
}

#[test]
fn a_stack_stands_and_a_pyramid_stands() {
    let corner = (0.0, 0.0, 0.05);
    let mut cubes = group(CUBE, 5, PlaceSpec::Grid { corner, spacing: (0.1, 0.1, 0.1), columns: (1, 1), jitter: 1e-3 });
    cubes.mass = Some(0.5);
    let pyramid = group(CUBE, 1, PlaceSpec::Pyramid { rows: 4, centre: (1.0, 0.0), gap: 0.004 });
    let setup = setup(&Scene { groups: vec![cubes, pyramid], ..Scene::default() });
    let Some(end) = run(&setup, 960) else { return };
    let moved = setup.states.iter().zip(&end.states).map(|(a, b)| (a.position - b.position).norm_squared().sqrt());
    let moved = moved.fold(0.0, f64::max);
    println!("2 s: moved {:.2} mm", 1e3 * moved);
    // The uppermost sinks by what all contacts below it yield.
    assert!(moved < 0.012, "{moved}");
}

#[test]
fn the_same_bits_twice_in_any_order_of_worlds_and_with_all_checks() {
    let scene = Scene { worlds: 3, ..mixed_pile(12, 0.3) };
    let all = setup(&scene);
    let Some(forth) = run(&all, 240) else { return };
    let forth = bits(&forth.states);
    assert_eq!(forth, bits(&run(&all, 240).unwrap().states));
    let back = bits(&run(&reversed(&all), 240).unwrap().states);
    let world = forth.len() / 3;
    for i in 0..3 {
        assert_eq!(forth[i * world..][..world], back[(2 - i) * world..][..world], "world {i}");
    }
    let alone = setup(&Scene { worlds: 1, ..scene });
    assert_eq!(forth[..world], bits(&run(&alone, 240).unwrap().states)[..]);
    // In pieces, with checks in the shader.
    let mut pieces = open(&all, true).unwrap();
    for steps in [1, 70, 2, 167] {
        pieces.advance(steps).unwrap();
    }
    let pieces = bits(&pieces.snapshot().unwrap().states);
    let same = forth.iter().zip(&pieces).filter(|(a, b)| a == b).count();
    println!("{same} of {} numbers have the same bits with checks", forth.len());
    assert_eq!(forth, pieces);
}

#[test]
fn what_has_no_room_is_counted_as_on_the_cpu() {
    let place = PlaceSpec::Pile { centre: (0.0, 0.0), width: 0.5, height: 0.0 };
    let setup = setup(&Scene { partners: Some(2), groups: vec![group(BALL, 60, place)], ..Scene::default() });
    // The lists before the first step are the same.
    let Some(gpu) = run(&setup, 1) else { return };
    assert!(gpu.left_out > 0);
    assert_eq!(gpu.left_out, after(&setup, 1).left_out);
    assert_eq!(bits(&run(&setup, 100).unwrap().states), bits(&run(&setup, 100).unwrap().states));
}

/// Scenes without boxes have shaders of their own; beside a large body, cells have more of the small ones than there is room for.
#[test]
fn scenes_without_boxes_agree() {
    let pile = |width: f64| PlaceSpec::Pile { centre: (0.0, 0.0), width, height: 0.0 };
    let balls = vec![group(BALL, 60, pile(0.4))];
    let capsules = vec![group(BALL, 40, pile(0.4)), group(CAPSULE, 40, pile(0.4))];
    let small = group(ShapeSpec::Sphere { radius: 0.01 }, 400, pile(0.2));
    let large = group(ShapeSpec::Sphere { radius: 0.08 }, 1, PlaceSpec::At(0.0, 0.0, 0.3));
    for groups in [balls, capsules, vec![small, large]] {
        let setup = setup(&Scene { groups, ..Scene::default() });
        for steps in [1, 40] {
            let Some(gpu) = run(&setup, steps) else { return };
            let distance = apart(&gpu, &after(&setup, steps)).0 / 0.05;
            println!("{} bodies, {steps} steps: {distance:.1e} of a size", gpu.states.len());
            assert!(distance < CLOSE, "{distance}");
            assert_eq!(gpu.left_out, 0);
            assert_eq!(bits(&gpu.states), bits(&run(&setup, steps).unwrap().states));
        }
    }
}

fn room() -> Room {
    Room { partners: 32, long: true, boxes: true }
}

#[test]
fn the_host_has_the_structs_of_the_shader() {
    let module =
        naga::front::wgsl::parse_str(&source(room(), 100, &TerrainSpec::default().compile(0).map(|x| x as f32)))
            .unwrap_or_else(|error| panic!("{error:?}"));
    let fields = |name: &str| -> (HashMap<String, u32>, u32) {
        let (_, ty) = module.types.iter().find(|(_, ty)| ty.name.as_deref() == Some(name)).unwrap();
        let naga::TypeInner::Struct { members, span } = &ty.inner else { panic!("{name} is no struct") };
        let places = members.iter().map(|member| (member.name.clone().unwrap(), member.offset));
        (places.collect(), *span)
    };
    macro_rules! same {
        ($name:literal, $host:ty, $($field:ident),+) => {{
            let (shader, span) = fields($name);
            $(assert_eq!(shader[stringify!($field)] as usize, offset_of!($host, $field), "{}", stringify!($field));)+
            assert_eq!(shader.len(), [$(stringify!($field)),+].len());
            assert_eq!(span as usize, size_of::<$host>());
        }};
    }
    same!(
        "World",
        layout::World,
        gravity,
        dt,
        friction,
        slip_speed,
        ground_damping,
        onset_speed,
        width,
        tail,
        margin,
        allowance,
        edge,
        slack,
        ground_safety,
        wall_count,
        body_count,
        bodies_of_a_world,
        cell_count,
        unused_0,
        cells,
        unused_1,
        terrain
    );
    same!(
        "Body",
        layout::Body,
        shape,
        radius,
        moments,
        mass,
        inverse_moments,
        inverse_mass,
        stiffness,
        kind,
        reach,
        unused_0
    );
    same!("Progress", layout::Progress, step, under_way, last, due, made, settled, times_made, unused_0);
}
