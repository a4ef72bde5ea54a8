//! Candidates that the CPU simulates side by side: each has the bits that it has alone, whatever stands beside it.

use super::bodies::{Builder, cuboid, random_shape};
use super::support::candidate_numbers;
use burgess_core::math::{Vec3, vec3};
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::batch::{Backend, CpuBackend, Outcome};
use burgess_physics::example::{network, plan};
use burgess_physics::gradient::{Differentiate, Gradient, Objective};
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{BaseKind, Candidate, Controller, CpgJoint, JointKind, Model};
use burgess_physics::plan::{BrainKind, Plan};
use burgess_physics::task::Ending;
use burgess_physics::world::{GroundContact, Physics, World};
use std::f64::consts::TAU;

/// A random tree of so many links, in preorder, of random shapes.
fn body(links: usize, stream: &mut Stream) -> Model<f64> {
    let mut body = Builder::new(BaseKind::Floating);
    body.add(0, Vec3::zero(), vec3(0.0, 0.0, 1.0), cuboid([0.1, 0.08, 0.05]), 400.0);
    let mut path = vec![(0, vec3(0.1, 0.0, 0.0))];
    for _ in 1..links {
        path.truncate(1 + stream.below(path.len()));
        let &(parent, at) = path.last().unwrap();
        let axis = vec3(stream.normal(), stream.normal(), stream.normal()).normalised();
        let (shape, end) = random_shape(stream);
        path.push((body.add(parent, at, axis, shape, 500.0), end));
    }
    body.limit(-1.2, 1.2);
    let limp = stream.chance(0.2);
    for joint in &mut body.joints {
        let JointKind::Hinge(hinge) = &mut joint.kind;
        hinge.limit_stiffness = 300.0;
        (joint.armature, joint.damping) = (0.005, 0.05);
        (joint.servo.kp, joint.servo.kd, joint.servo.torque_limit) = (15.0, 0.4, 6.0);
        joint.servo.no_load_speed = limp.then_some(12.0);
    }
    let mut model = body.build(1e4, true);
    // Any number of limb ends.
    model.limb_ends.truncate(stream.below(6));
    model
}

fn brain(kind: &BrainKind, joints: usize, stream: &mut Stream) -> Controller<f64> {
    match kind {
        BrainKind::Cpg => Controller::Cpg {
            frequency: stream.range(0.5, 2.5),
            joints: (0..joints)
                .map(|_| CpgJoint {
                    amplitude: stream.range(0.2, 1.0),
                    phase: stream.range(0.0, TAU),
                    offset: stream.range(-0.3, 0.3),
                })
                .collect(),
        },
        BrainKind::Mlp(hidden) => network(joints, hidden[0], stream.below(1000) as u64),
        BrainKind::Sequence => {
            Controller::Sequence { actions: (0..9 * joints).map(|_| stream.range(-1.0, 1.0)).collect() }
        }
    }
}

/// Plans with each kind of brain, on several grounds, whose episodes end early where a body tips over.
fn plans() -> Vec<Plan> {
    let brains = [BrainKind::Cpg, BrainKind::Mlp(vec![5]), BrainKind::Sequence];
    let grounds = [
        TerrainSpec::Plane { slope: 0.0 },
        TerrainSpec::Plane { slope: 0.1 },
        TerrainSpec::Bumps { height: 0.02, wavelength: 0.5 },
    ];
    let one = |(brain, ground): (BrainKind, TerrainSpec)| {
        let mut plan = plan(brain, 240);
        let physics = Physics { ground_contact: GroundContact::Points, ..Physics::default() };
        plan.world = World::new(&physics, &ground, 3);
        plan.task.min_up = Some(0.6);
        plan.task.min_height = Some(0.03);
        plan.task.reward.extend([(RewardTerm::Survival, 0.3), (RewardTerm::Upright, 0.1)]);
        plan.task.descriptors = Descriptor::ALL[..12].to_vec();
        plan
    };
    brains.into_iter().zip(grounds).map(one).collect()
}

/// Candidates of few and of many of a kind. Some diverge: at once, on the way, and one that falls apart.
fn candidates(plan: &Plan) -> Vec<Candidate<f32>> {
    let mut stream = Stream::new(17, 0, 0, Purpose::Actions);
    let mut one = |i: usize| {
        let links = [4, 5, 4, 6, 5, 4, 4][i % 7];
        let model = body(links, &mut stream);
        let controller = brain(&plan.brain, links - 1, &mut stream);
        Candidate { model, controller }
    };
    let mut all: Vec<_> = (0..42).map(&mut one).collect();
    match &mut all[8].controller {
        Controller::Cpg { frequency, .. } | Controller::Mlp { frequency, .. } => *frequency = 3e38,
        Controller::Sequence { actions } => actions[7] = f64::NAN,
    }
    all[20].model.links[1].mass = f64::NAN;
    all[33].model.links[2].mass = -1.0;
    // Of one body with many brains, so that all lanes have one plan.
    for i in 22..33 {
        all[i].model = all[21].model.clone();
        all[i].controller = brain(&plan.brain, all[21].model.joint_count(), &mut stream);
    }
    all.into_iter().map(|candidate| candidate.map(|x| x as f32)).collect()
}

fn bits(outcome: &Outcome) -> Vec<u32> {
    let numbers = std::iter::once(&outcome.reward).chain(&outcome.descriptors).map(|x| x.to_bits());
    numbers.chain([outcome.steps, outcome.ending as u32]).collect()
}

/// Compares what a batch gives with what each of its candidates gives by itself, in several orders and on several threads.
fn assert_as_alone<R>(
    plan: &Plan,
    evaluate: impl Fn(&CpuBackend, &[Candidate<f32>]) -> Vec<R>,
    bits: impl Fn(&R) -> Vec<u32>,
) -> Vec<R> {
    let candidates = candidates(plan);
    let one_thread = CpuBackend::new(plan, Some(1)).unwrap();
    let mut alone: Vec<R> = Vec::new();
    for candidate in &candidates {
        alone.extend(evaluate(&one_thread, std::slice::from_ref(candidate)));
    }
    for (threads, stride) in [(1, 1), (2, 5), (3, 11), (16, 13)] {
        let order: Vec<usize> = (0..candidates.len()).map(|i| i * stride % candidates.len()).collect();
        let shuffled: Vec<_> = order.iter().map(|&i| candidates[i].clone()).collect();
        let together = evaluate(&CpuBackend::new(plan, Some(threads)).unwrap(), &shuffled);
        for (&i, result) in order.iter().zip(&together) {
            assert_eq!(bits(result), bits(&alone[i]), "candidate {i}, {threads} threads, {:?}", plan.brain);
        }
    }
    alone
}

#[test]
fn an_episode_has_the_bits_that_it_has_alone() {
    for plan in plans() {
        let evaluate = |backend: &CpuBackend, candidates: &[Candidate<f32>]| backend.evaluate(candidates).unwrap();
        let alone = assert_as_alone(&plan, evaluate, bits);
        // All endings occur, at different steps.
        for ending in [Ending::Finished, Ending::Terminated, Ending::Diverged] {
            assert!(alone.iter().any(|outcome| outcome.ending == ending), "{ending:?} {:?}", plan.brain);
        }
        let mut steps: Vec<u32> = alone.iter().map(|outcome| outcome.steps).collect();
        steps.sort_unstable();
        steps.dedup();
        assert!(steps.len() > 5, "{steps:?}");
    }
}

/// Bits of all numbers of gradients; one NaN is as good as another.
fn gradient_bits(gradients: &[Gradient<f32>]) -> Vec<u32> {
    let bits = |gradient: &Gradient<f32>| {
        let mut numbers = candidate_numbers(&gradient.candidate);
        let Gradient { returns, prelude, world, state, .. } = gradient;
        numbers.extend(returns.descriptors.iter().map(|&x| f64::from(x)));
        numbers.extend([returns.reward, returns.steps as f32, returns.ending as u32 as f32].map(f64::from));
        let vectors =
            [prelude.start, world.gravity, state.position, state.rotation, state.velocity, state.angular_velocity];
        numbers.extend(vectors.into_iter().flat_map(|v| v.to_array()).map(f64::from));
        let scalars = [prelude.contact_width, prelude.reference_force, prelude.mass, prelude.leg_span, world.friction];
        numbers.extend(scalars.into_iter().chain([world.contact_damping]).map(f64::from));
        numbers.extend(state.angles.iter().chain(&state.rates).map(|&x| f64::from(x)));
        numbers.into_iter().map(|x| if x.is_nan() { f32::NAN } else { x as f32 }.to_bits()).collect::<Vec<_>>()
    };
    gradients.iter().flat_map(bits).collect()
}

#[test]
fn a_gradient_has_the_bits_that_it_has_alone() {
    for plan in plans() {
        let mut objectives = vec![Objective::reward(plan.task.descriptors.len()); 2];
        let smooth = |descriptor: &Descriptor| if descriptor.has_gradient() { 0.5 } else { 0.0 };
        objectives[1].descriptors = plan.task.descriptors.iter().map(smooth).collect();
        let evaluate = |backend: &CpuBackend, candidates: &[Candidate<f32>]| {
            backend.differentiate_each(candidates, &objectives).unwrap()
        };
        let alone = assert_as_alone(&plan, evaluate, |gradients| gradient_bits(gradients));
        assert!(alone.iter().any(|gradients| gradients[1].prelude.reference_force != 0.0));
    }
}
