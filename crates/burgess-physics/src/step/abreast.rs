//! Candidates side by side: which can go together, and their numbers in lanes.
//!
//! Candidates go together if they have as many links and a brain of the same form. How links hang on each other and where contact points sit may
//! differ: see [`Places`]. Those with fewer contact points get some that never touch.

use super::body_plan::BodyPlan;
use super::places::Places;
use super::prelude::Prelude;
use crate::lanes::{LANES, LanePlace, LaneTruth, Lanes};
use crate::model::{BaseKind, Candidate, ContactPoint, Controller, Model};
use crate::plan::Plan;
use crate::world::{BiasForm, World};
use burgess_core::math::Vec3;
use std::array::from_fn;

/// A candidate in an environment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life<'a> {
    /// Who lives.
    pub(crate) candidate: &'a Candidate<f32>,
    /// Where.
    pub(crate) world: &'a World<f32>,
    /// The number of that environment, by which devices find it.
    #[cfg_attr(not(feature = "gpu"), allow(dead_code))]
    pub(crate) environment: usize,
}

/// From so many candidates it is faster to simulate them side by side than one after the other: all lanes take as long as about two single
/// numbers.
const LEAST: usize = 3;

/// What must be the same for candidates to go together, then what is better alike: the more places differ from lane to lane, the longer a step takes.
type Form = (Vec<usize>, Vec<usize>);

/// The form of a candidate, if it can go together with others: no links that touch each other, no objects, and no contact points that rove.
fn form_of(Candidate { model, controller }: &Candidate<f32>) -> Option<Form> {
    let roves = model.contacts.iter().any(|contact| contact.rover.is_some());
    if roves || !model.pairs.is_empty() || !model.objects.is_empty() {
        return None;
    }
    let touching = || model.contacts.iter().map(|contact| contact.link);
    let mut form =
        vec![model.links.len(), usize::from(model.base == BaseKind::Floating), usize::from(model.friction.is_some())];
    form.extend(model.joints.iter().map(|joint| usize::from(joint.servo.no_load_speed.is_some())));
    match controller {
        Controller::Cpg { joints, .. } => form.extend([0, joints.len()]),
        Controller::Mlp { layers, clocks, .. } => {
            form.extend([1, clocks.len()]);
            layers.iter().for_each(|layer| form.extend([layer.inputs, layer.biases.len()]));
            // It sees what contacts feel, link by link.
            form.extend(touching());
        }
        Controller::Sequence { actions } => form.extend([2, actions.len()]),
    }
    let parents = model.links.iter().map(|link| link.parent);
    Some((form, std::iter::once(model.contacts.len()).chain(parents).chain(touching()).collect()))
}

/// Whether candidates can go together in what a plan asks for: nothing is recorded or watched, and links carry their momentum.
pub(crate) fn suits(plan: &Plan) -> bool {
    plan.task.frame.is_none() && plan.task.observer.is_none() && plan.world.form == BiasForm::Momentum
}

/// Divides a batch into groups that are simulated together, each a list of at most [`LANES`] places in the batch, or of one, which goes alone. On
/// so many threads, groups are no larger than leaves one for each thread.
pub(crate) fn groups(lives: &[Life<'_>], threads: usize) -> Vec<Vec<usize>> {
    let most = lives.len().div_ceil(threads.max(1)).min(LANES);
    let (mut together, mut groups) = (Vec::new(), Vec::new());
    for (place, life) in lives.iter().enumerate() {
        match form_of(life.candidate).filter(|_| most >= LEAST) {
            Some(form) => together.push((form, place)),
            None => groups.push(vec![place]),
        }
    }
    together.sort_unstable();
    for alike in together.chunk_by(|((a, _), _), ((b, _), _)| a == b) {
        for group in alike.chunks(most) {
            let places = group.iter().map(|&(_, place)| place);
            if group.len() < LEAST {
                groups.extend(places.map(|place| vec![place]));
            } else {
                groups.push(places.collect());
            }
        }
    }
    groups
}

/// The candidate of a lane: lanes that are left over repeat the last.
fn in_lane<'a, A>(all: &[&'a A], lane: usize) -> &'a A {
    all[lane.min(all.len() - 1)]
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
    let lists: Vec<&Vec<f32>> = lists.iter().collect();
    debug_assert!(lists.iter().all(|list| list.len() == lists[0].len()), "things of one structure");
    let mut place = 0..lists[0].len();
    map(all[0], &mut |_| {
        let place = place.next().expect("one structure");
        Lanes::from_array(from_fn(|lane| in_lane(&lists, lane)[place]))
    })
}

/// A contact point that never touches: its surface is a thousand kilometres above its centre.
fn never_touching() -> ContactPoint<f32> {
    ContactPoint::fixed(0, Vec3::zero(), -1e6)
}

/// Candidates that go together, their worlds, and their preludes there.
pub(crate) fn join(lives: &[Life<'_>]) -> (Candidate<Lanes>, World<Lanes>, Prelude<Lanes>) {
    let own: Vec<Prelude<f32>> = lives.iter().map(|life| Prelude::new(&life.candidate.model, life.world)).collect();
    let all: Vec<&Candidate<f32>> = lives.iter().map(|life| life.candidate).collect();
    let worlds: Vec<&World<f32>> = lives.iter().map(|life| life.world).collect();
    let world = side_by_side(&worlds, |world, number| world.map(number));
    (candidates(&all), world, preludes(&all, &own))
}

/// What is known of each number of a candidate, such as a gradient, for one of those that go together.
pub(crate) fn candidate_of_lane(all: &Candidate<Lanes>, lane: usize, own: &Candidate<f32>) -> Candidate<f32> {
    let Candidate { model, controller } = all.map(|x| x.lane(lane));
    let Model { mut links, joints, mut contacts, contact_stiffness, friction, .. } = model;
    links.iter_mut().zip(&own.model.links).for_each(|(link, own)| link.parent = own.parent);
    contacts.truncate(own.model.contacts.len());
    contacts.iter_mut().zip(&own.model.contacts).for_each(|(contact, own)| contact.link = own.link);
    // Nothing is known of shapes: they are not simulated.
    let zeros = own.model.map(|_| 0.0);
    Candidate { model: Model { links, joints, contacts, contact_stiffness, friction, ..zeros }, controller }
}

/// Candidates that go together. Their links and contact points are on each other as in the first: what holds for the others is in [`Places`].
fn candidates(all: &[&Candidate<f32>]) -> Candidate<Lanes> {
    let contacts = most_contacts(all);
    let alike = |candidate: &&Candidate<f32>| {
        let mut candidate = Candidate::clone(candidate);
        candidate.model.contacts.resize_with(contacts, never_touching);
        // Nothing but links that touch each other asks for shapes.
        candidate.model.colliders.clear();
        candidate
    };
    let alike: Vec<Candidate<f32>> = all.iter().map(alike).collect();
    side_by_side(&alike.iter().collect::<Vec<_>>(), |candidate, number| candidate.map(number))
}

/// Contact points of the one that has most.
fn most_contacts(all: &[&Candidate<f32>]) -> usize {
    all.iter().map(|candidate| candidate.model.contacts.len()).max().unwrap_or(0)
}

/// The places of candidates that go together.
fn places(all: &[&Candidate<f32>]) -> Places<Lanes> {
    let own: [Places<f32>; LANES] = from_fn(|lane| Places::new(&in_lane(all, lane).model));
    let place = |of: &dyn Fn(&Places<f32>) -> Option<usize>| LanePlace::from_array(from_fn(|lane| of(&own[lane])));
    let truth = |of: &dyn Fn(&Places<f32>) -> bool| LaneTruth::from_array(from_fn(|lane| of(&own[lane])));
    let contacts = || 0..most_contacts(all);
    let on_end = |contact: usize, end: usize| truth(&|own| own.on_ends.get(contact).is_some_and(|ends| ends[end]));
    Places {
        parents: (0..own[0].parents.len()).map(|link| place(&|own| Some(own.parents[link]))).collect(),
        touching: contacts().map(|contact| place(&|own| own.touching.get(contact).copied())).collect(),
        on_ends: contacts().map(|contact| from_fn(|end| on_end(contact, end))).collect(),
        ends: from_fn(|end| truth(&|own| own.ends[end])),
        end_count: Lanes::from_array(from_fn(|lane| own[lane].end_count)),
    }
}

/// Preludes of candidates that go together.
fn preludes(of: &[&Candidate<f32>], all: &[Prelude<f32>]) -> Prelude<Lanes> {
    let all: Vec<&Prelude<f32>> = all.iter().collect();
    side_by_side(&all, |prelude, number| Prelude {
        start: prelude.start.map(&mut *number),
        contact_width: number(prelude.contact_width),
        pull_tolerance: number(prelude.pull_tolerance),
        places: places(of),
        plan: BodyPlan {
            facts: prelude.plan.facts.map(&mut *number),
            reference_force: number(prelude.plan.reference_force),
            // What these two say, places say of each, or nobody asks who is not alone.
            limb_ends: Vec::new(),
            quadrants: Vec::new(),
            joint_shares: prelude.plan.joint_shares.map(&mut *number),
        },
        objects: Vec::new(),
    })
}
