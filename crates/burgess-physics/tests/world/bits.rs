//! What no bit depends on, and what is counted.

use crate::support::{BALL, CAPSULE, after, bits, group, mixed_pile, setup};
use burgess_physics::shared_world::{CpuWorld, MAX_PARTNERS, PlaceSpec, Scene, Setup, Simulate as _};

#[test]
fn threads_change_no_bits() {
    let setup = setup(&mixed_pile(40, 0.4));
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| bits(&after(&setup, 300).states))
    };
    let one = run(1);
    assert_eq!(one, run(1));
    assert_eq!(one, run(3));
}

/// The same worlds, the last one first.
pub(crate) fn reversed(setup: &Setup) -> Setup {
    let count = setup.bodies_of_a_world;
    let mut other = setup.clone();
    let worlds = setup.worlds();
    for (place, world) in (0..worlds).rev().enumerate() {
        for i in 0..count {
            let (to, from) = (place * count + i, world * count + i);
            other.bodies[to] = setup.bodies[from];
            other.bodies[to].world = place as u32;
            other.states[to] = setup.states[from];
        }
    }
    other
}

#[test]
fn the_order_of_worlds_and_other_worlds_change_no_bits() {
    let scene = Scene { worlds: 3, ..mixed_pile(12, 0.3) };
    let all = setup(&scene);
    let forth = bits(&after(&all, 240).states);
    let back = bits(&after(&reversed(&all), 240).states);
    let world = forth.len() / 3;
    for i in 0..3 {
        assert_eq!(forth[i * world..][..world], back[(2 - i) * world..][..world], "world {i}");
    }
    // Worlds differ.
    assert_ne!(forth[..world], forth[world..2 * world]);
    let alone = setup(&Scene { worlds: 1, ..scene });
    assert_eq!(forth[..world], bits(&after(&alone, 240).states)[..]);
}

#[test]
fn partners_without_room_are_counted() {
    let heap = |partners| {
        let place = PlaceSpec::Pile { centre: (0.0, 0.0), width: 0.5, height: 0.0 };
        setup(&Scene { partners, groups: vec![group(BALL, 60, place), group(CAPSULE, 60, place)], ..Scene::default() })
    };
    assert!(after(&heap(Some(2)), 100).left_out > 0);
    assert_eq!(after(&heap(None), 100).left_out, 0);
    assert_eq!(after(&heap(Some(MAX_PARTNERS)), 100).left_out, 0);
}

#[test]
fn bodies_that_are_too_fast_are_counted() {
    let mut setup = setup(&mixed_pile(5, 0.5));
    let mut world = CpuWorld::<f64>::new(&setup);
    world.advance(10).unwrap();
    assert_eq!(world.snapshot().unwrap().too_fast, 0);
    // Faster than anything that falls from there.
    setup.states[3].velocity.x = 200.0;
    assert_eq!(after(&setup, 10).too_fast, 10);
}
