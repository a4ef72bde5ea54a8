//! Creatures among free bodies: the law of their own episodes, momentum, energy, and what no bit depends on.

use crate::bodies::{ant, folding_body, folding_brain, sphere};
use crate::conservation::lost_and_regained;
use crate::support::{BALL, CUBE, group, setup};
use burgess_core::math::{Vec3, vec3};
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::example::{network, oscillators};
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{Candidate, Collider, Controller};
use burgess_physics::objects::rival_of;
use burgess_physics::shared_world::{
    CpuWorld, CreatureSpec, CreatureState, PlaceSpec, Resident, Scene, Setup, ShapeSpec, Simulate as _, Snapshot, Start,
};
use burgess_physics::step::episode::Episode;
use burgess_physics::step::pairs::pairs_that_touch;
use burgess_physics::step::state::State;
use burgess_physics::task::TaskPlan;
use burgess_physics::world::{Physics, SelfCollision, World};
use std::f64::consts::PI;
use std::sync::Arc;

fn stream(seed: u64) -> Stream {
    Stream::new(seed, 0, 0, Purpose::Test)
}

/// A creature in a row of one, at a place with a heading.
fn row(scene: &Scene, candidate: &Candidate<f64>, at: (f64, f64), heading: f64, control_period: u32) -> CreatureSpec {
    let physics = scene.physics_of(&Physics::default());
    CreatureSpec {
        body: "made up".to_owned(),
        policy: None,
        at,
        height: 0.0,
        heading,
        count: 1,
        spacing: (0.0, 0.0, 0.0),
        found: Some(Arc::new(Resident::new(candidate.clone(), physics, control_period))),
    }
}

/// A scene with the steps of an episode, in which nothing is yet.
fn empty() -> Scene {
    Scene { rate: 240, ..Scene::default() }
}

/// A creature whose limbs fold into each other.
fn folding(seed: u64) -> Candidate<f64> {
    let mut stream = stream(seed);
    let model = folding_body(&mut stream, 1.0);
    let controller = folding_brain(&mut stream, &model);
    Candidate { model, controller }
}

/// The same that holds nothing: its servos have no torque.
fn limp(seed: u64) -> Candidate<f64> {
    let mut candidate = folding(seed);
    for joint in &mut candidate.model.joints {
        (joint.servo.kp, joint.servo.kd, joint.servo.torque_limit) = (0.0, 0.0, 1.0);
    }
    candidate
}

/// An ant of 4 kg, with its servos.
fn walker(network_brain: bool) -> Candidate<f64> {
    let model = ant().build(4.0 * 9.81 / 4e-3, true);
    let joints = model.joint_count();
    Candidate { controller: if network_brain { network(joints, 6, 3) } else { oscillators(joints) }, model }
}

fn task(steps: u32, control_period: u32) -> TaskPlan {
    TaskPlan {
        steps,
        control_period,
        reward: Vec::new(),
        descriptors: Vec::new(),
        min_height: None,
        min_up: None,
        frame: None,
        observer: None,
    }
}

/// The creatures after so many steps.
fn after(scene: &Scene, steps: u32) -> Snapshot {
    let mut world = CpuWorld::<f64>::new(&setup(scene));
    world.advance(steps).unwrap();
    world.snapshot().unwrap()
}

/// How far a creature of a shared world is from where its episode has it: the largest difference of its base's place
/// (m) and of a hinge's rate (rad/s).
fn difference(creature: &CreatureState, state: &State<f64>) -> f64 {
    let place = (creature.position - state.position).norm_squared().sqrt();
    let rates = creature.rates.iter().zip(&state.links).map(|(rate, link)| (rate - link.rate).abs());
    rates.fold(place, f64::max)
}

/// A creature in its own episode and alone in a shared world: the contacts between links that pushed in a second, and
/// how far the two are apart.
fn alone(scene: &Scene, candidate: &Candidate<f64>, period: u32) -> (usize, f64) {
    let world = World::new(&scene.physics_of(&Physics::default()), &scene.terrain, scene.seed);
    let alone = Scene { creatures: vec![row(scene, candidate, (0.0, 0.0), 0.0, period)], ..scene.clone() };
    let task = task(480, period);
    let mut episode = Episode::new(candidate, &world, &task);
    let mut shared = CpuWorld::<f64>::new(&setup(&alone));
    let (mut touched, mut worst) = (0, 0.0_f64);
    for _ in 0..240 {
        episode.move_on();
        shared.step();
        touched += episode.work.pairs.iter().filter(|pair| pair.force.normal > 1.0).count();
        worst = worst.max(difference(&shared.snapshot().unwrap().creatures[0], &episode.state));
    }
    let moved = (episode.state.position - episode.prelude().start).norm_squared().sqrt();
    println!("alone for a second: {moved:.3} m, {touched} contacts between links, off by {worst:.1e}");
    assert!(moved > 0.01, "{moved}");
    (touched, worst)
}

/// Where its links do not touch each other, to the bit: also with a network, and with whole shapes on ground that is no
/// plane. Where they do, sums have another order.
#[test]
fn a_creature_alone_moves_as_in_its_own_episode() {
    let bumps = Scene { terrain: TerrainSpec::Bumps { height: 0.06, wavelength: 0.5 }, ..empty() };
    let mut whole = walker(false);
    whole.model.touch_with_whole_shapes();
    for (scene, candidate, period) in [(empty(), walker(false), 1), (empty(), walker(true), 4), (bumps, whole, 1)] {
        assert_eq!(alone(&scene, &candidate, period), (0, 0.0));
    }
    let (touched, worst) = alone(&empty(), &folding(1), 1);
    assert!(touched > 100 && worst < 1e-9, "{touched}, {worst}");
}

/// What becomes of one that is no number any more is its own affair.
#[test]
fn a_creature_that_is_lost_is_counted() {
    let mut mad = walker(false);
    mad.controller = Controller::Sequence { actions: vec![f64::NAN; 8] };
    let scene = empty();
    let still = walker(true);
    let creatures = vec![row(&scene, &mad, (0.0, 0.0), 0.0, 1), row(&scene, &still, (0.8, 0.0), 0.0, 1)];
    let lost = after(&Scene { creatures: creatures.clone(), ..scene.clone() }, 60);
    assert_eq!(lost.lost(), 1);
    assert!(!lost.creatures[0].is_finite());
    let other = after(&Scene { creatures: creatures[1..].to_vec(), ..scene }, 60);
    assert_eq!(bits(&Snapshot { creatures: lost.creatures[1..].to_vec(), ..lost }), bits(&other));
}

/// Two that meet push each other as a candidate and its rival do, those with two shapes on a link, too.
#[test]
fn two_creatures_meet_as_rivals_do() {
    let scene = empty();
    let physics = scene.physics_of(&Physics::default());
    let world = World::new(&physics, &TerrainSpec::default(), 0);
    let mut all = 0;
    for (seeds, with_head) in [([4, 5], false), ([4, 5], true), ([6, 9], false), ([10, 12], true)] {
        let [own, rival] = seeds.map(|seed| {
            let mut candidate = folding(seed);
            if with_head {
                let head = Collider { link: 0, shape: sphere(0.09) };
                candidate.model.colliders.insert(1, head);
                candidate.model.pairs = pairs_that_touch(&candidate.model, &SelfCollision::On);
            }
            candidate
        });
        let (at, heading) = ((0.26, 0.02), PI);
        let mut model = own.model.clone();
        model.objects = vec![rival_of(&rival, at, heading, &physics)];
        model.pairs = pairs_that_touch(&model, &SelfCollision::On);
        let first = own.model.links.len();
        let candidate = Candidate { model, controller: own.controller.clone() };
        let creatures = vec![row(&scene, &own, (0.0, 0.0), 0.0, 1), row(&scene, &rival, at, heading, 1)];
        let mut shared = CpuWorld::<f64>::new(&setup(&Scene { creatures, ..scene.clone() }));
        let task = task(480, 1);
        let mut episode = Episode::new(&candidate, &world, &task);
        let (mut met, mut worst) = (0, 0.0_f64);
        for _ in 0..240 {
            episode.move_on();
            shared.step();
            let is_meeting = |links: &[usize; 2]| (links[0] < first) != (links[1] < first);
            met += episode.work.pairs.iter().filter(|pair| is_meeting(&pair.links) && pair.force.normal > 1.0).count();
            let seen = shared.snapshot().unwrap();
            assert_eq!(episode.work.pairs_left_out, 0);
            worst = worst.max(difference(&seen.creatures[0], &episode.state));
            worst = worst.max(difference(&seen.creatures[1], &episode.state.objects[0]));
        }
        println!("two that meet for a second: {met} contacts between them, off by {worst:.1e}");
        all += met;
        assert!(worst < 1e-8, "{worst}");
    }
    assert!(all > 100, "{all}");
}

/// A creature that folds without gravity, far above the ground, among balls and cubes that fly into it.
fn brawl() -> Scene {
    let scene = Scene { gravity: 0.0, ..Scene::default() };
    let mut creatures =
        vec![row(&scene, &folding(7), (0.0, 0.0), 0.3, 1), row(&scene, &folding(8), (0.4, 0.1), 2.0, 1)];
    creatures.iter_mut().for_each(|row| row.height = 50.0);
    let place = |corner| PlaceSpec::Grid { corner, spacing: (0.16, 0.16, 0.16), columns: (6, 4), jitter: 0.01 };
    let mut balls = group(BALL, 24, place((-0.3, -0.4, 50.5)));
    let mut cubes = group(CUBE, 24, place((-0.3, -0.4, 49.7)));
    (balls.velocity, balls.scatter, cubes.velocity) = ((0.0, 0.0, -1.5), 0.3, (0.0, 0.0, 1.0));
    Scene { groups: vec![balls, cubes], creatures, ..scene }
}

#[test]
fn a_brawl_keeps_its_momentum() {
    let setup = setup(&brawl());
    let mut world = CpuWorld::<f64>::new(&setup);
    let start = world.snapshot().unwrap();
    let size = |v: Vec3<f64>| v.norm_squared().sqrt();
    let masses = || setup.bodies.iter().zip(&start.states);
    let sum: f64 = masses().map(|(body, state)| body.mass * size(state.velocity)).sum();
    let (linear, angular) = start.momentum(&setup);
    world.advance(480).unwrap();
    let end = world.snapshot().unwrap();
    let (linear_after, angular_after) = end.momentum(&setup);
    // Lever arms of a metre, about the middle of all.
    let middle = vec3(0.1, 0.0, 50.1);
    let about = |angular: Vec3<f64>, linear: Vec3<f64>| angular - middle.cross(linear);
    let turned = about(angular_after, linear_after) - about(angular, linear);
    let (moved, turned) = (size(linear_after - linear) / sum, size(turned) / sum);
    println!("a brawl: momentum off by {moved:.1e}, angular momentum by {turned:.1e} of the sums");
    let speeds = |snapshot: &Snapshot| snapshot.creatures.iter().map(|c| size(c.links[0].velocity)).fold(0.0, f64::max);
    assert!(speeds(&end) > 0.3, "{}", speeds(&end));
    assert!(moved < 1e-13, "{moved}");
    // Links carry theirs to first order in the time step, as what tumbles does.
    assert!(turned < 2e-3, "{turned}");
}

/// Limp creatures and balls fall onto each other: springs of contacts and joint limits give back what they took, and
/// there is nothing beyond that.
#[test]
fn a_pile_of_limp_creatures_gains_no_energy() {
    let scene = Scene::default();
    let mut creatures: Vec<CreatureSpec> =
        (0..4).map(|i| row(&scene, &limp(20 + i), (0.0, 0.0), 0.7 * i as f64, 1)).collect();
    for (i, row) in creatures.iter_mut().enumerate() {
        (row.count, row.spacing, row.height) = (3, (0.05, 0.02, 1.2), 0.3 * i as f64);
    }
    let place = PlaceSpec::Pile { centre: (0.1, 0.1), width: 0.5, height: 3.7 };
    let scene = Scene { groups: vec![group(BALL, 40, place)], creatures, ..scene };
    let setup = setup(&scene);
    let mut world = CpuWorld::<f64>::new(&setup);
    let energy = |world: &mut CpuWorld<f64>| world.snapshot().unwrap().energy(&setup);
    let mut energies = vec![energy(&mut world)];
    for _ in 0..200 {
        world.advance(12).unwrap();
        energies.push(energy(&mut world));
    }
    let totals: Vec<f64> = energies.iter().map(|energy| energy.total()).collect();
    let (lost, regained) = lost_and_regained(&totals);
    // Balls roll on; the creatures lie still.
    let end = world.snapshot().unwrap();
    let quiet = Snapshot { states: Vec::new(), ..end.clone() }.energy(&setup).kinetic;
    println!(
        "limp creatures and balls: lost {lost:.1} J in 5 s, most regained {regained:.3} J, kinetic energy of the creatures at the end {quiet:.2e} J, deepest {:.1} mm",
        1e3 * end.deepest()
    );
    assert!(totals.iter().all(|&total| total <= totals[0] * (1.0 + 1e-12)), "{totals:?}");
    assert!(regained < 0.02 * lost, "{regained} of {lost}");
    assert!(quiet < 0.01, "{quiet}");
    assert_eq!((end.left_out, end.too_fast, end.lost()), (0, 0, 0));
}

/// A ball that lies on a creature's back stays above it, and both weigh on the ground.
#[test]
fn a_creature_carries_a_ball() {
    let scene = empty();
    let mut candidate = walker(false);
    candidate.controller = Controller::Sequence { actions: vec![0.0; 8] };
    let still = row(&scene, &candidate, (0.0, 0.0), 0.0, 1);
    let alone = after(&Scene { creatures: vec![still.clone()], ..scene.clone() }, 480);
    let on_top = alone.creatures[0].position.z + 0.12 + 0.05;
    let mut ball = group(BALL, 1, PlaceSpec::At(0.0, 0.0, on_top + 0.02));
    ball.mass = Some(1.0);
    let carried = after(&Scene { groups: vec![ball], creatures: vec![still], ..scene }, 60);
    let (creature, ball) = (&carried.creatures[0], &carried.states[0]);
    let gap = (ball.position - creature.position).norm_squared().sqrt() - 0.17;
    println!("a ball of 1 kg on a back: gap {:.2} mm", 1e3 * gap);
    assert!(gap.abs() < 2e-3, "{gap}");
    assert!(ball.velocity.z.abs() < 0.3 && carried.deepest() > 0.0);
}

/// All numbers of free bodies and creatures, as bits.
fn bits(snapshot: &Snapshot) -> Vec<u64> {
    let links = snapshot.creatures.iter().flat_map(|creature| creature.links.iter().copied());
    crate::support::bits(&snapshot.states.iter().copied().chain(links).collect::<Vec<_>>())
}

/// Creatures that wade through balls, in three worlds.
fn wading() -> Scene {
    let scene = Scene { worlds: 3, ..Scene::default() };
    let mut creatures =
        vec![row(&scene, &folding(11), (0.0, 0.0), 0.0, 1), row(&scene, &walker(true), (0.6, 0.0), 3.0, 8)];
    (creatures[0].count, creatures[0].spacing) = (2, (0.0, 0.45, 0.0));
    let place = PlaceSpec::Pile { centre: (0.3, 0.2), width: 0.9, height: 0.3 };
    Scene { groups: vec![group(BALL, 20, place), group(CUBE, 20, place)], creatures, ..scene }
}

#[test]
fn threads_change_no_bits_of_creatures() {
    let setup = setup(&wading());
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut world = CpuWorld::<f32>::new(&setup);
            world.advance(240).unwrap();
            bits(&world.snapshot().unwrap())
        })
    };
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(5));
}

/// The same worlds, the last one first.
fn reversed(setup: &Setup) -> Setup {
    let mut other = crate::bits::reversed(setup);
    let each = setup.creatures.len() / setup.worlds();
    for (to, from) in other.creatures.chunks_mut(each).zip(setup.creatures.chunks(each).rev()) {
        for (to, from) in to.iter_mut().zip(from) {
            *to = Start { world: to.world, ..*from };
        }
    }
    other
}

#[test]
fn other_worlds_change_no_bits_of_creatures() {
    let scene = wading();
    let run = |setup: &Setup| {
        let mut world = CpuWorld::<f64>::new(setup);
        world.advance(240).unwrap();
        world.snapshot().unwrap()
    };
    let of_world = |snapshot: &Snapshot, worlds: usize, world: usize| {
        let (bodies, creatures) = (snapshot.states.len() / worlds, snapshot.creatures.len() / worlds);
        bits(&Snapshot {
            states: snapshot.states[world * bodies..][..bodies].to_vec(),
            creatures: snapshot.creatures[world * creatures..][..creatures].to_vec(),
            ..snapshot.clone()
        })
    };
    let all = setup(&scene);
    let (forth, back) = (run(&all), run(&reversed(&all)));
    for world in 0..3 {
        assert_eq!(of_world(&forth, 3, world), of_world(&back, 3, 2 - world), "world {world}");
    }
    assert_ne!(of_world(&forth, 3, 0), of_world(&forth, 3, 1));
    let alone = run(&setup(&Scene { worlds: 1, ..scene }));
    assert_eq!(of_world(&forth, 3, 0), bits(&alone));
}

/// What is too large or too small beside the rest is found once it is known who the creatures are.
#[test]
fn sizes_of_creatures_are_checked() {
    let scene = Scene::default();
    let creatures = vec![row(&scene, &walker(false), (0.0, 0.0), 0.0, 1)];
    let with = |radius: f64, count: u32| {
        let mut creatures = creatures.clone();
        (creatures[0].count, creatures[0].spacing) = (count, (0.001, 0.0, 0.0));
        let boulder = group(ShapeSpec::Sphere { radius }, 1, PlaceSpec::At(5.0, 0.0, 5.0));
        Scene { groups: vec![boulder], creatures, worlds: 100, ..scene.clone() }.problems()
    };
    assert_eq!(with(0.3, 1), []);
    let [(field, message)] = &with(2.0, 1)[..] else { panic!("one problem") };
    assert!(field == "creatures" && message.contains("8 times as large as the smallest, limbs included"), "{message}");
    let [(field, message)] = &with(0.3, 2000)[..] else { panic!("one problem") };
    assert!(field == "creatures" && message.contains("limbs in all worlds, is 1800000"), "{message}");
}
