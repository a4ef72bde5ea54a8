//! Candidates of one plan side by side: which are of one plan, and their numbers in lanes.

use super::{LANES, Lanes};
use crate::model::{BaseKind, Candidate, Controller, Shape};
use crate::step::body_plan::BodyPlan;
use crate::step::prelude::Prelude;
use crate::task::TaskPlan;
use std::array::from_fn;
use std::collections::BTreeMap;

/// From so many candidates of one plan it is faster to simulate them side by side than one after the other: eight lanes take as long as three
/// or four single numbers.
const LEAST: usize = 4;

/// All of a candidate but its numbers, as a list of whole numbers: two candidates of one plan go through the same operations.
type PlanKey = Vec<usize>;

/// The plan of a candidate, if it can be simulated side by side with others: no links that touch each other, no objects, and no contact points
/// that rove.
fn plan_of(Candidate { model, controller }: &Candidate<f32>) -> Option<PlanKey> {
    let roves = model.contacts.iter().any(|contact| contact.rover.is_some());
    if roves || !model.pairs.is_empty() || !model.objects.is_empty() {
        return None;
    }
    let mut key = vec![usize::from(model.base == BaseKind::Floating), usize::from(model.friction.is_some())];
    let mut list = |numbers: &mut dyn ExactSizeIterator<Item = usize>| {
        key.push(numbers.len());
        key.extend(numbers);
    };
    list(&mut model.links.iter().map(|link| link.parent));
    list(&mut model.joints.iter().map(|joint| usize::from(joint.servo.no_load_speed.is_some())));
    let kind = |shape: &Shape<f32>| match shape {
        Shape::Sphere { .. } => 0,
        Shape::Capsule { .. } => 1,
        Shape::Box { .. } => 2,
    };
    list(&mut model.colliders.iter().map(|collider| 3 * collider.link + kind(&collider.shape)));
    list(&mut model.contacts.iter().map(|contact| contact.link));
    list(&mut model.limb_ends.iter().copied());
    match controller {
        Controller::Cpg { joints, .. } => key.extend([0, joints.len()]),
        Controller::Mlp { layers, clocks, .. } => {
            key.extend([1, clocks.len()]);
            layers.iter().for_each(|layer| key.extend([layer.inputs, layer.biases.len()]));
        }
        Controller::Sequence { actions } => key.extend([2, actions.len()]),
    }
    Some(key)
}

/// Divides a batch into groups that are simulated together, each a list of places in the batch: at most [`LANES`] candidates of one plan, or a
/// candidate by itself. On so many threads, groups are no larger than gives each thread one.
pub(crate) fn groups(candidates: &[Candidate<f32>], task: &TaskPlan, threads: usize) -> Vec<Vec<usize>> {
    let most = candidates.len().div_ceil(threads.max(1)).min(LANES);
    let together = most >= LEAST && task.frame.is_none() && task.observer.is_none();
    let (mut plans, mut groups) = (BTreeMap::<PlanKey, Vec<usize>>::new(), Vec::new());
    for (place, candidate) in candidates.iter().enumerate() {
        match plan_of(candidate).filter(|_| together) {
            Some(plan) => plans.entry(plan).or_default().push(place),
            None => groups.push(vec![place]),
        }
    }
    for group in plans.values().flat_map(|places| places.chunks(most)) {
        if group.len() < LEAST {
            groups.extend(group.iter().map(|&place| vec![place]));
        } else {
            groups.push(group.to_vec());
        }
    }
    groups
}

/// Puts the numbers of several things of one structure side by side; lanes that are left over repeat the last. `map` is how such a thing is
/// mapped number by number.
fn side_by_side<A, B>(all: &[&A], map: impl Fn(&A, &mut dyn FnMut(f32) -> Lanes) -> B) -> B {
    let numbers = |thing: &&A| {
        let mut numbers = Vec::new();
        map(thing, &mut |number| {
            numbers.push(number);
            Lanes::default()
        });
        numbers
    };
    let lists: Vec<Vec<f32>> = all.iter().map(numbers).collect();
    debug_assert!(lists.iter().all(|list| list.len() == lists[0].len()), "things of one structure");
    let mut place = 0..lists[0].len();
    map(all[0], &mut |_| {
        let place = place.next().expect("one structure");
        Lanes(from_fn(|lane| lists[lane.min(lists.len() - 1)][place]))
    })
}

/// Candidates of one plan.
pub(crate) fn candidates(all: &[&Candidate<f32>]) -> Candidate<Lanes> {
    side_by_side(all, |candidate, number| candidate.map(number))
}

/// Preludes of candidates of one plan.
pub(crate) fn preludes(all: &[&Prelude<f32>]) -> Prelude<Lanes> {
    side_by_side(all, |prelude, number| Prelude {
        start: prelude.start.map(&mut *number),
        contact_width: number(prelude.contact_width),
        pull_tolerance: number(prelude.pull_tolerance),
        plan: BodyPlan {
            facts: prelude.plan.facts.map(&mut *number),
            reference_force: number(prelude.plan.reference_force),
            limb_ends: prelude.plan.limb_ends.clone(),
            // By quadrants count what records and watches, which is not done side by side.
            quadrants: prelude.plan.quadrants.clone(),
            joint_shares: prelude.plan.joint_shares.map(&mut *number),
        },
        objects: Vec::new(),
    })
}
