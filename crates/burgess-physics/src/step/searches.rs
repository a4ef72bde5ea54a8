//! What searches for single numbers, and what stands in its place for numbers side by side.

use super::assemble::touch_rovers;
use super::pairs::{carry_pairs, find_pairs, push_pairs};
use super::reverse::made::{EffortBar, RoverBar, Step};
use super::reverse::mobility::reverse_mobilities;
use super::reverse::pairs::reverse_pairs;
use super::reverse::recall_pairs;
use super::reverse::rovers::reverse_rovers;
use super::reverse::state::{ModelGradient, ReverseWork, StateAdjoint};
use super::rovers::MOST_ROVERS;
use super::scalar::Scalar;
use super::state::{State, Work};
use crate::lanes::Lanes;
use crate::laws::contact::ContactLaw;
use crate::model::Model;
use crate::world::World;
use burgess_core::autodiff::Value;

impl<T: Value> Scalar for T {
    #[inline(always)]
    fn touch_rovers(
        first: usize,
        model: &Model<T>,
        world: &World<T>,
        state: &State<T>,
        work: &mut Work<T>,
        law: &ContactLaw<T>,
    ) {
        touch_rovers(first, model, world, state, work, law);
    }
    #[inline(always)]
    fn find_pairs(model: &Model<T>, world: &World<T>, state: &State<T>, work: &mut Work<T>) -> bool {
        find_pairs(model, world, state, work)
    }
    #[inline(always)]
    fn push_pairs(model: &Model<T>, world: &World<T>, work: &mut Work<T>) {
        push_pairs(model, world, work);
    }
    #[inline(always)]
    fn carry_pairs(state: &mut State<T>, work: &Work<T>) {
        carry_pairs(state, work);
    }
    fn recall_pairs(step: &Step<'_, T>, work: &mut Work<T>) {
        recall_pairs(step, work);
    }
    fn reverse_pairs(
        step: &Step<'_, T>,
        effort: EffortBar<T>,
        bar: &mut StateAdjoint<T>,
        total: &mut ModelGradient<T>,
        work: &Work<T>,
        back: &mut ReverseWork<T>,
    ) {
        reverse_pairs(step, effort, bar, total, work, back);
    }
    fn reverse_mobilities(
        step: &Step<'_, T>,
        total: &mut ModelGradient<T>,
        work: &mut Work<T>,
        back: &mut ReverseWork<T>,
    ) {
        reverse_mobilities(step, total, work, back);
    }
    fn reverse_rovers(
        step: &Step<'_, T>,
        first: usize,
        bars: &[RoverBar<T>; MOST_ROVERS],
        bar: &mut StateAdjoint<T>,
        total: &mut ModelGradient<T>,
        work: &Work<T>,
        back: &mut ReverseWork<T>,
    ) {
        reverse_rovers(step, first, bars, bar, total, work, back);
    }
    fn to_key(self) -> u32 {
        self.to_f64() as u32
    }
}

impl Scalar for Lanes {
    fn touch_rovers(
        _: usize,
        _: &Model<Self>,
        _: &World<Self>,
        _: &State<Self>,
        _: &mut Work<Self>,
        _: &ContactLaw<Self>,
    ) {
        unreachable!("a body with contact points that rove is simulated by itself");
    }
    fn find_pairs(model: &Model<Self>, _: &World<Self>, _: &State<Self>, _: &mut Work<Self>) -> bool {
        debug_assert!(model.pairs.is_empty(), "a body whose links touch is simulated by itself");
        false
    }
    fn push_pairs(_: &Model<Self>, _: &World<Self>, _: &mut Work<Self>) {
        unreachable!("no links touch");
    }
    fn carry_pairs(_: &mut State<Self>, _: &Work<Self>) {}
    fn recall_pairs(_: &Step<'_, Self>, _: &mut Work<Self>) {}
    fn reverse_pairs(
        _: &Step<'_, Self>,
        _: EffortBar<Self>,
        _: &mut StateAdjoint<Self>,
        _: &mut ModelGradient<Self>,
        _: &Work<Self>,
        _: &mut ReverseWork<Self>,
    ) {
        unreachable!("no links touch");
    }
    fn reverse_mobilities(
        _: &Step<'_, Self>,
        _: &mut ModelGradient<Self>,
        _: &mut Work<Self>,
        _: &mut ReverseWork<Self>,
    ) {
        unreachable!("no links touch");
    }
    fn reverse_rovers(
        _: &Step<'_, Self>,
        _: usize,
        _: &[RoverBar<Self>; MOST_ROVERS],
        _: &mut StateAdjoint<Self>,
        _: &mut ModelGradient<Self>,
        _: &Work<Self>,
        _: &mut ReverseWork<Self>,
    ) {
        unreachable!("a body with contact points that rove is simulated by itself");
    }
    fn to_key(self) -> u32 {
        unreachable!("no links touch");
    }
}
