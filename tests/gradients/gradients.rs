//! The way back through episodes against dual numbers that go forth through them: exact derivatives along random directions in every
//! class of parameters, for every body, brain and ground.

use crate::zoo::{
    BODIES, cpg, experiment, mlp, random_candidates, recorded, shipped, stream, terrains, variation, watched,
};
use burgess_core::autodiff::{Dual, Real, real};
use burgess_core::math::{Quat, Vec3};
use burgess_core::rng::Stream;
use burgess_evolution::genome::Policy;
use burgess_evolution::variation::Variation;
use burgess_physics::environment::{CommandSpec, EnvironmentsSpec, Fold, PushSpec};
use burgess_physics::gradient::{Gradient, Objective, PreludeGradient, WorldGradient};
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::model::{Candidate, ContactPoint, Controller, Hinge, Joint, JointKind, Link};
use burgess_physics::plan::{BrainKind, Plan};
use burgess_physics::step::episode::Episode;
use burgess_physics::step::prelude::Prelude;
use burgess_physics::step::reverse::episode::{TAPE_MEMORY, differentiate, differentiate_each, differentiate_from};
use burgess_physics::step::reverse::tape::Standing;
use burgess_physics::step::state::{ContactState, State, Work};
use burgess_physics::step::step::start_carrying;
use burgess_physics::task::{Ending, TaskPlan, Termination};
use burgess_physics::world::{Backward, World};

/// What an episode is made of, as numbers of any kind.
#[derive(Clone)]
struct Subject<T: Real> {
    candidate: Candidate<T>,
    prelude: Prelude<T>,
    world: World<T>,
    start: Standing<T>,
}

type D = Dual<f64, 1>;

fn dual(value: f64, derivative: f64) -> D {
    Dual { value, derivative: [derivative] }
}

fn dual_vector(v: Vec3<f64>, d: Vec3<f64>) -> Vec3<D> {
    Vec3 { x: dual(v.x, d.x), y: dual(v.y, d.y), z: dual(v.z, d.z) }
}

/// A direction in the space of all parameters; also how a gradient is held.
#[derive(Clone)]
struct Direction {
    candidate: Candidate<f64>,
    prelude: PreludeGradient<f64>,
    world: WorldGradient<f64>,
    position: Vec3<f64>,
    rotation: Vec3<f64>,
    velocity: Vec3<f64>,
    angular_velocity: Vec3<f64>,
    angles: Vec<f64>,
    rates: Vec<f64>,
}

fn flat(candidate: &Candidate<f64>) -> Vec<f64> {
    let mut list = Vec::new();
    candidate.map(|x: f64| {
        list.push(x);
        x
    });
    list
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl Direction {
    fn zero(candidate: &Candidate<f64>) -> Self {
        let links = vec![0.0; candidate.model.links.len()];
        Self {
            candidate: candidate.map(|_: f64| 0.0),
            prelude: PreludeGradient::default(),
            world: WorldGradient::default(),
            position: Vec3::zero(),
            rotation: Vec3::zero(),
            velocity: Vec3::zero(),
            angular_velocity: Vec3::zero(),
            angles: links.clone(),
            rates: links,
        }
    }

    /// Derivative along it, of what has this gradient.
    fn along(&self, g: &Gradient<f64>) -> f64 {
        let (p, w, s) = (&self.prelude, &self.world, &g.state);
        dot(&flat(&self.candidate), &flat(&g.candidate))
            + p.contact_width * g.prelude.contact_width
            + p.reference_force * g.prelude.reference_force
            + p.mass * g.prelude.mass
            + p.leg_span * g.prelude.leg_span
            + w.gravity.dot(g.world.gravity)
            + w.friction * g.world.friction
            + w.contact_damping * g.world.contact_damping
            + self.position.dot(s.position)
            + self.rotation.dot(s.rotation)
            + self.velocity.dot(s.velocity)
            + self.angular_velocity.dot(s.angular_velocity)
            + dot(&self.angles, &s.angles)
            + dot(&self.rates, &s.rates)
    }

    /// The subject moving along it.
    fn subject(&self, at: &Subject<f64>) -> Subject<D> {
        let directions = flat(&self.candidate);
        let mut next = directions.into_iter();
        let candidate = at.candidate.map(|x: f64| dual(x, next.next().unwrap()));
        let mut world = at.world.cast::<D>();
        world.gravity = dual_vector(at.world.gravity, self.world.gravity);
        world.friction = dual(at.world.friction, self.world.friction);
        world.contact_damping = dual(at.world.contact_damping, self.world.contact_damping);
        let mut prelude = Prelude::new(&at.candidate.map(real::<D>).model, &at.world.cast::<D>());
        prelude.contact_width = dual(at.prelude.contact_width, self.prelude.contact_width);
        prelude.plan.reference_force = dual(at.prelude.plan.reference_force, self.prelude.reference_force);
        prelude.plan.facts.mass = dual(at.prelude.plan.facts.mass, self.prelude.mass);
        prelude.plan.facts.leg_span = dual(at.prelude.plan.facts.leg_span, self.prelude.leg_span);
        let from = &at.start.state;
        let mut state = State::at_rest(&candidate.model, dual_vector(from.position, self.position));
        let turn = Quat { w: dual(1.0, 0.0), v: dual_vector(Vec3::zero(), self.rotation * 0.5) };
        state.orientation = turn * from.orientation.map(real::<D>);
        state.velocity = dual_vector(from.velocity, self.velocity);
        state.angular_velocity = dual_vector(from.angular_velocity, self.angular_velocity);
        for (i, link) in state.links.iter_mut().enumerate() {
            link.angle = dual(from.links[i].angle, self.angles[i]);
            link.rate = dual(from.links[i].rate, self.rates[i]);
        }
        let constant = |contact: &ContactState<f64>| ContactState {
            normal_force: real(contact.normal_force),
            free_gain: contact.free_gain.map(real),
        };
        state.contacts = from.contacts.iter().map(constant).collect();
        let mut work = Work::new(&candidate.model, world.gravity, world.contact_width);
        start_carrying(&candidate.model, &mut state, &mut work);
        let list = |x: &[f64]| x.iter().map(|&x| real(x)).collect();
        let start = Standing { state, targets: list(&at.start.targets), commands: list(&at.start.commands) };
        Subject { candidate, prelude, world, start }
    }
}

/// Classes of parameters: fills in a random direction.
type Class = (&'static str, fn(&mut Direction, &Candidate<f64>, &mut Stream));

fn vector(stream: &mut Stream) -> Vec3<f64> {
    Vec3 { x: stream.normal(), y: stream.normal(), z: stream.normal() }
}

fn links(d: &mut Direction, mut f: impl FnMut(&mut Link<f64>)) {
    d.candidate.model.links.iter_mut().for_each(&mut f);
}

fn joints(d: &mut Direction, mut f: impl FnMut(&mut Joint<f64>)) {
    d.candidate.model.joints.iter_mut().for_each(&mut f);
}

fn hinges(d: &mut Direction, mut f: impl FnMut(&mut Hinge<f64>)) {
    joints(d, |joint| {
        let JointKind::Hinge(hinge) = &mut joint.kind;
        f(hinge);
    });
}

fn contacts(d: &mut Direction, mut f: impl FnMut(&mut ContactPoint<f64>)) {
    d.candidate.model.contacts.iter_mut().for_each(&mut f);
}

const CLASSES: [Class; 23] = [
    ("mass", |d, _, s| links(d, |l| l.mass = s.normal())),
    ("centre of mass", |d, _, s| links(d, |l| l.com = vector(s))),
    ("inertia", |d, _, s| links(d, |l| l.inertia = l.inertia.map(|_| s.normal()))),
    ("attachment", |d, _, s| joints(d, |j| j.position = vector(s))),
    ("axis", |d, c, s| {
        let axes = c.model.joints.iter().map(|joint| {
            let JointKind::Hinge(hinge) = &joint.kind;
            hinge.axis
        });
        let mut axes = axes.collect::<Vec<_>>().into_iter();
        hinges(d, |to| {
            let (v, axis) = (vector(s), axes.next().expect("one for each hinge"));
            to.axis = v - axis * axis.dot(v);
        });
    }),
    ("limits", |d, _, s| hinges(d, |h| (h.lower, h.upper) = (s.normal(), s.normal()))),
    ("limit stiffness", |d, _, s| hinges(d, |h| h.limit_stiffness = s.normal())),
    ("gains", |d, _, s| joints(d, |j| (j.servo.kp, j.servo.kd) = (s.normal(), s.normal()))),
    ("torque limit", |d, _, s| joints(d, |j| j.servo.torque_limit = s.normal())),
    ("no-load speed", |d, _, s| joints(d, |j| j.servo.no_load_speed = j.servo.no_load_speed.map(|_| s.normal()))),
    ("armature", |d, _, s| joints(d, |j| j.armature = s.normal())),
    ("joint damping", |d, _, s| joints(d, |j| j.damping = s.normal())),
    ("contact points", |d, _, s| contacts(d, |c| c.centre = vector(s))),
    ("contact radii", |d, _, s| contacts(d, |c| c.radius = s.normal())),
    ("contact stiffness", |d, _, s| d.candidate.model.contact_stiffness = s.normal()),
    ("contact width", |d, _, s| d.prelude.contact_width = s.normal()),
    ("prelude", |d, _, s| {
        (d.prelude.reference_force, d.prelude.mass, d.prelude.leg_span) = (s.normal(), s.normal(), s.normal());
    }),
    ("brain", |d, _, s| {
        let brain = d.candidate.controller.map(|_: f64| s.normal());
        d.candidate.controller = brain;
    }),
    ("gravity", |d, _, s| d.world.gravity = vector(s)),
    ("friction", |d, _, s| d.world.friction = s.normal()),
    ("contact damping", |d, _, s| d.world.contact_damping = s.normal()),
    ("start, pose", |d, _, s| {
        (d.position, d.rotation) = (vector(s), vector(s));
        d.angles.iter_mut().skip(1).for_each(|a| *a = s.normal());
    }),
    ("start, motion", |d, _, s| {
        (d.velocity, d.angular_velocity) = (vector(s), vector(s));
        d.rates.iter_mut().skip(1).for_each(|a| *a = s.normal());
    }),
];

fn welded(candidate: &Candidate<f64>) -> bool {
    candidate.model.base == burgess_physics::model::BaseKind::Welded
}

fn objective(task: &TaskPlan) -> Objective {
    let weight = |(i, d): (usize, &burgess_physics::laws::descriptor::Descriptor)| {
        if d.has_gradient() { 0.3 + 0.1 * i as f64 } else { 0.0 }
    };
    Objective { reward: 0.7, descriptors: task.descriptors.iter().enumerate().map(weight).collect() }
}

/// Leaves a share of how the state depends on what was before: what [`Backward`] does to gradients, in the other direction. Commands are left
/// alone; they must not outlast a step.
fn fade(episode: &mut Episode<'_, D>, share: f64) {
    let number = |x: &mut D| x.derivative[0] *= share;
    let vector = |v: &mut Vec3<D>| [&mut v.x, &mut v.y, &mut v.z].into_iter().for_each(number);
    let state = &mut episode.state;
    number(&mut state.position.z);
    number(&mut state.orientation.w);
    [&mut state.orientation.v, &mut state.velocity, &mut state.angular_velocity].into_iter().for_each(vector);
    for link in &mut state.links {
        [&mut link.angle, &mut link.rate].into_iter().for_each(number);
        [&mut link.momentum, &mut link.spin].into_iter().for_each(vector);
    }
    for contact in &mut state.contacts {
        number(&mut contact.normal_force);
        vector(&mut contact.free_gain);
    }
    episode.drive.targets.iter_mut().for_each(number);
}

fn value(mut episode: Episode<'_, D>, objective: &Objective) -> D {
    let share = episode.world().backward.kept.value;
    while share < 1.0 && !episode.is_over() {
        fade(&mut episode, share);
        episode.advance();
    }
    let returns = episode.run();
    let weighted = returns.descriptors.iter().zip(&objective.descriptors).filter(|(_, w)| **w != 0.0);
    returns.reward * real(objective.reward) + weighted.map(|(&x, &w)| x * real(w)).sum::<D>()
}

/// Derivatives below this are compared with it. With the bounds below that asks for 1e-16, the rounding of an objective of about 1.
const LEAST: f64 = 1e-7;

/// The largest difference of the two derivatives, relative to their size, class by class.
fn compare(
    plan: &Plan,
    candidate: &Candidate<f64>,
    start: &Standing<f64>,
    seed: u64,
    memory: usize,
) -> Vec<(&'static str, f64)> {
    let (world, task) = (&plan.world, &plan.task);
    let objective = objective(task);
    let prelude = Prelude::new(&candidate.model, world);
    let at =
        Subject { candidate: candidate.clone(), prelude: prelude.clone(), world: world.clone(), start: start.clone() };
    let episode = Episode::with(candidate, world, task, prelude, Some(start));
    let gradient = differentiate_from(episode, candidate, world, task, &objective, memory);
    let check = |(number, (name, fill)): (usize, &Class)| {
        let mut direction = Direction::zero(candidate);
        fill(&mut direction, candidate, &mut stream(seed * 100 + number as u64));
        if welded(candidate) {
            // A welded base has no velocities, and its own pose is not a state.
            (direction.velocity, direction.angular_velocity) = (Vec3::zero(), Vec3::zero());
        }
        let moving = direction.subject(&at);
        let episode =
            Episode::with(&moving.candidate, &moving.world, task, moving.prelude.clone(), Some(&moving.start));
        let expected = value(episode, &objective).derivative[0];
        let got = direction.along(&gradient);
        (*name, (got - expected).abs() / expected.abs().max(LEAST))
    };
    CLASSES.iter().enumerate().map(check).collect()
}

/// Where a candidate stands after some steps.
fn after(plan: &Plan, candidate: &Candidate<f64>, steps: u32) -> Standing<f64> {
    let mut task = plan.task.clone();
    task.steps = steps + 1;
    let mut episode = Episode::new(candidate, &plan.world, &task);
    (0..steps).for_each(|_| assert!(episode.advance()));
    // What links carry is made to follow from positions and velocities.
    let mut work = Work::new(&candidate.model, plan.world.gravity, plan.world.contact_width);
    start_carrying(&candidate.model, &mut episode.state, &mut work);
    Standing {
        state: episode.state.clone(),
        targets: episode.drive.targets.clone(),
        commands: episode.commands().to_vec(),
    }
}

fn plan(terrain: usize, policy: Policy, steps: u32) -> Plan {
    let mut experiment = experiment(policy, terrains()[terrain].1.clone(), 10.0);
    experiment.task.termination = Termination::default();
    let mut plan = experiment.plan();
    plan.task.steps = steps;
    plan
}

fn check_all(steps: u32, bound: f64) {
    let mut worst: Vec<(&str, f64, String)> = CLASSES.iter().map(|c| (c.0, 0.0, String::new())).collect();
    for terrain in 0..4 {
        for brain in ["cpg", "mlp", "watched", "sequence"] {
            for (seed, name) in BODIES.into_iter().enumerate() {
                let policy = match brain {
                    "mlp" => mlp(),
                    "watched" => watched(),
                    _ => cpg(),
                };
                let mut plan = plan(terrain, policy.clone(), steps);
                let mut candidate = shipped(name, policy, seed as u64);
                if brain == "sequence" {
                    candidate = recorded(candidate, 70, seed as u64);
                    (plan.brain, plan.task.control_period) = (BrainKind::Sequence, 4);
                }
                let start = after(&plan, &candidate, 40);
                for (class, (_, error)) in
                    worst.iter_mut().zip(compare(&plan, &candidate, &start, seed as u64, TAPE_MEMORY))
                {
                    if error.is_nan() || error > class.1 {
                        (class.1, class.2) = (error, format!("{} {brain} {name}", terrains()[terrain].0));
                    }
                }
            }
        }
    }
    worst.iter().for_each(|(name, error, place)| println!("{steps} steps: {name}: {error:.1e} ({place})"));
    assert!(worst.iter().all(|(_, error, _)| *error <= bound));
}

#[test]
fn one_step() {
    check_all(1, 1e-9);
}

#[test]
fn sixty_steps() {
    check_all(60, 1e-9);
}

/// In an environment that pushes every body three times and asks it for three velocities.
#[test]
fn pushed_and_asked() {
    let environment = EnvironmentsSpec {
        count: 1,
        reward: Fold::Mean,
        places: 10.0,
        pushes: Some(PushSpec { every: 0.1, speed: 0.4 }),
        commands: Some(CommandSpec { every: 0.12, speed: (0.2, 0.6), turn: 2.0 }),
    };
    for policy in [cpg(), mlp(), watched()] {
        for (seed, name) in BODIES.into_iter().enumerate() {
            let mut plan = plan(2, policy.clone(), 90);
            plan.world = plan.world.in_environments(&environment, 5, 90);
            plan.task.reward.push((RewardTerm::FollowCommand { spread: 0.3 }, 2.0));
            let variation = Variation { asked: true, ..variation(&[name], policy.clone(), false) };
            let candidate = variation.compile(&variation.random(0.0, &mut stream(seed as u64))).unwrap();
            let start = after(&plan, &candidate, 40);
            for memory in [TAPE_MEMORY, 0] {
                for (class, error) in compare(&plan, &candidate, &start, seed as u64, memory) {
                    assert!(error <= 1e-9, "{class} of {name}, {policy:?}: {error:.1e}");
                }
            }
        }
    }
}

/// Gradients that fade are those of an episode in which the state's dependence on what was before fades.
#[test]
fn gradients_fade_with_their_memory() {
    for (seed, name) in BODIES.into_iter().enumerate() {
        let mut plan = plan(seed % 4, cpg(), 90);
        let candidate = shipped(name, cpg(), seed as u64);
        let start = after(&plan, &candidate, 40);
        let exact = differentiate(&candidate, &plan.world, &plan.task, &objective(&plan.task), TAPE_MEMORY);
        plan.world.backward = Backward::default().remembering(0.1, plan.world.dt);
        let faded = differentiate(&candidate, &plan.world, &plan.task, &objective(&plan.task), TAPE_MEMORY);
        let stiffness = |gradient: &Gradient<f64>| gradient.candidate.model.joints[0].servo.kp;
        assert!((stiffness(&exact) - stiffness(&faded)).abs() > 0.01 * stiffness(&exact).abs(), "{name}: no change");
        for memory in [TAPE_MEMORY, 0] {
            for (class, error) in compare(&plan, &candidate, &start, seed as u64, memory) {
                assert!(error <= 1e-9, "{class} of {name}: {error:.1e}");
            }
        }
    }
}

/// Two seconds of every body on one ground each.
#[test]
fn two_seconds() {
    let mut worst: f64 = 0.0;
    for (seed, name) in BODIES.into_iter().enumerate() {
        let policy = [mlp(), cpg(), watched()][seed % 3].clone();
        let plan = plan(seed % 4, policy.clone(), 480);
        let candidate = shipped(name, policy, 7 + seed as u64);
        let start = after(&plan, &candidate, 20);
        for (class, error) in compare(&plan, &candidate, &start, seed as u64, TAPE_MEMORY) {
            println!("{name}: {class}: {error:.1e}");
            worst = worst.max(error);
        }
    }
    assert!(worst < 1e-7, "{worst:.1e}");
}

/// Bodies that evolution comes up with, from their spawn points.
#[test]
fn random_genomes() {
    let plan = plan(2, cpg(), 120);
    let candidates = random_candidates(cpg(), 0..24);
    assert!(candidates.len() > 12);
    for (seed, candidate) in candidates.iter().enumerate() {
        let start = after(&plan, candidate, 0);
        for (class, error) in compare(&plan, candidate, &start, seed as u64, TAPE_MEMORY) {
            assert!(error < 1e-8, "{class} of candidate {seed}: {error:.1e}");
        }
    }
}

/// What does not fit in memory is simulated again, to the bit.
#[test]
fn memory_does_not_change_a_bit() {
    for policy in [mlp(), watched()] {
        let plan = plan(1, policy.clone(), 200);
        let objective = objective(&plan.task);
        let (world, candidate) = (plan.world.cast::<f32>(), shipped("quadruped", policy, 3).map(|x: f64| x as f32));
        let gradient = |memory| differentiate(&candidate, &world, &plan.task, &objective, memory);
        let (all, least, some) = (gradient(TAPE_MEMORY), gradient(0), gradient(40_000));
        for other in [least, some] {
            assert_eq!(format!("{all:?}"), format!("{other:?}"));
        }
    }
}

/// Reward and descriptors in one way back, as emitters that branch want them, have the bits that each has by itself: in memory, in
/// segments, where the task ends the episode, and where the simulation diverges.
#[test]
fn several_objectives_in_one_way_back_change_no_bit() {
    for (seed, policy) in [cpg(), mlp(), watched()].into_iter().enumerate() {
        let mut plan = plan(1, policy.clone(), 120);
        (plan.task.min_height, plan.task.min_up) = (Some(0.05), Some(0.5));
        let world = plan.world.cast::<f32>();
        let count = plan.task.descriptors.len();
        let one = |i| Objective { reward: 0.0, descriptors: (0..count).map(|k| f64::from(u8::from(k == i))).collect() };
        let smooth = (0..count).filter(|&i| plan.task.descriptors[i].has_gradient());
        let mut objectives: Vec<Objective> = smooth.map(one).collect();
        objectives.extend([Objective::reward(count), objective(&plan.task)]);
        let mut endings = Vec::new();
        for name in BODIES {
            let mut candidate = shipped(name, policy.clone(), seed as u64).map(|x: f64| x as f32);
            if name == "hexapod" {
                candidate.model.joints[0].servo.kp = f32::NAN;
            }
            for memory in [TAPE_MEMORY, 40_000] {
                let each = differentiate_each(&candidate, &world, &plan.task, &objectives, memory);
                assert_eq!(each.len(), objectives.len());
                endings.push(each[0].returns.ending);
                for (objective, gradient) in objectives.iter().zip(each) {
                    let alone = differentiate(&candidate, &world, &plan.task, objective, memory);
                    // Texts tell all numbers apart but NaN from NaN.
                    assert_eq!(format!("{gradient:?}"), format!("{alone:?}"), "{name}, {objective:?}");
                }
            }
        }
        for ending in [Ending::Finished, Ending::Diverged] {
            assert!(endings.contains(&ending), "none is {ending:?}");
        }
    }
}

/// Gradients are finite where laws have their edges: at rest, without slip or spin, upright capsules, box edges, no force at all.
#[test]
fn finite_at_the_edges() {
    for terrain in 0..4 {
        for name in BODIES {
            for steps in [1, 3, 240] {
                let plan = plan(terrain, cpg(), steps);
                let mut candidate = shipped(name, cpg(), 1);
                // Nothing moves of itself.
                if let Controller::Cpg { joints, .. } = &mut candidate.controller {
                    joints.iter_mut().for_each(|joint| (joint.amplitude, joint.offset) = (0.0, 0.0));
                }
                let objective = objective(&plan.task);
                let double = differentiate(&candidate, &plan.world, &plan.task, &objective, TAPE_MEMORY);
                let single = candidate.map(|x: f64| x as f32);
                let single = differentiate(&single, &plan.world.cast(), &plan.task, &objective, TAPE_MEMORY);
                let place = format!("{name} on {terrain} after {steps}");
                assert!(!format!("{double:?}").contains("NaN") && !format!("{double:?}").contains("inf"), "{place}");
                assert!(!format!("{single:?}").contains("NaN") && !format!("{single:?}").contains("inf"), "{place}");
                if steps > 1 {
                    assert!(double.state.position.z != 0.0, "{place}: nothing depends on the height");
                }
            }
        }
    }
}

/// Float32 against float64, as norms over all numbers of the candidate.
#[test]
fn single_precision() {
    for (steps, bound) in [(60, 1e-3), (480, 2e-2)] {
        let mut errors = Vec::new();
        for (seed, name) in BODIES.into_iter().enumerate() {
            let plan = plan(0, cpg(), steps);
            let candidate = shipped(name, cpg(), seed as u64);
            let objective = Objective::reward(plan.task.descriptors.len());
            let double = differentiate(&candidate, &plan.world, &plan.task, &objective, TAPE_MEMORY);
            let single = candidate.map(|x: f64| x as f32);
            let single = differentiate(&single, &plan.world.cast(), &plan.task, &objective, TAPE_MEMORY);
            let (a, b) = (flat(&double.candidate), flat(&single.candidate.map(f64::from)));
            let difference: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - b).collect();
            errors.push((dot(&difference, &difference) / dot(&a, &a)).sqrt());
        }
        println!("{steps} steps: {errors:?}");
        errors.sort_by(f64::total_cmp);
        assert!(errors[errors.len() / 2] < bound, "{steps} steps: {errors:?}");
    }
}
