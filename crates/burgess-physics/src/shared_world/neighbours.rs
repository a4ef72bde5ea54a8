//! Who can touch whom: for each body a list of its partners, which holds until a body has gone too far.
//!
//! A list has everybody whose surface is nearer than a margin and what both go in a step, which is checked before each step: so no contact is
//! missed, and what is simulated does not depend on when lists are made.

use super::body::{Body, BodyState};
use super::grid::Grid;
use super::rules::Vicinity;
use burgess_core::autodiff::Value;
use burgess_core::math::Vec3;
use rayon::prelude::*;

/// Where a body was when lists were made.
#[derive(Clone, Copy, Debug)]
struct Seen {
    position: Vec3<f64>,
    stride: f64,
}

/// Lists of partners.
#[derive(Clone, Debug, Default)]
pub(super) struct Neighbours {
    seen: Vec<Seen>,
    lists: Vec<Vec<u32>>,
    /// Partners for which there was no room, over all times that lists were made.
    pub(super) left_out: u64,
    /// How often a body was faster than lists allow, over all steps.
    pub(super) too_fast: u64,
}

impl Neighbours {
    /// The partners of a body, in ascending order.
    pub(super) fn of(&self, body: usize) -> &[u32] {
        &self.lists[body]
    }

    /// Makes the lists again if they do not hold for the next step, of which `dt` (s) is the length. Two that
    /// never `can_touch` each other are no partners.
    pub(super) fn update<T: Value>(
        &mut self,
        bodies: &[Body<T>],
        states: &[BodyState<T>],
        dt: T,
        near: &Vicinity,
        can_touch: impl Fn(usize, usize) -> bool + Sync,
    ) {
        let now: Vec<Seen> = bodies.par_iter().zip(states).map(|(body, state)| Seen::new(body, state, dt)).collect();
        // What is no number keeps up with nothing.
        let keep_up = now.iter().filter(|seen| seen.stride <= near.allowance).count();
        self.too_fast += (now.len() - keep_up) as u64;
        let holds = now.len() == self.seen.len()
            && now.iter().zip(&self.seen).all(|(now, then)| now.moved(then) <= near.slack());
        if holds {
            return;
        }
        let grid = Grid::new(bodies.iter().zip(&now).map(|(body, seen)| (body.world, seen.position)), near.edge);
        debug_assert!(grid.edge() >= near.margin);
        let list = |i: usize| {
            let mut partners = Vec::new();
            grid.around(i, |other| {
                let j = other as usize;
                if j != i && are_near(bodies, &now, i, j, near) && can_touch(i, j) {
                    partners.push(other);
                }
            });
            partners.sort_unstable();
            let left_out = partners.len().saturating_sub(near.partners);
            partners.truncate(near.partners);
            (partners, left_out as u64)
        };
        let (lists, left_out): (Vec<_>, Vec<u64>) = (0..bodies.len()).into_par_iter().map(list).unzip();
        self.left_out += left_out.iter().sum::<u64>();
        (self.lists, self.seen) = (lists, now);
    }
}

impl Seen {
    fn new<T: Value>(body: &Body<T>, state: &BodyState<T>, dt: T) -> Self {
        Self { position: state.position.to_f64(), stride: state.stride(body.reach, dt).to_f64() }
    }

    /// How much of its share of the margin a body has used up since `then` (m).
    fn moved(&self, then: &Self) -> f64 {
        (self.position - then.position).norm_squared().sqrt() + (self.stride - then.stride).max(0.0)
    }
}

/// Whether two bodies are to be partners.
fn are_near<T: Value>(bodies: &[Body<T>], seen: &[Seen], i: usize, j: usize, near: &Vicinity) -> bool {
    let stride = |i: usize| seen[i].stride.min(near.allowance);
    let reach = bodies[i].reach.to_f64() + bodies[j].reach.to_f64() + near.margin + stride(i) + stride(j);
    (seen[i].position - seen[j].position).norm_squared() <= reach * reach
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_world::{Group, PlaceSpec, Scene, Setup, ShapeSpec};
    use burgess_core::math::vec3;
    use burgess_core::rng::{Purpose, Stream};
    use proptest::prelude::*;

    /// Balls of two sizes in two worlds, at random places in a cube of `size` (m) around the origin, with random velocities.
    fn scattered(seed: u64, count: u32, size: f64, ratio: f64) -> Setup {
        let balls = |radius: f64| Group {
            shape: ShapeSpec::Sphere { radius },
            mass: None,
            density: None,
            count,
            place: PlaceSpec::Grid { corner: (0.0, 0.0, 0.0), spacing: (1.0, 1.0, 1.0), columns: (1, 1), jitter: 0.0 },
            rotation: (0.0, 0.0, 0.0),
            velocity: (0.0, 0.0, 0.0),
            spin: (0.0, 0.0, 0.0),
            scatter: 0.0,
        };
        let groups = vec![balls(0.05), balls(0.05 * ratio)];
        let mut setup = Setup::new(&Scene { worlds: 2, partners: Some(128), groups, ..Scene::default() });
        let mut rng = Stream::new(seed, 0, 0, Purpose::Test);
        for state in &mut setup.states {
            let mut random =
                |scale: f64| vec3(rng.range(-1.0, 1.0), rng.range(-1.0, 1.0), rng.range(-1.0, 1.0)) * scale;
            (state.position, state.velocity) = (random(0.5 * size), random(2.0));
        }
        setup
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn lists_are_those_of_a_search_over_all_pairs(
            seed in 0..1000_u64, count in 1..60_u32, size in 0.3..4.0_f64, ratio in 1.0..4.0_f64,
        ) {
            let setup = scattered(seed, count, size, ratio);
            let (bodies, states, near) = (&setup.bodies, &setup.states, &setup.rules.vicinity);
            let dt = setup.rules.dt;
            let mut neighbours = Neighbours::default();
            neighbours.update(bodies, states, dt, near, |_, _| true);
            let seen: Vec<Seen> = bodies.iter().zip(states).map(|(body, state)| Seen::new(body, state, dt)).collect();
            for i in 0..bodies.len() {
                let is_partner = |&j: &usize| j != i && bodies[i].world == bodies[j].world && are_near(bodies, &seen, i, j, near);
                let all: Vec<u32> = (0..bodies.len()).filter(is_partner).map(|j| j as u32).collect();
                let listed = all.len().min(near.partners);
                prop_assert_eq!(neighbours.of(i), &all[..listed]);
            }
            // A list that holds misses nobody who may touch in the step.
            let mut moved = states.clone();
            let mut rng = Stream::new(seed, 1, 0, Purpose::Test);
            for state in &mut moved {
                let shift = vec3(rng.range(-1.0, 1.0), rng.range(-1.0, 1.0), rng.range(-1.0, 1.0)).normalised();
                state.position += shift * (0.99 * near.slack());
            }
            neighbours.update(bodies, &moved, dt, near, |_, _| true);
            for i in 0..bodies.len() {
                for j in (0..bodies.len()).filter(|&j| j != i && bodies[i].world == bodies[j].world) {
                    let gap = (moved[i].position - moved[j].position).norm_squared().sqrt() - bodies[i].reach - bodies[j].reach;
                    let may_touch = gap <= near.tail + seen[i].stride + seen[j].stride;
                    let is_listed = neighbours.of(i).contains(&(j as u32));
                    prop_assert!(!may_touch || is_listed || neighbours.left_out > 0, "{} and {} at {}", i, j, gap);
                }
            }
        }
    }
}
