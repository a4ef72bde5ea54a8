//! The articulated-body solve: up the tree eliminating hinges, the base's six unknowns, and down again. O(links).
//! Then the check that contacts push.

use super::places::at;
use super::spatial::{Spatial, Twist};
use super::state::Work;
use crate::model::{BaseKind, Model};
use burgess_core::autodiff::{Compare, Place, Real, Truth};

/// Eliminates every hinge into its parent, leaf to base.
pub fn eliminate_hinges<T: Compare>(model: &Model<T>, work: &mut Work<T>) {
    for i in (1..model.links.len()).rev() {
        let (above, below) = work.links.split_at_mut(i);
        let own = &mut below[0];
        let u = own.inertia.apply(&own.axis);
        let inverse = (own.joint_inertia + u.dot(&own.axis)).recip();
        let load = own.joint_load + own.load.dot(&own.axis);
        own.gain = u.scaled(inverse);
        own.free_rate = load * inverse;
        own.joint_inverse = inverse;
        let (inertia, mut rest) = (own.inertia.reduced(&u, &own.gain), own.load);
        rest.accumulate(&u.scaled(-own.free_rate));
        for (here, parent) in work.places.parents[i].all() {
            above[parent].inertia.accumulate_where(here, &inertia);
            above[parent].load.accumulate_where(here, &rest);
        }
    }
}

/// Solves for the base's twist.
pub fn solve_base<T: Real>(model: &Model<T>, work: &mut Work<T>) {
    let base = &mut work.links[0];
    base.twist_after = match model.base {
        BaseKind::Floating => base.inertia.solve(&base.load),
        BaseKind::Welded => Twist::zero(),
    };
}

/// Twists after the step, base to leaf; the new hinge rates go to `free_rate`.
pub fn substitute_back<T: Compare>(model: &Model<T>, work: &mut Work<T>) {
    for i in 1..model.links.len() {
        let (above, below) = work.links.split_at_mut(i);
        let own = &mut below[0];
        let twist_after = at(&work.places.parents[i], |parent| above[parent].twist_after);
        own.free_rate -= own.gain.dot(&twist_after);
        own.twist_after = twist_after + own.axis.scaled(own.free_rate);
    }
}

/// Takes the impulses of contacts between links to the base, as [`eliminate_hinges`] does with loads. They are not among those, so that a further
/// round gives the same bits where nothing has changed.
pub fn eliminate_impulses<T: Real>(model: &Model<T>, work: &mut Work<T>) {
    work.passed_impulses.clear();
    work.passed_impulses.extend_from_slice(&work.pair_impulses);
    for i in (1..model.links.len()).rev() {
        let own = &mut work.links[i];
        let mut rest = work.passed_impulses[i];
        let along = rest.dot(&own.axis);
        own.free_rate += along * own.joint_inverse;
        // U / d is the gain.
        rest.accumulate(&own.gain.scaled(-along));
        work.passed_impulses[model.links[i].parent].accumulate(&rest);
    }
    work.links[0].load.accumulate(&work.passed_impulses[0]);
}

/// The mobility of every link after the hinges were eliminated, base to leaf: the diagonal blocks of the inverse inertia of all that hangs
/// together, as twist per impulse of a wrench (Featherstone 2010, "Exploiting Sparsity in Operational-Space Dynamics").
pub fn find_mobilities<T: Real>(model: &Model<T>, work: &mut Work<T>) {
    work.mobilities.clear();
    work.mobilities.push(match model.base {
        BaseKind::Floating => work.links[0].inertia.inverse(),
        BaseKind::Welded => Spatial::zero(),
    });
    for (i, link) in model.links.iter().enumerate().skip(1) {
        let own = &work.links[i];
        let above = work.mobilities[link.parent];
        // The twist that the hinge's own reaction gives the parent.
        let y = above.apply(&own.gain.as_twist()).as_twist();
        let along = own.joint_inverse + own.gain.dot(&y);
        work.mobilities.push(above.turned_by_hinge(&own.axis, &y, along));
    }
}

/// Evaluates the normal forces, takes contacts that pull out of the equations and puts back those that would push.
/// False when nothing changed: then every force is max(push - drag * v_n', 0), but for pulls within the tolerance.
pub fn release_contacts<T: Compare>(work: &mut Work<T>) -> bool {
    let mut changed = !T::Truth::yes();
    for (link, scratch) in work.places.touching.iter().zip(&mut work.contacts) {
        let v_n = at(link, |link| work.links[link].twist_after).at(scratch.point).dot(scratch.normal);
        let force = scratch.push - scratch.drag * v_n;
        scratch.force = T::choose(scratch.active, force, T::zero());
        let pushes = force.is_at_least(-work.pull_tolerance);
        changed = changed | (pushes ^ scratch.active);
        scratch.active = pushes;
    }
    changed.any()
}
