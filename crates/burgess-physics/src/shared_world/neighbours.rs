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

    /// Makes the lists again if they do not hold for the next step, of which `dt` (s) is the length.
    pub(super) fn update<T: Value>(&mut self, bodies: &[Body<T>], states: &[BodyState<T>], dt: T, near: &Vicinity) {
        let now: Vec<Seen> = bodies.par_iter().zip(states).map(|(body, state)| Seen::new(body, state, dt)).collect();
        self.too_fast += now.iter().filter(|seen| !(seen.stride <= near.allowance)).count() as u64;
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
                if j != i && are_near(bodies, &now, i, j, near) {
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
