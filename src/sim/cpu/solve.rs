//! The articulated-body solve: up the tree eliminating hinges, the base's six unknowns, and down again. O(links).

use super::spatial::Twist;
use super::state::Work;
use crate::autodiff::Real;
use crate::creature::{BaseKind, Creature};

/// Eliminates every hinge into its parent, leaf to base.
pub fn eliminate_hinges<T: Real>(creature: &Creature<T>, work: &mut Work<T>) {
    for i in (1..creature.links.len()).rev() {
        let (above, below) = work.links.split_at_mut(i);
        let (parent, own) = (&mut above[creature.links[i].parent], &mut below[0]);
        let u = own.inertia.apply(&own.axis);
        let inverse = (own.joint_inertia + u.dot(&own.axis)).recip();
        let load = own.joint_load + own.load.dot(&own.axis);
        own.gain = u.scaled(inverse);
        own.free_rate = load * inverse;
        parent.inertia.accumulate(&own.inertia.reduced(&u, &own.gain));
        let mut rest = own.load;
        rest.accumulate(&u.scaled(-own.free_rate));
        parent.load.accumulate(&rest);
    }
}

/// Solves for the base's twist.
pub fn solve_base<T: Real>(creature: &Creature<T>, work: &mut Work<T>) {
    let base = &mut work.links[0];
    base.twist_after = match creature.base {
        BaseKind::Floating => base.inertia.solve(&base.load),
        BaseKind::Welded => Twist::zero(),
    };
}

/// Twists after the step, base to leaf; the new hinge rates go to `free_rate`.
pub fn substitute_back<T: Real>(creature: &Creature<T>, work: &mut Work<T>) {
    for i in 1..creature.links.len() {
        let (above, below) = work.links.split_at_mut(i);
        let (parent, own) = (&above[creature.links[i].parent], &mut below[0]);
        own.free_rate -= own.gain.dot(&parent.twist_after);
        own.twist_after = parent.twist_after + own.axis.scaled(own.free_rate);
    }
}
