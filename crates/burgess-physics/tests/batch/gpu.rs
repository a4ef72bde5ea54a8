//! What the CPU's batch promises, of the GPU's; without an adapter the tests pass by.

use crate::bodies::{folding_body, folding_brain};
use crate::support::{
    actions, after, all_bits, bits, bodies, distance, numbers, plans, shape_numbers, state_numbers, window,
};
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::Error;
use burgess_physics::batch::{Backend, Batch, Drive, Simulator, Snapshot};
use burgess_physics::example::{network, plan};
use burgess_physics::gpu::device::{Choice, Gpu, GpuError};
use burgess_physics::gpu::{GpuBackend, GpuBatch, Options};
use burgess_physics::gradient::Objective;
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::{TerrainSpec, Wall};
use burgess_physics::model::{Candidate, Controller};
use burgess_physics::objects::{compile_objects, rival_of};
use burgess_physics::plan::{BrainKind, Plan};
use burgess_physics::scene::{ObjectSpec, ShapeSpec};
use burgess_physics::step::pairs::pairs_that_touch;
use burgess_physics::world::{Physics, SelfCollision};

/// GPU and CPU differ by the rounding of float32, which contacts make larger from step to step.
const CLOSE: f64 = 2e-3;

fn backend(plan: &Plan, options: Options) -> Option<GpuBackend> {
    match Gpu::open(&Choice::Best) {
        Ok(gpu) => Some(GpuBackend::new(plan, gpu, options).unwrap()),
        Err(GpuError::NoAdapter) => None,
        Err(error) => panic!("{error}"),
    }
}

fn load(backend: &GpuBackend, plan: &Plan) -> GpuBatch {
    backend.load(bodies(plan)).unwrap()
}

#[test]
fn windows_resets_and_states_keep_every_bodys_bits() {
    for mut plan in plans() {
        // Some fall over, some last.
        plan.task.min_up = Some(0.97);
        let Some(backend) = backend(&plan, Options::default()) else { return };
        let outcomes = backend.evaluate(&bodies(&plan)).unwrap();
        let (mut whole, mut pieces) = (load(&backend, &plan), load(&backend, &plan));
        let start = all_bits(&whole);
        window(&mut whole, 12);
        for decisions in [1, 4, 2, 5] {
            let states = pieces.states().unwrap();
            pieces = load(&backend, &plan);
            pieces.set_states(&states).unwrap();
            assert_eq!(
                pieces.states().unwrap().iter().map(bits).collect::<Vec<_>>(),
                states.iter().map(bits).collect::<Vec<_>>()
            );
            window(&mut pieces, decisions);
        }
        assert_eq!(all_bits(&whole), all_bits(&pieces));
        // Resets of some, at another step of the batch than the first.
        let which = [true, false, false, true, false];
        whole.reset(&which).unwrap();
        let others = all_bits(&pieces);
        for (i, state) in all_bits(&whole).iter().enumerate() {
            assert_eq!(state, if which[i] { &start[i] } else { &others[i] });
        }
        window(&mut whole, 12);
        window(&mut pieces, 12);
        let mut fresh = load(&backend, &plan);
        window(&mut fresh, 12);
        let (anew, others) = (all_bits(&fresh), all_bits(&pieces));
        for (i, state) in all_bits(&whole).iter().enumerate() {
            assert_eq!(state, if which[i] { &anew[i] } else { &others[i] });
        }
        // To the end.
        for _ in 0..3 {
            window(&mut pieces, 1);
        }
        for (state, outcome) in pieces.states().unwrap().iter().zip(&outcomes) {
            assert_eq!((state.ending, state.steps), (Some(outcome.ending), outcome.steps));
            assert_eq!(state.reward.to_bits(), outcome.reward.to_bits());
            assert_eq!(state.samples, outcome.descriptors);
        }
    }
}

#[test]
fn order_composition_and_parts_change_no_bits() {
    let [_, plan, _] = plans();
    let Some(backend) = backend(&plan, Options::default()) else { return };
    let Some(split) = self::backend(&plan, Options { rounds: Some(3), ..Options::default() }) else { return };
    let objective = Objective { reward: 1.0, descriptors: vec![0.5, -1.0, 2.0] };
    let mut whole = load(&backend, &plan);
    window(&mut whole, 7);
    let (states, gradients) = (all_bits(&whole), whole.gradients(&objective, None).unwrap());
    for (backend, order) in [(&backend, vec![4, 2, 0]), (&backend, vec![1]), (&split, vec![3, 3, 1, 0, 2, 4])] {
        let all = bodies::<f32>(&plan);
        let mut batch = backend.load(order.iter().map(|&i| all[i].clone()).collect()).unwrap();
        window(&mut batch, 7);
        let own = batch.gradients(&objective, None).unwrap();
        for (place, &i) in order.iter().enumerate() {
            assert_eq!(bits(&batch.states().unwrap()[place]), states[i]);
            assert_eq!(numbers(&own[place]), numbers(&gradients[i]));
        }
    }
}

#[test]
fn windows_and_their_gradients_are_the_cpus() {
    for plan in plans() {
        let tight = Options { tape: Some(200_000), ..Options::default() };
        let Some(backend) = backend(&plan, Options::default()) else { return };
        let Some(segmented) = self::backend(&plan, tight) else { return };
        let all = bodies::<f64>(&plan);
        let given: Vec<Vec<f64>> =
            all.iter().enumerate().map(|(i, body)| actions(body.model.joint_count(), 3, i)).collect();
        let singles: Vec<Vec<f32>> = given.iter().map(|row| row.iter().map(|&x| x as f32).collect()).collect();
        for driven in [false, true] {
            let mut cpu = Batch::<f64>::load(&plan, all.clone()).unwrap();
            let mut gpus = [load(&backend, &plan), load(&segmented, &plan)];
            window(&mut cpu, 3);
            cpu.reset(&[false, true, false, false, true]).unwrap();
            cpu.step(if driven { Drive::Actions(&given) } else { Drive::Controllers }, 3).unwrap();
            let objective = Objective { reward: 1.0, descriptors: vec![0.5, 1.0, -0.3] };
            let ends: Vec<_> = all.iter().map(after).collect();
            let expected = cpu.gradients(&objective, Some(&ends)).unwrap();
            let mut found = Vec::new();
            for gpu in &mut gpus {
                window(gpu, 3);
                gpu.reset(&[false, true, false, false, true]).unwrap();
                gpu.step(if driven { Drive::Actions(&singles) } else { Drive::Controllers }, 3).unwrap();
                let ends: Vec<_> = bodies::<f32>(&plan).iter().map(after).collect();
                found.push(gpu.gradients(&objective, Some(&ends)).unwrap());
            }
            for (a, b) in cpu.states().unwrap().iter().zip(gpus[0].states().unwrap()) {
                assert_eq!((a.steps, a.ending), (b.steps, b.ending));
                let apart = distance(&a.state.position.to_array(), &b.state.position.to_array().map(f64::from));
                assert!(apart < CLOSE, "{apart}");
            }
            for (a, b) in cpu.observations().unwrap().iter().zip(gpus[0].observations().unwrap()) {
                let b: Vec<f64> = b.into_iter().map(f64::from).collect();
                assert!(distance(a, &b) < CLOSE);
            }
            for ((expected, found), segmented) in expected.iter().zip(&found[0]).zip(&found[1]) {
                assert_eq!(numbers(found), numbers(segmented), "segments change bits");
                let apart = distance(&state_numbers(&expected.state), &state_numbers(&found.state));
                assert!(apart < 5e-2, "states: {apart}, {:?} {driven}", plan.brain);
                let apart = distance(&numbers(expected), &numbers(found));
                assert!(apart < 5e-2, "all: {apart}, {:?} {driven}", plan.brain);
            }
        }
    }
}

/// A body whose limbs keep folding onto each other, among objects.
fn folding(seed: u64, objects: &[ObjectSpec]) -> Candidate<f32> {
    let mut stream = Stream::new(seed, 0, 0, Purpose::Test);
    let mut model = folding_body(&mut stream, 1.0);
    let controller = folding_brain(&mut stream, &model);
    model.objects = compile_objects(&Physics { objects: objects.to_vec(), ..Physics::default() });
    model.pairs = pairs_that_touch(&model, &SelfCollision::On);
    Candidate { model, controller }.map(|x| x as f32)
}

#[test]
fn links_that_touch_are_the_cpus() {
    let mut plan = plan(BrainKind::Cpg, 400);
    plan.world.has_pairs = true;
    touch_as_on_the_cpu(&plan, &(0..16).map(|seed| folding(seed, &[])).collect::<Vec<_>>(), 40);
}

/// Servos with a no-load speed each of its own, and some without.
#[test]
fn servos_with_a_no_load_speed_are_the_cpus() {
    let mut plan = plan(BrainKind::Cpg, 400);
    (plan.world.has_pairs, plan.world.has_no_load_speeds) = (true, true);
    let all: Vec<Candidate<f32>> = (60..76).map(geared).collect();
    touch_as_on_the_cpu(&plan, &all, 40);
    plan.task.steps = 120;
    keep_their_bits(&plan, &all[..5]);
    plan.world.has_no_load_speeds = false;
    let Some(backend) = backend(&plan, Options::default()) else { return };
    assert!(matches!(backend.evaluate(&all[..1]), Err(Error::Unsupported(_))));
}

fn geared(seed: u64) -> Candidate<f32> {
    let mut candidate = folding(seed, &[]);
    for (i, joint) in candidate.model.joints.iter_mut().enumerate() {
        joint.servo.no_load_speed = (i % 3 != 0).then_some(1.0 + 0.7 * i as f32);
    }
    candidate
}

/// Objects of all shapes within reach, one upon another, one fixed.
fn within_reach() -> Vec<ObjectSpec> {
    let nothing = (0.0, 0.0, 0.0);
    let object = |shape, mass, at| ObjectSpec {
        shape,
        mass,
        at,
        turn: nothing,
        friction: None,
        fixed: false,
        count: 1,
        spacing: nothing,
    };
    let (half, slab) = ((0.06, 0.05, 0.04), (0.1, 0.02, 0.1));
    vec![
        object(ShapeSpec::Sphere { radius: 0.06 }, 0.4, (0.2, 0.05, 0.0)),
        object(ShapeSpec::Box { half }, 0.4, (-0.2, 0.0, 0.0)),
        ObjectSpec {
            turn: (0.1, 0.2, 0.7),
            ..object(ShapeSpec::Capsule { radius: 0.03, length: 0.1 }, 0.2, (-0.2, 0.05, 0.1))
        },
        ObjectSpec { fixed: true, ..object(ShapeSpec::Box { half: slab }, 0.0, (0.0, 0.3, 0.0)) },
    ]
}

#[test]
fn objects_are_the_cpus() {
    let mut plan = plan(BrainKind::Cpg, 400);
    let objects = within_reach();
    (plan.world.has_pairs, plan.world.objects) = (true, objects.len());
    plan.task.reward.push((RewardTerm::ObjectReached { target: (0.5, 0.2), radius: 0.4 }, 1.0));
    plan.task.reward.push((RewardTerm::SelfTouch, -1.0));
    plan.task.descriptors[1] = Descriptor::ObjectX;
    plan.task.descriptors[2] = Descriptor::ObjectTouch;
    touch_as_on_the_cpu(&plan, &(20..36).map(|seed| folding(seed, &objects)).collect::<Vec<_>>(), 40);
}

/// Objects with a friction of their own, among others, beside a rival.
#[test]
fn frictions_of_objects_are_the_cpus() {
    let mut plan = plan(BrainKind::Cpg, 400);
    let mut objects = within_reach();
    for (i, friction) in [(0, 0.2), (2, 1.1), (3, 0.0)] {
        objects[i].friction = Some(friction);
    }
    (plan.world.has_pairs, plan.world.objects, plan.world.has_frictions) = (true, objects.len(), true);
    plan.task.reward.push((RewardTerm::ObjectReached { target: (0.5, 0.2), radius: 0.4 }, 1.0));
    plan.task.descriptors[1] = Descriptor::ObjectX;
    let all: Vec<Candidate<f32>> = (80..96).map(|seed| folding(seed, &objects)).collect();
    touch_as_on_the_cpu(&plan, &all, 40);
    plan.task.steps = 120;
    keep_their_bits(&plan, &all[..5]);
    plan.world.has_frictions = false;
    let Some(backend) = backend(&plan, Options::default()) else { return };
    assert!(matches!(backend.evaluate(&all[..1]), Err(Error::Unsupported(_))));
}

/// Whole episodes and windows of creatures among objects have the same bits, in any batch.
#[test]
fn objects_keep_their_bits() {
    let mut plan = plan(BrainKind::Cpg, 120);
    let objects = within_reach();
    (plan.world.has_pairs, plan.world.objects) = (true, objects.len());
    plan.task.reward.push((RewardTerm::ObjectProgress, 1.0));
    keep_their_bits(&plan, &(20..25).map(|seed| folding(seed, &objects)).collect::<Vec<_>>());
}

fn keep_their_bits(plan: &Plan, all: &[Candidate<f32>]) {
    let Some(backend) = backend(plan, Options::default()) else { return };
    let all = all.to_vec();
    let outcomes = backend.evaluate(&all).unwrap();
    let mut whole = backend.load(all.clone()).unwrap();
    window(&mut whole, 7);
    for order in [vec![4, 2, 0], vec![1], vec![3, 3, 1, 0, 2, 4]] {
        let some: Vec<Candidate<f32>> = order.iter().map(|&i| all[i].clone()).collect();
        let mut batch = backend.load(some.clone()).unwrap();
        window(&mut batch, 3);
        let states = batch.states().unwrap();
        let mut batch = backend.load(some).unwrap();
        batch.set_states(&states).unwrap();
        window(&mut batch, 4);
        for (place, &i) in order.iter().enumerate() {
            assert_eq!(bits(&batch.states().unwrap()[place]), bits(&whole.states().unwrap()[i]));
        }
        window(&mut batch, 30);
        for (state, &i) in batch.states().unwrap().iter().zip(&order) {
            assert_eq!(
                (state.ending, state.reward.to_bits()),
                (Some(outcomes[i].ending), outcomes[i].reward.to_bits())
            );
        }
    }
}

/// Creatures among objects over stairs and walls that are thinner than their limbs.
fn on_edges(terrain: &TerrainSpec) -> (Plan, Vec<Candidate<f32>>) {
    let mut plan = plan(BrainKind::Cpg, 400);
    let objects = within_reach();
    (plan.world.has_pairs, plan.world.objects, plan.world.whole_shapes) = (true, objects.len(), true);
    plan.world.terrain = terrain.compile(1);
    plan.task.min_up = None;
    let whole = |seed| {
        let mut candidate = folding(seed, &objects);
        candidate.model.touch_with_whole_shapes();
        candidate.model.objects.iter_mut().for_each(|object| object.body.touch_with_whole_shapes());
        candidate
    };
    (plan, (60..72).map(whole).collect())
}

fn edges() -> [TerrainSpec; 3] {
    let ridge = |x| Wall { centre: (x, 0.0), half: (0.01, 0.4), height: 0.06 };
    [
        TerrainSpec::Walls([-0.2, -0.05, 0.1, 0.2].map(ridge).into()),
        TerrainSpec::Stairs { start: -0.2, rise: 0.04, run: 0.1, count: 5 },
        TerrainSpec::Bumps { height: 0.02, wavelength: 0.3 },
    ]
}

#[test]
fn whole_shapes_are_the_cpus() {
    for terrain in edges() {
        let (plan, all) = on_edges(&terrain);
        let mut cpu = Batch::<f32>::load(&plan, all.clone()).unwrap();
        let mut acting = 0;
        for _ in 0..40 {
            window(&mut cpu, 1);
            for (snapshot, candidate) in cpu.states().unwrap().iter().zip(&all) {
                let contacts = candidate.model.contacts.iter().zip(&snapshot.state.contacts);
                acting += contacts.filter(|(point, state)| point.rover.is_some() && state.normal_force > 0.1).count();
            }
        }
        assert!(acting > 300, "rovers acted {acting} times on {terrain:?}");
        touch_as_on_the_cpu(&plan, &all, 40);
    }
}

#[test]
fn whole_shapes_keep_their_bits() {
    let (mut plan, all) = on_edges(&edges()[0]);
    plan.task.steps = 120;
    keep_their_bits(&plan, &all[..5]);
}

/// A model whose points rove needs a world in which they do.
#[test]
fn whole_shapes_are_refused_in_a_world_of_points() {
    let (mut plan, all) = on_edges(&edges()[0]);
    plan.world.whole_shapes = false;
    let Some(backend) = backend(&plan, Options::default()) else { return };
    assert!(matches!(backend.evaluate(&all[..1]), Err(Error::Unsupported(_))));
}

/// Two folding bodies with brains of a kind that reach each other, and a ball between them.
fn contest(seed: u64, brain: &BrainKind) -> Candidate<f32> {
    let mut stream = Stream::new(seed, 0, 0, Purpose::Test);
    let [own, rival] = [0, 1].map(|number| {
        let model = folding_body(&mut stream, 1.0);
        let controller = match brain {
            BrainKind::Cpg => folding_brain(&mut stream, &model),
            BrainKind::Mlp(hidden) => network(model.joint_count(), hidden[0], 2 * seed + number),
            BrainKind::Sequence => {
                Controller::Sequence { actions: actions(model.joint_count(), 5 + number as usize, 3) }
            }
        };
        Candidate { model, controller }
    });
    let physics = Physics { objects: within_reach()[..1].to_vec(), ..Physics::default() };
    let Candidate { mut model, controller } = own;
    model.objects = compile_objects(&physics);
    model.objects.push(rival_of(&rival, (stream.range(0.3, 0.4), 0.05), stream.range(2.0, 4.0), &physics));
    model.pairs = pairs_that_touch(&model, &SelfCollision::On);
    Candidate { model, controller }.map(|x| x as f32)
}

fn contest_plan(brain: BrainKind, steps: u32) -> Plan {
    let mut plan = plan(brain, steps);
    (plan.world.has_pairs, plan.world.objects, plan.world.rivals) = (true, 2, 1);
    // Who falls over fights on.
    plan.task.min_up = None;
    plan.task.reward.push((RewardTerm::NearerToObject, 1.0));
    plan.task.reward.push((RewardTerm::SelfTouch, -1.0));
    plan.task.descriptors[1] = Descriptor::ObjectX;
    plan.task.descriptors[2] = Descriptor::ObjectTouch;
    plan
}

#[test]
fn rivals_are_the_cpus() {
    for brain in [BrainKind::Cpg, BrainKind::Mlp(vec![6]), BrainKind::Sequence] {
        let plan = contest_plan(brain, 400);
        let all: Vec<Candidate<f32>> = (40..52).map(|seed| contest(seed, &plan.brain)).collect();
        touch_as_on_the_cpu(&plan, &all, 40);
    }
}

/// Whole episodes and windows of creatures that meet rivals have the same bits, in any batch.
#[test]
fn rivals_keep_their_bits() {
    for brain in [BrainKind::Cpg, BrainKind::Mlp(vec![6])] {
        let plan = contest_plan(brain, 120);
        keep_their_bits(&plan, &(40..45).map(|seed| contest(seed, &plan.brain)).collect::<Vec<_>>());
    }
}

/// What a GPU cannot do beside rivals is said.
#[test]
fn unlike_rivals_are_refused() {
    let plan = contest_plan(BrainKind::Mlp(vec![6]), 120);
    let Some(backend) = backend(&plan, Options::default()) else { return };
    let mut unlike = contest(40, &plan.brain);
    let rival = unlike.model.objects[1].rival.as_mut().unwrap();
    rival.controller = Controller::Sequence { actions: vec![0.0; 8] };
    assert!(matches!(backend.evaluate(&[unlike]), Err(Error::Unsupported(_))));
    let mut batch = backend.load(vec![contest(40, &plan.brain)]).unwrap();
    assert!(matches!(batch.step(Drive::Actions(&[vec![0.0; 8]]), 1), Err(Error::Unsupported(_))));
}

/// Compares GPU and CPU from each decision to the next.
fn touch_as_on_the_cpu(plan: &Plan, all: &[Candidate<f32>], decisions: usize) {
    let Some(backend) = backend(plan, Options::default()) else { return };
    let all = all.to_vec();
    let objective = Objective { reward: 1.0, descriptors: vec![0.5, 1.0, -0.3] };
    let (mut touched, mut states, mut gradients) = (0, Vec::new(), Vec::new());
    let mut cpu = Batch::<f32>::load(plan, all.clone()).unwrap();
    let mut gpu = backend.load(all.clone()).unwrap();
    for decision in 0..decisions {
        let before = cpu.states().unwrap();
        touched += before.iter().flat_map(|s| &s.state.pairs).filter(|pair| pair.key != 0).count();
        window(&mut cpu, 1);
        let after = cpu.states().unwrap();
        gpu.set_states(&before).unwrap();
        window(&mut gpu, 1);
        for (a, b) in after.iter().zip(gpu.states().unwrap()) {
            assert_eq!(a.state.pairs.len(), b.state.pairs.len());
            let apart = |a: &Snapshot<f32>, b: &Snapshot<f32>| {
                let rates = |s: &Snapshot<f32>| {
                    let own = s.state.links.iter().map(|link| link.rate);
                    let objects = s.state.objects.iter().flat_map(|o| [o.velocity, o.angular_velocity]);
                    let rivals = s.state.objects.iter().flat_map(|o| o.links.iter().map(|link| link.rate));
                    own.chain(objects.flat_map(|v| v.to_array())).chain(rivals).map(f64::from).collect::<Vec<f64>>()
                };
                distance(&rates(a), &rates(b))
            };
            states.push(apart(a, &b));
        }
        if decision % 8 == 7 {
            let expected = cpu.gradients(&objective, None).unwrap();
            let found = gpu.gradients(&objective, None).unwrap();
            for (expected, found) in expected.iter().zip(&found) {
                gradients.push(distance(&shape_numbers(expected), &shape_numbers(found)));
                gradients.push(distance(&numbers(expected), &numbers(found)));
            }
        }
    }
    states.sort_by(f64::total_cmp);
    gradients.sort_by(f64::total_cmp);
    let quantiles = |list: &[f64]| [0.5, 0.9, 0.99, 1.0].map(|q| list[((list.len() - 1) as f64 * q) as usize]);
    println!("{touched} contacts; states {:?}, gradients {:?}", quantiles(&states), quantiles(&gradients));
    assert!(touched > 300, "{touched}");
    assert!(quantiles(&states)[1] < CLOSE, "{:?}", quantiles(&states));
    assert!(quantiles(&gradients)[1] < 1e-2, "{:?}", quantiles(&gradients));
}

/// Software adapters end all loops of an invocation after 65,535 rounds without a word, so the steps of a dispatch must not grow with the speed of
/// a small batch. Each evaluation after the first has longer dispatches.
#[test]
fn networks_of_a_small_batch_reach_the_end_of_long_episodes() {
    let plan = plan(BrainKind::Mlp(vec![64]), 2400);
    let Some(backend) = backend(&plan, Options::default()) else { return };
    let bodies: Vec<Candidate<f32>> = bodies(&plan).into_iter().take(2).collect();
    let first = backend.evaluate(&bodies).unwrap();
    (0..3).for_each(|_| assert_eq!(backend.evaluate(&bodies).unwrap(), first));
}
