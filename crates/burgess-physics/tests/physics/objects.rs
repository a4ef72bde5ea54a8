//! Objects beside a creature: where they start and rest, momentum, gradients.

use crate::bodies::{ant, folding_body, folding_brain};
use crate::pairs::{gradient_error, stream, world};
use burgess_core::autodiff::Dual;
use burgess_core::math::{Vec3, vec3};
use burgess_core::rng::Stream;
use burgess_physics::gradient::Objective;
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{Candidate, Controller, Model};
use burgess_physics::objects::compile_objects;
use burgess_physics::scene::{ObjectSpec, ShapeSpec};
use burgess_physics::step::episode::Episode;
use burgess_physics::step::pairs::pairs_that_touch;
use burgess_physics::step::reverse::episode::{TAPE_MEMORY, differentiate};
use burgess_physics::step::state::{Drive, State, Work};
use burgess_physics::step::step::step;
use burgess_physics::task::TaskPlan;
use burgess_physics::world::{Physics, SelfCollision, World};

fn object(shape: ShapeSpec, mass: f64, at: (f64, f64, f64)) -> ObjectSpec {
    let nothing = (0.0, 0.0, 0.0);
    ObjectSpec { shape, mass, at, turn: nothing, friction: None, fixed: false, count: 1, spacing: nothing }
}

fn ball(radius: f64, mass: f64, at: (f64, f64, f64)) -> ObjectSpec {
    object(ShapeSpec::Sphere { radius }, mass, at)
}

/// The body among objects.
fn among(mut model: Model<f64>, objects: &[ObjectSpec]) -> Model<f64> {
    let physics = Physics { objects: objects.to_vec(), ..Physics::default() };
    model.objects = compile_objects(&physics);
    model.pairs = pairs_that_touch(&model, &SelfCollision::On);
    model
}

fn task(steps: u32) -> TaskPlan {
    TaskPlan {
        steps,
        control_period: 1,
        reward: vec![
            (RewardTerm::ForwardVelocity, 1.0),
            (RewardTerm::ObjectProgress, 1.0),
            (RewardTerm::ObjectReached { target: (0.5, 0.2), radius: 0.4 }, 2.0),
            (RewardTerm::ObjectLifted, 1.0),
            (RewardTerm::ObjectTouch, 3.0),
            (RewardTerm::SelfTouch, -2.0),
        ],
        descriptors: vec![Descriptor::ObjectX, Descriptor::ObjectTouch, Descriptor::SelfTouch],
        min_height: None,
        min_up: None,
        frame: None,
        observer: None,
    }
}

fn still(model: &Model<f64>) -> Controller<f64> {
    Controller::Sequence { actions: vec![0.0; model.joint_count()] }
}

/// Objects of all shapes close around a body, in reach of its limbs, one upon another, and one that stands fixed.
fn close_by(stream: &mut Stream) -> Vec<ObjectSpec> {
    let mut objects = vec![
        ball(
            stream.range(0.04, 0.08),
            stream.range(0.1, 1.0),
            (stream.range(0.15, 0.25), stream.range(-0.1, 0.1), 0.0),
        ),
        object(ShapeSpec::Box { half: (0.06, 0.05, 0.04) }, 0.4, (-0.2, stream.range(-0.1, 0.1), 0.0)),
        object(ShapeSpec::Capsule { radius: 0.03, length: 0.1 }, 0.2, (-0.2, stream.range(-0.1, 0.1), 0.1)),
        object(ShapeSpec::Box { half: (0.1, 0.02, 0.1) }, 0.0, (0.0, 0.3, 0.0)),
    ];
    objects[2].turn = (0.1, 0.2, stream.range(-1.0, 1.0));
    objects[3].fixed = true;
    objects
}

#[test]
fn the_backward_pass_goes_through_objects() {
    let mut touched = [0; 4];
    for seed in 0..16 {
        let mut stream = stream(300 + seed);
        let model = folding_body(&mut stream, 1.0);
        let controller = folding_brain(&mut stream, &model);
        let candidate = Candidate { model: among(model, &close_by(&mut stream)), controller };
        let world = world(9.81, 240);
        for (steps, bound) in [(60, 1e-8), (240, 1e-6)] {
            let task = task(steps);
            let mut episode = Episode::new(&candidate, &world, &task);
            while episode.advance() {
                let links = candidate.model.links.len();
                for pair in episode.work.pairs.iter().filter(|pair| pair.force.normal > 0.0) {
                    pair.links.into_iter().filter_map(|link| link.checked_sub(links)).for_each(|i| touched[i] += 1);
                }
            }
            let error = gradient_error(&candidate, &world, &task, &mut stream);
            assert!(error < bound, "{seed}, {steps} steps: {error:.1e}");
        }
    }
    assert!(touched.iter().all(|&count| count > 100), "contacts of each object: {touched:?}");
}

/// With respect to the friction of each object that has one, and to that of the world, which the others have.
#[test]
fn the_backward_pass_goes_through_frictions_of_objects() {
    for seed in 0..8 {
        let mut stream = stream(700 + seed);
        let model = folding_body(&mut stream, 1.0);
        let controller = folding_brain(&mut stream, &model);
        let mut objects = close_by(&mut stream);
        for i in [0, 2, 3] {
            objects[i].friction = Some(stream.range(0.1, 1.2));
        }
        let candidate = Candidate { model: among(model, &objects), controller };
        let world = world(9.81, 240);
        for (steps, bound) in [(60, 1e-8), (240, 1e-6)] {
            let error = gradient_error(&candidate, &world, &task(steps), &mut stream);
            assert!(error < bound, "{seed}, {steps} steps: {error:.1e}");
        }
        // By dual numbers, in which the friction of the world moves.
        let (task, objective) = (task(60), Objective { reward: 0.7, descriptors: vec![0.5, 0.3, 1.0] });
        let gradient = differentiate(&candidate, &world, &task, &objective, TAPE_MEMORY);
        let mut moving: World<Dual<f64, 1>> = world.cast();
        moving.friction.derivative = [1.0];
        let returns = Episode::new(&candidate.map(Dual::constant), &moving, &task).run();
        let weighted = returns.descriptors.iter().zip(&objective.descriptors).map(|(x, w)| x.derivative[0] * w);
        let wanted = returns.reward.derivative[0] * objective.reward + weighted.sum::<f64>();
        let error = (gradient.world.friction - wanted).abs() / wanted.abs().max(1e-6);
        assert!(error < 1e-8, "{seed}: {} is not {wanted}", gradient.world.friction);
        let of_objects = gradient.candidate.model.objects.iter().map(|object| object.body.friction);
        assert!(of_objects.zip(&objects).all(|(own, spec)| own.is_some() == spec.friction.is_some()));
    }
}

/// Where a box of some friction is along x (m) after 1/4, 1/2 and 3/4 s on a slope of 0.3: the ground, or a ramp of some friction.
fn on_slope(friction: Option<f64>, ramp: Option<f64>) -> [f64; 3] {
    let turn = (0.0, -(0.3f64.atan()), 0.0);
    let half = (0.06, 0.06, 0.03);
    let brick = ObjectSpec { turn, friction, ..object(ShapeSpec::Box { half }, 0.5, (-1.0, 0.0, 0.0)) };
    let mut world = world(9.81, 240);
    let objects = match ramp {
        None => {
            world.terrain = TerrainSpec::Plane { slope: 0.3 }.compile(0);
            vec![brick]
        }
        Some(friction) => {
            let slab = object(ShapeSpec::Box { half: (1.0, 0.3, 0.05) }, 0.0, (-1.0, 0.0, 0.1));
            // Just above its upper side.
            let brick = ObjectSpec { at: (-1.0, 0.0, 0.475), ..brick };
            vec![brick, ObjectSpec { turn, friction: Some(friction), fixed: true, ..slab }]
        }
    };
    let model = among(ant().build(1e4, true), &objects);
    let candidate = Candidate { controller: still(&model), model };
    let task = task(180);
    let mut episode = Episode::new(&candidate, &world, &task);
    [60, 120, 180].map(|steps| {
        while episode.steps() < steps {
            episode.advance();
        }
        episode.state.objects[0].position.x
    })
}

#[test]
fn boxes_slide_and_stand_by_their_own_friction() {
    for (friction, ramp, mean) in [(0.1, None, 0.1), (0.05, Some(0.4), 0.02f64.sqrt()), (0.0, None, 0.0)] {
        let [x, y, z] = on_slope(Some(friction), ramp);
        let found = (2.0 * y - x - z) / 0.25f64.powi(2);
        let wanted = 9.81 * (0.3 - mean) / (1.0 + 0.3f64.powi(2));
        println!("{friction} on {ramp:?}: slides at {found:.3} m/s2 along x, {wanted:.3} by Coulomb's law");
        assert!((found / wanted - 1.0).abs() < 0.05, "{friction} on {ramp:?}: {found} is not {wanted} m/s2");
    }
    for (friction, ramp) in [(Some(0.8), None), (Some(0.8), Some(0.2)), (None, Some(0.2)), (Some(0.2), Some(0.8))] {
        let [x, _, z] = on_slope(friction, ramp);
        println!("{friction:?} on {ramp:?}: {:.2} mm in half a second", (x - z) * 1e3);
        assert!((x - z).abs() < 0.005, "{friction:?} on {ramp:?}: {} m", x - z);
    }
    let bits = |friction| on_slope(friction, None).map(f64::to_bits);
    assert_eq!(bits(Some(0.8)), bits(None), "the world's friction is 0.8");
}

/// In free flight a creature that hits objects gives them what it loses.
#[test]
fn momentum_goes_from_creature_to_objects() {
    let (mut worst, mut touched) = (0.0_f64, 0);
    for seed in 0..20 {
        let mut stream = stream(400 + seed);
        let model = folding_body(&mut stream, 1.0);
        let model = among(model, &close_by(&mut stream)[..3]);
        let world = world(0.0, 240);
        let mut state = State::at_rest(&model, Vec3::zero());
        let up = vec3(0.0, 0.0, 100.0);
        state.position += up;
        state.objects.iter_mut().for_each(|object| object.position += up);
        let mut work = Work::new(&model, world.gravity, world.contact_width);
        let mut drive = Drive::idle(&model);
        for i in 0..240 {
            if i % 60 == 0 {
                drive.targets.iter_mut().for_each(|target| *target = stream.range(-2.4, 2.4));
            }
            step(&model, &world, &drive, &mut state, &mut work);
            let links = model.links.len();
            touched +=
                work.pairs.iter().filter(|p| p.force.normal > 0.0 && p.links.iter().any(|&l| l >= links)).count();
            let all = state.links.iter().chain(state.objects.iter().flat_map(|object| &object.links));
            let momentum = all.fold(Vec3::zero(), |sum: Vec3<f64>, link| sum + link.momentum);
            worst = worst.max(momentum.norm_squared().sqrt() / model.mass());
        }
    }
    println!("momentum / mass {worst:.1e} m/s, {touched} contacts with objects");
    assert!(touched > 300 && worst < 1e-11, "{worst:.1e} m/s, {touched} contacts");
}

/// On the ground and on each other: objects settle, and stay.
#[test]
fn objects_come_to_rest_on_each_other() {
    let half = (0.05, 0.05, 0.05);
    let stack =
        ObjectSpec { count: 3, spacing: (0.0, 0.0, 0.1), ..object(ShapeSpec::Box { half }, 0.5, (0.6, 0.0, 0.0)) };
    let model = among(ant().build(1e4, true), &[ball(0.1, 1.0, (-0.6, 0.0, 0.0)), stack]);
    let (world, task) = (world(9.81, 240), task(1200));
    let candidate = Candidate { controller: still(&model), model };
    let mut episode = Episode::new(&candidate, &world, &task);
    let mut heights = Vec::new();
    while episode.advance() {
        if episode.steps() % 400 == 0 {
            heights.push(episode.state.objects.iter().map(|object| object.position.z).collect::<Vec<_>>());
        }
    }
    // One millimetre deep under the own weight, three under that of the stack; contacts between moving bodies are softer.
    for (z, (wanted, within)) in heights[2].iter().zip([(0.099, 2e-4), (0.047, 2e-4), (0.147, 5e-3), (0.247, 9e-3)]) {
        assert!((z - wanted).abs() < within, "{heights:?}");
    }
    for (a, b) in heights[1].iter().zip(&heights[2]) {
        assert!((a - b).abs() < 2e-4, "{heights:?}");
    }
    let drift =
        episode.state.objects.iter().skip(1).map(|o| (o.position.x - 0.6).hypot(o.position.y)).fold(0.0, f64::max);
    assert!(drift < 5e-3, "the stack moved by {drift} m");
}

/// What is fixed stays, and what hits it stops.
#[test]
fn fixed_objects_stop_others() {
    let mut wall = object(ShapeSpec::Box { half: (0.05, 1.0, 0.2) }, 0.0, (1.0, 0.0, -0.05));
    wall.fixed = true;
    let model = among(ant().build(1e4, true), &[ball(0.1, 1.0, (0.6, 0.0, 0.0)), wall]);
    let world = world(9.81, 240);
    let mut work = Work::new(&model, world.gravity, world.contact_width);
    let mut state = State::at_rest(&model, vec3(-0.5, 0.0, 0.4));
    state.objects[0].position.z = 0.1;
    state.objects[0].velocity.x = 2.0;
    state.objects[0].links[0].momentum.x = 2.0;
    let fixed = state.objects[1].position;
    let mut furthest = f64::MIN;
    for _ in 0..480 {
        step(&model, &world, &Drive::idle(&model), &mut state, &mut work);
        furthest = furthest.max(state.objects[0].position.x);
    }
    assert_eq!(state.objects[1].position, fixed);
    assert!(furthest > 0.84 && furthest < 0.87, "the ball went to {furthest}");
    assert!(state.objects[0].position.x < 0.85);
}

/// Scenes give where an object's lowest point is, whatever the ground.
#[test]
fn objects_start_on_the_ground() {
    let slope = TerrainSpec::Plane { slope: 0.5 };
    let mut block = object(ShapeSpec::Box { half: (0.1, 0.1, 0.1) }, 0.0, (-1.0, 0.0, 0.02));
    block.fixed = true;
    let physics = Physics { objects: vec![ball(0.1, 1.0, (1.0, 0.5, 0.0)), block], ..Physics::default() };
    let world = World::new(&physics, &slope, 0);
    let mut model = ant().build(1e4, true);
    model.objects = compile_objects(&physics);
    let prelude = burgess_physics::step::prelude::Prelude::new(&model, &world);
    let (gap, _) = world.terrain.distance(prelude.objects[0]);
    assert!((gap - 0.1).abs() < 4e-3, "gap {gap}");
    assert_eq!((prelude.objects[0].x, prelude.objects[0].y), (1.0, 0.5));
    assert!((prelude.objects[1].z - (-0.5 + 0.02 + 0.1)).abs() < 1e-12, "{:?}", prelude.objects[1]);
}
