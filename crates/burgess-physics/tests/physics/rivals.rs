//! Two creatures and objects in one scene: momentum, decisions, where they start, gradients through the rival and its brain.

use crate::bodies::{ant, folding_body, folding_brain};
use crate::pairs::{gradient_error, stream, world};
use burgess_core::math::{Vec3, vec3};
use burgess_core::rng::Stream;
use burgess_physics::batch::{Batch, Drive as Driven, Simulator};
use burgess_physics::example::network;
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{Candidate, Controller, Model};
use burgess_physics::objects::{compile_objects, rival_of};
use burgess_physics::plan::{BrainKind, Plan};
use burgess_physics::scene::{ObjectSpec, ShapeSpec};
use burgess_physics::step::episode::Episode;
use burgess_physics::step::pairs::pairs_that_touch;
use burgess_physics::step::prelude::Prelude;
use burgess_physics::step::state::{Drive, State, Work};
use burgess_physics::step::step::step;
use burgess_physics::task::TaskPlan;
use burgess_physics::world::{Physics, SelfCollision, World};
use std::f64::consts::PI;

/// A light ball beside the creature, if any, and the rivals at their places with their headings.
fn arena(mut model: Model<f64>, ball: bool, rivals: &[(Candidate<f64>, (f64, f64), f64)]) -> Model<f64> {
    let nothing = (0.0, 0.0, 0.0);
    let (shape, at) = (ShapeSpec::Sphere { radius: 0.06 }, (0.22, 0.1, 0.0));
    let ball = ball.then_some(ObjectSpec {
        shape,
        mass: 0.3,
        at,
        turn: nothing,
        friction: None,
        fixed: false,
        count: 1,
        spacing: nothing,
    });
    let physics = Physics { objects: ball.into_iter().collect(), ..Physics::default() };
    model.objects = compile_objects(&physics);
    model.objects.extend(rivals.iter().map(|(rival, at, heading)| rival_of(rival, *at, *heading, &physics)));
    model.pairs = pairs_that_touch(&model, &SelfCollision::On);
    model
}

/// A folding creature with one of the three kinds of brain.
fn creature(stream: &mut Stream, kind: u64) -> Candidate<f64> {
    let model = folding_body(stream, 1.0);
    let controller = match kind % 3 {
        0 => folding_brain(stream, &model),
        1 => network(model.joint_count(), 6, kind),
        _ => Controller::Sequence { actions: (0..5 * model.joint_count()).map(|_| stream.range(-0.9, 0.9)).collect() },
    };
    Candidate { model, controller }
}

/// A creature, and a rival in reach of its limbs.
fn contest(seed: u64) -> (Candidate<f64>, Stream) {
    let mut stream = stream(500 + seed);
    let (own, rival) = (creature(&mut stream, seed), creature(&mut stream, seed / 3));
    let place = (stream.range(0.3, 0.4), stream.range(-0.1, 0.1));
    let model = arena(own.model, true, &[(rival, place, PI + stream.range(-0.5, 0.5))]);
    (Candidate { model, controller: own.controller }, stream)
}

fn task(steps: u32, control_period: u32) -> TaskPlan {
    TaskPlan {
        steps,
        control_period,
        reward: vec![
            (RewardTerm::ForwardVelocity, 1.0),
            (RewardTerm::NearerToObject, 1.0),
            (RewardTerm::ObjectTouch, 2.0),
            (RewardTerm::Smoothness, -0.001),
        ],
        descriptors: vec![Descriptor::ObjectX, Descriptor::FinalY, Descriptor::SelfTouch],
        min_height: None,
        min_up: None,
        frame: None,
        observer: None,
    }
}

/// Contacts of the last step between the creature and its rival, and between the rival's own links.
fn touches(episode: &Episode<'_, f64>) -> [usize; 2] {
    let model = &episode.candidate().model;
    let (own, first) = (model.links.len(), model.links.len() + model.first_rival());
    let count = |is_one: &dyn Fn(usize) -> bool| {
        let pairs = episode.work.pairs.iter().filter(|pair| pair.force.normal > 0.0);
        pairs.filter(|pair| is_one(pair.links[0].min(pair.links[1])) && pair.links.iter().any(|&l| l >= first)).count()
    };
    [count(&|lower| lower < own), count(&|lower| lower >= first)]
}

#[test]
fn the_backward_pass_goes_through_rivals() {
    let mut touched = [0; 2];
    for seed in 0..12 {
        let (candidate, mut stream) = contest(seed);
        let world = world(9.81, 240);
        for (steps, bound) in [(60, 1e-8), (240, 1e-6)] {
            let task = task(steps, 4);
            let mut episode = Episode::new(&candidate, &world, &task);
            while episode.advance() {
                touched.iter_mut().zip(touches(&episode)).for_each(|(sum, count)| *sum += count);
            }
            let error = gradient_error(&candidate, &world, &task, &mut stream);
            assert!(error < bound, "{seed}, {steps} steps: {error:.1e}");
        }
    }
    assert!(touched.iter().all(|&count| count > 100), "contacts with the rival, and within it: {touched:?}");
}

/// In free flight two creatures that hit each other and a ball keep the momentum of all.
#[test]
fn momentum_goes_from_creature_to_creature() {
    let (mut worst, mut met) = (0.0_f64, 0);
    for seed in 0..24 {
        let (Candidate { model, .. }, mut stream) = contest(seed);
        let world = world(0.0, 240);
        let up = vec3(0.0, 0.0, 100.0);
        let mut state = State::at_rest(&model, up);
        state.objects.iter_mut().for_each(|object| object.position += up);
        let mut work = Work::new(&model, world.gravity, world.contact_width);
        let mut drive = Drive::idle(&model);
        let (links, rival) = (model.links.len(), model.links.len() + model.first_rival());
        for i in 0..240 {
            if i % 60 == 0 {
                drive.targets.iter_mut().for_each(|target| *target = stream.range(-2.4, 2.4));
            }
            step(&model, &world, &drive, &mut state, &mut work);
            let pairs = work.pairs.iter().filter(|pair| pair.force.normal > 0.0);
            met += pairs.filter(|p| p.links.iter().any(|&l| l < links) && p.links.iter().any(|&l| l >= rival)).count();
            let all = state.links.iter().chain(state.objects.iter().flat_map(|object| &object.links));
            let momentum = all.fold(Vec3::zero(), |sum: Vec3<f64>, link| sum + link.momentum);
            worst = worst.max(momentum.norm_squared().sqrt() / model.mass());
        }
    }
    println!("momentum / mass {worst:.1e} m/s, {met} contacts of both creatures");
    assert!(met > 200 && worst < 1e-11, "{worst:.1e} m/s, {met} contacts");
}

/// Far apart, each does what it does by itself, whatever way it faces, with its own brain and at the same decisions.
#[test]
fn a_rival_out_of_reach_is_a_creature_by_itself() {
    for kind in 0..3 {
        let mut stream = stream(600 + kind);
        let alone = creature(&mut stream, kind);
        let world = world(9.81, 240);
        let task = TaskPlan { reward: vec![(RewardTerm::ForwardVelocity, 1.0)], ..task(240, 4) };
        for heading in [0.0, PI / 2.0] {
            let model = arena(ant().build(1e4, true), false, &[(alone.clone(), (9.0, 4.0), heading)]);
            let both = Candidate { controller: folding_brain(&mut stream, &model), model };
            let mut episodes = [Episode::new(&alone, &world, &task), Episode::new(&both, &world, &task)];
            while episodes.iter_mut().all(Episode::advance) {}
            let (own, rival) = (&episodes[0].state, &episodes[1].state.objects[0]);
            let moved = rival.position - vec3(9.0, 4.0, 0.0);
            let (s, c) = heading.sin_cos();
            let turned =
                vec3(c * own.position.x - s * own.position.y, s * own.position.x + c * own.position.y, own.position.z);
            let off = (moved - turned).norm_squared().sqrt();
            assert!(own.position.norm_squared() > 1e-3 && off < 1e-7, "{kind}, {heading}: {off:.1e} m");
            for (a, b) in own.links.iter().zip(&rival.links) {
                assert!((a.angle - b.angle).abs() < 1e-7, "{kind}, {heading}: {} {}", a.angle, b.angle);
            }
        }
    }
}

/// Who is not met changes no bit of what the creature does.
#[test]
fn an_unmet_rival_changes_no_bit() {
    let mut stream = stream(700);
    let mut alone = creature(&mut stream, 1);
    let rival = creature(&mut stream, 0);
    let world = world(9.81, 240);
    let task = TaskPlan { reward: vec![(RewardTerm::ForwardVelocity, 1.0)], ..task(240, 4) };
    let reward = |candidate: &Candidate<f64>| Episode::new(candidate, &world, &task).run().reward.to_bits();
    let by_itself = reward(&alone);
    alone.model = arena(alone.model, true, &[(rival, (30.0, 0.0), PI)]);
    alone.model.objects[0].start.y += 20.0;
    assert_eq!(reward(&alone), by_itself);
}

/// A rival starts over its place, just clear of the ground, whatever the ground and its heading.
#[test]
fn rivals_start_on_the_ground() {
    let physics = Physics::default();
    let world = World::new(&physics, &TerrainSpec::Plane { slope: 0.3 }, 0);
    let mut stream = stream(800);
    let rival = creature(&mut stream, 0);
    for heading in [0.0, 1.0, PI] {
        let model = arena(ant().build(1e4, true), false, &[(rival.clone(), (1.5, -0.5), heading)]);
        let prelude = Prelude::new(&model, &world);
        let state = prelude.state(&model);
        let mut work = Work::new(&model, world.gravity, world.contact_width);
        burgess_physics::step::kinematics::kinematics(&model.objects[0].body, &state.objects[0], &mut work.objects[0]);
        let gap = |contact: &burgess_physics::model::ContactPoint<f64>| {
            let link = &work.objects[0].links[contact.link];
            let centre = state.objects[0].position + link.origin + link.rotation * contact.centre;
            world.terrain.distance(centre).0 - contact.radius
        };
        let lowest = model.objects[0].body.contacts.iter().map(gap).fold(f64::INFINITY, f64::min);
        assert!((lowest - 3e-3).abs() < 1e-4, "{heading}: {lowest} m");
        assert_eq!((state.objects[0].position.x, state.objects[0].position.y), (1.5, -0.5));
    }
}

/// A scene has the same bits in any batch, in one go or window by window, and its gradients chain.
#[test]
fn arenas_keep_their_bits_in_any_batch() {
    let plan = Plan { world: world(9.81, 240), task: task(120, 8), brain: BrainKind::Cpg };
    let all: Vec<Candidate<f64>> = (0..5).map(|seed| contest(seed).0).collect();
    let batch = |candidates: &[Candidate<f64>]| Batch::load(&plan, candidates.to_vec()).unwrap();
    let mut whole = batch(&all);
    whole.step(Driven::Controllers, 15).unwrap();
    let text = |batch: &Batch<f64>| batch.states().unwrap().iter().map(|s| format!("{s:?}")).collect::<Vec<_>>();
    let expected = text(&whole);
    for (i, one) in all.iter().enumerate() {
        let mut alone = batch(std::slice::from_ref(one));
        for decisions in [4, 1, 10] {
            let states = alone.states().unwrap();
            alone.set_states(&states).unwrap();
            alone.step(Driven::Controllers, decisions).unwrap();
        }
        assert_eq!(text(&alone)[0], expected[i], "{i}");
    }
}
