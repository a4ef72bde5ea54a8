//! Bodies, plans and comparisons that the tests share.

use burgess_core::autodiff::{Value, real};
use burgess_core::math::Vec3;
use burgess_physics::batch::{Drive, Simulator, Snapshot, WindowGradient};
use burgess_physics::example::{crawler, network, oscillators, plan};
use burgess_physics::model::{Candidate, Controller};
use burgess_physics::plan::{BrainKind, Plan};
use burgess_physics::step::reverse::state::StateAdjoint;

/// Steps of an episode: fifteen decisions.
pub(crate) const STEPS: u32 = 120;

/// The brains that batches are tried with.
pub(crate) fn plans() -> [Plan; 3] {
    [BrainKind::Cpg, BrainKind::Mlp(vec![6]), BrainKind::Sequence].map(|brain| plan(brain, STEPS))
}

/// Different bodies with the brain of a plan.
pub(crate) fn bodies<T: Value>(plan: &Plan) -> Vec<Candidate<T>> {
    let one = |(i, legs): (usize, usize)| {
        let controller = match &plan.brain {
            BrainKind::Cpg => oscillators(legs),
            BrainKind::Mlp(hidden) => network(legs, hidden[0], i as u64),
            BrainKind::Sequence => Controller::Sequence { actions: actions(legs, 5, i) },
        };
        Candidate { model: crawler(legs), controller }.map(real::<T>)
    };
    [4, 2, 6, 3, 4].into_iter().enumerate().map(one).collect()
}

/// So many rows of actions for so many joints.
pub(crate) fn actions(joints: usize, rows: usize, seed: usize) -> Vec<f64> {
    (0..joints * rows).map(|i| (0.9 * (i * 7 + seed * 3) as f64).sin() * 0.7).collect()
}

/// All numbers of a snapshot, as bits of `f64`, to which every scalar converts without loss.
pub(crate) fn bits<T: Value>(snapshot: &Snapshot<T>) -> Vec<u64> {
    let mut numbers = vec![f64::from(snapshot.steps), snapshot.ending.map_or(-1.0, |ending| f64::from(ending as u8))];
    let mut add = |list: &[T]| numbers.extend(list.iter().map(|x| x.to_f64()));
    let state = &snapshot.state;
    for vector in [state.position, state.velocity, state.angular_velocity, state.orientation.v, snapshot.start] {
        add(&vector.to_array());
    }
    add(&[state.orientation.w, snapshot.reward]);
    for tree in std::iter::once(state).chain(&state.objects) {
        add(&tree.position.to_array());
        add(&tree.orientation.v.to_array());
        for link in &tree.links {
            add(&[link.angle, link.rate]);
            add(&link.momentum.to_array());
            add(&link.spin.to_array());
        }
        for contact in &tree.contacts {
            add(&[contact.normal_force]);
            add(&contact.free_gain.to_array());
        }
    }
    add(&snapshot.targets[1..]);
    add(&snapshot.commands[1..]);
    add(&snapshot.stance);
    add(&snapshot.samples);
    numbers.into_iter().map(f64::to_bits).collect()
}

/// The bits of all snapshots of a batch.
pub(crate) fn all_bits<T: Value>(batch: &impl Simulator<T>) -> Vec<Vec<u64>> {
    batch.states().unwrap().iter().map(bits).collect()
}

/// A window of the loaded controllers.
pub(crate) fn window<T: Value>(batch: &mut impl Simulator<T>, decisions: u32) -> Vec<T> {
    let progress = batch.step(Drive::Controllers, decisions).unwrap();
    progress.into_iter().map(|progress| progress.reward).collect()
}

/// All numbers of the gradient with respect to a state.
pub(crate) fn state_numbers<T: Value>(bars: &StateAdjoint<T>) -> Vec<f64> {
    let mut numbers: Vec<T> = Vec::new();
    let vectors: [Vec3<T>; 4] = [bars.position, bars.rotation, bars.velocity, bars.angular_velocity];
    vectors.iter().for_each(|vector| numbers.extend(vector.to_array()));
    for link in &bars.links {
        numbers.extend([link.angle, link.rate]);
        numbers.extend(link.momentum.to_array());
        numbers.extend(link.spin.to_array());
    }
    for contact in &bars.contacts {
        numbers.push(contact.normal_force);
        numbers.extend(contact.free_gain.to_array());
    }
    numbers.extend(&bars.targets[1..]);
    numbers.into_iter().map(Value::to_f64).chain(bars.objects.iter().flat_map(state_numbers)).collect()
}

/// All numbers of a candidate but those that only pictures use.
pub(crate) fn candidate_numbers<T: Value>(candidate: &Candidate<T>) -> Vec<f64> {
    let mut numbers = Vec::new();
    let mut bare = candidate.clone();
    bare.model.colliders.clear();
    bare.map(|x| {
        numbers.push(x.to_f64());
        x
    });
    numbers
}

/// All numbers of the gradient with respect to shapes.
#[cfg(feature = "gpu")]
pub(crate) fn shape_numbers<T: Value>(gradient: &WindowGradient<T>) -> Vec<f64> {
    let mut numbers = Vec::new();
    for collider in &gradient.candidate.model.colliders {
        collider.shape.map(|x| {
            numbers.push(x.to_f64());
            x
        });
    }
    numbers
}

/// All numbers of the gradient of a window.
pub(crate) fn numbers<T: Value>(gradient: &WindowGradient<T>) -> Vec<f64> {
    let (prelude, world) = (&gradient.prelude, &gradient.world);
    let mut all = state_numbers(&gradient.state);
    all.extend(candidate_numbers(&gradient.candidate));
    let few = [prelude.contact_width, prelude.reference_force, prelude.mass, prelude.leg_span, world.friction];
    all.extend(few.map(Value::to_f64));
    all.push(world.contact_damping.to_f64());
    for vector in [prelude.start, world.gravity] {
        all.extend(vector.to_array().map(Value::to_f64));
    }
    all
}

/// How far two lists are apart, as a share of the larger norm.
pub(crate) fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let norm = |list: &mut dyn Iterator<Item = f64>| list.map(|x| x * x).sum::<f64>().sqrt();
    let apart = norm(&mut a.iter().zip(b).map(|(a, b)| a - b));
    apart / norm(&mut a.iter().copied()).max(norm(&mut b.iter().copied())).max(1e-12)
}

/// A gradient of some final state, to flow back through a window.
pub(crate) fn after<T: Value>(candidate: &Candidate<T>) -> StateAdjoint<T> {
    let mut bars = StateAdjoint::zero(&candidate.model);
    let mut at = 0.0;
    let mut next = || {
        at += 0.37;
        real::<T>(f64::sin(at))
    };
    let vector = |next: &mut dyn FnMut() -> T| Vec3 { x: next(), y: next(), z: next() };
    bars.position = vector(&mut next);
    bars.rotation = vector(&mut next);
    bars.velocity = vector(&mut next);
    for link in &mut bars.links[1..] {
        link.angle = next();
        link.rate = next();
        link.momentum = vector(&mut next);
    }
    bars
}
